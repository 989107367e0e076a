"""Whose agenda holds what: the whole SWV, a bestuur, a school, a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from engine.core import agenda_text
from engine.core.agenda import round_local, vakantie_local
from engine.core.agenda_entry import ONE_DAY, Entry, round_entries, task_entries
from engine.core.agenda_task import AgendaTask
from engine.core.appointment import Appointment
from engine.core.calendar import Calendar
from engine.core.dating import first_and_last
from engine.core.dutch import capitalised
from engine.core.party import SWV, Party, Register
from engine.core.planning import is_valid, meant_for
from engine.core.ports import Calendars
from engine.core.recipients import askable
from engine.core.round_names import in_round
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.user import parties_of_consulent

# Of whom a round is asked for more parties at once, gets it as one item: nobody reads forty that stand on one day.
MOST_SINGLY = 10
_CONTACT, _VAKANTIES = "contact:", "+vakanties"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose agenda it is: `swv`, a party's id, or a contact (`party` is empty then); with schoolvakanties or not."""

    party: str = ""
    contact: int = 0
    vakanties: bool = False

    @classmethod
    def parse(cls, name: str) -> Whose:
        """Reads the name of an agenda: `swv`, `16SW03`, `contact:5`, each with `+vakanties` or not."""
        plain = name.removesuffix(_VAKANTIES)
        if plain.startswith(_CONTACT):
            return cls(contact=int(plain.removeprefix(_CONTACT)), vakanties=plain != name)
        return cls(party=plain, vakanties=plain != name)

    def __str__(self) -> str:
        plain = self.party or f"{_CONTACT}{self.contact}"
        return plain + (_VAKANTIES if self.vakanties else "")

    @property
    def local(self) -> str:
        """As it stands in a uid of what this agenda tells at once."""
        return self.party or f"contact-{self.contact}"


@dataclass(slots=True)
class Asked:
    """Who is asked for what, and whose consulent somebody is, on one day; each is found once."""

    register: Register
    day: date
    _of: dict[tuple[str, tuple[str, ...], str], frozenset[int]] = field(default_factory=dict)
    _own: dict[int, frozenset[str]] = field(default_factory=dict)

    def of(self, asked: str, together: tuple[str, ...], party: str) -> frozenset[int]:
        """Of whom something is asked at a party: the same choice as for mails and for a person's own page."""
        key = (asked, together, party)
        if key not in self._of:
            self._of[key] = frozenset(who.contact for who in askable(asked, together, party, self.register, self.day))
        return self._of[key]

    def own(self, contact: int) -> frozenset[str]:
        """The schools and besturen of which the contact is consulent."""
        if contact not in self._own:
            self._own[contact] = parties_of_consulent((contact,), self.register, self.day) - {SWV}
        return self._own[contact]

    def concerns(self, contact: int, task: AgendaTask, guests: Collection[int]) -> bool:
        """True when the task stands in the contact's agenda; `guests` are at its gesprek."""
        return (
            contact in guests
            or task.party in self.own(contact)
            or contact in self.of(task.asked, task.together, task.party)
        )


@dataclass(frozen=True, slots=True)
class World:
    """What agendas are made of: tasks that may be told, their appointments and who is at them, and the register."""

    tasks: Sequence[AgendaTask]
    talks: Mapping[str, Appointment]
    guests: Mapping[str, frozenset[int]]
    asked: Asked
    calendars: Calendars
    # Rules of the applied rulebook, and the schooljaren of which something may be told.
    rules: Sequence[Rule] = ()
    schooljaren: Sequence[Schooljaar] = ()

    @property
    def register(self) -> Register:
        """Who there is."""
        return self.asked.register


def entries_of(whose: Whose, world: World) -> list[Entry]:
    """What stands in an agenda of tasks and of doorlopende rules, without schoolvakanties; each uid once."""
    told = _of_contact(whose, world) if whose.contact else _of_party(whose, world)
    found: dict[str, Entry] = {}
    for entry in told:
        # A rule that was per school and is per SWV now has the same uid for its task as for what is left of its round.
        if entry.uid not in found or found[entry.uid].lapsed:
            found[entry.uid] = entry
    return [*found.values(), *_going_on(whose, world)]


