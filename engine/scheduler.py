"""The ticker: tick and deliver each minute, plan each night. It holds no state; the truth is in the tables."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from engine.app.agendas import refresh
from engine.app.alarms import tell_bureau
from engine.app.clock_guard import watch_clock
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.holding import hold_after_standstill
from engine.app.inbox import read_inbox, summary
from engine.app.means import Means
from engine.app.nightly import PLAN_HOUR, nightly
from engine.app.stages import settle_tonight
from engine.app.tick import decide_all
from engine.core.localtime import OFFICE
from engine.core.ports import Channel, Clock, MailReading
from engine.core.problem import Refused
from engine.core.rule import Rulebook
from engine.store.health import failing, note_failure, note_success
from engine.store.replies import note_readable, note_unreadable, unreadable_since

READ_SECONDS = 300
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Work:
    """What the ticker calls. `rulebook` gives the applied one, None before the first plan; `reading` the mailbox."""

    means: Means
    channel: Channel
    clock: Clock
    rulebook: Callable[[], Rulebook | None]
    reading: MailReading | None = None


def run_until_stopped(work: Work, *, seconds: int = 60) -> None:
    """Ticks every `seconds` until SIGTERM or SIGINT; a tick under way is finished first."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    with ticking(work, seconds=seconds):
        stop.wait()


@contextmanager
def ticking(work: Work, *, seconds: int = 60) -> Iterator[None]:
    """Ticks every `seconds` in a thread of its own while the block runs; a tick under way is finished first."""
    ticker = BackgroundScheduler(timezone=OFFICE)
    once = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    ticker.add_job(tick, IntervalTrigger(seconds=seconds), [work], next_run_time=work.clock(), **once)
    ticker.add_job(plan, CronTrigger(hour=PLAN_HOUR, timezone=OFFICE), [work], **once)
    if work.reading is None:
        with suppress(Refused):
            _forget_mailbox(work)
    else:
        # Beside the ticks: a mail server that does not answer keeps no mail from leaving.
        ticker.add_job(read, IntervalTrigger(seconds=READ_SECONDS), [work], next_run_time=work.clock(), **once)
    ticker.start()
    log.info("gestart", elke_seconden=seconds)
    try:
        yield
    finally:
        ticker.shutdown(wait=True)
        work.channel.close()
        log.info("gestopt")


def tick(work: Work) -> None:
    """One round: decide, compose, deliver, agendas. What goes wrong is logged and tried again at the next tick."""
    now = work.clock()
    try:
        watch_clock(work.means.database, now)
        held = hold_after_standstill(work.means, now)
        if held is not None:
            log.error("het programma stond stil", vastgehouden=held)
        events = [*decide_all(work.means, now), *compose(work.means, now)]
        tell_bureau(work.means, now)
        done = deliver(work.means, work.channel, now, work.clock)
        made = refresh(work.means, now)
    except Refused as refused:
        log.error("tick mislukt", reden=refused.message, remedie=refused.hint, opdracht=" ".join(refused.command))
        _remember(work, refused.message)
        return
    except Exception as error:
        log.exception("tick mislukt door een onbekende fout")
        _remember(work, f"Een onbekende fout ({type(error).__name__}).")
        return
    _remember(work, "")
    if done.stopped:
        log.error("versturen gestopt", reden=done.stopped)
    if events or done.sent or made:
        log.info("tick", gebeurtenissen=len(events), verstuurd=done.sent, agendas=made)


def plan(work: Work) -> None:
    """The nightly plan: stores only what touches no open task and adds no mail in the coming two weeks."""
    now = work.clock()
    try:
        watch_clock(work.means.database, now)
        rulebook = work.rulebook()
        if rulebook is not None:
            stored, left = nightly(work.means, rulebook, now)
            settle_tonight(work.means, now)
            log.info("plan", opgeslagen=stored, voorstel=left)
    except Refused as refused:
        log.error("plan mislukt", reden=refused.message, remedie=refused.hint, opdracht=" ".join(refused.command))
    except Exception:
        log.exception("plan mislukt door een onbekende fout")


def read(work: Work) -> None:
    """One look at the mailbox. What goes wrong is logged, kept for doctor and tried again at the next one."""
    if work.reading is None:
        return
    try:
        found = read_inbox(work.means, work.reading, work.clock())
    except Refused as refused:
        log.error("postbus lezen mislukt", reden=refused.message, remedie=refused.hint)
    except Exception as error:
        log.exception("postbus lezen mislukt door een onbekende fout")
        with suppress(Refused), work.means.database.write() as connection:
            hint = "Kijk in het logboek van het programma wat er misgaat."
            note_unreadable(connection, f"Een onbekende fout ({type(error).__name__}).", hint, work.clock())
    else:
        if found.trouble:
            log.error("postbus niet te lezen", reden=found.trouble, remedie=found.hint)
        if found.handled:
            log.info("postbus gelezen", uitkomst=summary(found))


def _forget_mailbox(work: Work) -> None:
    """A mailbox that is no longer read cannot be unreadable."""
    with work.means.database.read() as connection:
        if unreadable_since(connection) is None:
            return
    with work.means.database.write() as connection:
        note_readable(connection)


def _remember(work: Work, failure: str) -> None:
    """So that doctor tells of a worker that runs but whose rounds all fail. It writes only when that changes."""
    with suppress(Refused):
        with work.means.database.read() as connection:
            if (failing(connection) is None) == (not failure):
                return
        with work.means.database.write() as connection:
            if failure:
                note_failure(connection, failure, work.clock())
            else:
                note_success(connection)
