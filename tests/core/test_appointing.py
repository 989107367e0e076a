"""What an appointment becomes, who comes, and who must hear of it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.appointing import (
    Heard,
    Plan,
    answered,
    appointed,
    check,
    digest,
    guests_after,
    news_kind,
    put,
    sequence_for,
    start_of,
    to_tell,
    touched,
)
from engine.core.appointment import Appointment, Attendee, InviteMethod
from engine.core.calendar import Calendar
from engine.core.problem import Refused

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
TASK = "startgesprek.2026-2027.10AA00"
CLOSED = Calendar("noord", {date(2026, 12, 25): "Eerste Kerstdag"})


def a_plan(day: int = 3, hour: int = 13, **differs: object) -> Plan:
    plan = Plan(datetime(2026, 11, day, hour, tzinfo=UTC), 90, "De Linde", ("Terugblik",), ("consulent",))
    return replace(plan, **differs)  # type: ignore[arg-type]


def a_guest(contact: int = 1, **differs: object) -> Attendee:
    return replace(Attendee(TASK, contact, "consulent"), **differs)  # type: ignore[arg-type]


def first(plan: Plan | None = None) -> Appointment:
    return appointed(None, TASK, plan or a_plan(), NOW)


def told(found: Appointment, *heard: Heard, guest: Attendee | None = None, now: datetime = NOW) -> InviteMethod | None:
    one = guest or a_guest()
    return to_tell(found, [one], {one.contact: heard}, now).get(one.contact)


def test_sequence_rises_with_the_time_and_with_being_off_only() -> None:
    """Place, agenda and guests are told without it; changed_at is later each time."""
    found = first()
    later = NOW + timedelta(minutes=5)
    place = appointed(found, TASK, a_plan(place="Online"), later)
    time_ = appointed(place, TASK, a_plan(day=4, place="Online"), later)
    longer = appointed(time_, TASK, a_plan(day=4, place="Online", minutes=60), later)
    off = put(longer, "off", later)
    again = appointed(off, TASK, a_plan(day=4, place="Online", minutes=60), later)
    held = put(again, "held", later)
    assert [one.sequence for one in (found, place, time_, longer, off, again, held)] == [0, 0, 1, 2, 3, 4, 4]
    stamps = [one.changed_at for one in (found, place, time_, longer, off, again, held, touched(held, later))]
    assert stamps == sorted(set(stamps))


def test_what_changes_nothing_is_the_same_appointment() -> None:
    found = first()
    assert appointed(found, TASK, a_plan(), NOW + timedelta(days=1)) is found


def test_a_guest_is_told_once_and_again_of_what_differs() -> None:
    found = first()
    said = Heard("REQUEST", digest(found), arrived=True)
    assert told(found) == "REQUEST"
    assert told(found, said) is None
    assert told(appointed(found, TASK, a_plan(place="Online"), NOW), said) == "REQUEST"
    assert told(put(found, "off", NOW), said) == "CANCEL"
    assert told(found, said, guest=a_guest(left=True)) == "CANCEL"
    assert told(found, said, Heard("CANCEL", digest(found), arrived=True)) == "REQUEST"


def test_who_was_never_told_hears_no_cancellation() -> None:
    found = first()
    lost = Heard("REQUEST", digest(found), arrived=False)
    assert told(put(found, "off", NOW)) is None
    assert told(put(found, "off", NOW), lost) is None
    assert told(found, lost) is None, "what bounced, or what the bureau dropped, is not made again by itself"


def test_nobody_is_asked_to_what_is_over() -> None:
    """But whose agenda has another time for it hears the right one."""
    found = first()
    after = found.ends + timedelta(minutes=1)
    assert told(found, now=after) is None
    assert told(put(found, "off", after), Heard("REQUEST", digest(found), arrived=True), now=after) is None
    moved = appointed(found, TASK, a_plan(day=2), NOW)
    assert told(moved, Heard("REQUEST", digest(found), arrived=True), now=after) == "REQUEST"


def test_who_has_the_role_comes_and_who_lost_it_does_not() -> None:
    rows = guests_after(TASK, (), {1: "consulent", 2: "directeur"}, (), ())
    assert [(one.contact, one.role, one.left) for one in rows] == [(1, "consulent", False), (2, "directeur", False)]
    replied = (replace(rows[0], reply="accepted", reply_sequence=0), rows[1])
    gone = guests_after(TASK, replied, {2: "directeur"}, (), ())
    assert gone[0].left
    back = guests_after(TASK, gone, {1: "consulent", 2: "directeur"}, (), ())
    assert (back[0].left, back[0].reply) == (False, "none"), "who comes back has not replied yet"


def test_who_was_added_or_left_out_by_hand_stays_so() -> None:
    added = guests_after(TASK, (), {}, (5,), ())
    assert guests_after(TASK, added, {5: "directeur"}, (), ())[0].role == ""
    assert not guests_after(TASK, added, {}, (), ())[0].left
    out = guests_after(TASK, (), {1: "consulent"}, (), (1,))
    assert out[0].left
    assert guests_after(TASK, out, {1: "consulent"}, (), ())[0].left
    assert not guests_after(TASK, out, {1: "consulent"}, (1,), ())[0].left


def test_a_time_that_the_clock_skips_is_refused_always() -> None:
    with pytest.raises(Refused, match="bestaat 02:30 niet"):
        start_of(date(2027, 3, 28), time(2, 30), anyway=True)
    assert start_of(date(2027, 3, 28), time(3)) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_a_time_that_comes_twice_is_asked_once_more() -> None:
    with pytest.raises(Refused, match="twee keer"):
        start_of(date(2026, 10, 25), time(2, 30))
    assert start_of(date(2026, 10, 25), time(2, 30), anyway=True) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "why"),
    [
        (datetime(2026, 12, 25, 9, tzinfo=UTC), "is Eerste Kerstdag"),
        (datetime(2026, 11, 7, 9, tzinfo=UTC), "valt in het weekend"),
        (datetime(2026, 8, 31, 9, tzinfo=UTC), "is al voorbij"),
    ],
)
def test_a_closed_day_and_the_past_are_refused_unless_confirmed(starts: datetime, why: str) -> None:
    with pytest.raises(Refused, match=why):
        check(a_plan(starts=starts), CLOSED, NOW)
    check(a_plan(starts=starts), CLOSED, NOW, anyway=True)


def test_no_length_of_nothing_and_no_day_in_ten_years() -> None:
    for plan in (a_plan(minutes=0), a_plan(minutes=24 * 60 + 1), a_plan(starts=NOW + timedelta(days=3650))):
        with pytest.raises(Refused):
            check(plan, CLOSED, NOW, anyway=True)


@dataclass
class Office:
    """An appointment whose guests hear by mail: mail waits, then leaves, or is lost."""

    now: datetime = NOW
    found: Appointment | None = None
    guests: tuple[Attendee, ...] = ()
    waiting: dict[int, Heard] = field(default_factory=dict)
    heard: dict[int, list[Heard]] = field(default_factory=dict)
    sequences: list[int] = field(default_factory=list)

    def do(self, kind: str, number: int, people: frozenset[int]) -> None:
        self.now += timedelta(minutes=3)
        if kind in ("send", "lose"):
            self.leave(arrives=kind == "send")
        elif kind == "appoint":
            plan = a_plan(day=3 + number % 3, place="Online" if number > 3 else "De Linde")
            self.found = appointed(self.found, TASK, plan, self.now)
            self.guests = guests_after(TASK, self.guests, dict.fromkeys(people - {9}, "consulent"), people & {9}, ())
        elif self.found is not None and kind == "off":
            self.found = put(self.found, "off", self.now)
        elif self.found is not None and kind == "register" and self.found.state == "planned":
            self.guests = guests_after(TASK, self.guests, dict.fromkeys(people - {9}, "consulent"), (), ())
        elif self.found is not None and kind == "leave":
            self.guests = guests_after(TASK, self.guests, {}, (), people)
        if self.found is not None:
            self.sequences.append(self.found.sequence)
            methods = to_tell(self.found, self.guests, self.heard, self.now)
            self.waiting = {who: self.says(self.found, who, method) for who, method in methods.items()}

    def leave(self, *, arrives: bool) -> None:
        assert self.found is not None or not self.waiting
        for who, said in self.waiting.items():
            self.heard.setdefault(who, []).append(replace(said, arrived=arrives))
        self.waiting = {}

    def says(self, found: Appointment, who: int, method: InviteMethod) -> Heard:
        sequence = sequence_for(found, self.heard.get(who, ()))
        return Heard(method, digest(found), arrived=True, sequence=sequence, base=found.sequence)


ACTS = st.tuples(
    st.sampled_from(["appoint", "appoint", "send", "off", "register", "leave", "lose"]),
    st.integers(0, 5),
    st.frozensets(st.sampled_from([1, 2, 3, 9])),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTS, max_size=14))
def test_once_all_mail_is_out_each_guest_knows_what_holds(acts: list[tuple[str, int, frozenset[int]]]) -> None:
    """Whatever happens: SEQUENCE never falls, nobody hears a thing twice, and nothing is left to tell."""
    office = Office()
    for act in acts:
        office.do(*act)
    lost = any(kind == "lose" for kind, _, _ in acts)
    office.do("send", 0, frozenset())
    assert office.sequences == sorted(office.sequences)
    assert not office.waiting
    for guest in office.guests:
        heard = office.heard.get(guest.contact, [])
        assert all((one.method, one.told) != (other.method, other.told) for one, other in pairwise(heard))
        comes = office.found is not None and office.found.state == "planned" and not guest.left
        arrived = [one for one in heard if one.arrived]
        if lost:
            continue
        assert arrived == heard
        assert comes == bool(heard and heard[-1].method == "REQUEST")
        assert not comes or (office.found is not None and heard[-1].told == digest(office.found))
        assert not heard or heard[0].method == "REQUEST"
        assert not any(one.method == other.method == "CANCEL" for one, other in pairwise(heard))


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=20))
def test_what_a_guest_is_told_counts_on(acts: list[tuple[str, int, frozenset[int]]]) -> None:
    """Higher each time, whatever was lost: an update that says as much as before is ignored by some agendas."""
    office = Office()
    for act in acts:
        office.do(*act)
    office.do("send", 0, frozenset())
    for heard in office.heard.values():
        assert all(other.sequence > one.sequence for one, other in pairwise(heard))
        if office.found is not None:
            assert all(office.found.sequence >= one.base and one.sequence >= one.base for one in heard)


def test_who_leaves_and_comes_back_leaves_the_replies_of_others_as_they_are() -> None:
    office, nobody = Office(), frozenset[int]()
    office.do("appoint", 0, nobody)
    for invite, leave in (((1, 2), nobody), ((), frozenset({2})), ((2,), nobody)):
        office.guests = guests_after(TASK, office.guests, {}, invite, ())
        office.do("leave", 0, leave)
        office.do("send", 0, nobody)
    assert office.found is not None
    told = [(one.method, one.sequence) for one in office.heard[2]]
    assert told == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]
    assert answered(office.found, office.heard[1], 0) == office.found.sequence == 0
    assert answered(office.found, office.heard[2], 2) == 0, "what this guest was told last"
    assert answered(office.found, office.heard[2], 0) < 0, "what was asked before it was off for this guest"
    moved = appointed(office.found, TASK, a_plan(day=4), office.now)
    assert sequence_for(moved, office.heard[2]) == 3
    assert answered(moved, office.heard[2], 2) == 0


def test_another_place_is_an_update_and_a_reply_to_the_first_still_counts() -> None:
    found = first()
    heard = [Heard("REQUEST", digest(found), arrived=True)]
    online = appointed(found, TASK, a_plan(place="Online"), NOW)
    assert (online.sequence, sequence_for(online, heard)) == (0, 1)
    assert answered(online, heard, 0) == online.sequence


def test_what_a_mail_tells_depends_on_what_its_reader_believes() -> None:
    found = first()
    asked, off = Heard("REQUEST", digest(found), arrived=True), Heard("CANCEL", digest(found), arrived=True)
    lost = replace(asked, arrived=False)
    assert [news_kind(found, heard, "REQUEST") for heard in ([], [lost], [asked], [asked, off])] == [
        "invited",
        "invited",
        "changed",
        "invited",
    ]
    assert news_kind(found, [asked], "CANCEL") == "spared"
    assert news_kind(put(found, "off", NOW), [asked], "CANCEL") == "off"


def test_who_gets_a_role_that_one_other_loses_comes_instead() -> None:
    """With two at once it is not known who comes for whom."""
    rows = guests_after(TASK, (), {1: "consulent", 2: "directeur"}, (), ())
    assert [one.instead_of for one in rows] == [None, None]
    after = guests_after(TASK, rows, {3: "consulent", 2: "directeur"}, (), ())
    assert [(one.contact, one.left, one.instead_of) for one in after] == [
        (1, True, None),
        (2, False, None),
        (3, False, 1),
    ]
    assert guests_after(TASK, after, {3: "consulent", 2: "directeur"}, (), ()) == after
    two = guests_after(TASK, rows, {3: "consulent", 4: "consulent"}, (), ())
    assert [one.instead_of for one in two] == [None] * 4


def test_what_is_moved_and_moved_back_before_anybody_hears_is_answered_as_it_was() -> None:
    found = first()
    heard = [Heard("REQUEST", digest(found), arrived=True)]
    moved = appointed(found, TASK, a_plan(day=4), NOW)
    back = appointed(moved, TASK, a_plan(), NOW)
    assert (answered(moved, heard, 0), moved.sequence) == (0, 1)
    assert (answered(back, heard, 0), back.sequence) == (2, 2)
