"""tick, deliver, task, outbox: what the program does by itself, and what people do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from engine import wiring
from engine.adapters.clock import utc_now
from engine.adapters.mime import parts_of
from engine.app import outbox as post
from engine.app import respond
from engine.app.agendas import refresh
from engine.app.alarms import tell_bureau
from engine.app.clock_guard import watch_clock
from engine.app.compose import compose
from engine.app.deliver import deliver as send
from engine.app.holding import hold_after_standstill
from engine.app.means import Means
from engine.app.quiet import why_nothing_is_ready, why_nothing_leaves
from engine.app.relay import told
from engine.app.tick import decide_all
from engine.cli.command import command
from engine.cli.options import (
    JsonOption,
    NowOption,
    ReasonOption,
    WorkspaceOption,
    allow_writing,
    moment,
    open_to_write,
)
from engine.cli.shapes import message_row, task_row
from engine.cli.show import emit, say, table
from engine.cli.stage import STAGES, OnOption, PhaseOption, act_on_stage, check_stage
from engine.cli.talk import (
    TALKS,
    AgendaOption,
    AnywayOption,
    Asked,
    AtOption,
    MinutesOption,
    OffOption,
    PlaceOption,
    WithOption,
    WithoutOption,
    act_on_talk,
)
from engine.core.dutch import counted, listed, long_date
from engine.core.letter import ACCESS, INVITE, Rendered
from engine.core.localtime import local
from engine.core.ports import Unreadable
from engine.core.problem import Refused, WrongUse
from engine.core.shown_mail import unusable
from engine.core.states import MESSAGE_WORDS, TASK_WORDS, MessageState, TaskMove
from engine.store.database import Database
from engine.store.messages import Message, all_messages, message, notices_of_message, notices_of_messages
from engine.store.relay import relay_rest
from engine.store.tasks import load_task

BUREAU = "bureau"
# No store has messages beyond these.
NUMBER = re.compile("[0-9]{1,18}")
ENDINGS: dict[str, TaskMove] = {"submit": "submit", "accept": "accept", "waive": "waive", "cancel": "cancel"}
# What gives a task other dates.
DATED: dict[str, TaskMove] = {
    "return": "return",
    "reopen": "reopen",
    "extend": "extend",
    "suspend": "suspend",
    "resume": "resume",
}
MOVES = [*ENDINGS, *DATED, *TALKS, *STAGES]
NEEDS_DAY = ("extend", "suspend")
NumbersArgument = Annotated[list[str] | None, typer.Argument(metavar="NUMMER…", help="De nummers uit outbox list.")]
AllOption = Annotated[bool, typer.Option("--all", help="Alle berichten waarvoor het kan.")]


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verbs."""
    program.command("tick")(tick)
    program.command("deliver")(deliver)
    program.command("task")(task)
    box = typer.Typer(help="Berichten bekijken, tegenhouden, vrijgeven.", no_args_is_help=True, rich_markup_mode=None)
    box.command("list")(outbox_list)
    box.command("show")(outbox_show)
    box.command("hold")(outbox_hold)
    box.command("release")(outbox_release)
    box.command("drop")(outbox_drop)
    program.add_typer(box, name="outbox")


