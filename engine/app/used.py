"""What tasks use of other rules, as stored: read once for all that is asked of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.chain import Rounds, Used, change_told, concerned, name_of
from engine.core.schooljaar import Schooljaar
from engine.core.task import PlannedTask, StoredTask
from engine.core.telling import is_changed, step_of
from engine.store.chains import OFF, Telling, inputs_of, moved_of, round_days, seen_mark, tellings_of


@dataclass(slots=True)
class Chains:
    """What the tasks of one store use on one day; of no more than these parties, where they are given."""

    connection: Connection
    means: Means
    today: date
    parties: Collection[str] | None = None
    _rounds: dict[tuple[str, str], Rounds] = field(init=False, repr=False, default_factory=dict)
    _uses: dict[tuple[str, str], tuple[str, ...]] = field(init=False, repr=False, default_factory=dict)

    def of(self, plan: PlannedTask) -> tuple[Used, ...]:
        """What a task uses, in the order of its rule; nothing where the rule is gone."""
        uses = self._names(plan.rule, plan.schooljaar)
        if not uses:
            return ()
        parties = concerned(plan.party, self.means.register(self.connection))
        found = (self._rounds_of(name, plan.schooljaar).newest(parties, plan.due, self.today) for name in uses)
        return tuple(one for one in found if one is not None)

    def changes(self, task: StoredTask, contact: int, message: int) -> tuple[str, ...]:
        """What changed of all that a task uses since its reader heard of it last, but for what that message tells."""
        if seen_mark(self.connection) == OFF:
            return ("",)
        before = [one.at for one in told_complete(self.connection, task) if one.contact == contact]
        before += [
            one.at
            for one in tellings_of(self.connection, task.plan.key)
            if one.contact == contact and is_changed(one.step) and one.message != message
        ]
        return self._changed(task.plan, max(before)) if before else ()

    def _changed(self, plan: PlannedTask, since: datetime) -> tuple[str, ...]:
        inputs = {one.key: one for used in self.of(plan) for one in used.inputs}
        register = self.means.register(self.connection)
        lines = []
        for key, happened in moved_of(self.connection, inputs, since).items():
            told = change_told(happened)
            if told:
                one = inputs[key]
                lines.append(f"{one.title}, {name_of(one.party, register)}: {told}")
        return tuple(sorted(lines))

    def _names(self, name: str, schooljaar: str) -> tuple[str, ...]:
        """The rules that one uses in a schooljaar."""
        known = self._uses.get((name, schooljaar))
        if known is None:
            rule = self.means.rule(self.connection, name, Schooljaar.parse(schooljaar))
            known = self._uses[name, schooljaar] = rule.uses if rule is not None else ()
        return known

    def _rounds_of(self, rule: str, schooljaar: str) -> Rounds:
        known = self._rounds.get((rule, schooljaar))
        if known is None:
            days = None if self.parties is None else round_days(self.connection, rule, schooljaar)
            tasks = inputs_of(self.connection, rule, schooljaar, self.parties)
            known = self._rounds[rule, schooljaar] = Rounds.of(rule, schooljaar, tasks, days)
        return known


def told_complete(connection: Connection, task: StoredTask) -> list[Telling]:
    """The notices by which somebody heard that all is in that the task uses.

    Of a gesprek still to come also those that prepare for it, as they say it too.
    """
    whole = {step.name for step in task.plan.steps if step.on_uses}
    coming = task.plan.kind == "gesprek" and task.state in ("planned", "open") and task.complete is not None
    talk = {step.name for step in task.plan.steps if step.on_talk} if coming else set()
    if not whole | talk:
        return []
    return [one for one in tellings_of(connection, task.plan.key) if one.arrived and step_of(one.step) in whole | talk]
