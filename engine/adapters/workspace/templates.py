"""The mail templates: the shipped ones, and the workspace's own, which win."""

from __future__ import annotations

from pathlib import Path

from engine.core.problem import Problem, ProblemsFound

FOLDER = "mail_templates"
LAYOUT = "layout"
LARGEST_FILE = 256 * 1024


def read_templates(workspace: Path, shipped: Path) -> dict[str, str]:
    """Text by name (`herinnering` for herinnering.md, `layout` for layout.mjml), line ends as newlines.

    `shipped` is the folder with the program's own templates. Raises ProblemsFound for files that cannot be read.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for folder in (shipped, workspace / FOLDER):
        for path in [*sorted(folder.glob("*.md")), folder / f"{LAYOUT}.mjml"]:
            if path.suffix == ".md" and path.stem == LAYOUT:
                continue
            try:
                texts[path.stem] = _text(path)
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as error:
                problems.append(_problem(path.name, error))
    if problems:
        raise ProblemsFound(sorted(problems))
    return dict(sorted(texts.items()))


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError("dit bestand is groter dan 256 KiB")
    return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _problem(name: str, error: OSError | ValueError) -> Problem:
    if isinstance(error, UnicodeDecodeError):
        message, hint = "dit bestand is niet opgeslagen als UTF-8", "Kies bij opslaan de codering UTF-8."
    elif isinstance(error, OSError):
        message = f"dit bestand kan ik niet lezen ({error.strerror or 'fout van de schijf'})"
        hint = "Controleer de rechten van het bestand."
    else:
        message, hint = str(error), "Een mail past op een bladzijde. Maak het bestand kleiner."
    return Problem(f"{FOLDER}/{name}", 1, 1, "", message, hint)
