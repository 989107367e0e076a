"""Vaststellen and Voorstel: what planning may not do by itself, shown before a person does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starlette.responses import Response

from engine import wiring
from engine.adapters.rulebook import located
from engine.app.coming_post import DAYS
from engine.app.foresight import MailDay, coming_mail
from engine.app.placing import settled
from engine.app.preview import difference_of, preview
from engine.app.proposals import adopt, adopting, carry_out
from engine.app.yearplan import year_of
from engine.core.difference import saved
from engine.core.dutch import counted, listed, long_moment
from engine.core.problem import Problem, Refused, stops
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.year_shift import shifts
from engine.store.acts import Act, record_act
from engine.store.register import is_empty
from engine.store.yearplan import adoption
from engine.web.editing import changed_files
from engine.web.pages.yearplan import asked_year, rulebook_of, years_to_see
from engine.web.routes import BUREAU, action, page
from engine.web.visit import NotFound, Stale, Visit

# Of more mails one says first that one saw how many.
MOST_UNASKED = 25
OUTDATED = "Het plan is verouderd."
AGAIN = "Er is niets veranderd. Bekijk het opnieuw en beslis dan."


def show_adopting(visit: Visit) -> Response:
    """What adopting the schooljaar would do."""
    schooljaar = asked_year(visit)
    rulebook, applied = rulebook_of(visit)
    with visit.means.database.read() as connection:
        if schooljaar not in years_to_see(connection, visit):
            raise NotFound
        if is_empty(connection):
            raise Refused("Het register is nog leeg.", "Voer eerst uw scholen en besturen in, bij Beheer, Register.")
        done = adoption(connection, str(schooljaar))
        would = None if done else adopting(connection, visit.means, rulebook, schooljaar, visit.now)
        earlier = year_of(connection, visit.means, rulebook, schooljaar.previous)
        this = year_of(connection, visit.means, rulebook, schooljaar)
    found = shifts(earlier.plan, this.plan, rulebook.rules)
    told = would.notes if would is not None else ()
    return visit.render(
        "adopting.html",
        schooljaar=schooljaar,
        done_before=done,
        would=would,
        clashes=located((one for one in told if one.is_of_dates), rulebook.files),
        remarks=located((one for one in told if not one.is_of_dates), rulebook.files),
        other=[one for one in found if not one.same],
        same=[one for one in found if one.same],
        compares=earlier.stored,
        titles=_titles(rulebook),
        ahead=DAYS,
        applied=applied,
        files_differ=applied and _files_differ(visit),
        all_held=visit.means.settings.release == "altijd",
        must_confirm=would is not None and would.mails > MOST_UNASKED,
    )


def do_adopt(visit: Visit) -> Response:
    """Adopts the schooljaar as it was shown; an act that cannot be undone."""
    schooljaar = asked_year(visit)
    rulebook, _ = rulebook_of(visit)
    with visit.means.database.write() as connection:
        if schooljaar not in years_to_see(connection, visit):
            raise NotFound
        before = adoption(connection, str(schooljaar))
        if before is not None:
            raise Stale(
                f"Schooljaar {schooljaar} is al vastgesteld.",
                f"Dat deed {before.by}, op {long_moment(before.at)}. U hoeft niets te doen.",
            )
        would = adopt(connection, visit.means, rulebook, schooljaar, visit.form.text("code"), visit.now, visit.who.name)
        if would is None:
            raise Stale(OUTDATED, AGAIN)
        _confirmed(visit, would.mails)
        parts = [f"{counted(would.begun, 'taak loopt', 'taken lopen')} nu"]
        if would.held:
            parts.append(f"van {would.held} wacht de post op vrijgave")
        if would.waived:
            parts.append(f"{would.waived} {'is' if would.waived == 1 else 'zijn'} n.v.t., want te laat")
        text = f"Jaarplanning {schooljaar} vastgesteld: {listed(parts)}."
        number = record_act(connection, Act(visit.now, visit.who.name, "adopt", text, (str(schooljaar),)))
    return visit.done(number, f"/jaarplanning/{schooljaar}")


def show_proposal(visit: Visit) -> Response:
    """What the nightly plan left for a person."""
    rulebook = wiring.applied_book(visit.site.place, visit.means.database)
    if rulebook is None:
        return visit.render(
            "proposal.html", difference=None, notes=[], titles={}, waiting=None, files_differ=False, must_confirm=0
        )
    with visit.means.database.read() as connection:
        seen = preview(connection, visit.means, rulebook, _years(visit), visit.now, adopting=False, told=True)
    found = difference_of(seen)
    return visit.render(
        "proposal.html",
        difference=found,
        notes=located(seen.notes, rulebook.files) if found.rounds else [],
        titles=_titles(rulebook),
        waiting=seen.waiting,
        files_differ=_files_differ(visit),
        must_confirm=_more(found.days) > MOST_UNASKED,
    )


def do_proposal(visit: Visit) -> Response:
    """Carries out the proposal as it was shown."""
    rulebook = wiring.applied_book(visit.site.place, visit.means.database)
    if rulebook is None:
        raise Stale(OUTDATED, AGAIN)
    with visit.means.database.write() as connection:
        seen = preview(connection, visit.means, rulebook, _years(visit), visit.now, adopting=False, told=False)
        running = settled(connection, visit.means, seen.changes, seen.sending, visit.now)
        days = coming_mail(connection, visit.means, running, visit.now)
        changes = carry_out(
            connection, visit.means, rulebook, _years(visit), visit.form.text("code"), visit.now, visit.who.name
        )
        if changes is None:
            raise Stale(OUTDATED, AGAIN)
        _confirmed(visit, _more(days))
        text = f"Voorstel doorgevoerd: {listed(saved(changes)) or 'aan de taken veranderde niets'}."
        number = record_act(connection, Act(visit.now, visit.who.name, "proposal", text))
    return visit.done(number, "/jaarplanning/voorstel")


def _titles(rulebook: Rulebook) -> dict[str, str]:
    """The title of each rule, by its file."""
    return {rule.file: rule.title for rule in rulebook.rules}


def _years(visit: Visit) -> Sequence[Schooljaar]:
    """The schooljaren that the nightly plan looks at."""
    now = Schooljaar.of(visit.today)
    return now, now.next


def _more(days: Iterable[MailDay]) -> int:
    """How many mails more these days bring."""
    return sum(max(day.after - day.before, 0) for day in days)


def _confirmed(visit: Visit, mails: int) -> None:
    if mails > MOST_UNASKED and visit.form.text("gezien") != "ja":
        raise Refused(
            f"Er gaan {mails} mails uit. Daarom vragen wij u om dat eerst te bevestigen.",
            "Er is niets veranderd. Zet op de vorige pagina een vinkje bij het aantal mails.",
        )


def _files_differ(visit: Visit) -> bool:
    """True where the folder holds other rules than those that apply, and nothing is wrong with them."""
    rulebook, problems = _read(visit)
    return not stops(problems) and bool(changed_files(visit, rulebook))


def _read(visit: Visit) -> tuple[Rulebook, Sequence[Problem]]:
    return wiring.rulebook_of(visit.site.place)


ROUTES = (
    page("/jaarplanning/voorstel", show_proposal, BUREAU),
    action("/jaarplanning/voorstel", do_proposal, BUREAU),
    page("/jaarplanning/{schooljaar}/vaststellen", show_adopting, BUREAU),
    action("/jaarplanning/{schooljaar}/vaststellen", do_adopt, BUREAU),
)
