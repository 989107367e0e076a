"""Gezondheid: the line on every page, the page itself, and what a monitor asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from engine.core.localtime import local_date, parse_moment
from engine.core.vitals import Vitals
from engine.store.clock import set_newest_moment
from engine.store.health import vitals
from engine.store.messages import add_message, change_message
from engine.store.register import contact_number
from tests.web.desk import Desk, a_desk
from tests.workspaces import a_running_office

OC = "oc@linde.example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An office at work for real, where the program looked at 10:00."""
    folder: Path = tmp_path_factory.mktemp("health") / "w"
    a_running_office(folder, rules=("thuiszitters",))
    with closing(sqlite3.connect(folder / "jaarplanning.sqlite")) as connection:
        connection.execute("DELETE FROM facts WHERE name = 'proef'")
        connection.commit()
    desk = a_desk(folder, "2026-11-24T10:00")
    with desk.means.database.write() as connection:
        set_newest_moment(connection, desk.now())
    yield desk
    desk.means.database.close()


@pytest.fixture
def desk(made: Desk) -> Iterator[Desk]:
    """The same, five minutes later."""
    made.now.set("2026-11-24T10:05")
    yield made
    with made.means.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM messages")


def a_message(desk: Desk, state: str, at: str = "2026-11-24T09:00", email: str = OC) -> int:
    """A message to somebody of a school, in that state."""
    moment = parse_moment(at)
    with desk.means.database.write() as connection:
        contact = contact_number(connection, OC)
        assert contact is not None
        number = add_message(connection, contact=contact, email=email, kind="digest", state="queued", now=moment)
        change_message(connection, number, ["queued"], state=state, tried_at=moment, sent_at=moment)
    return number


def found(desk: Desk) -> Vitals:
    """What the store tells of itself."""
    with desk.means.database.read() as connection:
        return vitals(connection, local_date(desk.now()))


def test_every_page_says_that_all_is_well_and_when_that_was_looked_at(desk: Desk) -> None:
    for role in ("bureau", "consulent", "lezer"):
        assert "Alles werkt · gecontroleerd 10:00" in desk.client(role).get("/account").text


def test_the_line_takes_two_statements(desk: Desk) -> None:
    statements: list[str] = []
    engine = desk.means.database._engine

    def count(_c: object, _u: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with desk.means.database.read() as connection:
        event.listen(engine, "before_cursor_execute", count)
        vitals(connection, local_date(desk.now()))
        event.remove(engine, "before_cursor_execute", count)
    assert len(statements) == 2


def test_a_ticker_that_stands_still_is_red_on_every_page_and_503_for_a_monitor(desk: Desk) -> None:
    monitor = desk.client(None)
    assert (monitor.get("/klaar").status_code, monitor.get("/klaar").text) == (200, "klaar\n")
    desk.now.set("2026-11-24T10:16")
    page = desk.client().get("/account").text
    assert "Het programma staat stil sinds 10:00" in page
    assert 'href="/beheer/gezondheid"' in page
    assert 'href="/beheer/gezondheid"' not in desk.client("lezer").get("/account").text
    answer = monitor.get("/klaar")
    assert (answer.status_code, answer.text) == (503, "niet klaar: het programma staat stil\n")
    assert (monitor.get("/gezond").status_code, monitor.get("/gezond").text) == (200, "gezond\n")
    assert answer.headers["content-type"].startswith("text/plain")


def test_mail_that_waits_is_told(desk: Desk) -> None:
    a_message(desk, "held")
    assert "1 mail wacht op vrijgave" in desk.client().get("/account").text


def test_an_address_is_told_until_mail_arrives_there_or_it_becomes_another(desk: Desk) -> None:
    a_message(desk, "bounced", "2026-11-24T08:00")
    a_message(desk, "bounced", "2026-11-24T08:30")
    assert found(desk).unreached == 1
    a_message(desk, "sent", "2026-11-24T09:00")
    assert found(desk).unreached == 0
    a_message(desk, "bounced", "2026-11-24T09:30")
    assert found(desk).unreached == 1
    with desk.means.database.write() as connection:
        connection.exec_driver_sql("UPDATE messages SET email = 'eerder@linde.example'")
    assert found(desk).unreached == 0


def test_who_has_no_role_any_more_is_not_missed(desk: Desk) -> None:
    a_message(desk, "bounced")
    with desk.means.database.write() as connection:
        connection.exec_driver_sql("UPDATE roles SET last = '2026-11-23'")
        assert vitals(connection, local_date(desk.now())).unreached == 0
        connection.exec_driver_sql("UPDATE roles SET last = '2026-11-24'")
        assert vitals(connection, local_date(desk.now())).unreached == 1
        connection.exec_driver_sql("UPDATE roles SET last = NULL")


def test_a_rule_that_is_broken_on_disk_is_told_at_once_and_so_is_its_mending(desk: Desk) -> None:
    file = desk.site.place.folder / "rules" / "vo" / "thuiszitters.yaml"
    text = file.read_text(encoding="utf-8")
    client = desk.client()
    file.write_text(text + "onbekend: ja\n", encoding="utf-8")
    assert "1 fout in de regels" in client.get("/account").text
    file.write_text(text, encoding="utf-8")
    assert "Alles werkt" in client.get("/account").text


def test_the_page_tells_each_part_with_what_to_do_and_asks_nobody_outside(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.create_connection", nobody)
    monkeypatch.setattr("dns.resolver.Resolver.resolve", nobody)
    a_message(desk, "held")
    page = desk.client().get("/beheer/gezondheid").text
    for part in ("Regels", "Sleutel", "Database", "Schijf", "Klok", "Programma", "Planning", "Register", "Post"):
        assert f"<strong>{part}.</strong>" in page, part
    assert "De schoolvakanties zijn bekend tot en met" in page
    assert '<a href="/post#wacht">Naar Post</a>' in page
    assert "outbox list" not in page
    assert "Controleer ook de mailserver" in page


def test_when_asked_the_mail_server_is_looked_at_too(desk: Desk) -> None:
    page = desk.client().post("/beheer/gezondheid").text
    assert "Er is nog geen mailserver ingesteld." in page


def test_a_database_that_is_gone_is_told_to_a_monitor_in_plain_words(desk: Desk) -> None:
    file = desk.means.database.file
    assert file is not None
    away = file.rename(file.with_suffix(".weg"))
    try:
        answer = desk.client(None).get("/klaar")
        assert (answer.status_code, answer.text) == (503, "niet klaar: de database is niet bereikbaar\n")
        assert desk.client(None).get("/gezond").status_code == 200
    finally:
        away.rename(file)
    assert desk.client(None).get("/klaar").status_code == 200
