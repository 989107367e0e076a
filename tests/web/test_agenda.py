"""Agendas on the web: what a calendar program gets at an address, and the page on which addresses are handed out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select
from starlette.testclient import TestClient

from engine.app.agendas import refresh
from engine.app.respond import act
from engine.app.subscribing import hand_out
from engine.core.agenda_choice import Whose
from engine.store.acts import newest_acts
from engine.store.tables import feeds, subscriptions
from engine.web.throttle import MISSES
from tests.web.desk import ADDRESS, Desk, a_desk
from tests.workspaces import Office, a_running_office, copied

pytestmark = pytest.mark.slow

LINDE = "thuiszitters.2026-2027.december.10AA00"
OPENED, LATER = "2026-11-24T09:00", "2026-11-25T10:00"
WRONG = f"/agenda/{'x' * 43}.ics"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office in which the december round of thuiszitters is open."""
    folder = tmp_path_factory.mktemp("agenda") / "w"
    office = a_running_office(folder, rules=("thuiszitters", "startgesprek"), more=f'[web]\nadres = "{ADDRESS}"')
    office.must("tick", "--now", OPENED)
    return office


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[Desk]:
    """Its site, the day after."""
    desk = a_desk(copied(office, tmp_path / "w").folder, LATER)
    yield desk
    desk.means.database.close()


@pytest.fixture
def outlook(desk: Desk) -> TestClient:
    """A calendar program: it is not logged in."""
    client = desk.client(None)
    del client.headers["Origin"]
    return client


@pytest.fixture
def address(desk: Desk) -> str:
    """The address of the agenda of De Linde."""
    return f"/agenda/{hand_out(desk.means, Whose('10AA00'), 'Outlook', 'Bureau', desk.now()).token}.ics"


def fetched_at(desk: Desk) -> int | None:
    with desk.means.database.read() as connection:
        found: int | None = connection.execute(select(subscriptions.c.fetched_at)).scalar_one()
    return found


def test_the_kept_bytes_are_what_is_given(desk: Desk, outlook: TestClient, address: str) -> None:
    """As the verb gives them too, not packed, with a strong ETag."""
    answer = outlook.get(address, headers={"Accept-Encoding": "gzip, br"})
    with desk.means.database.read() as connection:
        raw, etag = connection.execute(select(feeds.c.raw, feeds.c.etag)).one()
    assert (answer.status_code, answer.content) == (200, raw)
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\n")
    headers = answer.headers
    assert headers["content-type"] == "text/calendar; charset=utf-8"
    assert headers["content-length"] == str(len(raw))
    assert headers["etag"] == etag
    assert re.fullmatch(r'"[0-9a-f]{64}"', etag)
    assert headers["cache-control"] == "private, max-age=900"
    assert "content-encoding" not in headers
    assert "set-cookie" not in headers
    assert parsedate_to_datetime(headers["last-modified"]) == desk.now()
    assert f"UID:{LINDE}@vo0001.jaarplanning" in answer.text.replace("\r\n ", "")


def test_who_has_it_gets_nothing_again(desk: Desk, outlook: TestClient, address: str) -> None:
    """By ETag, also in a list or made weak by a proxy; by the moment, where no ETag is told."""
    etag = outlook.get(address).headers["etag"]
    for told in (etag, f'"anders", {etag}', f"W/{etag}", "*"):
        answer = outlook.get(address, headers={"If-None-Match": told})
        assert (answer.status_code, answer.content) == (304, b""), told
        assert answer.headers["etag"] == etag
        assert answer.headers["cache-control"] == "private, max-age=900"
    moment = format_datetime(desk.now(), usegmt=True)
    before = format_datetime(desk.now() - timedelta(seconds=1), usegmt=True)
    assert outlook.get(address, headers={"If-Modified-Since": moment}).status_code == 304
    assert outlook.get(address, headers={"If-Modified-Since": before}).status_code == 200
    other = {"If-None-Match": '"anders"', "If-Modified-Since": moment}
    assert outlook.get(address, headers=other).status_code == 200


def test_a_change_gives_new_bytes_and_a_new_etag(desk: Desk, outlook: TestClient, address: str) -> None:
    first = outlook.get(address)
    act(desk.means, LINDE, "submit", desk.now(), by="oc@linde.example")
    assert outlook.get(address).content == first.content
    desk.now.set("2026-11-25T10:05")
    refresh(desk.means, desk.now())
    second = outlook.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert second.status_code == 200
    assert "Ingediend op 25 november 2026." in second.text.replace("\r\n ", "")
    assert parsedate_to_datetime(second.headers["last-modified"]) == desk.now()


def test_head_and_options_are_answered(outlook: TestClient, address: str) -> None:
    head = outlook.head(address)
    got = outlook.get(address)
    assert (head.status_code, head.headers["etag"]) == (200, got.headers["etag"])
    assert head.headers["content-length"] == got.headers["content-length"]
    options = outlook.options(address)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_giving_it_is_one_read_and_nothing_is_made(desk: Desk, outlook: TestClient, address: str) -> None:
    """By an index: the statement reads no whole table."""
    outlook.get(address)
    asked: list[tuple[str, object]] = []
    with desk.means.database.read() as connection:
        engine = connection.engine

    def hear(_a: object, _b: object, statement: str, values: object, *_c: object) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", hear)
    assert outlook.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", hear)
    ((statement, values),) = asked
    with desk.means.database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
    assert all(row[3].startswith("SEARCH") for row in plan), plan


