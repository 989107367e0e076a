"""What is held instead of sent, that the bureau hears of it, and what lets it go."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.app import outbox
from engine.store.mail_days import MARGIN
from engine.store.tables import mail_days
from tests.at_work import AtWork, at_work
from tests.workspaces import Office, an_imported_office, copied

DECEMBER = "thuiszitters.2026-2027.december.10AA00"
OC = "oc@linde.example"
BUREAU = "bureau@swv.example"
FOLDER = 'map = "uit"'


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that began on 5 October with the rounds of thuiszitters, no proef."""
    office = an_imported_office(tmp_path_factory.mktemp("hold") / "w", rules=("thuiszitters",), more=FOLDER)
    with at_work(office.folder) as desk:
        desk.plan("2026-10-05T09:00")
    return office


@pytest.fixture
def desk(adopted: Office, tmp_path: Path) -> Iterator[AtWork]:
    """The office at work, a copy for each test."""
    with at_work(copied(adopted, tmp_path / "w").folder) as working:
        yield working


def open_at_once(desk: AtWork) -> None:
    """A fault that makes every request due on 10 November."""
    desk.tamper(
        "UPDATE tasks SET opens = '2026-11-10', next_at = 0 WHERE round = 'december'",
        "UPDATE steps SET date = '2026-11-10' WHERE name = 'uitvraag' AND task LIKE '%.december.%'",
    )


# Standing still


def test_a_machine_that_is_off_over_the_weekend_misses_nothing(desk: AtWork) -> None:
    desk.tick("2026-11-20T18:00", "2026-11-23T08:00", "2026-11-24T08:30")
    assert desk.told(OC) == [("2026-11-24", "uitvraag")]


def test_what_is_due_after_a_standstill_is_held_with_the_reason_and_the_bureau_hears_at_once(desk: AtWork) -> None:
    desk.tick("2026-11-20T16:00", "2026-11-25T07:00", "2026-11-25T08:30")
    assert {(one.state, one.reason) for one in desk.messages() if one.kind == "digest"} == {
        ("held", "het programma stond stil van vrijdag 20 november 2026 tot woensdag 25 november 2026")
    }
    assert len(desk.messages("held")) == 5
    desk.tick("2026-11-25T08:31")
    assert desk.told(BUREAU) == [("2026-11-25", "Let op: 5 mails wachten op vrijgave")]


def test_what_was_queued_before_a_standstill_is_held_too(desk: AtWork) -> None:
    uit = desk.office.folder / "uit"
    uit.write_text("een bestand waar een map hoort", encoding="utf-8")
    desk.tick("2026-11-24T08:30")
    assert {one.state for one in desk.messages()} == {"queued"}
    uit.unlink()
    desk.tick("2026-11-27T09:00")
    assert {(one.kind, one.state, one.raw is None) for one in desk.messages()} == {
        ("digest", "held", True),
        ("other", "sent", False),
    }


def test_what_becomes_due_after_the_standstill_leaves_by_itself(desk: AtWork) -> None:
    desk.tick("2026-11-20T16:00", "2026-11-25T08:30")
    desk.each(outbox.release, "2026-11-25T09:00", "held")
    desk.tick("2026-11-25T09:00")
    desk.awake("2026-12-07T16:00")
    desk.tick("2026-12-08T08:30")
    assert desk.told(OC) == [("2026-11-25", "uitvraag"), ("2026-12-08", "herinnering")]


# The brake


def brought(desk: AtWork) -> dict[str, tuple[int, int]]:
    """(foreseen, brought) by day."""
    with desk.means.database.read() as connection:
        return {row.day: (row.foreseen, row.brought) for row in connection.execute(select(mail_days))}


def test_applying_stores_how_many_digests_each_day_should_bring(desk: AtWork) -> None:
    """On the day of the request three schools, the consulent and the leerplichtambtenaar; later fewer."""
    days = brought(desk)
    assert [days[f"2026-{day}"] for day in ("11-24", "12-08", "12-14", "12-16")] == [(5, 0), (3, 0), (3, 0), (1, 0)]
    desk.tick("2026-11-24T08:30")
    assert brought(desk)["2026-11-24"] == (5, 5)


