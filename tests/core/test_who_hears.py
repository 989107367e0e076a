"""Who really hears for a role at a party, as pages tell it."""

from __future__ import annotations

from datetime import date

from engine.core.party import Absence, Contact, Party, Register, RoleRow
from engine.core.who_hears import hearings, names_of, who_hears

DAY = date(2026, 11, 24)


def a_register(*roles: tuple[int, str, str], **more: object) -> Register:
    parties = {
        "10AA00": Party("10AA00", "school", "De Linde", bestuur="70001"),
        "11BB00": Party("11BB00", "school", "Het Baken", bestuur="70001"),
        "70001": Party("70001", "bestuur", "Stichting Noord"),
    }
    contacts = {number: Contact(number, f"{number}@a.example", f"Persoon {number}") for number in range(1, 5)}
    return Register(parties, contacts, tuple(RoleRow(*row) for row in roles), **more)  # type: ignore[arg-type]


def test_where_the_role_was_found_is_told() -> None:
    found = who_hears("directeur", "10AA00", a_register((1, "directeur", "70001")), DAY)
    assert (found.via, found.place, names_of([found])) == ("role", "70001", ("Persoon 1",))


def test_the_role_that_stands_in_is_told() -> None:
    register = a_register((1, "teamleider", "10AA00"), stand_ins={"directeur": ("teamleider",)})
    found = who_hears("directeur", "10AA00", register, DAY)
    assert (found.via, found.through, found.is_vacant) == ("stand-in", "teamleider", False)


def test_that_nobody_has_the_role_is_told_with_who_hears_instead() -> None:
    found = who_hears("directeur", "10AA00", a_register((2, "bureau", "swv")), DAY)
    assert (found.via, found.is_vacant, [one.hears.id for one in found.people]) == ("bureau", True, [2])
    assert names_of([found]) == ()
    assert who_hears("directeur", "10AA00", a_register(), DAY).via == "nobody"


def test_who_is_away_is_told_with_who_hears_meanwhile() -> None:
    away = Absence(1, 3, DAY, DAY)
    found = who_hears("directeur", "10AA00", a_register((1, "directeur", "10AA00"), absences=(away,)), DAY)
    (one,) = found.people
    assert (one.contact.id, one.hears.id, one.away) == (1, 3, away)


def test_a_role_of_the_schools_is_told_for_each() -> None:
    register = a_register((1, "administratie", "10AA00"))
    found = hearings("administratie van de scholen", "70001", register, DAY)
    assert [(one.party, one.is_vacant) for one in found] == [("10AA00", False), ("11BB00", True)]
