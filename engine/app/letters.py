"""From the notices of a message to its bytes: composed afresh each time, until the first attempt to send."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.used import Chains
from engine.core.agenda import Mailbox
from engine.core.appointment import Invite
from engine.core.digest import Told, came_in, changed, day_moved, grouped, in_order, item_of
from engine.core.ladder import follows_adoption
from engine.core.letter import ACCESS, CAME_IN, Access, Bulletin, Item, Letter, Rendered, Reply, UsedLine
from engine.core.link import EXAMPLE, address_of, end_of
from engine.core.localtime import local_date
from engine.core.party import SWV, Contact, Register
from engine.core.ports import RenderError
from engine.core.problem import Refused
from engine.core.recipients import Recipient
from engine.core.roles import BUREAU, CONSULENT, SWV_ROLES
from engine.core.states import MessageState
from engine.core.task import PlannedStep, StoredTask
from engine.core.telling import is_changed, is_day_moved, is_news, is_past, step_of
from engine.core.token import digest_of
from engine.store.claims import change_held
from engine.store.correspondence import threads, told_of
from engine.store.drafts import Draft, add_drafts
from engine.store.links import Link, save_links
from engine.store.messages import Message, add_message, change_message, change_messages, messages_by_number
from engine.store.notices import Notice, move_notices, notices_of_message, notices_of_messages, take_out
from engine.store.tasks import load_tasks
from engine.store.transitions import reasons_of_dates

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
    keys = {notice.task for notices in carried.values() for notice in notices}
    tasks = {task.plan.key: task for task in known}
    missing = keys - tasks.keys()
    tasks |= {task.plan.key: task for task in load_tasks(connection, keys=missing)} if missing else {}
    # What was told before counts for who is asked, not for who only reads along.
    asked = [notice for notices in carried.values() for notice in notices if notice.audience == "aan"]
    readers = {one.contact for one in fresh} & {notice.contact for notice in asked}
    told = told_of(connection, {notice.task for notice in asked}, readers)
    planned = {
        one.id: _still_open(carried.get(one.id, ()), tasks)
        if one.again_of
        else _still_planned(connection, carried.get(one.id, ()), tasks)
        for one in fresh
    }
    chains = Chains(connection, means, local_date(now))
    news = {one.id: _changes(chains, planned[one.id], tasks) for one in fresh if any(map(_is_change, planned[one.id]))}
    for number, lines in news.items():  # what is as it was again is told to nobody
        for notice in [one for one in planned[number] if _is_change(one) and not lines[one]]:
            take_out(connection, notice, "moved")
            planned[number].remove(notice)
    alone = {notices[0].task for notices in planned.values() if len(notices) == 1}
    before = threads(connection, alone)
    reasons = _reasons(connection, (notice for notices in planned.values() for notice in notices))
    templates = means.templates(connection)
    changes: list[tuple[int, MessageState, Mapping[str, object]]] = []
    links: list[Link] = []
    for one in fresh:
        notices = planned[one.id]
        if not notices:
            dropped = {"state": "dropped", "reason": why_gone, "next_attempt": None, "raw": None}
            changes.append((one.id, one.state, dropped))
            continue
        # Text and Date speak of the day on which it leaves.
        leaves = max(now, one.next_attempt or now)
        items = _items(notices, tasks, told, reasons, register, leaves, chains, news.get(one.id, {}))
        link = ""
        if _have_link(items, means):
            token = EXAMPLE if one.state == "held" else means.tokens.secret()
            link = address_of(means.settings.link_address, token)
            due = (item.due for item in items if item.answerable)
            if one.state == "queued":
                links.append(new_link(one.id, one.contact, token, due, leaves))
        letter = letter_for(one.contact, means, register, leaves, items, link)
        thread = before.get((notices[0].task, one.contact), "") if len(notices) == 1 else ""
        changes.append((one.id, one.state, in_words(one, letter, thread, means, templates, now)))
    change_messages(connection, [change for change in changes if change[0] not in drafts])
    for number, _, words in changes:
        if number in drafts:
            drafts[number].words.update(words)
    add_drafts(connection, drafts)
    save_links(connection, links)
    return {number: str(words["reason"]) for number, _, words in changes if words.get("state") == "held"}


def preview(connection: Connection, found: Message, means: Means, register: Register, leaves: datetime) -> Rendered:
    """A held message as it would be put into words if it left at that moment; stores nothing.

    Raises RenderError, and Refused where nothing is left to tell.
    """
    carried = notices_of_message(connection, found.again_of or found.id)
    tasks = {task.plan.key: task for task in load_tasks(connection, keys={notice.task for notice in carried})}
    planned = [notice for notice in carried if _is_planned(notice, tasks)]
    notices = _still_open(planned, tasks) if found.again_of else planned
    if not notices:
        raise Refused("In dit bericht staat niets meer dat de ontvanger moet horen.")
    chains = Chains(connection, means, local_date(leaves))
    told, news = told_of(connection, tasks, [found.contact]), _changes(chains, notices, tasks)
    items = _items(notices, tasks, told, _reasons(connection, notices), register, leaves, chains, news)
    letter = letter_for(found.contact, means, register, leaves, items, _example_link(items, means))
    return means.renderer.render(letter, means.templates(connection))


def first_letter(
    task: StoredTask, step: PlannedStep, reader: Recipient, means: Means, register: Register, leaves: datetime
) -> Letter:
    """The letter that tells a reader of one step of a task, who heard nothing of it before; its link is an example."""
    items = (item_of(task, step, reader, (), register, local_date(leaves)),)
    return letter_for(reader.contact, means, register, leaves, items, _example_link(items, means))


def new_link(number: int, contact: int, token: str, due: Iterable[date], leaves: datetime) -> Link:
    """The link that a message to the contact holds; `due` are the last days that the message speaks of."""
    return Link(number, digest_of(token), contact, leaves, end_of(due, leaves))


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


def _still_planned(connection: Connection, found: Sequence[Notice], tasks: Mapping[str, StoredTask]) -> list[Notice]:
    """The notices whose step the task still has; one of a step that planning took out goes nowhere."""
    planned = []
    for notice in found:
        if _is_planned(notice, tasks):
            planned.append(notice)
        else:
            take_out(connection, notice, "moved")
    return planned


def _carried(connection: Connection, found: Sequence[Message]) -> dict[int, list[Notice]]:
    """What each message has to say: the notices it carries, or those of the message that it repeats."""
    sources = {one.id: one.again_of or one.id for one in found}
    carried = notices_of_messages(connection, sources.values())
    return {number: carried.get(source, []) for number, source in sources.items()}


def _still_open(found: Sequence[Notice], tasks: Mapping[str, StoredTask]) -> list[Notice]:
    """What is told once more: of tasks that still wait for an answer."""
    return [notice for notice in found if _is_planned(notice, tasks) and tasks[notice.task].state == "open"]


def _is_planned(notice: Notice, tasks: Mapping[str, StoredTask]) -> bool:
    if notice.step == CAME_IN:
        return True
    task = tasks.get(notice.task)
    if is_changed(notice.step):
        return task is not None and task.state not in ("waived", "cancelled")
    if task is None or is_past(notice.step):
        return False
    if is_day_moved(notice.step):
        return task.state == "open"
    return any(step.name == step_of(notice.step) for step in task.plan.steps)


def write_bulletin(
    connection: Connection, contact: int, bulletin: Bulletin, means: Means, register: Register, now: datetime
) -> None:
    """Makes a message ready that the program itself sends to the bureau; it waits for nobody's release.

    One that cannot be put into words stays behind as held with the reason, and stops nothing else.
    """
    letter = replace(letter_for(contact, means, register, now), bulletin=bulletin)
    _write_own(connection, contact, "other", letter, means, now)


def write_access(
    connection: Connection,
    contact: Contact,
    access: Access,
    means: Means,
    register: Register,
    now: datetime,
) -> None:
    """Makes a message ready that lets its reader in; it waits for nobody's release and for no window."""
    letter = replace(_letter_to(contact, means, register, now), access=access)
    _write_own(connection, contact.id, ACCESS, letter, means, now)


