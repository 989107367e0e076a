"""The only place that builds objects, but for what asks the outside: a workspace becomes rulebook, database, means."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from engine.adapters.calendars import SchoolCalendars
from engine.adapters.channels.folder import FolderChannel
from engine.adapters.channels.nowhere import NowhereChannel
from engine.adapters.channels.smtp import SmtpChannel
from engine.adapters.ical import IcalWriter
from engine.adapters.journal import FileJournal, NoJournal
from engine.adapters.mime import MailWriter
from engine.adapters.passwords import Argon2Passwords
from engine.adapters.render import MailRenderer, check_templates
from engine.adapters.rulebook import parse_files, read_rulebook, rule_file_names
from engine.adapters.tokens import RandomTokens, SeededTokens
from engine.adapters.vault import KeyedVault, OpenVault, make_key
from engine.adapters.workers import LockedWorkers, LoneWorker
from engine.adapters.workspace import left_from_sample, read_settings, read_templates, read_text, write_text
from engine.app.means import Means
from engine.core.ports import Channel, Journal, Passwords, Vault, Workers
from engine.core.problem import Problem, ProblemsFound, Refused, stops
from engine.core.roles import ROLES
from engine.core.rule import Rulebook
from engine.core.settings import Settings
from engine.store.database import Database, database_exists, memory_database, open_database, scratch_database
from engine.store.facts import applied_rulebook, is_trial

CONFIG = "config.toml"
DATABASE = "jaarplanning.sqlite"
TRIAL_FOLDER = "proefmail"
KEY_FILE = "jaarplanning.sleutel"
WORKERS_FOLDER = ".jaarplanning-werkers"
WITHOUT_PAGES = "Vul het adres van de pagina's in. Dan krijgt elke mail een knop die de vraag opent."
OWN_TEMPLATES = "mail_templates"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with config.toml, and what that file says. `given` is how the user named it, None when it was found."""

    folder: Path
    settings: Settings
    given: Path | None = None

    @property
    def rules_folder(self) -> str:
        """The folder of the rules, relative to the workspace."""
        return self.settings.rules or f"rules/{self.settings.sector}"

    @property
    def database_url(self) -> str:
        """Where the store is; a relative SQLite path counts from the workspace."""
        url = self.settings.database_url
        if not url:
            return f"sqlite:///{self.folder / DATABASE}"
        prefix = "sqlite:///"
        if url.startswith(prefix) and not url.startswith("sqlite:////"):
            return f"{prefix}{self.folder / url.removeprefix(prefix)}"
        return url

    @property
    def data_folder(self) -> Path:
        """Where what belongs to the store lies: beside an SQLite file, else in the workspace."""
        path = self.database_url.removeprefix("sqlite:///")
        return Path(path).parent if path != self.database_url else self.folder

    @property
    def key_file(self) -> Path:
        """The key to the stored mails, where the environment holds none."""
        return self.folder / KEY_FILE

    @property
    def mails(self) -> Path:
        """Where mail is laid down as files, when it does not really leave."""
        return self.folder / (self.settings.mail_folder or TRIAL_FOLDER)

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role name that may be used."""
        return (*ROLES, *self.settings.extra_roles)


def find_workspace(given: Path | None) -> Path:
    """The folder asked for, else the nearest one upward from here that holds config.toml, else here."""
    here = Path.cwd()
    if given is not None:
        return given.absolute()
    return next((folder for folder in (here, *here.parents) if (folder / CONFIG).is_file()), here)


def open_workspace(given: Path | None) -> Workspace:
    """Reads config.toml; raises ProblemsFound."""
    folder = find_workspace(given)
    settings, problems = read_settings(folder, os.environ)
    if settings is None or stops(problems):
        raise ProblemsFound(problems)
    return Workspace(folder, settings, given)


def is_sample(workspace: Workspace) -> bool:
    """True for the program's own folder where nobody named it: it holds the sample."""
    return workspace.given is None and workspace.folder.resolve() == starter().resolve()


