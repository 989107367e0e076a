"""Contacts, roles and absences changed on a page: who hears then, what becomes of mail that waits, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from engine import wiring
from engine.app.actions import carry_out
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.handing_over import hand_over, preview
from engine.app.means import Means
from engine.app.people import (
    Changed,
    Person,
    add_person,
    change_person,
    end_role,
    give_role,
    put_back,
    set_away,
    set_back,
    stamp,
)
from engine.app.tick import decide_all
from engine.core.action import ACTIONS, Wish
from engine.core.localtime import parse_moment
from engine.core.problem import Refused
from engine.store.absences import absences_of
from engine.store.database import scratch_database
from engine.store.links import Link, find_link, save_links
from engine.store.messages import all_messages, untried_of
from engine.store.notices import notices_of_messages
from engine.store.people import contact_by_email
from engine.store.register import roles_of_contact
from engine.store.rehearsal import copy_moving
from engine.store.successions import next_succession
from engine.store.tasks import load_tasks
from tests.workspaces import Office, a_running_office, copied

pytestmark = pytest.mark.slow

TASK = "thuiszitters.2026-2027.december.10AA00"
TODAY = "2026-11-25T09:00"
# `uitvraag` is due on 24 November; before it leaves at 08:30 the mail waits.
ASKED, REMINDED = "2026-11-24T08:30", "2026-12-08T08:30"


@dataclass
class People:
    """An office with its store, to change people in."""

    office: Office
    means: Means

    def number(self, email: str) -> int:
        with self.means.database.read() as connection:
            found = contact_by_email(connection, email)
        assert found is not None
        return found

    def do(self, change: Callable[..., Changed], *what: Any, at: str = TODAY, **more: Any) -> Changed:
        with self.means.database.write() as connection:
            return change(connection, self.means, *what, moment(at), **more)

    def undo(self, changed: Changed, at: str = TODAY) -> None:
        with self.means.database.write() as connection:
            put_back(connection, self.means, changed.undo, moment(at))

    def mails(self) -> list[tuple[str, str, str]]:
        """(address, state, the steps of the school's task) of every message that carries any, in order."""
        with self.means.database.read() as connection:
            found, notices = all_messages(connection), notices_of_messages(connection)
        carried = {one.id: [row.step for row in notices.get(one.id, ()) if row.task == TASK] for one in found}
        return [(one.email, one.state, " ".join(carried[one.id])) for one in found if carried[one.id]]

    def text_to(self, email: str) -> str:
        """The newest mail to that address, on one line."""
        with self.means.database.read() as connection:
            *_, mail = (one for one in all_messages(connection, ["queued"]) if one.email == email)
        raw = self.means.vault.open(mail.id, mail.raw or b"")
        body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
        assert body is not None
        return " ".join(body.get_content().split())

    def tick(self, at: str) -> None:
        decide_all(self.means, moment(at))
        compose(self.means, moment(at))

    def deliver(self, at: str) -> None:
        place = wiring.open_workspace(self.office.folder)
        deliver(self.means, wiring.channel_of(place, self.means.database), moment(at))

    def roles(self, email: str) -> list[tuple[str, str, date | None, date | None]]:
        with self.means.database.read() as connection:
            rows = roles_of_contact(connection, self.number(email)).values()
        return [(row.role, row.party, row.first, row.last) for row in rows]


def moment(text: str) -> datetime:
    return parse_moment(text)


@pytest.fixture(scope="module")
def unasked(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office in which nothing was asked yet."""
    return a_running_office(tmp_path_factory.mktemp("people") / "w", at="2026-11-02T09:00", rules=("thuiszitters",))


@pytest.fixture(scope="module")
def begun(unasked: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office in which the first question waits to be sent."""
    office = copied(unasked, tmp_path_factory.mktemp("begun") / "w")
    office.must("tick", "--now", ASKED)
    return office


@pytest.fixture
def people(begun: Office, tmp_path: Path) -> Iterator[People]:
    yield from _opened(copied(begun, tmp_path / "w"))


@pytest.fixture
def early(unasked: Office, tmp_path: Path) -> Iterator[People]:
    yield from _opened(copied(unasked, tmp_path / "w"))


def _opened(office: Office) -> Iterator[People]:
    place = wiring.open_workspace(office.folder)
    means = wiring.means_of(place, wiring.database_of(place))
    yield People(office, means)
    means.database.close()


OC, DIRECTEUR = "oc@linde.example", "directeur@linde.example"
JAN = Person("jan@linde.example", "Jan Visser")


def test_mail_that_waits_goes_to_the_stand_in_and_comes_back_when_that_is_undone(people: People) -> None:
    assert (OC, "queued", "uitvraag") in people.mails()
    away = people.do(set_away, people.number(OC), people.number(DIRECTEUR), date(2026, 11, 25), date(2026, 12, 4))
    people.tick(TODAY)
    mails = people.mails()
    assert (DIRECTEUR, "queued", "uitvraag") in mails
    assert OC not in [to for to, _, steps in mails if steps]
    people.undo(away)
    people.tick("2026-11-25T09:01")
    assert [to for to, state, steps in people.mails() if state == "queued" and steps and "linde" in to] == [OC]


def test_an_absence_ends_by_itself(people: People) -> None:
    people.deliver(ASKED)
    people.do(set_away, people.number(OC), people.number(DIRECTEUR), date(2026, 11, 25), date(2026, 12, 7))
    people.tick(REMINDED)
    assert [to for to, _, steps in people.mails() if steps == "herinnering"] == [OC]


def test_while_the_contact_is_away_a_reminder_goes_to_the_stand_in_with_the_text_of_the_request(people: People) -> None:
    people.deliver(ASKED)
    people.do(set_away, people.number(OC), people.number(DIRECTEUR), date(2026, 11, 25), date(2026, 12, 31))
    people.tick(REMINDED)
    assert [to for to, _, steps in people.mails() if steps == "herinnering"] == [DIRECTEUR]
    text = people.text_to(DIRECTEUR)
    assert "oc@linde.example is afwezig tot en met donderdag 31 december 2026. U vervangt deze collega." in text
    assert "Wilt u deze gegevens sturen?" in text


def test_two_people_cannot_stand_in_for_each_other(people: People) -> None:
    oc, directeur = people.number(OC), people.number(DIRECTEUR)
    people.do(set_away, oc, directeur, date(2026, 11, 25), date(2026, 12, 4))
    with pytest.raises(Refused, match="zelf afwezig"):
        people.do(set_away, directeur, oc, date(2026, 12, 4), date(2026, 12, 11))


def test_who_comes_back_earlier_hears_again(people: People) -> None:
    oc = people.number(OC)
    people.do(set_away, oc, people.number(DIRECTEUR), date(2026, 11, 25), date(2026, 12, 4))
    people.tick(TODAY)
    people.do(set_back, oc, at="2026-11-25T09:02")
    people.tick("2026-11-25T09:03")
    assert [to for to, state, steps in people.mails() if state == "queued" and "linde" in to and steps] == [OC]
    with pytest.raises(Refused, match="niet afwezig"):
        people.do(set_back, oc)


def test_work_goes_over_to_a_new_contact_who_first_gets_the_request(people: People) -> None:
    people.deliver(ASKED)
    oc = people.number(OC)
    with people.means.database.read() as connection:
        shown = preview(connection, people.means, oc, JAN, date(2026, 11, 25), moment(TODAY))
    assert [task.plan.key for task in shown.tasks] == [TASK]
    assert (len(shown.roles), shown.waiting, shown.hears) == (1, 0, moment(TODAY))
    done = people.do(hand_over, oc, JAN, date(2026, 11, 25))
    assert done.text == f"Het werk van {OC} is overgedragen aan Jan Visser: 1 rol en 1 open taak."
    assert people.roles(OC) == [("ondersteuningscoordinator", "10AA00", None, date(2026, 11, 24))]
    assert people.roles(JAN.email) == [("ondersteuningscoordinator", "10AA00", date(2026, 11, 25), None)]
    people.tick(TODAY)
    assert (JAN.email, "queued", "uitvraag") in people.mails()
    text = people.text_to(JAN.email)
    assert text.startswith(f"Sinds woensdag 25 november 2026 doet u het werk van {OC}. Beste Jan Visser,")
    people.tick("2026-11-25T09:01")
    assert [to for to, _, steps in people.mails() if steps and to == JAN.email] == [JAN.email]


def test_handing_over_is_undone_as_a_whole(people: People) -> None:
    people.deliver(ASKED)
    oc = people.number(OC)
    before = people.roles(OC)
    done = people.do(hand_over, oc, JAN, date(2026, 11, 25))
    people.tick(TODAY)
    people.undo(done)
    assert people.roles(OC) == before
    assert people.roles(JAN.email) == []
    people.tick("2026-11-25T09:01")
    assert [state for to, state, _ in people.mails() if to == JAN.email] == []
    people.tick(REMINDED)
    assert [to for to, _, steps in people.mails() if steps == "herinnering"] == [OC]


@pytest.mark.parametrize("ticked", [False, True], ids=["before the mail was made", "while it waits"])
def test_undoing_a_handing_over_asks_nobody_what_they_were_not_asked(people: People, ticked: bool) -> None:
    """The reminder went to who stood in: without the handing over the one who is back would not get it either."""
    people.deliver(ASKED)
    oc, day = people.number(OC), date(2026, 12, 10)
    people.do(set_away, oc, people.number(DIRECTEUR), date(2026, 11, 25), date(2026, 12, 9))
    people.tick(REMINDED)
    people.deliver(REMINDED)
    assert [to for to, _, steps in people.mails() if steps == "herinnering"] == [DIRECTEUR]
    done = people.do(hand_over, oc, JAN, day, at="2026-12-10T09:00")
    if ticked:
        people.tick("2026-12-10T09:00")
        assert (JAN.email, "queued", "herinnering") in people.mails()
    people.undo(done, at="2026-12-10T09:01")
    people.tick("2026-12-10T09:02")
    assert [to for to, _, steps in people.mails() if steps == "herinnering"] == [DIRECTEUR]
    people.tick("2026-12-14T08:30")
    assert (OC, "queued", "te-laat") in people.mails(), "what comes next comes as ever"


def test_work_that_is_handed_over_once_more_is_asked_of_the_same_successor(people: People) -> None:
    """The first time was undone while the mail still waited."""
    oc, day = people.number(OC), date(2026, 11, 25)
    done = people.do(hand_over, oc, JAN, day)
    people.tick(TODAY)
    people.undo(done)
    people.tick("2026-11-25T09:01")
    people.deliver("2026-11-25T09:02")
    assert [(to, state) for to, state, steps in people.mails() if steps and "linde" in to] == [(OC, "sent")]
    people.do(hand_over, oc, JAN, day, at="2026-11-25T09:03")
    people.tick("2026-11-25T09:04")
    assert (JAN.email, "queued", "uitvraag") in people.mails()


def test_who_else_hears_because_work_is_handed_over_is_told_before(people: People) -> None:
    """Who got the role beside the other was not asked yet; who was asked is not named."""
    people.deliver(ASKED)
    oc, day = people.number(OC), date(2026, 11, 25)

    def also() -> tuple[str, ...]:
        with people.means.database.read() as connection:
            return preview(connection, people.means, oc, JAN, day, moment(TODAY)).also

    assert also() == ()
    people.do(give_role, people.number(DIRECTEUR), "ondersteuningscoordinator", "10AA00", day, None)
    assert also() == (DIRECTEUR,)
    people.do(hand_over, oc, JAN, day)
    people.tick(TODAY)
    told = sorted(to for to, state, steps in people.mails() if state == "queued" and steps)
    assert told == [DIRECTEUR, JAN.email]


def test_a_handing_over_that_begins_later_changes_nothing_before(people: People) -> None:
    people.deliver(ASKED)
    people.do(hand_over, people.number(OC), JAN, date(2026, 11, 30))
    people.tick(TODAY)
    assert JAN.email not in [to for to, _, _ in people.mails()]
    people.do(change_person, people.number(DIRECTEUR), Person(DIRECTEUR, "D. Recteur"))
    people.tick("2026-11-25T09:05")
    people.tick("2026-11-30T08:30")
    assert (JAN.email, "queued", "uitvraag") in people.mails()


def test_who_takes_over_later_is_asked_on_that_day_what_opened_in_between(early: People) -> None:
    """Until then the old one is asked; each is asked once, however often the program looks."""
    before = early.do(hand_over, early.number(OC), JAN, date(2026, 11, 30), at="2026-11-20T09:00")
    assert before.text.endswith("1 rol. Op die dag hoort Jan Visser wat er dan openstaat.")
    early.tick(ASKED)
    early.deliver(ASKED)
    assert [to for to, state, steps in early.mails() if state == "sent" and "linde" in to] == [OC]
    early.tick("2026-11-29T23:00")
    assert JAN.email not in [to for to, _, _ in early.mails()]
    early.tick("2026-11-30T08:30")
    early.tick("2026-11-30T08:31")
    mails = [one for one in early.mails() if one[0] == JAN.email]
    assert mails == [(JAN.email, "queued", "uitvraag")]
    early.deliver("2026-11-30T08:32")
    early.tick("2026-12-01T08:30")
    assert [to for to, _, steps in early.mails() if steps == "uitvraag" and "linde" in to] == [OC, JAN.email]


def test_a_later_handing_over_is_undone_before_its_day_and_after(people: People) -> None:
    people.deliver(ASKED)
    oc, day = people.number(OC), date(2026, 11, 30)
    before = people.do(hand_over, oc, JAN, day)
    people.undo(before)
    with people.means.database.read() as connection:
        assert contact_by_email(connection, JAN.email) is None, "nothing holds the one who was added for it"
    people.tick("2026-11-30T08:30")
    assert [to for to, _, steps in people.mails() if steps == "uitvraag" and "linde" in to] == [OC]
    after = people.do(hand_over, oc, JAN, date(2026, 12, 1), at="2026-11-30T08:31")
    people.tick("2026-12-01T08:30")
    assert (JAN.email, "queued", "uitvraag") in people.mails()
    people.undo(after, at="2026-12-01T08:31")
    people.tick("2026-12-01T08:32")
    assert [(to, state) for to, state, steps in people.mails() if steps == "uitvraag" and "linde" in to] == [
        (OC, "sent")
    ]
    people.tick(REMINDED)
    assert [to for to, _, steps in people.mails() if steps == "herinnering"] == [OC]


def test_a_tick_that_breaks_on_the_day_of_a_handing_over_leaves_it_to_the_next(people: People) -> None:
    people.deliver(ASKED)
    people.do(hand_over, people.number(OC), JAN, date(2026, 11, 30))
    stop = "CREATE TRIGGER stop BEFORE UPDATE ON steps WHEN NEW.state = 'due' BEGIN SELECT RAISE(ABORT, 'stop'); END"
    with people.means.database.write() as connection:
        connection.execute(text(stop))
    with pytest.raises((IntegrityError, Refused)):
        people.tick("2026-11-30T08:30")
    with people.means.database.write() as connection:
        connection.execute(text("DROP TRIGGER stop"))
        assert next_succession(connection) == moment("2026-11-30T00:00")
    people.tick("2026-11-30T08:31")
    assert [one for one in people.mails() if one[0] == JAN.email] == [(JAN.email, "queued", "uitvraag")]


def test_the_mail_of_the_coming_weeks_knows_of_a_later_handing_over(people: People) -> None:
    people.deliver(ASKED)
    people.do(hand_over, people.number(OC), JAN, date(2026, 11, 30))
    until = moment("2026-12-02T00:00")
    with people.means.database.read() as source, scratch_database().write() as target:
        copy_moving(source, target, moment(TODAY), until)
        assert next_succession(target) == moment("2026-11-30T00:00")
        assert TASK in [task.plan.key for task in load_tasks(target)]


def test_work_that_goes_on_to_another_before_its_day_is_asked_of_the_last(people: People) -> None:
    people.deliver(ASKED)
    day, els = date(2026, 11, 30), Person("els@linde.example", "Els Last")
    people.do(hand_over, people.number(OC), JAN, day)
    people.do(hand_over, people.number(JAN.email), els, day, at="2026-11-26T09:00")
    people.tick("2026-11-30T08:30")
    assert [to for to, state, steps in people.mails() if state == "queued" and steps] == [els.email]


def test_links_of_who_hands_over_later_end_on_that_day(people: People) -> None:
    oc = people.number(OC)
    with people.means.database.write() as connection:
        (message,) = [one.id for one in untried_of(connection, [oc])]
        save_links(connection, [Link(message, "digest", oc, moment(ASKED), moment("2027-02-01T00:00"))])
    people.deliver(ASKED)
    done = people.do(hand_over, oc, JAN, date(2026, 11, 30))

    def ended() -> bool:
        with people.means.database.read() as connection:
            found = find_link(connection, "digest")
        assert found is not None
        return found.revoked

    people.tick("2026-11-29T12:00")
    assert not ended()
    people.tick("2026-11-30T00:01")
    assert ended()
    people.undo(done, at="2026-11-30T09:00")
    assert not ended()


def test_mail_that_waits_goes_over_too(people: People) -> None:
    people.do(hand_over, people.number(OC), JAN, date(2026, 11, 25))
    people.tick(TODAY)
    assert [to for to, state, steps in people.mails() if state == "queued" and steps and "linde" in to] == [JAN.email]


def test_a_reminder_by_hand_that_waits_does_not_go_to_who_is_away(people: People) -> None:
    people.deliver(ASKED)
    carry_out(people.means, Wish(ACTIONS["herinnering"]), [TASK], moment(TODAY), by="Anna")
    assert [to for to, state, steps in people.mails() if state == "queued" and "+" in steps] == [OC]
    people.do(set_away, people.number(OC), people.number(DIRECTEUR), date(2026, 11, 25), date(2026, 12, 4))
    people.tick("2026-11-25T09:01")
    assert [(to, steps) for to, state, steps in people.mails() if state == "queued"] == [(DIRECTEUR, "uitvraag")]


@pytest.mark.parametrize("ticked", [False, True], ids=["before the mail was made", "while it waits"])
@pytest.mark.parametrize("later", [False, True], ids=["today", "later"])
def test_a_reminder_by_hand_that_waits_comes_back_when_a_handing_over_is_undone(
    people: People, ticked: bool, later: bool
) -> None:
    people.deliver(ASKED)
    if later:
        done = people.do(hand_over, people.number(OC), JAN, date(2026, 11, 25), at="2026-11-24T09:00")
    carry_out(people.means, Wish(ACTIONS["herinnering"]), [TASK], moment("2026-11-24T16:59"), by="Anna")
    assert [to for to, state, steps in people.mails() if state == "queued" and "+" in steps] == [OC]
    if not later:
        done = people.do(hand_over, people.number(OC), JAN, date(2026, 11, 25))
    if ticked or later:
        people.tick(TODAY)
        assert (JAN.email, "queued", "uitvraag") in people.mails()
    assert [to for to, state, steps in people.mails() if state == "queued" and "+" in steps] == []
    people.undo(done, at="2026-11-25T09:01")
    people.tick("2026-11-25T09:02")
    waiting = [(to, steps) for to, state, steps in people.mails() if state == "queued"]
    assert waiting == [(OC, "herinnering+1")]
    people.deliver("2026-11-25T10:00")
    assert (OC, "sent", "herinnering+1") in people.mails()


def test_links_of_who_hands_over_end_and_come_back_when_that_is_undone(people: People) -> None:
    oc = people.number(OC)
    with people.means.database.write() as connection:
        (message,) = [one.id for one in untried_of(connection, [oc])]
        save_links(connection, [Link(message, "digest", oc, moment(ASKED), moment("2027-02-01T00:00"))])
    done = people.do(hand_over, oc, JAN, date(2026, 11, 25))
    with people.means.database.read() as connection:
        found = find_link(connection, "digest")
    assert found is not None
    assert found.revoked
    people.undo(done)
    with people.means.database.read() as connection:
        found = find_link(connection, "digest")
    assert found is not None
    assert not found.revoked


def test_another_address_is_where_waiting_mail_goes_and_an_old_list_does_not_undo_it(people: People) -> None:
    new = Person("o.coordinator@linde.example", "O. Coördinator")
    people.do(change_person, people.number(OC), new)
    assert (new.email, "queued", "uitvraag") in people.mails()
    old_list = people.office.must("import", str(people.office.folder / "register"), "--json", "--now", TODAY)
    assert [(one["change"], one["fields"][0]["field"]) for one in old_list.json] == [("stays", "email")]
    people.office.must("import", str(people.office.folder / "register"), "--apply", "--now", TODAY)
    assert people.roles(new.email) == [("ondersteuningscoordinator", "10AA00", None, None)]


def test_a_handing_over_survives_an_old_list(people: People) -> None:
    people.do(hand_over, people.number(OC), JAN, date(2026, 11, 25))
    people.office.must("import", str(people.office.folder / "register"), "--apply", "--now", TODAY)
    assert people.roles(OC) == [("ondersteuningscoordinator", "10AA00", None, date(2026, 11, 24))]
    assert people.roles(JAN.email) == [("ondersteuningscoordinator", "10AA00", date(2026, 11, 25), None)]


def test_a_list_that_names_the_successor_rules_from_then_on(people: People) -> None:
    people.do(hand_over, people.number(OC), JAN, date(2026, 11, 25))
    lists = people.office.folder / "register" / "scholen.csv"
    lists.write_text(lists.read_text().replace(OC, JAN.email))
    folder = str(people.office.folder / "register")
    told = people.office.must("import", folder, "--apply", "--now", TODAY)
    assert "Er verandert niets" in told.out
    lists.write_text(lists.read_text().replace(JAN.email, "els@linde.example"))
    people.office.must("import", folder, "--apply", "--now", TODAY)
    assert people.roles(JAN.email)[0][3] == date(2026, 11, 24)


def test_a_role_is_given_and_ended(people: People) -> None:
    added = people.do(add_person, JAN)
    given = people.do(give_role, added.contact, "directeur", "10AA00", date(2026, 11, 25), None)
    assert given.text == "Jan Visser heeft de rol directeur bij De Linde."
    with pytest.raises(Refused, match="al"):
        people.do(give_role, added.contact, "directeur", "10AA00", date(2026, 11, 25), None)
    with people.means.database.read() as connection:
        (number,) = roles_of_contact(connection, added.contact)
    people.do(end_role, added.contact, number, date(2026, 12, 31))
    assert people.roles(JAN.email) == [("directeur", "10AA00", date(2026, 11, 25), date(2026, 12, 31))]


def test_a_change_after_it_is_undone_first(people: People) -> None:
    added = people.do(add_person, JAN)
    given = people.do(give_role, added.contact, "directeur", "10AA00", date(2026, 11, 25), None)
    with pytest.raises(Refused, match="daarna nog gewijzigd"):
        people.undo(added)
    people.undo(given)
    people.undo(added)
    with people.means.database.read() as connection:
        assert contact_by_email(connection, JAN.email) is None


def test_a_change_that_was_made_before_the_store_got_a_column_can_be_undone(people: People) -> None:
    oc = people.number(OC)
    done = people.do(give_role, oc, "directeur", "10AA00", date(2026, 11, 25), None)
    for rows in (done.undo["before"], done.undo["after"]):
        for row in rows["roles"]:
            del row["came"]
    people.undo(done)
    assert people.roles(OC) == [("ondersteuningscoordinator", "10AA00", None, None)]


def test_an_address_is_of_one_contact(people: People) -> None:
    with pytest.raises(Refused, match="andere contactpersoon"):
        people.do(change_person, people.number(OC), Person(DIRECTEUR, "Ook"))
    with pytest.raises(Refused, match="al een contactpersoon"):
        people.do(add_person, Person(DIRECTEUR, "Ook"))


def test_the_stamp_changes_with_the_contact(people: People) -> None:
    oc = people.number(OC)
    with people.means.database.read() as connection:
        before = stamp(connection, oc)
    people.do(change_person, oc, Person(OC, "O. Coördinator"))
    with people.means.database.read() as connection:
        assert stamp(connection, oc) != before


def test_who_takes_over_also_stands_in_where_the_other_did(people: People) -> None:
    oc, directeur = people.number(OC), people.number(DIRECTEUR)
    people.do(set_away, oc, directeur, date(2026, 11, 25), date(2026, 12, 31))
    done = people.do(hand_over, directeur, JAN, date(2026, 12, 1))
    with people.means.database.read() as connection:
        rows = absences_of(connection, oc)
    jan = people.number(JAN.email)
    assert [(row.stand_in, row.first, row.last) for row in rows] == [
        (directeur, date(2026, 11, 25), date(2026, 11, 30)),
        (jan, date(2026, 12, 1), date(2026, 12, 31)),
    ]
    people.undo(done)
    with people.means.database.read() as connection:
        assert [row.stand_in for row in absences_of(connection, oc)] == [directeur]


@pytest.mark.slow
def test_what_is_open_goes_over_from_somebody_who_is_away_too(people: People) -> None:
    people.deliver(ASKED)
    oc = people.number(OC)
    people.do(set_away, oc, people.number(DIRECTEUR), date(2026, 11, 25), date(2026, 12, 31))
    assert people.do(hand_over, oc, JAN, date(2026, 11, 25)).text.endswith("1 rol en 1 open taak.")
    people.tick(TODAY)
    assert (JAN.email, "queued", "uitvraag") in people.mails()


def test_a_simulated_year_knows_who_is_away(people: People) -> None:
    people.do(set_away, people.number(OC), people.number(DIRECTEUR), date(2026, 11, 20), date(2026, 12, 10))
    year = people.office.must("simulate", "--schooljaar", "2026-2027", "--answers", "none", "--json").lines
    told = [
        (one["at"][:10], one["to"])
        for one in year
        if one["event"] == "message" and any(step["task"] == TASK for step in one["notices"])
    ]
    assert {to for at, to in told if at <= "2026-12-10" and "linde" in to} == {DIRECTEUR}
    assert ("2026-12-14", OC) in told
