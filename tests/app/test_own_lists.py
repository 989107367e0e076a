"""Lists as a bureau has them: each is read as it is meant, or refused with the remedy, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from engine.adapters.register import read_uploads
from engine.app.intake import compare
from engine.core.intake import RegisterDifference
from engine.core.intake_told import place_told
from engine.core.problem import Problem, stops
from engine.core.roles import ROLES
from engine.core.sheets import PartyRow, RegisterSheets
from engine.store.database import scratch_database
from engine.store.register import fill_register

TODAY = date(2026, 10, 1)
KNOWN = RegisterSheets(
    parties=(
        PartyRow("70001", "bestuur", "Stichting De Waterlinie"),
        PartyRow("70002", "bestuur", "Onderwijs aan de Amstel"),
        PartyRow("70003", "bestuur", "Stichting De Twee"),
        PartyRow("70004", "bestuur", "De Twee"),
        PartyRow("10249", "bestuur", "Bestuur 10249"),
        PartyRow("10AA00", "school", "De Linde", "70001"),
    )
)
Rows = Sequence[Sequence[object]]


def workbook(rows: Rows, title: str = "scholen", merged: Sequence[str] = ()) -> bytes:
    """A workbook with one sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for ref in merged:
        sheet.merge_cells(ref)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def seen(
    data: bytes | str, name: str = "lijst.xlsx", stored: RegisterSheets = KNOWN
) -> tuple[RegisterDifference, tuple[Problem, ...]]:
    """What importing one file into the known register would change, and all that is wrong or odd."""
    return seen_together({name: data}, stored)


def seen_together(
    files: dict[str, bytes | str], stored: RegisterSheets = KNOWN
) -> tuple[RegisterDifference, tuple[Problem, ...]]:
    """The same of several files."""
    given = [(name, text.encode() if isinstance(text, str) else text) for name, text in files.items()]
    sheets, problems = read_uploads(given, ())
    with scratch_database().write() as connection:
        fill_register(connection, stored)
        found, more = compare(connection, sheets, ROLES, TODAY)
    return found, tuple(sorted((*problems, *more)))


def told(problems: Sequence[Problem]) -> list[str]:
    """Each problem and note by its row."""
    return [f"{one.line}: {one.message}. {one.hint}" for one in problems]


# A bestuur by its name

WIDE = ("code", "naam", "bestuur", "directeur")


@pytest.mark.parametrize("name", ["Stichting De Waterlinie", "de waterlinie", "  De   WATERLINIE, Stichting "])
def test_a_bestuur_that_is_named_exactly_is_taken_once_and_told(name: str) -> None:
    rows = [(f"2{n}BB00", f"School {n}", name, f"d@{n}.example") for n in range(8)]
    found, problems = seen(workbook([WIDE, *rows]))
    assert not stops(problems)
    assert {row.bestuur for row in found.parties.new} == {"70001"}
    (one,) = [text for text in told(problems) if "gelezen als" in text]
    assert one == (
        f"2: '{name.strip()}' is gelezen als bestuur 70001 (Stichting De Waterlinie), op 8 rijen: 2, 3, 4, 5, 6 en nog "
        "3. Klopt dat niet? Zet daar het nummer van het bestuur."
    )


