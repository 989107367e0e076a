"""Names of places in capitals, as DUO writes them, become how Dutch is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.register.place_names import alike, written


@pytest.mark.parametrize(
    ("given_as", "meant"),
    [
        ("ALKMAAR", "Alkmaar"),
        ("'S-GRAVENHAGE", "'s-Gravenhage"),
        ("'S GRAVENMOER", "'s Gravenmoer"),
        ("'T HARDE", "'t Harde"),
        ("STAD AAN 'T HARINGVLIET", "Stad aan 't Haringvliet"),
        ("BERGEN (NH)", "Bergen (NH)"),
        ("BERGEN (NH.)", "Bergen (NH.)"),
        ("BERGEN NH", "Bergen NH"),
        ("IJSSELSTEIN UT", "IJsselstein UT"),
        ("WIJK BIJ DUURSTEDE", "Wijk bij Duurstede"),
        ("NIEUWERKERK AD IJSSEL", "Nieuwerkerk ad IJssel"),
        ("HEI- EN BOEICOP", "Hei- en Boeicop"),
        ("GRAFT-DE RIJP", "Graft-De Rijp"),
        ("DEN HELDER", "Den Helder"),
        ("HUIS TER HEIDE UT", "Huis ter Heide UT"),
        ("2E EXLOERMOND", "2e Exloermond"),
        ("ST.-ANNAPAROCHIE", "St.-Annaparochie"),
        ("ALPHEN  AAN DEN RIJN ", "Alphen aan den Rijn"),
        ("SÚDWEST-FRYSLÂN", "Súdwest-Fryslân"),
        ("UT", "Ut"),
        ("", ""),
        ("Bergen (NH.)", "Bergen (NH.)"),
        ("De Fryske Marren", "De Fryske Marren"),
    ],
)
def test_a_name_in_capitals_is_written_as_dutch_is(given_as: str, meant: str) -> None:
    assert written(given_as) == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [("Bergen (NH.)", "BERGEN NH"), ("súdwest-fryslân", "SUDWEST-FRYSLAN"), ("Den Haag", "'s-Gravenhage")],
)
def test_names_are_alike_however_they_are_written(one: str, other: str) -> None:
    assert alike(one) == alike(other)


@given(st.text(max_size=30))
def test_writing_never_raises_and_changes_no_letter(name: str) -> None:
    assert written(name).casefold().split() == name.casefold().split() or name != name.upper() or not name.isascii()
