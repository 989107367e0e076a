"""Documents: their stages, new versions, first versions, the switch of one law to another, and what waits."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

import pytest

from tests.workspaces import ROOT, Office, a_running_office, copied

pytestmark = pytest.mark.slow

ROLES = "directeur;ondersteuningscoordinator;administratie;mr-secretaris;consulent"
SCHOLEN = f"code;naam;bestuur;gemeente;{ROLES}\n" + "".join(
    f"{code};{name};{bestuur};Alkmaar;directeur@{at};oc@{at};adm@{at};mr@{at};consulent@swv.example\n"
    for code, name, bestuur, at in (
        ("10AA00", "De Linde", "70001", "linde.example"),
        ("11BB00", "Het Baken", "70002", "baken.example"),
        ("12CC00", "De Eik", "70003", "eik.example"),
    )
)
HEAD = "soort;partij;vastgesteld_op;versie;geldig_tot;fase\n"
# Four years on is Monday 18 October 2027, in the herfstvakantie; it opens on Monday 19 April 2027.
LINDE = "schoolondersteuningsprofiel;10AA00;2023-10-18;;;\n"
SOP = "schoolondersteuningsprofiel.v1.10AA00"
OPENED = "2027-04-20T09:00"
# The concept is due on Friday 11 June 2027: its first mail goes a week before.
ASKED = "2027-06-04T09:00"
# Days on which the ladder tells something: before, on and after the end.
LADDER = tuple(
    f"{day}T09:00"
    for day in ("2027-06-04", "2027-06-15", "2027-09-06", "2027-10-04", "2027-10-25", "2027-10-27", "2027-11-08")
)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with a document that ends in the next schooljaar; nothing opened yet."""
    office = a_running_office(
        tmp_path_factory.mktemp("documents") / "w",
        rules=("schoolondersteuningsprofiel",),
        register={"scholen": SCHOLEN, "documenten": HEAD + LINDE},
    )
    office.must("plan", "--apply", "--now", "2026-08-10T09:00")
    return office


@pytest.fixture
def office(planned: Office, tmp_path: Path) -> Office:
    """A copy of it, whose request was sent."""
    office = copied(planned, tmp_path / "w")
    played(office, OPENED)
    return office


def played(office: Office, *moments: str) -> None:
    for moment in moments:
        office.must("tick", "--now", moment)
        office.must("deliver", "--now", moment)


def task(office: Office, key: str = SOP) -> dict[str, object]:
    return next(row for row in office.must("tasks", "--json").json if row["key"] == key)


def told(office: Office, step: str) -> list[str]:
    """Who got a mail with that step."""
    rows = office.must("outbox", "list", "--json").json
    return [row["to"] for row in rows if row["state"] == "sent" and any(one["step"] == step for one in row["notices"])]


def heard(office: Office) -> list[tuple[str, str]]:
    """Who heard of the profile of De Linde, and by which step."""
    rows = office.must("outbox", "list", "--json").json
    pairs = [(row["to"], one) for row in rows if row["state"] == "sent" for one in row["notices"]]
    return sorted((to, one["step"]) for to, one in pairs if one["task"] == SOP)


def imported(office: Office, rows: str, now: str) -> None:
    office.write("register/documenten.csv", HEAD + rows)
    office.must("import", str(office.folder / "register"), "--apply", "--now", now)


def test_who_must_act_is_told_before_a_stage_and_once_it_is_late(office: Office) -> None:
    """The concept by the ondersteuningscoordinator, the MR-advies by the secretary of the MR."""
    played(office, ASKED, "2027-06-14T09:00", "2027-08-27T09:00")
    assert told(office, "fase-concept") == told(office, "fase-concept-te-laat") == ["oc@linde.example"]
    assert told(office, "fase-mr-advies") == ["mr@linde.example"]
    subjects = {row["subject"] for row in office.must("outbox", "list", "--json").json}
    assert "Uiterlijk 11 jun: concept, schoolondersteuningsprofiel…" in subjects
    assert "Uiterlijk was 11 jun: concept, schoolondersteuningsprofiel…" in subjects