def workspace_above(path: Path) -> Path | None:
    """The nearest folder upward from a file or folder, itself too, that holds config.toml."""
    whole = path.resolve()
    return next((folder for folder in (whole, *whole.parents) if (folder / CONFIG).is_file()), None)


def starter() -> Path:
    """The folder with the rules and mail templates that come with the program."""
    package = Path(__file__).parent
    installed = package / "starter"
    return installed if installed.is_dir() else package.parent


def sample_config(sector: str) -> str:
    """The text of the config.toml that a new workspace of that sector gets."""
    text = (starter() / CONFIG).read_text(encoding="utf-8")
    for written in ("VO Waterland", '"VO9901"', 'sector = "vo"', "rules/vo"):
        here = written.replace("VO", sector.upper()).replace("vo", sector)
        text = text.replace(written, here)
    return text


def left_of_sample(workspace: Workspace) -> tuple[Problem, ...]:
    """A note for each value of the sample that its config.toml still has; the program's own folder is the sample."""
    if workspace.folder.resolve() == starter().resolve():
        return ()
    text = (workspace.folder / CONFIG).read_text(encoding="utf-8-sig")
    return tuple(left_from_sample(text, sample_config(workspace.settings.sector)))


def without_pages(workspace: Workspace) -> tuple[Problem, ...]:
    """A note where config.toml does not say where the pages are: then mails are answered by mail."""
    if workspace.settings.web_address:
        return ()
    message = "[web] adres staat er niet, dus scholen antwoorden per mail"
    return (Problem(CONFIG, 1, 1, "web.adres", message, WITHOUT_PAGES, "note"),)


def templates_of(workspace: Workspace) -> dict[str, str]:
    """Mail templates by name: the workspace's own, and for what it lacks those of the program."""
    return read_templates(workspace.folder, starter() / OWN_TEMPLATES)


def rulebook_of(
    workspace: Workspace, instead: Mapping[str, str | None] | None = None
) -> tuple[Rulebook, tuple[Problem, ...]]:
    """The rulebook in the workspace's files, with what is wrong with rules and templates.

    `instead`: texts of rule files and own mail templates, by path, as if they stood there; None for a rule that is
    to go.
    """
    drafts = dict(instead or {})
    templates = templates_of(workspace) | {
        Path(path).stem: text
        for path, text in drafts.items()
        if text is not None and path.startswith(f"{OWN_TEMPLATES}/")
    }
    rules = {path: text for path, text in drafts.items() if not path.startswith(f"{OWN_TEMPLATES}/")}
    rulebook, problems = read_rulebook(
        workspace.folder, workspace.rules_folder, templates, workspace.settings.extra_roles, rules
    )
    return rulebook, tuple(sorted([*problems, *_faults_in(tuple(templates.items()))]))


def rule_files(workspace: Workspace) -> tuple[str, ...]:
    """The paths of the workspace's rule files, as the rulebook names them."""
    return rule_file_names(workspace.folder, workspace.rules_folder)


def stored_text(workspace: Workspace, file: str) -> str | None:
    """The text of one of the workspace's files, by a path that came from `rule_files`; None where there is none.

    Raises Refused.
    """
    return read_text(workspace.folder / file)


def store_text(workspace: Workspace, file: str, text: str | None, before: str | None) -> None:
    """Writes one of the workspace's files, whose text is still `before`; None: no file. Raises Refused.

    Raises TextChanged when it has another text by now: nothing is written.
    """
    write_text(workspace.folder / file, text, before)


def sound_rulebook_of(workspace: Workspace) -> Rulebook:
    """The same; raises ProblemsFound when anything stops it."""
    rulebook, problems = rulebook_of(workspace)
    if stops(problems):
        raise ProblemsFound(problems)
    return rulebook


def database_of(workspace: Workspace, *, create: bool = False) -> Database:
    """The workspace's store; raises Refused."""
    return open_database(workspace.database_url, create=create)


def has_database(workspace: Workspace) -> bool:
    """False before the first import."""
    return database_exists(workspace.database_url)


def empty_database() -> Database:
    """A store in memory, to compare with where there is none yet."""
    return scratch_database()


