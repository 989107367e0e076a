"""The Logboek: what people did and what happened to tasks, together, newest first."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Connection, insert

from engine.core.localtime import parse_moment
from engine.store.acts import Act, record_act
from engine.store.database import Database, memory_database
from engine.store.logbook import Deed, Line, Moved, Wanted, _moves, lines, people
from engine.store.tables import rulebooks, tasks
from engine.store.transitions import Transition, record

MORNING, NOON, EVENING = (parse_moment(f"2026-11-24T{clock}") for clock in ("09:00", "12:00", "20:00"))
ALL = Wanted()


def a_task(connection: Connection, number: int, title: str = "Thuiszitters") -> str:
    """A stored task of a school."""
    key = f"thuiszitters.2026-2027.december.{number:02d}AA00"
    values = {"rule": "thuiszitters", "schooljaar": "2026-2027", "round": "december", "party": f"{number:02d}AA00"}
    texts = {"kind": "uitvraag", "title": title, "explanation": "", "asked": "directeur", "together": [], "reasons": []}
    days = {"opens": "2026-11-24", "due": "2026-12-11", "state": "open", "version": 1, "rulebook": 1}
    connection.execute(insert(tasks).values(key=key, accept_needed=False, **values, **texts, **days))
    return key


@pytest.fixture
def database() -> Database:
    """A store with three tasks that the program opened in the morning, and of which one was answered at noon."""
    database = memory_database()
    with database.write() as connection:
        connection.execute(insert(rulebooks).values(id=1, hash="x", applied_at=0, files={}))
        keys = [a_task(connection, number) for number in range(3)]
        opened = [Transition(key, "open", "planned", "open", MORNING, "programma") for key in keys]
        answered = [
            Transition(keys[0], "submit", "open", "submitted", NOON, "anna@swv.example", "gebeld"),
            Transition(keys[0], "accept", "submitted", "done", NOON, "anna@swv.example", "gebeld"),
        ]
        record(connection, [*opened, *answered])
        record_act(connection, Act(EVENING, "Anna", "user", "Piet is uitgenodigd als lezer."))
    return database


def told(database: Database, wanted: Wanted = ALL, limit: int = 50, offset: int = 0) -> list[Line]:
    """The lines."""
    with database.read() as connection:
        return lines(connection, wanted, limit, offset)


def moments(found: list[Line]) -> list[datetime]:
    """When each line was."""
    return [line.at for line in found]


def test_the_newest_comes_first_and_what_happened_together_is_one_line(database: Database) -> None:
    act, answered, opened = told(database)
    assert (act.by, act.what) == ("Anna", Deed(1))
    assert isinstance(answered.what, Moved)
    assert isinstance(opened.what, Moved)
    assert [(part.move, part.many) for part in answered.what.parts] == [("submit", 1), ("accept", 1)]
    assert answered.what.reason == "gebeld"
    assert [(part.move, part.title, part.round, part.many) for part in opened.what.parts] == [
        ("open", "Thuiszitters", "december", 3)
    ]


def test_reasons_that_differ_are_not_told_as_one(database: Database) -> None:
    with database.write() as connection:
        key = a_task(connection, 7)
        record(connection, [Transition(key, "waive", "open", "waived", MORNING, "programma", "van vóór de start")])
    opened = told(database)[-1]
    assert isinstance(opened.what, Moved)
    assert opened.what.reason == ""


def test_what_an_act_did_to_tasks_is_told_by_the_act_alone(database: Database) -> None:
    with database.write() as connection:
        record_act(connection, Act(NOON, "anna@swv.example", "accept", "Thuiszitters van De Linde is op klaar gezet."))
    assert [type(line.what) for line in told(database)] == [Deed, Deed, Moved]


def test_it_is_turned_over_by_the_page(database: Database) -> None:
    assert [len(told(database, limit=2, offset=offset)) for offset in (0, 2, 4)] == [2, 1, 0]
    assert moments(told(database, limit=1, offset=1)) == [NOON]


def test_it_is_sifted_by_person_day_and_text(database: Database) -> None:
    assert moments(told(database, Wanted(by="Anna"))) == [EVENING]
    assert moments(told(database, Wanted(first=date(2026, 11, 25)))) == []
    assert moments(told(database, Wanted(first=date(2026, 11, 24), last=date(2026, 11, 24)))) == [
        EVENING,
        NOON,
        MORNING,
    ]
    assert moments(told(database, Wanted(last=date(2026, 11, 23)))) == []
    assert moments(told(database, Wanted(text="UITGENODIGD"))) == [EVENING]
    assert moments(told(database, Wanted(text="thuiszit"))) == [NOON, MORNING]
    assert moments(told(database, Wanted(text="gebeld"))) == [NOON]
    assert moments(told(database, Wanted(text="%"))) == []
    assert moments(told(database, Wanted(text="_"))) == []


def test_a_day_ends_at_midnight_of_the_office(database: Database) -> None:
    late = parse_moment("2026-11-24T23:59")
    with database.write() as connection:
        record_act(connection, Act(late, "Anna", "user", "Laat werk."))
        record_act(connection, Act(parse_moment("2026-11-25T00:00"), "Anna", "user", "Vroeg werk."))
    assert moments(told(database, Wanted(first=date(2026, 11, 24), last=date(2026, 11, 24))))[0] == late


def test_who_is_in_it_is_known_by_name(database: Database) -> None:
    with database.read() as connection:
        assert list(people(connection)) == ["Anna", "anna@swv.example", "programma"]


def test_the_first_page_reads_no_more_than_it_shows(database: Database) -> None:
    """However many transitions there are: the plan goes along the index."""
    with database.read() as connection:
        query = _moves(ALL).order_by("at").compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert any("ix_transitions_at" in str(row) for row in plan), plan
    assert not any("TEMP B-TREE FOR GROUP BY" in str(row) for row in plan), plan
