"""A handed-in register: what is wrong with it, and how it differs from the stored one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.core.intake import (
    AddressQuestion,
    FieldChange,
    RegisterDifference,
    completed,
    difference,
    emptied,
    readdressed,
)
from engine.core.problem import Problem, Refused
from engine.core.roles import ROLES
from engine.core.sheet_checks import check_register
from engine.core.sheets import (
    SHEETS,
    ClosingRow,
    ContactRow,
    DocumentRow,
    DuoScope,
    PartyRow,
    Place,
    RegisterSheets,
    RoleEntry,
)

TODAY = date(2026, 10, 1)
HEADERS = {
    "besturen": ("nummer", "naam", "regio", "kenmerken"),
    "scholen": ("code", "naam", "bestuur", "plaats", "gemeente", "regio", "kenmerken", "actief"),
    "contacten": ("email", "naam", "aanhef", "telefoon", "taal", "weekbericht"),
    "rollen": ("email", "rol", "partij", "vanaf", "tot"),
    "documenten": ("soort", "partij", "vastgesteld_op", "versie", "geldig_tot", "fase"),
    "vrije_dagen": ("partij", "van", "tot", "omschrijving", "vervangt"),
}
BESTUUR = PartyRow("10249", "bestuur", "Bestuur 10249")
SCHOOL = PartyRow("16AH00", "school", "De Regenboog", "10249", "Alkmaar", "Alkmaar")
OFFICE = ContactRow("administratie@regenboog.example", "Administratie De Regenboog")
OFFICE_ROLE = RoleEntry(OFFICE.email, "administratie", "16AH00")
SOP = DocumentRow("SOP", "16AH00", date(2024, 5, 1), "v1", date(2028, 5, 1))
STUDY_DAY = ClosingRow("16AH00", date(2026, 10, 5), date(2026, 10, 5), "studiedag")
STORED = RegisterSheets((BESTUUR, SCHOOL), (OFFICE,), (OFFICE_ROLE,), (SOP,), (STUDY_DAY,))


def at(sheet: str, line: int, *columns: str) -> Place:
    return Place(f"register/{sheet}.csv", line, columns or HEADERS[sheet])


def handed_in(*sheets: str, **rows: object) -> RegisterSheets:
    """The stored register with other rows, of which only these sheets are handed in (all when none is named)."""
    return replace(STORED, handed_in=frozenset(sheets or SHEETS), **rows)


def found(**rows: object) -> list[Problem]:
    return list(check_register(replace(STORED, **rows), ROLES))


def where(problems: list[Problem]) -> list[tuple[str, int, int, str]]:
    return [(problem.file, problem.line, problem.column, problem.field) for problem in problems]


def compared(incoming: RegisterSheets) -> RegisterDifference:
    return difference(STORED, incoming, TODAY)


# What is wrong


def test_who_has_no_name_yet_is_one_note_about_the_sheet_and_none_once_known() -> None:
    at = Place("scholen.csv", 7, ("code", "directeur"))
    new = tuple(ContactRow(email, email, derived=True, at=at) for email in ("x@x.example", "y@x.example"))
    problems = found(contacts=new)
    assert where(problems) == [("scholen.csv", 1, 1, "")]
    assert (problems[0].severity, problems[0].message) == (
        "note",
        "2 contactpersonen hebben nog geen naam: x@x.example en y@x.example. Tot dan is het adres de naam",
    )
    known = replace(STORED, contacts=tuple(ContactRow(row.email, "Piet") for row in new))
    incoming = RegisterSheets(contacts=new, handed_in=frozenset())
    assert not check_register(completed(incoming, known), ROLES)


def test_a_register_that_fits_has_no_problems() -> None:
    assert found() == []


def test_a_school_code_twice_is_a_problem_at_the_second_that_names_the_first() -> None:
    first, second = replace(SCHOOL, at=at("scholen", 2)), replace(SCHOOL, id="16ah00", at=at("scholen", 5))
    problems = found(parties=(BESTUUR, first, second))
    assert where(problems) == [("register/scholen.csv", 5, 1, "code")]
    assert problems[0].message == "'16ah00' staat al op regel 2"


def test_a_bestuur_number_that_is_also_a_school_code_is_a_problem_that_names_the_other_file() -> None:
    bestuur = replace(BESTUUR, at=at("besturen", 3))
    school = replace(SCHOOL, id="10249", at=at("scholen", 2))
    problems = found(parties=(bestuur, school), roles=(), documents=(), closings=())
    assert problems[0].message == "'10249' staat al op regel 3 van register/besturen.csv"


def test_a_bestuur_number_twice_stands_at_its_own_column() -> None:
    rows = (replace(BESTUUR, at=at("besturen", 2)), replace(BESTUUR, at=at("besturen", 3)), SCHOOL)
    assert where(found(parties=rows)) == [("register/besturen.csv", 3, 1, "nummer")]


def test_an_address_twice_in_contacten_is_a_problem() -> None:
    rows = (replace(OFFICE, at=at("contacten", 2)), replace(OFFICE, name="Iemand", at=at("contacten", 9)))
    problems = found(contacts=rows)
    assert where(problems) == [("register/contacten.csv", 9, 1, "email")]
    assert "regel 2" in problems[0].message


def test_a_brin_twice_is_another_vestiging_perhaps() -> None:
    rows = tuple(replace(SCHOOL, id="16AH", at=at("scholen", line)) for line in (3, 4))
    problem, note = sorted(
        found(parties=(BESTUUR, *rows), roles=(), documents=(), closings=()), key=lambda one: one.severity == "note"
    )
    assert (problem.line, problem.message) == (4, "'16AH' staat al op regel 3")
    assert problem.hint.startswith("Is dit een andere vestiging? Zet het vestigingsnummer erachter: 16AH01.")
    assert (note.line, note.message) == (3, "code '16AH' heeft geen vestigingsnummer")


def test_codes_without_a_vestiging_are_one_note() -> None:
    rows = [replace(SCHOOL, id=code, at=at("scholen", line)) for line, code in enumerate(("16AH", "01AB00", "02BC"), 2)]
    problems = found(parties=(BESTUUR, *rows), roles=(), documents=(), closings=())
    assert [(one.severity, one.line, one.message) for one in problems] == [
        ("note", 2, "2 codes hebben geen vestigingsnummer: '16AH' en '02BC'")
    ]


@pytest.mark.parametrize(
    ("kind", "row", "sheet"),
    [("roles", OFFICE_ROLE, "rollen"), ("documents", SOP, "documenten"), ("closings", STUDY_DAY, "vrije_dagen")],
)
def test_a_whole_row_repeated_is_a_problem_at_the_second(kind: str, row: RoleEntry, sheet: str) -> None:
    rows = (replace(row, at=at(sheet, 2)), replace(row, at=at(sheet, 3)))
    problems = found(**{kind: rows})
    assert [(problem.file, problem.line) for problem in problems] == [(f"register/{sheet}.csv", 3)]
    assert "staat al op regel 2" in problems[0].message


def test_a_version_of_a_document_twice_is_a_problem_though_its_date_differs() -> None:
    rows = (replace(SOP, at=at("documenten", 2)), replace(SOP, adopted_on=date(2025, 1, 1), at=at("documenten", 3)))
    assert [problem.message for problem in found(documents=rows)] == ["dit document staat al op regel 2"]


def test_an_unknown_bestuur_is_a_problem_at_the_school() -> None:
    problems = found(parties=(BESTUUR, replace(SCHOOL, bestuur="777", at=at("scholen", 4))))
    assert where(problems) == [("register/scholen.csv", 4, 3, "bestuur")]
    assert problems[0].message == "bestuur '777' staat niet in besturen.csv"


def test_a_bestuur_that_lost_its_zeros_is_recognised_in_the_hint() -> None:
    bestuur = replace(BESTUUR, id="0777")
    problems = found(parties=(bestuur, replace(SCHOOL, bestuur="777", at=at("scholen", 4))))
    assert problems[0].hint == "Bedoelt u '0777'? Excel laat nullen vooraan weg."


def test_a_school_is_no_bestuur() -> None:
    problems = found(parties=(BESTUUR, replace(SCHOOL, bestuur="16AH00", at=at("scholen", 4))))
    assert where(problems) == [("register/scholen.csv", 4, 3, "bestuur")]


@pytest.mark.parametrize("party", ["16AH00", "16ah00", "10249", "gemeente:Alkmaar", "gemeente:ALKMAAR", "swv"])
def test_a_role_may_be_at_a_school_a_bestuur_a_gemeente_or_the_swv(party: str) -> None:
    assert found(roles=(replace(OFFICE_ROLE, party=party, at=at("rollen", 2)),)) == []


@pytest.mark.parametrize("party", ["16AH01", "gemeente:Alkmar", "777"])
def test_an_unknown_party_in_rollen_is_a_problem(party: str) -> None:
    problems = found(roles=(replace(OFFICE_ROLE, party=party, at=at("rollen", 7)),))
    assert where(problems) == [("register/rollen.csv", 7, 3, "partij")]
    assert party in problems[0].message


@pytest.mark.parametrize("kind", ["documents", "closings"])
def test_a_gemeente_has_no_documents_and_no_closing_days(kind: str) -> None:
    row = {"documents": SOP, "closings": STUDY_DAY}[kind]
    problems = found(**{kind: (replace(row, party="gemeente:Alkmaar", at=at("rollen", 2)),)})
    assert "kan hier niet" in problems[0].message


def test_no_party_seems_unknown_when_scholen_could_not_be_read_whole() -> None:
    rows = (replace(OFFICE_ROLE, party="nergens", at=at("rollen", 2)),)
    assert found(roles=rows, incomplete=frozenset({"scholen"})) == []


def test_no_bestuur_seems_unknown_when_besturen_could_not_be_read_whole() -> None:
    rows = (replace(SCHOOL, bestuur="777", at=at("scholen", 2)),)
    assert found(parties=rows, incomplete=frozenset({"besturen"})) == []


def test_an_unknown_role_is_a_problem_with_the_nearest_as_hint() -> None:
    problems = found(roles=(replace(OFFICE_ROLE, role="direkteur", at=at("rollen", 3)),))
    assert where(problems) == [("register/rollen.csv", 3, 2, "rol")]
    assert problems[0].hint == "Bedoelt u 'directeur'?"


def test_a_role_that_looks_like_nothing_gets_the_list_of_roles_as_hint() -> None:
    problems = found(roles=(replace(OFFICE_ROLE, role="xyzzy", at=at("rollen", 3)),))
    assert "teamleider" in problems[0].hint


def test_a_role_that_ends_before_it_begins_is_a_problem() -> None:
    row = replace(OFFICE_ROLE, first=date(2027, 8, 1), last=date(2026, 7, 31), at=at("rollen", 2))
    problems = found(roles=(row,))
    assert where(problems) == [("register/rollen.csv", 2, 5, "tot")]
    assert problems[0].message == "tot (31-07-2026) ligt voor vanaf (01-08-2027)"


def test_closing_days_that_end_before_they_begin_are_a_problem() -> None:
    row = replace(STUDY_DAY, last=date(2026, 10, 4), at=at("vrije_dagen", 2))
    assert where(found(closings=(row,))) == [("register/vrije_dagen.csv", 2, 3, "tot")]


def test_a_document_that_expires_before_it_was_adopted_is_a_problem() -> None:
    row = replace(SOP, valid_until=date(2023, 1, 1), at=at("documenten", 2))
    assert where(found(documents=(row,))) == [("register/documenten.csv", 2, 5, "geldig_tot")]


def test_a_role_of_one_day_is_fine() -> None:
    assert found(roles=(replace(OFFICE_ROLE, first=TODAY, last=TODAY, at=at("rollen", 2)),)) == []


def test_stored_rows_are_taken_as_right() -> None:
    assert found(roles=(replace(OFFICE_ROLE, party="nergens"),)) == []


# What differs


def test_the_same_register_twice_is_no_difference() -> None:
    assert not compared(STORED)


def test_a_new_school_is_new() -> None:
    school = replace(SCHOOL, id="16BX00", at=at("scholen", 3))
    result = compared(handed_in(parties=(BESTUUR, SCHOOL, school)))
    assert result.parties.new == (school,)
    assert not result.parties.changed
    assert not result.parties.gone


def test_a_changed_name_says_what_it_was_and_what_it_becomes() -> None:
    result = compared(handed_in(parties=(BESTUUR, replace(SCHOOL, name="De Boog", tags=("a", "b")))))
    (change,) = result.parties.changed
    assert change.fields == (
        FieldChange("naam", "De Regenboog", "De Boog"),
        FieldChange("kenmerken", "", "a, b"),
    )


def test_a_school_that_is_left_out_is_gone() -> None:
    assert compared(handed_in(parties=(BESTUUR,))).parties.gone == (SCHOOL,)


def test_an_inactive_school_that_is_left_out_is_not_gone_again() -> None:
    stored = replace(STORED, parties=(BESTUUR, replace(SCHOOL, active=False)))
    assert not difference(stored, handed_in(parties=(BESTUUR,)), TODAY)


def test_a_school_that_comes_back_becomes_active() -> None:
    stored = replace(STORED, parties=(BESTUUR, replace(SCHOOL, active=False)))
    incoming = handed_in(parties=(BESTUUR, replace(SCHOOL, at=at("scholen", 2, "code", "naam", "bestuur"))))
    (change,) = difference(stored, incoming, TODAY).parties.changed
    assert change.fields == (FieldChange("actief", "nee", "ja"),)


def test_another_spelling_of_a_code_is_the_same_school() -> None:
    parties = (BESTUUR, replace(SCHOOL, id="16ah00"))
    roles = (replace(OFFICE_ROLE, party="16aH00"),)
    assert not compared(handed_in(parties=parties, roles=roles))


def test_a_sheet_that_is_not_handed_in_stays_as_it_is_stored() -> None:
    nothing = RegisterSheets(parties=(SCHOOL,), handed_in=frozenset({"scholen"}))
    assert not compared(nothing)


def test_a_sheet_that_is_handed_in_empty_leaves_nothing_of_it() -> None:
    result = compared(replace(STORED, closings=(), documents=()))
    assert (result.closings.gone, result.documents.gone) == ((STUDY_DAY,), (SOP,))


def test_besturen_handed_in_alone_leave_the_schools_as_they_are() -> None:
    bestuur = replace(BESTUUR, name="Stichting De Boog")
    result = compared(RegisterSheets(parties=(bestuur,), handed_in=frozenset({"besturen"})))
    assert [change.new for change in result.parties.changed] == [bestuur]
    assert not result.parties.gone


def test_a_column_that_is_not_handed_in_keeps_the_stored_value() -> None:
    bare = PartyRow("16AH00", "school", "De Regenboog", "10249", at=at("scholen", 2, "code", "naam", "bestuur"))
    assert not compared(handed_in(parties=(BESTUUR, bare)))


def test_an_emptied_cell_empties_the_stored_value() -> None:
    bare = PartyRow("16AH00", "school", "De Regenboog", "10249", gemeente="Alkmaar", at=at("scholen", 2))
    (change,) = compared(handed_in(parties=(BESTUUR, bare))).parties.changed
    assert change.fields == (FieldChange("plaats", "Alkmaar", ""),)


def test_a_weekbericht_is_shown_as_its_day() -> None:
    (change,) = compared(handed_in(contacts=(replace(OFFICE, weekly=0),))).contacts.changed
    assert change.fields == (FieldChange("weekbericht", "", "maandag"),)


def test_a_derived_contact_changes_nothing_of_the_stored_one() -> None:
    derived = ContactRow(OFFICE.email, OFFICE.email, derived=True, at=at("rollen", 2))
    assert not compared(handed_in(contacts=(derived,)))


def test_contacten_alone_ends_no_roles() -> None:
    """It gives names; who has a role and no name in it, stays."""
    other = ContactRow("iemand@regenboog.example", "Iemand")
    result = compared(RegisterSheets(contacts=(other,), handed_in=frozenset({"contacten"})))
    assert (result.contacts.new, result.contacts.gone, result.roles.gone) == ((other,), (), ())


def test_a_contact_is_gone_with_its_last_role() -> None:
    result = compared(handed_in("contacten", "rollen", contacts=(), roles=()))
    assert (result.contacts.gone, result.roles.gone) == ((OFFICE,), (OFFICE_ROLE,))


def test_a_contact_without_a_running_role_is_never_gone() -> None:
    ended = replace(OFFICE_ROLE, last=date(2026, 9, 30))
    assert not difference(replace(STORED, roles=(ended,)), handed_in(contacts=(), roles=()), TODAY)


def test_a_role_that_is_left_out_is_gone() -> None:
    assert compared(handed_in(roles=())).roles.gone == (OFFICE_ROLE,)


def test_a_role_that_has_ended_is_not_gone_again() -> None:
    ended = replace(OFFICE_ROLE, last=date(2026, 9, 30))
    assert not difference(replace(STORED, roles=(ended,)), handed_in(roles=()), TODAY)


def test_a_role_that_ended_in_the_sheet_as_well_is_no_difference() -> None:
    ended = replace(OFFICE_ROLE, last=date(2026, 9, 30))
    assert not difference(replace(STORED, roles=(ended,)), handed_in(roles=(ended,)), TODAY)


def test_a_role_that_comes_back_is_new_and_its_past_stays() -> None:
    ended = replace(OFFICE_ROLE, last=date(2026, 9, 30))
    result = difference(replace(STORED, roles=(ended,)), STORED, TODAY)
    assert (result.roles.new, result.roles.changed, result.roles.gone) == ((OFFICE_ROLE,), (), ())


def test_an_end_given_to_a_role_is_a_change() -> None:
    incoming = handed_in(roles=(replace(OFFICE_ROLE, last=date(2027, 7, 31)),))
    (change,) = compared(incoming).roles.changed
    assert change.fields == (FieldChange("tot", "", "2027-07-31"),)


def test_a_role_column_speaks_for_its_own_role_at_its_own_kind_of_party_alone() -> None:
    others = (
        RoleEntry(OFFICE.email, "directeur", "16AH00"),
        RoleEntry(OFFICE.email, "administratie", "10249"),
    )
    stored = replace(STORED, roles=(OFFICE_ROLE, *others))
    incoming = RegisterSheets(
        parties=(SCHOOL,),
        handed_in=frozenset({"scholen"}),
        role_columns=frozenset({("school", "administratie")}),
    )
    assert difference(stored, incoming, TODAY).roles.gone == (OFFICE_ROLE,)


@pytest.mark.parametrize(
    ("source", "handed", "columns", "goes"),
    [
        ("kolom", "rollen", (), False),
        ("rollen", "rollen", (), True),
        ("", "rollen", (), True),
        ("kolom", "scholen", ("administratie",), True),
        ("rollen", "scholen", ("administratie",), False),
        ("", "scholen", ("administratie",), True),
        ("kolom", "scholen", ("directeur",), False),
    ],
)
def test_a_role_goes_when_the_sheet_that_brought_it_no_longer_has_it(
    source: str, handed: str, columns: tuple[str, ...], goes: bool
) -> None:
    stored = replace(STORED, roles=(replace(OFFICE_ROLE, source=source),))
    incoming = RegisterSheets(
        parties=(SCHOOL,) if handed == "scholen" else (),
        handed_in=frozenset({handed}),
        role_columns=frozenset(("school", role) for role in columns),
    )
    assert difference(stored, incoming, TODAY).roles.gone == ((OFFICE_ROLE,) if goes else ())


def test_rollen_may_end_a_role_that_came_by_a_column() -> None:
    stored = replace(STORED, roles=(replace(OFFICE_ROLE, source="kolom"),))
    ending = replace(OFFICE_ROLE, last=date(2027, 7, 31), source="rollen")
    incoming = RegisterSheets(roles=(ending,), handed_in=frozenset({"rollen"}))
    result = difference(stored, incoming, TODAY).roles
    assert [(change.new, change.fields[0].field) for change in result.changed] == [(ending, "tot")]
    assert (result.new, result.gone) == ((), ())


def test_a_role_of_a_column_that_rollen_says_too_is_no_difference() -> None:
    stored = replace(STORED, roles=(replace(OFFICE_ROLE, source="kolom"),))
    incoming = RegisterSheets(roles=(replace(OFFICE_ROLE, source="rollen"),), handed_in=frozenset({"rollen"}))
    assert not difference(stored, incoming, TODAY)


def test_a_document_without_a_version_keeps_the_number_it_has() -> None:
    assert not compared(handed_in(documents=(replace(SOP, version="", at=at("documenten", 2)),)))


def test_a_corrected_date_of_a_version_is_a_change() -> None:
    (change,) = compared(handed_in(documents=(replace(SOP, adopted_on=date(2024, 6, 1)),))).documents.changed
    assert change.fields == (FieldChange("vastgesteld_op", "2024-05-01", "2024-06-01"),)


def test_a_next_version_of_a_document_is_new() -> None:
    following = replace(SOP, adopted_on=date(2026, 5, 1), version="")
    result = compared(handed_in(documents=(SOP, following)))
    assert (result.documents.new, result.documents.changed) == ((following,), ())


def test_a_closing_that_lasts_longer_is_a_change() -> None:
    (change,) = compared(handed_in(closings=(replace(STUDY_DAY, last=date(2026, 10, 6)),))).closings.changed
    assert [field.field for field in change.fields] == ["tot"]


@pytest.mark.parametrize("kind", ["documents", "closings"])
def test_what_was_taken_back_is_not_gone_again_and_comes_back_as_a_change(kind: str) -> None:
    row = {"documents": SOP, "closings": STUDY_DAY}[kind]
    stored = replace(STORED, **{kind: (replace(row, active=False),)})
    assert not difference(stored, handed_in(**{kind: ()}), TODAY)
    (change,) = getattr(difference(stored, STORED, TODAY), kind).changed
    assert (change.new, change.fields) == (row, (FieldChange("actief", "nee", "ja"),))


def test_of_two_alike_the_one_that_counts_is_kept() -> None:
    """A day that was taken back and later handed in with another description stays taken back."""
    old = replace(STUDY_DAY, active=False, description="oud")
    assert not difference(replace(STORED, closings=(old, STUDY_DAY)), STORED, TODAY)


# Lists of DUO

FROM_DUO = replace(SCHOOL, source="duo-po:lijst")
SCOPE = DuoScope(frozenset({"duo-po:lijst"}), frozenset({"16bx00"}), frozenset({"alkmaar"}))
NAMELESS = PartyRow("10249", "bestuur", "Bestuur 10249", derived=True)


def a_list(*parties: PartyRow, **scope: frozenset[str]) -> RegisterSheets:
    return RegisterSheets(parties=parties, handed_in=frozenset(), duo=replace(SCOPE, **scope))


def test_a_list_says_nothing_of_people_documents_and_besturen() -> None:
    assert not compared(a_list())


def test_a_school_that_the_same_list_no_longer_has_is_gone() -> None:
    stored = replace(STORED, parties=(BESTUUR, FROM_DUO))
    result = difference(stored, a_list(), TODAY)
    assert result.parties.gone == (SCHOOL,)
    assert not result.roles


@pytest.mark.parametrize(
    "scope",
    [
        {"gemeenten": frozenset({"heiloo"})},
        {"codes": frozenset({"16ah00"})},
        {"sources": frozenset({"duo-vo:lijst"})},
    ],
    ids=["another gemeente", "left out by the filter", "another list"],
)
def test_a_school_of_which_the_list_does_not_speak_stays(scope: dict[str, frozenset[str]]) -> None:
    stored = replace(STORED, parties=(BESTUUR, FROM_DUO))
    assert not difference(stored, a_list(**scope), TODAY)


def test_a_school_that_the_bureau_wrote_itself_is_never_gone_by_a_list() -> None:
    assert not compared(a_list(replace(FROM_DUO, id="16BX00"))).parties.gone


def test_a_list_keeps_the_name_that_a_bestuur_has() -> None:
    stored = replace(STORED, parties=(replace(BESTUUR, name="Stichting De Boog"), SCHOOL))
    assert not difference(stored, a_list(NAMELESS, SCHOOL), TODAY)


def test_a_name_in_besturen_wins_from_the_number_in_a_list() -> None:
    named = replace(BESTUUR, name="Stichting De Boog")
    incoming = replace(a_list(named, NAMELESS, SCHOOL), handed_in=frozenset({"besturen"}))
    assert difference(RegisterSheets(), incoming, TODAY).parties.new == (named, SCHOOL)


def test_a_list_keeps_what_only_the_bureau_knows_of_a_school() -> None:
    stored = replace(STORED, parties=(BESTUUR, replace(SCHOOL, region="noord", tags=("klein",))))
    again = replace(FROM_DUO, at=at("duo", 2, "code", "naam", "bestuur", "plaats", "gemeente"))
    assert not difference(stored, a_list(again), TODAY)


# Ander adres?


def test_an_old_address_gone_and_a_new_one_in_the_same_role_is_a_question() -> None:
    newcomer = ContactRow("kantoor@regenboog.example", "Administratie De Regenboog")
    role = replace(OFFICE_ROLE, email=newcomer.email)
    result = compared(handed_in(contacts=(newcomer,), roles=(role,)))
    assert result.questions == (AddressQuestion(OFFICE.email, newcomer.email, (role,)),)
    assert result.contacts.new == (newcomer,)
    assert result.contacts.gone == (OFFICE,)


def test_a_new_address_beside_the_old_one_is_no_question() -> None:
    newcomer = ContactRow("kantoor@regenboog.example", "Kantoor")
    roles = (OFFICE_ROLE, replace(OFFICE_ROLE, email=newcomer.email))
    assert compared(handed_in(contacts=(OFFICE, newcomer), roles=roles)).questions == ()


def test_an_address_that_is_known_already_is_no_question() -> None:
    colleague = ContactRow("directeur@regenboog.example", "Directeur De Regenboog")
    stored = replace(STORED, contacts=(OFFICE, colleague))
    incoming = handed_in(contacts=(colleague,), roles=(replace(OFFICE_ROLE, email=colleague.email),))
    assert difference(stored, incoming, TODAY).questions == ()


def test_completing_twice_is_completing_once() -> None:
    incoming = RegisterSheets(parties=(replace(SCHOOL, id="16ah00"),), handed_in=frozenset({"scholen"}))
    once = completed(incoming, STORED)
    assert once.parties == (SCHOOL, BESTUUR)
    assert completed(once, STORED) == once


def test_an_import_into_an_empty_store_is_all_new() -> None:
    result = difference(RegisterSheets(), STORED, TODAY)
    assert result
    assert len(result.parties.new) == 2
    assert not result.parties.gone


def test_after_an_import_is_applied_there_is_no_difference() -> None:
    incoming = handed_in(parties=(BESTUUR, replace(SCHOOL, name="De Boog", at=at("scholen", 2))), roles=())
    applied = completed(incoming, STORED)
    assert compared(incoming)
    assert not difference(applied, incoming, TODAY)


def test_an_answer_moves_the_contact_with_its_name_and_roles() -> None:
    newcomer = ContactRow("kantoor@regenboog.example", "kantoor@regenboog.example", derived=True)
    incoming = handed_in("rollen", contacts=(newcomer,), roles=(replace(OFFICE_ROLE, email=newcomer.email),))
    questions = compared(incoming).questions
    moved = readdressed(STORED, RegisterSheets(), questions, {OFFICE.email: newcomer.email})
    assert moved.contacts == (replace(OFFICE, email=newcomer.email),)
    assert not difference(moved, incoming, TODAY)


@pytest.mark.parametrize(
    "answer", [{"iemand@x.example": "kantoor@regenboog.example"}, {OFFICE.email: "ander@x.example"}]
)
def test_an_answer_to_what_was_not_asked_is_refused_with_what_was(answer: dict[str, str]) -> None:
    question = AddressQuestion(OFFICE.email, "kantoor@regenboog.example", (OFFICE_ROLE,))
    with pytest.raises(Refused) as refused:
        readdressed(STORED, RegisterSheets(), [question], answer)
    assert refused.value.hint == f"Gevraagd is: {OFFICE.email}=kantoor@regenboog.example."


def test_one_new_address_for_two_people_is_refused() -> None:
    asked = [AddressQuestion(old, "kantoor@x.example", ()) for old in ("a@x.example", "b@x.example")]
    with pytest.raises(Refused, match="hetzelfde nieuwe adres"):
        readdressed(
            STORED, RegisterSheets(), asked, {"a@x.example": "kantoor@x.example", "b@x.example": "kantoor@x.example"}
        )


# Sheets without rows


def test_an_empty_sheet_of_which_rows_hold_is_named_and_others_are_not() -> None:
    incoming = replace(STORED, handed_in=frozenset(), empty=frozenset(SHEETS))
    stored = replace(STORED, closings=(replace(STUDY_DAY, active=False),))
    assert emptied(incoming, stored, TODAY) == ("scholen", "documenten")
    listed = replace(OFFICE_ROLE, source="rollen")
    assert emptied(incoming, RegisterSheets(roles=(listed,)), TODAY) == ("rollen",)
    ended = replace(listed, last=date(2026, 9, 1))
    assert emptied(incoming, RegisterSheets(roles=(ended,)), TODAY) == ()
