"""Mail that came in: what each kind of it changes, and that nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import scheduler
from engine.app.inbox import read_inbox, summary
from engine.app.means import Means
from engine.core.incoming import Kind
from engine.core.localtime import to_ms
from engine.store.database import scratch_database
from engine.store.facts import set_fact
from engine.store.replies import Unreadable, reading_place, record_bounce, to_read_of, unreadable_since
from engine.store.tables import acts, messages, notices, received, steps
from engine.wiring import no_channel
from tests.mailboxes import BEFORE, LINDE, NOW, SENT, Box, an_asking_office, known
from tests.workspaces import an_imported_office

MAILS = Path(__file__).parents[1] / "golden" / "inbox"
OC, DIRECTOR = "oc@linde.example 10AA00", "directeur@linde.example 10AA00"
YES, NO, PERHAPS = ("accepted", 2), ("declined", 2), ("tentative", 2)
STAYS, MOVED = False, True
Row = tuple[Kind, bool, dict[str, object]]

# File -> what it is, whether it leaves the folder, and all that it changes.
TABLE: dict[str, Row] = {
    "antwoord-outlook-ja": ("reply", MOVED, {OC: YES}),
    "antwoord-outlook-misschien": ("reply", MOVED, {OC: PERHAPS}),
    "antwoord-outlook-nee": ("reply", MOVED, {OC: NO}),
    "antwoord-exchange-utf16": ("reply", MOVED, {OC: YES}),
    "antwoord-exchange-naam-in-base64": ("reply", MOVED, {OC: YES}),
    "antwoord-gmail-ja": ("reply", MOVED, {OC: YES}),
    "antwoord-apple-nee": ("reply", MOVED, {OC: NO}),
    "antwoord-alleen-als-bijlage": ("reply", MOVED, {OC: YES}),
    "antwoord-kaal": ("reply", MOVED, {OC: PERHAPS}),
    "antwoord-thunderbird-latin1": ("reply", MOVED, {OC: YES}),
    "antwoord-hoofdletters": ("reply", MOVED, {OC: YES}),
    "antwoord-zonder-message-id": ("reply", MOVED, {OC: YES}),
    "antwoord-op-vorige-versie": ("reply", MOVED, {OC: ("accepted", 1)}),
    "antwoord-hoger-dan-ooit-gestuurd": ("reply", MOVED, {OC: YES}),
    "antwoord-van-een-klok-in-2099": ("reply", MOVED, {OC: YES}),
    "antwoord-na-afzegging": ("reply", MOVED, {}),
    "antwoord-na-afloop": ("reply", MOVED, {}),
    "antwoord-van-wie-niet-meer-gevraagd-is": ("reply", MOVED, {}),
    "antwoord-vanaf-het-oude-adres": ("reply", MOVED, {DIRECTOR: YES}),
    "antwoord-met-opmerking": ("remark", STAYS, {OC: NO}),
    "tegenvoorstel": ("counter", STAYS, {}),
    "antwoord-gedelegeerd": ("unread", STAYS, {}),
    "antwoord-geen-keuze": ("unread", STAYS, {}),
    "antwoord-vervalste-afzender": ("unread", STAYS, {}),
    "antwoord-namens-een-ander": ("unread", STAYS, {}),
    "antwoord-twee-deelnemers": ("unread", STAYS, {}),
    "antwoord-niet-uitgenodigd": ("unread", STAYS, {}),
    "antwoord-twee-afzenders": ("unread", STAYS, {}),
    "antwoord-onbekende-taak": ("unread", STAYS, {}),
    "antwoord-ander-swv": ("other", STAYS, {}),
    "antwoord-eigen-vergadering": ("other", STAYS, {}),
    "antwoord-twee-antwoorden": ("unread", STAYS, {}),
    "antwoord-verminkt": ("unread", STAYS, {}),
    "antwoord-afgebroken": ("unread", STAYS, {}),
    "antwoord-zonder-inhoud": ("other", STAYS, {}),
    "doorgestuurd-als-bijlage": ("other", STAYS, {}),
    "doorgestuurd-met-agenda": ("unread", STAYS, {}),
    "uitnodiging-van-buiten": ("other", STAYS, {}),
    "kapotte-grens": ("other", STAYS, {}),
    "leeg": ("other", STAYS, {}),
    "alleen-een-kop": ("other", STAYS, {}),
    "geen-mail": ("other", STAYS, {}),
    "terug-postfix": ("bounce", MOVED, {"uitvraag-linde": "bounced"}),
    "terug-postfix-uitnodiging": ("bounce", MOVED, {"uitvraag-linde": "bounced"}),
    "terug-alleen-kop": ("bounce", MOVED, {"uitvraag-linde": "bounced"}),
    "terug-exim-eigen-woorden": ("bounce", MOVED, {"uitvraag-linde": "bounced"}),
    "terug-qmail": ("bounce", MOVED, {"uitvraag-linde": "bounced"}),
    "terug-office365": ("bounce", MOVED, {"uitvraag-baken": "bounced"}),
    "terug-exchange-alleen-verwijzing": ("bounce", MOVED, {"uitvraag-baken": "bounced"}),
    "terug-vol": ("bounce", MOVED, {"uitvraag-baken": "bounced"}),
    "terug-verlopen": ("bounce", MOVED, {"uitvraag-baken": "bounced"}),
    "terug-in-base64": ("bounce", MOVED, {"uitvraag-baken": "bounced"}),
    "terug-onzekere-mail": ("bounce", MOVED, {"twijfel": "bounced"}),
    "terug-zonder-kop": ("bounce", MOVED, {"uitvraag-eik": "bounced"}),
    "terug-zonder-kop-twee-mails": ("unread", STAYS, {}),
    "terug-al-bekend": ("bounce", MOVED, {}),
    "terug-nog-onderweg": ("bounce", STAYS, {}),
    "vertraagd": ("bounce", MOVED, {}),
    "vertraagd-eigen-woorden": ("bounce", MOVED, {}),
    "bezorgd": ("bounce", MOVED, {}),
    "vervalst-onbekend-bericht": ("unread", STAYS, {}),
    "vervalst-ander-adres": ("unread", STAYS, {}),
    "vervalst-eigen-woorden": ("other", STAYS, {}),
    "vervalst-door-een-mens": ("other", STAYS, {}),
    "afwezig-outlook": ("automatic", STAYS, {}),
    "afwezig-gmail": ("automatic", STAYS, {}),
    "afwezig-oud": ("automatic", STAYS, {}),
    "leesbevestiging": ("automatic", STAYS, {}),
    "vraag": ("other", STAYS, {}),
    "spam": ("other", STAYS, {}),
    "nieuwsbrief": ("other", STAYS, {}),
}
Fresh = Callable[[], Means]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Gives the same office again, as nothing ever came in."""
    folder = tmp_path_factory.mktemp("inbox") / "w"
    an_imported_office(folder, rules=("thuiszitters",))
    means = an_asking_office(folder)

    def again() -> Means:
        database = scratch_database()
        means.database.copy_to(database)
        return means.on(database)

    return again


