"""Which keys belong to which soort, and which it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator

from engine.adapters.rulebook.model import RuleKeys, keys_at, meant_by
from engine.adapters.rulebook.nodes import Block, Entry, Items, Node, Path, Text, dotted, shown
from engine.core.dutch import listed
from engine.core.problem import Problem
from engine.core.rule import AT_SCHOOLS, ATTENDEES, DoneWhen, Kind

# Keys that not every soort has -> the soorten that do.
KEYS_OF: dict[str, tuple[Kind, ...]] = {
    "verschuif": ("uitvraag", "gesprek", "document", "taak", "mijlpaal"),
    "stappen": ("uitvraag", "gesprek", "document", "taak", "mijlpaal"),
    "klaar_als": ("uitvraag", "gesprek", "document", "taak", "mijlpaal"),
    "deelnemers": ("gesprek",),
    "deelnemers_eventueel": ("gesprek",),
    "duur": ("gesprek",),
    "agenda": ("gesprek",),
    "agenda_eventueel": ("gesprek",),
    "document": ("document",),
    "geldigheid": ("document",),
    "fasen": ("document",),
    "eerste": ("document",),
    "gebruikt": ("uitvraag", "gesprek", "document", "taak", "mijlpaal"),
}
REQUIRED: dict[Kind, tuple[str, ...]] = {
    "uitvraag": ("per", "vraag_aan", "wanneer", "stappen"),
    "gesprek": ("per", "vraag_aan", "wanneer", "stappen"),
    "document": ("per", "vraag_aan", "wanneer", "stappen", "document", "geldigheid"),
    "taak": ("vraag_aan", "wanneer", "stappen"),
    "mijlpaal": ("per", "wanneer"),
    "doorlopend": ("per",),
}
# By soort, the default first.
DONE: dict[Kind, tuple[DoneWhen, ...]] = {
    "uitvraag": ("ingediend", "goedgekeurd"),
    "gesprek": ("gehouden", "afgesproken"),
    "document": ("ingediend", "goedgekeurd"),
    "taak": ("ingediend", "goedgekeurd"),
    "mijlpaal": ("ingediend", "goedgekeurd"),
    "doorlopend": ("ingediend",),
}
LISTS_OF_ROLES = ("vraag_aan", "deelnemers", "deelnemers_eventueel")


def kind_of(tree: Block) -> Kind | None:
    """The soort as the rule says it; None where it is absent or unknown."""
    node = tree.get("soort")
    return next((kind for kind in REQUIRED if isinstance(node, Text) and node.text == kind), None)


def keys_of(kind: Kind | None) -> tuple[str, ...]:
    """The keys that a rule of that soort may have; all keys where the soort is unknown."""
    return tuple(key for key in keys_at(()) if kind is None or kind in KEYS_OF.get(key, (kind,)))


def check_kind(tree: Block, file: str) -> Iterator[Problem]:
    """Keys and values of another soort, keys that the soort needs, and roles that the soort does not have."""
    kind = kind_of(tree)
    if kind is None:
        return
    for entry in tree.entries:
        kinds = KEYS_OF.get(entry.key.text, (kind,))
        if kind not in kinds:
            yield _of_another(entry, kind, kinds, file)
    yield from _missing(tree, kind, file)
    yield from _done_when(tree, kind, file)
    yield from _rounds_of_a_document(tree, kind, file)
    for path, node in _recipients(tree):
        yield from _refuse_recipient(tree, kind, path, node, file)
    if not tree.get("vraag_aan") and "vraag_aan" not in (*REQUIRED[kind], *typed_keys(tree)):
        yield from _steps_to_nobody(tree, file)


def typed_keys(tree: Block) -> dict[str, str]:
    """Keys at the top that are misspelt, by the key that each was probably meant to be."""
    return meant_by([entry.key.text for entry in tree.entries], keys_at(()))


def _of_another(entry: Entry, kind: Kind, kinds: tuple[Kind, ...], file: str) -> Problem:
    name, place = entry.key.text, entry.key.place
    message = f"{shown(name)} hoort niet bij de soort {kind}"
    hint = f"Deze sleutel kan bij {listed(kinds, 'of')}. Haal hem weg, of kies een andere soort."
    return Problem(file, place.line, place.column, name, message, hint)


def _missing(tree: Block, kind: Kind, file: str) -> Iterator[Problem]:
    typed = typed_keys(tree)
    for name in REQUIRED[kind]:
        # `wanner` is told as an unknown key; that `wanneer` is absent then goes without saying.
        if tree.get(name) is None and name not in typed:
            description = RuleKeys.model_fields[name].description
            hint = f"Voeg een regel toe met `{name}:`. {description}"
            yield _at(tree, (name,), f"de sleutel `{name}` ontbreekt", hint, file)


def _done_when(tree: Block, kind: Kind, file: str) -> Iterator[Problem]:
    node = tree.get("klaar_als")
    every = {word for words in DONE.values() for word in words}
    if isinstance(node, Text) and node.text in every - set(DONE[kind]) and kind in KEYS_OF["klaar_als"]:
        message = f"{shown(node.text)} kan niet bij de soort {kind}"
        yield _at(node, ("klaar_als",), message, f"Kies uit {listed(DONE[kind], 'of')}.", file)


def _rounds_of_a_document(tree: Block, kind: Kind, file: str) -> Iterator[Problem]:
    """Each version of a document has one task, so there is nothing for rounds to tell apart."""
    when = tree.get("wanneer")
    entry = when.entry("rondes") if isinstance(when, Block) and kind == "document" else None
    if entry is not None:
        hint = "Zet de datums direct onder `wanneer`."
        yield _at(entry.key, ("wanneer", "rondes"), "een document heeft geen rondes", hint, file)


def _recipients(tree: Block) -> Iterator[tuple[Path, Text]]:
    """Each text where a role may stand, with its path."""
    for name in LISTS_OF_ROLES:
        yield from (((name,), text) for text in _texts(tree.get(name)))
    for name, step in _steps(tree):
        for key in ("aan", "kopie"):
            yield from ((("stappen", name, key), text) for text in _texts(step.get(key)))


def _refuse_recipient(tree: Block, kind: Kind, path: Path, node: Text, file: str) -> Iterator[Problem]:
    per = tree.get("per")
    words = " ".join(node.text.split())
    if words.endswith(AT_SCHOOLS) and not (isinstance(per, Text) and per.text not in ("school", "swv")):
        if per is None and kind != "taak":
            return
        message = f"{shown(words)} kan alleen in een regel per bestuur"
        hint = f"Schrijf {shown(words.removesuffix(AT_SCHOOLS))}, of kies `per: bestuur`."
        yield _at(node, path, message, hint, file)
    elif words == ATTENDEES and path[0] == "stappen":
        if kind != "gesprek":
            message = f"`{ATTENDEES}` kan alleen in een gesprek"
            yield _at(node, path, message, "Schrijf een rol, bijvoorbeeld directeur.", file)
        elif not any(tree.get(key) or key in typed_keys(tree) for key in LISTS_OF_ROLES[1:]):
            message = f"dit gesprek heeft geen `{ATTENDEES}`"
            hint = f"Voeg een regel toe met `{ATTENDEES}:`, of schrijf hier een rol."
            yield _at(node, path, message, hint, file)


def _steps_to_nobody(tree: Block, file: str) -> Iterator[Problem]:
    for name, step in _steps(tree):
        keys = [entry.key.text for entry in step.entries]
        if "aan" not in keys and "aan" not in meant_by(keys, keys_at(("stappen",))):
            message = f"stap {shown(name)} heeft geen `aan`, en deze regel heeft geen `vraag_aan`"
            hint = "Voeg `aan` toe aan deze stap, bijvoorbeeld `aan: bureau`."
            yield _at(step, ("stappen", name, "aan"), message, hint, file)


def _steps(tree: Block) -> Iterator[tuple[str, Block]]:
    steps = tree.get("stappen")
    for entry in steps.entries if isinstance(steps, Block) else ():
        if isinstance(entry.value, Block):
            yield entry.key.text, entry.value


def _texts(node: Node | None) -> Iterator[Text]:
    for item in node.items if isinstance(node, Items) else (node,):
        if isinstance(item, Text):
            yield item


def _at(node: Node, path: Path, message: str, hint: str, file: str) -> Problem:
    return Problem(file, node.place.line, node.place.column, dotted(path), message, hint)
