"""A changed rule or mail template: its file is written and the plan with it stored, both or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.proposals import carry_out
from engine.core.planning import Change
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.store.file_versions import keep_version, versions_of


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file is to hold, by its path in the workspace, and what it holds now; None: there is to be, or is, none.

    `shown` is what the person saw before: for a mail template that the workspace does not have the program's own.
    """

    file: str
    text: str | None
    before: str | None
    shown: str | None = None


# Writes a file: its path, its text, and the text it must still have. Raises when it has another.
Write = Callable[[str, str | None, str | None], None]


@contextmanager
def put_back_on_failure() -> Iterator[list[Callable[[], None]]]:
    """Around a transaction: calls what was put in the list, the last first, when it fails; the failure goes on."""
    steps: list[Callable[[], None]] = []
    try:
        yield steps
    except BaseException:
        for step in reversed(steps):
            with suppress(Exception):
                step()
        raise


def change_file(
    means: Means,
    draft: Draft,
    write: Write,
    now: datetime,
    by: str,
    record: Callable[[Connection, Sequence[Change]], int],
    plan: tuple[Rulebook, Sequence[Schooljaar], str] | None = None,
) -> int | None:
    """Writes the file, keeps its earlier text, and stores the plan when it still has its seal; what `record` gives.

    `plan`: the rulebook with the draft in it, the schooljaren, and the seal of the difference that was seen. Returns
    None, and nothing is done, where that is another one by now. Without it the file is written and no task changes.
    """
    with put_back_on_failure() as put_back, means.database.write() as connection:
        changes: Sequence[Change] = ()
        if plan is not None:
            rulebook, years, seal = plan
            found = carry_out(connection, means, rulebook, years, seal, now, by)
            if found is None:
                return None
            changes = found
        number = record(connection, changes)
        write_draft(connection, draft, write, now, by, put_back)
    return number


def write_draft(
    connection: Connection, draft: Draft, write: Write, now: datetime, by: str, put_back: list[Callable[[], None]]
) -> None:
    """Writes the file and keeps its earlier text; `put_back` gets what writes it as it was."""
    _keep(connection, draft, now, by)
    write(draft.file, draft.text, draft.before)
    put_back.append(lambda: write(draft.file, draft.before, draft.text))


def _keep(connection: Connection, draft: Draft, now: datetime, by: str) -> None:
    seen = draft.before if draft.before is not None else draft.shown
    if seen is not None and seen not in {one.text for one in versions_of(connection, draft.file)}:
        keep_version(connection, draft.file, seen, now, "")
    if draft.text is not None:
        keep_version(connection, draft.file, draft.text, now, by)
