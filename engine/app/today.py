"""What the day brings: the mail that left, leaves and waits, what opens, what must be in, and what came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.app.leaving import first_day
from engine.core.answer import Answer
from engine.core.dutch import counted, listed, weekday_date
from engine.core.letter import INVITE
from engine.core.localtime import from_ms, local, local_date
from engine.core.matrix import Column, RoundId, TaskLine, columns_of
from engine.core.party import Register
from engine.core.ports import Calendars
from engine.core.status import StatusName
from engine.core.telling import told
from engine.core.window import Hours
from engine.store.post import READY
from engine.store.today import OFF, SPARED, Made, Still

Named = tuple[TaskLine, StatusName]
# Of mail about a gesprek.
OF_TALKS = {INVITE: "uitnodiging", OFF: "afzegging", SPARED: "afmelding"}


@dataclass(frozen=True, slots=True)
class MailOfStep:
    """The mail of today about one step of a round: how many tasks it tells of, and in Dutch how it stands."""

    id: RoundId
    step: str
    tasks: int
    stands: str


@dataclass(frozen=True, slots=True)
class CameIn:
    """What came in today for a round, in Dutch: `2 antwoorden en 1 keer n.v.t.`"""

    column: Column
    what: str


@dataclass(frozen=True, slots=True)
class Today:
    """What the day brings; `sent` and `ready` count the mails that left, and that are ready and leave today.

    `leaves` is when the first of those does. `besides`: how many of them are about no round.
    """

    mails: tuple[MailOfStep, ...]
    opening: tuple[tuple[Column, int], ...]
    due: tuple[tuple[Column, int], ...]
    came: tuple[CameIn, ...]
    sent: int = 0
    ready: int = 0
    leaves: datetime | None = None
    besides: int = 0

    @property
    def is_quiet(self) -> bool:
        """True when nothing happens."""
        return not (self.mails or self.opening or self.due or self.came or self.sent or self.ready)


@dataclass(slots=True)
class _Step:
    """The tasks of a step by how their mail stands, and the moments of that mail."""

    left: set[str] = field(default_factory=set)
    ready: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    still: list[Still] = field(default_factory=list)
    sent_at: set[str] = field(default_factory=set)
    leaves_at: set[str] = field(default_factory=set)


def today_of(
    still: Iterable[Still],
    made: Sequence[Made],
    named: Sequence[Named],
    requests: Iterable[tuple[Answer, TaskLine]],
    people: tuple[Register, Calendars],
    hours: Hours,
    now: datetime,
) -> Today:
    """The day of that moment, from its mail, the tasks with their status, and what people asked of the bureau."""
    day = local_date(now).isoformat()
    live = [one for one in named if one[1] != "concept"]
    sent = {one.message for one in made if one.state == "sent"}
    ready = {one.message: from_ms(one.moment) for one in made if one.state in READY}
    return Today(
        tuple(_mails(still, made, people, hours, now)),
        _counted(one for one in live if one[0].opens == day and one[1] not in ("done", "waived")),
        _counted(one for one in live if one[1] == "today"),
        tuple(_came(live, requests, day)),
        len(sent),
        len(ready),
        min(ready.values(), default=None),
        len((sent | ready.keys()) - {one.message for one in made if one.id is not None}),
    )


def _mails(
    still: Iterable[Still], made: Iterable[Made], people: tuple[Register, Calendars], hours: Hours, now: datetime
) -> Iterable[MailOfStep]:
    found: dict[tuple[RoundId, str], _Step] = {}
    for one in made:
        if one.id is None:
            continue
        word = OF_TALKS.get(one.step) or told(one.step).removesuffix(" gestuurd")
        step = found.setdefault((one.id, word), _Step())
        clock = f"{local(from_ms(one.moment)):%H:%M}"
        if one.state in READY:
            step.ready.add(one.task)
            step.leaves_at.add(clock)
        elif one.state == "held":
            step.held.add(one.task)
        else:
            step.left.add(one.task)
            step.sent_at.add(clock)
    for each in still:
        found.setdefault((each.id, told(each.step)), _Step()).still.append(each)
    for (id_, word), step in sorted(found.items()):
        day = first_day(step.still, *people, hours, now) if step.still else None
        if day is not None:
            # What is told anew has no day of its own: it is of the day on which it leaves.
            step.still = [one for one in step.still if not one.anew]
        # A task of which one mail left and another is still to go, is still to go.
        step.left -= step.ready | step.held
        tasks = step.left | step.ready | step.held | {one.task for one in step.still}
        if tasks:
            yield MailOfStep(id_, word, len(tasks), _stands(step, len(tasks), day))


def _stands(step: _Step, tasks: int, day: date | None) -> str:
    begins, leaves = (sorted(one)[:1] for one in (step.sent_at, step.leaves_at))
    parts = []
    if step.left:
        parts.append((len(step.left), f"verstuurd{_at(begins, step.sent_at)}"))
    if step.ready:
        parts.append((len(step.ready), f"vertrekt{_at(leaves, step.leaves_at)}"))
    if step.held:
        parts.append((len(step.held), "wacht op vrijgave"))
    if step.still:
        when = "gaat vandaag uit" if day is None else f"gaat uit op {weekday_date(day)}"
        parts.append((len({one.task for one in step.still}), when))
    if len(parts) == 1 and parts[0][0] == tasks:
        return parts[0][1]
    return listed([f"{count} {words}" for count, words in parts])


def _at(first: Sequence[str], clocks: set[str]) -> str:
    """` om 08:40`, or ` vanaf 08:40` where not all of it has that one moment."""
    return "".join(f" {'om' if len(clocks) == 1 else 'vanaf'} {one}" for one in first)


def _came(live: Sequence[Named], requests: Iterable[tuple[Answer, TaskLine]], day: str) -> Iterable[CameIn]:
    asked = Counter(task.round_id for one, task in requests if local_date(one.at).isoformat() == day)
    ended = [one for one in live if one[0].ended == day]
    answered = Counter(task.round_id for task, name in ended if name in ("submitted", "done"))
    waived = Counter(task.round_id for task, name in ended if name == "waived")
    for column in columns_of(live):
        words = {
            counted(answered[column.id], "antwoord", "antwoorden"): answered[column.id],
            f"{waived[column.id]} keer n.v.t.": waived[column.id],
            counted(asked[column.id], "verzoek", "verzoeken"): asked[column.id],
        }
        if said := [word for word, count in words.items() if count]:
            yield CameIn(column, listed(said))


def _counted(of: Iterable[Named]) -> tuple[tuple[Column, int], ...]:
    return tuple((one, sum(one.counts.values())) for one in columns_of(of))
