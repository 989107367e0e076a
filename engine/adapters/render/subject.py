"""A subject of at most 60 characters: what gives way first when it is too long."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jinja2 import Template

from engine.adapters.render.markdown import one_line
from engine.adapters.render.template import fill
from engine.core.dutch import MONTHS

LONGEST = 60
_MONTH = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})\b")
_SHORT = {"maart": "mrt", "mei": "mei", "september": "sept"}


def subject_line(template: Template, values: Mapping[str, object]) -> str:
    """The filled-in subject; too long, it loses brackets in the title, then a long month, then words."""
    values = dict(values)
    if "titel" in values and not fill(template, values).startswith(title := str(values["titel"])):
        values["titel"] = _within_a_sentence(title)
    whole = fill(template, values)
    bare = values | {name: _without_brackets(str(values[name])) for name in _GIVE_WAY if name in values}
    for attempt in (whole, fill(template, bare), short := _short_month(fill(template, bare))):
        if len(attempt) <= LONGEST:
            return attempt
    for name in _GIVE_WAY:
        value = str(bare.get(name, ""))
        if value and value in short and (room := len(value) - (len(short) - LONGEST)) > 0:
            kept = at_a_word(value, room)
            if kept != "…":
                return _short_month(fill(template, bare | {name: kept}))
    return at_a_word(short, LONGEST)


def at_a_word(text: str, room: int) -> str:
    """The text when it has room, else as many whole words as fit with an ellipsis."""
    if len(text) <= room:
        return text
    kept = text[:room]
    words = kept.split(" ")[:-1]
    while words and words[-1].lower() in _SMALL:
        words.pop()
    return " ".join(words).rstrip(" ,.:;–-(") + "…"


_SMALL = frozenset({"de", "het", "een", "en", "van", "der", "den", "op", "in", "voor", "met", "aan"})
_GIVE_WAY = ("titel", "partij")


def _within_a_sentence(title: str) -> str:
    """`Leerlingaantallen` as `leerlingaantallen`; `SOP` stays."""
    return title[:1].lower() + title[1:] if title[1:3].islower() else title


def _without_brackets(text: str) -> str:
    return one_line(re.sub(r"\([^()]*\)", " ", text)) or text


def _short_month(text: str) -> str:
    return _MONTH.sub(lambda found: f"{found[1]} {_SHORT.get(found[2], found[2][:3])}", text)
