"""Gebruikers: who may come in, as what; and that the office never locks itself out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.core.user import User, scope_of
from engine.store.acts import newest_acts
from engine.store.messages import all_messages
from engine.store.users import accounts, user_by_email
from tests.web.desk import ADDRESS, Desk, a_desk
from tests.workspaces import an_imported_office

HERE = "/beheer/gebruikers"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One office for this module, whose pages have an address."""
    folder: Path = tmp_path_factory.mktemp("users") / "w"
    an_imported_office(folder, rules=("thuiszitters",), more=f'[web]\nadres = "{ADDRESS}"')
    desk = a_desk(folder, "2026-11-24T20:00")
    yield desk
    desk.means.database.close()


@pytest.fixture
def client(made: Desk) -> TestClient:
    """The bureau, at another moment than the tests before."""
    made.now.at += timedelta(minutes=1)
    return made.client("bureau")


def invite(client: TestClient, email: str, role: str = "lezer", name: str = "Anna de Vries") -> tuple[int, str]:
    """Invites somebody; the status, and what the page tells then."""
    answer = client.post(f"{HERE}/uitnodigen", data={"adres": email, "naam": name, "rol": role})
    if answer.status_code == 303:
        return 303, client.get(answer.headers["location"]).text
    return answer.status_code, answer.text


def number_of(desk: Desk, email: str) -> int:
    """The user with that address."""
    with desk.means.database.read() as connection:
        found = user_by_email(connection, email)
    assert found is not None
    return found.id


def acts(desk: Desk) -> list[str]:
    """What the Logboek says last."""
    with desk.means.database.read() as connection:
        return [one.text for one in newest_acts(connection, 5)]


def test_who_is_invited_gets_a_mail_at_once_also_in_the_evening(client: TestClient, made: Desk) -> None:
    status, told = invite(client, "Anna1@SWV.example", "consulent")
    assert status == 303
    assert "Anna de Vries (anna1@swv.example) is uitgenodigd als consulent" in told
    with made.means.database.read() as connection:
        *_, mail = all_messages(connection, ["queued"])
    assert (mail.email, mail.subject, mail.next_attempt) == (
        "anna1@swv.example",
        "Uw toegang tot de jaarplanning",
        made.now(),
    )
    assert "anna1@swv.example" in acts(made)[0]


@pytest.mark.parametrize(
    ("email", "role", "name", "told"),
    [
        ("geen adres", "lezer", "Anna", "is geen e-mailadres"),
        ("a@b.example\r\nBcc: c@d.example", "lezer", "Anna", "is geen e-mailadres"),
        ("anna2@swv.example", "directeur", "Anna", "Kies een rol"),
        ("anna2@swv.example", "lezer", " ", "Vul een naam in"),
        ("anna2@swv.example", "lezer", "<script>" * 20, "Vul een naam in"),
        ("bureau@swv.example", "lezer", "Anna", "Er is al een gebruiker met het adres"),
        ("anna2@swv.example", "lezer", " BUREAU ", "Er is al een gebruiker met de naam"),
        ("anna2@swv.example", "lezer", "Programma", "Er is al een gebruiker met de naam"),
    ],
)
def test_a_senseless_invitation_is_refused_and_what_was_typed_stays(
    client: TestClient, email: str, role: str, name: str, told: str
) -> None:
    status, text = invite(client, email, role, name)
    assert status == 422
    assert told in text
    assert "<script>" not in text


def test_without_an_address_of_the_site_nobody_can_be_invited(made: Desk) -> None:
    settings = replace(made.means.settings, link_address="")
    nowhere = replace(made, site=replace(made.site, means=replace(made.means, settings=settings)))
    status, told = invite(nowhere.client("bureau"), "anna@swv.example")
    assert status == 422
    assert "Vul [web] adres in config.toml in" in told


def test_another_role_ends_the_sessions_and_can_be_taken_back(client: TestClient, made: Desk) -> None:
    theirs = made.client("lezer", email="piet@swv.example", name="Piet Jansen")
    number = number_of(made, "piet@swv.example")
    answer = client.post(f"{HERE}/{number}/rol", data={"rol": "bureau"})
    told = client.get(answer.headers["location"]).text
    assert "Piet Jansen is nu bureau (was lezer)" in told
    assert "Maak ongedaan" in told
    assert theirs.get("/account").status_code == 303
    act = answer.headers["location"].rpartition("=")[2]
    assert client.post(f"/herstel/{act}").status_code == 303
    again = made.client("lezer", email="piet@swv.example")
    assert "rol: lezer" in again.get("/account").text


