"""Verzet deze ronde: other dates for one round in one schooljaar. They are written into the rule file, seen first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from engine import wiring
from engine.adapters.rulebook import is_moved, with_moved_round
from engine.app.file_change import Draft
from engine.app.rounds import OneRound, one_round
from engine.app.undoable import rounds_fixed
from engine.core.choice import Choice
from engine.core.dutch import long_date
from engine.core.matrix import RoundId
from engine.core.moment import DayOfYear, Moment
from engine.core.one_off import day_in_rule
from engine.core.planning import is_valid
from engine.core.problem import Problem, ProblemsFound, Refused
from engine.core.round_names import in_round
from engine.core.rule import Round, Rule
from engine.core.schooljaar import Schooljaar
from engine.web.editing import Looked, box_not_ticked, changed_files, look, put_text_back, store, tidy
from engine.web.routes import BUREAU, action, page
from engine.web.visit import NotFound, TakingBack, Visit

MOVED = "round-moved"
# The dates of a round as its rule calls them -> as people read them, and how the day that is now is called in a Reason.
WORDS = {
    "peildatum": ("Peildatum", "De dag waarover de vraag gaat. Die verschuift nooit."),
    "opent": ("Opent", "De dag waarop de eerste mail gaat."),
    "uiterlijk": ("Uiterlijk", "De laatste dag voor een antwoord."),
    "van": ("Van", "De eerste dag van de periode."),
    "tot": ("Tot en met", "De laatste dag van de periode."),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A date that can be moved: what the rule says of it, which day that is now, and what was chosen instead."""

    name: str
    label: str
    meaning: str
    said: str
    now: str
    given: str


@dataclass(frozen=True, slots=True)
class Moving:
    """The round that moves, in the file of its rule."""

    id: RoundId
    year: Schooljaar
    rule: Rule
    round: Round
    seen: OneRound
    text: str

    @property
    def home(self) -> str:
        """The page of the round."""
        return f"/uitvragen/{self.id.path}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the chosen dates come to: the text of the file, what it changes, other files that go along."""

    text: str
    looked: Looked
    others: tuple[str, ...]


def show(visit: Visit) -> Response:
    """The dates as they are, each with a field for another one."""
    return _form(visit, _round(visit), {})


def act(visit: Visit) -> Response:
    """Shows what the dates change, or writes them into the rule file and stores the plan."""
    moving = _round(visit)
    chosen = {name: visit.form.text(name) for name, _ in _dates(moving.round, moving.rule)}
    faults = _faults(chosen, moving.year)
    if faults or visit.form.text("stap") == "terug":
        return _form(visit, moving, faults, status=422 if faults else 200)
    dates = {name: day_in_rule(date.fromisoformat(text)) for name, text in chosen.items() if text}
    shown = _shown(visit, moving, dates)
    if visit.form.text("stap") != "door":
        return _form(visit, moving, {}, shown, status=422 if shown.looked.faults else 200)
    if shown.looked.difference is None:
        return _form(visit, moving, {}, shown, status=422)
    if unticked := box_not_ticked(visit, shown.looked):
        return _form(visit, moving, {"gezien": unticked}, shown, status=422)
    draft = Draft(moving.rule.file, shown.text, moving.text, moving.text)
    told = f"Ronde verzet: ‘{_title(moving)}’ in {moving.year}."
    memo = {"file": draft.file, "text": draft.text, "before": draft.before}
    memo |= {"rule": moving.id.rule, "schooljaar": moving.id.schooljaar, "round": moving.id.round}
    number = store(visit, draft, told, MOVED, planned=True, undo=memo)
    if number is None:
        stale = "Het plan is verouderd: er is intussen iets veranderd. Er is niets opgeslagen. Kijk opnieuw."
        return _form(visit, moving, {}, shown, status=409, stale=stale)
    return visit.done(number, moving.home)


def undo(visit: Visit, taking: TakingBack) -> None:
    """Puts the dates of the rule back as they were, while nothing of the round went by them."""
    if why := rounds_fixed(taking.connection, [taking.act]):
        raise Refused(
            f"Dit kan niet meer: {why[taking.act.id]}.",
            "Kies opnieuw Verzet deze ronde, of zet bij Beheer, Regels, Oudere versies de vorige versie terug.",
        )
    memo = taking.act.undo
    put_text_back(visit, taking, Draft(memo["file"], memo["before"], memo["text"]))


def can_move(id_: RoundId, kind: str, today: date) -> bool:
    """True for a round of this schooljaar or the next; a document goes by its own end, not by a day of the year."""
    running = Schooljaar.of(today)
    return kind != "document" and id_.schooljaar in (str(running), str(running.next))


def _round(visit: Visit) -> Moving:
    """The round of the address, with its rule as the files have it now; raises NotFound and Refused."""
    id_ = RoundId(visit.path["rule"], visit.path["schooljaar"], visit.path.get("round", ""))
    with visit.means.database.read() as connection:
        seen = one_round(connection, id_, Choice(), visit.today, scope=visit.scope, settings=visit.means.settings)
    if seen is None or not can_move(id_, seen.detail.kind, visit.today):
        raise NotFound
    year = Schooljaar.parse(id_.schooljaar)
    rules, _ = _read(visit, {})
    rule = next((one for one in rules if one.id == id_.rule and is_valid(one, year)), None)
    round_ = next((one for one in rule.rounds_in(year) if (one.name or "") == id_.round), None) if rule else None
    text = wiring.stored_text(visit.site.place, rule.file) if rule else None
    if rule is None or round_ is None or text is None:
        raise Refused(
            f"De regel van deze ronde is er niet meer, of er zit een fout in: {id_.rule}.",
            "Kijk bij Beheer, Regels.",
        )
    return Moving(id_, year, rule, round_, seen, text)