def test_a_day_that_brings_far_more_than_was_foreseen_is_held(desk: AtWork) -> None:
    """The day brought all of the margin but two already."""
    open_at_once(desk)
    desk.tamper(f"INSERT INTO mail_days VALUES ('2026-11-10', 0, {MARGIN - 2})")
    desk.tick("2026-11-10T08:30")
    assert sorted((one.kind, one.state) for one in desk.messages()) == [
        *[("digest", "held")] * 3,
        *[("digest", "sent")] * 2,
        ("other", "sent"),
    ]
    assert {one.reason for one in desk.messages("held")} == {
        "op dinsdag 10 november 2026 kwam er veel meer mail dan het plan voorzag"
    }
    assert desk.told(BUREAU) == [("2026-11-10", "Let op: 3 mails wachten op vrijgave")]


def test_what_was_foreseen_is_not_braked_however_much_it_is(desk: AtWork) -> None:
    desk.tamper("UPDATE mail_days SET foreseen = 105, brought = 100 + 24 WHERE day = '2026-11-24'")
    desk.tick("2026-11-24T08:30")
    assert {one.state for one in desk.messages()} == {"sent"}


def test_what_the_bureau_lets_go_does_not_count_for_the_brake(desk: AtWork) -> None:
    desk.tamper("UPDATE tasks SET held = 'even wachten' WHERE round = 'december'")
    desk.tick("2026-11-24T08:30")
    desk.each(outbox.release, "2026-11-24T09:00", "held")
    desk.tick("2026-11-24T09:01", "2026-11-25T08:30")
    assert {(one.kind, one.state) for one in desk.messages()} == {("digest", "sent")}
    assert brought(desk)["2026-11-24"] == (5, 0)


def test_a_day_of_downtime_is_caught_up_without_the_bureau_and_without_the_brake(desk: AtWork) -> None:
    desk.tamper(f"INSERT INTO mail_days VALUES ('2026-11-25', 0, {MARGIN})")
    desk.tick("2026-11-23T16:00", "2026-11-25T09:00")
    assert {one.state for one in desk.messages()} == {"sent"}


def test_new_people_in_the_register_are_foreseen(desk: AtWork) -> None:
    schools = desk.office.folder / "register/scholen.csv"
    row = "13DD00;De Beuk;70001;Alkmaar;Alkmaar;directeur@beuk.example;oc@beuk.example;consulent@swv.example\n"
    schools.write_text(schools.read_text(encoding="utf-8") + row, encoding="utf-8")
    desk.reread("2026-11-02T09:00")
    desk.plan("2026-11-02T09:00", adopting=False)
    assert brought(desk)["2026-11-24"] == (6, 0)


def test_more_time_moves_what_is_foreseen_when_mail_is_made(desk: AtWork) -> None:
    """Not at each tick: it is looked at nowhere else."""
    desk.office.must("task", DECEMBER, "extend", "--until", "2026-12-18", "--reason", "storing")
    desk.tick("2026-11-02T09:00")
    assert "2026-12-15" not in brought(desk)
    desk.tick("2026-11-24T08:30")
    assert (brought(desk)["2026-12-08"], brought(desk)["2026-12-15"]) == ((2, 0), (1, 0))


