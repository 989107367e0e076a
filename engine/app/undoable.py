"""Which acts cannot be undone any more, and why: looked up for many acts at once, each kind in a few statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection

from engine.app.day_moved import is_news_of
from engine.core.dutch import listed, some
from engine.core.localtime import from_ms
from engine.core.task import StoredTask
from engine.core.telling import is_past
from engine.core.undoing import clashes
from engine.core.user import User
from engine.store.acts import Act
from engine.store.facts import closed
from engine.store.file_versions import versions_of
from engine.store.imports import imports_by_number
from engine.store.links import revocations
from engine.store.messages import Message, messages_by_number
from engine.store.notices import Notice, notices_of_tasks
from engine.store.people import Rows, rows_of_people, still_so
from engine.store.register import load_sheets
from engine.store.tasks import begun_rules, load_tasks
from engine.store.transitions import newest_transitions
from engine.store.users import count_role, users_by_number

MOST_NAMED = 3
LATER = "daarna is hier al iets anders mee gebeurd"
LEFT = "de mail is al weg"
TRIED = "de mail is al een keer geprobeerd"
ALONE = "dan is er niemand van het bureau meer"


def tasks_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Acts on tasks of which none can be taken back, by number, with the reason."""
    marks = newest_transitions(connection, {memo["task"] for act in acts for memo in act.undo["tasks"]})
    mailed = {memo["task"] for act in acts for memo in act.undo["tasks"] if _mails_of(memo)}
    told = notices_of_tasks(connection, sorted(mailed)) if mailed else []
    mails = messages_by_number(connection, [one.message for one in told if one.message is not None])

    def left(memo: Mapping[str, Any]) -> bool:
        steps = (one for one in told if one.task == memo["task"] and _is_of(one, memo))
        return any(one.message in mails and not untouched(mails[one.message]) for one in steps)

    def why(memo: Mapping[str, Any]) -> str:
        if marks.get(memo["task"]) != memo["mark"]:
            return LATER
        return LEFT if _mails_of(memo) and left(memo) else ""

    found = {}
    for act in acts:
        reasons = [why(memo) for memo in act.undo["tasks"]]
        if reasons and all(reasons) and not act.undo["notes"] and act.undo.get("pause") is None:
            found[act.id] = reasons[0]
    return found


def year_ends_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Schooljaren that are open again; where a task went on since, the schooljaar can still be opened."""
    ended = closed(connection)
    return {act.id: "dit schooljaar is al weer open" for act in acts if act.undo["schooljaar"] not in ended}


def people_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Acts on contacts who were changed after them."""
    rows = rows_of_people(connection, {number for act in acts for number in act.undo["contacts"]})
    why = "deze contactpersoon is daarna nog gewijzigd"
    return {act.id: why for act in acts if not still_so(_of(rows, act.undo["contacts"]), act.undo["after"])}


def imports_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Imports that were undone, are too old, or of which something changed after them."""
    present = load_sheets(connection)
    made = imports_by_number(connection, {int(act.undo["import"]) for act in acts})
    found = {}
    for act in acts:
        one = made.get(int(act.undo["import"]))
        if one is None or one.undone_at is not None:
            found[act.id] = "dit is al ongedaan gemaakt"
        elif one.brought is None:
            found[act.id] = "het is te lang geleden"
        elif changed := list(clashes(present, one.brought, one.readdressed)):
            found[act.id] = f"daarna is nog veranderd: {listed(some(changed, MOST_NAMED))}"
    return found


def roles_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Roles of users that were changed after them, or that nobody else has."""
    why = "de rol is daarna nog veranderd"
    return _users_fixed(connection, acts, lambda user, undo: user.role != undo["is"], why)


def switches_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Users who were let in or shut out after them, or without whom nobody is left."""
    why = "dit is daarna al veranderd"
    return _users_fixed(connection, acts, lambda user, undo: user.active == undo["was"], why)


def links_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Ended links that are there no more."""
    ended = revocations(connection, {act.undo["contact"] for act in acts})
    return {
        act.id: "deze links zijn er niet meer"
        for act in acts
        if (act.undo["contact"], from_ms(act.undo["at"])) not in ended
    }


