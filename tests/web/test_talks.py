"""Planning a gesprek on the pages: first what goes out, then it is done, and the way back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from engine.core.appointment import Appointment, Attendee
from engine.core.incoming import Handled
from engine.core.localtime import parse_moment
from engine.store.acts import load_act
from engine.store.appointments import appointment_of, attendees_of, save_attendees, waiting_invitations
from engine.store.people import contact_by_email
from engine.store.replies import remember
from engine.store.tables import tasks
from engine.store.tasks import load_task
from tests.acceptance.test_talks import TEAMS
from tests.web.desk import Desk, a_desk
from tests.workspaces import Office, a_running_office, copied

TALK = "startgesprek.2026-2027.10AA00"
OTHERS, LAST = "startgesprek.2026-2027.11BB00", "startgesprek.2026-2027.12CC00"
PAGE = f"/taken/{TALK}/afspraak"
NOW = "2026-09-01T10:00"
BOTH = ["consulent@swv.example", "team@school1.example"]
FILLED = {
    "dag": "2026-10-06",
    "tijd": "14:00",
    "duur": "90",
    "plaats": "De Linde, lokaal 4",
    "gast": BOTH,
    "punt": ["Terugblik op het afgelopen schooljaar"],
    "eigen": "Kennismaken\n\nRondleiding",
}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose consulent was asked to plan."""
    folder = tmp_path_factory.mktemp("talks") / "w"
    office = a_running_office(folder, rules=("startgesprek", "thuiszitters"), register={"scholen": TEAMS + "\n"})
    office.must("tick", "--now", "2026-09-01T09:00")
    office.must("deliver", "--now", "2026-09-01T09:00")
    return office


@pytest.fixture
def desk(opened: Office, tmp_path: Path) -> Desk:
    """A desk in a copy of it."""
    return a_desk(copied(opened, tmp_path / "w").folder, NOW)


def now(desk: Desk, key: str = TALK) -> tuple[Appointment | None, list[Attendee], str]:
    """The appointment, who comes, and the state of the task."""
    with desk.means.database.read() as connection:
        guests = attendees_of(connection, [key]).get(key, [])
        task = load_task(connection, key)
        assert task is not None
        return appointment_of(connection, key), [one for one in guests if not one.left], task.state


def waiting(desk: Desk, key: str = TALK) -> list[tuple[str, str]]:
    with desk.means.database.read() as connection:
        return sorted((mail.email, made.method) for made, mail in waiting_invitations(connection, key))


def mark(client: TestClient, page: str = PAGE) -> str:
    found = re.search(r'name="gezien" value="([^"]*)"', client.get(page).text)
    assert found is not None
    return found[1]


