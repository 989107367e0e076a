"""One round of one rule, from plan to the last mail, through the command line on a real database."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.workspaces import ROOT, Office, a_running_office, an_imported_office, copied, run

DECEMBER = "thuiszitters.2026-2027.december.10AA00"
OC = "oc@linde.example"


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that started on 1 October, so that only the rounds after it run."""
    return a_running_office(tmp_path_factory.mktemp("adopted") / "w", at="2026-10-05T09:00", rules=("thuiszitters",))


@pytest.fixture
def office(adopted: Office, tmp_path: Path) -> Office:
    """A copy of it for each test."""
    return copied(adopted, tmp_path / "w")


def round_of(office: Office, *moments: str) -> None:
    """tick and deliver at each of these moments."""
    for moment in moments:
        office.must("tick", "--now", moment)
        office.must("deliver", "--now", moment)


def messages(office: Office, **wanted: str) -> list[dict[str, Any]]:
    """The outbox's rows with these values."""
    rows = office.must("outbox", "list", "--json").json
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def state(office: Office, key: str = DECEMBER) -> str:
    """The state of a task."""
    return next(row["state"] for row in office.must("tasks", "--json").json if row["key"] == key)


def steps_told(office: Office, address: str = OC) -> list[str]:
    """The steps of the december round that reached the address, in order."""
    sent = sorted(messages(office, to=address, state="sent"), key=lambda row: row["sent_at"])
    return [notice["step"] for row in sent for notice in row["notices"] if notice["task"] == DECEMBER]


def test_what_had_to_be_in_before_the_start_is_waived_without_mail(office: Office) -> None:
    assert state(office, "thuiszitters.2026-2027.september.10AA00") == "waived"
    assert messages(office) == []


def test_the_request_leaves_when_the_window_opens_and_not_before(office: Office) -> None:
    round_of(office, "2026-11-24T00:00", "2026-11-24T08:29")
    assert messages(office) == []
    assert state(office) == "open"
    round_of(office, "2026-11-24T08:30")
    assert steps_told(office) == ["uitvraag"]


def test_the_outbox_shows_the_text_of_a_mail(office: Office) -> None:
    office.must("tick", "--now", "2026-11-24T08:30")
    told = office.must("outbox", "show", str(messages(office, to=OC)[0]["id"])).out
    assert "thuiszittende" in told.partition("Onderwerp")[2].partition("\n\n")[2]


def test_a_tick_that_brings_nothing_says_when_mail_comes(office: Office) -> None:
    at = "--now", "2026-11-20T10:00"
    assert "kijkt weer op dinsdag 24 november 2026." in office.must("tick", *at).out
    closed = "Vandaag is zaterdag: dan gaat er geen mail uit. "
    early = f"{closed}De eerste mails komen op zijn vroegst maandag 30 november 2026 vanaf 08:30."
    assert early in office.must("tick", "--now", "2026-11-28T06:30").out
    first = f"{closed}De eerste mails komen maandag 30 november 2026 vanaf 08:30."
    assert first in office.must("tick", "--now", "2026-11-28T10:00").out
    assert first in office.must("deliver", "--now", "2026-11-28T10:00").out


def test_a_held_mail_can_be_read_before_it_is_let_go(office: Office) -> None:
    round_of(office, "2026-11-24T08:30", "2027-01-15T08:30")
    (held,) = messages(office, to="bestuurder@noord.example")
    shown = "outbox", "show", str(held["id"]), "--now", "2027-01-15T09:00"
    ahead = office.must(*shown).out.partition("als u hem nu vrijgeeft:\n\n")[2]
    assert "De Linde" in ahead
    assert messages(office, to="bestuurder@noord.example") == [held]
    office.must("outbox", "release", str(held["id"]), "--now", "2027-01-15T09:00")
    assert office.must(*shown).out.endswith(f"\n\n{ahead}")


def test_who_works_along_hears_of_the_first_step_only(office: Office) -> None:
    round_of(office, "2026-11-24T08:30", "2026-12-08T08:30")
    assert steps_told(office, "leerplicht@alkmaar.example") == ["uitvraag"]
    assert steps_told(office) == ["uitvraag", "herinnering"]


def test_the_whole_ladder_goes_out_when_nobody_answers(office: Office) -> None:
    days = ["2026-11-24", "2026-12-08", "2026-12-14", "2026-12-16", "2027-01-05", "2027-01-15"]
    round_of(office, *(f"{day}T08:30" for day in days))
    assert steps_told(office) == ["uitvraag", "herinnering", "te-laat"]
    assert steps_told(office, "consulent@swv.example") == ["uitvraag", "bellen"]
    assert steps_told(office, "directeur@linde.example") == ["escalatie-1"]
    held = messages(office, to="bestuurder@noord.example")
    assert [(row["state"], row["message_id"]) for row in held] == [("held", None)]


