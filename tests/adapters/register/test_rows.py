"""The rows of a register: typed values, role columns, and where each kind of bad cell is shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.register.csv import raw_sheet
from engine.adapters.register.rows import typed_rows
from engine.core.sheets import SHEETS, ContactRow, RoleEntry
from tests.adapters.register.folders import FITTING, OFFICE, Folder, stopping, where

# Values


def test_actief_nee_makes_a_party_inactive_and_empty_leaves_it_active(read: Folder) -> None:
    header = "code;naam;bestuur;actief\n"
    register, _ = read(scholen=f"{header}A1;Een;1;Nee\nA2;Twee;1;\n")
    assert [party.active for party in register.parties] == [False, True]


def test_kenmerken_are_separated_by_commas_or_blanks_and_each_counts_once(read: Folder) -> None:
    register, _ = read(besturen="nummer;naam;kenmerken\n1;Bestuur 1;klein  so,Klein, vso\n")
    assert register.parties[0].tags == ("klein", "so", "vso")


@pytest.mark.parametrize(("written", "meant"), [("3", "v3"), ("V3", "v3"), ("v2.1", "v2.1"), ("", "")])
def test_a_version_gets_its_v(read: Folder, written: str, meant: str) -> None:
    text = f"soort;partij;vastgesteld_op;versie\nSOP;swv;2024-05-01;{written}\n"
    register, problems = read(documenten=text)
    assert (register.documents[0].version, problems) == (meant, [])


def test_an_address_is_casefolded_everywhere(read: Folder) -> None:
    register, problems = read(
        contacten="email;naam\nKantoor@School.EXAMPLE;Kantoor\n",
        rollen="email;rol;partij\nKANTOOR@school.example;Bureau;SWV\n",
    )
    assert problems == []
    assert register.roles == (RoleEntry("kantoor@school.example", "bureau", "swv"),)
    assert register.contacts[0].email == "kantoor@school.example"


@pytest.mark.parametrize("written", ["gemeente:Alkmaar", "Gemeente: Alkmaar", "GEMEENTE :Alkmaar"])
def test_a_gemeente_is_read_in_any_spelling_of_the_word(read: Folder, written: str) -> None:
    register, _ = read(rollen=f"email;rol;partij\n{OFFICE};leerplichtambtenaar;{written}\n")
    assert register.roles[0].party == "gemeente:Alkmaar"


# Role columns


@pytest.mark.parametrize("between", [",", ", ", " ", "\n", " ; ", " / ", "/"])
def test_a_role_column_holds_one_or_more_addresses(read: Folder, between: str) -> None:
    cell = between.join(("a@x.example", "b@x.example"))
    register, _ = read(scholen=f'code;naam;bestuur;Directeur\nA1;Een;1;"{cell}"\n')
    assert register.roles == (
        RoleEntry("a@x.example", "directeur", "A1"),
        RoleEntry("b@x.example", "directeur", "A1"),
    )
    assert register.role_columns == {("school", "directeur")}


def test_besturen_have_role_columns_too(read: Folder) -> None:
    register, _ = read(besturen="nummer;naam;bestuurder\n1;Bestuur 1;a@x.example\n")
    assert register.roles == (RoleEntry("a@x.example", "bestuurder", "1"),)
    assert register.role_columns == {("bestuur", "bestuurder")}


def test_a_role_that_config_adds_may_be_a_column(read: Folder) -> None:
    text = "code;naam;bestuur;zorgcoordinator\nA1;Een;1;a@x.example\n"
    register, _ = read(scholen=text, extra_roles=("zorgcoordinator",))
    assert register.roles == (RoleEntry("a@x.example", "zorgcoordinator", "A1"),)


def test_the_column_gemeente_of_scholen_is_the_gemeente_and_no_role(read: Folder) -> None:
    register, problems = read(scholen="code;naam;bestuur;gemeente\nA1;Een;1;Alkmaar\n")
    assert (register.parties[0].gemeente, register.roles, problems) == ("Alkmaar", (), [])


def test_the_same_role_in_a_column_and_in_rollen_is_one_role(read: Folder) -> None:
    register, _ = read(
        scholen="code;naam;bestuur;directeur\nA1;Een;1;a@x.example A@x.example\n",
        rollen="email;rol;partij\na@x.example;directeur;A1\n",
    )
    assert register.roles == (RoleEntry("a@x.example", "directeur", "A1"),)


def test_a_wrong_address_in_a_role_column_is_a_problem_and_the_others_count(read: Folder) -> None:
    register, problems = read(
        scholen="code;naam;bestuur;directeur\nA1;Een;1;geen-adres,a@x.example\n",
        contacten="email;naam\na@x.example;A\n",
    )
    assert where(problems) == [("register/scholen.csv", 2, 4, "directeur")]
    assert problems[0].message == "'geen-adres' is geen geldig e-mailadres"
    assert [role.email for role in register.roles] == ["a@x.example"]


def test_an_address_may_hold_a_slash(read: Folder) -> None:
    register, _ = read(scholen='code;naam;bestuur;directeur\nA1;Een;1;"zorg/een@x.example, b@x.example"\n')
    assert [role.email for role in register.roles] == ["zorg/een@x.example", "b@x.example"]


def test_a_role_column_of_names_is_one_problem_at_its_heading(read: Folder) -> None:
    rows = "A1;Een;1;J. de Vries\nA2;Twee;1;vacature\nA3;Drie;1;A. Smit\nA4;Vier;1;B. Bos\nA5;Vijf;1;\n"
    _, problems = read(scholen=f"code;naam;bestuur;Directeur\n{rows}")
    assert where(stopping(problems)) == [("register/scholen.csv", 1, 4, "directeur")]
    assert problems[0].message == "in kolom Directeur staan namen, geen e-mailadressen"
    assert problems[0].hint == "Noem haar 'naam directeur', en zet 'directeur' boven de kolom met de adressen."


def test_a_column_of_addresses_with_some_names_tells_each_cell_once(read: Folder) -> None:
    rows = "".join(f"A{number};Een;1;a{number}@x.example\n" for number in range(4))
    _, problems = read(scholen=f"code;naam;bestuur;directeur\n{rows}B1;Twee;1;J. de Vries\nB2;Drie;1;Smit\n")
    assert where(stopping(problems)) == [
        ("register/scholen.csv", 6, 4, "directeur"),
        ("register/scholen.csv", 7, 4, "directeur"),
    ]
    assert [one.message for one in stopping(problems)] == [
        "'J. de Vries' is geen geldig e-mailadres",
        "'Smit' is geen geldig e-mailadres",
    ]
    assert all(one.hint.endswith("Is er niemand? Laat de cel leeg.") for one in stopping(problems))


def test_a_role_column_twice_says_what_to_do_with_names(read: Folder) -> None:
    _, problems = read(scholen="code;naam;bestuur;directeur;Directeur\nA1;Een;1;a@x.example;A. Smit\n")
    assert where(stopping(problems)) == [("register/scholen.csv", 1, 5, "directeur")]
    assert "'naam directeur'" in stopping(problems)[0].hint


def test_an_address_that_is_not_in_contacten_becomes_a_contact(read: Folder) -> None:
    register, problems = read(
        scholen="code;naam;bestuur;directeur;administratie\nA1;Een;1;a@x.example;a@x.example\n",
        contacten="email;naam\n",
    )
    assert register.contacts == (ContactRow("a@x.example", "a@x.example"),)
    assert (register.contacts[0].derived, problems) == (True, [])


def test_names_beside_addresses_are_used(read: Folder) -> None:
    """One name for one address, as many for more; contacten knows better; vacature is nobody."""
    rows = (
        "A1;Een;1;a@x.example;Fatima Bakker",
        "A2;Twee;1;b@x.example, c@x.example;A. de Wit en C. Bos",
        "A3;Drie;1;d@x.example;D. Hier",
        "A4;Vier;1;e@x.example;vacature",
        "A5;Vijf;1;f@x.example, g@x.example;F. Smit",
        "A6;Zes;1;a@x.example;F. Bakker",
    )
    register, problems = read(
        scholen="code;naam;bestuur;Directeur;Naam directeur\n" + "\n".join(rows) + "\n",
        contacten="email;naam\nd@x.example;Dirk\n",
    )
    assert {row.email[0]: row.name for row in register.contacts} == {
        "a": "Fatima Bakker",
        "b": "A. de Wit",
        "c": "C. Bos",
        "d": "Dirk",
        "e": "e@x.example",
        "f": "f@x.example",
        "g": "g@x.example",
    }
    assert [row.email[0] for row in register.contacts if row.derived] == ["e", "f", "g"]
    assert [(one.line, one.column, one.message, one.severity) for one in problems] == [
        (6, 5, "hier staan 1 naam, en 2 adressen", "note")
    ]


def test_the_same_person_twice_in_contacten_is_one_contact(read: Folder) -> None:
    register, problems = read(contacten="email;naam\na@x.example;A. Smit\nA@x.example;A. Smit\na@x.example;A. de Wit\n")
    assert (problems, [row.name for row in register.contacts]) == ([], ["A. Smit", "A. de Wit"])


# Columns


def test_unknown_columns_are_one_note_and_a_misspelled_one_stands_by_itself(read: Folder) -> None:
    header = "code;naam;bestuur;naam oc;Opmerkingen;naam directeur;gemeentee"
    _, problems = read(scholen=f"{header}\nA1;Een;1;A. Smit;3;;Alkmaar\n")
    assert [(one.column, one.message, one.severity) for one in problems] == [
        (4, "de kolommen 'naam oc', 'Opmerkingen' en 'naam directeur' tellen niet mee", "note"),
        (7, "kolom 'gemeentee' is onbekend en telt niet mee", "note"),
    ]
    assert problems[0].hint.endswith(", en de naam van een rol, zoals directeur of naam directeur.")
    assert problems[1].hint == "Bedoelt u 'gemeente'? Zet dat erboven."


def test_a_list_with_headings_of_its_own_is_told_what_to_put_above_each(read: Folder) -> None:
    """No row is read until the columns that each row needs are there."""
    header = "Vestigingscode;School;Bevoegd gezag;Directeur;Mail directeur;E-mail zorg;Leerlingen"
    rows = "".join(f"A{n};Een;1;A. Smit;a{n}@x.example;z{n}@x.example;8\n" for n in range(4))
    register, problems = read(scholen=f"{header}\n{rows}")
    assert [(one.column, one.message, one.hint) for one in stopping(problems)] == [
        (1, "kolom 'code' ontbreekt", "Bedoelt u de kolom 'Vestigingscode'? Zet daar 'code' boven."),
        (2, "kolom 'naam' ontbreekt", "Bedoelt u de kolom 'School'? Zet daar 'naam' boven."),
        (3, "kolom 'bestuur' ontbreekt", "Bedoelt u de kolom 'Bevoegd gezag'? Zet daar 'bestuur' boven."),
        (
            4,
            "in kolom Directeur staan namen, geen e-mailadressen",
            "Noem haar 'naam directeur', en zet 'directeur' boven 'Mail directeur'.",
        ),
    ]
    assert [(one.column, one.message) for one in problems if one.severity == "note"] == [
        (6, "in kolom 'E-mail zorg' staan e-mailadressen, maar zij telt niet mee"),
        (7, "kolom 'Leerlingen' telt niet mee"),
    ]
    assert (register.parties, register.incomplete) == ((), {"scholen"})


@pytest.mark.parametrize("above", ["Scholenlijst SWV 2026;;;\n", "Scholenlijst SWV 2026\n;;;\nStand 1 augustus;;;\n"])
def test_headings_of_its_own_are_found_below_a_title(read: Folder, above: str) -> None:
    _, problems = read(scholen=f"{above}Vestigingscode;School;Bevoegd gezag;Plaats\nA1;Een;1;Alkmaar\n")
    line = above.count("\n") + 1
    assert [(one.line, one.message, one.hint) for one in problems] == [
        (line, "kolom 'code' ontbreekt", "Bedoelt u de kolom 'Vestigingscode'? Zet daar 'code' boven."),
        (line, "kolom 'naam' ontbreekt", "Bedoelt u de kolom 'School'? Zet daar 'naam' boven."),
        (line, "kolom 'bestuur' ontbreekt", "Bedoelt u de kolom 'Bevoegd gezag'? Zet daar 'bestuur' boven."),
    ]


def test_a_heading_counts_however_it_is_spelled(read: Folder) -> None:
    header = "Code:;NAAM;Bestuur;Ondersteuningscoördinator;Intern begeleider"
    register, problems = read(scholen=f"{header}\nA1;Een;1;a@x.example;b@x.example\n")
    assert problems == []
    assert {role.role for role in register.roles} == {"ondersteuningscoordinator", "intern-begeleider"}


# Bad cells


@pytest.mark.parametrize(
    ("sheet", "row", "column", "field"),
    [
        ("besturen", ";Bestuur;;", 1, "nummer"),
        ("besturen", "a b;Bestuur;;", 1, "nummer"),
        ("besturen", "swv;Bestuur;;", 1, "nummer"),
        ("besturen", "gemeente:Alkmaar;Bestuur;;", 1, "nummer"),
        ("besturen", "1;;;", 2, "naam"),
        ("besturen", "1;Bestuur;oost;", 3, "regio"),
        ("scholen", "A1;Een;;;;;;", 3, "bestuur"),
        ("scholen", "A1;Een;1;;;;;misschien", 8, "actief"),
        ("contacten", ";Naam;;;;", 1, "email"),
        ("contacten", "geen-adres;Naam;;;;", 1, "email"),
        ("contacten", "a@x;Naam;;;;", 1, "email"),
        ("contacten", "Naam <a@x.example>;Naam;;;;", 1, "email"),
        ("contacten", "a@x.example,b@x.example;Naam;;;;", 1, "email"),
        ("contacten", "é@x.example;Naam;;;;", 1, "email"),
        ("contacten", "a@x.example;;;;;", 2, "naam"),
        ("contacten", "a@x.example;Naam;;;Nederlands;", 5, "taal"),
        ("contacten", "a@x.example;Naam;;;;wekelijks", 6, "weekbericht"),
        ("rollen", "a@x.example;;swv;;", 2, "rol"),
        ("rollen", "a@x.example;bureau;;;", 3, "partij"),
        ("rollen", "a@x.example;bureau;swv;30-02-2026;", 4, "vanaf"),
        ("rollen", "a@x.example;bureau;swv;;1 augustus", 5, "tot"),
        ("rollen", "a@x.example;bureau;swv;;31-12-9999", 5, "tot"),
        ("documenten", ";swv;2024-05-01;;;", 1, "soort"),
        ("documenten", "SOP;;2024-05-01;;;", 2, "partij"),
        ("documenten", "SOP;swv;;;;", 3, "vastgesteld_op"),
        ("documenten", "SOP;swv;2024-13-01;;;", 3, "vastgesteld_op"),
        ("documenten", "SOP;swv;2024-05-01;laatste;;", 4, "versie"),
        ("documenten", "SOP;swv;2024-05-01;;eeuwig;", 5, "geldig_tot"),
        ("vrije_dagen", ";2026-10-05;2026-10-05;;", 1, "partij"),
        ("vrije_dagen", "swv;;2026-10-05;;", 2, "van"),
        ("vrije_dagen", "swv;2026-10-05;;;", 3, "tot"),
        ("vrije_dagen", "swv;2026-10-05;2062-10-05;;", 3, "tot"),
        ("vrije_dagen", "swv;2026-10-05;2026-10-05;;pinkstervakantie", 5, "vervangt"),
    ],
)
def test_a_cell_that_cannot_be_read_is_one_problem_at_its_place(
    read: Folder, sheet: str, row: str, column: int, field: str
) -> None:
    header = FITTING[sheet].splitlines()[0]
    _, problems = read(**{sheet: f"{header}\n{row}\n"})
    assert where(stopping(problems)) == [(f"register/{sheet}.csv", 2, column, field)]
    assert all(problem.hint for problem in problems)


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("zorg@haven,example", "'zorg@haven,example' is geen geldig e-mailadres", "Bedoelt u zorg@haven.example?"),
        ("zorg@haven", "'zorg@haven' is geen geldig e-mailadres", "Achter de @ ontbreekt een punt."),
        ("zörg@haven.example", "'zörg@haven.example' is geen geldig e-mailadres", "zonder accenten."),
        ("a@x, b@y", "'a@x' en 'b@y' zijn geen geldige e-mailadressen", "Schrijf een adres als"),
    ],
)
def test_a_cell_with_a_wrong_address_is_one_problem_that_says_what_is_wrong(
    read: Folder, written: str, message: str, hint: str
) -> None:
    _, problems = read(scholen=f'code;naam;bestuur;directeur\nA1;Een;1;"{written}"\n')
    assert [one.message for one in problems] == [message]
    assert hint in problems[0].hint


def test_an_address_with_a_comma_on_contacten_is_told_as_it_was_meant(read: Folder) -> None:
    _, problems = read(contacten='email;naam\n"zorg@haven,example";Noor\n')
    assert [one.hint for one in problems] == ["Bedoelt u zorg@haven.example?"]


@pytest.mark.parametrize(
    ("written", "so"), [("1-2-27", ": 01-02-2027."), ("1/2/2027", ": 01-02-2027."), ("31-2-27", " of 2026-08-01.")]
)
def test_a_date_that_is_refused_says_how_it_is_written(read: Folder, written: str, so: str) -> None:
    _, problems = read(vrije_dagen=f"partij;van;tot\nswv;{written};2027-02-01\n")
    assert problems[0].message == f"'{written}' is geen datum"
    assert problems[0].hint.endswith(so)


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x00", "\x07", "\t", "\x85", "\u2028"])
def test_a_line_break_or_control_character_inside_a_name_is_a_problem(read: Folder, sign: str) -> None:
    _, problems = read(besturen=f'nummer;naam\n1;"Bestuur{sign}Bcc: iemand"\n')
    assert where(problems) == [("register/besturen.csv", 2, 2, "naam")]


@pytest.mark.parametrize(("row", "column"), [("1", 1), ("1;Bestuur;te;veel", 3)])
def test_a_row_with_too_many_or_too_few_cells_is_a_problem_at_that_row(read: Folder, row: str, column: int) -> None:
    register, problems = read(besturen=f"nummer;naam\n{row}\n2;Bestuur 2\n")
    assert where(problems) == [("register/besturen.csv", 2, column, "")]
    assert "de eerste regel heeft er 2" in problems[0].message
    assert register.incomplete == {"besturen"}
    assert [party.id for party in register.parties] == ["2"]


def test_all_problems_of_all_files_are_given_at_once(read: Folder) -> None:
    _, problems = read(besturen="nummer;naam\n1;\n;x\n", contacten="email;naam\nx;\n")
    assert len(stopping(problems)) == 4
    assert problems == sorted(problems)


_CELL = st.sampled_from(["", "1", "swv", "a@x.example", "31-12-2026", "ja", "x\ny", "é", '"', "gemeente:"]) | st.text(
    max_size=8
)


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(SHEETS), rows=st.lists(st.lists(_CELL, min_size=4, max_size=7), max_size=5))
def test_reading_never_raises_on_arbitrary_cells(name: str, rows: list[list[str]]) -> None:
    header = FITTING[name].splitlines()[0]
    quoted = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    sheet, problems = raw_sheet(name, "x.csv", "\n".join((header, *quoted)).encode("utf-8", "ignore"))
    assert sheet is not None
    assert problems == []
    typed_rows([sheet], ())
