"""Who was asked hears by mail, at once, of a last day that moved when it was or is near: no agenda follows so soon.

It counts as nobody's digest of the day. What moves again before the mail left is told as one move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app.letters import write_messages
from engine.app.means import Means
from engine.core.delivery import MOST_DOUBTS
from engine.core.digest import ALL_WAITS
from engine.core.event import Event
from engine.core.letter import DAY_MOVED
from engine.core.localtime import local_date, to_ms
from engine.core.recipients import Recipient, readers
from engine.core.states import MessageState
from engine.core.task import StoredTask
from engine.core.telling import day_before, day_moved, is_day_moved, is_past, number_of_day
from engine.core.window import days_of, next_opening
from engine.store.messages import Message, add_message, change_message, messages_by_number, untried
from engine.store.notices import Notice, add_notices, notices_of_tasks, take_out

# A day that begins within this time, or that is today, is near.
SOON = timedelta(hours=48)
_ARRIVED: tuple[MessageState, ...] = ("sending", "sent", "deferred", "uncertain")

# A task before and after.
Pair = tuple[StoredTask, StoredTask]
# (task, contact) -> the last day as the contact knows it, and the message that was to tell of another.
_Taken = dict[tuple[str | None, int | None], tuple[date, int | None]]


def tell_days(
    connection: Connection, means: Means, moved: Iterable[Pair], now: datetime, back: Iterable[Event] = ()
) -> dict[str, tuple[int, ...]]:
    """Makes the news ready for who got a mail about a task and is still asked; returns by task the messages it is in.

    Those are still to be put into words. `back` tells of notices of these tasks that were taken out of mail just now.
    """
    pairs = [(before, after) for before, after in moved if _moves(before, after)]
    if not pairs:
        return {}
    told = _told(connection, pairs)
    taken: _Taken = {
        (event.task, event.contact): (day_before(event.step), event.message)
        for event in back
        if event.step is not None and is_day_moved(event.step)
    }
    numbers = {notice.message for notices in told.values() for notice in notices if notice.message is not None}
    numbers |= {number for _, number in taken.values() if number is not None}
    mails = messages_by_number(connection, numbers)
    found: dict[str, tuple[int, ...]] = {}
    for before, after in pairs:
        key = after.plan.key
        present = [notice for notice in told.get(key, ()) if not is_past(notice.step)]
        for notice in present:
            if is_day_moved(notice.step) and notice.message is not None and _waits(mails[notice.message]):
                taken[key, notice.contact] = day_before(notice.step), notice.message
                take_out(connection, notice, "moved")
        number = 1 + max((number_of_day(notice.step) for notice in told.get(key, ())), default=0)
        news = []
        for reader in _asked(after, present, mails, means, connection, now):
            was, carrier = taken.get((key, reader.contact), (before.plan.due, None))
            if not _is_news(was, after.plan.due, now):
                continue
            waiting = mails.get(carrier) if carrier is not None else None
            mail = _message_to(connection, reader.contact, waiting, means, now)
            step = day_moved(was, number)
            news.append(Notice(key, step, reader.contact, reader.audience, reader.role, reader.fallback, now, mail))
        add_notices(connection, news)
        if news:
            found[key] = tuple(dict.fromkeys(one.message for one in news if one.message is not None))
    return found


def tell_days_of_plan(connection: Connection, means: Means, moved: Sequence[Pair], now: datetime) -> None:
    """The same of what a plan moved; what is ready and speaks of these tasks is put into words with the new day."""
    keys = [after.plan.key for before, after in moved if _moves(before, after)]
    if not keys:
        return
    carriers = {one.message for one in notices_of_tasks(connection, keys) if one.message is not None}
    waiting = {number for number, mail in messages_by_number(connection, carriers).items() if _waits(mail)}
    told = tell_days(connection, means, moved, now)
    numbers = waiting.union(*told.values())
    write_messages(connection, sorted(numbers), means, means.register(connection), now)


def mails_of_plan(connection: Connection, means: Means, moved: Iterable[Pair], now: datetime) -> int:
    """How many mails `tell_days_of_plan` would make ready, one a contact; changes nothing."""
    pairs = [(before, after) for before, after in moved if _moves(before, after)]
    if not pairs:
        return 0
    told = _told(connection, pairs)
    numbers = {notice.message for notices in told.values() for notice in notices if notice.message is not None}
    mails = messages_by_number(connection, numbers)
    hearing: set[int] = set()
    for before, after in pairs:
        present = [notice for notice in told.get(after.plan.key, ()) if not is_past(notice.step)]
        waits = {
            one.contact: day_before(one.step)
            for one in present
            if is_day_moved(one.step) and one.message is not None and _waits(mails[one.message])
        }
        for reader in _asked(after, present, mails, means, connection, now):
            if _is_news(waits.get(reader.contact, before.plan.due), after.plan.due, now):
                hearing.add(reader.contact)
    return len(hearing)


def is_near(day: date, now: datetime) -> bool:
    """True for a day that is not over and begins within 48 hours."""
    return local_date(now) <= day <= local_date(now + SOON)


def is_news_of(notice: Notice, at: datetime) -> bool:
    """True for the news of a last day that moved at that moment."""
    return is_day_moved(notice.step) and to_ms(notice.at) == to_ms(at)


def _moves(before: StoredTask, after: StoredTask) -> bool:
    """An appointment tells its own moves, and of a gesprek that has one nobody waits for the last day."""
    is_open = before.state == after.state == "open"
    return is_open and before.plan.due != after.plan.due and after.arranged is None


def _told(connection: Connection, pairs: Iterable[Pair]) -> dict[str, list[Notice]]:
    """What was told of these tasks, by key."""
    told: dict[str, list[Notice]] = {}
    for notice in notices_of_tasks(connection, [after.plan.key for _, after in pairs]):
        told.setdefault(notice.task, []).append(notice)
    return told


def _is_news(was: date, becomes: date, now: datetime) -> bool:
    return was != becomes and (is_near(was, now) or is_near(becomes, now))


def _asked(
    task: StoredTask,
    told: Iterable[Notice],
    mails: Mapping[int, Message],
    means: Means,
    connection: Connection,
    now: datetime,
) -> list[Recipient]:
    """Who is asked today, and got a mail about it or may have got one; or stands in for who did."""
    plan, register, today = task.plan, means.register(connection), local_date(now)
    arrived = {one.contact for one in told if one.message is not None and _arrived(mails[one.message])}
    here = {register.present(contact, today) for contact in arrived}
    asked = (plan.asked,) if plan.asked else ()
    found = readers(asked, plan.together, (), party=plan.party, register=register, day=today)
    return [one for one in found if one.contact in here]


def _message_to(connection: Connection, contact: int, waiting: Message | None, means: Means, now: datetime) -> int:
    """The number of a message with such news that waits for the contact, else of a new one.

    What the bureau held stays held. What is new in one that was ready waits as long as a new one does.
    """
    register, calendars = means.people(connection)
    reason = ALL_WAITS if means.settings.release == "altijd" else ""
    state: MessageState = "held" if reason else "queued"
    if waiting is None or not _waits(waiting):
        waiting = untried(connection, contact, state, kind=DAY_MOVED)
    days = days_of(contact, register, calendars, local_date(now))
    leaves = next_opening(now + means.wait, means.hours, days)
    if waiting is not None:
        change_message(connection, waiting.id, ["queued"], next_attempt=leaves)
        return waiting.id
    return add_message(
        connection,
        contact=contact,
        email=register.contacts[contact].email,
        kind=DAY_MOVED,
        state=state,
        now=now,
        reason=reason,
        next_attempt=None if reason else leaves,
    )


def _waits(mail: Message) -> bool:
    return mail.state in ("held", "queued") and not mail.attempts


def _arrived(mail: Message) -> bool:
    """Also what is on its way, and what the bureau dropped after it may have arrived."""
    return mail.state in _ARRIVED or (mail.state == "dropped" and mail.doubts >= MOST_DOUBTS)