def _write_own(connection: Connection, contact: int, kind: str, letter: Letter, means: Means, now: datetime) -> None:
    """A message that carries no notices, queued with its bytes; held with the reason where words fail."""
    message_id = _message_id(means)
    try:
        rendered = means.renderer.render(letter, means.templates(connection))
        raw = means.writer.write(rendered, letter, message_id, now, "")
    except RenderError as error:
        reason = _broken(error)
        add_message(connection, contact=contact, email=letter.to_email, kind=kind, state="held", now=now, reason=reason)
        return
    number = add_message(connection, contact=contact, email=letter.to_email, kind=kind, state="queued", now=now)
    change_message(
        connection,
        number,
        ["queued"],
        subject=rendered.subject,
        message_id=message_id,
        raw=means.vault.seal(number, raw),
        digest=hashlib.sha256(raw).hexdigest(),
        next_attempt=now,
        composed_at=now,
    )


def write_reply(
    connection: Connection,
    number: int,
    contact: int,
    reply: Reply,
    due: Sequence[date],
    means: Means,
    register: Register,
    now: datetime,
) -> None:
    """Puts a message into words that answers a person's own act, with a link to their page where there are pages.

    `due` are the last days it speaks of. One that cannot be put into words is held with the reason.
    """
    letter = replace(letter_for(contact, means, register, now), reply=reply)
    links = []
    if means.settings.link_address:
        token = means.tokens.secret()
        letter = replace(letter, link=address_of(means.settings.link_address, token))
        links.append(new_link(number, contact, token, due, now))
    message_id = _message_id(means)
    try:
        rendered = means.renderer.render(letter, means.templates(connection))
        raw = means.writer.write(rendered, letter, message_id, now, "")
    except RenderError as error:
        change_message(connection, number, ["queued"], state="held", reason=_broken(error), next_attempt=None)
        return
    change_message(
        connection,
        number,
        ["queued"],
        subject=rendered.subject,
        message_id=message_id,
        raw=means.vault.seal(number, raw),
        digest=hashlib.sha256(raw).hexdigest(),
        composed_at=now,
    )
    save_links(connection, links)


