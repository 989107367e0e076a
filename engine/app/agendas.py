"""The agendas people subscribe to: which of them a change touches, and making those again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.agenda_choice import (
    Asked,
    Whose,
    World,
    entries_of,
    is_of_one,
    next_turn,
    vakantie_entries,
)
from engine.core.agenda_history import Agenda, Shown, agenda, empty_local
from engine.core.agenda_task import AgendaTask
from engine.core.calendar import Calendar
from engine.core.localtime import local_date, start_of_day
from engine.core.party import SWV, Contact, Party, Register, region_of
from engine.core.problem import Refused, suggestion
from engine.core.recipients import within_reach
from engine.core.schooljaar import Schooljaar
from engine.store.agenda_tasks import agenda_tasks, appointments_of, guests_of, remember_shown, shown_before
from engine.store.facts import adopted, set_fact
from engine.store.feeds import (
    MADE_OF,
    KeptFeed,
    Lag,
    add_feed,
    all_caught_up,
    caught_up,
    feed_names,
    keep_feed,
    kept_feed,
    lag,
    lagging,
    make_stale,
    ripe_feeds,
)

# Of more tasks at once it is not looked up which agendas they touch: all are made again.
MOST_TASKS = 500
# So many agendas are made in one round; the others in the next, a minute later.
MOST_FEEDS = 200
# Another number when what is shown of the same tasks is worded or chosen otherwise than in an earlier version.
WORDING = "2"


@dataclass(slots=True)
class _Day:
    """Who is asked, found once for all agendas that are made on a day with one register."""

    asked: Asked | None = None

    def of(self, register: Register, now: datetime) -> Asked:
        day = local_date(now)
        if self.asked is None or self.asked.register is not register or self.asked.day != day:
            self.asked = Asked(register, day)
        return self.asked


@dataclass(frozen=True, slots=True)
class Made:
    """An agenda with its bytes, ready to be kept. `etag` is strong: a digest of the bytes."""

    title: str
    agenda: Agenda
    raw: bytes
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "etag", f'"{hashlib.sha256(self.raw).hexdigest()}"')


def refresh(means: Means, now: datetime) -> int:
    """Makes the agendas again that changes since the last time touch; returns how many there were.

    Without an agenda, or a change, it costs one statement. One that cannot be made does not stop the others; it is
    tried again the next time, and its fault is raised when the others are done.
    """
    with means.database.read() as connection:
        found = lag(connection, now)
    if not found.any:
        return 0
    if found.tasks or found.made_of != _made_of(found, means):
        with means.database.write() as connection:
            _mark(connection, means, now)
            names = ripe_feeds(connection, now, MOST_FEEDS)
    elif found.ripe:
        with means.database.read() as connection:
            names = ripe_feeds(connection, now, MOST_FEEDS)
    else:
        return 0
    faults, day = [], _Day()
    for name in names:
        try:
            with means.database.write() as connection:
                make(connection, means, name, now, day)
        except Refused:  # the database is not to be had: nor will it be for the next
            raise
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise faults[0]
    return len(names)


def make(connection: Connection, means: Means, name: str, now: datetime, day: _Day | None = None) -> bytes:
    """Makes an agenda of what is stored now, and keeps it; one nobody asked for before is there from now on."""
    add_feed(connection, name)
    before = kept_feed(connection, name)
    assert before is not None  # noqa: S101  # it was just added
    made, shown = _made(connection, means, before, now, day or _Day())
    remember_shown(connection, made.agenda.changed, shown)
    keep_feed(connection, before, made.title, made.agenda, made.raw, made.etag, now)
    return made.raw


def look(connection: Connection, means: Means, name: str, now: datetime) -> bytes:
    """The bytes that `make` would give; nothing is kept of it."""
    before = kept_feed(connection, name) or KeptFeed(name, "", None, "", ())
    return _made(connection, means, before, now, _Day())[0].raw


def whose_named(text: str, register: Register) -> Whose:
    """Whose agenda `swv`, a party or `contact:EMAIL` asks for, with `+vakanties` or not; raises Refused."""
    plain = text.strip().removesuffix("+vakanties")
    vakanties = plain != text.strip()
    if plain.casefold().startswith("contact:"):
        email = plain.partition(":")[2].strip().casefold()
        found = next((one for one in register.contacts.values() if one.email.casefold() == email), None)
        if found is None:
            near = suggestion(email, [one.email for one in register.contacts.values()])
            hint = f"Bedoelde u contact:{near}?" if near else "Op de pagina Contactpersonen staat wie er is."
            raise Refused(f"Er is geen contactpersoon met het adres {email}.", hint)
        return Whose(contact=found.id, vakanties=vakanties)
    parties = [one for one in register.parties.values() if one.kind != "gemeente"]
    party = next((one for one in parties if one.id.casefold() == plain.casefold()), None)
    if party is None:
        near = suggestion(plain, [one.id for one in parties])
        hint = f"Bedoelde u {near}? " if near else ""
        raise Refused(
            f"Er is geen agenda van {plain}.",
            f"{hint}Kies swv, het nummer van een bestuur, de code van een school, of contact:E-MAILADRES.",
        )
    return Whose(party.id, vakanties=vakanties)


def title_of(whose: Whose, register: Register) -> str:
    """What an agenda is called in the client."""
    return f"Jaarplanning {_name(whose, register)}".strip()


def _name(whose: Whose, register: Register) -> str:
    known: Party | Contact | None = (
        register.contacts.get(whose.contact) if whose.contact else register.parties.get(whose.party)
    )
    return known.name if known is not None else whose.party


def _made_of(found: Lag, means: Means) -> str:
    settings = means.settings
    told = (WORDING, settings.name, settings.code, settings.region, sorted(settings.stand_ins.items()))
    return f"{found.is_of} {hashlib.sha256(repr(told).encode()).hexdigest()[:16]}"


def _mark(connection: Connection, means: Means, now: datetime) -> None:
    """Says of the agendas that a change touches that they are to be made again."""
    found = lag(connection, now)
    made_of = _made_of(found, means)
    seen = lagging(connection, MOST_TASKS + 1) if found.made_of == made_of else {}
    if found.made_of != made_of or len(seen) > MOST_TASKS:
        make_stale(connection, None)
        all_caught_up(connection)
        set_fact(connection, MADE_OF, made_of)
        return
    make_stale(connection, touched(connection, means, seen, now))
    caught_up(connection, seen)


def touched(connection: Connection, means: Means, keys: Collection[str], now: datetime) -> list[str]:
    """The agendas in which these tasks stand, or stood until a guest left."""
    register = means.register(connection)
    asked = Asked(register, local_date(now))
    tasks = agenda_tasks(connection, map(str, _range(now)), keys=keys)
    guests = guests_of(connection, keys)
    return [
        name
        for name in feed_names(connection)
        if any(_concerns(Whose.parse(name), task, asked, guests.get(task.key, frozenset())) for task in tasks)
    ]


def _concerns(whose: Whose, task: AgendaTask, asked: Asked, guests: frozenset[int]) -> bool:
    if whose.contact:
        return asked.concerns(whose.contact, task, guests)
    party = asked.register.parties.get(task.party)
    return whose.party in (SWV, task.party) or (party is not None and party.bestuur == whose.party)


def _made(
    connection: Connection, means: Means, before: KeptFeed, now: datetime, day: _Day
) -> tuple[Made, dict[str, Shown]]:
    """An agenda as it is to be, and what was shown before of what is in it."""
    whose, register = Whose.parse(before.name), means.register(connection)
    years, asked = _range(now), day.of(register, now)
    entries = entries_of(whose, _world(connection, means, whose, asked, now))
    if whose.vakanties:
        entries += vakantie_entries(_vakanties(means, connection, whose, now), years)
    uids = {*(entry.uid for entry in entries), *before.holds, empty_local(before.name)}
    shown = shown_before(connection, uids)
    found = agenda(
        entries,
        shown,
        frozenset(before.holds),
        now,
        named=not is_of_one(whose, register),
        name=before.name,
        since=None if whose.contact else years[0].begin,
    )
    turn = start_of_day(next_turn(register, local_date(now)))
    found = replace(found, next_at=turn if found.next_at is None else min(turn, found.next_at))
    title = title_of(whose, register)
    return Made(title, found, means.ical.feed(title, found.items)), shown


def _world(connection: Connection, means: Means, whose: Whose, asked: Asked, now: datetime) -> World:
    """All that one agenda may be made of; nothing of a schooljaar that is a concept."""
    register, calendars = means.people(connection)
    live, years = adopted(connection), [str(year) for year in _range(now)]
    guests = guests_of(connection)
    tasks = agenda_tasks(connection, years, of=_of(whose, register, asked))
    if whose.contact:
        at = {key for key, contacts in guests.items() if whose.contact in contacts}
        tasks += agenda_tasks(connection, years, keys=at - {task.key for task in tasks})
    return World(
        [task for task in tasks if _runs(task, live)],
        appointments_of(connection, years),
        guests,
        asked,
        calendars,
        means.rules(connection),
        [year for year in _range(now) if str(year) in live],
    )


def _of(whose: Whose, register: Register, asked: Asked) -> Collection[str] | None:
    """The parties whose tasks may stand in an agenda; None for all."""
    if whose.contact:
        reached = within_reach(whose.contact, register, asked.day)
        return None if reached is None else reached | asked.own(whose.contact)
    if whose.party == SWV:
        return None
    return {whose.party, *(one.id for one in register.parties.values() if one.bestuur == whose.party)}


def _runs(task: AgendaTask, live: Collection[str]) -> bool:
    """As `engine.core.planning.runs` has it."""
    return task.schooljaar in live or (task.kind == "document" and str(Schooljaar.of(task.opens)) in live)


def _vakanties(means: Means, connection: Connection, whose: Whose, now: datetime) -> dict[str, Calendar]:
    """The calendars whose vakanties an agenda shows: of the regions of its schools, or a school's own."""
    register, calendars = means.people(connection)
    if is_of_one(whose, register):
        own = calendars.of(whose.party)
        region = region_of(register.parties[whose.party], register.parties, means.settings.region)
        return {region if own.key == region else whose.party: own}
    parties = _of(whose, register, Asked(register, local_date(now)))
    schools = [one for one in register.active("school") if parties is None or one.id in parties]
    regions = {region_of(one, register.parties, means.settings.region) for one in schools}
    found = sorted(regions or {means.settings.region.casefold()})
    plain = means.calendars_for(Register({one: Party(one, "school", one, region=one) for one in found}, {}, ()))
    return {region: plain.of(region) for region in found}


def _range(now: datetime) -> tuple[Schooljaar, ...]:
    this = Schooljaar.of(local_date(now))
    return this.previous, this, this.next
