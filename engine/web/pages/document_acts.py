"""Documenten, what one does: a stage is reached, a new version comes, what waits since the start is let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.backlog import (
    DAYS_FOR_EXPIRED,
    Waiting,
    backlog,
    hold_documents,
    let_go_for_good,
    release_documents,
    with_held_mail,
)
from engine.app.desk import Desk
from engine.app.stages import reach_stage, stages_from, take_stage_back
from engine.app.versions import KINDS, MOST_BYTES, NewVersion, add_version, hearing_of, not_shared, remove_version
from engine.core.dutch import counted, listed, long_date, some
from engine.core.party import Party
from engine.core.planning import is_valid, meant_for
from engine.core.problem import Refused
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.task import StoredTask
from engine.core.telling import phase_word
from engine.store.acts import Act, record_act
from engine.store.documents import file_with_bytes, reached_stages, stages_of, versions_by_page
from engine.store.tasks import load_task
from engine.store.transitions import newest_transitions
from engine.web.asking import ask_first, is_many
from engine.web.fields import a_day
from engine.web.routes import ACTORS, BUREAU, READERS, action, page
from engine.web.visit import NotFound, TakingBack, Visit

HERE = "/documenten"
STAGE, UNSTAGE, VERSION, RELEASED = "fase", "fase-terug", "versie", "documenten-vrij"
FORM_MORE = 100_000
NAMED = 3
MEDIA = "application/octet-stream"


def reach(visit: Visit) -> Response:
    """A stage was reached."""
    form = visit.form
    with visit.means.database.write() as connection:
        desk = Desk(connection, visit.means.apart(), visit.now, visit.who.name)
        task = _task(visit, connection)
        day = a_day(form.text("dag"), "De dag") or visit.today
        done = reach_stage(desk, task, form.text("fase"), day, form.text("notitie"))
        desk.finish()
        name = desk.name(task.plan.party)
        text = f"Fase {phase_word(form.text('fase'))} bereikt op {long_date(day)}: {task.plan.title}, {name}."
        undo = {"task": task.plan.key, "phases": list(done.phases)}
        number = record_act(connection, Act(visit.now, visit.who.name, STAGE, text, (task.plan.key,), undo))
    return visit.done(number, form.text("terug") or HERE)


def take_back(visit: Visit) -> Response:
    """A stage was not reached after all; nor were those after it."""
    with visit.means.database.write() as connection:
        desk = Desk(connection, visit.means.apart(), visit.now, visit.who.name)
        task = _task(visit, connection)
        known = reached_stages(connection, task.plan.key)
        gone = stages_from(task, visit.form.text("fase"), known)
        take_stage_back(desk, task, gone)
        desk.finish()
        name = desk.name(task.plan.party)
        text = f"Fase {phase_word(visit.form.text('fase'))} teruggenomen: {task.plan.title}, {name}."
        number = record_act(connection, Act(visit.now, visit.who.name, UNSTAGE, text, (task.plan.key,)))
    return visit.done(number, visit.form.text("terug") or HERE)


def undo_stage(visit: Visit, taking: TakingBack) -> str | None:
    """Takes back what was ticked."""
    task = load_task(taking.connection, taking.act.undo["task"])
    if task is None:
        raise Refused("Deze taak is er niet meer.")
    visit.must_see(task.plan.party)
    desk = Desk(taking.connection, visit.means.apart(), visit.now, visit.who.name)
    take_stage_back(desk, task, taking.act.undo["phases"])
    desk.finish()
    return None


def stages_fixed(connection: Connection, acts: Sequence[Act]) -> Mapping[int, str]:
    """Stages that were taken back already."""
    known = stages_of(connection, {act.undo["task"] for act in acts})
    return {
        act.id: "deze fase is al teruggenomen"
        for act in acts
        if not set(act.undo["phases"]) <= {one.phase for one in known.get(act.undo["task"], ())}
    }


def ask_version(visit: Visit) -> Response:
    """The form for a new version."""
    return _version_form(visit, str(visit.path["kind"]), str(visit.path["party"]))


def new_version(visit: Visit) -> Response:
    """A new version, with its link or file."""
    form = visit.form
    kind, party = form.text("soort"), form.text("partij")
    files = form.files("bestand")
    with visit.means.database.read() as connection:
        one, rule = _asked(visit, connection, kind, party)
    try:
        new = NewVersion(
            rule.document,
            one.id,
            form.day("dag"),
            form.text("link"),
            files[0].name if files else "",
            files[0].data if files else b"",
        )
        with visit.means.database.write() as connection:
            desk = Desk(connection, visit.means.apart(), visit.now, visit.who.name)
            row, undo, heard = add_version(desk, new)
            desk.finish()
            text = f"Nieuwe versie van {rule.document}, {one.name}: vastgesteld op {long_date(row.adopted_on)}."
            if heard:
                undo |= {"told": text}
            said = " ".join((text, *heard))
            number = record_act(connection, Act(visit.now, visit.who.name, VERSION, said, (one.id,), undo))
    except Refused as refused:
        return _version_form(visit, kind, party, refused)
    return visit.done(number, form.text("terug") or HERE)


def undo_version(visit: Visit, taking: TakingBack) -> str | None:
    """Takes the version back; the older task goes on."""
    visit.must_see(taking.act.undo["party"])
    remove_version(Desk(taking.connection, visit.means.apart(), visit.now, visit.who.name), taking.act.undo)
    return None


def versions_fixed(connection: Connection, acts: Sequence[Act]) -> Mapping[int, str]:
    """Versions that are there no more, or after which something else happened to the older one's task."""
    there = versions_by_page(connection)
    marks = newest_transitions(connection, {memo["task"] for act in acts for memo in act.undo["tasks"]})
    found = {}
    for act in acts:
        undo = act.undo
        if (undo["kind"], undo["party"], undo["version"]) not in there:
            found[act.id] = "deze versie staat niet meer zo in het register"
        elif any(marks.get(memo["task"]) != memo["mark"] for memo in undo["tasks"]):
            found[act.id] = "daarna is er al iets anders gebeurd met de taak"
    return found


