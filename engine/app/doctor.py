"""doctor: is all well with files, store and work? A look that fails is told and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection

from engine.app.checking import notes_on_people
from engine.app.clock_guard import ACCEPT, clock_trouble, is_behind
from engine.core.dutch import capitalised, counted, listed, long_date, long_moment, some
from engine.core.finding import Finding, fine, note, trouble
from engine.core.incoming import NOTEWORTHY
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.problem import Problem, Refused
from engine.core.recipients import TOLD_BUREAU, lacks_still
from engine.core.states import MESSAGE_WORDS, MessageState
from engine.core.unreached import ROLES
from engine.core.vitals import SILENT_AFTER, UNREAD_AFTER, YEAR
from engine.store import health
from engine.store.clock import newest_moment
from engine.store.database import Database, newest_revision
from engine.store.facts import adopted, is_trial, waiting_proposal
from engine.store.register import is_empty
from engine.store.relay import relay_rest
from engine.store.replies import reading_place, unreadable_since

# Of more roles that nobody has the first say enough.
MOST_REASONS = 3
LEAST_ROOM, LITTLE_ROOM = 100 * 1024**2, 1024**3  # bytes
Look = Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Disk:
    """What is asked of the disk: free bytes of a folder, and the kind of network drive a file is on or empty."""

    free: Callable[[Path], int]
    network: Callable[[Path], str]


def examine(looks: Iterable[tuple[str, Look]]) -> list[tuple[str, Finding]]:
    """What each look found, by the part it looks at; one that fails is a finding itself."""
    found: list[tuple[str, Finding]] = []
    for part, look in looks:
        try:
            found += [(part, finding) for finding in look()]
        except Refused as refused:
            typed = (refused.hint.removesuffix("."), *refused.command) if refused.command else ()
            found.append((part, trouble(refused.message, refused.hint, typed=typed)))
        except Exception as error:  # told with its name, so that it can be looked for
            message = f"Deze controle is mislukt door een fout in het programma ({type(error).__name__})."
            found.append((part, trouble(message, "Meld dit aan wie het programma onderhoudt.")))
    return found


def of_files(found: Sequence[Problem], looked_at: str) -> Finding:
    """What was found in files, in one line; `looked_at` says in which."""
    wrong = sum(problem.severity == "problem" for problem in found)
    if not found:
        return fine(f"{looked_at} kloppen.")
    message = f"{counted(wrong, 'fout', 'fouten')} en {counted(len(found) - wrong, 'opmerking', 'opmerkingen')}."
    return (trouble if wrong else note)(message, "", "regels", ("Bekijk ze met", "check"))


def of_sample(left: Sequence[Problem]) -> Iterator[Finding]:
    """What config.toml still has of the sample."""
    if fields := [problem.field.replace(".", "] ", 1) for problem in left]:
        yield note(
            f"In config.toml staat nog het voorbeeld bij {listed([f'[{one}' for one in fields])}.",
            "Vul uw eigen gegevens in: ze komen in de mails.",
        )


def of_pages(lacking: Sequence[Problem]) -> Iterator[Finding]:
    """Whether mails lead to the pages."""
    for problem in lacking:
        yield note(f"{problem.message}.", problem.hint)


def of_key(file: Path, is_open_to_others: Callable[[Path], bool]) -> Iterator[Finding]:
    """Who may read the key to the stored mails, where it is a file."""
    if not file.exists():
        return
    if is_open_to_others(file):
        yield trouble(
            f"Anderen op deze computer kunnen de sleutel {file.name} lezen.",
            f"Laat uw beheerder dat verhelpen, met: chmod 600 {file.name}",
        )
    else:
        yield fine(f"Alleen u kunt de sleutel {file.name} lezen.")


def of_holidays(until: date, now: datetime) -> Iterator[Finding]:
    """Until when the school holidays are published."""
    known = f"De schoolvakanties zijn bekend tot en met {long_date(until)}."
    if until - local_date(now) < YEAR:
        yield trouble(f"{known} Dat is minder dan een jaar.", "Vraag uw beheerder om een nieuwe versie.")
    else:
        yield fine(known)


def of_store(
    database: Database, people: Callable[[Connection], Register], disk: Disk, now: datetime
) -> list[tuple[str, Look]]:
    """The looks at the store and at the work that is done on it."""
    return [
        ("database", lambda: _database(database)),
        ("schijf", lambda: _disk(database, disk)),
        ("klok", lambda: _clock(database, now)),
        ("programma", lambda: _worker(database, now)),
        ("planning", lambda: _plan(database, people, now)),
        ("register", lambda: _people(database, people, now)),
        ("post", lambda: _post(database, now)),
        ("postbus", lambda: _incoming(database, now)),
    ]


def _database(database: Database) -> Iterator[Finding]:
    with database.read() as connection:
        broken = health.damage(connection)
        lasting = health.survives_power_cut(connection)
    if broken:
        yield trouble(
            f"De database {database.name} is beschadigd ({broken}).",
            "Stop het programma en zet een reservekopie terug.",
        )
        return
    with database.write() as connection:
        health.try_to_write(connection)
    if not lasting:
        yield note(
            f"De database {database.name} staat zo ingesteld dat na stroomuitval iets kan ontbreken.",
            "Zet fsync en synchronous_commit aan op de databaseserver.",
        )
    yield fine(f"De database {database.name} is heel en kan worden beschreven (versie {newest_revision()}).")


def _disk(database: Database, disk: Disk) -> Iterator[Finding]:
    if database.file is None:
        return
    kind = disk.network(database.file)
    if kind:
        yield note(
            f"De database {database.name} staat op een netwerkschijf ({kind}). Daar kan hij beschadigd raken.",
            "Zet de werkmap op een schijf van deze computer, of gebruik PostgreSQL.",
        )
    free = disk.free(database.file.parent)
    room = f"Op de schijf is nog {free / 1024**3:.1f} GB vrij.".replace(".", ",", 1)
    if free < LEAST_ROOM:
        yield trouble(room, "Maak ruimte vrij. Op een volle schijf gaat er geen mail uit.")
    elif free < LITTLE_ROOM:
        yield note(room, "Maak ruimte vrij.")
    else:
        yield fine(room)


def _clock(database: Database, now: datetime) -> Iterator[Finding]:
    with database.read() as connection:
        newest = None if is_trial(connection) else newest_moment(connection)
    if newest is not None and is_behind(newest, now):
        message, hint = clock_trouble(newest, now)
        asked = f"{hint} Vraag dan uw beheerder om hulp."
        yield trouble(message, asked, typed=(f"{hint} Geef dan", *ACCEPT))
    else:
        yield fine(f"Het is nu {long_moment(now)}. Klopt dat niet, zet dan de klok van de computer goed.")


def _worker(database: Database, now: datetime) -> Iterator[Finding]:
    with database.read() as connection:
        trial, live, newest = is_trial(connection), adopted(connection), newest_moment(connection)
        failure = health.failing(connection)
    remedy, typed = "Vraag uw beheerder om het aan te zetten.", ("Zet het aan met", "run", "--only", "worker")
    if trial:
        yield note(
            "Deze werkmap is een proef: mail komt alleen in een map.",
            "Begin voor het echte werk met een nieuwe werkmap.",
            typed=("Begin voor het echte werk met", "init", "MAP"),
        )
    elif newest is None:
        message = "Het programma heeft hier nog niet gekeken wat er moet gebeuren."
        yield (trouble if live else note)(message, remedy, typed=typed)
    elif now - newest > SILENT_AFTER:
        yield trouble(
            f"Het programma draait niet: het keek voor het laatst op {long_moment(newest)}.", remedy, typed=typed
        )
    elif failure is not None:
        since, reason = failure
        yield trouble(
            f"Het programma draait, maar sinds {long_moment(since)} mislukt elke ronde. {reason}",
            "Kijk in het logboek van het programma wat er misgaat.",
        )
    else:
        yield fine(f"Er is voor het laatst gekeken op {long_moment(newest)}.")


def _plan(database: Database, people: Callable[[Connection], Register], now: datetime) -> Iterator[Finding]:
    with database.read() as connection:
        live, waiting = adopted(connection), waiting_proposal(connection)
        register = people(connection)
        found = health.fallbacks(connection)
    today = local_date(now)
    alone = [(task, why) for task, role, why in found if lacks_still(role, why, register, today)]
    if waiting is not None:
        yield note(
            f"Sinds {long_moment(waiting.made_at)} wacht een voorstel voor "
            f"{counted(waiting.changes, 'taak', 'taken')} op u.",
            page="jaarplanning",
            typed=("Bekijk het met", "plan"),
        )
    if alone:
        told = sorted({why.removesuffix(TOLD_BUREAU) for _, why in alone})
        shown, many = some(told, MOST_REASONS), len({task for task, _ in alone})
        yield note(
            f"Van {counted(many, 'lopende taak', 'lopende taken')} kreeg het bureau al mail. {' '.join(shown)}"
            + ("." if len(shown) < len(told) else ""),
            "Geef iemand die rol. Welke mail zo nog komt, staat bij Post.",
            "contactpersonen",
            ("Vul de rol in het register in en haal het op", "import", "MAP", "--apply"),
        )
    if live:
        yield fine(f"Vastgesteld: {', '.join(sorted(live))}.")
    else:
        yield note(
            "Er is nog geen schooljaar vastgesteld. Tot die tijd gaat er geen mail uit.",
            "Bekijk de planning, en stel haar vast.",
            "jaarplanning",
            ("Bekijk de planning, en stel haar vast met", "plan", "--schooljaar", "JAAR", "--apply", "--adopt"),
        )


def _people(database: Database, people: Callable[[Connection], Register], now: datetime) -> Iterator[Finding]:
    with database.read() as connection:
        if is_empty(connection):
            return
        live, found = adopted(connection), notes_on_people(connection, people(connection), local_date(now))
    for one in found:
        # Of an address that fails the bureau hears; of a bureau that is not there nobody does.
        grade = trouble if one.field == ROLES and live else note
        yield grade(f"{capitalised(one.text)}.", one.hint, "contactpersonen")
    if not found:
        yield fine("Het bureau krijgt bericht van het programma, en geen adres weigert mail.")


# State -> what it asks of the bureau, the page for it, and what comes before the command that lists them.
_ASKS: tuple[tuple[MessageState, str, str, str], ...] = (
    ("held", "", "post", "Bekijk ze met"),
    ("uncertain", "Vraag de ontvanger of de mail er is.", "verstuurd", "U vindt ze met"),
    ("bounced", "Bel de school en verbeter het adres.", "verstuurd", "U vindt ze met"),
)


def _post(database: Database, now: datetime) -> Iterator[Finding]:
    with database.read() as connection:
        piles, failing = health.piles(connection), health.kept_back(connection)
        late = health.overdue_post(connection, now - SILENT_AFTER)
        rest = relay_rest(connection)
    if rest is not None and rest.until > now:
        yield note(
            f"Het versturen rust tot {long_moment(rest.until)}. De reden: {rest.reason}",
            "Daarna probeert het programma het zelf opnieuw.",
        )
    for state, remedy, where, words in _ASKS:
        if (pile := piles.get(state)) is not None:
            since = f"de oudste van {long_moment(pile.since)}"
            yield note(
                f"{counted(pile.count, 'mail', 'mails')}: {MESSAGE_WORDS[state]}, {since}.",
                remedy,
                where,
                (f"{remedy} {words}".strip(), "outbox", "list"),
            )
    if failing is not None:
        pile, reason = failing
        yield note(
            f"{counted(pile.count, 'mail kon', 'mails konden')} nog niet weg, de oudste van "
            f"{long_moment(pile.since)}. De reden: {reason}",
            "Het programma probeert het zelf opnieuw.",
        )
    if late:
        yield note(
            f"{counted(late, 'mail staat', 'mails staan')} langer klaar dan een kwartier.",
            "Draait het programma? Vraag het uw beheerder.",
            typed=("Draait het programma? Anders verstuurt u ze met", "deliver"),
        )
    sent = piles.get("sent")
    yield fine(f"{counted(sent.count if sent else 0, 'mail', 'mails')} verstuurd.")


def _incoming(database: Database, now: datetime) -> Iterator[Finding]:
    with database.read() as connection:
        place, failing = reading_place(connection), unreadable_since(connection)
    if failing is not None:
        grade = trouble if now - failing.since > UNREAD_AFTER else note
        since = long_moment(failing.since)
        yield grade(f"De postbus is sinds {since} niet goed te lezen. {failing.reason}", failing.hint)
    kinds = [*place.left.values()]
    words = [counted(kinds.count(kind), *named) for kind, named in NOTEWORTHY.items() if kind in kinds]
    if words:
        yield note(f"Voor u in de postbus: {listed(words)}.", "Lees ze in uw mailprogramma.")
    elif place.validity and failing is None:
        others = counted(place.others, "andere mail", "andere mails")
        yield fine(f"De postbus is gelezen. Er {'ligt' if place.others == 1 else 'liggen'} {others} voor u.")
