"""The text of one cell becomes one value, or says in Dutch what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from engine.core.dutch import WEEKDAYS, listed, some
from engine.core.party import SWV
from engine.core.settings import REGIONS
from engine.core.sheets import GEMEENTE

VAKANTIES = ("herfstvakantie", "kerstvakantie", "voorjaarsvakantie", "meivakantie", "zomervakantie")

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_DUTCH = re.compile(r"(?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4})", re.ASCII)
_SHORT = re.compile(r"(?P<day>\d{1,2})[-/. ](?P<month>\d{1,2})[-/. ](?P<year>\d{2}|\d{4})", re.ASCII)
_YEARS = range(1900, 2200)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}")
_VERSION = re.compile(r"v?([0-9][0-9A-Za-z.-]{0,19})", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-z]{2}")
_BETWEEN_NAMES = re.compile(r"[,;/&\n]|\sen\s")
_APART = re.compile(r"[,;\s]+")
_SLASH = re.compile(r"(@[^\s,;/@]+)/(?=[^\s,;/@]+@)")
# How mail programs write a person: Noor Smit <n.smit@school.nl>.
_PERSON = re.compile(r"([^<>();\n]*)[<(]\s*(?:mailto:)?([^<>()\s@]+@[^<>()\s@]+)\s*[>)]")
_BRIN = re.compile(r"[0-9]{2}[A-Z]{2}[0-9]{2}")
_LONGEST_PERSONS = 1000
_LONGEST_SHOWN = 60
# What people write where nobody has the role.
_NOBODY = (
    "-",
    "--",
    "?",
    "geen",
    "leeg",
    "n.v.t",
    "n.v.t.",
    "nvt",
    "nog onbekend",
    "onbekend",
    "vacature",
    "vacant",
    "x",
)


class WrongCell(Exception):
    """A cell that cannot be read: what was found, and the remedy, both in Dutch."""

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


def text(cell: str) -> str:
    """The cell in composed Unicode without blanks around it; refuses line breaks and control characters."""
    found = unicodedata.normalize("NFC", cell).strip()
    # str.isprintable is the quick way out; it also refuses what is harmless, such as a no-break space.
    if not found.isprintable() and any(unicodedata.category(sign) in {"Cc", "Zl", "Zp", "Cs"} for sign in found):
        raise WrongCell(
            "hier staat een regeleinde of een onzichtbaar teken", "Zet de tekst op één regel en typ haar opnieuw."
        )
    return found


def pieces(cell: str) -> tuple[str, ...]:
    """What stands between commas, semicolons and blanks."""
    return tuple(piece for piece in _APART.split(cell) if piece)


def addresses(cell: str) -> tuple[str, ...]:
    """The e-mail addresses in a cell, as they stand; raises WrongCell where there is text without any.

    A word that says that there is nobody is none.
    """
    if people := persons(cell):
        return tuple(address for address, _ in people)
    given = " ".join(cell.split())
    if is_nobody(given):
        return ()
    if given and "@" not in given:
        shown = given if len(given) <= _LONGEST_SHOWN else f"{given[:_LONGEST_SHOWN]}…"
        hint = "Schrijf het adres als naam@school.nl. Is er niemand? Laat de cel leeg."
        raise WrongCell(f"'{shown}' is geen geldig e-mailadres", hint)
    found = (piece for piece in pieces(_SLASH.sub(r"\1 ", given)) if piece != "/")
    return tuple(piece.removeprefix("mailto:") for piece in found)


def persons(cell: str) -> tuple[tuple[str, str], ...]:
    """Each address with the name before it, in a cell with nothing but `Noor Smit <n.smit@school.nl>`; else none."""
    if not 0 < len(cell) <= _LONGEST_PERSONS:
        return ()
    found = _PERSON.findall(cell)
    if _PERSON.sub("", cell).strip(" ,;/\n\t\r"):
        return ()
    return tuple((address, _turned(name.strip(" ,;/\"'\t\r"))) for name, address in found)


def _turned(name: str) -> str:
    """`Noor Smit` for `Smit, Noor`."""
    last, comma, first = name.partition(",")
    return " ".join(f"{first} {last}".split()) if comma else " ".join(name.split())


def is_nobody(cell: str) -> bool:
    """True for a word that says that there is nobody, such as vacature."""
    return cell.strip().casefold() in _NOBODY


def tags(cell: str) -> tuple[str, ...]:
    """Kenmerken, sorted, each once without regard to case."""
    return tuple(sorted({piece.casefold(): piece for piece in reversed(pieces(cell))}.values(), key=str.casefold))


def names(cell: str) -> tuple[str, ...]:
    """The names in a cell, between commas, semicolons, slashes, `&` or `en`."""
    return tuple(name for piece in _BETWEEN_NAMES.split(cell) if (name := " ".join(piece.split())))


def no_addresses(cell: str, wrong: Sequence[str]) -> WrongCell:
    """What is wrong with a cell in which more pieces are no address, told once."""
    if meant := _mistyped(cell):
        return WrongCell(f"'{cell}' is geen geldig e-mailadres", f"Bedoelt u {meant}?")
    shown = listed([f"'{piece}'" for piece in some(wrong, 3)])
    return WrongCell(f"{shown} zijn geen geldige e-mailadressen", "Schrijf een adres als naam@school.nl.")


@lru_cache(maxsize=10_000)
def email(cell: str) -> str:
    """The address, casefolded, its domain in ASCII."""
    # Imported here: it takes 0.1 s, which a command that reads no register does not have to spend.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    if len(found := pieces(cell)) > 1:
        if meant := _mistyped(cell):
            raise WrongCell(f"'{cell}' is geen geldig e-mailadres", f"Bedoelt u {meant}?")
        raise WrongCell(f"hier staan {len(found)} woorden, geen e-mailadres", "Zet hier één adres, als naam@school.nl.")
    try:
        valid = validate_email(cell, check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise WrongCell(f"'{cell}' is geen geldig e-mailadres", _as_address(cell)) from error
    return (valid.ascii_email or valid.normalized).casefold()


def _mistyped(cell: str) -> str:
    """The address that was probably meant by a cell with a comma or a blank in it, else empty."""
    if cell.count("@") != 1:
        return ""
    meant = re.sub(r"\s*[,;]\s*", ".", cell).replace(" ", "")
    try:
        return email(meant)
    except WrongCell:
        return ""


def _as_address(cell: str) -> str:
    """How to write it, with what is wrong where that is plain."""
    local, at, domain = cell.partition("@")
    if not cell.isascii():
        return "Schrijf het adres als naam@school.nl, zonder accenten."
    if cell.endswith("."):
        return f"Haal de punt aan het eind weg: {cell.rstrip('.')}."
    if at and local and domain and "." not in domain:
        return "Achter de @ ontbreekt een punt. Schrijf het adres als naam@school.nl."
    return "Schrijf het adres als naam@school.nl."


def day(cell: str) -> date | None:
    """A date as 2026-08-01 or 01-08-2026; None for an empty cell."""
    if not cell:
        return None
    found = _ISO.fullmatch(cell) or _DUTCH.fullmatch(cell)
    if found is None:
        raise WrongCell(f"'{cell}' is geen datum", _as_date(cell))
    year, month, number = (int(found[part]) for part in ("year", "month", "day"))
    if year not in _YEARS:
        raise WrongCell(f"het jaar {year} kan niet kloppen", "Laat een datum die u niet weet leeg.")
    try:
        return date(year, month, number)
    except ValueError as error:
        raise WrongCell(f"'{cell}' bestaat niet", "Controleer de dag en de maand.") from error


def _as_date(cell: str) -> str:
    """How to write it, with the very date where it can be guessed."""
    usual = "Schrijf de datum als 01-08-2026 of 2026-08-01."
    found = _SHORT.fullmatch(cell)
    if found is None:
        return usual
    year = found["year"] if len(found["year"]) > len("27") else f"20{found['year']}"
    try:
        meant = date(int(year), int(found["month"]), int(found["day"]))
    except ValueError:
        return usual
    return f"Schrijf de datum met streepjes, en het jaar met vier cijfers: {meant:%d-%m-%Y}."


def yes(cell: str) -> bool:
    """True for ja and for an empty cell, False for nee."""
    if cell.casefold() not in {"", "ja", "nee"}:
        raise WrongCell(f"'{cell}' is geen ja of nee", "Schrijf ja of nee; leeg betekent ja.")
    return cell.casefold() != "nee"


def region(cell: str) -> str:
    """A vakantieregio in lower case, or empty."""
    return _one_of(cell, REGIONS, "regio")


def vakantie(cell: str) -> str:
    """The name of a vakantie in lower case, or empty."""
    return _one_of(cell, VAKANTIES, "vakantie")


def weekday(cell: str) -> int | None:
    """0 for maandag to 6 for zondag; None for an empty cell."""
    found = _one_of(cell, WEEKDAYS, "dag van de week")
    return WEEKDAYS.index(found) if found else None


def language(cell: str) -> str:
    """A language as two letters; nl for an empty cell."""
    found = cell.casefold() or "nl"
    if not _LANGUAGE.fullmatch(found):
        raise WrongCell(f"'{cell}' is geen taal", "Schrijf de taal in twee letters, zoals nl.")
    return found


def code(cell: str) -> str:
    """A school code or bestuur number as it stands, with its zeros in front."""
    if not _CODE.fullmatch(cell) or cell.casefold() == SWV:
        hint = "Gebruik letters, cijfers, punt en streepje, zonder spaties."
        if _BRIN.fullmatch(meant := "".join(cell.split()).upper()):
            hint = f"Bedoelt u {meant}? Schrijf een code zonder spaties."
        raise WrongCell(f"'{cell}' kan geen code of nummer zijn", hint)
    return cell


def codes(cell: str) -> tuple[str, ...]:
    """Codes between commas or blanks, each once without regard to case, in the order in which they stand."""
    return tuple({piece.casefold(): code(piece) for piece in reversed(pieces(cell))}.values())[::-1]


def party(cell: str) -> str:
    """A reference: a code or number as it stands, `gemeente:NAME`, or `swv`."""
    kind, colon, name = cell.partition(":")
    if colon and f"{kind.strip().casefold()}:" == GEMEENTE:
        return f"{GEMEENTE}{name.strip()}"
    return SWV if cell.casefold() == SWV else cell


def version(cell: str) -> str:
    """`v3` for 3, v3 and V3; empty for an empty cell."""
    found = _VERSION.fullmatch(cell)
    if cell and found is None:
        raise WrongCell(f"'{cell}' is geen versie", "Schrijf een nummer, zoals 3 of v3, of laat de cel leeg.")
    return f"v{found[1].casefold()}" if found else ""


def _one_of(cell: str, known: tuple[str, ...], what: str) -> str:
    found = cell.casefold()
    if found and found not in known:
        raise WrongCell(f"'{cell}' is geen {what}", f"Kies uit: {', '.join(known)}, of laat de cel leeg.")
    return found
