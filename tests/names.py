"""A name server on loopback that knows what a test tells it: real questions and answers over UDP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

# (name, kind) -> records as a zone file writes them.
Zone = Mapping[tuple[str, str], list[str]]
GOOD: Zone = {
    ("swv.example", "MX"): ["10 mail.swv.example."],
    ("swv.example", "TXT"): ['"een ander record"', '"v=spf1 include:mail.example " "-all"'],
    ("selector1._domainkey.swv.example", "TXT"): ['"v=DKIM1; k=rsa; p=MIGf"'],
    ("_dmarc.swv.example", "TXT"): ['"v=DMARC1; p=quarantine"'],
}


@contextmanager
def a_name_server(zone: Zone, *, silent: bool = False) -> Iterator[int]:
    """Its port; names that are not in the zone do not exist. `silent`: it hears and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(0.05)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    asked, sender = line.recvfrom(4096)
                except TimeoutError:
                    continue
                if not silent:
                    line.sendto(_answer(asked, zone), sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield line.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def _answer(asked: bytes, zone: Zone) -> bytes:
    question = dns.message.from_wire(asked)
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.RA
    (wanted,) = question.question
    name, kind = wanted.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(wanted.rdtype)
    if (name, kind) in zone:
        answer.answer.append(dns.rrset.from_text(wanted.name, 60, "IN", kind, *zone[name, kind]))
    elif not any(known == name for known, _ in zone):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer.to_wire()
