"""Rules become tasks: which there are, and what each carries."""

from datetime import date

import pytest

from engine.core.party import Party
from engine.core.planning import task_key
from engine.core.rule import Filter
from engine.core.schooljaar import Schooljaar
from tests.core.yearplan import YEAR, a_bestuur, a_register, a_round, a_rule, a_school, tasks


def test_a_key_without_round_has_three_parts():
    assert task_key("leerlingaantallen", YEAR, None, "77494") == "leerlingaantallen.2026-2027.77494"


def test_a_key_with_round_has_four_parts():
    assert task_key("thuiszitters", YEAR, "december", "16SW03") == "thuiszitters.2026-2027.december.16SW03"


def test_each_active_school_gets_a_task():
    register = a_register(a_school("16SW03"), a_school("16SW04"), a_bestuur("77494"))
    assert [task.party for task in tasks(a_rule(), register=register)] == ["16SW03", "16SW04"]


def test_an_inactive_school_gets_no_task():
    assert tasks(a_rule(), register=a_register(a_school("16SW03", active=False))) == ()


def test_a_bestuur_without_schools_gets_its_task():
    register = a_register(a_bestuur("77494"), a_school("16SW03", active=False))
    assert [task.party for task in tasks(a_rule(per="bestuur"), register=register)] == ["77494"]


def test_each_round_gives_a_task():
    rule = a_rule("thuiszitters", rounds=(a_round("september"), a_round("december", "1 november", "1 december")))
    assert [task.round for task in tasks(rule)] == ["december", "september"]


def test_each_schooljaar_gives_a_task():
    planned = tasks(a_rule(), schooljaren=(YEAR, YEAR.next))
    assert [(task.schooljaar, task.due) for task in planned] == [
        ("2026-2027", date(2026, 10, 1)),
        ("2027-2028", date(2027, 10, 1)),
    ]


def test_tasks_come_by_key():
    register = a_register(a_school("B"), a_school("A"))
    keys = [task.key for task in tasks(a_rule("zorg"), a_rule("aantallen"), register=register)]
    assert keys == sorted(keys)


def test_a_task_has_the_dates_of_its_partys_calendar():
    register = a_register(a_school("16SW03"), a_school("Z1"))
    assert [task.due for task in tasks(a_rule(), register=register)] == [date(2026, 10, 1), date(2026, 10, 2)]


def test_a_task_carries_what_the_rule_says():
    (task,) = tasks(a_rule(title="Aantallen", together=("consulent",), done_when="goedgekeurd"))
    assert (task.title, task.together, task.accept_needed, task.kind) == (
        "Aantallen",
        ("consulent",),
        True,
        "uitvraag",
    )


def test_steps_have_their_place_in_the_file():
    (task,) = tasks(a_rule())
    assert [(step.position, step.name, step.date) for step in task.steps] == [
        (0, "uitvraag", date(2026, 9, 1)),
        (1, "te-laat", date(2026, 10, 2)),
    ]


def test_a_task_explains_its_dates():
    (task,) = tasks(a_rule())
    assert [reason.field for reason in task.reasons] == [
        "peildatum",
        "opens",
        "due",
        "step:uitvraag",
        "step:te-laat",
    ]


def test_parties_that_share_a_calendar_share_one_computation():
    many = a_register(*(a_school(f"S{number}") for number in range(50)))
    first, *others = tasks(a_rule(), register=many)
    assert all(task.steps is first.steps and task.reasons is first.reasons for task in others)


def test_an_extended_task_is_planned_with_its_extension():
    key = "leerlingaantallen.2026-2027.16SW03"
    (task,) = tasks(a_rule(), extended={key: date(2026, 10, 8)})
    assert (task.due, task.steps[1].date) == (date(2026, 10, 8), date(2026, 10, 9))


def test_tasks_on_one_calendar_share_their_dates():
    """A date is computed once for all on one calendar with the same last day, whether the rule's or a granted one."""
    register = a_register(*(a_school(school) for school in ("A", "B", "C", "D", "Z1")))
    granted = {f"leerlingaantallen.2026-2027.{school}": date(2026, 10, 8) for school in ("C", "D")}
    a, b, c, d, south = (task.reasons for task in tasks(a_rule(), register=register, extended=granted))
    assert a is b
    assert c is d
    assert len({id(reasons) for reasons in (a, c, south)}) == 3


