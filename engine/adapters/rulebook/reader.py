"""The rulebook of a workspace: every rule file and mail template, read from disk or from stored text."""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from engine.adapters.rulebook.ladders import Ladders
from engine.adapters.rulebook.renames import formerly, renames
from engine.adapters.rulebook.rule_file import open_rule, read_rule, rule_id
from engine.adapters.rulebook.uses import Use, check_uses
from engine.adapters.rulebook.values import Known
from engine.core.letter import LAYOUT
from engine.core.problem import Problem
from engine.core.roles import ROLES
from engine.core.rule import Rule, Rulebook
from engine.core.schooljaar import Schooljaar

LARGEST_FILE = 256 * 1024
TEMPLATES = "mail_templates/"
SUFFIXES = (".yaml", ".toml")
LOOKALIKES = (".yml", ".yaml", ".toml")
_KEY_OF_FOLDER = re.compile(r"\s*(swv\s*\.\s*)?regels\s*=")
FIRST, LAST = Schooljaar(0), Schooljaar(9999)

Validity = tuple[Schooljaar | None, Schooljaar | None]
# A file and the schooljaren in which it holds.
Version = tuple[str, Validity]


def read_rulebook(
    workspace: Path,
    rules_folder: str,
    templates: Mapping[str, str],
    extra_roles: tuple[str, ...],
    instead: Mapping[str, str | None] | None = None,
) -> tuple[Rulebook, tuple[Problem, ...]]:
    """All rules of a folder of the workspace, with every problem of every file.

    `templates` is text by name, `layout` being the MJML one. A rule with problems is not in `rules`; its text
    is in `files`, as far as it could be read. `instead`: texts of files, by path, as
    they are to become; None for one that is to go.
    """
    drafts = dict(instead or {})
    folder = _folder(rules_folder)
    files = {_template_path(name): text for name, text in templates.items()}
    problems: list[Problem] = []
    paths = _rule_files(workspace / folder)
    if paths is None:
        problems.append(_no_folder(workspace, folder))
    elif not paths and not drafts:
        problems.append(_no_rules(folder))
    for path in paths or ():
        file = f"{folder}/{path.name}"
        if file in drafts:
            continue
        text, problem = _text(path, file)
        if text is not None:
            files[file] = text
        if problem is not None:
            problems.append(problem)
    files |= {file: text for file, text in drafts.items() if text is not None}
    rulebook, found = parse_files(files, extra_roles)
    return rulebook, tuple(sorted([*problems, *found]))


def rule_file_names(workspace: Path, rules_folder: str) -> tuple[str, ...]:
    """The paths of the rule files of a workspace, as its rulebook names them."""
    folder = _folder(rules_folder)
    return tuple(f"{folder}/{path.name}" for path in _rule_files(workspace / folder) or () if path.suffix in SUFFIXES)


def parse_files(files: Mapping[str, str], extra_roles: tuple[str, ...]) -> tuple[Rulebook, tuple[Problem, ...]]:
    """The rulebook of texts by path, as `Rulebook.files` holds them; needs no disk."""
    templates = {PurePosixPath(path).stem: text for path, text in files.items() if path.startswith(TEMPLATES)}
    known = Known(frozenset((*ROLES, *extra_roles)), frozenset(templates))
    rules: list[Rule] = []
    seen: dict[str, list[Version]] = {}
    problems: list[Problem] = []
    uses: dict[str, tuple[str, Sequence[Use]]] = {}
    opened = [open_rule(file, files[file]) for file in sorted(file for file in files if not file.startswith(TEMPLATES))]
    trees = [one.rule for one in opened]
    ladders = Ladders(trees, formerly(trees))
    renamed = {one.file: one for one in renames(trees)}
    for one in opened:
        file = one.rule.file
        reading = read_rule(one, known, ladders.lent_to(one.rule))
        problems += reading.problems
        uses[file] = rule_id(file), reading.uses
        clash = None
        if reading.valid is not None:
            same = seen.setdefault(rule_id(file), [])
            own = file, reading.valid
            clash = next((_twice(own, other) for other in same if _overlap(other[1], reading.valid)), None)
            same.append(own)
        stopping = [each for each in (clash, renamed.get(file)) if each is not None]
        problems += stopping
        if stopping:
            continue
        if reading.rule is not None:
            rules.append(reading.rule)
    kinds = {rule.id: frozenset(one.kind for one in rules if one.id == rule.id) for rule in rules}
    found = list(check_uses(uses, kinds))
    problems += found
    broken = {problem.file for problem in found}
    rules = [rule for rule in rules if rule.file not in broken]
    in_order = tuple(sorted(rules, key=lambda rule: (rule.id, rule.valid_from or FIRST, rule.file)))
    rulebook = Rulebook(in_order, templates, dict(sorted(files.items())), _digest(files))
    return rulebook, tuple(sorted(problems))


