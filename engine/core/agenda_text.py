"""The words below an item in an agenda. Nothing in them changes only because a day passes; no link leads to answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from engine.core.agenda_task import AgendaTask
from engine.core.appointment import Appointment
from engine.core.dutch import capitalised, counted, day_month, from_to, listed, long_date, some
from engine.core.yearplan import who_is_asked

WHERE = "U vindt de vraag in de mail van het samenwerkingsverband."
MOST_NAMES = 10
MOST_DAYS = 4
LONGEST_ASKED = 240


def of_task(task: AgendaTask) -> str:
    """How a task stands, what it asks, and where one answers."""
    if task.kind == "mijlpaal":
        return _paragraphs(_lapse(task) if task.lapsed else "", _asked(task))
    waits = task.state in ("planned", "open", "submitted") and task.kind in ("uitvraag", "document")
    return _paragraphs(_status(task), _facts(task), _asked(task), WHERE if waits else "")


def of_talk(task: AgendaTask, talk: Appointment) -> str:
    """How a gesprek stands, and what it is about."""
    if task.lapsed or talk.state == "off":
        status = _lapse(task) if task.lapsed else "De afspraak gaat niet door."
    else:
        status = "Gehouden." if talk.state == "held" else ""
    points = "\n".join(f"- {point}" for point in talk.agenda)
    return _paragraphs(status, f"Agenda:\n{points}" if points else "", _asked(task))


def of_round(tasks: Sequence[AgendaTask], due: date, names: Mapping[str, str], talks: Mapping[str, Appointment]) -> str:
    """How far a round is: how many are done, and who is not, by name up to some ten."""
    first = tasks[0]
    alive = [task for task in tasks if not task.lapsed]
    if not alive:
        return _paragraphs("Vervallen.", _asked(first))
    if first.kind == "mijlpaal":
        return _paragraphs(_other_days(alive, due), _asked(first))
    done = [task for task in alive if task.state == "done"]
    told = [f"{len(done)} van {len(alive)} klaar."]
    left = [task for task in alive if task.state not in ("done", "submitted")]
    told.append(_named("Te controleren", (task for task in alive if task.state == "submitted"), names))
    if first.kind == "gesprek":
        fixed = [task for task in left if (talk := talks.get(task.key)) is not None and talk.state != "off"]
        told.append(f"Afgesproken: {len(fixed)}." if fixed else "")
        told.append(_named("Nog geen datum", (task for task in left if task not in fixed), names))
    else:
        told.append(_named("Nog niet", left, names))
    told.append(f"N.v.t.: {waived}." if (waived := sum(task.state == "waived" for task in tasks)) else "")
    status = " ".join(one for one in told if one)
    return _paragraphs(status, _other_days(alive, due), _facts(first), _asked(first))


def asked_shortly(explanation: str) -> str:
    """The first paragraph of what a rule says, cut at a sentence or a word where it is long."""
    first = " ".join(explanation.strip().partition("\n\n")[0].split())
    if len(first) <= LONGEST_ASKED:
        return first
    cut = first[:LONGEST_ASKED]
    sentence = cut.rfind(". ")
    return cut[: sentence + 1] if sentence > 0 else f"{cut.rpartition(' ')[0] or cut} …"


def _status(task: AgendaTask) -> str:
    if task.lapsed:
        return _lapse(task)
    ended = "" if task.ended is None else f" op {day_month(task.ended)} {task.ended.year}"
    if task.state == "done":
        if task.kind == "gesprek":
            return f"Afgerond{ended}."
        return f"Ingediend{ended}." if task.sent_in else f"Klaar{ended}."
    if task.state == "submitted":
        return f"Ingediend{ended}. Het samenwerkingsverband kijkt het na."
    return f"{_stage(task)} {_wish(task)}"


def _stage(task: AgendaTask) -> str:
    if task.suspended is not None:
        return f"Gepauzeerd tot {long_date(task.suspended)}."
    if task.state == "planned":
        return f"Komt nog: vanaf {long_date(task.opens)}."
    return "Open, met uitstel." if task.extended is not None else "Open."


def _wish(task: AgendaTask) -> str:
    if task.begins is not None and task.begins < task.due:
        return f"Graag {from_to(task.begins, task.due)}."
    return f"Graag uiterlijk {long_date(task.due)}."


def _lapse(task: AgendaTask) -> str:
    if task.state == "waived":
        return f"N.v.t.: {task.reason}." if task.reason else "N.v.t."
    return "Vervallen."


def _facts(task: AgendaTask) -> str:
    told = []
    if task.peildatum is not None:
        told.append(f"Peildatum: {long_date(task.peildatum)}.")
    if task.expires is not None:
        told.append(f"Geldig tot en met {long_date(task.expires)}.")
    if task.asked:
        told.append(f"Gevraagd aan: {who_is_asked(task.asked)}.")
    return "\n".join(told)


def _asked(task: AgendaTask) -> str:
    return asked_shortly(task.explanation)


def _named(words: str, tasks: Iterable[AgendaTask], names: Mapping[str, str]) -> str:
    found = sorted((names.get(task.party, task.party) for task in tasks), key=str.casefold)
    return f"{words}: {listed(some(found, MOST_NAMES))}." if found else ""


def _other_days(tasks: Iterable[AgendaTask], due: date) -> str:
    """The last days of those that have another one than most."""
    others = Counter(task.due for task in tasks if task.due != due)
    if not others:
        return ""
    days = [f"{long_date(day)} (voor {others[day]})" for day in sorted(others)[:MOST_DAYS]]
    more = len(others) - MOST_DAYS
    return capitalised(f"andere laatste dag: {listed([*days, counted(more, 'dag', 'dagen')] if more > 0 else days)}.")


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
