"""Schools that move to another bestuur, close, or go on under another code, in the middle of a round."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from engine import wiring
from engine.app.import_made import undo_import
from engine.core.localtime import parse_moment
from engine.store.imports import imports_made
from tests.workspaces import SCHOLEN, Office, Ran, a_running_office, copied

pytestmark = pytest.mark.slow

LINDE, BAKEN, EIK = "10AA00", "11BB00", "12CC00"
ROUND = "thuiszitters.2026-2027.december"
COUNTS = "leerlingaantallen.2026-2027"
NOW = "2026-12-02T10:00"
DOCUMENTEN = """\
soort;partij;vastgesteld_op;versie
schoolondersteuningsprofiel;10AA00;2023-05-10;1
schoolondersteuningsprofiel;11BB00;2024-02-01;1
"""
HEAD, *ROWS = SCHOLEN.splitlines()
# De Linde and Het Baken become De Vlier.
MERGED = "\n".join([f"{HEAD};voorheen", f"13DD00;De Vlier;70001;Alkmaar;Alkmaar;;;;{LINDE}, {BAKEN}", f"{ROWS[2]};"])


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The round of December was asked of all; De Linde answered the leerlingaantallen, Het Baken both."""
    office = a_running_office(
        tmp_path_factory.mktemp("begun") / "w",
        rules=("thuiszitters", "leerlingaantallen", "schoolondersteuningsprofiel"),
        register={"documenten": DOCUMENTEN},
    )
    for moment in ("2026-09-17T10:00", "2026-11-24T10:00"):
        office.must("tick", "--now", moment)
        office.must("deliver", "--now", moment)
    office.must("task", f"{ROUND}.{BAKEN}", "accept", "--now", "2026-12-01T10:00")
    return office


@pytest.fixture
def office(begun: Office, tmp_path: Path) -> Iterator[Office]:
    yield copied(begun, tmp_path / "w")


def handed_in(office: Office, scholen: str, *options: str) -> Ran:
    (office.folder / "nieuw").mkdir(exist_ok=True)
    office.write("nieuw/scholen.csv", scholen)
    return office.run("import", str(office.folder / "nieuw"), "--now", NOW, *options)


def imported(office: Office, scholen: str) -> Ran:
    ran = handed_in(office, scholen, "--apply")
    assert ran.code == 0, ran.out + ran.err
    return ran


def planned(office: Office) -> None:
    office.must("plan", "--apply", "--now", NOW)


def tasks(office: Office, party: str) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in office.must("tasks", "--party", party, "--json").json}


def rows(office: Office, query: str) -> list[tuple[Any, ...]]:
    database = wiring.database_of(wiring.open_workspace(office.folder))
    with database.read() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(query)]
    database.close()
    return found


