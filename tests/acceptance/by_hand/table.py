"""The shape of a table: the rounds of one rule, each with its days."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Steps = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Days:
    """The ISO days of one task, its steps in the order of the rule's file, and why."""

    opens: str
    due: str
    steps: Steps
    why: str
    peildatum: str | None = None
    expires: str | None = None
    schooljaar: str = "2026-2027"


@dataclass(frozen=True)
class Table:
    """What a rule makes in the schooljaar; without rounds no task at all."""

    kind: str
    per: str  # school, bestuur or swv: each such party gets each round. document: a round's name is version.party
    asked: str = ""
    others: Mapping[str, str] = field(default_factory=dict)  # step -> whom it goes to instead of `asked`
    rounds: Mapping[str | None, Days] = field(default_factory=dict)


# A doorlopende rule only shows in the jaarplanning and the agendas: no tasks.
DOORLOPEND = Table("doorlopend", "school")