def download(visit: Visit) -> Response:
    """A kept file, never shown by the browser itself."""
    with visit.means.database.read() as connection:
        found = file_with_bytes(connection, int(visit.path["number"]))
    if found is None:
        raise NotFound
    file, data = found
    visit.must_see(file.party)
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " ._-") else "_" for sign in file.name)
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    return Response(data, media_type=MEDIA, headers={"Content-Disposition": named})


def waiting(visit: Visit) -> Response:
    """What waits since the start."""
    return _waiting(visit, None)


def let_go(visit: Visit) -> Response:
    """Lets what was ticked go."""
    alone = visit.form.text("alleen")
    chosen = {alone} if alone else set(visit.form.many("taak"))
    try:
        with visit.means.database.write() as connection:
            desk = Desk(connection, visit.means.apart(), visit.now, visit.who.name)
            found = backlog(connection, desk.register, visit.means.rules(connection), visit.today)
            until = a_day(visit.form.text("tot"), "De laatste dag")
            ready = [one for one in found if one.task.plan.key in chosen]
            if is_many(visit, len(ready)):
                return _sure(visit, ready)
            undo = release_documents(desk, ready, until)
            text = f"{counted(len(ready), 'document', 'documenten')} vrijgegeven. De mails worden vanzelf klaargezet."
            keys = tuple(one.task.plan.key for one in ready)
            act = record_act(connection, Act(visit.now, visit.who.name, RELEASED, text, keys, undo))
    except Refused as refused:
        return _waiting(visit, refused)
    return visit.done(act, HERE)


def _sure(visit: Visit, ready: Sequence[Waiting]) -> Response:
    documents = counted(len(ready), "document", "documenten")
    schools = listed(some(sorted({one.party for one in ready}), NAMED))
    said = f"Er gaat dan mail naar {schools}."
    return ask_first(visit, f"Wilt u {documents} vrijgeven?", said, f"Ja, {documents} vrijgeven", f"{HERE}/wacht")


def undo_release(visit: Visit, taking: TakingBack) -> str | None:
    """Lets it wait again, as far as no mail has left."""
    return hold_documents(Desk(taking.connection, visit.means.apart(), visit.now, visit.who.name), taking.act.undo)


