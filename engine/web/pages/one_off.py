"""Beheer, regels: a request that is asked once. What is chosen becomes a rule file, shown before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, Response

from engine import wiring
from engine.app.explaining import explained
from engine.app.file_change import Draft
from engine.app.first_mail import FirstMail, first_mail
from engine.app.undoable import one_offs_fixed
from engine.core.dutch import listed
from engine.core.matrix import RoundId
from engine.core.one_off import LADDERS, Ladder, OneOff, faults_of, rule_name, rule_text
from engine.core.party import Party, Register
from engine.core.problem import ProblemsFound, Refused
from engine.core.roles import SCHOOL_ROLES, role_word
from engine.core.shown_mail import unusable
from engine.store.facts import adopted
from engine.store.register import is_empty
from engine.store.tasks import load_tasks, names_in_use
from engine.web.editing import Looked, box_not_ticked, changed_files, look, put_text_back, store
from engine.web.pages.mail import FRAME, height_of
from engine.web.pages.rules import Block, in_blocks
from engine.web.routes import BUREAU, action, page
from engine.web.visit import Form, NotFound, TakingBack, Visit

HERE = "/beheer/regels/nieuw"
NEVER = date(1, 1, 1)
TICKS_NAMED = 3
# What makes the request: the address of its first mail holds these.
TYPED = ("titel", "uitleg", "per", "vraag_aan", "opent", "uiterlijk", "ladder", "wie")
TICKED = ("bestuur", "gemeente", "kenmerk", "school")


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from: parties by kind, gemeenten, kenmerken, roles with their word."""

    schools: Sequence[Party]
    besturen: Sequence[Party]
    gemeenten: Sequence[str]
    tags: Sequence[str]
    roles: Sequence[tuple[str, str]]

    @property
    def ticks(self) -> Sequence[tuple[str, str, Sequence[tuple[str, str]]]]:
        """The lists to tick from: the field's name, its heading, and its values with their labels."""
        return (
            ("bestuur", "Besturen", [(one.id, one.name) for one in self.besturen]),
            ("gemeente", "Gemeenten", [(name, name) for name in self.gemeenten]),
            ("kenmerk", "Kenmerken", [(name, name) for name in self.tags]),
            ("school", "Scholen", [(one.id, f"{one.name} ({one.id})") for one in self.schools]),
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """What the chosen request would be: its file, its text, what it says, what it does."""

    file: str
    text: str
    blocks: Sequence[Block]
    looked: Looked
    others: Sequence[str]
    concept: str
    first: FirstMail | None


def show(visit: Visit) -> Response:
    """The form, empty."""
    return _form(visit, {})


def act(visit: Visit) -> Response:
    """Shows what the choices come to, or writes the rule and stores the plan."""
    with visit.means.database.read() as connection:
        if is_empty(connection):
            raise Refused("Het register is nog leeg.", "Lees eerst de scholen en besturen in, bij Beheer, Register.")
        register = visit.means.register(connection)
    one = _chosen(visit, register, visit.form)
    faults = _faults(visit, one, register)
    if faults or visit.form.text("stap") == "terug":
        return _form(visit, faults, status=422 if faults else 200)
    shown = _shown(visit, one)
    if visit.form.text("stap") != "door":
        return _form(visit, {}, shown)
    if shown.looked.difference is None:
        return _form(visit, {}, shown, status=422)
    if unticked := box_not_ticked(visit, shown.looked):
        return _form(visit, {"gezien": unticked}, shown, status=422)
    draft = Draft(shown.file, shown.text, None)
    told, memo = f"Eenmalige uitvraag gemaakt: ‘{one.title}’.", {"file": shown.file, "text": shown.text}
    number = store(visit, draft, told, "rule-new", planned=True, undo=memo)
    if number is None:
        told = "Het plan is verouderd: er is intussen iets veranderd. Er is niets opgeslagen. Kijk opnieuw."
        return _form(visit, {}, shown, status=409, stale=told)
    return visit.done(number, f"/uitvragen/{RoundId(PurePosixPath(shown.file).stem, str(one.schooljaar), '').path}")


def frame(visit: Visit) -> Response:
    """The first mail alone, as the choices in the address make it."""
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
    one = _chosen(visit, register, Form(tuple(visit.request.query_params.multi_items())))
    if faults_of(one, visit.today):
        raise NotFound
    file = _file_of(visit, one)
    try:
        rulebook, _ = wiring.rulebook_of(visit.site.place, {file: rule_text(one)})
    except ProblemsFound:
        raise NotFound from None
    rule = next((rule for rule in rulebook.rules if rule.file == file), None)
    if rule is None:
        raise NotFound
    with visit.means.database.read() as connection:
        first = first_mail(connection, visit.means, rule, one.schooljaar, rulebook.templates)
    if first.mail is None:
        raise NotFound
    return HTMLResponse(unusable(first.mail).html, headers=FRAME)


def undo(visit: Visit, taking: TakingBack) -> None:
    """Takes a one-off request back while nothing of it has begun: its file goes, its tasks lapse."""
    connection = taking.connection
    file, text = str(taking.act.undo["file"]), str(taking.act.undo["text"])
    name = PurePosixPath(file).stem
    begun = [one for one in load_tasks(connection, rule=name) if one.state not in ("planned", "cancelled")]
    if begun:
        raise Refused(
            "Deze uitvraag loopt al.",
            "Zet de taken op n.v.t., en zet in de regel bij geldig_tot een eerder schooljaar.",
        )
    put_text_back(visit, taking, Draft(file, None, text))


def _chosen(visit: Visit, register: Register, form: Form) -> OneOff:
    per = "bestuur" if form.text("per") == "bestuur" else "school"
    ladder: Ladder = next((name for name in LADDERS if name == form.text("ladder")), "gewoon")
    who = _who(visit, register, per, form)
    return OneOff(
        title=" ".join(form.text("titel").split()),
        explanation=form.raw("uitleg").strip(),
        per=per,  # type: ignore[arg-type]
        asked=form.text("vraag_aan"),
        opens=_day(form.text("opent")),
        due=_day(form.text("uiterlijk")),
        ladder=ladder,
        only=who if form.text("wie") == "alleen" else {},
        besides=who if form.text("wie") == "behalve" else {},
    )


def _who(visit: Visit, register: Register, per: str, form: Form) -> Mapping[str, Sequence[str]]:
    """What was ticked, of things there are; ticks of several kinds together become the parties that they mean.

    Fields of one filter narrow each other, while people mean by two ticks that both count.
    """
    known = _choices(visit, register)
    ticked = {
        "bestuur": [one.id for one in known.besturen if one.id in form.many("bestuur")],
        "gemeente": [name for name in known.gemeenten if name in form.many("gemeente")],
        "kenmerk": [name for name in known.tags if name in form.many("kenmerk")],
        "partij": [one.id for one in known.schools if one.id in form.many("school")],
    }
    ticked = {field: values for field, values in ticked.items() if values}
    if len(ticked) < 2:
        return ticked
    meant = [
        party.id
        for party in (known.schools if per == "school" else known.besturen)
        if party.id in ticked.get("partij", ())
        or {party.bestuur, party.id} & {*ticked.get("bestuur", ())}
        or party.gemeente in ticked.get("gemeente", ())
        or {*party.tags} & {*ticked.get("kenmerk", ())}
    ]
    return {"partij": meant}


def _faults(visit: Visit, one: OneOff, register: Register) -> dict[str, str]:
    found = faults_of(one, visit.today)
    if one.asked not in {role for role, _ in _choices(visit, register).roles}:
        found["vraag_aan"] = "Kies aan wie u het vraagt."
    for field, day in (("opent", one.opens), ("uiterlijk", one.due)):
        if day == NEVER:
            found[field] = "Kies een dag."
    if visit.form.text("wie") in ("alleen", "behalve") and not (one.only or one.besides):
        found["wie"] = "Vink aan om wie het gaat."
    elif (one.only or one.besides).get("partij") == []:
        found["wie"] = "Hier hoort niemand bij. Kies anders."
    elif not (one.only or one.besides) and (ticked := _ticked_labels(visit, register)):
        named = listed([*ticked[:TICKS_NAMED], *([f"nog {more}"] if (more := len(ticked) - TICKS_NAMED) > 0 else [])])
        found["wie"] = f"U vinkte {named} aan, maar koos Allemaal. Kies een van de andere, of haal de vinkjes weg."
    return found


def _ticked_labels(visit: Visit, register: Register) -> list[str]:
    """What was ticked, in words."""
    return [
        label
        for name, _, rows in _choices(visit, register).ticks
        for value, label in rows
        if value in visit.form.many(name)
    ]


def _file_of(visit: Visit, one: OneOff) -> str:
    """The file that the request gets: of a name that nobody uses yet."""
    place = visit.site.place
    names = {PurePosixPath(file).stem.partition("@")[0] for file in wiring.rule_files(place)}
    applied = wiring.applied_book(place, visit.means.database)
    names |= {rule.id for rule in (applied.rules if applied else ())}
    with visit.means.database.read() as connection:
        names |= names_in_use(connection)[0]
    return f"{_folder(visit)}/{rule_name(one.title, names)}.yaml"


def _shown(visit: Visit, one: OneOff) -> Shown:
    place = visit.site.place
    with visit.means.database.read() as connection:
        concept = "" if str(one.schooljaar) in adopted(connection) else str(one.schooljaar)
    file, text = _file_of(visit, one), rule_text(one)
    looked = look(visit, {file: text}, whole=True)
    blocks: list[Block] = []
    others: list[str] = []
    first = None
    try:
        rulebook, _ = wiring.rulebook_of(place, {file: text})
    except ProblemsFound:
        return Shown(file, text, blocks, looked, others, concept, first)
    rule = next((rule for rule in rulebook.rules if rule.file == file), None)
    if rule is not None:
        with visit.means.database.read() as connection:
            told = explained(connection, visit.means, rulebook.rules, rule, one.schooljaar, on_page=True)
            first = first_mail(connection, visit.means, rule, one.schooljaar, rulebook.templates)
        blocks = in_blocks(told)
        others = [name for name in changed_files(visit, rulebook) if name != file]
    return Shown(file, text, blocks, looked, others, concept, first)


def _folder(visit: Visit) -> str:
    """The rules folder as the rulebook names it."""
    known = wiring.rule_files(visit.site.place)
    return str(PurePosixPath(known[0]).parent) if known else visit.site.place.rules_folder


def _choices(visit: Visit, register: Register) -> Choices:
    schools = sorted(register.active("school"), key=lambda one: one.name.casefold())
    besturen = sorted(register.active("bestuur"), key=lambda one: one.name.casefold())
    roles = [*SCHOOL_ROLES, "consulent", *visit.means.settings.extra_roles]
    return Choices(
        schools,
        besturen,
        sorted({one.gemeente for one in schools if one.gemeente}, key=str.casefold),
        sorted({tag for one in (*schools, *besturen) for tag in one.tags}, key=str.casefold),
        [(role, role_word(role)) for role in roles],
    )


def _form(
    visit: Visit, faults: Mapping[str, str], shown: Shown | None = None, *, status: int = 200, stale: str = ""
) -> Response:
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        empty = is_empty(connection)
    form = visit.form
    return visit.render(
        "one_off.html",
        status=status,
        choices=_choices(visit, register),
        ladders=LADDERS,
        faults=faults,
        shown=shown,
        frame=f"{HERE}/opmaak?{urlencode([one for one in form.fields if one[0] in (*TYPED, *TICKED)])}",
        height=height_of(shown.first.mail.text) if shown and shown.first and shown.first.mail else "",
        stale=stale,
        empty=empty,
        given={name: form.text(name) for name in TYPED} | {"uitleg": form.raw("uitleg")},
        ticked={name: form.many(name) for name in TICKED},
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return NEVER


ROUTES = (
    page(HERE, show, BUREAU),
    page(f"{HERE}/opmaak", frame, BUREAU, bare=True),
    action(HERE, act, BUREAU),
)
UNDO = {"rule-new": undo}
FIXED = {"rule-new": one_offs_fixed}
