"""What holds in every simulated year, whoever answers when: windows, one digest a day, silence after an answer."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.acceptance.promises import (
    Event,
    every_step_is_told_or_dropped,
    is_workday,
    keeps_its_promises,
    school_is_open,
)
from tests.workspaces import CONTACTEN, Office, an_imported_office

SCHOOLJAAR = "2026-2027"
WEEKLY = CONTACTEN.replace("\n", ";\n").replace("naam;", "naam;weekbericht") + (
    "oc@linde.example;Ondersteuning De Linde;woensdag\nconsulent@swv.example;Consulent;maandag\n"
)


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Office]:
    """An office for each way of letting mail go; in one of them people have a weekly day."""
    base = tmp_path_factory.mktemp("offices")
    return {
        "regel": an_imported_office(base / "regel"),
        "altijd": an_imported_office(base / "altijd", release="altijd"),
        "nooit": an_imported_office(base / "nooit", release="nooit", register={"contacten": WEEKLY}),
    }


def year(office: Office, answers: str, seed: int) -> list[Event]:
    """The events of a simulated year."""
    ran = office.must("simulate", "--schooljaar", SCHOOLJAAR, "--answers", answers, "--seed", str(seed), "--json")
    return ran.lines


# Who reads on the days of which region; everyone else reads on werkdagen.
REGION_OF = {"linde": "Noord", "noord": "Noord", "baken": "Midden", "midden": "Midden", "eik": "Zuid", "zuid": "Zuid"}


def reads_on(address: str, day: date) -> bool:
    """True when that person's party is open on the day."""
    region = REGION_OF.get(address.rpartition("@")[2].removesuffix(".example"))
    return is_workday(day) if region is None else school_is_open(region, day)


SCHOOL = {"10AA00": ("linde", "noord"), "11BB00": ("baken", "midden"), "12CC00": ("eik", "zuid")}
BESTUUR = {"70001": "noord", "70002": "midden", "70003": "zuid"}


def hearers(task: str) -> set[tuple[str, str]]:
    """Who hears of which step of a task, by the rules and the register."""
    party = task.rpartition(".")[2]
    if party in BESTUUR:
        asked, chief = (f"{role}@{BESTUUR[party]}.example" for role in ("administratie", "bestuurder"))
        steps = {"uitvraag", "herinnering-1", "herinnering-2", "te-laat"}
        others = {("bellen", "bureau@swv.example"), ("escalatie", chief), ("escalatie", "controller@swv.example")}
        return {(step, asked) for step in steps} | others
    school, bestuur = SCHOOL[party]
    pairs = {(step, f"oc@{school}.example") for step in ("uitvraag", "herinnering", "te-laat")}
    pairs |= {(step, "consulent@swv.example") for step in ("uitvraag", "bellen")}
    pairs |= {("escalatie-1", f"directeur@{school}.example"), ("escalatie-2", f"bestuurder@{bestuur}.example")}
    return pairs | ({("uitvraag", "leerplicht@alkmaar.example")} if school != "eik" else set())


years = given(
    which=st.sampled_from(["regel", "altijd", "nooit"]),
    answers=st.sampled_from(["none", "prompt", "late", "mixed"]),
    seed=st.integers(0, 10_000),
)
# No shrinking: a year is small enough to read, and trying a hundred smaller ones takes minutes.
few = settings(
    max_examples=1,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


many = settings(few, max_examples=12)


@pytest.mark.slow
@few
@years
def test_a_year_keeps_its_promises(offices: dict[str, Office], which: str, answers: str, seed: int) -> None:
    events = year(offices[which], answers, seed)
    assert any(event["event"] == "message" for event in events)
    keeps_its_promises(events, reads_on)
    every_step_is_told_or_dropped(events, hearers)


@pytest.mark.slow
@many
@years
def test_many_years_keep_their_promises(offices: dict[str, Office], which: str, answers: str, seed: int) -> None:
    events = year(offices[which], answers, seed)
    keeps_its_promises(events, reads_on)
    every_step_is_told_or_dropped(events, hearers)


@pytest.mark.slow
@settings(few, max_examples=1)
@years
def test_the_same_seed_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, which: str, answers: str, seed: int
) -> None:
    office = an_imported_office(tmp_path_factory.mktemp("one") / "w", rules=("leerlingaantallen",), release=which)
    told = []
    for _ in range(2):
        out = tmp_path_factory.mktemp("mails")
        ran = office.must(
            "simulate",
            "--schooljaar",
            SCHOOLJAAR,
            "--answers",
            answers,
            "--seed",
            str(seed),
            "--json",
            "--out",
            str(out),
        )
        told.append((ran.out, {path.name: path.read_bytes() for path in out.iterdir()}))
    assert told[0] == told[1]
    assert told[0][1]


@pytest.mark.slow
def test_planning_twice_is_planning_once(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w")
    plan = ("plan", "--schooljaar", SCHOOLJAAR, "--apply", "--adopt", "--now", "2026-08-01T09:00")
    office.must(*plan)
    before = dump(office)
    office.must(*plan)
    assert dump(office) == before
    rows = office.must("plan", "--schooljaar", SCHOOLJAAR, "--json").json
    assert {row["change"] for row in rows} == {"same"}


@pytest.mark.slow
@pytest.mark.parametrize("release", ["regel", "altijd"])
def test_ticking_twice_is_ticking_once(tmp_path: Path, release: str) -> None:
    office = an_imported_office(tmp_path / "w", release=release)
    office.must("plan", "--schooljaar", SCHOOLJAAR, "--apply", "--adopt", "--now", "2026-08-01T09:00")
    for moment in ("2026-08-25T00:00", "2026-08-25T08:30", "2026-09-14T08:30", "2026-10-09T08:30"):
        office.must("tick", "--now", moment)
        before = dump(office)
        office.must("tick", "--now", moment)
        assert dump(office) == before


def dump(office: Office) -> str:
    """Everything in the store, as SQL."""
    with sqlite3.connect(office.folder / "jaarplanning.sqlite") as connection:
        return "\n".join(connection.iterdump())
