"""A person's roles on another, from a day on; one role that begins or ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from engine.core.by_hand import BY_HAND
from engine.core.sheets import RoleEntry, period

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The roles of who hands over and of who takes over as they become, and those that change hands."""

    old: tuple[RoleEntry, ...]
    new: tuple[RoleEntry, ...]
    moved: tuple[RoleEntry, ...]


def handed_over(old: Sequence[RoleEntry], new: Sequence[RoleEntry], to: str, day: date) -> HandedOver:
    """All roles that still hold on `day` or begin after it go over on that day; `to` is the address of who gets them.

    A role that the other has already is not given twice.
    """
    moved = tuple(row for row in old if row.last is None or row.last >= day)
    theirs = list(new)
    for row in moved:
        begin = max(day, row.first) if row.first is not None else day
        theirs = begun(theirs, RoleEntry(to, row.role, row.party, begin, row.last, BY_HAND))
    return HandedOver(tuple(ended(row, day - ONE_DAY) if row in moved else row for row in old), tuple(theirs), moved)


def ended(row: RoleEntry, last: date) -> RoleEntry:
    """The role with `last` as its last day; what the lists say of it is kept, so that an old list does not undo it.

    One that is still to begin then never holds.
    """
    return by_hand(row, row.first, last)


def by_hand(row: RoleEntry, first: date | None, last: date | None) -> RoleEntry:
    """The role with another period, set on a page."""
    if row.source == BY_HAND:
        return replace(row, first=first, last=last)
    listed = row.listed if row.listed is not None else (row.first, row.last)
    return replace(row, first=first, last=last, listed=None if listed == (first, last) else listed)


def begun(rows: Sequence[RoleEntry], new: RoleEntry) -> list[RoleEntry]:
    """The rows with one more; a role that is there already, or that the lists still name, is taken up again."""
    for place, row in enumerate(rows):
        if (row.role, row.party.casefold()) != (new.role, new.party.casefold()):
            continue
        after = new.first is None or row.last is None or row.last >= new.first - ONE_DAY
        joins = after and (new.last is None or row.first is None or row.first <= new.last + ONE_DAY)
        if joins or row.listed is not None:
            first = _earliest(row.first, new.first) if joins else new.first
            last = _latest(row.last, new.last) if joins else new.last
            return [*rows[:place], by_hand(row, first, last), *rows[place + 1 :]]
    return [*rows, new]


def has_now(rows: Iterable[RoleEntry], new: RoleEntry) -> bool:
    """True when one of the rows holds for the whole period of the new one already."""
    return any(
        (row.role, row.party.casefold()) == (new.role, new.party.casefold())
        and (row.first is None or (new.first is not None and row.first <= new.first))
        and (row.last is None or (new.last is not None and row.last >= new.last))
        for row in rows
    )


def running(rows: Iterable[RoleEntry], today: date) -> list[RoleEntry]:
    """The roles that hold today or are still to begin."""
    return [row for row in rows if row.last is None or row.last >= today]


def same_rows(one: Iterable[RoleEntry], other: Iterable[RoleEntry]) -> bool:
    """True when both are the same roles over the same days."""
    return sorted(map(_key, one)) == sorted(map(_key, other))


def _key(row: RoleEntry) -> tuple[str, ...]:
    return tuple(str(value) for value in period(row))


def _earliest(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else min(one, other)


def _latest(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)
