"""One request as a page meets it: who comes, when, with what form; and the ways to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from engine.app.means import Means
from engine.core.localtime import local_date
from engine.core.ports import Clock, Passwords
from engine.core.problem import Refused
from engine.core.user import User, scope_of
from engine.core.vitals import HealthLine
from engine.store.acts import Act, load_act
from engine.web.files_on_disk import FilesOnDisk
from engine.web.paper import PAPER
from engine.web.throttle import Throttle
from engine.web.vitals import line_of
from engine.wiring import Workspace, passwords

if TYPE_CHECKING:
    from engine.web.routes import Page

DONE = "gedaan"


class NotFound(Exception):
    """There is no such page or thing, or it is not for this user: which of the two is not told."""


class Stale(Exception):
    """What the user decided on has changed meanwhile; nothing was done. The Dutch text says what."""

    def __init__(
        self, message: str = "Het plan is verouderd.", hint: str = "Bekijk het opnieuw en beslis dan."
    ) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form; `name` is what the sender calls it, and is never used as a path."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form: texts without their outer blanks."""

    fields: Sequence[tuple[str, str]] = ()
    uploads: Sequence[tuple[str, Upload]] = ()

    def text(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return next((value.strip() for key, value in self.fields if key == name), default)

    def raw(self, name: str) -> str:
        """The first value as it was typed, with line ends as \\n."""
        return next((value.replace("\r\n", "\n") for key, value in self.fields if key == name), "")

    def many(self, name: str) -> tuple[str, ...]:
        """Every value of a field, each once, in order."""
        return tuple(dict.fromkeys(value.strip() for key, value in self.fields if key == name and value.strip()))

    def day(self, name: str, what: str = "De datum") -> date:
        """A date as a date field gives it; raises Refused."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise Refused(f"{what} is geen datum.", "Kies een dag in de kalender.") from None

    def files(self, name: str) -> tuple[Upload, ...]:
        """The files of a field; one left empty counts as none."""
        return tuple(upload for key, upload in self.uploads if key == name and upload.name)


@dataclass(frozen=True)
class Site:
    """What pages work with. `secure`: the site is reached over https; `demo`: a made-up SWV."""

    place: Workspace
    means: Means
    clock: Clock
    secure: bool = False
    demo: bool = False
    undo: Mapping[str, Undo] = field(default_factory=dict)
    fixed: Mapping[str, Fixed] = field(default_factory=dict)
    passwords: Passwords = field(default_factory=passwords)
    throttle: Throttle = field(default_factory=Throttle)
    files: FilesOnDisk = field(default_factory=FilesOnDisk)
    # What is done once the answer is gone, so that its time tells nothing: one thing at a time, and all of it.
    later: Executor = field(default_factory=partial(ThreadPoolExecutor, 1))


@dataclass(frozen=True, slots=True)
class TakingBack:
    """An act that is being taken back, and the transaction in which that happens.

    `put_back` is called, the last first, when the transaction fails: for what it cannot put back itself.
    """

    act: Act
    connection: Connection
    put_back: list[Callable[[], None]]


# Takes an act back, and says in Dutch what of it could not be; raises Refused where nothing can be any more.
Undo = Callable[["Visit", TakingBack], "str | None"]
# Of acts of one kind those that cannot be taken back any more, by number, with the reason in Dutch.
Fixed = Callable[[Connection, Sequence[Act]], Mapping[int, str]]


@dataclass(frozen=True)
class Visit:
    """One request. `user` is None on pages for everyone unless somebody is logged in."""

    request: Request
    site: Site
    page: Page
    user: User | None
    now: datetime
    form: Form

    @property
    def means(self) -> Means:
        """The store, the settings and the ports."""
        return self.site.means

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the ? in the address."""
        return self.request.query_params

    @property
    def path(self) -> Mapping[str, Any]:
        """The parts of the address that the route names."""
        return self.request.path_params

    @property
    def today(self) -> date:
        """The office's date."""
        return local_date(self.now)

    @property
    def who(self) -> User:
        """The user; only on pages that ask for one."""
        if self.user is None:
            raise NotFound
        return self.user

    @cached_property
    def scope(self) -> frozenset[str] | None:
        """The parties this user may see; None for all."""
        user = self.who
        if user.role != "consulent":
            return None
        with self.means.database.read() as connection:
            return scope_of(user, self.means.register(connection), self.today)

    def must_see(self, party: str) -> None:
        """Raises NotFound for a party outside this user's scope."""
        if self.scope is not None and party not in self.scope:
            raise NotFound

    @cached_property
    def health(self) -> HealthLine:
        """Is all well? Two statements at most."""
        return line_of(self.means, self.site.files.problems(self.site.place), self.now)

    @property
    def address(self) -> str:
        """This page's own address on the site, with its filter, without what was just done.

        What a form led to has none of its own: there it is the page that the form was on.
        """
        if self.request.method == "POST":
            path, _, query = here(self.form.text("terug")).partition("?")
            query = "&".join(_without_done(query))
            return f"{path}?{query}" if query else path
        kept = [(key, value) for key, value in self.request.query_params.multi_items() if key != DONE]
        return self.request.url.path + (f"?{urlencode(kept)}" if kept else "")

    def with_query(self, **changes: object) -> str:
        """This page's address with other values in its filter; an empty one is left out."""
        kept = {key: value for key, value in self.request.query_params.multi_items() if key != DONE}
        kept |= {key: "" if value is None else str(value) for key, value in changes.items()}
        filled = {key: value for key, value in kept.items() if value}
        return self.request.url.path + (f"?{urlencode(filled)}" if filled else "")

    def fixed(self, acts: Iterable[Act]) -> dict[int, str]:
        """Those of these acts that could be taken back and cannot any more, with the reason."""
        by_kind: dict[str, list[Act]] = {}
        for act in acts:
            if act.undo is not None and act.undone_at is None and act.kind in self.site.fixed:
                by_kind.setdefault(act.kind, []).append(act)
        found: dict[int, str] = {}
        if by_kind:
            with self.means.database.read() as connection:
                for kind, same in by_kind.items():
                    found |= self.site.fixed[kind](connection, same)
        return found

    def render(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A page in words; `template` is a file in templates/."""
        return HTMLResponse(PAPER.get_template(template).render(visit=self, done=self._done(), **values), status)

    def done(self, act: int, back: str) -> Response:
        """On to a page of this site, which tells what was just done."""
        path, _, query = here(back).partition("?")
        return RedirectResponse(f"{path}?{'&'.join([*_without_done(query), f'{DONE}={act}'])}", 303)

    def go(self, back: str) -> Response:
        """On to a page of this site."""
        return RedirectResponse(here(back), 303)

    def _done(self) -> Act | None:
        number = self.query.get(DONE, "")
        if self.user is None or not number.isdecimal() or len(number) > 9:
            return None
        with self.means.database.read() as connection:
            act = load_act(connection, int(number))
        return act if act is not None and act.by == self.user.name else None


def _without_done(query: str) -> list[str]:
    return [part for part in query.split("&") if part and not part.startswith(f"{DONE}=")]


def here(back: str) -> str:
    """The address when it is one of this site, else the first page: a form never leads elsewhere."""
    parts = urlsplit(back)
    plain = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if plain and not parts.scheme and not parts.netloc else "/"
