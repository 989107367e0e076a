"""Overzicht: at most five times its bare SQL and table, by a fixed number of statements, however much is stored."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment
from sqlalchemy import event

from benchmarks._measure import alone, bound, is_smoke, side_by_side, verdict
from benchmarks._workspace import BEGIN, REPOSITORY, YEAR, Book, a_book, made_up, means_of
from engine.app.overview import overview as read_overview
from engine.app.planning import adopt, apply, propose
from engine.core.choice import Choice
from engine.core.matrix import Line, RoundId
from engine.core.rule import Rule
from engine.core.token import digest_of
from engine.store.database import Database, open_database
from engine.store.register import fill_register
from engine.store.users import add_user, open_session
from engine.web.sessions import cookie_name
from engine.web.site import build
from engine.web.visit import Site
from engine.wiring import Workspace

DEMAND, GROWTH, STATEMENTS = 5.0, 1.3, 12
PAGE_BYTES, MATRIX_BYTES = 150_000, 400_000
SCHOOLS, FEW, MANY, REPEATS = 100, 10, 1_000, 15
SMOKE_SCHOOLS, SMOKE_FEW, SMOKE_MANY, SMOKE_REPEATS = 20, 5, 40, 1
# With the rules of rules/vo a school brings nine or ten tasks: 2,000 and 200,000 of them.
SMALL, LARGE = 211, 21_053
SMOKE_SMALL, SMOKE_LARGE = 21, 211
# Half the year is over: every status occurs.
NOW = BEGIN + timedelta(days=130)
SESSION = "benchmark"
BESTUUR = "70001"
MATRIX = "/?rondes=alle"
# One round asks four times a year, five such rules ask twenty times.
COPIES = 5


@dataclass(slots=True)
class Window:
    """The site of one store, asked without a server between: what a page costs, and what it asked of the store."""

    database: Database
    site: Site
    statements: list[tuple[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app = build(self.site)
        self.runner = asyncio.Runner()
        event.listen(self.database._engine, "before_cursor_execute", self._note)

    app: Any = field(init=False)
    runner: asyncio.Runner = field(init=False)

    def get(self, address: str) -> bytes:
        """The body of a page, for someone of the bureau."""
        status, body = self.runner.run(self._ask(address))
        if status != 200:
            raise RuntimeError(f"{address}: {status}")
        return body

    def asked(self, address: str) -> list[tuple[str, Any]]:
        """The statements that a page takes."""
        self.statements.clear()
        self.get(address)
        return list(self.statements)

    async def _ask(self, address: str) -> tuple[int, bytes]:
        path, _, query = address.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"localhost"), (b"cookie", f"{cookie_name(self.site)}={SESSION}".encode())],
            "client": None,
            "server": ("localhost", 80),
            "root_path": "",
        }
        sent: list[Any] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])

    def _note(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        self.statements.append((statement, parameters))


def twenty_rounds(book: Book) -> tuple[Rule, ...]:
    """Rules that ask each school twenty times a year."""
    rule = next(one for one in book.rulebook.rules if one.id == "thuiszitters")
    return tuple(replace(rule, id=f"{rule.id}-{number}") for number in range(COPIES))


def stored(file: Path, schools: int, twenty: bool) -> int:
    """A database at half a year, with some of each status; returns how many tasks it holds."""
    book = a_book()
    if twenty:
        book = replace(book, rulebook=replace(book.rulebook, rules=twenty_rounds(book)))
    database = open_database(f"sqlite:///{file}", create=True)
    means = means_of(book, database)
    with database.write() as connection:
        fill_register(connection, made_up(schools, book.rulebook.rules))
        changes = propose(connection, means, book.rulebook, [YEAR])
        apply(connection, means, changes, book.rulebook, BEGIN, "benchmark")
        adopt(connection, means, YEAR, BEGIN, "benchmark")
        user = add_user(connection, "bureau@swv.example", "bureau", "bureau", BEGIN)
        open_session(connection, digest_of(SESSION), user, NOW, NOW + timedelta(days=1))
    with database.write() as connection:
        for statement in _PLAYED:
            connection.exec_driver_sql(statement, {"now": int(NOW.timestamp() * 1000), "today": f"{NOW:%Y-%m-%d}"})
    database.close()
    return len(changes)


# Of four schools one is late, one was checked not yet, and two are done; n.v.t. now and then.
_PLAYED = (
    """UPDATE tasks SET state = CASE rowid % 4 WHEN 0 THEN 'open' WHEN 1 THEN 'submitted' ELSE 'done' END,
       submitted_at = CASE WHEN rowid % 4 > 0 THEN :now - 86400000 * (rowid % 60) END WHERE opens <= :today""",
    "UPDATE tasks SET state = 'waived' WHERE rowid % 29 = 0",
)


def window(file: Path) -> Window:
    """The site on a stored database. It has read register and rules, as a site does once after each change of those."""
    book = a_book()
    database = open_database(f"sqlite:///{file}")
    site = Site(Workspace(REPOSITORY, book.settings), means_of(book, database), lambda: NOW)
    with database.read() as connection:
        site.means.people_and_rules(connection)
    return Window(database, site)


def bare(file: Path, statements: Sequence[tuple[str, Any]], lines: Sequence[Line], ids: Sequence[RoundId]) -> Any:
    """What is measured against: the same statements by sqlite3 itself, and the same table by Jinja alone."""
    connection = sqlite3.connect(file)
    cells = [
        (
            line.party.name,
            [
                (cell.name, cell.look.mark, cell.look.word, cell.day, f"{id_.path}#{line.party.id}", id_.short)
                for id_, cell in zip(ids, line.cells, strict=True)
                if cell is not None
            ],
        )
        for line in lines
    ]
    template = Environment(autoescape=True).from_string(_TABLE)

    def once() -> int:
        for statement, parameters in statements:
            connection.execute(statement, parameters).fetchall()
        return len(template.render(lines=cells).encode())

    return once


_TABLE = """<table><tbody>
{% for name, cells in lines %}<tr><th>{{ name }}</th>
{% for status, mark, word, day, path, label in cells %}
<td class="{{ status }}"><a data-label="{{ label }}" href="/uitvragen/{{ path }}">
{{ mark }} <i>{{ word }}</i> <span>{{ day }}</span></a></td>
{% endfor %}</tr>{% endfor %}
</tbody></table>"""


def shown(at: Window) -> tuple[Sequence[Line], Sequence[RoundId]]:
    """The lines and columns of the page with the whole matrix."""
    choice = Choice(everything=True)
    with at.database.read() as connection:
        found = read_overview(connection, at.site.means, choice, NOW, scope=None)
    return found.matrices[0].lines, [one.id for one in found.matrices[0].columns]


def main() -> int:
    """Measures each in turn, and prints the figures."""
    smoke = is_smoke(__doc__ or "")
    schools, few, many = (SMOKE_SCHOOLS, SMOKE_FEW, SMOKE_MANY) if smoke else (SCHOOLS, FEW, MANY)
    small, large = (SMOKE_SMALL, SMOKE_LARGE) if smoke else (SMALL, LARGE)
    repeats = SMOKE_REPEATS if smoke else REPEATS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {size: folder / f"{size}.sqlite" for size in (schools, few, many)}
        for size, file in files.items():
            alone(stored, file, size, True)
        grown = {size: folder / f"year-{size}.sqlite" for size in (small, large)}
        counts = [alone(stored, file, size, False) for size, file in grown.items()]
        desk = window(files[schools])
        statements = desk.asked(MATRIX)
        lines, ids = shown(desk)
        pair = side_by_side(lambda: desk.get(MATRIX), bare(files[schools], statements, lines, ids), repeats)
        cells = sum(cell is not None for line in lines for cell in line.cells)
        size = len(desk.get(MATRIX))
        one = f"/uitvragen/{ids[len(ids) // 2].path}"
        pages = {
            address: len(desk.get(address))
            for address in (one, f"{one}?toon=bellijst", "/uitvragen", "/?status=te-laat")
        }
        numbers = [len(window(files[each]).asked(MATRIX)) for each in (few, many)]
        little, much = window(grown[small]), window(grown[large])
        address = f"/?bestuur={BESTUUR}"
        filtered = side_by_side(lambda: much.get(address), lambda: little.get(address), repeats)
    demand, growth = bound(DEMAND, smoke), bound(GROWTH, smoke)
    widest = max(pages, key=lambda each: pages[each])
    return max(
        verdict(
            f"overview: {len(lines)} schools × {len(ids)} rounds ({cells} cells) {pair.program * 1000:.0f} ms, bare "
            f"SQL and table {pair.yardstick * 1000:.0f} ms, ratio {pair.ratio:.1f}, at most {demand:g}",
            pair.ratio <= demand,
        ),
        verdict(
            f"overview: {numbers[0]} statements for {few} schools, {numbers[1]} for {many}, at most {STATEMENTS}",
            numbers[0] == numbers[1] <= STATEMENTS,
        ),
        verdict(
            f"overview: one bestuur of {counts[1]} tasks {filtered.program * 1000:.1f} ms, "
            f"of {counts[0]} tasks {filtered.yardstick * 1000:.1f} ms, ratio {filtered.ratio:.2f}, at most {growth:g}",
            filtered.ratio <= growth,
        ),
        verdict(f"overview: the matrix is {size / 1000:.0f} kB, at most {MATRIX_BYTES / 1000:g}", size <= MATRIX_BYTES),
        verdict(
            f"overview: of the other pages {widest} is the largest, {pages[widest] / 1000:.0f} kB, "
            f"at most {PAGE_BYTES / 1000:g}",
            pages[widest] <= PAGE_BYTES,
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