def _have_link(items: Iterable[Item], means: Means) -> bool:
    return bool(means.settings.link_address) and any(item.answerable for item in items)


def _example_link(items: Iterable[Item], means: Means) -> str:
    return address_of(means.settings.link_address, EXAMPLE) if _have_link(items, means) else ""


def _is_unfixed(found: Message) -> bool:
    return found.state in ("held", "queued") and not found.attempts


def in_words(
    found: Message, letter: Letter, thread: str, means: Means, templates: Mapping[str, str], now: datetime
) -> Mapping[str, object]:
    """What the letter makes of a message that is held or queued: columns with their values."""
    leaves = max(now, found.next_attempt or now)
    try:
        rendered = means.renderer.render(letter, templates)
        if found.state == "held":
            return {"subject": rendered.subject, "email": letter.to_email}
        message_id = _message_id(means)
        raw = means.writer.write(rendered, letter, message_id, leaves, thread, _invite(letter, means))
    except RenderError as error:
        return {
            "state": "held",
            "reason": _broken(error),
            "subject": found.subject or "(geen onderwerp)",
            "raw": None,
            "next_attempt": None,
            "composed_at": None,
        }
    return {
        "subject": rendered.subject,
        "email": letter.to_email,
        "message_id": message_id,
        "raw": means.vault.seal(found.id, raw),
        "digest": hashlib.sha256(raw).hexdigest(),
        "next_attempt": found.next_attempt or now,
        "composed_at": leaves,
    }


def _invite(letter: Letter, means: Means) -> Invite | None:
    """What the letter asks of its reader's agenda; raises RenderError where no agenda could read it."""
    found = letter.invited
    if found is None:
        return None
    organizer, guest = Mailbox(letter.swv, letter.mailbox), Mailbox(letter.to_name, letter.to_email)
    try:
        return Invite(means.ical.invitation(found.item, found.method, organizer, guest), found.method)
    except ValueError as error:
        raise RenderError(found.template, "Van deze afspraak kan geen uitnodiging worden gemaakt.") from error