@pytest.mark.slow
def test_a_fault_that_tells_forty_schools_at_once_is_braked(tmp_path: Path) -> None:
    """Nothing set by hand but the fault itself."""
    rows = (f"{n:02d}ZZ00;School {n};70001;Alkmaar;directeur@s{n}.example;oc@s{n}.example" for n in range(40))
    schools = "code;naam;bestuur;gemeente;directeur;ondersteuningscoordinator\n" + "\n".join(rows)
    office = an_imported_office(tmp_path / "w", rules=("thuiszitters",), more=FOLDER, register={"scholen": schools})
    with at_work(office.folder) as desk:
        desk.plan("2026-10-05T09:00")
        desk.tick("2026-11-09T09:00")
        open_at_once(desk)
        desk.tick("2026-11-10T08:30")
        states = [one.state for one in desk.messages() if one.kind == "digest"]
        assert (states.count("sent"), states.count("held")) == (MARGIN, 41 - MARGIN)
        desk.each(outbox.release, "2026-11-10T09:00", "held")
        desk.tick("2026-11-10T09:01")
        desk.awake("2026-12-07T16:00")
        desk.tick("2026-12-08T08:30")
        assert len(desk.told("oc@s7.example")) == 2
        assert desk.messages("held") == []


# Reminding the bureau


def test_the_bureau_is_reminded_each_werkdag_of_what_waits(desk: AtWork) -> None:
    desk.tamper("UPDATE steps SET hold = 1 WHERE name = 'uitvraag'")
    desk.tick("2026-11-24T08:30", "2026-11-24T12:00")
    assert desk.told(BUREAU) == []
    for day in ("25", "26", "27", "28", "29", "30"):
        desk.tick(f"2026-11-{day}T08:00", f"2026-11-{day}T08:30", f"2026-11-{day}T09:00")
    subject = "5 mails wachten op vrijgave"
    assert desk.told(BUREAU) == [(f"2026-11-{day}", subject) for day in ("25", "26", "27", "30")]
    assert "5 mails: de stap uitvraag wacht op vrijgave (sinds dinsdag 24 november 2026)" in desk.letters(BUREAU)[0]


def test_the_reminder_leaves_also_where_all_mail_waits_for_the_bureau(adopted: Office, tmp_path: Path) -> None:
    folder = copied(adopted, tmp_path / "w").folder
    with at_work(folder, vrijgeven='vrijgeven = "altijd"') as desk:
        desk.tick("2026-11-24T08:30", "2026-11-25T08:30")
        assert {(one.email, one.kind, one.state) for one in desk.messages() if one.kind != "digest"} == {
            (BUREAU, "other", "sent")
        }
        assert {one.state for one in desk.messages() if one.kind == "digest"} == {"held"}


def test_what_the_program_tells_the_bureau_cannot_be_held(desk: AtWork) -> None:
    desk.tamper("UPDATE steps SET hold = 1 WHERE name = 'uitvraag'")
    desk.tick("2026-11-24T08:30")
    (desk.office.folder / "uit").write_text("geen map", encoding="utf-8")
    desk.tick("2026-11-25T08:30")
    (alarm,) = desk.messages("queued")
    ran = desk.office.run("outbox", "hold", str(alarm.id))
    assert (ran.code, "Dat wacht nooit." in ran.err) == (1, True)
    desk.office.must("outbox", "hold", "--all")
    assert [one.id for one in desk.messages("queued")] == [alarm.id]


def test_a_reminder_that_cannot_be_written_stops_nothing_else(desk: AtWork) -> None:
    desk.tamper(
        "UPDATE steps SET hold = 1 WHERE name = 'uitvraag' AND task LIKE '%10AA00'",
        f"UPDATE contacts SET name = 'Het' || char(10) || 'bureau' WHERE email = '{BUREAU}'",
    )
    desk.tick("2026-11-24T08:30", "2026-11-25T08:30")
    (broken,) = (one for one in desk.messages("held") if one.kind == "other")
    assert "bevat een regeleinde" in broken.reason
    assert desk.told("oc@eik.example") == [("2026-11-24", "uitvraag")]


