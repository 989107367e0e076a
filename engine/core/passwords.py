"""Which passwords are good enough: long, and not what a guesser tries first (OWASP ASVS 5.0, 6.2; NIST 800-63B)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

SHORTEST, LONGEST = 12, 200  # characters
# What is left of a password without the words that everybody uses must be at least this long.
_OWN = 5
_DIFFERENT = 6

# What the lists of leaked passwords are full of, English and Dutch; variants are made by what is added to them.
_COMMON = """
    password passw0rd wachtwoord welkom welcome geheim secret inloggen login admin beheerder administrator gebruiker
    letmein iloveyou ikhouvanjou master monkey dragon sunshine princess football baseball voetbal superman batman
    shadow michael jordan ajax feyenoord psv nederland holland amsterdam rotterdam utrecht oranje hallo hello
    lente zomer herfst winter spring summer autumn januari februari maart april mei juni juli augustus september
    oktober november december maandag dinsdag woensdag donderdag vrijdag zaterdag zondag vakantie kerst pasen
    school scholen schooljaar onderwijs passend samenwerkingsverband leerling leraar docent directeur bureau
    consulent jaarplanning planning computer internet microsoft windows office outlook teams test changeme
    veranderen tijdelijk standaard default schatje liefje moeder vader bloemen pokemon starwars whatever trustno
"""
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "azertyuiop", "qazwsxedcrfvtgb")
_LOOKS_LIKE = str.maketrans("0134578@$!", "oieastbasi")


def why_not(password: str, own_words: Iterable[str] = ()) -> str:
    """Why this password will not do, in Dutch, with what to do; empty when it will.

    `own_words` are of the person and the office: name, address, the SWV. There is no rule on capitals or signs.
    """
    if len(password) < SHORTEST:
        return (
            f"Dit wachtwoord is te kort: het heeft {len(password)} tekens. Kies er minstens {SHORTEST}, "
            "bijvoorbeeld vier losse woorden."
        )
    if len(password) > LONGEST:
        return f"Dit wachtwoord is te lang. Kies er een van hooguit {LONGEST} tekens."
    plain = normalize("NFKC", password).casefold()
    if len(set(plain)) < _DIFFERENT:
        return "In dit wachtwoord staan steeds dezelfde tekens. Kies bijvoorbeeld vier losse woorden."
    own = {part for word in own_words for part in re.findall(r"[^\W\d_]{3,}", word.casefold())}
    if _bare(plain, own) < _OWN <= _bare(plain, ()):
        return "Dit wachtwoord lijkt op uw naam, uw adres of het samenwerkingsverband. Kies andere woorden."
    if _bare(plain, (*own, *_COMMON.split())) < _OWN:
        return "Dit wachtwoord is makkelijk te raden. Kies bijvoorbeeld vier losse woorden."
    return ""


def _bare(plain: str, words: Iterable[str]) -> int:
    """How many characters are left without these words, rows of keys, counting, and what is said twice.

    The reading with letters for the digits and signs that look like them counts as well; the shorter one holds.
    """
    known = sorted(words, key=len, reverse=True)
    return min(_left(text, known) for text in (plain, plain.translate(_LOOKS_LIKE)))


def _left(text: str, words: Iterable[str]) -> int:
    for word in words:
        text = text.replace(word, " ")
    text = _without_rows(text)
    text = re.sub(r"(.{2,}?)\1+", r"\1", text)
    text = re.sub(r"(19|20)\d\d|[\W_]|(.)(?=\2)", "", text)
    letters = sum(sign.isalpha() for sign in text)
    return letters + (len(text) - letters) // 2


def _without_rows(text: str) -> str:
    """Without four or more in a row of the keyboard, the alphabet or the numbers, to and fro."""
    rows = [row for one in (*_ROWS, "01234567890") for row in (one, one[::-1])]
    kept, at = [], 0
    while at < len(text):
        length = max((_along(text, at, row) for row in rows), default=0)
        if length >= 4:
            at += length
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)


def _along(text: str, at: int, row: str) -> int:
    place = row.find(text[at])
    length = 0
    while place >= 0 and place + length < len(row) and at + length < len(text):
        if row[place + length] != text[at + length]:
            break
        length += 1
    return length
