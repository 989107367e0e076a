"""Lists of tasks on a page and for Excel: the same rows in the same order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from engine.app.rounds import Entry
from engine.core.answer import ANSWER_WORDS, Answer
from engine.core.dutch import day_month, told_apart
from engine.core.localtime import from_ms, local_date
from engine.core.matrix import RoundId
from engine.core.sheet import Sheet, Value
from engine.core.states import MESSAGE_WORDS
from engine.core.status import LOOKS
from engine.core.telling import told

# So many rows on one page.
ROWS = 100


def paged(rows: Sequence[Entry], number: int) -> tuple[Sequence[Entry], bool]:
    """The rows of a page, counted from 1, and whether more come after it."""
    start = (number - 1) * ROWS
    return rows[start : start + ROWS], len(rows) > start + ROWS


def list_sheet(rows: Sequence[Entry], name: str, *, with_round: bool = False) -> Sheet:
    """The list as a sheet."""
    heads = (
        "Code",
        "Naam",
        "Bestuur",
        *(("Ronde",) if with_round else ()),
        "Status",
        "Datum bij status",
        "Uiterlijk",
        "Uitstel",
        "Consulent",
        "Contact",
        "E-mail",
        "Telefoon",
        "Laatste mail",
        "Gemaild op",
        "Antwoord op",
        "Opmerking",
        "Notitie",
        "Verzoek aan het bureau",
    )
    rounds = list(dict.fromkeys(one.task.round_id for one in rows)) if with_round else []
    names = dict(zip(rounds, told_apart((id_.short, id_.schooljaar) for id_ in rounds), strict=True))
    return Sheet(name, heads, tuple(_row(one, names) for one in rows))


def _row(one: Entry, round_names: Mapping[RoundId, str]) -> tuple[Value, ...]:
    return (
        one.party.id,
        one.party.name,
        one.party.bestuur_name or None,
        *((round_names[one.task.round_id],) if round_names else ()),
        LOOKS[one.name].word,
        one.day,
        date.fromisoformat(one.task.due),
        "met uitstel" if one.task.extended else None,
        ", ".join(one.consulenten),
        ", ".join(person.name for person in one.people),
        ", ".join(person.email for person in one.people),
        ", ".join(person.phone for person in one.people if person.phone),
        one.mail and mail_words(one),
        None if one.mailed_at is None or one.leaves_at is not None else local_date(one.mailed_at),
        one.answered,
        one.remark,
        note_words(one),
        ", ".join(request_words(each) for each in one.requests),
    )


def note_words(one: Entry) -> str:
    """The newest note with its day and who wrote it."""
    return "" if one.note is None else f"{one.note.text} ({day_month(local_date(one.note.at))}, {one.note.by})"


def request_words(one: Answer) -> str:
    """What somebody asks of the bureau: `meer tijd nodig, tot en met 12 oktober`."""
    words = ANSWER_WORDS[one.kind]
    return words if one.until is None else f"{words}, tot en met {day_month(one.until)}"


def mail_words(one: Entry) -> str:
    """The newest mail in words: `herinnering`, and how it stands where it has not simply left."""
    if one.mail is None:
        return ""
    step = told(one.mail.step)
    if one.mail.state == "sent":
        return step
    step = step.removesuffix(" gestuurd")
    if one.mail.leaves is not None:
        return f"{step} (vertrekt {day_month(local_date(from_ms(one.mail.leaves)))})"
    return f"{step} ({MESSAGE_WORDS[one.mail.state]})"


# For templates: the words that a list needs.
WORDS: Mapping[str, object] = {
    "mail": mail_words,
    "note": note_words,
    "request": request_words,
    "states": MESSAGE_WORDS,
}
