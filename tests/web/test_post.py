"""Post: what goes out and what was sent, for who may see it, and what one does about it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from engine.adapters.clock import MovableClock
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.tick import decide_all
from engine.core.delivery import READY_BEFORE
from engine.core.letter import ACCESS
from engine.core.localtime import parse_moment, to_ms
from engine.store.acts import Act, record_act
from engine.store.messages import add_message, all_messages
from engine.store.tables import messages, metadata
from engine.web.pages.mail import height_of
from engine.wiring import channel_of
from tests.web.desk import Desk, a_desk
from tests.workspaces import SCHOLEN, a_running_office

# The consulent of De Eik is another one than that of the two other schools.
OTHERS = SCHOLEN.replace("oc@eik.example;consulent@swv.example", "oc@eik.example;ander@swv.example")
EIK, LINDE = "oc@eik.example", "oc@linde.example"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk of an office on the day before a round opens; the day before that its mail left."""
    folder: Path = tmp_path_factory.mktemp("post") / "w"
    a_running_office(folder, rules=("thuiszitters",), at="2026-08-01T00:00", register={"scholen": OTHERS})
    desk = a_desk(
        folder, "2026-09-01T09:00", change=lambda site: replace(site, means=replace(site.means, wait=READY_BEFORE))
    )
    work(desk)
    desk.now.set("2026-09-01T09:10")
    work(desk)
    desk.now.set("2026-09-01T10:00")
    yield desk
    desk.means.database.close()


def work(desk: Desk) -> None:
    """One tick of the worker."""
    decide_all(desk.means, desk.now())
    compose(desk.means, desk.now())
    channel = channel_of(desk.site.place, desk.means.database)
    deliver(desk.means, channel, desk.now())


def names(text: str) -> list[str]:
    """The mails that a page links to."""
    return list(dict.fromkeys(re.findall(r"/post/mail/([0-9-]+)", text)))


def one_of(desk: Desk, state: str, email: str) -> int:
    """The number of a message."""
    with desk.means.database.read() as connection:
        return next(one.id for one in all_messages(connection, [state]) if one.email == email)  # type: ignore[list-item]


def test_the_coming_mail_is_shown_by_day_with_the_real_mail(desk: Desk) -> None:
    client = desk.client()
    text = client.get("/post").text
    assert "Dinsdag 8 september: " in text
    coming = [name for name in names(text) if name.startswith("2026-09-08")]
    page = client.get(f"/post/mail/{coming[0]}").text
    assert "dinsdag 8 september 2026" in page
    assert "Dezelfde mail als tekst" in page
    assert "leerlingen in beeld, ronde september, " in page
    frame = client.get(f"/post/mail/{coming[0]}/opmaak")
    assert "Herinnering" in client.get(f"/post/mail/{coming[0]}").text
    assert "<body" in frame.text


def test_a_mail_in_its_frame_can_do_nothing_and_leads_nowhere(desk: Desk) -> None:
    number = one_of(desk, "sent", LINDE)
    frame = desk.client().get(f"/post/mail/{number}/opmaak")
    policy = frame.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "href" not in frame.text


def test_a_consulent_sees_mail_about_own_schools_alone(desk: Desk) -> None:
    client = desk.client("consulent")
    text = client.get("/post").text + client.get("/post/verstuurd").text
    assert LINDE.partition("@")[0] in text or "De Linde" in text
    assert "De Eik" not in text
    assert client.get(f"/post/mail/{one_of(desk, 'sent', EIK)}").status_code == 404
    assert client.get(f"/post/mail/{one_of(desk, 'sent', LINDE)}").status_code == 200
    foreign = names(desk.client().get("/post?partij=12CC00").text)
    assert foreign
    shared = [name for name in foreign if client.get(f"/post/mail/{name}").status_code == 200]
    assert shared == []
    assert client.post("/post/houd-tegen", data={"mail": foreign[0]}).status_code == 409


