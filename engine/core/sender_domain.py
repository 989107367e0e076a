"""Whether receivers can believe mail from a domain: its SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from engine.core.dutch import listed
from engine.core.finding import Finding, fine, note, trouble

# The TXT records of a name, empty where there are none.
Texts = Callable[[str], Sequence[str]]
# Names under which mail systems keep their key; there is no way to ask for all of them.
SELECTORS = (
    "selector1",
    "selector2",
    "default",
    "google",
    "mail",
    "dkim",
    "k1",
    "k2",
    "s1",
    "s2",
    "smtp",
    "mandrill",
    "mxvault",
    "zivver",
    "transip",
)
ASK = "Vraag het uw mailbeheerder."


def look_at_spf(domain: str, texts: Texts) -> Iterator[Finding]:
    """The one record that says which servers may send for the domain."""
    found = [text for text in texts(domain) if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]
    if not found:
        yield note(
            f"SPF: {domain} heeft geen SPF-record. Ontvangers kunnen uw mail weigeren of als spam zien.",
            f"Laat uw mailbeheerder een TXT-record 'v=spf1 …' maken voor {domain}.",
        )
    elif len(found) > 1:
        yield trouble(
            f"SPF: {domain} heeft {len(found)} SPF-records. Ontvangers keuren ze dan allemaal af.",
            "Laat uw mailbeheerder er één van maken.",
        )
    else:
        yield _spf_end(domain, found[0].casefold().split())


def look_at_dkim(domain: str, texts: Texts) -> Iterator[Finding]:
    """The keys found under well-known names; that none was found proves nothing."""
    keys = {}
    for selector in SELECTORS:
        for text in texts(f"{selector}._domainkey.{domain}"):
            tags = _tags(text)
            if "p" in tags and tags.get("v", "dkim1").casefold() == "dkim1":
                keys[selector] = tags["p"]
    good = [selector for selector, key in keys.items() if key]
    if good:
        yield fine(f"DKIM: {domain} heeft een sleutel ({listed(good)}).")
    elif keys:
        yield note(f"DKIM: de sleutel van {domain} ({listed(list(keys))}) is ingetrokken.", ASK)
    else:
        yield note(
            f"DKIM: bij {domain} vond ik geen sleutel onder de {len(SELECTORS)} gebruikelijke namen. "
            "Er kan er wel een zijn onder een andere naam.",
            "Vraag uw mailbeheerder of uw mail met DKIM ondertekend wordt.",
        )


def look_at_dmarc(domain: str, texts: Texts) -> Iterator[Finding]:
    """The policy for mail that fails SPF and DKIM: the domain's own, else that of a domain above it."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        at = ".".join(labels[start:])
        found = [text for text in texts(f"_dmarc.{at}") if re.match(r"v=dmarc1\s*(;|$)", text, re.IGNORECASE)]
        if len(found) > 1:
            yield trouble(f"DMARC: {at} heeft {len(found)} DMARC-records. Ontvangers slaan ze over.", ASK)
            return
        if found:
            policy = _tags(found[0]).get("p", "").casefold()
            if policy in ("none", "quarantine", "reject"):
                yield fine(f"DMARC: het beleid van {at} is '{policy}'.")
            else:
                yield trouble(f"DMARC: in het record van {at} ontbreekt een geldig beleid (p=).", ASK)
            return
    yield note(
        f"DMARC: {domain} heeft geen DMARC-record. Grote mailbedrijven vragen daarom.",
        f"Laat uw mailbeheerder een TXT-record '_dmarc.{domain}' maken, bijvoorbeeld 'v=DMARC1; p=none'.",
    )


def _spf_end(domain: str, terms: Sequence[str]) -> Finding:
    ends = [term for term in terms if term in ("all", "+all", "?all", "~all", "-all")]
    if ends and ends[0] in ("all", "+all"):
        return trouble(
            f"SPF: het record van {domain} laat iedereen mail sturen namens u ({ends[0]}).",
            "Laat uw mailbeheerder er '~all' of '-all' van maken.",
        )
    if not ends and any(term.startswith("redirect=") for term in terms):
        return fine(f"SPF: {domain} verwijst naar het SPF-record van een ander domein.")
    if not ends or ends[0] == "?all":
        return note(
            f"SPF: het record van {domain} zegt niet wat er met andere afzenders moet gebeuren.",
            "Laat uw mailbeheerder het laten eindigen op '~all' of '-all'.",
        )
    return fine(f"SPF: {domain} heeft een SPF-record. Of uw mailserver erin staat, weet uw mailbeheerder.")


def _tags(text: str) -> dict[str, str]:
    """The `tag=value` pairs of a record (RFC 6376 3.2)."""
    parts = (part.partition("=") for part in text.split(";"))
    return {name.strip().casefold(): re.sub(r"\s", "", value) for name, sign, value in parts if sign}