def _shown(visit: Visit, moving: Moving, dates: Mapping[str, str]) -> Shown:
    file = moving.rule.file
    text = with_moved_round(file, tidy(moving.text), moving.year, moving.round.name, dates)
    looked = look(visit, {file: text}, whole=True)
    rules, _ = _read(visit, {file: text})
    after = next((one for one in rules if one.file == file), None)
    if not looked.faults and (after is None or not is_moved(moving.rule, after, moving.year, moving.round.name, dates)):
        raise _too_special(moving)
    if any(one.problem.field == "" for one in looked.faults):
        raise _too_special(moving)
    others: tuple[str, ...] = ()
    if not looked.faults and not looked.elsewhere:
        rulebook, _ = wiring.rulebook_of(visit.site.place, {file: text})
        others = tuple(name for name in changed_files(visit, rulebook) if name != file)
    return Shown(text, looked, others)


def _too_special(moving: Moving) -> Refused:
    """The file is laid out in a way that is not safe to write into."""
    return Refused(
        "In dit bestand kan het programma de datum niet zelf veranderen.",
        f"Kies bij Beheer, Regels de regel ‘{moving.rule.title}’, en zet de afwijking er zelf in.",
    )


def _read(visit: Visit, instead: Mapping[str, str]) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    try:
        rulebook, problems = wiring.rulebook_of(visit.site.place, instead)
    except ProblemsFound as found:
        return (), found.problems
    return rulebook.rules, problems


def _faults(chosen: Mapping[str, str], year: Schooljaar) -> dict[str, str]:
    found = {}
    for name, text in chosen.items():
        if not text:
            continue
        try:
            day = date.fromisoformat(text)
        except ValueError:
            found[name] = "Kies een dag."
            continue
        if Schooljaar.of(day) != year:
            found[name] = (
                f"Kies een dag in schooljaar {year}: {long_date(year.begin)} tot en met {long_date(year.end)}."
            )
    for first, last in (("opent", "uiterlijk"), ("opent", "tot"), ("van", "tot")):
        one, other = chosen.get(first), chosen.get(last)
        if one and other and other < one and not {first, last} & found.keys():
            found[last] = f"Deze dag ligt voor die bij {WORDS[first][0]}."
    if not any(chosen.values()):
        found["alle"] = "Kies een andere dag bij ten minste een van de datums."
    return found


def _dates(round_: Round, rule: Rule) -> list[tuple[str, Moment]]:
    """The dates that a round has, by their key in the rule."""
    by_key = {"peildatum": round_.peildatum}
    if round_.first is not None:
        if round_.opens != round_.first:
            by_key["opent"] = round_.opens
        by_key |= {"van": round_.first, "tot": round_.last}
    elif rule.kind != "mijlpaal" or not round_.peildatum == round_.opens == round_.due:
        by_key |= {"opent": round_.opens, "uiterlijk": round_.due}
    return [(name, moment) for name, moment in by_key.items() if moment is not None]


def _fields(visit: Visit, moving: Moving) -> list[Field]:
    column, seen = moving.seen.column, moving.seen
    now = {
        "peildatum": long_date(seen.peildata[0]) if seen.peildata else "",
        "opent": long_date(column.opens),
        "van": long_date(column.opens) if moving.round.first == moving.round.opens else "",
        "uiterlijk": _last_days(column.first_due, column.due),
        "tot": _last_days(column.first_due, column.due),
    }
    return [
        Field(name, *WORDS[name], _said(moment, now[name]), now[name], visit.form.text(name))
        for name, moment in _dates(moving.round, moving.rule)
    ]


def _said(moment: Moment, now: str) -> str:
    """What the rule says of a date, where that is more than the day itself."""
    return "" if now and isinstance(moment, DayOfYear) else str(moment)


def _last_days(first: date, last: date) -> str:
    return long_date(last) if first == last else f"{long_date(first)} tot en met {long_date(last)}"


def _title(moving: Moving) -> str:
    return in_round(moving.rule.title, moving.id.round)


def _form(
    visit: Visit,
    moving: Moving,
    faults: Mapping[str, str],
    shown: Shown | None = None,
    *,
    status: int = 200,
    stale: str = "",
) -> Response:
    return visit.render(
        "round_move.html",
        status=status,
        moving=moving,
        title=_title(moving),
        fields=_fields(visit, moving),
        faults=faults,
        shown=shown,
        stale=stale,
    )


ROUTES = (
    page("/verzet/{rule}/{schooljaar}", show, BUREAU),
    action("/verzet/{rule}/{schooljaar}", act, BUREAU),
    page("/verzet/{rule}/{schooljaar}/{round}", show, BUREAU),
    action("/verzet/{rule}/{schooljaar}/{round}", act, BUREAU),
)
UNDO = {MOVED: undo}
FIXED = {MOVED: rounds_fixed}