def stands(found: dict[str, dict[str, Any]], of: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """State and what was sent, of the tasks that were there."""
    return {key: (found[key]["state"], [step["sent"] for step in found[key]["steps"]]) for key in of}


def why(office: Office, key: str) -> str:
    return str(rows(office, f"SELECT reason FROM transitions WHERE task = '{key}' ORDER BY id")[-1][0])


def mailed(office: Office, since: str) -> list[str]:
    """The addresses that got mail when the program ran at that moment."""
    before = len(office.mails())
    office.must("tick", "--now", since)
    office.must("deliver", "--now", since)
    return [
        path.read_text(encoding="utf-8").partition("\nTo: ")[2].partition("\n")[0] for path in office.mails()[before:]
    ]


def test_a_school_that_moves_to_another_bestuur_keeps_its_tasks(office: Office) -> None:
    before = tasks(office, LINDE)
    of_besturen = tasks(office, "70001"), tasks(office, "70002")
    told = imported(office, SCHOLEN.replace("De Linde;70001", "De Linde;70002"))
    assert "bestuur: 70001 → 70002" in told.out
    along = sum(one["state"] in ("planned", "open") for one in before.values())
    moves = f"De Linde gaat van Stichting Noord naar Stichting Midden: {along} taken gaan mee."
    assert moves in office.must("plan", "--now", NOW).out
    assert moves not in office.must("plan", "--json", "--now", NOW).out
    planned(office)
    assert "De Linde gaat van" not in office.must("plan", "--now", NOW).out
    # Its dates may follow the vakanties of the new bestuur; what was asked and told stays.
    assert stands(tasks(office, LINDE), before) == stands(before, before)
    for bestuur, own in zip(("70001", "70002"), of_besturen, strict=True):
        assert stands(tasks(office, bestuur), own) == stands(own, own)
    # Who hears along the chain is of the new bestuur: the last step is for the bestuurder, held till it is let go.
    for moment in ("2026-12-14T10:00", "2026-12-16T10:00", "2027-01-05T10:00", "2027-01-20T10:00"):
        mailed(office, moment)
    held = [one for one in office.must("outbox", "list", "--json").json if f"{ROUND}.{LINDE}" in str(one["notices"])]
    assert {one["to"] for one in held if "bestuurder@" in one["to"]} == {"bestuurder@midden.example"}


def test_a_school_that_moves_back_before_the_plan_did_not_move(office: Office) -> None:
    imported(office, SCHOLEN.replace("De Linde;70001", "De Linde;70002"))
    imported(office, SCHOLEN)
    assert "De Linde gaat van" not in office.must("plan", "--now", NOW).out


def test_of_a_school_that_closes_nothing_goes_out_and_its_tasks_are_proposed_to_lapse(office: Office) -> None:
    imported(office, SCHOLEN.replace(f"{ROWS[2]}\n", ""))
    plan = {one["key"]: one for one in office.must("plan", "--json", "--now", NOW).json}
    assert plan[f"{ROUND}.{EIK}"]["change"] == "lapse"
    told = office.must("plan", "--now", NOW).out
    assert "de school is gesloten" in told
    assert f"task {ROUND}.{EIK} cancel" in told
    planned(office)
    assert tasks(office, EIK)[f"{ROUND}.{EIK}"]["state"] == "open"
    assert why(office, f"thuiszitters.2026-2027.maart.{EIK}").endswith("de school is gesloten")
    for moment in ("2026-12-08T10:00", "2026-12-14T10:00", "2026-12-16T10:00", "2027-01-05T10:00"):
        assert not [one for one in mailed(office, moment) if "eik.example" in one]


def test_a_school_that_comes_back_is_asked_again_from_where_it_was(office: Office) -> None:
    imported(office, SCHOLEN.replace(f"{ROWS[2]}\n", ""))
    assert not [one for one in mailed(office, "2026-12-08T10:00") if "eik.example" in one]
    (office.folder / "nieuw/scholen.csv").unlink()
    office.write("nieuw/scholen.csv", SCHOLEN)
    office.must("import", str(office.folder / "nieuw"), "--apply", "--now", "2026-12-08T11:00")
    assert "oc@eik.example" in " ".join(mailed(office, "2026-12-09T10:00"))


def test_what_a_merger_does_is_told_before(office: Office) -> None:
    told = handed_in(office, MERGED).out
    assert "13DD00 De Vlier" in told
    assert "gaat verder onder 13DD00" in told


def test_documents_people_and_open_tasks_of_two_schools_go_to_the_one(office: Office) -> None:
    imported(office, MERGED)
    found = rows(office, "SELECT adopted_on, version FROM documents WHERE party = '13DD00' AND active ORDER BY 1")
    assert found == [("2023-05-10", "v1"), ("2024-02-01", "v2")]
    people = rows(
        office,
        "SELECT c.email, r.role FROM roles r JOIN contacts c ON c.id = r.contact "
        "WHERE r.party = '13DD00' AND r.role = 'directeur' AND r.last IS NULL ORDER BY 1",
    )
    assert people == [("directeur@baken.example", "directeur"), ("directeur@linde.example", "directeur")]
    assert tasks(office, LINDE)[f"{ROUND}.{LINDE}"]["state"] == "cancelled"
    assert why(office, f"{ROUND}.{LINDE}").endswith("gaat verder onder 13DD00 (De Vlier)")
    assert tasks(office, BAKEN)[f"{ROUND}.{BAKEN}"]["state"] == "done"
    assert handed_in(office, MERGED).out.count("Er verandert niets") == 1


def test_in_mid_round_the_one_school_hears_it_as_a_move(office: Office) -> None:
    imported(office, MERGED)
    planned(office)
    assert tasks(office, "13DD00")[f"{ROUND}.13DD00"]["state"] == "planned"
    (again,) = rows(office, f"SELECT again, held FROM tasks WHERE key = '{ROUND}.13DD00'")
    assert again[0] == "Deze vraag komt in de plaats van die voor De Linde (10AA00)."
    assert again[1].startswith("had al open moeten gaan")
    assert not [one for one in mailed(office, "2026-12-08T10:00") if "linde" in one or "baken" in one]
    # Of both profiles the newer one counts; nothing more is asked of the older.
    profiles = office.must("plan", "--schooljaar", "2027-2028", "--json", "--now", NOW).json
    assert {
        (one["key"], one["expires"]) for one in profiles if one["party"] == "13DD00" and one["kind"] == "document"
    } == {("schoolondersteuningsprofiel.v2.13DD00", "2028-02-01")}
    assert tasks(office, LINDE)[f"schoolondersteuningsprofiel.v1.{LINDE}"]["state"] == "cancelled"
    # Once the bureau lets it go, the people of both schools hear that it comes in the place of what was asked.
    office.must("outbox", "release", "--all", "--now", "2026-12-08T10:30")
    before = len(office.mails())
    office.must("deliver", "--now", "2026-12-08T10:45")
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in office.mails()[before:]]
    texts = {mail["To"].addresses[0].addr_spec: mail.get_body(("plain",)).get_content() for mail in mails}  # type: ignore[union-attr]
    for address in ("oc@linde.example", "oc@baken.example"):
        assert "in de plaats van die voor De Linde (10AA00)" in " ".join(texts[address].split())


