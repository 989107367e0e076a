"""Post, Wat gaat eruit?: every mail before it leaves; held, let go or taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from sqlalchemy import Connection
from starlette.responses import Response

from engine import wiring
from engine.app import post_acts
from engine.app.backlog import backlog, with_held_mail
from engine.app.coming_post import ComingPost, coming_post
from engine.app.outgoing import DayOfPost, Outgoing, Row, Sight, outgoing
from engine.app.post_acts import Chosen, Did
from engine.app.post_today import made_today
from engine.app.undoable import dropped_fixed, held_fixed, released_fixed
from engine.core.dutch import listed, some, told_apart
from engine.core.party import Register
from engine.core.problem import Refused
from engine.store.acts import Act, record_act
from engine.web.asking import ask_first, is_many
from engine.web.routes import ACTORS, READERS, action, page
from engine.web.visit import Stale, TakingBack, Visit

# So many mails of one day that say the same stand behind one line.
MANY = 6
NAMED = 3
# How a form names all mails of a day that say the same as one of them.
ALIKE = "gelijk:"
# So many mails are shown at most; the rest is a day away.
MOST_ROWS = 300
# Above so many mails a person is asked whether that is meant.
HOLD, RELEASE, DROP = "post-hold", "post-release", "post-drop"


def comes(visit: Visit) -> ComingPost:
    """The mail of the coming weeks, of everyone."""
    return coming_post(visit.means, lambda: wiring.rehearsal_of(visit.means), wiring.no_channel(), visit.now)


def has_inbox(visit: Visit) -> bool:
    """True when mail is laid down in a folder, and this user may read it there."""
    return visit.who.role == "bureau" and wiring.mails_of(visit.site.place, visit.means.database) is not None


def show(visit: Visit) -> Response:
    """What waits for the bureau, what is ready, and what each day of the coming weeks brings."""
    post = comes(visit)
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        found = outgoing(connection, visit.means, post, _sight(visit))
        rules = visit.means.rules(connection)
        waiting = backlog(connection, register, rules, visit.today) if visit.who.role == "bureau" else ()
        mailed = with_held_mail(connection, (one.task.plan.key for one in waiting))
    only = _day(visit.query.get("dag", ""))
    days = [day for day in found.days if only is None or day.day == only]
    # What is ready and leaves today stands right above.
    days = [day for day in days if day.rows or day.day > visit.today or only is not None]
    shown = list(_within(days, MOST_ROWS))
    return visit.render(
        "post.html",
        found=found,
        days=[(day, *_split(day)) for day in shown],
        navigable=days,
        held=_split(DayOfPost(visit.today, found.held)),
        ready=_split(DayOfPost(visit.today, found.ready)),
        left=days[len(shown) :],
        only=only,
        horizon=post.days,
        parties=parties_to_choose(register, visit),
        waits=visit.means.wait,
        made=made_today(
            (row for day in shown if day.day == visit.today for row in day.rows),
            visit.now,
            visit.means.wait,
            demo=visit.site.demo,
        ),
        documents=len(waiting),
        mailed=mailed,
        trial=has_inbox(visit),
    )


def hold(visit: Visit) -> Response:
    """Houd tegen."""

    def keep(connection: Connection, chosen: Chosen) -> Did:
        return post_acts.hold_back(connection, chosen)

    return _do(visit, HOLD, "tegenhouden", keep)


def release(visit: Visit) -> Response:
    """Geef vrij."""

    def let_go(connection: Connection, chosen: Chosen) -> Did:
        return post_acts.let_go(connection, chosen, visit.means, visit.now)

    return _do(visit, RELEASE, "vrijgeven", let_go)


def drop(visit: Visit) -> Response:
    """Laat vervallen."""
    reason = visit.form.text("reden")

    def take_back(connection: Connection, chosen: Chosen) -> Did:
        if chosen.coming:
            raise Refused("Deze mail is nog niet gemaakt.", "Houd hem tegen, of zet de taak op n.v.t.")
        return post_acts.drop(connection, chosen.numbers, chosen.names, reason, visit.now)

    return _do(visit, DROP, "laten vervallen", take_back)


def parties_to_choose(register: Register, visit: Visit) -> Sequence[tuple[str, str]]:
    """The ids and names of the parties that a filter offers: what this user may see, besturen first."""
    ours = [party for party in register.parties.values() if party.active and party.kind in ("school", "bestuur")]
    seen = [party for party in ours if visit.scope is None or party.id in visit.scope]
    seen.sort(key=lambda party: (party.kind != "bestuur", party.name))
    names = told_apart((party.name, party.id) for party in seen)
    return [(party.id, name) for party, name in zip(seen, names, strict=True)]


def _within(days: Sequence[DayOfPost], most: int) -> Iterator[DayOfPost]:
    """The first days, until so many mails are reached; one day at the least."""
    count = 0
    for day in days:
        if count and count + day.count > most:
            return
        count += day.count
        yield day


def _split(day: DayOfPost) -> tuple[list[Row], list[tuple[Row, ...]]]:
    """The mails of a day that stand for themselves, and those that say the same to many."""
    groups = list(day.groups())
    return [row for group in groups if len(group) < MANY for row in group], [one for one in groups if len(one) >= MANY]


def _do(visit: Visit, kind: str, verb: str, act: Callable[[Connection, Chosen], Did]) -> Response:
    """Does something to the mails that a form names: ticked ones, a day, or all that wait or are ready."""
    post = comes(visit)
    with visit.means.database.read() as connection:
        named = bool(visit.form.many("mail")) and visit.form.text("welke", "aangevinkt") == "aangevinkt"
        sight = Sight(visit.scope) if named else _sight_of_form(visit)
        rows = _asked(visit, outgoing(connection, visit.means, post, sight), kind)
    if is_many(visit, len(rows)):
        who = listed(some([row.to for row in rows], NAMED))
        mails = f"{len(rows)} mails {verb}"
        return ask_first(visit, f"Wilt u {mails}?", f"Het gaat om mail aan {who}.", f"Ja, {mails}", "/post")
    coming = [one for row in rows if row.state == "coming" and (one := post.mail(row.name)) is not None]
    numbers = tuple(int(row.name) for row in rows if row.state != "coming")
    chosen = Chosen(numbers, tuple(coming), tuple(row.to for row in rows))
    subjects = tuple(dict.fromkeys(party for row in rows for party in row.parties))
    with visit.means.database.write() as connection:
        did = act(connection, chosen)
        number = record_act(connection, Act(visit.now, visit.who.name, kind, did.text, subjects, did.undo))
    return visit.done(number, visit.form.text("terug") or "/post")


def _asked(visit: Visit, found: Outgoing, kind: str) -> list[Row]:
    """The rows that are meant and to which this can be done; raises Refused and Stale."""
    which = visit.form.text("welke", "aangevinkt")
    everything = [*found.held, *found.ready, *(row for day in found.days for row in day.rows)]
    if which == "aangevinkt":
        names = visit.form.many("mail")
        if not names:
            raise Refused("U hebt geen mail aangevinkt.", "Vink eerst aan welke mails u bedoelt.")
        by_name = {row.name: row for row in everything}
        if missing := [name for name in names if name not in by_name]:
            raise Stale(
                "Deze mail is intussen weg, of veranderd." if len(missing) == 1 else "Deze mails zijn intussen weg.",
                "Bekijk de lijst opnieuw en beslis dan. Er is niets veranderd.",
            )
        rows = [by_name[name] for name in names]
    elif which == "wacht":
        rows = list(found.held)
    elif which == "klaar":
        rows = list(found.ready)
    elif which.startswith(ALIKE):
        together = (DayOfPost(visit.today, found.held), DayOfPost(visit.today, found.ready), *found.days)
        rows = [row for each in together for row in each.alike(which.removeprefix(ALIKE))]
    else:
        day = _day(which)
        rows = [row for each in found.days if each.day == day for row in (*each.ready, *each.rows)]
    fit = [row for row in rows if row.whole and _fits(row, kind)]
    if not fit:
        raise Refused(
            "Bij deze mails is er niets tegen te houden." if kind == HOLD else "Van deze mails wacht er geen.",
            "Bekijk de lijst opnieuw.",
        )
    return fit


def _fits(row: Row, kind: str) -> bool:
    if kind == HOLD:
        return row.may_hold
    return row.may_release if kind == RELEASE else row.state == "held"


def _sight(visit: Visit) -> Sight:
    return Sight(visit.scope, visit.query.get("zoek", "").strip(), visit.query.get("partij", ""))


def _sight_of_form(visit: Visit) -> Sight:
    return Sight(visit.scope, visit.form.text("zoek"), visit.form.text("partij"))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def undo_hold(visit: Visit, taking: TakingBack) -> None:
    """What was held goes on its way again."""
    post_acts.undo_hold(taking.connection, taking.act.undo, visit.means, visit.now)


def undo_release(_visit: Visit, taking: TakingBack) -> None:
    """What was let go, and did not leave, waits again."""
    post_acts.undo_release(taking.connection, taking.act.undo)


def undo_drop(visit: Visit, taking: TakingBack) -> None:
    """What was taken back waits for the bureau again."""
    post_acts.undo_drop(taking.connection, taking.act.undo, visit.means, visit.now)


ROUTES = (
    page("/post", show, READERS),
    action("/post/houd-tegen", hold, ACTORS),
    action("/post/geef-vrij", release, ACTORS),
    action("/post/laat-vervallen", drop, ACTORS),
)
UNDO = {HOLD: undo_hold, RELEASE: undo_release, DROP: undo_drop}
FIXED = {HOLD: held_fixed, RELEASE: released_fixed, DROP: dropped_fixed}
