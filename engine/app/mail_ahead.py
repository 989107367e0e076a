"""Mail that an action makes, before it is there: to whom, and when it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from engine.app.desk import Desk, Moved
from engine.app.hearing import hearers
from engine.app.letters import preview
from engine.core.digest import Candidate, must_wait
from engine.core.dutch import listed, some, weekday_date
from engine.core.effects import WAITING
from engine.core.ladder import request_of
from engine.core.letter import Rendered
from engine.core.localtime import local, local_date, start_of_day
from engine.core.ports import RenderError
from engine.core.problem import Refused
from engine.core.shown_mail import unusable
from engine.core.task import StoredStep
from engine.core.window import days_of, next_opening, opening_after
from engine.store.messages import Message, messages_by_number, provided_contacts

MOST_NAMED = 4
# So many mails are put into words before they are there.
MOST_READ = 40


@dataclass(frozen=True, slots=True)
class MailAhead:
    """A mail that an action makes: to whom, and when it leaves; None while it waits for the bureau's release.

    `words` is how its reader will see it, but for links; None where it was not put into words.
    """

    name: str
    email: str
    leaves: datetime | None
    number: int = 0
    words: Rendered | None = None


def mails_made(desk: Desk, moved: Iterable[Moved]) -> tuple[MailAhead, ...]:
    """The mails that were made, by their numbers."""
    found = messages_by_number(desk.connection, {number for one in moved for number in one.mails})
    contacts = desk.register.contacts
    return tuple(
        MailAhead(
            contacts[mail.contact].name, mail.email, mail.next_attempt if mail.state == "queued" else None, number
        )
        for number, mail in sorted(found.items())
    )


def in_words(desk: Desk, mails: Sequence[MailAhead]) -> tuple[MailAhead, ...]:
    """The same mails, the first ones as they will be read; one that cannot be put into words stays without."""
    found = messages_by_number(desk.connection, [one.number for one in mails[:MOST_READ]])
    words = {number: _words(desk, mail) for number, mail in found.items()}
    return tuple(replace(one, words=words.get(one.number)) for one in mails)


def _words(desk: Desk, mail: Message) -> Rendered | None:
    try:
        return unusable(preview(desk.connection, mail, desk.means, desk.register, mail.next_attempt or desk.now))
    except (RenderError, Refused):
        return None


def mails_anew(desk: Desk, moved: Iterable[Moved]) -> tuple[MailAhead, ...]:
    """The mails that will ask anew what was asked before: one a contact, in its next open window.

    Of a gesprek that was called off: what asks for another date, now or later.
    """
    found: dict[int, datetime | None] = {}
    register, calendars = desk.means.people(desk.connection)
    served: set[int] | None = None
    for one in moved:
        step = _asks(one, desk.today)
        if step is None or step.plan.date is None or not desk.runs(one.after):
            continue
        if served is None:
            served = provided_contacts(desk.connection, start_of_day(desk.today))
        begin = max(desk.now, start_of_day(step.plan.date))
        readers = hearers(one.after, step, register, local_date(begin))
        for reader in readers if one.lap else [one for one in readers if one.audience == "aan"]:
            days = days_of(reader.contact, register, calendars, local_date(begin))
            leaves = next_opening(begin, desk.means.hours, days)
            if reader.contact in served and local_date(leaves) == desk.today:
                leaves = opening_after(desk.today, desk.means.hours, days)
            # It is made once the window is open, and the bureau can still hold it then.
            leaves = next_opening(leaves + desk.means.wait, desk.means.hours, days)
            held = must_wait(Candidate(one.after, step.plan, reader), desk.means.settings) != ""
            known = found.get(reader.contact)
            found[reader.contact] = None if held else leaves if known is None else min(leaves, known)
    people = register.contacts
    return tuple(MailAhead(people[one].name, people[one].email, leaves) for one, leaves in found.items())


def _asks(moved: Moved, today: date) -> StoredStep | None:
    """The step that will ask anew; None where none does."""
    task = moved.after
    if moved.lap:
        request = request_of(task.plan.asked, task.plan.steps)
        return next((step for step in task.steps if step.plan is request and step.state in WAITING), None)
    if "unappoint" not in moved.moves:
        return None
    asks = [
        (step.plan.date, step.plan.position, step)
        for step in task.steps
        if task.plan.asked in step.plan.to and step.state in WAITING and step.plan.date is not None
    ]
    ripe = [one for one in asks if one[0] <= today]
    found = max(ripe, default=None) if ripe else min(asks, default=None)
    return None if found is None else found[2]


def anew_told(mails: Sequence[MailAhead]) -> tuple[str, ...]:
    """When the mails that ask anew leave, and to whom, in a sentence; none where there are none."""
    if not mails:
        return ()
    who = listed(
        some([one.name if one.name == one.email else f"{one.name} ({one.email})" for one in mails], MOST_NAMED)
    )
    moments = sorted(one.leaves for one in mails if one.leaves is not None)
    what = "De mail gaat" if len(mails) == 1 else f"De {len(mails)} mails gaan"
    if not moments:
        return (f"{what} naar {who}, nadat u {'die' if len(mails) == 1 else 'ze'} vrijgeeft bij Post.",)
    day, hour = weekday_date(local_date(moments[0])), f"{local(moments[0]):%H:%M}"
    since = f"vanaf {day} om {hour}" if len(set(moments)) > 1 else f"op {day} vanaf {hour}"
    return (f"{what} {since} naar {who}.",)
