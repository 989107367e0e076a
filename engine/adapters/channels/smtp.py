"""Hands messages to the relay: one loop, one connection kept open, one message at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import lru_cache
from typing import TypeVar

from aiosmtplib.email import parse_address

from engine.adapters.channels.smtp_line import Line, caught_up, open_line
from engine.adapters.channels.smtp_verdict import Failure, told
from engine.core.ports import DeliveryError, Reached, Verdict, no_matter
from engine.core.settings import Relay

T = TypeVar("T")


class SmtpChannel:
    """A Channel to one relay (RFC 5321). Safe to call from several threads; they wait for each other.

    `timeout` (seconds) bounds each step, `answer_timeout` the answer to the final dot (RFC 5321 4.5.3.2.6 asks for
    600); a connection unused for `idle` seconds is asked with NOOP before it is used again. `reached` hears of each
    point that a message gets to.
    """

    for_trials = False

    def __init__(
        self,
        relay: Relay,
        *,
        timeout: float = 60.0,
        answer_timeout: float = 600.0,
        idle: float = 30.0,
        reached: Reached = no_matter,
    ) -> None:
        self._relay = relay
        self._where = f"{relay.host}:{relay.port}"
        self._timeout = timeout
        self._answer_timeout = answer_timeout
        self._idle = idle
        self._reached = reached
        self._one_at_a_time = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._line: Line | None = None

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        """Returns when the relay took the message; raises DeliveryError, after which the connection is dropped.

        `on_data` runs in the caller's thread after the 354 and before the first byte of the body; what it raises is
        passed on and the message is not sent.
        """
        _check(sender, "config", "[swv] postbus in config.toml")
        _check(recipient, "never", "het e-mailadres in het register")
        with self._one_at_a_time:
            try:
                line = self._run(self._offer(raw, sender, recipient))
                on_data()
                self._run(line.hand_over(raw, self._answer_timeout, self._reached))
            except Failure as failure:
                self._run(self._drop())
                raise told(failure, self._where) from failure
            except BaseException:
                self._run(self._drop())
                raise

    def close(self) -> None:
        """Says QUIT, after the message under way; a later `deliver` starts afresh."""
        with self._one_at_a_time:
            if self._loop is None:
                return
            self._run(self._hang_up())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()
            self._loop = None

    async def _offer(self, raw: bytes, sender: str, recipient: str) -> Line:
        """Everything up to the 354."""
        line, encoding = await self._opened_with_mail(raw, sender, recipient)
        self._reached("mail")
        await line.rcpt(recipient, encoding)
        self._reached("rcpt")
        await line.data()
        self._reached("data")
        return line

    async def _opened_with_mail(self, raw: bytes, sender: str, recipient: str) -> tuple[Line, str]:
        """A line on which MAIL was accepted, and how its addresses are written.

        A kept line that turns out dead is replaced once and silently, for nothing of the message was sent.
        """
        if kept := await self._kept_line():
            try:
                return kept, await _mail(kept, raw, sender, recipient, self._where)
            except Failure as failure:
                if not failure.line_is_dead:
                    raise
                await self._drop()
        self._line = await open_line(self._relay, self._timeout)
        return self._line, await _mail(self._line, raw, sender, recipient, self._where)

    async def _kept_line(self) -> Line | None:
        if self._line is None:
            return None
        await caught_up()
        unused = asyncio.get_running_loop().time() - self._line.used
        # Open last: a line that closes forgets what the server offers, and nothing may happen between this and MAIL.
        if (unused < self._idle or await self._line.still_there()) and self._line.is_open:
            return self._line
        await self._drop()
        return None

    async def _drop(self) -> None:
        if self._line is not None:
            self._line.abort()
            self._line = None
            await asyncio.sleep(0)

    async def _hang_up(self) -> None:
        if self._line is not None:
            await self._line.quit()
            self._line = None
            # Lets a connection that was told to close do so.
            await asyncio.sleep(0)

    def _run(self, work: Coroutine[object, object, T]) -> T:
        """Does the work on the loop, which stands still in between: a thread of its own would cost a third more."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        task = self._loop.create_task(work)
        try:
            return self._loop.run_until_complete(task)
        except BaseException:
            if not task.done():
                # Interrupted: what is left of it must not go on when the loop runs again.
                task.cancel()
                with suppress(asyncio.CancelledError):
                    self._loop.run_until_complete(task)
            raise


async def _mail(line: Line, raw: bytes, sender: str, recipient: str, where: str) -> str:
    """MAIL with the options that these bytes and addresses need; returns how the addresses are encoded."""
    options = [] if raw.isascii() or not line.offers("8bitmime") else ["BODY=8BITMIME"]
    if sender.isascii() and recipient.isascii():
        encoding = "ascii"
    elif line.offers("smtputf8"):
        encoding = "utf-8"
        options.append("SMTPUTF8")
    else:
        raise _no_smtputf8(sender, where)
    await line.mail(sender, options, encoding)
    return encoding


def _check(address: str, verdict: Verdict, remedy: str) -> None:
    """Refuses what is not exactly one address: aiosmtplib would send to the first of two."""
    if not _is_one_address(address):
        raise DeliveryError(verdict, f"{address!r} is geen geldig e-mailadres. Controleer {remedy}.")


@lru_cache(maxsize=1024)
def _is_one_address(address: str) -> bool:
    try:
        return parse_address(address) == address and "@" in address and address.isprintable()
    except ValueError:
        return False


def _no_smtputf8(sender: str, where: str) -> DeliveryError:
    what = f"De mailserver {where} kan geen e-mailadres aan met letters buiten a-z, zoals é of ü."
    if not sender.isascii():
        return DeliveryError("config", f"{what} Controleer [swv] postbus in config.toml.")
    return DeliveryError("never", f"{what} Controleer het e-mailadres in het register.")
