"""explain RULE: what the rule asks of whom, how each date of a schooljaar comes about, and who hears what when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from engine.core.dutch import capitalised, counted, listed, some
from engine.core.party import Party, Register, region_of
from engine.core.plan_notes import PlanNote, plan_notes
from engine.core.planning import expand, is_valid, meant_for
from engine.core.ports import Calendars
from engine.core.roles import role_word
from engine.core.rule import AT_SCHOOLS, ATTENDEES, DoneWhen, Filter, Per, Rule, Step
from engine.core.schooljaar import Schooljaar
from engine.core.task import PlannedTask
from engine.core.telling import after_adoption, phase_of, phase_word, step_word

PARTIES: dict[Per, tuple[str, str]] = {
    "school": ("school", "scholen"),
    "bestuur": ("bestuur", "besturen"),
    "swv": ("samenwerkingsverband", "samenwerkingsverbanden"),
}
WHO_GETS_A_TASK: dict[Per, str] = {
    "school": "Elke actieve school krijgt een taak.",
    "bestuur": "Elk actief bestuur krijgt een taak.",
    "swv": "Het samenwerkingsverband zelf krijgt een taak.",
}
DONE: dict[DoneWhen, str] = {
    "ingediend": "De taak is klaar zodra het antwoord er is.",
    "goedgekeurd": "De taak is klaar als het bureau het antwoord goedkeurt.",
    "gehouden": "De taak is klaar als het gesprek is gehouden.",
    "afgesproken": "De taak is klaar als er een afspraak is.",
}
FIELDS = {"gemeente": "gemeente", "bestuur": "bestuur", "party": "partij", "tag": "kenmerk"}
PHASE = "phase:"
LABELS = {"peildatum": "peildatum", "opens": "opent", "due": "uiterlijk"}
MOST_NAMES = 3
NO_TITLES: Mapping[str, str] = {}
# How the line begins that names everyone whom a heading on a page counts.
WHO_THEY_ARE = "Dit zijn: "


def explain_rule(
    versions: Sequence[Rule],
    schooljaar: Schooljaar,
    register: Register,
    calendars: Calendars,
    *,
    region: str = "",
    on_page: bool = False,
    titles: Mapping[str, str] = NO_TITLES,
    clashing: Sequence[PlanNote] = (),
) -> Iterator[str]:
    """The lines about the version of a rule that holds in the schooljaar; `versions` has at least one.

    `region` is that of the SWV; `titles` are those of other rules, by id, `clashing` what does not fit with them.
    `on_page`: in words for who never sees a file, without the rule's title and file; dates are headed by how many they
    are for, and the line that begins with `WHO_THEY_ARE` names them all.
    """
    rule = next((rule for rule in versions if is_valid(rule, schooljaar)), versions[0])
    if not on_page:
        yield f"{rule.title} ({rule.id}), schooljaar {schooljaar}"
        yield f"Soort: {rule.kind}. Bestand: {rule.file}."
    yield from _validity(rule, versions, schooljaar)
    if rule.formerly:
        yield f"Deze regel heette eerst {rule.formerly}. De taken van toen horen erbij."
    if rule.kind == "doorlopend":
        yield "Deze regel staat in de jaarplanning en in de agenda. Er zijn geen taken en er gaan geen mails uit."
        return
    yield from _parties(rule, register)
    if rule.asked:
        yield f"De vraag gaat naar: {_who(rule.asked)}."
    if rule.together:
        yield f"Leest de eerste mail mee en mag ook antwoorden: {listed([_who(role) for role in rule.together])}."
    if rule.document:
        how_long = f" Het geldt {rule.validity_years} jaar." if rule.validity_years else ""
        yield f"Het gaat om het document {rule.document}.{how_long}"
    if rule.phases:
        yield f"Fasen: {'; '.join(f'{one.name}, {one.due}, door {_who(one.by)}' for one in rule.phases)}."
    if rule.first is not None:
        yield f"Wie nog geen {rule.document} heeft, moet er een hebben: {rule.first}."
    if rule.uses:
        named = [f"{titles[one]} ({one})" if one in titles else one for one in rule.uses]
        yield f"Gebruikt de antwoorden van: {listed(named)}. Een stap op `compleet` wacht tot die er allemaal zijn."
    yield DONE[rule.done_when]
    yield from _sharing(rule, on_page=on_page)
    yield from _deviations(rule, schooljaar)
    yield from _talk(rule)
    yield ""
    if rule.steps_of:
        yield f"De stappen zijn die van de regel {rule.steps_of}."
        yield ""
    yield "Wie hoort wat:"
    for step in rule.steps:
        yield f"  {_step(step, on_page=on_page)}"
    tasks = expand([rule], register, calendars, [schooljaar], {})
    yield from _rounds(rule, tasks, register, region, on_page=on_page)
    notes = (*plan_notes([rule], register, calendars, [schooljaar]), *clashing)
    if notes:
        yield ""
        yield "Let op:"
        yield from (f"  {note.text}" for note in notes)


def dates_told(plan: PlannedTask, *, on_page: bool = False) -> Iterator[str]:
    """Each date of a task with how it came about; `on_page`: with steps in words, not by their name in the file."""
    for reason in plan.reasons:
        step = reason.field.removeprefix("step:")
        label = LABELS.get(reason.field) or (step_word(step) if on_page else f"stap {step}")
        if step.startswith(PHASE):
            label = f"fase {phase_word(step.removeprefix(PHASE))}"
        yield f"  {label}: {reason.text}"


def _validity(rule: Rule, versions: Sequence[Rule], schooljaar: Schooljaar) -> Iterator[str]:
    if not is_valid(rule, schooljaar):
        yield f"In {schooljaar} geldt deze regel niet: {_years(rule)}."
    elif rule.valid_from is not None or rule.valid_to is not None:
        yield f"{'Deze versie geldt' if len(versions) > 1 else 'Dit geldt'} {_years(rule)}."
    for other in versions:
        if other is not rule:
            yield f"Een andere versie staat in {other.file}: {_years(other)}."


def _deviations(rule: Rule, schooljaar: Schooljaar) -> Iterator[str]:
    """In which schooljaren the dates are others than usual; of this one also in which rounds."""
    if rule.deviates_in(schooljaar):
        rounds = [one.name for one in rule.rounds_in(schooljaar) if one.deviates and one.name]
        of = f" Het gaat om {'ronde' if len(rounds) == 1 else 'de rondes'} {listed(rounds)}." if rounds else ""
        yield f"In {schooljaar} wijken de datums af van andere jaren.{of}"
    others = [str(year) for year, _ in rule.deviations if year != schooljaar and is_valid(rule, year)]
    if others:
        yield f"{'Ook in' if rule.deviates_in(schooljaar) else 'In'} {listed(others)} zijn de datums anders."


def _sharing(rule: Rule, *, on_page: bool) -> Iterator[str]:
    """What of a document is asked after its adoption, of whom and when."""
    later = after_adoption([one.name for one in rule.phases])
    if not later:
        return
    yield "Komt er een nieuwe versie, dan is de taak klaar."
    for phase in (one for one in rule.phases if one.name in later):
        moments = [step.when for step in rule.steps if phase_of(step.name) == phase.name]
        when = f": {listed([_moment(one) if on_page else one for one in moments])}" if moments else ""
        yield f"De fase {phase_word(phase.name)} wordt dan nog wel gevraagd, aan {_who(phase.by)}{when}."
    yield "Is de dag van die fase dan al voorbij, dan komt er een nieuwe dag."
    yield "Meldt iemand de taak klaar, dan gaat er niets meer uit."


def _years(rule: Rule) -> str:
    first, last = rule.valid_from, rule.valid_to
    if first is None and last is None:
        return "elk schooljaar"
    if first == last:
        return f"alleen in {first}"
    return " ".join(part for part in (f"vanaf {first}" if first else "", f"tot en met {last}" if last else "") if part)


def _parties(rule: Rule, register: Register) -> Iterator[str]:
    if rule.only is None and rule.besides is None:
        yield WHO_GETS_A_TASK[rule.per]
        return
    if rule.only is not None:
        yield f"Alleen voor: {_filter(rule.only, register)}."
    if rule.besides is not None:
        yield f"Niet voor: {_filter(rule.besides, register)}."
    number = len(meant_for(rule, register))
    yield f"Dat {'is' if number == 1 else 'zijn'} nu {counted(number, *PARTIES[rule.per])}."


def _filter(wanted: Filter, register: Register) -> str:
    def names(field: str) -> list[str]:
        found = [(value, register.parties.get(value)) for value in getattr(wanted, field)]
        return [value if party is None else f"{party.name} ({value})" for value, party in found]

    named = ((word, names(field)) for field, word in FIELDS.items())
    return ", ".join(f"{word} {listed(values, 'of')}" for word, values in named if values)


def _talk(rule: Rule) -> Iterator[str]:
    talk = rule.talk
    if talk is None:
        return
    if talk.attendees:
        yield f"Deelnemers: {listed([_who(role) for role in talk.attendees])}."
    if talk.optional_attendees:
        yield f"Eventueel ook: {listed([_who(role) for role in talk.optional_attendees])}."
    if talk.minutes is not None:
        yield f"Duur: {talk.minutes} minuten."
    if talk.agenda:
        yield f"Agenda: {'; '.join(talk.agenda)}."
    if talk.optional_agenda:
        yield f"Eventueel op de agenda: {'; '.join(talk.optional_agenda)}."


def _step(step: Step, *, on_page: bool) -> str:
    copy = f", kopie aan {listed([_who(role) for role in step.copy])}" if step.copy else ""
    hold = ", wacht op vrijgave door het bureau" if step.hold else ""
    called = f"{step_word(step.name)}, {_moment(step.when)}" if on_page else f"{step.name} ({step.when})"
    return f"{called}: aan {listed([_who(role) for role in step.to])}{copy}{hold}"


def _moment(text: str) -> str:
    """A moment in words: `3 schooldagen voor de laatste dag`."""
    if text == "opent":
        return "op de dag dat de vraag opengaat"
    if text == "compleet":
        return "op de dag dat alles binnen is"
    text = re.sub(r"\bcompleet\b", "de dag dat alles binnen is", text)
    return re.sub(r"\buiterlijk\b", "de laatste dag", re.sub(r"\bopent\b", "de opening", text))


def _rounds(
    rule: Rule, tasks: tuple[PlannedTask, ...], register: Register, region: str, *, on_page: bool
) -> Iterator[str]:
    if not tasks:
        yield ""
        yield "In dit schooljaar zijn er geen taken van deze regel."
    for round_ in rule.rounds:
        whole = [task for task in tasks if task.round == round_.name]
        groups: dict[tuple[date | None, ...], list[PlannedTask]] = {}
        for task in whole:
            groups.setdefault((task.opens, task.due, *(step.date for step in task.steps)), []).append(task)
        for group in groups.values():
            yield ""
            names = [_name(task.party, register) for task in group]
            counts = on_page and len(names) > MOST_NAMES
            whom = _for_whom(rule.per, group, whole, register, region) if counts else listed(some(names, MOST_NAMES))
            yield f"{capitalised(round_.name or 'de datums')}, voor {whom}:"
            yield from dates_told(group[0], on_page=on_page)
            if counts:
                yield f"{WHO_THEY_ARE}{listed(names)}."


def _for_whom(
    per: Per, group: Sequence[PlannedTask], whole: Sequence[PlannedTask], register: Register, region: str
) -> str:
    """`18 scholen in regio noord`: a count, with what these share and no other party of the round has."""
    ids = {task.party for task in group}
    known = [register.parties.get(one) for one in ids]
    number = counted(len(ids), *PARTIES[per])
    if len(group) == len(whole):
        return f"alle {number}"
    others = [register.parties.get(task.party) for task in whole if task.party not in ids]
    shared: tuple[tuple[str, Callable[[Party | None], str]], ...] = (
        ("in regio", lambda one: region_of(one, register.parties, region)),
        ("van", lambda one: _name(one.bestuur, register) if one is not None else ""),
        ("in gemeente", lambda one: one.gemeente if one is not None else ""),
    )
    for word, of in shared:
        theirs = {of(one) for one in known}
        if "" not in theirs and len(theirs) <= MOST_NAMES and theirs.isdisjoint(of(one) for one in others):
            return f"{number} {word} {listed(sorted(theirs))}"
    return number


def _who(role: str) -> str:
    if role == ATTENDEES:
        return "de deelnemers"
    word = role_word(role.removesuffix(AT_SCHOOLS))
    return f"{word} van elke school" if role.endswith(AT_SCHOOLS) else word


def _name(party: str, register: Register) -> str:
    found = register.parties.get(party)
    return found.name if found is not None else party
