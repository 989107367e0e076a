"""Values in alleen and behalve that nobody in the register has."""

from dataclasses import replace

import pytest

from engine.core.filter_notes import filter_notes
from engine.core.rule import Filter
from tests.core.yearplan import a_bestuur, a_register, a_rule, a_school

REGISTER = a_register(
    replace(a_school("16SW03"), gemeente="Heiloo", tags=("vmbo",), name="De Eik"),
    replace(a_school("17AB00", active=False), gemeente="Bergen"),
    a_bestuur("77494"),
)


def notes(per="school", **filter_):
    return list(filter_notes([a_rule(per=per, besides=Filter(**filter_))], REGISTER))


@pytest.mark.parametrize(
    "filter_",
    [
        {"gemeente": ("heiloo",)},
        {"gemeente": ("Bergen",)},
        {"bestuur": ("77494",)},
        {"party": ("16sw03",)},
        {"tag": ("VMBO",)},
    ],
    ids=["case", "inactive", "bestuur", "partij", "kenmerk"],
)
def test_a_value_that_somebody_has_is_no_note(filter_):
    assert notes(**filter_) == []


@pytest.mark.parametrize(
    ("filter_", "within", "hint"),
    [
        ({"gemeente": ("Heilo",)}, ("gemeente", "Heilo"), "Bedoelde u `Heiloo`?"),
        ({"bestuur": ("7749",)}, ("bestuur", "7749"), "Bedoelde u `77494`?"),
        ({"party": ("16SW3",)}, ("partij", "16SW3"), "Bedoelde u `16SW03`?"),
        ({"party": ("de eik",)}, ("partij", "de eik"), "Bedoelde u `16SW03`?"),
        ({"party": ("77494",)}, ("partij", "77494"), "Bedoelde u `bestuur: 77494`?"),
        ({"tag": ("vmb",)}, ("kenmerk", "vmb"), "Bedoelde u `vmbo`?"),
        ({"tag": ("xyz",)}, ("kenmerk", "xyz"), "Zo laat deze waarde niemand weg. Verbeter"),
    ],
)
def test_a_value_that_nobody_has_is_a_note_with_what_was_meant(filter_, within, hint):
    (note,) = notes(**filter_)
    assert (note.field, note.within) == ("behalve", within)
    assert within[1] in note.text
    assert note.hint.startswith(hint)


def test_a_gemeente_in_a_rule_per_bestuur_never_fits():
    """A bestuur has none, however well it is spelled."""
    (note,) = notes(per="bestuur", gemeente=("Heiloo",))
    assert note.hint.startswith("Een bestuur heeft geen gemeente.")
