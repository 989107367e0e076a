"""demo: a made-up VO-SWV, played by habit from 1 August of the previous schooljaar to now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from engine.app.deliver import deliver
from engine.app.means import Means
from engine.app.nightly import night_passed, nightly
from engine.app.planning import adopt, apply, propose
from engine.app.player import ONE_TICK, Player, habit_of
from engine.app.stages import settle_tonight
from engine.app.year_end import Choice, close, year_end
from engine.core.letter import AT_ONCE
from engine.core.localtime import at_local, local_date, start_of_day
from engine.core.ports import Channel
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.sheets import ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry
from engine.core.states import is_late
from engine.core.task import StoredTask
from engine.core.user import User, UserRole
from engine.store.facts import set_fact
from engine.store.messages import all_messages
from engine.store.register import fill_register
from engine.store.tasks import load_tasks
from engine.store.users import add_user, user_by_email

BUREAU = "bureau"
BESTUREN = (
    ("70001", "Stichting De Waterlinie", ""),
    ("70002", "Stichting Vensterlicht", ""),
    ("70003", "Scholengroep De Heuvels", "midden"),
    ("70004", "Stichting Het Kompas", ""),
)
SCHOLEN = (
    "De Vuurtoren",
    "Het Baken",
    "De Linde",
    "De Meander",
    "Het Anker",
    "De Sluis",
    "De Populier",
    "Het Palet",
    "De Waterkant",
    "De Horizon",
    "Het Mozaïek",
    "De Brug",
    "De Zonnewijzer",
    "Het Veld",
    "De Kei",
    "De Wissel",
    "Het Prisma",
    "De Eik",
    "De Haven",
    "Het Noorderlicht",
    "De Veste",
    "De Boog",
    "Het Getij",
    "De Molen",
)
PLACES = ("Duinkerk", "Waterdam", "Zandhoven", "Heuvelrade")
CONSULENTEN = ("noord", "oost", "zuid", "west")
WEEK = timedelta(days=7)
PROFILE = "schoolondersteuningsprofiel"
YEARS = timedelta(days=4 * 365)
# Of the made-up parties two scholen and a bestuur never answer with this one.
SEED = 150
TUESDAY = 1
# The bureau closes a schooljaar so long after its end.
CLOSED_AFTER = timedelta(days=31)
# Mail comes within so many days at the latest: no vakantie is longer.
FARTHEST = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Summary:
    """How the made-up SWV stands now; `late` are the tasks that are overdue, `coming` the steps of this week."""

    counts: Counter[str]
    late: tuple[StoredTask, ...]
    coming: tuple[tuple[StoredTask, str, int], ...]
    mails: int
    held: int


def play(means: Means, rulebook: Rulebook, channel: Channel, now: datetime, seed: int) -> Summary:
    """Fills an empty store with the made-up SWV, plays it up to now, and tells how it stands."""
    running = Schooljaar.of(local_date(now))
    begin = start_of_day(running.previous.begin)
    with means.database.write() as connection:
        set_fact(connection, "proef", "ja")
        documents = made_up_documents(local_date(now), seed)
        fill_register(connection, replace(made_up_register(), documents=documents))
        # The coming schooljaar stands there as a concept.
        changes = propose(connection, means, rulebook, (running.previous, running, running.next))
        apply(connection, means, changes, rulebook, begin, BUREAU)
        adopt(connection, means, running.previous, begin, BUREAU)
    player = Player(means, channel, "mixed", seed)
    adopting, closing = _adoption(running), start_of_day(running.begin + CLOSED_AFTER)
    for first, last in ((begin, adopting), (adopting, min(closing, now)), (closing, now)):
        for _event in player.play(first, last):
            pass
        if last == adopting:
            with means.database.write() as connection:
                adopt(connection, means, running, adopting, BUREAU)
        elif first == adopting and closing < now:
            _close(means, running.previous, closing)
    return summary(means, now)


def _adoption(schooljaar: Schooljaar) -> datetime:
    """When the bureau adopts a schooljaar: on the last Tuesday of May before it, ahead of the first reminder of it."""
    last = date(schooljaar.first_year, 5, 31)
    return at_local(last - timedelta(days=(last.weekday() - TUESDAY) % 7), time(10))


def _close(means: Means, schooljaar: Schooljaar, now: datetime) -> None:
    """As the bureau would: what is too late was not delivered."""
    with means.database.read() as connection:
        found = year_end(connection, means, schooljaar, now)
    close(means, schooljaar, Choice({}, None), found.seal, now, BUREAU, lambda _connection, _ending: None)


@dataclass(frozen=True, slots=True)
class Played:
    """What happened while time was played on, and until when it was."""

    until: datetime
    mails: int
    answers: int


def play_on(
    means: Means,
    channel: Channel,
    rulebook: Rulebook | None,
    begin: datetime,
    end: datetime | None,
    seed: int = SEED,
) -> Played:
    """Plays the made-up SWV on, with its habits of answering, from `begin` to `end`; None: until the next mail leaves.

    What waits for the bureau goes on waiting: the bureau is who watches. Raises Refused when mail cannot leave.
    """
    player = Player(means, channel, "mixed", seed, releases=False, tells=True)
    player.take_up(begin)
    mails = answers = 0
    until = end or begin + FARTHEST
    for events in player.ticks(begin, until):
        sent = [event for event in events if event.kind == "message"]
        mails += len(sent)
        answers += sum(event.kind == "answered" for event in events)
        if end is None and sent:
            until = max(event.at for event in sent) + ONE_TICK
            break
    if rulebook is not None and night_passed(begin, until):
        nightly(means, rulebook, until)
        settle_tonight(means, until)
    return Played(until, mails, answers)


def deliver_at_once(means: Means, channel: Channel, now: datetime) -> int:
    """Delivers the mail that answers what somebody just did, without the clock being moved; returns how many."""
    return deliver(means, channel, now, kinds=AT_ONCE).sent


def summary(means: Means, now: datetime) -> Summary:
    """Counts by state of the running schooljaar, what is late, and what goes out within seven days."""
    today = local_date(now)
    with means.database.read() as connection:
        tasks = load_tasks(connection, schooljaren=[str(Schooljaar.of(today))])
        sent = len(all_messages(connection, ["sent"]))
        held = len(all_messages(connection, ["held"]))
    late = [task for task in tasks if is_late(task.state, task.plan.due, today)]
    counts = Counter("late" if is_late(task.state, task.plan.due, today) else str(task.state) for task in tasks)
    coming: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], StoredTask] = {}
    for task in tasks:
        for step in task.steps if task.state in ("planned", "open") else ():
            if step.state in ("pending", "due") and step.plan.date is not None and step.plan.date < today + WEEK:
                occurrence = (f"{task.plan.rule}.{task.plan.round}", step.plan.name)
                coming[occurrence] += 1
                first.setdefault(occurrence, task)
    rows = tuple((first[key], key[1], count) for key, count in coming.items())
    return Summary(counts, tuple(late), rows, sent, held)


# Who one may be in a demo: address and name by role. The consulent has scholen in the made-up register.
USERS: Mapping[UserRole, tuple[str, str]] = {
    "bureau": ("bureau@demo.example", "Bureau"),
    "consulent": ("consulent.noord@demo.example", "Consulent team noord"),
    "lezer": ("lezer@demo.example", "Lezer"),
}


def made_up_user(connection: Connection, role: UserRole, now: datetime) -> User:
    """The made-up user of that role, added where it is not there yet."""
    address, name = USERS[role]
    found = user_by_email(connection, address)
    return found or User(add_user(connection, address, name, role, now), address, name, role)


def made_up_register() -> RegisterSheets:
    """4 besturen and 24 scholen in two regions, with contacts by role at `.example`; nobody in it exists."""
    parties, people = [], []
    for number, name, region in BESTUREN:
        parties.append(PartyRow(number, "bestuur", name, region=region))
        people += [
            _person("bestuurder", number, name),
            _person("administratie", number, name),
        ]
    for index, name in enumerate(SCHOLEN):
        code = f"{10 + index:02d}DM00"
        bestuur, _, region = BESTUREN[index % len(BESTUREN)]
        place = PLACES[index % len(PLACES)]
        parties.append(PartyRow(code, "school", name, bestuur=bestuur, place=place, gemeente=place, region=region))
        people += [_person(role, code, name) for role in ("directeur", "ondersteuningscoordinator", "administratie")]
        team = CONSULENTEN[index % len(CONSULENTEN)]
        people.append((_contact(f"consulent.{team}", f"Consulent team {team}"), "consulent", code))
    for place in PLACES:
        who = _contact(f"leerplicht.{place.lower()}", f"Leerplicht {place}")
        people.append((who, "leerplichtambtenaar", f"gemeente:{place}"))
    people.append((_contact("bureau", "Team jaarplanning", "0800-0000"), BUREAU, "swv"))
    people.append((_contact("controller", "Controller"), "controller", "swv"))
    contacts = {
        email: contact if contact.phone else replace(contact, phone=f"0299 000 {number:03d}")
        for number, (email, contact) in enumerate({one.email: one for one, _, _ in people}.items(), start=1)
    }
    roles = tuple(RoleEntry(contact.email, role, party) for contact, role, party in people)
    return RegisterSheets(tuple(parties), tuple(contacts.values()), roles)


def made_up_documents(today: date, seed: int) -> tuple[DocumentRow, ...]:
    """A profile for most scholen: one expired, of a school that never answers; the others end one after another."""
    codes = [party.id for party in made_up_register().parties if party.kind == "school"]
    silent = next((code for code in codes if habit_of(code, "mixed", seed) == "none"), codes[0])
    ends = {code: today + timedelta(days=25 + 40 * place) for place, code in enumerate(codes[:-2])}
    ends[silent] = today - timedelta(days=20)
    return tuple(DocumentRow(PROFILE, code, adopted_on=end - YEARS, valid_until=end) for code, end in ends.items())


def _person(role: str, party: str, name: str) -> tuple[ContactRow, str, str]:
    words = {"ondersteuningscoordinator": "Ondersteuningscoördinator"}
    return _contact(f"{role}.{party.lower()}", f"{words.get(role, role.capitalize())} {name}"), role, party


def _contact(local: str, name: str, phone: str = "") -> ContactRow:
    return ContactRow(f"{local}@demo.example", name, phone=phone)
