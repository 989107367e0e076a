"""Roles that rules name and nobody has."""

from dataclasses import replace

import pytest

from engine.core.party import RoleRow
from engine.core.plan_notes import role_notes
from tests.core.yearplan import a_register, a_rule

BUREAU = RoleRow(1, "bureau", "swv")
STAND_IN = RoleRow(2, "directeur", "16SW03")


def test_a_role_in_more_rules_is_one_note_at_the_first():
    (note,) = role_notes([a_rule("a"), a_rule("b"), a_rule("b")], replace(a_register(), roles=(BUREAU,)))
    assert (note.file, note.field) == ("rules/vo/a.yaml", "vraag_aan")
    assert note.text.endswith("de rol administratie; daarom krijgt het bureau die mail; regels: a, b")


@pytest.mark.parametrize(
    ("roles", "who"), [((BUREAU, STAND_IN), "een vervanger"), ((), "niemand"), ((BUREAU,), "het bureau")]
)
def test_who_hears_instead_is_told(roles, who):
    register = replace(a_register(), roles=roles, stand_ins={"administratie": ("directeur",)})
    (note,) = role_notes([a_rule()], register)
    assert f"; daarom krijgt {who} die mail;" in note.text


@pytest.mark.parametrize(
    ("role", "sheet"), [("consulent", "scholen"), ("beleid-bestuur", "besturen"), ("controller", "rollen")]
)
def test_the_remedy_is_a_place_in_the_register(role, sheet):
    (note,) = role_notes([a_rule(asked=role, steps=())], replace(a_register(), roles=(BUREAU,)))
    assert f"op het blad {sheet} " in note.hint
    assert role in note.hint
