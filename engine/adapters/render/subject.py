"""A subject of at most 60 characters: what gives way first when it is too long."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jinja2 import Template

from engine.adapters.render.markdown import one_line
from engine.adapters.render.template import fill
from engine.core.dutch import MONTHS, SHORT_MONTHS

LONGEST = 60
_MONTH = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})\b")
# So many letters of a long word still say what it is about.
_FEWEST = 8
# Where a long word of two is cut best.
_SEAM = re.compile(r"(?<=\w{8})(?:profiel|gesprek|gegevens|aantallen|verslag|overzicht|formulier)")


def subject_line(template: Template, values: Mapping[str, object]) -> str:
    """The filled-in subject; too long, it loses brackets and the kind of school, then a long month, then words.

    The last word that is left is cut itself rather than all of the title.
    """
    values = dict(values)
    if title := str(values.get("titel", "")):
        before = fill(template, values).partition(title)[0].rstrip()
        if before and before[-1] not in ".?!":
            values["titel"] = _within_a_sentence(title)
    whole = fill(template, values)
    bare = values | {name: _barely(str(values[name])) for name in _GIVE_WAY if name in values}
    for attempt in (whole, fill(template, bare), short := _short_month(fill(template, bare))):
        if len(attempt) <= LONGEST:
            return attempt
    for name in _GIVE_WAY:
        value = str(bare.get(name, ""))
        if value and value in short and (room := len(value) - (len(short) - LONGEST)) > 0:
            kept = at_a_word(value, room)
            if kept == "…" and room > _FEWEST:
                seams = [seam.start() for seam in _SEAM.finditer(value) if seam.start() < room]
                kept = value[: seams[-1] if seams else room - 1].rstrip("-–") + "…"
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


_SMALL = frozenset({"de", "het", "een", "en", "van", "der", "den", "op", "in", "voor", "met", "aan", "ronde"})
_GIVE_WAY = ("titel", "partij")


def _within_a_sentence(title: str) -> str:
    """`Leerlingaantallen` as `leerlingaantallen`; `SOP` stays."""
    return title[:1].lower() + title[1:] if title[1:3].islower() else title


def _barely(text: str) -> str:
    without = one_line(re.sub(r"\([^()]*\)", " ", text)) or text
    return re.sub(r"^(Scholengemeenschap|Basisschool) (?=\S)", "", without)


def _short_month(text: str) -> str:
    return _MONTH.sub(lambda found: f"{found[1]} {SHORT_MONTHS[MONTHS.index(found[2])]}", text)
