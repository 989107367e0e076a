"""Wat gaat eruit, as a page tells it: what waits for the bureau, what is ready, what comes, and what is odd."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection

from engine.app.coming_post import ComingMail, ComingPost
from engine.app.means import Means
from engine.core.digest import HELD_BY_BUREAU, Ahead
from engine.core.dutch import listed, some, weekday_date
from engine.core.letter import ACCESS
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.ports import Calendars, RenderError
from engine.core.recipients import told_to_others
from engine.core.window import days_of
from engine.store.ahead import decided_ahead
from engine.store.appointments import parties_invited
from engine.store.messages import Message
from engine.store.notices import Notice, notices_of_messages
from engine.store.post import READY, StepDay, Wanted, step_days, waiting_post
from engine.store.unreached import unreached

MOST_PARTIES = 2
Warned = Literal["address", "nobody", "away", "closed", "broken", "held", "brake"]


@dataclass(frozen=True, slots=True)
class Warning:
    """Something about a mail that the bureau should know before it leaves; the text is Dutch."""

    kind: Warned
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A mail on the page. `name` is what a form calls it: the number of a message, or the name of a coming mail.

    `at` is the moment at which it leaves, None while it waits for the bureau. `parties` are those it tells of, `about`
    their names; `whole`: the user may see all of those, so that its text may be opened. `held` is why it waits, or will
    wait, for the bureau; `released`: the bureau let it go before it was made ready. `ahead` is False for a coming mail
    of which nothing can be decided before it is made ready. `joins`: it goes in one mail with what waits for the bureau
    now, where that is let go first.
    """

    name: str
    contact: int
    to: str
    email: str
    subject: str
    at: datetime | None
    parties: tuple[str, ...]
    about: str
    warnings: tuple[Warning, ...]
    held: str = ""
    since: datetime | None = None
    whole: bool = True
    released: bool = False
    state: str = ""
    tried: bool = False
    ahead: bool = True
    joins: bool = False

    @property
    def may_hold(self) -> bool:
        """True when it can still be kept back, and nobody did so yet."""
        if self.state == "coming":
            return self.ahead and self.held != HELD_BY_BUREAU
        return self.state == "queued" and not self.tried and bool(self.parties)

    @property
    def may_release(self) -> bool:
        """True when it waits for the bureau, or will; what comes on a day with too much is let go on that day."""
        if self.state == "coming":
            return self.ahead and bool(self.held) and not any(one.kind == "brake" for one in self.warnings)
        return self.state == "held"

    @property
    def noted(self) -> bool:
        """True when there is anything to say of it beside whom it goes to and what it says."""
        return bool(self.warnings or self.held or self.released or self.joins)

    @property
    def heeds(self) -> bool:
        """True when something is odd about it; that it waits for the bureau is not."""
        return any(one.kind != "held" for one in self.warnings)


@dataclass(frozen=True, slots=True)
class DayOfPost:
    """The mails that are made ready on one day; what is odd first. `ready`: those that are ready, and leave then."""

    day: date
    rows: tuple[Row, ...]
    ready: tuple[Row, ...] = ()

    @property
    def count(self) -> int:
        """How many mails leave on that day when nothing is held."""
        return len(self.rows) + len(self.ready)

    def alike(self, name: str) -> tuple[Row, ...]:
        """The mail of that name, and those of the day that say the same to others, in the same state, nothing odd."""
        found = next((row for row in self.rows if row.name == name), None)
        if found is None or found.heeds:
            return () if found is None else (found,)
        same = (found.subject, found.held, found.released)
        return tuple(row for row in self.rows if (row.subject, row.held, row.released) == same and not row.heeds)

    def groups(self) -> Iterator[tuple[Row, ...]]:
        """The rows, those that say the same to others together; what is odd stands alone, and first."""
        seen: set[str] = set()
        for row in self.rows:
            if row.name not in seen:
                group = self.alike(row.name)
                seen |= {one.name for one in group}
                yield group


