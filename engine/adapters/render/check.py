"""What is wrong with a set of mail templates, at its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from engine.adapters.render.layout import LAYOUT, LAYOUT_NAMES, compile_layout
from engine.adapters.render.template import MailText, TemplateFault, compile_part, fill, parse
from engine.adapters.render.weekdays import wrong_weekday
from engine.adapters.render.words import (
    BUTTON,
    access_values,
    bulletin_values,
    frame_values,
    invited_values,
    item_values,
    letter_values,
    reply_values,
)
from engine.core.agenda import AgendaItem, Published
from engine.core.answer import AnswerKind
from engine.core.appointment import Said
from engine.core.letter import (
    BULLETINS,
    BUNDLE,
    CLOSING,
    CONFIRMATION,
    INFORMATION,
    INVITATIONS,
    LETS_IN,
    REPLIES,
    TALK_OFF,
    Access,
    Announced,
    Bulletin,
    Confirmed,
    Invited,
    Item,
    Letter,
    Reply,
    UsedLine,
)
from engine.core.problem import Problem, suggestion

FOLDER = "mail_templates"
_DAY = date(2026, 10, 1)
_LINK = "https://swv.example/mijn/voorbeeld"


def check_templates(templates: Mapping[str, str]) -> list[Problem]:
    """All problems of the templates, by file and line; each text is also filled in with made-up values."""
    return sorted(problem for name in sorted({*templates, *_NEEDED}) for problem in _of_one(name, templates.get(name)))


_NEEDED = {
    LAYOUT: "Dit is de opmaak van elke mail.",
    CLOSING: "Dit is het einde van elke mail.",
    BUNDLE: "Dit is het begin van een mail met meer dan één vraag.",
    INFORMATION: "Dit is de tekst voor wie een kopie krijgt of meewerkt.",
}


def _of_one(name: str, source: str | None) -> Iterator[Problem]:
    file = f"{FOLDER}/{name}.mjml" if name == LAYOUT else f"{FOLDER}/{name}.md"
    if source is None:
        yield Problem(file, 1, 1, name, "Dit bestand ontbreekt.", _NEEDED[name])
        return
    try:
        faults = _in_layout(source) if name == LAYOUT else _in_text(name, parse(source), source)
        for fault in faults:
            yield Problem(file, fault.line, 1, name, fault.message, fault.hint)
    except TemplateFault as fault:
        yield Problem(file, fault.line, 1, name, fault.message, fault.hint)


def _in_layout(source: str) -> list[TemplateFault]:
    _, names = compile_part(source, 1, "html")
    unknown = _unknown(names, LAYOUT_NAMES)
    if not unknown:
        compile_layout(source)
    return unknown


def _in_text(name: str, text: MailText, source: str) -> list[TemplateFault]:
    known = frozenset(_values(name, next(_samples())))
    head = [key for key in ("onderwerp", "voorproef") if key not in text.head and name != CLOSING]
    faults = [TemplateFault(1, f"'{key}:' ontbreekt in de kop.", _HEAD_HINT) for key in head]
    faults += _unknown(text.names, known)
    for number, line in enumerate(source.splitlines(), start=1):
        if wrong := wrong_weekday(line):
            faults.append(TemplateFault(number, wrong, "Schrijf geen vaste datum maar {{ datum }}."))
    return faults or list(_when_filled(name, text))


def _unknown(names: Mapping[str, int], known: frozenset[str]) -> list[TemplateFault]:
    return [
        TemplateFault(line, f"'{name}' is onbekend.", _did_you_mean(name, known))
        for name, line in names.items()
        if name not in known
    ]


def _did_you_mean(name: str, known: frozenset[str]) -> str:
    close = suggestion(name, known)
    return f"Bedoelt u '{close}'?" if close else f"Bekend zijn: {', '.join(sorted(known))}."


def _when_filled(name: str, text: MailText) -> Iterator[TemplateFault]:
    seen: set[tuple[int, str]] = set()
    for letter in _samples():
        values = _values(name, letter)
        try:
            for part in text.head.values():
                fill(part, values)
            if fill(text.body, values).count(BUTTON) > 1:
                raise TemplateFault(1, "De knop staat er twee keer.", "Laat {{ knop }} één keer staan.")
            if "knop" in text.names and "knop" not in text.head:
                raise TemplateFault(1, "'knop:' ontbreekt in de kop.", "Zet in de kop wat er op de knop staat.")
        except TemplateFault as fault:
            if (fault.line, fault.message) not in seen:
                yield fault
            seen.add((fault.line, fault.message))


def letter_for(name: str, letter: Letter) -> Letter:
    """The letter as one of that template would be, with made-up values where the program itself has the word."""
    late, few = letter.items[0].late, len(letter.items)
    if name in BULLETINS:
        bulletin = Bulletin(name, few, _DAY, ("1 mail",), late, "2026-2027", ("1 mail",) * few, 0 if late else few)
        return replace(letter, bulletin=bulletin)
    if name in REPLIES:
        return replace(letter, link=_LINK, reply=_reply(name, letter))
    if name in INVITATIONS:
        return replace(letter, invited=_invited(name, letter))
    if name in LETS_IN:
        by = letter.asker  # of the samples some have nobody
        access = Access(name, "https://planning.swv.example/x", datetime(2026, 10, 1, 10, tzinfo=UTC), by, "bureau")
        return replace(letter, access=access)
    return letter


def _values(name: str, letter: Letter) -> dict[str, object]:
    whole = letter_for(name, letter)
    if name in BULLETINS:
        return bulletin_values(whole)
    if name in REPLIES:
        return reply_values(whole)
    if name in LETS_IN:
        return access_values(whole)
    if name in INVITATIONS:
        return invited_values(whole)
    if name == BUNDLE:
        return frame_values(letter)
    item = letter.items[0]
    page = {"agenda": "" if item.late else f"{_LINK}/{item.task}.ics", "doorgeven": not item.late}
    return item_values(item) | letter_values(letter) | page | {"mailen": "" if item.late else "uw antwoord"}


def _reply(name: str, letter: Letter) -> Reply:
    late, few = letter.items[0].late, len(letter.items)
    kinds: tuple[AnswerKind, ...] = ("more_time", "someone_else") if late else ("done", "not_applicable")
    told = [Confirmed("Titel", "School", kind, "Opmerking", _DAY if late else None, late, _DAY) for kind in kinds]
    return Reply(name, tuple(told[:few]) if name == CONFIRMATION else (), few)


def _invited(name: str, letter: Letter) -> Invited:
    late = letter.items[0].late
    starts, ends = datetime(2026, 10, 1, 12, tzinfo=UTC), datetime(2026, 10, 1, 13, 30, tzinfo=UTC)
    item = AgendaItem("startgesprek.2026-2027.10AA00", starts, ends, "Startgesprek De Linde", lapsed=late)
    return Invited(
        template=name,
        title="Startgesprek",
        party="De Linde",
        starts=starts,
        ends=ends,
        place="" if late else "De Linde, Kerkstraat 1",
        agenda=() if late else ("Terugblik op het afgelopen schooljaar", "Werkafspraken voor dit schooljaar"),
        guests=() if late else ("Sanne de Wit", "Tom Bakker"),
        role="" if late else "consulent",
        item=Published(item, 0, starts),
        method="CANCEL" if name == TALK_OFF else "REQUEST",
        was=None if late else Said(starts - timedelta(days=1), 60, "Online"),
        instead_of="" if late else "Tom Bakker",
    )


def _samples() -> Iterator[Letter]:
    """Letters with everything and with as little as can be, for each way of hearing, in time and late."""
    full = Item(
        task="regel.2026-2027.partij",
        step="stap",
        template="uitvraag",
        audience="aan",
        title="Titel",
        explanation="Uitleg.",
        party="School",
        due=_DAY,
        peildatum=_DAY,
        late=False,
        reminder=1,
        reminders=2,
        because_of="directeur",
        rule="regel",
        due_reason="reden",
        asked_role="directeur",
        asked_names=("Naam",),
        together=("consulent",),
        announced=Announced(_DAY, "directeur"),
        fallback="Niemand heeft de rol.",
        phase="concept",
        phase_due=_DAY,
        uses=(UsedLine("Titel", "alle 12 zijn binnen", "https://swv.example/uitvragen/regel/2026-2027"),),
        members=("Titel, School: gewijzigd op donderdag 1 oktober 2026",),
        arranged=datetime(2026, 10, 1, 12, tzinfo=UTC),
        was=_DAY,
        moved_why="reden",
    )
    bare = replace(
        full,
        explanation="",
        peildatum=None,
        late=True,
        reminder=0,
        because_of="bestuurder",
        due_reason="",
        asked_names=(),
        together=(),
        announced=None,
        fallback="",
        uses=(),
        members=(),
        arranged=None,
        was=None,
        moved_why="",
    )
    copy, joined = replace(bare, audience="kopie"), replace(bare, audience="samen_met", late=False)
    for items in ((full,), (bare,), (copy,), (joined,), (full, bare)):
        for asker, phone in (("Bureau", "072"), ("", "")):
            yield Letter("Naam", "naam@school.example", "", items, "SWV", "bureau@swv.example", asker, phone, _DAY)


_HEAD_HINT = "Zet het in de kop, tussen de regels met ---."
