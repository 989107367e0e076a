"""A request that is asked once: what the bureau chose becomes the text of a rule file for one schooljaar."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.core.dutch import day_month
from engine.core.roles import BUREAU
from engine.core.schooljaar import Schooljaar

Ladder = Literal["kort", "gewoon", "hoger"]
LADDERS: dict[Ladder, tuple[str, str]] = {
    "kort": ("Eén herinnering", "3 schooldagen voor de laatste dag. Daarna niets meer."),
    "gewoon": (
        "Herinneren en bellen",
        "Een herinnering 3 schooldagen ervoor, een mail 1 schooldag erna, en na 3 schooldagen belt het bureau.",
    ),
    "hoger": (
        "Ook een vraag aan de directeur of bestuurder",
        "Zoals hierboven. Na 7 schooldagen gaat er een vraag om hulp naar de directeur. Vraagt u het de directeur "
        "zelf, of een bestuur? Dan gaat zij naar de bestuurder. Die mail wacht op uw vrijgave.",
    ),
}
# Its first mail: what was typed as explanation is the question itself, so it stands on top.
TEXT = "vraag"
LONGEST_TITLE = 100
LONGEST_ID = 40
LONGEST_TEXT = 4_000
_COMMENT = "# Een eenmalige uitvraag, gemaakt op de pagina Beheer, Regels.\n"


@dataclass(frozen=True, slots=True)
class OneOff:
    """What was chosen. `only` and `besides`: of the fields partij, bestuur, gemeente, kenmerk the values that count."""

    title: str
    explanation: str
    per: Literal["school", "bestuur"]
    asked: str
    opens: date
    due: date
    ladder: Ladder
    only: Mapping[str, Sequence[str]]
    besides: Mapping[str, Sequence[str]]

    @property
    def schooljaar(self) -> Schooljaar:
        """The one in which it is asked."""
        return Schooljaar.of(self.opens)


def faults_of(one: OneOff, today: date) -> dict[str, str]:
    """What is wrong with the choices, by field, in Dutch; empty when nothing is."""
    found = {}
    if not one.title or len(one.title) > LONGEST_TITLE:
        found["titel"] = f"Geef de uitvraag een titel van hooguit {LONGEST_TITLE} tekens."
    elif not rule_name(one.title, ()):
        found["titel"] = "Zet in de titel in elk geval een letter of een cijfer."
    if not _plain(one.explanation) or len(one.explanation) > LONGEST_TEXT:
        found["uitleg"] = f"Leg in een paar zinnen uit wat u vraagt en waarom. Hooguit {LONGEST_TEXT} tekens."
    if one.opens < today:
        found["opent"] = "Kies vandaag of een latere dag."
    elif one.schooljaar not in (Schooljaar.of(today), Schooljaar.of(today).next):
        found["opent"] = "Kies een dag in dit schooljaar of het volgende."
    if one.due < one.opens:
        found["uiterlijk"] = "De laatste dag ligt voor de dag van de uitvraag."
    elif Schooljaar.of(one.due) != one.schooljaar:
        found["uiterlijk"] = f"Kies een dag in hetzelfde schooljaar, {one.schooljaar}."
    if one.ladder == "hoger" and one.asked == "bestuurder":
        found["ladder"] = "U vraagt het de bestuurder al. Kies een andere manier van herinneren."
    return found


def rule_name(title: str, taken: Collection[str]) -> str:
    """The id of a rule with that title that nobody uses yet: `enquete-basisondersteuning-2`; empty without letters."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_ID].strip("-")
    if not name or name not in taken:
        return name
    return next(f"{name}-{number}" for number in range(2, len(taken) + 3) if f"{name}-{number}" not in taken)


def rule_text(one: OneOff) -> str:
    """The rule file."""
    lines = [
        f"titel: {_quoted(one.title)}",
        "soort: uitvraag",
        f"per: {one.per}",
        f"vraag_aan: {one.asked}",
        "uitleg: |",
        *(f"  {line}".rstrip() for line in _plain(one.explanation).splitlines()),
        f"geldig_vanaf: {one.schooljaar}",
        f"geldig_tot: {one.schooljaar}",
        *_filter("alleen", one.only),
        *_filter("behalve", one.besides),
        "",
        "wanneer:",
        f"  opent: {day_in_rule(one.opens)}",
        f"  uiterlijk: {day_in_rule(one.due)}",
        "",
        "stappen:",
        *(f"  {name}: {{{', '.join(parts)}}}" for name, parts in _steps(one)),
    ]
    return _COMMENT + "\n".join(lines) + "\n"


def _steps(one: OneOff) -> list[tuple[str, tuple[str, ...]]]:
    steps: list[tuple[str, tuple[str, ...]]] = [
        ("uitvraag", ("op: opent", f"bericht: {TEXT}")),
        ("herinnering", ("op: 3 schooldagen voor uiterlijk",)),
    ]
    if one.ladder in ("gewoon", "hoger"):
        steps.append(("te-laat", ("op: 1 schooldag na uiterlijk",)))
        steps.append(("bellen", ("op: 3 schooldagen na uiterlijk", f"aan: {BUREAU}")))
    if one.ladder == "hoger":
        above = "bestuurder" if one.per == "bestuur" or one.asked == "directeur" else "directeur"
        steps.append(("escalatie", ("op: 7 schooldagen na uiterlijk", f"aan: {above}", "vrijgeven: ja")))
    return steps


def _filter(key: str, values: Mapping[str, Sequence[str]]) -> list[str]:
    filled = {name: found for name, found in values.items() if found}
    if not filled:
        return []
    return [f"{key}:", *(f"  {name}: [{', '.join(map(_quoted, found))}]" for name, found in filled.items())]


def day_in_rule(day: date) -> str:
    """A day of the schooljaar at hand; 29 February has no name in a rule, for most years lack it."""
    return "laatste dag van februari" if (day.month, day.day) == (2, 29) else day_month(day)


def _quoted(text: str) -> str:
    """A text in double quotes, as JSON and so YAML 1.2 has it."""
    return json.dumps(" ".join(_plain(text).split()), ensure_ascii=False)


def _plain(text: str) -> str:
    """The text without what no rule file may hold; blanks before the first line would change its indentation."""
    lines = ["".join(sign if sign.isprintable() else " " for sign in line).strip() for line in text.splitlines()]
    return "\n".join(lines).strip("\n")
