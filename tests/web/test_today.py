"""What happens today on Overzicht: all that Post has of the day, gone and still to go, and what came in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.desk import Desk as Writing
from engine.app.handing_over import hand_over
from engine.app.own_letters import write_bulletin
from engine.app.people import Person
from engine.app.remind import remind
from engine.app.respond import act
from engine.app.tick import decide_all
from engine.core.answer import Answer
from engine.core.delivery import READY_BEFORE
from engine.core.letter import Bulletin
from engine.core.localtime import local_date, parse_moment, to_ms
from engine.store.answers import add_answer
from engine.store.messages import all_messages
from engine.store.tables import steps, tasks
from engine.wiring import channel_of
from tests.web.desk import Desk, a_desk
from tests.workspaces import a_running_office

pytestmark = pytest.mark.slow

LINDE, BAKEN, EIK = (f"thuiszitters.2026-2027.september.{code}" for code in ("10AA00", "11BB00", "12CC00"))
ROUND = "/uitvragen/thuiszitters/2026-2027/september"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The desk of an office on the morning on which a round opens; mail waits ten minutes before it leaves."""
    a_running_office(tmp_path / "w", rules=("thuiszitters",), at="2026-08-01T00:00")
    found = a_desk(
        tmp_path / "w",
        "2026-08-31T08:32",
        change=lambda site: replace(site, means=replace(site.means, wait=READY_BEFORE)),
    )
    yield found
    found.means.database.close()


def work(desk: Desk, moment: str) -> TestClient:
    """One tick of the worker at that moment, and someone of the bureau who looks then."""
    desk.now.set(moment)
    decide_all(desk.means, desk.now())
    compose(desk.means, desk.now())
    deliver(desk.means, channel_of(desk.site.place, desk.means.database), desk.now())
    return desk.client()


