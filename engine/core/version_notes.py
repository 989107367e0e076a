"""What is odd between the files that together are one rule: schooljaren without any, a filter in some of them alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.core.dutch import listed
from engine.core.plan_notes import PlanNote
from engine.core.rule import Rule, Rulebook
from engine.core.schooljaar import Schooljaar


def version_notes(rulebook: Rulebook, running: Schooljaar) -> Iterator[PlanNote]:
    """The notes on schooljaren from the running one on; none on a rule of which not every file could be read."""
    versions: dict[str, list[Rule]] = {}
    for rule in rulebook.rules:
        versions.setdefault(rule.id, []).append(rule)
    for several in versions.values():
        if len(several) > 1 and len(several) == _files(several[0], rulebook):
            current = [rule for rule in several if rule.valid_to is None or rule.valid_to >= running]
            yield from _gaps(several, running)
            yield from _filters(current)


def _files(rule: Rule, rulebook: Rulebook) -> int:
    """How many files of the rulebook are versions of the rule."""
    return sum(_folder_and_id(file) == _folder_and_id(rule.file) for file in rulebook.files)


def _folder_and_id(file: str) -> tuple[str, str]:
    folder, _, name = file.rpartition("/")
    return folder, name.partition(".")[0].partition("@")[0]


def _gaps(versions: Sequence[Rule], running: Schooljaar) -> Iterator[PlanNote]:
    in_order = sorted(versions, key=lambda rule: rule.valid_from or Schooljaar(0))
    for one, other in pairwise(in_order):
        if one.valid_to is None or other.valid_from is None:
            continue
        first, last = max(one.valid_to.next, running), other.valid_from.previous
        if first <= last:
            when = f"in {first}" if first == last else f"van {first} tot en met {last}"
            text = f"{when} geldt geen enkel bestand van `{other.id}`"
            hint = (
                f"Is dat niet de bedoeling? Zet in {_name(one)} `geldig_tot: {last}`, of hier `geldig_vanaf: {first}`."
            )
            yield PlanNote(other.file, "geldig_vanaf", None, text, hint)


def _filters(versions: Sequence[Rule]) -> Iterator[PlanNote]:
    for key in ("alleen", "behalve"):
        having = [rule for rule in versions if (rule.only if key == "alleen" else rule.besides) is not None]
        lacking = [_name(rule) for rule in versions if rule not in having]
        if having and lacking:
            text = f"`{key}` staat hier wel, maar niet in {listed(lacking)}"
            yield PlanNote(having[0].file, key, None, text, "Geldt het in alle jaren? Zet het dan in elk bestand.")


def _name(rule: Rule) -> str:
    return f"`{rule.file.rpartition('/')[2]}`"
