"""PostgreSQL: one writer at a time beside many deliverers, limits on waiting, and its errors in Dutch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from engine.core.problem import Refused
from engine.store.jsontext import JSON

DRIVER = "postgresql+psycopg"
# Advisory locks are numbers; this one is ours in the database that config names.
WRITER = 0x4A50_4C41  # "JPLA"
# Seconds.
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 120
# A worker that was frozen inside a transaction loses it, so that the others can go on.
IDLE_SECONDS = 600


def server_engine(url: URL, lock_wait: float) -> Engine:
    """An engine on a server; a password that the address lacks comes from PGPASSWORD. `lock_wait` is in seconds."""
    engine = create_engine(
        url.set(drivername=DRIVER),
        # A connection that died while it lay in the pool is replaced before it is used.
        pool_pre_ping=True,
        hide_parameters=True,
        **JSON,
        connect_args={"client_encoding": "utf8"}
        | ({} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}),
    )
    limits = {
        "lock_timeout": lock_wait,
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }

    @event.listens_for(engine, "connect")
    def _connect(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        for name, seconds in limits.items():
            cursor.execute(f"SET {name} = {int(seconds * 1000)}")
        cursor.close()
        connection.commit()  # type: ignore[attr-defined]

    return engine


def for_reading(connection: Connection) -> Connection:
    """The connection as one whose transaction sees one moment and writes nothing."""
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def lock(connection: Connection, *, alongside: bool) -> None:
    """Waits for this transaction's turn to write; `alongside` others that say so too, but never beside one alone.

    Statements after it see all that earlier writers committed, as after SQLite's BEGIN IMMEDIATE.
    """
    kind = "pg_advisory_xact_lock_shared" if alongside else "pg_advisory_xact_lock"
    connection.execute(text(f"SELECT {kind}({WRITER})"))


@contextmanager
def turn(connection: Connection, seconds: float) -> Iterator[None]:
    """A transaction that writes alone, and waits so long for its turn."""
    with connection.begin():
        connection.execute(text(f"SET LOCAL lock_timeout = {int(seconds * 1000)}"))
        lock(connection, alongside=False)
        yield


def shown(url: URL) -> str:
    """The database as a message names it: never with its user or password."""
    host = url.query.get("host") or url.host or "deze computer"
    return f"{url.database or ''} op {host if isinstance(host, str) else ', '.join(host)}".strip()


def refusal(error: DBAPIError, name: str) -> Refused | None:
    """What PostgreSQL says, as what the user can do about it; None when it is a fault of the program."""
    state = getattr(error.orig, "sqlstate", None)
    said = str(error.orig)
    for states, words, message, hint in _REFUSALS:
        if state in states or (state is None and any(word in said for word in words)):
            return Refused(message.format(name=name), hint)
    if state is None or state[:2] in _OUTSIDE:
        line = " ".join(said.split())
        return Refused(f"De database {name} doet het niet ({line}).", "Vraag uw systeembeheerder om ernaar te kijken.")
    return None


# Classes of SQLSTATE for a server or a line in trouble: connection, resources, operator, system.
_OUTSIDE = frozenset({"08", "53", "57", "58"})
# SQLSTATE codes (PostgreSQL, appendix A); on connecting there are none, only libpq's words.
_REFUSALS: tuple[tuple[frozenset[str], tuple[str, ...], str, str], ...] = (
    (
        frozenset({"28P01", "28000"}),
        ("authentication failed", "no password supplied", "no pg_hba.conf entry"),
        "De database {name} weigert de gebruiker of het wachtwoord.",
        "Controleer de gebruiker in [database] url, en het wachtwoord daar of in PGPASSWORD. "
        "In de url schrijft u bijzondere tekens zo: @ als %40, / als %2F.",
    ),
    (
        frozenset({"3D000"}),
        ('database "',),
        "De database {name} bestaat niet op de server.",
        "Laat uw systeembeheerder de database maken met: createdb NAAM",
    ),
    (
        frozenset({"08001", "08006"}),
        (
            "Connection refused",
            "No such file",
            "failed to resolve",
            "could not translate",
            "timeout expired",
            "timed out",
            "unreachable",
            "connection timeout",
        ),
        "De databaseserver is niet bereikbaar ({name}).",
        "Kijk of PostgreSQL draait, en of host en poort kloppen in config.toml ([database] url).",
    ),
    (
        frozenset({"08003", "57P01", "57P02", "57P03", "25P03"}),
        ("server closed the connection", "connection is lost", "terminating connection", "connection is closed"),
        "De verbinding met de database {name} is verbroken. Wat nog bezig was, is niet opgeslagen.",
        "Kijk of PostgreSQL draait en probeer het opnieuw.",
    ),
    (
        frozenset({"55P03", "40P01", "40001"}),
        (),
        "De database {name} is in gebruik: iets anders is nog bezig met opslaan.",
        "Wacht even en probeer het opnieuw. Helpt dat niet, kijk dan wat er nog draait.",
    ),
    (
        frozenset({"57014"}),
        (),
        "De database {name} doet te lang over een vraag en is gestopt. Er is niets opgeslagen.",
        "Probeer het opnieuw. Blijft dit zo, vraag dan uw systeembeheerder naar de databaseserver te kijken.",
    ),
    (
        frozenset({"53100"}),
        (),
        "De schijf van de databaseserver is vol. De database {name} is niet gewijzigd.",
        "Maak ruimte vrij op de databaseserver.",
    ),
    (
        frozenset({"53300"}),
        ("too many clients", "remaining connection slots"),
        "De databaseserver heeft geen plaats voor nog een verbinding ({name}).",
        "Sluit andere programma's die de database gebruiken, of verhoog max_connections.",
    ),
    (
        frozenset({"42501", "25006"}),
        (),
        "In de database {name} mag dit programma niet schrijven.",
        "Geef de gebruiker rechten: laat hem eigenaar zijn van de database.",
    ),
)
