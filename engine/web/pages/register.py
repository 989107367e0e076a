"""Beheer, register: choose files, look at what they change, store it; download the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from engine import wiring
from engine.adapters.register import DuoFilter, filled, postcodes_in, read_uploads
from engine.app.desk import Desk
from engine.app.import_follows import Follows, Newcomer, follows, guests_after_import, settle_import
from engine.app.import_made import import_all, new_gaps, seal, subjects_of
from engine.app.intake import apply as settle
from engine.app.intake import compare, has_bureau
from engine.app.invitations import news_since
from engine.app.mergers import lapsing, stoppable, talks_off
from engine.core.dutch import capitalised, counted, listed, some
from engine.core.guest_news import GuestNews, and_going_out
from engine.core.intake import AddressQuestion, RegisterDifference
from engine.core.intake_told import (
    all_staying,
    names_in,
    nothing_stored,
    person_told,
    place_told,
    roles_told,
    summary,
    told,
)
from engine.core.localtime import local
from engine.core.mergers import notes_of_recoded, recoded
from engine.core.problem import Problem, ProblemsFound, Refused, stops
from engine.core.rule import Rule
from engine.core.sheets import SHEETS, RegisterSheets
from engine.store.acts import Act, record_act
from engine.store.appointments import waiting_numbers
from engine.store.imports import (
    Upload,
    forget_upload,
    imports_made,
    keep_upload,
    kept_upload,
    sweep,
)
from engine.store.register import is_empty, load_sheets
from engine.web.changes import groups
from engine.web.routes import BUREAU, action, page
from engine.web.visit import Stale, Visit

MOST_BYTES = 20_999_999
MOST_FILES = 20
MOST_PROBLEMS = 300
MOST_IMPORTS = 50
# Of so many schools that go, and at least one in so many, the file is perhaps the wrong one.
MANY_GONE, MANY_SHARE = 3, 5
HERE = "/beheer/register"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAME, OTHER = "zelfde", "ander"
ASK = "stuur"
# To more people at once questions go only when somebody chose so.
MOST_ASKED = 25
MOST_TITLES = 10


def show(visit: Visit) -> Response:
    """Where files are chosen, and the imports that were made."""
    with visit.means.database.read() as connection:
        made = imports_made(connection, MOST_IMPORTS)
        empty = is_empty(connection)
    rows = [(one, summary(one.told)) for one in made]
    return visit.render("register.html", rows=rows, empty=empty, sheets=SHEETS)


def download(visit: Visit) -> Response:
    """The stored register as a workbook."""
    with visit.means.database.read() as connection:
        stored = load_sheets(connection)
    data = filled(stored, visit.means.settings.sector, visit.today)
    name = f"register-{local(visit.now):%Y-%m-%d}.xlsx"
    return Response(data, media_type=WORKBOOK, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def check(visit: Visit) -> Response:
    """Reads what was handed in. With problems all are shown and nothing is kept; else on to what changes."""
    files = [Upload(_plain(one.name), one.data) for one in visit.form.files("bestand")]
    files += [Upload(_plain(one.name), one.data, "postcodes") for one in visit.form.files("postcodes")[:1]]
    if not any(one.part == "register" for one in files):
        raise Refused("U hebt nog geen bestand gekozen.", "Kies een werkmap van Excel (.xlsx) of csv-bestanden.")
    if len(files) > MOST_FILES:
        raise Refused(f"Dit zijn {len(files)} bestanden.", f"Kies er hooguit {MOST_FILES} tegelijk.")
    gemeenten = _gemeenten(visit.form.text("gemeenten"))
    read = _read(visit, files, gemeenten)
    if stops(read.problems):
        return _troubled(visit, read)
    batch = visit.means.tokens.token()
    with visit.means.database.write() as connection:
        sweep(connection, visit.now)
        keep_upload(connection, batch, files, visit.now, visit.who.name)
    query = urlencode([("gemeente", name) for name in gemeenten])
    return RedirectResponse(f"{HERE}/bestand/{batch}{'?' if query else ''}{query}", 303)


def look(visit: Visit) -> Response:
    """What the files change, with what must be answered first."""
    batch = str(visit.path["batch"])
    with visit.means.database.read() as connection:
        files = kept_upload(connection, batch, visit.now)
    if not files:
        raise _gone()
    gemeenten = tuple(visit.request.query_params.getlist("gemeente"))
    if "gemeenten" in visit.query:
        gemeenten = _gemeenten(visit.query["gemeenten"])
    read = _read(visit, files, gemeenten)
    if stops(read.problems):
        return _troubled(visit, read)
    questions = read.found.questions
    said = {number: visit.query.get(f"vraag-{number}", "") for number in range(len(questions))}
    asking = "anders" in visit.query or not all(one in (SAME, OTHER) for one in said.values())
    clash = ""
    if questions and not asking:
        try:
            read = _read(visit, files, gemeenten, _answers(questions, said))
        except Refused as refused:
            asking, clash = True, f"{refused.message} {refused.hint}"
    with visit.means.database.read() as connection:
        bureau = has_bureau(connection, read.sheets, visit.today)
        stored = load_sheets(connection)
        settings, rules = visit.means.settings, _rules(visit)
        ends = lapsing(connection, read.found)
        ending = stoppable(connection, read.found)
        off = talks_off(connection, read.found, visit.now)
        gaps = () if asking else new_gaps(connection, read.found, settings, rules, visit.now)
        follow = Follows() if asking else follows(connection, visit.means, rules, read.found, visit.now)
    names = names_in(stored, read.sheets)
    schools = sum(row.kind == "school" and row.active for row in stored.parties)
    closing = sum(row.kind == "school" for row in read.found.parties.gone)
    closing = closing if closing >= MANY_GONE and closing * MANY_SHARE >= schools else 0
    renumbered = recoded(read.found.parties.new, read.found.parties.gone)
    # Those stand above what changes, as a question.
    asked_above = tuple(notes_of_recoded(read.found.parties.new, read.found.parties.gone))
    doubtful = bool(closing or renumbered)
    news: Sequence[GuestNews] = ()
    if not asking:  # as the page proposes it
        news = guests_after_import(visit.means, read.found, visit.now, stop=not doubtful)
    return visit.render(
        "register_change.html",
        status=422 if clash else 200,
        clash=clash,
        gaps=gaps,
        news=news,
        renewing=some([f"{one.plan.title} ({names.get(one.plan.party, '')})" for one in follow.closing], MOST_TITLES),
        unaware=[(person_told(one.email, {one.email: one.name}), one) for one in follow.newcomers],
        parties=names,
        flood=len(follow.newcomers) > MOST_ASKED,
        ends=ends,
        ending=ending,
        off=off,
        stopping=sum(len(tasks) for _, tasks in ending),
        read=read,
        batch=batch,
        gemeenten=gemeenten,
        seal=seal(read.found),
        groups=groups(told(read.found, names)),
        schools=schools,
        closing=closing,
        renumbered=renumbered,
        doubtful=doubtful,
        notes=_places([one for one in read.problems if one not in asked_above]),
        bureau=bureau,
        stays=all_staying(read.found.stays, names),
        questions=list(enumerate(questions)),
        said=said,
        asking=bool(questions) and asking,
        again=f"{visit.request.url.path}?{urlencode([*visit.request.query_params.multi_items(), ('anders', '1')])}",
        asked=partial(roles_told, names=names),
        person=partial(person_told, names=names),
    )


def apply(visit: Visit) -> Response:
    """Stores exactly the difference that was seen; refused as stale when it is another by now."""
    batch = str(visit.path["batch"])
    with visit.means.database.read() as connection:
        files = kept_upload(connection, batch, visit.now)
    if not files:
        raise _gone()
    read = _read(visit, files, visit.form.many("gemeente"))
    if stops(read.problems):
        raise _stale()
    questions = read.found.questions
    answers = _answers(questions, {number: visit.form.text(f"vraag-{number}") for number in range(len(questions))})
    with visit.means.database.write() as connection:
        now_found, _ = compare(connection, read.sheets, visit.site.place.roles, visit.today)
        if now_found.questions != questions or not kept_upload(connection, batch, visit.now):
            raise _stale()
        found, _ = compare(connection, read.sheets, visit.site.place.roles, visit.today, answers)
        if seal(found) != visit.form.text("zegel"):
            raise _stale()
        if not found and not found.caught_up:
            raise Refused("Er verandert niets. Het register is al zo.")
        if not found:
            settle(connection, found, visit.now)
            forget_upload(connection, batch)
            text = f"De lijst {listed([one.name for one in files])} kent nu wat op de pagina was gewijzigd."
            act = record_act(connection, Act(visit.now, visit.who.name, "import", text))
            return visit.done(act, HERE)
        means = visit.means.apart()
        asked: tuple[Newcomer, ...] = ()
        if visit.form.text("vragen") == ASK:
            asked = follows(connection, means, means.rules(connection), found, visit.now).newcomers
        before = waiting_numbers(connection)
        number = import_all(connection, found, [one.name for one in files], visit.now, visit.who.name)
        desk = Desk(connection, means, visit.now, visit.who.name)
        ended = settle_import(desk, found, number, asked, stop=visit.form.text("stop") == "ja")
        forget_upload(connection, batch)
        lines = told(found)
        text = f"Register geïmporteerd uit {listed([one.name for one in files])}. {capitalised(summary(lines))}."
        if asked:
            krijgt = "krijgt" if len(asked) == 1 else "krijgen"
            text += f" {listed(some([one.name for one in asked], MOST_ASKED))} {krijgt} de vragen die openstaan."
        if ended:
            text += f" {counted(len(ended), 'taak', 'taken')} gestopt van wie niet meer actief is."
        about, memo = subjects_of(connection, lines), {"import": number, "told": text}
        text = and_going_out(text, news_since(connection, means, before))
        act = record_act(connection, Act(visit.now, visit.who.name, "import", text, about, memo))
    return visit.done(act, f"{HERE}/import/{number}")


def _rules(visit: Visit) -> Sequence[Rule]:
    """The rules that apply, before the first plan those of the files; none where something is wrong with those."""
    applied = wiring.applied_book(visit.site.place, visit.means.database)
    if applied is not None:
        return applied.rules
    try:
        return wiring.sound_rulebook_of(visit.site.place).rules
    except ProblemsFound:
        return ()


@dataclass(frozen=True, slots=True)
class _Read:
    """What files hold: as sheets, as a difference with the register, and what is wrong or odd."""

    files: Sequence[Upload]
    sheets: RegisterSheets
    found: RegisterDifference
    problems: Sequence[Problem]


def _read(
    visit: Visit, files: Sequence[Upload], gemeenten: Sequence[str], answers: Mapping[str, str] | None = None
) -> _Read:
    place = visit.site.place
    codes: frozenset[str] = frozenset()
    problems: list[Problem] = []
    for one in files:
        if one.part == "postcodes":
            codes, wrong = postcodes_in(one.data, one.name)
            problems += wrong
    uploads = [(one.name, one.data) for one in files if one.part == "register"]
    sheets, wrong = read_uploads(uploads, place.settings.extra_roles, DuoFilter(tuple(gemeenten), codes))
    problems += wrong
    with visit.means.database.read() as connection:
        found, more = compare(connection, sheets, place.roles, visit.today, answers)
        empty = is_empty(connection)
    if not stops(problems) and not sheets.handed_in and sheets.duo is None:
        raise Refused("In dit bestand staat nog niets.", "De rij 'voorbeeld' en de kop tellen niet mee.")
    if empty and not found and not stops((*problems, *more)):
        raise Refused("Het register is leeg.", "Vul eerst de bladen besturen, scholen, contacten en rollen in.")
    return _Read(files, sheets, found, tuple(sorted((*problems, *more))))


def _troubled(visit: Visit, read: _Read) -> Response:
    wrong = [one for one in read.problems if one.severity == "problem"]
    notes = [one for one in read.problems if one.severity == "note"]
    names = listed([one.name for one in read.files])
    return visit.render(
        "register_problems.html",
        status=422,
        names=names,
        told=nothing_stored(wrong),
        problems=_places(wrong[:MOST_PROBLEMS]),
        more=max(0, len(wrong) - MOST_PROBLEMS),
        notes=_places(notes),
    )


def _places(problems: Sequence[Problem]) -> list[tuple[str, Problem]]:
    return [(place_told(one), one) for one in problems if one.severity == "problem"] + [
        (place_told(one), one) for one in problems if one.severity == "note"
    ]


def _answers(questions: Sequence[AddressQuestion], given: Mapping[int, str]) -> dict[str, str]:
    """The old addresses that go on under a new one; raises Refused while a question is open."""
    answers: dict[str, str] = {}
    for number, question in enumerate(questions):
        said = given[number]
        if said not in (SAME, OTHER):
            raise Refused(
                f"Is {question.new} dezelfde persoon als {question.old}?", "Kies bij elke vraag een antwoord."
            )
        if said == SAME:
            if question.old in answers:
                raise Refused(
                    f"{question.old} kan maar één nieuw adres krijgen.", "Kies bij een van de twee: iemand anders."
                )
            answers[question.old] = question.new
    return answers


def _gemeenten(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _plain(name: str) -> str:
    """What a file is called, without folders and what cannot be shown; it is never used as a path."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(sign for sign in last if sign.isprintable())[-100:].strip() or "bestand"


def _gone() -> Stale:
    return Stale(
        "Dit bestand is er niet meer.",
        "Het is al geïmporteerd, of het is ouder dan een dag. Kijk bij Register, of kies het bestand opnieuw.",
    )


def _stale() -> Stale:
    return Stale(
        "Het register is intussen veranderd. Er is niets opgeslagen.", "Bekijk opnieuw wat er verandert, en beslis dan."
    )


ROUTES = (
    page(HERE, show, BUREAU),
    page(f"{HERE}/download", download, BUREAU),
    action(f"{HERE}/controleer", check, BUREAU, limit=MOST_BYTES),
    page(f"{HERE}/bestand/{{batch}}", look, BUREAU),
    action(f"{HERE}/bestand/{{batch}}", apply, BUREAU),
)