def test_what_all_of_them_answered_is_not_asked_again(office: Office) -> None:
    office.must("task", f"{ROUND}.{LINDE}", "accept", "--now", NOW)
    imported(office, MERGED)
    assert "thuiszitters, ronde december, 2026-2027: " not in office.must("plan", "--now", NOW).out
    planned(office)
    assert tasks(office, "13DD00")[f"{ROUND}.13DD00"]["state"] == "waived"
    assert why(office, f"{ROUND}.13DD00") == "al beantwoord door De Linde (10AA00) en Het Baken (11BB00)"
    assert tasks(office, "13DD00")["thuiszitters.2026-2027.maart.13DD00"]["state"] == "planned"


def test_a_school_with_another_code_alone_keeps_its_answer_and_its_version(office: Office) -> None:
    other = "\n".join([f"{HEAD};voorheen", f"{ROWS[0]};", f"{ROWS[1].replace(BAKEN, '11BB01')};{BAKEN}", f"{ROWS[2]};"])
    imported(office, other)
    planned(office)
    assert tasks(office, "11BB01")[f"{ROUND}.11BB01"]["state"] == "waived"
    assert rows(office, "SELECT version FROM documents WHERE party = '11BB01' AND active") == [("v1",)]
    people = rows(office, "SELECT count(*) FROM roles WHERE party = '11BB01' AND role = 'directeur' AND last IS NULL")
    assert people == [(1,)]


def test_undoing_the_import_gives_everything_back(office: Office) -> None:
    before = tasks(office, LINDE)[f"{ROUND}.{LINDE}"]
    imported(office, MERGED)
    planned(office)
    place = wiring.open_workspace(office.folder)
    database = wiring.database_of(place)
    with database.write() as connection:
        newest = imports_made(connection, 1)[0]
        undo_import(connection, newest.id, parse_moment(NOW), "Jet")
    database.close()
    planned(office)
    found = rows(office, "SELECT party, version FROM documents WHERE active ORDER BY party")
    assert found == [(LINDE, "v1"), (BAKEN, "v1")]
    after = tasks(office, LINDE)[f"{ROUND}.{LINDE}"]
    assert (after["state"], after["due"]) == ("planned", before["due"])
    assert [step["sent"] for step in after["steps"]] == [step["sent"] for step in before["steps"]]
    assert {one["state"] for one in tasks(office, "13DD00").values()} <= {"cancelled"}


@pytest.mark.parametrize(
    ("scholen", "said"),
    [
        (f"{HEAD};voorheen\n{ROWS[0]};99ZZ99\n", "school '99ZZ99' is niet bekend"),
        (f"{HEAD};voorheen\n{ROWS[0]};{BAKEN}\n{ROWS[1]};\n", f"school '{BAKEN}' is in deze lijst nog actief"),
        (f"{HEAD};voorheen\n{ROWS[0]};{LINDE}\n", "een kring"),
        (f"{HEAD};voorheen\n{ROWS[0]};{BAKEN}\n{ROWS[2]};{BAKEN}\n", f"'{BAKEN}' staat ook bij school '{LINDE}'"),
    ],
)
def test_what_cannot_be_right_is_told_at_its_cell(office: Office, scholen: str, said: str) -> None:
    ran = handed_in(office, scholen)
    assert ran.code == 1
    assert said in ran.out + ran.err
    assert "voorheen" in ran.out + ran.err
