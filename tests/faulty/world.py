"""A made-up SWV out of a seed: besturen, schools and people as awkward as real ones, and the shipped rules."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from engine.adapters.rulebook import parse_files
from engine.core.rule import Rulebook
from engine.core.settings import Settings
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry
from tests.workspaces import ROOT

REGIONS = ("noord", "midden", "zuid")
GEMEENTEN = ("Alkmaar", "Heiloo", "Bergen")
PROFILE = "schoolondersteuningsprofiel"
# Rules that ask schools, ask a consulent, and follow a document; with each kind of step.
A_FEW = ("thuiszitters", "contactgegevens", "startgesprek", PROFILE)


@dataclass(frozen=True)
class World:
    """The office on its first day."""

    seed: int
    settings: Settings
    sheets: RegisterSheets
    files: dict[str, str]
    first_day: date


def a_world(seed: int, schools: int, rules: tuple[str, ...] = ()) -> World:
    """An SWV with that many schools; the first day lies from August to October 2026. Without `rules`: all."""
    dice = random.Random(f"wereld {seed}")
    first_day = date(2026, 8, 3) + timedelta(days=dice.randrange(80))
    maker = _Maker(dice, first_day)
    maker.desk()
    besturen = [maker.bestuur(number) for number in range(max(2, schools // 4))]
    for number in range(schools):
        maker.school(number, dice.choice(besturen))
    sector = dice.choice(("vo", "po"))
    settings = Settings(
        name="SWV De Proef",
        code="VO0001",
        sector="po" if sector == "po" else "vo",
        region="noord",
        mailbox="planning@swv.example",
        stand_ins={"beleid-bestuur": ("bestuurder",), "ondersteuningscoordinator": ("intern-begeleider", "directeur")},
    )
    return World(seed, settings, maker.sheets(), _files(sector, rules), first_day)


def a_new_school(dice: random.Random, number: int, bestuur: PartyRow, day: date) -> RegisterSheets:
    """One more school with its people, as a later import brings it."""
    maker = _Maker(dice, day)
    maker.consulenten = [ContactRow("consulent-nieuw@swv.example", "Consulent nieuw")]
    maker.school(number, bestuur)
    return maker.sheets()


@cache
def read(files: tuple[tuple[str, str], ...]) -> Rulebook:
    """The rulebook of these texts, which must be sound."""
    rulebook, problems = parse_files(dict(files), ())
    assert not [problem for problem in problems if problem.severity == "problem"], problems
    return rulebook


@cache
def _shipped(sector: str) -> tuple[tuple[str, str], ...]:
    rules = {f"rules/{sector}/{path.name}": path for path in (ROOT / "rules" / sector).glob("*.yaml")}
    texts = {f"mail_templates/{path.name}": path for path in (ROOT / "mail_templates").glob("*.m*")}
    return tuple((name, path.read_text(encoding="utf-8")) for name, path in sorted((rules | texts).items()))


def _files(sector: str, rules: tuple[str, ...]) -> dict[str, str]:
    left_out = {name for name, _ in _shipped(sector) if rules and name.startswith("rules/")}
    left_out -= {f"rules/{sector}/{rule}.yaml" for rule in rules}
    return {name: text for name, text in _shipped(sector) if name not in left_out}


class _Maker:
    """Collects the rows of a register."""

    def __init__(self, dice: random.Random, day: date) -> None:
        self.dice = dice
        self.day = day
        self.parties: list[PartyRow] = []
        self.people: dict[str, ContactRow] = {}
        self.roles: list[RoleEntry] = []
        self.documents: list[DocumentRow] = []
        self.closings: list[ClosingRow] = []
        self.consulenten: list[ContactRow] = []
        self.shared: list[ContactRow] = []

    def sheets(self) -> RegisterSheets:
        return RegisterSheets(
            tuple(self.parties),
            tuple(self.people.values()),
            tuple(self.roles),
            tuple(self.documents),
            tuple(self.closings),
        )

    def desk(self) -> None:
        """The bureau, the consulenten and those outside."""
        for role in ("bureau", "controller", "directeur-swv"):
            self._give(role, "swv", self._person(f"{role}@swv.example"))
        self._give("bureau", "swv", self._person("tweede-bureau@swv.example"))
        self.consulenten = [self._person(f"consulent-{number}@swv.example") for number in range(3)]
        for gemeente in GEMEENTEN:
            for role in ("leerplichtambtenaar", "gemeente"):
                self._give(role, f"gemeente:{gemeente}", self._person(f"{role}@{gemeente.lower()}.example"))
        self.closings.append(ClosingRow("swv", self.day + timedelta(days=40), self.day + timedelta(days=41), "studie"))

    def bestuur(self, number: int) -> PartyRow:
        """A bestuur; some take the meivakantie at another time."""
        row = PartyRow(f"7{number:04}", "bestuur", f"Stichting {number}", region=self.dice.choice(REGIONS))
        self.parties.append(row)
        for role, share in (("bestuurder", 0.9), ("administratie", 0.9), ("beleid-bestuur", 0.5)):
            if self.dice.random() < share:
                self._give(role, row.id, self._person(f"{role}@bestuur{number}.example"))
        if self.dice.random() < 0.4:
            first = date(2027, 4, 19) + timedelta(days=7 * self.dice.randrange(3))
            self.closings.append(ClosingRow(row.id, first, first + timedelta(days=11), "mei", "meivakantie"))
        return row

    def school(self, number: int, bestuur: PartyRow) -> None:
        """A school: roles that two share, that end or begin within the year, or that nobody has."""
        dice = self.dice
        region = dice.choice(REGIONS) if dice.random() < 0.3 else ""
        row = PartyRow(
            f"{number:02}AA{number % 10:02}",
            "school",
            f"School {number}",
            bestuur.id,
            "Alkmaar",
            dice.choice(GEMEENTEN),
            region,
        )
        self.parties.append(row)
        for role, share in (
            ("directeur", 0.95),
            ("ondersteuningscoordinator", 0.8),
            ("intern-begeleider", 0.3),
            ("administratie", 0.7),
            ("ondersteuningsteam", 0.3),
            ("teamleider", 0.2),
        ):
            if dice.random() < share:
                self._fill(role, row)
        self._give("consulent", row.id, dice.choice(self.consulenten))
        if dice.random() < 0.5:
            first = self.day + timedelta(days=dice.randrange(300))
            self.closings.append(ClosingRow(row.id, first, first + timedelta(days=dice.randrange(3)), "studiedag"))
        if dice.random() < 0.7:
            adopted = date(2022, 9, 1) + timedelta(days=dice.randrange(700))
            self.documents.append(DocumentRow(PROFILE, row.id, adopted, "v1"))

    def _fill(self, role: str, school: PartyRow) -> None:
        dice = self.dice
        place = school.name.replace(" ", "").lower()
        if role in ("administratie", "ondersteuningscoordinator") and self.shared and dice.random() < 0.3:
            self._give(role, school.id, dice.choice(self.shared))
            return
        person = self._person(f"{role}@{place}.example")
        if dice.random() < 0.2:
            self.shared.append(person)
        if dice.random() < 0.85:
            self._give(role, school.id, person)
            return
        change = self.day + timedelta(days=dice.randrange(10, 300))
        self.roles.append(RoleEntry(person.email, role, school.id, None, change))
        if dice.random() < 0.7:
            successor = self._person(f"{role}-opvolger@{place}.example")
            self.roles.append(RoleEntry(successor.email, role, school.id, change + timedelta(days=1), None))

    def _person(self, email: str) -> ContactRow:
        weekly = self.dice.randrange(5) if self.dice.random() < 0.2 else None
        row = ContactRow(email, email.partition("@")[0].capitalize(), weekly=weekly)
        self.people[email] = row
        return row

    def _give(self, role: str, party: str, person: ContactRow) -> None:
        self.people.setdefault(person.email, person)
        self.roles.append(RoleEntry(person.email, role, party))


def with_rows(sheets: RegisterSheets, more: RegisterSheets) -> RegisterSheets:
    """One register with the rows of both."""
    people = {row.email: row for row in (*more.contacts, *sheets.contacts)}
    return RegisterSheets(
        (*sheets.parties, *more.parties),
        tuple(people.values()),
        (*sheets.roles, *more.roles),
        (*sheets.documents, *more.documents),
        (*sheets.closings, *more.closings),
    )
