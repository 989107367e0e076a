"""Which passwords are taken, and what is said of the others."""

import pytest

from engine.core.passwords import LONGEST, SHORTEST, why_not

OWN = ("Anna de Vries", "anna.devries@waterland.example", "SWV Waterland")


@pytest.mark.parametrize(
    "password",
    [
        "fiets kade lamp oester",
        "trein-bord-knoop-wolk",
        "vuurtoren op dinsdag zien",
        "Xk4-9sTq2-bM7w",
        "mijn kat eet nooit vis",
        "ÿçñ漢字かな 한국어 слово",
        "de zon scheen in de tuin van opa",
    ],
)
def test_words_of_ones_own_are_taken_whatever_their_signs(password: str) -> None:
    assert why_not(password, OWN) == ""


@pytest.mark.parametrize(
    "password",
    [
        "Welkom2026!!",
        "Wachtwoord123",
        "W@chtw00rd2026",
        "Zomer2026Zomer2026",
        "P@ssw0rd1234!",
        "passwordpassword",
        "qwertyuiop123",
        "poiuytrewq1234",
        "abcdefghijkl",
        "123456789012",
        "Jaarplanning2026",
        "!!Welkom01Welkom02!!",
        "schooljaar2026-2027",
        "Januari2026!?",
        "Changeme12345",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert "makkelijk te raden" in why_not(password, OWN)


@pytest.mark.parametrize(
    "password", ["AnnaVries2026", "anna.devries@waterland.example", "Waterland-2026-!", "vriesvriesanna"]
)
def test_ones_own_words_are_refused(password: str) -> None:
    assert "lijkt op uw naam" in why_not(password, OWN)
    assert "lijkt op uw naam" not in why_not(password)


def test_a_short_one_is_told_how_long_it_is_and_how_long_it_must_be() -> None:
    said = why_not("kade lamp x")
    assert "11 tekens" in said
    assert str(SHORTEST) in said


def test_one_character_over_and_over_is_no_password() -> None:
    assert "steeds dezelfde" in why_not("ababababababab")


def test_a_whole_sentence_fits_but_not_a_book() -> None:
    assert why_not("een hele lange zin met woorden " * 4) == ""
    assert "te lang" in why_not("x" * (LONGEST + 1))