def _broken(error: RenderError) -> str:
    return f"de mail kan niet worden gemaakt ({error.template}.md): {error.message}"


def _message_id(means: Means) -> str:
    return f"<{means.tokens.token()}@{means.settings.mailbox.rpartition('@')[2]}>"


def letter_for(
    contact: int, means: Means, register: Register, now: datetime, items: tuple[Item, ...] = (), link: str = ""
) -> Letter:
    """The letter to a contact of the register, with these items and the reader's own link in it, if any."""
    return _letter_to(register.contacts[contact], means, register, now, items, link)


def _letter_to(
    who: Contact, means: Means, register: Register, now: datetime, items: tuple[Item, ...] = (), link: str = ""
) -> Letter:
    settings = means.settings
    desk = [register.contacts[number] for number in register.along_chain(BUREAU, SWV, local_date(now))]
    return Letter(
        to_name=who.name,
        to_email=who.email,
        salutation=who.salutation,
        items=items,
        swv=settings.name,
        mailbox=settings.mailbox,
        asker=desk[0].name if desk else settings.name,
        phone=settings.phone or (desk[0].phone if desk else ""),
        today=local_date(now),
        redirected=who.email if settings.redirect else "",
        link=link,
    )


def _reasons(connection: Connection, notices: Iterable[Notice]) -> Mapping[tuple[str, datetime], str]:
    """(task, moment) -> why a person moved its last day then: of what tells that it moved."""
    keys = {notice.task for notice in notices if is_day_moved(notice.step)}
    return reasons_of_dates(connection, keys) if keys else {}


def _items(
    notices: Sequence[Notice],
    tasks: Mapping[str, StoredTask],
    told: Mapping[tuple[str, int], Sequence[Told]],
    reasons: Mapping[tuple[str, datetime], str],
    register: Register,
    now: datetime,
    chains: Chains,
    news: Mapping[Notice, Sequence[str]],
) -> tuple[Item, ...]:
    today = local_date(now)
    items = []
    for notice in notices:
        task = tasks[notice.task]
        reader = Recipient(notice.contact, notice.audience, notice.role, notice.fallback)
        if notice.step == CAME_IN:
            items.append(came_in(task, reader, register, today))
            continue
        if is_day_moved(notice.step):
            reason = reasons.get((notice.task, notice.at), "")
            items.append(day_moved(task, notice.step, reason, reader, register, today))
            continue
        uses = _used_lines(chains, task, reader)
        if is_changed(notice.step):
            told_news = changed(task, notice.step, reader, news.get(notice, ()), register, today)
            items.append(replace(told_news, uses=uses))
            continue
        step = next(step for step in task.plan.steps if step.name == step_of(notice.step))
        if step.name != notice.step:
            step = replace(step, name=notice.step)
        before = told.get((notice.task, notice.contact), ())
        item = item_of(task, step, reader, before, register, today)
        items.append(replace(item, uses=uses) if uses else item)
    return in_order(grouped(items, register))


def _is_change(notice: Notice) -> bool:
    return is_changed(notice.step)


def _changes(chains: Chains, found: Iterable[Notice], tasks: Mapping[str, StoredTask]) -> dict[Notice, tuple[str, ...]]:
    """What each notice that tells of changes has to say."""
    return {
        one: chains.changes(tasks[one.task], one.contact, one.message or 0) for one in found if is_changed(one.step)
    }


def _used_lines(chains: Chains, task: StoredTask, reader: Recipient) -> tuple[UsedLine, ...]:
    """What the task uses; who works at the SWV gets the pages where it stands."""
    site = chains.means.settings.link_address if reader.role in (CONSULENT, *SWV_ROLES) else ""
    return tuple(
        UsedLine(one.title, one.told, f"{site.rstrip('/')}/{one.path}" if site else "") for one in chains.of(task.plan)
    )
