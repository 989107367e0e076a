"""A gesprek that uses answers: what is not in yet is seen before it is planned, what is in stands with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine.app.chains import follow_chains
from tests.web.desk import Desk, a_desk
from tests.workspaces import Office, a_running_office

pytestmark = pytest.mark.slow

TALK = "bestuursgesprek.2026-2027.70001"
FORM = f"/taken/{TALK}/afspraak"
PARAGRAPH = "paragraaf-passend-onderwijs.2026-2027.{}"
INDICATORS = "kritieke-indicatoren.2026-2027.{}"
LATE = "Op die dag is niet alles binnen wat bij dit gesprek hoort"
TITLE = "Paragraaf passend onderwijs"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The bestuursgesprekken can be planned since November; what they use comes in until 1 February."""
    office = a_running_office(
        tmp_path_factory.mktemp("uses") / "w",
        rules=("paragraaf-passend-onderwijs", "kritieke-indicatoren", "bestuursgesprek"),
    )
    office.must("tick", "--now", "2026-11-02T09:00")
    made = a_desk(office.folder, "2026-11-25T10:00")
    yield made
    made.means.database.close()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def shown(desk: Desk, day: str, moment: str) -> str:
    """What the page says of a gesprek on that day, before it is planned."""
    desk.now.set(moment)
    client = desk.client()
    mark = re.search(r'name="gezien" value="([^"]*)"', client.get(FORM).text)
    assert mark is not None
    form = {"gezien": mark[1], "dag": day, "tijd": "14:00", "duur": "60", "stap": "bekijk"}
    answer = client.post(FORM, data=form)
    assert answer.status_code == 200, answer.text
    return text_of(answer.text)


def test_the_clash_stands_where_the_gesprekken_are_listed(desk: Desk) -> None:
    desk.now.set("2026-11-25T10:00")
    listed = text_of(desk.client().get("/gesprekken").text)
    assert "begint op vrijdag 1 januari 2027; de eerste open dag is maandag 4 januari 2027." in listed
    assert "pas uiterlijk maandag 1 februari 2027 binnen." in listed


def test_the_form_says_what_to_heed_when_a_day_is_chosen(desk: Desk) -> None:
    desk.now.set("2026-11-25T10:00")
    form = text_of(desk.client().get(FORM).text)
    assert "Let op bij het kiezen van de dag." in form
    assert f"{TITLE}: uiterlijk maandag 1 februari 2027 binnen." in form


def test_a_day_before_it_is_in_is_told_before_the_gesprek_is_planned(desk: Desk) -> None:
    early = shown(desk, "2027-01-12", "2026-11-25T10:00")
    assert LATE in early
    assert ": uiterlijk maandag 1 februari 2027 binnen." in early
    assert LATE not in shown(desk, "2027-02-09", "2026-11-25T10:00")


def test_planned_by_command_too_a_day_before_it_is_in_is_told(desk: Desk) -> None:
    office, told = Office(desk.site.place.folder), []
    for day in ("2027-01-12", "2027-02-09"):
        key = TALK.replace("70001", "70003")
        told.append(office.must("task", key, "appoint", "--at", f"{day}T14:00", "--now", "2026-11-25T10:00").out)
    assert f"Let op: {LATE[0].lower()}{LATE[1:]}:\n  {TITLE}: uiterlijk maandag 1 februari 2027 binnen." in told[0]
    assert "De afspraak is wel opgeslagen." in told[0]
    assert "Let op" not in told[1]


def test_the_page_of_the_task_shows_what_it_uses_and_how_far_that_is(desk: Desk) -> None:
    desk.now.set("2026-11-25T10:00")
    page = text_of(desk.client().get(f"/taken/{TALK}").text)
    assert "Wat deze taak gebruikt" in page
    assert "opent op maandag 4 januari 2027" in page


def test_what_came_in_stands_with_the_gesprek_and_what_is_overdue_is_told(desk: Desk) -> None:
    """Of that bestuur alone: the answers of others say nothing here."""
    office = Office(desk.site.place.folder)
    office.must("tick", "--now", "2027-01-04T09:00")
    assert office.must("task", PARAGRAPH.format("70001"), "accept", "--now", "2027-01-20T10:00")
    assert office.must("task", INDICATORS.format("70002"), "accept", "--now", "2027-01-20T10:00")
    desk.now.set("2027-01-20T11:00")
    follow_chains(desk.means, desk.now())
    page = desk.client().get(f"/taken/{TALK}").text
    section = page[page.index('id="gebruikt"') : page.index('id="notities"')]
    assert "binnen sinds woensdag 20 januari 2027" in text_of(section)
    assert "nog niet binnen" in text_of(section)
    assert PARAGRAPH.format("70002") not in section
    late = shown(desk, "2027-02-09", "2027-02-03T10:00")
    assert ": nog niet binnen. Dat moest uiterlijk maandag 1 februari 2027." in late
    office.must("task", INDICATORS.format("70001"), "accept", "--now", "2027-02-03T11:00")
    assert LATE not in shown(desk, "2027-02-09", "2027-02-03T12:00")
    follow_chains(desk.means, desk.now())
    assert "Alles is binnen sinds woensdag 3 februari 2027" in text_of(desk.client().get(f"/taken/{TALK}").text)
