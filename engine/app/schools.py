"""The schools, or the besturen, each with what is late there and what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from engine.core.matrix import name_of
from engine.core.party import Party, Register
from engine.core.status import StatusName
from engine.store.facts import adopted
from engine.store.task_lines import unfinished

CONSULENT = "consulent"
PartySort = Literal["naam", "bestuur", "gemeente", "te-laat", "open"]
SORTS: Mapping[PartySort, str] = {
    "naam": "naam",
    "bestuur": "bestuur",
    "gemeente": "gemeente",
    "te-laat": "te laat",
    "open": "open",
}
_OPEN: tuple[StatusName, ...] = ("today", "submitted", "open", "arranged")


@dataclass(frozen=True, slots=True)
class PartyWish:
    """Which parties are wanted; empty text where nothing was chosen. `active` is `ja`, `nee` or `alle`."""

    bestuur: str = ""
    gemeente: str = ""
    consulent: str = ""
    text: str = ""
    active: str = "ja"
    sort: str = "naam"


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A party with its consulenten, how many tasks are late, since when, and how many others are open."""

    party: Party
    bestuur: str
    consulenten: tuple[str, ...]
    late: int
    since: date | None
    open: int
    schools: int = 0


@dataclass(frozen=True, slots=True)
class SchoolList:
    """The parties that are left, and what one can choose from: (value, name)."""

    lines: tuple[SchoolLine, ...]
    besturen: tuple[tuple[str, str], ...]
    gemeenten: tuple[tuple[str, str], ...]
    consulenten: tuple[tuple[str, str], ...]


def school_list(
    connection: Connection,
    register: Register,
    kind: Literal["school", "bestuur"],
    wish: PartyWish,
    today: date,
    scope: frozenset[str] | None,
) -> SchoolList:
    """The schools or besturen of a wish, for someone who may see the parties of `scope` (None: all)."""
    seen = [one for one in register.parties.values() if one.kind == kind and may_see(one, register, scope)]
    consulenten = {one.id: _consulenten(one.id, register, today) for one in seen} if kind == "school" else {}
    parties = [one for one in seen if _is_wanted(one, wish, register, consulenten.get(one.id, ()))]
    lines = _lines(connection, parties, register, consulenten, today, scope)
    people = {contact for found in consulenten.values() for contact in found}
    besturen = {one.bestuur for one in seen if one.bestuur}
    return SchoolList(
        tuple(_sorted(lines, wish.sort)),
        tuple(sorted(((id_, name_in(register, id_)) for id_ in besturen), key=lambda one: one[1].casefold())),
        tuple((one, one) for one in sorted({one.gemeente for one in seen if one.gemeente}, key=str.casefold)),
        tuple(sorted(((str(one), register.contacts[one].name) for one in people), key=lambda one: one[1].casefold())),
    )


def lines_of(
    connection: Connection, parties: Iterable[Party], register: Register, today: date, scope: frozenset[str] | None
) -> list[SchoolLine]:
    """A line for each of these parties, by name."""
    known = list(parties)
    consulenten = {one.id: _consulenten(one.id, register, today) for one in known}
    return _sorted(_lines(connection, known, register, consulenten, today, scope), "naam")


def may_see(party: Party, register: Register, scope: frozenset[str] | None) -> bool:
    """True for a party in the scope, and for the bestuur of a school in it."""
    if scope is None or party.id in scope:
        return True
    return party.kind == "bestuur" and any(
        register.parties[one].bestuur == party.id for one in scope & _known(register)
    )


def name_in(register: Register, party: str) -> str:
    """The party's name, else what it is called in the register."""
    known = register.parties.get(party)
    return known.name if known is not None else party.removeprefix("gemeente:")


def _known(register: Register) -> frozenset[str]:
    return frozenset(register.parties)


def _consulenten(party: str, register: Register, today: date) -> tuple[int, ...]:
    return register.holders(CONSULENT, party, today)


def _is_wanted(party: Party, wish: PartyWish, register: Register, consulenten: tuple[int, ...]) -> bool:
    if wish.active != "alle" and party.active != (wish.active != "nee"):
        return False
    if wish.bestuur and party.bestuur != wish.bestuur:
        return False
    if wish.gemeente and party.gemeente.casefold() != wish.gemeente.casefold():
        return False
    if wish.consulent and wish.consulent not in map(str, consulenten):
        return False
    text = " ".join(
        (party.id, party.name, party.place, party.gemeente, party.bestuur, name_in(register, party.bestuur))
    )
    return all(word in text.casefold() for word in wish.text.casefold().split())


def _lines(
    connection: Connection,
    parties: list[Party],
    register: Register,
    consulenten: Mapping[str, tuple[int, ...]],
    today: date,
    scope: frozenset[str] | None,
) -> list[SchoolLine]:
    live = frozenset(adopted(connection))
    late: Counter[str] = Counter()
    others: Counter[str] = Counter()
    since: dict[str, str] = {}
    for task in unfinished(connection, today, of=frozenset(one.id for one in parties)):
        name = name_of(task, today, live)
        if name == "late":
            late[task.party] += 1
            since[task.party] = min(task.due, since.get(task.party, task.due))
        elif name in _OPEN:
            others[task.party] += 1
    return [
        SchoolLine(
            one,
            name_in(register, one.bestuur) if one.bestuur else "",
            tuple(register.contacts[contact].name for contact in consulenten.get(one.id, ())),
            late[one.id],
            date.fromisoformat(since[one.id]) if one.id in since else None,
            others[one.id],
            len([school for school in register.schools_of(one.id) if scope is None or school.id in scope]),
        )
        for one in parties
    ]


def _sorted(lines: Iterable[SchoolLine], sort: str) -> list[SchoolLine]:
    """By the column that is named; a minus before it turns the order around."""
    keys: Mapping[str, Callable[[SchoolLine], object]] = {
        "bestuur": lambda one: one.bestuur.casefold(),
        "gemeente": lambda one: one.party.gemeente.casefold(),
        "te-laat": lambda one: (-one.late, one.since or date.max),
        "open": lambda one: -one.open,
    }
    found = sorted(lines, key=lambda one: (one.party.name.casefold(), one.party.id))
    key = keys.get(sort.removeprefix("-"))
    if key is not None:
        found.sort(key=key)  # type: ignore[arg-type]
    return found[::-1] if sort.startswith("-") else found
