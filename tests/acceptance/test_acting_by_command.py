"""Giving back, opening again, pausing and going on, through the command line on a real database."""

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.workspaces import ROOT, Office, an_office, copied

DECEMBER = "thuiszitters.2026-2027.december.10AA00"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that checks each answer, on the day that the thuiszitters of december were asked."""
    office = an_office(tmp_path_factory.mktemp("asked") / "w", rules=())
    text = (ROOT / "rules/vo/thuiszitters.yaml").read_text(encoding="utf-8")
    office.write(
        "rules/vo/thuiszitters.yaml", text.replace("soort: uitvraag", "soort: uitvraag\nklaar_als: goedgekeurd")
    )
    office.must("import", str(office.folder / "register"), "--apply")
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--adopt", "--now", "2026-10-05T09:00")
    round_of(office, "2026-11-24T09:00")
    return office


@pytest.fixture
def office(asked: Office, tmp_path: Path) -> Office:
    """A copy of it for each test."""
    return copied(asked, tmp_path / "w")


def round_of(office: Office, *moments: str) -> None:
    for moment in moments:
        office.must("tick", "--now", moment)
        office.must("deliver", "--now", moment)


def act(office: Office, move: str, at: str, *more: str) -> dict[str, Any]:
    row: dict[str, Any] = office.must("task", DECEMBER, move, *more, "--now", at, "--json").json[0]
    return row


def texts(office: Office) -> list[str]:
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in office.mails()]
    plain = [mail.get_body(("plain",)) for mail in mails]
    return [part.get_content() for part in plain if part is not None]


def test_an_answer_that_is_given_back_is_asked_anew_with_the_reason(office: Office) -> None:
    assert act(office, "submit", "2026-11-25T10:00")["state"] == "submitted"
    before = len(office.mails())
    row = act(office, "return", "2026-11-26T10:00", "--reason", "groep 3 ontbreekt")
    assert (row["state"], row["due"]) == ("open", "2026-12-03")
    assert [step["sent"] for step in row["steps"]] == [None] * 6
    round_of(office, "2026-11-26T10:30")
    new = texts(office)[before:]
    assert any("Wij vragen u dit nog een keer" in text and "De reden: groep 3 ontbreekt." in text for text in new)
    told = office.must("explain", DECEMBER, "--now", "2026-11-26T11:00").out
    assert "uitvraag, voor het opnieuw vragen" in told
    assert "teruggegeven door bureau (groep 3 ontbreekt)" in told
    asked = len(office.mails())
    round_of(office, "2026-12-04T08:30", "2026-12-07T08:30", "2026-12-17T08:30")
    later = [text for text in texts(office)[asked:] if "De Linde" in text]
    assert later
    assert [text for text in later if "groep 3 ontbreekt" in text] == []


def test_what_is_done_or_waived_is_opened_again(office: Office) -> None:
    for move, reason in (("accept", ""), ("waive", "geen leerlingen")):
        act(office, move, "2026-11-25T10:00", "--reason", reason)
        assert act(office, "reopen", "2026-11-25T10:00", "--until", "2026-12-18")["due"] == "2026-12-18"


def test_a_pause_goes_on_by_itself_and_sooner_when_asked(office: Office) -> None:
    before = office.must("tasks", "--json").json
    due = next(row["due"] for row in before if row["key"] == DECEMBER)
    row = act(office, "suspend", "2026-11-25T10:00", "--until", "2026-12-02", "--reason", "verhuizing")
    assert (due, row["due"]) == ("2026-12-11", "2026-12-18")
    assert act(office, "resume", "2026-11-25T11:00")["due"] == due
    act(office, "suspend", "2026-11-25T12:00", "--until", "2026-12-02", "--reason", "verhuizing")
    assert "gepauzeerd tot woensdag 2 december" in office.must("explain", DECEMBER, "--now", "2026-11-26T10:00").out
    round_of(office, "2026-12-02T09:00")
    assert "hervat door programma" in office.must("explain", DECEMBER, "--now", "2026-12-02T10:00").out


@pytest.mark.parametrize(
    ("move", "more", "code", "told"),
    [
        ("suspend", (), 2, "Geef de nieuwe dag op."),
        ("suspend", ("--until", "2026-11-01"), 1, "tot een latere dag"),
        ("resume", (), 1, "niet gepauzeerd"),
        ("resume", ("--until", "2026-12-01"), 2, "--until hoort niet bij resume."),
        ("return", (), 1, "Teruggeven kan nu niet."),
        ("reopen", (), 1, "Heropenen kan nu niet."),
        ("remind", (), 2, "kan niet met een taak"),
    ],
)
def test_what_cannot_be_is_told(office: Office, move: str, more: tuple[str, ...], code: int, told: str) -> None:
    ran = office.run("task", DECEMBER, move, *more, "--now", "2026-11-25T10:00")
    assert ran.code == code
    assert told in ran.out + ran.err


def test_messages_held_released_and_dropped_are_shown_as_they_stand_then(office: Office) -> None:
    """On the day that the thuiszitters of the other rounds are asked."""
    office.must("tick", "--now", "2027-02-22T09:00")
    for verb, state in (("hold", "held"), ("release", "queued"), ("drop", "dropped")):
        rows = office.must("outbox", verb, "--all", "--now", "2027-02-22T09:01", "--json").json
        assert rows
        assert {row["state"] for row in rows} == {state}
        assert rows == [
            one for one in office.must("outbox", "list", "--json").json if one["id"] in {r["id"] for r in rows}
        ]
