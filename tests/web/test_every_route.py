"""What holds for every route of the site: who may come there, where forms come from, headers, GET changes nothing.

A new route is in here by itself. Where no page leads to it, `tests/web/full.py` must say where it is.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from engine.core.action import ACTIONS
from engine.core.user import UserRole
from engine.store.messages import all_messages
from engine.store.tasks import load_tasks
from engine.web.places import PLACES
from engine.web.routes import Page
from engine.web.site import build
from tests.web.desk import ADDRESS, Desk
from tests.web.full import TALK, a_full_desk
from tests.web.said import said, words_of_the_code
from tests.web.walk import GETS, PAGES, POSTS, Walk, Watch, allowed, named, put_back, route_of, walked
from tests.workspaces import run

pytestmark = pytest.mark.slow

ROLES: tuple[UserRole, ...] = ("bureau", "consulent", "lezer")
MARKUP = "\"'><script>alert(1)</script><b onclick=x>"
# What is typed at the command line.
TYPED = re.compile(r"(?<![\w-])--[a-z][\w-]*|python3? -m \w+|\b(?:plan|import|init) [A-Z]{3,}")
# Wrong in another way each: what must be chosen is not there, no reason, no day, a day long past.
WRONG_FORMS: tuple[dict[str, str], ...] = (
    {"doe": "onbekend", "taak": "bestaat.niet", "reden": "", "tot": "", "rol": "koning"},
    {"dag": "2001-01-01", "tot": "2001-01-01", "datum": "2001-01-01", "stap": "door", "code": "0", "zegel": "0"},
)
ELSEWHERE = ({"Origin": "https://kwaad.example"}, {"Origin": "null"}, {}, {"Origin": f"{ADDRESS}.kwaad.example"})


@dataclass
class Whole:
    """A desk with something of everything, a copy of its database, and what each role met there."""

    desk: Desk
    watch: Watch
    clients: dict[UserRole | None, TestClient]
    starts: dict[str, str]
    secrets: tuple[str, ...]
    copy: Path
    walks: dict[UserRole, Walk] = field(default_factory=dict)

    def walk(self, role: UserRole = "bureau") -> Walk:
        """What that role met."""
        if role not in self.walks:
            before = self.watch.content()
            self.walks[role] = walked(self.clients[role], self.watch, self.starts)
            assert self.watch.content() == before
        return self.walks[role]

    def address(self, page: Page) -> str:
        """Where the bureau met the route."""
        return self.walk().address(page)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """One for this module."""
    folder: Path = tmp_path_factory.mktemp("every") / "w"
    desk, starts = a_full_desk(folder)
    clients: dict[UserRole | None, TestClient] = {role: desk.client(role) for role in (*ROLES, None)}
    watch = Watch(desk)
    copy = folder.parent / "whole.sqlite"
    assert desk.means.database.file is not None
    with closing(sqlite3.connect(desk.means.database.file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    secrets = tuple(
        address.rpartition("/")[2].removesuffix(".ics")
        for path, address in starts.items()
        if path.rpartition("/")[2].startswith("{token}")
    )
    yield Whole(desk, watch, clients, starts, secrets, copy)
    watch.close()
    desk.means.database.close()


def test_the_site_has_routes_and_none_twice() -> None:
    assert len(GETS) > 10
    assert len(POSTS) > 5
    assert len({(page.method, page.path) for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_the_route_is_met(whole: Whole, page: Page) -> None:
    """A link, a form or a mail leads to it; without that the tests below would test nothing."""
    assert whole.address(page)


@pytest.mark.parametrize("page", GETS, ids=named)
def test_looking_changes_nothing_and_shows_something(whole: Whole, page: Page) -> None:
    address, seen = whole.walk().seen[page]
    assert seen.status in (200, 303), f"{address}\n{seen.text[:500]}"
    assert not seen.changed, address


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES[1:])
def test_another_role_that_looks_changes_nothing_either(whole: Whole, role: UserRole) -> None:
    for page, (address, seen) in whole.walk(role).seen.items():
        assert seen.status in ((200, 303) if allowed(page, role) else (404,)), f"{address}\n{seen.text[:500]}"
        assert not seen.changed, address


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_looking_with_filters_and_sorting_changes_nothing_either(whole: Whole, role: UserRole) -> None:
    for _, address, seen in walked(whole.clients[role], whole.watch, whole.starts, looks=6).more:
        assert seen.status in (200, 303), f"{role}: {address}\n{seen.text[:500]}"
        assert not seen.changed, f"{role}: {address}"


@pytest.mark.slow
@pytest.mark.parametrize("page", GETS, ids=named)
def test_head_is_as_get_and_changes_nothing(whole: Whole, page: Page) -> None:
    before = whole.watch.version()
    answer = whole.clients["bureau"].head(whole.address(page))
    assert answer.status_code == whole.walk().seen[page][1].status
    assert whole.watch.version() == before


@pytest.mark.parametrize("page", GETS, ids=named)
def test_the_answer_has_the_headers_that_keep_others_out(whole: Whole, page: Page) -> None:
    """OWASP ASVS 5.0, 3.4 and 14.3."""
    address, seen = whole.walk().seen[page]
    headers = seen.headers
    # A calendar program keeps what it fetched for a while; it is no shared place.
    assert headers["cache-control"] == "private, max-age=900" if page.broken else "no-store" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"
    secret = "{token}" in page.path
    assert headers["referrer-policy"] == ("no-referrer" if secret else "same-origin"), address
    policy = {part.split()[0]: part.split()[1:] for part in headers["content-security-policy"].split(";")}
    assert policy["frame-ancestors"] in (["'none'"], ["'self'"])
    assert "'none'" in policy["default-src"]
    assert not any(bad in headers["content-security-policy"] for bad in ("unsafe-eval", "http:", "https:", "*"))
    if not page.bare:
        assert policy["frame-ancestors"] == ["'none'"]
        assert "unsafe-inline" not in headers["content-security-policy"]
    if "text/html" in headers.get("content-type", "") and not page.bare:
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", seen.text, re.IGNORECASE), address
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', seen.text.replace(ADDRESS, "")), address


@pytest.mark.parametrize("page", [page for page in PAGES if page.audience is not None], ids=named)
def test_who_may_not_come_there_finds_nothing(whole: Whole, page: Page) -> None:
    """Another role: there is no such page. Nobody: the login page, or for a form that one is not logged in."""
    before, address = whole.watch.version(), whole.address(page)
    for role, client in whole.clients.items():
        if allowed(page, role):
            continue
        answer = client.request(page.method, address)
        if role is not None:
            assert answer.status_code == 404, role
        elif page.method == "GET":
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/inloggen")
        else:
            assert answer.status_code == 401
    assert whole.watch.version() == before


@pytest.mark.parametrize("page", POSTS, ids=named)
def test_a_form_from_elsewhere_does_nothing(whole: Whole, page: Page) -> None:
    client, before = whole.clients["bureau"], whole.watch.version()
    for headers in ELSEWHERE:
        request = client.build_request("POST", whole.address(page), headers=headers)
        if "Origin" not in headers:
            del request.headers["Origin"]
        assert client.send(request).status_code == 403, headers
    assert whole.watch.version() == before


@pytest.mark.slow
@pytest.mark.parametrize("page", POSTS, ids=named)
def test_an_empty_form_is_no_fault_of_ours(whole: Whole, page: Page) -> None:
    """From a page without referrer, which says `Origin: null` and, by the browser's word, the same site."""
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    client = whole.desk.client("bureau")
    answer = client.post(whole.address(page), headers=headers)
    put_back(whole.desk, whole.copy)
    assert answer.status_code in (200, 303, 404, 409, 422, 429), answer.text
    # A GET with the address of a form is a page of its own, or nothing.
    assert whole.clients["bureau"].get(whole.address(page)).status_code in (200, 303, 404, 405)