def read(page: str) -> dict[str, str]:
    """The mails that can be read before they leave, on one line, by whom they are for."""
    found = re.findall(r"<summary>Lees de mail aan (.*?)</summary>(.*?)</details>", page, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>|Onderwerp:", " ", text).split()) for name, text in found}


def planned(client: TestClient, **differs: object) -> str:
    """Does it; the page it led to."""
    return done(client, PAGE, **{**FILLED, "stap": "doe", **differs})


def done(client: TestClient, path: str, **fields: object) -> str:
    """Sends a form of the page as it is now; the page it led to."""
    answer = client.post(path, data={"gezien": mark(client), **fields})
    assert answer.status_code == 303, answer.text
    return str(client.get(answer.headers["location"]).text)


def undo(desk: Desk, client: TestClient, page: str) -> None:
    found = re.search(r'action="(/herstel/\d+)"', page)
    assert found is not None
    answer = client.post(found[1], data={"terug": f"/taken/{TALK}"})
    assert answer.status_code == 303, answer.text
    with desk.means.database.read() as connection:
        act = load_act(connection, int(found[1].rpartition("/")[2]))
    assert act is not None
    assert act.undone_at is not None


def test_it_says_what_goes_out_before_it_is_done(desk: Desk) -> None:
    client = desk.client("bureau")
    form = client.get(PAGE)
    assert "Er is nog geen afspraak." in form.text
    assert re.search(r'value="consulent@swv.example" checked', form.text)
    assert re.search(r'value="directeur@linde.example">', form.text), "who is eventueel is not ticked"
    assert "Eventueel ook, maar niemand bij De Linde heeft die rol: teamleider en kernpartner." in form.text
    seen = client.post(PAGE, data={**FILLED, "gezien": mark(client), "stap": "bekijk"})
    assert (seen.status_code, now(desk)) == (200, (None, [], "open"))
    assert "2 uitnodigingen gaan uit" in seen.text
    assert "team@school1.example" in seen.text
    assert read(seen.text)["team@school1.example"].startswith("6 oktober: startgesprek, De Linde Beste team")
    assert "De Linde, lokaal 4" in read(seen.text)["consulent@swv.example"]
    page = planned(client)
    assert "Gesprek met De Linde: dinsdag 6 oktober 2026 14:00. 2 uitnodigingen gaan uit." in page
    found, guests, _ = now(desk)
    assert found is not None
    assert found.agenda == ("Terugblik op het afgelopen schooljaar", "Kennismaken", "Rondleiding")
    assert (len(guests), found.place) == (2, "De Linde, lokaal 4")
    assert waiting(desk) == [("consulent@swv.example", "REQUEST"), ("team@school1.example", "REQUEST")]


def test_a_change_says_first_what_becomes_otherwise(desk: Desk) -> None:
    client = desk.client("bureau")
    planned(client)
    change = {**FILLED, "plaats": "De Linde, aula", "tijd": "15:00", "duur": "45"}
    seen = client.post(PAGE, data={**change, "gezien": mark(client), "stap": "bekijk"}).text
    assert "<li>Plaats: De Linde, lokaal 4 wordt De Linde, aula.</li>" in seen
    assert "<li>Wanneer: dinsdag 6 oktober 2026 14:00 wordt dinsdag 6 oktober 2026 15:00.</li>" in seen
    assert " minuten wordt 45 minuten.</li>" in seen
    assert "De agenda is gewijzigd" not in seen
    assert set(read(seen)) == {*BOTH}
    assert "Wij nodigen u uit voor dit gesprek." in read(seen)[BOTH[0]], "the first invitation did not leave yet"


def test_a_change_and_a_cancellation_are_read_before_they_are_made(desk: Desk) -> None:
    client = desk.client("bureau")
    planned(client)
    office = Office(desk.site.place.folder)
    for verb in ("tick", "deliver"):
        office.must(verb, "--now", "2026-09-01T10:10")
    change = {**FILLED, "tijd": "15:00", "gast": BOTH[:1]}
    seen = client.post(PAGE, data={**change, "gezien": mark(client), "stap": "bekijk"}).text.partition('id="afzeggen"')
    changed, off = read(seen[0]), read(seen[2])
    assert changed[BOTH[0]].startswith("Gewijzigd, 6 oktober: startgesprek, De Linde")
    assert "Was: dinsdag 6 oktober 2026, van 14:00 tot 15:30" in changed[BOTH[0]]
    assert changed[BOTH[1]].startswith("U hoeft niet te komen op 6 oktober")
    assert [off[one].partition(":")[0] for one in BOTH] == ["Afgezegd, 6 oktober"] * 2
    assert waiting(desk) == []


def test_overzicht_tells_what_each_mail_about_a_gesprek_is(desk: Desk) -> None:
    client = desk.client("bureau")

    def today() -> list[str]:
        block = client.get("/").text.partition("Dit gebeurt vandaag")[2].partition("</ul>")[0]
        return re.findall(r"Mail “([a-z]+)” van <a [^>]*>Startgesprek</a>, 1 taak:", block)

    def send() -> None:
        for verb in ("tick", "deliver"):
            Office(desk.site.place.folder).must(verb, "--now", "2026-09-01T10:10")

    planned(client)
    assert "uitnodiging" in today()
    send()
    done(client, PAGE, **{**FILLED, "stap": "doe", "gast": BOTH[:1]})
    assert "afmelding" in today()
    send()
    done(client, f"{PAGE}/af", reden="ziek")
    assert "afzegging" in today()


def test_the_page_of_who_plans_names_what_is_arranged_after_what_is_asked(desk: Desk) -> None:
    """Also a gesprek that would be asked later."""
    client = desk.client("bureau")
    planned(client)
    with desk.means.database.write() as connection:
        number = contact_by_email(connection, BOTH[0])
        connection.execute(
            update(tasks).where(tasks.c.key.in_([TALK, LAST])).values(state="planned", opens="2026-12-01")
        )
    page = client.get(f"/contacten/{number}").text.partition('id="open"')[2].partition("</table>")[0]
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in page.split("<tr>")[2:]]
    assert rows == [
        "Startgesprek Het Baken ◐ open vrijdag 30 oktober 2026",
        "Startgesprek De Linde ▣ afgesproken di 6 okt vrijdag 30 oktober 2026",
    ]


