"""Maak ongedaan: the button is there where pressing it works, and nowhere else."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.store.acts import newest_acts
from engine.store.users import user_by_id
from engine.web.site import PAGES
from tests.web.desk import Desk
from tests.web.full import a_full_desk
from tests.web.test_one_off import ASKED, HERE, seal
from tests.web.walk import put_back

USERS = "/beheer/gebruikers"


def test_every_act_that_can_be_taken_back_tells_when_it_no_longer_can() -> None:
    kinds = {kind for module in PAGES for kind in getattr(module, "UNDO", {})}
    assert kinds == {kind for module in PAGES for kind in getattr(module, "FIXED", {})}


@pytest.mark.slow
def test_what_is_offered_works_and_what_is_not_offered_is_refused(tmp_path: Path) -> None:
    desk, starts = a_full_desk(tmp_path / "w")
    client = desk.client()
    done(client, desk, starts)
    whole, files = tmp_path / "whole.sqlite", kept(desk)
    assert desk.means.database.file is not None
    with closing(sqlite3.connect(desk.means.database.file)) as source, closing(sqlite3.connect(whole)) as target:
        source.backup(target)
    page = client.get("/beheer/logboek").text
    offered = {int(number) for number in re.findall(r'action="/herstel/(\d+)"', page)}
    with desk.means.database.read() as connection:
        acts = [act for act in newest_acts(connection, 100) if act.undo is not None and act.undone_at is None]
    results = {}
    for act in acts:
        answer = client.post(f"/herstel/{act.id}", data={"terug": "/"})
        results[act.id] = (act.kind, act.text, answer.status_code)
        put_back(desk, whole)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    worked = {number for number, (_, _, status) in results.items() if status == 303}
    assert offered == worked, [results[number] for number in offered ^ worked]
    refused = {results[number][0] for number in results if number not in worked}
    assert refused >= {"user-role", "user-active", "rule-new"}
    assert {results[number][0] for number in worked} >= {"user-role", "user-active", "rule-new", "links"}
    desk.means.database.close()


def done(client: TestClient, desk: Desk, starts: dict[str, str]) -> None:
    """Acts of each kind after which earlier ones cannot be taken back any more."""
    reader = re.findall(rf'action="{USERS}/(\d+)/rol"', client.get(USERS).text)
    with desk.means.database.read() as connection:
        known = {one: user.name for one in reader if (user := user_by_id(connection, int(one))) is not None}
    looker = next(number for number, name in known.items() if name == "Kijker")
    new = next(number for number, name in known.items() if name == "Nieuwe Naam")
    for role in ("consulent", "bureau", "lezer"):
        must(client, f"{USERS}/{looker}/rol", {"rol": role})
    for step in ("uit", "aan", "uit"):
        must(client, f"{USERS}/{new}/{step}", {})
    for title in ("Een vraag", "Nog een vraag"):
        asked = ASKED | {"titel": title, "opent": "2027-01-12", "uiterlijk": "2027-02-12", "stap": "bekijk"}
        seen = client.post(HERE, data=asked).text
        must(client, HERE, asked | {"stap": "door", "zegel": seal(seen), "gezien": "ja"})
    edited = "/beheer/regels/een-vraag.yaml/bewerk"
    text = (desk.site.place.folder / "rules/vo/een-vraag.yaml").read_text(encoding="utf-8")
    basis = re.search(r'name="basis" value="(\w+)"', client.get(edited).text)
    assert basis is not None
    form = {"tekst": text.replace("Een vraag", "Een andere vraag"), "basis": basis[1], "stap": "verandert"}
    must(client, edited, form | {"stap": "door", "zegel": seal(client.post(edited, data=form).text), "gezien": "ja"})
    contact = starts["/contacten/{contact:int}"]
    must(client, f"{contact}/links", {})


def must(client: TestClient, path: str, form: dict[str, str]) -> None:
    answer = client.post(path, data=form)
    assert answer.status_code == 303, (path, answer.text)


def kept(desk: Desk) -> dict[Path, str]:
    """The rule files as they are."""
    return {path: path.read_text(encoding="utf-8") for path in (desk.site.place.folder / "rules/vo").iterdir()}