def test_the_bureau_is_reminded_of_a_schooljaar_that_is_still_a_concept(desk: AtWork) -> None:
    desk.tamper("UPDATE tasks SET next_at = NULL")
    desk.tick("2027-05-31T09:00", "2027-06-01T09:00", "2027-06-02T09:00", "2027-06-08T09:00", "2027-08-02T09:00")
    assert desk.told(BUREAU) == [
        ("2027-06-01", "Stel jaarplanning 2027-2028 vast"),
        ("2027-06-08", "Stel jaarplanning 2027-2028 vast"),
        ("2027-08-02", "Let op: stel jaarplanning 2027-2028 vast"),
    ]
    desk.plan("2027-08-03T09:00", year=2027)
    desk.tick("2027-08-09T09:00")
    assert len(desk.told(BUREAU)) == 3


@pytest.mark.slow
def test_an_swv_that_did_not_begin_yet_is_not_reminded(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w", more=FOLDER)
    with at_work(office.folder) as desk:
        desk.plan("2026-06-05T09:00", adopting=False)
        desk.tick("2026-06-08T09:00", "2026-08-03T09:00")
        assert desk.messages() == []


# No flood on day one


def test_what_is_open_on_the_start_in_config_is_held(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w", rules=("thuiszitters",), more=FOLDER)
    config = office.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("[mail]", "start = 2026-12-01\n[mail]"), "utf-8")
    with at_work(office.folder) as desk:
        desk.plan("2026-10-05T09:00")
        desk.tick("2026-11-23T09:00", "2026-11-24T08:30")
        assert {(one.state, one.reason) for one in desk.messages()} == {
            ("held", "gaat open op dinsdag 24 november 2026, voor uw start op dinsdag 1 december 2026")
        }


def test_a_new_school_in_the_middle_of_a_round_waits_for_the_bureau(desk: AtWork) -> None:
    desk.tick("2026-11-24T08:30")
    schools = desk.office.folder / "register/scholen.csv"
    row = "13DD00;De Beuk;70001;Alkmaar;Alkmaar;directeur@beuk.example;oc@beuk.example;consulent@swv.example\n"
    schools.write_text(schools.read_text(encoding="utf-8") + row, encoding="utf-8")
    desk.reread("2026-11-25T09:00")
    desk.plan("2026-11-25T09:00", adopting=False)
    desk.tick("2026-11-25T09:30", "2026-11-26T08:30")
    assert {(one.email, one.reason) for one in desk.messages("held")} == {
        ("oc@beuk.example", "had al open moeten gaan op dinsdag 24 november 2026"),
        ("consulent@swv.example", "had al open moeten gaan op dinsdag 24 november 2026"),
        ("leerplicht@alkmaar.example", "had al open moeten gaan op dinsdag 24 november 2026"),
    }


def test_a_rule_that_is_moved_into_the_past_waits_for_the_bureau(desk: AtWork) -> None:
    rule = desk.office.folder / "rules/vo/thuiszitters.yaml"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("opent: 1 week voor peildatum", "opent: 6 weken voor peildatum"), encoding="utf-8")
    desk.plan("2026-11-02T09:00", adopting=False)
    desk.tick("2026-11-02T09:00")
    assert {one.state for one in desk.messages()} == {"held"}


# What is let go later


def test_mail_that_is_released_after_hours_carries_the_day_on_which_it_leaves(desk: AtWork) -> None:
    desk.tamper("UPDATE steps SET hold = 1 WHERE name = 'uitvraag'")
    desk.tick("2026-11-24T08:30")
    desk.each(outbox.release, "2026-11-24T18:00", "held")
    desk.tick("2026-11-24T18:00", "2026-11-25T08:30")
    (letter,) = desk.letters(OC)
    assert "Wed, 25 Nov 2026 08:30:00 +0100" in letter


def test_mail_that_waited_for_the_relay_is_put_into_words_of_the_day(desk: AtWork) -> None:
    uit = desk.office.folder / "uit"
    uit.write_text("geen map", encoding="utf-8")
    desk.tick("2026-11-24T08:30")
    uit.unlink()
    desk.tick("2026-11-25T08:30")
    (letter,) = desk.letters(OC)
    assert "Wed, 25 Nov 2026 08:30:00 +0100" in letter


