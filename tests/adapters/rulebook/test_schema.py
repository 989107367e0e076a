"""The JSON Schema of the rule language says what the model says, and comes along as a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.adapters.rulebook import json_schema
from engine.adapters.rulebook.model import KINDS, RuleKeys
from engine.core.moment import parse_moment
from engine.core.roles import ROLES

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


def test_an_editor_takes_for_text_what_looks_like_a_number() -> None:
    """A bestuur is often a number, which the program reads as text."""
    one, several = json_schema()["$defs"]["FilterKeys"]["properties"]["bestuur"]["anyOf"]
    assert one["type"] == several["items"]["type"] == ["string", "number"]
    assert several["minItems"] == 1


def test_an_editor_offers_the_roles_and_takes_others_too() -> None:
    """Roles of config.toml are not known to the schema."""
    role = json_schema()["properties"]["vraag_aan"]
    offered = {each["body"]: each["description"] for each in role["defaultSnippets"]}
    assert tuple(offered) == ROLES
    assert offered["mr-secretaris"] == "De secretaris van de MR"
    assert all(re.search(role["pattern"], each) for each in (*ROLES, "eigen-rol", "directeur van de scholen"))
    assert not re.search(role["pattern"], "Directeur")


def test_each_example_that_an_editor_offers_is_a_moment() -> None:
    """What is offered for a date can be read."""
    blocks = json_schema()["$defs"].values()
    examples = [text for block in blocks for key in block["properties"].values() for text in key.get("examples", ())]
    assert len(examples) > 10
    assert all(parse_moment(text) for text in examples)


def test_a_name_of_a_step_or_round_in_capitals_is_refused_by_the_schema() -> None:
    """Only the names that the pattern allows may stand there."""
    schema = json_schema()
    own, like = schema["properties"]["stappen"]["anyOf"]
    assert re.search(like["pattern"], "zoals thuiszitters")
    assert not re.search(like["pattern"], "thuiszitters")
    named = [own, schema["$defs"]["When"]["properties"]["rondes"]]
    assert all(block["additionalProperties"] is False for block in named)


def test_each_soort_says_what_it_is() -> None:
    """The descriptions stand in the order of the values."""
    kind = json_schema()["properties"]["soort"]
    assert dict(zip(kind["enum"], kind["enumDescriptions"], strict=True)) == KINDS
