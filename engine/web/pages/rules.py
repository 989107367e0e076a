"""Beheer, regels: which there are, what they ask, what is wrong with them; change one, and see what that does first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from starlette.responses import Response

from engine import wiring
from engine.app.explaining import explained, year_in_which_it_holds
from engine.app.proposals import carry_out
from engine.core.difference import saved
from engine.core.dutch import listed
from engine.core.explain_rule import WHO_THEY_ARE
from engine.core.problem import Problem, ProblemsFound, Refused, stops
from engine.core.rule import Rule, Rulebook
from engine.core.schooljaar import Schooljaar
from engine.store.acts import Act, record_act
from engine.web.editing import (
    RULE,
    Subject,
    act_on,
    changed_files,
    fault_of,
    look,
    show_editor,
    show_version,
    show_versions,
    years,
)
from engine.web.routes import BUREAU, action, page
from engine.web.visit import NotFound, Stale, Visit

HERE = "/beheer/regels"
KINDS = {
    "uitvraag": "uitvraag",
    "gesprek": "gesprek",
    "document": "document",
    "taak": "taak van het bureau",
    "mijlpaal": "mijlpaal",
    "doorlopend": "doorlopend",
}
PER = {"school": "school", "bestuur": "bestuur", "swv": "het swv"}


@dataclass(frozen=True, slots=True)
class Row:
    """A rule file in the list; `rule` is None while something is wrong with it."""

    name: str
    rule: Rule | None
    faults: int
    pending: bool


def show(visit: Visit) -> Response:
    """The list, and every problem at its line."""
    rulebook, problems = _read(visit)
    files = wiring.rule_files(visit.site.place)
    changed = set(changed_files(visit, rulebook))
    rules = {rule.file: rule for rule in rulebook.rules}
    wrong = [one for one in problems if one.severity == "problem"]
    rows = [
        Row(PurePosixPath(file).name, rules.get(file), sum(one.file == file for one in wrong), file in changed)
        for file in files
    ]
    rows.sort(key=lambda row: (not row.faults, row.rule.title.casefold() if row.rule else row.name))
    return visit.render(
        "rules.html",
        rows=rows,
        faults=[fault_of(one, dict(rulebook.files)) for one in wrong],
        names={PurePosixPath(file).name for file in files},
        changed=sorted(changed),
        planned=wiring.applied_book(visit.site.place, visit.means.database) is not None,
        kinds=KINDS,
        per=PER,
    )


def show_rule(visit: Visit) -> Response:
    """What a rule asks, in words, and how each date comes about."""
    subject = _subject(visit)
    rulebook, problems = _read(visit)
    rule = next((one for one in rulebook.rules if one.file == subject.file), None)
    blocks: list[Block] = []
    year = None
    if rule is not None:
        year = year_in_which_it_holds(rule, _asked_year(visit))
        with visit.means.database.read() as connection:
            blocks = in_blocks(explained(connection, visit.means, rulebook.rules, rule, year, on_page=True))
    return visit.render(
        "rule.html",
        subject=subject,
        rule=rule,
        year=year,
        blocks=blocks,
        faults=[
            fault_of(one, dict(rulebook.files))
            for one in problems
            if one.file == subject.file and one.severity == "problem"
        ],
        pending=subject.file in changed_files(visit, rulebook),
        lines=subject.shown.splitlines(),
    )


def show_changes(visit: Visit) -> Response:
    """What the files in the folder would change, where somebody changed them beside the pages."""
    rulebook, _ = _read(visit)
    looked = look(visit, {}, whole=True)
    return visit.render("rules_changed.html", looked=looked, changed=changed_files(visit, rulebook))


def carry_out_changes(visit: Visit) -> Response:
    """Stores the plan of the files as they are."""
    rulebook, problems = _read(visit)
    if stops(problems):
        raise Refused("Er zit nog een fout in de regels.", "Verbeter die eerst: ze staan bij Regels.")
    looked = look(visit, {}, whole=True)
    if looked.must_confirm and visit.form.text("gezien") != "ja":
        raise Refused(
            "Er gaan meer dan 25 mails uit. Daarom vragen wij u om dat eerst te bevestigen.",
            "Er is niets veranderd. Zet een vinkje bij het aantal mails.",
        )
    files = listed([PurePosixPath(file).name for file in changed_files(visit, rulebook)])
    with visit.means.database.write() as connection:
        changes = carry_out(
            connection,
            visit.means,
            rulebook,
            years(visit),
            visit.form.text("zegel"),
            visit.now,
            visit.who.name,
        )
        if changes is None:
            raise Stale
        parts = listed(saved(changes))
        text = f"Gewijzigde bestanden doorgevoerd: {files or 'geen'}."
        text += f" Taken: {parts}." if parts else " Aan de taken verandert niets."
        number = record_act(connection, Act(visit.now, visit.who.name, "rules", text))
    return visit.done(number, HERE)


def edit(visit: Visit) -> Response:
    """The rule's text in a field."""
    return show_editor(visit, _subject(visit))


