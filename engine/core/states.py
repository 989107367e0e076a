"""The states of tasks, steps and messages, the moves between them, and their Dutch words: once, here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

TaskState = Literal["planned", "open", "submitted", "done", "waived", "cancelled"]
TaskMove = Literal[
    "open",
    "submit",
    "accept",
    "return",
    "waive",
    "cancel",
    "plan",
    "revise",
    "reopen",
    "extend",
    "move",
    "suspend",
    "resume",
    "remind",
    "stage",
    "unstage",
    "appoint",
    "unappoint",
    "took-place",
    "undo",
]
StepState = Literal["pending", "due", "noticed", "overtaken", "merged", "dropped"]
MessageState = Literal["held", "queued", "sending", "sent", "deferred", "bounced", "uncertain", "dropped"]

# (state, move) -> state after it. What is not here is refused and changes nothing.
TASK_MOVES: dict[tuple[TaskState, TaskMove], TaskState] = {
    ("planned", "open"): "open",
    ("planned", "waive"): "waived",
    ("planned", "cancel"): "cancelled",
    ("planned", "extend"): "planned",
    ("planned", "move"): "planned",
    ("planned", "suspend"): "planned",
    ("planned", "resume"): "planned",
    ("open", "submit"): "submitted",
    ("open", "accept"): "done",
    ("open", "waive"): "waived",
    ("open", "cancel"): "cancelled",
    ("open", "extend"): "open",
    ("open", "move"): "open",
    ("open", "suspend"): "open",
    ("open", "resume"): "open",
    ("open", "remind"): "open",
    ("planned", "stage"): "planned",
    ("planned", "unstage"): "planned",
    ("open", "stage"): "open",
    ("open", "unstage"): "open",
    ("submitted", "stage"): "submitted",
    ("submitted", "unstage"): "submitted",
    # What comes after the adoption of a document is still asked.
    ("done", "stage"): "done",
    ("done", "unstage"): "done",
    ("planned", "appoint"): "planned",
    ("planned", "unappoint"): "planned",
    ("planned", "took-place"): "done",
    ("open", "appoint"): "open",
    ("open", "unappoint"): "open",
    ("open", "took-place"): "done",
    ("submitted", "accept"): "done",
    ("submitted", "waive"): "waived",
    ("submitted", "cancel"): "cancelled",
    ("submitted", "move"): "submitted",
    ("submitted", "return"): "open",
    ("submitted", "revise"): "submitted",
    ("done", "revise"): "done",
    ("done", "reopen"): "open",
    # A gesprek that is done as soon as it is arranged can still be moved, called off and held.
    ("done", "appoint"): "done",
    ("done", "unappoint"): "open",
    ("done", "took-place"): "done",
    ("waived", "reopen"): "open",
    ("cancelled", "plan"): "planned",
}
OPEN_STATES: tuple[TaskState, ...] = ("planned", "open", "submitted")

TASK_WORDS: dict[TaskState, str] = {
    "planned": "komt nog",
    "open": "open",
    "submitted": "te controleren",
    "done": "klaar",
    "waived": "n.v.t.",
    "cancelled": "vervallen",
}
MOVE_WORDS: dict[TaskMove, str] = {
    "open": "openen",
    "submit": "insturen",
    "accept": "op klaar zetten",
    "return": "teruggeven",
    "waive": "op n.v.t. zetten",
    "cancel": "laten vervallen",
    "plan": "plannen",
    "revise": "wijzigen",
    "reopen": "heropenen",
    "extend": "uitstel geven",
    "move": "verplaatsen",
    "suspend": "pauzeren",
    "resume": "hervatten",
    "remind": "herinneren",
    "stage": "een fase afvinken",
    "unstage": "een fase terugnemen",
    "appoint": "een afspraak maken",
    "unappoint": "de afspraak afzeggen",
    "took-place": "op gehouden zetten",
    "undo": "terugdraaien",
}
# What happened to a task, after "is" or as it stands.
MOVE_TOLD: dict[TaskMove, str] = {
    "open": "geopend",
    "submit": "antwoord ontvangen",
    "accept": "op klaar gezet",
    "return": "teruggegeven",
    "waive": "op n.v.t. gezet",
    "cancel": "vervallen",
    "plan": "weer gepland",
    "revise": "antwoord gewijzigd",
    "reopen": "heropend",
    "extend": "uitstel gegeven",
    "move": "verplaatst",
    "suspend": "gepauzeerd",
    "resume": "hervat",
    "remind": "herinnering gestuurd",
    "stage": "fase bereikt",
    "unstage": "fase teruggenomen",
    "appoint": "afgesproken",
    "unappoint": "afspraak afgezegd",
    "took-place": "gesprek gehouden",
    "undo": "ongedaan gemaakt",
}
MESSAGE_WORDS: dict[MessageState, str] = {
    "held": "wacht op vrijgave",
    "queued": "klaar om te versturen",
    "sending": "wordt verstuurd",
    "sent": "verstuurd",
    "deferred": "later opnieuw",
    "bounced": "niet aangekomen",
    "uncertain": "onzeker of het is aangekomen",
    "dropped": "vervallen",
}


class IllegalMove(Exception):
    """A move that the state does not allow; the Dutch text says why. Nothing was changed."""


def after(state: TaskState, move: TaskMove) -> TaskState:
    """The state after a move; raises IllegalMove."""
    try:
        return TASK_MOVES[state, move]
    except KeyError:
        raise IllegalMove(
            f"De taak staat op '{TASK_WORDS[state]}'. {MOVE_WORDS[move].capitalize()} kan nu niet."
        ) from None


def undone(state: TaskState, moves: Sequence[TaskMove], before: TaskState) -> TaskState:
    """The state before these moves, which led from there to `state`; raises IllegalMove where they did not."""
    reached = before
    for move in moves:
        reached = after(reached, move)
    if reached != state:
        raise IllegalMove(f"De taak staat intussen op '{TASK_WORDS[state]}'.")
    return before


def is_late(state: TaskState, due: date, today: date) -> bool:
    """True from 00:00 of the day after `due` while nobody answered; computed, never stored."""
    return state in ("planned", "open") and today > due
