"""Two schooljaren in one go, over the turn: a changed rule, a moved round, new contacts, a year that is closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pytest

from engine import wiring
from engine.adapters.register import read_sources
from engine.app.intake import apply as store_register
from engine.app.intake import compare
from engine.app.means import Means
from engine.app.nightly import nightly
from engine.app.planning import adopt, apply, propose
from engine.app.player import Answers, Player
from engine.app.year_end import Choice, close, foretell_end, year_end
from engine.core.localtime import from_ms, local_date, parse_moment
from engine.core.roles import ROLES
from engine.core.schooljaar import Schooljaar
from engine.core.task import StoredTask
from engine.store.tasks import load_tasks
from tests.workspaces import ROOT, SCHOLEN, Office, an_office

pytestmark = pytest.mark.slow

RULES = (
    "thuiszitters",
    "leerlingaantallen",
    "contactgegevens",
    "schoolkaart",
    "paragraaf-passend-onderwijs",
    "begroting",
)
FIRST, SECOND = Schooljaar(2026), Schooljaar(2027)
BEGIN, CHANGED, CLOSED, ADOPTED, END = (
    parse_moment(moment)
    for moment in ("2026-08-01T00:00", "2027-05-15T10:00", "2027-07-05T10:00", "2027-07-12T10:00", "2028-08-01T00:00")
)
NEW = ("nieuw@linde.example", "nieuw@baken.example", "nieuw@eik.example")
# Four rounds of three schools, four rules of three parties, and one of the SWV.
TASKS = 4 * 3 + 4 * 3 + 1
JUNE = "thuiszitters/2026-2027/juni"


@dataclass(frozen=True)
class Told:
    """One notice in a mail that left."""

    task: str
    step: str
    to: str
    at: datetime
    message: int
    kind: str


@dataclass(frozen=True)
class Played:
    """What left, what the tasks of both years are at the end, and which were still open when the first was closed."""

    answers: str
    told: tuple[Told, ...]
    tasks: tuple[StoredTask, ...]
    left: tuple[str, ...]
    waived: int


@pytest.fixture(scope="module", params=[("none", 1), ("mixed", 2), ("late", 3)], ids=lambda one: one[0])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Both years, with schools that never answer, each by its habit, or late."""
    answers, seed = request.param
    office = an_office(tmp_path_factory.mktemp("two") / "w", rules=RULES)
    place = wiring.open_workspace(office.folder)
    means = wiring.simulation_means(place, seed)
    _import(means, office, BEGIN)
    _plan(means, office, BEGIN)
    _adopt(means, FIRST, BEGIN)
    _play(means, answers, seed, BEGIN, CHANGED)
    _change_rules(office)
    office.write("register/scholen.csv", _with_new_people())
    _import(means, office, CHANGED)
    _plan(means, office, CHANGED)
    _play(means, answers, seed, CHANGED, CLOSED)
    left, waived = _close(means, CLOSED)
    _play(means, answers, seed, CLOSED, ADOPTED)
    _adopt(means, SECOND, ADOPTED)
    _play(means, answers, seed, ADOPTED, END)
    with means.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT n.task, n.step, m.email, m.sent_at, m.id, m.kind FROM notices n "
            "JOIN messages m ON m.id = n.message WHERE m.state = 'sent' ORDER BY m.sent_at, m.id"
        )
        told = tuple(Told(row[0], row[1], row[2], from_ms(row[3]), row[4], row[5]) for row in rows)
        tasks = tuple(load_tasks(connection, schooljaren=[str(FIRST), str(SECOND)]))
    return Played(answers, told, tasks, left, waived)


def _import(means: Means, office: Office, now: datetime) -> None:
    sheets, _ = read_sources([(office.folder / "register", "register")], ())
    with means.database.write() as connection:
        found, problems = compare(connection, sheets, ROLES, local_date(now))
        assert [one for one in problems if one.severity == "problem"] == []
        store_register(connection, found, now)


def _plan(means: Means, office: Office, now: datetime) -> None:
    rulebook = wiring.sound_rulebook_of(wiring.open_workspace(office.folder))
    with means.database.write() as connection:
        apply(connection, means, propose(connection, means, rulebook, [FIRST, SECOND]), rulebook, now, "bureau")
    nightly(means, rulebook, now)


def _adopt(means: Means, schooljaar: Schooljaar, now: datetime) -> None:
    with means.database.write() as connection:
        assert adopt(connection, means, schooljaar, now, "bureau")


def _play(means: Means, answers: Answers, seed: int, begin: datetime, end: datetime) -> None:
    player = Player(means, wiring.no_channel(), answers, seed)
    player.take_up(begin)
    for _ in player.play(begin, end):
        pass


def _close(means: Means, now: datetime) -> tuple[tuple[str, ...], int]:
    """The round of June goes on until 10 September, the rest is not delivered."""
    with means.database.read() as connection:
        found = year_end(connection, means, FIRST, now)
    fates = {one.id.path: "niet" for one in found.undecided} | {JUNE: "mee"}
    choice = Choice(fates, date(2027, 9, 10))  # type: ignore[arg-type]
    coming = foretell_end(means, FIRST, choice, now, "bureau")
    assert close(means, FIRST, choice, found.seal, now, "bureau", lambda _connection, _ending: None)
    return tuple(task.plan.key for one in found.undecided for task in one.tasks), len(coming.waived.moved)


