"""Coming in and going out: passwords, links that work once, sessions that end, and what a guesser hears."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from engine.app import accounts
from engine.core.token import digest_of
from engine.store.messages import all_messages
from engine.store.users import accounts as all_accounts
from engine.store.users import set_password, user_by_email
from engine.web.site import build
from engine.web.throttle import Throttle
from tests.web.desk import ADDRESS, CHEAP, Desk, a_desk
from tests.workspaces import an_imported_office, run

PASSWORD, OTHER = "fiets kade lamp oester", "trein bord knoop wolk"
ANNA = "anna@swv.example"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose pages have an address."""
    folder = tmp_path_factory.mktemp("login") / "w"
    an_imported_office(folder, rules=("thuiszitters",), more=f'[web]\nadres = "{ADDRESS}"')
    shutil.copytree(folder, folder.parent / "fresh")
    return folder


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    """Its desk, where Anna of the bureau has a password, and nobody tried anything yet."""
    desk = a_desk(folder, "2026-11-24T10:00")
    with desk.means.database.write() as connection:
        known = user_by_email(connection, ANNA)
    if known is None:
        known = accounts.invite(desk.means, ANNA, "Anna de Vries", "bureau", "Bureau", desk.now())
    with desk.means.database.write() as connection:
        set_password(connection, known.id, CHEAP.keep(PASSWORD))
    yield desk
    desk.means.database.close()


def log_in(client: TestClient, password: str = PASSWORD, email: str = ANNA, to: str = "/") -> Response:
    """Sends the form of the login page."""
    return client.post("/inloggen", data={"adres": email, "wachtwoord": password, "naar": to})


def comes_in(client: TestClient) -> bool:
    """True when the client sees its own account."""
    return client.get("/account").status_code == 200


def link_in_mail(desk: Desk, email: str = ANNA) -> str:
    """The path of the link in the newest mail to that address."""
    with desk.means.database.read() as connection:
        *_, mail = (one for one in all_messages(connection) if one.email == email)
    text = desk.means.vault.open(mail.id, mail.raw or b"").decode().replace("=\r\n", "").replace("=3D", "=")
    found = re.search(rf"{ADDRESS}(/uitnodiging/[\w-]{{43}})", text)
    assert found is not None
    return found[1]


def test_who_has_the_password_goes_on_where_he_was_going(desk: Desk) -> None:
    client = desk.client(None)
    answer = log_in(client, email=" Anna@SWV.example ", to="/account?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?x=1")
    assert "Anna de Vries" in client.get("/account").text


@pytest.mark.parametrize("to", ["https://kwaad.example/", "//kwaad.example", "/\\kwaad.example", "javascript:alert(1)"])
def test_logging_in_never_leads_to_another_site(desk: Desk, to: str) -> None:
    client = desk.client(None)
    assert "kwaad" not in client.get("/inloggen", params={"naar": to}).text
    assert log_in(client, to=to).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_address_hear_the_same(desk: Desk) -> None:
    client = desk.client(None)
    wrong = log_in(client, "fiets kade lamp oestel")
    unknown = log_in(client, email="niemand@swv.example")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(ANNA, "X") == unknown.text.replace("niemand@swv.example", "X")
    assert "horen niet bij elkaar" in wrong.text
    assert not comes_in(client)


def test_a_guesser_is_stopped_and_somebody_else_is_not(desk: Desk) -> None:
    client = desk.client(None)
    statuses = [log_in(client, f"raden {number} raden").status_code for number in range(11)]
    assert statuses == [422] * 10 + [429]
    refused = log_in(client)
    assert refused.status_code == 429
    assert "Wacht een kwartier" in refused.text
    assert log_in(client, email="iemand@swv.example").status_code == 422


def test_who_mistypes_a_few_times_starts_afresh_after_logging_in(desk: Desk) -> None:
    client = desk.client(None)
    for _ in range(3):
        assert [log_in(client, "mis").status_code for _ in range(5)] == [422] * 5
        assert log_in(client).status_code == 303


def test_the_cookie_is_one_that_only_this_site_over_https_gets(desk: Desk) -> None:
    site = replace(desk.site, secure=True, throttle=Throttle())
    client = TestClient(build(site), base_url=ADDRESS, headers={"Origin": ADDRESS}, follow_redirects=False)
    told = log_in(client).headers.get_list("set-cookie")
    for cookie in told:
        assert cookie.startswith("__Host-"), cookie
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; ")), cookie
        assert "domain" not in cookie.lower()
    plain = log_in(desk.client(None)).headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in plain] == ["sessie", "gezien"]
    assert not any("Secure" in cookie for cookie in plain)


def test_the_session_s_token_has_256_bits_and_stands_nowhere_in_the_database(desk: Desk) -> None:
    client = desk.client(None)
    log_in(client)
    token = client.cookies["sessie"]
    assert re.fullmatch(r"[\w-]{43}", token)
    with desk.means.database.read() as connection:
        stored = connection.exec_driver_sql("SELECT digest FROM sessions").scalars().all()
    assert digest_of(token) in stored
    assert token not in stored


