"""task KEY appoint and took-place: the appointment of a gesprek, made, moved, called off and held."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.adapters.register.cells import WrongCell
from engine.adapters.register.cells import email as read_email
from engine.app.appoint import Arranged, TalkWish, appoint, call_off, filled_in, told_of, took_place
from engine.app.desk import Desk
from engine.app.means import Means
from engine.app.people import Person
from engine.app.talk_page import Clash, asked_anew, clashes
from engine.app.used_shown import not_in_yet
from engine.cli.command import command
from engine.core.appointing import start_of
from engine.core.dutch import counted
from engine.core.guest_news import going_out
from engine.core.localtime import from_ms, local, local_date, parse_moment
from engine.core.problem import Refused, WrongUse
from engine.core.rule import AT_SCHOOLS, Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import TaskMove
from engine.core.task import StoredTask
from engine.store.appointments import waiting_invitations

TALKS: dict[str, TaskMove] = {"appoint": "appoint", "took-place": "took-place"}
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>")

AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="MOMENT", help="Wanneer het gesprek is, bijvoorbeeld 2026-11-03T14:00."),
]
MinutesOption = Annotated[int | None, typer.Option("--minutes", metavar="MINUTEN", help="Hoe lang het gesprek duurt.")]
PlaceOption = Annotated[
    str | None, typer.Option("--place", metavar="TEKST", help="De plaats, of de link van een online gesprek.")
]
AgendaOption = Annotated[
    list[str] | None, typer.Option("--agenda", metavar="TEKST", help="Een agendapunt; samen vervangen zij de agenda.")
]
WithOption = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="WIE", help="Wie er ook komt: een rol, een e-mailadres, of 'Naam <adres>'."),
]
WithoutOption = Annotated[
    list[str] | None, typer.Option("--without", metavar="WIE", help="Wie er niet komt: een rol of een e-mailadres.")
]
AnywayOption = Annotated[
    bool, typer.Option("--anyway", help="Ook op een vrije dag, of op een moment dat al voorbij is.")
]
OffOption = Annotated[bool, typer.Option("--off", help="Zeg de afspraak af.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options as they were typed."""

    move: str
    begins: str | None
    minutes: int | None
    place: str | None
    agenda: Sequence[str]
    with_: Sequence[str]
    without: Sequence[str]
    anyway: bool
    off: bool
    reason: str

    def check(self) -> None:
        """Raises WrongUse for an option that does not belong to the move."""
        given = {
            "--at": self.begins is not None,
            "--minutes": self.minutes is not None,
            "--place": self.place is not None,
            "--agenda": bool(self.agenda),
            "--with": bool(self.with_),
            "--without": bool(self.without),
            "--anyway": self.anyway,
            "--off": self.off,
        }
        allowed: Collection[str] = ()
        if self.move == "appoint":
            allowed = ("--off",) if self.off else given
        elif self.move == "took-place":
            allowed = ("--at", "--minutes", "--anyway")
        if wrong := [name for name, is_given in given.items() if is_given and name not in allowed]:
            beside = f"{self.move} --off" if self.off and self.move == "appoint" else self.move
            raise WrongUse(f"{wrong[0]} hoort niet bij {beside}.", f"Laat {wrong[0]} weg.")


def act_on_talk(
    means: Means, key: str, asked: Asked, at: datetime, roles: Collection[str], by: str, given: Path | None = None
) -> list[str]:
    """Does it; returns what came of it, in Dutch. `given`: the workspace as it was named. Raises Refused, WrongUse."""
    with means.database.write() as connection:
        desk = Desk(connection, means.apart(), at, by)
        task = desk.task(key)
        if asked.off:
            done = call_off(desk, task, asked.reason)
        elif asked.move == "appoint":
            plan, guests = filled_in(desk, task, _wish(desk, task, asked, roles))
            done = appoint(desk, task, plan, guests, anyway=asked.anyway, reason=asked.reason)
        else:
            wish = TalkWish(starts=_begin(asked), minutes=asked.minutes)
            plan_held = filled_in(desk, task, wish)[0] if asked.begins is not None else None
            done = took_place(desk, task, asked.reason, plan_held, anyway=asked.anyway)
        desk.finish()
        made = asked.move == "appoint" and not asked.off
        clashing = clashes(connection, done.appointment, desk.register, None) if made else ()
        held = sum(one.state == "held" for _, one in waiting_invitations(connection, task.plan.key))
        anew = asked_anew(desk, done) if asked.off else ()
        day = local_date(done.appointment.starts)
        lacking = not_in_yet(connection, desk.means, done.moved.after, desk.today, day) if made else ()
    return [*_told(done, asked, held), *anew, *_heeded(key, clashing, lacking, done.before, given)]


