"""Asks the domain name system, patiently for a few seconds and no longer."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.resolver

# Seconds for one question, over all servers and tries.
PATIENCE = 3.0


class NoAnswer(Exception):
    """No name server answered: there is no network, or the server is in trouble. Nothing is known of the name."""


class DomainNames:
    """The name servers of this machine, or those given (addresses, with one port)."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53, patience: float = PATIENCE) -> None:
        self._servers = tuple(servers)
        self._port = port
        self._patience = patience
        self._resolver: dns.resolver.Resolver | None = None

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, each as one text; empty where there are none. Raises NoAnswer."""
        records = self._ask(name, "TXT")
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in records)

    def takes_mail(self, domain: str) -> bool:
        """False when mail to the domain has nowhere to go (RFC 5321 5.1, RFC 7505); raises NoAnswer."""
        servers = self._ask(domain, "MX")
        if servers:
            return any(str(record.exchange) != "." for record in servers)
        return bool(self._ask(domain, "A") or self._ask(domain, "AAAA"))

    def _ask(self, name: str, kind: str) -> Sequence:  # type: ignore[type-arg]  # records of that kind
        try:
            if self._resolver is None:
                self._resolver = self._made()
            answer = self._resolver.resolve(name, kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(str(error)) from error
        return tuple(answer.rrset or ())

    def _made(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = list(self._servers)
            resolver.port = self._port
        resolver.lifetime = self._patience
        resolver.timeout = self._patience
        return resolver
