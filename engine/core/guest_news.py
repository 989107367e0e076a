"""What guests of gesprekken will hear by mail, and how people are told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.core.appointment import NewsKind
from engine.core.dutch import counted, day_and_time, listed
from engine.core.letter import Rendered

MOST_NAMED = 4
_WORDS: Mapping[NewsKind, tuple[str, str]] = {
    "invited": ("uitnodiging", "uitnodigingen"),
    "changed": ("wijziging", "wijzigingen"),
    "off": ("afzegging", "afzeggingen"),
    "spared": ("afmelding", "afmeldingen"),
}
# The kind of one mail, as it stands in a list.
NEWS_WORDS: Mapping[NewsKind, str] = {
    "invited": "uitnodiging",
    "changed": "wijziging",
    "off": "afzegging: het gaat niet door",
    "spared": "afmelding: hoeft niet te komen",
}


@dataclass(frozen=True, slots=True)
class GuestNews:
    """A mail to a guest of the gesprek of `task`, which starts at `starts`, with the party of that name.

    `leaves` is when it leaves, None while it waits for the bureau. `contact` is its number in the store. `words` is how
    it will be read, but for links; None where it was not put into words.
    """

    task: str
    title: str
    party: str
    starts: datetime
    contact: int
    name: str
    email: str
    kind: NewsKind
    leaves: datetime | None
    words: Rendered | None = None

    @property
    def place(self) -> tuple[datetime, str, int, str]:
        """Where it stands in a list: by gesprek, who comes first."""
        return self.starts, self.task, list(_WORDS).index(self.kind), self.name

    @property
    def word(self) -> str:
        """The kind in a list."""
        return NEWS_WORDS[self.kind]


def news_told(kinds: Iterable[NewsKind]) -> str:
    """`2 uitnodigingen en 1 afmelding`; empty where there are none."""
    found = list(kinds)
    counts = {kind: found.count(kind) for kind in _WORDS}
    return listed([counted(number, *_WORDS[kind]) for kind, number in counts.items() if number])


def going_out(kinds: Iterable[NewsKind]) -> str:
    """`2 uitnodigingen en 1 afmelding gaan uit.`; empty where there are none."""
    found = list(kinds)
    return f"{news_told(found)} {'gaat' if len(found) == 1 else 'gaan'} uit." if found else ""


def and_going_out(text: str, news: Iterable[GuestNews]) -> str:
    """The text, and behind it what goes out."""
    return " ".join(filter(None, (text, going_out(one.kind for one in news))))


def each_told(news: Iterable[GuestNews]) -> str:
    """`Jan krijgt 2 uitnodigingen en An krijgt 2 afmeldingen`; of many people only what goes out."""
    kinds: dict[str, list[NewsKind]] = {}
    found = list(news)
    for one in found:
        kinds.setdefault(one.name, []).append(one.kind)
    if len(kinds) > MOST_NAMED:
        return going_out(one.kind for one in found).removesuffix(".")
    return listed([f"{name} krijgt {news_told(theirs)}" for name, theirs in kinds.items()])


def leaving_told(news: Iterable[GuestNews]) -> str:
    """When what need not wait leaves: `Die vertrekken maandag 7 september om 10:01.`; empty where all waits."""
    moments = sorted(one.leaves for one in news if one.leaves is not None)
    if not moments:
        return ""
    verb = "vertrekt" if len(moments) == 1 else "vertrekken"
    if moments[0] == moments[-1]:
        return f"Die {verb} {day_and_time(moments[0])}."
    return f"De eerste vertrekt {day_and_time(moments[0])}, de laatste {day_and_time(moments[-1])}."


def waiting_told(news: Iterable[GuestNews]) -> str:
    """What waits of it for the bureau: `Zij wachten op vrijgave bij Post.`; empty where all leaves by itself."""
    found = list(news)
    held = sum(one.leaves is None for one in found)
    if not held:
        return ""
    if held == len(found):
        return "Die wacht op vrijgave bij Post." if held == 1 else "Die wachten op vrijgave bij Post."
    return f"Daarvan {counted(held, 'wacht er', 'wachten er')} op vrijgave bij Post."
