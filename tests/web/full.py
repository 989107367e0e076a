"""A desk with something of everything, so that every page has what it can show: what no page leads to is made here."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

from engine import wiring
from engine.adapters.clock import MovableClock
from engine.app import accounts, people
from engine.app.nightly import nightly
from engine.app.subscribing import hand_out
from engine.core.agenda_choice import Whose
from engine.core.localtime import local_date, parse_moment
from engine.store.acts import Act, record_act
from engine.store.facts import adopt, applied_rulebook, save_rulebook
from engine.store.file_versions import keep_version
from engine.store.messages import all_messages, change_message
from engine.web.visit import Site
from tests.web.desk import ADDRESS, Desk, a_desk
from tests.workspaces import SCHOLEN, a_running_office

NOW = "2026-11-25T10:00"
TALK = "startgesprek.2026-2027.10AA00"


def _as_demo(site: Site) -> Site:
    return replace(site, demo=True, clock=MovableClock(parse_moment(NOW)))


def a_full_desk(folder: Path, *, demo: bool = False) -> tuple[Desk, dict[str, str]]:
    """The desk of a small office whose first mails left, and by route where those pages are to which none leads."""
    # Of three profiles one is asked for, and two ended before the SWV began; of these one gets a new version.
    documents = "soort;partij;vastgesteld_op\nschoolondersteuningsprofiel;10AA00;2023-02-10\n"
    documents += "schoolondersteuningsprofiel;11BB00;2021-02-10\nschoolondersteuningsprofiel;12CC00;2021-03-10\n"
    office = a_running_office(
        folder,
        rules=("thuiszitters", "leerlingaantallen", "startgesprek", "schoolondersteuningsprofiel"),
        more=f'[web]\nadres = "{ADDRESS}"',
        register={"documenten": documents},
    )
    office.must("tick", "--now", "2026-11-24T09:00")
    office.must("deliver", "--now", "2026-11-24T09:00")
    office.must("plan", "--schooljaar", "2027-2028", "--apply", "--now", "2026-11-24T09:30")
    # One that is past and not noted as held: it can be moved, called off and held.
    office.must("task", TALK, "appoint", "--at", "2026-11-24T16:00", "--now", "2026-11-24T09:30")
    days = "partij;van;tot;omschrijving;vervangt\n10AA00;2026-12-11;2026-12-11;studiedag;\n"
    office.write("register/vrije_dagen.csv", days)
    office.must("import", str(folder / "register"), "--apply", "--now", "2026-11-24T09:40")
    desk = a_desk(folder, NOW, change=_as_demo if demo else lambda site: site)
    starts = _made(desk) | {"/jaarplanning/{schooljaar}/afsluiten": "/jaarplanning/2025-2026/afsluiten"}
    rule = folder / "rules/vo/leerlingaantallen.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("titel: ", "titel: Opnieuw "), encoding="utf-8")
    return desk, starts


def _made(desk: Desk) -> dict[str, str]:
    """Makes what no page leads to; by route, where it is."""
    means, now = desk.means, desk.now()
    accounts.invite(means, "nieuw@swv.example", "Nieuwe Naam", "bureau", "Bureau", now)
    demo = accounts.invite(means, "kijker@swv.example", "Kijker", "lezer", "Bureau", now)
    other = accounts.invite(means, "tijdelijk@swv.example", "Tijdelijk", "lezer", "Bureau", now)
    with means.database.write() as connection:
        adopt(connection, "2025-2026", now, "Bureau")
        accounts.switch(connection, other.id, on=False)
        undo = {"user": other.id, "was": True}
        record_act(connection, Act(now, "Bureau", "user-active", "Tijdelijk mag niet inloggen.", undo=undo))
        register = means.register(connection)
        away, stand_in = (
            next(one.id for one in register.contacts.values() if one.email == f"{name}@baken.example")
            for name in ("oc", "directeur")
        )
        people.set_away(connection, means, away, stand_in, date(2026, 11, 24), date(2026, 12, 31), now)
        for file in ("rules/vo/thuiszitters.yaml", "mail_templates/uitvraag.md"):
            keep_version(connection, file, "titel: oud\n", now, "Bureau")
    files = {"bestand": ("scholen.csv", SCHOLEN.replace("De Eik", "De Eikel").encode())}
    uploaded = desk.client("bureau").post("/beheer/register/controleer", files=files).headers["location"]
    link = mailed(desk, "oc@linde.example", "/mijn/")
    school = desk.client(None)
    answer = school.post(link, data=_filled_in(school.get(link).text)).headers["location"].partition("#")[0]
    other_link = mailed(desk, "oc@eik.example", "/mijn/")
    more_time = {**_filled_in(school.get(other_link).text), "antwoord": "meer-tijd", "opmerking": "Wij zijn verhuisd."}
    school.post(other_link, data=more_time)
    desk.client("lezer")
    new = {"soort": "schoolondersteuningsprofiel", "partij": "11BB00", "dag": "2026-11-20"}
    pdf = {"bestand": ("profiel.pdf", b"%PDF-1.7")}
    assert desk.client("bureau").post("/documenten/nieuw", data=new, files=pdf).status_code == 303
    profile = {"taak": "schoolondersteuningsprofiel.v1.10AA00", "fase": "concept", "dag": "2026-11-20"}
    assert desk.client("bureau").post("/documenten/fase", data=profile).status_code == 303
    handed = hand_out(means, Whose.parse("10AA00"), "Outlook van De Linde", "Bureau", now)
    agenda = f"/agenda/{handed.token}.ics"
    school.get(agenda)  # the first time in an hour is noted
    with means.database.write() as connection:
        book = applied_rulebook(connection)
        assert book is not None
        earlier = {path: text.replace("titel:", "titel: Vroeger") for path, text in book.files.items()}
        save_rulebook(connection, "eerder", earlier, now)
        save_rulebook(connection, book.hash, book.files, now)
    # The studiedag is the last day of a round that runs: a person decides on that.
    nightly(means, wiring.rulebook_of(desk.site.place)[0], now)
    with means.database.write() as connection:
        sent, other_sent, seen, kept, *_ = [one for one in all_messages(connection, ["sent"]) if one.kind == "digest"]
        change_message(connection, sent.id, ["sent"], state="bounced", reason="Het adres bestaat niet.")
        change_message(connection, other_sent.id, ["sent"], state="uncertain", reason="De verbinding brak af.")
        change_message(
            connection, kept.id, ["sent"], state="held", reason="tegengehouden door het bureau", sent_at=None
        )
    return {
        "/beheer/register/bestand/{batch}": uploaded,
        "/taken/{key}": "/taken/thuiszitters.2026-2027.september.12CC00",
        "/taken/{key}/afspraak": f"/taken/{TALK}/afspraak",
        "/contacten/{contact:int}": f"/contacten/{away}",
        "/contacten/{contact:int}/overdragen": f"/contacten/{away}/overdragen?naar=directeur@linde.example",
        "/uitnodiging/{token}": mailed(desk, "nieuw@swv.example", "/uitnodiging/"),
        "/inloggen/{token}": accounts.login_pass(means, demo.id, now),
        "/mijn/{token}": link,
        "/agenda/{token}.ics": agenda,
        "/mijn/{token}/ontvangen/{answer:int}": answer,
        "/jaarplanning/{schooljaar}/vaststellen": "/jaarplanning/2027-2028/vaststellen",
        "/proefpostvak/{number:int}/opmaak": f"/proefpostvak/{seen.id}/opmaak",
        "/beheer/regels/nieuw/opmaak": f"/beheer/regels/nieuw/opmaak?{urlencode(_asked_once(local_date(now)))}",
        "/documenten/spreiden": "/documenten/spreiden?vol=1",
        "/post/mail/{name}/opnieuw": f"/post/mail/{sent.id}/opnieuw",
        "/post/mail/{name}/klaar": f"/post/mail/{other_sent.id}/klaar",
        "/contacten/{contact:int}/terug": f"/contacten/{sent.contact}/terug",
    }


def _asked_once(today: date) -> dict[str, str]:
    """A request that is asked once, filled in."""
    days = {"opent": today.isoformat(), "uiterlijk": (today + timedelta(days=7)).isoformat()}
    return {"titel": "Vraag", "uitleg": "Hoe gaat het?", "per": "school", "vraag_aan": "directeur", **days}


def _filled_in(page: str) -> dict[str, str]:
    """The form of the first question on a school's own page, filled in: it is done."""
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {**dict(reversed(hidden)), "antwoord": "klaar"}


def mailed(desk: Desk, email: str, place: str) -> str:
    """The path of the link in the mail to that address."""
    with desk.means.database.read() as connection:
        *_, mail = (one for one in all_messages(connection) if one.email == email and one.raw is not None)
    text = desk.means.vault.open(mail.id, mail.raw or b"").decode().replace("=\r\n", "").replace("=3D", "=")
    found = re.search(rf"{ADDRESS}({place}[\w-]{{43}})", text)
    assert found is not None
    return found[1]
