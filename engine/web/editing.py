"""Changing a text of the workspace on a page: check it, see what it changes, carry it out; earlier versions."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sqlalchemy import Connection
from starlette.responses import Response

from engine import wiring
from engine.adapters.render import example
from engine.adapters.rulebook import LARGEST_FILE, located
from engine.adapters.workspace import TextChanged
from engine.app.file_change import Draft, change_file, write_draft
from engine.app.foresight import foresee
from engine.app.planning import apply, propose
from engine.app.preview import Difference, difference_of, preview
from engine.core.difference import saved
from engine.core.dutch import listed
from engine.core.letter import LAYOUT, Rendered
from engine.core.planning import Change
from engine.core.ports import RenderError
from engine.core.problem import Problem, ProblemsFound, Refused, stops
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.store.acts import Act, record_act
from engine.store.file_versions import FileVersion, name_of, versions_of
from engine.store.register import is_empty
from engine.web.visit import NotFound, Stale, TakingBack, Visit

# Of more mails one says first that one saw how many.
MOST_UNASKED = 25
SPARE_LINES = 12
UNTICKED = "Zet hier eerst een vinkje. Er is nog niets opgeslagen."
MOST_DIFFERENT = 400
RULE, MAIL_TEXT = "regel", "mailtekst"


@dataclass(frozen=True, slots=True)
class Subject:
    """The text that is changed: its path in the workspace, what it is called, and the page it belongs to.

    `own` is its text on disk, None where there is no file; `shown` what the page shows of it (for a mail template
    the program's own text, where the workspace has none).
    """

    file: str
    title: str
    home: str
    own: str | None
    shown: str
    what: str  # RULE or MAIL_TEXT

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return PurePosixPath(self.file).name


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem or note with the text of its line."""

    problem: Problem
    line_text: str
    name: str  # the file's own name


@dataclass(frozen=True, slots=True)
class Looked:
    """What a changed text comes to: what is wrong with it and with other files, and what it would do.

    `difference` is None where that cannot be said: because of problems, or because there is no register yet.
    """

    faults: Sequence[Fault] = ()
    elsewhere: Sequence[Fault] = ()
    notes: Sequence[Fault] = ()
    odd: Sequence[Problem] = ()
    difference: Difference | None = None
    others: Sequence[str] = ()
    must_confirm: bool = False
    empty: bool = False

    @property
    def storable(self) -> bool:
        """True when the text itself is in order, so that at least its file may be written."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Typed:
    """What came from the edit page: the text, the name of the text it was made from, and what to do with it."""

    text: str
    basis: str
    step: str
    looked: Looked = field(default_factory=Looked)
    stale: str = ""
    unticked: str = ""  # what stands at the box that was not ticked


def show_editor(visit: Visit, subject: Subject) -> Response:
    """The text in a field, as it stands."""
    return _editor(visit, subject, Typed(tidy(subject.shown), name_of(subject.shown), ""))


def act_on(visit: Visit, subject: Subject) -> Response:
    """What a button of the edit page does: controleer and verandert look, door and bewaar store."""
    step, text = visit.form.text("stap"), tidy(visit.form.raw("tekst"))
    typed = Typed(text, visit.form.text("basis"), step)
    if len(text.encode()) > LARGEST_FILE:
        raise Refused("Deze tekst is te groot.", f"Er past hooguit {LARGEST_FILE // 1024} KiB in.")
    looked = look(visit, {subject.file: text}, whole=step != "controleer")
    typed = Typed(text, typed.basis, step, looked)
    if typed.basis != name_of(subject.shown):
        told = "Dit bestand is intussen gewijzigd. Er is niets opgeslagen, en uw tekst staat hieronder."
        return _editor(visit, subject, Typed(text, name_of(subject.shown), "anders", looked, told), 409)
    if step not in ("door", "bewaar"):
        return _editor(visit, subject, typed, 422 if looked.faults else 200)
    if text == tidy(subject.shown):
        raise Refused("De tekst is nog hetzelfde.", "Er is niets om door te voeren.")
    if looked.faults or (step == "door" and looked.difference is None):
        return _editor(visit, subject, Typed(text, typed.basis, "controleer", looked), 422)
    if step == "door" and (unticked := box_not_ticked(visit, looked)):
        return _editor(visit, subject, Typed(text, typed.basis, step, looked, unticked=unticked), 422)
    draft = Draft(subject.file, text, subject.own, subject.shown)
    number = store(
        visit, draft, f"{subject.what.capitalize()} gewijzigd: ‘{subject.title}’.", "text", planned=step == "door"
    )
    if number is None:
        told = "Het plan is verouderd: er is intussen iets veranderd. Er is niets opgeslagen. Kijk opnieuw."
        return _editor(visit, subject, Typed(text, typed.basis, "verandert", looked, told), 409)
    return visit.done(number, subject.home)


def box_not_ticked(visit: Visit, looked: Looked) -> str:
    """What stands at the box for many mails, where it must be ticked and is not; else empty."""
    return UNTICKED if looked.must_confirm and visit.form.text("gezien") != "ja" else ""


def look(visit: Visit, instead: Mapping[str, str], *, whole: bool) -> Looked:
    """What these texts come to; `whole`: with what they would do to tasks and mails."""
    try:
        rulebook, problems = wiring.rulebook_of(visit.site.place, instead)
    except ProblemsFound as wrong:
        return Looked(elsewhere=[fault_of(one, instead) for one in wrong.problems])
    texts = {**rulebook.files, **instead}
    faults = [fault_of(one, texts) for one in problems if one.severity == "problem"]
    own = [one for one in faults if one.problem.file in instead]
    notes = [fault_of(one, texts) for one in problems if one.severity == "note" and one.file in instead]
    rest = [one for one in faults if one.problem.file not in instead]
    if not whole or faults:
        return Looked(own, rest, notes)
    with visit.means.database.read() as connection:
        if is_empty(connection):
            return Looked(own, rest, notes, empty=True)
        seen = preview(connection, visit.means, rulebook, years(visit), visit.now, adopting=False, told=True)
    difference = difference_of(seen)
    return Looked(
        own,
        rest,
        notes,
        [one for one in located(seen.notes, rulebook.files) if not instead or one.file in instead],
        difference,
        [file for file in changed_files(visit, rulebook) if file not in instead],
        more_mails(difference) > MOST_UNASKED,
    )


def store(
    visit: Visit, draft: Draft, told: str, kind: str, *, planned: bool, undo: Mapping[str, str | None] | None = None
) -> int | None:
    """Writes a text, and with `planned` the plan that was seen; the number of the act, None where that is stale.

    `undo` is what the act is to remember, where it can be taken back.
    """
    rulebook, problems = wiring.rulebook_of(visit.site.place, {draft.file: draft.text})
    plan = None
    if planned:
        if stops(problems):
            return None
        _confirmed(visit, rulebook)
        plan = (rulebook, years(visit), visit.form.text("zegel"))

    def record(connection: Connection, changes: Sequence[Change]) -> int:
        parts = listed(saved(changes))
        text = f"{told} {f'Taken: {parts}.' if parts else 'Aan de taken verandert niets.'}"
        if plan is None:
            text = f"{told} Nog niet doorgevoerd: aan de taken verandert niets."
        return record_act(connection, Act(visit.now, visit.who.name, kind, text, (draft.file,), undo))

    try:
        return change_file(visit.means, draft, _writer(visit), visit.now, visit.who.name, record, plan)
    except TextChanged:
        raise Stale(
            "Dit bestand is intussen gewijzigd. Er is niets opgeslagen.",
            "Open het opnieuw, en doe uw wijziging nog eens.",
        ) from None


def put_text_back(visit: Visit, taking: TakingBack, draft: Draft) -> None:
    """Writes an earlier text of a rule again, and stores the plan of it; `before` is what the file has now.

    Raises Refused where the file has another text by now, where a rule is wrong or other changes would go along.
    """
    place, by = visit.site.place, visit.who.name
    if draft.file not in wiring.rule_files(place) or wiring.stored_text(place, draft.file) != draft.before:
        raise Refused("De regel is daarna nog gewijzigd.", "Bewerk de regel, of zet een oudere versie terug.")
    rulebook, problems = wiring.rulebook_of(place, {draft.file: draft.text})
    if stops(problems):
        raise Refused("Er zit een fout in de regels.", "Verbeter die eerst: ze staan bij Beheer, Regels.")
    if others := [name for name in changed_files(visit, rulebook) if name != draft.file]:
        raise Refused(
            f"Er zijn nog meer wijzigingen die niet zijn doorgevoerd: {listed(others)}.",
            "Voer die eerst door: kies bij Beheer, Regels, Wat verandert er?",
        )
    changes = propose(taking.connection, visit.means, rulebook, years(visit))
    apply(taking.connection, visit.means, changes, rulebook, visit.now, by)
    foresee(taking.connection, visit.means, visit.now)
    write_draft(taking.connection, draft, _writer(visit), visit.now, by, taking.put_back)


def show_versions(visit: Visit, subject: Subject) -> Response:
    """The texts that the file had, newest first."""
    return visit.render("text_versions.html", subject=subject, versions=_earlier(visit, subject))


def show_version(visit: Visit, subject: Subject) -> Response:
    """One earlier text beside what there is now, and the way back to it."""
    wanted = str(visit.path["version"])
    found = next((one for one in _earlier(visit, subject) if one.name == wanted), None)
    if found is None:
        raise NotFound
    lines = compared(subject.shown, found.text)
    return visit.render(
        "text_version.html",
        subject=subject,
        version=found,
        lines=lines[:MOST_DIFFERENT],
        more=max(0, len(lines) - MOST_DIFFERENT),
        basis=name_of(subject.shown),
    )


def compared(now: str, then: str) -> list[tuple[str, str]]:
    """The lines that differ with some around them: (kind, text), kind being plus, min, deel or gelijk."""
    kinds = {"+": "plus", "-": "min", "@": "deel", " ": "gelijk"}
    found = difflib.unified_diff(now.splitlines(), then.splitlines(), lineterm="", n=2)
    return [(kinds[line[0]], "…" if line[0] == "@" else line[1:]) for line in list(found)[2:]]


def fault_of(problem: Problem, texts: Mapping[str, str]) -> Fault:
    """The problem with the text of its line, where that is known."""
    lines = texts.get(problem.file, "").splitlines()
    there = lines[problem.line - 1] if 0 < problem.line <= len(lines) else ""
    return Fault(problem, there, PurePosixPath(problem.file).name)


def changed_files(visit: Visit, rulebook: Rulebook) -> list[str]:
    """The files that differ from the rulebook that was applied last: changed, new or gone.

    A mail text that came with a newer program and was never applied is no change: it serves already.
    """
    applied = wiring.applied_book(visit.site.place, visit.means.database)
    before: Mapping[str, str] = {}
    if applied is not None:
        shipped = {template_file(name): text for name, text in visit.means.shipped_templates.items()}
        before = shipped | dict(applied.files)
    return sorted(
        file for file in {*before, *rulebook.files} if before.get(file, None) != rulebook.files.get(file, None)
    )


def template_file(name: str) -> str:
    """The path of a mail text in the workspace, as the rulebook names it."""
    return f"{wiring.OWN_TEMPLATES}/{name}.{'mjml' if name == LAYOUT else 'md'}"


def years(visit: Visit) -> tuple[Schooljaar, Schooljaar]:
    """The schooljaren that are planned: the running one and the next."""
    running = Schooljaar.of(visit.today)
    return running, running.next


def more_mails(found: Difference) -> int:
    """How many mails more the coming weeks bring."""
    return sum(max(day.after - day.before, 0) for day in found.days)


def tidy(text: str) -> str:
    """A text as a file holds it: newlines as line ends, one at its end. Blanks stay: in Markdown two break a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"


def _confirmed(visit: Visit, rulebook: Rulebook) -> None:
    with visit.means.database.read() as connection:
        seen = preview(connection, visit.means, rulebook, years(visit), visit.now, adopting=False, told=True)
    mails = more_mails(difference_of(seen))
    if mails > MOST_UNASKED and visit.form.text("gezien") != "ja":
        raise Refused(
            f"Er gaan {mails} mails meer uit. Daarom vragen wij u om dat eerst te bevestigen.",
            "Er is niets veranderd. Zet een vinkje bij het aantal mails.",
        )


def _editor(visit: Visit, subject: Subject, typed: Typed, status: int = 200) -> Response:
    lines = typed.text.count("\n") + SPARE_LINES
    marked = {one.problem.line for one in typed.looked.faults}
    return visit.render(
        "text_edit.html",
        status=status,
        subject=subject,
        typed=typed,
        looked=typed.looked,
        numbers=[(number, number in marked) for number in range(1, lines + 1)],
        theirs=compared(subject.shown, typed.text)[:MOST_DIFFERENT] if typed.step == "anders" else [],
        unchanged=typed.text == tidy(subject.shown),
        example=None if typed.looked.faults else example_of(visit, subject, typed.text),
    )


def example_of(visit: Visit, subject: Subject, text: str) -> Rendered | None:
    """The mail that a mail text makes, with made-up values; None for a rule, or where it cannot be put together."""
    if subject.what != MAIL_TEXT:
        return None
    settings = visit.means.settings
    name = PurePosixPath(subject.file).stem
    try:
        templates = wiring.templates_of(visit.site.place) | {name: text}
        return example(name, templates, settings.name, settings.mailbox, settings.phone)
    except (RenderError, ProblemsFound):
        return None


def _earlier(visit: Visit, subject: Subject) -> list[FileVersion]:
    with visit.means.database.read() as connection:
        return [one for one in versions_of(connection, subject.file) if one.text != subject.shown]


def _writer(visit: Visit) -> Callable[[str, str | None, str | None], None]:
    place = visit.site.place
    return lambda file, text, before: wiring.store_text(place, file, text, before)
