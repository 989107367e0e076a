"""Who hears, in an office at work: stand-ins, the chain, successors, copies, and that it came in after all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.app import outbox
from tests.adapters.channels.relays import a_server
from tests.at_work import AtWork, at_work
from tests.workspaces import Office, an_imported_office, copied

pytestmark = pytest.mark.slow

KEY = "thuiszitters.2026-2027.december.{}"
LINDE = KEY.format("10AA00")
OC, DIRECTEUR, BUREAU = "oc@linde.example", "directeur@linde.example", "bureau@swv.example"
FOLDER = 'map = "uit"'
STAND_IN = f'{FOLDER}\n[rollen.ondersteuningscoordinator]\nvervangers = ["teamleider", "directeur"]'
HAS_OC = "role = 'ondersteuningscoordinator' AND party = '10AA00'"
NOBODY = f"DELETE FROM roles WHERE {HAS_OC}"


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that began on 5 October with the rounds of thuiszitters."""
    office = an_imported_office(tmp_path_factory.mktemp("hears") / "w", rules=("thuiszitters",), more=FOLDER)
    with at_work(office.folder) as desk:
        desk.plan("2026-10-05T09:00")
    return office


@pytest.fixture(scope="module")
def escalated(adopted: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same after the directeuren of all schools got an escalation, on 5 January."""
    office = copied(adopted, tmp_path_factory.mktemp("late") / "w")
    with at_work(office.folder) as desk:
        desk.tick("2026-11-24T08:30")
        desk.awake("2027-01-04T16:00")
        desk.tick("2027-01-05T08:30")
    return office


@pytest.fixture
def desk(adopted: Office, tmp_path: Path) -> Iterator[AtWork]:
    """The office at work, a copy for each test."""
    with at_work(copied(adopted, tmp_path / "w").folder) as working:
        yield working


@pytest.fixture
def late(escalated: Office, tmp_path: Path) -> Iterator[AtWork]:
    """The escalated office at work, a copy for each test."""
    with at_work(copied(escalated, tmp_path / "w").folder) as working:
        yield working


@pytest.mark.parametrize(
    ("place", "role", "hears"),
    [
        ("gemeente:Alkmaar", "ondersteuningscoordinator", "x@swv.example"),
        ("70001", "teamleider", "x@swv.example"),
        ("swv", "controller", DIRECTEUR),
    ],
)
def test_the_role_is_sought_at_school_bestuur_gemeente_and_swv_and_then_its_stand_ins(
    adopted: Office, tmp_path: Path, place: str, role: str, hears: str
) -> None:
    """The stand-ins are sought by the same chain, the first named before the second."""
    with at_work(copied(adopted, tmp_path / "w").folder, map=STAND_IN) as desk:
        desk.tamper(
            NOBODY,
            "INSERT INTO contacts (email, name) VALUES ('x@swv.example', 'Iemand anders')",
            f"INSERT INTO roles (contact, role, party) SELECT max(id), '{role}', '{place}' FROM contacts",
        )
        desk.tick("2026-11-24T08:30")
        assert desk.told(hears) == [("2026-11-24", "uitvraag")]
        (letter,) = desk.letters(hears)
    assert "rol: ondersteuningscoördinator" in letter
    assert "Niemand heeft de rol" not in letter


def test_a_request_that_reached_only_the_bureau_counts_as_sent(desk: AtWork) -> None:
    """The directeur hears of it after all; the bureau reads why it was asked, and can read that later."""
    desk.tamper(NOBODY)
    desk.tick("2026-11-24T08:30")
    desk.awake("2027-01-04T16:00")
    desk.tick("2027-01-05T08:30")
    assert desk.told(BUREAU)[0] == ("2026-11-24", "uitvraag")
    assert desk.told(DIRECTEUR) == [("2027-01-05", "escalatie-1")]
    number = next(one.id for one in desk.messages("sent") if one.email == BUREAU)
    warning = "Niemand heeft de rol ondersteuningscoördinator bij De Linde."
    assert warning in desk.letters(BUREAU)[0]
    assert warning in desk.office.must("outbox", "show", str(number)).out
    assert warning in desk.office.must("explain", LINDE).out


def test_copies_and_company_without_anyone_reach_nobody(desk: AtWork) -> None:
    """Not the bureau either: only who is to act has stand-ins."""
    desk.tamper(
        "DELETE FROM roles WHERE role IN ('consulent', 'leerplichtambtenaar')",
        "UPDATE steps SET copy = '[\"toezichthouder\"]' WHERE name = 'uitvraag'",
    )
    desk.tick("2026-11-24T08:30")
    assert sorted(one.email for one in desk.messages()) == ["oc@baken.example", "oc@eik.example", OC]


def test_a_role_of_the_schools_is_asked_at_each_school_of_the_bestuur(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w", rules=(), more=FOLDER)
    office.write(
        "rules/vo/plaatsen.yaml",
        "titel: Vrije plaatsen\nsoort: uitvraag\nper: bestuur\nvraag_aan: directeur van de scholen\n"
        "wanneer: {opent: 24 november, uiterlijk: 8 december}\n"
        "stappen:\n  uitvraag: {op: opent, kopie: bestuurder}\n  te-laat: {op: 1 schooldag na uiterlijk}\n"
        "  escalatie: {op: 8 schooldagen na uiterlijk, aan: bestuurder}\n",
    )
    with at_work(office.folder) as desk:
        desk.plan("2026-10-05T09:00")
        desk.tick("2026-11-24T08:30")
        assert sorted(one.email for one in desk.messages() if "noord" in one.email or "linde" in one.email) == [
            "bestuurder@noord.example",
            DIRECTEUR,
        ]
        desk.awake("2026-12-08T16:00")
        desk.tick("2026-12-09T08:30")
        assert "Op vrijdag 18 december hoort de bestuurder dit ook." in desk.letters(DIRECTEUR)[1]


def test_a_successor_meets_the_task_by_the_text_of_the_request(desk: AtWork) -> None:
    """Their role begins on the day after the other's ended."""
    desk.tamper(
        f"UPDATE roles SET last = '2026-11-30' WHERE {HAS_OC}",
        "INSERT INTO contacts (email, name) VALUES ('x@linde.example', 'De opvolger')",
        "INSERT INTO roles (contact, role, party, first)"
        " SELECT max(id), 'ondersteuningscoordinator', '10AA00', '2026-12-01' FROM contacts",
    )
    desk.tick("2026-11-24T08:30")
    desk.awake("2026-12-07T16:00")
    desk.tick("2026-12-08T08:30")
    assert desk.told(OC) == [("2026-11-24", "uitvraag")]
    assert desk.told("x@linde.example") == [("2026-12-08", "herinnering")]
    assert "Wilt u deze gegevens sturen?" in desk.letters("x@linde.example")[0]


def test_who_comes_into_the_register_between_two_steps_meets_the_request_first(desk: AtWork) -> None:
    desk.tick("2026-11-24T08:30")
    schools = desk.office.folder / "register/scholen.csv"
    schools.write_text(schools.read_text(encoding="utf-8").replace(OC, "nieuw@linde.example"), encoding="utf-8")
    desk.reread("2026-11-30T09:00")
    desk.awake("2026-12-07T16:00")
    desk.tick("2026-12-08T08:30")
    assert desk.told(OC) == [("2026-11-24", "uitvraag")]
    (letter,) = desk.letters("nieuw@linde.example")
    assert "Wilt u deze gegevens sturen?" in letter


def test_with_one_mail_a_week_the_reminder_waits_for_that_day_and_te_laat_does_not(desk: AtWork) -> None:
    desk.tamper(f"UPDATE contacts SET weekly = 2 WHERE email = '{OC}'")
    desk.tick("2026-11-24T08:30")
    assert desk.told(OC) == []
    desk.tick("2026-11-25T08:30")
    desk.awake("2026-12-11T16:00")
    desk.tick("2026-12-14T08:30")
    assert desk.told(OC) == [("2026-11-25", "uitvraag"), ("2026-12-14", "te-laat")]


def test_an_escalation_to_a_role_that_nobody_has_is_not_announced(desk: AtWork) -> None:
    """The mail names the next role that somebody has."""
    desk.tamper("DELETE FROM roles WHERE role = 'directeur' AND party = '10AA00'")
    desk.tick("2026-11-24T08:30")
    desk.awake("2026-12-11T16:00")
    desk.tick("2026-12-14T08:30")
    text = desk.letters(OC)[1]
    assert "hoort de directeur" not in text
    assert "Op vrijdag 15 januari hoort de bestuurder dit ook." in text
    assert "hoort de directeur dit ook" in desk.letters("oc@eik.example")[1]


# It came in after all


def test_who_got_an_escalation_hears_that_the_answer_came_in_after_all(late: AtWork) -> None:
    late.act(LINDE, "submit", "2027-01-06T10:00")
    late.tick("2027-01-06T10:00")
    assert [day for day, _ in late.told(DIRECTEUR)] == ["2027-01-05", "2027-01-06"]
    letter = late.letters(DIRECTEUR)[1]
    assert letter.startswith("Toch binnen: thuiszittende leerlingen in beeld, De Linde")
    assert "Nu is het binnen." in letter
    assert [step for _, step in late.told(OC)] == ["uitvraag"]


def test_who_was_not_told_of_it_or_who_answered_does_not_hear_so(late: AtWork) -> None:
    late.act(LINDE, "submit", "2027-01-06T10:00", by=DIRECTEUR)
    late.tick("2027-01-06T10:00")
    assert [day for day, _ in late.told(DIRECTEUR)] == ["2027-01-05"]
    assert late.told("bestuurder@noord.example") == []


def test_it_is_told_once_also_when_the_bureau_still_had_to_accept_it(late: AtWork) -> None:
    late.tamper("UPDATE tasks SET accept_needed = 1")
    late.act(LINDE, "submit", "2027-01-06T10:00")
    late.tick("2027-01-06T10:00")
    late.act(LINDE, "accept", "2027-01-07T10:00")
    late.tick("2027-01-07T10:00")
    assert [day for day, _ in late.told(DIRECTEUR)] == ["2027-01-05", "2027-01-06"]


def test_what_comes_in_on_one_day_makes_at_most_one_mail_a_day(late: AtWork) -> None:
    """One directeur of three schools: the first answer is told at once, the other two together the next morning."""
    chief = f"(SELECT id FROM contacts WHERE email = '{DIRECTEUR}')"
    late.tamper(f"UPDATE notices SET contact = {chief} WHERE step = 'escalatie-1'")
    for minute, code in enumerate(("10AA00", "11BB00", "12CC00")):
        late.act(KEY.format(code), "submit", f"2027-01-06T10:0{minute}")
        late.tick(f"2027-01-06T10:0{minute}")
    late.tick("2027-01-07T08:30")
    assert [letter.partition("\n")[0] for letter in late.letters(DIRECTEUR)[1:]] == [
        "Toch binnen: thuiszittende leerlingen in beeld, De Linde",
        "2 antwoorden zijn toch binnen",
    ]


def test_an_answer_outside_the_window_is_told_in_the_next_one(late: AtWork) -> None:
    late.act(LINDE, "submit", "2027-01-06T20:00")
    late.tick("2027-01-06T20:00", "2027-01-07T08:30")
    assert "Thu, 07 Jan 2027 08:30:00 +0100" in late.letters(DIRECTEUR)[1]


def test_where_all_mail_waits_for_the_bureau_this_does_too(late: AtWork) -> None:
    with at_work(late.office.folder, vrijgeven='vrijgeven = "altijd"') as strict:
        strict.act(LINDE, "submit", "2027-01-06T10:00")
        strict.tick("2027-01-06T10:00")
        assert [one.subject.partition(":")[0] for one in strict.messages("held")] == ["Toch binnen"]
        strict.each(outbox.release, "2027-01-06T11:00", "held")
        strict.tick("2027-01-06T11:00")
        assert len(strict.letters(DIRECTEUR)) == 2


def test_redirected_mail_goes_to_one_address_and_names_whom_it_was_for(adopted: Office, tmp_path: Path) -> None:
    """The envelope is for that one address; what is inside is as everyone would have read it."""
    with a_server() as (inbox, port):
        relay = f'omleiden = "proef@swv.example"\n[smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "geen"'
        with at_work(copied(adopted, tmp_path / "w").folder, map=relay) as desk:
            desk.tick("2026-11-24T08:30")
            desk.channel.close()
            letter = desk.letters(OC)[0]
    assert [envelope.rcpt_tos for envelope in inbox.envelopes] == [["proef@swv.example"]] * 5
    assert f"bedoeld voor {OC} ({OC})" in letter