def tick(workspace: WorkspaceOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Kijk één keer wat er vandaag moet gebeuren, en maak de mails klaar."""
    with _writing(workspace, now) as (means, at, _):
        watch_clock(means.database, at)
        if now is None:
            hold_after_standstill(means, at)
        events = [*decide_all(means, at), *compose(means, at)]
        tell_bureau(means, at)
        refresh(means, at)
        with means.database.read() as connection:
            ready = len(all_messages(connection, ["queued"]))
            held = len(all_messages(connection, ["held"]))
            why = "" if ready or held else why_nothing_is_ready(connection, means, at)
    counts = Counter(event.kind for event in events)
    if as_json:
        emit([{"opened": counts["opened"], "queued": ready, "held": held}])
        return
    say(f"{counted(counts['opened'], 'taak', 'taken')} geopend.")
    say(f"{counted(ready, 'mail staat', 'mails staan')} klaar om te versturen.")
    if held:
        look = command("outbox", "list", workspace=workspace)
        say(f"{counted(held, 'mail wacht', 'mails wachten')} op vrijgave. Bekijk ze eerst: {look}")
    if why:
        say(why)


def deliver(workspace: WorkspaceOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Verstuur één keer de mails die klaarstaan."""
    with _writing(workspace, now) as (means, at, place):
        watch_clock(means.database, at)
        if now is None:
            hold_after_standstill(means, at, ticks=False)
        channel = wiring.channel_of(place, means.database)
        try:
            done = send(means, channel, at, None if now else utc_now)
        finally:
            channel.close()
        with means.database.read() as connection:
            why = "" if done.sent else why_nothing_leaves(connection, means, at)
    if done.stopped:
        raise Refused(done.stopped, f"Er {_went(done.sent)}. De rest blijft wachten.")
    if as_json:
        emit([{"sent": done.sent}])
        return
    say(f"Er {_went(done.sent)}.")
    if why:
        say(why)


def task(
    key: Annotated[str, typer.Argument(metavar="TAAK", help="De naam van de taak, zie tasks.")],
    move: Annotated[str, typer.Argument(metavar="WAT", help=f"{listed(list(MOVES), 'of')}.")],
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATUM", help="De nieuwe laatste dag; bij suspend: tot welke dag."),
    ] = None,
    reason: ReasonOption = "",
    begins: AtOption = None,
    minutes: MinutesOption = None,
    place_text: PlaceOption = None,
    agenda: AgendaOption = None,
    with_: WithOption = None,
    without: WithoutOption = None,
    anyway: AnywayOption = False,
    off: OffOption = False,
    phase: PhaseOption = None,
    on: OnOption = None,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verwerk een antwoord, zet op klaar of n.v.t., geef uitstel, pauzeer, vraag opnieuw, vink een fase af, of plan."""
    if move not in MOVES:
        raise WrongUse(f"'{move}' kan niet met een taak.", f"Kies uit {listed(MOVES, 'of')}.")
    if until is not None and (move in ENDINGS or move in (*TALKS, *STAGES) or move == "resume"):
        raise WrongUse(f"--until hoort niet bij {move}.", "Laat --until weg.")
    asked = Asked(move, begins, minutes, place_text, agenda or (), with_ or (), without or (), anyway, off, reason)
    asked.check()
    check_stage(move, phase, on)
    told: list[str] = []
    with _writing(workspace, now) as (means, at, place):
        if move in TALKS:
            told = act_on_talk(means, key, asked, at, place.roles, BUREAU)
        elif phase is not None:
            act_on_stage(means, key, move, phase, on, at, reason, BUREAU)
        elif move in ENDINGS:
            respond.act(means, key, ENDINGS[move], at, by=BUREAU, reason=reason)
        else:
            day = _day(until) if until is not None or move in NEEDS_DAY else None
            respond.put_off(means, key, DATED[move], at, by=BUREAU, until=day, reason=reason)
        with means.database.read() as connection:
            found = load_task(connection, key)
    if found is None:
        return
    if as_json:
        emit([task_row(found)])
        return
    paused = f", gepauzeerd tot {long_date(found.suspended)}" if found.suspended is not None else ""
    say(f"{found.plan.key} staat op '{TASK_WORDS[found.state]}'{paused}. Uiterlijk {long_date(found.plan.due)}.")
    for line in told:
        say(line)


def outbox_list(
    state: Annotated[list[str] | None, typer.Option("--state", metavar="STATUS", help="Alleen deze status.")] = None,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Toon alle berichten met hun status."""
    place = wiring.open_workspace(workspace)
    at = moment(now)
    states = _states(state)
    database = wiring.database_of(place)
    with database.read() as connection:
        found = all_messages(connection, states)
        notices = notices_of_messages(connection)
        contacts = wiring.means_of(place, database).register(connection).contacts
        rest = relay_rest(connection)
    if as_json:
        emit([message_row(one, notices.get(one.id, []), contacts[one.contact].email) for one in found])
        return
    if rest is not None:
        say(f"Let op: {told(rest) if rest.until > at else rest.reason}")
    table(
        ("nr", "status", "aan", "onderwerp", "reden"),
        [(str(one.id), MESSAGE_WORDS[one.state], one.email, one.subject, one.reason) for one in found],
    )
    say(counted(len(found), "bericht", "berichten"))


def outbox_show(
    number: Annotated[str, typer.Argument(metavar="NUMMER")],
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Toon één bericht: aan wie, waarover en de tekst."""
    at = moment(now)
    if not NUMBER.fullmatch(number):
        raise WrongUse(f"'{number}' is geen nummer van een bericht.", "Kijk met outbox list welke er zijn.")
    place = wiring.open_workspace(workspace)
    database = wiring.database_of(place)
    with database.read() as connection:
        found = message(connection, int(number))
        if found is None:
            raise Refused(f"Er is geen bericht {number}.", "Kijk welke er zijn.", ("outbox", "list"))
        notices = notices_of_message(connection, found.id)
        means = wiring.means_of(place, database)
        contacts = means.register(connection).contacts
        ahead = (
            post.read_ahead(connection, found, means, at)
            if found.state == "held" and (notices or found.kind == INVITE)
            else ""
        )
    if as_json:
        emit([message_row(found, notices, contacts[found.contact].email)])
        return
    say(f"Bericht {found.id}: {MESSAGE_WORDS[found.state]}{': ' + found.reason if found.reason else ''}")
    say(f"Aan: {contacts[found.contact].name} <{found.email}>")
    say(f"Onderwerp: {found.subject}")
    for moment_, label in ((found.next_attempt, "Vertrekt niet eerder dan"), (found.sent_at, "Verstuurd op")):
        if moment_ is not None:
            say(f"{label}: {long_date(local(moment_).date())} {local(moment_):%H:%M}")
    for notice in notices:
        say(f"  {notice.task}: {notice.step}")
        if notice.fallback:
            say(f"    Let op: {notice.fallback}")
    if ahead:
        say()
        say("Zo gaat de mail weg als u hem nu vrijgeeft:")
        _say_text(Rendered("", "", ahead))
    if found.kind == ACCESS:
        say("De tekst is alleen voor de ontvanger: er staat een link in om binnen te komen.")
    elif found.raw is not None:
        try:
            raw = means.vault.open(found.id, found.raw)
        except Unreadable as error:
            raise Refused(error.message) from error
        _say_text(parts_of(raw))


def _say_text(mail: Rendered) -> None:
    """A mail to read, without what would open its reader's own page."""
    text = unusable(mail).text.strip()
    say()
    say(text)
    if text != mail.text.strip():
        say()
        say("De link in deze mail is alleen van de ontvanger. Daarom staat hij hier niet helemaal.")


def outbox_hold(
    numbers: NumbersArgument = None,
    everything: AllOption = False,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    now: NowOption = None,
) -> None:
    """Houd berichten tegen die nog niet weg zijn."""
    _each(
        numbers,
        everything,
        ("queued",),
        workspace,
        now,
        "tegengehouden",
        lambda connection, one, *_: _hold(connection, one, reason),
    )


def outbox_release(
    numbers: NumbersArgument = None,
    everything: AllOption = False,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
) -> None:
    """Geef berichten vrij die wachten."""
    _each(numbers, everything, ("held",), workspace, now, "vrijgegeven", _release)


def outbox_drop(
    numbers: NumbersArgument = None,
    everything: AllOption = False,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    now: NowOption = None,
) -> None:
    """Laat berichten vervallen die nog niet weg zijn."""
    _each(
        numbers,
        everything,
        ("held", "queued"),
        workspace,
        now,
        "vervallen",
        lambda connection, one, _, at: _drop(connection, one, reason, at),
    )


# Does it to one message, and returns what the bureau should know of that, in Dutch.
Handler = Callable[[Connection, Message, Means, datetime], str]
TAKEN_AS: dict[MessageState, str] = {
    "uncertain": "telt nu als aangekomen. Het gaat niet nog eens weg.",
    "bounced": "telt als nooit aangekomen. De ontvanger weet nog van niets, en het gaat niet nog eens weg.",
}


def _hold(connection: Connection, one: Message, reason: str) -> str:
    post.hold(connection, one.id, reason)
    return ""


def _release(connection: Connection, one: Message, means: Means, now: datetime) -> str:
    if broken := post.release(connection, one.id, means, now):
        return f"Bericht {one.id} blijft wachten: {broken}"
    after = message(connection, one.id)
    if after is not None and after.state == "dropped":
        return f"Bericht {one.id} vervalt: {after.reason}."
    if one.state == "uncertain":
        return f"Let op: bericht {one.id} is misschien al aangekomen. Dan krijgt de ontvanger het nu twee keer."
    return ""


def _drop(connection: Connection, one: Message, reason: str, now: datetime) -> str:
    post.drop(connection, one.id, reason, now)
    return f"Bericht {one.id} {TAKEN_AS[one.state]}" if one.state in TAKEN_AS else ""


def _each(
    numbers: list[str] | None,
    everything: bool,
    states: tuple[MessageState, ...],
    workspace: WorkspaceOption,
    now: str | None,
    word: str,
    handle: Handler,
) -> None:
    """Does one thing to the messages named, or to all in these states; all of it or nothing."""
    if bool(numbers) == everything:
        raise WrongUse("Noem de nummers van de berichten, of kies --all.")
    if odd := [one for one in numbers or () if not NUMBER.fullmatch(one)]:
        raise WrongUse(f"'{odd[0]}' is geen nummer. Er is niets {word}.", "Schrijf nummers met een spatie ertussen.")
    with _writing(workspace, now) as (means, at, _), means.database.write() as connection:
        if everything:
            # What the program tells the bureau carries no notices; it is not the bureau's to hold or drop.
            carried = notices_of_messages(connection)
            mine = [one for one in all_messages(connection, states) if one.id in carried or one.kind == INVITE]
            # Nor is what was tried before: one such message must not keep the others from being held.
            chosen = [one for one in mine if not one.attempts]
        else:
            found = [(number, message(connection, int(number))) for number in dict.fromkeys(numbers or ())]
            if missing := [number for number, one in found if one is None]:
                none = f"Er is geen bericht {listed(missing, 'of')}. Er is niets {word}."
                raise Refused(none, "Kijk welke er zijn.", ("outbox", "list"))
            chosen = [one for _, one in found if one is not None]
        told = [handle(connection, one, means, at) for one in chosen]
    for line in filter(None, told):
        say(line)
    say(f"{counted(len(chosen), 'bericht', 'berichten')} {word}.")


@contextmanager
def _writing(workspace: WorkspaceOption, now: str | None) -> Iterator[tuple[Means, datetime, wiring.Workspace]]:
    place = open_to_write(workspace)
    at = moment(now)
    database: Database = wiring.database_of(place)
    try:
        allow_writing(database, now)
        yield wiring.means_of(place, database), at, place
    finally:
        database.close()


def _states(given: list[str] | None) -> list[MessageState] | None:
    if not given:
        return None
    wanted = [word for words in given for word in words.split(",")]
    known = [state for state in MESSAGE_WORDS if state in wanted]
    if len(known) != len(set(wanted)):
        raise WrongUse("Deze status bestaat niet.", f"Kies uit {', '.join(MESSAGE_WORDS)}.")
    return known


def _day(text: str | None) -> date:
    if text is None:
        raise WrongUse("Geef de nieuwe dag op.", "Bijvoorbeeld: --until 2026-12-18")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"'{text}' is geen datum.", "Schrijf bijvoorbeeld 2026-12-18.") from None


def _went(sent: int) -> str:
    return "ging niets weg" if sent == 0 else ("is 1 mail verstuurd" if sent == 1 else f"zijn {sent} mails verstuurd")
