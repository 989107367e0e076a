"""A register of real schools with made-up contacts: all primary schools in the postcodes of one SWV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.adapters.register.csv import raw_sheet
from engine.adapters.register.duo import DuoFilter, duo_parties
from engine.core.problem import stops
from engine.core.sheets import PartyRow

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
VESTIGINGEN = SHARED / "data" / "duo" / "po_vestigingen.csv"
POSTCODES = SHARED / "data" / "swv_postcodes.csv"
SWV_CODE = "PO2703"
CONSULENTEN = 4

needs_shared_data = pytest.mark.skipif(
    not (VESTIGINGEN.exists() and POSTCODES.exists()), reason="the folder with shared data is not there"
)


def duo_register(folder: Path) -> Path:
    """Writes the register of SWV PO2703 (95 schools of 13 besturen) into a new folder and returns it.

    Each school has a directeur, an ondersteuningscoordinator and an administratie, each bestuur a bestuurder and
    an administratie, all by role columns; consulenten, leerplichtambtenaren, bureau and controller by rollen.
    """
    folder.mkdir(parents=True)
    schools = vestigingen()
    besturen = sorted({school.bestuur for school in schools})
    gemeenten = sorted({school.gemeente for school in schools})
    contacts: dict[str, str] = {}

    def contact(name: str, address: str) -> str:
        contacts[address] = name
        return address

    _write(
        folder / "besturen.csv",
        ("nummer", "naam", "bestuurder", "administratie"),
        (
            (
                number,
                f"Bestuur {number}",
                contact(f"Bestuurder van bestuur {number}", f"bestuurder@bestuur{number}.example"),
                contact(f"Administratie van bestuur {number}", f"administratie@bestuur{number}.example"),
            )
            for number in besturen
        ),
    )
    _write(
        folder / "scholen.csv",
        (
            *("code", "naam", "bestuur", "plaats", "gemeente"),
            *("directeur", "ondersteuningscoordinator", "administratie"),
        ),
        (
            (
                *(school.id, school.name, school.bestuur, school.place, school.gemeente),
                contact(f"Directeur {school.name}", f"directeur@{school.id.lower()}.example"),
                contact(f"Ondersteuningscoördinator {school.name}", f"oc@{school.id.lower()}.example"),
                contact(f"Administratie {school.name}", f"administratie@{school.id.lower()}.example"),
            )
            for school in schools
        ),
    )
    consulenten = [
        contact(f"Consulent {number}", f"consulent{number}@swv.example") for number in range(1, CONSULENTEN + 1)
    ]
    _write(
        folder / "rollen.csv",
        ("email", "rol", "partij"),
        [
            (contact("Bureau", "bureau@swv.example"), "bureau", "swv"),
            (contact("Controller", "controller@swv.example"), "controller", "swv"),
            *(
                (
                    contact(f"Leerplichtambtenaar {gemeente}", f"leerplicht{number}@gemeente.example"),
                    "leerplichtambtenaar",
                    f"gemeente:{gemeente}",
                )
                for number, gemeente in enumerate(gemeenten, start=1)
            ),
            *((consulenten[number % CONSULENTEN], "consulent", school.id) for number, school in enumerate(schools)),
        ],
    )
    _write(folder / "contacten.csv", ("email", "naam"), contacts.items())
    return folder


def vestigingen() -> list[PartyRow]:
    """The schools whose postcode lies in the SWV, by code, as the program reads them.

    `gemeente` is the present one, of the postcode table: the edition of DUO knows some that are no more.
    """
    with POSTCODES.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["swv_po"] == SWV_CODE]
    raw, _ = raw_sheet("vestigingen", VESTIGINGEN.name, VESTIGINGEN.read_bytes())
    assert raw is not None
    found = []
    for gemeente in sorted({row["gemeente"] for row in rows}):
        wanted = DuoFilter(postcodes=frozenset(row["pc4"] for row in rows if row["gemeente"] == gemeente))
        parties, _, problems = duo_parties([raw], wanted)
        assert not stops(problems)
        found += [replace(row, gemeente=gemeente) for row in parties if row.kind == "school"]
    return sorted(found, key=lambda school: school.id)


def _write(file: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(header)
        writer.writerows(rows)
