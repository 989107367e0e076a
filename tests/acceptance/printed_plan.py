"""A plan of many schooljaren as text that people read: a block per rule and round, a line per schooljaar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from engine.adapters.calendars import SchoolCalendars
from engine.adapters.rulebook import read_rulebook
from engine.core.calendar import Calendar
from engine.core.dates import NotPlanned, planned_dates
from engine.core.dutch import MONTHS, weekday
from engine.core.party import SWV, Party, Register
from engine.core.planning import expand
from engine.core.rule import Round, Rule
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Region, Settings
from engine.core.sheets import DocumentRow
from engine.core.task import PlannedTask

ROOT = Path(__file__).parents[2]
# The vakanties of all of these are published.
YEARS = tuple(Schooljaar(first) for first in range(2020, 2030))
# As a planning has them; some keep all their letters.
SHORT_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "juni", "juli", "aug", "sept", "okt", "nov", "dec")
SCHOOL, BESTUUR = "10AA00", "70001"
PARTIES = {"school": SCHOOL, "bestuur": BESTUUR, "swv": SWV}
VALID_FOR = 4
# The days on which documents end, a school each; the last of them only in a leap year.
ENDS = ((8, 1), (8, 31), (10, 18), (12, 26), (1, 4), (3, 15), (4, 30), (5, 31), (7, 31), (2, 29))
WITHOUT_DOCUMENT = "00XX00"


@dataclass(frozen=True)
class Office:
    """A school, a bestuur and the SWV of one sector in one region, and the rules that hold for them."""

    sector: str
    region: Region

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the sector, by id."""
        return _rules(self.sector)

    @property
    def calendars(self) -> SchoolCalendars:
        """Calendars for parties that have nothing of their own but the region."""
        settings = Settings("SWV", "VO9901", "vo", self.region, "post@swv.example")
        return SchoolCalendars(settings, _register(()).parties)


def printed(office: Office) -> str:
    """The whole plan: the vakanties and public holidays first, then each rule that makes tasks."""
    blocks = [*_vakanties(office), *_public_holidays(office)]
    for rule in office.rules:
        if rule.kind == "document":
            blocks += _documents(office, rule)
        elif rule.kind != "doorlopend":
            for round_ in rule.rounds:
                blocks += _round(office, rule, round_)
    return "\n".join(blocks) + "\n"


@cache
def _rules(sector: str) -> tuple[Rule, ...]:
    templates = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "mail_templates").glob("*.md")}
    rulebook, problems = read_rulebook(ROOT, f"rules/{sector}", templates, ())
    assert not [problem for problem in problems if problem.severity == "problem"]
    return rulebook.rules


def _register(documents: Iterable[DocumentRow]) -> Register:
    schools = [SCHOOL, WITHOUT_DOCUMENT, *(_school_of(end) for end in ENDS)]
    parties = [Party(school, "school", school, bestuur=BESTUUR) for school in schools]
    parties += [Party(BESTUUR, "bestuur", BESTUUR), Party(SWV, "swv", "SWV")]
    return Register({party.id: party for party in parties}, {}, (), documents=tuple(documents))


def _school_of(end: tuple[int, int]) -> str:
    month, day = end
    return f"{month:02}XX{day:02}"


def _vakanties(office: Office) -> Iterator[str]:
    calendar = office.calendars.of(SCHOOL)
    yield f"# vakanties van regio {office.region}, eerste en laatste dag"
    for year in YEARS:
        spans = [
            f"{one.name.removesuffix('vakantie')} {_day(one.first, year)} - {_day(one.last, year)}"
            for one in calendar.vakanties
            if one.year == year
        ]
        yield f"{year}  {' · '.join(spans)}"


def _public_holidays(office: Office) -> Iterator[str]:
    calendar = office.calendars.of(SCHOOL)
    yield "\n# feestdagen op een werkdag"
    for year in YEARS:
        named = [
            f"{name} {_day(day, year)}"
            for day, name in calendar.public.items()
            if Schooljaar.of(day) == year and day.weekday() < 5
        ]
        yield f"{year}  {' · '.join(named)}"


def _round(office: Office, rule: Rule, round_: Round) -> Iterator[str]:
    party = PARTIES[rule.per]
    calendar = office.calendars.of(party)
    yield f"\n# {rule.id}{f' · {round_.name}' if round_.name else ''} · per {rule.per}"
    for year in YEARS:
        tasks = expand([rule], _register(()), office.calendars, [year], {})
        task = next((one for one in tasks if (one.party, one.round) == (party, round_.name)), None)
        yield from _entry(rule, round_, year, calendar, task)


def _documents(office: Office, rule: Rule) -> Iterator[str]:
    for end in ENDS:
        school = _school_of(end)
        calendar = office.calendars.of(school)
        yield f"\n# {rule.id} · vastgesteld op {end[1]} {MONTHS[end[0] - 1]}"
        for year in YEARS:
            adopted = _adopted(end, year)
            if adopted is not None:
                register = _register([DocumentRow(rule.document, school, adopted)])
                tasks = expand([rule], register, office.calendars, [year], {})
                yield from _entry(rule, rule.rounds[0], year, calendar, tasks[0])
    yield f"\n# {rule.id} · een school zonder document"
    for year in YEARS:
        tasks = expand([rule], _register(()), office.calendars, [year], {})
        yield f"{year}  {len(tasks) or 'geen'} taken"


def _adopted(end: tuple[int, int], year: Schooljaar) -> date | None:
    """The day four years before the end in that schooljaar; None where there is no 29 February."""
    try:
        last = year.day(*end)
    except ValueError:
        return None
    return last.replace(year=last.year - VALID_FOR)


def _entry(rule: Rule, round_: Round, year: Schooljaar, calendar: Calendar, task: PlannedTask | None) -> Iterator[str]:
    dates = planned_dates(rule, round_, year, calendar, expires=task.expires if task else None)
    if isinstance(dates, NotPlanned):
        assert task is None
        yield f"{year}  -\n           ! {dates.text}"
        return
    assert task is not None
    named: list[tuple[str, date | None]] = [("opent", task.opens), ("uiterlijk", task.due)]
    if task.peildatum:
        named.insert(0, ("peildatum", task.peildatum))
    if task.expires:
        named.insert(0, ("vervalt", task.expires))
    named += [(step.name, step.date) for step in task.steps if step.date]
    yield f"{year}  {' · '.join(f'{name} {_marked(day, year, calendar)}' for name, day in named if day)}"
    for note in dates.notes:
        yield f"           ! {note.field}: {note.text}"


def _marked(day: date, year: Schooljaar, calendar: Calendar) -> str:
    return _day(day, year) + ("" if calendar.is_open(day) else " (dicht)")


def _day(day: date, year: Schooljaar) -> str:
    """`di 1 sept`; with its year when it lies outside the schooljaar of the line."""
    text = f"{weekday(day)[:2]} {day.day} {SHORT_MONTHS[day.month - 1]}"
    return text if Schooljaar.of(day) == year else f"{text} {day.year}"
