"""How many digests each day should bring by the applied plan, and how many it brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from sqlalchemy import Connection, Text, bindparam, case, cast, delete, func, insert, select, update

from engine.core.forecast import Coming
from engine.core.rule import ATTENDEES
from engine.store.appointments import guests_of
from engine.store.facts import fact, set_fact
from engine.store.jsontext import from_text
from engine.store.many import ask_one, write_many
from engine.store.tables import facts, mail_days, steps, tasks

FORESEE = "foresee"
# Digests above what was foreseen that a day may bring.
MARGIN = 25
# Mail that was foreseen in the days before and has not come may still come: a contact who had a digest today
# gets the rest on the next open day, and a machine that was off for a day catches up.
CATCH_UP = timedelta(days=7)
# So many steps are read at a time.
PORTION = 2_000

_ROOM = select(
    func.coalesce(
        func.sum(
            case(
                (mail_days.c.day == bindparam("today"), mail_days.c.foreseen - mail_days.c.brought),
                (mail_days.c.foreseen > mail_days.c.brought, mail_days.c.foreseen - mail_days.c.brought),
                else_=0,
            )
        ),
        0,
    )
).where(mail_days.c.day > bindparam("since"), mail_days.c.day <= bindparam("today"))
_SPEND = (
    update(mail_days)
    .where(mail_days.c.day == bindparam("today"))
    .values(brought=mail_days.c.brought + bindparam("count"))
)


def foresee_from(connection: Connection, day: date) -> None:
    """Says that the forecast must be made anew from that day on, because a person changed what mail will go out."""
    set_fact(connection, FORESEE, day.isoformat())


def must_foresee(connection: Connection, today: date) -> date | None:
    """The day from which the forecast must be made anew; None when it holds."""
    value = fact(connection, FORESEE)
    if value is None:
        return None
    return date.fromisoformat(value) if value else today


def save_foreseen(connection: Connection, first: date, counts: Mapping[date, int]) -> None:
    """Stores how many digests the days from `first` on should bring; what `first` brought already comes on top."""
    connection.execute(delete(facts).where(facts.c.name == FORESEE))
    brought = connection.execute(select(mail_days.c.brought).where(mail_days.c.day == first.isoformat())).scalar() or 0
    connection.execute(delete(mail_days).where(mail_days.c.day >= first.isoformat()))
    found = {first: 0, **counts}
    rows = [
        {
            "day": day.isoformat(),
            "foreseen": count + (brought if day == first else 0),
            "brought": brought if day == first else 0,
        }
        for day, count in found.items()
    ]
    connection.execute(insert(mail_days), rows)


def room(connection: Connection, today: date) -> int:
    """How many more digests today may bring; none left when 0 or less."""
    return int(ask_one(connection, _ROOM, today=today.isoformat(), since=(today - CATCH_UP).isoformat())) + MARGIN


def spend(connection: Connection, today: date, count: int) -> None:
    """Counts so many more digests of today."""
    day = today.isoformat()
    if count and not write_many(connection, _SPEND, [{"today": day, "count": count}]):
        connection.execute(insert(mail_days).values(day=day, foreseen=0, brought=count))


def nothing_brought_after(connection: Connection, today: date) -> None:
    """Forgets what was counted for later days."""
    later = mail_days.c.day > today.isoformat()
    connection.execute(update(mail_days).where(later).values(brought=0))


def steps_to_come(connection: Connection) -> Iterator[Coming]:
    """Every step of a running task that may still be told.

    Only what the forecast needs is read: whole tasks cost ten times as much.
    """
    company = case((steps.c.position == 0, cast(tasks.c.together, Text)), else_="[]")
    day = case((tasks.c.suspended > steps.c.date, tasks.c.suspended), else_=steps.c.date)
    query = (
        select(
            tasks.c.party,
            cast(steps.c.to, Text),
            cast(steps.c.copy, Text),
            company,
            day,
            steps.c.date < tasks.c.due,
            case((steps.c.on_talk, tasks.c.key), else_=""),
        )
        .join(steps, steps.c.task == tasks.c.key)
        .where(
            tasks.c.state.in_(("planned", "open")),
            steps.c.state.in_(("pending", "due")),
            steps.c.date.is_not(None),
            # Of a schooljaar that is still a concept neither is set.
            tasks.c.next_at.is_not(None) | steps.c.wake_at.is_not(None),
        )
    )
    days: dict[str, date] = {}
    for rows in connection.execute(query).partitions(PORTION):
        for party, to_text, copy_text, company_text, told_on, weekly, talk in rows:
            to, copy, together = from_text(to_text), from_text(copy_text), from_text(company_text)
            if told_on not in days:
                days[told_on] = date.fromisoformat(told_on)
            guests = guests_of(connection, talk) if talk and ATTENDEES in (*to, *copy) else ()
            yield Coming(party, to, copy, together, days[told_on], bool(weekly), guests)