def is_of_one(whose: Whose, register: Register) -> bool:
    """True for the agenda of a school: everything in it is about that school."""
    party = register.parties.get(whose.party)
    return party is not None and party.kind == "school"


def vakantie_entries(calendars: Mapping[str, Calendar], schooljaren: Collection[Schooljaar]) -> Iterator[Entry]:
    """The schoolvakanties of these regions, or of a party with days of its own, by region or by the party's id."""
    for whose, calendar in calendars.items():
        for one in calendar.vakanties:
            if one.year in schooljaren:
                region = f" (regio {whose})" if whose == calendar.key else ""
                uid = vakantie_local(one.name, str(one.year), whose)
                yield Entry(uid, one.first, one.last + ONE_DAY, capitalised(one.name) + region)


def next_turn(register: Register, day: date) -> date:
    """The next day on which a schooljaar, a role or an absence begins or is over."""
    turns = [Schooljaar.of(day).next.begin]
    for first, last in (
        *((row.first, row.last) for row in register.roles),
        *((away.first, away.last) for away in register.absences),
    ):
        turns += [first] if first is not None else []
        turns += [last + timedelta(days=1)] if last is not None else []
    return min(turn for turn in turns if turn > day)


def _of_party(whose: Whose, world: World) -> Iterator[Entry]:
    names = _names(world.register)
    parties = world.register.parties
    own: list[AgendaTask] = []
    others: list[AgendaTask] = []
    for task in world.tasks:
        if task.party == whose.party:
            own.append(task)
        elif whose.party == SWV or _bestuur_of(parties.get(task.party)) == whose.party:
            others.append(task)
    yield from _singly(own, names, world)
    yield from round_entries(others, whose.local, names, world.talks)


def _of_contact(whose: Whose, world: World) -> Iterator[Entry]:
    names = _names(world.register)
    own = world.asked.own(whose.contact)
    mine = [
        task
        for task in world.tasks
        if world.asked.concerns(whose.contact, task, world.guests.get(task.key, frozenset()))
    ]
    counts = Counter((task.rule, task.schooljaar, task.round) for task in mine)
    once: list[AgendaTask] = []
    singly: list[AgendaTask] = []
    for task in mine:
        if task.party in own:
            told_once = task.kind != "gesprek"
        else:
            told_once = counts[task.rule, task.schooljaar, task.round] > MOST_SINGLY
        (once if told_once else singly).append(task)
    yield from _singly(singly, names, world)
    yield from round_entries(once, whose.local, names, world.talks)


def _singly(tasks: Iterable[AgendaTask], names: Mapping[str, str], world: World) -> Iterator[Entry]:
    for task in tasks:
        yield from task_entries(task, names.get(task.party, task.party), world.talks.get(task.key))


def _going_on(whose: Whose, world: World) -> Iterator[Entry]:
    """The lines of doorlopende rules, each over its period, at its widest."""
    for rule in world.rules:
        if rule.kind != "doorlopend":
            continue
        meant = [party for party in meant_for(rule, world.register) if _is_meant(whose, rule, party, world)]
        calendars = {world.calendars.of(party.id) for party in meant}
        for schooljaar in world.schooljaren:
            if not is_valid(rule, schooljaar):
                continue
            for round_ in rule.rounds_in(schooljaar):
                if days := first_and_last(rule, round_, schooljaar, calendars):
                    first, last = min(opens for opens, _ in days), max(due for _, due in days)
                    uid = round_local(rule.id, str(schooljaar), round_.name, whose.local)
                    text = agenda_text.asked_shortly(rule.explanation)
                    title = in_round(rule.title, round_.name)
                    yield Entry(uid, first, last + ONE_DAY, title, text=text, going_on=True)


def _is_meant(whose: Whose, rule: Rule, party: Party, world: World) -> bool:
    if whose.contact:
        asked = whose.contact in world.asked.of(rule.asked, rule.together, party.id)
        return asked or party.id in world.asked.own(whose.contact)
    return whose.party in (SWV, party.id, party.bestuur)


def _bestuur_of(party: Party | None) -> str:
    return party.bestuur if party is not None else ""


def _names(register: Register) -> dict[str, str]:
    """The names of parties as titles show them; the SWV's own tasks need none."""
    return {id_: party.name for id_, party in register.parties.items()} | {SWV: ""}