def test_a_stage_that_was_reached_asks_nothing_more_and_can_be_taken_back(office: Office) -> None:
    """With those before it; what was taken back is asked again, and an extension does not bring it back."""
    office.must("task", SOP, "stage", "--phase", "mr-advies", "--reason", "gemaild", "--now", "2027-05-20T10:00")
    office.must("task", SOP, "extend", "--until", "2027-11-01", "--reason", "ziek", "--now", "2027-05-21T10:00")
    played(office, "2027-06-21T09:00", "2027-07-01T09:00")
    assert told(office, "fase-concept") == told(office, "fase-concept-te-laat") == []
    refused = office.run("task", SOP, "stage", "--phase", "concept", "--now", "2027-07-01T10:00")
    assert refused.code == 1
    assert "al bereikt" in refused.err
    office.must("task", SOP, "unstage", "--phase", "concept", "--now", "2027-07-01T11:00")
    played(office, "2027-07-02T09:00")
    assert told(office, "fase-concept-te-laat") == ["oc@linde.example"]


def test_mail_that_waits_about_a_stage_is_taken_back_when_it_is_reached(office: Office) -> None:
    office.must("tick", "--now", ASKED)
    office.must("task", SOP, "stage", "--phase", "concept", "--now", "2027-06-04T09:01")
    office.must("deliver", "--now", "2027-06-04T09:05")
    assert told(office, "fase-concept") == []
    office.must("task", SOP, "unstage", "--phase", "concept", "--now", "2027-06-04T09:10")
    played(office, "2027-06-04T09:15")
    assert told(office, "fase-concept") == ["oc@linde.example"]


def test_wrong_use_of_a_stage_is_told(office: Office) -> None:
    for more, said in (
        ([], "om welke fase"),
        (["--phase", "drukken"], "geen fase drukken"),
        (["--phase", "concept", "--on", "2027-05-30"], "moet nog komen"),
        (["--phase", "concept", "--on", "30 mei"], "geen datum"),
    ):
        ran = office.run("task", SOP, "stage", *more, "--now", "2027-05-20T10:00")
        assert ran.code in (1, 2)
        assert said in ran.err
    assert "--phase hoort niet bij accept" in office.run("task", SOP, "accept", "--phase", "concept").err


def test_the_register_says_how_far_a_document_is(office: Office) -> None:
    """`MR-advies` in the column fase ticks the concept too; a second import changes nothing."""
    for _ in range(2):
        imported(office, LINDE.replace(";;;", ";;;MR-advies"), "2027-05-20T10:00")
    played(office, ASKED, "2027-08-27T09:00", "2027-09-24T09:00")
    assert told(office, "fase-concept") == told(office, "fase-mr-advies") == []
    assert told(office, "fase-vastgesteld") == ["directeur@linde.example"]


@pytest.mark.parametrize("adopted", ["2027-05-25", "2027-10-18", "2027-12-01"], ids=["before", "on", "after"])
def test_a_newer_version_ends_the_older_ones_task(office: Office, adopted: str) -> None:
    """Before, on and after the day it expires: the task is done, and the new one holds four years from its own day.

    Until then it was asked for. After it nobody hears of it any more, but who must share it and was not told yet that
    this is late, and whoever was told that it was missing.
    """
    for moment in (day for day in LADDER if day < adopted):
        office.must("tick", "--now", moment)
        office.run("outbox", "release", "--all", "--now", moment)
        office.must("deliver", "--now", moment)
    before = heard(office)
    assert {step for _, step in before} >= {"uitvraag"} | (
        {"te-laat", "escalatie"} if adopted == "2027-12-01" else set()
    )
    imported(office, LINDE + f"schoolondersteuningsprofiel;10AA00;{adopted};;;\n", f"{adopted}T10:00")
    assert task(office)["state"] == "done"
    year = int(adopted[:4]) + 4
    schooljaar = f"{year - 1}-{year}" if adopted[5:7] < "08" else f"{year}-{year + 1}"
    played(office, *(f"{day}T09:00" for day in ("2027-12-08", "2027-12-15", "2028-01-12")))
    after = [one for one in heard(office) if one not in before]
    late, sharing = ("bestuurder@noord.example", "toch-binnen"), ("adm@linde.example", "fase-gedeeld-te-laat")
    assert after == [late if adopted == "2027-12-01" else sharing]
    rows = office.must("plan", "--schooljaar", schooljaar, "--json", "--now", f"{adopted}T11:00").json
    assert [(row["key"], row["expires"]) for row in rows if row["change"] == "new"] == [
        ("schoolondersteuningsprofiel.v2.10AA00", f"{year}{adopted[4:]}")
    ]


