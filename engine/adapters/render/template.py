"""One mail text: its front matter and body, what may stand in it, and how it is filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Literal

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import SandboxedEnvironment

from engine.adapters.render.markdown import Ready, escape, one_line, sentence
from engine.core.ports import RenderError

Form = Literal["markdown", "plain", "html"]

MAX_SOURCE = 64 * 1024
KEYS = ("onderwerp", "voorproef", "knop", "antwoord", "groet")
FILTERS = frozenset({"zin", "lower", "capitalize"})

_IN_TEXT: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Tuple,
    nodes.List,
)
_IN_LAYOUT: tuple[type[nodes.Node], ...] = (*_IN_TEXT, nodes.For, nodes.Getattr)


class TemplateFault(Exception):
    """Something wrong in a template: a line from 1, a Dutch message, and what to do about it."""

    def __init__(self, line: int, message: str, hint: str = "") -> None:
        self.line = line
        self.message = message
        self.hint = hint
        super().__init__(message)

    def of(self, template: str) -> RenderError:
        """The same as the error that the app knows."""
        return RenderError(template, f"Regel {self.line}: {self.message}")


class MissingValue(Exception):
    """A value that a text wants to show is not there."""


@dataclass(frozen=True, slots=True)
class MailText:
    """A template file, parsed: the front matter, the body, and each name that is used with its first line."""

    head: Mapping[str, Template]
    body: Template
    names: Mapping[str, int]


@lru_cache(maxsize=256)
def parse(source: str) -> MailText:
    """Reads a mail text; raises TemplateFault at the first thing that is wrong."""
    head, body = split(source)
    template, names = compile_part(body, 1, "markdown")
    compiled = {key: compile_part(value, line, "plain") for key, (value, line) in head.items()}
    for _, used in compiled.values():
        names |= used
    return MailText({key: part for key, (part, _) in compiled.items()}, template, names)


def split(source: str) -> tuple[dict[str, tuple[str, int]], str]:
    """Front matter (key to value and line) and body; the body keeps its line numbers by blank lines in front."""
    if len(source.encode()) > MAX_SOURCE:
        raise TemplateFault(1, "Dit bestand is te groot.", "Een mailtekst is hooguit 64 kB.")
    lines = source.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "---":
        raise TemplateFault(1, "De kop ontbreekt.", "Begin met een regel ---, dan onderwerp: en weer ---.")
    head: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == "---":
            return head, "\n" * number + "\n".join(lines[number:])
        if line.strip():
            key, value = _head_line(line, number)
            if key in head:
                raise TemplateFault(number, f"'{key}' staat twee keer in de kop.", "Laat er één staan.")
            head[key] = (value, number)
    raise TemplateFault(1, "De kop eindigt nergens.", "Zet na de kop een regel met ---.")


def _head_line(line: str, number: int) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    key = key.strip()
    if not colon or key not in KEYS:
        raise TemplateFault(
            number, f"'{key}' hoort niet in de kop.", f"Staat --- onder de kop? In de kop staan: {', '.join(KEYS)}."
        )
    if not value.strip():
        raise TemplateFault(number, f"Achter '{key}:' staat niets.", "Vul het in of haal de regel weg.")
    return key, value.strip()


def compile_part(source: str, line: int, form: Form) -> tuple[Template, dict[str, int]]:
    """Compiles a piece that begins at `line`, with the names it uses; raises TemplateFault."""
    environment = _ENVIRONMENTS[form]
    text = source if form == "html" else "\n" * (line - 1) + source
    try:
        tree = environment.parse(text)
        used = _inspect(tree, _IN_LAYOUT if form == "html" else _IN_TEXT)
        return environment.from_string(text), used
    except TemplateSyntaxError as error:
        raise TemplateFault(error.lineno, _in_dutch(error)) from None
    except (RecursionError, SyntaxError):
        raise TemplateFault(line, "Hier zit te veel in elkaar.", "Zet minder {% if %} in elkaar.") from None


def fill(template: Template, values: Mapping[str, object]) -> str:
    """The template with its values; raises TemplateFault where one is unknown or missing."""
    try:
        return template.render(values).strip()
    except UndefinedError as error:
        raise TemplateFault(_line_of(error.__traceback__), _in_dutch(error)) from None
    except MissingValue as error:
        line = _line_of(error.__traceback__)
        hint = "Zet er {% if … %} omheen."
        raise TemplateFault(line, "Hier moet een waarde staan die er niet is.", hint) from None
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise TemplateFault(_line_of(error.__traceback__), f"Dit is niet uit te rekenen ({error}).") from None


def _inspect(tree: nodes.Template, allowed: tuple[type[nodes.Node], ...]) -> dict[str, int]:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, allowed):
            raise TemplateFault(node.lineno, _not_allowed(node), _ALLOWED_HINT)
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise TemplateFault(node.lineno, f"'|{node.name}' kan hier niet.", _ALLOWED_HINT)
        if isinstance(node, nodes.For):
            _inspect_loop(node)
    names = list(tree.find_all(nodes.Name))
    own = {node.name for node in names if node.ctx == "store"}
    return {node.name: node.lineno for node in reversed(names) if node.name not in own}


def _inspect_loop(loop: nodes.For) -> None:
    inner = sum(1 for _ in loop.find_all(nodes.For))
    if loop.recursive or inner > 1 or not isinstance(loop.iter, nodes.Name | nodes.Getattr):
        raise TemplateFault(loop.lineno, "Deze herhaling kan niet.", "Herhaal één lijst, zonder lijst erin.")


def _not_allowed(node: nodes.Node) -> str:
    return {
        "For": "Een herhaling ({% for %}) kan hier niet.",
        "Call": "Een aanroep met haakjes kan hier niet.",
        "Getattr": "Een punt achter een naam kan hier niet.",
    }.get(type(node).__name__, f"Dit kan hier niet ({type(node).__name__.lower()}).")


_ALLOWED_HINT = "U kunt gebruiken: {{ naam }} en {% if naam %} … {% else %} … {% endif %}."


def _in_dutch(error: TemplateSyntaxError | UndefinedError) -> str:
    text = error.message or ""
    if found := re.search(r"'(\w+)' is undefined", text):
        return f"'{found[1]}' is onbekend."
    if found := re.search(r"unknown tag '(\w+)'", text, re.IGNORECASE):
        return f"'{{% {found[1]} %}}' past hier niet."
    if "Unexpected end of template" in text or "end of print" in text or "expected token" in text:
        return "Hier ontbreekt iets, zoals }}, %} of {% endif %}."
    return f"Dit is niet te lezen ({text})."


def _line_of(trace: TracebackType | None) -> int:
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _shown_in_markdown(value: object) -> str:
    return value if isinstance(value, Ready) else escape(_shown(value))


def _shown(value: object) -> str:
    if value is None:
        raise MissingValue
    return str(value)


def _plain(value: object) -> str:
    return one_line(_shown(value))


def _environment(form: Form) -> SandboxedEnvironment:
    finalize: Any = {"markdown": _shown_in_markdown, "plain": _plain, "html": _kept}[form]
    environment = SandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=form == "html",
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=0,
    )
    environment.filters["zin"] = sentence
    return environment


def _kept(value: object) -> object:
    if value is None:
        raise MissingValue
    return value


_ENVIRONMENTS: dict[Form, SandboxedEnvironment] = {form: _environment(form) for form in ("markdown", "plain", "html")}
