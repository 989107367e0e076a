"""A person's own page: a personal link opens it, without logging in. It asks, takes answers, and mails a new link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import quote

import structlog
from starlette.responses import Response

from engine.app.answering import (
    AnsweredMeanwhile,
    NotAsked,
    Question,
    answer,
    asker_of,
    given,
    last_day,
    questions,
    reader_of,
    renew,
)
from engine.core.answer import ANSWER_WORDS, MAILED, MOST_SIGNS, AnswerKind
from engine.core.party import Contact
from engine.core.problem import Refused
from engine.web.routes import EVERYONE, action, page
from engine.web.throttle import MAILS, MISSES, TooOften
from engine.web.visit import Visit

# What a button says -> the answer.
BUTTONS: dict[str, AnswerKind] = {
    "klaar": "done",
    "nvt": "not_applicable",
    "intrekken": "withdrawn",
    "meer-tijd": "more_time",
    "iemand-anders": "someone_else",
}
LONGEST_ASKED = timedelta(days=366)
# Of more questions than these only the one that is asked for is unfolded.
MOST_UNFOLDED = 3
MOST_FORM = 100_000
CALENDAR = "text/calendar; charset=utf-8"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an answer was not taken, and what was typed. `key` is the task it was about."""

    key: str
    kind: AnswerKind
    message: str
    hint: str
    remark: str
    until: str


def show(visit: Visit) -> Response:
    """All that is asked of the reader; changes nothing, however often it is fetched."""
    who = _reader(visit)
    return _missed(visit) if who is None else _shown(visit, who)


def take(visit: Visit) -> Response:
    """Takes an answer, and goes on to what happens next; what cannot be taken is told at its question."""
    who, kind = _reader(visit), BUTTONS.get(visit.form.text("antwoord"))
    if who is None or kind is None:
        return _missed(visit)
    key, remark, until = visit.form.text("taak"), visit.form.raw("opmerking"), visit.form.text("tot")
    seen = visit.form.text("gezien")
    try:
        day = _day(visit) if kind == "more_time" and until else None
        stored = answer(visit.means, who, key, kind, visit.now, seen=seen, remark=remark, until=day)
    except NotAsked:
        return _missed(visit)
    except AnsweredMeanwhile:
        message = "Intussen is hier iets veranderd. Uw antwoord is niet bewaard."
        trouble = Trouble(
            key, kind, message, "Kijk hoe het nu staat. Klopt dat niet? Geef het dan nog eens door.", remark, until
        )
        return _shown(visit, who, trouble, status=409)
    except Refused as refused:
        return _shown(visit, who, Trouble(key, kind, refused.message, refused.hint, remark, until), status=422)
    return visit.go(f"/mijn/{visit.path['token']}/ontvangen/{stored.id}")


def received(visit: Visit) -> Response:
    """What was taken, and what happens next."""
    who = _reader(visit)
    if who is None:
        return _missed(visit)
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        try:
            stored, asked = given(connection, visit.path["answer"], register, who.id, visit.now)
        except NotAsked:
            return _missed(visit)
        waiting = [one for one in questions(connection, register, who.id, visit.now) if one.is_open and one.own]
    left = [one for one in waiting if one.task.plan.key != stored.task]
    return _page(
        visit, "mine_received.html", who=who, answer=stored, asked=asked, left=len(left), mail_to=_mail_to(visit, asked)
    )


def agenda(visit: Visit) -> Response:
    """The last day of a question as a file for the reader's own agenda; on to the page where there is none any more."""
    who, key = _reader(visit), str(visit.path["key"])
    if who is None:
        return _missed(visit)
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        try:
            found = last_day(connection, visit.means, key, register, who.id, visit.now)
        except NotAsked:
            return _missed(visit)
    if found is None:
        return visit.go(f"/mijn/{visit.path['token']}#{quote(key, safe='')}")
    day = found.item.ends - timedelta(days=1)
    name = re.sub(r"[^a-z0-9-]", "", f"uiterlijk-{day.isoformat()}-{key.partition('.')[0]}".lower())
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"'}
    return Response(visit.means.ical.single(found), media_type=CALENDAR, headers=headers)


def ask_link(visit: Visit) -> Response:
    """Asks for the address to which a new link is mailed."""
    return _page(visit, "mine_missed.html", missed=False, sent="")


