"""Where the pages are to which no page leads: links in mails, and what must first be made."""

from __future__ import annotations

import re

from engine.app import accounts
from engine.store.file_versions import keep_version
from engine.store.messages import all_messages
from tests.web.desk import Desk


def starts_of(desk: Desk, reader: str) -> dict[str, str]:
    """Makes an invitation, a login link, a personal link for the reader, an import and earlier texts.

    By route, where it is.
    """
    now = desk.now()
    desk.client(None).post("/nieuwe-link", data={"adres": reader})
    accounts.invite(desk.means, "nieuw@swv.example", "Nieuwe Naam", "bureau", "Bureau", now)
    other = accounts.invite(desk.means, "kijker@swv.example", "Kijker", "lezer", "Bureau", now)
    with desk.means.database.write() as connection:
        for file in ("rules/vo/thuiszitters.yaml", "mail_templates/uitvraag.md"):
            keep_version(connection, file, "titel: oud\n", now, "Bureau")
    client, stored = desk.client("bureau"), _handed_in(desk, "eerder@school.example")
    seal = re.search(r'name="zegel" value="([0-9a-f]+)"', client.get(stored).text)
    assert seal is not None
    client.post(stored, data={"zegel": seal[1]})
    uploaded = _handed_in(desk, "nieuw@school.example")
    return {
        "/beheer/register/bestand/{batch}": uploaded,
        "/uitnodiging/{token}": mailed(desk, "/uitnodiging/", "nieuw@swv.example"),
        "/inloggen/{token}": accounts.login_pass(desk.means, other.id, now),
        "/mijn/{token}": mailed(desk, "/mijn/", reader),
    }


def _handed_in(desk: Desk, email: str) -> str:
    """The page on a list of contacts, that was handed in."""
    files = {"bestand": ("contacten.csv", f"email;naam\n{email};Nieuw Contact\n".encode())}
    return desk.client("bureau").post("/beheer/register/controleer", files=files).headers["location"]


def mailed(desk: Desk, place: str, email: str = "") -> str:
    """The path of such a link in the newest mail that has one, to that address where given."""
    with desk.means.database.read() as connection:
        found = [one for one in all_messages(connection) if one.raw is not None and email in ("", one.email)]
    for mail in reversed(found):
        text = desk.means.vault.open(mail.id, mail.raw or b"").decode().replace("=\r\n", "").replace("=3D", "=")
        if (link := re.search(rf"https?://[^/\s]+({place}[\w-]{{43}})", text)) is not None:
            return link[1]
    raise AssertionError(f"no mail with a link to {place}")
