"""What people can do to a task: names in addresses, words on buttons, and what each asks to be filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.core.bsn import holds_bsn
from engine.core.dutch import long_date
from engine.core.problem import Refused
from engine.core.states import TASK_MOVES, TaskMove, TaskState
from engine.core.task import StoredTask

ActionName = Literal[
    "herinnering",
    "uitstel",
    "klaar",
    "nvt",
    "invullen",
    "teruggeven",
    "heropen",
    "pauzeer",
    "hervat",
    "stop",
    "notitie",
]
Need = Literal["never", "may", "must"]
LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Action:
    """`title` heads its page and `button` names it there; `day` and `text` say what must or may be filled in.

    `many` is the button for more than one task, `done` begins the sentence of what was done, `undo` says how it is
    taken back. `move` is what it does to a task, None for a note; `day_label` and `text_label` stand at the fields.
    `offered`: it has a button on the page of each task that allows it.
    """

    name: ActionName
    title: str
    button: str
    many: str
    done: str
    move: TaskMove | None
    day: Need = "never"
    text: Need = "never"
    day_label: str = ""
    text_label: str = "Reden"
    text_help: str = ""
    undo: str = "Dit kunt u daarna ongedaan maken."
    offered: bool = True


ACTIONS: Mapping[str, Action] = {
    one.name: one
    for one in (
        Action(
            "herinnering",
            "Stuur herinnering",
            "Stuur herinnering",
            "Stuur herinnering voor {} taken",
            "Herinnering klaargezet voor",
            "remind",
            undo="Dit kunt u ongedaan maken zolang de mail nog niet weg is.",
        ),
        Action(
            "uitstel",
            "Geef uitstel",
            "Geef uitstel",
            "Geef uitstel voor {} taken",
            "Uitstel gegeven aan",
            "extend",
            day="must",
            text="must",
            day_label="Nieuwe laatste dag",
            text_help="Bijvoorbeeld: de administratie is deze week ziek.",
        ),
        Action(
            "klaar",
            "Zet op klaar",
            "Zet op klaar",
            "Zet {} taken op klaar",
            "Op klaar gezet:",
            "accept",
            text="may",
            text_label="Opmerking",
        ),
        Action(
            "nvt",
            "N.v.t.",
            "N.v.t.",
            "N.v.t.: {} taken",
            "Op n.v.t. gezet:",
            "waive",
            text="must",
            text_help="Bijvoorbeeld: niet van toepassing, niet geleverd, of anders gekregen.",
        ),
        Action(
            "invullen",
            "Vul in namens de school",
            "Verwerk het antwoord",
            "Verwerk {} antwoorden",
            "Antwoord verwerkt namens",
            "submit",
            text="must",
            text_label="Wie gaf het antwoord, en hoe?",
            text_help="Bijvoorbeeld: gebeld met mevrouw De Wit, aantallen staan in het rekenblad.",
        ),
        Action(
            "teruggeven",
            "Geef terug",
            "Geef terug",
            "Geef {} antwoorden terug",
            "Teruggegeven aan",
            "return",
            day="must",
            text="must",
            day_label="Nieuwe laatste dag",
            text_label="Wat moet er anders?",
            text_help="Dit staat boven in de mail aan de school.",
            undo="Dit kunt u ongedaan maken zolang de vraag niet opnieuw is verstuurd.",
        ),
        Action(
            "heropen",
            "Heropen",
            "Heropen",
            "Heropen {} taken",
            "Heropend voor",
            "reopen",
            day="must",
            text="may",
            day_label="Nieuwe laatste dag",
            text_help="Dit staat boven in de mail aan de school.",
            undo="Dit kunt u ongedaan maken zolang de vraag niet opnieuw is verstuurd.",
        ),
        Action(
            "pauzeer",
            "Pauzeer",
            "Pauzeer",
            "Pauzeer {} taken",
            "Gepauzeerd:",
            "suspend",
            day="must",
            text="must",
            day_label="Pauzeer tot",
            text_help="Bijvoorbeeld: de school verhuist.",
        ),
        Action(
            "hervat",
            "Ga verder",
            "Ga verder",
            "Ga verder met {} taken",
            "Niet meer gepauzeerd:",
            "resume",
            text="may",
            text_label="Opmerking",
        ),
        Action(
            "stop",
            "Stop taken",
            "Stop de taak",
            "Stop {} taken",
            "Gestopt:",
            "cancel",
            text="must",
            text_help="Bijvoorbeeld: de school is gesloten.",
            offered=False,
        ),
        Action(
            "notitie",
            "Schrijf een notitie",
            "Bewaar notitie",
            "Bewaar notitie bij {} taken",
            "Notitie geschreven bij",
            None,
            text="must",
            text_label="Notitie",
            text_help="Bijvoorbeeld: gebeld 3 oktober, komt morgen. Noem geen leerlingen.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Wish:
    """An action as somebody filled it in; `text` is the reason, the remark or the note."""

    action: Action
    until: date | None = None
    text: str = ""


def possible(task: StoredTask, action: Action, today: date) -> bool:
    """True when the task's state allows it; a pause only goes on where there is one."""
    if action.move is None:
        return True
    if action.name == "herinnering" and task.arranged is not None:
        return False
    if action.name == "hervat" and (task.suspended is None or task.suspended <= today):
        return False
    return _allows(task.state, action.move)


def check(wish: Wish) -> None:
    """Raises Refused when a date or a text is owed, or the text is too long or holds a BSN."""
    action = wish.action
    if action.day == "must" and wish.until is None:
        raise Refused(f"Vul in: {action.day_label.lower()}.", "Kies een dag in de kalender.")
    if action.text == "must" and not wish.text:
        raise Refused(f"Vul in: {action.text_label.lower().rstrip('?')}.", action.text_help)
    if len(wish.text) > LONGEST_TEXT:
        raise Refused(f"Deze tekst is te lang. Er passen {LONGEST_TEXT} tekens in.", "Maak de tekst korter.")
    if holds_bsn(wish.text):
        raise Refused(
            "In deze tekst staat een getal dat een burgerservicenummer (BSN) kan zijn.",
            "Haal dat getal weg. Noem ook geen namen van leerlingen.",
        )


def status_after(task: StoredTask) -> str:
    """A task's last day or pause, in words: `gepauzeerd tot …`, `uiterlijk …`."""
    if task.suspended is not None:
        return f"gepauzeerd tot {long_date(task.suspended)}, daarna uiterlijk {long_date(task.plan.due)}"
    return f"uiterlijk {long_date(task.plan.due)}"


def _allows(state: TaskState, move: TaskMove) -> bool:
    return (state, move) in TASK_MOVES
