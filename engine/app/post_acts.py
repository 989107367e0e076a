"""What the bureau does with mail before it leaves, and once more after: each with what is needed to undo it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine.app import outbox
from engine.app.coming_post import ComingMail
from engine.app.means import Means
from engine.core.digest import HELD_BY_BUREAU, Ahead
from engine.core.dutch import counted, listed, some, weekday_date
from engine.core.localtime import local, local_date
from engine.core.problem import Refused
from engine.store.ahead import Telling, decide_ahead, decided_ahead
from engine.store.messages import message, messages_by_number

MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """The mails that a person chose: numbers of messages, and mails that are not made ready yet; `names` of readers."""

    numbers: tuple[int, ...] = ()
    coming: tuple[ComingMail, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many."""
        return len(self.numbers) + len(self.coming)

    def told(self, word: str) -> str:
        """`3 mails tegengehouden: aan A, B en C.`"""
        to = listed(some(tuple(dict.fromkeys(self.names)), MOST_NAMES))
        return f"{counted(self.count, 'mail', 'mails')} {word}: aan {to}."


@dataclass(frozen=True, slots=True)
class Did:
    """What was done: a Dutch sentence, and what is needed to undo it (JSON)."""

    text: str
    undo: Any


def hold_back(connection: Connection, chosen: Chosen) -> Did:
    """Holds these until somebody lets them go; raises Refused when one of them left meanwhile."""
    for number in chosen.numbers:
        outbox.hold(connection, number, HELD_BY_BUREAU)
    before = _decide(connection, chosen.coming, "hold")
    return Did(chosen.told("tegengehouden"), {"messages": list(chosen.numbers), "ahead": before})


def undo_hold(connection: Connection, undo: Any, means: Means, now: datetime) -> None:
    """Lets go what was held; raises Refused."""
    for number in undo["messages"]:
        found = message(connection, number)
        if found is None or found.state != "held":
            raise Refused("De mail wacht niet meer. Iemand anders was u voor.")
        _release(connection, number, means, now)
    _restore(connection, undo["ahead"])


def let_go(connection: Connection, chosen: Chosen, means: Means, now: datetime) -> Did:
    """Lets these go: what is held leaves when it may, what comes will not be held; raises Refused."""
    held = []
    for number in chosen.numbers:
        found = message(connection, number)
        if found is None or found.state != "held":
            raise Refused("Een mail die u koos, wacht niet meer.", "Bekijk de lijst opnieuw.")
        held.append([number, found.reason])
        _release(connection, number, means, now)
    before = _decide(connection, [one for one in chosen.coming if one.held != HELD_BY_BUREAU], "release")
    before += _decide(connection, [one for one in chosen.coming if one.held == HELD_BY_BUREAU], None)
    text = " ".join((chosen.told("vrijgegeven"), *_leaves(connection, chosen, local_date(now))))
    return Did(text, {"messages": held, "ahead": before})


def _leaves(connection: Connection, chosen: Chosen, today: date) -> Iterable[str]:
    """When what was let go leaves, and whether something of it does not, as somebody else is to hear or all is told."""
    found = list(messages_by_number(connection, chosen.numbers).values())
    into = outbox.joined(connection, found)
    ready = {one.id: one for one in (into.get(one.id, one) for one in found) if one.state == "queued"}
    moments = sorted(one.next_attempt for one in ready.values() if one.next_attempt is not None)
    if moments:
        day = local_date(moments[0])
        when = f"{'vandaag' if day == today else f'op {weekday_date(day)}'} om {local(moments[0]):%H:%M}"
        together = " samen in één mail" if len(ready) < len(found) and into else ""
        if len(moments) == 1:
            yield f"{'Hij vertrekt' if len(found) == 1 else 'Ze vertrekken'}{together} {when}."
        else:
            yield f"De eerste vertrekt {when}."
    gone = [one for one in found if one.state == "dropped" and one.id not in into]
    if gone:
        some_of = f"Daarvan {'gaat' if len(gone) == 1 else 'gaan'} er {len(gone)} toch niet weg"
        rest = "Toch gaat hij niet weg" if len(found) == 1 else some_of
        yield f"{rest}: {gone[0].reason or 'er is niets meer te vragen'}."


def undo_release(connection: Connection, undo: Any) -> None:
    """Holds again what was let go, for its old reason; raises Refused when it left."""
    for number, reason in undo["messages"]:
        found = message(connection, number)
        if found is None or found.state != "queued" or found.attempts:
            raise Refused("De mail is al weg, of samengevoegd met een andere.", "Kijk bij Verstuurd.")
        outbox.hold(connection, number, reason)
    _restore(connection, undo["ahead"])


def drop(connection: Connection, numbers: Sequence[int], names: Iterable[str], reason: str, now: datetime) -> Did:
    """Takes these back for good; raises Refused without a reason, or when one left."""
    if not reason:
        raise Refused("Geef een reden op.", "Bijvoorbeeld: al gebeld.")
    held = []
    for number in numbers:
        found = message(connection, number)
        held.append([number, "" if found is None else found.reason])
        outbox.drop(connection, number, reason, now)
    text = Chosen(tuple(numbers), names=tuple(names)).told("vervallen")
    return Did(f"{text} Reden: {reason}", {"messages": held})


def undo_drop(connection: Connection, undo: Any, means: Means, now: datetime) -> None:
    """Puts back what was taken back; it waits for the bureau again. Raises Refused."""
    for number, reason in undo["messages"]:
        outbox.put_back(connection, number, reason or HELD_BY_BUREAU, means, now)


def undo_repeat(connection: Connection, undo: Any, now: datetime) -> None:
    """Takes back a message that repeats another; raises Refused when it left."""
    outbox.drop(connection, undo["message"], "toch niet opnieuw gestuurd", now)


def _release(connection: Connection, number: int, means: Means, now: datetime) -> None:
    if broken := outbox.release(connection, number, means, now):
        raise Refused(f"Bericht {number} kan niet weg: {broken}", "Verbeter de tekst en probeer het opnieuw.")


def _decide(connection: Connection, coming: Sequence[ComingMail], verdict: Ahead | None) -> list[list[Any]]:
    """Keeps the verdict for all that these mails tell; returns what was decided before of each."""
    tellings: list[Telling] = [(one.task, one.step, one.contact) for mail in coming for one in mail.notices]
    before = decided_ahead(connection, {task for task, _, _ in tellings})
    decide_ahead(connection, dict.fromkeys(tellings, verdict))
    return [[*telling, before.get(telling)] for telling in tellings]


def _restore(connection: Connection, before: Sequence[Sequence[Any]]) -> None:
    decide_ahead(connection, {(task, step, contact): verdict for task, step, contact, verdict in before})
