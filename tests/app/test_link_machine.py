"""Any order of mailing links, answering, revoking, and changes of people keeps what a link and an answer mean."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine import wiring
from engine.adapters.tokens import SeededTokens
from engine.app.answering import AnsweredMeanwhile, NotAsked, answer, questions, reader_of
from engine.app.means import Means
from engine.app.receipts import send_link
from engine.core.answer import REQUESTS, AnswerKind
from engine.core.localtime import local_date, parse_moment
from engine.core.problem import Refused
from engine.core.states import TASK_MOVES
from engine.store.answers import answers_of
from engine.store.database import Database, scratch_database
from engine.store.facts import register_changed
from engine.store.links import revoke_links
from engine.store.register import load_sheets, readdress, replace_roles
from engine.store.tasks import load_task
from engine.store.transitions import history
from tests.workspaces import a_running_office

LINDE, BAKEN = "thuiszitters.2026-2027.december.10AA00", "thuiszitters.2026-2027.december.11BB00"
PEOPLE = ("oc@linde.example", "oc@baken.example", "consulent@swv.example")
KINDS: tuple[AnswerKind, ...] = ("done", "not_applicable", "withdrawn", "more_time", "someone_else")
KIND, KEY = st.sampled_from(KINDS), st.sampled_from((LINDE, BAKEN))
STATES = {"done": "done", "not_applicable": "waived", "withdrawn": "open"}


@dataclass
class Noted:
    """A source of tokens that remembers the last secret it gave."""

    source: SeededTokens = field(default_factory=lambda: SeededTokens(1))
    last: str = ""

    def token(self) -> str:
        """For a Message-ID."""
        return self.source.token()

    def secret(self) -> str:
        """For a link."""
        self.last = self.source.secret()
        return self.last


@dataclass
class Minted:
    """A link as it left: to whom, at which address, and until when."""

    token: str
    contact: int
    email: str
    ends: datetime
    revoked: bool = False


@cache
def an_office() -> tuple[Means, Database, Noted]:
    """An office in which the december round is open, in memory, and a copy of it as it is then."""
    with tempfile.TemporaryDirectory() as name:
        office = a_running_office(Path(name) / "w", at="2026-11-20T09:00", rules=("thuiszitters",))
        office.must("tick", "--now", "2026-11-24T09:00")
        place = wiring.open_workspace(office.folder)
        file = wiring.database_of(place)
        kept, living, tokens = scratch_database(), scratch_database(), Noted()
        file.copy_to(kept)
        file.close()
        means = wiring.simulation_means(place, 1)
    site = replace(means.settings, link_address="https://planning.swv.example")
    return replace(means, database=living, settings=site, tokens=tokens), kept, tokens


class Links(RuleBasedStateMachine):
    """People, the bureau and time, in any order."""

    @initialize()
    def begin(self) -> None:
        self.means, kept, self.tokens = an_office()
        kept.copy_to(self.means.database)
        self.means._kept.register = None
        self.now = parse_moment("2026-11-25T10:00")
        self.minted: list[Minted] = []
        with self.means.database.read() as connection:
            self.roles = load_sheets(connection).roles
            register = self.means.register(connection)
        numbers = {one.email: one.id for one in register.contacts.values()}
        self.contacts = [numbers[email] for email in PEOPLE]

    @rule(who=st.integers(0, 2))
    def a_link_is_mailed(self, who: int) -> None:
        with self.means.database.write() as connection:
            register = self.means.register(connection)
            contact = register.contacts[self.contacts[who]]
            due = [one.task.plan.due for one in questions(connection, register, contact.id, self.now) if one.is_open]
            if register.roles_of(contact.id, local_date(self.now)) and send_link(
                connection, contact, due, self.means, register, self.now
            ):
                today = local_date(self.now)
                last = max(max(due, default=today) + timedelta(days=30), today + timedelta(days=7))
                ends = parse_moment(f"{last + timedelta(days=1)}T00:00")
                self.minted.append(Minted(self.tokens.last, contact.id, contact.email, ends))

    @rule(who=st.integers(0, 2), acts=st.lists(st.tuples(KIND, KEY, st.booleans()), min_size=1, max_size=4))
    def somebody_answers(self, who: int, acts: list[tuple[AnswerKind, str, bool]]) -> None:
        for kind, key, fresh in acts:
            self.one_answer(self.contacts[who], kind, key, fresh=fresh)

    def one_answer(self, contact: int, kind: AnswerKind, key: str, *, fresh: bool) -> None:
        with self.means.database.read() as connection:
            register = self.means.register(connection)
            who = register.contacts[contact]
            mine = {one.task.plan.key: one for one in questions(connection, register, contact, self.now)}
        seen = mine[key].seen if fresh and key in mine else "open-0"
        before, count = self.tokens.last, self.given(key)
        now_known = key in mine and seen == mine[key].seen
        try:
            answer(self.means, who, key, kind, self.now, seen=seen, remark="De directeur")
        except NotAsked:
            assert key not in mine
        except (AnsweredMeanwhile, Refused):
            assert self.tokens.last == before, "nothing was confirmed"
            assert not (now_known and mine[key].changeable and kind not in REQUESTS), "one's answer can be changed"
        else:
            assert key in mine
            assert self.given(key) == count + now_known, "what one did not see is not overwritten"

    def given(self, key: str) -> int:
        with self.means.database.read() as connection:
            return len(answers_of(connection, [key]).get(key, []))

    @rule(who=st.integers(0, 2))
    def the_bureau_revokes(self, who: int) -> None:
        with self.means.database.write() as connection:
            revoke_links(connection, self.contacts[who], self.now)
        for one in self.minted:
            one.revoked |= one.contact == self.contacts[who] and one.ends > self.now

    @rule(who=st.integers(0, 2), back=st.booleans())
    def an_address_changes(self, who: int, back: bool) -> None:
        old, new = (f"nieuw-{PEOPLE[who]}", PEOPLE[who]) if back else (PEOPLE[who], f"nieuw-{PEOPLE[who]}")
        with self.means.database.write() as connection:
            readdress(connection, [(old, new)])
            register_changed(connection)

    @rule(who=st.integers(0, 2), back=st.booleans())
    def a_role_ends(self, who: int, back: bool) -> None:
        with self.means.database.write() as connection:
            email = self.means.register(connection).contacts[self.contacts[who]].email
            kept = [row for row in load_sheets(connection).roles if row.email != email]
            own = [replace(row, email=email) for row in self.roles if row.email == PEOPLE[who]] if back else []
            replace_roles(connection, [*kept, *own])
            register_changed(connection)

    @rule(days=st.sampled_from((0, 1, 5, 20)))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=16)

    @invariant()
    def a_link_opens_its_readers_page_and_nothing_else(self) -> None:
        with self.means.database.read() as connection:
            register = self.means.register(connection)
            for one in self.minted:
                person = register.contacts[one.contact]
                works = not one.revoked and self.now < one.ends and person.email == one.email
                works = works and bool(register.roles_of(one.contact, local_date(self.now)))
                who = reader_of(connection, one.token, register, self.now)
                assert (who is not None) == works
                assert who is None or who.id == one.contact
                assert reader_of(connection, one.token[:-1] + "!", register, self.now) is None

    @invariant()
    def a_task_stands_as_its_newest_answer_says(self) -> None:
        with self.means.database.read() as connection:
            for key in (LINDE, BAKEN):
                task = load_task(connection, key)
                assert task is not None
                told = [one for one in answers_of(connection, [key]).get(key, []) if one.kind not in REQUESTS]
                assert task.state == (STATES[told[-1].kind] if told else "open")
                moves = history(connection, key)
                for one, after in pairwise(moves):
                    assert one.after == after.before
                assert all(one.move == "undo" or TASK_MOVES[one.before, one.move] == one.after for one in moves)


@pytest.mark.slow
def test_links_and_answers_keep_their_meaning() -> None:
    """A link opens its reader's page until it ends, is revoked, or its reader has another address or no role."""
    run_state_machine_as_test(Links, settings=settings(max_examples=20, stateful_step_count=20, deadline=None))
