"""The keys of config.toml: which there are, what may stand there, and what is said when it does not fit."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from engine.core.dutch import listed
from engine.core.problem import suggestion

Key = tuple[str | int, ...]

NAME = re.compile(r"[a-z0-9-]+")
# Hosts to which a line leaves this machine nowhere.
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
# Between these the clock may be put on or back, so a time there comes twice or never.
NIGHT = (time(1), time(4))


def meant(word: str, known: Iterable[str]) -> str:
    """`, bedoelde u ...?` to put behind what was found, else empty."""
    close = suggestion(word, known)
    return f", bedoelde u `{close}`?" if close else ""


def meant_by(table: object, known: Iterable[str]) -> set[str]:
    """The known keys that unknown keys of a table were probably meant to be."""
    keys = set(table) if isinstance(table, dict) else set()
    return {suggestion(key, known) for key in keys - set(known)} - keys


def shown(value: object) -> str:
    """A value as a message quotes it: on one line, and cut when long."""
    line = " ".join(str(value).split())
    line = "".join(sign if sign.isprintable() else "?" for sign in line)
    return f"`{line[:40]}…`" if len(line) > 40 else f"`{line}`"


def _wrong(message: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("dutch", "{message}", {"message": message, "hint": hint})


def _line(value: str) -> str:
    text = value.strip()
    if not text:
        raise _wrong("hier staat niets", "Vul een waarde in of haal de regel weg.")
    if not text.isprintable():
        raise _wrong("hier staat een regeleinde of een onzichtbaar teken", "Schrijf de waarde op één regel.")
    return text


def _address(value: str) -> str:
    try:
        found = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise _wrong(f"{shown(value)} is geen e-mailadres", "Schrijf bijvoorbeeld planning@voorbeeld.nl.") from None
    return found.normalized


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise _wrong(f"{shown(value)} is geen webadres", "Begin met https:// of http://.")
    return value.rstrip("/")


def _host(value: str) -> str:
    if re.search(r"[\s/@:]", value):
        raise _wrong(f"{shown(value)} is geen naam van een server", "Schrijf bijvoorbeeld smtp.voorbeeld.nl.")
    return value


def _clock(value: object) -> time:
    if isinstance(value, str) and re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", value.strip()):
        hours, minutes = value.strip().split(":")
        value = time(int(hours), int(minutes))
    if not isinstance(value, time):
        raise _wrong(f"{shown(value)} is geen tijd", 'Schrijf de tijd als "08:30".')
    if NIGHT[0] <= value <= NIGHT[1]:
        raise _wrong(
            "een tijd tussen 01:00 en 04:00 kan niet", "In die uren verspringt de klok. Kies een tijd overdag."
        )
    return value


def _day(value: object) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    elif isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise _wrong(f"{shown(value)} is geen datum", "Schrijf de datum als 2026-08-01.")


def _known_role(value: str, info: ValidationInfo) -> str:
    roles = info.context
    if isinstance(roles, frozenset) and value not in roles:
        message = f"de rol {shown(value)} ken ik niet{meant(value, roles)}"
        raise _wrong(message, "Kies een rol uit de lijst, of voeg hem toe met een eigen tabel [rollen.NAAM].")
    return value


def _role_name(value: str) -> str:
    if not NAME.fullmatch(value):
        message = f"de naam {shown(value)} kan niet voor een rol"
        raise _wrong(message, "Gebruik alleen kleine letters, cijfers en `-`.")
    return value


Line = Annotated[str, AfterValidator(_line)]
Address = Annotated[Line, AfterValidator(_address)]
Url = Annotated[Line, AfterValidator(_url)]
Host = Annotated[Line, AfterValidator(_host)]
Clock = Annotated[time, BeforeValidator(_clock)]
Role = Annotated[str, AfterValidator(_known_role)]
RoleName = Annotated[str, AfterValidator(_role_name)]
OpenOrClosed = Literal["vrij", "open"]


class Table(BaseModel):
    """A table of which all keys are known; TOML gives types, so nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SwvTable(Table):
    """Who the office is."""

    naam: Line
    code: Line
    sector: Literal["vo", "po"]
    regio: Literal["noord", "midden", "zuid"]
    postbus: Address
    regels: Line | None = None
    telefoon: Line = ""
    start: Annotated[date, BeforeValidator(_day)] | None = None


class MailTable(Table):
    """When mail leaves, and who lets it go."""

    vanaf: Clock = time(8, 30)
    tot: Annotated[Clock, Field(validate_default=True)] = time(17, 0)
    vrijgeven: Literal["altijd", "regel", "nooit"] = "regel"
    omleiden: Address = ""
    map: Line = ""

    @field_validator("tot")
    @classmethod
    def _after_vanaf(cls, tot: time, info: ValidationInfo) -> time:
        vanaf = info.data.get("vanaf")
        if vanaf is not None and vanaf >= tot:
            message = f"`vanaf` ({vanaf:%H:%M}) moet vóór `tot` ({tot:%H:%M}) liggen"
            raise _wrong(message, "Kies een vroeger `vanaf` of een later `tot`.")
        return tot


