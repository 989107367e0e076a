"""A command for the user to type, as it must be typed: with the workspace that the running verb was given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.core.problem import Refused


def command(*words: str, workspace: Path | str | None = None) -> str:
    """`python3 -m engine plan --schooljaar 2026-2027 --workspace mijn-swv`."""
    typed = [*words, *(("--workspace", str(workspace)) if workspace is not None else ())]
    return " ".join(["python3 -m engine", *(_quoted(word) for word in typed)])


def refused_hint(refused: Refused, workspace: Path | str | None) -> str:
    """What to do about it, with the option or the command where there is one."""
    if refused.option:
        return f"{refused.hint} Bijvoorbeeld: {refused.option}".strip()
    if not refused.command:
        return refused.hint
    return f"{refused.hint.removesuffix('.')}: {command(*refused.command, workspace=workspace)}"


def given_workspace(arguments: Sequence[str]) -> str | None:
    """The workspace named in the arguments of the program, None where it was left to be found."""
    for place, word in enumerate(arguments):
        if word == "--workspace":
            return next(iter(arguments[place + 1 :]), None)
        if word.startswith("--workspace="):
            return word.partition("=")[2]
    return None


def _quoted(word: str) -> str:
    """Double quotes, which every shell takes."""
    return f'"{word}"' if " " in word else word
