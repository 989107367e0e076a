"""How notices are named."""

from __future__ import annotations

from datetime import date

from engine.core.telling import (
    by_hand,
    changed,
    day_before,
    day_moved,
    is_by_hand,
    is_day_moved,
    is_past,
    number_by_hand,
    number_of_day,
    past,
    step_label,
    step_of,
    step_word,
    told,
)


def test_the_news_of_a_last_day_tells_which_day_it_was_and_counts() -> None:
    name = day_moved(date(2026, 12, 11), 2)
    assert name == "datum-verzet@2026-12-11.2"
    assert (day_before(name), number_of_day(name), step_of(name)) == (date(2026, 12, 11), 2, "datum-verzet")
    assert is_day_moved(name) and not is_by_hand(name) and not is_past(name)
    assert (number_by_hand(name), told(name), step_word(name)) == (0, "nieuwe uiterste dag", "datum verzet")


def test_what_was_told_before_a_reopening_is_past_and_keeps_its_number() -> None:
    name = past(day_moved(date(2026, 12, 11), 2), 1)
    assert is_past(name) and not is_day_moved(name)
    assert (day_before(name), number_of_day(name)) == (date(2026, 12, 11), 2)


def test_no_step_is_news_of_a_day() -> None:
    for name in ("uitvraag", by_hand("herinnering", 2), past("uitvraag", 1)):
        assert not is_day_moved(name)
        assert number_of_day(name) == 0


def test_people_read_words_and_never_the_name_of_a_step() -> None:
    names = ("escalatie-1", by_hand("herinnering-2", 1), "fase-mr-advies-te-laat", past("toch-binnen", 1), changed(2))
    assert [told(name) for name in names] == [
        "escalatie 1",
        "herinnering 2, met de hand gestuurd",
        "fase MR-advies te laat",
        "toch binnen",
        "gewijzigde gegevens",
    ]


def test_among_other_dates_a_step_is_called_a_step_and_a_stage_by_its_name() -> None:
    assert step_label("te-laat") == "stap te laat"
    assert step_label("fase-mr-advies") == "fase MR-advies"
