"""Any order of changing people and their roles, handing over, being away, answering and ticking keeps every promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from engine.app import handing_over, intake, people
from engine.app.compose import compose
from engine.app.hearing import hearers
from engine.app.people import Changed, Person
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.recipients import places
from engine.core.task import StoredTask
from engine.store.absences import load_absences
from engine.store.database import Database
from engine.store.messages import untried_of
from engine.store.notices import heard_of, notices_of_messages
from engine.store.register import roles_of_contact
from engine.store.tables import contacts, links, messages
from engine.store.tasks import load_tasks
from tests.app.test_acting import LATER, a_new_office
from tests.faulty.loose_ends import loose_ends
from tests.faulty.opened import Opened, wall
from tests.faulty.outside import Sent
from tests.faulty.promises import broken_promises
from tests.faulty.year import FaultyYear, Imported

HOURS = (1, 6, 24, 24, 72, 24 * 8)
NUMBERS = st.integers(0, 40)


@cache
def an_office() -> tuple[FaultyYear, Database, tuple[object, ...]]:
    """The office, a copy of its store, and what it has lived through."""
    office, kept = a_new_office()
    return office, kept, tuple(office.log)


class People(RuleBasedStateMachine):
    """The bureau, the schools and the clock, in any order."""

    @initialize()
    def begin(self) -> None:
        self.office, kept, lived = an_office()
        kept.copy_to(self.office.means.database)
        self.office.weather.now = LATER
        self.office.log[:] = lived
        self.done: list[Changed] = []
        self.known: set[int] = set()
        self.ended: dict[int, datetime] = {}
        self.read = len(self.office.log)

    @rule(who=NUMBERS, what=st.sampled_from(("email", "name", "weekly", "daily")), number=st.integers(0, 9))
    def somebody_is_changed(self, who: int, what: str, number: int) -> None:
        def change(connection: Connection, contact: int) -> Changed:
            row = connection.execute(select(contacts).where(contacts.c.id == contact)).one()
            to = Person(
                f"ander{number}-{contact}@school.example" if what == "email" else row.email,
                f"Naam {number}" if what == "name" else row.name,
                row.salutation,
                row.phone,
                {"weekly": number % 5, "daily": None}.get(what, row.weekly),
            )
            return people.change_person(connection, self.office.means, contact, to, self.office.now)

        self.do(who, change)

    @rule(who=NUMBERS, role=st.sampled_from(("directeur", "ondersteuningscoordinator")), number=st.integers(0, 2))
    def somebody_gets_a_role(self, who: int, role: str, number: int) -> None:
        school = [row.id for row in self.office.sheets.parties if row.kind == "school"][number]
        self.do(
            who,
            lambda connection, contact: people.give_role(
                connection, self.office.means, contact, role, school, None, None, self.office.now
            ),
        )

    @rule(who=NUMBERS, days=st.integers(-1, 9))
    def a_role_ends(self, who: int, days: int) -> None:
        def end(connection: Connection, contact: int) -> Changed:
            number = next(iter(roles_of_contact(connection, contact)), -1)
            last = wall(self.office.now).date() + timedelta(days=days)
            return people.end_role(connection, self.office.means, contact, number, last, self.office.now)

        self.do(who, end)

    @rule(who=NUMBERS, other=NUMBERS, fresh=st.booleans(), days=st.integers(0, 9))
    def work_is_handed_over(self, who: int, other: int, fresh: bool, days: int) -> None:
        def hand_over(connection: Connection, contact: int) -> Changed:
            numbers = sorted(connection.execute(select(contacts.c.id)).scalars())
            row = connection.execute(select(contacts).where(contacts.c.id == numbers[other % len(numbers)])).one()
            to = Person(f"opvolger-{contact}@school.example", "Opvolger") if fresh else Person(row.email, row.name)
            day = wall(self.office.now).date() + timedelta(days=days)
            said = handing_over.preview(connection, self.office.means, contact, to, day, self.office.now)
            done = handing_over.hand_over(connection, self.office.means, contact, to, day, self.office.now)
            assert said.roles
            if days == 0:
                self.ended[contact] = self.office.now
            return done

        self.do(who, hand_over)

    @rule(who=NUMBERS, other=NUMBERS, days=st.integers(0, 3), ticked=st.booleans())
    def work_is_handed_over_and_that_is_taken_back(self, who: int, other: int, days: int, ticked: bool) -> None:
        """Nobody is to hear more than before."""
        before = self.to_hear()
        done = len(self.done)
        self.work_is_handed_over(who, other, False, days)
        if len(self.done) > done:
            if ticked:
                compose(self.office.means, self.office.now)
            self.the_last_change_is_taken_back()
            assert self.to_hear() <= before

    @rule(who=NUMBERS, other=NUMBERS, fresh=st.booleans(), days=st.integers(1, 9))
    def work_goes_over_on_a_later_day(self, who: int, other: int, fresh: bool, days: int) -> None:
        """On that day the successor hears all that the old one was to answer the day before, and nobody twice."""
        done = len(self.done)
        self.work_is_handed_over(who, other, fresh, days)
        if len(self.done) == done:
            return
        (asked,) = (one.undo["asked"] for one in self.done[-1:])
        self.time_passes(24 * days)
        day = wall(self.office.now).date()
        with self.office.means.database.read() as connection:
            register = self.office.means.register(connection)
            old = self.done[-1].contact
            tasks = [task for task in load_tasks(connection) if task.state == "open" and task.arranged is None]
            names = {step.plan.name for task in tasks for step in task.steps}
            heard = heard_of(connection, [task.plan.key for task in tasks], names)
        for task in tasks:
            was = self.answerers(task, register, day - timedelta(days=1))
            told = {contact for key, _, contact in heard if key == task.plan.key}
            if old in was and asked["contact"] in self.answerers(task, register, day) and told:
                waits = any(step.state in ("due", "pending") and step.plan.position == 0 for step in task.steps)
                due = any(step.state == "due" for step in task.steps)
                assert asked["contact"] in told or due or waits, task.plan.key

    @rule(who=NUMBERS, other=NUMBERS, days=st.integers(1, 9), hours=st.sampled_from(HOURS))
    def a_later_handing_over_is_taken_back_in_time(self, who: int, other: int, days: int, hours: int) -> None:
        """Before its day nothing of it is left: the successor hears nothing because of it."""
        done = len(self.done)
        self.work_is_handed_over(who, other, False, days)
        if len(self.done) > done:
            self.time_passes(min(hours, 24 * days - 24))
            before = self.to_hear()
            self.the_last_change_is_taken_back()
            assert self.to_hear() <= before

    @rule(who=NUMBERS, other=NUMBERS, first=st.integers(0, 5), length=st.integers(0, 12))
    def somebody_is_away(self, who: int, other: int, first: int, length: int) -> None:
        def away(connection: Connection, contact: int) -> Changed:
            numbers = sorted(connection.execute(select(contacts.c.id)).scalars())
            begin = wall(self.office.now).date() + timedelta(days=first)
            end = begin + timedelta(days=length)
            stand_in = numbers[other % len(numbers)]
            return people.set_away(connection, self.office.means, contact, stand_in, begin, end, self.office.now)

        self.do(who, away)

    @rule(who=NUMBERS)
    def somebody_is_back(self, who: int) -> None:
        self.do(
            who,
            lambda connection, contact: people.set_back(connection, self.office.means, contact, self.office.now),
        )

    @rule()
    def the_last_change_is_taken_back(self) -> None:
        if not self.done:
            return
        undo = self.done.pop().undo
        try:
            with self.office.means.database.write() as connection:
                people.put_back(connection, self.office.means, undo, self.office.now)
        except Refused:
            return
        self.ended.pop((undo.get("links") or {}).get("contact"), None)
        self._register_is_new()

    @rule(number=NUMBERS)
    def a_school_answers(self, number: int) -> None:
        with self.office.means.database.read() as connection:
            asked = [task.plan.key for task in load_tasks(connection) if task.state == "open"]
        if asked:
            self.office.act(asked[number % len(asked)], "submit")

    @rule(hours=st.sampled_from(HOURS))
    def time_passes(self, hours: int) -> None:
        end = self.office.now + timedelta(hours=hours)
        while self.office.now < end:
            self.office.weather.now = min(end, self.office.now + timedelta(hours=6))
            self.office.step()

    @rule()
    def the_bureau_releases(self) -> None:
        self.office.release_all()

    @invariant()
    def who_was_written_to_stays_and_no_address_is_two_peoples(self) -> None:
        """Who was made by a change that is taken back goes, unless mail is on its way or was sent."""
        with self.office.means.database.read() as connection:
            rows = connection.execute(select(contacts.c.id, contacts.c.email)).all()
            self.known |= set(connection.execute(select(messages.c.contact)).scalars())
        assert len({row.email for row in rows}) == len(rows)
        assert self.known <= {row.id for row in rows}

    @invariant()
    def who_is_away_gets_no_digest(self) -> None:
        fresh, self.read = self.office.log[self.read :], len(self.office.log)
        with self.office.means.database.read() as connection:
            found = load_absences(connection)
            emails = {row.id: row.email for row in connection.execute(select(contacts.c.id, contacts.c.email))}
        for mail in (one for one in fresh if isinstance(one, Sent) and one.kind == "digest"):
            day = wall(mail.at).date()
            away = [one for one in found if one.first <= day <= one.last and emails[one.contact] == mail.to]
            assert not away, (mail, away)

    @invariant()
    def links_of_who_handed_over_are_closed(self) -> None:
        with self.office.means.database.read() as connection:
            for contact, moment in self.ended.items():
                found = connection.execute(
                    select(links)
                    .join(messages, messages.c.id == links.c.message)
                    .where(messages.c.contact == contact, messages.c.sent_at <= int(moment.timestamp() * 1000))
                )
                assert all(row.revoked_at is not None for row in found), contact

    @invariant()
    def promises_are_kept(self) -> None:
        assert broken_promises(self.office.log) == []

    def teardown(self) -> None:
        """After calm days nothing waits for what is past."""
        if not hasattr(self, "office"):
            return
        self.office.release_all()
        for _ in range(8):
            self.office.weather.now += timedelta(hours=12)
            self.office.step()
        assert loose_ends(self.office.means.database, self.office.now) == []
        assert broken_promises(self.office.log) == []

    def answerers(self, task: StoredTask, register: Register, day: date) -> set[int]:
        """Who is to answer on that day, also who is away."""
        present = replace(register, absences=())
        where = places((task.plan.asked,), task.plan.party, present) if task.plan.asked else []
        return {contact for role, place in where for contact in present.who(role, place, day).contacts}

    def to_hear(self) -> set[tuple[str, int]]:
        """(task, contact) of mail that waits, and of steps that are due for who did not hear of them."""
        today = wall(self.office.now).date()
        with self.office.means.database.read() as connection:
            register = self.office.means.register(connection)
            everybody = sorted(connection.execute(select(contacts.c.id)).scalars())
            waiting = notices_of_messages(connection, [one.id for one in untried_of(connection, everybody)])
            tasks = load_tasks(connection)
            names = {step.plan.name for task in tasks for step in task.steps}
            heard = heard_of(connection, [task.plan.key for task in tasks], names)
        found = {(one.task, one.contact) for notices in waiting.values() for one in notices}
        return found | {
            (task.plan.key, one.contact)
            for task in tasks
            for step in task.steps
            if step.state == "due"
            for one in hearers(task, step, register, today)
            if (task.plan.key, step.plan.name, one.contact) not in heard
        }

    def do(self, who: int, change: Any) -> None:
        """Somebody of the register is changed; what is refused changes nothing."""
        try:
            with self.office.means.database.write() as connection:
                numbers = sorted(connection.execute(select(contacts.c.id)).scalars())
                self.done.append(change(connection, numbers[who % len(numbers)]))
        except Refused:
            return
        self._register_is_new()

    def _register_is_new(self) -> None:
        with self.office.means.database.read() as connection:
            self.office.sheets = intake.load_sheets(connection)
        self.office.opened = Opened(self.office.sheets)
        self.office.log.append(Imported(self.office.now, self.office.sheets))


@pytest.mark.slow
def test_changing_people_keeps_its_word() -> None:
    run_state_machine_as_test(People, settings=settings(max_examples=25, stateful_step_count=25))


@pytest.mark.slow
@pytest.mark.parametrize("who", [6, 19, 23, 24])
@pytest.mark.parametrize("ticked", [False, True], ids=["at once", "while mail waits"])
def test_who_was_away_hears_no_more_once_a_handing_over_is_taken_back(who: int, ticked: bool) -> None:
    """While they were away another was asked, or has the mail that waits."""
    people = People()
    people.begin()
    people.somebody_is_away(who, who + 7, 0, 12)
    for hours in (24 * 8, 24 * 5, 24):
        people.time_passes(hours)
    people.work_is_handed_over_and_that_is_taken_back(who, who + 11, 0, ticked)
