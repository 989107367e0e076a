"""The rounds of a schooljaar, one of them with who has to answer, and any list of tasks with their people and mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.sifting import Offer, Sifted, offer, sift
from engine.core.answer import Answer, requests_open, standing
from engine.core.choice import THIS_WEEK, Choice
from engine.core.localtime import from_ms
from engine.core.matrix import (
    Column,
    PartyLine,
    RoundId,
    TaskLine,
    columns_of,
    is_this_week,
    name_of,
    status_day,
)
from engine.core.party import SWV, Contact, Party, Register, RoleRow
from engine.core.recipients import places
from engine.core.roles import CONSULENT
from engine.core.rule import AT_SCHOOLS
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.status import StatusName, rank
from engine.core.task import Reason
from engine.store.absences import stand_ins_of_absent
from engine.store.answers import answers_of
from engine.store.facts import adopted, signed_years
from engine.store.notes import Note, notes_of
from engine.store.parties import Person, party_lines, people_at
from engine.store.rounds import Detail, Mail, Rung, details, ladder, newest_mails
from engine.store.task_lines import schooljaren_with_tasks, tasks_of_round, tasks_of_year
from engine.store.transitions import waived_because

Named = tuple[TaskLine, StatusName]
# Before and after this many rows a list goes on on another page.
PAGE_ROWS = 150


@dataclass(frozen=True, slots=True)
class Entry:
    """A task as a list shows it.

    `people` are those who are asked; `stand_in` says that the bureau is asked because nobody has the role. `note` is
    the newest; `requests` are what people asked of the bureau that nobody dealt with; `remark` is what
    stands beside the answer, or why it is n.v.t. `consulenten` are the names of the party's own.
    """

    task: TaskLine
    name: StatusName
    day: date | None
    party: PartyLine
    people: tuple[Contact, ...] = ()
    stand_in: bool = False
    mail: Mail | None = None
    note: Note | None = None
    requests: tuple[Answer, ...] = ()
    remark: str = ""
    consulenten: tuple[str, ...] = ()

    @property
    def answered(self) -> date | None:
        """The day on which the answer came, where there is one."""
        ended = self.task.ended if self.name in ("submitted", "done") else None
        return None if ended is None else date.fromisoformat(ended)

    @property
    def mailed_at(self) -> datetime | None:
        """When the newest mail left or was made."""
        return None if self.mail is None else from_ms(self.mail.at)

    @property
    def leaves_at(self) -> datetime | None:
        """When the newest mail leaves, where it is ready."""
        return None if self.mail is None or self.mail.leaves is None else from_ms(self.mail.leaves)


@dataclass(frozen=True, slots=True)
class Rounds:
    """The rounds of a schooljaar, those that need attention first; `years` are the schooljaren to choose from."""

    schooljaar: str
    is_adopted: bool
    is_closed: bool
    years: tuple[str, ...]
    offer: Offer
    columns: tuple[Column, ...]
    kinds: Mapping[RoundId, str]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """How the dates of some parties came about; `parties` are their names."""

    opens: str
    due: str
    reasons: tuple[Reason, ...]
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneRound:
    """A round with everything on its page; `tasks` are those that are left, `unfinished` what can still be moved.

    `usual_due` is the last day of most tasks, None where there is none; `other_dues` are those of the others, in order.
    """

    column: Column
    detail: Detail
    is_adopted: bool
    offer: Offer
    tasks: tuple[Entry, ...]
    unfinished: tuple[str, ...]
    rungs: tuple[Rung, ...]
    whys: tuple[Why, ...]
    told: tuple[str, ...]
    peildata: tuple[date, ...] = field(default=())
    usual_due: date | None = None
    other_dues: tuple[date, ...] = ()


def rounds_of_year(
    connection: Connection, choice: Choice, today: date, *, scope: frozenset[str] | None, swv: str
) -> Rounds:
    """The rounds of a schooljaar over the parties of a choice."""
    running = str(Schooljaar.of(today))
    years = schooljaren_with_tasks(connection)
    told = []
    schooljaar = choice.schooljaar or running
    if choice.schooljaar and choice.schooljaar not in years:
        told.append(f"In schooljaar '{choice.schooljaar}' zijn er geen taken.")
    sifted = sift(connection, choice, scope, swv, today)
    live, ended = signed_years(connection)
    found = tasks_of_year(connection, schooljaar, of=sifted.of)
    named = [(task, name_of(task, today, live)) for task in found if task.party in sifted.parties]
    columns = columns_of(named)
    return Rounds(
        schooljaar,
        schooljaar in live,
        schooljaar in ended,
        tuple(sorted({*years, running}, reverse=True)),
        offer(connection, scope),
        tuple(columns),
        {task.round_id: task.kind for task, _ in named},
        (*told, *sifted.told),
    )


def one_round(
    connection: Connection,
    id_: RoundId,
    choice: Choice,
    today: date,
    *,
    scope: frozenset[str] | None,
    settings: Settings,
) -> OneRound | None:
    """A round over the parties of a choice; None where there is no such round for this user."""
    sifted = sift(connection, choice, scope, settings.name, today)
    of = sifted.of if scope is None else scope
    found = [task for task in tasks_of_round(connection, *id_, of=of) if scope is None or task.party in scope]
    if not found:
        return _nothing_left(connection, id_, choice, today, sifted, scope=scope, settings=settings)
    live = frozenset(adopted(connection))
    named = [(task, name_of(task, today, live)) for task in found if task.party in sifted.parties]
    if not named:
        return _nothing_left(connection, id_, choice, today, sifted, scope=scope, settings=settings)
    counted = [one for one in named if one[1] != "cancelled"] or named
    column = columns_of(counted)[0]
    detail = details(connection, *id_, keys=None if sifted.of is None else [task.key for task, _ in named])
    chosen = asked_for(named, choice, today)
    return OneRound(
        column,
        detail[0],
        id_.schooljaar in live or any(name not in ("concept", "cancelled") for _, name in named),
        offer(connection, scope),
        tuple(in_order(entries(connection, chosen, sifted.parties, settings, today), choice)),
        tuple(task.key for task, name in named if name in ("late", "today", "open", "planned", "arranged", "paused")),
        tuple(ladder(connection, *id_, of=sifted.of)),
        _whys(detail, sifted.parties),
        sifted.told,
        tuple(sorted({date.fromisoformat(one.peildatum) for one in detail if one.peildatum})),
        *_dues([task.due for task, _ in counted]),
    )


def entries(
    connection: Connection,
    named: Sequence[Named],
    parties: Mapping[str, PartyLine],
    settings: Settings,
    today: date,
) -> list[Entry]:
    """The tasks with who is asked and the newest mail, by a few statements for all of them."""
    register = _register(connection, named, parties, settings)
    keys = [task.key for task, _ in named]
    mails, notes, answers = newest_mails(connection, keys), notes_of(connection, keys), answers_of(connection, keys)
    waived = [task.key for task, name in named if name == "waived"]
    why = waived_because(connection, waived) if waived else {}
    found = []
    for task, name in named:
        given = standing(answers.get(task.key, ()), task.state)
        asked = [
            register.who(*place, today) for place in places((task.asked,) if task.asked else (), task.party, register)
        ]
        numbers = dict.fromkeys(number for one in asked for number in one.contacts)
        day = status_day(name, task.opens, task.due, task.suspended, task.ended, task.arranged)
        found.append(
            Entry(
                task,
                name,
                None if day is None else date.fromisoformat(day),
                parties[task.party],
                tuple(register.contacts[number] for number in numbers),
                any(one.via in ("bureau", "nobody") for one in asked),
                mails.get(task.key),
                notes[task.key][-1] if task.key in notes else None,
                requests_open(answers.get(task.key, ()), task.state),
                given.remark if given is not None and given.remark else why.get(task.key, ""),
                tuple(register.contacts[number].name for number in register.holders(CONSULENT, task.party, today)),
            )
        )
    return found


def _dues(found: Sequence[str]) -> tuple[date | None, tuple[date, ...]]:
    """The last day that more than half of the tasks have, and those of the others."""
    usual, count = Counter(found).most_common(1)[0]
    if 2 * count <= len(found):
        return None, ()
    return date.fromisoformat(usual), tuple(sorted(date.fromisoformat(one) for one in found if one != usual))


def asked_for(named: Sequence[Named], choice: Choice, today: date) -> list[Named]:
    """The tasks with the status that is asked for; all where none is."""
    if not choice.status:
        return list(named)
    if choice.status == THIS_WEEK:
        return [one for one in named if is_this_week(*one, today)]
    wanted = choice.wanted_status
    return [one for one in named if one[1] == wanted]


def in_order(found: Iterable[Entry], choice: Choice) -> list[Entry]:
    """The entries in the order that is asked for: what is late first, or by a column and then so."""
    ordered = sorted(found, key=_worst_first)
    by = _SORTS.get(choice.sort.removeprefix("-"))
    return ordered if by is None else sorted(ordered, key=by, reverse=choice.sort.startswith("-"))


def _worst_first(entry: Entry) -> tuple[object, ...]:
    return rank(entry.name), entry.task.due, *_by_name(entry)


def _by_name(entry: Entry) -> tuple[str, str]:
    return entry.party.name.casefold(), entry.party.id


_SORTS: Mapping[str, Callable[[Entry], tuple[object, ...]]] = {
    "naam": _by_name,
    "bestuur": lambda entry: (entry.party.bestuur_name.casefold(), *_by_name(entry)),
    "status": lambda entry: (rank(entry.name), entry.day or date.min),
    "uiterlijk": lambda entry: (entry.task.due,),
    "ronde": lambda entry: (entry.task.round_id.short,),
    "contact": lambda entry: (entry.people[0].name.casefold() if entry.people else "",),
    "mail": lambda entry: (entry.mail.at if entry.mail else 0,),
}


def _nothing_left(
    connection: Connection,
    id_: RoundId,
    choice: Choice,
    today: date,
    sifted: Sifted,
    *,
    scope: frozenset[str] | None,
    settings: Settings,
) -> OneRound | None:
    """The round without its filter, and no tasks; None where it is not there without filter either."""
    if not (choice.bestuur or choice.consulent or choice.text):
        return None
    whole = one_round(connection, id_, Choice(), today, scope=scope, settings=settings)
    if whole is None:
        return None
    told = sifted.told or ("In deze ronde heeft niemand van deze keuze een taak.",)
    return replace(whole, tasks=(), unfinished=(), told=told)


def _register(
    connection: Connection, named: Sequence[Named], parties: Mapping[str, PartyLine], settings: Settings
) -> Register:
    """As much of the register as says who is asked."""
    ids = {task.party for task, _ in named}
    lines = {id_: parties[id_] for id_ in ids}
    if any(task.asked.endswith(AT_SCHOOLS) for task, _ in named):
        schools = party_lines(connection, places=sorted(ids))
        lines |= {one.id: one for one in schools if one.kind == "school"}
    at = {SWV, *lines}
    for one in lines.values():
        at |= {place for place in (one.bestuur, f"gemeente:{one.gemeente}" if one.gemeente else "") if place}
    people = people_at(connection, at)
    away = stand_ins_of_absent(connection)
    return Register(
        {one.id: Party(one.id, one.kind, one.name, one.bestuur, one.place, one.gemeente) for one in lines.values()},  # type: ignore[arg-type]
        {one.contact: Contact(one.contact, one.email, one.name, phone=one.phone) for one in people}
        | {one.id: one for _, one in away},
        tuple(_role(one) for one in people),
        settings.stand_ins,
        absences=tuple(absence for absence, _ in away),
    )


def _role(one: Person) -> RoleRow:
    first, last = (None if day is None else date.fromisoformat(day) for day in (one.first, one.last))
    return RoleRow(one.contact, one.role, one.party, first, last)


def _whys(found: Sequence[Detail], parties: Mapping[str, PartyLine]) -> tuple[Why, ...]:
    """The reasons of the dates, once where they are the same, what most parties have first."""
    same: dict[tuple[str, str, tuple[Reason, ...]], list[str]] = {}
    for one in found:
        if one.party in parties:
            same.setdefault((one.opens, one.due, one.reasons), []).append(parties[one.party].name)
    ordered = sorted(same.items(), key=lambda item: (-len(item[1]), item[0][1]))
    return tuple(Why(opens, due, reasons, tuple(sorted(names))) for (opens, due, reasons), names in ordered)