@pytest.mark.slow
def test_a_released_escalation_leaves_with_fresh_bytes(office: Office) -> None:
    round_of(office, "2026-11-24T08:30", "2027-01-15T08:30")
    office.must("outbox", "release", "--all", "--now", "2027-01-15T09:00")
    round_of(office, "2027-01-15T09:00")
    assert steps_told(office, "bestuurder@noord.example") == ["escalatie-2"]


def test_after_downtime_only_the_newest_step_goes_out(office: Office) -> None:
    round_of(office, "2026-11-24T08:30", "2026-12-15T08:30")
    assert steps_told(office) == ["uitvraag", "te-laat"]


def test_the_request_goes_out_before_any_reminder(office: Office) -> None:
    round_of(office, "2026-12-14T08:30")
    assert steps_told(office) == ["uitvraag"]


@pytest.mark.slow
def test_an_escalation_waits_two_open_days_after_a_late_request(office: Office) -> None:
    round_of(office, "2027-01-05T08:30", "2027-01-06T08:30")
    assert steps_told(office, "directeur@linde.example") == []
    round_of(office, "2027-01-07T08:30")
    assert steps_told(office, "directeur@linde.example") == ["escalatie-1"]


def test_an_answer_stops_the_ladder(office: Office) -> None:
    round_of(office, "2026-11-24T08:30")
    office.must("task", DECEMBER, "submit", "--now", "2026-12-01T10:00")
    round_of(office, "2026-12-08T08:30", "2026-12-14T08:30")
    assert state(office) == "done"
    assert steps_told(office) == ["uitvraag"]


@pytest.mark.slow
def test_an_answer_takes_back_the_mail_that_waits(office: Office) -> None:
    round_of(office, "2026-11-24T08:30")
    office.must("tick", "--now", "2026-12-08T08:30")
    assert len(messages(office, to=OC, state="queued")) == 1
    office.must("task", DECEMBER, "submit", "--now", "2026-12-08T08:35")
    assert [row["state"] for row in messages(office, to=OC)] == ["sent", "dropped"]


def test_a_digest_keeps_what_was_not_answered(office: Office) -> None:
    office.must("tick", "--now", "2026-11-24T08:30")
    office.must("task", DECEMBER, "submit", "--now", "2026-11-24T08:31")
    digest = messages(office, to="consulent@swv.example")[0]
    assert [notice["task"].rpartition(".")[2] for notice in digest["notices"]] == ["11BB00", "12CC00"]


def test_more_time_moves_the_ladder_along(office: Office) -> None:
    round_of(office, "2026-11-24T08:30")
    office.must("task", DECEMBER, "extend", "--until", "2026-12-18", "--reason", "ziekte", "--now", "2026-12-01T10:00")
    round_of(office, "2026-12-08T08:30")
    assert steps_told(office) == ["uitvraag"]
    round_of(office, "2026-12-15T08:30")
    assert steps_told(office) == ["uitvraag", "herinnering"]


def test_more_time_survives_the_next_plan(office: Office) -> None:
    office.must("task", DECEMBER, "extend", "--until", "2026-12-18", "--reason", "ziekte", "--now", "2026-12-01T10:00")
    rows = office.must("plan", "--schooljaar", "2026-2027", "--json").json
    assert {row["change"] for row in rows} == {"same"}


def test_a_waive_without_a_reason_is_refused(office: Office) -> None:
    ran = office.run("task", DECEMBER, "waive", "--now", "2026-12-01T10:00")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "Geef een reden op.")
    assert state(office) == "planned"


def test_a_move_that_the_state_does_not_allow_changes_nothing(office: Office) -> None:
    ran = office.run("task", DECEMBER, "submit", "--now", "2026-11-01T10:00")
    assert (ran.code, "komt nog" in ran.err) == (1, True)
    assert state(office) == "planned"


