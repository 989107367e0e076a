"""The register of a real SWV: 95 primary schools as DUO publishes them, with made-up contacts."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from engine.adapters.register import read_register
from engine.core.intake import completed, difference
from engine.core.roles import ROLES
from engine.core.sheet_checks import check_register
from engine.core.sheets import RegisterSheets
from tests.acceptance.duo import POSTCODES, SWV_CODE, VESTIGINGEN, duo_register, needs_shared_data
from tests.workspaces import an_office

pytestmark = needs_shared_data


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> RegisterSheets:
    folder = duo_register(tmp_path_factory.mktemp("duo") / "register")
    sheets, problems = read_register(folder, "register", ())
    assert problems == ()
    return sheets


def test_the_register_fits_together(register: RegisterSheets) -> None:
    assert check_register(register, ROLES) == ()


def test_there_are_95_schools_of_13_besturen(register: RegisterSheets) -> None:
    assert Counter(party.kind for party in register.parties) == {"school": 95, "bestuur": 13}


def test_the_schools_lie_in_the_five_gemeenten_of_today(register: RegisterSheets) -> None:
    gemeenten = {party.gemeente for party in register.parties if party.kind == "school"}
    assert gemeenten == {"Alkmaar", "Bergen (NH.)", "Heerhugowaard", "Heiloo", "Langedijk"}


def test_codes_keep_their_zeros(register: RegisterSheets) -> None:
    codes = {party.id for party in register.parties}
    assert {"03UC00", "27PR02"} <= codes
    assert all(len(party.id) == 6 for party in register.parties if party.kind == "school")


def test_every_role_has_its_people(register: RegisterSheets) -> None:
    assert Counter(entry.role for entry in register.roles) == {
        "directeur": 95,
        "ondersteuningscoordinator": 95,
        "administratie": 95 + 13,
        "bestuurder": 13,
        "consulent": 95,
        "leerplichtambtenaar": 5,
        "bureau": 1,
        "controller": 1,
    }
    assert len({entry.email for entry in register.roles if entry.role == "consulent"}) == 4
    assert all(contact.email.endswith(".example") for contact in register.contacts)


def test_importing_it_twice_changes_nothing_the_second_time(register: RegisterSheets) -> None:
    nothing = RegisterSheets()
    today = date(2026, 8, 1)
    assert len(difference(nothing, register, today).parties.new) == 95 + 13
    assert not difference(completed(register, nothing), register, today)


def test_an_office_imports_its_schools_from_the_published_list(tmp_path: Path) -> None:
    """By postcode, and by the gemeenten that the list itself knows; the second time nothing changes."""
    office = an_office(tmp_path / "w", sector="po")
    rows = POSTCODES.read_text(encoding="utf-8").splitlines()
    office.write("postcodes.csv", "\n".join([rows[0], *(row for row in rows if SWV_CODE in row)]))
    how = (str(VESTIGINGEN), "--postcodes", str(office.folder / "postcodes.csv"))
    shown = office.must("import", *how, "--apply")
    assert "scholen en besturen: 108 nieuw, 0 gewijzigd, 0 weg" in shown.out
    assert "DUO geeft geen namen van besturen" in shown.out
    assert office.must("import", *how, "--json").json == []
    by_name = office.must("import", str(VESTIGINGEN), "--gemeente", "bergen (nh)", "--gemeente", "Heiloo", "--json")
    assert by_name.json == []
