"""What a bureau should know of a plan although nothing stops it: moved steps, short rounds, missing documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from engine.core.calendar import Calendar
from engine.core.dates import NotPlanned, planned_dates
from engine.core.dutch import counted, listed, some
from engine.core.party import Party, Register
from engine.core.planning import Expiring, expiring, is_valid, lacking, meant_for
from engine.core.ports import Calendars
from engine.core.roles import BESTUUR_ROLES, BUREAU, OUTSIDE_ROLES, SWV_ROLES
from engine.core.rule import AT_SCHOOLS, ATTENDEES, Round, Rule
from engine.core.schooljaar import Schooljaar

MEIVAKANTIE = "meivakantie"
DATES = ("peildatum", "opens", "due", "wanneer")
# Of more names the first say enough.
MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class PlanNote:
    """`file` is that of the rule, empty for the register. `text` is Dutch and says for whom and when it holds.

    `field` as in a Reason, or a key of the rule, or `aan:STEP` and `kopie:STEP`. `within` are the keys below it that
    lead to the value meant, and last that value, where it stands in a list. `deviating` is the schooljaar whose
    `afwijkingen` the dates come from; None where they are the usual ones.
    """

    file: str
    field: str
    round: str | None
    text: str
    hint: str = ""
    within: tuple[str, ...] = ()
    deviating: str | None = None

    @property
    def is_of_dates(self) -> bool:
        """True where it is about days: a round that is short, two steps on one day, a vakantie that is not known."""
        return self.field in DATES or self.field.startswith("step:")


def plan_notes(
    rules: Iterable[Rule], register: Register, calendars: Calendars, schooljaren: Collection[Schooljaar]
) -> tuple[PlanNote, ...]:
    """The notes on every task that the rules make in the schooljaren, each once with all whom it concerns."""
    notes: list[PlanNote] = []
    for rule in rules:
        if rule.kind == "document":
            notes += _of_documents(rule, register, calendars, schooljaren)
        elif rule.kind != "doorlopend":
            parties = meant_for(rule, register)
            for schooljaar in schooljaren:
                for round_ in rule.rounds_in(schooljaar) if is_valid(rule, schooljaar) else ():
                    notes += _of_round(rule, round_, schooljaar, parties, calendars)
    return tuple(notes)


def role_notes(rules: Iterable[Rule], register: Register) -> Iterator[PlanNote]:
    """Roles that rules name and nobody has, each once with all its rules, at the first place it stands."""
    named: dict[str, list[tuple[Rule, str]]] = {}
    for rule in rules:
        for field, who in _named_roles(rule):
            named.setdefault(who.removesuffix(AT_SCHOOLS), []).append((rule, field))
    for role, places in named.items():
        if role not in ("", ATTENDEES) and not register.has_role(role):
            rule, field = places[0]
            ids = list(dict.fromkeys(one.id for one, _ in places))
            then = _instead(role, {each for _, each in places}, register)
            text = f"niemand in het register heeft de rol {role}{then}; {'regel' if len(ids) == 1 else 'regels'}: "
            yield PlanNote(rule.file, field, None, text + ", ".join(ids), _where_to_fill_in(role))


def _where_to_fill_in(role: str) -> str:
    """Where in the register a role is filled in most easily."""
    if role in SWV_ROLES:
        return f"Vul het register in, niet de regel: zet op het blad rollen een rij met rol {role} en partij swv."
    if role in OUTSIDE_ROLES:
        return f"Vul het register in, niet de regel: zet op het blad rollen een rij met rol {role}, en de partij erbij."
    sheet = "besturen" if role in BESTUUR_ROLES else "scholen"
    return f"Vul het register in, niet de regel: zet op het blad {sheet} de adressen in een kolom {role}."


def _instead(role: str, fields: Collection[str], register: Register) -> str:
    """Who hears instead, where the role is asked or written to; of others nobody takes the place."""
    if not any(field == "vraag_aan" or field.startswith("aan:") for field in fields):
        return ""
    if any(register.has_role(other) for other in register.stand_ins.get(role, ())):
        return "; daarom krijgt een vervanger die mail"
    return "; daarom krijgt het bureau die mail" if register.has_role(BUREAU) else "; daarom krijgt niemand die mail"


def register_notes(register: Register, calendars: Calendars, schooljaren: Collection[Schooljaar]) -> list[PlanNote]:
    """Besturen with schools but without a meivakantie of their own: most take more than what is published."""
    own = {(row.party.casefold(), Schooljaar.of(row.first)) for row in register.closings if row.replaces == MEIVAKANTIE}
    notes = []
    for schooljaar in sorted(schooljaren):
        without = [
            bestuur
            for bestuur in register.active("bestuur")
            if calendars.of(bestuur.id).vakantie(MEIVAKANTIE, schooljaar) is not None
            and (bestuur.id.casefold(), schooljaar) not in own
            and any((school.id.casefold(), schooljaar) not in own for school in register.schools_of(bestuur.id))
        ]
        if without:
            heeft = "heeft" if len(without) == 1 else "hebben"
            count = counted(len(without), "bestuur", "besturen")
            text = f"{count} {heeft} geen eigen {MEIVAKANTIE} in {schooljaar}: {_names(without)}"
            hint = "De meeste scholen nemen twee weken, en één week is gepubliceerd. "
            hint += "Zet op het blad vrije_dagen van het register de hele vakantie: "
            hint += f"bij partij het nummer van het bestuur ({without[0].id}), "
            hint += f"bij vervangt {MEIVAKANTIE}."
            notes.append(PlanNote("", "vrije_dagen", None, text, hint))
    return notes


def _named_roles(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "vraag_aan", rule.asked
    for role in rule.together:
        yield "samen_met", role
    for step in rule.steps:
        yield from ((f"aan:{step.name}", role) for role in step.to)
        yield from ((f"kopie:{step.name}", role) for role in step.copy)
    if rule.talk is not None:
        yield from (("deelnemers", role) for role in rule.talk.attendees)
        yield from (("deelnemers_eventueel", role) for role in rule.talk.optional_attendees)


def _of_round(
    rule: Rule, round_: Round, schooljaar: Schooljaar, parties: Iterable[Party], calendars: Calendars
) -> Iterator[PlanNote]:
    by_calendar: dict[Calendar, list[Party]] = {}
    for party in parties:
        by_calendar.setdefault(calendars.of(party.id), []).append(party)
    found: dict[tuple[str, str], list[Party]] = {}
    for calendar, who in by_calendar.items():
        for told in _told(rule, round_, schooljaar, calendar, None):
            found.setdefault(told, []).extend(who)
    when = f"{f'ronde {round_.name}, ' if round_.name else ''}{schooljaar}"
    yield from _notes(rule, round_, found, when, str(schooljaar) if rule.deviates_in(schooljaar) else None)


def _of_documents(
    rule: Rule, register: Register, calendars: Calendars, schooljaren: Collection[Schooljaar]
) -> Iterator[PlanNote]:
    together: dict[tuple[Calendar, date], list[Expiring]] = {}
    for expires in expiring(rule, register, schooljaren):
        together.setdefault((calendars.of(expires.party.id), expires.renew), []).append(expires)
    found: dict[tuple[str, str], list[Party]] = {}
    for (calendar, day), group in together.items():
        year = Schooljaar.of(day)
        for told in _told(rule, rule.rounds_in(year)[0], year, calendar, day):
            found.setdefault(told, []).extend(one.party for one in group)
    yield from _notes(rule, rule.rounds[0], found, "")
    without = lacking(rule, register)
    if without and any(is_valid(rule, schooljaar) for schooljaar in schooljaren):
        who = "school" if rule.per == "school" else "bestuur"
        several = "scholen" if rule.per == "school" else "besturen"
        heeft = "heeft" if len(without) == 1 else "hebben"
        text = f"{counted(len(without), who, several)} {heeft} geen {rule.document} in het register: {_names(without)}"
        hint = "Zonder document komt er geen taak. Zet het op het blad documenten van het register. "
        hint += f"Of zet in {rule.file} bij `eerste` wanneer het eerste er moet zijn."
        if rule.first is not None:
            hint = "Hebben zij er wel een? Zet die op het blad documenten van het register. "
            hint += f"Anders komt er een taak: uiterlijk {rule.first}."
        yield PlanNote(rule.file, "document", None, text, hint)


def _told(
    rule: Rule, round_: Round, schooljaar: Schooljaar, calendar: Calendar, expires: date | None
) -> Iterator[tuple[str, str]]:
    """(field, text) of each note on the dates."""
    dates = planned_dates(rule, round_, schooljaar, calendar, expires=expires)
    if isinstance(dates, NotPlanned):
        yield "wanneer", dates.text
        return
    for note in dates.notes:
        yield note.field, note.text


def _notes(
    rule: Rule,
    round_: Round,
    found: Mapping[tuple[str, str], list[Party]],
    when: str,
    deviating: str | None = None,
) -> Iterator[PlanNote]:
    for (field, text), parties in found.items():
        concerns = ", ".join(part for part in (when, _names(parties)) if part)
        told = f"{text.removesuffix('.')} ({concerns})"
        yield PlanNote(rule.file, field, round_.name, told, deviating=deviating)


def _names(parties: Iterable[Party]) -> str:
    return listed(some([party.name for party in parties], MOST_NAMES))