def change(visit: Visit) -> Response:
    """Checks the text, shows what it changes, or carries it out."""
    return act_on(visit, _subject(visit))


def versions(visit: Visit) -> Response:
    """Earlier texts of the rule."""
    return show_versions(visit, _subject(visit))


def version(visit: Visit) -> Response:
    """One earlier text of the rule."""
    return show_version(visit, _subject(visit))


@dataclass(frozen=True, slots=True)
class Block:
    """A part of an explanation: a heading, or none, its lines, and everyone whom it is about where that is long."""

    heading: str
    lines: Sequence[str]
    names: str = ""


def in_blocks(lines: Sequence[str]) -> list[Block]:
    """An explanation in parts; a blank line parts them, a line that ends with a colon heads one."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line:
            parts[-1].append(line.strip())
        elif parts[-1]:
            parts.append([])
    return [_block(part) for part in parts if part]


def _block(part: Sequence[str]) -> Block:
    if not part[0].endswith(":"):
        return Block("", part)
    names = "".join(line.removeprefix(WHO_THEY_ARE) for line in part if line.startswith(WHO_THEY_ARE))
    return Block(part[0].removesuffix(":"), [line for line in part[1:] if not line.startswith(WHO_THEY_ARE)], names)


def _read(visit: Visit) -> tuple[Rulebook, Sequence[Problem]]:
    try:
        return wiring.rulebook_of(visit.site.place)
    except ProblemsFound as found:
        return Rulebook((), {}, {}, ""), found.problems


def _subject(visit: Visit) -> Subject:
    """The rule file of that name; only what lies in the rules folder has a page."""
    name = str(visit.path["name"])
    file = next((one for one in wiring.rule_files(visit.site.place) if PurePosixPath(one).name == name), None)
    text = None if file is None else wiring.stored_text(visit.site.place, file)
    if file is None or text is None:
        raise NotFound
    rule = next((one for one in _read(visit)[0].rules if one.file == file), None)
    return Subject(file, rule.title if rule else name, f"{HERE}/{name}", text, text, RULE)


def _asked_year(visit: Visit) -> Schooljaar:
    given = visit.query.get("schooljaar", "")
    return next((year for year in years(visit) if str(year) == given), Schooljaar.of(visit.today))


ROUTES = (
    page(HERE, show, BUREAU),
    page(f"{HERE}/wijzigingen", show_changes, BUREAU),
    action(f"{HERE}/wijzigingen", carry_out_changes, BUREAU),
    page(f"{HERE}/{{name}}", show_rule, BUREAU),
    page(f"{HERE}/{{name}}/bewerk", edit, BUREAU),
    action(f"{HERE}/{{name}}/bewerk", change, BUREAU),
    page(f"{HERE}/{{name}}/versies", versions, BUREAU),
    page(f"{HERE}/{{name}}/versies/{{version}}", version, BUREAU),
)
