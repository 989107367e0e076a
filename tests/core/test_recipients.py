"""Who hears of a step, and in what capacity."""

from dataclasses import replace
from datetime import date

from engine.core.party import Absence, Contact, Party, Register, RoleRow
from engine.core.recipients import Recipient, askable, lacks_still, recipients, told_to_others
from engine.core.task import PlannedStep

DAY = date(2026, 11, 24)
STEP = PlannedStep("uitvraag", 0, DAY, ("directeur",), (), "uitvraag", False, False)


def a_register(*roles: tuple[int, str, str], **more: object) -> Register:
    """Two schools of a bestuur, one of them closed down, and contacts 1 to 4 with these roles."""
    parties = {
        "10AA00": Party("10AA00", "school", "De Linde", bestuur="70001", gemeente="Alkmaar"),
        "11BB00": Party("11BB00", "school", "Het Baken", bestuur="70001"),
        "12CC00": Party("12CC00", "school", "De Eik", bestuur="70001", active=False),
        "70001": Party("70001", "bestuur", "Stichting Noord"),
    }
    contacts = {number: Contact(number, f"{number}@a.example", f"Persoon {number}") for number in range(1, 5)}
    return Register(parties, contacts, tuple(RoleRow(*row) for row in roles), **more)  # type: ignore[arg-type]


def hear(register: Register, party: str = "10AA00", first: bool = True, **step: object) -> set[tuple[int, str, str]]:
    """(contact, audience, role) of who hears."""
    found = recipients(
        replace(STEP, **step),  # type: ignore[arg-type]
        ("consulent",),
        first=first,
        party=party,
        register=register,
        day=DAY,
    )
    return {(one.contact, one.audience, one.role) for one in found}


def test_the_role_at_the_party_comes_before_that_at_its_bestuur() -> None:
    assert hear(a_register((1, "directeur", "10AA00"), (2, "directeur", "70001"))) == {(1, "aan", "directeur")}


def test_without_the_role_at_the_party_the_chain_is_followed() -> None:
    assert hear(a_register((2, "directeur", "70001"))) == {(2, "aan", "directeur")}
    assert hear(a_register((3, "directeur", "gemeente:alkmaar"))) == {(3, "aan", "directeur")}
    assert hear(a_register((4, "directeur", "swv"))) == {(4, "aan", "directeur")}


def test_a_stand_in_hears_before_the_bureau_does() -> None:
    register = a_register((1, "teamleider", "10AA00"), (2, "bureau", "swv"), stand_ins={"directeur": ("teamleider",)})
    assert hear(register) == {(1, "aan", "directeur")}


def test_the_bureau_hears_with_the_reason_when_nobody_has_the_role() -> None:
    (one,) = recipients(STEP, (), first=True, party="10AA00", register=a_register((2, "bureau", "swv")), day=DAY)
    reason = "Niemand heeft de rol directeur bij De Linde. Daarom krijgt u dit bericht."
    assert one == Recipient(2, "aan", "directeur", reason)


def test_a_page_says_that_the_bureau_hears_and_for_how_long_that_is_so() -> None:
    register = a_register((2, "bureau", "swv"))
    (one,) = recipients(STEP, (), first=True, party="10AA00", register=register, day=DAY)
    told = "Niemand heeft de rol directeur bij De Linde. Daarom krijgt het bureau de mail."
    assert told_to_others(one.fallback) == told
    assert told_to_others("") == ""
    assert lacks_still("directeur", one.fallback, register, DAY)
    elsewhere = a_register((2, "bureau", "swv"), (3, "directeur", "11BB00"))
    assert lacks_still("directeur", one.fallback, elsewhere, DAY)
    filled = a_register((2, "bureau", "swv"), (3, "directeur", "10AA00"))
    assert not lacks_still("directeur", one.fallback, filled, DAY)


def test_company_and_copies_have_no_stand_ins() -> None:
    register = a_register((1, "directeur", "10AA00"), (2, "bureau", "swv"))
    assert hear(register, copy=("controller",)) == {(1, "aan", "directeur")}


def test_company_hears_of_the_first_step_only() -> None:
    register = a_register((1, "directeur", "10AA00"), (2, "consulent", "10AA00"))
    assert (2, "samen_met", "consulent") in hear(register)
    assert (2, "samen_met", "consulent") not in hear(register, first=False)


def test_who_hears_in_two_ways_hears_once() -> None:
    register = a_register((1, "directeur", "10AA00"), (1, "consulent", "10AA00"))
    assert hear(register) == {(1, "aan", "directeur")}


def test_a_role_of_the_schools_is_found_at_each_active_school_of_the_bestuur() -> None:
    register = a_register((1, "directeur", "10AA00"), (2, "directeur", "11BB00"), (3, "directeur", "12CC00"))
    assert hear(register, party="70001", to=("directeur van de scholen",)) == {
        (1, "aan", "directeur"),
        (2, "aan", "directeur"),
    }


def test_a_role_that_has_ended_no_longer_hears() -> None:
    ended = RoleRow(1, "directeur", "10AA00", None, date(2026, 11, 23))
    register = a_register((2, "bureau", "swv"))
    register = Register(register.parties, register.contacts, (*register.roles, ended))
    assert hear(register) == {(2, "aan", "directeur")}


# Who is away


def away(*rows: tuple[int, int, date, date]) -> tuple[Absence, ...]:
    return tuple(Absence(*row) for row in rows)


def test_the_stand_in_hears_in_the_place_of_who_is_away_and_no_longer() -> None:
    until = away((1, 3, DAY, DAY))
    assert hear(a_register((1, "directeur", "10AA00"), absences=until)) == {(3, "aan", "directeur")}
    yesterday = away((1, 3, date(2026, 11, 1), date(2026, 11, 23)))
    assert hear(a_register((1, "directeur", "10AA00"), absences=yesterday)) == {(1, "aan", "directeur")}


def test_a_stand_in_who_is_away_has_one_too() -> None:
    both = away((1, 2, DAY, DAY), (2, 3, DAY, DAY))
    assert hear(a_register((1, "directeur", "10AA00"), absences=both)) == {(3, "aan", "directeur")}


def test_who_are_away_for_each_other_hear_themselves() -> None:
    both = away((1, 2, DAY, DAY), (2, 1, DAY, DAY))
    assert hear(a_register((1, "directeur", "10AA00"), absences=both)) == {(1, "aan", "directeur")}


def test_a_stand_in_who_hears_already_hears_once() -> None:
    register = a_register((1, "directeur", "10AA00"), (2, "directeur", "10AA00"), absences=away((1, 2, DAY, DAY)))
    assert hear(register) == {(2, "aan", "directeur")}


def test_the_roles_of_who_is_away_are_those_of_the_stand_in_too() -> None:
    register = a_register((1, "directeur", "10AA00"), absences=away((1, 3, DAY, DAY)))
    assert [row.party for row in register.roles_of(3, DAY)] == ["10AA00"]
    assert register.roles_of(3, date(2026, 11, 25)) == []


def test_who_is_away_may_still_answer() -> None:
    register = a_register((1, "directeur", "10AA00"), absences=away((1, 3, DAY, DAY)))
    found = askable("directeur", (), "10AA00", register, DAY)
    assert [(one.contact, one.audience) for one in found] == [(3, "aan"), (1, "aan")]