def test_that_it_was_fetched_is_noted_once_an_hour(desk: Desk, outlook: TestClient, address: str) -> None:
    """A HEAD fetches nothing."""
    outlook.head(address)
    assert fetched_at(desk) is None
    etag = outlook.get(address).headers["etag"]
    first = fetched_at(desk)
    assert first is not None
    desk.now.set("2026-11-25T10:59")
    outlook.get(address)
    assert fetched_at(desk) == first
    desk.now.set("2026-11-25T11:00")
    outlook.get(address, headers={"If-None-Match": etag})
    assert fetched_at(desk) == first + 3_600_000


def test_a_note_that_cannot_be_written_does_not_fail_the_read(desk: Desk, outlook: TestClient, address: str) -> None:
    with desk.means.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER vol BEFORE UPDATE ON subscriptions BEGIN SELECT RAISE(ABORT, 'vol'); END"
        )
    assert outlook.get(address).status_code == 200
    assert fetched_at(desk) is None


def test_an_unknown_address_gives_404_and_who_tries_many_is_stopped(outlook: TestClient) -> None:
    answer = outlook.get(WRONG)
    assert answer.status_code == 404
    assert "VCALENDAR" not in answer.text
    statuses = [outlook.get(f"/agenda/{n:043}.ics").status_code for n in range(MISSES[0].amount)]
    assert statuses[-1] == 429
    assert set(statuses[:-1]) == {404}


def test_a_revoked_address_gives_410_and_undone_works_again(desk: Desk, outlook: TestClient, address: str) -> None:
    bureau = desk.client("bureau")
    told = bureau.post("/agendas/1/intrekken")
    assert told.status_code == 303
    answer = outlook.get(address)
    assert answer.status_code == 410
    assert "VCALENDAR" not in answer.text
    assert "ingetrokken" in bureau.get(told.headers["location"]).text
    with desk.means.database.read() as connection:
        (act_,) = [one for one in newest_acts(connection, 5) if one.kind == "agenda-revoked"]
    assert bureau.post(f"/herstel/{act_.id}").status_code == 303
    assert outlook.get(address).status_code == 200


def test_an_agenda_that_was_not_made_yet_gives_503(desk: Desk, outlook: TestClient, address: str) -> None:
    with desk.means.database.write() as connection:
        connection.execute(feeds.update().values(raw=None))
    answer = outlook.get(address)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "300")
    assert b"VCALENDAR" not in answer.content


@pytest.mark.parametrize("how", ["gone", "no database", "locked away"])
def test_with_the_database_away_it_gives_503_and_never_an_empty_agenda(
    desk: Desk, outlook: TestClient, address: str, how: str
) -> None:
    """A client that is told of an empty agenda throws away what it has."""
    file = desk.means.database.file
    assert file is not None
    desk.means.database.close()
    if how == "gone":
        for one in file.parent.glob(f"{file.name}*"):
            one.unlink()
    elif how == "no database":
        file.write_bytes(b"geen database " * 1000)
    else:
        file.rename(file.with_suffix(".weg"))
        file.mkdir()
    for method in ("GET", "HEAD"):
        answer = outlook.request(method, address, headers={"If-None-Match": "*"})
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "300")
        assert answer.headers["cache-control"] == "no-store"
        assert b"VCALENDAR" not in answer.content


def test_the_page_hands_out_an_address_once(desk: Desk, outlook: TestClient) -> None:
    """It is kept nowhere, and shown on no other page."""
    bureau = desk.client("bureau")
    form = {"agenda": "70001", "voor": "Secretariaat", "vakanties": "ja"}
    made = bureau.post("/agendas/nieuw", data=form)
    assert made.status_code == 200
    found = re.search(rf'value="{ADDRESS}(/agenda/([\w-]{{43}})\.ics)"', made.text)
    assert found is not None
    given = outlook.get(found[1])
    assert "NAME:Jaarplanning Stichting Noord" in given.text
    assert "vakantie.kerstvakantie.2026-2027.noord" in given.text
    shown = bureau.get("/agendas").text
    assert "Secretariaat" in shown
    assert "met schoolvakanties" in shown
    assert found[2] not in shown
    with desk.means.database.read() as connection:
        assert found[2] not in str(connection.execute(select(subscriptions)).all())
        assert found[2] not in str(newest_acts(connection, 3))


def test_the_page_says_what_is_missing(desk: Desk) -> None:
    bureau = desk.client("bureau")
    for form, told in (
        ({"voor": "Anne"}, "Kies van wie de agenda is."),
        ({"agenda": "99XX99", "voor": "Anne"}, "Kies van wie de agenda is."),
        ({"agenda": "swv", "voor": " "}, "Voor wie is dit adres?"),
        ({"agenda": "swv", "voor": "x" * 101}, "Deze naam past niet."),
    ):
        answer = bureau.post("/agendas/nieuw", data=form)
        assert answer.status_code == 422
        assert told in answer.text
    with desk.means.database.read() as connection:
        assert connection.execute(select(subscriptions)).first() is None


def test_a_consulent_makes_the_own_agenda_and_sees_no_others(desk: Desk, address: str) -> None:
    consulent = desk.client("consulent")
    page = consulent.get("/agendas").text
    own = re.findall(r'<option value="(contact:\d+)"', page)
    assert len(own) == 1
    assert "De Linde" not in page
    assert consulent.post("/agendas/nieuw", data={"agenda": "swv", "voor": "Ik"}).status_code == 422
    assert consulent.post("/agendas/1/intrekken").status_code == 404
    assert consulent.post("/agendas/nieuw", data={"agenda": own[0], "voor": "Mijn telefoon"}).status_code == 200
    assert "Mijn telefoon" in consulent.get("/agendas").text
    assert consulent.post("/agendas/2/intrekken").status_code == 303
    assert address


def test_a_consulent_that_the_register_does_not_know_has_no_agenda(desk: Desk) -> None:
    other = desk.client("consulent", "vreemd@swv.example", "Vreemd")
    assert "staat niet in het register" in other.get("/agendas").text
