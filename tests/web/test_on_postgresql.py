"""The pages with what they read on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.app.agendas import refresh
from engine.app.respond import act
from engine.app.subscribing import hand_out
from engine.core.agenda_choice import Whose
from tests.postgresql_server import Server
from tests.web.desk import a_desk
from tests.workspaces import Kept, a_running_office

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module", autouse=True)
def on_the_server(server: Server) -> Iterator[Server]:
    """The workspace keeps its data on the server."""
    Kept.on = server
    yield server
    Kept.on = None


def test_overview_uitvragen_and_a_round_read_the_same_from_the_server(tmp_path: Path) -> None:
    a_running_office(tmp_path / "w")
    desk = a_desk(tmp_path / "w", "2026-12-14T10:00")
    client = desk.client()
    december = "/uitvragen/thuiszitters/2026-2027/december"
    for address, seen in (
        ("/", "▲ <i>te laat</i> <span>11 dec</span>"),
        ("/?bestuur=70001&zoek=linde", "De Linde"),
        ("/?consulent=1", "Er zijn hier geen taken"),
        ("/?status=te-laat", "te laat <time"),
        ("/uitvragen", "0 van 3 klaar"),
        (december, "8 schooldagen na peildatum"),
        (f"{december}?toon=bellijst", "Nog 3 te bellen"),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert seen in answer.text, address
    assert client.get(f"{december}?als=xlsx").status_code == 200
    desk.means.database.close()


def test_agendas_are_made_given_and_followed_on_the_server(tmp_path: Path) -> None:
    office = a_running_office(tmp_path / "w", rules=("thuiszitters", "startgesprek"))
    desk = a_desk(tmp_path / "w", "2026-12-14T10:00")
    bureau, outlook = desk.client(), desk.client(None)
    address = f"/agenda/{hand_out(desk.means, Whose('10AA00'), 'Outlook', 'Bureau', desk.now()).token}.ics"
    first = outlook.get(address)
    assert first.status_code == 200
    assert first.content.decode() == office.must("feed", "10AA00", "--now", "2026-12-14T10:01").out
    assert outlook.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    for name in ("swv+vakanties", "70001", "contact:consulent@swv.example"):
        assert "BEGIN:VEVENT" in office.must("feed", name, "--now", "2026-12-14T10:01").out
    act(desk.means, "thuiszitters.2026-2027.december.10AA00", "waive", desk.now(), by="bureau", reason="daarom")
    assert refresh(desk.means, desk.now()) > 0
    assert refresh(desk.means, desk.now()) == 0
    assert "STATUS:CANCELLED" in outlook.get(address).text
    assert "Outlook" in bureau.get("/agendas").text
    desk.means.database.close()
