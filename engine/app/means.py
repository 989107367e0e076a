"""What the verbs work with: the store and the outside, as wiring hands them in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.core.party import Register
from engine.core.ports import Calendars, Renderer, Tokens, Writer
from engine.core.settings import Settings
from engine.core.window import Hours
from engine.store.database import Database
from engine.store.facts import applied_rulebook
from engine.store.register import load_register


@dataclass(frozen=True, slots=True)
class Means:
    """The store, the settings, and the ports to calendars, templates, bytes and chance."""

    database: Database
    settings: Settings
    calendars_for: Callable[[Register], Calendars]
    renderer: Renderer
    writer: Writer
    tokens: Tokens
    # Mail templates that come with the program, by name; those of the applied rulebook win.
    shipped_templates: Mapping[str, str]

    @property
    def hours(self) -> Hours:
        """The sending window's local times."""
        return Hours(self.settings.send_from, self.settings.send_to)

    def register(self, connection: Connection) -> Register:
        """The register as stored, with the settings' stand-ins."""
        return load_register(connection, self.settings)

    def templates(self, connection: Connection) -> Mapping[str, str]:
        """The mail templates of the applied rulebook, by name."""
        stored = applied_rulebook(connection)
        found = dict(self.shipped_templates)
        for path, text in (stored.files if stored is not None else {}).items():
            folder, _, file = path.rpartition("/")
            if folder == "mail_templates":
                found[file.removesuffix(".md").removesuffix(".mjml")] = text
        return found