@pytest.mark.slow
@pytest.mark.parametrize("page", POSTS, ids=named)
def test_what_is_refused_is_told_in_words_for_a_page(whole: Whole, page: Page) -> None:
    """Each button of a page and each field of its form, wrong: never an option, never a command to type."""
    client, code = whole.desk.client("bureau"), words_of_the_code(whole.desk)
    for form in ({}, *WRONG_FORMS):
        answer = client.post(whole.address(page), data=form)
        put_back(whole.desk, whole.copy)
        assert not TYPED.search(answer.text), TYPED.findall(answer.text)
        assert not code.search(said(answer.text)), code.findall(said(answer.text))


@pytest.mark.slow
@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_that_is_refused_is_told_so_too(whole: Whole, action: str) -> None:
    """Without its reason or day, and on a task that is in no state for it."""
    client, code = whole.desk.client("bureau"), words_of_the_code(whole.desk)
    with whole.desk.means.database.read() as connection:
        keys = {task.state: task.plan.key for task in load_tasks(connection)}
    for key in keys.values():
        for form in ({"stap": "doe"}, {"stap": "doe", "dag": "2001-01-01", "tekst": "Gebeld.", "reden": "Gebeld."}):
            answer = client.post("/taken/doe", data={"actie": action, "taak": key, **form})
            put_back(whole.desk, whole.copy)
            assert not TYPED.search(answer.text), TYPED.findall(answer.text)
            assert not code.search(said(answer.text)), code.findall(said(answer.text))


