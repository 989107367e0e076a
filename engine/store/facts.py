"""Facts about the store itself, adopted schooljaren, and the applied rulebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, literal, null, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.core.localtime import from_ms, to_ms
from engine.store.many import ask_one, write_many
from engine.store.tables import facts, messages, rulebooks, schooljaren


@dataclass(frozen=True, slots=True)
class StoredRulebook:
    """The text of an applied rulebook: relative path -> text."""

    id: int
    hash: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A difference that waits for a person: its fingerprint, when it was found, and how many tasks it changes."""

    fingerprint: str
    made_at: datetime
    changes: int


# Another text after each adoption, for what is made of adopted schooljaren.
ADOPTED = "adopted"
# The number of the rulebook that was applied last; another text after each change of the register.
RULEBOOK = "rulebook"
REGISTER = "register"
# The schools that moved to another bestuur, with the one they had.
MOVED = "moved"
# Read for every message, so built once.
_FACT = select(facts.c.value).where(facts.c.name == bindparam("name"))


def fact(connection: Connection, name: str) -> str | None:
    """A fact's value, None when it was never set."""
    found: str | None = ask_one(connection, _FACT, name=name)
    return found


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Sets a fact, whatever it was."""
    write_many(connection, _set(connection.dialect.name), [{"name": name, "value": value}])


def is_trial(connection: Connection) -> bool:
    """True when a writing verb once ran with a made-up time; such a store delivers to the folder only."""
    return fact(connection, "proef") is not None


def start_day(connection: Connection) -> date | None:
    """The day the SWV began to work with the program, None before the first adoption."""
    value = fact(connection, "start")
    return date.fromisoformat(value) if value else None


def adopted(connection: Connection) -> set[str]:
    """The schooljaren that the bureau adopted."""
    rows = connection.execute(select(schooljaren.c.schooljaar).where(schooljaren.c.adopted_at.is_not(None)))
    return set(rows.scalars())


def adopt(connection: Connection, schooljaar: str, now: datetime, by: str) -> bool:
    """Adopts a schooljaar; False when it was adopted already."""
    statement = _insert(connection, schooljaren).values(schooljaar=schooljaar, adopted_at=to_ms(now), adopted_by=by)
    statement = statement.on_conflict_do_nothing()
    new = connection.execute(statement.returning(schooljaren.c.schooljaar)).first() is not None
    if new:
        set_fact(connection, ADOPTED, " ".join(sorted(adopted(connection))))
    return new


def closed(connection: Connection) -> set[str]:
    """The schooljaren that the bureau closed."""
    return set(
        connection.execute(select(schooljaren.c.schooljaar).where(schooljaren.c.closed_at.is_not(None))).scalars()
    )


def signed_years(connection: Connection) -> tuple[frozenset[str], frozenset[str]]:
    """The schooljaren that the bureau adopted, and those of them that it closed; by one statement."""
    columns = schooljaren.c.schooljaar, schooljaren.c.closed_at
    rows = connection.execute(select(*columns).where(schooljaren.c.adopted_at.is_not(None))).all()
    return frozenset(row[0] for row in rows), frozenset(row[0] for row in rows if row[1] is not None)


def close_year(connection: Connection, schooljaar: str, now: datetime, by: str) -> bool:
    """Closes an adopted schooljaar; False when it is not adopted, or was closed already."""
    one = update(schooljaren).where(schooljaren.c.schooljaar == schooljaar, schooljaren.c.adopted_at.is_not(None))
    one = one.where(schooljaren.c.closed_at.is_(None)).values(closed_at=to_ms(now), closed_by=by)
    return connection.execute(one).rowcount == 1


def reopen_year(connection: Connection, schooljaar: str) -> None:
    """Makes a schooljaar one that was never closed."""
    one = update(schooljaren).where(schooljaren.c.schooljaar == schooljaar)
    connection.execute(one.values(closed_at=None, closed_by=""))


def save_rulebook(connection: Connection, digest: str, files: Mapping[str, str], now: datetime) -> int:
    """Stores an applied rulebook and makes it the newest; the same text again keeps its number."""
    found = connection.execute(select(rulebooks.c.id).where(rulebooks.c.hash == digest)).scalar()
    if found is None:
        statement = insert(rulebooks).values(hash=digest, files=dict(files), applied_at=to_ms(now))
        found = connection.execute(statement.returning(rulebooks.c.id)).scalar_one()
    if applied_number(connection) != found:
        set_fact(connection, RULEBOOK, str(found))
    return int(found)


def applied_number(connection: Connection) -> int:
    """The number of the rulebook that was applied last, 0 before the first plan."""
    return int(fact(connection, RULEBOOK) or 0)


def versions(connection: Connection) -> tuple[str, int]:
    """The register's version, and the number of the rulebook that was applied last; by one statement."""
    names = facts.c.name.in_((REGISTER, RULEBOOK))
    found = {row.name: row.value for row in connection.execute(select(facts).where(names))}
    return found.get(REGISTER) or "", int(found.get(RULEBOOK) or 0)


