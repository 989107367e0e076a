"""Where a reader answers: the address behind the button, and the same in words below it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from engine.core.letter import Item, Letter


@dataclass(frozen=True, slots=True)
class AnswerAddress:
    """`href` is behind the button; below it `Of {lead} {mark}` says the same in full, in plain text `lines`."""

    href: str
    lead: str
    mark: str
    lines: tuple[str, ...] = ()


def answer_address(letter: Letter, item: Item, word: str) -> AnswerAddress:
    """The reader's own page, where it asks this; else a mail to the SWV that names the task.

    The one place that knows how to answer. In a bundle each button leads to its own question on the page.
    """
    if answers_on_page(letter, item):
        href = f"{letter.link}#{quote(item.task, safe='')}" if len(letter.items) > 1 else letter.link
        return AnswerAddress(href, "ga naar", letter.link, (href,))
    return _by_mail(letter, item, word)


def answers_on_page(letter: Letter, item: Item) -> bool:
    """True where the button leads to the reader's own page; there one tells that it is done."""
    return bool(letter.link) and item.answerable


def page_address(letter: Letter) -> AnswerAddress:
    """The reader's own page."""
    return AnswerAddress(letter.link, "ga naar", letter.link, (letter.link,))


def agenda_address(letter: Letter, item: Item) -> str:
    """Where the last day of an item lies as a file for the reader's own agenda; empty where there is none.

    That is: without pages, of what their page does not ask, of several parties at once, and once the day is over.
    """
    if not answers_on_page(letter, item) or item.members or item.late:
        return ""
    return f"{letter.link}/{quote(item.task, safe='')}.ics"


def _by_mail(letter: Letter, item: Item, word: str) -> AnswerAddress:
    """`word` begins the subject of the answer (RFC 6068)."""
    subject = f"{word}: {item.title} – {item.party} [{item.task}]"
    body = f"Goedendag,\r\n\r\n\r\n\r\nNoem geen namen van leerlingen.\r\nKenmerk: {item.task}\r\n"
    to = quote(letter.mailbox, safe="@.-_")
    return AnswerAddress(
        href=f"mailto:{to}?subject={quote(' '.join(subject.split()), safe='')}&body={quote(body, safe='')}",
        lead=(lead := f"mail naar {letter.mailbox} en noem"),
        mark=item.task,
        lines=(lead, item.task),
    )
