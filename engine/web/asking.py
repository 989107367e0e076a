"""The one question before something is done: whether so much mail is meant."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from engine.core.guest_news import GuestNews
from engine.web.visit import Visit

ASKED_ABOVE = 25


def is_sure(visit: Visit) -> bool:
    """True when the form says that this was asked and answered with yes."""
    return visit.form.text("zeker") == "ja"


def is_many(visit: Visit, mails: int) -> bool:
    """True when so many mails are asked about first, and the form does not say that it is sure."""
    return mails > ASKED_ABOVE and not is_sure(visit)


def ask_first(
    visit: Visit,
    question: str,
    said: str,
    yes: str,
    back: str,
    news: Sequence[GuestNews] = (),
    *,
    kept: bool = False,
) -> Response:
    """The page that asks, and posts the same form again; `yes` stands on its button, `back` is where no leads.

    `news` is what guests of gesprekken will hear. `kept`: `back` is the form with what was filled in, so no leads
    there and not to the page that the form names.
    """
    to = back if kept else visit.form.text("terug") or back
    return visit.render("confirm.html", question=question, said=said, yes=yes, back=to, news=news)
