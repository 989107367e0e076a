"""The Logboek: what people did and what happened to tasks, together, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from sqlalchemy import Connection, insert

from engine.core.localtime import parse_moment
from engine.store.acts import Act, record_act
from engine.store.database import Database, scratch_database
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


@pytest.fixture(scope="module")
def made() -> Database:
    """A store with three tasks that the program opened in the morning, and of which one was answered at noon."""
    database = scratch_database()
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


@pytest.fixture
def store(made: Database) -> Iterator[Connection]:
    """The same for each test: what one writes is taken back."""
    with made._engine.connect() as connection, connection.begin() as all_of_it:
        yield connection
        all_of_it.rollback()


def told(store: Connection, wanted: Wanted = ALL, limit: int = 50, offset: int = 0) -> list[Line]:
    """The lines."""
    return lines(store, wanted, limit, offset)


def moments(found: list[Line]) -> list[datetime]:
    """When each line was."""
    return [line.at for line in found]


def test_the_newest_comes_first_and_what_happened_together_is_one_line(store: Connection) -> None:
    act, answered, opened = told(store)
    assert (act.by, act.what) == ("Anna", Deed(1))
    assert isinstance(answered.what, Moved)
    assert isinstance(opened.what, Moved)
    assert [(part.move, part.many) for part in answered.what.parts] == [("submit", 1), ("accept", 1)]
    assert answered.what.reason == "gebeld"
    assert [(part.move, part.title, part.round, part.many) for part in opened.what.parts] == [
        ("open", "Thuiszitters", "december", 3)
    ]


def test_reasons_that_differ_are_not_told_as_one(store: Connection) -> None:
    key = a_task(store, 7)
    record(store, [Transition(key, "waive", "open", "waived", MORNING, "programma", "van vóór de start")])
    opened = told(store)[-1]
    assert isinstance(opened.what, Moved)
    assert opened.what.reason == ""


def test_what_an_act_did_to_tasks_is_told_by_the_act_alone(store: Connection) -> None:
    record_act(store, Act(NOON, "anna@swv.example", "accept", "Thuiszitters van De Linde is op klaar gezet."))
    assert [type(line.what) for line in told(store)] == [Deed, Deed, Moved]


def test_it_is_turned_over_by_the_page(store: Connection) -> None:
    assert [len(told(store, limit=2, offset=offset)) for offset in (0, 2, 4)] == [2, 1, 0]
    assert moments(told(store, limit=1, offset=1)) == [NOON]


def test_it_is_sifted_by_person_day_and_text(store: Connection) -> None:
    assert moments(told(store, Wanted(by="Anna"))) == [EVENING]
    assert moments(told(store, Wanted(first=date(2026, 11, 25)))) == []
    assert moments(told(store, Wanted(first=date(2026, 11, 24), last=date(2026, 11, 24)))) == [
        EVENING,
        NOON,
        MORNING,
    ]
    assert moments(told(store, Wanted(last=date(2026, 11, 23)))) == []
    assert moments(told(store, Wanted(text="UITGENODIGD"))) == [EVENING]
    assert moments(told(store, Wanted(text="thuiszit"))) == [NOON, MORNING]
    assert moments(told(store, Wanted(text="gebeld"))) == [NOON]
    assert moments(told(store, Wanted(text="%"))) == []
    assert moments(told(store, Wanted(text="_"))) == []


def test_a_day_ends_at_midnight_of_the_office(store: Connection) -> None:
    late = parse_moment("2026-11-24T23:59")
    record_act(store, Act(late, "Anna", "user", "Laat werk."))
    record_act(store, Act(parse_moment("2026-11-25T00:00"), "Anna", "user", "Vroeg werk."))
    assert moments(told(store, Wanted(first=date(2026, 11, 24), last=date(2026, 11, 24))))[0] == late


def test_who_is_in_it_is_known_by_name(store: Connection) -> None:
    assert list(people(store)) == ["Anna", "anna@swv.example", "programma"]


def test_the_first_page_reads_no_more_than_it_shows(store: Connection) -> None:
    """However many transitions there are: the plan goes along the index."""
    query = _moves(ALL).limit(50).compile(store, compile_kwargs={"literal_binds": True})
    plan = store.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert any("ix_transitions_at" in str(row) for row in plan), plan
    assert not any("TEMP B-TREE" in str(row) for row in plan), plan


def test_a_person_is_the_same_with_and_without_capitals(store: Connection) -> None:
    record_act(store, Act(EVENING, "ANNA", "user", "Nog iets."))
    assert [line.by for line in told(store, Wanted("anna"))] == ["ANNA", "Anna"]
    assert [line.by for line in told(store, Wanted("ANNA"))] == ["ANNA", "Anna"]
