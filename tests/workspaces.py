"""Workspaces in a temporary folder, and the command line run in this process."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from engine.cli import main

ROOT = Path(__file__).parents[1]
CONFIG = """\
[swv]
naam = "SWV De Proef"
code = "VO0001"
sector = "{sector}"
regio = "noord"
postbus = "planning@swv.example"
telefoon = "010 000 0000"

[mail]
vrijgeven = "{release}"
{more}
"""
BESTUREN = """\
nummer;naam;regio;bestuurder;administratie
70001;Stichting Noord;noord;bestuurder@noord.example;administratie@noord.example
70002;Stichting Midden;midden;bestuurder@midden.example;administratie@midden.example
70003;Stichting Zuid;zuid;bestuurder@zuid.example;administratie@zuid.example
"""
SCHOLEN = """\
code;naam;bestuur;plaats;gemeente;directeur;ondersteuningscoordinator;consulent
10AA00;De Linde;70001;Alkmaar;Alkmaar;directeur@linde.example;oc@linde.example;consulent@swv.example
11BB00;Het Baken;70002;Alkmaar;Alkmaar;directeur@baken.example;oc@baken.example;consulent@swv.example
12CC00;De Eik;70003;Heiloo;Heiloo;directeur@eik.example;oc@eik.example;consulent@swv.example
"""
CONTACTEN = """\
email;naam
bureau@swv.example;Het bureau
controller@swv.example;De controller
leerplicht@alkmaar.example;Leerplicht Alkmaar
"""
ROLLEN = """\
email;rol;partij
bureau@swv.example;bureau;swv
controller@swv.example;controller;swv
leerplicht@alkmaar.example;leerplichtambtenaar;gemeente:Alkmaar
"""
RULES = ("thuiszitters", "leerlingaantallen")


class Databases(Protocol):
    """Where workspaces keep their data instead of in a file."""

    def new(self) -> str:
        """The address of an empty database."""
        ...

    def copy(self, url: str) -> str:
        """The address of a database with the same in it."""
        ...


class Kept:
    """None: in a file in the workspace. Set by the tests that run on a server."""

    on: Databases | None = None


@dataclass(frozen=True)
class Ran:
    """What a verb printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as one JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Office:
    """A workspace, and the verbs on it."""

    folder: Path

    def run(self, *arguments: str) -> Ran:
        """Runs a verb on this workspace."""
        return run(*arguments, "--workspace", str(self.folder))

    def must(self, *arguments: str) -> Ran:
        """The same, and it must end well."""
        ran = self.run(*arguments)
        assert ran.code == 0, ran.out + ran.err
        return ran

    def write(self, name: str, text: str) -> None:
        """Writes a file of the workspace."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def mails(self) -> list[Path]:
        """The delivered mails, in order."""
        return sorted((self.folder / "proefmail").glob("*.eml"))


def run(*arguments: str) -> Ran:
    """Runs the program in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(arguments))
    return Ran(code, out.getvalue(), err.getvalue())


def an_office(
    folder: Path,
    *,
    sector: str = "vo",
    release: str = "regel",
    more: str = "",
    rules: Iterable[str] = RULES,
    register: Mapping[str, str] | None = None,
) -> Office:
    """A workspace with three scholen and three besturen, one in each region, and the register as csv; no database."""
    office = Office(folder)
    config = CONFIG.format(sector=sector, release=release, more=more)
    office.write("config.toml", config if Kept.on is None else f'{config}\n[database]\nurl = "{Kept.on.new()}"\n')
    _write_rules(office, sector, rules)
    sheets = {"besturen": BESTUREN, "scholen": SCHOLEN, "contacten": CONTACTEN, "rollen": ROLLEN}
    for name, text in (sheets | dict(register or {})).items():
        office.write(f"register/{name}.csv", text)
    return office


def an_imported_office(folder: Path, *, rules: Iterable[str] = RULES, **how: Any) -> Office:
    """The same with its register imported; an import does not ask what the rules are."""
    office = _made_once(folder, _imported, (), {**how, "rules": ()})
    _write_rules(office, how.get("sector", "vo"), rules)
    return office


def a_running_office(folder: Path, schooljaar: str = "2026-2027", at: str = "2026-08-01T00:00", **how: Any) -> Office:
    """An imported office whose schooljaar is planned and adopted at that moment."""
    return _made_once(folder, _running, (schooljaar, at), how)


def copied(office: Office, folder: Path) -> Office:
    """The same office in another folder."""
    shutil.copytree(office.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sqlite*"))
    for database in office.folder.glob("*.sqlite"):
        _copy_database(database, folder / database.name)
    if Kept.on is not None:
        config = (folder / "config.toml").read_text(encoding="utf-8")
        url = re.search(r'^url = "(.*)"$', config, re.MULTILINE)
        assert url is not None
        (folder / "config.toml").write_text(config.replace(url[1], Kept.on.copy(url[1])), encoding="utf-8")
    return Office(folder)


def _copy_database(source: Path, target: Path) -> None:
    """By SQLite itself: the files beside the first may come and go while somebody still has it open."""
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)
    shutil.copymode(source, target)


_MADE: dict[str, Office] = {}
_KEPT_IN = tempfile.TemporaryDirectory(prefix="offices-")


def _made_once(folder: Path, make: Callable[..., Office], when: tuple[str, ...], how: Mapping[str, Any]) -> Office:
    """The office in this folder: made once for all tests of a process that ask for the same one, then copied."""
    if Kept.on is not None:
        return make(folder, *when, **how)
    how = {name: tuple(value) if name == "rules" else value for name, value in sorted(how.items())}
    same = repr((make.__name__, when, how))
    if same not in _MADE:
        _MADE[same] = make(Path(tempfile.mkdtemp(dir=_KEPT_IN.name)), *when, **how)
    return copied(_MADE[same], folder)


def _write_rules(office: Office, sector: str, rules: Iterable[str]) -> None:
    names = tuple(rules)
    for rule in names:
        name = f"rules/{sector}/{rule}.yaml"
        office.write(name, _alone((ROOT / name).read_text(encoding="utf-8"), names))


def _alone(text: str, names: Iterable[str]) -> str:
    """The text of a rule; where what it uses is not there, without that."""
    used = re.search(r"^gebruikt: \[?([a-z, -]+)", text, re.MULTILINE)
    if used is None or {name.strip() for name in used[1].split(",")} <= set(names):
        return text
    return re.sub(r"^(gebruikt:|  compleet:).*\n", "", text, flags=re.MULTILINE)


def _imported(folder: Path, **how: Any) -> Office:
    office = an_office(folder, **how)
    office.must("import", str(folder / "register"), "--apply")
    return office


def _running(folder: Path, schooljaar: str, at: str, **how: Any) -> Office:
    office = an_imported_office(folder, **how)
    office.must("plan", "--schooljaar", schooljaar, "--apply", "--adopt", "--now", at)
    return office
