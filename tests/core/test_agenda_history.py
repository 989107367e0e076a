"""What an agenda shows now by what it showed before: SEQUENCE, the moment of the change, what lapsed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.agenda_entry import Entry
from engine.core.agenda_history import LAPSED_STAYS, NOTHING, Agenda, Shown, agenda, empty_local, shown_now

NOW = datetime(2026, 10, 1, 8, 30, tzinfo=UTC)
DAY = timedelta(days=1)
DEADLINE = Entry("aantallen.2026-2027.70001", date(2026, 10, 1), date(2026, 10, 2), "Aantallen", "Noord", "Open.")
LINE = replace(DEADLINE, uid="reflectie.2026-2027.swv", ends=date(2027, 8, 1), going_on=True)


def an_agenda(
    *entries: Entry, at: datetime = NOW, held: Agenda | None = None, before: dict[str, Shown] | None = None
) -> tuple[Agenda, dict[str, Shown]]:
    """The agenda of the SWV, after one that it was before; and all that was ever shown."""
    known = dict(before or {})
    holds = () if held is None else held.holds
    found = agenda(entries, known, holds, at, named=True, name="swv", since=date(2025, 8, 1))
    return found, known | {one.entry.uid: one for one in found.changed}


def test_a_new_item_begins_at_0() -> None:
    """It was changed when it was first shown, to the second."""
    shown = shown_now(DEADLINE, None, NOW.replace(microsecond=700))
    assert (shown.sequence, shown.changed_at, shown.lapsed_at) == (0, NOW, None)


def test_the_same_again_changes_nothing() -> None:
    """The very same record comes back, however much later."""
    shown = shown_now(DEADLINE, None, NOW)
    assert shown_now(DEADLINE, shown, NOW + 40 * DAY) is shown


@pytest.mark.parametrize("change", [{"text": "Ingediend."}, {"title": "Anders"}, {"whose": "Zuid"}, {"place": "Hier"}])
def test_other_words_change_the_moment_alone(change: dict[str, str]) -> None:
    """SEQUENCE counts times and lapsing, not words."""
    shown = shown_now(replace(DEADLINE, **change), shown_now(DEADLINE, None, NOW), NOW + DAY)
    assert (shown.sequence, shown.changed_at) == (0, NOW + DAY)


@pytest.mark.parametrize("change", [{"starts": date(2026, 9, 30)}, {"ends": date(2026, 10, 3)}, {"lapsed": True}])
def test_another_time_or_lapsing_counts(change: dict[str, object]) -> None:
    """And so does coming back."""
    first = shown_now(DEADLINE, None, NOW)
    moved = shown_now(replace(DEADLINE, **change), first, NOW + DAY)  # type: ignore[arg-type]
    back = shown_now(DEADLINE, moved, NOW + 2 * DAY)
    assert [one.sequence for one in (first, moved, back)] == [0, 1, 2]


def test_a_clock_that_runs_back_never_takes_a_change_back() -> None:
    """DTSTAMP of a change is later than that of the one before."""
    first = shown_now(DEADLINE, None, NOW)
    assert shown_now(replace(DEADLINE, text="Anders"), first, NOW - DAY).changed_at == NOW + timedelta(seconds=1)


def test_an_appointment_counts_for_itself_and_never_falls() -> None:
    """Its own sequence is passed on, also where nothing else of it changed."""
    first = shown_now(replace(DEADLINE, sequence=3), None, NOW)
    later = shown_now(replace(DEADLINE, sequence=5), first, NOW + DAY)
    earlier = shown_now(replace(DEADLINE, sequence=1), later, NOW + 2 * DAY)
    assert [one.sequence for one in (first, later, earlier)] == [3, 5, 5]
    assert later.changed_at == NOW + DAY


def test_what_lapses_stays_14_days_and_then_goes() -> None:
    """Its agenda knows when to be made again."""
    first, before = an_agenda(DEADLINE)
    off = replace(DEADLINE, lapsed=True, text="Vervallen.")
    lapsed, before = an_agenda(off, at=NOW + DAY, held=first, before=before)
    assert [(one.item.lapsed, one.sequence) for one in lapsed.items] == [(True, 1)]
    assert lapsed.next_at == NOW + DAY + LAPSED_STAYS
    still, before = an_agenda(off, at=lapsed.next_at - timedelta(seconds=1), held=lapsed, before=before)
    assert still.items == lapsed.items
    gone, before = an_agenda(off, at=lapsed.next_at, held=still, before=before)
    assert [one.item.title for one in gone.items] == [NOTHING]
    back, _ = an_agenda(DEADLINE, at=lapsed.next_at + DAY, held=gone, before=before)
    assert [(one.item.lapsed, one.sequence) for one in back.items] == [(False, 2)]


def test_what_was_never_shown_here_does_not_appear_as_lapsed() -> None:
    """Nor where another agenda showed it."""
    _, before = an_agenda(DEADLINE)
    other, after = an_agenda(replace(DEADLINE, lapsed=True), before=before)
    assert [one.item.title for one in other.items] == [NOTHING]
    assert after[DEADLINE.uid] is before[DEADLINE.uid]


def test_a_line_that_nobody_tells_any_more_has_lapsed() -> None:
    """A task that is no longer this reader's goes silently: it may still stand elsewhere."""
    first, before = an_agenda(DEADLINE, LINE)
    later, before = an_agenda(at=NOW + DAY, held=first, before=before)
    assert [(one.item.uid, one.item.lapsed) for one in later.items] == [(LINE.uid, True)]
    last, _ = an_agenda(at=NOW + DAY + LAPSED_STAYS, held=later, before=before)
    assert [one.item.title for one in last.items] == [NOTHING]