@pytest.mark.parametrize("page", GETS, ids=named)
def test_a_page_names_no_command_to_type(whole: Whole, page: Page) -> None:
    _, seen = whole.walk().seen[page]
    assert not TYPED.search(seen.text), TYPED.findall(seen.text)


@pytest.mark.slow
def test_no_page_and_no_list_for_excel_says_a_word_of_the_code(whole: Whole) -> None:
    """Nor a mail, nor the Logboek: each route is looked at with several filters."""
    code = words_of_the_code(whole.desk)
    walk = walked(whole.clients["bureau"], whole.watch, whole.starts, looks=4)
    seen = [*walk.seen.values(), *((address, one) for _, address, one in walk.more)]
    said_by = [(address, said(one.text)) for address, one in seen if "text/html" in one.headers.get("content-type", "")]
    files = [address for address, _ in seen if "als=xlsx" in address]
    as_text = {address: whole.clients["bureau"].get(address.replace("als=xlsx", "als=csv")).text for address in files}
    assert len(as_text) > 4
    said_by += as_text.items()
    assert [(where, word[0]) for where, text in said_by for word in code.finditer(text)] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_page_offers_nothing_that_its_reader_may_not_do(whole: Whole, role: UserRole) -> None:
    assert sorted(named(page) for page in whole.walk(role).led_to if not allowed(page, role)) == []


@pytest.mark.parametrize("role", ROLES)
def test_no_link_and_no_form_leads_nowhere(whole: Whole, role: UserRole) -> None:
    walk = whole.walk(role)
    assert sorted(walk.dead) == []
    assert [named(page) for page, (_, seen) in walk.seen.items() if page in walk.led_to and seen.status == 404] == []
    for address, name in PLACES.values():
        assert route_of("GET", address) is not None, name


@pytest.mark.slow
@pytest.mark.parametrize("page", GETS, ids=named)
def test_a_filter_full_of_markup_is_escaped(whole: Whole, page: Page) -> None:
    walk = whole.walk()
    query = "&".join(f"{quote(name)}={quote(MARKUP)}" for name in sorted(walk.filters.get(page, ())) or ["gedaan"])
    address = whole.address(page)
    answer = whole.clients["bureau"].get(f"{address}{'&' if '?' in address else '?'}{query}")
    assert answer.status_code in (200, 303, 404, 422), answer.text
    assert "<script" not in answer.text
    assert "<b onclick" not in answer.text


