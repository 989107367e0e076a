"""Time that is played: who did what."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.app.player import PLAYER, Player
from engine.core.localtime import parse_moment
from engine.store.transitions import history
from tests.at_work import at_work
from tests.workspaces import CONTACTEN, a_running_office

pytestmark = pytest.mark.slow
TALK = "startgesprek.2026-2027.10AA00"
COUNTS = "leerlingaantallen.2026-2027.70001"


def test_a_gesprek_is_planned_and_held_by_the_consulent_by_name_and_a_school_stays_unnamed(tmp_path: Path) -> None:
    people = CONTACTEN.replace("email;naam\n", "email;naam\nconsulent@swv.example;Cor van Dam\n", 1)
    office = a_running_office(
        tmp_path / "w", rules=("startgesprek", "leerlingaantallen"), register={"contacten": people}
    )
    with at_work(office.folder) as desk:
        player = Player(desk.means, desk.channel, "prompt", 1)
        for _ in player.play(parse_moment("2026-08-01T09:30"), parse_moment("2026-11-20T09:00")):
            pass
        with desk.means.database.read() as connection:
            done = {(key, row.move): row.by for key in (TALK, COUNTS) for row in history(connection, key)}
    assert done[TALK, "appoint"] == done[TALK, "took-place"] == "Cor van Dam"
    assert done[COUNTS, "submit"] == PLAYER
