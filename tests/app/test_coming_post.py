"""What goes out in the coming weeks is told by what will send it, and tells what is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from engine import wiring
from engine.adapters.mime import parts_of
from engine.app import outbox, post_acts
from engine.app.coming_post import ComingPost, coming_post
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.means import Means
from engine.app.outgoing import Sight, outgoing
from engine.app.people import set_away
from engine.app.player import Player
from engine.app.post_acts import Chosen
from engine.app.proof import send_proof
from engine.app.respond import act
from engine.app.tick import decide_all
from engine.app.undoable import released_fixed
from engine.core.delivery import READY_BEFORE
from engine.core.letter import Letter, Rendered
from engine.core.localtime import local_date, parse_moment, to_ms
from engine.core.ports import RenderError
from engine.core.problem import Refused
from engine.core.sheets import RoleEntry
from engine.store.acts import Act
from engine.store.database import scratch_database
from engine.store.facts import register_changed
from engine.store.messages import Message, all_messages, change_message, message
from engine.store.notices import notices_of_message
from engine.store.register import roles_of_contact, save_roles_of
from engine.store.rehearsal import LEFT, PARTLY, WHOLE
from engine.store.tables import contacts, metadata, roles, steps, tasks
from tests.workspaces import a_running_office

pytestmark = pytest.mark.slow

# A Friday before the round of december opens.
BEFORE = parse_moment("2026-11-20T12:00")
MORNING = parse_moment("2026-11-24T08:30")


@dataclass
class Week:
    """An office in memory at some moment, with what the tests do to it."""

    means: Means

    def coming(self, now: datetime = BEFORE) -> ComingPost:
        return coming_post(self.means, lambda: wiring.rehearsal_of(self.means), wiring.no_channel(), now)

    def tick(self, now: datetime) -> None:
        decide_all(self.means, now)
        compose(self.means, now)
        deliver(self.means, wiring.no_channel(), now)

    def messages(self, *states: str) -> list[Message]:
        with self.means.database.read() as connection:
            return [one for one in all_messages(connection) if one.state in states]


class Broken:
    """A renderer whose text has a fault."""

    def render(self, letter: Letter, templates: Mapping[str, str]) -> Rendered:
        raise RenderError("herinnering", "Regel 3.")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Means]:
    """An office whose schooljaar runs, played by nobody, in memory."""
    folder: Path = tmp_path_factory.mktemp("post") / "w"
    a_running_office(folder, rules=("thuiszitters",), at="2026-11-01T00:00")
    place = wiring.open_workspace(folder)
    source, means = wiring.database_of(place), wiring.simulation_means(place, 1)
    source.copy_to(means.database)
    source.close()
    yield means
    means.database.close()


@pytest.fixture(scope="module")
def told(office: Means) -> ComingPost:
    """What the office tells of the coming weeks."""
    return Week(office).coming()


@pytest.fixture
def week(office: Means) -> Iterator[Week]:
    """A copy of the office."""
    means = office.on(scratch_database())
    office.database.copy_to(means.database)
    yield Week(means)
    means.database.close()


def state(connection: Connection) -> str:
    """All that is stored, as a digest."""
    rows = [connection.execute(select(table)).all() for table in metadata.sorted_tables]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_what_is_told_is_what_leaves_when_nobody_answers(week: Week, told: ComingPost) -> None:
    with week.means.database.read() as connection:
        templates = week.means.templates(connection)
    expected = {
        (one.day, one.letter.to_email, words.subject)
        for one in told.mails
        if isinstance(words := told.in_words(one, week.means, templates), Rendered)
    }
    for _ in Player(week.means, wiring.no_channel(), "none", 0).play(BEFORE, BEFORE + timedelta(days=29)):
        pass
    left = {(local_date(one.sent_at), one.email, one.subject) for one in week.messages("sent") if one.sent_at}
    assert expected == left
    assert len(expected) > 10


def test_looking_ahead_changes_nothing_in_the_store(week: Week) -> None:
    with week.means.database.read() as connection:
        before = state(connection)
    assert week.coming().mails
    with week.means.database.read() as connection:
        assert state(connection) == before


@pytest.mark.slow
def test_what_is_odd_about_a_mail_is_told(week: Week) -> None:
    """Nobody has the role; the receiver is closed on the day; an earlier mail did not arrive; the text has a fault."""
    week.tick(MORNING)
    now = parse_moment("2026-12-08T07:00")
    with week.means.database.write() as connection:
        eik = select(contacts.c.id).where(contacts.c.email == "oc@eik.example").scalar_subquery()
        connection.execute(delete(roles).where(roles.c.contact == eik))
        register_changed(connection)
        later = steps.c.task.endswith("11BB00") & (steps.c.name == "herinnering")
        connection.execute(update(steps).where(later).values(date="2026-12-25"))
        connection.execute(update(tasks).values(plan_mark=""))
        mails = {one.email: one for one in all_messages(connection, ["sent"])}
        lost = mails["oc@linde.example"].id
        change_message(connection, lost, ["sent"], state="bounced", reason="Het adres bestaat niet. Bel de school.")
        away = next(one for one in week.means.register(connection).contacts.values() if one.email == "oc@baken.example")
        instead = next(one for one in week.means.register(connection).contacts.values() if "directeur@b" in one.email)
        set_away(connection, week.means, away.id, instead.id, date(2027, 1, 4), date(2027, 1, 8), now)
    post = week.coming(now)
    with week.means.database.read() as connection:
        found = outgoing(connection, week.means, post, Sight())
    odd = {(row.email, one.kind, one.text) for row in found.warned for one in row.warnings}
    assert ("oc@linde.example", "address", "Eerdere mail kwam hier niet aan: Het adres bestaat niet.") in odd
    nobody = [text for email, kind, text in odd if (email, kind) == ("bureau@swv.example", "nobody")]
    assert any("Niemand heeft de rol ondersteuningscoördinator bij De Eik" in text for text in nobody)
    closed = next(text for email, kind, text in odd if (email, kind) == ("directeur@baken.example", "closed"))
    assert closed == "Wacht tot maandag 4 januari. Vrijdag 25 december valt in de kerstvakantie."
    assert ("directeur@baken.example", "away") in {(email, kind) for email, kind, _ in odd}
    broken = replace(week.means, renderer=Broken())
    with week.means.database.read() as connection:
        fresh = ComingPost(post.mails, post.days)
        rows = [row for day in outgoing(connection, broken, fresh, Sight()).days for row in day.rows]
    assert rows
    assert all(row.warnings[0].text == "De mail kan niet worden gemaakt (herinnering.md): Regel 3." for row in rows)


@pytest.mark.slow
def test_it_is_made_anew_only_when_the_store_or_the_day_changed(week: Week) -> None:
    first = week.coming()
    assert week.coming(BEFORE + timedelta(hours=1)) is first
    act(week.means, "thuiszitters.2026-2027.december.10AA00", "waive", BEFORE, by="bureau", reason="n.v.t.")
    after = week.coming()
    assert len(after.mails) < len(first.mails)
    assert week.coming(BEFORE + timedelta(days=1)) is not after


def test_every_table_is_copied_or_known_to_decide_on_no_mail() -> None:
    assert sorted(table.name for table in (*WHOLE, *PARTLY, *LEFT)) == sorted(metadata.tables)


def test_mail_that_was_held_ahead_waits_when_its_day_comes_and_undone_it_leaves(week: Week, told: ComingPost) -> None:
    one = next(mail for mail in told.mails if mail.letter.to_email == "oc@linde.example")
    with week.means.database.write() as connection:
        did = post_acts.hold_back(connection, Chosen(coming=(one,), names=("x",)))
    assert week.coming().mail(one.name).held == "tegengehouden door het bureau"  # type: ignore[union-attr]
    with week.means.database.write() as connection:
        post_acts.undo_hold(connection, did.undo, week.means, BEFORE)
    assert week.coming().mail(one.name).held == ""  # type: ignore[union-attr]
    with week.means.database.write() as connection:
        post_acts.hold_back(connection, Chosen(coming=(one,)))
    week.tick(MORNING)
    assert [found.email for found in week.messages("held")] == ["oc@linde.example"]
    assert len(week.messages("sent")) > 1


@pytest.mark.slow
def test_mail_that_was_released_ahead_does_not_wait_and_the_rest_does(week: Week) -> None:
    week.means = replace(week.means, settings=replace(week.means.settings, release="altijd"))
    one = next(mail for mail in week.coming().mails if mail.letter.to_email == "oc@linde.example")
    assert one.held
    with week.means.database.write() as connection:
        post_acts.let_go(connection, Chosen(coming=(one,)), week.means, BEFORE)
    week.tick(MORNING)
    assert [found.email for found in week.messages("sent")] == ["oc@linde.example"]
    assert "oc@baken.example" in {found.email for found in week.messages("held")}


def test_what_joins_a_mail_that_waits_is_told_on_its_own_day(week: Week) -> None:
    """Who has a mail that waits is asked something else tomorrow: let go now or not, tomorrow brings a mail."""
    week.means = replace(week.means, wait=READY_BEFORE)
    week.tick(MORNING)
    linde = next(one for one in week.messages("queued") if one.email == "oc@linde.example")
    task, evening = "thuiszitters.2026-2027.maart.10AA00", parse_moment("2026-11-25T19:00")
    with week.means.database.write() as connection:
        post_acts.hold_back(connection, Chosen(numbers=(linde.id,)))
        opened = {"state": "open", "opened_at": to_ms(MORNING)}
        connection.execute(update(tasks).where(tasks.c.key == task).values(**opened))
        anew = steps.c.task == task, steps.c.name == "uitvraag"
        wake = to_ms(parse_moment("2026-11-26T00:00"))
        connection.execute(update(steps).where(*anew).values(state="due", wake_at=wake))
    mail = week.coming(evening).mail(f"2026-11-26-{linde.contact}")
    assert mail is not None
    assert mail.joins == linde.id
    assert [(one.task, one.step) for one in mail.notices] == [(task, "uitvraag")]
    week.tick(parse_moment("2026-11-26T08:30"))
    ready = next(one for one in week.messages("queued") if one.contact == linde.contact)
    assert ready.id != linde.id


def test_a_mail_that_is_ready_waits_ten_minutes_and_can_be_held_until_then(week: Week) -> None:
    week.means = replace(week.means, wait=READY_BEFORE)
    week.tick(MORNING)
    ready = week.messages("queued")
    assert ready
    assert week.messages("sent") == []
    week.tick(MORNING + timedelta(minutes=9))
    with week.means.database.write() as connection:
        did = post_acts.hold_back(connection, Chosen(numbers=(ready[0].id,)))
    week.tick(MORNING + timedelta(minutes=10))
    assert len(week.messages("sent")) == len(ready) - 1
    assert [one.reason for one in week.messages("held")] == ["tegengehouden door het bureau"]
    later = MORNING + timedelta(minutes=20)
    with week.means.database.write() as connection:
        post_acts.undo_hold(connection, did.undo, week.means, later)
    week.tick(later + timedelta(minutes=9))
    assert len(week.messages("queued")) == 1
    week.tick(later + timedelta(minutes=10))
    assert len(week.messages("sent")) == len(ready)


@pytest.mark.slow
def test_a_release_is_undone_until_the_mail_left(week: Week) -> None:
    week.means = replace(week.means, wait=READY_BEFORE)
    week.tick(MORNING)
    number = week.messages("queued")[0].id
    with week.means.database.write() as connection:
        post_acts.hold_back(connection, Chosen(numbers=(number,)))
        did = post_acts.let_go(connection, Chosen(numbers=(number,)), week.means, MORNING)
        post_acts.undo_release(connection, did.undo)
        assert [one.reason for one in all_messages(connection, ["held"])] == ["tegengehouden door het bureau"]
        again = post_acts.let_go(connection, Chosen(numbers=(number,)), week.means, MORNING)
        act = Act(MORNING, "Ans", "post-release", "", undo=again.undo, id=7)
        assert released_fixed(connection, [act]) == {}
        change_message(connection, number, ["queued"], attempts=1)
        assert released_fixed(connection, [act]) == {7: "de mail is al een keer geprobeerd"}
    week.tick(MORNING + timedelta(minutes=10))
    with pytest.raises(Refused, match="al weg"), week.means.database.write() as connection:
        post_acts.undo_release(connection, again.undo)


@pytest.mark.slow
def test_what_was_dropped_is_put_back_without_what_was_answered_meanwhile(week: Week) -> None:
    week.means = replace(week.means, settings=replace(week.means.settings, release="altijd"))
    week.tick(MORNING)
    several = next(one for one in week.messages("held") if one.email == "consulent@swv.example")
    with week.means.database.write() as connection:
        did = post_acts.drop(connection, [several.id], ["x"], "al gebeld", MORNING)
    assert "Reden: al gebeld" in did.text
    act(week.means, "thuiszitters.2026-2027.december.10AA00", "submit", MORNING, by="school")
    with week.means.database.write() as connection:
        post_acts.undo_drop(connection, did.undo, week.means, MORNING)
        told = {notice.task.rpartition(".")[2] for notice in notices_of_message(connection, several.id)}
        assert told == {"11BB00", "12CC00"}
        assert message(connection, several.id).reason == several.reason  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_mail_that_is_sent_again_asks_what_is_still_open_and_is_taken_back_by_an_answer(week: Week) -> None:
    week.means = replace(week.means, wait=READY_BEFORE)
    week.tick(MORNING)
    week.tick(MORNING + timedelta(minutes=10))
    first = next(one for one in week.messages("sent") if one.email == "oc@linde.example")
    later = MORNING + timedelta(hours=2)
    with week.means.database.write() as connection:
        again = outbox.repeat(connection, first.id, week.means, later)
        fresh = message(connection, again)
    assert fresh is not None
    assert (fresh.email, fresh.kind, fresh.again_of, fresh.subject) == (
        first.email,
        "other",
        first.id,
        first.subject,
    )
    act(week.means, "thuiszitters.2026-2027.december.10AA00", "submit", later, by="school")
    week.tick(later + timedelta(minutes=10))
    with week.means.database.read() as connection:
        assert message(connection, again).state == "dropped"  # type: ignore[union-attr]
    with pytest.raises(Refused, match="niets meer te vragen"), week.means.database.write() as connection:
        outbox.repeat(connection, first.id, week.means, later)


def test_a_proof_goes_to_the_colleague_at_once_and_counts_for_nothing(week: Week, told: ComingPost) -> None:
    one = next(mail for mail in told.mails if mail.letter.to_email == "oc@linde.example")
    evening = parse_moment("2026-11-20T19:00")
    with week.means.database.write() as connection:
        words = told.in_words(one, week.means, week.means.templates(connection))
        assert isinstance(words, Rendered)
        send_proof(connection, one.contact, words, "Ans", "ans@swv.example", week.means, evening)
    week.tick(evening)
    (proof,) = week.messages("sent")
    assert (proof.email, proof.kind) == ("ans@swv.example", "proof")
    assert "Proef: " in parts_of(proof.raw or b"").subject
    assert "oc@linde.example" in parts_of(proof.raw or b"").text
    assert week.coming(evening + timedelta(minutes=1)).mail(one.name) is not None
    week.tick(MORNING)
    assert "oc@linde.example" in {found.email for found in week.messages("sent")}


def test_mails_of_a_day_that_say_the_same_stand_together_unless_one_is_held(week: Week, told: ComingPost) -> None:
    with week.means.database.read() as connection:
        days = outgoing(connection, week.means, told, Sight()).days
    opening = next(day for day in days if len(day.rows) > 3)
    sizes = sorted(len(group) for group in opening.groups())
    assert max(sizes) == 3
    one = next(mail for mail in told.mails if mail.letter.to_email == "oc@linde.example" and mail.day == opening.day)
    with week.means.database.write() as connection:
        post_acts.hold_back(connection, Chosen(coming=(one,)))
    post = week.coming()
    with week.means.database.read() as connection:
        days = outgoing(connection, week.means, post, Sight()).days
    again = next(day for day in days if day.day == opening.day)
    assert len(again.alike(one.name)) == 1
    assert sorted(len(group) for group in again.groups()) == sorted([*sizes[:-1], 1, 2])


def test_an_invitation_beside_the_mail_of_a_day_has_a_name_a_school_and_a_text_of_its_own(tmp_path: Path) -> None:
    """Who comes to have the role of a guest is invited at the next tick, the night before a round opens."""
    office = a_running_office(tmp_path / "w", rules=("startgesprek", "thuiszitters"), at="2026-08-01T00:00")
    office.must(
        "task", "startgesprek.2026-2027.10AA00", "appoint", "--at", "2026-12-15T10:00", "--now", "2026-11-23T10:00"
    )
    for verb in ("tick", "deliver"):
        office.must(verb, "--now", "2026-11-23T10:30")
    place = wiring.open_workspace(office.folder)
    desk = Week(wiring.means_of(place, wiring.database_of(place)))
    evening = parse_moment("2026-11-23T17:30")
    with desk.means.database.write() as connection:
        contacts_known = desk.means.register(connection).contacts.values()
        guest = next(one for one in contacts_known if one.email == "oc@linde.example")
        # Without the invitations that go with such a change on a page: they wait for a tick.
        theirs = list(roles_of_contact(connection, guest.id).values())
        save_roles_of(connection, guest.id, [*theirs, RoleEntry(guest.email, "consulent", "10AA00")])
        register_changed(connection)
    post = desk.coming(evening)
    with desk.means.database.read() as connection:
        rows = outgoing(connection, desk.means, post, Sight()).days[0].rows
        templates = desk.means.templates(connection)
    both = [row for row in rows if row.contact == guest.id]
    assert [row.about for row in both] == ["De Linde", "De Linde"]
    assert sorted(row.subject.partition(":")[0] for row in both) == ["15 december", "Uiterlijk 11 december"]
    assert len({one.name for one in post.mails}) == len(post.mails)
    for row in both:
        found = post.mail(row.name)
        assert found is not None
        words = post.in_words(found, desk.means, templates)
        assert isinstance(words, Rendered)
        assert words.subject == row.subject
        # Nothing can be decided of an invitation before it is there.
        assert row.may_hold is not row.subject.startswith("15 december")
    desk.means.database.close()
