"""How a round is named, alone and where several stand together."""

from __future__ import annotations

from collections.abc import Iterable

# The title of what is asked, the name of its round, empty where it has none, and the schooljaar.
Asked = tuple[str, str, str]


def in_round(title: str, round_: str | None, schooljaar: str = "") -> str:
    """`Thuiszitters, ronde maart`, the title alone where there are no rounds; with the schooljaar where one is given:
    `Thuiszitters, ronde maart 2026-2027`, `Startgesprek (2026-2027)`.
    """
    if not round_:
        return f"{title} ({schooljaar})" if schooljaar else title
    return f"{title}, ronde {round_} {schooljaar}".rstrip()


def names_apart(rounds: Iterable[Asked]) -> dict[Asked, str]:
    """The name of each; with its schooljaar where two of them have one name."""
    found: dict[str, list[Asked]] = {}
    for one in dict.fromkeys(rounds):
        found.setdefault(in_round(one[0], one[1]), []).append(one)
    return {one: in_round(one[0], one[1], one[2] if len(same) > 1 else "") for same in found.values() for one in same}