def _heeded(key: str, clashing: Sequence[Clash], lacking: Sequence[str], before: Any, given: Path | None) -> list[str]:
    """Who has another gesprek then, what is not in by then, and the way back: the appointment is made already."""
    if not (clashing or lacking):
        return []
    words = ["--off"]
    if before and before["state"] == "planned":
        words = ["--at", f"{local(from_ms(before['starts'])):%Y-%m-%dT%H:%M}"]
    back = command("task", key, "appoint", *words, workspace=given)
    return [
        *(f"Let op: {one}" for one in clashing),
        *(["Let op: op die dag is niet alles binnen wat bij dit gesprek hoort:"] if lacking else []),
        *(f"  {line}" for line in lacking),
        "  → De afspraak is wel opgeslagen. Kies zo nodig met --at een andere tijd.",
        f"  → Of draai het terug: {back}",
    ]


def _told(done: Arranged, asked: Asked, held: int) -> list[str]:
    lines = []
    if asked.move == "appoint":
        what = told_of(done.appointment)
        lines.append(f"Afgezegd: het gesprek {what}." if asked.off else f"Afgesproken {what}.")
    if done.tells or asked.move == "appoint":
        lines.append(going_out(done.tells.values()) or "Er gaat geen mail uit: niemand hoeft iets nieuws te weten.")
    if held:
        lines.append(f"{counted(held, 'mail wacht', 'mails wachten')} op vrijgave.")
    return lines


def _wish(desk: Desk, task: StoredTask, asked: Asked, roles: Collection[str]) -> TalkWish:
    rule = desk.means.rule(desk.connection, task.plan.rule, Schooljaar.parse(task.plan.schooljaar))
    known = {*roles, *_of_talk(rule)}
    people = [_person(one) for one in asked.with_ if "@" in one]
    return TalkWish(
        starts=_begin(asked),
        minutes=asked.minutes,
        place=asked.place,
        agenda=tuple(asked.agenda) or None,
        more=tuple(_role(one, known) for one in asked.with_ if "@" not in one),
        fewer=tuple(_role(one, known) for one in asked.without if "@" not in one),
        people=tuple(people),
        leave=tuple(_person(one).email for one in asked.without if "@" in one),
    )


def _of_talk(rule: Rule | None) -> tuple[str, ...]:
    return () if rule is None or rule.talk is None else (*rule.talk.attendees, *rule.talk.optional_attendees)


def _begin(asked: Asked) -> datetime | None:
    if asked.begins is None:
        return None
    try:
        moment = datetime.fromisoformat(asked.begins)
    except ValueError:
        moment = None
    if moment is None or "T" not in asked.begins.upper().replace(" ", "T"):
        raise WrongUse(f"'{asked.begins}' is geen datum met tijd.", "Schrijf bijvoorbeeld 2026-11-03T14:00.")
    if moment.tzinfo is not None:
        return parse_moment(asked.begins)
    return start_of(moment.date(), moment.time().replace(second=0, microsecond=0), anyway=asked.anyway)


def _person(text: str) -> Person:
    named = _NAMED.fullmatch(text.strip())
    address = (named["address"] if named else text).strip()
    try:
        return Person(read_email(address), " ".join(named["name"].split()) if named else "")
    except WrongCell as error:
        raise Refused(f"'{address}' is geen e-mailadres.", "Schrijf bijvoorbeeld an@school.example.") from error


def _role(text: str, known: Collection[str]) -> str:
    role = text.strip().lower()
    if role not in known and role.removesuffix(AT_SCHOOLS) not in known:
        raise Refused(f"'{text}' is geen rol en geen e-mailadres.", f"Rollen zijn: {', '.join(sorted(known))}.")
    return role