def send_link(visit: Visit) -> Response:
    """Mails a new link to an address that is known; the answer is the same whether or not it is."""
    email = visit.form.text("adres")[:200]
    try:
        visit.site.throttle.check(MISSES, _place(visit), "link")
        visit.site.throttle.count(MISSES, _place(visit), "link")
        visit.site.throttle.check(MAILS, "link", email.casefold())
        visit.site.throttle.count(MAILS, "link", email.casefold())
    except TooOften as often:
        return _too_often(visit, often)
    sent = _page(visit, "mine_missed.html", missed=False, sent=email)
    visit.site.later.submit(_send, visit, email)
    return sent


def _send(visit: Visit, email: str) -> None:
    try:
        renew(visit.means, email, visit.now)
    except Exception as error:  # the answer is gone already
        log.error("nieuwe link mislukt", exc_info=error)


def _reader(visit: Visit) -> Contact | None:
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        return reader_of(connection, str(visit.path["token"]), register, visit.now)


def _shown(visit: Visit, who: Contact, trouble: Trouble | None = None, status: int = 200) -> Response:
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        asked = questions(connection, register, who.id, visit.now)
    names = {one.id: one.name for one in register.contacts.values()}
    return _page(
        visit,
        "mine.html",
        status=status,
        who=who,
        waiting=[one for one in asked if one.is_open and one.own],
        along=[one for one in asked if one.is_open and not one.own],
        many=sum(one.is_open for one in asked) > MOST_UNFOLDED,
        mail_to=lambda one: _mail_to(visit, one),
        closed=[one for one in asked if not one.is_open],
        first_of_round=_first_of_round(asked),
        names=names,
        trouble=trouble,
    )


def _first_of_round(asked: Sequence[Question]) -> dict[str, str]:
    """The first task of a round -> the key of the round: a mail that tells of all of them leads there."""
    found: dict[str, str] = {}
    for one in asked:
        found.setdefault(one.task.plan.key.rpartition(".")[0], one.task.plan.key)
    return {key: round_key for round_key, key in found.items()}


def _mail_to(visit: Visit, one: Question) -> str:
    """A mail to the SWV that names the task (RFC 6068)."""
    plan = one.task.plan
    subject = " ".join(f"{plan.title} – {one.party} [{plan.key}]".split())
    return f"mailto:{quote(visit.means.settings.mailbox, safe='@.-_')}?subject={quote(subject, safe='')}"


def _missed(visit: Visit) -> Response:
    """The very same for a link that is wrong, ended, revoked, or not for what it is used for."""
    try:
        visit.site.throttle.check(MISSES, _place(visit))
        visit.site.throttle.count(MISSES, _place(visit))
    except TooOften as often:
        return _too_often(visit, often)
    return _page(visit, "mine_missed.html", status=404, missed=True, sent="")


def _too_often(visit: Visit, often: TooOften) -> Response:
    return _page(visit, "mine_stop.html", status=429, message=often.message, hint=often.hint)


def _page(visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
    """Without the bureau's menu, also when the bureau looks."""
    with visit.means.database.read() as connection:
        asker, phone = asker_of(visit.means.register(connection), visit.means.settings, visit.today)
    settings = visit.means.settings
    return replace(visit, user=None).render(
        template,
        status=status,
        swv=settings.name,
        mailbox=settings.mailbox,
        asker=asker,
        phone=phone,
        token=visit.path.get("token", ""),
        most=MOST_SIGNS,
        words=ANSWER_WORDS,
        mailed=MAILED,
        **values,
    )


def _day(visit: Visit) -> date:
    day = visit.form.day("tot", "De dag die u invulde,")
    if not visit.today < day <= visit.today + LONGEST_ASKED:
        raise Refused("De dag die u invulde, kan niet.", "Kies een dag die nog komt, binnen een jaar.")
    return day


def _place(visit: Visit) -> str:
    client = visit.request.client
    return client.host if client is not None else ""


ROUTES = (
    page("/mijn/{token}", show, EVERYONE),
    action("/mijn/{token}", take, EVERYONE, limit=MOST_FORM),
    page("/mijn/{token}/{key}.ics", agenda, EVERYONE),
    page("/mijn/{token}/ontvangen/{answer:int}", received, EVERYONE),
    page("/nieuwe-link", ask_link, EVERYONE),
    action("/nieuwe-link", send_link, EVERYONE, limit=MOST_FORM),
)
