"""The store on PostgreSQL: its tables, who waits for whom, and what is said when the server is not to be had."""

import threading
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from engine.core.localtime import parse_moment
from engine.core.problem import Refused
from engine.core.sheets import ContactRow
from engine.store import passes, users
from engine.store.acts import Act, record_act
from engine.store.claims import CLAIMED_AT_ONCE, claim
from engine.store.database import Database, database_exists, open_database
from engine.store.facts import fact, register_changed, register_version, set_fact
from engine.store.health import vitals
from engine.store.logbook import Deed, Wanted, lines, people
from engine.store.messages import add_message, change_message
from engine.store.postgresql import lock, server_engine
from engine.store.register import save_contacts
from engine.store.tables import metadata
from tests.postgresql_server import IN_ADDRESS, PASSWORD, Server, a_server, database_of

pytestmark = pytest.mark.postgres
NOW = parse_moment("2026-11-24T08:30")


@pytest.fixture(scope="module")
def template(server: Server) -> str:
    """A database with the tables in it."""
    url = server.new()
    open_database(url, create=True).close()
    return url


@pytest.fixture
def url(server: Server, template: str) -> str:
    """A copy of it for each test."""
    return server.copy(template)


@pytest.fixture
def database(url: str) -> Database:
    return open_database(url, lock_wait=0.2)


def some_messages(database: Database, count: int) -> None:
    """Queued messages to as many contacts."""
    with database.write() as connection:
        save_contacts(connection, [ContactRow(f"c{number}@x.example", "C") for number in range(count)])
        numbers = connection.execute(text("SELECT id FROM contacts ORDER BY id")).scalars().all()
        for number in numbers:
            made = add_message(connection, contact=number, email="c@x.example", kind="digest", state="queued", now=NOW)
            change_message(connection, made, ["queued"], next_attempt=NOW)


def said(url: str) -> str:
    """What is refused when this address is opened."""
    with pytest.raises(Refused) as caught:
        open_database(url)
    assert PASSWORD not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    assert IN_ADDRESS not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    return caught.value.message


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_what_lies_still_is_in_no_index(database: Database) -> None:
    with database.read() as connection:
        found = connection.execute(text("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%IS NOT NULL%'"))
        assert {"ix_tasks_next_at", "ix_steps_wake_at", "ix_messages_next_attempt"} <= set(found.scalars())


def test_keys_are_sorted_as_in_a_file(database: Database) -> None:
    words = ["a.b", "a-c", "aB", "a.A", "b"]
    with database.write() as connection:
        save_contacts(connection, [ContactRow(word, "C") for word in words])
        found = connection.execute(text("SELECT email FROM contacts ORDER BY email")).scalars().all()
    assert found == sorted(words)


def test_a_reader_sees_one_moment(url: str, database: Database) -> None:
    other = open_database(url)
    with database.read() as connection:
        assert fact(connection, "a") is None
        with other.write() as writing:
            set_fact(writing, "a", "b")
        assert fact(connection, "a") is None
    with database.read() as connection:
        assert fact(connection, "a") == "b"


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Refused, match="niet schrijven"), database.read() as connection:
        set_fact(connection, "a", "b")
    with database.write() as connection:
        set_fact(connection, "a", "b")


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as connection:
        set_fact(connection, "a", "b")
        raise RuntimeError("halverwege")
    with database.read() as connection:
        assert fact(connection, "a") is None


def test_no_update_is_lost_between_writers(url: str) -> None:
    def count() -> None:
        mine = open_database(url)
        for _ in range(20):
            with mine.write() as connection:
                register_changed(connection)
        mine.close()

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_database(url).read() as connection:
        assert register_version(connection) == "60"


def test_a_writer_that_does_not_end_is_told_in_dutch(url: str, database: Database) -> None:
    with open_database(url).write(), pytest.raises(Refused, match="in gebruik"), database.write():
        pass


def test_deliverers_claim_side_by_side_and_never_the_same(url: str, database: Database) -> None:
    some_messages(database, CLAIMED_AT_ONCE + 5)
    other, until = open_database(url), NOW + timedelta(minutes=15)
    with database.write(alongside=True) as one, other.write(alongside=True) as two:
        first, second = claim(one, "een", NOW, until), claim(two, "twee", NOW, until)
        assert claim(two, "twee", NOW, until) == []
    assert (len(first), len(second)) == (CLAIMED_AT_ONCE, 5)
    assert len({message.id for message in (*first, *second)}) == CLAIMED_AT_ONCE + 5


def test_a_writer_alone_waits_for_deliverers(url: str, database: Database) -> None:
    with open_database(url).write(alongside=True), pytest.raises(Refused, match="in gebruik"), database.write():
        pass


def test_who_starts_while_another_writes_waits_its_turn_whatever_its_patience(server: Server) -> None:
    url = server.new()
    engine = server_engine(make_url(url), 0.2)
    with engine.connect() as busy:
        lock(busy, alongside=False)
        timer = threading.Timer(0.6, busy.rollback)
        timer.start()
        database = open_database(url, create=True, lock_wait=0.2)
        timer.join()
    engine.dispose()
    with open_database(url).write(), pytest.raises(Refused, match="in gebruik"), database.write():
        pass


