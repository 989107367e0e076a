"""Puts a letter together: each item's text, the closing they share, and the layout round it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from engine.adapters.render.answer import (
    AnswerAddress,
    agenda_address,
    answer_address,
    answers_on_page,
    page_address,
)
from engine.adapters.render.layout import LAYOUT, compile_layout
from engine.adapters.render.markdown import both, escape, one_line
from engine.adapters.render.subject import subject_line
from engine.adapters.render.template import MailText, TemplateFault, fill, parse
from engine.adapters.render.weekdays import wrong_weekday
from engine.adapters.render.words import (
    BUTTON,
    access_values,
    bulletin_values,
    frame_values,
    greeting,
    invited_values,
    item_values,
    letter_values,
    reply_values,
    text_of,
)
from engine.core.letter import BUNDLE, CLOSING, Access, Item, Letter, Rendered
from engine.core.ports import RenderError

# Far above a bundle of forty questions; a larger mail is a mistake in a text.
MAX_SIZE = 500_000


@dataclass(frozen=True, slots=True)
class Block:
    """One item as the layout sets it: html before and after its button; no button where `button` is empty."""

    before: Markup
    button: str
    address: AnswerAddress
    after: Markup
    late: bool
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """A headed part below the items."""

    html: Markup
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Words:
    """What the texts made of one item, still Markdown: its core, and its headed parts."""

    core: str
    parts: list[tuple[str, str]]
    button: str
    reply: str


class MailRenderer:
    """The Renderer port. Keeps compiled templates by their text, so one object serves a whole run."""

    def render(self, letter: Letter, templates: Mapping[str, str]) -> Rendered:
        """Subject, html and text of a letter with at least one item, a bulletin or access; raises RenderError."""
        if letter.bulletin is not None:
            return _alone(letter, letter.bulletin.template, bulletin_values(letter), templates)
        if letter.access is not None:
            return _access(letter, letter.access, templates)
        if letter.reply is not None:
            return _alone(letter, letter.reply.template, reply_values(letter), templates)
        if letter.invited is not None:
            return _alone(letter, letter.invited.template, invited_values(letter), templates)
        ordered = sorted(
            letter.items, key=lambda item: (item.earlier != "", not item.late, item.audience == "kopie", item.due)
        )
        shared = letter_values(letter)
        closing = _text(templates, CLOSING)
        words = [_item_words(item, shared | _of_page(letter, item), templates, closing) for item in ordered]
        return _assembled(letter, ordered, words, templates)


def _of_page(letter: Letter, item: Item) -> dict[str, object]:
    """What only the address of the reader's page can tell of an item."""
    on_page = answers_on_page(letter, item)
    return {"agenda": agenda_address(letter, item), "doorgeven": on_page, "mailen": item.mailed if on_page else ""}


def _item_words(item: Item, shared: dict[str, object], templates: Mapping[str, str], closing: MailText) -> _Words:
    name = text_of(item)
    own = _text(templates, name)
    values = item_values(item) | shared
    try:
        core, parts = _cut(fill(own.body, values))
        button = fill(own.head["knop"], values) if "knop" in own.head else ""
        reply = fill(own.head["antwoord"], values) if "antwoord" in own.head else "Klaar"
        if BUTTON in core and not button:
            raise TemplateFault(1, "'knop:' ontbreekt in de kop.", "Zet in de kop wat er op de knop staat.")
    except TemplateFault as fault:
        raise fault.of(name) from None
    try:
        parts += _cut(fill(closing.body, values))[1]
    except TemplateFault as fault:
        raise fault.of(CLOSING) from None
    return _Words(core, parts, button if item.audience != "kopie" else "", reply)


def _assembled(
    letter: Letter, items: Sequence[Item], words: Sequence[_Words], templates: Mapping[str, str]
) -> Rendered:
    bundle = len(items) > 1
    subject, preheader, opening = _frame(letter, templates)
    blocks = [_block(letter, *pair, deeper=int(bundle)) for pair in zip(items, words, strict=True)]
    parts = [_part(heading, body) for heading, body in _merged(words)]
    told = (line for item in items for line in (item.took_over, item.fallback, item.stands_in, item.remark))
    notices = _once([_redirected(letter), *told])
    frame = _Frame(subject, preheader, opening, notices)
    return _set(letter, frame, blocks, parts, templates, text_of(items[0]))