def text_of(client: TestClient, address: str) -> str:
    """The page's words, one blank between them."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def today(client: TestClient) -> str:
    """What the block says."""
    return text_of(client, "/").partition("Dit gebeurt vandaag ")[2].partition(" Zoek ")[0]


def by_hand(desk: Desk, key: str) -> None:
    """A reminder that a person sends."""
    with desk.means.database.write() as connection:
        writing = Writing(connection, desk.means, desk.now(), "Ans")
        done, refused = remind(writing, [writing.task(key)])
        writing.finish()
        assert done, refused


def test_mail_is_told_from_before_it_is_made_until_after_it_left_also_when_its_school_drops_off(desk: Desk) -> None:
    desk.now.set("2026-09-01T07:00")
    said = "Mail “uitvraag” van Thuiszitters september , 3 taken: "
    assert f"{said}gaat vandaag uit" in today(work(desk, "2026-09-01T07:00"))
    client = work(desk, "2026-09-01T08:32")
    assert f"{said}vertrekt om 08:42" in today(client)
    assert "ondersteuningscoördinator 3 staan klaar Herinnering" in text_of(client, ROUND)
    assert "open vr 11 sep mail vertrekt om 08:42" in text_of(client, f"{ROUND}?toon=bellijst")
    count = len(re.findall(r'name="mail" value="\d+"', client.get("/post").text))
    assert f"Post van vandaag: {count} mails staan klaar en vertrekken vanaf 08:42" in today(client)
    client = work(desk, "2026-09-01T08:42")
    assert f"{said}verstuurd om 08:42" in today(client)
    assert f"Post van vandaag: {count} mails zijn verstuurd . Wat gaat eruit?" in today(client)
    address = re.search(r'href="(/post/verstuurd\?[^"]+)"', client.get("/").text)
    assert address is not None
    assert f"{count} mails Wanneer" in text_of(client, address[1].replace("&amp;", "&"))
    act(desk.means, LINDE, "waive", desk.now(), by="school", reason="n.v.t.")
    with desk.means.database.write() as connection:
        someone = next(iter(desk.means.register(connection).contacts))
        add_answer(connection, Answer(0, BAKEN, 1, "more_time", someone, desk.now(), until=date(2026, 9, 18)))
    block = today(client)
    assert f"{said}verstuurd om 08:42" in block
    assert "1 keer n.v.t. en 1 verzoek op Thuiszitters september" in block


def test_what_a_person_sends_and_hands_over_is_told_as_post_has_it(desk: Desk) -> None:
    work(desk, "2026-09-01T08:32")
    work(desk, "2026-09-01T08:42")
    desk.now.set("2026-09-02T08:47")
    by_hand(desk, EIK)
    said = "Mail “herinnering, met de hand” van Thuiszitters september , 1 taak: vertrekt om 08:57"
    assert said in today(desk.client())
    with desk.means.database.write() as connection:
        contacts = desk.means.register(connection).contacts.values()
        old = next(one.id for one in contacts if one.email == "oc@linde.example")
        new = Person("opvolger@linde.example", "Opvolger")
        hand_over(connection, desk.means.apart(), old, new, date(2026, 9, 7), desk.now())
    work(desk, "2026-09-02T08:57")
    quiet = "Vandaag gaat er niets uit en hoeft er niets binnen te zijn. Wat gaat eruit?"
    assert today(work(desk, "2026-09-06T12:00")) == quiet
    client = work(desk, "2026-09-07T01:39")
    assert "Mail “uitvraag” van Thuiszitters september , 1 taak: gaat vandaag uit" in today(client)
    assert "Vandaag, maandag 7 september: 1 mail" in text_of(client, "/post")
    client = work(desk, "2026-09-07T08:31")
    assert "Mail “uitvraag” van Thuiszitters september , 1 taak: vertrekt om 08:41" in today(client)


def test_who_lets_a_mail_go_reads_when_it_leaves_and_with_which_other_it_goes_in_one(desk: Desk) -> None:
    client = work(desk, "2026-09-01T08:32")
    with desk.means.database.read() as connection:
        mail = next(one for one in all_messages(connection, ["queued"]) if one.email == "oc@eik.example")
    client.post("/post/houd-tegen", data={"mail": str(mail.id)})
    with desk.means.database.write() as connection:
        # Another task of the same reader opens meanwhile.
        key = EIK.replace("september", "maart")
        wake = to_ms(parse_moment("2026-09-03T00:00"))
        opened = {"state": "open", "opened_at": to_ms(desk.now())}
        connection.execute(update(tasks).where(tasks.c.key == key).values(**opened))
        asks = steps.c.task == key, steps.c.name == "uitvraag"
        connection.execute(update(steps).where(*asks).values(state="due", wake_at=wake))
    client = work(desk, "2026-09-03T08:32")
    with desk.means.database.read() as connection:
        other = next(one.id for one in all_messages(connection, ["queued"]) if one.email == mail.email)
    done = client.post("/post/geef-vrij", data={"mail": str(mail.id)})
    told = text_of(client, done.headers["location"])
    assert "1 mail vrijgegeven: aan" in told
    assert "Hij vertrekt vandaag om 08:42." in told
    sent = client.get("/post/verstuurd").text
    assert f'Samen in <a href="/post/mail/{mail.id}">één mail</a>, die vertrekt' in sent
    assert "Opgegaan in bericht" not in sent
    assert "Samengevoegd Samen in één mail" in text_of(client, f"/post/mail/{other}")


def test_the_heading_of_a_day_counts_what_is_ready_and_leaves_then(desk: Desk) -> None:
    work(desk, "2026-09-01T08:32")
    work(desk, "2026-09-01T08:42")
    desk.now.set("2026-09-02T18:00")
    by_hand(desk, LINDE)
    said = "Donderdag 3 september: 1 mail Die staat al klaar: zie Klaar om te vertrekken"
    assert said in text_of(desk.client(), "/post")
    assert said in text_of(desk.client(), "/post?dag=2026-09-03")
    work(desk, "2026-09-03T08:40")
    before = re.search(r"Dinsdag 8 september: (\d+) mails", text_of(work(desk, "2026-09-07T18:00"), "/post"))
    assert before is not None
    by_hand(desk, EIK)
    page = text_of(desk.client(), "/post")
    assert f"Dinsdag 8 september: {int(before[1]) + 1} mails Daarvan staat er 1 al klaar" in page
    assert "Klaar om te vertrekken: 1 mail" in page


def test_a_mail_about_no_round_is_counted_and_named_as_such(desk: Desk) -> None:
    desk.now.set("2026-08-30T10:00")
    besides = "gaat niet over een ronde, zoals een bevestiging of een bericht aan het bureau. Wat gaat eruit?"
    for moment, said in (("2026-08-30T10:00", "die"), ("2026-09-01T08:32", "2 daarvan")):
        desk.now.set(moment)
        with desk.means.database.write() as connection:
            register = desk.means.register(connection)
            news = Bulletin("vastgehouden", 3, local_date(desk.now()))
            write_bulletin(connection, next(iter(register.contacts)), news, desk.means, register, desk.now())
        expected = besides if said == "die" else besides.replace("gaat niet", "gaan niet", 1)
        page = today(desk.client() if said == "die" else work(desk, moment))
        assert f"; {said} {expected}" in page.replace(" .", "."), page