def test_a_session_ends_after_2_hours_without_a_page_and_after_12_with(desk: Desk) -> None:
    idle, busy = desk.client(None), desk.client(None)
    log_in(idle)
    log_in(busy)
    for _ in range(7):
        desk.now.at += timedelta(minutes=100)
        assert comes_in(busy)
    assert not comes_in(idle)
    desk.now.at += timedelta(minutes=21)
    assert not comes_in(busy)


def test_who_copies_an_old_cookie_or_makes_one_comes_in_no_longer_than_that(desk: Desk) -> None:
    client = desk.client(None)
    log_in(client)
    old = client.cookies["gezien"]
    desk.now.at += timedelta(minutes=110)
    assert comes_in(client)
    fresh = client.cookies["gezien"]
    assert fresh != old
    desk.now.at += timedelta(minutes=110)
    later = str(int(fresh.partition(".")[0]) + 1)
    for told in (old, fresh.replace(fresh.partition(".")[0], later), "", "x.y", "é.1"):
        cookies = f"sessie={client.cookies['sessie']}; gezien={told}".encode("latin-1")
        answer = desk.client(None).get("/account", headers=[(b"cookie", cookies)])  # type: ignore[arg-type]
        assert answer.status_code == 303, told
    assert comes_in(client)


def test_logging_out_ends_the_session_on_the_server_too(desk: Desk) -> None:
    client = desk.client(None)
    log_in(client)
    kept = dict(client.cookies)
    answer = client.post("/uitloggen")
    assert answer.headers["location"] == "/uitgelogd"
    assert "U bent uitgelogd" in client.get("/uitgelogd").text
    client.cookies.update(kept)
    assert not comes_in(client)


def test_logging_in_again_gives_another_token_and_ends_the_first(desk: Desk) -> None:
    client = desk.client(None)
    log_in(client)
    first = client.cookies["sessie"]
    log_in(client)
    assert client.cookies["sessie"] != first
    other = desk.client(None)
    other.cookies.set("sessie", first)
    assert not comes_in(other)


def test_a_forgotten_password_is_chosen_anew_by_a_mail_and_all_else_ends(desk: Desk) -> None:
    client, other = desk.client(None), desk.client(None)
    log_in(other)
    assert "Kijk in uw mail" in client.post("/wachtwoord-vergeten", data={"adres": ANNA}).text
    link = link_in_mail(desk)
    form = {"wachtwoord": OTHER, "nogmaals": OTHER}
    for _ in range(50):
        assert client.get(link).status_code == 200
    assert client.post(link, data=form | {"nogmaals": "iets anders dan eerst"}).status_code == 422
    assert client.post(link, data=form | {"wachtwoord": "kort", "nogmaals": "kort"}).status_code == 422
    assert client.post(link, data=form).status_code == 303
    assert comes_in(client)
    assert not comes_in(other)
    assert client.post(link, data=form).status_code == 404
    assert log_in(desk.client(None)).status_code == 422
    assert log_in(desk.client(None), OTHER).status_code == 303