@pytest.fixture
def means(fresh: Fresh) -> Means:
    """The office on which nothing came in yet."""
    return fresh()


def a_mail(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def numbers_of_messages(means: Means) -> int:
    with means.database.read() as connection:
        return len(connection.execute(select(messages.c.id)).all())


def logged(means: Means) -> list[str]:
    with means.database.read() as connection:
        return [text for (text,) in connection.execute(select(acts.c.text).order_by(acts.c.id))]


def test_every_mail_in_the_folder_has_a_row_in_the_table() -> None:
    assert {path.stem for path in MAILS.glob("*.eml")} == set(TABLE)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_a_mail_changes_what_its_row_says_and_nothing_else(name: str, fresh: Fresh) -> None:
    means, box = fresh(), Box({3: a_mail(name)})
    before = known(means)
    kind, understood, changes = TABLE[name]
    found = read_inbox(means, box, NOW)
    ((_, handled),) = found.handled
    after = known(means)
    assert (handled.kind, handled.understood, handled.told) == (kind, understood, handled.told)
    assert {key: value for key, value in after.items() if before[key] != value} == changes
    assert (list(box.mails), list(box.done)) == (([], [3]) if understood else ([3], []))
    assert handled.changed == bool(changes)
    # Nothing is answered: not a single message is made of it.
    assert numbers_of_messages(means) == len(SENT) + 1
    again = read_inbox(means, box, NOW)
    assert known(means) == after
    assert [one.early for _, one in again.handled] == ([True] if name == "terug-nog-onderweg" else [])


def test_all_of_it_in_one_mailbox_is_counted_and_nothing_is_lost(means: Means) -> None:
    mails = {number: a_mail(name) for number, name in enumerate(TABLE, start=1)}
    box = Box(dict(mails))
    found = read_inbox(means, box, NOW)
    assert box.mails | box.done == mails
    assert len(found.handled) == len(TABLE)
    assert summary(found) == (
        "20 antwoorden, 1 voorstel voor een andere tijd, 4 onbestelbaar, 12 andere meldingen over bezorging, "
        "35 blijven staan."
    )
    assert dict(found.left) == {"remark": 1, "counter": 1, "unread": 15, "automatic": 4, "other": 14}
    fetched = len(box.fetched)
    again = read_inbox(means, box, NOW)
    assert len(box.fetched) == fetched + 1, "only what speaks of mail under way is looked at again"
    assert again.left == found.left


def test_the_newest_answer_counts_in_whatever_order_they_come(means: Means) -> None:
    old, new = a_mail("antwoord-outlook-nee"), a_mail("antwoord-gmail-ja")
    box = Box({1: new, 2: old, 3: a_mail("antwoord-op-vorige-versie"), 4: new})
    found = read_inbox(means, box, NOW)
    assert known(means)[OC] == YES
    assert [one.changed for _, one in found.handled] == [True, False, False, False]
    assert not box.mails
    assert logged(means) == [
        "oc@linde.example komt naar Startgesprek, De Linde.",
        "oc@linde.example komt niet naar Startgesprek, De Linde, maar van later is een ander antwoord bekend. "
        "Er verandert niets.",
        "oc@linde.example komt naar Startgesprek, De Linde, maar van later is een ander antwoord bekend. "
        "Er verandert niets.",
    ]


def test_a_run_that_dies_before_it_moved_a_mail_meets_it_again_and_files_it_once(means: Means) -> None:
    class Killed(BaseException):
        pass

    def kill(point: str) -> None:
        if point == "inbox-stored":
            raise Killed

    box = Box({1: a_mail("antwoord-outlook-ja"), 2: a_mail("terug-postfix")})
    with pytest.raises(Killed):
        read_inbox(means.on(means.database, reached=kill), box, NOW)
    assert (sorted(box.mails), known(means)[OC]) == ([1, 2], YES)
    found = read_inbox(means, box, NOW)
    assert [one.changed for _, one in found.handled] == [False, True]
    assert (sorted(box.mails), sorted(box.done)) == ([], [1, 2])
    assert len(logged(means)) == 2


@pytest.mark.slow
def test_what_cannot_be_moved_counts_at_once_and_is_moved_later(means: Means) -> None:
    box = Box({1: a_mail("antwoord-outlook-ja"), 2: a_mail("vraag")}, closed=True)
    found = read_inbox(means, box, NOW)
    assert (found.trouble, known(means)[OC]) == ("De map is vol.", YES)
    box.closed = False
    assert read_inbox(means, box, NOW).trouble == ""
    assert (list(box.mails), list(box.done), box.fetched) == ([2], [1], [1, 2, 1])


@pytest.mark.slow
def test_a_folder_that_was_numbered_anew_is_read_anew_and_nothing_counts_twice(means: Means) -> None:
    box = Box({5: a_mail("antwoord-met-opmerking"), 9: a_mail("tegenvoorstel")})
    read_inbox(means, box, NOW)
    with means.database.read() as connection:
        told = to_read_of(connection, LINDE)
    box.validity, box.mails = 8, {1: box.mails[5], 2: box.mails[9]}
    found = read_inbox(means, box, NOW)
    assert summary(found) == "Er is geen nieuwe mail."
    assert (sorted(box.mails), dict(found.left)) == ([1, 2], {"remark": 1, "counter": 1})
    with means.database.read() as connection:
        assert to_read_of(connection, LINDE) == told
    assert [words for _, words in told] == [
        "oc@linde.example komt niet naar Startgesprek, De Linde. Bij het antwoord staat een opmerking: lees de mail",
        "oc@linde.example stelt een andere tijd voor bij Startgesprek, De Linde: dinsdag 8 december 2026 10:00",
    ]


@pytest.mark.slow
def test_what_somebody_takes_away_is_no_longer_counted(means: Means) -> None:
    box = Box({1: a_mail("tegenvoorstel"), 2: a_mail("vraag")})
    assert dict(read_inbox(means, box, NOW).left) == {"counter": 1, "other": 1}
    box.mails.clear()
    assert read_inbox(means, box, NOW).left == ()


@pytest.mark.slow
def test_a_mail_of_five_megabytes_is_never_fetched(means: Means) -> None:
    box = Box({1: a_mail("antwoord-outlook-ja") + b"x" * 5_000_000, 2: a_mail("antwoord-outlook-nee")})
    found = read_inbox(means, box, NOW)
    assert box.fetched == [2]
    assert dict(found.left) == {"large": 1}


@pytest.mark.slow
def test_what_no_reader_can_take_stops_no_other_mail(means: Means) -> None:
    class Breaks(Box):
        def read(self, raw: bytes) -> Any:
            if b"Loterij" in raw:
                raise RecursionError
            return super().read(raw)

    box = Breaks({1: a_mail("spam"), 2: a_mail("antwoord-outlook-ja")})
    assert summary(read_inbox(means, box, NOW)) == "1 antwoord, 1 blijft staan."
    assert list(box.mails) == [1]


@pytest.mark.slow
def test_of_a_full_mailbox_a_round_takes_two_hundred_and_goes_on_at_the_next(means: Means) -> None:
    box = Box(dict.fromkeys(range(1, 251), b"From: x@y.example\n\nhallo"))
    assert read_inbox(means, box, NOW).waiting == 50
    found = read_inbox(means, box, NOW)
    assert (len(found.handled), found.waiting, dict(found.left)) == (50, 0, {"other": 250})


def test_a_trial_reads_nothing(means: Means) -> None:
    with means.database.write() as connection:
        set_fact(connection, "proef", "ja")
    box = Box({1: a_mail("antwoord-outlook-ja")})
    found = read_inbox(means, box, NOW)
    assert (box.fetched, found.handled) == ([], ())
    assert "proef" in summary(found)


@pytest.mark.slow
def test_since_when_a_mailbox_cannot_be_read_is_kept_until_it_can(means: Means) -> None:
    box = Box(gone=True)
    assert read_inbox(means, box, BEFORE).trouble
    read_inbox(means, box, NOW)
    with means.database.read() as connection:
        assert unreadable_since(connection) == Unreadable(
            BEFORE, "De postbus op imap.example:993 antwoordt niet.", "Vraag het uw mailbeheerder."
        )
    box.gone = False
    read_inbox(means, box, NOW)
    with means.database.read() as connection:
        assert unreadable_since(connection) is None
        assert reading_place(connection).validity == 7


@pytest.mark.slow
def test_a_request_that_bounced_counts_as_not_sent_unless_another_got_it(means: Means) -> None:
    with means.database.write() as connection:
        rows = connection.execute(select(messages.c.message_id, messages.c.id, messages.c.contact)).all()
        mail = {row.message_id: row for row in rows}
        first, second = mail["<uitvraag-linde@swv.example>"], mail["<uitvraag-baken@swv.example>"]
        step = {"task": LINDE, "to": [], "copy": [], "template": "x", "hold": False, "escalation": False}
        step |= {"state": "noticed", "sent": to_ms(BEFORE)}
        connection.execute(steps.insert(), [step | {"name": name, "position": 1} for name in ("een", "twee")])
        told = {"task": LINDE, "audience": "aan", "role": "x", "at": to_ms(BEFORE)}
        for name, message in (("een", first), ("twee", first), ("twee", second)):
            connection.execute(
                notices.insert().values(told | {"step": name, "message": message.id, "contact": message.contact})
            )
        assert record_bounce(connection, first.id, "weg")
        sent = connection.execute(select(steps.c.name, steps.c.sent)).all()
    assert {row.name: row.sent for row in sent} == {"een": None, "twee": to_ms(BEFORE)}


@pytest.mark.slow
def test_the_reason_of_a_bounce_shows_no_path_of_a_link(means: Means) -> None:
    read_inbox(means, Box({1: a_mail("terug-exchange-alleen-verwijzing")}), NOW)
    with means.database.read() as connection:
        reason = connection.execute(select(messages.c.reason).where(messages.c.message_id.contains("baken"))).scalar()
        assert [row.kind for row in connection.execute(select(received.c.kind))] == ["bounce"]
    assert reason == (
        "De mailserver liet later weten dat deze mail niet is bezorgd (550 5.7.1 RESOLVER.RST.NotAuthorized; not "
        "authorized, zie https://hulp.example/…). Controleer het e-mailadres."
    )


@pytest.mark.slow
@settings(max_examples=200)
@given(name=st.sampled_from(sorted(TABLE)), data=st.data())
def test_no_damage_on_the_way_changes_more_or_loses_mail(fresh: Fresh, name: str, data: st.DataObject) -> None:
    raw = bytearray(a_mail(name))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.sampled_from([0, 1, 1, 40, 2000]))
        raw[at : at + length] = data.draw(st.binary(max_size=8))
    means, box = fresh(), Box({1: bytes(raw)})
    before = known(means)
    found = read_inbox(means, box, NOW)
    after = known(means)
    assert box.mails | box.done == {1: bytes(raw)}
    assert len(found.handled) == 1
    changed = {key for key, value in after.items() if before[key] != value}
    # A damaged address or UID may be another's, but of one mail never more than one thing changes.
    assert len(changed) <= 1
    assert not changed or TABLE[name][0] in ("reply", "remark", "bounce", "counter", "unread")
    assert numbers_of_messages(means) == len(SENT) + 1