def test_a_bestuur_that_comes_along_may_be_named() -> None:
    files = {
        "besturen.csv": "nummer;naam\n80001;Stichting Nieuw\n",
        "scholen.csv": "code;naam;bestuur\n20BB00;Een;nieuw\n",
    }
    found, problems = seen_together(files)
    assert not stops(problems)
    assert [row.bestuur for row in found.parties.new if row.kind == "school"] == ["80001"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("De Waterline", "Bedoelt u 70001 (Stichting De Waterlinie)? Zet op al die plaatsen 70001."),
        ("Waterlinie", "Bedoelt u 70001 (Stichting De Waterlinie)? Zet op al die plaatsen 70001."),
        ("De Twee", "Zo heten 70003 en 70004. Zet op al die plaatsen het nummer dat u bedoelt."),
        (
            "Kolibrie",
            "Er is geen bestuur met die naam. Zet het met zijn nummer en naam in het blad besturen. "
            "De naam hier mag dan blijven.",
        ),
    ],
    ids=["misspelled", "in short", "of two", "unknown"],
)
def test_a_bestuur_by_another_name_is_one_question_with_its_rows_counted(name: str, hint: str) -> None:
    rows = [(f"2{n}BB00", f"School {n}", name if n % 2 else f"Stichting {name}") for n in range(4)]
    _, problems = seen(workbook([WIDE[:3], *rows]))
    message = f"2: 'Stichting {name}' is geen nummer van een bestuur (op 4 rijen: 2, 3, 4 en 5). {hint}"
    assert told([one for one in problems if one.severity == "problem"]) == [message]


def test_a_number_that_is_not_there_is_told_once() -> None:
    rows = [(f"2{n}BB00", f"School {n}", "99999") for n in range(4)]
    _, problems = seen(workbook([WIDE[:3], *rows]))
    assert [one.message for one in problems] == [
        "bestuur '99999' staat niet in het blad besturen (op 4 rijen: 2, 3, 4 en 5)"
    ]


@pytest.mark.parametrize(("name", "number"), [("De Linde", "10AA00 (De Linde)"), ("waterlinie", "")])
def test_a_party_by_its_name_is_asked_for_by_its_code(name: str, number: str) -> None:
    _, problems = seen(f"email;rol;partij\na@x.example;directeur;{name}\n", "rollen.csv")
    hint = f"Bedoelt u {number}?" if number else "Gebruik een schoolcode, een bestuursnummer, gemeente:NAAM of swv."
    assert [one.hint for one in problems if one.severity == "problem"] == [hint]


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("1OAAO0", "Bedoelt u 10AA00?"),
        ("10AB00", "Bedoelt u 10AA00?"),
        ("7001", "Bedoelt u 70001?"),
        ("99ZZ00", "Gebruik een schoolcode, een bestuursnummer, gemeente:NAAM of swv."),
    ],
    ids=["letters for figures", "one letter", "one too few", "unknown"],
)
def test_a_mistyped_code_is_asked_for_by_the_one_that_is_known(code: str, hint: str) -> None:
    _, problems = seen(f"email;rol;partij\na@x.example;directeur;{code}\n", "rollen.csv")
    assert [one.hint for one in problems if one.severity == "problem"] == [hint]


def test_a_mistyped_school_is_told_once_at_its_own_row_not_where_its_right_code_stands() -> None:
    files = {
        "scholen.csv": "code;naam;bestuur\n10AAO0;De Linde;70001\n",
        "rollen.csv": "email;rol;partij\na@x.example;directeur;10AA00\nb@x.example;administratie;10AA00\n",
    }
    _, problems = seen_together(files)
    [problem] = [one for one in problems if "10AA" in one.message]
    assert (problem.severity, problem.file, problem.line, problem.field) == ("problem", "scholen.csv", 2, "code")
    assert problem.message == (
        "school 10AAO0 (De Linde) is nieuw, maar 10AA00 (De Linde) staat nog op regel 2 van rollen.csv (en nog 1 keer)"
    )
    assert problem.hint.startswith("Is dit dezelfde school? Verbeter de code dan in 10AA00.")


# All that is wrong in a row

