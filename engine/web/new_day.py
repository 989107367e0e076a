"""Whether whoever was asked hears of a new last day, in Dutch sentences."""

from __future__ import annotations

from collections.abc import Sequence

from engine.app.actions import Outcome
from engine.core.dutch import counted
from engine.core.effects import WAITING
from engine.core.task import StoredTask

# Actions of which the next mail names the new day, as a sentence calls them.
ABOUT = {"uitstel": "het uitstel zelf", "afsluiten": "de nieuwe dag zelf"}
# What the mail says beside the day.
REASON = {"uitstel": ", met uw reden", "pauzeer": ", met uw reden", "afsluiten": ", met de reden"}


def new_day_told(coming: Outcome, action: str) -> str:
    """Whether whoever was asked gets a mail that names the new last day.

    One goes at once where the old day or the new one is near, or to who asked for it; else none goes because of it.
    """
    told = [moved for moved in coming.moved if moved.mails and not moved.on_request]
    answered = sum(moved.on_request for moved in coming.moved)
    left = [moved.after for moved in coming.moved if not moved.mails]
    parts = []
    if answered:
        parts.append("Wie om meer tijd vroeg, krijgt een mail met de nieuwe dag en uw reden.")
    if told:
        which = "" if not left and not answered else f" bij {counted(len(told), 'taak', 'taken')}"
        reason = REASON.get(action, "")
        near = f"De oude of de nieuwe laatste dag is al binnen twee dagen{which}."
        parts.append(f"{near} Wie de vraag kreeg, hoort het daarom per mail{reason}.")
    if left and action in ABOUT:
        parts.append(_untold(left, ABOUT[action], beside=bool(told or answered)))
    return " ".join(parts)


def _untold(tasks: Sequence[StoredTask], about: str, *, beside: bool) -> str:
    """Of tasks whose new day no mail tells at once; `beside`: there are others of which one does."""
    told = f"Bij {'de andere taak' if len(tasks) == 1 else 'de andere taken'}" if beside else f"Over {about}"
    told += " gaat daarover geen mail uit. " if beside else " gaat geen mail uit. "
    heard = sum(any(one.state in WAITING and task.plan.asked in one.plan.to for one in task.steps) for task in tasks)
    if heard == len(tasks):
        return f"{told}De volgende mail noemt de nieuwe dag."
    if not heard:
        return f"{told}Er volgt ook geen herinnering. Laat de nieuwe dag dus zelf weten."
    left = counted(len(tasks) - heard, "taak", "taken")
    return f"{told}De volgende mail noemt de nieuwe dag. Bij {left} volgt geen mail meer: laat het daar zelf weten."