def _alone(letter: Letter, name: str, values: Mapping[str, object], templates: Mapping[str, str]) -> Rendered:
    """One text without the closing: what the program tells the bureau, and what answers a person's own act.

    A button leads to the reader's own page; without a page there is none.
    """
    own = _text(templates, name)
    try:
        core, parts = _cut(fill(own.body, values))
        subject, preheader = _head(own, values)
        button = fill(own.head["knop"], values) if "knop" in own.head and letter.link else ""
    except TemplateFault as fault:
        raise fault.of(name) from None
    block = _set_block(_Words(core, [], button, ""), page_address(letter), late=False)
    frame = _Frame(subject, preheader, "", _once([_redirected(letter)]))
    return _set(letter, frame, [block], [_part(*part) for part in parts], templates, name)


def _access(letter: Letter, access: Access, templates: Mapping[str, str]) -> Rendered:
    """What lets its reader in: one text with a button and without the closing."""
    name = access.template
    own = _text(templates, name)
    values = access_values(letter)
    try:
        core, parts = _cut(fill(own.body, values))
        subject, preheader = _head(own, values)
        if BUTTON not in core or "knop" not in own.head:
            raise TemplateFault(1, "De knop ontbreekt.", "Zet 'knop:' in de kop, en {{ knop }} in de tekst.")
        words = _Words(core, [], fill(own.head["knop"], values), "")
    except TemplateFault as fault:
        raise fault.of(name) from None
    block = _set_block(
        words, AnswerAddress(access.address, "ga naar", access.address, ("ga naar", access.address)), late=False
    )
    frame = _Frame(subject, preheader, "", _once([_redirected(letter)]))
    return _set(letter, frame, [block], [_part(*part) for part in parts], templates, name)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands round the blocks; `notices` are set apart above everything else."""

    subject: str
    preheader: str
    opening: str
    notices: list[str]


def _set(
    letter: Letter,
    frame: _Frame,
    blocks: Sequence[Block],
    parts: Sequence[Part],
    templates: Mapping[str, str],
    name: str,
) -> Rendered:
    """The pieces in the layout, as html and as text; `name` is the template that is at fault when they do not fit."""
    bundle = len(blocks) > 1
    pieces = {
        "melding": both("\n>\n".join(f"> {escape(notice)}" for notice in frame.notices)),
        "aanhef": both(escape(greeting(letter) + ",")),
        "opening": both(frame.opening),
        "groet": both(_signature(letter, templates)),
    }
    html = _set_in_layout(
        templates,
        {key: Markup(piece[0]) for key, piece in pieces.items()}  # noqa: S704 - made by markdown-it, html off
        | {
            "onderwerp": frame.subject,
            "voorproef": frame.preheader,
            "swv": letter.swv,
            "bundel": bundle,
            "taken": blocks,
            "delen": parts,
        },
    )
    above = [piece[1] for key, piece in pieces.items() if key != "groet"]
    rule = "\n\n" + "-" * 40 + "\n\n" if bundle else "\n\n"
    middle = rule.join(("", *(block.text for block in blocks), "")) if bundle else blocks[0].text
    text = "\n\n".join(filter(None, (*above, middle.strip("\n"), *(part.text for part in parts), pieces["groet"][1])))
    return _checked(Rendered(frame.subject, html, text + "\n"), frame.preheader, letter, name)


def _redirected(letter: Letter) -> str:
    if not letter.redirected:
        return ""
    return f"Proef: alle mail gaat naar dit adres. Deze mail is bedoeld voor {one_line(letter.to_name)} " + (
        f"({letter.redirected})."
    )


def _head(text: MailText, values: Mapping[str, object]) -> tuple[str, str]:
    """Subject and preheader; raises TemplateFault."""
    for key in ("onderwerp", "voorproef"):
        if key not in text.head:
            raise TemplateFault(1, f"'{key}:' ontbreekt in de kop.")
    return subject_line(text.head["onderwerp"], values), fill(text.head["voorproef"], values)


def _frame(letter: Letter, templates: Mapping[str, str]) -> tuple[str, str, str]:
    if len(letter.items) > 1:
        name, values = BUNDLE, frame_values(letter)
    else:
        name, values = (
            text_of(letter.items[0]),
            item_values(letter.items[0]) | letter_values(letter) | _of_page(letter, letter.items[0]),
        )
    text = _text(templates, name)
    try:
        subject, preheader = _head(text, values)
        return subject, preheader, fill(text.body, values) if name == BUNDLE else ""
    except TemplateFault as fault:
        raise fault.of(name) from None


def _block(letter: Letter, item: Item, words: _Words, deeper: int) -> Block:
    return _set_block(words, answer_address(letter, item, words.reply), late=item.late, deeper=deeper)


def _set_block(words: _Words, address: AnswerAddress, *, late: bool, deeper: int = 0) -> Block:
    before, _, after = words.core.partition(BUTTON)
    html_before, text_before = both(before.strip(), deeper)
    html_after, text_after = both(after.replace(BUTTON, "").strip(), deeper)
    button = words.button if BUTTON in words.core else ""
    answer = "\n  ".join((f"{button}:", *address.lines)) if button else ""
    text = "\n\n".join(filter(None, (text_before, answer, text_after)))
    return Block(Markup(html_before), button, address, Markup(html_after), late, text)  # noqa: S704


def _part(heading: str, body: str) -> Part:
    html, text = both(f"## {heading}\n\n{body}")
    return Part(Markup(html), text)  # noqa: S704 - made by markdown-it with html off


def _cut(source: str) -> tuple[str, list[tuple[str, str]]]:
    """The Markdown before its first `##`, and each headed part."""
    core, *rest = re.split(r"^##[ \t]+(.+)$", source, flags=re.MULTILINE)
    return core.strip(), [(heading.strip(), body.strip()) for heading, body in zip(rest[::2], rest[1::2], strict=True)]


def _merged(words: Sequence[_Words]) -> list[tuple[str, str]]:
    """The parts of all items: a heading once, and under it each different paragraph once."""
    found: dict[str, dict[str, None]] = {}
    for one in words:
        for heading, body in one.parts:
            found.setdefault(heading, {}).update(dict.fromkeys(re.split(r"\n[ \t]*\n", body)))
    return [(heading, "\n\n".join(filter(None, bodies))) for heading, bodies in found.items() if any(bodies)]


def _signature(letter: Letter, templates: Mapping[str, str]) -> str:
    head = _text(templates, CLOSING).head
    try:
        words = fill(head["groet"], letter_values(letter)) if "groet" in head else ""
    except TemplateFault as fault:
        raise fault.of(CLOSING) from None
    return "\\\n".join(escape(line) for line in (words, letter.asker, letter.swv) if line)


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _text(templates: Mapping[str, str], name: str) -> MailText:
    source = templates.get(name)
    if source is None:
        raise RenderError(name, f"De mailtekst mail_templates/{name}.md ontbreekt.")
    try:
        return parse(source)
    except TemplateFault as fault:
        raise fault.of(name) from None


def _set_in_layout(templates: Mapping[str, str], values: Mapping[str, object]) -> str:
    source = templates.get(LAYOUT)
    if source is None:
        raise RenderError(LAYOUT, "De opmaak mail_templates/layout.mjml ontbreekt.")
    try:
        return fill(compile_layout(source), values)
    except TemplateFault as fault:
        raise RenderError(LAYOUT, fault.message) from None


def _checked(rendered: Rendered, preheader: str, letter: Letter, template: str) -> Rendered:
    """The last look: size and weekdays. What a person wrote comes back to them as they wrote it."""
    if len(rendered.html.encode()) > MAX_SIZE or len(rendered.text.encode()) > MAX_SIZE:
        raise RenderError(template, "Deze mail is groter dan 500 kB.")
    for text in () if letter.reply is not None else (rendered.text, rendered.subject, preheader):
        if wrong := wrong_weekday(text, letter.today):
            raise RenderError(template, wrong)
    return rendered