def test_the_list_shows_when_where_and_who_comes(desk: Desk) -> None:
    client = desk.client("bureau")
    planned(client)
    with desk.means.database.write() as connection:
        guests = attendees_of(connection, [TALK])[TALK]
        replies = ("accepted", "declined")
        answered = [
            Attendee(TALK, one.contact, one.role, reply, 0 if reply == "accepted" else -1)  # type: ignore[arg-type]
            for one, reply in zip(guests, replies, strict=True)
        ]
        save_attendees(connection, TALK, answered)
    page = client.get("/gesprekken").text
    assert "Afgesproken" in page
    assert "14:00 tot 15:30" in page
    assert "De Linde, lokaal 4" in page
    assert "1 ja, 1 nee op vorige versie" in page
    assert "nee, op vorige versie" in client.get(f"/taken/{TALK}").text


def test_round_and_jaarplanning_count_what_is_arranged_alike_and_say_for_whom_a_day_holds(desk: Desk) -> None:
    client = desk.client("bureau")
    planned(client)
    words = [
        " ".join(re.sub(r"<[^>]+>", " ", client.get(page).text).split())
        for page in ("/uitvragen/startgesprek/2026-2027", "/jaarplanning/2026-2027?soort=gesprek")
    ]
    for page in words:
        assert "1 afgesproken" in page
        assert sum(int(number) for number in re.findall(r"(\d+) open\b", page)) == 2, page
    assert "Dit geldt voor 1 van 3. De andere 2 hebben nog geen afspraak." in words[0]


def test_a_closed_day_is_done_only_when_that_is_ticked(desk: Desk) -> None:
    client = desk.client("bureau")
    closed = {**FILLED, "dag": "2026-10-13", "gezien": mark(client), "stap": "doe"}
    refused = client.post(PAGE, data=closed)
    assert (refused.status_code, now(desk)[0]) == (422, None)
    assert "valt in de herfstvakantie" in refused.text
    assert "Toch op dit moment" in refused.text
    assert "De Linde, lokaal 4" in refused.text, "what was filled in stays"
    planned(client, dag="2026-10-13", toch="ja")
    assert now(desk)[0] is not None


@pytest.mark.parametrize(
    ("differs", "why"),
    [
        ({"dag": ""}, "De datum ontbreekt."),
        ({"tijd": "half drie"}, "De tijd ontbreekt."),
        ({"duur": "lang"}, "De duur is geen getal."),
        ({"duur": "0"}, "ten minste 1 minuut"),
        ({"dag": "2027-03-28", "tijd": "02:30", "toch": "ja"}, "bestaat 02:30 niet"),
        ({"adres": "geen adres"}, "Het e-mailadres klopt niet"),
        ({"adres": "an@vries.example"}, "staat niet in het register"),
        ({"plaats": "x" * 301}, "Deze tekst is te lang"),
    ],
)
def test_what_does_not_fit_is_told_and_changes_nothing(desk: Desk, differs: dict[str, str], why: str) -> None:
    client = desk.client("bureau")
    answer = client.post(PAGE, data={**FILLED, "gezien": mark(client), "stap": "doe", **differs})
    assert answer.status_code == 422
    assert why in answer.text
    assert now(desk)[0] is None


