"""Who hears of a step: the people behind its roles, now, and in what capacity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.core.dutch import listed, long_date
from engine.core.lean import lean
from engine.core.letter import Audience
from engine.core.party import SWV, Register, RoleRow
from engine.core.roles import role_word
from engine.core.rule import AT_SCHOOLS, ATTENDEES
from engine.core.task import PlannedStep

# How a guest without a role is called.
GUEST = "deelnemer"
# The end of a reason why the bureau hears.
TOLD_BUREAU = " Daarom krijgt u dit bericht."


@lean
@dataclass(frozen=True, slots=True)
class Recipient:
    """One contact that hears, because of `role`. `fallback` says in Dutch why the bureau hears instead."""

    contact: int
    audience: Audience
    role: str
    fallback: str = ""


def recipients(
    step: PlannedStep,
    together: tuple[str, ...],
    *,
    first: bool,
    party: str,
    register: Register,
    day: date,
    guests: Sequence[tuple[int, str]] = (),
) -> tuple[Recipient, ...]:
    """Who hears of a step; only with the `first` step of a task do those of `samen_met` hear.

    `guests` are who attends the talk, each with a role: the `deelnemers`. While there is no appointment nobody is.
    """
    company = together if first else ()
    return readers(step.to, company, step.copy, party=party, register=register, day=day, guests=guests)


def readers(
    to: tuple[str, ...],
    together: tuple[str, ...],
    copy: tuple[str, ...],
    *,
    party: str,
    register: Register,
    day: date,
    guests: Sequence[tuple[int, str]] = (),
) -> tuple[Recipient, ...]:
    """Resolves `aan`, then `samen_met`, then `kopie`; a contact hears once, the first way."""
    found: dict[int, Recipient] = {}
    if ATTENDEES in to:
        found |= {contact: Recipient(contact, "aan", role or GUEST) for contact, role in guests}
    for role, place in places(to, party, register):
        who = register.who(role, place, day)
        fallback = _fallback(role, place, register) if who.via == "bureau" else ""
        for contact in who.contacts:
            found.setdefault(contact, Recipient(contact, "aan", role, fallback))
    for role in together:
        for contact in register.along_chain(role, party, day):
            found.setdefault(contact, Recipient(contact, "samen_met", role))
    if ATTENDEES in copy:
        for contact, role in guests:
            found.setdefault(contact, Recipient(contact, "kopie", role or GUEST))
    for role, place in places(copy, party, register):
        for contact in register.along_chain(role, place, day):
            found.setdefault(contact, Recipient(contact, "kopie", role))
    return tuple(found.values())


def stands_in(reader: Recipient, party: str, register: Register, day: date) -> str:
    """For whom a reader hears that is away on that day, and until when, in Dutch; empty where for nobody."""
    told = [
        f"{name} is afwezig tot en met {long_date(last)}" for name, last in stood_in_for(reader, party, register, day)
    ]
    return f"{listed(told)}. U vervangt {'deze collega' if len(told) == 1 else 'deze collega’s'}." if told else ""


def stood_in_for(reader: Recipient, party: str, register: Register, day: date) -> tuple[tuple[str, date], ...]:
    """The names of those for whom a reader hears, who are away on that day, each with their last day away."""
    if not register.absences:
        return ()
    at = (party, *(school.id for school in register.schools_of(party)))
    roles = (reader.role, *register.stand_ins.get(reader.role, ()))
    people = {contact for place in at for role in roles for contact in register.holders(role, place, day)}
    return tuple(
        (register.contacts[contact].name, away.last)
        for contact in sorted(people - {reader.contact})
        if (away := register.absence(contact, day)) and register.present(contact, day) == reader.contact
    )


def took_over(reader: Recipient, party: str, asked: date, register: Register, day: date) -> str:
    """From whom a reader took over a role since a question was asked, and since when, in Dutch; empty where not."""
    later = [row for row in register.roles_of(reader.contact, day) if row.begun is not None and row.begun > asked]
    if not later:
        return ""
    at = {party.casefold(), *(school.id.casefold() for school in register.schools_of(party))}
    roles = (reader.role, *register.stand_ins.get(reader.role, ()))
    found = {
        contact: row.begun
        for row in later
        if row.role in roles and row.party.casefold() in at
        for contact in _before(row, asked, register)
        if row.begun is not None
    }
    found.pop(reader.contact, None)
    names = listed(sorted(register.contacts[contact].name for contact in found))
    return f"Sinds {long_date(min(found.values()))} doet u het werk van {names}." if found else ""


def _before(row: RoleRow, asked: date, register: Register) -> list[int]:
    """Who had the role last before this row began, while the question was there already.

    Between the two nobody else had it, or the one ended on the day before the other began.
    """
    begun = row.begun
    others = [one for one in register.rows_at(row.role, row.party) if one.contact != row.contact]
    ended = [one for one in others if begun is not None and _ended_by(one, asked, begun)]
    last = max((one.last for one in ended if one.last is not None), default=None)
    if begun is None or last is None:
        return []
    next_day = last + timedelta(days=1)
    if next_day < begun and any(one.holds_on(next_day) for one in others):
        return []
    going_on = {one.contact for one in others if one.holds_on(begun)}
    return [one.contact for one in ended if one.last == last and one.contact not in going_on]


def _ended_by(row: RoleRow, asked: date, begun: date) -> bool:
    """True for a role that held at some time and ended before that day, but not before it was asked."""
    held = row.last is not None and (row.begun is None or row.begun <= row.last)
    return held and row.last is not None and asked <= row.last < begun


def lacks_still(role: str, fallback: str, register: Register, day: date) -> bool:
    """True where that is still why the bureau hears: nobody got the role since."""
    return any(
        register.who(role, party, day).via == "bureau" and _fallback(role, party, register) == fallback
        for party in register.parties
    )


def told_to_others(fallback: str) -> str:
    """Why the bureau hears, as a page says it to whoever reads it; empty where the bureau does not hear for another."""
    return f"{fallback.removesuffix(TOLD_BUREAU)} Daarom krijgt het bureau de mail." if fallback else ""


def may_answer(contact: int, asked: str, together: tuple[str, ...], party: str, register: Register, day: date) -> bool:
    """True for who must answer or works along on that day: what their own page asks. A copy does not count."""
    return contact in {who.contact for who in askable(asked, together, party, register, day)}


def askable(asked: str, together: tuple[str, ...], party: str, register: Register, day: date) -> tuple[Recipient, ...]:
    """Who is asked on that day, whatever the step: those of `vraag_aan`, then those of `samen_met`.

    Who is away may still answer; only no mail comes to them.
    """
    found = readers((asked,) if asked else (), together, (), party=party, register=register, day=day)
    return found if not register.absences else (*found, *_away(asked, together, party, register, day, found))


def _away(
    asked: str, together: tuple[str, ...], party: str, register: Register, day: date, found: tuple[Recipient, ...]
) -> Iterator[Recipient]:
    """Who has one of the roles but is away, so that another was found."""
    known = {one.contact for one in found}
    ways: list[tuple[Audience, str, str, tuple[str, ...]]] = [
        ("aan", role, place, (role, *register.stand_ins.get(role, ())))
        for role, place in places((asked,) if asked else (), party, register)
    ]
    ways += [("samen_met", role, party, (role,)) for role in together]
    for audience, role, place, names in ways:
        holders = next((people for name in names if (people := register.holders(name, place, day))), ())
        for contact in holders:
            if contact not in known:
                known.add(contact)
                yield Recipient(contact, audience, role)


def within_reach(contact: int, register: Register, day: date) -> frozenset[str] | None:
    """The parties whose tasks may be asked of a contact on that day, by the chain along which a role is looked for.

    None for all of them: a role at the SWV is reached from anywhere.
    """
    found: set[str] = set()
    own = {row.party.casefold() for row in register.roles_of(contact, day)}
    for party in register.parties.values():
        if own.isdisjoint(place.casefold() for place in register.chain(party.id)[: None if party.id == SWV else -1]):
            continue
        found.update((party.id, party.bestuur) if party.bestuur else (party.id,))
    return None if SWV in own else frozenset(found)


def places(roles: tuple[str, ...], party: str, register: Register) -> list[tuple[str, str]]:
    """Each role with where to look for it: `ROLE van de scholen` at every active school of the bestuur.

    `deelnemers` is no role: who they are stands in the appointment.
    """
    places: list[tuple[str, str]] = []
    for role in roles:
        if role == ATTENDEES:
            continue
        if role.endswith(AT_SCHOOLS):
            places += [(role.removesuffix(AT_SCHOOLS), school.id) for school in register.schools_of(party)]
        else:
            places.append((role, party))
    return places


def _fallback(role: str, party: str, register: Register) -> str:
    known = register.parties.get(party)
    name = known.name if known is not None else party
    return f"Niemand heeft de rol {role_word(role)} bij {name}.{TOLD_BUREAU}"