def test_an_extension_does_not_touch_other_tasks():
    register = a_register(a_school("16SW03"), a_school("16SW04"))
    extended = {"leerlingaantallen.2026-2027.16SW03": date(2026, 10, 8)}
    planned = tasks(a_rule(), register=register, extended=extended)
    assert [task.due for task in planned] == [date(2026, 10, 8), date(2026, 10, 1)]


# --- which rules and which parties


def parties_of(rule, *parties):
    return [task.party for task in tasks(rule, register=a_register(*parties))]


def test_the_swv_gets_the_task_of_a_rule_per_swv():
    assert parties_of(a_rule(per="swv", kind="taak"), Party("swv", "swv", "SWV"), a_school("16SW03")) == ["swv"]


@pytest.mark.parametrize("kind", ["uitvraag", "gesprek", "taak", "mijlpaal"])
def test_a_task_has_the_kind_of_its_rule(kind):
    assert [task.kind for task in tasks(a_rule(kind=kind))] == [kind]


def test_a_doorlopend_rule_makes_no_tasks():
    assert tasks(a_rule(kind="doorlopend", steps=())) == ()


def test_a_rule_makes_tasks_in_the_schooljaren_for_which_it_is_valid():
    years = [Schooljaar(year) for year in range(2025, 2030)]
    rule = a_rule(valid_from=Schooljaar(2026), valid_to=Schooljaar(2027))
    assert [task.schooljaar for task in tasks(rule, schooljaren=years)] == ["2026-2027", "2027-2028"]


def test_a_round_on_an_unpublished_vakantie_makes_no_task():
    assert tasks(a_rule(rounds=(a_round(due="1 week na kerstvakantie"),))) == ()


VAART = Party("16SW03", "school", "De Vaart", "77494", gemeente="Alkmaar", tags=("pro",))
DIJK = Party("20XX00", "school", "De Dijk", "88888", gemeente="Hoorn", tags=("pro", "vso"))


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (Filter(), ["16SW03", "20XX00"]),
        (Filter(gemeente=("ALKMAAR",)), ["16SW03"]),
        (Filter(gemeente=("alkmaar", "hoorn")), ["16SW03", "20XX00"]),
        (Filter(bestuur=("88888",)), ["20XX00"]),
        (Filter(party=("20xx00",)), ["20XX00"]),
        (Filter(tag=("Pro",)), ["16SW03", "20XX00"]),
        (Filter(tag=("pro",), gemeente=("hoorn",)), ["20XX00"]),
        (Filter(tag=("vso",), gemeente=("alkmaar",)), []),
    ],
)
def test_alleen_takes_parties_that_match_every_field(only, found):
    assert parties_of(a_rule(only=only), VAART, DIJK) == found


@pytest.mark.parametrize(
    ("besides", "found"),
    [
        (Filter(), ["16SW03", "20XX00"]),
        (Filter(tag=("vso",)), ["16SW03"]),
        (Filter(gemeente=("alkmaar",)), ["20XX00"]),
        (Filter(tag=("vso",), gemeente=("alkmaar",)), []),
    ],
)
def test_behalve_leaves_out_parties_that_match_any_field(besides, found):
    assert parties_of(a_rule(besides=besides), VAART, DIJK) == found


def test_alleen_and_behalve_hold_together():
    rule = a_rule(only=Filter(tag=("pro",)), besides=Filter(party=("16SW03",)))
    assert parties_of(rule, VAART, DIJK) == ["20XX00"]


def test_a_filter_on_bestuur_matches_the_bestuur_itself():
    rule = a_rule(per="bestuur", only=Filter(bestuur=("77494",)))
    assert parties_of(rule, a_bestuur("77494"), a_bestuur("88888")) == ["77494"]


def test_a_bestuur_has_no_gemeente():
    bestuur = Party("77494", "bestuur", "Bestuur", gemeente="Alkmaar")
    assert parties_of(a_rule(per="bestuur", only=Filter(gemeente=("alkmaar",))), bestuur) == []
