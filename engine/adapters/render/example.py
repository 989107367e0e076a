"""A mail template as its reader would meet it, with made-up values: to look at while the text is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from engine.adapters.render.check import letter_for
from engine.adapters.render.renderer import MailRenderer
from engine.core.letter import (
    BUNDLE,
    CAME_IN,
    CHANGED,
    DAY_MOVED,
    FRAMES,
    INFORMATION,
    Announced,
    Item,
    Letter,
    Rendered,
    UsedLine,
)
from engine.core.telling import PHASE

_TODAY, _DUE = date(2026, 9, 24), date(2026, 10, 1)
# Texts that are sent once the last day is over.
_LATE = ("te-laat", "bellen", "escalatie", CAME_IN)
_REMINDER = "herinnering"
# Texts that speak of what a task uses.
_USING = ("compleet", CHANGED)
_USED = UsedLine("Leerlingaantallen doorgeven", "alle 12 zijn binnen")
_NEWS = "Leerlingaantallen doorgeven, De Linde: gewijzigd op donderdag 24 september 2026"
_ITEM = Item(
    task="leerlingaantallen.2026-2027.10AA00",
    step="uitvraag",
    template="uitvraag",
    audience="aan",
    title="Leerlingaantallen doorgeven",
    explanation="Op 1 oktober geeft elke school de leerlingaantallen door.\nHet bureau maakt hiermee de begroting.",
    party="De Linde",
    due=_DUE,
    peildatum=_DUE,
    late=False,
    reminder=0,
    reminders=2,
    because_of="administratie",
    rule="leerlingaantallen",
    due_reason="Vaste datum: donderdag 1 oktober 2026.",
    asked_role="administratie",
    asked_names=("Sanne de Wit",),
    together=(),
    announced=None,
    asked_phones=("072 000 0000",),
)


def example(name: str, templates: Mapping[str, str], swv: str, mailbox: str, phone: str) -> Rendered:
    """The mail that this template makes; one that is part of every mail is shown in a first request.

    Raises RenderError.
    """
    own = name if name in (CAME_IN, CHANGED, DAY_MOVED) or name not in (FRAMES | {INFORMATION}) else _ITEM.template
    late = own in _LATE
    item = replace(
        _ITEM,
        template=own,
        step=own,
        audience="kopie" if name == INFORMATION else "aan",
        late=late,
        uses=(_USED,) if own in _USING else (),
        members=(_NEWS,) if own == CHANGED else (),
        reminder=1 if own == _REMINDER else 0,
        announced=Announced(date(2026, 10, 12), "directeur") if own == "te-laat" else None,
        phase="concept" if own == PHASE else "",
        phase_due=_DUE if own == PHASE else None,
        was=date(2026, 9, 28) if own == DAY_MOVED else None,
        moved_why="de herfstvakantie begint eerder" if own == DAY_MOVED else "",
    )
    second = replace(item, title="Contactgegevens controleren", rule="contactgegevens", party="Het Baken")
    items = (item, second) if name == BUNDLE else (item,)
    today = date(2026, 10, 2) if late else _TODAY
    letter = Letter("Sanne de Wit", "s.dewit@linde.example", "", items, swv, mailbox, "Het bureau", phone, today)
    return MailRenderer().render(letter_for(name, letter), templates)