def test_after_a_dropped_request_the_reminder_carries_its_text(desk: AtWork) -> None:
    desk.tamper("UPDATE steps SET hold = 1 WHERE name = 'uitvraag'")
    desk.tick("2026-11-24T08:30")
    desk.each(outbox.drop, "2026-11-24T09:00", "held")
    desk.awake("2026-12-07T16:00")
    desk.tick("2026-12-08T08:30")
    (letter,) = desk.letters(OC)
    assert desk.told(OC) == [("2026-12-08", "herinnering")]
    assert "Wilt u deze gegevens sturen?" in letter


def test_a_reminder_does_not_overtake_a_request_that_waits_for_the_bureau(desk: AtWork) -> None:
    desk.tamper("UPDATE steps SET hold = 1 WHERE name = 'uitvraag'")
    desk.tick("2026-11-24T08:30")
    desk.awake("2026-12-07T16:00")
    desk.tick("2026-12-08T08:30")
    assert desk.told(OC) == []
    desk.each(outbox.release, "2026-12-08T09:00", "held")
    desk.tick("2026-12-08T09:00")
    assert desk.told(OC) == [("2026-12-08", "herinnering")]
    assert "Wilt u deze gegevens sturen?" in desk.letters(OC)[0]


def test_what_is_released_goes_to_who_has_the_role_by_then(desk: AtWork) -> None:
    desk.tamper("UPDATE tasks SET held = 'even wachten' WHERE round = 'december'")
    desk.tick("2026-11-24T08:30")
    schools = desk.office.folder / "register/scholen.csv"
    schools.write_text(schools.read_text(encoding="utf-8").replace(OC, "nieuw@linde.example"), encoding="utf-8")
    desk.reread("2026-11-25T08:30")
    desk.each(outbox.release, "2026-11-25T09:00", "held")
    desk.tick("2026-11-25T09:01")
    assert desk.told(OC) == []
    assert desk.told("nieuw@linde.example") == [("2026-11-25", "uitvraag")]


def test_a_request_that_is_let_go_late_speaks_of_its_day_as_past(desk: AtWork) -> None:
    desk.tamper("UPDATE tasks SET held = 'even wachten' WHERE round = 'december'")
    desk.tick("2026-11-24T08:30")
    desk.awake("2026-12-13T16:00")
    desk.each(outbox.release, "2026-12-14T09:00", "held")
    desk.tick("2026-12-14T09:00")
    assert desk.letters(OC)[0].startswith("Uiterlijk was 11 december")


# A proef


@pytest.mark.slow
def test_a_proef_that_jumps_in_time_delivers_to_a_folder_whatever_relay_config_names(tmp_path: Path) -> None:
    """A jump of weeks in a made-up time is no standstill: nothing of it is held."""
    smtp = '[smtp]\nhost = "127.0.0.1"\nport = 9\ntls = "geen"'
    office = an_imported_office(tmp_path / "w", rules=("thuiszitters",), more=smtp)
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--adopt", "--now", "2026-10-05T09:00")
    with at_work(office.folder) as desk:
        assert brought(desk)["2026-11-24"] == (5, 0)
    for moment in ("2026-10-05T09:00", "2026-11-24T08:30"):
        office.must("tick", "--now", moment)
    office.must("deliver", "--now", "2026-11-24T08:30")
    assert len(office.mails()) == 5


def test_a_store_that_sent_for_real_refuses_a_made_up_time(desk: AtWork) -> None:
    desk.tick("2026-11-24T08:30")
    for verb in (("tick",), ("deliver",), ("task", DECEMBER, "submit"), ("outbox", "release", "--all")):
        ran = desk.office.run(*verb, "--now", "2026-11-25T09:00")
        assert (ran.code, "echte post" in ran.err) == (2, True), verb
    assert desk.office.run("plan", "--apply", "--now", "2026-11-25T09:00").code == 2
