"""Values of the shipped config.toml that a workspace still has: they would reach real mail."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from engine.adapters.workspace.model import shown
from engine.adapters.workspace.places import key_places, place_of
from engine.core.problem import Problem

CONFIG = "config.toml"
# `[web] adres` of the shipped config.toml: no page is ever served there.
SAMPLE_ADDRESS = "https://jaarplanning.swv-waterlandzuid.example"
# Each with what it is for; those of the relay matter only once mail really leaves.
IN_MAILS = {
    ("swv", "naam"): "Deze naam staat in elke mail. Vul de naam van uw SWV in.",
    ("swv", "code"): "Vul de code van uw SWV bij DUO in.",
    ("swv", "postbus"): "Dit is de afzender van elke mail. Vul het adres van uw SWV in.",
    ("swv", "telefoon"): "Dit nummer staat in elke mail. Vul uw eigen nummer in, of haal de regel weg.",
    ("web", "adres"): "Naar dit adres gaan de knoppen in de mails. Zolang het niet klopt, antwoorden scholen per mail.",
}
FOR_SENDING = {
    ("smtp", "host"): "Vul uw eigen mailserver in.",
    ("smtp", "user"): "Vul de naam in waarmee u zich bij uw mailserver aanmeldt.",
}


def left_from_sample(text: str, sample: str) -> Iterator[Problem]:
    """A note for each value in the text of a config.toml that is still the one of the sample; both must be sound."""
    own, shipped, places = tomllib.loads(text), tomllib.loads(sample), key_places(text)
    asked = IN_MAILS if own.get("mail", {}).get("map") else IN_MAILS | FOR_SENDING
    for (table, key), hint in asked.items():
        value = own.get(table, {}).get(key)
        if value is not None and value == shipped.get(table, {}).get(key):
            line, column = place_of(places, (table, key))
            message = f"hier staat nog het voorbeeld: {shown(value)}"
            yield Problem(CONFIG, line, column, f"{table}.{key}", message, hint, "note")