def test_a_reader_looks_and_does_nothing(desk: Desk) -> None:
    client = desk.client("lezer")
    name = names(client.get("/post").text)[0]
    assert "<button" not in client.get(f"/post/mail/{name}").text.partition("<main")[2]
    for path in ("/post/houd-tegen", "/post/geef-vrij", f"/post/mail/{name}/proef"):
        assert client.post(path, data={"mail": name}).status_code == 404


def test_a_coming_mail_is_held_and_that_is_undone(desk: Desk) -> None:
    client = desk.client()
    name = names(client.get("/post?partij=10AA00").text)[0]
    done = client.post("/post/houd-tegen", data={"mail": name, "terug": "/post"})
    told = client.get(done.headers["location"]).text
    assert "1 mail tegengehouden: aan" in told
    assert "Tegengehouden door het bureau" in told
    assert "1 komende mail is tegengehouden" in told
    assert re.search(r"mails?, (waarvan er 1|die) dan op vrijgave wacht", told)
    act = done.headers["location"].rpartition("=")[2]
    client.post(f"/herstel/{act}", data={"terug": "/post"})
    page = client.get("/post").text
    assert "Tegengehouden door het bureau" not in page
    assert "komende mail" not in page


@pytest.mark.slow
def test_a_day_is_held_and_let_go_as_a_whole(desk: Desk) -> None:
    client = desk.client()
    assert "Houd hele dag tegen" in client.get("/post?dag=2026-09-08").text
    client.post("/post/houd-tegen", data={"welke": "2026-09-08"})
    held = client.get("/post?dag=2026-09-08").text
    assert "Houd hele dag tegen" not in held
    assert "Geef" in held
    client.post("/post/geef-vrij", data={"welke": "2026-09-08"})
    assert "egengehouden" not in client.get("/post?dag=2026-09-08").text.partition('id="inhoud"')[2]


def test_every_button_for_ticked_mails_stands_with_something_to_tick(desk: Desk) -> None:
    for part in re.split(r"<section|<details", desk.client().get("/post").text)[1:]:
        if "Houd aangevinkte tegen" in part:
            assert '<input type="checkbox" name="mail"' in part


def test_a_longer_mail_gets_a_taller_frame() -> None:
    heights = [height_of("\n" * lines) for lines in (20, 40, 60, 90, 150, 200)]
    assert heights == ["short", "middle", "long", "longer", "longest", "endless"]


@pytest.mark.slow
def test_what_is_ready_is_held_released_and_dropped(desk: Desk) -> None:
    client = desk.client()
    sent = one_of(desk, "sent", LINDE)
    again = client.post(f"/post/mail/{sent}/opnieuw")
    number = int(re.findall(r"/post/mail/(\d+)", again.headers["location"])[0])
    page = client.get("/post").text
    assert "Klaar om te vertrekken: 1 mail" in page
    assert '<a href="#klaar">Klaar om te vertrekken <span>1</span></a>' in page
    assert "10:10" in client.get(f"/post/mail/{number}").text
    client.post("/post/houd-tegen", data={"mail": str(number)})
    waits = client.get("/post").text
    assert "Wacht op vrijgave: 1 mail" in waits
    assert "pas weg als het bureau hem vrijgeeft" in desk.client("lezer").get("/post").text
    assert "tegengehouden door het bureau" in waits.lower()
    assert client.post("/post/laat-vervallen", data={"mail": str(number)}).status_code == 422
    gone = client.post("/post/laat-vervallen", data={"mail": str(number), "reden": "al gebeld"})
    assert gone.status_code == 303
    assert client.post("/post/houd-tegen", data={"mail": str(number)}).status_code == 409


@pytest.mark.slow
def test_more_than_25_mails_are_asked_about_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.web.asking.ASKED_ABOVE", 2)
    client = desk.client()
    asked = client.post("/post/houd-tegen", data={"welke": "2026-09-08", "terug": "/post"})
    assert asked.status_code == 200
    assert "Wilt u 3 mails tegenhouden?" in asked.text
    assert "egengehouden" not in client.get("/post").text.partition('id="inhoud"')[2]


