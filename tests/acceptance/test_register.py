"""The register as an office keeps it: a workbook, lists of DUO, and what an import shows, asks and keeps."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from openpyxl import load_workbook

from engine.cli.importing import ask
from engine.core.intake import AddressQuestion
from engine.core.sheets import RoleEntry
from tests.workspaces import ROLLEN, SCHOLEN, Office, Ran, an_imported_office, an_office, copied, run

DUO = "BEVOEGD GEZAG NUMMER;BRIN NUMMER;VESTIGINGSNUMMER;VESTIGINGSNAAM ;POSTCODE;PLAATSNAAM;GEMEENTENAAM\n"
ALKMAAR = "10249;20AA;20AA00;De Een;1811 AB;ALKMAAR;ALKMAAR\n10249;20AA;20AA01;De Twee;1812 AB;ALKMAAR;ALKMAAR\n"
HEILOO = "10250;21BB;21BB00;De Drie;1851 AB;HEILOO;HEILOO\n"
DAYS = "partij;van;tot;omschrijving\n10AA00;05-10-2026;06-10-2026;studiedagen\n"


def stored(office: Office, query: str) -> list[tuple[object, ...]]:
    """What a query finds in the office's database."""
    connection = sqlite3.connect(office.folder / "jaarplanning.sqlite")
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def imported(office: Office, *arguments: str) -> Ran:
    """Imports these, given relative to the workspace."""
    names = [str(office.folder / one) if not one.startswith("--") and "@" not in one else one for one in arguments]
    return office.must("import", *names, "--apply")


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with its register imported; copy it to change it."""
    return an_imported_office(tmp_path_factory.mktemp("start") / "w")


@pytest.fixture
def office(start: Office, tmp_path: Path) -> Office:
    """A copy of that office."""
    return copied(start, tmp_path / "w")


def test_an_import_says_when_nobody_is_the_bureau(office: Office) -> None:
    """Of what the register becomes, not of what it was; a role that ended counts no more."""
    told = "niemand heeft de rol bureau bij swv"
    assert told not in office.must("import", str(office.folder / "register")).out
    office.write("nu/rollen.csv", "email;rol;partij;tot\nbureau@swv.example;bureau;swv;01-01-2020\n")
    assert told in office.must("import", str(office.folder / "nu"), "--apply").out
    assert told not in office.must("import", str(office.folder / "register")).out


# A workbook


@pytest.mark.slow
def test_a_new_workbook_that_is_filled_in_becomes_the_register(tmp_path: Path) -> None:
    """From init to stored: the example rows never come along, and a second import changes nothing."""
    folder = tmp_path / "swv"
    run("init", str(folder), "--sector", "po")
    office = Office(folder)
    empty = office.run("import", str(folder / "register"))
    assert (empty.code, "Het register is leeg.\n  → Vul in" in empty.err) == (1, True)
    office.write("kop/scholen.csv", "code;naam;bestuur\n")
    heads = office.run("import", str(folder / "kop"), "--apply")
    assert (heads.code, heads.err) == (1, empty.err.replace("swv/register", "swv/kop"))
    file = folder / "register/register.xlsx"
    book = load_workbook(file)
    book["besturen"].append(["0777", "Stichting Een"])
    school = {"code": "016AH0", "naam": "De Een", "bestuur": "0777", "directeur": "a@een.example, b@een.example"}
    book["scholen"].append([school.get(str(cell.value)) for cell in book["scholen"][1]])
    book["rollen"].append(["bureau@swv.example", "bureau", "swv"])
    book["contacten"].append(["bureau@swv.example", "Het bureau"])
    book.save(file)
    checked = office.run("check", "--json")
    assert [one for one in checked.json if one["severity"] == "problem"] == []
    office.must("import", str(folder / "register"), "--apply")
    assert stored(office, "SELECT id FROM parties ORDER BY id") == [("016AH0",), ("0777",)]
    assert stored(office, "SELECT count(*) FROM roles") == [(3,)]
    again = office.must("import", str(file), "--json")
    assert again.json == []


def test_what_is_wrong_in_a_workbook_is_shown_by_sheet_row_and_column(tmp_path: Path) -> None:
    """On paper as people call a cell; in JSON with line and column, and the cell in the message. Nothing is stored."""
    run("init", str(tmp_path / "swv"))
    office = Office(tmp_path / "swv")
    file = office.folder / "register/register.xlsx"
    book = load_workbook(file)
    book["besturen"].append(["1", "Een"])
    book["scholen"].append(["A1", "=B2", "1"])
    book["scholen"].append(["A2", "Twee", "99"])
    book.save(file)
    told = office.run("import", str(file), "--apply")
    assert told.code == 1
    assert "register/register.xlsx, blad scholen, rij 3, kolom B: fout: hier staat een formule (naam)" in told.out
    assert "rij 4, kolom C: fout: bestuur '99' staat niet in het blad besturen (bestuur)" in told.out
    assert told.out.endswith("2 fouten. Er is niets opgeslagen. Verbeter dit, en importeer opnieuw.\n")
    rows = [one for one in office.run("import", str(file), "--json").json if one["severity"] == "problem"]
    assert [(one["file"], one["line"], one["column"]) for one in rows] == [
        ("register/register.xlsx", 3, 2),
        ("register/register.xlsx", 4, 3),
    ]
    assert rows[0]["message"].startswith("blad scholen, cel B3: ")
    assert not (office.folder / "jaarplanning.sqlite").exists()


# Lists of DUO


def test_lists_of_two_gemeenten_stand_side_by_side_and_a_school_that_closes_becomes_inactive(office: Office) -> None:
    """A list speaks of the gemeenten that were asked for; of contacts and names of besturen it says nothing."""
    office.write("lijst.csv", DUO + ALKMAAR + HEILOO)
    imported(office, "lijst.csv", "--gemeente=Alkmaar")
    imported(office, "lijst.csv", "--gemeente=Heiloo")
    assert stored(office, "SELECT count(*) FROM parties WHERE active") == [(6 + 3 + 2,)]
    office.write("besturen.csv", "nummer;naam\n10249;Stichting De Tien\n10250;Stichting Heiloo\n")
    office.write("lijst.csv", DUO + ALKMAAR.splitlines()[0] + "\n")
    shown = office.must("import", str(office.folder / "lijst.csv"), "--gemeente", "Alkmaar")
    assert "0 nieuw, 0 gewijzigd, 1 weg" in shown.out
    assert "  - 20AA01 De Twee (wordt inactief)" in shown.out
    imported(office, "lijst.csv", "--gemeente=Alkmaar")
    assert stored(office, "SELECT id FROM parties WHERE NOT active") == [("20AA01",)]
    assert stored(office, "SELECT count(*) FROM roles WHERE last IS NOT NULL") == [(0,)]


@pytest.mark.slow
def test_a_list_and_sheets_are_imported_together(tmp_path: Path) -> None:
    """The name of a bestuur comes from besturen, its number and schools from the list."""
    office = an_office(tmp_path / "w")
    office.write("nieuw/lijst.csv", DUO + ALKMAAR)
    office.write("nieuw/besturen.csv", "nummer;naam\n10249;Stichting De Tien\n")
    office.write("rollen.csv", "email;rol;partij\nd@een.example;directeur;20AA00\n")
    imported(office, "nieuw", "rollen.csv")
    assert stored(office, "SELECT id, name FROM parties ORDER BY id") == [
        ("10249", "Stichting De Tien"),
        ("20AA00", "De Een"),
        ("20AA01", "De Twee"),
    ]
    assert stored(office, "SELECT role, party FROM roles") == [("directeur", "20AA00")]


def test_an_unknown_gemeente_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """Nothing is stored."""
    office = an_office(tmp_path / "w")
    office.write("lijst.csv", DUO + ALKMAAR)
    ran = office.run("import", str(office.folder / "lijst.csv"), "--gemeente", "Alkmar", "--apply")
    assert (ran.code, "Bedoelt u Alkmaar?" in ran.out) == (1, True)
    assert not (office.folder / "jaarplanning.sqlite").exists()


# What is gone


@pytest.mark.slow
def test_a_free_day_that_is_taken_back_is_shown_with_its_date_kept_and_comes_back(tmp_path: Path) -> None:
    """Inactive in the store, so that it no longer closes the school; handed in again it counts again."""
    office = an_imported_office(tmp_path / "w", register={"vrije_dagen": DAYS})
    office.write("vrije_dagen.csv", DAYS.splitlines()[0])
    shown = office.must("import", str(office.folder / "vrije_dagen.csv"))
    assert "  - 10AA00 05-10-2026 tot en met 06-10-2026 studiedagen (telt niet meer mee)" in shown.out
    imported(office, "vrije_dagen.csv")
    assert stored(office, "SELECT description, active FROM closings") == [("studiedagen", 0)]
    assert office.must("import", str(office.folder / "vrije_dagen.csv"), "--json").json == []
    office.write("vrije_dagen.csv", DAYS)
    again = office.must("import", str(office.folder / "vrije_dagen.csv"))
    assert "~ 10AA00 05-10-2026 tot en met 06-10-2026 studiedagen: actief: nee → ja" in again.out
    imported(office, "vrije_dagen.csv")
    assert stored(office, "SELECT description, active FROM closings") == [("studiedagen", 1)]


def test_rollen_alone_leaves_the_roles_of_columns_as_they_are(office: Office) -> None:
    """What came by a column of scholen is not gone because rollen does not say it."""
    assert office.must("import", str(office.folder / "register/rollen.csv"), "--json").json == []
    assert office.must("import", str(office.folder / "register/scholen.csv"), "--json").json == []


def test_a_role_that_goes_before_it_began_is_kept_and_never_holds(tmp_path: Path) -> None:
    """Nothing is deleted, not even what was never true."""
    header, *rows = ROLLEN.splitlines()
    later = "\n".join((f"{header};vanaf", *(f"{row};" for row in rows), "controller@swv.example;bureau;swv;2099-08-01"))
    office = an_imported_office(tmp_path / "w", register={"rollen": later})
    office.write("register/rollen.csv", ROLLEN)
    imported(office, "register")
    ((first, last),) = stored(office, "SELECT first, last FROM roles WHERE first IS NOT NULL")
    assert str(last) < str(first)
    assert office.must("import", str(office.folder / "register"), "--json").json == []


def test_a_school_without_somebody_for_a_role_that_is_asked_is_named(tmp_path: Path) -> None:
    office = an_office(tmp_path / "swv")
    office.write("register/scholen.csv", SCHOLEN.replace("oc@eik.example", ""))
    told = "1 school heeft geen ondersteuningscoördinator: De Eik"
    assert told in imported(office, "register").out
    assert told in office.must("check").out
    assert told in office.must("plan").out


# Ander adres?

OLD, NEW = "directeur@linde.example", "nieuwe.directeur@linde.example"


@pytest.fixture
def moved(office: Office) -> Office:
    """An office whose register has another address for the directeur of De Linde."""
    office.write("register/scholen.csv", SCHOLEN.replace(OLD, NEW))
    return office


def number(office: Office, email: str) -> list[tuple[object, ...]]:
    return stored(office, f"SELECT id, name FROM contacts WHERE email = '{email}'")


def test_another_address_is_asked_with_the_way_to_answer(moved: Office) -> None:
    """Nothing is stored yet."""
    shown = moved.must("import", str(moved.folder / "register"))
    assert f"Ander adres? {OLD} is weg en {NEW} is nieuw als directeur bij De Linde (10AA00)." in shown.out
    same, other = (line for line in shown.out.splitlines()[-2:])
    assert same.startswith("  dezelfde persoon: python3 -m engine import ")
    assert f" --ander-adres {OLD}={NEW} --apply" in same
    assert other.startswith("  iemand anders:    python3 -m engine import ")
    assert "--ander-adres" not in other
    assert "--apply" in other
    asked = moved.must("import", str(moved.folder / "register"), "--json").json
    assert {
        "sheet": "contacts",
        "change": "question",
        "row": NEW,
        "fields": [{"field": "email", "old": OLD, "new": NEW}],
    } in asked


def test_an_answered_question_keeps_the_contact_under_its_new_address(moved: Office) -> None:
    """The number stays, and with it its history; a name that was the address follows."""
    ((before, _),) = number(moved, OLD)
    ran = imported(moved, "register", "--ander-adres", f"{OLD}={NEW.upper()}")
    assert f"ander adres: {OLD} → {NEW}" in ran.out
    assert number(moved, OLD) == []
    assert number(moved, NEW) == [(before, NEW)]
    assert moved.must("import", str(moved.folder / "register"), "--json").json == []


def test_an_unanswered_question_makes_a_new_contact_and_says_so(moved: Office) -> None:
    """The old contact stays, with its ended role."""
    ran = imported(moved, "register")
    assert f"{NEW} is nu een nieuw contact" in ran.out
    assert number(moved, OLD)[0][0] != number(moved, NEW)[0][0]
    ended = stored(moved, "SELECT c.email FROM roles r JOIN contacts c ON c.id = r.contact WHERE r.last IS NOT NULL")
    assert ended == [(OLD,)]


def test_an_answer_to_nothing_is_refused(moved: Office) -> None:
    """Wrong use when it is no pair of addresses; nothing is stored."""
    codes = {"zomaar": 2, f"{OLD}=": 2, f"{OLD}=iemand@x.example": 1, f"x@x.example={NEW}": 1}
    for answer, code in codes.items():
        ran = moved.run("import", str(moved.folder / "register"), "--ander-adres", answer, "--apply")
        assert (ran.code, bool(ran.err)) == (code, True)
    assert number(moved, NEW) == []


def test_at_a_terminal_each_pair_is_asked_until_the_answer_is_ja_or_nee() -> None:
    """A new address is of one person."""
    role = RoleEntry("n@x.example", "directeur", "10AA00")
    asked = [AddressQuestion(old, new, (role,)) for old, new in (("a", "n"), ("b", "n"), ("b", "m"))]
    said = iter(("misschien", "Ja", "nee"))
    prompts: list[str] = []

    def read_line(prompt: str) -> str:
        prompts.append(prompt)
        return next(said)

    assert ask(asked, read_line, {"n": "Noor Nieuw", "10AA00": "De Linde"}) == {"a": "n"}
    assert len(prompts) == 3
    assert prompts[0].startswith("Ander adres? a is weg en Noor Nieuw (n) is nieuw als directeur bij De Linde (10AA00)")
