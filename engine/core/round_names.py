"""How a round is named, alone and where several stand together."""

from __future__ import annotations

from collections.abc import Iterable

# The title of what is asked, the name of its round, empty where it has none, and the schooljaar.
Asked = tuple[str, str, str]


def in_round(title: str, round_: str | None) -> str:
    """`Thuiszitters, ronde maart`; the title alone where there are no rounds."""
    return f"{title}, ronde {round_}" if round_ else title


def names_apart(rounds: Iterable[Asked]) -> dict[Asked, str]:
    """`Thuiszitters, ronde maart` for each; with its schooljaar where two of them have one name."""
    found: dict[str, list[Asked]] = {}
    for one in dict.fromkeys(rounds):
        title, round_, _ = one
        found.setdefault(in_round(title, round_), []).append(one)
    return {
        one: f"{name} {one[2]}" if len(same) > 1 and one[1] else f"{name} ({one[2]})" if len(same) > 1 else name
        for name, same in found.items()
        for one in same
    }
