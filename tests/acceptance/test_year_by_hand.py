"""The schooljaar 2026-2027 as the shipped rules plan it, against the one worked out in year_by_hand.py."""

from pathlib import Path

import pytest

from engine.adapters.calendars import SchoolCalendars
from engine.adapters.rulebook import read_rulebook
from engine.core.party import Party, Register
from engine.core.planning import expand, task_key
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.settings import REGIONS, Settings
from engine.core.task import PlannedTask
from tests.acceptance.year_by_hand import YEAR

ROOT = Path(__file__).parents[2]
SCHOOLJAAR = Schooljaar(2026)
BY_HAND = {rule for rule, _, _ in YEAR}
TEMPLATES = dict.fromkeys(("uitvraag", "herinnering", "te-laat", "bellen", "escalatie"), "Beste lezer,")


def rules() -> list[Rule]:
    """The shipped rules that were worked out by hand; the texts of their mails do not matter here."""
    rulebook, _ = read_rulebook(ROOT, "rules/vo", TEMPLATES, ())
    return [rule for rule in rulebook.rules if rule.id in BY_HAND]


@pytest.fixture(scope="module")
def planned() -> dict[str, PlannedTask]:
    """The year of a school and a bestuur in each region, whose ids end in the region's name."""
    parties = [
        Party(f"{kind}-{region}", kind, region, region=region) for kind in ("school", "bestuur") for region in REGIONS
    ]
    by_id = {party.id: party for party in parties}
    settings = Settings("SWV", "VO0000", "vo", "midden", "post@swv.example")
    tasks = expand(rules(), Register(by_id, {}, ()), SchoolCalendars(settings, by_id), [SCHOOLJAAR], {})
    return {task.key: task for task in tasks}


@pytest.mark.parametrize(("rule", "round_name", "region"), YEAR)
def test_the_program_plans_what_was_worked_out_by_hand(planned, rule, round_name, region):
    by_hand = YEAR[rule, round_name, region]
    per = "bestuur" if rule == "leerlingaantallen" else "school"
    task = planned[task_key(rule, SCHOOLJAAR, round_name, f"{per}-{region}")]
    assert {
        "peildatum": task.peildatum.isoformat(),
        "opens": task.opens.isoformat(),
        "due": task.due.isoformat(),
        "steps": [(step.name, step.date.isoformat()) for step in task.steps],
    } == {field: by_hand[field] for field in ("peildatum", "opens", "due", "steps")}, by_hand["why"]


def test_every_task_of_the_year_was_worked_out_by_hand(planned):
    assert len(planned) == len(YEAR)