class SmtpTable(Table):
    """Where mail is handed over."""

    host: Host
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["starttls", "tls", "geen"] = "starttls"
    user: Line = ""


class ImapTable(Table):
    """Where mail that comes in is read."""

    host: Host
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["tls", "starttls", "geen"] = "tls"
    user: Line
    map: Line = "INBOX"
    verwerkt: Annotated[Line, Field(validate_default=True)] = "Verwerkt"

    @field_validator("tls")
    @classmethod
    def _private(cls, tls: str, info: ValidationInfo) -> str:
        if tls == "geen" and info.data.get("host") not in (None, *THIS_MACHINE):
            message = "zonder versleuteling lezen anderen het wachtwoord van de postbus mee"
            raise _wrong(message, 'Kies "tls" of "starttls". "geen" kan alleen op deze computer zelf.')
        return tls

    @field_validator("verwerkt")
    @classmethod
    def _elsewhere(cls, verwerkt: str, info: ValidationInfo) -> str:
        if verwerkt.casefold() == str(info.data.get("map", "")).casefold():
            raise _wrong("`verwerkt` is dezelfde map als `map`", "Kies een andere map voor wat verwerkt is.")
        return verwerkt


class KalenderTable(Table):
    """Which doubtful days are days off."""

    goede_vrijdag: OpenOrClosed = "vrij"
    vijf_mei: OpenOrClosed = "vrij"


class RolTable(Table):
    """A role: one of the built-in ones, or a new one."""

    vervangers: list[Role] = Field(default_factory=list)


class DatabaseTable(Table):
    """Where the data is kept."""

    url: Line = ""


class WebTable(Table):
    """Where the pages are found."""

    adres: Url = ""


class Config(Table):
    """All of config.toml."""

    swv: SwvTable
    mail: MailTable = Field(default_factory=MailTable)
    smtp: SmtpTable | None = None
    imap: ImapTable | None = None
    kalender: KalenderTable = Field(default_factory=KalenderTable)
    rollen: dict[RoleName, RolTable] = Field(default_factory=dict)
    database: DatabaseTable = Field(default_factory=DatabaseTable)
    web: WebTable = Field(default_factory=WebTable)
    # Read by the work on retention; accepted now so that a config made for it is not refused.
    bewaren: dict[str, Any] = Field(default_factory=dict)


def keys_at(path: Key) -> tuple[str, ...]:
    """The keys that may stand in the table at that path."""
    model: type[Table] = Config
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = _table_in(model.model_fields[part].annotation) or model
    return tuple(model.model_fields)


def in_dutch(kind: str, loc: Key, value: object, context: dict[str, Any]) -> tuple[str, str]:
    """Message and hint for what pydantic found at a path."""
    last = str(loc[-1]) if loc else ""
    if kind == "dutch":
        return str(context["message"]), str(context["hint"])
    if kind == "missing":
        what = f"de tabel [{last}] ontbreekt" if len(loc) == 1 else f"de sleutel `{last}` ontbreekt"
        return what, "Vul hem aan. In het voorbeeld dat `init` maakt, staat wat er hoort."
    if kind == "extra_forbidden":
        return _unknown(last, loc)
    if kind == "literal_error" and isinstance(value, str):
        choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"{shown(value)} kan hier niet{meant(value, choices)}", f"Kies uit {listed(choices, 'of')}."
    return WORDS.get(kind, ("dit kan hier niet staan", "Vergelijk de regel met het voorbeeld dat `init` maakt."))


TEXT = ("hier hoort een tekst", "Zet de waarde tussen aanhalingstekens.")
NUMBER = ("hier hoort een getal van 1 tot en met 65535", "Schrijf het getal zonder aanhalingstekens.")
WORDS = {
    "string_type": TEXT,
    "literal_error": TEXT,
    "list_type": ("hier hoort een lijst", 'Schrijf bijvoorbeeld ["directeur", "bureau"].'),
    "dict_type": ("hier hoort een tabel", "Schrijf de naam tussen vierkante haken op een eigen regel."),
    "model_type": ("hier hoort een tabel", "Schrijf de naam tussen vierkante haken op een eigen regel."),
    "int_type": NUMBER,
    "greater_than_equal": NUMBER,
    "less_than_equal": NUMBER,
}


def _unknown(last: str, loc: Key) -> tuple[str, str]:
    keys = keys_at(loc[:-1])
    if loc[0] in ("smtp", "imap") and last in ("password", "wachtwoord"):
        variable = f"JAARPLANNING_{str(loc[0]).upper()}_WACHTWOORD"
        hint = f"Haal het wachtwoord hier weg. Zet het in de omgeving als {variable}."
        return "een wachtwoord hoort niet in dit bestand", hint
    return f"onbekende sleutel {shown(last)}{meant(last, keys)}", f"Hier kan staan: {listed(keys, 'of')}."


def _table_in(annotation: object) -> type[Table] | None:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    found = (_table_in(part) for part in typing.get_args(annotation))
    return next((table for table in found if table), None)
