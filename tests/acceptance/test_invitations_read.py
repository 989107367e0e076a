"""Every invitation, update and cancellation by mail, of the demo and of a real SWV's 95 schools, as others read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from engine import wiring
from engine.app.appoint import Guests, TalkWish, appoint, call_off, filled_in
from engine.app.desk import Desk
from engine.core.appointing import meeting
from engine.core.localtime import at_local, local, local_date, parse_moment
from engine.core.task import StoredTask
from engine.store.appointments import appointments_of, attendees_of
from engine.store.tasks import load_tasks
from tests.acceptance.duo import duo_register, needs_shared_data
from tests.acceptance.test_calendar_readers import calendars_in
from tests.at_work import AtWork, at_work
from tests.calendar_readers.checked import Seen, as_given, checked
from tests.workspaces import ROOT, Office, an_office, run

pytestmark = pytest.mark.agenda

NOW = "2026-11-25T10:00"
Act = Callable[[Desk, StoredTask], object]


@dataclass
class Post:
    """The mails with a calendar that left, each with what the appointments said when it did."""

    desk: AtWork
    now: datetime
    files: dict[str, bytes] = field(default_factory=dict)
    given: dict[str, Seen] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    _known: set[Path] = field(default_factory=set)

    def everybody(self, act: Act, *, every: int = 1) -> None:
        """Somebody does that to each gesprek, or one in so many, that can be planned; then all mail leaves."""
        with self.desk.means.database.write() as connection:
            table = Desk(connection, self.desk.means, self.now, "bureau")
            for task in self._talks(load_tasks(connection))[::every]:
                act(table, table.task(task.plan.key))
            table.finish()
        for _ in range(30):
            self.now += timedelta(minutes=2)
            self.desk.tick(f"{local(self.now):%Y-%m-%dT%H:%M}")
            if not [one for one in self.desk.messages("queued", "held") if one.kind == "invite"]:
                break
        assert not [one for one in self.desk.messages("queued", "held", "deferred") if one.kind == "invite"]
        self.collect()

    def collect(self) -> None:
        """What left since: the calendar in the mail and the one attached are the same bytes."""
        means = self.desk.means
        with means.database.read() as connection:
            tasks = {task.plan.key: task for task in load_tasks(connection)}
            found, register = appointments_of(connection, tasks), means.register(connection)
        code = means.settings.code
        said: dict[str, Seen] = {}
        for key, one in found.items():
            party = register.parties[tasks[key].plan.party].name
            # A cancellation says so by its METHOD and STATUS: the title stays as it was.
            [seen] = as_given([meeting(replace(one, state="planned"), tasks[key].plan.title, party)], code)
            said[seen.uid] = seen
        mails = wiring.open_workspace(self.desk.office.folder).mails
        for path in set(mails.glob("*.eml")) - self._known:
            self._known.add(path)
            calendars = calendars_in(path.read_bytes())
            if calendars:
                shown, attached = calendars
                assert shown == attached, path
                uid = next(line for line in shown.replace(b"\r\n ", b"").split(b"\r\n") if line.startswith(b"UID:"))
                self.files[path.name], self.given[path.name] = shown, said[uid.removeprefix(b"UID:").decode()]
                mail = message_from_bytes(path.read_bytes(), policy=policy.default)
                [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
                self.kinds[str(part.get_param("method"))] += 1

    def read(self) -> None:
        """All three read what the appointments said, and make no remark."""
        seen = checked(self.files)
        assert seen == {name: (said,) for name, said in self.given.items()}

    def _talks(self, tasks: list[StoredTask]) -> list[StoredTask]:
        return [task for task in tasks if task.plan.kind == "gesprek" and task.state in ("planned", "open")]


def plan(desk: Desk, task: StoredTask) -> None:
    day = desk.calendar(task.plan.party).first_open(local_date(desk.now) + timedelta(days=20))
    wish = TalkWish(starts=at_local(day, datetime.min.time().replace(hour=14)), place='Zaal "2", begane grond; links')
    appoint(desk, task, *filled_in(desk, task, wish))


def move(desk: Desk, task: StoredTask) -> None:
    """To another day and another length."""
    day = desk.calendar(task.plan.party).first_open(local_date(desk.now) + timedelta(days=27))
    wish = TalkWish(starts=at_local(day, datetime.min.time().replace(hour=9, minute=30)), minutes=45)
    appoint(desk, task, *filled_in(desk, task, wish))


def leave(desk: Desk, task: StoredTask) -> None:
    """One guest leaves while the gesprek goes on."""
    first = attendees_of(desk.connection, [task.plan.key])[task.plan.key][0].contact
    appoint(desk, task, filled_in(desk, task, TalkWish())[0], Guests(leave=(first,)))


def off(desk: Desk, task: StoredTask) -> None:
    call_off(desk, task)


def test_every_invitation_of_the_demo_is_read_by_all_three(tmp_path: Path) -> None:
    """Those of its year, and what follows when its gesprekken are planned, moved, left and called off."""
    ran = run("demo", "--once", "--workspace", str(tmp_path / "w"), "--now", NOW)
    assert ran.code == 0, ran.err
    with at_work(tmp_path / "w") as desk:
        post = Post(desk, parse_moment(NOW))
        post.collect()
        assert post.kinds["REQUEST"] > 10
        for act in (plan, move, leave, off):
            post.everybody(act)
    assert post.kinds["CANCEL"] > 10
    post.read()


@needs_shared_data
def test_every_invitation_to_95_schools_is_read_by_all_three(tmp_path: Path) -> None:
    rules = [path.stem for path in (ROOT / "rules" / "po").glob("*gesprek*.yaml")]
    office: Office = an_office(tmp_path / "w", sector="po", rules=rules)
    duo_register(tmp_path / "register")
    office.must("import", str(tmp_path / "register"), "--apply")
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--adopt", "--now", "2026-08-01T00:00")
    with at_work(office.folder) as desk:
        post = Post(desk, parse_moment("2026-09-01T10:00"))
        post.everybody(plan)
        for act in (move, leave, off):
            post.everybody(act, every=3)
    assert post.kinds["REQUEST"] > 300
    assert post.kinds["CANCEL"] > 60
    post.read()