def test_a_task_stands_under_the_page_that_lists_it(whole: Whole) -> None:
    """In the menu: a gesprek and its appointment, a document, and all that is asked."""
    client = whole.clients["bureau"]
    profile = "/taken/schoolondersteuningsprofiel.v1.10AA00"
    for address, place in (
        (f"/taken/{TALK}", "/gesprekken"),
        (f"/taken/{TALK}/afspraak", "/gesprekken"),
        (profile, "/documenten"),
        ("/taken/thuiszitters.2026-2027.december.10AA00", "/uitvragen"),
    ):
        menu = client.get(address).text.partition('<nav class="menu"')[2].partition("</nav>")[0]
        assert re.findall(r'<a href="([^"]*)" aria-current="page">', menu) == [place], address


def test_a_bestuur_is_not_called_a_school(whole: Whole) -> None:
    """Where the bureau answers for it."""
    client, key = whole.clients["bureau"], "leerlingaantallen.2026-2027.70001"
    assert "Vul in namens het bestuur" in client.get(f"/taken/{key}").text
    asked = client.post("/taken/doe", data={"actie": "invullen", "taak": key}).text
    assert "<h1>Vul in namens het bestuur</h1>" in asked


def test_the_logbook_names_each_person_once_however_it_is_written(whole: Whole) -> None:
    """The full desk was made at the command line by `bureau` and on pages by `Bureau`."""
    page = whole.clients["bureau"].get("/beheer/logboek").text
    names = re.findall(r"<option [^>]*>([^<]*)", page.partition('name="wie"')[2].partition("</select>")[0])
    assert len({name.casefold() for name in names}) == len(names)
    assert "Bureau" in names
    found = whole.clients["bureau"].get("/beheer/logboek?wie=bureau").text
    assert '<option value="bureau" selected>' in found
    assert ">Bureau</td>" in found


@pytest.mark.slow
def test_no_mail_on_the_screen_shows_the_link_of_its_reader(whole: Whole) -> None:
    """Nor at the command line."""
    with whole.desk.means.database.read() as connection:
        numbers = [one.id for one in all_messages(connection) if one.raw is not None]
    folder = str(whole.desk.site.place.folder)
    told = [run("outbox", "show", str(number), "--workspace", folder).out for number in numbers]
    assert not any(secret in text for text in told for secret in whole.secrets)
    assert any("/mijn/…" in text and "De link in deze mail is alleen van de ontvanger." in text for text in told)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_what_lets_somebody_else_in(whole: Whole, role: UserRole) -> None:
    """The link in an invitation stands in its mail, and nowhere on the site; nor in what the database holds."""
    for page, (_, seen) in whole.walk(role).seen.items():
        if "{token}" not in page.path:
            assert not any(secret in seen.text for secret in whole.secrets), page.path
    with closing(sqlite3.connect(whole.copy)) as connection:
        stored = "\n".join(connection.iterdump())
    assert not any(secret in stored for secret in whole.secrets)


@pytest.mark.slow
@pytest.mark.parametrize("page", POSTS, ids=named)
def test_200_megabytes_are_refused_without_being_read(whole: Whole, page: Page) -> None:
    """Whether the sender says how much it is or not."""
    for told in (True, False):
        status, read = _flooded(whole, page, told=told)
        assert status == 413 if told else status in (400, 413)
        assert read <= (0 if told else page.limit + 64 * 1024)


def _flooded(whole: Whole, page: Page, *, told: bool) -> tuple[int, int]:
    """Sends 200 MB in small pieces; the status, and how many bytes were taken."""
    taken, statuses = 0, []
    size, piece = 200 * 1024**2, b"x" * 64 * 1024
    headers = [(b"host", b"localhost:8080"), (b"origin", ADDRESS.encode())]
    headers += [(b"content-type", b"application/x-www-form-urlencoded")]
    headers += [(b"content-length", str(size).encode())] if told else []
    headers += [(b"cookie", "; ".join(f"{n}={v}" for n, v in whole.clients["bureau"].cookies.items()).encode())]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": whole.address(page).partition("?")[0],
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 8080),
    }

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += len(piece)
        return {"type": "http.request", "body": piece, "more_body": taken < size}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(build(whole.desk.site)(scope, receive, send))
    return statuses[0], taken