def _change_rules(office: Office) -> None:
    """From the next schooljaar on every round ends later; in that one the round of December is moved."""
    text = (ROOT / "rules/vo/thuiszitters.yaml").read_text(encoding="utf-8")
    assert "8 schooldagen na peildatum" in text
    old = text.replace("soort: uitvraag", "soort: uitvraag\ngeldig_tot: 2026-2027")
    new = text.replace("soort: uitvraag", "soort: uitvraag\ngeldig_vanaf: 2027-2028")
    new = new.replace("8 schooldagen na peildatum", "10 schooldagen na peildatum")
    new += f"\nafwijkingen:\n  {SECOND}:\n    rondes: {{december: {{peildatum: 8 december}}}}\n"
    office.write("rules/vo/thuiszitters.yaml", old)
    office.write("rules/vo/thuiszitters@2027-2028.yaml", new)


def _with_new_people() -> str:
    """Each school has another ondersteuningscoordinator."""
    return (
        SCHOLEN.replace("oc@linde.example", NEW[0])
        .replace("oc@baken.example", NEW[1])
        .replace("oc@eik.example", NEW[2])
    )


def of_year(told: Sequence[Told], schooljaar: Schooljaar) -> list[Told]:
    return [one for one in told if f".{schooljaar}." in one.task]


def last_days(played: Played, round_: str) -> set[date]:
    """The last days of a round for De Linde, in both years."""
    own = (task.plan for task in played.tasks if task.plan.party == "10AA00")
    return {plan.due for plan in own if plan.round == round_}


def test_nothing_goes_out_twice(played: Played) -> None:
    counts = Counter((one.task, one.step, one.to) for one in played.told)
    assert [key for key, count in counts.items() if count > 1] == []
    digests = {(one.message, one.to, local_date(one.at)) for one in played.told if one.kind == "digest"}
    assert max(Counter((to, day) for _, to, day in digests).values()) == 1


def test_nothing_is_lost(played: Played) -> None:
    """Both years have each task once; none lapsed, and no step of one that ran still waits after its day."""
    keys = {
        year: {task.plan.key.replace(str(year), "") for task in played.tasks if task.plan.schooljaar == str(year)}
        for year in (FIRST, SECOND)
    }
    assert keys[FIRST] == keys[SECOND]
    assert len(keys[FIRST]) == TASKS
    assert [task.plan.key for task in played.tasks if task.state in ("planned", "cancelled")] == []
    waiting = [
        (task.plan.key, step.plan.name)
        for task in played.tasks
        for step in task.steps
        if step.state in ("pending", "due") and step.plan.date is not None and step.plan.date <= date(2028, 7, 1)
    ]
    assert waiting == []
    asked = {one.task for one in played.told}
    silent = [task.plan.key for task in played.tasks if task.opened_at is not None and task.plan.key not in asked]
    assert silent == []


def test_the_concept_sends_nothing_before_it_is_adopted(played: Played) -> None:
    assert min(one.at for one in of_year(played.told, SECOND)) > ADOPTED


def test_the_changed_rule_and_the_moved_round_hold_from_the_next_year_on(played: Played) -> None:
    dates = {task.plan.key: task.plan.peildatum for task in played.tasks if task.plan.round == "december"}
    assert {day for key, day in dates.items() if str(FIRST) in key} == {date(2026, 12, 1)}
    assert {day for key, day in dates.items() if str(SECOND) in key} == {date(2027, 12, 8)}
    assert last_days(played, "december") == {date(2026, 12, 11), date(2027, 12, 22)}
    assert last_days(played, "september") == {date(2026, 9, 11), date(2027, 9, 15)}
    told = {reason.text for task in played.tasks for reason in task.plan.reasons if task.plan.round == "december"}
    assert [text for text in told if f"In {SECOND} wijkt deze ronde af." in text]
    before = [one for one in of_year(played.told, FIRST) if one.at < CHANGED]
    assert before
    assert len({(one.task, one.step, one.to) for one in before}) == len(before)


def test_new_people_hear_from_when_they_came_and_who_left_hears_no_more(played: Played) -> None:
    for new in NEW:
        heard = [one.at for one in played.told if one.to == new]
        assert heard
        assert min(heard) > CHANGED
    assert [one for one in played.told if one.to.startswith("oc@") and one.at > CHANGED] == []


def test_what_was_closed_is_silent_and_what_went_along_goes_on(played: Played) -> None:
    states = {task.plan.key: task.state for task in played.tasks}
    along = [key for key in played.left if ".juni." in key]
    if played.answers == "none":
        assert len(along) == 3
        assert len(played.left) == TASKS
    assert played.waived == len(played.left) - len(along)
    closed = [key for key in played.left if key not in along]
    assert {states[key] for key in closed} <= {"waived"}
    assert [one for one in played.told if one.task in closed and one.at > CLOSED] == []
    assert {states[key] for key in along} <= {"open", "submitted", "done"}
