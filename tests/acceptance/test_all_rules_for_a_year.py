"""A simulated schooljaar of every rule: rules/po for a real SWV's 95 schools, rules/vo for the made-up SWV."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import wiring
from engine.app.demo import made_up_register
from engine.app.player import Answers
from engine.app.simulate import simulate
from engine.core.schooljaar import Schooljaar
from engine.store.register import fill_register
from engine.store.tables import mail_days
from tests.acceptance import promises
from tests.acceptance.duo import duo_register, needs_shared_data, vestigingen
from tests.acceptance.promises import Event, keeps_its_promises
from tests.acceptance.test_duo_year import reads_on
from tests.workspaces import ROOT, an_office, run

pytestmark = pytest.mark.slow

PER_SCHOOL = ("contactgegevens", "schoolgids-aanbod", "schoolkaart", "startgesprek", "voortgangsgesprek")
PER_BESTUUR = ("bestuursgesprek", "kritieke-indicatoren", "leerlingaantallen", "paragraaf-passend-onderwijs")


def opened(events: list[Event]) -> Counter[str]:
    """How many tasks of each rule opened."""
    return Counter(event["task"].partition(".")[0] for event in events if event["event"] == "opened")


@pytest.fixture(scope="module")
def po_year(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """Schooljaar 2026-2027 of 95 schools with mixed habits; their profiles were set on days spread over four years."""
    folder = tmp_path_factory.mktemp("po")
    rules = sorted(path.stem for path in (ROOT / "rules/po").glob("*.yaml"))
    office = an_office(folder / "w", sector="po", rules=rules)
    duo_register(folder / "register")
    schools = folder / "register/scholen.csv"
    text = schools.read_text(encoding="utf-8")
    schools.write_text(text.replace(";ondersteuningscoordinator;", ";intern-begeleider;"), encoding="utf-8")
    first = date(2022, 8, 1)
    rows = (
        f"schoolondersteuningsprofiel;{school.id};{first + timedelta(days=15 * number)}\n"
        for number, school in enumerate(vestigingen())
    )
    profiles = "soort;partij;vastgesteld_op\n" + "".join(rows)
    (folder / "register/documenten.csv").write_text(profiles, encoding="utf-8")
    office.must("import", str(folder / "register"), "--apply")
    return office.must("simulate", "--schooljaar", "2026-2027", "--answers", "mixed", "--json").lines


@needs_shared_data
def test_every_rule_opens_a_task_for_each_party_it_is_meant_for(po_year: list[Event]) -> None:
    """95 schools, 13 besturen and one SWV; of the profiles those that end in this schooljaar or open in it."""
    counts = opened(po_year)
    profiles = counts.pop("schoolondersteuningsprofiel")
    assert counts == {
        "begroting": 1,
        "thuiszitters": 4 * 95,
        **dict.fromkeys(PER_SCHOOL, 95),
        **dict.fromkeys(PER_BESTUUR, 13),
    }
    # One each fifteen days: some 25 end in the schooljaar, some 12 more open half a year before they end.
    assert 25 <= profiles <= 40


@needs_shared_data
def test_the_year_of_rules_po_keeps_its_promises(po_year: list[Event]) -> None:
    """Windows, one digest a day, silence after an answer, the request first, and nothing stays held."""
    keeps_its_promises(po_year, reads_on)


def test_the_year_of_the_made_up_swv_keeps_its_promises(tmp_path: Path) -> None:
    """All of rules/vo, for the register of the demo."""
    folder = tmp_path / "w"
    assert run("init", str(folder)).code == 0
    database = wiring.database_of(wiring.open_workspace(folder), create=True)
    with database.write() as connection:
        fill_register(connection, made_up_register())
    database.close()
    ran = run("simulate", "--schooljaar", "2026-2027", "--answers", "late", "--json", "--workspace", str(folder))
    assert ran.code == 0, ran.err
    events = ran.lines
    rules = {path.stem for path in (ROOT / "rules/vo").glob("*.yaml")}
    assert rules - set(opened(events)) <= {
        "doorlopende-gesprekken",
        "doorlopende-reflectie",
        "schoolondersteuningsprofiel",
    }
    promises.in_time_order(events)
    promises.one_digest_a_day(events)
    promises.no_reminder_after_an_answer(events)
    promises.the_request_comes_first(events)
    promises.nothing_stays_held(events)


@pytest.mark.parametrize("answers", ["none", "late"])
def test_no_day_brings_more_digests_than_the_plan_foresaw(tmp_path: Path, answers: Answers) -> None:
    """All of rules/vo for the register of the demo, where only steps that say so wait for the bureau."""
    folder = tmp_path / "w"
    assert run("init", str(folder)).code == 0
    config = folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"altijd"', '"regel"'), encoding="utf-8")
    place = wiring.open_workspace(folder)
    source = wiring.database_of(place, create=True)
    with source.write() as connection:
        fill_register(connection, made_up_register())
    means = wiring.simulation_means(place, 1)
    rulebook, channel = wiring.sound_rulebook_of(place), wiring.no_channel()
    for _ in simulate(means, source, rulebook, Schooljaar(2026), channel, answers=answers, seed=1):
        pass
    with means.database.read() as connection:
        days = connection.execute(select(mail_days)).all()
    assert sum(day.brought for day in days) > 400
    assert [day for day in days if day.brought > day.foreseen] == []
