"""How many digests each day should bring."""

from dataclasses import replace
from datetime import date

from engine.core.calendar import Calendar, Vakantie
from engine.core.forecast import Coming, digests, foreseen
from engine.core.party import SWV, Absence, Contact, Party, Register, RoleRow
from tests.core.yearplan import STEPS, a_rule, stored, tasks
from tests.core.yearplan import a_step as a_rule_step

HOLIDAY = Calendar("noord", {}, (Vakantie("herfstvakantie", date(2026, 10, 10), date(2026, 10, 18)),))
OPEN = Calendar("swv", {})
FIRST = date(2026, 10, 1)


class Calendars:
    """The schools have a week off, the SWV has none."""

    def of(self, party: str) -> Calendar:
        """The calendar of a party."""
        return OPEN if party == SWV else HOLIDAY


def a_register(*roles: RoleRow, weekly: int | None = None) -> Register:
    """Two schools; contact 1 has the weekly day."""
    parties = {code: Party(code, "school", code, bestuur="70001") for code in ("10AA00", "11BB00")}
    contacts = {n: Contact(n, f"{n}@a.example", f"{n}", weekly=weekly if n == 1 else None) for n in (1, 2, 3)}
    return Register(parties, contacts, roles)


def a_step(day: date, party: str = "10AA00", *, to: str = "directeur", weekly: bool = True) -> Coming:
    """A step to one role."""
    return Coming(party, (to,), (), (), day, weekly)


def days(register: Register, *steps: Coming) -> dict[str, set[int]]:
    """Who has a digest on which day."""
    return {day.isoformat(): set(who) for day, who in digests(steps, register, Calendars(), FIRST).items()}


BOTH = (RoleRow(1, "directeur", "10AA00"), RoleRow(1, "directeur", "11BB00"))


def test_steps_of_many_tasks_on_one_day_are_one_digest() -> None:
    steps = (a_step(date(2026, 10, 6)), a_step(date(2026, 10, 6), "11BB00"))
    assert days(a_register(*BOTH), *steps) == {"2026-10-06": {1}}


def test_what_falls_on_a_closed_day_comes_on_the_next_open_day() -> None:
    assert days(a_register(*BOTH), a_step(date(2026, 10, 12))) == {"2026-10-19": {1}}


def test_what_should_have_left_before_leaves_on_the_first_day() -> None:
    assert days(a_register(*BOTH), a_step(date(2026, 9, 1))) == {"2026-10-01": {1}}


def test_who_has_a_weekly_day_waits_for_it_but_not_with_what_is_late() -> None:
    steps = (a_step(date(2026, 10, 1)), a_step(date(2026, 10, 2), weekly=False))
    assert days(a_register(*BOTH, weekly=2), *steps) == {"2026-10-02": {1}, "2026-10-07": {1}}


def test_a_role_that_changes_hands_is_followed() -> None:
    ends = RoleRow(1, "directeur", "10AA00", None, date(2026, 10, 5))
    begins = RoleRow(2, "directeur", "10AA00", date(2026, 10, 8))
    register = a_register(ends, begins, RoleRow(3, "bureau", SWV))
    steps = (a_step(date(2026, 10, 5)), a_step(date(2026, 10, 6)), a_step(date(2026, 10, 8)))
    assert days(register, *steps) == {"2026-10-05": {1}, "2026-10-06": {3}, "2026-10-08": {2}}


def test_an_escalation_of_a_task_that_opens_late_comes_two_open_days_after_the_request() -> None:
    """As it is told: the request on Monday 5 October, the director on Wednesday."""
    escalation = replace(a_rule_step("escalatie", "1 schooldag na uiterlijk"), to=("directeur",), escalation=True)
    roles = (RoleRow(1, "administratie", "10AA00"), RoleRow(2, "directeur", "10AA00"))
    task, _ = tasks(a_rule(steps=(STEPS[0], escalation)), register=a_register())
    found = foreseen([stored(task)], a_register(*roles), Calendars(), date(2026, 10, 3), date(2026, 10, 30))
    assert {day.isoformat(): set(who) for day, who in found.items()} == {"2026-10-05": {1}, "2026-10-07": {2}}


def test_mail_to_who_is_away_is_that_of_the_stand_in() -> None:
    away = Absence(1, 3, date(2026, 10, 6), date(2026, 10, 7))
    register = replace(a_register(*BOTH), absences=(away,))
    steps = (a_step(date(2026, 10, 5)), a_step(date(2026, 10, 6)), a_step(date(2026, 10, 8)))
    assert days(register, *steps) == {"2026-10-05": {1}, "2026-10-06": {3}, "2026-10-08": {1}}
