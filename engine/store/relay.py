"""What is known of the relay, shared by all that deliver: whether it rests, and whom it refused last."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, delete

from engine.core.delivery import Refusal, Rest
from engine.core.localtime import from_ms, to_ms
from engine.store.facts import fact, set_fact
from engine.store.tables import facts

REST, REFUSALS = "relay", "refusals"


def relay_rest(connection: Connection) -> Rest | None:
    """The newest rest of the relay, over or not; None when the relay worked the last time."""
    value = fact(connection, REST)
    if value is None:
        return None
    told = json.loads(value)
    return Rest(
        from_ms(told["since"]),
        from_ms(told["until"]),
        timedelta(seconds=told["seconds"]),
        told["reason"],
        told["mark"],
    )


def save_rest(connection: Connection, rest: Rest | None) -> None:
    """Keeps a rest in place of an earlier one; None says that the relay works."""
    if rest is None:
        connection.execute(delete(facts).where(facts.c.name == REST))
        return
    told = {
        "since": to_ms(rest.since),
        "until": to_ms(rest.until),
        "seconds": int(rest.length.total_seconds()),
        "reason": rest.reason,
        "mark": rest.mark,
    }
    set_fact(connection, REST, json.dumps(told, ensure_ascii=False))


def refusals(connection: Connection) -> list[Refusal]:
    """The refusals that were noted last, oldest first."""
    told = json.loads(fact(connection, REFUSALS) or "[]")
    return [Refusal(one["message"], one["address"], from_ms(one["at"])) for one in told]


def save_refusals(connection: Connection, found: Sequence[Refusal]) -> None:
    """Keeps these in place of the earlier ones."""
    told = [{"message": one.message, "address": one.address, "at": to_ms(one.at)} for one in found]
    set_fact(connection, REFUSALS, json.dumps(told))
