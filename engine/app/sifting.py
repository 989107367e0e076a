"""Which parties a choice leaves, and what to say where it names something that is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from engine.core.choice import Choice
from engine.core.matrix import PartyLine
from engine.core.party import SWV
from engine.store.parties import Option, besturen, consulenten, party_lines, places_of_consulent

# Of more besturen or consulenten a list to choose from is no help.
MOST_OPTIONS = 60


@dataclass(frozen=True, slots=True)
class Sifted:
    """The parties that are left, by id and in the order of their names.

    `of`: the ids to which reading can be limited, None where that is all of them. `with_swv`: the tasks of the SWV
    itself are among what is left.
    """

    parties: Mapping[str, PartyLine]
    of: frozenset[str] | None
    with_swv: bool
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What one can choose from; empty where there is nothing to choose, or too much. `many`: too many besturen."""

    besturen: tuple[Option, ...]
    consulenten: tuple[Option, ...]
    many: bool = False


def sift(connection: Connection, choice: Choice, scope: frozenset[str] | None, swv: str, today: date) -> Sifted:
    """The parties of a choice; `scope` are those that the user may see, `swv` the name of the SWV."""
    places = None
    if choice.consulent:
        known = choice.consulent.isascii() and choice.consulent.isdecimal()
        places = places_of_consulent(connection, int(choice.consulent), today) if known else []
    found = party_lines(connection, bestuur=choice.bestuur, places=places, scope=scope)
    told: list[str] = []
    if choice.bestuur and not found:
        told.append(f"Er is hier geen bestuur met het nummer '{choice.bestuur}'.")
    elif choice.consulent and not found:
        told.append("Deze consulent heeft hier geen scholen, of bestaat niet.")
    words = choice.text.casefold().split()
    own = PartyLine(SWV, "swv", swv, "", "", "", "")
    if words:
        if found and not any(_has(one, words) for one in (*found, own)):
            told.append(f"Niets gevonden voor '{choice.text}'.")
        found = [one for one in found if _has(one, words)]
    all_of_them = scope is None and places is None and not choice.bestuur and not words
    with_swv = scope is None and places is None and not choice.bestuur and _has(own, words)
    parties = {one.id: one for one in found}
    if with_swv:
        parties[SWV] = own
    return Sifted(parties, None if all_of_them else frozenset(parties), with_swv, tuple(told))


def offer(connection: Connection, scope: frozenset[str] | None = None) -> Offer:
    """The besturen and the consulenten to choose from; within a scope the besturen of its schools alone."""
    if scope is not None:
        own = {(one.bestuur, one.bestuur_name) for one in party_lines(connection, scope=scope) if one.bestuur}
        return Offer(_worth([Option(*one) for one in sorted(own, key=lambda one: one[1])]), ())
    options = MOST_OPTIONS + 1
    of_besturen = besturen(connection, options)
    return Offer(_worth(of_besturen), _worth(consulenten(connection, options)), len(of_besturen) > MOST_OPTIONS)


def _worth(options: Sequence[Option]) -> tuple[Option, ...]:
    return tuple(options) if 1 < len(options) <= MOST_OPTIONS else ()


def _has(party: PartyLine, words: list[str]) -> bool:
    text = " ".join((party.id, party.name, party.place, party.bestuur, party.bestuur_name)).casefold()
    return all(word in text for word in words)