def test_who_is_switched_off_is_out_at_once_stays_in_the_list_and_may_come_back(client: TestClient, made: Desk) -> None:
    theirs = made.client("lezer", email="els@swv.example", name="Els Bos")
    number = number_of(made, "els@swv.example")
    client.post(f"{HERE}/{number}/uit")
    assert theirs.get("/account").status_code == 303
    page = client.get(HERE).text
    assert "Els Bos" in page
    assert "Mag niet inloggen" in page
    assert client.post(f"{HERE}/{number}/uit").status_code == 422
    assert client.post(f"{HERE}/{number}/link").status_code == 422
    client.post(f"{HERE}/{number}/aan")
    assert made.client("lezer", email="els@swv.example").get("/account").status_code == 200


def test_the_bureau_can_log_somebody_out(client: TestClient, made: Desk) -> None:
    theirs = made.client("lezer", email="jan@swv.example", name="Jan Smit")
    client.post(f"{HERE}/{number_of(made, 'jan@swv.example')}/uitloggen")
    assert theirs.get("/account").status_code == 303
    assert acts(made)[0] == "Jan Smit is uitgelogd op 1 apparaat."


def test_the_last_one_of_the_bureau_stays(made: Desk, client: TestClient) -> None:
    number = number_of(made, "bureau@swv.example")
    with made.means.database.read() as connection:
        others = [one.user.id for one in accounts(connection, made.now()) if one.user.role == "bureau"]
    for other in set(others) - {number}:
        client.post(f"{HERE}/{other}/uit")
    for what, form in (("uit", {}), ("rol", {"rol": "lezer"})):
        answer = client.post(f"{HERE}/{number}/{what}", data=form)
        assert answer.status_code == 422
        assert "de enige gebruiker van het bureau" in answer.text
    second = made.client("bureau", email="tweede@swv.example")
    assert client.post(f"{HERE}/{number}/rol", data={"rol": "lezer"}).status_code == 303
    assert second.post(f"{HERE}/{number}/rol", data={"rol": "bureau"}).status_code == 303


def test_my_own_password_needs_the_old_one_and_ends_my_other_sessions(made: Desk) -> None:
    one, two = (made.client("lezer", email="tom@swv.example", name="Tom Vos") for _ in range(2))
    first, second = "fiets kade lamp oester", "trein bord knoop wolk"
    assert one.post("/account/wachtwoord", data={"wachtwoord": first, "nogmaals": first}).status_code == 303
    assert two.get("/account").status_code == 303
    assert one.get("/account").status_code == 200
    wrong = one.post("/account/wachtwoord", data={"huidig": second, "wachtwoord": second, "nogmaals": second})
    assert wrong.status_code == 422
    assert "Uw huidige wachtwoord klopt niet" in wrong.text
    own = one.post(
        "/account/wachtwoord", data={"huidig": first, "wachtwoord": "TomVos123456", "nogmaals": "TomVos123456"}
    )
    assert "lijkt op uw naam" in own.text
    right = one.post("/account/wachtwoord", data={"huidig": first, "wachtwoord": second, "nogmaals": second})
    assert right.status_code == 303


def test_i_can_log_out_elsewhere(made: Desk) -> None:
    here, there = (made.client("lezer", email="kim@swv.example", name="Kim Bos") for _ in range(2))
    assert "Log uit op de andere apparaten" in here.get("/account").text
    here.post("/account/sessies")
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_a_consulent_has_the_schools_that_its_mail_is_about(made: Desk) -> None:
    with made.means.database.read() as connection:
        register = made.means.register(connection)
    day = made.now().date()
    mine = scope_of(User(1, "consulent@swv.example", "Consulent", "consulent"), register, day)
    assert mine == {"10AA00", "11BB00", "12CC00"}
    assert scope_of(User(1, "onbekend@swv.example", "X", "consulent"), register, day) == frozenset()
    assert scope_of(User(1, "lezer@swv.example", "X", "lezer"), register, day) is None


def test_nobody_is_offered_an_invitation_to_where_they_are(client: TestClient) -> None:
    invite(client, "nog.niet@swv.example", name="Nog Niet")
    page = client.get(HERE).text
    assert 'Stuur uitnodiging opnieuw<span class="unseen"> aan Nog Niet' in page
    mine = next(row for row in page.split("<tr") if "<small>(u)</small>" in row)
    assert "opnieuw" not in mine
