"""Whether a text holds a burgerservicenummer: such a number belongs in no remark, note, mail or log."""

from __future__ import annotations

import re

_GAP = r"[ \t\u00a0.\-\u2013]{1,2}"
_RUN = re.compile(rf"[0-9]+(?:{_GAP}[0-9]+)*")
_PHONE = re.compile(rf"(?:\+|\b00)31(?:{_GAP})?(?:\(0\))?(?:(?:{_GAP})?[0-9]){{9}}(?![0-9])")
_GROUPS = ((3, 3, 3), (4, 2, 3), (4, 3, 2), (2, 3, 4), (3, 2, 4))
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_LENGTH = 9


def holds_bsn(text: str) -> bool:
    """True when nine digits in the text, whole or in groups, pass the elfproef; a phone number with +31 does not count.

    The proof: https://www.rvig.nl/bsn (the sum of the digits, weighed 9 to 2 and -1, divides by 11).
    """
    return any(_passes(number) for run in _RUN.findall(_PHONE.sub(" x ", text)) for number in _numbers(run))


def _numbers(run: str) -> list[str]:
    """What in a run of groups of digits may be one number of nine: a group, a usual grouping, the whole run."""
    groups = re.findall("[0-9]+", run)
    found = [group for group in groups if len(group) == _LENGTH]
    for width in {len(shape) for shape in _GROUPS}:
        for start in range(len(groups) - width + 1):
            part = groups[start : start + width]
            if tuple(map(len, part)) in _GROUPS and _is_apart(groups, start, width):
                found.append("".join(part))
    whole = "".join(groups)
    return [*found, whole] if len(whole) == _LENGTH else found


def _is_apart(groups: list[str], start: int, width: int) -> bool:
    """True when the groups before and behind are whole numbers of nine themselves, or there are none."""
    before, behind = "".join(groups[:start]), "".join(groups[start + width :])
    return not len(before) % _LENGTH and not len(behind) % _LENGTH


def _passes(number: str) -> bool:
    digits = [int(digit) for digit in number]
    total = sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return any(digits) and total % 11 == 0