FAULTS = {
    "rollen.csv": "email;rol;partij;vanaf;tot\ngeen adres;rolx;99;2026-02-01;2026-01-01\n",
    "documenten.csv": "soort;partij;vastgesteld_op;geldig_tot\nx;97;geen;2020-01-01\n",
    "vrije_dagen.csv": "partij;van;tot\n96;1;2020-01-01\n",
    "scholen.csv": "code;naam;bestuur;regio\n1 2;;Kolibrie;west\n",
}


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("rollen.csv", ["email", "rol", "partij", "tot"]),
        ("documenten.csv", ["partij", "vastgesteld_op"]),
        ("vrije_dagen.csv", ["partij", "van"]),
        ("scholen.csv", ["code", "naam", "bestuur", "regio"]),
    ],
)
def test_everything_that_is_wrong_in_a_row_is_told_at_once(file: str, columns: list[str]) -> None:
    _, problems = seen(FAULTS[file], file)
    assert [one.field for one in problems] == columns
    assert all(place_told(one).startswith(f"{file}, regel 2, kolom ") for one in problems)


# Lists as they are

CALLED = {"10AA00": "De Linde", "11BB00": "Het Baken"}
BESTUREN = {"10AA00": "70001", "11BB00": "70002"}
HEADS = ("code", "naam", "bestuur", "directeur")
ROWS = (("10AA00", "De Linde", 70001, "a@x.example"), ("11BB00", "Het Baken", 70002, "b@x.example; c@x.example"))
CSV = "code;naam;bestuur;directeur\n10AA00;De Linde;70001;a@x.example\n"
CSV += "11BB00;Het Baken;70002;b@x.example,c@x.example\n"
LISTS: dict[str, tuple[str, bytes | str]] = {
    "a title, headings in row 3": (
        "lijst.xlsx",
        workbook([("Scholenlijst 2026-2027",), (), HEADS, *ROWS], merged=["A1:D1"]),
    ),
    "headings of groups above the headings": (
        "lijst.xlsx",
        workbook([("School", None, None, "Contact"), HEADS, *ROWS], merged=["A1:C1"]),
    ),
    "an empty column first": ("lijst.xlsx", workbook([(None, *row) for row in (HEADS, *ROWS)])),
    "an empty column within": ("lijst.xlsx", workbook([(*row[:2], None, *row[2:]) for row in (HEADS, *ROWS)])),
    "postcodes as numbers, trailing blanks": (
        "lijst.xlsx",
        workbook([(*HEADS, "postcode"), *((f"{row[0]} ", f" {row[1]}  ", row[2], f"{row[3]} ", 1811) for row in ROWS)]),
    ),
    "n.v.t. where nobody has a role": (
        "lijst.xlsx",
        workbook([(*HEADS, "teamleider", "administratie"), (*ROWS[0], "n.v.t.", "-"), (*ROWS[1], "NVT ", "vacature")]),
    ),
    "persons as a mail program writes them": (
        "lijst.xlsx",
        workbook(
            [
                HEADS,
                (*ROWS[0][:3], "Ans Aa <A@x.example>"),
                (*ROWS[1][:3], "Bee, Bo <b@x.example>; mevr. C. Cee (c@x.example)"),
            ]
        ),
    ),
    "mailto:": (
        "lijst.xlsx",
        workbook([HEADS, (*ROWS[0][:3], "mailto:a@x.example"), ROWS[1]]),
    ),
    "names of besturen, and their numbers elsewhere": (
        "lijst.xlsx",
        workbook(
            [("code", "naam", "bestuur", "directeur", "Bestuursnummer"), *((*r[:2], "Zo", r[3], r[2]) for r in ROWS)]
        ),
    ),
    "number and name of the bestuur in one cell": (
        "lijst.xlsx",
        workbook(
            [
                HEADS,
                (*ROWS[0][:2], "70001 - De Waterlinie", ROWS[0][3]),
                (*ROWS[1][:2], "Onderwijs aan de Amstel (70002)", ROWS[1][3]),
            ]
        ),
    ),
    "a csv file that tells its separator": ("scholen.csv", f"sep=;\n{CSV}"),
    "a csv file with tabs": ("scholen.csv", CSV.replace(";", "\t")),
    "a csv file with a title": ("scholen.csv", f"Scholenlijst 2026;;;\n;;;\n{CSV}"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_as_it_is_meant(name: str) -> None:
    file, data = LISTS[name]
    found, problems = seen(data, file)
    assert told([one for one in problems if one.severity == "problem"]) == []
    assert {row.id: row.name for row in found.parties.new} == {"11BB00": "Het Baken"}
    assert [row.bestuur for row in found.parties.new] == ["70002"]
    assert found.parties.changed == found.parties.gone == ()
    assert sorted((row.email, row.role, row.party) for row in found.roles.new) == [
        ("a@x.example", "directeur", "10AA00"),
        ("b@x.example", "directeur", "11BB00"),
        ("c@x.example", "directeur", "11BB00"),
    ]


def test_names_before_addresses_are_those_of_the_people() -> None:
    found, _ = seen(LISTS["persons as a mail program writes them"][1])
    assert sorted(row.name for row in found.contacts.new) == ["Ans Aa", "Bo Bee", "mevr. C. Cee"]


@pytest.mark.parametrize(
    "word", ["Ondersteuningscoördinator", "ondersteuningscoordinator", "ONDERSTEUNINGSCOÖRDINATOR"]
)
def test_a_role_counts_however_it_is_spelled(word: str) -> None:
    found, problems = seen(f"email;rol;partij\na@x.example;{word};10AA00\n", "rollen.csv")
    assert not stops(problems)
    assert [row.role for row in found.roles.new] == ["ondersteuningscoordinator"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (
            "lijst.xlsx",
            workbook([HEADS, ("Stichting De Waterlinie",), *ROWS]),
            "2: op deze rij staat alleen 'Stichting De Waterlinie'. "
            "Haal deze rij weg: op elke rij onder de koppen staat een school.",
        ),
        (
            "lijst.xlsx",
            workbook([HEADS, *ROWS, (), ("Bijgewerkt op 1 september",)]),
            "5: op deze rij staat alleen 'Bijgewerkt op 1 september'. "
            "Haal deze rij weg: op elke rij onder de koppen staat een school.",
        ),
        (
            "lijst.xlsx",
            workbook([HEADS, ("10aa 00", *ROWS[0][1:]), ROWS[1]]),
            "2: '10aa 00' kan geen code of nummer zijn. Bedoelt u 10AA00? Schrijf een code zonder spaties.",
        ),
        (
            "lijst.xlsx",
            workbook([HEADS, (*ROWS[0][:3], "a@x.example."), ROWS[1]]),
            "2: 'a@x.example.' is geen geldig e-mailadres. Haal de punt aan het eind weg: a@x.example.",
        ),
        (
            "Scholenlijst 2026.csv",
            CSV,
            "1: dit bestand is onbekend en telt niet mee. Is dit het blad scholen? Noem het bestand dan scholen.csv.",
        ),
    ],
    ids=["a heading within", "a line below", "a code with a blank", "an address with a full stop", "another file name"],
)
def test_what_cannot_be_read_is_one_refusal_with_the_remedy(name: str, data: bytes | str, said: str) -> None:
    _, problems = seen(data, name)
    assert told([one for one in problems if one.severity == "problem"]) == [said]


def test_a_row_of_totals_is_told_to_go() -> None:
    _, problems = seen(
        workbook([(*HEADS, "leerlingen"), *((*row, 10) for row in ROWS), (None, "Totaal", None, None, 20)])
    )
    (first, *_) = told([one for one in problems if one.severity == "problem"])
    assert first == "4: code is leeg. Vul deze cel in, of haal de hele rij weg."


def test_a_name_with_the_number_in_it_is_taken() -> None:
    """As DUO's list leaves a bestuur, until somebody names it."""
    found, problems = seen(workbook([WIDE[:3], ("20BB00", "Een", "bestuur 10249")]))
    assert not stops(problems)
    assert [row.bestuur for row in found.parties.new] == ["10249"]
