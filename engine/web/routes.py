"""Routes, each with who may come there: one without an audience cannot be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from starlette.responses import Response

from engine.core.user import UserRole

if TYPE_CHECKING:
    from engine.web.visit import Visit

Audience = frozenset[UserRole] | None
# Without logging in: the personal link, the login page, /gezond.
EVERYONE: Audience = None
READERS: Audience = frozenset(("bureau", "consulent", "lezer"))
ACTORS: Audience = frozenset(("bureau", "consulent"))
BUREAU: Audience = frozenset(("bureau",))

FORM_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """A route: GET shows and changes nothing, POST acts. `limit` is the most bytes that a POST may bring.

    `bare`: what it returns has headers of its own (a mail in its frame), so that the site's CSP is left out.
    `broken`: where programs come instead of people, what they are told when something goes wrong; they may ask OPTIONS.
    """

    method: Literal["GET", "POST"]
    path: str
    show: Callable[[Visit], Response]
    audience: Audience
    limit: int = 0
    bare: bool = False
    broken: Callable[[Exception], Response] | None = None


def page(path: str, show: Callable[[Visit], Response], audience: Audience, *, bare: bool = False) -> Page:
    """A page to look at; GET and HEAD, which change nothing."""
    return Page("GET", path, show, audience, bare=bare)


def served(path: str, show: Callable[[Visit], Response], broken: Callable[[Exception], Response]) -> Page:
    """What programs fetch by a secret in its address: GET, HEAD and OPTIONS, for everyone."""
    return Page("GET", path, show, EVERYONE, broken=broken)


def action(path: str, act: Callable[[Visit], Response], audience: Audience, *, limit: int = FORM_BYTES) -> Page:
    """Something that a form does; POST."""
    return Page("POST", path, act, audience, limit=limit)
