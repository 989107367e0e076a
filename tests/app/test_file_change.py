"""A rule's file and the plan that goes with it change together or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine import wiring
from engine.app.file_change import Draft, change_file
from engine.core.localtime import parse_moment
from engine.store.file_versions import versions_of
from tests.failing import FailingDatabase
from tests.workspaces import an_imported_office

NOW = parse_moment("2026-09-01T10:00")
FILE = "rules/vo/thuiszitters.yaml"


@pytest.mark.slow
def test_a_failing_commit_puts_the_file_back(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w", rules=("thuiszitters",))
    place = wiring.open_workspace(office.folder)
    means = wiring.means_of(place, wiring.database_of(place))
    before = wiring.stored_text(place, FILE)
    assert before is not None
    texts: list[str | None] = []

    def write(file: str, text: str | None, seen: str | None) -> None:
        wiring.store_text(place, file, text, seen)
        texts.append(text)

    draft = Draft(FILE, before + "# anders\n", before)
    broken = replace(means, database=FailingDatabase(means.database, 1))
    with pytest.raises(OSError, match="schijf vol"):
        change_file(broken, draft, write, NOW, "Jet", lambda _connection, _changes: 1)
    assert texts == [draft.text, before]
    assert wiring.stored_text(place, FILE) == before
    with means.database.read() as connection:
        assert versions_of(connection, FILE) == ()
    assert change_file(means, draft, write, NOW, "Jet", lambda _connection, _changes: 7) == 7
    with means.database.read() as connection:
        assert [(one.by, one.text) for one in versions_of(connection, FILE)] == [("Jet", draft.text), ("", before)]
    means.database.close()
