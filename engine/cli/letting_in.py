"""The links in the terminal that let the first user in, and whoever looks at the demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from engine.app import accounts
from engine.app.demo import made_up_user
from engine.app.means import Means

# Where `run` serves the pages unless it is told otherwise. Loopback: who wants the pages on the network says so, and
# puts a proxy with TLS before them.
HOST, PORT = "127.0.0.1", 8080
LOCAL = f"http://localhost:{PORT}"


def first_user_told(means: Means, local: str, now: datetime) -> Iterator[str]:
    """Lines with the link of the first user, when there is none yet; `local` is the site's address on this machine."""
    path = accounts.first_pass(means, now)
    if path is None:
        return
    hours = int(accounts.WORKS_FOR["first"].total_seconds()) // 3600
    yield "Er is nog geen gebruiker. Open deze link en maak de eerste, van het bureau:"
    for address in dict.fromkeys(filter(None, (means.settings.link_address, local.rstrip("/")))):
        yield f"  {address}{path}"
    yield f"De link werkt één keer, en {hours} uur. Bij de volgende start krijgt u een nieuwe."


def let_in_told(means: Means, email: str, now: datetime) -> Iterator[str]:
    """Lines with a link by which this user chooses another password: for who is locked out. Raises Refused."""
    address = (means.settings.link_address or LOCAL) + accounts.password_pass(means, email, now)
    hours = int(accounts.WORKS_FOR["reset"].total_seconds()) // 3600
    yield f"Met deze link kiest {email} een nieuw wachtwoord:"
    yield f"  {address}"
    yield f"De link werkt één keer, en {hours} uur."


def demo_link(means: Means, local: str, now: datetime) -> str:
    """A link that logs in once as the bureau of the demo."""
    with means.database.write() as connection:
        user = made_up_user(connection, "bureau", now)
    return local.rstrip("/") + accounts.login_pass(means, user.id, now)
