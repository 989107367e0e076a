"""The messages that carry notices: composed afresh each time, until the first attempt to send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.told_items import changes_of, is_planned, items_of, reasons_of, still_open, still_planned
from engine.app.used import Chains
from engine.app.wording import example_link, has_link, in_words, letter_for, new_link
from engine.core.digest import Told, item_of
from engine.core.ladder import follows_adoption
from engine.core.letter import Item, Letter, Rendered
from engine.core.link import EXAMPLE, address_of
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.recipients import Recipient
from engine.core.states import MessageState
from engine.core.task import PlannedStep, StoredTask
from engine.core.telling import is_news
from engine.store.claims import change_held
from engine.store.correspondence import threads, told_of
from engine.store.drafts import Draft, add_drafts
from engine.store.links import Link, save_links
from engine.store.messages import Message, add_message, change_messages, messages_by_number
from engine.store.notices import Notice, move_notices, notices_of_message, notices_of_messages, take_out
from engine.store.tasks import load_tasks

# Why a message is dropped that lost all it had to say: an answer, another plan or another reader took it out.
NOTHING_LEFT = "er is niets meer te melden: wat erin stond, is beantwoord, veranderd of overgegaan op een ander"


def write_message(connection: Connection, number: int, means: Means, register: Register, now: datetime) -> None:
    """Fills one held or queued message from its notices."""
    write_messages(connection, [number], means, register, now)


def write_messages(
    connection: Connection,
    numbers: Sequence[int],
    means: Means,
    register: Register,
    now: datetime,
    known: Iterable[StoredTask] = (),
    drafts: Mapping[int, Draft] = MappingProxyType({}),
    coming: Iterable[Notice] = (),
    *,
    why_gone: str = NOTHING_LEFT,
) -> dict[int, str]:
    """Fills held and queued messages from their notices; one in another state, or that was tried, stays as it is.

    A queued one gets its bytes, Message-ID, Date and personal link; a held one only its subject. A message that
    cannot be put into words is held, stops no other, and is returned with the reason. `known` are tasks that need not
    be read again. `drafts` are messages that are stored here, and `coming` notices that are stored after them.
    `why_gone` is why a message that has nothing left to say is dropped.
    """
    stored = [number for number in numbers if number not in drafts]
    found = {number: draft.message for number, draft in drafts.items()} | messages_by_number(connection, stored)
    fresh = [found[number] for number in numbers if number in found and _is_unfixed(found[number])]
    carried = _carried(connection, [one for one in fresh if one.id not in drafts])
    for notice in coming:
        if notice.message is not None:
            carried.setdefault(notice.message, []).append(notice)
    what = _to_say(connection, means, fresh, carried, known, now)
    templates = means.templates(connection)
    changes: list[tuple[int, MessageState, Mapping[str, object]]] = []
    links: list[Link] = []
    for one in fresh:
        if not what.planned[one.id]:
            dropped = {"state": "dropped", "reason": why_gone, "next_attempt": None, "raw": None}
            changes.append((one.id, one.state, dropped))
            continue
        # Text and Date speak of the day on which it leaves.
        leaves = max(now, one.next_attempt or now)
        items = what.items(one.id, register, leaves)
        link = ""
        if has_link(items, means):
            token = EXAMPLE if one.state == "held" else means.tokens.secret()
            link = address_of(means.settings.link_address, token)
            due = (item.due for item in items if item.answerable)
            if one.state == "queued":
                links.append(new_link(one.id, one.contact, token, due, leaves))
        letter = letter_for(one.contact, means, register, leaves, items, link)
        changes.append((one.id, one.state, in_words(one, letter, what.thread(one), means, templates, now)))
    change_messages(connection, [change for change in changes if change[0] not in drafts])
    for number, _, words in changes:
        if number in drafts:
            drafts[number].words.update(words)
    add_drafts(connection, drafts)
    save_links(connection, links)
    return {number: str(words["reason"]) for number, _, words in changes if words.get("state") == "held"}


@dataclass(frozen=True, slots=True)
class _ToSay:
    """What messages have to say, by number, and all that is read of it once for them together.

    `told` and `reasons` as `items_of` takes them, `threads` the Message-ID that a mail about a task alone answers.
    """

    planned: Mapping[int, Sequence[Notice]]
    news: Mapping[int, Mapping[Notice, Sequence[str]]]
    tasks: Mapping[str, StoredTask]
    told: Mapping[tuple[str, int], Sequence[Told]]
    reasons: Mapping[tuple[str, datetime], str]
    threads: Mapping[tuple[str, int], str]
    chains: Chains

    def items(self, number: int, register: Register, leaves: datetime) -> tuple[Item, ...]:
        notices, news = self.planned[number], self.news[number]
        return items_of(notices, self.tasks, self.told, self.reasons, register, leaves, self.chains, news)

    def thread(self, one: Message) -> str:
        notices = self.planned[one.id]
        return self.threads.get((notices[0].task, one.contact), "") if len(notices) == 1 else ""


def _to_say(
    connection: Connection,
    means: Means,
    fresh: Sequence[Message],
    carried: Mapping[int, Sequence[Notice]],
    known: Iterable[StoredTask],
    now: datetime,
) -> _ToSay:
    """Reads it; what a message need not tell any more is taken out of it."""
    keys = {notice.task for notices in carried.values() for notice in notices}
    tasks = {task.plan.key: task for task in known}
    missing = keys - tasks.keys()
    tasks |= {task.plan.key: task for task in load_tasks(connection, keys=missing)} if missing else {}
    # What was told before counts for who is asked; for who only reads along where it is asked once more.
    asked = [
        notice
        for notices in carried.values()
        for notice in notices
        if notice.audience == "aan" or (notice.task in tasks and tasks[notice.task].again)
    ]
    readers = {one.contact for one in fresh} & {notice.contact for notice in asked}
    told = told_of(connection, {notice.task for notice in asked}, readers)
    planned = {
        one.id: still_open(carried.get(one.id, ()), tasks)
        if one.again_of
        else still_planned(connection, carried.get(one.id, ()), tasks)
        for one in fresh
    }
    chains = Chains(connection, means, local_date(now))
    news = {number: changes_of(chains, notices, tasks) for number, notices in planned.items()}
    for number, lines in news.items():  # what is as it was again is told to nobody
        for notice in [one for one in planned[number] if not lines.get(one, True)]:
            take_out(connection, notice, "moved")
            planned[number].remove(notice)
    before = threads(connection, {notices[0].task for notices in planned.values() if len(notices) == 1})
    reasons = reasons_of(connection, (notice for notices in planned.values() for notice in notices))
    return _ToSay(planned, news, tasks, told, reasons, before, chains)


def preview(connection: Connection, found: Message, means: Means, register: Register, leaves: datetime) -> Rendered:
    """A held message as it would be put into words if it left at that moment; stores nothing.

    Raises RenderError, and Refused where nothing is left to tell.
    """
    carried = notices_of_message(connection, found.again_of or found.id)
    tasks = {task.plan.key: task for task in load_tasks(connection, keys={notice.task for notice in carried})}
    planned = [notice for notice in carried if is_planned(notice, tasks)]
    notices = still_open(planned, tasks) if found.again_of else planned
    if not notices:
        raise Refused("In dit bericht staat niets meer dat de ontvanger moet horen.")
    chains = Chains(connection, means, local_date(leaves))
    told, news = told_of(connection, tasks, [found.contact]), changes_of(chains, notices, tasks)
    items = items_of(notices, tasks, told, reasons_of(connection, notices), register, leaves, chains, news)
    letter = letter_for(found.contact, means, register, leaves, items, example_link(items, means))
    return means.renderer.render(letter, means.templates(connection))


def first_letter(
    task: StoredTask, step: PlannedStep, reader: Recipient, means: Means, register: Register, leaves: datetime
) -> Letter:
    """The letter that tells a reader of one step of a task, who heard nothing of it before; its link is an example."""
    items = (item_of(task, step, reader, (), register, local_date(leaves)),)
    return letter_for(reader.contact, means, register, leaves, items, example_link(items, means))


def retold(connection: Connection, taken: Message, means: Means, register: Register, now: datetime) -> bool:
    """True when a message that was tried in vain speaks of a task that ended meanwhile: it is dropped.

    What it says of other tasks goes into a new message, which may leave at once. One whose bytes were under way
    stays as it is: it may have arrived.
    """
    found = [notice for notice in notices_of_message(connection, taken.id) if not is_news(notice.step)]
    tasks = load_tasks(connection, keys=[notice.task for notice in found])
    closed = {task.plan.key: task for task in tasks if task.state not in ("planned", "open")}
    ended = [one for one in found if one.task in closed and not _goes_on(closed[one.task], one)]
    if taken.phase == "data" or taken.doubts or not ended:
        return False
    for notice in ended:
        take_out(connection, notice, "answered")
    number = add_message(connection, contact=taken.contact, email=taken.email, kind=taken.kind, state="queued", now=now)
    move_notices(connection, taken.id, number)
    reason = f"intussen beantwoord; wat overbleef staat in bericht {number}"
    change_held(connection, taken, state="dropped", reason=reason, raw=None, next_attempt=None)
    write_message(connection, number, means, register, now)
    return True


def _goes_on(task: StoredTask, notice: Notice) -> bool:
    """What follows a new version is told although the task is done; after an answer nothing is."""
    return task.state == "done" and task.submitted_at is None and follows_adoption(task, notice.step)


def _carried(connection: Connection, found: Sequence[Message]) -> dict[int, list[Notice]]:
    """What each message has to say: the notices it carries, or those of the message that it repeats."""
    sources = {one.id: one.again_of or one.id for one in found}
    carried = notices_of_messages(connection, sources.values())
    return {number: carried.get(source, []) for number, source in sources.items()}


def _is_unfixed(found: Message) -> bool:
    return found.state in ("held", "queued") and not found.attempts
