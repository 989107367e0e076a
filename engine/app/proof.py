"""A proof of a mail to a colleague's own address: it tells nobody anything, counts for nothing and leaves at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.wording import fixed, new_message_id
from engine.core.letter import PROOF, Letter, Rendered
from engine.core.localtime import local_date
from engine.core.party import SWV
from engine.core.ports import RenderError
from engine.core.problem import Refused
from engine.core.roles import BUREAU
from engine.core.shown_mail import as_proof
from engine.store.messages import add_message, change_message


def send_proof(
    connection: Connection, contact: int, mail: Rendered, name: str, email: str, means: Means, now: datetime
) -> int:
    """Makes a copy of a mail to `contact` ready for the colleague with that name and address; returns its number.

    Raises Refused.
    """
    register = means.register(connection)
    reader = register.contacts[contact]
    known = [one.id for one in register.contacts.values() if one.email.casefold() == email.casefold()]
    holder = (*known, *register.along_chain(BUREAU, SWV, local_date(now)), contact)[0]
    marked = as_proof(mail, f"{reader.name} ({reader.email})")
    settings, today = means.settings, local_date(now)
    letter = Letter(name, email, "", (), settings.name, settings.mailbox, settings.name, settings.phone, today)
    message_id = new_message_id(means)
    try:
        raw = means.writer.write(marked, letter, message_id, now, "")
    except RenderError as error:
        raise Refused(f"De proefmail kan niet worden gemaakt: {error.message}") from error
    number = add_message(connection, contact=holder, email=email, kind=PROOF, state="queued", now=now)
    words = fixed(number, marked.subject, message_id, raw, means, now)
    change_message(connection, number, ["queued"], next_attempt=now, **words)
    return number