def releases_fixed(connection: Connection, acts: Sequence[Act]) -> Mapping[int, str]:
    """What was let go of which all mail has left, or with which something else happened."""
    found = {}
    for act in acts:
        gone = let_go_for_good(connection, act.undo)
        if len(gone) == len(act.undo["tasks"]) + len(act.undo["held"]):
            found[act.id] = next(iter(gone.values()))
    return found


def _waiting(visit: Visit, fault: Refused | None) -> Response:
    with visit.means.database.read() as connection:
        means = visit.means
        found = backlog(connection, means.register(connection), means.rules(connection), visit.today)
        calendar = means.people(connection)[1].of("swv")
        keys = {one.task.plan.key for one in found}
        mailed = with_held_mail(connection, keys)
    chosen = set(visit.form.many("taak")) if fault is not None else keys if visit.query.get("kies") != "geen" else set()
    gone, late = [one for one in found if one.expired], [one for one in found if not one.expired]
    ended = f"{counted(len(gone), 'was', 'waren')} al verlopen toen u begon."
    begun = f"{counted(len(late), 'had', 'hadden')} al gevraagd moeten zijn."
    return visit.render(
        "documents_waiting.html",
        status=200 if fault is None else 422,
        rows=found,
        mailed=mailed,
        ticked=keys & chosen,
        groups=(
            (gone, f"{ended} Deze scholen krijgen de vraag voor het eerst, met een nieuwe laatste dag."),
            (late, f"{begun} De laatste dag blijft zoals hij is."),
        ),
        fault=fault,
        expired=any(one.expired for one in found),
        until=calendar.open_days_on(visit.today, DAYS_FOR_EXPIRED),
    )


def _version_form(visit: Visit, kind: str, party: str, fault: Refused | None = None) -> Response:
    with visit.means.database.read() as connection:
        one, rule = _asked(visit, connection, kind, party)
        register = visit.means.register(connection)
        heard = hearing_of(connection, register, one.id, rule.id, visit.today, visit.who.name)
        newest = register.newest(rule.document).get(one.id.casefold())
        unshared = "" if newest is None else not_shared(connection, one.id, rule, newest.version)
    return visit.render(
        "document_version.html",
        status=200 if fault is None else 422,
        party=one,
        rule=rule,
        newest=newest,
        heard=heard,
        unshared=unshared,
        ends=None if newest is None else newest.expires(rule.validity_years),
        fault=fault,
        most=MOST_BYTES // 1_000_000,
        kinds=",".join(KINDS),
        back=visit.form.text("terug") or f"{HERE}?{urlencode({'zoek': one.id})}",
    )


def _asked(visit: Visit, connection: Connection, kind: str, party: str) -> tuple[Party, Rule]:
    """The party and the rule that asks for its document; raises NotFound."""
    register = visit.means.register(connection)
    one = register.parties.get(party)
    if one is None:
        raise NotFound
    visit.must_see(one.id)
    for rule in visit.means.rules(connection):
        about = rule.kind == "document" and rule.document.casefold() == kind.casefold()
        if about and is_valid(rule, Schooljaar.of(visit.today)) and one in meant_for(rule, register):
            return one, rule
    raise NotFound


def _task(visit: Visit, connection: Connection) -> StoredTask:
    task = load_task(connection, visit.form.text("taak"))
    if task is None:
        raise NotFound
    visit.must_see(task.plan.party)
    return task


ROUTES = (
    page(f"{HERE}/nieuw/{{party}}/{{kind}}", ask_version, ACTORS),
    action(f"{HERE}/nieuw", new_version, ACTORS, limit=MOST_BYTES + FORM_MORE),
    page(f"{HERE}/bestand/{{number:int}}", download, READERS),
    action(f"{HERE}/fase", reach, ACTORS),
    action(f"{HERE}/fase/terug", take_back, ACTORS),
    page(f"{HERE}/wacht", waiting, BUREAU),
    action(f"{HERE}/wacht", let_go, BUREAU),
)
UNDO = {STAGE: undo_stage, VERSION: undo_version, RELEASED: undo_release}
FIXED = {STAGE: stages_fixed, VERSION: versions_fixed, RELEASED: releases_fixed}
