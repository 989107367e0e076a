"""What the verbs work with: the store and the outside, as wiring hands them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from engine.core.party import Register
from engine.core.planning import is_valid
from engine.core.ports import (
    AgendaWriter,
    Calendars,
    Journal,
    Reached,
    Renderer,
    Tokens,
    Vault,
    Workers,
    Writer,
    no_matter,
)
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.window import Hours
from engine.store.database import Database
from engine.store.facts import applied_number, applied_rulebook, register_version, versions
from engine.store.register import load_register


@dataclass(slots=True)
class _Kept:
    """What was read before, with the version it was read at."""

    register: tuple[str, Register, Calendars] | None = None
    templates: tuple[int, Mapping[str, str]] | None = None
    rules: tuple[int, tuple[Rule, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """The store, the settings, and the ports to calendars, templates, bytes, chance, and what delivery needs beside."""

    database: Database
    settings: Settings
    calendars_for: Callable[[Register], Calendars]
    renderer: Renderer
    writer: Writer
    ical: AgendaWriter
    tokens: Tokens
    vault: Vault
    journal: Journal
    workers: Workers
    # Mail templates that come with the program, by name; those of the applied rulebook win.
    shipped_templates: Mapping[str, str]
    # Reads rules out of the text of a rulebook's files.
    rules_in: Callable[[Mapping[str, str]], tuple[Rule, ...]]
    # How long a mail waits between becoming ready and leaving, so that the bureau can still hold it: nothing for the
    # verbs tick and deliver and for simulate, `READY_BEFORE` where `run` sends by itself.
    wait: timedelta = timedelta()
    # Hears of each point that a delivery gets to.
    reached: Reached = no_matter
    _kept: _Kept = field(default_factory=_Kept, repr=False)

    def on(self, database: Database, **others: Any) -> Means:
        """The same on a copy of the store, with other ports where named; what was read of the register is shared."""
        return replace(self, database=database, **others)

    def apart(self) -> Means:
        """The same for a transaction that changes the register: what it reads is not kept, as it may be rolled back."""
        return replace(self, _kept=_Kept(templates=self._kept.templates))

    @property
    def hours(self) -> Hours:
        """The sending window's local times."""
        return Hours(self.settings.send_from, self.settings.send_to)

    def people(self, connection: Connection) -> tuple[Register, Calendars]:
        """The register as stored, with the settings' stand-ins, and its calendars; read again when it changed."""
        return self._people(connection, register_version(connection))

    def people_and_rules(self, connection: Connection) -> tuple[Register, Calendars, tuple[Rule, ...]]:
        """The register with its calendars, and the rules applied last; by one statement where nothing changed."""
        version, number = versions(connection)
        return (*self._people(connection, version), self._rules(connection, number))

    def register(self, connection: Connection) -> Register:
        """The register as stored."""
        return self.people(connection)[0]

    def templates(self, connection: Connection) -> Mapping[str, str]:
        """The mail templates of the applied rulebook, by name."""
        number = applied_number(connection)
        if self._kept.templates is None or self._kept.templates[0] != number:
            stored = applied_rulebook(connection)
            found = dict(self.shipped_templates)
            for path, text in (stored.files if stored is not None else {}).items():
                folder, _, file = path.rpartition("/")
                if folder == "mail_templates":
                    found[file.removesuffix(".md").removesuffix(".mjml")] = text
            self._kept.templates = (number, found)
        return self._kept.templates[1]

    def rules(self, connection: Connection) -> tuple[Rule, ...]:
        """The rules of the rulebook that was applied last."""
        return self._rules(connection, applied_number(connection))

    def rule(self, connection: Connection, name: str, schooljaar: Schooljaar) -> Rule | None:
        """The rule of that id that holds in the schooljaar, in the rulebook that was applied last."""
        found = self.rules(connection)
        return next((rule for rule in found if rule.id == name and is_valid(rule, schooljaar)), None)

    def _people(self, connection: Connection, version: str) -> tuple[Register, Calendars]:
        if self._kept.register is None or self._kept.register[0] != version:
            register = load_register(connection, self.settings)
            self._kept.register = (version, register, self.calendars_for(register))
        return self._kept.register[1:]

    def _rules(self, connection: Connection, number: int) -> tuple[Rule, ...]:
        if self._kept.rules is None or self._kept.rules[0] != number:
            stored = applied_rulebook(connection)
            self._kept.rules = (number, self.rules_in(stored.files) if stored is not None else ())
        return self._kept.rules[1]