def test_a_concept_sends_nothing(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w")
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--now", "2026-10-05T09:00")
    round_of(office, "2026-11-24T08:30")
    assert messages(office) == []


@pytest.mark.slow
def test_what_should_have_opened_before_today_is_held(tmp_path: Path) -> None:
    office = a_running_office(tmp_path / "w", at="2026-11-26T09:00", rules=("thuiszitters",))
    round_of(office, "2026-11-26T09:00")
    assert {(row["state"], row["reason"]) for row in messages(office)} == {
        ("held", "had al open moeten gaan op dinsdag 24 november 2026")
    }
    office.must("outbox", "release", "--all", "--now", "2026-11-26T09:10")
    round_of(office, "2026-11-26T09:10", "2026-12-08T08:30")
    assert steps_told(office) == ["uitvraag", "herinnering"]


@pytest.mark.slow
def test_with_altijd_every_mail_waits_for_the_bureau(tmp_path: Path) -> None:
    office = a_running_office(tmp_path / "w", at="2026-10-05T09:00", release="altijd", rules=("thuiszitters",))
    round_of(office, "2026-11-24T08:30")
    assert {row["state"] for row in messages(office)} == {"held"}
    assert "5 mails wachten op vrijgave." in office.must("deliver", "--now", "2026-11-24T08:30").out
    office.must("outbox", "release", "1", "--now", "2026-11-24T18:00")
    late = office.must("deliver", "--now", "2026-11-24T18:00").out
    assert "1 mail staat klaar. De eerste gaat weg woensdag 25 november 2026 vanaf 08:30." in late


def test_where_nobody_has_the_role_the_bureau_hears(tmp_path: Path) -> None:
    scholen = "code;naam;bestuur;gemeente\n10AA00;De Linde;70001;Alkmaar\n"
    office = a_running_office(
        tmp_path / "w", at="2026-10-05T09:00", rules=("thuiszitters",), register={"scholen": scholen}
    )
    round_of(office, "2026-11-24T08:30")
    assert steps_told(office, "bureau@swv.example") == ["uitvraag"]
    (mail,) = [path for path in office.mails() if "bureau" in path.name]
    assert "Niemand heeft de rol" in mail.read_text(encoding="utf-8").replace("=\n", "")


@pytest.mark.slow
def test_a_redirected_office_sends_to_one_address(tmp_path: Path) -> None:
    office = a_running_office(
        tmp_path / "w",
        at="2026-10-05T09:00",
        rules=("thuiszitters",),
        more='map = "uit"\nomleiden = "test@swv.example"',
    )
    round_of(office, "2026-11-24T08:30")
    assert len(list((office.folder / "uit").glob("*.eml"))) == 5


def test_what_a_person_cancelled_does_not_come_back(office: Office) -> None:
    round_of(office, "2026-11-24T08:30")
    office.must("task", DECEMBER, "cancel", "--reason", "school stopt", "--now", "2026-12-09T12:00")
    ran = office.must("plan", "--schooljaar", "2026-2027", "--apply", "--now", "2026-12-10T09:00", "--json")
    assert {row["change"] for row in ran.json} == {"same"}
    assert state(office) == "cancelled"


@pytest.mark.slow
def test_a_task_that_lapsed_comes_back_with_its_rule(office: Office) -> None:
    rule = office.folder / "rules/vo/thuiszitters.yaml"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("    december:  {peildatum: 1 december}\n", ""), encoding="utf-8")
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--now", "2026-10-06T09:00")
    assert state(office) == "cancelled"
    rule.write_text(text, encoding="utf-8")
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--now", "2026-10-07T09:00")
    round_of(office, "2026-11-24T08:30")
    assert steps_told(office) == ["uitvraag"]


@pytest.mark.slow
def test_a_reminder_pulled_from_the_queue_by_more_time_goes_out_later(office: Office) -> None:
    round_of(office, "2026-11-24T08:30")
    office.must("tick", "--now", "2026-12-08T08:30")
    office.must("task", DECEMBER, "extend", "--until", "2026-12-18", "--reason", "ziekte", "--now", "2026-12-08T08:31")
    round_of(office, "2026-12-08T08:32")
    assert steps_told(office) == ["uitvraag"]
    round_of(office, "2026-12-15T08:30")
    assert steps_told(office) == ["uitvraag", "herinnering"]


def test_the_command_that_plan_prints_works_as_it_stands(office: Office) -> None:
    rule = office.folder / "rules/vo/thuiszitters.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("8 schooldagen na", "9 schooldagen na"), encoding="utf-8")
    ran = office.must("plan", "--schooljaar", "2026-2027")
    printed = ran.out.splitlines()[-1].partition("engine ")[2].split()
    assert run(*printed, "--now", "2026-10-06T09:00").code == 0


@pytest.mark.slow
def test_ticks_at_the_same_moment_tell_everyone_once(office: Office) -> None:
    command = "import sys; from engine.cli import main; sys.exit(main())"
    arguments = ["tick", "--now", "2026-11-24T08:30", "--workspace", str(office.folder)]
    running = [
        subprocess.Popen([sys.executable, "-c", command, *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    addresses = [row["to"] for row in messages(office)]
    assert len(addresses) == len(set(addresses)) == 5


def test_uitstel_to_a_day_that_is_past_or_before_the_opening_is_refused(office: Office) -> None:
    for day, now in (("2026-11-27", "2026-12-01T10:00"), ("2026-11-23", "2026-10-06T10:00")):
        ran = office.run("task", DECEMBER, "extend", "--until", day, "--reason", "ziekte", "--now", now)
        assert (ran.code, "Kies een latere dag." in ran.err) == (1, True)
