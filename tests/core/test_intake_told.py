"""The words in which people are told of an import."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.core.by_hand import Stays
from engine.core.intake import difference
from engine.core.intake_told import all_staying, names_in, title, told
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry

AN = ContactRow("an@swv.example", "An Smit")
LINDE, EIK = PartyRow("10AA00", "school", "De Linde"), PartyRow("12CC00", "school", "De Eik")
NAMES = names_in(RegisterSheets((LINDE, EIK), (AN,)))


def test_roles_that_stay_alike_are_one_sentence() -> None:
    last = date(2026, 11, 30)
    roles = [RoleEntry(AN.email, "consulent", one.id, last=last, listed=(None, None)) for one in (LINDE, EIK)]
    stays = [Stays(AN, "telefoon", "06 1", "06 2"), *(Stays(row, "tot", None, last) for row in roles)]
    assert all_staying(stays, NAMES) == [
        "An Smit (an@swv.example): het telefoonnummer blijft 06 2. In de lijst staat nog 06 1.",
        "An Smit (an@swv.example), consulent bij De Linde (10AA00) en De Eik (12CC00): "
        "de laatste dag blijft 30 november 2026. In de lijst staat geen laatste dag.",
    ]


def test_a_row_is_told_by_the_names_of_its_person_and_party() -> None:
    role = RoleEntry(AN.email, "ondersteuningscoordinator", LINDE.id, last=date(2026, 11, 30))
    assert title(role, NAMES) == (
        "An Smit (an@swv.example), ondersteuningscoördinator bij De Linde (10AA00), tot en met 30 november 2026"
    )
    document = DocumentRow("SOP", EIK.id, date(2024, 5, 1), "v2")
    assert title(document, NAMES) == "SOP van De Eik (12CC00), versie 2, vastgesteld op 1 mei 2024"
    assert title(ContactRow("wie@x.example", "wie@x.example"), NAMES) == "wie@x.example"


def test_days_are_told_in_one_form() -> None:
    """A row's own days, and what became of them."""
    old = DocumentRow("SOP", EIK.id, date(2024, 9, 4), "v2", date(2028, 8, 15))
    found = difference(
        RegisterSheets(parties=(EIK,), documents=(old,)),
        RegisterSheets(
            parties=(EIK,), documents=(replace(old, valid_until=date(2028, 9, 4)),), handed_in=frozenset({"documenten"})
        ),
        date(2026, 9, 1),
    )
    [(*_, row, changes, _whom)] = told(found, NAMES)
    assert row == "SOP van De Eik (12CC00), versie 2, vastgesteld op 4 september 2024"
    assert changes == "geldig_tot: 15 augustus 2028 → 4 september 2028"
    closing = ClosingRow(EIK.id, date(2026, 10, 5), date(2026, 10, 9))
    assert title(closing, NAMES) == "De Eik (12CC00), 5 oktober 2026 tot en met 9 oktober 2026"


def test_an_earlier_register_names_first_but_an_address_is_no_name() -> None:
    nameless = ContactRow(AN.email, AN.email)
    other = ContactRow(AN.email, "A. Smit")
    assert names_in(RegisterSheets((), (nameless,)), RegisterSheets((), (AN,)))[AN.email] == "An Smit"
    assert names_in(RegisterSheets((), (AN,)), RegisterSheets((), (other,)))[AN.email] == "An Smit"
