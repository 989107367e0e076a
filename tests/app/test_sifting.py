"""Which parties a choice leaves, and what one can choose from."""

from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from sqlalchemy import Connection

from engine.app.sifting import MOST_OPTIONS, offer, sift
from engine.core.choice import Choice
from engine.core.sheets import ContactRow, PartyRow, RegisterSheets, RoleEntry
from engine.store.database import scratch_database
from engine.store.register import fill_register, save_parties

DAY = date(2026, 12, 1)
SCHOOLS = (
    PartyRow("0756", "school", "De Linde", "1", "Alkmaar", "Alkmaar"),
    PartyRow("11BB", "school", "Het Baken", "2", "Heiloo", "Heiloo"),
    PartyRow("12CC", "school", "De Eik", "2", "Heiloo", "Heiloo"),
)
BESTUREN = (PartyRow("1", "bestuur", "Stichting Noord"), PartyRow("2", "bestuur", "Stichting Zuid"))
ROLES = (
    ("a@swv.example", "11BB", None),
    ("b@swv.example", "1", None),
    ("c@swv.example", "gemeente:Heiloo", None),
    ("d@swv.example", "0756", date(2026, 11, 30)),
)


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A store with this register."""
    database = scratch_database()
    emails = [email for email, _, _ in ROLES]
    with database.write() as connection:
        fill_register(
            connection,
            RegisterSheets(
                (*BESTUREN, *SCHOOLS),
                tuple(ContactRow(email, email) for email in emails),
                tuple(RoleEntry(email, "consulent", party, last=last) for email, party, last in ROLES),
            ),
        )
        yield connection
    database.close()


def left(connection: Connection, scope: Iterable[str] | None = None, **choice: str) -> list[str]:
    """The ids of the parties that are left."""
    found = sift(connection, Choice(**choice), None if scope is None else frozenset(scope), "SWV De Proef", DAY)
    return sorted(found.parties)


def test_without_choice_every_party_and_the_swv_itself_are_left(connection: Connection) -> None:
    assert left(connection) == ["0756", "1", "11BB", "12CC", "2", "swv"]
    assert sift(connection, Choice(), None, "SWV", DAY).of is None


def test_a_bestuur_leaves_itself_with_its_schools(connection: Connection) -> None:
    assert left(connection, bestuur="2") == ["11BB", "12CC", "2"]


def test_a_consulent_leaves_the_schools_of_her_places_on_that_day(connection: Connection) -> None:
    assert left(connection, consulent="1") == ["11BB"]
    assert left(connection, consulent="2") == ["0756", "1"]
    assert left(connection, consulent="3") == ["11BB", "12CC"]
    assert left(connection, consulent="4") == []


def test_a_text_is_found_in_name_place_code_and_bestuur_without_regard_to_case(connection: Connection) -> None:
    for text, found in (
        ("linde", ["0756"]),
        ("HEILOO", ["11BB", "12CC"]),
        ("075", ["0756"]),
        ("zuid eik", ["12CC"]),
        ("proef", ["swv"]),
    ):
        assert left(connection, text=text) == found, text


def test_nothing_outside_the_scope_is_left_whatever_is_chosen(connection: Connection) -> None:
    assert left(connection, ["11BB"]) == ["11BB"]
    assert left(connection, ["11BB"], bestuur="2") == ["11BB"]
    assert left(connection, ["11BB"], text="linde") == []
    assert left(connection, [], consulent="1") == []


def test_a_list_to_choose_from_is_offered_while_it_helps(connection: Connection) -> None:
    found = offer(connection)
    assert [one.name for one in found.besturen] == ["Stichting Noord", "Stichting Zuid"]
    assert len(found.consulenten) == 4
    assert offer(connection, frozenset({"11BB"})).besturen == ()
    assert [one.value for one in offer(connection, frozenset({"11BB", "0756"})).besturen] == ["1", "2"]
    more = [PartyRow(f"{number}", "bestuur", f"Bestuur {number}") for number in range(3, MOST_OPTIONS + 2)]
    save_parties(connection, more)
    assert (offer(connection).besturen, offer(connection).many) == ((), True)