def test_a_new_version_is_still_to_be_shared(office: Office) -> None:
    """The task is done and asks nothing more of the school, but who must share the document hears of that in time."""
    asked = "aan adm@linde.example: uiterlijk vrijdag 15 oktober 2027."
    before = office.must("explain", SOP, "--now", "2027-05-25T09:30").out
    assert f"is de taak klaar.\nDe fase gedeeld wordt dan nog wel gevraagd {asked}\n" in before
    imported(office, LINDE + "schoolondersteuningsprofiel;10AA00;2027-05-25;;;\n", "2027-05-25T10:00")
    assert task(office)["state"] == "done"
    after = office.must("explain", SOP, "--now", "2027-05-25T10:30").out
    assert f"Alleen over de fase gedeeld gaat nog mail uit.\nDe fase gedeeld wordt nog gevraagd {asked}\n" in after
    # Shared by Friday 15 October 2027: a mail a week before, and one on Monday 25 October, after the herfstvakantie.
    played(office, "2027-06-04T09:00", "2027-08-27T09:00", "2027-10-08T09:00", "2027-10-25T09:00", "2027-11-15T09:00")
    rows = office.must("outbox", "list", "--json").json
    later = [(row["to"], one["step"]) for row in rows if row["state"] == "sent" for one in row["notices"]][1:]
    assert later == [("adm@linde.example", "fase-gedeeld"), ("adm@linde.example", "fase-gedeeld-te-laat")]
    assert task(office)["state"] == "done"


def test_the_rule_tells_of_whom_and_when_sharing_is_asked(office: Office) -> None:
    told = office.must("explain", "schoolondersteuningsprofiel").out
    assert (
        "De fase gedeeld wordt dan nog wel gevraagd, aan administratie: 5 schooldagen voor fase gedeeld en 1 schooldag"
    ) in told
    office.must("task", SOP, "submit", "--now", "2027-05-25T10:00")
    ended = office.must("explain", SOP, "--now", "2027-05-25T10:30").out
    assert "Ook over de fase gedeeld gaat geen mail meer uit: dat moet nog wel gebeuren." in ended
    assert "wordt nog gevraagd" not in ended


def test_after_an_answer_a_mail_that_was_put_off_asks_no_sharing(office: Office) -> None:
    """The relay put it off; meanwhile the school says that it is done, without a new version."""
    played(office, *LADDER[:2])
    office.must("tick", "--now", "2027-10-08T09:00")
    (database,) = office.folder.glob("*.sqlite")
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        put_off = connection.execute(
            "UPDATE messages SET state = 'deferred', attempts = 1, claim = 1 WHERE state = 'queued'"
            " AND id IN (SELECT message FROM notices WHERE step = 'fase-gedeeld')"
        )
        assert put_off.rowcount == 1
    office.must("task", SOP, "submit", "--now", "2027-10-08T10:00")
    office.must("deliver", "--now", "2027-10-08T11:00")
    assert told(office, "fase-gedeeld") == []


def test_a_version_that_was_shared_asks_nothing_more(office: Office) -> None:
    """Ticked after the task was done; of what came before the adoption nothing can be taken back then."""
    imported(office, LINDE + "schoolondersteuningsprofiel;10AA00;2027-05-25;;;\n", "2027-05-25T10:00")
    office.must("task", SOP, "stage", "--phase", "gedeeld", "--now", "2027-06-01T10:00")
    played(office, "2027-10-08T09:00", "2027-10-25T09:00")
    assert told(office, "fase-gedeeld") == told(office, "fase-gedeeld-te-laat") == []
    refused = office.run("task", SOP, "unstage", "--phase", "concept", "--now", "2027-06-02T10:00")
    assert refused.code == 1
    office.must("task", SOP, "unstage", "--phase", "gedeeld", "--now", "2027-10-26T10:00")
    played(office, "2027-10-27T09:00")
    assert told(office, "fase-gedeeld-te-laat") == ["adm@linde.example"]


