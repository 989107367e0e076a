"""Codes of parties that are probably meant by a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable

from engine.core.dutch import listed

MOST_MEANT = 3  # in a question
SHORTEST, LONGEST = 4, 12  # of a code that is recognised
# Signs that are typed for each other, and read as each other.
_LOOKS_LIKE = str.maketrans("oil", "011")


def as_seen(code: str) -> str:
    """The code as its signs look: the letter O is the figure 0."""
    return code.casefold().translate(_LOOKS_LIKE)


class CloseCodes:
    """The known codes, to look up a mistyped one: signs that look alike, else one sign wrong, lacking or too many."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = tuple(known)
        self._by_part: dict[str, dict[str, None]] = {}

    def question(self, code: str) -> str:
        """`Bedoelt u 11DM00?`; empty where no code is like it, or too many are."""
        if not SHORTEST <= len(code) <= LONGEST:
            return ""
        if not self._by_part:
            for one in self._known:
                for part in _parts(one):
                    self._by_part.setdefault(part, {})[one] = None
        close = list(dict.fromkeys(one for part in _parts(code) for one in self._by_part.get(part, ())))
        meant = [one for one in close if as_seen(one) == as_seen(code)] or close
        return f"Bedoelt u {listed(meant, 'of')}?" if 0 < len(meant) <= MOST_MEANT else ""


def _parts(code: str) -> tuple[str, ...]:
    """The code, and each way to leave one sign out: two codes are close where they share one of these."""
    plain = as_seen(code)
    return plain, *(plain[:at] + plain[at + 1 :] for at in range(len(plain)))
