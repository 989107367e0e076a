"""A mail as a colleague may see it: to read, but with nothing in it that answers in its reader's name."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from engine.core.letter import Rendered
from engine.core.link import PATH

PROOF = "Proef: "
LONGEST_SUBJECT = 60
HIDDEN = "…"

# A reader's own page, and any address with a piece that nobody could guess.
_SECRET = re.compile(rf"(https?://[^\s\"'<>]*?(?:{PATH}/|/(?=[A-Za-z0-9_~-]{{20,}})))[^\s\"'<>)\]]+")
_HREF = re.compile(r"""\s(?:href|action|formaction|ping|xlink:href)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_LINK = re.compile(r"""<a\s[^>]*?\bhref\s*=\s*["'](https?://[^"']+)["']""", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_BOX = (
    '<div style="margin:0 auto;max-width:568px;padding:12px 16px;background:#fff4ce;color:#3b2f00;'
    "font-family:'Segoe UI',Calibri,Arial,sans-serif;font-size:16px;line-height:24px\">"
)


def unusable(mail: Rendered) -> Rendered:
    """The same mail with every link dead, and what is secret in an address left out."""
    return replace(mail, html=_HREF.sub("", _SECRET.sub(_hidden, mail.html)), text=_SECRET.sub(_hidden, mail.text))


def as_proof(mail: Rendered, meant_for: str) -> Rendered:
    """The same mail as a proof for a colleague: it says so in its subject and above its text, and its links are dead.

    `meant_for` is the name and address of its reader.
    """
    plain = unusable(mail)
    told = f"Dit is een proef. Deze mail is bedoeld voor {' '.join(meant_for.split())}. De knoppen werken hier niet."
    box = f"{_BOX}<strong>Proef.</strong> {html.escape(told.removeprefix('Dit is een proef. '))}</div>"
    body = _BODY.search(plain.html)
    place = body.end() if body is not None else 0
    return Rendered(
        _shortened(PROOF + mail.subject),
        plain.html[:place] + box + plain.html[place:],
        f"PROEF\n\n{told}\n\n{'-' * 40}\n\n{plain.text}",
    )


def links_of(mail: Rendered) -> tuple[str, ...]:
    """The web addresses behind its buttons and links, each once, in order."""
    return tuple(dict.fromkeys(html.unescape(found) for found in _LINK.findall(mail.html)))


def _hidden(found: re.Match[str]) -> str:
    return found[1] + HIDDEN


def _shortened(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1].rstrip() + "…"
