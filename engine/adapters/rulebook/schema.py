"""The rule language as JSON Schema, for editors: `python3 -m engine schema`, and rules/schema.json."""

from __future__ import annotations

from typing import Any

from engine.adapters.rulebook.kinds import DONE, REQUIRED, keys_of
from engine.adapters.rulebook.model import RuleKeys, keys_at

LIKE = "^zoals [a-z0-9-]+$"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:  # a JSON Schema is loose by nature
    """The schema of one rule file, with Dutch descriptions; what each soort may and must have stands in `allOf`."""
    plain: dict[str, Any] = _plain(RuleKeys.model_json_schema(mode="validation"))
    # Its own steps, or those of another rule.
    steps = plain["properties"]["stappen"]
    told = {key: steps.pop(key) for key in ("description", "markdownDescription")}
    plain["properties"]["stappen"] = told | {"anyOf": [steps, {"type": "string", "pattern": LIKE, "title": "Zoals"}]}
    # Which values it has hangs on the soort; said here too, an editor would offer all of them.
    del plain["properties"]["klaar_als"]["enum"]
    return {"$schema": DRAFT} | plain | {"allOf": [_of_kind(kind) for kind in REQUIRED]}


def _of_kind(kind: Any) -> dict[str, Any]:
    refused = [key for key in keys_at(()) if key not in keys_of(kind)]
    keys: dict[str, Any] = dict.fromkeys(refused, False)
    if "klaar_als" not in refused:
        keys["klaar_als"] = {"enum": list(DONE[kind])}
    return {
        "if": {"properties": {"soort": {"const": kind}}, "required": ["soort"]},
        "then": {"required": list(REQUIRED[kind]), "properties": keys},
    }


def _plain(value: Any) -> Any:
    """Without what says nothing to a writer: null and "", that stand for an absent key, and titles of keys.

    With what editors ask: a description with code again as Markdown, and no other names than the pattern's.
    """
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    choices = [item for item in value.get("anyOf", ()) if item != {"type": "null"}]
    kept = {key: item for key, item in value.items() if not (key == "default" and not item)}
    if "anyOf" in kept:
        del kept["anyOf"]
        kept = (choices[0] if len(choices) == 1 else {"anyOf": choices}) | kept
    if "properties" in kept:
        for key in kept["properties"].values():
            key.pop("title", None)
    if "`" in str(kept.get("description", "")):
        kept["markdownDescription"] = kept["description"]
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return {key: _plain(item) for key, item in kept.items()}
