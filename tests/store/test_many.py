"""Statements for many rows: the same as SQLAlchemy does row by row."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.store.database import scratch_database
from engine.store.many import write_many
from engine.store.tables import facts, rulebooks

ADD, ADD_BOOK = insert(facts), insert(rulebooks)
MARK = update(facts).where(facts.c.name == bindparam("which"), facts.c.value != "x").values(value="x")


@pytest.fixture
def connection() -> Iterator[Connection]:
    with scratch_database().write() as connection:
        write_many(connection, ADD, [{"name": name, "value": "1"} for name in "abc"])
        yield connection


def rows(connection: Connection) -> dict[str, str]:
    return {row.name: row.value for row in connection.execute(select(facts)) if len(row.name) == 1}


def test_each_row_is_written(connection: Connection) -> None:
    assert rows(connection) == {"a": "1", "b": "1", "c": "1"}


def test_no_rows_are_no_statement(connection: Connection) -> None:
    assert write_many(connection, ADD, []) == 0


def test_it_tells_how_many_rows_were_touched(connection: Connection) -> None:
    assert write_many(connection, MARK, [{"which": "a"}, {"which": "nobody"}, {"which": "a"}, {"which": "b"}]) == 2
    assert rows(connection) == {"a": "x", "b": "x", "c": "1"}


def test_the_names_may_come_in_any_order_and_columns_with_it(connection: Connection) -> None:
    write_many(connection, ADD, [{"value": "2", "name": "d"}])
    assert rows(connection)["d"] == "2"


def test_values_are_stored_as_their_column_wants(connection: Connection) -> None:
    write_many(connection, ADD_BOOK, [{"hash": "h", "files": {"a.yaml": "é"}, "applied_at": 1}])
    assert connection.execute(select(rulebooks.c.files)).scalar_one() == {"a.yaml": "é"}


def test_what_the_database_refuses_is_an_error_of_sqlalchemy(connection: Connection) -> None:
    with pytest.raises(IntegrityError):
        write_many(connection, ADD, [{"name": "a", "value": "2"}])