def _overlap(one: Validity, other: Validity) -> bool:
    """True when there is a schooljaar in which both hold."""
    return (one[0] or FIRST) <= (other[1] or LAST) and (other[0] or FIRST) <= (one[1] or LAST)


def _digest(files: Mapping[str, str]) -> str:
    """SHA-256 (hex) over paths and texts in order; line ends and the machine make no difference."""
    digest = hashlib.sha256()
    for path, text in sorted(files.items()):
        for part in (path, _line_ends(text)):
            # The length before each part, so that no two rulebooks give the same bytes.
            data = part.encode("utf-8", "surrogatepass")
            digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def _folder(rules_folder: str) -> str:
    return PurePosixPath(posixpath.normpath(rules_folder.replace("\\", "/"))).as_posix()


def _template_path(name: str) -> str:
    return f"{TEMPLATES}{name}.{'mjml' if name == LAYOUT else 'md'}"


def _rule_files(folder: Path) -> list[Path] | None:
    """What looks like a rule file, by name; None where there is no folder."""
    if not folder.is_dir():
        return None
    return sorted(
        (path for path in folder.iterdir() if path.suffix.casefold() in LOOKALIKES), key=lambda path: path.name
    )


def _text(path: Path, file: str) -> tuple[str | None, Problem | None]:
    if path.suffix not in SUFFIXES:
        better = path.with_suffix(".toml" if path.suffix.casefold() == ".toml" else ".yaml").name
        message = f"een bestand met `{path.suffix}` lees ik niet"
        return None, Problem(file, 1, 1, "", message, f"Noem het bestand `{better}`.")
    try:
        if path.stat().st_size > LARGEST_FILE:
            message = "dit bestand is groter dan 256 KiB"
            return None, Problem(file, 1, 1, "", message, "Een regel past op een paar bladzijden. Maak het kleiner.")
        return _line_ends(path.read_bytes().decode("utf-8-sig")), None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        hint = f"Kies bij opslaan de codering UTF-8. Kijk naar het teken op regel {line}."
        return None, Problem(file, 1, 1, "", "dit bestand is niet opgeslagen als UTF-8", hint)
    except OSError as error:
        message = f"dit bestand kan ik niet lezen ({error.strerror or 'fout van de schijf'})"
        return None, Problem(file, 1, 1, "", message, "Controleer de rechten van het bestand.")


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _no_folder(workspace: Path, folder: str) -> Problem:
    hint = "Maak de map, of zet bij `regels` onder [swv] de juiste map."
    config = workspace / "config.toml"
    lines = config.read_text(encoding="utf-8-sig").splitlines() if config.is_file() else []
    keys = [number for number, line in enumerate(lines, 1) if _KEY_OF_FOLDER.match(line)]
    return Problem("config.toml", (keys or [1])[0], 1, "swv.regels", f"de map `{folder}` bestaat niet", hint)


def _no_rules(folder: str) -> Problem:
    hint = "Zet er een regel in, zoals `thuiszitters.yaml`. Of kies een andere map bij `regels` onder [swv]."
    return Problem(folder, 1, 1, "", f"in de map `{folder}` staat geen regel", hint)


def _twice(one: Version, earlier: Version) -> Problem:
    """`one` holds in a schooljaar in which a file read before holds too."""
    file, years = one
    first, last = max(years[0] or FIRST, earlier[1][0] or FIRST), min(years[1] or LAST, earlier[1][1] or LAST)
    message = f"in {_years(first, last)} geldt ook `{_name(earlier[0])}` van de regel `{rule_id(file)}`"
    return Problem(file, 1, 1, "", message, _apart(*sorted((one, earlier), key=lambda each: each[1][0] or FIRST)))


def _apart(older: Version, newer: Version) -> str:
    """What makes each schooljaar belong to one file: the older one ends where the newer begins."""
    (begin, end), (start, stop) = older[1], newer[1]
    if start is None or start == begin:
        return "Elk schooljaar hoort bij één bestand. Geef elk bestand eigen jaren met `geldig_vanaf` en `geldig_tot`."
    hint = f"Zet in `{_name(older[0])}` `geldig_tot: {start.previous}`."
    if stop is not None and stop < (end or LAST):
        hint += f" Geldt de regel daarna nog? Maak dan een bestand erbij met `geldig_vanaf: {stop.next}`."
    return hint


def _years(first: Schooljaar, last: Schooljaar) -> str:
    if first == FIRST and last == LAST:
        return "elk schooljaar"
    if first == last:
        return str(first)
    if last == LAST:
        return f"{first} en later"
    return f"{last} en eerder" if first == FIRST else f"{first} tot en met {last}"


def _name(file: str) -> str:
    return PurePosixPath(file).name
