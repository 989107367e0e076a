"""Markdown to html with styles that Outlook keeps, and to plain text; and values made harmless for Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

WIDTH = 78

_PUNCTUATION = str.maketrans({sign: f"\\{sign}" for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"})
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ue000-\uf8ff\ufeff]")
_STYLES = {
    "h1": "margin:0 0 4px;font-size:22px;line-height:28px;font-weight:600;",
    "h2": "margin:0 0 4px;font-size:18px;line-height:26px;font-weight:600;",
    "h3": "margin:0 0 4px;font-size:16px;line-height:24px;font-weight:600;",
    "p": "margin:0 0 12px;font-size:inherit;line-height:inherit;",
    "ul": "margin:0 0 12px;padding:0 0 0 24px;",
    "ol": "margin:0 0 12px;padding:0 0 0 24px;",
    "li": "margin:0 0 4px;",
    "a": "color:#1b5e9b;text-decoration:underline;",
    "div": "margin:12px 0 16px;padding:10px 14px;border-left:4px solid #1b5e9b;background:#eef4fa;",
}
_UNDERLINES = {"h1": "="}
_CLASSES = {"a": "link", "div": "kader"}
_READER = MarkdownIt("commonmark", {"html": False}).disable(
    ["code", "fence", "backticks", "autolink", "html_block", "html_inline", "image", "lheading", "reference"]
)


class Ready(str):
    """Markdown that this package made itself: shown in a text as it stands."""

    __slots__ = ()


def one_line(text: str) -> str:
    """The text without line breaks and unseen signs, runs of blanks as one."""
    return " ".join(_UNSEEN.sub("", text).split())


def escape(text: str) -> Ready:
    """The value as Markdown that shows exactly its letters, on one line."""
    return Ready(one_line(text).translate(_PUNCTUATION))


def paragraphs(text: str) -> Ready:
    """A longer value as Markdown; blank lines keep its paragraphs apart, nothing else is markup."""
    parts = (escape(part) for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")))
    return Ready("\n\n".join(part for part in parts if part))


def sentence(text: str) -> str:
    """The text with a capital first letter and an end."""
    text = one_line(text)
    if text and text[-1] not in ".!?…":
        text += "."
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=512)
def both(source: str, deeper: int = 0) -> tuple[str, str]:
    """The Markdown as (html, plain text); `deeper` lowers each heading by so many levels."""
    tokens = _READER.parse(source)
    text = _text(tokens)
    for token in tokens:
        _dress(token, deeper)
    _close_up(tokens)
    return _READER.renderer.render(tokens, _READER.options, {}).strip(), text


def _dress(token: Token, deeper: int) -> None:
    if token.tag[:1] == "h" and token.tag[1:].isdigit():
        token.tag = f"h{min(3, int(token.tag[1:]) + deeper)}"
    if token.tag == "blockquote":
        token.tag = "div"
    if token.nesting == 1 and token.tag in _STYLES:
        token.attrSet("style", _STYLES[token.tag])
        if token.tag in _CLASSES:
            token.attrSet("class", _CLASSES[token.tag])
    for child in token.children or ():
        _dress(child, deeper)


def _close_up(tokens: Sequence[Token]) -> None:
    """The last paragraph in a frame has no room below it."""
    for token, after, end in zip(tokens, tokens[2:], tokens[3:], strict=False):
        if token.type == "paragraph_open" and after.type == "paragraph_close" and end.type == "blockquote_close":
            token.attrSet("style", _STYLES["p"].replace("0 0 12px", "0"))


def _text(tokens: Sequence[Token]) -> str:
    blocks: list[str] = []
    lead: list[str] = []  # what the next line begins with, per level of list
    numbers: list[int] = []
    for before, token in zip((*tokens[:1], *tokens), tokens, strict=False):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            numbers.append(1 if token.type == "ordered_list_open" else 0)
            lead.append("")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
            lead.pop()
            blocks += [] if lead else [""]
        elif token.type == "list_item_open":
            lead[-1] = f"{numbers[-1]}. " if numbers[-1] else "- "
            numbers[-1] += 1 if numbers[-1] else 0
        elif token.type == "inline" and before.type == "heading_open":
            words = _words(token.children or ())
            blocks.append(f"{words}\n{_UNDERLINES.get(before.tag, '-') * min(len(words), WIDTH)}\n")
        elif token.type == "inline":
            blocks.append(_wrapped(_words(token.children or ()), lead, tight=token.level > 1 and bool(lead)))
            lead = [" " * len(part) for part in lead]
        elif token.type == "hr":
            blocks.append("")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(blocks)).strip()


def _wrapped(text: str, lead: Sequence[str], tight: bool) -> str:
    first = "".join(lead)
    rest = " " * len(first)
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line,
            WIDTH,
            initial_indent=rest if lines else first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines) + ("" if tight else "\n")


def _words(tokens: Sequence[Token]) -> str:
    words: list[str] = []
    opened: list[tuple[str, int]] = []
    for token in tokens:
        if token.type in ("text", "text_special"):
            words.append(token.content)
        elif token.type == "softbreak":
            words.append(" ")
        elif token.type == "hardbreak":
            words.append("\n")
        elif token.type == "link_open":
            opened.append((str(token.attrGet("href") or ""), len(words)))
        elif token.type == "link_close":
            address, start = opened.pop()
            words.append(_address_behind("".join(words[start:]), address))
    return "".join(words)


def _address_behind(shown: str, address: str) -> str:
    readable = address.removeprefix("mailto:").removeprefix("tel:")
    return "" if readable == shown else f" ({readable})"
