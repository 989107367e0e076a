"""What people answer or ask on their own page: its words, what a remark may hold, and how long it can be changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from engine.core.bsn import holds_bsn
from engine.core.localtime import local_date
from engine.core.problem import Refused
from engine.core.states import TaskMove, TaskState

AnswerKind = Literal["done", "not_applicable", "withdrawn", "more_time", "someone_else"]
# What is asked of the bureau, and changes nothing by itself.
REQUESTS: tuple[AnswerKind, ...] = ("more_time", "someone_else")
ANSWER_WORDS: dict[AnswerKind, str] = {
    "done": "klaar",
    "not_applicable": "niet van toepassing",
    "withdrawn": "antwoord ingetrokken",
    "more_time": "meer tijd nodig",
    "someone_else": "niet de juiste persoon",
}
# What goes to the bureau by mail before one tells that it is done, by the kind of rule; a talk or a task sends nothing.
MAILED = {"uitvraag": "uw antwoord", "document": "het nieuwe document"}
MOST_SIGNS = 2000
DAYS_TO_CHANGE = 14

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer or request of a contact. `version` counts those of a task from 1.

    `until` is the day until which more time is asked; `handled` when the bureau dealt with a request.
    """

    id: int
    task: str
    version: int
    kind: AnswerKind
    contact: int
    at: datetime
    remark: str = ""
    until: date | None = None
    handled: datetime | None = None


def remark_of(text: str) -> str:
    """The text as it is stored: without unseen signs, at most 2,000 characters; raises Refused."""
    kept = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(kept) > MOST_SIGNS:
        raise Refused(
            f"Uw tekst heeft {len(kept)} tekens. Er passen er {MOST_SIGNS} in.", "Maak de tekst korter, of mail ons."
        )
    if holds_bsn(kept):
        raise Refused(
            "In uw tekst staat een getal dat een burgerservicenummer (BSN) kan zijn.",
            "Haal dat getal weg. Noem ook geen namen van leerlingen.",
        )
    return kept


def standing(answers: Sequence[Answer], state: TaskState) -> Answer | None:
    """The answer that closes a task as it stands; None where the bureau closed it, or it is open."""
    newest = next((one for one in reversed(answers) if one.kind not in REQUESTS), None)
    kinds: dict[TaskState, AnswerKind] = {"submitted": "done", "done": "done", "waived": "not_applicable"}
    return newest if newest is not None and newest.kind == kinds.get(state) else None


def requests_open(answers: Sequence[Answer], state: TaskState) -> tuple[Answer, ...]:
    """What still waits for the bureau: of each kind and person the newest, while nobody answered."""
    if state not in ("planned", "open"):
        return ()
    last = max((one.version for one in answers if one.kind not in REQUESTS), default=0)
    waiting = {(one.kind, one.contact): one for one in answers if one.kind in REQUESTS and one.version > last}
    return tuple(one for one in waiting.values() if one.handled is None)


def last_day_to_change(answers: Sequence[Answer], due: date) -> date:
    """The last day on which an answer can be changed: the task's, or 14 days after it first came, the later."""
    first = next((one.at for one in answers if one.kind not in REQUESTS), None)
    return due if first is None else max(due, local_date(first) + timedelta(days=DAYS_TO_CHANGE))


def moves_to(kind: AnswerKind, state: TaskState) -> tuple[TaskMove, ...]:
    """What an answer does to a task in that state, one move after another; raises Refused."""
    if state not in ("open", "submitted", "done", "waived"):
        raise Refused("Deze vraag staat niet meer open.", "Klopt dat niet? Bel ons.")
    if kind == "done" and state in ("submitted", "done"):
        return ("revise",)
    if kind == "not_applicable" and state == "waived":
        return ()
    again: tuple[TaskMove, ...] = ("reopen",) if state in ("done", "waived") else ()
    return (*again, "waive" if kind == "not_applicable" else "submit")
