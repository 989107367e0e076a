"""Where a reader answers: the address behind the button, and the same in words below it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from engine.core.letter import Item, Letter


@dataclass(frozen=True, slots=True)
class AnswerAddress:
    """`href` is behind the button; below it `Of {lead} {mark}` says the same in full."""

    href: str
    lead: str
    mark: str


def answer_address(letter: Letter, item: Item, word: str) -> AnswerAddress:
    """A mail to the SWV that names the task; `word` begins its subject (RFC 6068).

    The one place that knows how to answer: a personal https address replaces it here.
    """
    subject = f"{word}: {item.title} – {item.party} [{item.task}]"
    body = f"Goedendag,\r\n\r\n\r\n\r\nNoem geen namen van leerlingen.\r\nKenmerk: {item.task}\r\n"
    to = quote(letter.mailbox, safe="@.-_")
    return AnswerAddress(
        href=f"mailto:{to}?subject={quote(' '.join(subject.split()), safe='')}&body={quote(body, safe='')}",
        lead=f"mail naar {letter.mailbox} en noem",
        mark=item.task,
    )