def test_a_proof_goes_to_the_user_alone(desk: Desk) -> None:
    client = desk.client()
    name = names(client.get("/post").text)[0]
    done = client.post(f"/post/mail/{name}/proef")
    assert "Proefmail onderweg naar bureau@swv.example" in client.get(done.headers["location"]).text
    assert one_of(desk, "queued", "bureau@swv.example")


def test_what_did_not_arrive_stands_first_with_what_to_do(desk: Desk) -> None:
    number = one_of(desk, "sent", EIK)
    with desk.means.database.write() as connection:
        reason = "De mailserver kent dit adres niet. Bel de ontvanger."
        connection.execute(update(messages).where(messages.c.id == number).values(state="bounced", reason=reason))
    client = desk.client()
    text = client.get("/post/verstuurd").text
    assert "Niet of misschien niet aangekomen: 1 mail" in text
    assert text.index("kent dit adres niet") < text.index("<caption>")
    assert "Eerdere mail kwam hier niet aan" in client.get("/post").text
    assert client.post(f"/post/mail/{number}/klaar").status_code == 303
    left = client.get("/post/verstuurd").text
    assert "Niet of misschien niet aangekomen" not in left
    assert "– telt als nooit aangekomen" in re.sub(r"<[^>]+>", "", left)


@pytest.mark.slow
def test_sent_mail_is_found_by_name_state_and_day(desk: Desk) -> None:
    client = desk.client()
    all_of_it = client.get("/post/verstuurd").text
    assert LINDE not in client.get("/post/verstuurd?zoek=baken").text
    assert "Er is geen mail die past" in client.get("/post/verstuurd?status=uncertain").text
    assert "Er is geen mail die past" in client.get("/post/verstuurd?tot=2026-01-01").text
    assert "Er is geen mail die past" not in client.get("/post/verstuurd?van=2026-09-01&pagina=0").text
    assert "&lt;script&gt;" in client.get("/post/verstuurd?zoek=<script>").text
    assert "7 dagen bewaard" in all_of_it


@pytest.mark.slow
def test_looking_changes_nothing(desk: Desk) -> None:
    client = desk.client()

    def stored() -> str:
        with desk.means.database.read() as connection:
            rows = [connection.execute(select(table)).all() for table in metadata.sorted_tables]
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    before = stored()
    found = names(client.get("/post").text) + names(client.get("/post/verstuurd").text)
    for path in ("/post", "/post/verstuurd", "/proefpostvak", *(f"/post/mail/{name}" for name in found[:4])):
        for _ in range(3):
            assert client.get(path).status_code == 200, path
            assert client.head(path).status_code == 200, path
    assert stored() == before


def test_the_trial_inbox_shows_each_mail_as_it_lies_in_the_folder(desk: Desk) -> None:
    client = desk.client()
    assert LINDE in client.get("/proefpostvak").text
    number = one_of(desk, "sent", LINDE)
    with desk.means.database.write() as connection:
        connection.execute(update(messages).where(messages.c.id == number).values(raw=None))
    inbox = client.get(f"/proefpostvak?aan={LINDE}").text
    assert f"/proefpostvak/{number}/opmaak" in inbox
    assert "Linde" in client.get(f"/proefpostvak/{number}/opmaak").text
    assert desk.client("lezer").get("/proefpostvak").status_code == 404


def test_only_a_demo_has_a_clock_to_move(desk: Desk) -> None:
    assert desk.client().post("/demo/verder", data={"verder": "week"}).status_code == 404