def test_somebody_new_is_invited_and_can_be_left_out(desk: Desk) -> None:
    client = desk.client("bureau")
    planned(client, adres="an@vries.example", naam="An de Vries")
    assert ("an@vries.example", "REQUEST") in waiting(desk)
    planned(client)
    assert [mail for mail, _ in waiting(desk)] == BOTH, "nobody heard yet, so nothing is called off"
    planned(client, gast=["team@school1.example"])
    assert [mail for mail, _ in waiting(desk)] == ["team@school1.example"]
    planned(client, gast=["directeur@linde.example"])
    assert [mail for mail, _ in waiting(desk)] == ["directeur@linde.example"]
    found, _, _ = now(desk)
    assert found is not None
    assert found.roles == ("directeur",), "a role of which nobody is ticked is asked no more"
    planned(client, gast=[])
    assert waiting(desk) == []


def test_making_moving_and_calling_off_are_undone(desk: Desk) -> None:
    client = desk.client("bureau")
    undo(desk, client, planned(client))
    found, _, state = now(desk)
    assert found is not None
    assert (found.state, state, waiting(desk)) == ("off", "open", [])
    planned(client, gast=BOTH)
    undo(desk, client, planned(client, dag="2026-10-08", gast=BOTH))
    moved, guests, _ = now(desk)
    assert moved is not None
    assert (moved.starts.day, len(guests)) == (6, 2)
    off = done(client, f"{PAGE}/af", reden="ziek")
    assert "Gesprek met De Linde afgezegd" in off
    undo(desk, client, off)
    again, _, _ = now(desk)
    assert again is not None
    assert (again.state, again.starts) == ("planned", moved.starts)
    assert again.sequence > moved.sequence
    with desk.means.database.read() as connection:
        task = load_task(connection, TALK)
    assert task is not None
    days = {step.plan.name: str(step.plan.date) for step in task.steps if step.plan.on_talk}
    assert days == {"voorbereiden": "2026-09-29", "verslag": "2026-10-08"}
    assert {step.note for step in task.steps if step.state == "dropped"} == {"afgesproken"}


def test_what_took_place_is_noted_and_undone(desk: Desk) -> None:
    client = desk.client("bureau")
    planned(client)
    assert "Is het gesprek gehouden?" not in client.get(PAGE).text
    early = client.post(f"{PAGE}/gehouden", data={"gezien": mark(client), "verslag": "goed"})
    assert (early.status_code, now(desk)[2]) == (422, "open")
    desk.now.set("2026-10-07T10:00")
    client = desk.client("bureau")
    assert "Is dit gesprek geweest?" in client.get("/gesprekken").text
    asked = client.get(PAGE).text
    assert asked.index("Is het gesprek gehouden?") < asked.index("Of wijzig de afspraak") < asked.index("veld-dag")
    assert "Vul in namens" not in client.get(f"/taken/{TALK}").text
    page = done(client, f"{PAGE}/gehouden", verslag="Nieuwe afspraken.")
    found, _, state = now(desk)
    assert found is not None
    assert (found.state, found.note, state) == ("held", "Nieuwe afspraken.", "done")
    assert "Genoteerd: Nieuwe afspraken." in page
    assert "gaat er niet meer uit (gehouden)" in page
    assert "(beantwoord)" not in page
    undo(desk, client, page)
    back, _, state = now(desk)
    assert back is not None
    assert (back.state, state) == ("planned", "open")


def test_what_guests_would_hear_of_an_absence_is_asked_with_the_name(desk: Desk) -> None:
    client = desk.client("bureau")
    planned(client)
    with desk.means.database.read() as connection:
        people = desk.means.register(connection).contacts
    one = next(number for number, who in people.items() if who.email == "consulent@swv.example")
    stand = re.search(r'name="stand" value="(\w+)"', client.get(f"/contacten/{one}").text)
    assert stand is not None
    away = {"tot": "2026-12-31", "vervanger": "directeur@linde.example", "stand": stand[1]}
    answer = client.post(f"/contacten/{one}/afwezig", data=away)
    assert answer.status_code == 200
    assert "<h1>Wilt u consulent@swv.example afwezig melden?</h1>" in answer.text


