"""Whose agenda holds what: by party, by who is asked, by whose consulent one is; lines and vakanties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from engine.core.agenda_choice import (
    MOST_SINGLY,
    Asked,
    Whose,
    World,
    entries_of,
    next_turn,
    vakantie_entries,
)
from engine.core.agenda_task import AgendaTask
from engine.core.calendar import Calendar, Vakantie
from engine.core.party import Absence, Contact, Party, Register, RoleRow
from engine.core.rule import Round, Rule
from engine.core.schooljaar import Schooljaar
from tests.core.test_agenda_entry import TALK, TASK

DAY, YEAR = date(2026, 10, 1), Schooljaar(2026)
COORDINATOR, CONSULENT, LEERPLICHT, BUREAU = 1, 2, 3, 4
SCHOOLS = [f"{n:02}AA00" for n in range(10, 22)]
NOORD = Calendar("noord", {}, (Vakantie("kerstvakantie", date(2026, 12, 19), date(2027, 1, 3)),))


class OneCalendar:
    """Everybody is in the north."""

    def of(self, party: str) -> Calendar:
        """The calendar of any party."""
        return NOORD


def a_register(**more: object) -> Register:
    """Twelve schools of two besturen in one gemeente; each of four people has a role."""
    parties = [Party("swv", "swv", "SWV"), Party("70001", "bestuur", "Noord"), Party("70002", "bestuur", "Zuid")]
    parties += [
        Party(code, "school", f"School {code}", "70001" if n < 2 else "70002", gemeente="Alkmaar")
        for n, code in enumerate(SCHOOLS)
    ]
    roles = (
        RoleRow(COORDINATOR, "ondersteuningscoordinator", SCHOOLS[0]),
        RoleRow(CONSULENT, "consulent", SCHOOLS[0]),
        RoleRow(CONSULENT, "consulent", SCHOOLS[1]),
        RoleRow(LEERPLICHT, "leerplichtambtenaar", "gemeente:Alkmaar"),
        RoleRow(BUREAU, "bureau", "swv"),
    )
    people = {number: Contact(number, f"{number}@swv.example", f"Contact {number}") for number in range(1, 5)}
    return Register({one.id: one for one in parties}, people, roles, **more)  # type: ignore[arg-type]


def tasks_of(*schools: str, **other: object) -> list[AgendaTask]:
    """A round of thuiszitters and of startgesprekken at these schools."""
    asked = {"asked": "ondersteuningscoordinator", "together": ("leerplichtambtenaar",)}
    rounds = [replace(TASK, key=f"aantallen.2026-2027.{code}", party=code, **asked, **other) for code in schools]  # type: ignore[arg-type]
    talks = [replace(TALK, key=f"startgesprek.2026-2027.{code}", party=code, asked="consulent") for code in schools]
    return [*rounds, *talks]


def held(
    whose: Whose, tasks: list[AgendaTask], *rules: Rule, guests: Mapping[str, frozenset[int]] | None = None
) -> set[str]:
    """The uids of an agenda."""
    world = World(tasks, {}, guests or {}, Asked(a_register(), DAY), OneCalendar(), rules, [YEAR])
    return {entry.uid for entry in entries_of(whose, world)}


@pytest.mark.parametrize("name", ["swv", "16SW03", "contact:5", "70001+vakanties", "contact:12+vakanties"])
def test_a_name_reads_back_as_it_was(name: str) -> None:
    assert str(Whose.parse(name)) == name


def test_a_school_has_its_own_tasks() -> None:
    first = SCHOOLS[0]
    assert held(Whose(first), tasks_of(*SCHOOLS)) == {
        f"aantallen.2026-2027.{first}",
        f"startgesprek.2026-2027.{first}.periode",
    }


def test_a_bestuur_has_its_own_tasks_and_the_rounds_of_its_schools() -> None:
    own = replace(TASK, key="begroting.2026-2027.70001", rule="begroting", party="70001")
    assert held(Whose("70001"), [own, *tasks_of(*SCHOOLS)]) == {
        own.key,
        "aantallen.2026-2027.70001",
        "startgesprek.2026-2027.70001",
    }


def test_the_swv_has_every_round_once() -> None:
    own = replace(TASK, key="begroting.2026-2027.swv", rule="begroting", party="swv")
    assert held(Whose("swv"), [own, *tasks_of(*SCHOOLS)]) == {
        own.key,
        "aantallen.2026-2027.swv",
        "startgesprek.2026-2027.swv",
    }


def test_a_person_has_what_is_asked_of_that_person() -> None:
    """Those of vraag_aan; of samen_met too."""
    assert held(Whose(contact=COORDINATOR), tasks_of(*SCHOOLS)) == {f"aantallen.2026-2027.{SCHOOLS[0]}"}
    few = SCHOOLS[2:5]
    assert held(Whose(contact=LEERPLICHT), tasks_of(*few)) == {f"aantallen.2026-2027.{code}" for code in few}


def test_a_consulent_has_the_own_schools_as_rounds_and_each_gesprek() -> None:
    assert held(Whose(contact=CONSULENT), tasks_of(*SCHOOLS)) == {
        "aantallen.2026-2027.contact-2",
        f"startgesprek.2026-2027.{SCHOOLS[0]}.periode",
        f"startgesprek.2026-2027.{SCHOOLS[1]}.periode",
    }


def test_what_is_asked_for_many_parties_at_once_is_told_once() -> None:
    assert len(SCHOOLS) > MOST_SINGLY
    assert held(Whose(contact=LEERPLICHT), tasks_of(*SCHOOLS)) == {"aantallen.2026-2027.contact-3"}


def test_a_guest_has_the_gesprek_though_nothing_is_asked() -> None:
    key = f"startgesprek.2026-2027.{SCHOOLS[3]}"
    assert held(Whose(contact=COORDINATOR), tasks_of(SCHOOLS[3]), guests={key: frozenset({COORDINATOR})}) == {
        f"{key}.periode"
    }


def test_where_nobody_has_the_role_the_bureau_has_the_task() -> None:
    """As with the mails."""
    assert f"aantallen.2026-2027.{SCHOOLS[5]}" in held(Whose(contact=BUREAU), tasks_of(*SCHOOLS[5:8]))


def test_a_doorlopend_rule_is_a_line_over_its_period() -> None:
    """For whom it is meant; a person has it where it asks that person, or for the own schools."""
    rule = Rule(
        *("reflectie", "Reflectie", "", "doorlopend", "school", "", (), (Round(None, None, None, None),), ()),
        *("gehouden", "rules/vo/reflectie.yaml"),
    )
    for whose in ("swv", "70001", SCHOOLS[0]):
        assert held(Whose(whose), [], rule) == {f"reflectie.2026-2027.{whose}"}
    assert held(Whose(contact=CONSULENT), [], rule) == {"reflectie.2026-2027.contact-2"}
    assert held(Whose(contact=COORDINATOR), [], rule) == set()
    world = World([], {}, {}, Asked(a_register(), DAY), OneCalendar(), [rule], [YEAR])
    (line,) = entries_of(Whose("swv"), world)
    assert (line.starts, line.ends) == (date(2026, 8, 1), date(2027, 8, 1))


def test_vakanties_are_of_a_region_or_a_schools_own() -> None:
    own = replace(NOORD, key="noord met eigen vrije dagen")
    found = [*vakantie_entries({"noord": NOORD}, [YEAR]), *vakantie_entries({SCHOOLS[0]: own}, [YEAR])]
    assert [(one.uid, one.title, one.starts, one.ends) for one in found] == [
        (
            "vakantie.kerstvakantie.2026-2027.noord",
            "Kerstvakantie (regio noord)",
            date(2026, 12, 19),
            date(2027, 1, 4),
        ),
        (f"vakantie.kerstvakantie.2026-2027.{SCHOOLS[0]}", "Kerstvakantie", date(2026, 12, 19), date(2027, 1, 4)),
    ]
    assert list(vakantie_entries({"noord": NOORD}, [YEAR.next])) == []


def test_an_agenda_turns_with_schooljaar_role_and_absence() -> None:
    """A role or an absence that ends counts on the day after."""
    assert next_turn(a_register(), DAY) == date(2027, 8, 1)
    away = Absence(COORDINATOR, CONSULENT, date(2026, 9, 1), date(2026, 10, 20))
    assert next_turn(a_register(absences=(away,)), DAY) == date(2026, 10, 21)
