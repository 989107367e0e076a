"""What the benchmarks work on: the program's own rules and mail texts, and registers of any size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from engine.adapters.calendars import SchoolCalendars
from engine.adapters.ical import IcalWriter
from engine.adapters.journal import NoJournal
from engine.adapters.rulebook import read_rulebook
from engine.adapters.tokens import SeededTokens
from engine.adapters.vault import OpenVault
from engine.adapters.workers import LoneWorker
from engine.adapters.workspace import read_settings, read_templates
from engine.app.means import Means
from engine.core.appointment import Invite
from engine.core.letter import Letter, Rendered
from engine.core.localtime import start_of_day
from engine.core.ports import Renderer
from engine.core.problem import stops
from engine.core.rule import Rule, Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.sheets import ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry
from engine.store.database import Database

REPOSITORY = Path(__file__).parents[1]
YEAR = Schooljaar(2026)
BEGIN: datetime = start_of_day(YEAR.begin)
REGIONS = ("noord", "midden", "zuid")
SCHOOLS_OF_A_BESTUUR, SCHOOLS_OF_A_CONSULENT = 8, 20
AT_SCHOOLS = ("directeur", "ondersteuningscoordinator", "intern-begeleider", "administratie")
AT_BESTUREN = ("bestuurder", "administratie")
AT_SWV = ("bureau", "controller")
# Documents expire on few days, as boards meet on few.
EXPIRES = (date(2026, 10, 1), date(2027, 1, 31), date(2027, 3, 14), date(2027, 7, 31))


@dataclass(frozen=True, slots=True)
class Book:
    """The rulebook of a sector, with the program's own settings and mail templates."""

    rulebook: Rulebook
    settings: Settings
    templates: Mapping[str, str]


class PlainRenderer:
    """The Renderer port without templates or layout: a line for each item."""

    def render(self, letter: Letter, templates: Mapping[str, str]) -> Rendered:  # noqa: ARG002
        """Subject and text by joining; the html is the text."""
        text = "\n".join(f"{item.title}, {item.party}, {item.due}" for item in letter.items)
        return Rendered(letter.items[0].title if letter.items else "Gesprek", text, text)


class PlainWriter:
    """The Writer port without MIME: the text with what makes a message itself."""

    def write(
        self,
        rendered: Rendered,
        letter: Letter,
        message_id: str,
        at: datetime,
        thread: str,
        invite: Invite | None = None,
    ) -> bytes:
        """The same bytes for the same arguments."""
        enclosed = invite.calendar if invite is not None else b""
        return "\n".join((letter.to_email, message_id, at.isoformat(), thread, rendered.text)).encode() + enclosed


def a_book(sector: str = "vo") -> Book:
    """Reads the program's own rules of a sector."""
    templates = read_templates(REPOSITORY, REPOSITORY / "mail_templates")
    rulebook, problems = read_rulebook(REPOSITORY, f"rules/{sector}", templates, ())
    settings, wrong = read_settings(REPOSITORY, {})
    if settings is None or not rulebook.rules or stops(problems):
        raise RuntimeError(f"the workspace cannot be read: {(*wrong, *problems)}")
    return Book(rulebook, settings, templates)


def means_of(book: Book, database: Database, renderer: Renderer | None = None) -> Means:
    """What the verbs need, with cheap letters unless a renderer is given; mail leaves by itself and has links."""
    settings = replace(book.settings, release="regel", start=None, link_address="https://planning.swv.example")
    return Means(
        database=database,
        settings=settings,
        calendars_for=lambda register: SchoolCalendars(settings, register.parties, register.closings),
        renderer=renderer or PlainRenderer(),
        writer=PlainWriter(),
        ical=IcalWriter(settings.code),
        tokens=SeededTokens(1),
        vault=OpenVault(),
        journal=NoJournal(),
        workers=LoneWorker(),
        shipped_templates=book.templates,
        rules_in=lambda _: book.rulebook.rules,
    )


def made_up(schools: int, rules: Iterable[Rule] = ()) -> RegisterSheets:
    """So many schools with their besturen, everyone whom the rules ask, and each document that the rules watch."""
    found = [
        PartyRow(
            f"S{number:05}",
            "school",
            f"School {number}",
            bestuur=f"{70_000 + number // SCHOOLS_OF_A_BESTUUR}",
            gemeente=f"Gemeente {number // SCHOOLS_OF_A_CONSULENT}",
        )
        for number in range(schools)
    ]
    return register_of(found, [rule.document for rule in rules if rule.kind == "document"])


def register_of(schools: Sequence[PartyRow], documents: Iterable[str] = ()) -> RegisterSheets:
    """These schools with made-up people: at each school and bestuur, a consulent for every twenty, and the office.

    Besturen lie in turn in each region, their schools with them.
    """
    besturen = [
        PartyRow(name, "bestuur", f"Bestuur {name}", region=REGIONS[number % len(REGIONS)])
        for number, name in enumerate(sorted({school.bestuur for school in schools}))
    ]
    people = [(f"{role}@{school.id.lower()}.example", role, school.id) for school in schools for role in AT_SCHOOLS]
    people += [(f"{role}@b{bestuur.id}.example", role, bestuur.id) for bestuur in besturen for role in AT_BESTUREN]
    people += [
        (f"consulent{number // SCHOOLS_OF_A_CONSULENT}@swv.example", "consulent", school.id)
        for number, school in enumerate(schools)
    ]
    people += [(f"{role}@swv.example", role, "swv") for role in AT_SWV]
    names = {email: f"{role} {party}".capitalize() for email, role, party in people}
    return RegisterSheets(
        parties=(*besturen, *schools),
        contacts=tuple(ContactRow(email, name) for email, name in names.items()),
        roles=tuple(RoleEntry(*each) for each in people),
        documents=tuple(
            DocumentRow(kind, school.id, date(2022, 10, 1), "1", EXPIRES[number % len(EXPIRES)])
            for kind in documents
            for number, school in enumerate(schools)
        ),
    )
