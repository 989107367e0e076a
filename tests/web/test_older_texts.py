"""A workspace of an older program: mail texts that came later serve there too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine import wiring
from engine.store.facts import applied_rulebook, save_rulebook
from tests.web.desk import a_desk
from tests.web.test_one_off import ASKED, HERE, seal
from tests.workspaces import ROOT, a_running_office

pytestmark = pytest.mark.slow

LATER = ("vraag", "document")


def test_mail_texts_that_came_later_serve_an_older_workspace(tmp_path: Path) -> None:
    """Checked, shown, written and sent with, though neither its folder nor its applied rules have them."""
    office = a_running_office(tmp_path / "w", rules=("thuiszitters",), at="2026-08-01T00:00")
    own = office.folder / "mail_templates"
    shutil.copytree(ROOT / "mail_templates", own)
    for name in LATER:
        (own / f"{name}.md").unlink()
    office.must("plan", "--apply", "--now", "2026-08-01T01:00")
    desk = a_desk(office.folder, "2026-09-01T10:00")
    with desk.means.database.write() as connection:
        stored = applied_rulebook(connection)
        assert stored is not None
        kept = {path: text for path, text in stored.files.items() if Path(path).stem not in LATER}
        save_rulebook(connection, "van een ouder programma", kept, desk.now())
        assert set(LATER) <= set(desk.means.templates(connection))
    assert office.run("check").code == 0
    client = desk.client()
    for page in ("/beheer/regels", "/beheer/mailteksten", "/jaarplanning/voorstel"):
        text = client.get(page).text
        assert "nog niet doorgevoerd" not in text and "andere regels" not in text, page
    assert "Zo leest" in (seen := client.post(HERE, data=ASKED | {"stap": "bekijk"}).text)
    assert client.post(HERE, data=ASKED | {"stap": "door", "zegel": seal(seen)}).status_code == 303
    desk.means.database.close()
    office.must("tick", "--now", "2026-10-05T09:00")
    office.must("deliver", "--now", "2026-10-05T09:00")
    place = wiring.open_workspace(office.folder)
    assert not (place.folder / "mail_templates/vraag.md").exists()
    mails = [path.read_text(encoding="utf-8") for path in office.mails()]
    assert sum("Wij vragen u dit =C3=A9=C3=A9n keer." in mail for mail in mails) == 3
