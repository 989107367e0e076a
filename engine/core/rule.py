"""A rule: what happens each schooljaar. And the rulebook: all rules and mail templates of one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.core.dutch import counted
from engine.core.moment import Moment
from engine.core.schooljaar import Schooljaar
from engine.core.telling import phase_word

Kind = Literal["uitvraag", "gesprek", "document", "taak", "mijlpaal", "doorlopend"]
Per = Literal["school", "bestuur", "swv"]
Roll = Literal["volgende", "vorige", "niet"]
DoneWhen = Literal["ingediend", "goedgekeurd", "gehouden", "afgesproken"]

# Whom a step may name beside roles: those who attend a talk, and a role at each school of a bestuur.
ATTENDEES = "deelnemers"
AT_SCHOOLS = " van de scholen"


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a rule: `name` is None where the rule has no named rounds.

    `first` and `last` are `van` and `tot`: a period's `opens` and `due` are then those same moments, but in a
    gesprek `opens` may be earlier. `opens` and `due` are None only in a doorlopend rule without `wanneer`;
    a mijlpaal with a peildatum alone has it as both. `deviates` names the dates that `afwijkingen` makes another
    than usual, as the field of a Reason does.
    """

    name: str | None
    peildatum: Moment | None
    opens: Moment | None
    due: Moment | None
    first: Moment | None = None
    last: Moment | None = None
    deviates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """`verschuif`: how each date rolls off a closed day; None leaves it to the general rule."""

    opens: Roll | None = None
    due: Roll | None = None
    steps: Roll | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """`alleen` or `behalve`: values compared without regard to case; an empty tuple says nothing."""

    gemeente: tuple[str, ...] = ()
    bestuur: tuple[str, ...] = ()
    party: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder. `template` names a file of mail_templates without `.md`.

    `to` and `copy` hold role names, `deelnemers`, or `ROLE van de scholen`. `hold`: the bureau releases it by
    hand; `escalation`: it goes only after a request was really sent. `phase`: the stage it reminds of, empty in a step
    that the rule writes itself; `at` is then the stage's own last day, and `lag` so many schooldagen after it (or,
    negative, before it).
    """

    name: str
    at: Moment
    to: tuple[str, ...]
    copy: tuple[str, ...]
    template: str
    hold: bool
    escalation: bool
    phase: str = ""
    lag: int = 0

    @property
    def when(self) -> str:
        """When it goes, in the words of a rule: `3 schooldagen voor uiterlijk`, `5 schooldagen voor fase concept`."""
        if not self.phase:
            return str(self.at)
        days = counted(abs(self.lag), "schooldag", "schooldagen")
        return f"{days} {'voor' if self.lag < 0 else 'na'} fase {phase_word(self.phase)}"


@dataclass(frozen=True, slots=True)
class Phase:
    """A stage that the work on a document must have reached by `due`; `by` is the role that must act."""

    name: str
    due: Moment
    by: str


@dataclass(frozen=True, slots=True)
class Talk:
    """What a gesprek says of the talk itself; `minutes` is None when not given."""

    attendees: tuple[str, ...] = ()
    optional_attendees: tuple[str, ...] = ()
    minutes: int | None = None
    agenda: tuple[str, ...] = ()
    optional_agenda: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule file. `asked` is who must answer: a role, `ROLE van de scholen`, or empty where nobody is asked;
    `together` are the roles that work along.

    `document`, `validity_years`, `phases` and `first` belong to a document rule; by `first` a party without any version
    must have one; `valid_from` and `valid_to` are schooljaren,
    inclusive. `file` is the path in the workspace. `deviations` are all rounds as they are in a schooljaar that differs
    from `rounds`. `steps_of` is the rule whose ladder this one takes over (`stappen: zoals`), `formerly` the id it had
    before (`heette`); both are empty where there is none. `uses` are the ids of the
    rules whose newest opened round feeds this one.
    """

    id: str
    title: str
    explanation: str
    kind: Kind
    per: Per
    asked: str
    together: tuple[str, ...]
    rounds: tuple[Round, ...]
    steps: tuple[Step, ...]
    done_when: DoneWhen
    file: str
    only: Filter | None = None
    besides: Filter | None = None
    valid_from: Schooljaar | None = None
    valid_to: Schooljaar | None = None
    shift: Shift = Shift()
    talk: Talk | None = None
    document: str = ""
    validity_years: int | None = None
    phases: tuple[Phase, ...] = ()
    first: Moment | None = None
    uses: tuple[str, ...] = ()
    deviations: tuple[tuple[Schooljaar, tuple[Round, ...]], ...] = ()
    steps_of: str = ""
    formerly: str = ""

    def rounds_in(self, schooljaar: Schooljaar) -> tuple[Round, ...]:
        """The rounds as they are in that schooljaar; the same names in each."""
        return next((rounds for year, rounds in self.deviations if year == schooljaar), self.rounds)

    def deviates_in(self, schooljaar: Schooljaar) -> bool:
        """True in a schooljaar that `afwijkingen` names."""
        return any(year == schooljaar for year, _ in self.deviations)

    @property
    def accept_needed(self) -> bool:
        """True when an answer is done only after the bureau accepts it."""
        return self.done_when == "goedgekeurd"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules and mail templates of one moment. `files` holds their text by path; `hash` is that of the files."""

    rules: tuple[Rule, ...]
    templates: Mapping[str, str]
    files: Mapping[str, str]
    hash: str
