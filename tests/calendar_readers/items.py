"""Things in agendas, to write and to read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from engine.core.agenda import AgendaItem, Mailbox, Published

CODE = "VO9901"
CHANGED = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
OFFICE = Mailbox("SWV Voorbeeldstreek", "bureau@swv-voorbeeld.example")
GUEST = Mailbox("Jansen, Ans", "a.jansen@deregenboog.example")


def a_meeting(sequence: int = 0, changed_at: datetime = CHANGED, **differs: object) -> Published:
    """The first talk with a school, an hour on a Thursday."""
    item = AgendaItem(
        uid="startgesprek.2026-2027.16SW03",
        starts=datetime(2026, 10, 1, 8, 0, tzinfo=UTC),
        ends=datetime(2026, 10, 1, 9, 0, tzinfo=UTC),
        title="Startgesprek De Regenboog",
        text="Wij spreken over:\n- het ondersteuningsplan\n- de begroting",
        place="Kantoor SWV, Dorpsstraat 1, kamer 2",
        url="https://planning.swv.example/taak/startgesprek.2026-2027.16SW03",
    )
    return Published(replace(item, **differs), sequence, changed_at)  # type: ignore[arg-type]


def a_deadline(sequence: int = 0, changed_at: datetime = CHANGED, **differs: object) -> Published:
    """The last day for pupil numbers."""
    item = AgendaItem(
        uid="leerlingaantallen.2026-2027.77494",
        starts=date(2026, 10, 1),
        ends=date(2026, 10, 2),
        title="Leerlingenaantallen doorgeven",
        text="12 van 20 klaar",
        url="https://planning.swv.example/ronde/leerlingaantallen",
    )
    return Published(replace(item, **differs), sequence, changed_at)  # type: ignore[arg-type]


def a_period(**differs: object) -> Published:
    """Some weeks in which something happens."""
    days = {"uid": "pdb.2026-2027.16SW03.periode", "starts": date(2026, 11, 2), "ends": date(2026, 11, 28)}
    return a_deadline(**({"title": "Gesprekken plannen", "text": "", "url": ""} | days | differs))
