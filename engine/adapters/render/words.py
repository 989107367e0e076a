"""The values that a mail text may use, under their Dutch names, and roles as a reader knows them."""

from __future__ import annotations

from datetime import datetime

from engine.adapters.render.markdown import Ready, escape, one_line, paragraphs
from engine.core.answer import ANSWER_WORDS, REQUESTS
from engine.core.dutch import day_month, listed, long_date, weekday_date
from engine.core.letter import INFORMATION, Confirmed, Item, Letter, UsedLine
from engine.core.localtime import local, local_date
from engine.core.roles import role_word, the_role

BUTTON = "\ue000"  # where the button comes; `one_line` keeps it out of every value


def greeting(letter: Letter) -> str:
    """`Beste mevrouw Jansen`, `Goedendag`: how the letter begins, without a comma."""
    words = one_line(letter.salutation or letter.to_name).rstrip(",")
    if not words:
        return "Goedendag"
    first = words.split()[0].lower()
    return words if first in ("beste", "geachte", "dag", "goedendag", "hallo", "l.s.") else f"Beste {words}"


def text_of(item: Item) -> str:
    """The template that an item is put into words by: who only hears of it gets the information text.

    That a last day moved is told to everybody alike.
    """
    return item.template if item.audience == "aan" or item.was is not None else INFORMATION


def letter_values(letter: Letter) -> dict[str, object]:
    """What every text of the letter may use."""
    return {
        "swv": letter.swv,
        "postbus": letter.mailbox,
        "contactpersoon": letter.asker,
        "telefoon": letter.phone,
        "vandaag": long_date(letter.today),
        "bundel": len(letter.items) > 1,
        "pagina": letter.link,
    }


def item_values(item: Item) -> dict[str, object]:
    """What the text of one item may use."""
    announced = item.announced
    return {
        "titel": item.title,
        "uitleg": paragraphs(item.explanation),
        "partij": item.party,
        "datum": long_date(item.due),
        "datum_kort": day_month(item.due),
        "peildatum": long_date(item.peildatum) if item.peildatum else None,
        "te_laat": item.late,
        "herinnering": item.reminder,
        "herinneringen": item.reminders,
        "rol": role_word(item.because_of),
        "regel": item.rule,
        "reden": one_line(item.due_reason),
        "gevraagd_rol": the_role(item.asked_role) if item.asked_role else "",
        "gevraagd_namen": listed(item.asked_names),
        "bellijst": _phone_list(item),
        "lijst": Ready("\n".join(f"- {escape(member)}" for member in item.members)),
        "samen": listed([role_word(one) for one in item.together]),
        "aangekondigd": weekday_date(announced.day) if announced else "",
        "aangekondigd_rol": the_role(announced.role) if announced else "",
        "fase": item.phase,
        "fase_datum": long_date(item.phase_due) if item.phase_due else "",
        "fase_datum_kort": day_month(item.phase_due) if item.phase_due else "",
        "fase_te_laat": item.phase_late,
        "fase_na_vaststellen": item.phase_adopted,
        "knop": Ready(f"\n\n{BUTTON}\n\n"),
        "kenmerk": item.task,
        "datum_was": long_date(item.was) if item.was else "",
        "waarom": one_line(item.moved_why),
        "melding": one_line(item.fallback),
        "meedoen": item.audience == "samen_met",
        "mag_antwoorden": item.audience != "kopie",
        "gebruikt": Ready("\n".join(_used(one) for one in item.uses)),
        "afspraak": "" if item.arranged is None else _moment(item.arranged),
        "afspraak_kort": "" if item.arranged is None else day_month(local_date(item.arranged)),
    }


def _moment(moment: datetime) -> str:
    """`dinsdag 6 oktober 2026 om 14:00`."""
    return f"{long_date(local_date(moment))} om {local(moment):%H:%M}"


def bulletin_values(letter: Letter) -> dict[str, object]:
    """What the text of a bulletin to the bureau may use."""
    found = letter.bulletin
    if found is None:
        raise ValueError("a letter without a bulletin")
    return letter_values(letter) | {
        "aantal": found.count,
        "datum": long_date(found.day),
        "datum_kort": day_month(found.day),
        "lijst": Ready("\n".join(f"- {escape(line)}" for line in found.lines)),
        "onzeker": Ready("\n".join(f"- {escape(line)}" for line in found.doubtful)),
        "aantal_onzeker": found.doubts,
        "dringend": found.urgent,
        "schooljaar": found.schooljaar,
    }


