"""Says hello to the relay and goes away again: nothing is sent."""

from __future__ import annotations

import asyncio
import errno
import socket

from engine.adapters.channels.smtp_line import open_line
from engine.adapters.channels.smtp_verdict import Failure, told
from engine.core.ports import DeliveryError
from engine.core.settings import Relay

PATIENCE = 3.0
# What the system says when this machine reaches nothing at all, or no name server.
_NO_NETWORK = (errno.ENETUNREACH, errno.ENETDOWN)


class NoNetwork(Exception):
    """The relay was not asked, because this machine has no network."""


def knock(relay: Relay, patience: float = PATIENCE) -> None:
    """Connects, encrypts, logs in and leaves, each step within `patience` seconds.

    Raises DeliveryError with a verdict in Dutch, or NoNetwork.
    """
    try:
        asyncio.run(_knock(relay, patience))
    except Failure as failure:
        raise told(failure, f"{relay.host}:{relay.port}") from failure
    except DeliveryError as error:
        if _no_network(error):
            raise NoNetwork(error.message) from error
        raise


async def _knock(relay: Relay, patience: float) -> None:
    line = await open_line(relay, patience)
    await line.quit()


def _no_network(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return cause.errno == socket.EAI_AGAIN
        if isinstance(cause, OSError) and cause.errno in _NO_NETWORK:
            return True
        cause = cause.__cause__ or cause.__context__
    return False
