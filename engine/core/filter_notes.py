"""Values in `alleen` and `behalve` that nobody in the register has: probably a typing error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.core.party import Party, Register
from engine.core.plan_notes import PlanNote
from engine.core.problem import suggestion
from engine.core.rule import Filter, Rule

CONSEQUENCE = {
    "alleen": "Zo valt niemand onder deze waarde.",
    "behalve": "Zo laat deze waarde niemand weg.",
}


def filter_notes(rules: Iterable[Rule], register: Register) -> Iterator[PlanNote]:
    """A note for each such value of each rule file; only for a register that is there."""
    for rule in rules:
        known = _known(rule, register)
        for key, filter_ in (("alleen", rule.only), ("behalve", rule.besides)):
            for field, value in _values(filter_):
                if value.casefold() not in known[field]:
                    yield _note(rule, key, field, value, known, register)


def _known(rule: Rule, register: Register) -> dict[str, dict[str, str]]:
    """By key of a filter the values that would match some party of the rule, casefolded, as the register writes them.

    Also those of parties that are not active now.
    """
    parties = [party for party in register.parties.values() if party.kind == rule.per]
    besturen = [party.id for party in register.parties.values() if party.kind == "bestuur"]
    return {
        "gemeente": _spelled(party.gemeente for party in parties),
        "bestuur": _spelled([*besturen, *(party.bestuur for party in parties)]),
        "partij": _spelled(party.id for party in parties),
        "kenmerk": _spelled(tag for party in parties for tag in party.tags),
    }


def _spelled(values: Iterable[str]) -> dict[str, str]:
    return {value.casefold(): value for value in values if value}


def _values(filter_: Filter | None) -> Iterator[tuple[str, str]]:
    if filter_ is not None:
        yield from (("gemeente", value) for value in filter_.gemeente)
        yield from (("bestuur", value) for value in filter_.bestuur)
        yield from (("partij", value) for value in filter_.party)
        yield from (("kenmerk", value) for value in filter_.tag)


def _note(
    rule: Rule, key: str, field: str, value: str, known: Mapping[str, Mapping[str, str]], register: Register
) -> PlanNote:
    nobody = "geen bestuur in het register" if rule.per == "bestuur" else "geen school in het register"
    text = {
        "gemeente": f"{nobody} ligt in de gemeente `{value}`",
        "bestuur": f"bestuur `{value}` staat niet in het register",
        "partij": f"{nobody} heeft {'het nummer' if rule.per == 'bestuur' else 'de code'} `{value}`",
        "kenmerk": f"{nobody} heeft het kenmerk `{value}`",
    }[field]
    return PlanNote(rule.file, key, None, text, _hint(rule, key, field, value, known, register), within=(field, value))


def _hint(
    rule: Rule, key: str, field: str, value: str, known: Mapping[str, Mapping[str, str]], register: Register
) -> str:
    if field == "gemeente" and rule.per == "bestuur":
        return "Een bestuur heeft geen gemeente. Noem het bestuur zelf met `bestuur`."
    elsewhere = [name for name in known if name != field and value.casefold() in known[name]]
    if elsewhere:
        return f"Bedoelde u `{elsewhere[0]}: {value}`? {CONSEQUENCE[key]}"
    by_name = _named(value, register) if field in ("bestuur", "partij") else ""
    near = by_name or known[field].get(suggestion(value, known[field]), "")
    if near:
        return f"Bedoelde u `{near}`? {CONSEQUENCE[key]}"
    return f"{CONSEQUENCE[key]} Verbeter de waarde, of het register."


def _named(value: str, register: Register) -> str:
    """The code of the one party that has this as its name: codes are asked, names are often written."""
    found: list[Party] = [one for one in register.parties.values() if one.name.casefold() == value.casefold()]
    return found[0].id if len(found) == 1 else ""
