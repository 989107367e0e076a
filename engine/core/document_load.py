"""How many documents are to be renewed in each of the coming months, ten years ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from engine.core.dates import first_day
from engine.core.dating import months_on
from engine.core.party import Register
from engine.core.planning import NO_VERSION, document_key, expiring, is_valid, lacking
from engine.core.ports import Calendars
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar

YEARS = 10
MONTHS_AHEAD = 12 * YEARS
# A month is overfull with more than so many times what a month brings on average, and at least so many.
TIMES, FEWEST = 2, 3


@dataclass(frozen=True, slots=True)
class Renewal:
    """A document that is to be renewed by `day`: its own last day `ends`, or one before that; `key` is its task's.

    `version` is empty for a first document. `validity`: so many years the next version holds, None where the rule does
    not say.
    """

    key: str
    rule: Rule
    party: str
    version: str
    day: date
    ends: date
    validity: int | None

    @property
    def kind(self) -> str:
        """The kind of document, as its rule names it."""
        return self.rule.document


@dataclass(frozen=True, slots=True)
class MonthLoad:
    """A month by its first day, with how many documents of each kind are to be renewed in it.

    `late` of these had to be renewed before today; `again` will have been renewed at least once by then.
    """

    month: date
    kinds: Mapping[str, int]
    late: int = 0
    again: int = 0

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(self.kinds.values())


def renewals(rules: Sequence[Rule], register: Register, calendars: Calendars, today: date) -> list[Renewal]:
    """The documents for which the rules make a task within ten years, one for each, by day and key.

    With those that have expired, and, where a rule has `eerste`, the first document of who has none.
    """
    running = Schooljaar.of(today)
    years = [Schooljaar(running.first_year + number) for number in range(YEARS + 1)]
    found: dict[str, Renewal] = {}
    for rule in (one for one in rules if one.kind == "document"):
        for one in expiring(rule, register, years):
            key = document_key(rule.id, one.version, one.party.id)
            renewal = Renewal(key, rule, one.party.id, one.version, one.renew, one.day, rule.validity_years)
            found.setdefault(key, renewal)
        year = next((one for one in years if is_valid(rule, one)), None)
        if rule.first is None or year is None:
            continue
        for party in lacking(rule, register):
            day = first_day(rule, year, calendars.of(party.id))
            if day is not None:
                key = document_key(rule.id, NO_VERSION, party.id)
                first = Renewal(key, rule, party.id, "", day, day, rule.validity_years)
                found[key] = min(found.get(key, first), first, key=lambda each: each.day)
    return sorted(found.values(), key=lambda one: (one.day, one.key))


def load_per_month(found: Iterable[Renewal], rules: Sequence[Rule], today: date) -> tuple[MonthLoad, ...]:
    """The load of each month from this one on, for ten years.

    As if each document is renewed on its day, and then holds as long as its rule says. What had to be renewed before
    today counts today.
    """
    kinds: dict[date, Counter[str]] = {month: Counter() for month in months_ahead(today)}
    late: Counter[date] = Counter()
    again: Counter[date] = Counter()
    for one in found:
        for number, day in enumerate(days_of(one, one.day, rules, today)):
            kinds[first_of(day)][one.kind] += 1
            again[first_of(day)] += bool(number)
        late[first_of(today)] += one.day < today
    return tuple(MonthLoad(month, dict(sorted(by.items())), late[month], again[month]) for month, by in kinds.items())


def days_of(one: Renewal, day: date, rules: Sequence[Rule], today: date) -> Iterator[date]:
    """The days within ten years on which a document is renewed when it is first renewed on `day`."""
    until = months_on(first_of(today), MONTHS_AHEAD)
    day = max(day, today)
    while day < until:
        yield day
        if not one.validity:
            return
        day = months_on(day, 12 * one.validity)
        year = Schooljaar.of(day)
        if not any(rule.kind == "document" and rule.document == one.kind and is_valid(rule, year) for rule in rules):
            return


def months_ahead(today: date) -> list[date]:
    """The first days of the months that are looked at, from this one on."""
    return [months_on(first_of(today), number) for number in range(MONTHS_AHEAD)]


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def usual_most(load: Sequence[MonthLoad]) -> int:
    """With more than so many documents a month is overfull: twice what one brings on average, and at least three."""
    return max(FEWEST, ceil(TIMES * average(load)))


def average(load: Sequence[MonthLoad]) -> float:
    """What a month brings on average."""
    return sum(one.total for one in load) / len(load) if load else 0.0
