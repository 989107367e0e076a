"""Where the pages are to which no page leads: links in mails, and what must first be made."""

from __future__ import annotations

import re

from engine.app import accounts
from engine.store.messages import all_messages
from tests.web.desk import Desk


def starts_of(desk: Desk, reader: str) -> dict[str, str]:
    """Makes an invitation, a login link, and a personal link for the reader; by route, where it is."""
    now = desk.now()
    desk.client(None).post("/nieuwe-link", data={"adres": reader})
    accounts.invite(desk.means, "nieuw@swv.example", "Nieuwe Naam", "bureau", "Bureau", now)
    other = accounts.invite(desk.means, "kijker@swv.example", "Kijker", "lezer", "Bureau", now)
    files = {"bestand": ("contacten.csv", b"email;naam\nnieuw@school.example;Nieuw Contact\n")}
    uploaded = desk.client("bureau").post("/beheer/register/controleer", files=files).headers["location"]
    return {
        "/beheer/register/bestand/{batch}": uploaded,
        "/uitnodiging/{token}": mailed(desk, "/uitnodiging/", "nieuw@swv.example"),
        "/inloggen/{token}": accounts.login_pass(desk.means, other.id, now),
        "/mijn/{token}": mailed(desk, "/mijn/", reader),
    }


def mailed(desk: Desk, place: str, email: str = "") -> str:
    """The path of such a link in the newest mail that has one, to that address where given."""
    with desk.means.database.read() as connection:
        found = [one for one in all_messages(connection) if one.raw is not None and email in ("", one.email)]
    for mail in reversed(found):
        text = desk.means.vault.open(mail.id, mail.raw or b"").decode().replace("=\r\n", "").replace("=3D", "=")
        if (link := re.search(rf"https?://[^/\s]+({place}[\w-]{{43}})", text)) is not None:
            return link[1]
    raise AssertionError(f"no mail with a link to {place}")
