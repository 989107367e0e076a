"""doctor: one look at each part of a running office, with a relay and a name server on loopback."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from engine import scheduler, wiring
from engine.app.doctor import examine
from engine.core.finding import fine
from engine.core.localtime import parse_moment
from engine.store.clock import set_newest_moment
from tests.acceptance.test_worker import an_adopted_office, free_port, work
from tests.adapters.channels.relays import a_server, knows_the_office
from tests.names import GOOD, Zone, a_name_server
from tests.workspaces import Office, an_office, copied

pytestmark = pytest.mark.slow

LOGIN = {"authenticator": knows_the_office, "auth_require_tls": False}
PAGES = '[web]\nadres = "https://planning.swv.example"\n'
NOW = parse_moment("2026-11-24T08:31")


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that is set up and at work."""
    return an_adopted_office(tmp_path_factory.mktemp("doctor") / "w", PAGES + '[smtp]\nhost = "127.0.0.1"')


@pytest.fixture
def office(adopted: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A copy of it, with a relay that knows its user and a name server that knows its domain."""
    with a_server(**LOGIN) as (inbox, port), a_name_server(GOOD) as names:
        found = copied(adopted, tmp_path / "w")
        relay(found, f'host = "127.0.0.1"\nport = {port}\ntls = "geen"\nuser = "bureau"')
        monkeypatch.setenv("JAARPLANNING_SMTP_WACHTWOORD", "geheim")
        monkeypatch.setenv("JAARPLANNING_NAAMSERVER", f"127.0.0.1:{names}")
        yield found
    assert inbox.envelopes == []


def relay(office: Office, lines: str) -> None:
    """Gives the office this relay."""
    config = (office.folder / "config.toml").read_text(encoding="utf-8")
    office.write("config.toml", f"{config.partition('[smtp]')[0]}[smtp]\n{lines}\n")


def looked_in(office: Office, at: str) -> None:
    """The worker looked at that moment, by the real clock."""
    database = wiring.database_of(wiring.open_workspace(office.folder))
    with database.write() as connection:
        set_newest_moment(connection, parse_moment(at))
    database.close()


def told(office: Office, field: str) -> list[tuple[str, str]]:
    """Severity and message of what doctor says of one part."""
    rows = office.run("doctor", "--now", NOW.isoformat(), "--json").json
    return [(row["severity"], row["message"]) for row in rows if row["field"] == field]


def test_an_office_where_all_is_well_ends_with_0(office: Office) -> None:
    looked_in(office, "2026-11-24T08:30")
    ran = office.must("doctor", "--now", NOW.isoformat())
    graded = {line.split()[0]: line[12:19].strip() for line in ran.out.splitlines() if line[:1].isalpha()}
    for part in ("database", "schijf", "klok", "programma", "planning", "post", "mailserver", "domein"):
        assert graded[part] == "in orde", ran.out
    assert "bureau kan zich aanmelden. Er is niets verstuurd." in ran.out


def stored(office: Office) -> list[str]:
    """All that is in the database, as statements."""
    with closing(sqlite3.connect(office.folder / "jaarplanning.sqlite")) as connection:
        return list(connection.iterdump())


def test_a_worker_that_runs_but_whose_rounds_all_fail_is_told(office: Office) -> None:
    quiet = "2026-11-20T08:3"
    job = work(office, f"{quiet}0")
    scheduler.tick(replace(job, means=replace(job.means, calendars_for=None)))  # type: ignore[arg-type]
    assert (
        "Het programma draait, maar sinds vrijdag 20 november 2026 08:30 mislukt elke ronde. "
        "Een onbekende fout (TypeError)."
    ) in office.run("doctor", "--now", f"{quiet}0").out
    scheduler.tick(work(office, f"{quiet}1"))
    assert "mislukt elke ronde" not in office.run("doctor", "--now", f"{quiet}1").out


def test_looking_changes_nothing(office: Office) -> None:
    before = stored(office)
    office.run("doctor", "--now", NOW.isoformat())
    assert told(office, "programma") == [("problem", "Het programma heeft hier nog niet gekeken wat er moet gebeuren.")]
    assert stored(office) == before


def test_a_worker_that_stopped_is_a_problem(office: Office) -> None:
    looked_in(office, "2026-11-24T08:15")
    ((severity, message),) = told(office, "programma")
    assert (severity, "draait niet" in message, "08:15" in message) == ("problem", True, True)
    ran = office.run("doctor", "--now", NOW.isoformat())
    assert (ran.code, f"engine run --only worker --workspace {office.folder}\n" in ran.out) == (1, True)


def test_a_clock_that_runs_behind_is_a_problem(office: Office) -> None:
    looked_in(office, "2027-11-24T08:30")
    ((severity, message),) = told(office, "klok")
    assert (severity, "loopt achter" in message) == ("problem", True)


def test_a_wrong_password_is_a_problem_and_is_not_shown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAARPLANNING_SMTP_WACHTWOORD", "verkeerd")
    ((severity, message),) = told(office, "mailserver")
    assert (severity, "weigert het aanmelden" in message, "verkeerd" in message) == ("problem", True, False)


def test_a_password_that_is_not_set_is_a_problem(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAARPLANNING_SMTP_WACHTWOORD")
    assert told(office, "mailserver") == [("problem", "Voor bureau is er geen wachtwoord van de mailserver.")]


def test_a_relay_that_is_down_is_a_problem(office: Office) -> None:
    relay(office, f'host = "127.0.0.1"\nport = {free_port()}\ntls = "geen"')
    ((severity, message),) = told(office, "mailserver")
    assert (severity, "niet bereikbaar" in message) == ("problem", True)


def test_without_a_network_nothing_is_a_problem(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    relay(office, 'host = "255.255.255.255"')
    monkeypatch.setenv("JAARPLANNING_NAAMSERVER", "255.255.255.255")
    assert [severity for severity, _ in told(office, "mailserver") + told(office, "domein")] == ["note", "note"]


def test_while_mail_goes_to_a_folder_the_relay_is_only_advised_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay(office, f'host = "127.0.0.1"\nport = {free_port()}\ntls = "geen"')
    config = (office.folder / "config.toml").read_text(encoding="utf-8")
    office.write("config.toml", config.replace("[mail]", '[mail]\nmap = "uit"'))
    assert [severity for severity, _ in told(office, "mailserver")] == ["note", "note"]
    relay(office, 'host = "127.0.0.1"\nuser = "een-ander"')
    monkeypatch.delenv("JAARPLANNING_SMTP_WACHTWOORD")
    ((_, message),) = told(office, "mailserver")
    assert "als bestand in een map" in message


def test_a_role_that_nobody_has_is_told_with_its_school(office: Office) -> None:
    relay(office, f'host = "127.0.0.1"\nport = {free_port()}\ntls = "geen"')
    with closing(sqlite3.connect(office.folder / "jaarplanning.sqlite")) as connection, connection:
        connection.execute("DELETE FROM roles WHERE role = 'ondersteuningscoordinator'")
    scheduler.tick(work(office, "2026-11-24T08:30"))
    ((_, message),) = told(office, "planning")
    assert message.startswith("Van 3 lopende taken kreeg het bureau al mail. Niemand heeft de rol ")
    assert "ondersteuningscoördinator bij De Linde." in message


@pytest.mark.parametrize(
    ("zone", "severity", "words"),
    [
        ({**GOOD, ("swv.example", "TXT"): ['"v=spf1 +all"']}, "problem", "iedereen"),
        ({**GOOD, ("swv.example", "MX"): ["0 ."]}, "problem", "neemt geen mail aan"),
        ({**GOOD, ("_dmarc.swv.example", "TXT"): ['"iets"']}, "note", "geen DMARC-record"),
    ],
)
def test_the_senders_domain(
    zone: Zone, severity: str, words: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_name_server(zone) as port:
        monkeypatch.setenv("JAARPLANNING_NAAMSERVER", f"127.0.0.1:{port}")
        ((found, message),) = told(office, "domein")
    assert (found, words in message) == (severity, True)


def test_mail_that_waits_or_could_not_leave_is_told(office: Office) -> None:
    relay(office, f'host = "127.0.0.1"\nport = {free_port()}\ntls = "geen"')
    job = work(office, "2026-11-24T08:30")
    scheduler.tick(job)
    post = [message for _, message in told(office, "post")]
    assert any("nog niet weg" in message and "niet bereikbaar" in message for message in post)
    assert any("rust tot dinsdag 24 november 2026 08:35" in message for message in post)
    office.must("outbox", "hold", "1")
    assert any("1 mail: wacht op vrijgave" in message for _, message in told(office, "post"))


def test_a_damaged_database_is_a_problem_and_stops_no_other_look(office: Office) -> None:
    path = office.folder / "jaarplanning.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'transitions'")
    connection.close()
    rows = office.run("doctor", "--now", NOW.isoformat(), "--json").json
    assert {row["severity"] for row in rows if row["field"] == "database"} == {"problem"}
    assert told(office, "mailserver") == []


def test_without_a_database_the_other_looks_go_on(office: Office) -> None:
    (office.folder / "jaarplanning.sqlite").unlink()
    assert told(office, "database") == [("note", "Er is nog geen database (jaarplanning.sqlite).")]
    assert "De mailserver" in office.run("doctor").out


def test_what_check_finds_counts_too(office: Office) -> None:
    office.write("rules/vo/thuiszitters.yaml", "titel: x\n")
    rows = office.run("doctor", "--json").json
    assert [row for row in rows if row["file"] == "rules/vo/thuiszitters.yaml" and row["severity"] == "problem"]


def test_a_key_that_others_may_read_is_a_problem(office: Office) -> None:
    key = office.folder / "jaarplanning.sleutel"
    key.write_text("x", encoding="utf-8")
    key.chmod(0o640)
    assert [severity for severity, _ in told(office, "sleutel")] == ["problem"]
    key.chmod(0o600)
    assert told(office, "sleutel") == []


def test_a_look_that_fails_is_told_and_stops_no_other() -> None:
    def fails() -> list[object]:
        raise KeyError("x")

    found = examine([("een", fails), ("twee", lambda: [fine("goed")])])  # type: ignore[list-item]
    assert [(part, one.grade) for part, one in found] == [("een", "problem"), ("twee", "fine")]
    assert "KeyError" in found[0][1].message


def test_an_office_without_an_address_for_its_pages_is_told_that_schools_answer_by_mail(tmp_path: Path) -> None:
    office = an_office(tmp_path / "w")
    for verb in ("check", "doctor"):
        told = office.run(verb).out
        assert "scholen antwoorden per mail" in told, verb
    path = office.folder / "config.toml"
    path.write_text(f"{path.read_text('utf-8')}\n{PAGES}", "utf-8")
    for verb in ("check", "doctor"):
        assert "antwoorden per mail" not in office.run(verb).out, verb
