"""doctor on the ways of mail: the relay, the mailbox for what comes in, the domain of the sender."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.app.doctor import Look
from engine.core.finding import Finding, fine, note, trouble
from engine.core.ports import DeliveryError, MailroomError
from engine.core.sender_domain import look_at_dkim, look_at_dmarc, look_at_spf
from engine.core.settings import Settings


class OutOfReach(Exception):
    """Raised by what asks the outside when there is no network or nobody answers: nothing is known."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What is asked of the network.

    `knock` talks to the relay, None where there is none, and raises DeliveryError; `texts` gives the TXT records of
    a name and `takes_mail` whether mail to a domain has anywhere to go. `mailroom` logs in to the mailbox, None where
    there is none; False when its folder for what was understood is still to be made; it raises MailroomError. Each
    raises OutOfReach.
    """

    knock: Callable[[], None] | None
    texts: Callable[[str], Sequence[str]]
    takes_mail: Callable[[str], bool]
    mailroom: Callable[[], bool] | None = None


def of_mail(settings: Settings, outside: Outside, *, trial: bool) -> list[tuple[str, Look]]:
    """The looks at the relay and at the sender's domain; while mail goes to a folder they only advise."""
    if trial or settings.mail_folder:
        return [
            *of_destination(settings, trial=trial),
            ("mailserver", lambda: _advice(_relay(settings, outside)) if _can_log_in(settings) else ()),
            ("postbus", lambda: _advice(_mailroom(settings, outside))),
            ("domein", lambda: _domain(settings, outside, advice=True)),
        ]
    return [
        *of_destination(settings, trial=trial),
        ("mailserver", lambda: _relay(settings, outside)),
        ("postbus", lambda: _mailroom(settings, outside)),
        ("domein", lambda: _domain(settings, outside, advice=False)),
    ]


def of_destination(settings: Settings, *, trial: bool) -> list[tuple[str, Look]]:
    """The look at where mail goes, without asking the network: nothing to tell when it goes to whom it is for."""
    return [("mailserver", lambda: _destination(settings, trial=trial))]


def _mailroom(settings: Settings, outside: Outside) -> Iterator[Finding]:
    room = settings.mailroom
    if room is None or outside.mailroom is None:
        yield note(
            "Er is geen postbus ingesteld om te lezen. Antwoorden op uitnodigingen en meldingen over mail die later "
            "onbestelbaar blijkt, leest het programma dan niet.",
            "Vul [imap] in config.toml in.",
        )
        return
    where = f"{room.host}:{room.port}"
    try:
        ready = outside.mailroom()
    except OutOfReach as error:
        yield note(f"Er is geen netwerk. De postbus op {where} is niet geprobeerd ({error}).")
        return
    except MailroomError as error:
        yield trouble(error.message, error.hint)
        return
    there = f"De map '{room.done}' is er" if ready else f"De map '{room.done}' maakt het programma zelf"
    yield fine(f"De postbus op {where} is te lezen. {there}.")


def _destination(settings: Settings, *, trial: bool) -> Iterator[Finding]:
    if trial:
        yield note("Mail komt als bestand in een map, omdat dit een proef is. Er wordt niets verstuurd.")
    elif settings.mail_folder:
        yield note(
            f"Mail komt als bestand in een map, omdat [mail] map in config.toml op '{settings.mail_folder}' staat. "
            "Er wordt niets verstuurd.",
            "Gaat het om een echte jaarplanning? Haal [mail] map uit config.toml, en start het programma opnieuw.",
        )
    elif settings.redirect:
        yield note(
            f"Alle mail gaat naar {settings.redirect}, omdat dat in config.toml bij [mail] omleiden staat. Scholen "
            "krijgen niets, maar het programma telt de mail als verstuurd.",
            "Bent u klaar met proberen? Haal [mail] omleiden uit config.toml, en start het programma opnieuw.",
        )


def _can_log_in(settings: Settings) -> bool:
    """False while the password is still to come."""
    return settings.relay is None or not settings.relay.user or bool(settings.relay.password)


def _relay(settings: Settings, outside: Outside) -> Iterator[Finding]:
    relay = settings.relay
    if relay is None or outside.knock is None:
        yield trouble("Er is nog geen mailserver ingesteld.", "Vul [smtp] host in config.toml in.")
        return
    where = f"{relay.host}:{relay.port}"
    if not _can_log_in(settings):
        yield trouble(
            f"Voor {relay.user} is er geen wachtwoord van de mailserver.",
            "Zet het in de omgeving als JAARPLANNING_SMTP_WACHTWOORD, ook voor het programma dat blijft draaien.",
        )
        return
    try:
        outside.knock()
    except OutOfReach as error:
        yield note(f"Er is geen netwerk. De mailserver {where} is niet geprobeerd ({error}).")
        return
    except DeliveryError as error:
        message, stop, remedy = error.message.partition(" Controleer ")
        yield trouble(message, f"Controleer {remedy}" if stop else "Vraag het uw mailbeheerder.")
        return
    if relay.tls == "geen" and relay.host not in ("localhost", "127.0.0.1", "::1"):
        yield note(
            f"De verbinding met {where} is niet versleuteld.", 'Kies [smtp] tls = "starttls" of "tls" in config.toml.'
        )
    logged_in = f" {relay.user} kan zich aanmelden." if relay.user else ""
    yield fine(f"De mailserver {where} antwoordt.{logged_in} Er is niets verstuurd.")


def _domain(settings: Settings, outside: Outside, *, advice: bool) -> Iterable[Finding]:
    domain = settings.mailbox.rpartition("@")[2].encode("idna").decode("ascii").casefold()

    def look() -> Iterator[Finding]:
        try:
            if not outside.takes_mail(domain):
                yield trouble(
                    f"Het domein {domain} neemt geen mail aan. Antwoorden komen niet binnen, en meldingen over mail "
                    "die niet is bezorgd ook niet.",
                    "Controleer [swv] postbus in config.toml.",
                )
            yield from look_at_spf(domain, outside.texts)
            yield from look_at_dkim(domain, outside.texts)
            yield from look_at_dmarc(domain, outside.texts)
        except OutOfReach:
            yield note(f"Over {domain} is niets bekend: er is geen netwerk, of de naamserver antwoordt niet.")

    return _advice(look()) if advice else look()


def _advice(found: Iterable[Finding]) -> Iterator[Finding]:
    """The same, with nothing in it that must be mended now."""
    for finding in found:
        yield note(finding.message, finding.hint) if finding.grade == "problem" else finding
