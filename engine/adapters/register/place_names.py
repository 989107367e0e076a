"""Names of places and gemeenten: from capitals to how Dutch is written, and alike however they are written."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SMALL = {*("aan", "ad", "bij", "de", "den", "der", "en", "gem", "het", "in"), *("op", "over", "te", "ten", "ter")}
_PROVINCES = {"ca", "dr", "fl", "fr", "gn", "lb", "nb", "nh", "ov", "ut", "zh"}
_APART = re.compile(r"([\s()/-]+)")
_OTHER_NAMES = {"denhaag": "sgravenhage", "denbosch": "shertogenbosch"}


@lru_cache(maxsize=10_000)
def written(name: str) -> str:
    """`'s-Gravenhage` for `'S-GRAVENHAGE`, `Bergen NH` for `BERGEN NH`; a name not all in capitals as it is."""
    plain = " ".join(name.split())
    if plain != plain.upper():
        return plain
    pieces = _APART.split(plain.lower())
    words = [place for place in range(0, len(pieces), 2) if pieces[place]]
    for place in words:
        word = pieces[place]
        joined = place > 0 and pieces[place - 1] == "-"
        if place == words[-1] != words[0] and word.rstrip(".") in _PROVINCES:
            pieces[place] = word.upper()
        elif not word.startswith(("'", "’")) and (place == words[0] or joined or word not in _SMALL):
            pieces[place] = "IJ" + word[2:] if word.startswith("ij") else word[:1].upper() + word[1:]
    return "".join(pieces)


def alike(name: str) -> str:
    """The letters and digits of a name without accents: the same for `Bergen (NH.)` and `BERGEN NH`."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    found = "".join(sign for sign in plain if sign.isalnum())
    return _OTHER_NAMES.get(found, found)
