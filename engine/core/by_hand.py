"""What was changed by hand on a page stays until the lists catch up: an older list does not undo it.

For each value that a page changed the store keeps what the lists say. A list that still says that is old: the page's
value stays. A list that says anything else is newer: it counts, and the change by hand is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from engine.core.sheets import COLUMNS, ContactRow, RegisterSheets, RoleEntry, period

BY_HAND = "pagina"
Listed = tuple[tuple[str, str | int | None], ...]


@dataclass(frozen=True, slots=True)
class Stays:
    """A value of a contact or role that stays as a page has it: the column, what the list says, what stays."""

    row: ContactRow | RoleEntry
    field: str
    listed: str | int | date | None
    stays: str | int | date | None


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What the lists know by now: contacts by address with what is still by hand, and roles as they are from now on.

    False when that is nothing.
    """

    contacts: tuple[tuple[str, Listed], ...] = ()
    roles: tuple[RoleEntry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.contacts or self.roles)


@dataclass(frozen=True, slots=True)
class Rebased:
    """Lists as they would be had the changes by hand been made in them too; what stays; what they know by now."""

    sheets: RegisterSheets
    stays: tuple[Stays, ...] = ()
    caught_up: CaughtUp = field(default_factory=CaughtUp)


def rebased(incoming: RegisterSheets, stored: RegisterSheets) -> Rebased:
    """The incoming lists with the changes that were made by hand since they were true."""
    sheets, moved = _with_addresses(incoming, stored)
    contacts, of_contacts, left = _with_contacts(sheets, stored, moved)
    roles, of_roles, known = _with_roles(sheets, stored)
    return Rebased(replace(sheets, contacts=contacts, roles=roles), (*of_contacts, *of_roles), CaughtUp(left, known))


def half_moved(incoming: RegisterSheets, stays: Iterable[Stays]) -> tuple[tuple[ContactRow, Stays], ...]:
    """The rows of `contacten` with an old address, where the same lists give the person the present one elsewhere."""
    working = {row.email for row in incoming.roles}
    rows = {row.email: row for row in incoming.contacts if not row.derived}
    return tuple(
        (rows[one.listed], one)
        for one in stays
        if one.field == "email" and one.stays in working and isinstance(one.listed, str) and one.listed in rows
    )


def listed_after(listed: Listed, changes: Iterable[tuple[str, str | int | None, str | int | None]]) -> Listed:
    """What the lists say, after changes by hand: (attribute, value before, value after).

    A value that comes back to what the lists say is no change any more.
    """
    found = dict(listed)
    for name, before, after in changes:
        found.setdefault(name, before)
        if found[name] == after:
            del found[name]
    return tuple(sorted(found.items()))


def _with_addresses(incoming: RegisterSheets, stored: RegisterSheets) -> tuple[RegisterSheets, dict[str, str]]:
    """The lists with the present address of who got another by hand; and old address -> present one.

    Lists that have the present address too are new, but where `contacten` alone still has the old one.
    """
    working = {row.email for row in incoming.roles}
    named = {row.email for row in incoming.contacts} | working
    own = {row.email for row in incoming.contacts if not row.derived}
    moved = {
        str(old): row.email
        for row in stored.contacts
        if (old := dict(row.listed).get("email")) in named
        and (row.email not in named or (old in own - working and row.email not in own))
    }
    if not moved:
        return incoming, moved
    present = set(moved.values())
    contacts = tuple(
        replace(
            row,
            email=moved.get(row.email, row.email),
            name=moved.get(row.name, row.name) if row.name == row.email else row.name,
        )
        for row in incoming.contacts
        if row.email not in present
    )
    roles = tuple(replace(row, email=moved.get(row.email, row.email)) for row in incoming.roles)
    return replace(incoming, contacts=contacts, roles=roles), moved


def _with_contacts(
    incoming: RegisterSheets, stored: RegisterSheets, moved: dict[str, str]
) -> tuple[tuple[ContactRow, ...], list[Stays], tuple[tuple[str, Listed], ...]]:
    known = {row.email: row for row in stored.contacts if row.listed}
    named = {row.email for row in incoming.contacts} | {row.email for row in incoming.roles}
    olds = {new: old for old, new in moved.items()}
    rows: list[ContactRow] = []
    stays: list[Stays] = []
    left: dict[str, Listed] = {email: row.listed for email, row in known.items()}
    for email, stands in known.items():
        if email in olds:
            stays.append(Stays(stands, "email", olds[email], email))
        elif email in named:
            left[email] = tuple(pair for pair in left[email] if pair[0] != "email")
    for row in incoming.contacts:
        stands = known.get(row.email)  # type: ignore[assignment]
        if stands is None or row.derived:
            rows.append(row)
            continue
        new, gone = row, set[str]()
        for name, listed in stands.listed:
            if name == "email" or row.at is None or COLUMNS[name] not in row.at.columns:
                continue
            if getattr(row, name) == listed:
                new = replace(new, **{name: getattr(stands, name)})
                stays.append(Stays(stands, COLUMNS[name], listed, getattr(stands, name)))
            else:
                gone.add(name)
        left[row.email] = tuple(pair for pair in left[row.email] if pair[0] not in gone)
        rows.append(replace(new, listed=left[row.email]))
    return tuple(rows), stays, tuple((email, now) for email, now in left.items() if now != known[email].listed)


def _with_roles(
    incoming: RegisterSheets, stored: RegisterSheets
) -> tuple[tuple[RoleEntry, ...], list[Stays], tuple[RoleEntry, ...]]:
    at = {period(row): place for place, row in enumerate(incoming.roles)}
    sources = {period(row)[:3]: row.source for row in incoming.roles}
    kinds = {row.id.casefold(): row.kind for row in (*incoming.parties, *stored.parties)}
    rows: dict[int, RoleEntry] = dict(enumerate(incoming.roles))
    stays: list[Stays] = []
    known: list[RoleEntry] = []
    for stands in stored.roles:
        if stands.listed is None:
            if stands.source == BY_HAND and period(stands)[:3] in sources:
                known.append(replace(stands, source=sources[period(stands)[:3]]))
            continue
        place = at.get((*period(stands)[:3], *stands.listed))
        if place is not None:
            rows[place] = stands
            pairs = zip(("vanaf", "tot"), stands.listed, (stands.first, stands.last), strict=True)
            stays += [Stays(stands, name, listed, now) for name, listed, now in pairs if listed != now]
        elif "rollen" in incoming.handed_in or (
            (kinds.get(stands.party.casefold(), ""), stands.role) in incoming.role_columns
        ):
            known.append(replace(stands, listed=None))
    return tuple(rows.values()), stays, tuple(known)
