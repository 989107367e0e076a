"""Every agenda of the demo, and of a real SWV's 95 schools, as ical.js, libical and vobject read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import wiring
from engine.app.agendas import look
from engine.core.agenda_choice import Whose
from engine.core.localtime import parse_moment
from engine.core.party import SWV
from tests.acceptance.duo import duo_register, needs_shared_data
from tests.calendar_readers.checked import checked
from tests.workspaces import ROOT, an_office, run

pytestmark = pytest.mark.agenda

NOW = "2026-11-25T10:00"
# Above this Outlook on the web and Google cut an agenda short.
MOST_BYTES = 1_000_000


def agendas(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The agenda of everybody there is, with schoolvakanties too."""
    place = wiring.open_workspace(folder)
    database = wiring.database_of(place)
    means = wiring.means_of(place, database)
    with database.read() as connection:
        register = means.register(connection)
        parties = [Whose(one.id) for one in register.parties.values()]
        people = [Whose(contact=number) for number in register.contacts]
        for whose in (*parties, *people, Whose(SWV, vakanties=True), Whose(parties[-1].party, vakanties=True)):
            yield str(whose), look(connection, means, str(whose), parse_moment(NOW))
    database.close()


def test_every_agenda_of_the_demo_is_accepted_by_all_three(tmp_path: Path) -> None:
    ran = run("demo", "--once", "--workspace", str(tmp_path / "w"), "--now", NOW)
    assert ran.code == 0, ran.err
    files = dict(agendas(tmp_path / "w"))
    seen = checked(files)
    assert len(seen) > 80
    assert sum(len(events) for events in seen.values()) > 1000
    assert max(map(len, files.values())) < MOST_BYTES


@needs_shared_data
def test_every_agenda_of_95_schools_is_accepted_by_all_three(tmp_path: Path) -> None:
    rules = [path.stem for path in (ROOT / "rules" / "po").glob("*.yaml")]
    office = an_office(tmp_path / "w", sector="po", rules=rules)
    duo_register(tmp_path / "register")
    office.must("import", str(tmp_path / "register"), "--apply")
    for schooljaar in ("2025-2026", "2026-2027", "2027-2028"):
        office.must("plan", "--schooljaar", schooljaar, "--apply", "--adopt", "--now", "2025-08-01T00:00")
    office.must("tick", "--now", NOW)
    files = dict(agendas(office.folder))
    seen = checked(files)
    assert len(seen) > 95
    assert sum(len(events) for events in seen.values()) > 1000
    assert max(map(len, files.values())) < MOST_BYTES
