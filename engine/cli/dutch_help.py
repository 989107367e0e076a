"""The parser's own words in --help, in Dutch; it keeps them in the code, so they are replaced in the text it gives."""

from __future__ import annotations

import re

import typer
from typer.core import TyperCommand, TyperGroup

FRAMES = (
    (r"^Usage: ", "Zo typt u het: "),
    (r"^Options:$", "Opties:"),
    (r"^Arguments:$", "Wat u invult:"),
    (r"^Commands:$", "Opdrachten:"),
    (r"\[OPTIONS\]", "[OPTIES]"),
    (r"COMMAND \[ARGS\]\.\.\.", "OPDRACHT …"),
    (r"Show this message and\s+exit\.", "Toon deze uitleg."),
    (r"\[default:\s+", "[anders: "),
    (r"\[required\]", "[verplicht]"),
    (r"; required\]", "; verplicht]"),
    (r"…\]\.\.\.", "…]"),
)
# How the parser calls a type, behind the name of an argument; blanks in its place keep the columns.
TYPES = re.compile(r" <(?:str|int|path|list\[\w+\])>")


class DutchContext(typer.Context):
    """The context of a verb, whose help is Dutch throughout."""

    def get_help(self) -> str:
        """The help, frame and all."""
        told = super().get_help()
        for english, dutch in FRAMES:
            told = re.sub(english, dutch, told, flags=re.MULTILINE)
        return TYPES.sub(lambda found: " " * len(found[0]), told)


def speak_dutch(verb: object) -> None:
    """Gives the verb, and all below it, help in Dutch."""
    if isinstance(verb, TyperCommand | TyperGroup):
        verb.context_class = DutchContext
    for below in verb.commands.values() if isinstance(verb, TyperGroup) else ():
        speak_dutch(below)
