"""No text whatever gives anything but a rule or problems that have a place."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.rulebook import parse_files
from engine.core.problem import stops

REPOSITORY = Path(__file__).parents[3]
RULE = (REPOSITORY / "rules" / "vo" / "leerlingaantallen.yaml").read_text(encoding="utf-8")
TOML = 'titel = "x"\nwanneer = {opent = "1 mei", uiterlijk = "opent"}\n[stappen]\na = {op = ["x"], aan = {}}\n'
MAILS = dict.fromkeys(("mail_templates/uitvraag.md", "mail_templates/herinnering.md"), "")
BITS = ("", " ", "\n", "\t", ":", ": ", "- ", "{", "}", "[", "]", "'", '"', "&a ", "*a", "!b ", "~", "null", "|")
MORE_BITS = (
    "---\n",
    "...\n",
    "? ",
    "<<: ",
    "%YAML 1.2\n",
    "\x00",
    "\ud800",
    "\x85",
    "é",
    "29 februari",
    "opent",
    "@",
    "=",
)


def check(text: str, name: str) -> None:
    rulebook, problems = parse_files({f"rules/vo/{name}": text} | MAILS, ())
    lines = text.count("\n") + text.count("\x85") + text.count("\r") + text.count("\u2028") + text.count("\u2029") + 1
    assert bool(rulebook.rules) != stops(problems)
    for problem in problems:
        assert problem.message
        assert problem.hint
        assert 1 <= problem.line <= lines + 1
        assert problem.column >= 1
        assert "\n" not in problem.message


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """The text with a few pieces cut out and other pieces put there."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(st.sampled_from(BITS + MORE_BITS)) + text[end:]
    return text


@settings(max_examples=30, deadline=None)
@given(mutated(RULE))
def test_a_mutated_yaml_rule_gives_a_rule_or_problems(text: str) -> None:
    check(text, "a.yaml")


@settings(max_examples=30, deadline=None)
@given(mutated(TOML))
def test_a_mutated_toml_rule_gives_a_rule_or_problems(text: str) -> None:
    check(text, "a.toml")


@settings(max_examples=40, deadline=None)
@given(
    st.text(alphabet="ab: -\n{}[]'\"&*!~|?#%@\t.=1é\x00\ud800\U0001f600", max_size=60),
    st.sampled_from(["a.yaml", "b.toml"]),
)
def test_any_text_gives_problems(text: str, name: str) -> None:
    check(text, name)


tree = st.recursive(
    st.sampled_from(["opent", "ja", "directeur", "1 mei", "~", "uitvraag"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from(["titel", "wanneer", "rondes", "opent", "stappen", "op", "aan", "[key]", "0"]), inner
        ).map(lambda pairs: "{" + ", ".join(f'"{key}": {value}' for key, value in pairs.items()) + "}")
    ),
    max_leaves=12,
)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(["titel", "soort", "per", "samen_met", "wanneer", "stappen", "x"]), tree))
def test_any_shape_gives_problems(pairs: dict[str, str]) -> None:
    check("".join(f"{key}: {value}\n" for key, value in pairs.items()), "a.yaml")
