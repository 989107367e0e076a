"""Whose fault a failed conversation with the relay is, and how that is told (RFC 5321 4.2, 4.2.4.2)."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from enum import Enum, auto

import aiosmtplib

from engine.core.ports import DeliveryError, Verdict

LONGEST_REPLY = 200


class Phase(Enum):
    """How far the conversation was. `BODY` ends, and `ANSWER` begins, when the final dot is written."""

    CONNECT = auto()
    HELLO = auto()
    LOGIN = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    BODY = auto()
    ANSWER = auto()


class NoAnswer(Enum):
    """Why there is no answer to go by."""

    LOST = auto()
    SILENT = auto()
    GARBLED = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """A refusal: a code from 400 to 599 and the server's own words."""

    code: int
    text: str


Fault = Reply | NoAnswer


class Failure(Exception):
    """A conversation that stopped: in which phase, and how."""

    def __init__(self, phase: Phase, fault: Fault) -> None:
        self.phase = phase
        self.fault = fault
        super().__init__(phase, fault)

    @property
    def line_is_dead(self) -> bool:
        """True when the server ended the line, or no longer speaks: nothing is said about the message."""
        match self.fault:
            case Reply(code, _):
                return code == 421
            case fault:
                return fault in {NoAnswer.LOST, NoAnswer.SILENT}


# Per phase: the verdict on 5xx, on 4xx, and where there is no answer that can be read.
VERDICTS: dict[Phase, tuple[Verdict, Verdict, Verdict]] = {
    Phase.CONNECT: ("relay", "relay", "relay"),
    Phase.HELLO: ("relay", "relay", "relay"),
    Phase.LOGIN: ("config", "relay", "relay"),
    Phase.MAIL: ("relay", "later", "later"),
    Phase.RCPT: ("never", "later", "later"),
    Phase.DATA: ("never", "later", "later"),
    Phase.BODY: ("never", "later", "later"),
    Phase.ANSWER: ("never", "later", "unknown"),
}
# RFC 4954 6: any command may be answered so where the session lacks a login; no word about the recipient.
LOGIN_WANTED = frozenset({530, 535})


def verdict_of(phase: Phase, fault: Fault) -> Verdict:
    """The only retry signal for a conversation that stopped there."""
    permanent, transient, unclear = VERDICTS[phase]
    match fault:
        case Reply(421, _):
            return "relay"
        case Reply(code, _) if code in LOGIN_WANTED and phase in {Phase.MAIL, Phase.RCPT, Phase.DATA}:
            return "config"
        case Reply(code, _):
            return permanent if code >= 500 else transient
        case _:
            return unclear


def fault_of(error: Exception) -> Fault:
    """What aiosmtplib, or the socket under it, met."""
    match error:
        case aiosmtplib.SMTPResponseException():
            return fault_of_reply(error.code, error.message)
        case TimeoutError():
            return NoAnswer.SILENT
        case _:
            return NoAnswer.LOST


def fault_of_reply(code: int, text: str) -> Fault:
    """A refusal, or garbled when the code is none that refuses."""
    return Reply(code, text) if 400 <= code <= 599 else NoAnswer.GARBLED


def told(failure: Failure, where: str) -> DeliveryError:
    """The failure as the bureau reads it; `where` is host:port."""
    verdict = verdict_of(failure.phase, failure.fault)
    match failure.fault:
        case Reply(code, text):
            did, remedy = _refused(failure.phase, verdict, code)
            words = f"De mailserver {where} {did} ({_quoted(code, text)}). {remedy}"
            return DeliveryError(verdict, words, refused=verdict == "never")
        case NoAnswer() as fault:
            return DeliveryError(verdict, _unanswered(failure.phase, fault, where))