def test_who_has_another_gesprek_then_is_told_before_it_is_saved(desk: Desk) -> None:
    """It is not refused; who ends as this one begins has no other gesprek then."""
    client = desk.client("bureau")
    planned(client)
    other = f"/taken/{OTHERS}/afspraak"
    filled = {**FILLED, "gast": ["consulent@swv.example"], "gezien": mark(client, other), "stap": "bekijk"}
    told = "heeft dan ook een gesprek: Startgesprek, De Linde, van 14:00 tot 15:30."
    assert told in client.post(other, data={**filled, "tijd": "15:29"}).text
    assert told in client.post(other, data={**filled, "tijd": "13:00"}).text
    assert "dan ook een gesprek" not in client.post(other, data={**filled, "tijd": "15:30"}).text
    assert "dan ook een gesprek" not in client.post(other, data={**filled, "tijd": "12:30"}).text
    answer = client.post(other, data={**filled, "tijd": "15:00", "stap": "doe"})
    assert answer.status_code == 303
    assert now(desk, OTHERS)[0] is not None
    assert client.post(f"{PAGE}/af", data={"gezien": mark(client)}).status_code == 303
    filled["gezien"] = mark(client, other)
    assert "dan ook een gesprek" not in client.post(other, data={**filled, "tijd": "14:00"}).text


def test_what_guests_propose_stands_with_the_gesprek(desk: Desk) -> None:
    client = desk.client("bureau")
    planned(client)
    assert "Van de genodigden" not in client.get(f"/taken/{TALK}").text
    told = "Team stelt een andere tijd voor bij startgesprek, De Linde"
    with desk.means.database.write() as connection:
        guest = attendees_of(connection, [TALK])[TALK][0].contact
        handled = Handled("counter", understood=False, told=told, task=TALK, contact=guest)
        remember(connection, "a" * 64, handled, parse_moment(NOW))
        remember(connection, "b" * 64, replace(handled, kind="reply", told="Team komt"), parse_moment(NOW))
    page = client.get(f"/taken/{TALK}").text
    assert "Van de genodigden" in page
    assert f"{told}. <span" in page
    assert "Team komt" not in page


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    client = desk.client("bureau")
    planned(client)
    old = mark(client)
    planned(client, dag="2026-10-07", gast=BOTH)
    for path in (PAGE, f"{PAGE}/af"):
        answer = client.post(path, data={**FILLED, "gezien": old, "stap": "doe"})
        assert answer.status_code == 409
    found, _, _ = now(desk)
    assert found is not None
    assert (found.state, found.starts.day) == ("planned", 7)


def test_only_who_may_see_the_school_may_plan(desk: Desk) -> None:
    """A reader plans nothing; other tasks have no appointment."""
    assert desk.client("lezer").get(PAGE).status_code in (403, 404)
    assert desk.client("bureau").get("/taken/thuiszitters.2026-2027.september.10AA00/afspraak").status_code == 404
    assert desk.client("bureau").get("/taken/onzin/afspraak").status_code == 404
    assert desk.client("consulent").get(f"/taken/{OTHERS}/afspraak").status_code == 200


def test_a_gesprek_that_had_no_date_is_asked_about_before_it_is_held(desk: Desk) -> None:
    client = desk.client("bureau")
    form = {"gezien": mark(client), "verslag": "goed"}
    asked = client.post(f"{PAGE}/gehouden", data=form)
    assert "Is dit gesprek gehouden?" in asked.text
    assert 'name="verslag" value="goed"' in asked.text
    assert now(desk)[2] == "open"
    assert client.post(f"{PAGE}/gehouden", data={**form, "zeker": "ja"}).status_code == 303
    assert now(desk)[2] == "done"
