"""A rendered letter as the bytes of one message, the same for the same arguments."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from engine.core.appointment import Invite
from engine.core.letter import Letter, Rendered
from engine.core.localtime import local
from engine.core.ports import RenderError

_POLICY = SMTP.clone(cte_type="7bit")
_FILE = "invite.ics"
_BREAK = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029\x00]")


class MailWriter:
    """The Writer port: RFC 5322 with CRLF, ASCII only, text and html as alternatives."""

    def write(
        self,
        rendered: Rendered,
        letter: Letter,
        message_id: str,
        at: datetime,
        thread: str,
        invite: Invite | None = None,
    ) -> bytes:
        """`message_id` and `thread` stand between angle brackets; raises RenderError on a value no header may hold.

        An invite is the last of the alternatives, where Outlook looks for it, and once more a file.
        """
        message = EmailMessage(policy=_POLICY)
        mailbox = _address("de afzender", letter.swv, letter.mailbox)
        message["From"] = mailbox
        message["To"] = _address("de ontvanger", letter.to_name, letter.to_email)
        message["Reply-To"] = mailbox
        message["Subject"] = _header("Het onderwerp", rendered.subject)
        message["Date"] = local(at)
        message["Message-ID"] = _header("Het Message-ID", message_id)
        if thread:
            message["In-Reply-To"] = _header("Het vorige Message-ID", thread)
            message["References"] = thread
        if invite is None:  # Outlook answers no invitation that a program sent
            message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5
        message["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # Exchange: MS-OXCMAIL 2.2.3.2.14
        message.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
        if invite is not None:
            _enclose(message, invite)
        message["Content-Language"] = "nl"  # after the parts, else it moves into the first
        boundary = hashlib.sha256(message_id.encode()).hexdigest()[:40]
        for depth, part in enumerate(part for part in message.walk() if part.is_multipart()):
            part.set_boundary(f"=_{depth}_{boundary}" if depth else f"=_{boundary}")
        return message.as_bytes()


def _enclose(message: EmailMessage, invite: Invite) -> None:
    """As bytes, in base64: as text it would lose its CRLF."""
    parameters = {"charset": "UTF-8", "method": invite.method}
    message.add_alternative(invite.calendar, maintype="text", subtype="calendar", cte="base64", params=parameters)
    message.add_attachment(
        invite.calendar, maintype="application", subtype="ics", filename=_FILE, params={"name": _FILE}
    )


def parts_of(raw: bytes) -> Rendered:
    """Subject, html and text of a message; a part that it lacks is empty."""
    message = message_from_bytes(raw, policy=_POLICY)
    parts = {}
    for kind in ("html", "plain"):
        body = message.get_body((kind,))
        parts[kind] = str(body.get_content()).replace("\r\n", "\n") if body is not None else ""
    return Rendered(str(message["Subject"] or ""), parts["html"], parts["plain"])


def _address(whose: str, name: str, email: str) -> Address:
    _header(f"De naam van {whose}", name)
    _header(f"Het adres van {whose}", email)
    try:
        address = Address(display_name=" ".join(name.split()), addr_spec=email)
    except (ValueError, IndexError, HeaderParseError):
        address = Address()
    if not (address.username and address.domain and email.isascii()):
        raise RenderError("bericht", f"Het adres van {whose} ({email}) klopt niet.")
    return address


def _header(what: str, value: str) -> str:
    if _BREAK.search(value):
        raise RenderError("bericht", f"{what} bevat een regeleinde.")
    return value
