"""Reads config.toml into Settings, or says what is wrong with it and where."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.adapters.workspace.model import Config, ImapTable, SmtpTable, in_dutch, keys_at, meant_by
from engine.adapters.workspace.places import key_places, place_of, place_of_error
from engine.adapters.workspace.samples import SAMPLE_ADDRESS
from engine.core.problem import Problem
from engine.core.roles import ROLES
from engine.core.settings import Mailroom, Relay, Settings

CONFIG = "config.toml"
PASSWORD = "JAARPLANNING_SMTP_WACHTWOORD"  # noqa: S105  # the variable's name, not a password
INCOMING_PASSWORD = "JAARPLANNING_IMAP_WACHTWOORD"  # noqa: S105
LARGEST_FILE = 256 * 1024
PORTS = {"starttls": 587, "tls": 465, "geen": 25}
IMAP_PORTS = {"tls": 993, "starttls": 143, "geen": 143}

# The parser's words -> Dutch; the parser says no more than this.
SYNTAX = (
    ("overwrite a value", "deze sleutel staat er twee keer"),
    ("declare", "deze tabel staat er twee keer"),
    ("Unterminated", "dit aanhalingsteken wordt niet gesloten"),
    ("Expected '='", "na een sleutel hoort hier een `=`"),
    ("Invalid value", "hier staat een waarde die ik niet ken; zet tekst tussen aanhalingstekens"),
    ("Unclosed array", "dit haakje wordt niet gesloten"),
)


def read_settings(workspace: Path, environ: Mapping[str, str]) -> tuple[Settings | None, tuple[Problem, ...]]:
    """The settings of a workspace; None with all problems where there are any."""
    try:
        size = (workspace / CONFIG).stat().st_size
        raw = (workspace / CONFIG).read_bytes() if size <= LARGEST_FILE else b""
    except FileNotFoundError:
        hint = "Maak een werkmap met: python3 -m engine init MAP. Of wijs een werkmap aan met --workspace."
        return None, (_whole("in deze map staat geen config.toml", hint),)
    except OSError as error:
        message = f"config.toml kan ik niet lezen ({error.strerror or 'fout van de schijf'})"
        return None, (_whole(message, "Controleer de rechten van het bestand."),)
    if size > LARGEST_FILE:
        return None, (_whole("config.toml is groter dan 256 KiB", "Maak het bestand kleiner."),)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = f"Kies bij opslaan de codering UTF-8. Kijk naar het teken op regel {line}."
        return None, (_whole("config.toml is niet opgeslagen als UTF-8", hint),)
    return parse_settings(text.replace("\r\n", "\n"), environ)


def parse_settings(text: str, environ: Mapping[str, str]) -> tuple[Settings | None, tuple[Problem, ...]]:
    """The same from the text of a config.toml."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        message = next((dutch for english, dutch in SYNTAX if english in words), "dit kan ik niet lezen als TOML")
        line, column = place_of_error(error, text)
        hint = "Controleer deze regel en de regel ervoor."
        return None, (Problem(CONFIG, line, column, "", message, hint),)
    except RecursionError:
        return None, (_whole("in config.toml zitten te veel haakjes in elkaar", "Controleer de haakjes."),)
    try:
        config = Config.model_validate(data, context=_roles(data))
    except ValidationError as error:
        return None, _problems(error, text)
    return _settings(config, environ), ()


def _roles(data: dict[str, Any]) -> frozenset[str]:
    extra = data.get("rollen")
    return frozenset((*ROLES, *(extra if isinstance(extra, dict) else ())))


def _problems(error: ValidationError, text: str) -> tuple[Problem, ...]:
    places = key_places(text)
    found = []
    for detail in error.errors(include_url=False):
        loc = tuple(part for part in detail["loc"] if part != "[key]")
        # `name` is told as an unknown key; that `naam` is absent then goes without saying.
        if detail["type"] == "missing" and loc[-1] in meant_by(detail["input"], keys_at(loc[:-1])):
            continue
        line, column = place_of(places, loc)
        field = ".".join(part for part in loc if isinstance(part, str))
        message, hint = in_dutch(detail["type"], loc, detail["input"], detail.get("ctx", {}))
        found.append(Problem(CONFIG, line, column, field, message, hint))
    return tuple(sorted(found))


def _whole(message: str, hint: str) -> Problem:
    return Problem(CONFIG, 1, 1, "", message, hint)


def _settings(config: Config, environ: Mapping[str, str]) -> Settings:
    swv, mail = config.swv, config.mail
    return Settings(
        name=swv.naam,
        code=swv.code,
        sector=swv.sector,
        region=swv.regio,
        mailbox=swv.postbus,
        phone=swv.telefoon,
        rules=swv.regels or f"rules/{swv.sector}",
        start=swv.start,
        send_from=mail.vanaf,
        send_to=mail.tot,
        release=mail.vrijgeven,
        redirect=mail.omleiden,
        mail_folder=mail.map,
        relay=_relay(config.smtp, environ) if config.smtp else None,
        mailroom=_mailroom(config.imap, environ) if config.imap else None,
        good_friday_open=config.kalender.goede_vrijdag == "open",
        may_5_open=config.kalender.vijf_mei == "open",
        stand_ins={name: tuple(role.vervangers) for name, role in config.rollen.items() if role.vervangers},
        extra_roles=tuple(sorted(name for name in config.rollen if name not in ROLES)),
        database_url=config.database.url,
        web_address=config.web.adres,
        link_address="" if config.web.adres == SAMPLE_ADDRESS else config.web.adres,
    )


def _relay(smtp: SmtpTable, environ: Mapping[str, str]) -> Relay:
    return Relay(smtp.host, smtp.port or PORTS[smtp.tls], smtp.tls, smtp.user, environ.get(PASSWORD, ""))


def _mailroom(imap: ImapTable, environ: Mapping[str, str]) -> Mailroom:
    port, password = imap.port or IMAP_PORTS[imap.tls], environ.get(INCOMING_PASSWORD, "")
    return Mailroom(imap.host, port, imap.tls, imap.user, imap.map, imap.verwerkt, password)
