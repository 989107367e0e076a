"""A rule: what happens each schooljaar. And the rulebook: all rules and mail templates of one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.core.moment import Moment

Kind = Literal["uitvraag"]
Per = Literal["school", "bestuur"]


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a rule: `name` is None where the rule has no named rounds."""

    name: str | None
    peildatum: Moment | None
    opens: Moment
    due: Moment


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder. `to` and `copy` are roles; `template` names a file of mail_templates without `.md`.

    `hold`: the bureau releases it by hand; `escalation`: it goes only after a request was really sent.
    """

    name: str
    at: Moment
    to: tuple[str, ...]
    copy: tuple[str, ...]
    template: str
    hold: bool
    escalation: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule file. `asked` is the role that must answer, `together` the roles that hear of it and may answer."""

    id: str
    title: str
    explanation: str
    kind: Kind
    per: Per
    asked: str
    together: tuple[str, ...]
    rounds: tuple[Round, ...]
    steps: tuple[Step, ...]
    accept_needed: bool
    file: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules and mail templates of one moment. `files` holds their text by path; `hash` is that of the files."""

    rules: tuple[Rule, ...]
    templates: Mapping[str, str]
    files: Mapping[str, str]
    hash: str