def test_a_line_of_a_schooljaar_that_is_out_of_sight_goes_silently() -> None:
    """It did not lapse: it is over."""
    old = replace(LINE, starts=date(2024, 8, 1), ends=date(2025, 8, 1))
    first, before = an_agenda(DEADLINE, old)
    later, _ = an_agenda(DEADLINE, at=NOW + DAY, held=first, before=before)
    assert [one.item.uid for one in later.items] == [DEADLINE.uid]


def test_an_agenda_is_never_without_items() -> None:
    """What says so stays on its day, until there is something again."""
    first, before = an_agenda()
    assert [(one.item.uid, one.item.starts) for one in first.items] == [(empty_local("swv"), date(2026, 10, 1))]
    again, before = an_agenda(at=NOW + 3 * DAY, held=first, before=before)
    assert again.items == first.items
    filled, before = an_agenda(DEADLINE, at=NOW + 4 * DAY, held=again, before=before)
    assert [one.item.uid for one in filled.items] == [DEADLINE.uid]


MOVES = st.lists(
    st.tuples(st.sampled_from(("move", "words", "off", "on", "stay", "drop")), st.integers(-3, 20), st.integers(0, 30)),
    max_size=25,
)


@settings(max_examples=40)
@given(MOVES)
def test_sequence_and_moment_never_fall_whatever_happens(moves: list[tuple[str, int, int]]) -> None:
    """Any order of moving, wording, lapsing and coming back, with a clock that may run back."""
    entry, at, held, before = DEADLINE, NOW, None, {}
    for move, days, number in moves:
        at += timedelta(days=days)
        if move == "move":
            entry = replace(entry, starts=date(2026, 10, 1), ends=date(2026, 10, 2) + timedelta(days=number))
        elif move == "words":
            entry = replace(entry, text=f"{number} van 20 klaar.")
        elif move in ("off", "on"):
            entry = replace(entry, lapsed=move == "off")
        told = () if move == "drop" else (entry,)
        was = before.get(DEADLINE.uid)
        held, before = an_agenda(*told, at=at, held=held, before=before)
        shown = before.get(DEADLINE.uid)
        if was is not None and shown is not was:
            assert shown is not None
            assert shown.sequence >= was.sequence
            assert shown.changed_at > was.changed_at
        if told and not entry.lapsed:
            assert [one.item for one in held.items] == [entry.item(named=True)]
