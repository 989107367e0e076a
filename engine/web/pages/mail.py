"""One mail as its reader sees it, with nothing in it that answers in the reader's name; what may be done with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection
from starlette.responses import HTMLResponse, Response

from engine.adapters.mime import parts_of
from engine.app import outbox, post_acts
from engine.app.coming_post import ComingMail, ComingPost
from engine.app.outgoing import about, parties_told
from engine.app.proof import send_proof
from engine.app.undoable import repeats_fixed
from engine.core.digest import HELD_BY_BUREAU
from engine.core.letter import ACCESS, Rendered
from engine.core.ports import RenderError, Unreadable
from engine.core.problem import Refused
from engine.core.roles import role_word
from engine.core.shown_mail import unusable
from engine.core.states import MESSAGE_WORDS
from engine.core.telling import told as step_told
from engine.store.acts import Act, record_act
from engine.store.ahead import decided_ahead
from engine.store.appointments import parties_invited
from engine.store.messages import Message, message
from engine.store.notices import Notice, notices_of_message
from engine.store.post import StepDay, made_on, step_days
from engine.web.pages.post import comes, has_inbox
from engine.web.routes import ACTORS, READERS, action, page
from engine.web.visit import NotFound, Stale, TakingBack, Visit

# A mail in its frame: no script, no form, nothing from elsewhere, and no way out of the frame.
FRAME = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'"
}
WIPED = "Zeven dagen na het einde wist het programma de tekst van een mail. Aan wie hij ging en wanneer, blijft staan."
NEVER_LEFT = "Deze mail is niet verstuurd. De tekst is er niet meer."
# Up to so many lines of text a mail fits in a frame of that height.
HEIGHTS = ((32, "short"), (50, "middle"), (65, "long"), (110, "longer"), (170, "longest"))
# Up to so many parties are named on the page of a mail.
MOST_PARTIES = 12
AGAIN, PROOF = "post-again", "post-proof"
# How ComingMail.name is made up.
_COMING = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})-(?P<contact>\d{1,9})(-(?P<turn>\d{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a mail tells: the task, its party, the step and why this reader hears of it."""

    task: str
    title: str
    party: str
    step: str
    role: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A mail that a user opens: a message, or one that is still to come. `mail` is None where its text is not shown."""

    name: str
    contact: int
    to: str
    email: str
    parties: tuple[str, ...]
    told: tuple[Told, ...]
    notices: tuple[Notice, ...]
    mail: Rendered | None
    why_no_text: str
    message: Message | None = None
    coming: ComingMail | None = None
    released: bool = False


def show(visit: Visit) -> Response:
    """The mail with what it is about, what became of it, and what may be done; one that came meanwhile as it left."""
    try:
        seen = _seen(visit)
    except NotFound:
        if (number := _made_since(visit)) is None:
            raise
        return visit.go(f"/post/mail/{number}{f'?{visit.request.url.query}' if visit.request.url.query else ''}")
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        into = {} if seen.message is None else outbox.joined(connection, [seen.message])
    text = "" if seen.mail is None else unusable(seen.mail).text
    return visit.render(
        "mail.html",
        seen=seen,
        subject=_subject(seen),
        text=text,
        height=height_of(text),
        about=about(seen.parties, register, MOST_PARTIES),
        names={party: register.parties[party].name if party in register.parties else party for party in seen.parties},
        held_by_hand=HELD_BY_BUREAU,
        trial=has_inbox(visit),
        state="samengevoegd" if into else _state(seen.message),
        into=next(iter(into.values()), None),
    )


def _state(found: Message | None) -> str:
    return "" if found is None else outbox.settled_as(found) or MESSAGE_WORDS[found.state]


def height_of(text: str) -> str:
    """The class of a frame tall enough for a mail with this text: without script a frame does not fit itself."""
    lines = text.count("\n")
    return next((name for most, name in HEIGHTS if lines <= most), "endless")


def frame(visit: Visit) -> Response:
    """The html of the mail alone, in a frame of its own."""
    seen = _seen(visit)
    if seen.mail is None:
        raise NotFound
    return HTMLResponse(unusable(seen.mail).html, headers=FRAME)


def proof(visit: Visit) -> Response:
    """Stuur proefmail naar mij."""
    seen = _seen(visit)
    if seen.mail is None:
        raise Refused("Van deze mail is er geen tekst meer.", seen.why_no_text)
    who = visit.who
    with visit.means.database.write() as connection:
        send_proof(connection, seen.contact, seen.mail, who.name, who.email, visit.means, visit.now)
        text = f"Proefmail onderweg naar {who.email}: {seen.mail.subject}"
        number = record_act(connection, Act(visit.now, who.name, PROOF, text, seen.parties))
    return visit.done(number, visit.form.text("terug") or f"/post/mail/{seen.name}")


def again(visit: Visit) -> Response:
    """Stuur opnieuw."""
    seen = _seen(visit)
    if seen.message is None:
        raise Refused("Deze mail is nog niet verstuurd.")
    found = seen.message
    with visit.means.database.write() as connection:
        if found.state == "sent":
            new = outbox.repeat(connection, found.id, visit.means, visit.now)
            undo: object = {"message": new}
        elif found.state in ("bounced", "uncertain"):
            if broken := outbox.release(connection, found.id, visit.means, visit.now):
                raise Refused(f"De mail kan niet weg: {broken}")
            new, undo = found.id, None
        else:
            raise Stale("Deze mail is intussen veranderd.")
        fresh = message(connection, new)
        address = found.email if fresh is None else fresh.email
        text = f"Mail opnieuw gestuurd aan {seen.to} ({address}): {found.subject}"
        number = record_act(connection, Act(visit.now, visit.who.name, AGAIN, text, seen.parties, undo))
    return visit.done(number, f"/post/mail/{new}")


def settle(visit: Visit) -> Response:
    """What bounced is left alone; what may have arrived counts as arrived."""
    seen = _seen(visit)
    found = seen.message
    if found is None or found.state not in ("bounced", "uncertain"):
        raise Stale("Deze mail is intussen veranderd.")
    with visit.means.database.write() as connection:
        outbox.drop(connection, found.id, visit.form.text("reden"), visit.now)
        taken = "telt als aangekomen" if found.state == "uncertain" else "blijft liggen"
        text = f"Mail aan {seen.to} {taken}: {found.subject}"
        number = record_act(connection, Act(visit.now, visit.who.name, "post-settle", text, seen.parties))
    return visit.done(number, "/post/verstuurd")


def _subject(seen: Seen) -> str:
    if seen.message is not None and seen.message.subject:
        return seen.message.subject
    return seen.mail.subject if seen.mail is not None else "(geen onderwerp)"


def _seen(visit: Visit) -> Seen:
    """The mail that the address names; raises NotFound where the user may not see all that it tells."""
    name = str(visit.path["name"])
    if name.isdecimal() and len(name) < 12:
        with visit.means.database.read() as connection:
            found = message(connection, int(name))
            if found is None:
                raise NotFound
            return _may_see(visit, _of_message(connection, found, visit))
    post = comes(visit)
    coming = post.mail(name)
    if coming is None:
        raise NotFound
    with visit.means.database.read() as connection:
        return _may_see(visit, _of_coming(connection, coming, post, visit))


def _made_since(visit: Visit) -> int | None:
    """The message that the coming mail of the address became, where this user may see it."""
    parts = _COMING.fullmatch(str(visit.path["name"]))
    if parts is None:
        return None
    try:
        day = date.fromisoformat(parts["day"])
    except ValueError:
        return None
    turn = int(parts["turn"] or 1)
    with visit.means.database.read() as connection:
        found = made_on(connection, int(parts["contact"]), day, turn)
        if found is None:
            return None
        _may_see(visit, _of_message(connection, found, visit))
    return found.id


def _may_see(visit: Visit, seen: Seen) -> Seen:
    if visit.scope is not None and not (seen.parties and set(seen.parties) <= visit.scope):
        raise NotFound
    return seen


def _of_message(connection: Connection, found: Message, visit: Visit) -> Seen:
    notices = tuple(notices_of_message(connection, found.again_of or found.id))
    steps = step_days(connection, {notice.task for notice in notices})
    contacts = visit.means.register(connection).contacts
    mail, why = _text(connection, found, visit)
    own = found.kind in (ACCESS, "proof")
    invited = tuple(parties_invited(connection, [found.id]).values())
    return Seen(
        name=str(found.id),
        contact=found.contact,
        to=found.email if own or found.contact not in contacts else contacts[found.contact].name,
        email=found.email,
        parties=parties_told(notices, steps) or invited,
        told=_told(notices, steps),
        notices=notices,
        mail=mail,
        why_no_text=why,
        message=found,
    )


def _of_coming(connection: Connection, one: ComingMail, post: ComingPost, visit: Visit) -> Seen:
    steps = step_days(connection, {notice.task for notice in one.notices})
    words = post.in_words(one, visit.means, visit.means.templates(connection))
    ahead = decided_ahead(connection, {notice.task for notice in one.notices})
    verdicts = {ahead.get((notice.task, notice.step, notice.contact)) for notice in one.notices}
    return Seen(
        name=one.name,
        contact=one.contact,
        to=one.letter.to_name,
        email=one.letter.to_email,
        parties=parties_told(one.notices, steps) or ((one.invited,) if one.invited else ()),
        told=_told(one.notices, steps),
        notices=one.notices,
        mail=None if isinstance(words, RenderError) else words,
        why_no_text=_broken(words) if isinstance(words, RenderError) else "",
        coming=one,
        released=verdicts == {"release"},
    )


def _text(connection: Connection, found: Message, visit: Visit) -> tuple[Rendered | None, str]:
    """The mail in words, or why there are none."""
    if found.kind == ACCESS:
        return None, "Deze mail bevat een link om in te loggen. Alleen de ontvanger mag hem lezen."
    if found.state == "held" and found.raw is None:
        return _text_of_held(connection, found, visit)
    if found.raw is None:
        return None, WIPED if found.state in ("sent", "bounced", "uncertain") else NEVER_LEFT
    try:
        return parts_of(visit.means.vault.open(found.id, found.raw)), ""
    except Unreadable as error:
        return None, error.message


def _text_of_held(connection: Connection, found: Message, visit: Visit) -> tuple[Rendered | None, str]:
    means = visit.means
    try:
        return outbox.as_it_leaves(connection, found, means, visit.now), ""
    except RenderError as error:
        return None, _broken(error)
    except Refused as refused:
        return None, refused.message


def _broken(error: RenderError) -> str:
    return f"De tekst kan niet worden gemaakt ({error.template}.md): {error.message}"


def _told(notices: Sequence[Notice], steps: Mapping[tuple[str, str], StepDay]) -> tuple[Told, ...]:
    by_task = {task: step for (task, _), step in steps.items()}
    return tuple(
        Told(
            notice.task,
            by_task[notice.task].title,
            by_task[notice.task].party,
            step_told(notice.step),
            role_word(notice.role),
        )
        for notice in notices
        if notice.task in by_task
    )


def undo_again(visit: Visit, taking: TakingBack) -> None:
    """The repeated mail does not leave, where it did not yet."""
    post_acts.undo_repeat(taking.connection, taking.act.undo, visit.now)


ROUTES = (
    page("/post/mail/{name}", show, READERS),
    page("/post/mail/{name}/opmaak", frame, READERS, bare=True),
    action("/post/mail/{name}/proef", proof, ACTORS),
    action("/post/mail/{name}/opnieuw", again, ACTORS),
    action("/post/mail/{name}/klaar", settle, ACTORS),
)
UNDO = {AGAIN: undo_again}
FIXED = {AGAIN: repeats_fixed}
