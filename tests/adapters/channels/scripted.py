"""An SMTP server that does as it is told: answers, breaks the line or stays silent, in each phase."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO, Self

BREAK = "break"
BREAK_HALFWAY = "break halfway"
SILENCE = "silence"
GARBAGE = "?? dit is geen SMTP"
SLOWLY = "slowly "  # before an answer

Script = Mapping[str, str | Sequence[str]]


class ScriptedServer:
    """Listens on loopback. Each connection follows its script in turn; the last script goes on for the rest.

    A script maps a phase (greeting, ehlo, noop, auth, mail, rcpt, data, body, dot, taken) to what happens then; a
    list is used up, one each time the phase comes, and then all is well. `body` is the moment after the 354 and
    `taken` the moment after the answer to the dot.
    """

    def __init__(self, *scripts: Script, offers: Sequence[str] = ()) -> None:
        self.commands: list[str] = []
        self.messages: list[bytes] = []
        self.body_bytes = 0
        self.connections = 0
        self.hung_up = threading.Event()
        self.released = threading.Event()
        self._scripts = deque(scripts or ({},))
        self._offers = offers
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket()
        # Small, so that a body of some megabytes does not fit into the line.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        for opened in (self._listener, *self._open):
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            # What is said unasked must not wait for the other side's acknowledgement.
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            script = self._scripts.popleft() if len(self._scripts) > 1 else self._scripts[0]
            self.connections += 1
            self._open.append(line)
            self._start(self._converse, line, _Acts(script))

    def _converse(self, line: socket.socket, acts: _Acts) -> None:
        try:
            with line, line.makefile("rb") as heard:
                self._answer_all(line, heard, acts)
        except OSError:
            pass
        finally:
            self.hung_up.set()

    def _answer_all(self, line: socket.socket, heard: BinaryIO, acts: _Acts) -> None:
        going = self._act(line, heard, acts.next("greeting", "220 relay.example ESMTP"))
        while going and (command := heard.readline()):
            self.commands.append(command.decode("utf-8", "replace").rstrip())
            verb = command.split()[0].decode("ascii", "replace").casefold() if command.split() else ""
            match verb:
                case "quit":
                    line.sendall(b"221 bye\r\n")
                    return
                case "data":
                    going = self._data(line, heard, acts)
                case _:
                    going = self._act(line, heard, acts.next(verb, self._usual(verb)))

    def _usual(self, verb: str) -> str:
        if verb == "auth":
            return "235 welcome"
        if verb == "ehlo":
            names = ("relay.example", *self._offers)
            return "\r\n".join(f"250{' ' if name is names[-1] else '-'}{name}" for name in names)
        return "250 OK"

    def _data(self, line: socket.socket, heard: BinaryIO, acts: _Acts) -> bool:
        answer = acts.next("data", "354 go on")
        if not answer.startswith("354"):
            return self._act(line, heard, answer)
        line.sendall(answer.encode() + b"\r\n")
        if not self._before_body(line, heard, acts.next("body", "")):
            return False
        lines: list[bytes] = []
        while (text := heard.readline()) != b".\r\n":
            if not text:
                return False
            self.body_bytes += len(text)
            lines.append(text.removeprefix(b"."))
        answer = acts.next("dot", "250 taken")
        if answer.removeprefix(SLOWLY).startswith("250"):
            self.messages.append(b"".join(lines))
        return self._act(line, heard, answer) and acts.next("taken", "") != BREAK

    def _before_body(self, line: socket.socket, heard: BinaryIO, act: str) -> bool:
        if act == BREAK_HALFWAY:
            heard.read(1024)
            # Closes with a reset instead of a farewell.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if act == SILENCE:
            # Does not even read.
            self.released.wait(5)
            return False
        return act == "" or self._act(line, heard, act)

    def _act(self, line: socket.socket, heard: BinaryIO, act: str) -> bool:
        """Does one thing; False when the conversation is over."""
        if act == BREAK:
            return False
        if act == SILENCE:
            heard.read()
            return False
        if act.startswith(SLOWLY):
            time.sleep(0.3)
        line.sendall(act.removeprefix(SLOWLY).encode() + b"\r\n")
        return True


class _Acts:
    """One connection's own copy of a script."""

    def __init__(self, script: Script) -> None:
        self._always = {phase: act for phase, act in script.items() if isinstance(act, str)}
        self._once = {phase: deque(acts) for phase, acts in script.items() if not isinstance(acts, str)}

    def next(self, phase: str, usual: str) -> str:
        if self._once.get(phase):
            return self._once[phase].popleft() or usual
        return self._always.get(phase, usual)
