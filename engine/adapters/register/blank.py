"""The register as a workbook with headings and drop-downs; the empty one that a new workspace gets has examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from engine.adapters.register.cells import VAKANTIES
from engine.adapters.register.sheets import COLUMNS, EXAMPLE, EXPLANATION, REQUIRED
from engine.core.dutch import WEEKDAYS
from engine.core.roles import ROLES, role_word
from engine.core.settings import REGIONS
from engine.core.sheets import SHEETS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

# The role columns that an empty register starts with; any other role may be added.
_SUPPORT = {"vo": "ondersteuningscoordinator", "po": "intern-begeleider"}
_LAST_CHOICE = 2_000  # rows with drop-downs, and as many below what is there
_TEXT, _DATE = "@", "dd-mm-yyyy"
_DATES = ("vanaf", "tot", "van", "vastgesteld_op", "geldig_tot")
_WIDTHS = {"naam": 34, "email": 34, "omschrijving": 30, "kenmerken": 24, "plaats": 20, "gemeente": 20}
_WIDE, _NARROW = 32, 15

# What a heading says when it is pointed at.
_MEANT = {
    "nummer": "Het bevoegd-gezagnummer van DUO, bijvoorbeeld 10249.",
    "code": "De vestigingscode van DUO, bijvoorbeeld 16AH00. Nullen vooraan horen erbij.",
    "naam": "Zo heet de school, het bestuur of de persoon in de mails.",
    "bestuur": "Het nummer van het bestuur, zoals op het blad besturen.",
    "plaats": "Alleen om te lezen.",
    "gemeente": "Nodig voor leerplichtambtenaren: zij horen bij gemeente:NAAM.",
    "regio": "De vakantieregio. Leeg: die van het bestuur, anders die van het samenwerkingsverband.",
    "kenmerken": "Woorden waarmee een regel scholen of besturen kan kiezen, met komma's ertussen.",
    "actief": "ja of nee. Leeg is ja. Een school die dichtgaat, zet u op nee.",
    "voorheen": "De code die deze school eerder had. Fuseren er scholen? Zet hier hun codes, met een komma ertussen.",
    "email": "Eén e-mailadres.",
    "aanhef": "Zoals in: Beste … Leeg: de naam.",
    "telefoon": "Voor het bureau, als er gebeld moet worden.",
    "taal": "Twee letters. Leeg is nl.",
    "weekbericht": "Een weekdag: deze persoon krijgt één mail per week, op die dag. Leeg: als er iets is.",
    "rol": "Kies uit de lijst op het blad uitleg.",
    "partij": "Een schoolcode, een bestuursnummer, swv, of (bij rollen) gemeente:NAAM.",
    "vanaf": "De eerste dag van de rol. Leeg: al lang.",
    "tot": "De laatste dag van de rol. Leeg: de rol loopt door.",
    "soort": "Het woord dat in de regel achter document staat.",
    "vastgesteld_op": "De dag waarop dit document is vastgesteld.",
    "versie": "Een nummer, zoals 3. Leeg: het programma telt zelf.",
    "geldig_tot": "De laatste dag. Leeg: de regel rekent het uit.",
    "fase": "Vrij in te vullen.",
    "van": "De eerste vrije dag.",
    "omschrijving": "Vrij in te vullen.",
    "vervangt": "Een vakantie die deze dagen vervangen. Leeg: dagen die erbij komen.",
}
_MEANT_ON = {("vrije_dagen", "tot"): "De laatste vrije dag. Eén dag vrij: dezelfde dag als bij van."}
_SAMPLES = {
    "naam": "Zo vult u een rij in",
    "bestuur": "10249",
    "plaats": "Alkmaar",
    "gemeente": "Alkmaar",
    "regio": "noord",
    "kenmerken": "klein, vso",
    "actief": "ja",
    "voorheen": "",
    "aanhef": "mevrouw De Wit",
    "telefoon": "072 000 0000",
    "taal": "nl",
    "weekbericht": "maandag",
    "rol": "leerplichtambtenaar",
    "partij": "gemeente:Alkmaar",
    "vanaf": "01-08-2026",
    "tot": "31-07-2027",
    "vastgesteld_op": "05-11-2024",
    "versie": "3",
    "geldig_tot": "05-11-2028",
    "fase": "vastgesteld",
    "van": "05-10-2026",
    "omschrijving": "studiedag",
    "vervangt": "",
}
# No address at all, so that one that is left behind among real rows is told and not written to.
_SAMPLE_ADDRESS = "naam@voorbeeld"
# Where a column means something else on this sheet.
_OF_SHEET = {
    ("documenten", "partij"): "16AH00",
    ("vrije_dagen", "tot"): "05-10-2026",
}
_EXPLAINED = (
    "Het register van de jaarplanning",
    "",
    "Op elk blad staat één soort gegevens. Een kolom met een gele, vetgedrukte kop moet u invullen.",
    "Laat de namen van de bladen staan. Elke kolom heeft een kop. De volgorde van de kolommen maakt niet uit.",
    "Heeft u al een eigen lijst? Maak dan een blad helemaal leeg, ook de kop, en plak uw lijst erin.",
    "Zet daarna boven de kolommen de namen die op dat blad stonden. Ze staan ook in de handleiding, hoofdstuk 3.",
    "De grijze rij met 'voorbeeld' in de eerste kolom laat zien hoe u een rij invult. Zij telt nooit mee.",
    "U mag haar weghalen of laten staan. Een blad zonder eigen rijen telt niet mee: er verandert dan niets.",
    "",
    "Een kolom op scholen of besturen mag de naam van een rol hebben, bijvoorbeeld directeur. Zet er een",
    "e-mailadres in, of meer adressen met een komma ertussen. U mag zulke kolommen toevoegen.",
    "Rollen bij het samenwerkingsverband (swv) en bij een gemeente zet u op het blad rollen.",
    "Zet op rollen in elk geval iemand met de rol bureau bij swv.",
    "Namen bij e-mailadressen zet u op het blad contacten.",
    "",
    "Gebruik geen formules en voeg geen cellen samen. Schrijf een datum als 01-08-2026.",
    "Bewaar dit bestand als .xlsx en sluit het. Kies het op de pagina Beheer, Register: u ziet wat er verandert.",
    "Zonder die pagina kan het zo:",
    "    python3 -m engine import MAP/register --workspace MAP",
    "",
)


# A row as it goes into a sheet: its cells by column.
Cells = Mapping[str, str | date]


def write_blank(folder: Path, sector: str) -> Path:
    """Makes the folder with `register.xlsx`, role columns as suit the sector (`vo` or `po`); returns the file.

    One that is there already stays as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "register.xlsx"
    if not file.exists():
        workbook(role_columns(sector), {}).save(file)
    return file