def save_proposal(connection: Connection, proposal: Proposal | None) -> None:
    """Keeps the one proposal that waits, in place of an earlier one; None says that nothing waits."""
    if proposal is None:
        connection.execute(delete(facts).where(facts.c.name == "proposal"))
        return
    told = {"fingerprint": proposal.fingerprint, "made_at": to_ms(proposal.made_at), "changes": proposal.changes}
    set_fact(connection, "proposal", json.dumps(told))


def waiting_proposal(connection: Connection) -> Proposal | None:
    """The proposal that waits for a person, if any."""
    return _proposal(fact(connection, "proposal"))


def signed_and_waiting(connection: Connection) -> tuple[frozenset[str], frozenset[str], Proposal | None]:
    """The schooljaren that the bureau adopted, those it closed, and the proposal that waits; by one statement."""
    waits = select(literal(1), facts.c.value, null()).where(facts.c.name == "proposal")
    years = select(literal(0), schooljaren.c.schooljaar, schooljaren.c.closed_at).where(
        schooljaren.c.adopted_at.is_not(None)
    )
    rows = connection.execute(union_all(years, waits)).all()
    ran = frozenset(value for kind, value, _ in rows if not kind)
    ended = frozenset(value for kind, value, closed_at in rows if not kind and closed_at is not None)
    return ran, ended, _proposal(next((value for kind, value, _ in rows if kind), None))


def _proposal(value: str | None) -> Proposal | None:
    if value is None:
        return None
    told = json.loads(value)
    return Proposal(told["fingerprint"], from_ms(told["made_at"]), told["changes"])


def register_version(connection: Connection) -> str:
    """Another text after each change of the register."""
    return fact(connection, REGISTER) or ""


def register_changed(connection: Connection) -> None:
    """Says that the register changed, in the transaction that changes it."""
    set_fact(connection, REGISTER, str(int(register_version(connection) or 0) + 1))


def moved_schools(connection: Connection) -> dict[str, str]:
    """The bestuur that each school had before it moved, of those that moved since a person last saw the plan."""
    found: dict[str, str] = json.loads(fact(connection, MOVED) or "{}")
    return found


def schools_moved(connection: Connection, before: Mapping[str, str]) -> None:
    """Says from which bestuur schools moved; of one that moved twice the first stays."""
    if before:
        set_fact(connection, MOVED, json.dumps({**before, **moved_schools(connection)}))


def moves_seen(connection: Connection) -> None:
    """Nothing more is to be told of schools that moved."""
    connection.execute(delete(facts).where(facts.c.name == MOVED))


def applied_rulebook(connection: Connection) -> StoredRulebook | None:
    """The rulebook that was applied last, None before the first plan."""
    row = connection.execute(select(rulebooks).where(rulebooks.c.id == applied_number(connection))).first()
    return None if row is None else StoredRulebook(row.id, row.hash, row.files)


def newest_sent(connection: Connection) -> datetime | None:
    """When mail last really left, None when it never did."""
    value = connection.execute(select(func.max(messages.c.sent_at))).scalar()
    return from_ms(value) if value is not None else None


@cache
def _set(dialect: str) -> postgresql.Insert | sqlite.Insert:
    statement = postgresql.insert(facts) if dialect == "postgresql" else sqlite.insert(facts)
    return statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what to do when the row is there."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
