"""What import prints: the difference, what follows from it, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from engine import wiring
from engine.adapters.rulebook import located
from engine.app.import_follows import Follows, Newcomer
from engine.cli.command import command
from engine.cli.show import say, say_some, show_problems
from engine.core.dutch import counted, day_and_time, listed, long_date, some
from engine.core.guest_news import GuestNews, each_told, leaving_told, waiting_told
from engine.core.intake import RegisterDifference
from engine.core.intake_told import (
    SHEETS_TOLD,
    beside_told,
    formerly_told,
    gone_told,
    one_to_one,
    party_told,
    person_told,
    question_told,
    sheets_of,
    stays_told,
    title,
    written,
)
from engine.core.localtime import local_date
from engine.core.problem import Problem
from engine.core.sheets import RoleEntry
from engine.core.vacancies import vacancy_notes

SHOWN = 20  # lines of one kind below a sheet


def tell_difference(found: RegisterDifference, applied: bool, names: Mapping[str, str]) -> None:
    """What changes, sheet by sheet, what stays as a page has it, and what cannot be known."""
    heirs = dict(found.mergers)
    for old, new in found.readdressed:
        say(f"ander adres: {old} → {new}")
    for name, sheet in sheets_of(found):
        if not sheet:
            continue
        say(f"{SHEETS_TOLD[name]}: {len(sheet.new)} nieuw, {len(sheet.changed)} gewijzigd, {len(sheet.gone)} weg")
        came = [(title(row), formerly_told(row, {})) for row in sheet.new]
        say_some([f"+ {row}: {more}" if more else f"+ {row}" for row, more in came], SHOWN)
        changed = []
        for one in sheet.changed:
            fields = ", ".join(f"{field.field}: {field.old or '-'} → {field.new or '-'}" for field in one.fields)
            changed.append(f"~ {title(one.new)}: {fields}{beside_told(one, heirs)}")
        say_some(changed, SHOWN)
        say_some([f"- {title(row)} ({gone_told(name, row, heirs)})" for row in sheet.gone], SHOWN)
    if found.stays:
        say(f"op een pagina gewijzigd, en nog oud in de lijst: {counted(len(found.stays), 'gegeven', 'gegevens')}")
        say_some([stays_told(one) for one in found.stays], SHOWN)
    for question in found.questions:
        say(question_told(question, names))
        if applied:
            say(f"  → {question.new} is nu een nieuw contact, zonder de geschiedenis van {question.old}.")
        else:
            say("  → Dezelfde persoon houdt alles wat al verstuurd is. Iemand anders wordt een nieuw contact.")


def difference_rows(found: RegisterDifference) -> list[dict[str, object]]:
    """What an import changes as JSON: a row for each row of the register, and for each question."""
    rows: list[dict[str, object]] = []
    for old, new in found.readdressed:
        fields = [{"field": "email", "old": old, "new": new}]
        rows.append({"sheet": "contacts", "change": "changed", "row": new, "fields": fields})
    for name, sheet in sheets_of(found):
        rows += [{"sheet": name, "change": "new", "row": title(row)} for row in sheet.new]
        rows += [
            {
                "sheet": name,
                "change": "changed",
                "row": title(one.new),
                "fields": [{"field": field.field, "old": field.old, "new": field.new} for field in one.fields],
            }
            for one in sheet.changed
        ]
        rows += [{"sheet": name, "change": "gone", "row": title(row)} for row in sheet.gone]
    for one in found.stays:
        fields = [{"field": one.field, "old": written(one.listed), "new": written(one.stays)}]
        sheet_name = "roles" if isinstance(one.row, RoleEntry) else "contacts"
        rows.append({"sheet": sheet_name, "change": "stays", "row": title(one.row), "fields": fields})
    for question in found.questions:
        fields = [{"field": "email", "old": question.old, "new": question.new}]
        rows.append({"sheet": "contacts", "change": "question", "row": question.new, "fields": fields})
    return rows


def tell_follows(after: Follows, names: Mapping[str, str], today: date, *, applied: bool, asked: bool) -> None:
    """Which questions for a new version close, and who takes over a role without hearing of what stands open."""
    for task in after.closing:
        sluit = "is gesloten" if applied else "sluit hierdoor"
        say(f"{task.plan.title} ({party_told(task.plan.party, names)}) {sluit}: nieuwe versie ingelezen.")
    for one in after.newcomers:
        where = listed(some(list(dict.fromkeys(party_told(task.plan.party, names) for task in one.tasks)), 5))
        person = person_told(one.email, {one.email: one.name})
        many = f"{counted(len(one.tasks), 'vraag', 'vragen')} open van {where}, aan de vorige gesteld"
        many = many if one.tasks else "nu staat er niets open"
        leaves = _leaves(one, asked=asked) if asked or not applied else ""
        since = f" vanaf {long_date(one.day)}" if one.day > today else ""
        also = f" Ook {listed(one.also)} {'hoort' if len(one.also) == 1 else 'horen'} dat dan." if one.also else ""
        say(f"{person} neemt een rol over{since}: {many}. {leaves}".rstrip() + also)
    if after.newcomers and asked:
        say("  → Ieder krijgt die vragen alsnog, in één mail.")
    elif after.newcomers:
        mend = "Met --open-vragen erbij wel, in één mail."
        if applied:
            mend = "Stuur een herinnering op de pagina van de taak."
        say(f"  → Dat hoort zo iemand niet vanzelf, of pas bij een herinnering. {mend}")


def _leaves(one: Newcomer, *, asked: bool) -> str:
    """When the mail that asks it all leaves, or would leave."""
    if one.leaves is None:
        return "De mail wacht op vrijgave bij Post." if asked else "De mail zou wachten op vrijgave bij Post."
    when = day_and_time(one.leaves)
    return f"De mail vertrekt {when}." if asked else f"De mail zou {when} vertrekken."


def tell_ending(
    ending: Sequence[tuple[str, Sequence[str]]], news: Sequence[GuestNews], *, stopped: bool, applied: bool
) -> None:
    """What guests of gesprekken hear; what is open at the schools that close, and what becomes of it."""
    if news:
        told = (f"Gesprekken die al vaststaan: {each_told(news)}.", leaving_told(news), waiting_told(news))
        say(" ".join(filter(None, told)))
    for party, tasks in ending:
        say(f"{party} is niet meer actief, met nog {counted(len(tasks), 'open taak', 'open taken')}.")
    if ending and stopped:
        say(f"Die {'zijn' if applied else 'worden'} gestopt, met de reden erbij.")
    elif ending:
        say("Daarvan gaat niets meer uit, maar ze blijven open staan.")
        say("  → Stop ze op de pagina Voorstel." if applied else "  → Met --stop erbij worden ze meteen gestopt.")


def tell_gaps(gaps: Sequence[Problem]) -> None:
    """The roles that rules ask and nobody has after it."""
    if gaps:
        say("Let op: na deze import is er niemand voor een rol die wordt gevraagd.")
        show_problems(gaps)


def tell_vacancies(place: wiring.Workspace, now: datetime) -> None:
    """Who lacks a role that rules ask, as the register is by now."""
    rulebook, _ = wiring.rulebook_of(place)
    database = wiring.database_of(place)
    with database.read() as connection:
        register = wiring.means_of(place, database).register(connection)
    show_problems(located(vacancy_notes(rulebook.rules, register, local_date(now)), rulebook.files))


def tell_bureau(there: bool) -> None:
    """Says so where nobody is the bureau: then nobody hears of mail that waits."""
    if not there:
        say("Let op: niemand heeft de rol bureau bij swv. Dan hoort niemand van mail die wacht of niet aankomt.")
        say("  → Zet op het blad rollen wie bureau is bij swv: een rij met het e-mailadres, bureau en swv.")


def what_now(
    found: RegisterDifference, paths: Sequence[Path], options: Sequence[str], place: wiring.Workspace, *, applied: bool
) -> str:
    """What the user does next: the command that stores it, or that plans."""
    if not found:
        return "Er verandert niets. Het register is al zo."
    if applied:
        return f"Opgeslagen. Bekijk nu de planning: {command('plan', workspace=place.given)}"
    words = ["import", *(str(path) for path in paths), *options]
    again = command(*words, "--apply", workspace=place.given)
    if not (pairs := one_to_one(found.questions)):
        return f"Er is nog niets opgeslagen. Klopt dit? {again}"
    answers = [word for old, new in pairs.items() for word in ("--ander-adres", f"{old}={new}")]
    same = command(*words, *answers, "--apply", workspace=place.given)
    told = f"Er is nog niets opgeslagen. Klopt dit? Kies:\n  dezelfde persoon: {same}\n  iemand anders:    {again}"
    if len(found.questions) > 1:
        told += "\nVerschilt het per vraag? Neem de eerste, en haal de adressen weg die van iemand anders zijn."
    return told
