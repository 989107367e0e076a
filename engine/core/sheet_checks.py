"""What is wrong with the rows of a register that do not fit together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

from engine.core.bestuur_names import close_numbers, is_name, numbers_by_name, plain_name, rows_told
from engine.core.close_codes import CloseCodes
from engine.core.dutch import listed, some
from engine.core.mergers import same_school_hint
from engine.core.party import SWV
from engine.core.problem import Problem, suggestion
from engine.core.sheets import (
    CLOSING_KEYS,
    DOCUMENT_KEYS,
    GEMEENTE,
    SHEET_OF,
    ClosingRow,
    PartyRow,
    Place,
    RegisterSheets,
    RoleEntry,
    Row,
    period,
)

# DUO's code of an instelling, without that of a vestiging.
_BRIN = re.compile(r"[0-9]{2}[A-Z]{2}", re.IGNORECASE)
MOST_CODES = 5  # in a note


def check_register(
    sheets: RegisterSheets, known_roles: Collection[str], recoded: Sequence[tuple[PartyRow, PartyRow]] = ()
) -> tuple[Problem, ...]:
    """All problems and notes of rows that do not fit together, in order of place; stored rows are taken as right.

    For sheets that are to be imported: first make them `completed`, so that they may refer to stored rows. `recoded`
    are schools that are gone, each with the new one that is probably the same: what still names the old code is told
    once, at that new one.
    """
    found = [
        *_repeated(sheets.parties, lambda row: row.id.casefold(), ("code", "nummer"), "'{0.id}'"),
        *_repeated(sheets.contacts, lambda row: row.email, ("email",), "'{0.email}'"),
        *_repeated(sheets.roles, period, ("email",)),
        *_repeated(sheets.documents, DOCUMENT_KEYS[0], ("soort",), "dit document"),
        *_repeated(sheets.closings, CLOSING_KEYS[0], ("partij",)),
        *_without_vestiging(sheets),
        *_unknown_besturen(sheets),
        *_unknown_parties(sheets, {old.id.casefold(): (old, new) for old, new in recoded if new.at is not None}),
        *_unknown_roles(sheets, known_roles),
        *_turned_around(sheets),
        *_nameless(sheets),
    ]
    return tuple(sorted(found))


def _repeated(
    rows: Iterable[Row], key: Callable[[Row], Hashable], columns: tuple[str, ...], what: str = "deze rij"
) -> Iterator[Problem]:
    first: dict[Hashable, Place] = {}
    for row in rows:
        if row.at is None or first.setdefault(key(row), row.at) is row.at:
            continue
        earlier = first[key(row)]
        column = next((name for name in columns if name in row.at.columns), columns[0])
        message = f"{what.format(row)} staat al {earlier.seen_from(row.at)}"
        hint = "Haal een van de twee rijen weg."
        if isinstance(row, PartyRow) and _is_brin(row):
            hint = (
                f"Is dit een andere vestiging? Zet het vestigingsnummer erachter: {row.id}01. Is het dezelfde school? "
            )
            hint += "Haal dan een van de twee rijen weg."
        yield row.at.problem(column, message, hint)


def _is_brin(row: PartyRow) -> bool:
    return row.kind == "school" and _BRIN.fullmatch(row.id) is not None


def _without_vestiging(sheets: RegisterSheets) -> Iterator[Problem]:
    """One note for all schools whose code is that of an instelling."""
    rows: dict[str, PartyRow] = {}
    for row in sheets.parties:
        if row.at is not None and _is_brin(row):
            rows.setdefault(row.id.casefold(), row)
    first = next(iter(rows.values()), None)
    if first is None or first.at is None:
        return
    codes = listed(some([f"'{row.id}'" for row in rows.values()], MOST_CODES))
    message = f"code {codes} heeft geen vestigingsnummer"
    if len(rows) > 1:
        message = f"{len(rows)} codes hebben geen vestigingsnummer: {codes}"
    hint = f"De vestigingscode van DUO heeft zes tekens. Zet het vestigingsnummer erachter: {first.id}00."
    yield first.at.problem("code", message, hint, "note")


def _unknown_besturen(sheets: RegisterSheets) -> Iterator[Problem]:
    """One problem for each bestuur that is not there, at the first school that gives it."""
    besturen = {row.id.casefold(): row for row in sheets.parties if row.kind == "bestuur"}
    rows: dict[str, list[PartyRow]] = {}
    for row in sheets.parties:
        if row.at is not None and row.bestuur and row.bestuur.casefold() not in besturen:
            name = plain_name(row.bestuur) if is_name(row.bestuur) else row.bestuur.casefold()
            rows.setdefault(name, []).append(row)
    for same in rows.values() if "besturen" not in sheets.incomplete else ():
        at = same[0].at
        if at is not None:
            message, hint = _unknown_bestuur(same, at.called("besturen"), besturen)
            yield at.problem("bestuur", message, hint)


def _unknown_bestuur(same: list[PartyRow], sheet: str, besturen: dict[str, PartyRow]) -> tuple[str, str]:
    given = same[0].bestuur
    also = f" (op {rows_told(same)})" if len(same) > 1 else ""
    if not is_name(given):
        hint = _remedy(given, _without_zeros({number: row.id for number, row in besturen.items()}))
        hint = hint or CloseCodes(row.id for row in besturen.values()).question(given)
        return f"bestuur '{given}' staat niet in {sheet}{also}", hint or (
            f"Zet het bestuur in {sheet}, of verbeter het nummer."
        )
    message = f"'{given}' is geen nummer van een bestuur{also}"
    meant = close_numbers(given, numbers_by_name(besturen.values()))
    there = "Zet hier" if len(same) == 1 else "Zet op al die plaatsen"
    if len(meant) > 1:
        return message, f"Zo heten {listed(meant)}. {there} het nummer dat u bedoelt."
    if meant:
        name = besturen[meant[0].casefold()].name
        return message, f"Bedoelt u {meant[0]} ({name})? {there} {meant[0]}."
    hint = f"Er is geen bestuur met die naam. Zet het met zijn nummer en naam in {sheet}. De naam hier mag dan blijven."
    return message, hint


def _unknown_parties(sheets: RegisterSheets, recoded: Mapping[str, tuple[PartyRow, PartyRow]]) -> Iterator[Problem]:
    if not sheets.incomplete.isdisjoint(SHEET_OF.values()):
        return
    known = {SWV: SWV} | {row.id.casefold(): row.id for row in sheets.parties}
    stripped = _without_zeros(known)
    names: dict[str, str] = {}
    close = CloseCodes(known.values())
    left: dict[str, list[Place]] = {}
    gemeenten = {f"{GEMEENTE}{row.gemeente}".casefold() for row in sheets.parties if row.gemeente}
    rows = [*sheets.roles, *sheets.documents, *sheets.closings, *sheets.half_read]
    for row in rows:
        party = row.party.casefold()
        if row.at is None or not party or party in known or (isinstance(row, RoleEntry) and party in gemeenten):
            continue
        if party in recoded:
            left.setdefault(party, []).append(row.at)
            continue
        scholen = row.at.called("scholen")
        if not party.startswith(GEMEENTE):
            message = f"partij '{row.party}' staat niet in {scholen} of {row.at.called('besturen')}"
            names = names or _by_name(sheets.parties)
            usual = "Gebruik een schoolcode, een bestuursnummer, gemeente:NAAM of swv."
            hint = _remedy(row.party, stripped) or names.get(plain_name(row.party), "")
            hint = hint or close.question(row.party) or usual
        elif isinstance(row, RoleEntry):
            message = f"geen school in {scholen} ligt in '{row.party}'"
            hint = f"Schrijf de gemeente zoals in de kolom gemeente van {scholen}."
        else:
            message = f"'{row.party}' kan hier niet: alleen een school, een bestuur of swv"
            hint = "Gebruik een schoolcode, een bestuursnummer of swv."
        yield row.at.problem("partij", message, hint)
    for party, places in left.items():
        yield from _still_named(*recoded[party], places)


def _still_named(old: PartyRow, new: PartyRow, places: Sequence[Place]) -> Iterator[Problem]:
    """One problem for all rows that name a code that is gone, at the school that probably is the same."""
    if new.at is None:
        return
    more = f" (en nog {len(places) - 1} keer)" if len(places) > 1 else ""
    message = (
        f"school {new.id} ({new.name}) is nieuw, maar {old.id} ({old.name}) staat nog {places[0].seen_from(new.at)}"
    )
    yield new.at.problem("code", message + more, same_school_hint(old))


def _by_name(parties: Iterable[PartyRow]) -> dict[str, str]:
    """The question that names the codes of who has a name, by what counts of that name."""
    codes: dict[str, list[str]] = {}
    for row in parties:
        if row.active:
            codes.setdefault(plain_name(row.name), []).append(f"{row.id} ({row.name})")
    return {name: f"Bedoelt u {listed(some(found, MOST_CODES), 'of')}?" for name, found in codes.items()}


def _nameless(sheets: RegisterSheets) -> Iterator[Problem]:
    """One note for all people of whom nothing is known but the address, at the first sheet that has one."""
    rows = [row for row in sheets.contacts if row.derived and row.at is not None]
    if not rows or rows[0].at is None or "contacten" in sheets.incomplete:
        return
    at, emails = rows[0].at, listed(some([row.email for row in rows], MOST_CODES))
    heeft = "contactpersoon heeft" if len(rows) == 1 else "contactpersonen hebben"
    message = f"{len(rows)} {heeft} nog geen naam: {emails}. Tot dan is het adres de naam"
    hint = f"Zet de namen in {at.called('contacten')}, of in een kolom als 'naam directeur'. Dat mag ook later."
    yield Problem(at.file, 1, 1, "", message, hint, "note", at.sheet)


def _without_zeros(known: dict[str, str]) -> dict[str, str]:
    return {key.lstrip("0"): shown for key, shown in known.items()}


def _remedy(code: str, stripped: dict[str, str]) -> str:
    meant = stripped.get(code.casefold().lstrip("0"))
    return f"Bedoelt u '{meant}'? Excel laat nullen vooraan weg." if meant else ""


def _unknown_roles(sheets: RegisterSheets, known: Collection[str]) -> Iterator[Problem]:
    half = (row for row in sheets.half_read if isinstance(row, RoleEntry) and row.role)
    for row in (*sheets.roles, *half):
        if row.at is None or row.role in known:
            continue
        near = suggestion(row.role, known)
        hint = f"Bedoelt u '{near}'?" if near else f"Kies uit: {', '.join(known)}."
        yield row.at.problem("rol", f"'{row.role}' is geen bekende rol", hint)


def _turned_around(sheets: RegisterSheets) -> Iterator[Problem]:
    for row in (*sheets.roles, *sheets.closings, *sheets.documents, *sheets.half_read):
        if isinstance(row, RoleEntry):
            first, last, began, ended = row.first, row.last, "vanaf", "tot"
        elif isinstance(row, ClosingRow):
            first, last, began, ended = row.first, row.last, "van", "tot"
        else:
            first, last, began, ended = row.adopted_on, row.valid_until, "vastgesteld_op", "geldig_tot"
        if row.at is not None and first is not None and last is not None and last < first:
            message = f"{ended} ({last:%d-%m-%Y}) ligt voor {began} ({first:%d-%m-%Y})"
            yield row.at.problem(ended, message, "Controleer de twee datums.")
