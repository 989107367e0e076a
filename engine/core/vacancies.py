"""Schools and besturen at which nobody has a role that a rule asks, though others do have somebody."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from engine.core.dutch import counted, listed, some
from engine.core.party import Party, Register, RoleRow
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


def emptied_told(before: Register, after: Register, contacts: Collection[int], today: date) -> tuple[str, ...]:
    """A Dutch sentence for each role that nobody has any more once these contacts are changed, with who hears then."""
    found = []
    for role, party in sorted({(row.role, row.party) for row in before.roles if row.contact in contacts}):
        had, have = _rows_of(before, role, party), _rows_of(after, role, party)
        ends = {row.last + timedelta(days=1) for row in have if row.last is not None and row.last >= today}
        day = next((day for day in sorted({today, *ends}) if _held(had, day) and not _held(have, day)), None)
        if day is not None:
            found.append(_emptied(after, role, party, day))
    return tuple(found)


def _rows_of(register: Register, role: str, party: str) -> list[RoleRow]:
    return [row for row in register.roles if (row.role, row.party.casefold()) == (role, party.casefold())]


def _held(rows: Iterable[RoleRow], day: date) -> bool:
    return any(row.holds_on(day) for row in rows)


def _emptied(register: Register, role: str, party: str, day: date) -> str:
    known = register.parties.get(party)
    where = known.name if known is not None else party.replace("gemeente:", "gemeente ")
    text = f"Daarna heeft niemand de rol {role_word(role)} bij {where}"
    if known is None:
        return f"{text}."
    who = register.who(role, party, day)
    names = listed(sorted(register.contacts[contact].name for contact in who.contacts))
    instead = {"bureau": "het bureau", "nobody": "niemand"}.get(who.via, names)
    return f"{text}: {instead} {'krijgt' if instead != names or len(who.contacts) == 1 else 'krijgen'} die mail."


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