@pytest.mark.slow
def test_the_ticker_reads_and_remembers_when_it_cannot_until_no_mailbox_is_named(means: Means) -> None:
    box = Box({1: a_mail("antwoord-outlook-ja")}, gone=True)
    work = scheduler.Work(means, no_channel(), lambda: NOW, lambda: None, box)
    scheduler.read(work)
    with means.database.read() as connection:
        failing = unreadable_since(connection)
    assert failing is not None
    assert failing.since == NOW
    box.gone = False
    scheduler.read(work)
    assert known(means)[OC] == YES
    box.gone = True
    scheduler.read(work)
    with scheduler.ticking(replace(work, reading=None), seconds=3600):
        pass
    with means.database.read() as connection:
        assert unreadable_since(connection) is None


@pytest.mark.slow
def test_a_fault_of_the_program_in_reading_stops_no_ticker_and_is_told(means: Means) -> None:
    class Broken(Box):
        def numbers(self) -> Any:
            raise KeyError

    scheduler.read(scheduler.Work(means, no_channel(), lambda: NOW, lambda: None, Broken()))
    with means.database.read() as connection:
        failing = unreadable_since(connection)
    assert failing is not None
    assert failing.reason == "Een onbekende fout (KeyError)."


@pytest.mark.slow
def test_the_verb_says_that_no_mailbox_is_named_and_that_a_trial_reads_none(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w", rules=("thuiszitters",))
    ran = office.run("inbox")
    assert (ran.code, ran.out) == (1, "")
    assert "[imap]" in ran.err
    config = (office.folder / "config.toml").read_text(encoding="utf-8")
    office.write("config.toml", f'{config}\n[imap]\nhost = "127.0.0.1"\nport = 1\nuser = "u"\ntls = "geen"\n')
    ran = office.run("inbox", "--json")
    assert (ran.code, ran.json[0]["message"]) == (1, "Voor u is er geen wachtwoord van de postbus.")
    office.must("tick", "--now", "2026-11-27T10:00")
    assert "proef" in office.must("inbox").out
    assert office.must("inbox", "--json").json == []
