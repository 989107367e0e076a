"""The load of documents per month for the pages; and renewing documents earlier, so that no month is overfull."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from engine.app.desk import Desk
from engine.app.means import Means
from engine.app.postpone import planned_anew
from engine.core.document_load import MonthLoad, Renewal, average, load_per_month, renewals, usual_most
from engine.core.dutch import listed, some
from engine.core.party import Register
from engine.core.planning import key_by_rule
from engine.core.problem import Refused
from engine.core.sheets import DocumentRow
from engine.core.spreading import Shift, Spreading, shifted, spread
from engine.core.task import StoredTask
from engine.store.documents import set_renewals
from engine.store.tasks import load_tasks

MOST_NAMED = 3
# Why a task has other dates, in its history.
SPREAD, NOT_SPREAD = "eerder vernieuwen, om het werk te spreiden", "niet meer eerder vernieuwen"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Load:
    """The documents that are to be renewed and what each month brings; `most`: with more than that one is overfull."""

    found: tuple[Renewal, ...]
    months: tuple[MonthLoad, ...]
    most: int
    usual: int

    @property
    def kinds(self) -> list[str]:
        """The kinds of documents, in the order in which they are shown."""
        return sorted({one.kind for one in self.found}, key=str.casefold)

    @property
    def average(self) -> str:
        """What a month brings on average, as people write it: `2,4`."""
        return f"{average(self.months):.1f}".replace(".", ",")

    @property
    def overfull(self) -> list[MonthLoad]:
        """The months that are too full."""
        return [one for one in self.months if one.total > self.most]


@dataclass(frozen=True, slots=True)
class Spread:
    """A proposal, and what each month brings once it is followed."""

    load: Load
    spreading: Spreading
    after: tuple[MonthLoad, ...]


def load_of(
    means: Means,
    connection: Connection,
    today: date,
    scope: frozenset[str] | None,
    most: int | None = None,
) -> Load:
    """The load of all parties, or of those of a scope; `most` None: what is usual."""
    register, calendars = means.people(connection)
    rules = means.rules(connection)
    found = [one for one in renewals(rules, register, calendars, today) if scope is None or one.party in scope]
    months = load_per_month(found, rules, today)
    usual = usual_most(months)
    return Load(tuple(found), months, usual if most is None else most, usual)


def proposal_of(means: Means, connection: Connection, today: date, most: int | None = None) -> Spread:
    """What to renew earlier, for all parties."""
    load = load_of(means, connection, today, None, most)
    rules = means.rules(connection)
    _, calendars = means.people(connection)
    fixed = _fixed(connection, load.found)
    spreading = spread(load.found, rules, calendars, today, load.most, fixed)
    after = load_per_month(shifted(load.found, spreading.shifts), rules, today)
    return Spread(load, spreading, after)


def renew_earlier(desk: Desk, shifts: Sequence[Shift]) -> dict[str, Any]:
    """Follows a proposal: each of these documents is to be renewed by its new day, and its task moves along.

    The document's own end stays. Returns what is needed to undo it, as JSON; raises Refused where there is nothing.
    """
    if not shifts:
        raise Refused("U hebt niets aangevinkt.", "Vink een of meer documenten aan.")
    rows = []
    for one in shifts:
        row = _row(desk.register, one.renewal)
        was = None if row.renew_by is None else row.renew_by.isoformat()
        version = [row.kind, row.party, row.version]
        rows.append({"task": one.renewal.key, "version": version, "day": one.day.isoformat(), "was": was})
    set_renewals(desk.connection, {_version(row): one.day for row, one in zip(rows, shifts, strict=True)})
    _plan_anew(desk, [one.renewal.key for one in shifts], SPREAD)
    return {"rows": rows}


def renew_as_before(desk: Desk, undo: Mapping[str, Any]) -> str | None:
    """Takes that back, but for what is asked already or was changed since; says in Dutch what stays. Raises Refused."""
    stands = standing(desk.connection, desk.register.documents, undo["rows"])
    back = [row for row in undo["rows"] if row["task"] not in stands]
    if not back:
        raise Refused("Dit kunt u niet meer ongedaan maken.", f"De reden: {next(iter(stands.values()))}.")
    days = {_version(row): None if row["was"] is None else date.fromisoformat(row["was"]) for row in back}
    set_renewals(desk.connection, days)
    _plan_anew(desk, [row["task"] for row in back], NOT_SPREAD)
    if not stands:
        return None
    names = [desk.name(row["version"][1]) for row in undo["rows"] if row["task"] in stands]
    return f"Dit bleef zo, omdat het al gevraagd wordt of veranderd is: {listed(some(names, MOST_NAMED))}."


def standing(connection: Connection, documents: Iterable[DocumentRow], rows: Sequence[Row]) -> dict[str, str]:
    """Of what was agreed, what cannot be taken back any more, by task, with the reason in Dutch."""
    agreed = {(row.kind, row.party, row.version): row.renew_by for row in documents if row.active}
    stored = _by_rule(connection, [row["task"] for row in rows])
    found = {}
    for row in rows:
        task, day = stored.get(row["task"]), agreed.get(_version(row))
        if task is not None and task.state != "planned":
            found[row["task"]] = "het wordt al gevraagd"
        elif day is None or day.isoformat() != row["day"]:
            found[row["task"]] = "de dag is daarna nog veranderd"
    return found


def _plan_anew(desk: Desk, keys: Sequence[str], reason: str) -> None:
    """Moves the tasks that are stored already; the others are planned with their new dates when their time comes."""
    for task in _by_rule(desk.connection, keys).values():
        if task.state == "planned":
            planned_anew(desk, task, reason)
    desk.finish()


def _fixed(connection: Connection, found: Sequence[Renewal]) -> set[str]:
    """The keys of tasks whose dates stand: they are asked, done or waived, or somebody gave them other dates."""
    stored = _by_rule(connection, [one.key for one in found])
    return {
        key
        for key, task in stored.items()
        if task.state != "planned" or task.held or task.extended is not None or task.suspended is not None
    }


def _by_rule(connection: Connection, keys: Collection[str]) -> dict[str, StoredTask]:
    """The stored tasks by the keys that their rules give them now."""
    wanted = set(keys)
    tasks = (
        one for rule in sorted({key.partition(".")[0] for key in wanted}) for one in load_tasks(connection, rule=rule)
    )
    by_key = {key_by_rule(task.plan.rule, task.plan.key): task for task in tasks if task.state != "cancelled"}
    return {key: task for key, task in by_key.items() if key in wanted}


def _row(register: Register, one: Renewal) -> DocumentRow:
    """The row of the register that a renewal is of."""
    for row in register.documents:
        same = row.kind.casefold() == one.kind.casefold() and row.party.casefold() == one.party.casefold()
        if same and row.version == one.version:
            return row
    raise Refused("Dit document staat niet meer zo in het register.", "Bekijk het voorstel opnieuw.")


def _version(row: Row) -> tuple[str, str, str]:
    kind, party, version = row["version"]
    return kind, party, version
