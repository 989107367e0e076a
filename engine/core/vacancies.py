"""Schools and besturen at which nobody has a role that a rule asks, though others do have somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from engine.core.dutch import counted, listed, some
from engine.core.party import Party, Register
from engine.core.plan_notes import PlanNote
from engine.core.planning import meant_for
from engine.core.roles import role_word
from engine.core.rule import AT_SCHOOLS, Rule
from engine.core.sheets import SHEET_OF

MOST_NAMES = 5


def vacancy_notes(rules: Iterable[Rule], register: Register, today: date) -> list[PlanNote]:
    """A note for each role that is asked and lacks at some; one that nobody has at all is for `role_notes`."""
    lacking: dict[str, dict[str, Party]] = {}
    for rule in rules:
        role = rule.asked.removesuffix(AT_SCHOOLS)
        if not role or rule.per == "swv" or not register.has_role(role):
            continue
        for party in _asked(rule, register):
            if not register.along_chain(role, party.id, today):
                lacking.setdefault(role, {})[party.id] = party
    return [_note(role, list(found.values()), register, today) for role, found in lacking.items()]


def _asked(rule: Rule, register: Register) -> Iterable[Party]:
    parties = meant_for(rule, register)
    if not rule.asked.endswith(AT_SCHOOLS):
        return parties
    return [school for party in parties for school in register.schools_of(party.id)]


def _note(role: str, parties: list[Party], register: Register, today: date) -> PlanNote:
    schools = sum(party.kind == "school" for party in parties)
    kinds = [counted(schools, "school", "scholen")] if schools else []
    kinds += [counted(len(parties) - schools, "bestuur", "besturen")] if schools < len(parties) else []
    names = listed(some([party.name for party in parties], MOST_NAMES))
    vias = {register.who(role, party.id, today).via for party in parties}
    instead = "een vervanger" if vias == {"stand-in"} else "niemand" if vias == {"nobody"} else "het bureau"
    if "stand-in" in vias and len(vias) > 1:
        instead = f"een vervanger of {instead}"
    heeft = "heeft" if len(parties) == 1 else "hebben"
    text = f"{listed(kinds)} {heeft} geen {role_word(role)}: {names}; daarom krijgt {instead} die mail"
    sheets = listed([SHEET_OF[kind] for kind in ("school", "bestuur") if any(party.kind == kind for party in parties)])
    hint = f"Zet op het blad {sheets} een adres in de kolom {role}, of zet op het blad rollen iemand met die rol."
    return PlanNote("", role, None, text, hint)
