"""How wide a text becomes in the letters of the jaarplanning's picture: a little more than it really takes."""

from __future__ import annotations

import unicodedata

# Thousandths of the letter size, of Arial, Helvetica and Liberation Sans (they are the same: the AFM files of
# Adobe's Core 14). What is not named takes a capital's width.
_WIDTHS = {
    **dict.fromkeys("il'j", 222),
    **dict.fromkeys(" !,./:;Ift|·\\", 278),
    **dict.fromkeys("()-r`", 333),
    **dict.fromkeys('"*', 389),
    **dict.fromkeys("Jckszvxy", 500),
    **dict.fromkeys("0123456789abdeghnopqu?$#L–_", 556),
    **dict.fromkeys("+<=>~FTZ", 611),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("Mm", 833),
    **dict.fromkeys("W%", 944),
    **dict.fromkeys("@—…◆", 1015),
}
_OTHER = 778
# A font that comes near, and rounding to pixels.
_ROOM = 1.04
_BOLD = 1.1


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of the text in the unit of `size`, the height of the letters."""
    plain = unicodedata.normalize("NFD", text)
    units = sum(_WIDTHS.get(sign, _OTHER) for sign in plain if not unicodedata.combining(sign))
    return units / 1000 * size * _ROOM * (_BOLD if bold else 1)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines that are no wider, broken at blanks; a word that is too long is broken anywhere."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines += _pieces(word, width, size, bold=bold)
    return lines


def _pieces(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    pieces = [""]
    for sign in word:
        if pieces[-1] and text_width(f"{pieces[-1]}{sign}-", size, bold=bold) > width:
            pieces[-1] += "-"
            pieces.append("")
        pieces[-1] += sign
    return pieces
