"""The register that is downloaded says exactly what is stored."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from engine.adapters.register import filled, read_uploads, write_blank
from engine.core.intake import completed, difference
from engine.core.problem import stops
from engine.core.roles import ROLES
from engine.core.sheet_checks import check_register
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry

TODAY = date(2026, 10, 1)
STORED = RegisterSheets(
    parties=(
        PartyRow("0777", "bestuur", "=1+1", region="zuid", tags=("groot", "klein")),
        PartyRow("88888", "bestuur", "Opgeheven", active=False),
        PartyRow("10AA00", "school", "De Linde", "0777", "Alkmaar", "Alkmaar", "noord", ("vso",), source="vo"),
        PartyRow("11BB00", "school", "Gesloten", "0777", "Heiloo", "Heiloo", active=False),
        PartyRow("12CC00", "school", "Mee opgeheven", "88888", active=False),
        PartyRow("13DD00", "school", "@de rand", "0777"),
    ),
    contacts=(
        ContactRow("a@linde.example", "+31 De Wit", "mevrouw De Wit", "+31 6 0000", "en", 0),
        ContactRow("b@linde.example", "b@linde.example"),
        ContactRow("later@linde.example", "Later"),
        ContactRow("weg@linde.example", "Weg"),
        ContactRow("geen-rol@linde.example", "Nog geen rol"),
    ),
    roles=(
        RoleEntry("a@linde.example", "directeur", "10AA00", source="kolom"),
        RoleEntry("b@linde.example", "directeur", "10AA00", source="kolom"),
        RoleEntry("b@linde.example", "mr-secretaris", "10AA00", source="kolom"),
        RoleEntry("b@linde.example", "bestuurder", "0777", source="kolom"),
        RoleEntry("b@linde.example", "consulent", "10AA00"),
        RoleEntry("a@linde.example", "directeur", "11BB00", source="pagina"),
        RoleEntry("b@linde.example", "teamleider", "10AA00"),
        RoleEntry("b@linde.example", "eigen-rol", "11BB00", source="rollen"),
        RoleEntry("a@linde.example", "teamleider", "13DD00", date(2026, 11, 1), date(2027, 7, 31), "kolom"),
        RoleEntry("later@linde.example", "directeur", "13DD00", date(2027, 1, 1)),
        RoleEntry("weg@linde.example", "administratie", "10AA00", None, date(2026, 9, 30), "kolom"),
        RoleEntry("a@linde.example", "bureau", "swv", source="rollen"),
        RoleEntry("a@linde.example", "leerplichtambtenaar", "gemeente:Alkmaar", source="rollen"),
    ),
    documents=(
        DocumentRow("SOP", "10AA00", date(2024, 5, 1), "v1", date(2028, 5, 1), "vastgesteld"),
        DocumentRow("SOP", "10AA00", date(2022, 5, 1), "v2b"),
        DocumentRow("SOP", "10AA00", date(2020, 5, 1), "v3", active=False),
    ),
    closings=(
        ClosingRow("10AA00", date(2026, 10, 5), date(2026, 10, 5), "-studiedag"),
        ClosingRow("0777", date(2027, 4, 26), date(2027, 5, 9), "", "meivakantie"),
        ClosingRow("swv", date(2026, 12, 24), date(2026, 12, 24), "Kerst", active=False),
    ),
)
NOTHING = RegisterSheets()


def test_a_register_that_comes_back_unchanged_changes_nothing() -> None:
    for stored in (STORED, NOTHING):
        data = filled(stored, "vo", TODAY)
        incoming, problems = read_uploads([("register.xlsx", data)], ("eigen-rol",))
        problems += check_register(completed(incoming, stored), (*ROLES, "eigen-rol"))
        assert not stops(problems), problems
        found = difference(stored, incoming, TODAY)
        assert not found, found
    assert not found.questions


def test_what_is_changed_in_it_is_all_that_changes() -> None:
    """An address that is taken out of a role column, and a school that closes."""
    book = load_workbook(BytesIO(filled(STORED, "vo", TODAY)))
    sheet = book["scholen"]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    row = next(cells[0].row for cells in sheet.iter_rows(min_row=2) if cells[0].value == "10AA00")
    assert sheet.cell(row, columns["directeur"]).value == "a@linde.example, b@linde.example"
    assert sheet.cell(row, columns["consulent"]).value == "b@linde.example"
    sheet.cell(row, columns["directeur"]).value = "a@linde.example"
    sheet.cell(row, columns["actief"]).value = "nee"
    file = BytesIO()
    book.save(file)
    incoming, _ = read_uploads([("register.xlsx", file.getvalue())], ("eigen-rol",))
    found = difference(STORED, incoming, TODAY)
    assert found.roles.gone == (RoleEntry("b@linde.example", "directeur", "10AA00"),)
    assert [(one.new.id, one.fields[0].new) for one in found.parties.changed] == [("10AA00", "nee")]
    assert not (found.contacts or found.documents or found.closings or found.roles.new or found.parties.gone)


def test_nothing_in_it_is_a_formula() -> None:
    book = load_workbook(BytesIO(filled(STORED, "vo", TODAY)))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert book["besturen"]["B2"].value == "=1+1"


def test_it_has_the_headings_and_choices_of_the_empty_workbook(tmp_path) -> None:  # type: ignore[no-untyped-def]
    blank, full = load_workbook(write_blank(tmp_path, "po")), load_workbook(BytesIO(filled(STORED, "po", TODAY)))
    assert full.sheetnames == blank.sheetnames
    for sheet in blank:
        heads = [str(cell.value) for cell in full[sheet.title][1]]
        assert heads[: sheet.max_column] == [str(cell.value) for cell in sheet[1]], sheet.title
        offered = [len(book[sheet.title].data_validations.dataValidation) for book in (blank, full)]
        assert offered[0] == offered[1], sheet.title