def test_an_unknown_address_hears_the_same_and_gets_no_mail(desk: Desk) -> None:
    client = desk.client(None)
    known = client.post("/wachtwoord-vergeten", data={"adres": ANNA})
    with desk.means.database.read() as connection:
        before = len(all_messages(connection))
    unknown = client.post("/wachtwoord-vergeten", data={"adres": "niemand@swv.example"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    with desk.means.database.read() as connection:
        assert len(all_messages(connection)) == before


@pytest.mark.slow
def test_a_newer_link_makes_the_older_one_worthless_and_each_ends(desk: Desk) -> None:
    client = desk.client(None)
    client.post("/wachtwoord-vergeten", data={"adres": ANNA})
    first = link_in_mail(desk)
    client.post("/wachtwoord-vergeten", data={"adres": ANNA})
    second = link_in_mail(desk)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    desk.now.at += accounts.WORKS_FOR["reset"]
    gone = client.get(second)
    assert (gone.status_code, gone.text) == (404, client.get("/uitnodiging/" + "x" * 43).text)


def test_one_address_gets_5_mails_an_hour_whoever_asks(desk: Desk) -> None:
    client = desk.client(None)
    desk.now.set("2026-11-27T10:00")
    for _ in range(7):
        assert client.post("/wachtwoord-vergeten", data={"adres": ANNA}).status_code == 200
    with desk.means.database.read() as connection:
        mails = [one for one in all_messages(connection) if one.email == ANNA and one.created_at == desk.now()]
    assert len(mails) == 5


def test_the_answer_does_not_wait_for_the_mail_so_that_its_time_tells_nothing(desk: Desk) -> None:
    waiting: list[Callable[[], None]] = []

    class Kept(Executor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            waiting.append(lambda: fn(*args))
            return Future()

    slow = replace(desk, site=replace(desk.site, later=Kept()))
    desk.now.set("2026-11-28T10:00")
    for address in (ANNA, "niemand@swv.example"):
        assert slow.client(None).post("/wachtwoord-vergeten", data={"adres": address}).status_code == 200
    assert len(waiting) == 2
    with desk.means.database.read() as connection:
        before = len(all_messages(connection))
    for job in waiting:
        job()
    with desk.means.database.read() as connection:
        assert len(all_messages(connection)) == before + 1


def test_who_tries_many_links_is_stopped(desk: Desk) -> None:
    client = desk.client(None)
    statuses = [client.get(f"/uitnodiging/{number:043d}").status_code for number in range(31)]
    assert set(statuses[:29]) == {404}
    assert statuses[-1] == 429


def test_a_login_link_works_once_and_looking_at_it_uses_nothing(desk: Desk) -> None:
    with desk.means.database.read() as connection:
        anna = user_by_email(connection, ANNA)
    assert anna is not None
    link = accounts.login_pass(desk.means, anna.id, desk.now())
    client = desk.client(None)
    for _ in range(50):
        assert "Anna de Vries" in client.get(link).text
    assert not comes_in(client)
    assert client.post(link).status_code == 303
    assert comes_in(client)
    assert desk.client(None).post(link).status_code == 404


def test_a_login_link_chooses_no_password_and_an_invitation_logs_nobody_in(desk: Desk) -> None:
    with desk.means.database.read() as connection:
        anna = user_by_email(connection, ANNA)
    assert anna is not None
    login = accounts.login_pass(desk.means, anna.id, desk.now()).rpartition("/")[2]
    form = {"wachtwoord": OTHER, "nogmaals": OTHER}
    assert desk.client(None).post(f"/uitnodiging/{login}", data=form).status_code == 404
    desk.client(None).post("/wachtwoord-vergeten", data={"adres": ANNA})
    reset = link_in_mail(desk).rpartition("/")[2]
    assert desk.client(None).post(f"/inloggen/{reset}").status_code == 404


def test_who_is_locked_out_gets_a_link_in_the_terminal(desk: Desk, folder: Path) -> None:
    ran = run("doctor", "--let-in", ANNA, "--workspace", str(folder))
    found = re.search(rf"{ADDRESS}(/uitnodiging/[\w-]{{43}})", ran.out)
    assert found is not None, ran.out + ran.err
    client = desk.client(None)
    assert client.post(found[1], data={"wachtwoord": OTHER, "nogmaals": OTHER}).status_code == 303
    assert comes_in(client)
    wrong = run("doctor", "--let-in", "niemand@swv.example", "--workspace", str(folder))
    assert wrong.code == 1
    assert "Er is geen gebruiker met het adres niemand@swv.example" in wrong.err


def test_the_first_user_names_himself_and_there_is_no_second_first_one(folder: Path) -> None:
    desk = a_desk(folder.parent / "fresh", "2026-11-24T10:00")
    earlier = accounts.first_pass(desk.means, desk.now())
    link = accounts.first_pass(desk.means, desk.now()) or ""
    client = desk.client(None)
    assert client.get(earlier or "").status_code == 404
    assert "eerste gebruiker" in client.get(link).text
    form = {"naam": "Anna de Vries", "adres": ANNA, "wachtwoord": PASSWORD, "nogmaals": PASSWORD}
    assert client.post(link, data=form | {"adres": "geen adres"}).status_code == 422
    assert client.post(link, data=form | {"naam": " "}).status_code == 422
    assert client.post(link, data=form).status_code == 303
    assert client.get("/beheer/gebruikers").status_code == 200
    with desk.means.database.read() as connection:
        (only,) = all_accounts(connection, desk.now())
    assert (only.user.role, only.user.email) == ("bureau", ANNA)
    assert accounts.first_pass(desk.means, desk.now()) is None
    desk.means.database.close()


def test_in_a_demo_one_looks_around_as_each_role_and_elsewhere_there_is_no_such_thing(desk: Desk) -> None:
    assert desk.client(None).post("/demo/inloggen", data={"rol": "bureau"}).status_code == 404
    assert "demo" not in desk.client(None).get("/inloggen").text
    demo = replace(desk, site=replace(desk.site, demo=True))
    client = demo.client(None)
    assert "Dit is een demo" in client.get("/inloggen").text
    for role in ("bureau", "consulent", "lezer"):
        assert client.post("/demo/inloggen", data={"rol": role}).status_code == 303
        assert f"rol: {role}" in client.get("/account").text
    assert client.post("/demo/inloggen", data={"rol": "directeur"}).status_code == 404


def test_a_demo_s_clock_that_jumps_logs_nobody_out(desk: Desk) -> None:
    demo = replace(desk, site=replace(desk.site, demo=True))
    client = demo.client(None)
    client.post("/demo/inloggen", data={"rol": "lezer"})
    desk.now.at += timedelta(days=60)
    assert comes_in(client)
    desk.now.at -= timedelta(days=30)
    assert comes_in(client)
