"""The page of one task: how it stands, what was told and will be, why these dates, and what one can do."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from starlette.responses import Response

from engine.app.one_task import one_task
from engine.app.stages import stages_waiting
from engine.core.answer import ANSWER_WORDS
from engine.core.party import Party
from engine.core.roles import role_word
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import OPEN_STATES
from engine.core.status import StatusName
from engine.core.task import PlannedTask, StoredTask
from engine.core.telling import after_adoption, phase_word, step_word
from engine.store.acts import Act, newest_act_on
from engine.store.documents import stages_of
from engine.web.routes import READERS, page
from engine.web.visit import NotFound, Visit

# What people do most stands first and apart.
FIRST = ("herinnering", "uitstel", "klaar")
# Fields of a reason as people read them.
FIELDS = {"peildatum": "Peildatum", "opens": "Opent", "due": "Uiterlijk"}
# Between a status and its day.
STANDING: Mapping[StatusName, str] = {
    "late": "uiterlijk was",
    "today": "uiterlijk vandaag,",
    "open": "uiterlijk",
    "planned": "opent",
    "concept": "opent",
    "paused": "tot",
    "submitted": "ingestuurd op",
}


def show(visit: Visit) -> Response:
    """One task."""
    with visit.means.database.read() as connection:
        found = one_task(connection, visit.means, visit.path["key"], visit.now)
        newest = newest_act_on(connection, visit.path["key"])
        stages = {one.phase: one for one in stages_of(connection, [visit.path["key"]]).get(visit.path["key"], ())}
        rule = None
        if found is not None and found.task.plan.kind == "document":
            plan = found.task.plan
            rule = visit.means.rule(connection, plan.rule, Schooljaar.parse(plan.schooljaar))
    if found is None:
        raise NotFound
    visit.must_see(found.task.plan.party)
    acts = visit.who.role != "lezer"
    able = newest if acts and newest is not None and _may_undo(visit, newest) else None
    reasons = [(_field(reason.field), reason.text) for reason in found.reasons]
    return visit.render(
        "task.html",
        found=found,
        task=found.task,
        plan=found.task.plan,
        actions=[one for one in found.actions if one.name != "notitie"] if acts else (),
        first=FIRST,
        newest=able,
        fixed="" if able is None else visit.fixed([able]).get(able.id, ""),
        acts=acts,
        stages=stages,
        busy=found.task.state in OPEN_STATES,
        waiting=stages_waiting(found.task, stages),
        after_adoption=after_adoption([phase.name for phase in found.task.plan.phases]),
        version_path=_version_path(found.task, rule) if acts and rule is not None else "",
        reasons=reasons,
        standing_words=STANDING.get(found.status, "op"),
        used_words=STANDING,
        answer_words=ANSWER_WORDS,
        role=role_word(found.task.plan.asked),
        party_kind="" if found.party is None else found.party.kind,
        party_path=_party_path(found.party),
        round_path=_round_path(found.task.plan),
    )


def _version_path(task: StoredTask, rule: Rule) -> str:
    """Where a new version of the document is handed in; empty once the task is closed."""
    there = f"/documenten/nieuw/{quote(task.plan.party, safe='')}/{quote(rule.document, safe='')}"
    return there if task.state in OPEN_STATES else ""


def _may_undo(visit: Visit, act: Act) -> bool:
    """Others than the bureau undo their own acts alone."""
    mine = visit.who.role == "bureau" or act.by == visit.who.name
    return mine and act.undo is not None and act.kind in visit.site.undo


def _party_path(party: Party | None) -> str:
    """The address of the party's page, empty where it has none."""
    folders = {"school": "scholen", "bestuur": "besturen"}
    return f"/{folders[party.kind]}/{party.id}" if party is not None and party.kind in folders else ""


def _round_path(plan: PlannedTask) -> str:
    """`thuiszitters/2026-2027/december`."""
    return "/".join(part for part in (plan.rule, plan.schooljaar, plan.round) if part)


def _field(name: str) -> str:
    """`Stap herinnering` for `step:herinnering`."""
    if name.startswith("phase:"):
        return f"Fase {phase_word(name.removeprefix('phase:'))}"
    return FIELDS.get(name) or f"Stap {step_word(name.removeprefix('step:'))}"


ROUTES = (page("/taken/{key}", show, READERS),)
