"""Why a stored task is no longer asked."""

from dataclasses import replace

import pytest

from engine.core.lapse import why_lapsed
from engine.core.rule import Filter
from engine.core.schooljaar import Schooljaar
from tests.core.yearplan import a_register, a_round, a_rule, a_school, tasks

RULE = a_rule(rounds=(a_round("maart"),))
(TASK,) = tasks(RULE)
SCHOOL = replace(a_school("16SW03"), gemeente="Heiloo")


@pytest.mark.parametrize(
    ("rule", "school", "why"),
    [
        (None, SCHOOL, "de regel leerlingaantallen is er niet meer"),
        (RULE, replace(SCHOOL, active=False), "de school is gesloten"),
        (replace(RULE, valid_from=Schooljaar(2027)), SCHOOL, "de regel leerlingaantallen geldt niet in 2026-2027"),
        (
            replace(RULE, besides=Filter(gemeente=("Heiloo",)), only=Filter(gemeente=("Heiloo",))),
            SCHOOL,
            "de regel leerlingaantallen vraagt dit niet meer aan deze school, door `behalve`",
        ),
        (
            replace(RULE, only=Filter(gemeente=("Bergen",))),
            SCHOOL,
            "de regel leerlingaantallen vraagt dit niet meer aan deze school, door `alleen`",
        ),
        (replace(RULE, per="bestuur"), SCHOOL, "de regel leerlingaantallen is nu per bestuur"),
        (a_rule(rounds=(a_round("mei"),)), SCHOOL, "de regel leerlingaantallen heeft de ronde maart niet meer"),
        (RULE, SCHOOL, ""),
    ],
    ids=["gone", "inactive", "not valid", "besides", "only", "per", "round", "unknown"],
)
def test_why(rule, school, why):
    assert why_lapsed(TASK, [rule] if rule else [], a_register(school)) == why


def test_a_school_that_goes_on_elsewhere_did_not_close() -> None:
    old = replace(SCHOOL, active=False)
    heir = replace(SCHOOL, id="17AB00", name="De Vlier", formerly=(old.id,))
    register = replace(a_register(old), parties={old.id: old, heir.id: heir})
    assert why_lapsed(TASK, [RULE], register) == "gaat verder onder 17AB00 (De Vlier)"
