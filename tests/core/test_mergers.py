"""Schools that go on under another code: what follows, and which version a document gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.core.intake import difference
from engine.core.mergers import check_mergers, heirs_of, notes_of_recoded, recoded
from engine.core.sheets import ContactRow, DocumentRow, PartyRow, Place, RegisterSheets, RoleEntry

TODAY = date(2026, 12, 2)
AT = Place("scholen.csv", 2, ("code", "naam", "bestuur", "voorheen"))
BESTUUR = PartyRow("70001", "bestuur", "Noord")
OLD, OTHER = (PartyRow(code, "school", name, "70001") for code, name in (("10AA00", "Linde"), ("11BB00", "Baken")))
NEW = PartyRow("13DD00", "school", "Vlier", "70001", formerly=("10aa00", "11BB00"), at=AT)
PEOPLE = tuple(ContactRow(f"{name}@school.example", name) for name in ("an", "bo"))
STORED = RegisterSheets(
    (BESTUUR, OLD, OTHER),
    PEOPLE,
    (
        RoleEntry("an@school.example", "directeur", "10AA00", source="kolom"),
        RoleEntry("bo@school.example", "directeur", "11BB00", source="kolom"),
        RoleEntry("bo@school.example", "administratie", "11BB00", source="rollen"),
    ),
    (
        DocumentRow("SOP", "10AA00", date(2020, 5, 1), "v1"),
        DocumentRow("SOP", "10AA00", date(2024, 5, 1), "v2"),
        DocumentRow("SOP", "11BB00", date(2025, 5, 1), "v1"),
    ),
)
LIST = RegisterSheets(
    (BESTUUR, NEW), handed_in=frozenset(["scholen"]), role_columns=frozenset({("school", "directeur")})
)


def test_a_code_that_went_on_twice_is_that_of_the_last_school() -> None:
    chain = [replace(NEW, formerly=("10AA00",)), replace(NEW, id="14EE00", formerly=("13DD00",))]
    assert heirs_of(chain) == {"10aa00": "14EE00", "13dd00": "14EE00"}


def test_documents_keep_their_version_where_it_is_free() -> None:
    found = {(row.party, row.adopted_on.year, row.version) for row in difference(STORED, LIST, TODAY).documents.new}
    assert found == {("13DD00", 2020, "v1"), ("13DD00", 2024, "v2"), ("13DD00", 2025, "")}


def test_people_go_along_as_given_by_hand() -> None:
    found = difference(STORED, LIST, TODAY)
    assert found.mergers == (("10AA00", "13DD00"), ("11BB00", "13DD00"))
    assert {(row.email[:2], row.role, row.source) for row in found.roles.new} == {
        ("an", "directeur", "pagina"),
        ("bo", "directeur", "pagina"),
        ("bo", "administratie", "pagina"),
    }
    assert {row.party for row in found.roles.gone} == {"10AA00", "11BB00"}


def test_a_role_that_the_list_fills_does_not_go_along() -> None:
    cee = RoleEntry("cee@school.example", "directeur", "13DD00", source="kolom", at=AT)
    own = replace(LIST, roles=(cee,), contacts=(ContactRow("cee@school.example", "cee", derived=True),))
    found = difference(STORED, own, TODAY)
    assert {(row.email[:2], row.role) for row in found.roles.new} == {("ce", "directeur"), ("bo", "administratie")}


def test_a_list_that_speaks_of_the_old_code_speaks_of_the_new_school() -> None:
    row = DocumentRow("SOP", "10AA00", date(2026, 9, 1), at=AT)
    after = replace(
        STORED, parties=(BESTUUR, replace(OLD, active=False), replace(OTHER, active=False), replace(NEW, at=None))
    )
    lists = replace(LIST, documents=(row,), handed_in=frozenset(["scholen", "documenten"]))
    assert [one.party for one in difference(after, lists, TODAY).documents.new] == ["13DD00"]


def test_what_was_moved_once_is_not_moved_again() -> None:
    after = RegisterSheets(
        (
            BESTUUR,
            replace(OLD, active=False),
            replace(OTHER, active=False),
            replace(NEW, at=None, formerly=("10AA00", "11BB00")),
        ),
        PEOPLE,
        tuple(replace(row, party="13DD00", source="pagina") for row in STORED.roles),
        (
            DocumentRow("SOP", "13DD00", date(2024, 5, 1), "v2"),
            DocumentRow("SOP", "10AA00", date(2024, 5, 1), "v2", active=False),
        ),
    )
    assert not difference(after, LIST, TODAY)


def test_each_fault_is_told_once() -> None:
    wrong = replace(
        LIST, parties=(BESTUUR, replace(NEW, formerly=("99ZZ99",)), replace(OLD, at=AT, formerly=("10AA00",)))
    )
    told = [problem.message for problem in check_mergers(wrong, STORED)]
    assert sorted(told) == ["'10AA00' gaat zo verder onder zichzelf: een kring", "school '99ZZ99' is niet bekend"]


MISTYPED = replace(OLD, id="1OAAO0", name="Linde 2", at=AT)


@pytest.mark.parametrize(
    ("new", "gone", "pairs"),
    [
        ([MISTYPED], [OLD, OTHER], [("10AA00", "1OAAO0")]),
        ([replace(OLD, id="10AA01", name="linde")], [OLD], [("10AA00", "10AA01")]),
        ([replace(OLD, id="10AA01", bestuur="70002")], [OLD], []),
        ([replace(OLD, id="10AA01", name="Linde-Oost")], [OLD], []),
        ([replace(OLD, id="13DD00", formerly=("10aa00",))], [OLD], []),
        # Which of two is meant cannot be known.
        ([replace(OLD, id="13DD00", name="Baken")], [replace(OLD, name="Baken"), OTHER], []),
        ([MISTYPED], [], []),
    ],
)
def test_a_school_that_comes_back_under_another_code_is_seen(
    new: list[PartyRow], gone: list[PartyRow], pairs: list[tuple[str, str]]
) -> None:
    assert [(old.id, row.id) for old, row in recoded(new, gone)] == pairs


def test_a_mistyped_code_is_asked_about_at_its_row() -> None:
    [note] = notes_of_recoded([MISTYPED], [OLD])
    assert (note.severity, note.line, note.field) == ("note", 2, "code")
    assert note.message == "school 1OAAO0 (Linde 2) is nieuw, en 10AA00 (Linde) staat niet meer in de lijst"
    assert note.hint.startswith("Is dit dezelfde school? Verbeter de code dan in 10AA00.")