def one_offs_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Requests that began, or whose rule was changed after them."""
    begun = begun_rules(connection, {PurePosixPath(act.undo["file"]).stem for act in acts})
    found = {}
    for act in acts:
        if PurePosixPath(act.undo["file"]).stem in begun:
            found[act.id] = "deze uitvraag loopt al"
        elif (texts := versions_of(connection, act.undo["file"])) and texts[0].text != act.undo["text"]:
            found[act.id] = "de regel is daarna nog gewijzigd"
    return found


def rounds_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Rounds that were moved and went on since, or of which the rule was changed since."""
    found = {}
    for act in acts:
        memo = act.undo
        texts = versions_of(connection, memo["file"])
        if texts and texts[0].text != memo["text"]:
            found[act.id] = "de regel is daarna nog gewijzigd"
            continue
        tasks = load_tasks(connection, rule=memo["rule"], schooljaren=[memo["schooljaar"]])
        if any(_went_on(one, act.at) for one in tasks if (one.plan.round or "") == memo["round"]):
            found[act.id] = "deze ronde is daarna al verder gegaan"
    return found


def _went_on(task: StoredTask, since: datetime) -> bool:
    """True where the task opened, was answered or had mail since then."""
    moments = (task.opened_at, task.submitted_at, *(step.sent for step in task.steps))
    return any(one is not None and one > since for one in moments)


def held_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Mails that were held and wait no more."""
    return dict(_mails(connection, acts, ("held",), "de mail wacht niet meer"))


def released_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Mails that were let go and left."""
    return dict(_mails(connection, acts, ("queued",), LEFT))


def dropped_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Mails that were taken back and are there no more."""
    return dict(_mails(connection, acts, ("dropped",), "de mail is niet meer terug te halen"))


def repeats_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """Mails that were sent again and left."""
    return dict(_mails(connection, acts, ("held", "queued"), LEFT))


def _mails(connection: Connection, acts: Sequence[Act], states: Sequence[str], why: str) -> Iterator[tuple[int, str]]:
    numbers = {act.id: list(_numbers(act.undo)) for act in acts}
    mails = messages_by_number(connection, {number for one in numbers.values() for number in one})
    for act, theirs in numbers.items():
        if any(one not in mails or mails[one].state not in states for one in theirs):
            yield act, why
        elif any(mails[one].attempts for one in theirs):
            yield act, TRIED


def _numbers(undo: Mapping[str, Any]) -> Iterable[int]:
    if "message" in undo:
        return (int(undo["message"]),)
    return (one[0] if isinstance(one, list) else one for one in undo["messages"])


def _users_fixed(
    connection: Connection, acts: Sequence[Act], later: Callable[[User, Mapping[str, Any]], bool], why: str
) -> dict[int, str]:
    """`later`: whether the user, as he is now, was changed after the act that this undoes."""
    known = users_by_number(connection, {act.undo["user"] for act in acts})
    desk = count_role(connection, "bureau")
    found = {}
    for act in acts:
        user = known.get(act.undo["user"])
        if user is None or later(user, act.undo):
            found[act.id] = why
        elif _is_last(user, desk):
            found[act.id] = ALONE
    return found


def _is_last(user: User, desk: int) -> bool:
    return user.role == "bureau" and user.active and desk == 1


def untouched(mail: Message) -> bool:
    """True for a mail that nobody tried to send."""
    return mail.state in ("held", "queued", "dropped") and not mail.attempts


def _mails_of(memo: Mapping[str, Any]) -> bool:
    """True where mail goes out because of what was done."""
    return bool(memo["told"] or memo["lap"] or memo.get("day_told"))


def _is_of(notice: Notice, memo: Mapping[str, Any]) -> bool:
    """True for what was told because of it."""
    if memo["told"]:
        return bool(notice.step == memo["told"])
    return not is_past(notice.step) if memo["lap"] else is_news_of(notice, from_ms(memo["at"]))


def _of(rows: Rows, numbers: Sequence[int]) -> Rows:
    """The rows of these contacts alone."""
    return {
        name: [row for row in found if row["id" if name == "contacts" else "contact"] in numbers]
        for name, found in rows.items()
    }
