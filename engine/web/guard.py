"""What stands before every page: headers, where a form came from, how much it may bring."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


class TooLarge(Exception):
    """A form that brings more than its page takes."""


def comes_from_here(request: Request, address: str) -> bool:
    """True when a form was sent by a page of this site.

    `address` is the site's own as config names it. A page without referrer sends `Origin: null`, which counts only
    with the browser's word that it comes from the same site (Fetch Metadata).
    """
    headers = request.headers
    origin = headers.get("origin")
    if origin in (None, "null"):
        return headers.get("sec-fetch-site") == "same-origin"
    return origin in _own(headers, request.url.scheme, address)


def _own(headers: Headers, scheme: str, address: str) -> set[str]:
    own = {f"{scheme}://{headers.get('host', '')}"}
    parts = urlsplit(address)
    if parts.netloc and parts.netloc == headers.get("host"):
        own.add(f"{parts.scheme}://{parts.netloc}")
    return own


def headers_of(*, secure: bool, personal: bool, bare: bool) -> dict[str, str]:
    """The headers of every answer. `personal`: its address is a secret, so that no other site may hear of it."""
    headers = dict(ALWAYS)
    headers["Referrer-Policy"] = "no-referrer" if personal else "same-origin"
    if not bare:
        headers["Content-Security-Policy"] = CSP
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers
