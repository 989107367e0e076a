"""Beheer, mailteksten: each text with an example, changed as safely as a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.store.facts import applied_rulebook
from engine.web.pages.mail_texts import MEANT
from tests.web.desk import Desk, a_desk
from tests.workspaces import ROOT, a_running_office

pytestmark = pytest.mark.slow

HERE = "/beheer/mailteksten"
EDIT = f"{HERE}/herinnering/bewerk"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One office for this module."""
    folder: Path = tmp_path_factory.mktemp("teksten") / "w"
    office = a_running_office(folder, rules=("thuiszitters",))
    office.must("plan", "--apply", "--now", "2026-08-01T00:00")
    desk = a_desk(folder, "2026-09-01T10:00")
    yield desk
    desk.means.database.close()


def value(page: str, name: str) -> str:
    """What a hidden field holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


@pytest.mark.slow
def test_every_text_of_the_program_is_listed_and_has_an_example(desk: Desk) -> None:
    client = desk.client()
    names = {path.stem for path in (ROOT / "mail_templates").iterdir() if path.suffix in (".md", ".mjml")}
    assert set(MEANT) == names
    page = client.get(HERE).text
    for name in names:
        assert f'href="{HERE}/{name}"' in page, name
    for name in ("uitvraag", "bundel", "vastgehouden", "bevestiging", "uitnodiging", "ter-informatie", "layout"):
        shown = client.get(f"{HERE}/{name}").text
        assert "Een voorbeeld, met verzonnen gegevens" in shown, name
    frame = client.get(f"{HERE}/herinnering/opmaak")
    assert "Leerlingaantallen doorgeven" in frame.text
    assert "sandbox" in frame.headers["content-security-policy"]


def test_an_own_text_is_checked_seen_and_carried_out(desk: Desk) -> None:
    client = desk.client()
    own = desk.site.place.folder / "mail_templates/herinnering.md"
    shipped = (ROOT / "mail_templates/herinnering.md").read_text(encoding="utf-8")
    basis = value(client.get(EDIT).text, "basis")
    wrong = client.post(EDIT, data={"tekst": shipped + "{{ naam_van_de_hond }}", "basis": basis, "stap": "door"})
    assert wrong.status_code == 422
    assert "&#39;naam_van_de_hond&#39; is onbekend" in wrong.text
    assert not own.exists()
    text = shipped.replace("Dit staat nog open. Wilt u", "Denkt u nog aan ons? Wilt u")
    seen = client.post(EDIT, data={"tekst": text, "basis": basis, "stap": "verandert"}).text
    assert "Zo wordt de mail" in seen and "Denkt u nog aan ons?" in seen and "Aan de taken verandert niets." in seen
    form = {"tekst": text, "basis": basis, "stap": "door", "zegel": value(seen, "zegel")}
    done = client.post(EDIT, data=form)
    assert done.status_code == 303, done.text
    assert (
        "Mailtekst gewijzigd: ‘Herinnering’. Aan de taken verandert niets." in client.get(done.headers["location"]).text
    )
    assert own.read_text(encoding="utf-8") == text
    assert client.get(HERE).text.count(">uzelf<") == 1
    with desk.means.database.read() as connection:
        applied = applied_rulebook(connection)
    assert applied is not None
    assert applied.files["mail_templates/herinnering.md"] == text
    versions = client.get(f"{HERE}/herinnering/versies").text
    assert len(re.findall(rf'href="{HERE}/herinnering/versies/', versions)) == 1
    assert client.post(EDIT, data=form).status_code == 409


def test_only_a_template_has_a_page(desk: Desk) -> None:
    client = desk.client()
    for name in ("LEESMIJ", "..%2Fconfig", "config.toml", "..%2F..%2Fetc%2Fpasswd", "nieuw"):
        for tail in ("", "/bewerk", "/opmaak", "/versies"):
            assert client.get(f"{HERE}/{name}{tail}").status_code == 404, name
        assert client.post(f"{HERE}/{name}/bewerk", data={"tekst": "x", "stap": "bewaar"}).status_code == 404
    for role in ("consulent", "lezer"):
        assert desk.client(role).get(HERE).status_code == 404  # type: ignore[arg-type]
