"""The line at the head of every page."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from engine.core.localtime import parse_moment
from engine.core.settings import Settings
from engine.core.vitals import Vitals, health_line

NOW = parse_moment("2026-11-24T08:05")
WELL = Vitals(
    trial=False,
    live=True,
    last_look=parse_moment("2026-11-24T08:00"),
    failing_since=None,
    held=0,
    unreached=0,
    doubtful=0,
)
LATER = date(2030, 9, 1)
SETTINGS = Settings("SWV", "VO9901", "vo", "noord", "planning@swv.example")


def told(vitals: Vitals, rule_problems: int = 0, until: date = LATER, now: datetime = NOW) -> list[str]:
    """What is the matter."""
    return [one.text for one in health_line(vitals, SETTINGS, rule_problems, until, now).troubles]


def test_when_all_is_well_it_says_when_that_was_looked_at() -> None:
    line = health_line(WELL, SETTINGS, 0, LATER, NOW)
    assert (line.troubles, line.checked) == ((), "gecontroleerd 08:00")


def test_mail_that_was_held_before_it_is_made_is_told_too() -> None:
    found = told(replace(WELL, held=1, held_ahead=2))
    assert found == ["1 mail wacht op vrijgave", "2 komende mails zijn tegengehouden"]


def test_mail_that_does_not_go_to_those_it_is_meant_for_is_told_on_every_page() -> None:
    """Counted as sent, it would be missed by nobody here."""

    def of(settings: Settings, vitals: Vitals = WELL) -> list[str]:
        return [one.text for one in health_line(vitals, settings, 0, LATER, NOW).troubles]

    diverted = replace(SETTINGS, redirect="proef@swv.example")
    assert of(diverted) == ["Alle mail gaat naar proef@swv.example: scholen krijgen niets"]
    assert of(replace(diverted, mail_folder="uit")) == ["Alle mail komt in de map 'uit': scholen krijgen niets"]
    assert of(diverted, replace(WELL, live=False)) == []
    assert of(diverted, replace(WELL, trial=True)) == []


def test_a_ticker_that_stands_still_is_told_after_a_quarter_and_since_when() -> None:
    assert told(WELL, now=parse_moment("2026-11-24T08:15")) == []
    assert told(WELL, now=parse_moment("2026-11-24T08:16")) == ["Het programma staat stil sinds 08:00"]
    next_day = told(WELL, now=parse_moment("2026-11-25T08:00"))
    assert next_day == ["Het programma staat stil sinds dinsdag 24 november 08:00"]


def test_before_the_start_and_in_a_trial_nobody_has_to_look() -> None:
    late = parse_moment("2026-11-25T08:00")
    assert told(replace(WELL, live=False), now=late) == []
    assert told(replace(WELL, trial=True), now=late) == []
    assert told(replace(WELL, live=False, last_look=None)) == []
    assert told(replace(WELL, last_look=None)) == ["Het programma heeft nog niets gedaan: er gaat geen mail uit"]


def test_a_mailbox_that_cannot_be_read_is_told_after_two_hours_and_not_in_a_trial() -> None:
    since = NOW - timedelta(hours=2)
    assert told(replace(WELL, unread_since=since)) == []
    longer = replace(WELL, unread_since=since - timedelta(minutes=1))
    assert told(longer) == ["De postbus is niet te lezen sinds 06:04"]
    assert told(replace(longer, trial=True)) == []


def test_rounds_that_all_fail_and_a_clock_behind_are_told() -> None:
    assert told(replace(WELL, failing_since=NOW)) == ["Het versturen mislukt sinds 08:05"]
    behind = told(WELL, now=NOW - timedelta(minutes=11))
    assert behind == ["De klok van de computer loopt achter: er gaat geen mail uit"]


def test_mail_addresses_and_rules_are_counted_each_with_its_page() -> None:
    line = health_line(replace(WELL, held=1, unreached=2, doubtful=1), SETTINGS, 3, LATER, NOW)
    assert [(one.text, one.page) for one in line.troubles] == [
        ("1 mail wacht op vrijgave", "post"),
        ("2 adressen geven fouten", "contactpersonen"),
        ("1 mail kwam misschien niet aan", "verstuurd"),
        ("3 fouten in de regels", "regels"),
    ]


def test_vakanties_that_end_within_a_year_are_told() -> None:
    assert told(WELL, until=date(2027, 11, 24)) == []
    assert told(WELL, until=date(2027, 11, 23)) == ["De schoolvakanties zijn bekend tot en met 23 november 2027"]
