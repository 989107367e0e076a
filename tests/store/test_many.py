"""Statements for many rows: the same as SQLAlchemy does row by row."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, bindparam, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from engine.store.database import scratch_database
from engine.store.many import ask, ask_one, write_many
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
    with pytest.raises(IntegrityError) as told:
        write_many(connection, ADD, [{"name": "a", "value": "geheim"}])
    assert "geheim" not in str(told.value)
    connection.execute(text("DROP TABLE facts"))
    with pytest.raises(OperationalError, match="no such table"):
        ask(connection, FACTS, names=["a"], value="1")


def test_who_listens_hears_of_every_statement(connection: Connection) -> None:
    unheard = ask(connection, FACTS, names=["a"], value="1")
    heard: list[str] = []
    event.listen(
        connection.engine, "before_cursor_execute", lambda _c, _cursor, said, *_: heard.append(said.split()[0])
    )
    assert ask(connection, FACTS, names=["a"], value="1") == unheard
    assert write_many(connection, MARK, [{"which": "a"}]) == 1
    assert heard == ["SELECT", "UPDATE"]


FACTS = (
    select(facts.c.name, facts.c.value)
    .where(facts.c.name.in_(bindparam("names", expanding=True)), facts.c.value == bindparam("value"))
    .order_by(facts.c.name)
)
EXCEPT = select(facts.c.name).where(facts.c.name.not_in(bindparam("names", expanding=True)))


@pytest.mark.parametrize("names", [[], ["a"], ["c", "a"], ["a", "b", "c"], ["a", *(f"x{n}" for n in range(600))]])
def test_a_query_finds_what_sqlalchemy_finds_for_any_number_of_keys(connection: Connection, names: list[str]) -> None:
    for value in ("1", "2"):
        wanted = connection.execute(FACTS, {"names": names, "value": value}).all()
        assert ask(connection, FACTS, names=names, value=value) == wanted
    found = {name for (name,) in ask(connection, EXCEPT, names=names)}
    assert found == {name for (name,) in connection.execute(EXCEPT, {"names": names})}


def test_values_come_back_as_their_type(connection: Connection) -> None:
    write_many(connection, ADD_BOOK, [{"hash": "h", "files": {"a.yaml": "é"}, "applied_at": 1}])
    query = select(rulebooks.c.files).where(rulebooks.c.hash == bindparam("hash"))
    assert ask_one(connection, query, hash="h") == {"a.yaml": "é"}
    assert ask_one(connection, query, hash="another") is None


def test_lists_of_about_one_length_are_one_statement(connection: Connection) -> None:
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda _c, _cursor, statement, *_: asked.append(statement))
    for count in (5, 6, 8):
        ask(connection, EXCEPT, names=[str(number) for number in range(count)])
    assert len(asked) == 3
    assert len(set(asked)) == 1
