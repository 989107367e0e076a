"""Which text a reminder by hand has, and why a task gets none; how a notice names what it tells."""

from dataclasses import replace
from datetime import date

import pytest

from engine.core.digest import Told, item_of
from engine.core.letter import Audience
from engine.core.recipients import Recipient
from engine.core.reminder import reminder_step, why_none
from engine.core.telling import (
    by_hand,
    day_moved,
    is_by_hand,
    is_past,
    lap_of,
    number_by_hand,
    past,
    step_of,
    told,
    without_lap,
)
from tests.core.test_digest import OC, STEPS, a_register, a_step, a_task, step


@pytest.mark.parametrize(
    ("today", "name"),
    [
        (date(2026, 11, 25), "herinnering"),
        (date(2026, 12, 9), "herinnering"),
        (date(2026, 12, 11), "herinnering"),
        (date(2026, 12, 12), "te-laat"),
        (date(2027, 3, 1), "te-laat"),
    ],
)
def test_the_text_is_that_of_the_day(today: date, name: str) -> None:
    found = reminder_step(a_task(), today)
    assert found is not None
    assert found.name == name


def test_of_several_reminders_the_newest_whose_day_has_come_counts() -> None:
    second = a_step("herinnering-2", 2, date(2026, 12, 10))
    plan = replace(a_task().plan, steps=(*STEPS[:2], second, *STEPS[2:]))
    task = replace(a_task(), plan=plan)
    days = (date(2026, 12, 1), date(2026, 12, 9), date(2026, 12, 10))
    assert [found.name for day in days if (found := reminder_step(task, day))] == [
        "herinnering",
        "herinnering",
        "herinnering-2",
    ]


def test_without_a_reminder_in_the_rule_it_is_the_request() -> None:
    task = replace(a_task(), plan=replace(a_task().plan, steps=STEPS[:1]))
    for day in (date(2026, 12, 1), date(2026, 12, 20)):
        assert reminder_step(task, day) == STEPS[0]


@pytest.mark.parametrize(
    ("differs", "why"),
    [
        ({"state": "submitted"}, "Er is al geantwoord."),
        ({"state": "done"}, "Er is al geantwoord."),
        ({"state": "waived"}, "Deze taak is n.v.t."),
        ({"state": "planned"}, "Deze taak opent pas op dinsdag 24 november 2026."),
        ({"suspended": date(2026, 12, 9)}, "Deze taak is gepauzeerd tot woensdag 9 december 2026."),
        ({"suspended": date(2026, 12, 8)}, ""),
        ({}, ""),
    ],
)
def test_who_needs_none_is_told_why(differs: dict[str, object], why: str) -> None:
    assert why_none(a_task(**differs), date(2026, 12, 8)) == why


def test_a_name_tells_what_a_person_sent_and_what_was_before() -> None:
    hand = by_hand("herinnering-2", 3)
    assert (is_by_hand(hand), number_by_hand(hand), step_of(hand), is_past(hand)) == (True, 3, "herinnering-2", False)
    before = past(hand, 2)
    assert (is_by_hand(before), is_past(before), lap_of(before)) == (False, True, 2)
    assert (without_lap(before), step_of(before), number_by_hand(before)) == (hand, "herinnering-2", 3)
    assert told(before) == "herinnering 2, met de hand gestuurd"
    assert (lap_of("te-laat"), number_by_hand("te-laat"), told("te-laat")) == (0, 0, "te laat")


def test_who_never_met_the_task_gets_the_request_by_hand_too() -> None:
    hand = replace(step("herinnering"), name=by_hand("herinnering", 1))
    reader, day = Recipient(OC, "aan", "x"), date(2026, 12, 9)
    texts = [
        item_of(a_task(), hand, reader, [Told(name, OC, "aan") for name in names], a_register(), day).template
        for names in ((), (hand.name,), ("uitvraag",), ("uitvraag~1",))
    ]
    assert texts == ["uitvraag", "uitvraag", "herinnering", "uitvraag"]


@pytest.mark.parametrize(
    ("name", "how", "before", "said"),
    [
        ("uitvraag", "aan", ("uitvraag~1",), "Wij vragen u dit nog een keer"),
        ("uitvraag", "aan", (), "Deze vraag is opnieuw gesteld"),
        ("uitvraag", "samen_met", (), "Deze vraag is opnieuw gesteld"),
        ("te-laat", "kopie", ("uitvraag~1",), "Deze vraag is opnieuw gesteld"),
        ("herinnering", "aan", ("uitvraag~1", day_moved(date(2026, 12, 7), 1)), "Wij vragen u dit nog een keer"),
        ("herinnering", "aan", ("uitvraag~1", "uitvraag"), ""),
        ("te-laat", "aan", ("uitvraag~1", by_hand("herinnering", 1)), ""),
        ("te-laat", "kopie", ("uitvraag",), ""),
        ("escalatie-1", "aan", (), ""),
    ],
)
def test_why_it_is_asked_again_stands_in_the_first_mail_of_that_alone(
    name: str, how: Audience, before: tuple[str, ...], said: str
) -> None:
    """Above the question itself, not in a mail to a chief."""
    task, reader = a_task(again="De reden: het aantal klopt niet."), Recipient(OC, how, "x")
    heard = [Told(one, OC, how) for one in before]
    remark = item_of(task, step(name), reader, heard, a_register(), date(2026, 12, 9)).remark
    assert remark == (f"{said}: Thuiszitters in beeld. De reden: het aantal klopt niet." if said else "")
