"""What a person wants to see of the tasks: filters and an order, as they stand in the address of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.status import LOOKS, StatusName

# The names in the address.
BESTUUR, CONSULENT, STATUS, ROUND, TEXT = "bestuur", "consulent", "status", "ronde", "zoek"
SCHOOLJAAR, COLUMNS, SORT, PAGE = "schooljaar", "rondes", "sorteer", "pagina"
# Beside the statuses one may ask for what must be done before the week is over.
THIS_WEEK = "deze-week"
# What lists can be sorted by; a - before it turns the order round. Without, what is late comes first.
SORTS = ("naam", "bestuur", "status", "uiterlijk", "ronde", "contact", "mail")
# A status as it stands in the address.
SLUGS: Mapping[StatusName, str] = {name: look.word.replace(" ", "-").replace(".", "") for name, look in LOOKS.items()}
_NAMES_OF: Mapping[str, StatusName] = {slug: name for name, slug in SLUGS.items()}
# A filter longer than this is cut: no name is that long.
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """Filters and order; empty text where nothing was chosen.

    `consulent` is the number of a contact, `status` a slug of a status or `deze-week`, `round` an occurrence as
    `rule.schooljaar.round`, `sort` one of SORTS with or without - before it. `everything`: all columns of the
    schooljaar instead of those that matter now.
    """

    bestuur: str = ""
    consulent: str = ""
    status: str = ""
    round: str = ""
    text: str = ""
    schooljaar: str = ""
    everything: bool = False
    sort: str = ""
    page: int = 1

    @property
    def narrows(self) -> bool:
        """True when it leaves anything out."""
        return bool(self.bestuur or self.consulent or self.status or self.round or self.text)

    @property
    def carried(self) -> dict[str, str]:
        """What of it holds on other pages too, by name in the address: whose tasks, not which."""
        told = {BESTUUR: self.bestuur, CONSULENT: self.consulent, TEXT: self.text}
        return {name: value for name, value in told.items() if value}

    @property
    def wanted_status(self) -> StatusName | None:
        """The status that is asked for, if it is one."""
        return _NAMES_OF.get(self.status)


def read_choice(given: Mapping[str, str]) -> tuple[Choice, tuple[str, ...]]:
    """The choice in an address, and a Dutch line for each value that cannot be; such a value chooses nothing.

    Values that must be looked up (a bestuur, a consulent, a round) are taken as they are.
    """
    told: list[str] = []
    texts = {name: " ".join(given.get(name, "").replace("\0", "").split())[:LONGEST] for name in _NAMES}
    sort = texts[SORT]
    if sort and sort.removeprefix("-") not in SORTS:
        told.append(f"Sorteren op '{sort}' kan niet. U ziet eerst wat te laat is.")
        sort = ""
    status = texts[STATUS]
    if status and status != THIS_WEEK and status not in _NAMES_OF:
        told.append(f"De status '{status}' bestaat niet. Kies een status uit de lijst.")
    if texts[CONSULENT] and not _is_number(texts[CONSULENT]):
        told.append(f"De consulent '{texts[CONSULENT]}' is niet gevonden.")
    page = texts[PAGE]
    choice = Choice(
        texts[BESTUUR],
        texts[CONSULENT],
        status,
        texts[ROUND],
        texts[TEXT],
        texts[SCHOOLJAAR],
        texts[COLUMNS] == "alle",
        sort,
        max(int(page), 1) if _is_number(page) else 1,
    )
    return choice, tuple(told)


def status_options() -> tuple[tuple[str, str], ...]:
    """(slug, mark and word) of what one may ask for, in the order of the statuses."""
    found = [(SLUGS[name], f"{look.mark} {look.word}") for name, look in LOOKS.items() if name != "cancelled"]
    return (*found[:2], (THIS_WEEK, "deze week"), *found[2:])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


_NAMES = (BESTUUR, CONSULENT, STATUS, ROUND, TEXT, SCHOOLJAAR, COLUMNS, SORT, PAGE)
