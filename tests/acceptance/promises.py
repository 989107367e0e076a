"""What every simulated year keeps to, checked on its events with calendars of this module's own."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import holidays

PUBLIC = holidays.country_holidays("NL", years=range(2026, 2028), language="nl", categories=("public", "optional"))
# The first step of a ladder, whatever the rule.
REQUESTS = ("uitvraag", "plannen")
Event = dict[str, Any]
ReadsOn = Callable[[str, date], bool]


def keeps_its_promises(events: list[Event], reads_on: ReadsOn) -> None:
    """Fails at the first promise that is broken; `reads_on` tells whether an address is served on a day."""
    in_time_order(events)
    nothing_leaves_outside_a_window(events, reads_on)
    one_digest_a_day(events)
    no_reminder_after_an_answer(events)
    the_request_comes_first(events)
    nothing_stays_held(events)


def school_is_open(region: str, day: date) -> bool:
    """True on an open day of a school in the region (`Noord`, `Midden`, `Zuid`)."""
    school = holidays.country_holidays("NL", subdiv=region, years=day.year, categories=("school",))
    return is_workday(day) and day not in school


def is_workday(day: date) -> bool:
    """Monday to Friday, no public holiday."""
    return day.weekday() < 5 and day not in PUBLIC


def in_time_order(events: list[Event]) -> None:
    moments = [datetime.fromisoformat(event["at"]) for event in events]
    assert moments == sorted(moments)


def nothing_leaves_outside_a_window(events: list[Event], reads_on: ReadsOn) -> None:
    for event in sent(events):
        at = datetime.fromisoformat(event["at"])
        assert "08:30" <= f"{at:%H:%M}" < "17:00", event
        assert reads_on(event["to"], at.date()), event


def one_digest_a_day(events: list[Event]) -> None:
    counts = Counter((event["contact"], event["at"][:10]) for event in sent(events) if event["kind"] == "digest")
    assert set(counts.values()) == {1}


def no_reminder_after_an_answer(events: list[Event]) -> None:
    answered: set[str] = set()
    for event in events:
        if event["event"] == "answered":
            answered.add(event["task"])
        if event["event"] == "message":
            for notice in event["notices"]:
                assert notice["task"] not in answered, event


def the_request_comes_first(events: list[Event]) -> None:
    """A request that would be in one digest with a later step is merged into it: that digest has its text."""
    asked: set[str] = set()
    for event in events:
        if event["event"] == "dropped" and event["reason"] == "merged" and event["step"] in REQUESTS:
            asked.add(event["task"])
        for notice in event["notices"] if event["event"] == "message" else ():
            if notice["step"] in REQUESTS:
                asked.add(notice["task"])
            else:
                assert notice["task"] in asked, event


def nothing_stays_held(events: list[Event]) -> None:
    held = {(event["task"], event["step"], event["contact"]) for event in events if event["event"] == "held"}
    told = {(notice["task"], notice["step"], event["to"]) for event in sent(events) for notice in event["notices"]}
    dropped = {(event["task"], event["step"], event["contact"]) for event in events if event["event"] == "dropped"}
    assert held <= told | dropped


def every_step_is_told_or_dropped(events: list[Event], hearers: Callable[[str], set[tuple[str, str]]]) -> None:
    """`hearers` gives the (step, address) pairs of a task."""
    told = {(n["task"], n["step"], event["to"]) for event in sent(events) for n in event["notices"]}
    dropped = {(event["task"], event["step"], event["contact"]) for event in events if event["event"] == "dropped"}
    for task in {event["task"] for event in events if event["event"] == "opened"}:
        for step, address in hearers(task):
            assert (task, step, address) in told ^ dropped, (task, step, address)


def sent(events: list[Event]) -> list[Event]:
    """The messages among the events."""
    return [event for event in events if event["event"] == "message"]
