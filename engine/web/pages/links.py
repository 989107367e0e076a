"""The personal links of a contact: the bureau ends them when a mail came into the wrong hands."""

from __future__ import annotations

from starlette.responses import Response

from engine.app.undoable import links_fixed
from engine.core.dutch import counted
from engine.core.localtime import from_ms, to_ms
from engine.core.problem import Refused
from engine.store.acts import Act, record_act
from engine.store.links import restore_links, revoke_links
from engine.web.routes import BUREAU, action
from engine.web.visit import NotFound, TakingBack, Visit

KIND = "links"


def revoke(visit: Visit) -> Response:
    """Ends every link that was mailed to the contact until now."""
    number = int(visit.path["contact"])
    with visit.means.database.write() as connection:
        who = visit.means.register(connection).contacts.get(number)
        if who is None:
            raise NotFound
        count = revoke_links(connection, number, visit.now)
        if not count:
            raise Refused(f"{who.name} heeft geen link die nog werkt.")
        words = counted(count, "persoonlijke link", "persoonlijke links")
        text = f"{words} van {who.name} ingetrokken. De volgende mail heeft een nieuwe link."
        undo = {"contact": number, "at": to_ms(visit.now)}
        act = record_act(connection, Act(visit.now, visit.who.name, KIND, text, (f"contact:{number}",), undo))
    return visit.done(act, f"/contacten/{number}")


def restore(_visit: Visit, taking: TakingBack) -> None:
    """Lets the links that this act ended work again."""
    ended = taking.act.undo
    restore_links(taking.connection, ended["contact"], from_ms(ended["at"]))


UNDO = {KIND: restore}
FIXED = {KIND: links_fixed}
ROUTES = (action("/contacten/{contact:int}/links", revoke, BUREAU),)