def reply_values(letter: Letter) -> dict[str, object]:
    """What the text of a reply to a person's own act may use."""
    found = letter.reply
    if found is None:
        raise ValueError("a letter without a reply")
    told = found.confirmed
    kinds = {one.kind for one in told}
    answered = [one for one in told if one.kind not in (*REQUESTS, "withdrawn")]
    return letter_values(letter) | {
        "aantal": len(told) or found.count,
        "titel": told[0].title if len(told) == 1 else "",
        "lijst": Ready("\n".join(_confirmed(one) for one in told)),
        "klaar": any(one.kind == "done" and not one.checked for one in told),
        "nakijken": any(one.checked for one in told),
        "niet_van_toepassing": "not_applicable" in kinds,
        "meer_tijd": "more_time" in kinds,
        "ingetrokken": "withdrawn" in kinds,
        "ander_persoon": "someone_else" in kinds,
        "wijzigen_tot": long_date(min(one.last_day for one in answered)) if answered else "",
        "knop": Ready(f"\n\n{BUTTON}\n\n"),
    }


def invited_values(letter: Letter) -> dict[str, object]:
    """What the text of an invitation to a gesprek may use."""
    found = letter.invited
    if found is None:
        raise ValueError("a letter without an invitation")
    begin, was = local(found.starts), found.was
    moved = was is not None and (was.starts, was.ends) != (found.starts, found.ends)
    placed = was is not None and was.place != found.place
    return letter_values(letter) | {
        "titel": found.title,
        "partij": found.party,
        "datum": long_date(begin.date()),
        "datum_kort": day_month(begin.date()),
        "tijd": f"{begin:%H:%M}",
        "tot": _until(found.starts, found.ends),
        "tijd_was": _period(was.starts, was.ends) if was is not None and moved else "",
        "plaats_was": (one_line(was.place) or "nog niet bekend") if was is not None and placed else "",
        "blijft": was is not None and not moved and not placed,
        "van": one_line(found.instead_of),
        "plaats": one_line(found.place),
        "agenda": Ready("\n".join(f"- {escape(point)}" for point in found.agenda)),
        "deelnemers": Ready("\n".join(f"- {escape(name)}" for name in found.guests)),
        "rol": role_word(found.role) if found.role else "",
        "uw_plaats": not found.item.item.lapsed,
    }


def _until(starts: datetime, ends: datetime) -> str:
    """`15:30`, with its day where that is another one."""
    begin, end = local(starts), local(ends)
    return f"{'' if end.date() == begin.date() else f'{long_date(end.date())} '}{end:%H:%M}"


def _period(starts: datetime, ends: datetime) -> str:
    """`dinsdag 6 oktober 2026, van 14:00 tot 15:30`."""
    return f"{long_date(local_date(starts))}, van {local(starts):%H:%M} tot {_until(starts, ends)}"


def access_values(letter: Letter) -> dict[str, object]:
    """What the text of a mail that lets its reader in may use."""
    found = letter.access
    if found is None:
        raise ValueError("a letter without access")
    return letter_values(letter) | {
        "datum": long_date(local_date(found.until)),
        "datum_kort": day_month(local_date(found.until)),
        "tijd": f"{local(found.until):%H:%M}",
        "adres": letter.to_email,
        "gever": found.by,
        "rol": found.role,
        "knop": Ready(f"\n\n{BUTTON}\n\n"),
    }


def _confirmed(one: Confirmed) -> str:
    word = ANSWER_WORDS[one.kind]
    until = f", graag tot en met {long_date(one.until)}" if one.until else ""
    remark = f" U schreef: {escape(one.remark)}" if one.remark else ""
    return f"- **{escape(one.title)}**, {escape(one.party)}: {escape(word + until)}.{remark}"


def frame_values(letter: Letter) -> dict[str, object]:
    """What the frame of a bundle may use; `soort` and `rol` are empty where the items differ.

    `aantal` and the days are of what is asked, not of gesprekken for which there is an appointment: only where there is
    nothing else (`soort` is `gesprekken`). `datum` is the first day that is still to come; where all are past, the
    oldest.
    """
    talks = sum(item.is_talk for item in letter.items)
    items = [item for item in letter.items if not item.is_talk] or letter.items
    first = min([item.day for item in items if not item.past] or [item.day for item in items])
    kinds, roles = {text_of(item) for item in letter.items}, {role_word(item.because_of) for item in items}
    return letter_values(letter) | {
        "aantal": len(items),
        "aantal_laat": sum(item.past for item in items),
        "aantal_gesprek": talks,
        "aantal_eerder": sum(item.earlier != "" for item in items),
        "eerder": listed(sorted({item.earlier for item in items} - {""})),
        "datum": long_date(first),
        "datum_kort": day_month(first),
        "soort": "gesprekken" if talks == len(letter.items) else kinds.pop() if len(kinds) == 1 else "",
        "rol": roles.pop() if len(roles) == 1 else "",
    }


def _used(one: UsedLine) -> str:
    more = f" [Bekijk de antwoorden](<{one.address}>)" if one.address else ""
    return f"- **{escape(one.title)}**: {escape(one.told)}.{more}"


def _phone_list(item: Item) -> Ready:
    phones = (*item.asked_phones, *("" for _ in item.asked_names))
    lines = [
        f"- {escape(name)}{escape(f': {phone}' if phone else '')}"
        for name, phone in zip(item.asked_names, phones, strict=False)
    ]
    return Ready("\n".join(lines))
