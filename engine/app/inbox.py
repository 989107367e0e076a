"""inbox: reads the mail that came in, and files what answers an invitation or tells that mail did not arrive.

For one mail: judged and stored in one transaction, with the digest of its bytes, then moved out of the folder. A run
that dies in between meets it again, and the digest says that it was done. Nothing is ever answered; what is not
understood stays as it lies, unread, and is looked at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime

from engine.app.judging import judge
from engine.app.means import Means
from engine.core.dutch import counted
from engine.core.incoming import NOTEWORTHY, TO_READ, Handled, Incoming, Kind
from engine.core.ports import MailFolder, MailReading, MailroomError
from engine.core.reply import Reply, UnreadableReply
from engine.store.acts import record_act
from engine.store.facts import is_trial
from engine.store.replies import (
    Place,
    note_readable,
    note_unreadable,
    reading_place,
    remember,
    remembered,
    save_place,
    unreadable_since,
)

MOST_AT_ONCE = 200
LARGEST_MAIL = 4 * 1024**2  # bytes
BEFORE = Handled("other", understood=True, told="Deze mail is al eerder verwerkt")


@dataclass(frozen=True, slots=True)
class Looked:
    """What a round found: each mail by its number in the folder, in order.

    `trouble` says in Dutch, with `hint`, why it ended early or could not move mail. `trial`: nothing was read, because
    the store is a trial. `left` counts what lies there unread, by kind; `waiting` what the next round looks at.
    """

    handled: tuple[tuple[int, Handled], ...] = ()
    trouble: str = ""
    hint: str = ""
    trial: bool = False
    left: tuple[tuple[Kind, int], ...] = ()
    waiting: int = 0


@dataclass(slots=True)
class _Round:
    """What one call works with, and what it did."""

    means: Means
    reading: MailReading
    now: datetime
    place: Place
    handled: list[tuple[int, Handled]] = field(default_factory=list)
    present: set[int] = field(default_factory=set)
    waiting: int = 0
    trouble: MailroomError | None = None


def read_inbox(means: Means, reading: MailReading, now: datetime) -> Looked:
    """Reads what came in since the last round, at most some hundreds of mails. Safe to repeat, and to kill.

    Raises Refused when the database is not to be had.
    """
    with means.database.read() as connection:
        if is_trial(connection):
            return Looked(trial=True)
        before = reading_place(connection)
    work = _Round(means, reading, now, before)
    try:
        with reading.opened() as folder:
            if folder.validity != before.validity:
                work.place = Place(folder.validity)
            try:
                _read_all(work, folder)
            finally:
                _count(work)
    except MailroomError as error:
        work.trouble = error
    _keep(work, before)
    kinds = [*work.place.left.values()]
    left = [(kind, kinds.count(kind)) for kind in NOTEWORTHY if kind in kinds]
    others: list[tuple[Kind, int]] = [("other", work.place.others)] if work.place.others else []
    trouble = work.trouble
    return Looked(
        tuple(work.handled),
        trouble.message if trouble else "",
        trouble.hint if trouble else "",
        left=(*left, *others),
        waiting=work.waiting,
    )


def summary(found: Looked) -> str:
    """`3 antwoorden, 1 onbestelbaar, 2 blijven staan.`"""
    if found.trial:
        return "Deze werkmap is een proef. De postbus wordt niet gelezen: echte antwoorden zouden hier verdwijnen."
    new = [one for _, one in found.handled if one.told != BEFORE.told and not one.early]
    replies = sum(one.kind in ("reply", "remark") for one in new)
    counters = sum(one.kind == "counter" for one in new)
    bounced = sum(one.kind == "bounce" and one.changed for one in new)
    notices = sum(one.kind == "bounce" and not one.changed for one in new)
    stay = sum(not one.understood for one in new)
    words = [
        *([counted(replies, "antwoord", "antwoorden")] if replies else []),
        *([counted(counters, "voorstel voor een andere tijd", "voorstellen voor een andere tijd")] if counters else []),
        *([f"{bounced} onbestelbaar"] if bounced else []),
        *([counted(notices, "andere melding over bezorging", "andere meldingen over bezorging")] if notices else []),
        *([f"{stay} {'blijft' if stay == 1 else 'blijven'} staan"] if stay else []),
    ]
    return f"{', '.join(words)}." if words else "Er is geen nieuwe mail."


def _read_all(work: _Round, folder: MailFolder) -> None:
    numbers = folder.numbers()
    work.present = set(numbers)
    again = [number for number in work.place.again if number in work.present][: MOST_AT_ONCE // 2]
    new = [number for number in numbers if number > work.place.number]
    chosen = [*again, *new[: MOST_AT_ONCE - len(again)]]
    work.waiting = len(again) + len(new) - len(chosen)
    sizes = folder.sizes(chosen)
    for number in chosen:
        _read_one(work, folder, number, sizes.get(number))


def _read_one(work: _Round, folder: MailFolder, number: int, size: int | None) -> None:
    """Reads one mail and moves it; a mail that cannot be moved now is met again."""
    handled = None
    if size is not None:
        if size > LARGEST_MAIL:
            handled = Handled("large", understood=False, told="Deze mail is te groot om te lezen")
        elif (raw := folder.fetch(number)) is not None:
            handled = _handled(work, raw)
    again, left = set(work.place.again) - {number}, dict(work.place.left)
    left.pop(number, None)
    if handled is not None:
        work.handled.append((number, handled))
        work.means.reached("inbox-stored")
        if handled.early:
            again.add(number)
        elif handled.understood:
            try:
                folder.put_away(number)
                work.present.discard(number)
            except MailroomError as error:
                again.add(number)
                work.trouble = error
        elif handled.kind in NOTEWORTHY:
            left[number] = handled.kind
    furthest = max(work.place.number, number)
    work.place = replace(work.place, number=furthest, again=tuple(sorted(again)), left=left)


def _handled(work: _Round, raw: bytes) -> Handled:
    """What is made of these bytes, stored with their digest where they were understood or propose another time."""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        mail = work.reading.read(raw)
        answers, fault = _answers(work.reading, mail)
    except Exception as error:  # no mail, however made, may keep the others from being read
        return Handled("other", understood=False, told=f"Deze mail is niet te lezen ({type(error).__name__})")
    with work.means.database.write() as connection:
        before = remembered(connection, digest)
        if before is not None:
            return replace(BEFORE, kind=before, understood=before not in TO_READ)
        handled, act = judge(connection, work.means, mail, answers, fault, work.now)
        if (handled.understood or handled.kind in TO_READ) and not handled.early:
            remember(connection, digest, handled, work.now)
        if act is not None:
            record_act(connection, act)
    return handled


def _answers(reading: MailReading, mail: Incoming) -> tuple[set[Reply], str]:
    """The answers in the calendar files of a mail, each once; without any, why the first file holds none."""
    found, fault = set(), ""
    for one in mail.calendars:
        try:
            found.add(reading.reply(one))
        except UnreadableReply as error:
            fault = fault or str(error)
    return found, fault


def _count(work: _Round) -> None:
    """What lies in the folder now, for people; what somebody took away is forgotten."""
    left = {number: kind for number, kind in work.place.left.items() if number in work.present}
    again = tuple(number for number in work.place.again if number in work.present)
    looked = sum(number <= work.place.number for number in work.present)
    work.place = replace(work.place, left=left, again=again, others=max(looked - len(left) - len(again), 0))


def _keep(work: _Round, before: Place) -> None:
    """Writes only when something changed: a mailbox in which nothing happens costs no write."""
    trouble = None if work.trouble is None else (work.trouble.message, work.trouble.hint)
    with work.means.database.read() as connection:
        known = unreadable_since(connection)
    if work.place == before and trouble == (None if known is None else (known.reason, known.hint)):
        return
    with work.means.database.write() as connection:
        if work.place != before:
            save_place(connection, work.place)
        if trouble is None:
            note_readable(connection)
        else:
            note_unreadable(connection, *trouble, work.now)
