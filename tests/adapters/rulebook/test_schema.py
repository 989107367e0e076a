"""The JSON Schema of the rule language says what the model says, and comes along as a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.adapters.rulebook import json_schema
from engine.adapters.rulebook.model import RuleKeys

RULES = Path(__file__).parents[3] / "rules"


def test_the_file_that_comes_along_is_the_schema_of_the_model() -> None:
    assert json.loads((RULES / "schema.json").read_text(encoding="utf-8")) == json_schema()


def test_each_key_has_a_description() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == set(RuleKeys.model_fields)
    blocks = [schema, *schema["$defs"].values()]
    assert all("description" in key for block in blocks for key in block["properties"].values())


def test_a_key_of_another_soort_is_refused_by_the_schema() -> None:
    then = {each["if"]["properties"]["soort"]["const"]: each["then"] for each in json_schema()["allOf"]}
    assert then["uitvraag"]["properties"]["duur"] is False
    assert "duur" not in then["gesprek"]["properties"]
    assert then["gesprek"]["properties"]["klaar_als"] == {"enum": ["gehouden", "afgesproken"]}
    assert then["taak"]["required"] == ["vraag_aan", "wanneer", "stappen"]


@pytest.mark.parametrize("path", sorted(RULES.glob("*/*.yaml")), ids=lambda path: path.stem)
def test_each_shipped_rule_names_the_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schema.json"