@dataclass(frozen=True, slots=True)
class Outgoing:
    """All of it: what waits for the bureau, what is ready and leaves by itself, and what each day brings."""

    held: tuple[Row, ...]
    ready: tuple[Row, ...]
    days: tuple[DayOfPost, ...]

    @property
    def warned(self) -> tuple[Row, ...]:
        """The mails of which something is odd, without those that only wait for the bureau."""
        return tuple(row for row in self._all() if row.heeds)

    def _all(self) -> Iterator[Row]:
        yield from (*self.held, *self.ready)
        for day in self.days:
            yield from day.rows


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the mail a user asks for, and may see. `scope` None: all parties."""

    scope: Collection[str] | None = None
    text: str = ""
    party: str = ""

    def about(self, parties: Collection[str]) -> bool:
        """True when a mail about these parties is asked for and may be seen."""
        if self.scope is not None and not set(parties) & set(self.scope):
            return False
        return not self.party or self.party in parties

    def seen(self, parties: Collection[str]) -> Collection[str]:
        """Those of the parties that may be seen."""
        return [party for party in parties if self.scope is None or party in self.scope]

    def says(self, *words: str) -> bool:
        """True when the text that is asked for stands in one of these."""
        return not self.text or any(self.text.casefold() in word.casefold() for word in words)

    def whole(self, parties: Collection[str]) -> bool:
        """True when all that such a mail tells may be seen."""
        return self.scope is None or (bool(parties) and set(parties) <= set(self.scope))


@dataclass(slots=True)
class _Look:
    means: Means
    register: Register
    calendars: Calendars
    steps: Mapping[tuple[str, str], StepDay]
    bounced: Mapping[int, str]
    templates: Mapping[str, str]
    ahead: Mapping[tuple[str, str, int], Ahead]
    # The party of the gesprek to which a message invites, by message.
    invited: Mapping[int, str]


def outgoing(connection: Connection, means: Means, post: ComingPost, sight: Sight) -> Outgoing:
    """What of the mail the user asks for; one that cannot be put into words is there with a warning."""
    register, calendars = means.people(connection)
    waiting = waiting_post(connection, Wanted(states=("held", *READY)))
    carried = notices_of_messages(connection, [one.again_of or one.id for one in waiting]) if waiting else {}
    told = [notice for one in post.mails for notice in one.notices]
    told += [notice for notices in carried.values() for notice in notices]
    keys = {notice.task for notice in told}
    look = _Look(
        means,
        register,
        calendars,
        step_days(connection, keys),
        {one.contact: one.reason for one in unreached(connection)},
        means.templates(connection),
        decided_ahead(connection, keys),
        parties_invited(connection, [one.id for one in waiting]),
    )
    rows = [_message_row(one, carried.get(one.again_of or one.id, ()), look, sight) for one in waiting]
    shown = [row for row in rows if row is not None]
    ready = tuple(row for row in shown if row.state != "held")
    return Outgoing(
        held=tuple(row for row in shown if row.state == "held"),
        ready=ready,
        days=tuple(_days(post, ready, look, sight)),
    )


def parties_told(notices: Iterable[Notice], steps: Mapping[tuple[str, str], StepDay]) -> tuple[str, ...]:
    """The ids of the parties that these notices tell of."""
    by_task = {task: step.party for (task, _), step in steps.items()}
    return tuple(dict.fromkeys(by_task[notice.task] for notice in notices if notice.task in by_task))


def about(parties: Collection[str], register: Register, most: int = MOST_PARTIES) -> str:
    """The names of parties, in the order of the alphabet; of many the first ones, and how many more there are."""
    found = [register.parties[party].name if party in register.parties else party for party in parties]
    named = some(sorted(found, key=str.casefold), most)
    schools = all(party in register.parties and register.parties[party].kind == "school" for party in parties)
    return listed(named) + (" scholen" if schools and len(named) < len(found) else "")


def _message_row(one: Message, notices: Collection[Notice], look: _Look, sight: Sight) -> Row | None:
    name = look.register.contacts[one.contact].name
    invited = (look.invited[one.id],) if one.id in look.invited else ()
    parties = parties_told(notices, look.steps) or invited
    if not (sight.about(parties) and sight.says(name, one.email, one.subject)):
        return None
    warnings = [*_odd(one.contact, notices, None, look)]
    return Row(
        name=str(one.id),
        contact=one.contact,
        to=name if one.kind != ACCESS else one.email,
        email=one.email,
        subject=one.subject,
        at=one.next_attempt if one.state != "held" else None,
        parties=parties,
        about=about(sight.seen(parties), look.register),
        warnings=tuple(warnings),
        held=one.reason if one.state == "held" else "",
        since=one.created_at,
        whole=sight.whole(parties) and one.kind != ACCESS,
        state=one.state,
        tried=one.attempts > 0,
    )


def _days(post: ComingPost, ready: Iterable[Row], look: _Look, sight: Sight) -> Iterator[DayOfPost]:
    found: dict[date, list[Row]] = {}
    leaving: dict[date, list[Row]] = {}
    for row in ready:
        if row.at is not None:
            leaving.setdefault(local_date(row.at), []).append(row)
    for one in post.mails:
        coming = _coming_row(one, post, look, sight)
        if coming is not None:
            found.setdefault(one.day, []).append(coming)
    for day in sorted({*found, *leaving}):
        rows = sorted(found.get(day, ()), key=lambda row: (not row.heeds, row.to))
        yield DayOfPost(day, tuple(rows), tuple(leaving.get(day, ())))


def _coming_row(one: ComingMail, post: ComingPost, look: _Look, sight: Sight) -> Row | None:
    parties = parties_told(one.notices, look.steps) or ((one.invited,) if one.invited else ())
    if not sight.about(parties):
        return None
    found = post.subject(one, look.means, look.templates)
    subject = found if isinstance(found, str) else "(kan niet worden gemaakt)"
    if not sight.says(one.letter.to_name, one.letter.to_email, subject):
        return None
    warnings = list(_odd(one.contact, one.notices, one.day, look))
    for text in dict.fromkeys(item.stands_in for item in one.letter.items if item.stands_in):
        warnings.append(Warning("away", f"{text.partition('. ')[0]}. {one.letter.to_name} vervangt."))
    if isinstance(found, RenderError):
        why = f"De mail kan niet worden gemaakt ({found.template}.md): {found.message}"
        warnings.insert(0, Warning("broken", why))
    if one.held:
        kind: Warned = "brake" if "meer mail" in one.held else "held"
        warnings.append(Warning(kind, one.held))
    verdicts = {look.ahead.get((notice.task, notice.step, notice.contact)) for notice in one.notices}
    return Row(
        name=one.name,
        contact=one.contact,
        to=one.letter.to_name,
        email=one.letter.to_email,
        subject=subject,
        at=one.at,
        parties=parties,
        about=about(sight.seen(parties), look.register),
        warnings=tuple(warnings),
        held=one.held,
        whole=sight.whole(parties),
        released=verdicts == {"release"} and one.held != HELD_BY_BUREAU,
        state="coming",
        ahead=bool(one.notices),
        joins=one.joins > 0,
    )


def _odd(contact: int, notices: Collection[Notice], leaves: date | None, look: _Look) -> Iterator[Warning]:
    if contact in look.bounced:
        why = look.bounced[contact].split(". ")[0].rstrip(".")
        yield Warning("address", f"Eerdere mail kwam hier niet aan: {why}.")
    for text in dict.fromkeys(notice.fallback for notice in notices if notice.fallback):
        yield Warning("nobody", told_to_others(text))
    days = [step.day for notice in notices if (step := look.steps.get((notice.task, notice.step))) and step.day]
    if leaves is None or not days or max(days) >= leaves:
        return
    theirs = days_of(contact, look.register, look.calendars, leaves)
    planned = max(days)
    if not theirs.has(planned):
        party = parties_told(notices, look.steps)[0]
        calendar = look.calendars.of(party)
        why = f" {weekday_date(planned)} {calendar.falls(planned)}." if not calendar.is_open(planned) else ""
        yield Warning("closed", f"Wacht tot {weekday_date(leaves)}.{why[:1]}{why[1:2].upper()}{why[2:]}")
