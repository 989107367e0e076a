"""What every year keeps to whatever went wrong, checked on its log with calendars of this package's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from engine.core.rule import Rule
from engine.core.telling import is_news
from tests.faulty.opened import Opened, wall
from tests.faulty.outside import Sent, Tried
from tests.faulty.year import Acted, Adopted, Imported, Planned

REST = 2
ENDED = ("submitted", "done", "waived", "cancelled")


@dataclass
class Promises:
    """Reads a log from its begin to its end; `broken` says in words what was not kept."""

    broken: list[str] = field(default_factory=list)
    opened: Opened = field(init=False)
    rules: dict[str, list[Rule]] = field(default_factory=dict)
    adopted: set[str] = field(default_factory=set)
    # (task, step, address) -> the message that told it.
    told: dict[tuple[str, str, str], str] = field(default_factory=dict)
    digests: dict[tuple[str, date], str] = field(default_factory=dict)
    asked_on: dict[str, list[date]] = field(default_factory=dict)
    met: set[tuple[str, str]] = field(default_factory=set)
    ended: dict[str, Acted] = field(default_factory=dict)
    copies: dict[str, list[Sent]] = field(default_factory=dict)

    def read(self, log: list[object]) -> None:
        """Goes through the log in order."""
        for entry in log:
            if isinstance(entry, Imported):
                self.opened = Opened(entry.sheets)
            elif isinstance(entry, Planned):
                self._note_rules(entry)
            elif isinstance(entry, Adopted):
                self.adopted.add(entry.schooljaar)
            elif isinstance(entry, Acted):
                self._note_act(entry)
            elif isinstance(entry, Sent):
                self._sent(entry)
            elif isinstance(entry, Tried):
                self._request_first(entry)

    def _note_rules(self, entry: Planned) -> None:
        self.rules.clear()
        for rule in entry.rulebook.rules:
            self.rules.setdefault(rule.id, []).append(rule)

    def _note_act(self, entry: Acted) -> None:
        if entry.state in ENDED:
            self.ended.setdefault(entry.key, entry)
        else:
            self.ended.pop(entry.key, None)

    def _sent(self, sent: Sent) -> None:
        before = self.copies.setdefault(sent.message_id, [])
        before.append(sent)
        self._in_its_window(sent)
        if len(before) > 1:
            self._is_a_copy(sent, before)
            return
        self._once_a_day(sent)
        for task, step, _ in sent.notices:
            self._never_twice(sent, task, step)
            self._after_adoption(sent, task)
            self._not_after_the_answer(sent, task, step)
            rule = self._rule(task)
            if rule is not None:
                self._escalates_only_after_asking(sent, task, step, rule)

    def _in_its_window(self, sent: Sent) -> None:
        if not self.opened.in_window(sent.to, sent.at):
            self._break(sent, "left outside the window")

    def _is_a_copy(self, sent: Sent, before: list[Sent]) -> None:
        if len({one.digest for one in before}) > 1:
            self._break(sent, "left twice with other bytes")
        if len(before) > 2:
            self._break(sent, f"left {len(before)} times")
        if before[-2].sure:
            self._break(sent, "left again although the relay had said that it has it")

    def _once_a_day(self, sent: Sent) -> None:
        day = wall(sent.at).date()
        if sent.kind != "digest":
            return
        if (sent.to, day) in self.digests:
            self._break(sent, "is a second digest on one day")
        self.digests.setdefault((sent.to, day), sent.message_id)

    def _never_twice(self, sent: Sent, task: str, step: str) -> None:
        if (task, step, sent.to) in self.told:
            self._break(sent, f"tells {task} {step} again")
        self.told[task, step, sent.to] = sent.message_id

    def _after_adoption(self, sent: Sent, task: str) -> None:
        year = next((part for part in task.split(".") if part[:2] == "20" and len(part) == 9), None)
        if year is not None and year not in self.adopted:
            self._break(sent, f"tells {task} of a concept")

    def _not_after_the_answer(self, sent: Sent, task: str, step: str) -> None:
        end = self.ended.get(task)
        if end is not None and not is_news(step) and sent.message_id not in end.under_way:
            self._break(sent, f"tells {task} {step} after {end.move} on {wall(end.at):%d-%m %H:%M}")

    def _escalates_only_after_asking(self, sent: Sent, task: str, step: str, rule: Rule) -> None:
        known = next((one for one in rule.steps if one.name == step), None)
        if known is None:
            return
        day = wall(sent.at).date()
        if rule.asked in known.to:
            if task in sent.texts:
                self.asked_on.setdefault(task, []).append(day)
            return
        if known.escalation:
            party = task.rpartition(".")[2]
            rests = [self.opened.open_days_after(party, asked, day) for asked in self.asked_on.get(task, ())]
            if max(rests, default=0) < REST:
                self._break(sent, f"escalates {task} {step}; asked on {self.asked_on.get(task, [])}")

    def _request_first(self, tried: Tried) -> None:
        for task, step, audience in tried.notices:
            rule = self._rule(task)
            mine = [] if rule is None else [one for one in rule.steps if rule.asked in one.to]
            if audience != "aan" or step not in {one.name for one in mine} or (task, tried.to) in self.met:
                continue
            self.met.add((task, tried.to))
            if tried.texts.get(task) != mine[0].template:
                self._break(tried, f"first tells {task} by {tried.texts.get(task)} ({step})")

    def _rule(self, task: str) -> Rule | None:
        return next(iter(self.rules.get(task.partition(".")[0], ())), None)

    def _break(self, sent: Tried, what: str) -> None:
        self.broken.append(f"{wall(sent.at):%Y-%m-%d %H:%M} {sent.to} {sent.message_id[:9]}: {what}")


def broken_promises(log: list[object]) -> list[str]:
    """What was not kept in this log, in words; empty when all was well."""
    promises = Promises()
    promises.read(log)
    return promises.broken
