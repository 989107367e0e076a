"""outbox: looking at messages, holding them, letting them go."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from engine import wiring
from engine.adapters.mime import parts_of
from engine.app import outbox as post
from engine.app.means import Means
from engine.app.relay import told
from engine.cli.options import JsonOption, NowOption, ReasonOption, WorkspaceOption, moment, writing
from engine.cli.shapes import message_row
from engine.cli.show import complain, emit, say, table
from engine.core.dutch import counted, listed, long_date
from engine.core.letter import ACCESS, INVITE, Rendered
from engine.core.localtime import local
from engine.core.ports import Unreadable
from engine.core.problem import Refused, WrongUse
from engine.core.shown_mail import unusable
from engine.core.states import MESSAGE_WORDS, MessageState
from engine.store.messages import Message, all_messages, message
from engine.store.notices import notices_of_message, notices_of_messages
from engine.store.relay import relay_rest

# No store has messages beyond these.
NUMBER = re.compile("[0-9]{1,18}")
NumbersArgument = Annotated[list[str] | None, typer.Argument(metavar="NUMMER…", help="De nummers uit outbox list.")]
AllOption = Annotated[bool, typer.Option("--all", help="Alle berichten waarvoor het kan.")]


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verbs."""
    box = typer.Typer(help="Berichten bekijken, tegenhouden, vrijgeven.", no_args_is_help=True, rich_markup_mode=None)
    box.command("list")(outbox_list)
    box.command("show")(outbox_show)
    box.command("hold")(outbox_hold)
    box.command("release")(outbox_release)
    box.command("drop")(outbox_drop)
    program.add_typer(box, name="outbox")


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
    as_json: JsonOption = False,
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
        as_json,
    )


def outbox_release(
    numbers: NumbersArgument = None,
    everything: AllOption = False,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Geef berichten vrij die wachten."""
    _each(numbers, everything, ("held",), workspace, now, "vrijgegeven", _release, as_json)


def outbox_drop(
    numbers: NumbersArgument = None,
    everything: AllOption = False,
    reason: ReasonOption = "",
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
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
        as_json,
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
    as_json: bool,
) -> None:
    """Does one thing to the messages named, or to all in these states; all of it or nothing."""
    if bool(numbers) == everything:
        raise WrongUse("Noem de nummers van de berichten, of kies --all.")
    if odd := [one for one in numbers or () if not NUMBER.fullmatch(one)]:
        raise WrongUse(f"'{odd[0]}' is geen nummer. Er is niets {word}.", "Schrijf nummers met een spatie ertussen.")
    with writing(workspace, now) as (means, at, _), means.database.write() as connection:
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
        rows = _rows(connection, means, {one.id for one in chosen}) if as_json else []
    for line in filter(None, told):
        (complain if as_json else say)(line)
    if as_json:
        emit(rows)
        return
    say(f"{counted(len(chosen), 'bericht', 'berichten')} {word}.")


def _rows(connection: Connection, means: Means, numbers: Collection[int]) -> list[dict[str, object]]:
    """How these messages stand by now."""
    notices = notices_of_messages(connection)
    contacts = means.register(connection).contacts
    found = [one for one in all_messages(connection) if one.id in numbers]
    return [message_row(one, notices.get(one.id, []), contacts[one.contact].email) for one in found]


def _states(given: list[str] | None) -> list[MessageState] | None:
    if not given:
        return None
    wanted = [word for words in given for word in words.split(",")]
    known = [state for state in MESSAGE_WORDS if state in wanted]
    if len(known) != len(set(wanted)):
        raise WrongUse("Deze status bestaat niet.", f"Kies uit {', '.join(MESSAGE_WORDS)}.")
    return known