def means_of(workspace: Workspace, database: Database, *, wait: timedelta = timedelta()) -> Means:
    """What the verbs need to work on this store; `wait` is how long a mail that is ready waits before it leaves."""
    tokens = RandomTokens()
    means = _means(
        workspace,
        database,
        tokens,
        KeyedVault(workspace.key_file, os.environ),
        FileJournal(workspace.data_folder),
        LockedWorkers(workspace.data_folder / WORKERS_FOLDER, tokens.token),
    )
    return replace(means, wait=wait)


def simulation_means(workspace: Workspace, seed: int, *, kept: bool = False) -> Means:
    """The same on an empty store in memory, with tokens that a seed fixes; `kept`: it is written to disk later."""
    vault = KeyedVault(workspace.key_file, os.environ) if kept else OpenVault()
    return _means(workspace, memory_database(), SeededTokens(seed), vault, NoJournal(), LoneWorker())


def rehearsal_of(means: Means) -> Means:
    """The same means on an empty store in memory, for what will happen: nothing of it reaches the real store."""
    return means.on(
        scratch_database(), vault=OpenVault(), journal=NoJournal(), workers=LoneWorker(), tokens=SeededTokens(0)
    )


def new_key(workspace: Path) -> None:
    """Makes the key to the stored mails of a new workspace; raises Refused."""
    make_key(workspace / KEY_FILE)


def keep(means: Means, workspace: Workspace) -> None:
    """Writes a store from memory into the workspace's database, which must be new."""
    database = database_of(workspace, create=True)
    means.database.copy_to(database)
    database.close()


def passwords() -> Passwords:
    """How passwords are kept."""
    return Argon2Passwords()


def applied_book(workspace: Workspace, database: Database) -> Rulebook | None:
    """The rulebook that was applied last, read again from its stored text; None before the first plan."""
    with database.read() as connection:
        stored = applied_rulebook(connection)
    if stored is None:
        return None
    return parse_files(stored.files, workspace.settings.extra_roles)[0]


def channel_of(workspace: Workspace, database: Database) -> Channel:
    """Where mail goes: a trial store only into a folder; else config's folder or relay. Raises Refused."""
    folder = mails_of(workspace, database)
    if folder is not None:
        return FolderChannel(folder)
    settings = workspace.settings
    if settings.relay is None:
        raise Refused(
            "Er is nog geen mailserver ingesteld.",
            "Vul [smtp] host in config.toml in, of kies met [mail] map een map voor de mails.",
        )
    return SmtpChannel(settings.relay)


def mails_of(workspace: Workspace, database: Database) -> Path | None:
    """The folder in which mail is laid down as files; None where mail really leaves."""
    with database.read() as connection:
        trial = is_trial(connection)
    return workspace.mails if trial or workspace.settings.mail_folder else None


def folder_channel(folder: Path) -> Channel:
    """Mail as files in a folder."""
    return FolderChannel(folder)


def no_channel() -> Channel:
    """Mail that nobody reads."""
    return NowhereChannel()


@lru_cache(maxsize=8)
def _faults_in(templates: tuple[tuple[str, str], ...]) -> tuple[Problem, ...]:
    """Each page about rules asks it of the same texts, and each text is filled in to find out."""
    return tuple(check_templates(dict(templates)))


def _means(
    workspace: Workspace,
    database: Database,
    tokens: RandomTokens | SeededTokens,
    vault: Vault,
    journal: Journal,
    workers: Workers,
) -> Means:
    return Means(
        database=database,
        settings=workspace.settings,
        calendars_for=lambda register: SchoolCalendars(workspace.settings, register.parties, register.closings),
        renderer=MailRenderer(),
        writer=MailWriter(),
        ical=IcalWriter(workspace.settings.code),
        tokens=tokens,
        vault=vault,
        journal=journal,
        workers=workers,
        shipped_templates=read_templates(starter(), starter() / OWN_TEMPLATES),
        rules_in=lambda files: parse_files(files, workspace.settings.extra_roles)[0].rules,
    )
