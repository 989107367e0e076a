"""The tables of rules/README.md, made from what the program knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.adapters.rulebook.kinds import KEYS_OF, REQUIRED
from engine.adapters.rulebook.model import (
    KINDS,
    Dates,
    FilterKeys,
    Keys,
    PhaseKeys,
    RuleKeys,
    ShiftKeys,
    StepKeys,
    When,
)
from engine.core.dutch import listed
from engine.core.moment import ANCHORS, DAY_KINDS, FIRST_WEEK, LAST_WEEK, UNITS, VAKANTIES, WHICH, AnchorName
from engine.core.roles import OUTSIDE_ROLES, SCHOOL_ROLES, SWV_ROLES

# Anchors that are no dates of the rule itself.
OTHER_ANCHORS: dict[AnchorName, str] = {
    "afspraak": "De dag van het gesprek. De stap wacht tot er een afspraak is. Alleen bij een gesprek.",
    "vervalt": "De dag waarop het document van deze school of dit bestuur afloopt. Alleen bij een document.",
    "compleet": "De dag dat alles binnen is van de regels bij `gebruikt`. De stap wacht tot dan. Alleen in een stap.",
    "begin schooljaar": "1 augustus.",
    "eind schooljaar": "31 juli.",
}


def _keys(model: type[Keys]) -> list[tuple[str, str]]:
    return [(f"`{name}`", field.description or "") for name, field in model.model_fields.items()]


def _rule_keys() -> list[tuple[str, str, str]]:
    return [(name, text, _needed(name.strip("`"))) for name, text in _keys(RuleKeys)]


def _needed(key: str) -> str:
    """Which soorten need the key, or which alone may have it."""
    if RuleKeys.model_fields[key].is_required():
        return "altijd"
    need = [kind for kind, keys in REQUIRED.items() if key in keys]
    without = [kind for kind in KINDS if kind not in need]
    if need and len(without) < len(need):
        return f"altijd, behalve bij {listed(without, 'en')}"
    if need:
        return f"bij {listed(need, 'en')}"
    some = KEYS_OF.get(key, tuple(KINDS))
    if len(some) == 1:
        return f"mag bij {some[0]}"
    unfit = [kind for kind in KINDS if kind not in some]
    return f"mag, niet bij {listed(unfit, 'of')}" if unfit else "mag"


def _moments() -> list[tuple[str, str]]:
    days = ", ".join(DAY_KINDS)
    units = listed([*dict.fromkeys(UNITS.values())], "of")
    return [
        ("`1 oktober`, `31 dec`", "Die dag in het schooljaar. Schrijf er geen jaartal bij."),
        (
            "`eerste maandag van maart`",
            f"{listed([f'`{which}`' for which in WHICH], 'of')}, met een van deze woorden: {days}. "
            "Dan `van` en een maand.",
        ),
        (
            "`maandag van week 40`",
            f"Een dag van de week, en een week van 1 tot en met {LAST_WEEK}. Vanaf week {FIRST_WEEK} ligt die in het "
            "eerste jaar van het schooljaar, anders in het tweede. Week 53 kan niet: die is er niet elk jaar.",
        ),
        ("`2 weken voor peildatum`", f"Een getal, met {units}. Dan `voor` of `na`, en een ankerdatum."),
        (
            "`1 schooldag na kerstvakantie`",
            f"Net zo, met {listed(VAKANTIES, 'of')}. `voor` telt vanaf de eerste dag, `na` vanaf de laatste.",
        ),
    ]


def _anchors() -> list[tuple[str, str]]:
    own = [f"`{name}`" for name in ANCHORS if name in Dates.model_fields]
    others = [(f"`{name}`", OTHER_ANCHORS[name]) for name in ANCHORS if name not in Dates.model_fields]
    return [(", ".join(own), "De datums van de regel zelf, zoals in `wanneer`."), *others]


def _roles() -> list[tuple[str, str]]:
    groups = {
        "een school of bestuur": SCHOOL_ROLES,
        "het SWV, voor een school": ("consulent",),
        "buiten het SWV": OUTSIDE_ROLES,
        "het SWV zelf (`swv`)": SWV_ROLES,
    }
    return [(where, ", ".join(roles)) for where, roles in groups.items()]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


TABLES: dict[str, Callable[[], str]] = {
    "soorten": lambda: _table(("soort", "wat het is"), [(f"`{kind}`", text) for kind, text in KINDS.items()]),
    "sleutels": lambda: _table(("sleutel", "wat u schrijft", "nodig"), _rule_keys()),
    "datums": lambda: _table(("in `wanneer`", "wat u schrijft"), _keys(When)),
    "stappen": lambda: _table(("in een stap", "wat u schrijft"), _keys(StepKeys)),
    "fasen": lambda: _table(("in een fase", "wat u schrijft"), _keys(PhaseKeys)),
    "filters": lambda: _table(("in `alleen` of `behalve`", "wat u schrijft"), _keys(FilterKeys)),
    "verschuif": lambda: _table(("in `verschuif`", "wat er gebeurt op een vrije dag"), _keys(ShiftKeys)),
    "momenten": lambda: _table(("u schrijft", "wat het is"), _moments()),
    "ankers": lambda: _table(("ankerdatum", "welke dag"), _anchors()),
    "rollen": lambda: _table(("bij", "rollen"), _roles()),
}
