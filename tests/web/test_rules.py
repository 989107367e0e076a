"""Beheer, regels: a rule is changed on a page as safely as with check and plan --apply, and never over another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.store.facts import applied_rulebook
from engine.store.tasks import load_tasks
from tests.web.desk import Desk, a_desk
from tests.workspaces import a_running_office

HERE = "/beheer/regels"
RULE = f"{HERE}/thuiszitters.yaml"
EDIT = f"{RULE}/bewerk"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One office for this module."""
    folder: Path = tmp_path_factory.mktemp("rules") / "w"
    a_running_office(folder, rules=("thuiszitters", "leerlingaantallen"))
    desk = a_desk(folder, "2026-09-01T10:00")
    yield desk
    desk.means.database.close()


@pytest.fixture
def desk(made: Desk) -> Iterator[Desk]:
    """The desk, whose rules are put back and carried out afterwards."""
    before = {path: path.read_text(encoding="utf-8") for path in rules(made)}
    yield made
    if {path: path.read_text(encoding="utf-8") for path in rules(made)} == before:
        return
    for path in rules(made):
        path.unlink()
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")
    client = made.client()
    page = client.get(f"{HERE}/wijzigingen").text
    if 'name="zegel"' in page:
        client.post(f"{HERE}/wijzigingen", data={"zegel": value(page, "zegel"), "gezien": "ja"})


def rules(desk: Desk) -> list[Path]:
    """The rule files on disk."""
    return sorted((desk.site.place.folder / "rules/vo").iterdir())


def file_of(desk: Desk, name: str = "thuiszitters.yaml") -> Path:
    """A rule's file."""
    return desk.site.place.folder / "rules/vo" / name


