"""Registers to hand in: text per file becomes a folder of csv files, which is read."""

from __future__ import annotations

from pathlib import Path

from engine.adapters.register import read_register
from engine.core.problem import Problem
from engine.core.sheets import RegisterSheets

OFFICE = "administratie@regenboog.example"
FITTING = {
    "besturen": "nummer;naam;regio;kenmerken\n10249;Bestuur 10249;;\n",
    "scholen": "code;naam;bestuur;plaats;gemeente;regio;kenmerken;actief\n"
    "016AH00;De Regenboog;10249;Alkmaar;Alkmaar;noord;so, klein;ja\n",
    "contacten": "email;naam;aanhef;telefoon;taal;weekbericht\n"
    f"{OFFICE};Administratie De Regenboog;mevrouw;0721234567;nl;Maandag\n",
    "rollen": f"email;rol;partij;vanaf;tot\n{OFFICE};administratie;016AH00;2026-08-01;31-07-2027\n",
    "documenten": "soort;partij;vastgesteld_op;versie;geldig_tot;fase\nSOP;016AH00;1-5-2024;3;;concept\n",
    "vrije_dagen": "partij;van;tot;omschrijving;vervangt\n016AH00;17-10-2026;25-10-2026;herfst;Herfstvakantie\n",
}


class Folder:
    """A place for one folder `register`, in which only the named files are."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(
        self, *, extra_roles: tuple[str, ...] = (), **files: str | bytes
    ) -> tuple[RegisterSheets, list[Problem]]:
        """Writes the files and reads them."""
        self.path.mkdir()
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.path / f"{name}.csv").write_bytes(data)
        register, problems = read_register(self.path, "register", extra_roles)
        return register, list(problems)


def where(problems: list[Problem]) -> list[tuple[str, int, int, str]]:
    """File, line, column and field of each."""
    return [(problem.file, problem.line, problem.column, problem.field) for problem in problems]


def stopping(problems: list[Problem]) -> list[Problem]:
    """Without the notes."""
    return [problem for problem in problems if problem.severity == "problem"]
