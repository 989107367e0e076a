"""What an agenda tells of tasks: a task or its gesprek, or a round of many parties at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from engine.core import agenda_text
from engine.core.agenda import AgendaItem, end_local, period_local, round_local
from engine.core.agenda_task import AgendaTask
from engine.core.appointment import Appointment
from engine.core.round_names import in_round

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in an agenda, whoever reads it; one `uid` tells the same everywhere.

    `title` names the round too, where the rule has rounds. `whose` is the name of the party it is about, which stands
    behind it where the agenda may hold several. `sequence` is an appointment's own, None where the agendas count.
    `going_on`: a line of a doorlopend rule, of which nothing is stored but what agendas showed.
    """

    uid: str
    starts: date | datetime
    ends: date | datetime
    title: str
    whose: str = ""
    text: str = ""
    place: str = ""
    lapsed: bool = False
    sequence: int | None = None
    going_on: bool = False

    def item(self, *, named: bool) -> AgendaItem:
        """As an agenda shows it; `named`: with the name of the party."""
        title = f"{self.title} – {self.whose}" if named and self.whose else self.title
        return AgendaItem(self.uid, self.starts, self.ends, title, self.text, self.place, lapsed=self.lapsed)


def task_entries(task: AgendaTask, whose: str, talk: Appointment | None) -> Iterator[Entry]:
    """What stands in an agenda of one task. `whose`: the name of its party; `talk`: its appointment, if any."""
    if task.kind == "gesprek":
        if talk is not None:
            yield talk_entry(task, whose, talk)
        if talk is None or (talk.state == "off" and not task.lapsed):
            yield _all_day(task, period_local(task.key), task.begins or task.due, task.due, whose)
        return
    yield _all_day(task, task.key, task.begins or task.due, task.due, whose)
    if task.expires not in (None, task.due):
        ends = _all_day(task, end_local(task.key), task.expires, task.expires, whose)
        yield replace(ends, title=f"Vervaldag: {ends.title}")


def talk_entry(task: AgendaTask, whose: str, talk: Appointment) -> Entry:
    """The gesprek itself, on its time; that of a task that ended stands until it is called off, which counts on."""
    return Entry(
        task.key,
        talk.starts,
        talk.starts + timedelta(minutes=talk.minutes),
        in_round(task.title, task.round),
        whose,
        agenda_text.of_talk(task, talk),
        talk.place,
        lapsed=talk.state == "off",
        sequence=talk.sequence,
    )


def round_entries(
    tasks: Iterable[AgendaTask], whose: str, names: Mapping[str, str], talks: Mapping[str, Appointment]
) -> Iterator[Entry]:
    """Tasks of many parties, each round told once; beside it stands singly what has a day of its own.

    That is: a gesprek with an appointment, a document, and a task with uitstel. `whose` as in `round_local`; `names`
    are those of parties.
    """
    rounds: dict[tuple[str, str, str | None], list[AgendaTask]] = {}
    for task in tasks:
        if task.kind == "document":
            yield from task_entries(task, names.get(task.party, task.party), None)
        else:
            rounds.setdefault((task.rule, task.schooljaar, task.round), []).append(task)
    for (rule, schooljaar, round_), group in rounds.items():
        entry = _round(group, round_local(rule, schooljaar, round_, whose), names, talks)
        yield entry
        for task in group:
            name, talk = names.get(task.party, task.party), talks.get(task.key)
            if talk is not None:
                yield talk_entry(task, name, talk)
            elif task.extended is not None and task.due + ONE_DAY != entry.ends:
                yield from task_entries(task, name, None)


def usual_day(days: Iterable[date]) -> date:
    """The day that most have; of two, the earlier. There must be one."""
    counts = Counter(days)
    return min(counts, key=lambda day: (-counts[day], day))


def _all_day(task: AgendaTask, uid: str, first: date, last: date | None, whose: str) -> Entry:
    """From the first day to the last; a period that ends before it begins, by uitstel, is one day."""
    last = last or first
    text = agenda_text.of_task(task)
    title = in_round(task.title, task.round)
    return Entry(uid, min(first, last), last + ONE_DAY, title, whose, text, lapsed=task.lapsed)


def _round(tasks: Sequence[AgendaTask], uid: str, names: Mapping[str, str], talks: Mapping[str, Appointment]) -> Entry:
    alive = [task for task in tasks if not task.lapsed]
    shown = [task for task in alive or tasks if task.extended is None] or alive or list(tasks)
    due = usual_day(task.due for task in shown)
    first = usual_day(task.begins or due for task in shown if task.due == due)
    text = agenda_text.of_round(tasks, due, names, talks)
    title = in_round(shown[0].title, shown[0].round)
    return Entry(uid, min(first, due), due + ONE_DAY, title, text=text, lapsed=not alive)