def value(page: str, name: str) -> str:
    """What a hidden field holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def sent(client: TestClient, desk: Desk, text: str, step: str, **more: str) -> tuple[int, str]:
    """Presses a button of the edit page under this text."""
    basis = value(client.get(EDIT).text, "basis")
    answer = client.post(EDIT, data={"tekst": text, "basis": basis, "stap": step, **more})
    return answer.status_code, answer.text


def longer(desk: Desk) -> str:
    """The rule with other days to answer in."""
    return file_of(desk).read_text(encoding="utf-8").replace("8 schooldagen na", "10 schooldagen na")


# By 8 schooldagen, in the schooljaar after the one that runs.
NEXT_DUE = "2027-12-13"


def dues(desk: Desk) -> set[str]:
    """The stored last days of the round of december."""
    with desk.means.database.read() as connection:
        tasks = load_tasks(connection, rule="thuiszitters")
    return {str(task.plan.due) for task in tasks if task.plan.round == "december"}


def test_the_list_tells_what_each_rule_is(desk: Desk) -> None:
    page = desk.client().get(HERE).text
    assert "(Dreigend) thuiszittende leerlingen in beeld" in page
    assert page.count("✔ geldt") == 2


def test_a_rule_tells_what_it_asks_as_explain_does(desk: Desk) -> None:
    page = desk.client().get(RULE).text
    for told in ("Elke actieve school krijgt een taak.", "De vraag gaat naar: ondersteuningsco", "Wie hoort wat"):
        assert told in page, told
    assert "11 december 2026" in page


def test_a_fault_is_shown_with_the_text_of_its_line(desk: Desk) -> None:
    client = desk.client()
    text = file_of(desk).read_text(encoding="utf-8").replace("soort: uitvraag", "soort: uitvraagje")
    number = next(at for at, line in enumerate(text.splitlines(), start=1) if "uitvraagje" in line)
    status, page = sent(client, desk, text, "controleer")
    assert status == 422
    assert f'<span class="at">{number}</span>soort: uitvraagje' in page
    assert "Er is niets opgeslagen" in page
    assert f'<span class="bad">{number}</span>' in page
    for step in ("verandert", "door", "bewaar"):
        status, page = sent(client, desk, text, step, zegel="0" * 64)
        assert (status, "uitvraagje" in file_of(desk).read_text(encoding="utf-8")) == (422, False), step


def test_what_changes_is_seen_first_and_then_carried_out_in_one_go(desk: Desk) -> None:
    client, text, before = desk.client(), longer(desk), dues(desk)
    status, page = sent(client, desk, text, "verandert")
    assert status == 200
    assert "vrijdag 11 december 2026" in page and "dinsdag 15 december 2026" in page
    assert (dues(desk), "10 schooldagen" in file_of(desk).read_text(encoding="utf-8")) == (before, False)
    basis = value(page, "basis")
    form = {"tekst": text.replace("\n", "\r\n"), "basis": basis, "stap": "door", "zegel": value(page, "zegel")}
    answer = client.post(EDIT, data=form)
    assert answer.status_code == 303, answer.text
    done = client.get(answer.headers["location"]).text
    assert "Regel gewijzigd: ‘(Dreigend) thuiszittende leerlingen in beeld’. Taken: " in done
    assert dues(desk) == {"2026-12-15", "2027-12-15"}
    assert file_of(desk).read_text(encoding="utf-8") == text
    with desk.means.database.read() as connection:
        applied = applied_rulebook(connection)
    assert applied is not None
    assert applied.files["rules/vo/thuiszitters.yaml"] == text
    again = client.post(EDIT, data=form)
    assert again.status_code == 409


@pytest.mark.slow
def test_the_older_version_is_put_back_the_same_way(desk: Desk) -> None:
    client, text, before = desk.client(), longer(desk), dues(desk)
    old = file_of(desk).read_text(encoding="utf-8")
    page = sent(client, desk, text, "verandert")[1]
    sent(client, desk, text, "door", zegel=value(page, "zegel"))
    versions = client.get(f"{RULE}/versies").text
    found = re.findall(rf'href="({RULE}/versies/[0-9a-f]+)"', versions)
    shown = [client.get(address).text for address in found]
    address = next(page for page in shown if "− </span>  uiterlijk: 10 schooldagen na peildatum" in page)
    assert "+ </span>  uiterlijk: 8 schooldagen na peildatum" in address
    page = client.post(EDIT, data={"tekst": old, "basis": value(address, "basis"), "stap": "verandert"}).text
    assert sent(client, desk, old, "door", zegel=value(page, "zegel"))[0] == 303
    # The next schooljaar may have come along, where nothing had stored it yet.
    assert before <= dues(desk) <= {*before, NEXT_DUE}
    assert file_of(desk).read_text(encoding="utf-8") == old
    assert client.get(f"{RULE}/versies/0123456789abcdef").status_code == 404


def test_a_change_beside_the_page_is_never_written_over(desk: Desk) -> None:
    """Somebody saves the file in an editor meanwhile: 409, the own text is kept on the page, the file is theirs."""
    client, text = desk.client(), longer(desk)
    page = sent(client, desk, text, "verandert")[1]
    theirs = file_of(desk).read_text(encoding="utf-8").replace("3 schooldagen voor", "4 schooldagen voor")
    file_of(desk).write_text(theirs, encoding="utf-8")
    form = {"tekst": text, "basis": value(page, "basis"), "stap": "door", "zegel": value(page, "zegel")}
    answer = client.post(EDIT, data=form)
    assert (answer.status_code, "intussen gewijzigd" in answer.text) == (409, True)
    assert "10 schooldagen na peildatum" in answer.text
    assert file_of(desk).read_text(encoding="utf-8") == theirs


def test_a_plan_that_another_change_overtook_is_stale(desk: Desk) -> None:
    """Another rule was changed between looking and carrying out."""
    client, text, before = desk.client(), longer(desk), dues(desk)
    page = sent(client, desk, text, "verandert")[1]
    other = file_of(desk, "leerlingaantallen.yaml")
    other.write_text(other.read_text(encoding="utf-8").replace("titel: ", "titel: Nieuwe "), encoding="utf-8")
    status, told = sent(client, desk, text, "door", zegel=value(page, "zegel"))
    assert (status, "Het plan is verouderd" in told) == (409, True)
    assert (dues(desk), "10 schooldagen" in file_of(desk).read_text(encoding="utf-8")) == (before, False)
    status, told = sent(client, desk, text, "verandert")
    assert "waren ook al gewijzigd, en gaan nu mee: rules/vo/leerlingaantallen.yaml" in told


@pytest.mark.slow
def test_one_of_two_broken_files_can_be_mended_alone(desk: Desk) -> None:
    client = desk.client()
    good = file_of(desk).read_text(encoding="utf-8")
    file_of(desk).write_text("titel: x\n", encoding="utf-8")
    file_of(desk, "leerlingaantallen.yaml").write_text("titel: y\n", encoding="utf-8")
    assert "fouten" in client.get(HERE).text
    status, page = sent(client, desk, good + "# zo\n", "verandert")
    assert (status, "Bewaar alleen de tekst" in page, 'name="zegel"' in page) == (200, True, False)
    assert sent(client, desk, good + "# zo\n", "bewaar")[0] == 303
    assert file_of(desk).read_text(encoding="utf-8") == good + "# zo\n"


def test_files_changed_beside_the_pages_are_carried_out_from_the_list(desk: Desk) -> None:
    client = desk.client()
    file_of(desk).write_text(longer(desk), encoding="utf-8")
    assert "1 bestand is gewijzigd, en nog niet doorgevoerd" in client.get(HERE).text
    page = client.get(f"{HERE}/wijzigingen").text
    assert "dinsdag 15 december 2026" in page
    stale = client.post(f"{HERE}/wijzigingen", data={"zegel": "0" * 64})
    assert stale.status_code == 409
    done = client.post(f"{HERE}/wijzigingen", data={"zegel": value(page, "zegel")})
    assert (done.status_code, dues(desk)) == (303, {"2026-12-15", "2027-12-15"})


def test_nothing_outside_the_rules_folder_has_a_page(desk: Desk) -> None:
    client = desk.client()
    (desk.site.place.folder / "rules/geheim.yaml").write_text("titel: x\n", encoding="utf-8")
    for name in ("..%2Fgeheim.yaml", "../geheim.yaml", "%2e%2e%2fgeheim.yaml", "..%5Cgeheim.yaml", "geheim.yaml"):
        for tail in ("", "/bewerk", "/versies"):
            assert client.get(f"{HERE}/{name}{tail}").status_code == 404, name
    form = {"tekst": "titel: y\n", "basis": "x", "stap": "bewaar"}
    for name in ("..%2Fgeheim.yaml", "%2Fetc%2Fpasswd", "nieuw2.yaml", ".yaml"):
        assert client.post(f"{HERE}/{name}/bewerk", data=form).status_code == 404, name
    assert (desk.site.place.folder / "rules/geheim.yaml").read_text(encoding="utf-8") == "titel: x\n"


def test_rules_are_the_bureau_s_alone(desk: Desk) -> None:
    for role in ("consulent", "lezer"):
        client = desk.client(role)  # type: ignore[arg-type]
        for path in (HERE, RULE, EDIT, f"{RULE}/versies", f"{HERE}/wijzigingen"):
            assert client.get(path).status_code == 404, path
        for path in (EDIT, f"{HERE}/wijzigingen"):
            assert client.post(path).status_code == 404, path