def test_only_a_consulent_has_colleagues_with_schools_of_their_own(desk: Desk) -> None:
    """An invitation cannot be opened by the bureau either, and is about no school."""
    with desk.means.database.write() as connection:
        number = add_message(
            connection, contact=1, email="nieuw@swv.example", kind=ACCESS, state="queued", now=desk.now()
        )
        connection.execute(
            update(messages).where(messages.c.id == number).values(next_attempt=to_ms(desk.now()), subject="Uw toegang")
        )
    page = desk.client().get("/post").text
    assert "Uw toegang" in page
    assert "van een collega" not in page
    with desk.means.database.write() as connection:
        connection.execute(delete(messages).where(messages.c.id == number))


def test_in_a_demo_a_proof_arrives_before_the_clock_is_moved(desk: Desk) -> None:
    """And nothing else leaves."""
    clock = MovableClock(parse_moment("2026-09-01T09:00"))
    there = Desk(replace(desk.site, demo=True, clock=clock), desk.now)

    def sent() -> dict[int, str]:
        with desk.means.database.read() as connection:
            return {one.id: one.kind for one in all_messages(connection, ["sent"])}

    before = sent()
    number = next(iter(before))
    there.client().post(f"/post/mail/{number}/proef")
    assert [kind for one, kind in sent().items() if one not in before] == ["proof"]
    desk.client().post(f"/post/mail/{number}/proef")
    assert len(sent()) == len(before) + 1


@pytest.mark.slow
def test_a_demo_is_played_on_to_the_next_mail_and_by_a_week(desk: Desk) -> None:
    clock = MovableClock(parse_moment("2026-09-01T10:00"))
    there = Desk(replace(desk.site, demo=True, clock=clock), desk.now)
    client = there.client()
    assert "dinsdag 1 september 2026" in client.get("/post").text
    stale = client.post("/demo/verder", data={"verder": "dag", "vandaag": "2026-08-31"})
    assert stale.status_code == 409
    client.post("/demo/verder", data={"verder": "mail", "vandaag": "2026-09-01"})
    next_mail = clock()
    with desk.means.database.read() as connection:
        newest = max(one.sent_at for one in all_messages(connection, ["sent"]) if one.sent_at)
    assert parse_moment("2026-09-01T10:00") < newest < next_mail < newest + timedelta(minutes=2)
    done = client.post("/demo/verder", data={"verder": "week"})
    assert "Het is nu" in client.get(done.headers["location"]).text
    assert (clock() - next_mail).days == 7
    client.post("/demo/verder", data={"verder": "eeuw"})
    assert (clock() - next_mail).days == 7


def test_a_coming_mail_that_left_meanwhile_is_found_as_the_mail_it_became(desk: Desk) -> None:
    """The clock was moved on its page: what happened meanwhile is told there, or on the list above it."""
    number = one_of(desk, "sent", LINDE)
    with desk.means.database.read() as connection:
        sent = next(one for one in all_messages(connection, ["sent"]) if one.id == number)
    with desk.means.database.write() as connection:
        act = record_act(connection, Act(desk.now(), "bureau", "demo", "Het is nu later."))
    client = desk.client()
    gone = f"/post/mail/2026-09-01-{sent.contact}?gedaan={act}"
    became = client.get(gone)
    assert (became.status_code, became.headers["location"]) == (303, f"/post/mail/{number}?gedaan={act}")
    assert "Het is nu later." in client.get(became.headers["location"]).text
    never = client.get(f"/post/mail/2026-03-03-{sent.contact}?gedaan={act}")
    assert (never.status_code, never.headers["location"]) == (303, f"/post?gedaan={act}")
    assert "Het is nu later." in client.get(never.headers["location"]).text
    assert client.get(f"/post/mail/2026-03-03-{sent.contact}").status_code == 404
    assert client.get("/post/mail/2026-99-99-1").status_code == 404
    with desk.means.database.read() as connection:
        foreign = next(one for one in all_messages(connection) if one.email == EIK)
    there = f"/post/mail/{foreign.created_at:%Y-%m-%d}-{foreign.contact}"
    assert client.get(there).headers["location"] == f"/post/mail/{foreign.id}"
    assert desk.client("consulent").get(there).status_code == 404
