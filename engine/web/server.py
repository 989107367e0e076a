"""The site on a port, by uvicorn, until it is told to stop."""

from __future__ import annotations

import socket

import uvicorn

from engine.core.problem import Refused
from engine.web.site import build
from engine.web.visit import Site


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, so that it is known before anything starts that the port is free; 0 picks one.

    Raises Refused.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    plug = socket.socket(family)
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        plug.bind((host, port))
    except (OSError, OverflowError) as error:
        plug.close()
        raise Refused(
            f"Poort {port} op {host} is niet te gebruiken.",
            "Misschien draait het programma al. Kies anders een andere poort, bijvoorbeeld: --port 8081",
        ) from error
    return plug


def serve(site: Site, plug: socket.socket) -> None:
    """Serves the pages until SIGTERM or SIGINT. Addresses are not logged: some hold a secret."""
    config = uvicorn.Config(
        build(site), log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5
    )
    uvicorn.Server(config).run(sockets=[plug])