def role_columns(sector: str) -> dict[str, tuple[str, ...]]:
    """The role columns that a register of a sector begins with, by sheet."""
    return {
        "besturen": ("bestuurder", "administratie"),
        "scholen": ("directeur", _SUPPORT[sector], "administratie", "consulent"),
    }


def workbook(roles: Mapping[str, Sequence[str]], rows: Mapping[str, Sequence[Cells]]) -> Workbook:
    """A register with these role columns and rows by sheet; a sheet without rows has one that shows how."""
    # Imported here: it takes 0.3 s, which a command that writes no workbook does not have to spend.
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    explanation = book.active
    if explanation is None:
        raise ValueError("a new workbook has a sheet")
    _explain(explanation)
    for name in SHEETS:
        _add_sheet(book, name, roles.get(name, ()), rows.get(name, ()), has_examples=not rows.get("besturen"))
    return book


def _explain(sheet: Worksheet) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415  # see workbook

    sheet.title = EXPLANATION
    sheet.column_dimensions["A"].width = 30
    for line in _EXPLAINED:
        sheet.append([line])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(["rol", "wie dat is"])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for role in ROLES:
        sheet.append([role, role_word(role)])


def _roles_range() -> str:
    first = len(_EXPLAINED) + 2
    return f"{EXPLANATION}!$A${first}:$A${first + len(ROLES) - 1}"


def _add_sheet(book: Workbook, name: str, roles: Sequence[str], rows: Sequence[Cells], *, has_examples: bool) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415  # see workbook
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    sheet = book.create_sheet(name)
    columns = (*COLUMNS[name], *roles)
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        needed = column in REQUIRED[name]
        head = sheet.cell(1, number, column)
        head.font = Font(bold=needed)
        head.fill = PatternFill("solid", fgColor="FFE699" if needed else "DDEBF7")
        meant = _MEANT_ON.get((name, column)) or _MEANT.get(
            column, f"E-mailadres van de {role_word(column)}; meer adressen met een komma ertussen."
        )
        head.comment = Comment(f"{'Verplicht. ' if needed else ''}{meant}", "jaarplanning", height=90, width=260)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column, _NARROW if column in COLUMNS[name] else _WIDE)
        # The style of the column is that of cells that are still to be filled in: codes keep their zeros.
        sheet.column_dimensions[letter].number_format = _DATE if column in _DATES else _TEXT
        if not rows:
            sample = EXAMPLE if number == 1 else _sample(name, column)
            cell = sheet.cell(2, number, sample)
            cell.font = Font(italic=True, color="808080")
            cell.number_format = _TEXT
        _offer(sheet, letter, column, len(rows) + _LAST_CHOICE, 3 if has_examples else 2)
    for at, row in enumerate(rows, start=2):
        for number, column in enumerate(columns, start=1):
            _fill(sheet, at, number, row.get(column, ""))
    sheet.freeze_panes = "A2"


def _fill(sheet: Worksheet, at: int, number: int, value: str | date) -> None:
    if value == "":
        return
    cell = sheet.cell(at, number, value)
    if isinstance(value, date):
        cell.number_format = _DATE
    else:
        # A text that begins with = is no formula.
        cell.data_type = "s"
        cell.number_format = _TEXT


def _sample(name: str, column: str) -> str:
    return _OF_SHEET.get((name, column), _SAMPLES.get(column, _SAMPLE_ADDRESS))


def _offer(sheet: Worksheet, letter: str, column: str, last: int, first_bestuur: int) -> None:
    """A drop-down where there is a list to choose from, down to row `last`."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415  # see workbook

    choices = {"regio": REGIONS, "actief": ("ja", "nee"), "weekbericht": WEEKDAYS, "vervangt": VAKANTIES}
    if column in choices:
        listed = f'"{",".join(choices[column])}"'
    elif column == "rol":
        listed = _roles_range()
    elif column == "bestuur":
        listed = f"besturen!$A${first_bestuur}:$A${_LAST_CHOICE}"
    else:
        return
    offer = DataValidation(type="list", formula1=listed, allow_blank=True, showErrorMessage=False)
    offer.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(offer)