def told_no_connection(error: Exception, where: str) -> DeliveryError:
    """A relay that could not be reached, or with which no safe line could be made, as the bureau reads it."""
    cause = error.__cause__ or error
    match cause:
        case ssl.SSLCertVerificationError():
            return DeliveryError(
                "config",
                f"Het certificaat van de mailserver {where} klopt niet ({cause.verify_message}). Controleer [smtp] "
                "host in config.toml. Heeft uw organisatie eigen certificaten, zet dan SSL_CERT_FILE.",
            )
        case ssl.SSLEOFError() | TimeoutError() | aiosmtplib.SMTPServerDisconnected():
            return told(Failure(Phase.CONNECT, fault_of(cause)), where)
        case ssl.SSLError():
            return DeliveryError(
                "config",
                f"De mailserver {where} praat niet de beveiligde taal die is gevraagd ({cause.reason}). "
                "Controleer [smtp] tls en port in config.toml.",
            )
        case OSError():
            return DeliveryError(
                "relay",
                f"De mailserver {where} is niet bereikbaar ({cause.strerror or cause}). "
                "Controleer [smtp] host en port in config.toml.",
            )
        case _:
            return DeliveryError(
                "config",
                f"Met {where} kan ik geen verbinding maken: dit is geen geldig adres van een mailserver. "
                "Controleer [smtp] host en port in config.toml.",
            )


def told_no_starttls(where: str) -> DeliveryError:
    """A relay without the encryption that was asked."""
    return DeliveryError(
        "config",
        f"De mailserver {where} biedt geen STARTTLS aan. Zonder versleuteling gaat er geen mail weg. "
        "Controleer [smtp] tls en port in config.toml.",
    )


def told_no_login(where: str) -> DeliveryError:
    """A relay at which one cannot log in the way we can."""
    return DeliveryError(
        "config",
        f"Bij de mailserver {where} kan het programma zich niet aanmelden: de server biedt dat niet aan. "
        "Controleer [smtp] port, tls en user in config.toml.",
    )


def _refused(phase: Phase, verdict: Verdict, code: int) -> tuple[str, str]:
    """What the server did, and what to do about it."""
    match verdict, phase:
        case "config", _:
            did = "weigert het aanmelden" if phase is Phase.LOGIN else "wil dat het programma zich aanmeldt"
            remedy = "Controleer [smtp] user en tls in config.toml en het wachtwoord in JAARPLANNING_SMTP_WACHTWOORD."
        case "relay", Phase.MAIL if code >= 500:
            did = "weigert de afzender"
            remedy = "Controleer [swv] postbus en [smtp] user in config.toml, of vraag het uw mailbeheerder."
        case "relay", _:
            did = "neemt nu geen mail aan"
            remedy = "Het programma probeert het later opnieuw. Blijft dit zo, vraag het dan uw mailbeheerder."
        case "never", Phase.RCPT:
            did = "weigert het adres van de ontvanger"
            remedy = "Controleer het e-mailadres in het register."
        case "never", _:
            did = "weigert dit bericht"
            remedy = "Controleer het e-mailadres in het register. Klopt het, vraag het dan uw mailbeheerder."
        case _:
            did = "neemt dit bericht nu niet aan"
            remedy = "Het programma probeert het later opnieuw."
    return did, remedy


def _unanswered(phase: Phase, fault: NoAnswer, where: str) -> str:
    what = {
        NoAnswer.LOST: f"De verbinding met de mailserver {where} brak af",
        NoAnswer.SILENT: f"De mailserver {where} antwoordt niet",
        NoAnswer.GARBLED: f"De mailserver {where} geeft een antwoord dat het programma niet begrijpt",
    }[fault]
    if phase is Phase.ANSWER:
        return (
            f"{what}. Het bericht was al overgedragen en is misschien aangekomen. "
            "Vraag het de ontvanger voordat u het opnieuw verstuurt."
        )
    if VERDICTS[phase][2] == "relay":
        return f"{what}. Controleer [smtp] host, port en tls in config.toml, of vraag het uw mailbeheerder."
    return f"{what}. Het bericht was nog niet overgedragen. Het programma probeert het later opnieuw."


def _quoted(code: int, text: str) -> str:
    """The server's words on one line: no control characters, and no path of a link, for that may be a personal one."""
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    words = "".join(letter if letter.isprintable() else " " for letter in clean).split()
    line = re.sub(r"(https?://[^/\s]+)/\S+", r"\1/…", " ".join(words))
    return f"{code} {line}".strip() if len(line) <= LONGEST_REPLY else f"{code} {line[:LONGEST_REPLY]}…"
