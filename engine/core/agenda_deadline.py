"""The last day of what is asked of somebody, as a single item for an agenda of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.core.agenda import AgendaItem, Published
from engine.core.dutch import capitalised, from_to, long_date
from engine.core.round_names import in_round
from engine.core.task import PlannedTask


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """What agendas showed last under a uid: its first day or moment and its end, as ISO text."""

    sequence: int
    starts: str
    ends: str
    changed_at: datetime


def deadline(plan: PlannedTask, party: str, swv: str, shown: ShownEvent | None, changed_at: datetime) -> Published:
    """The period or the last day of a task of the party with that name; `changed_at` is when the task changed last.

    No link leads to answers: others may look into one's agenda. Its SEQUENCE is that of the agendas (`shown`), one
    more where they do not show these days yet, and 0 where they never showed it.
    """
    first, after = min(plan.begins or plan.due, plan.due), plan.due + timedelta(days=1)
    asked = plan.explanation.strip().partition("\n\n")[0]
    where = f"U vindt de vraag in de mail van {swv}."
    item = AgendaItem(
        uid=uid_local(plan),
        starts=first,
        ends=after,
        title=f"{in_round(plan.title, plan.round)} – {party}",
        text="\n\n".join(filter(None, (_wish(first, plan.due), " ".join(asked.split()), where))),
    )
    if shown is None:
        return Published(item, 0, changed_at)
    same = (shown.starts, shown.ends) == (first.isoformat(), after.isoformat())
    return Published(item, shown.sequence + (not same), max(changed_at, shown.changed_at))


def uid_local(plan: PlannedTask) -> str:
    """The local part of its UID: the key, but that is the appointment's where a gesprek is to be planned."""
    return f"{plan.key}.periode" if plan.kind == "gesprek" else plan.key


def _wish(first: date, last: date) -> str:
    if first < last:
        return f"{capitalised(from_to(first, last))}."
    return f"Uiterlijk {long_date(last)}."