def test_an_end_on_29_february_in_a_vakantie_or_a_weekend(planned: Office, tmp_path: Path) -> None:
    """29 February is clamped where the year has none; a closed day rolls the last day back, never the end itself."""
    office = copied(planned, tmp_path / "w")
    rule = office.folder / "rules/vo/schoolondersteuningsprofiel.yaml"
    rows = "schoolondersteuningsprofiel;11BB00;2024-02-29;;;\nschoolondersteuningsprofiel;12CC00;2024-01-15;;;\n"
    imported(office, LINDE + rows, "2026-09-01T10:00")
    found = office.must("plan", "--schooljaar", "2027-2028", "--json", "--now", "2026-09-01T11:00").json
    dates = {row["party"]: (row["expires"], row["due"]) for row in found}
    assert dates["11BB00"] == ("2028-02-29", "2028-02-25")  # in the voorjaarsvakantie
    assert dates["12CC00"] == ("2028-01-15", "2028-01-14")  # a Saturday
    rule.write_text(rule.read_text("utf-8").replace("geldigheid: 4 jaar", "geldigheid: 3 jaar"), "utf-8")
    found = office.must("plan", "--schooljaar", "2026-2027", "--json", "--now", "2026-09-01T11:00").json
    assert {row["party"]: row["expires"] for row in found}["11BB00"] == "2027-02-28"


@pytest.mark.parametrize(
    ("until", "before", "asked"),
    [("2027-03-05", "2026-09-03", "2026-09-07"), ("2028-03-06", "2027-09-03", "2027-09-06")],
    ids=["earlier", "later"],
)
def test_geldig_tot_wins_over_geldigheid(planned: Office, tmp_path: Path, until: str, before: str, asked: str) -> None:
    """Where it is earlier than four years and where it is later: the request leaves six months before it."""
    office = copied(planned, tmp_path / "w")
    imported(office, LINDE.replace(";;;", f";;{until};"), "2026-09-01T10:00")
    year = f"{int(until[:4]) - 1}-{until[:4]}"
    found = office.must("plan", "--schooljaar", year, "--json", "--apply", "--adopt", "--now", "2026-09-01T11:00").json
    assert [(row["key"], row["expires"]) for row in found if row["change"] != "same"] == [(SOP, until)]
    played(office, f"{before}T09:00")
    assert heard(office) == []
    played(office, f"{asked}T09:00")
    assert heard(office) == [("directeur@linde.example", "uitvraag")]


def test_a_schooljaar_that_deviates_has_its_own_stages(planned: Office, tmp_path: Path) -> None:
    """They count back from the last day of that schooljaar; in the next one from the usual one."""
    office = copied(planned, tmp_path / "w")
    imported(office, LINDE + "schoolondersteuningsprofiel;12CC00;2024-09-20;;;\n", "2026-09-01T10:00")

    def stage(key: str, year: str) -> tuple[str, str]:
        found = office.must("plan", "--schooljaar", year, "--json", "--now", "2026-09-01T11:00").json
        (mine,) = (row for row in found if row["key"] == key)
        return mine["due"], next(one["date"] for one in mine["steps"] if one["step"] == "fase-vastgesteld")

    later = SOP.replace("10AA00", "12CC00")
    before = stage(SOP, "2027-2028"), stage(later, "2028-2029")
    rule = office.folder / "rules/vo/schoolondersteuningsprofiel.yaml"
    own = "\nafwijkingen:\n  2027-2028: {uiterlijk: 6 weken voor vervalt}\n"
    rule.write_text(rule.read_text("utf-8") + own, "utf-8")
    assert before[0] == ("2027-10-15", "2027-09-24")
    assert stage(SOP, "2027-2028") == ("2027-09-06", "2027-07-05")  # before the zomervakantie
    assert stage(later, "2028-2029") == before[1]


LAWS = (ROOT / "docs" / "wetswijziging.md").read_text("utf-8")
FILES = {text.splitlines()[0].removeprefix("# "): text for text in re.findall(r"```yaml\n(.*?)```", LAWS, re.DOTALL)}
OLD, NEW = "schoolondersteuningsprofiel@tot-2028.yaml", "schoolgids-aanbod@vanaf-2028.yaml"


def two_laws(office: Office) -> None:
    """The files as docs/wetswijziging.md has them."""
    (office.folder / "rules/vo/schoolondersteuningsprofiel.yaml").unlink()
    for name, text in FILES.items():
        office.write(f"rules/vo/{name}", text)


