"""A last day as an item for an agenda of one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from engine.core.agenda_deadline import ShownEvent, deadline, uid_local
from engine.core.task import PlannedTask

CHANGED, SHOWN = datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 25, 8, tzinfo=UTC)
PLAN = PlannedTask(
    key="thuiszitters.2026-2027.december.10AA00",
    rule="thuiszitters",
    schooljaar="2026-2027",
    round="december",
    party="10AA00",
    kind="uitvraag",
    title="Thuiszitters in beeld",
    explanation="Vier keer per jaar\nbrengen wij dit in beeld.\n\nGeef alleen aantallen door.",
    asked="ondersteuningscoordinator",
    together=(),
    accept_needed=False,
    peildatum=date(2026, 12, 1),
    opens=date(2026, 11, 24),
    begins=None,
    due=date(2026, 12, 11),
    expires=None,
    steps=(),
    reasons=(),
)


def shown(starts: str = "2026-12-11", ends: str = "2026-12-12") -> ShownEvent:
    return ShownEvent(3, starts, ends, SHOWN)


def test_it_is_the_whole_last_day_with_what_is_asked_and_no_link() -> None:
    found = deadline(PLAN, "De Linde", "SWV De Proef", None, CHANGED)
    item = found.item
    assert (item.uid, item.starts, item.ends) == (PLAN.key, date(2026, 12, 11), date(2026, 12, 12))
    assert item.title == "Thuiszitters in beeld, ronde december – De Linde"
    assert item.text == (
        "Uiterlijk vrijdag 11 december 2026.\n\nVier keer per jaar brengen wij dit in beeld.\n\n"
        "U vindt de vraag in de mail van SWV De Proef."
    )
    assert (item.url, found.sequence, found.changed_at) == ("", 0, CHANGED)


def test_a_period_is_there_from_its_first_day() -> None:
    item = deadline(replace(PLAN, begins=date(2026, 12, 1)), "De Linde", "SWV", None, CHANGED).item
    assert (item.starts, item.ends) == (date(2026, 12, 1), date(2026, 12, 12))
    assert item.text.startswith("1 t/m 11 december 2026.")


def test_its_sequence_is_that_of_the_agendas_and_one_more_where_they_lag_behind() -> None:
    same = deadline(PLAN, "De Linde", "SWV", shown(), CHANGED)
    later = deadline(PLAN, "De Linde", "SWV", shown("2026-12-16", "2026-12-17"), CHANGED)
    assert [(one.sequence, one.changed_at) for one in (same, later)] == [(3, SHOWN), (4, SHOWN)]


def test_a_gesprek_keeps_its_key_for_the_appointment() -> None:
    assert uid_local(replace(PLAN, kind="gesprek")) == f"{PLAN.key}.periode"
