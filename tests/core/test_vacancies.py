"""Parties at which nobody has a role that is asked."""

from dataclasses import replace
from datetime import date

import pytest

from engine.core.party import Contact, RoleRow
from engine.core.vacancies import emptied_told, vacancy_notes
from tests.core.yearplan import a_bestuur, a_register, a_rule, a_school

TODAY = date(2026, 9, 1)
HERE = RoleRow(1, "administratie", "16AH00")
BUREAU = RoleRow(2, "bureau", "swv")
PARTIES = (a_bestuur("77494"), a_school("16AH00"), a_school("16SW03"))


def notes(*roles, **changes):
    register = replace(a_register(*PARTIES), roles=roles, **changes)
    return vacancy_notes([a_rule("een"), a_rule("twee")], register, TODAY)


def test_a_school_without_the_role_is_named_once_for_all_rules():
    (note,) = notes(HERE, BUREAU)
    assert note.text == "1 school heeft geen administratie: School 16SW03; daarom krijgt het bureau die mail"
    assert "het blad scholen een adres in de kolom administratie" in note.hint


def test_a_role_that_ended_or_that_the_bestuur_has():
    ended = RoleRow(3, "administratie", "16SW03", last=date(2026, 8, 1))
    assert [note.text[:8] for note in notes(HERE, ended)] == ["1 school"]
    assert notes(HERE, RoleRow(3, "administratie", "77494")) == []


def test_a_role_that_nobody_has_is_told_elsewhere():
    assert notes(BUREAU) == []


@pytest.mark.parametrize(
    ("roles", "who"), [((RoleRow(3, "directeur", "16SW03"),), "een vervanger"), ((), "niemand"), ((BUREAU,), "bureau")]
)
def test_who_hears_instead_is_told(roles, who):
    (note,) = notes(HERE, *roles, stand_ins={"administratie": ("directeur",)})
    assert note.text.endswith(f"{who} die mail")


def emptied(*after, stand_ins=None):
    before = replace(a_register(*PARTIES), roles=(HERE, BUREAU))
    people = {number: Contact(number, f"{number}@x.example", f"Nummer {number}") for number in (1, 2, 3)}
    register = replace(before, roles=(*after, BUREAU), contacts=people, stand_ins=stand_ins or {})
    return emptied_told(before, register, [1], TODAY)


def test_a_role_that_a_change_leaves_empty_is_told_with_who_hears_then():
    said = "Daarna heeft niemand de rol administratie bij School 16AH00: "
    assert emptied() == (f"{said}het bureau krijgt die mail.",)
    assert emptied(replace(HERE, last=date(2026, 12, 1))) == (f"{said}het bureau krijgt die mail.",)
    assert emptied(RoleRow(3, "directeur", "16AH00"), stand_ins={"administratie": ("directeur",)}) == (
        f"{said}Nummer 3 krijgt die mail.",
    )


def test_a_role_that_another_has_is_not_left_empty():
    assert emptied(HERE) == ()
    other = RoleRow(3, "administratie", "16AH00", first=date(2026, 12, 2))
    assert emptied(replace(HERE, last=date(2026, 12, 1)), other) == ()
    assert emptied(replace(HERE, last=date(2026, 11, 30)), other) != (), "a day without anybody"