def test_two_that_start_at_once_make_the_tables_once(server: Server) -> None:
    url = server.new()
    failures: list[Exception] = []

    def start() -> None:
        try:
            open_database(url, create=True).close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert database_exists(url)


def test_an_empty_database_is_not_filled_unasked(server: Server) -> None:
    url = server.new()
    assert "nog geen database" in said(url)
    assert not database_exists(url)


def test_a_server_that_is_not_there() -> None:
    assert "niet bereikbaar" in said(f"postgresql+psycopg://bureau:{IN_ADDRESS}@/x?host=/nergens")
    assert "niet bereikbaar" in said(f"postgresql+psycopg://bureau:{IN_ADDRESS}@127.0.0.1:1/x")
    assert "niet bereikbaar" in said(f"postgresql+psycopg://bureau:{IN_ADDRESS}@nergens.invalid/x")


def test_a_wrong_password_or_user(server: Server, url: str) -> None:
    assert "weigert de gebruiker of het wachtwoord" in said(server.url(database_of(url), password="fout"))
    assert "weigert de gebruiker of het wachtwoord" in said(server.url(database_of(url), user="wie"))
    assert "weigert de gebruiker of het wachtwoord" in said(server.url(database_of(url)).replace(f":{IN_ADDRESS}", ""))


def test_the_password_may_come_from_the_environment(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    open_database(url.replace(f":{IN_ADDRESS}", "")).close()


def test_a_database_that_does_not_exist(server: Server) -> None:
    assert "bestaat niet" in said(server.url("nergens"))


def test_a_user_that_may_not_write(server: Server, url: str) -> None:
    server.does("DROP ROLE IF EXISTS lezer; CREATE ROLE lezer LOGIN PASSWORD 'x'")
    server.does("GRANT SELECT ON ALL TABLES IN SCHEMA public TO lezer", database_of(url))
    reader = open_database(server.url(database_of(url), user="lezer", password="x"))
    with pytest.raises(Refused, match="niet schrijven"), reader.write() as connection:
        set_fact(connection, "a", "b")
    server.does("DROP OWNED BY lezer; DROP ROLE lezer", database_of(url))


def test_a_question_that_takes_too_long_is_ended(database: Database) -> None:
    with pytest.raises(Refused, match="te lang"), database.write() as connection:
        set_fact(connection, "a", "b")
        connection.execute(text("SET LOCAL statement_timeout = 20"))
        connection.execute(text("SELECT pg_sleep(5)"))
    with database.read() as connection:
        assert fact(connection, "a") is None
        assert connection.execute(text("SHOW statement_timeout")).scalar() == "2min"


def test_a_newer_database_is_refused_and_left(server: Server, url: str) -> None:
    server.does("UPDATE alembic_version SET version_num = '9999'", database_of(url))
    assert "nieuwere versie" in said(url)
    with server.connected(database_of(url)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_another_programs_database_is_refused(server: Server) -> None:
    url = server.new()
    server.does("CREATE TABLE klanten (id int)", database_of(url))
    assert "een ander programma" in said(url)


def test_a_line_that_breaks_inside_a_write_stores_nothing_and_heals(
    server: Server, url: str, database: Database
) -> None:
    with pytest.raises(Refused, match="verbroken"), database.write() as connection:
        set_fact(connection, "a", "b")
        server.cut_off(database_of(url))
        fact(connection, "a")
    with database.read() as connection:
        assert fact(connection, "a") is None


def test_after_a_restart_of_the_server_work_goes_on() -> None:
    with a_server() as server:
        database = open_database(server.new(), create=True)
        server.control("stop", "-m", "fast")
        with pytest.raises(Refused, match="niet bereikbaar"), database.write():
            pass
        server.start()
        with database.write() as connection:
            set_fact(connection, "a", "b")
        database.close()


def test_what_is_stored_is_in_no_error(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught, database.write() as connection:
        connection.execute(text("SELECT nergens(:secret)"), {"secret": "een persoonlijke link"})
    assert "persoonlijke link" not in str(caught.value)


def test_the_health_line_the_logbook_users_and_passes_work_on_a_server(database: Database) -> None:
    some_messages(database, 2)
    with database.write() as connection:
        anna = users.add_user(connection, "anna@swv.example", "Anna", "bureau", NOW)
        passes.add_pass(connection, passes.Pass("d", anna, "invite", NOW + timedelta(days=1)), NOW)
        users.open_session(connection, "s", anna, NOW, NOW + timedelta(hours=12), "Firefox op Windows")
        for text_ in ("Eerst", "Daarna 100% klaar"):
            record_act(connection, Act(NOW, "Anna", "user", text_))
        assert passes.use_pass(connection, "d", NOW)
        assert not passes.use_pass(connection, "d", NOW)
    with database.read() as connection:
        assert vitals(connection, NOW.date()).held == 0
        assert [line.what for line in lines(connection, Wanted(), 10, 0)] == [Deed(2), Deed(1)]
        assert [line.what for line in lines(connection, Wanted(by="Anna", text="100%"), 10, 0)] == [Deed(2)]
        assert list(people(connection)) == ["Anna"]
        assert [one.sessions for one in users.accounts(connection, NOW)] == [1]