def keys(rows: list[dict[str, object]]) -> dict[object, tuple[object, object]]:
    return {row["key"]: (row["due"], row["change"]) for row in rows}


def test_at_the_switch_of_law_nothing_is_asked_twice_and_nothing_falls_between(office: Office) -> None:
    """The switch comes in the middle of a stage: the running task is asked to its end in its own schooljaar; the
    one that the old law does not reach any more lapses with its reason, and each school has one task under the new."""
    later = "schoolondersteuningsprofiel;11BB00;2024-09-20;;;\nschoolondersteuningsprofiel;12CC00;2024-06-30;;;\n"
    imported(office, LINDE + later, "2027-09-20T10:00")
    office.must("plan", "--schooljaar", "2027-2028", "--apply", "--adopt", "--now", "2027-09-20T10:10")
    office.must("plan", "--schooljaar", "2028-2029", "--apply", "--now", "2027-09-20T10:11")
    two_laws(office)
    assert office.must("check", "--now", "2027-09-20T10:30").code == 0
    found = office.must("plan", "--apply", "--json", "--now", "2027-09-21T09:00").json
    lapsed = [row["key"] for row in found if row["change"] == "lapse"]
    assert lapsed == ["schoolondersteuningsprofiel.v1.11BB00"]
    new = sorted(row["key"] for row in found if row["change"] == "new" and row["rule"] == "schoolgids-aanbod")
    assert new == [f"schoolgids-aanbod.v0.{code}" for code in ("10AA00", "11BB00", "12CC00")]
    assert {row["due"] for row in found if row["rule"] == "schoolgids-aanbod"} == {"2028-09-29"}
    assert task(office)["state"] == "open"
    assert "geldt niet in 2028-2029" in office.must("explain", "schoolondersteuningsprofiel.v1.11BB00").out
    # De Linde never answers. When the new schooljaar begins its task ends by itself; De Eik's is asked to 30 June.
    played(office, "2028-06-15T09:00")
    assert task(office, "schoolondersteuningsprofiel.v1.12CC00")["state"] == "open"
    office.must("plan", "--schooljaar", "2028-2029", "--apply", "--adopt", "--now", "2028-06-20T09:00")
    assert task(office, "schoolondersteuningsprofiel.v1.12CC00")["state"] == "open"
    office.must("plan", "--apply", "--now", "2028-08-01T09:00")
    for key in (SOP, "schoolondersteuningsprofiel.v1.12CC00"):
        assert task(office, key)["state"] == "cancelled"
    assert [row["key"] for row in office.must("tasks", "--json", "--state", "open").json] == new
    before = len(told(office, "bellen"))
    played(office, "2028-09-01T09:00")
    sent = office.must("outbox", "list", "--json").json[-3:]
    assert all(one["task"].startswith("schoolgids-aanbod") for row in sent for one in row["notices"])
    assert len(told(office, "bellen")) == before


def test_a_first_version_is_asked_once_and_then_has_a_task_of_its_own(office: Office) -> None:
    """Handed in, it counts for a year; the next schooljaar asks for it again by another key."""
    office.must("plan", "--schooljaar", "2027-2028", "--apply", "--adopt", "--now", "2027-09-20T10:10")
    two_laws(office)
    office.must("plan", "--schooljaar", "2028-2029", "--apply", "--adopt", "--now", "2028-05-30T09:00")
    played(office, "2028-06-05T09:00")
    first = "schoolgids-aanbod.v0.10AA00"
    assert task(office, first)["state"] == "open"
    assert task(office, first)["expires"] is None
    imported(office, f"{LINDE}schoolgids-aanbod;10AA00;2028-09-12;;;\n", "2028-09-13T10:00")
    assert task(office, first)["state"] == "done"
    found = office.must("plan", "--schooljaar", "2029-2030", "--apply", "--json", "--now", "2028-09-14T10:00").json
    mine = [(row["key"], row["expires"]) for row in found if row["party"] == "10AA00" and row["change"] == "new"]
    assert mine == [("schoolgids-aanbod.v1.10AA00", "2029-09-12")]
    # Who never handed one in is not asked anew in another schooljaar: the task stays, and stays late.
    stays = [row for row in found if row["key"] == "schoolgids-aanbod.v0.12CC00"]
    assert [(row["schooljaar"], row["change"]) for row in stays] == [("2028-2029", "same")]
