"""The dates of a round that moves are written into the file, which keeps all that was there."""

from __future__ import annotations

import pytest

from engine.adapters.rulebook import parse_files
from engine.adapters.rulebook.moving import is_moved, with_moved_round
from engine.core.moment import DayOfYear
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from tests.adapters.rulebook.test_deviations import MAILS, PLAIN, ROUNDS, TOML

YEAR = Schooljaar(2026)
AUTUMN = {"peildatum": "8 oktober"}


def rule_of(text: str, name: str) -> Rule:
    rulebook, problems = parse_files({f"rules/vo/{name}": text} | MAILS, ())
    assert problems == ()
    return rulebook.rules[0]


def moved(text: str, round_: str | None, dates: dict[str, str], name: str = "a.yaml", year: Schooljaar = YEAR) -> str:
    """The new text, of which it is seen that the rule in it is the same but for the dates."""
    made = with_moved_round(f"rules/vo/{name}", text, year, round_, dates)
    assert is_moved(rule_of(text, name), rule_of(made, name), year, round_, dates)
    return made


def test_a_file_without_deviations_gets_them_at_its_end() -> None:
    made = moved("# Uitleg\n" + ROUNDS + "# einde\n", "najaar", AUTUMN)
    assert made == (
        "# Uitleg\n" + ROUNDS + "# einde\n\nafwijkingen:\n  2026-2027:\n    rondes:\n"
        "      najaar: {peildatum: 8 oktober}\n"
    )


def test_another_round_and_another_schooljaar_stand_beside_what_is_there() -> None:
    once = moved(ROUNDS, "najaar", AUTUMN)
    twice = moved(once, "voorjaar", {"peildatum": "8 maart", "uiterlijk": "9 april"})
    third = moved(twice, "najaar", {"peildatum": "2 oktober"}, year=Schooljaar(2025))
    assert third.partition("afwijkingen:\n")[2] == (
        "  2025-2026:\n    rondes:\n      najaar: {peildatum: 2 oktober}\n"
        "  2026-2027:\n    rondes:\n      najaar: {peildatum: 8 oktober}\n"
        "      voorjaar: {peildatum: 8 maart, uiterlijk: 9 april}\n"
    )


def test_a_value_that_is_there_is_replaced_where_it_stands() -> None:
    """Comments, quotes of others and layout stay."""
    text = ROUNDS.replace(
        "stappen:", "afwijkingen: {2026-2027: {rondes: {najaar: {peildatum: 9 oktober}}}} # zie\nstappen:"
    )
    assert moved(text, "najaar", AUTUMN) == text.replace("9 oktober", "8 oktober")
    quoted = text.replace("9 oktober", "'9 oktober'")
    assert moved(quoted, "najaar", AUTUMN) == text.replace("9 oktober", "8 oktober")


def test_what_cannot_be_replaced_is_written_anew_and_keeps_its_comments() -> None:
    """The block goes to the end; a comment above the next key stays with that."""
    text = PLAIN.replace(
        "stappen:",
        "afwijkingen:  # eens\n  # studiedag\n  2026-2027:\n    uiterlijk: 8 oktober  # later\n\n# De mails\nstappen:",
    )
    made = moved(text, None, {"opent": "8 september"})
    assert (
        "1 oktober}\n\n# De mails\nstappen:\n  uitvraag: {op: opent}\n\n# eens\n# studiedag\n# later\nafwijkingen:"
        in made
    )
    assert made.endswith("  2026-2027:\n    uiterlijk: 8 oktober\n    opent: 8 september\n")


def test_toml_gets_a_table_and_keeps_the_rest() -> None:
    plain = TOML.partition("\n[afwijkingen")[0]
    assert moved(plain, None, {"uiterlijk": "15 oktober"}, "a.toml") == TOML
    both = moved(TOML + 'opent = "2 september" # zie brief\n', None, {"uiterlijk": "16 oktober"}, "a.toml")
    assert both == plain + '\n# zie brief\n[afwijkingen.2026-2027]\nuiterlijk = "16 oktober"\nopent = "2 september"\n'
    rounds = plain.replace("wanneer = {", "wanneer = {rondes = {najaar = {}}, ")
    named = moved(rounds, "najaar", {"opent": "3 september"}, "a.toml")
    assert named.endswith('\n[afwijkingen.2026-2027.rondes.najaar]\nopent = "3 september"\n')


def test_a_layout_that_is_not_known_is_found_out() -> None:
    """A dotted key at the top stands in the way of the table: the text has problems then."""
    dotted = TOML.partition("\n[afwijkingen")[0] + 'afwijkingen.2026-2027.uiterlijk = "2 oktober"\n'
    made = with_moved_round("rules/vo/a.toml", dotted, YEAR, None, {"opent": "2 september"})
    assert parse_files({"rules/vo/a.toml": made} | MAILS, ())[1] != ()


@pytest.mark.parametrize(
    ("old", "new"),
    [("titel: Aantallen", "titel: Anders"), ("1 maart", "2 maart"), ("peildatum: 8 oktober", "peildatum: 9 oktober")],
)
def test_a_rule_that_differs_elsewhere_is_not_merely_moved(old: str, new: str) -> None:
    made = moved(ROUNDS, "najaar", AUTUMN)
    other = rule_of(made.replace(old, new), "a.yaml")
    assert not is_moved(rule_of(ROUNDS, "a.yaml"), other, YEAR, "najaar", AUTUMN)


def test_a_period_moves_by_its_own_days() -> None:
    period = PLAIN.replace("opent: 1 september, uiterlijk: 1 oktober", "van: 1 september, tot: 1 oktober")
    made = rule_of(moved(period, None, {"van": "8 september"}), "a.yaml")
    (there,) = made.rounds_in(YEAR)
    assert (there.opens, there.first, there.deviates) == (DayOfYear(9, 8), DayOfYear(9, 8), ("opens",))


def test_a_mijlpaal_moves_by_its_peildatum() -> None:
    day = "titel: Dag\nsoort: mijlpaal\nper: swv\nwanneer: {peildatum: 1 november}\n"
    (there,) = rule_of(moved(day, None, {"peildatum": "8 november"}), "a.yaml").rounds_in(YEAR)
    assert there.deviates == ("peildatum", "opens", "due")
