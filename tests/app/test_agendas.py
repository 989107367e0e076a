"""Agendas of a small office: what they show, which of them a change touches, and how they follow it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select, update

from engine import scheduler, wiring
from engine.app.agendas import MOST_TASKS, make, refresh, whose_named
from engine.app.means import Means
from engine.app.respond import act
from engine.core.agenda import Published
from engine.core.agenda_history import LAPSED_STAYS
from engine.core.localtime import parse_moment, to_ms
from engine.core.ports import AgendaWriter
from engine.store.facts import register_changed, set_fact
from engine.store.feeds import MADE_OF, add_feed, let_lag
from engine.store.subscriptions import add_subscription, set_revoked
from engine.store.tables import appointments, attendees, events, feeds, tasks
from tests.workspaces import ROOT, Office, a_running_office, copied

pytestmark = pytest.mark.slow

GOLDEN = ROOT / "tests" / "golden" / "feeds"
RULES = (
    *("thuiszitters", "leerlingaantallen", "startgesprek", "schoolkaart", "begroting", "contactgegevens"),
    *("schoolondersteuningsprofiel", "doorlopende-reflectie", "bestuursgesprek"),
)
DOCUMENTS = """\
soort;partij;vastgesteld_op
schoolondersteuningsprofiel;10AA00;2023-05-20
schoolondersteuningsprofiel;11BB00;2022-12-03
"""
DAY_OF_CHANCE = """\
titel: Dag van passend onderwijs
soort: mijlpaal
per: swv
uitleg: Wij vieren wat er lukt.
wanneer: {peildatum: 14 april}
"""
LINDE, BAKEN = "thuiszitters.2026-2027.december.10AA00", "thuiszitters.2026-2027.december.11BB00"
OPENED, AT = "2026-11-24T09:00", "2026-11-25T10:00"
NOW = parse_moment(AT)
SHOWN = {
    "swv": "swv",
    "bestuur": "70001",
    "school": "10AA00",
    "consulent": "contact:consulent@swv.example",
    "contact": "contact:oc@linde.example",
    "leerplicht-met-vakanties": "contact:leerplicht@alkmaar.example+vakanties",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with something of every kind, some weeks into the schooljaar."""
    folder = tmp_path_factory.mktemp("agendas") / "w"
    office = a_running_office(folder, rules=RULES, register={"documenten": DOCUMENTS})
    office.write("rules/vo/dag.yaml", DAY_OF_CHANCE)
    office.must("plan", "--apply", "--now", "2026-08-01T09:00")
    office.must("tick", "--now", "2026-08-20T09:00")
    office.must("tick", "--now", OPENED)
    office.must("task", "leerlingaantallen.2026-2027.70001", "submit", "--now", "2026-10-01T11:00")
    office.must("task", "contactgegevens.2026-2027.11BB00", "accept", "--now", "2026-09-02T11:00")
    for key, verb, *more in (
        ("contactgegevens.2026-2027.10AA00", "waive", "--reason", "niet van toepassing"),
        ("thuiszitters.2026-2027.september.12CC00", "extend", "--until", "2026-12-01", "--reason", "ziekte"),
    ):
        office.must("task", key, verb, *more, "--now", OPENED)
    return office


@pytest.fixture
def office(whole: Office, tmp_path: Path) -> Office:
    """A copy of it."""
    return copied(whole, tmp_path / "w")


@pytest.fixture
def means(office: Office) -> Iterator[Means]:
    """What works on the copy."""
    place = wiring.open_workspace(office.folder)
    database = wiring.database_of(place)
    yield wiring.means_of(place, database)
    database.close()


def ics(office: Office, name: str, now: str = AT) -> bytes:
    """The agenda as the verb gives it."""
    return office.must("feed", name, "--now", now).out.encode()


def blocks(raw: bytes) -> dict[str, str]:
    """The events of an agenda as they are written, by local part."""
    text = raw.decode().replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", text, re.DOTALL)
    return {re.search(r"UID:(.*)@", block)[1]: block for block in found}  # type: ignore[index]


def sequence(block: str) -> int:
    return int(re.search(r"SEQUENCE:(\d+)", block)[1])  # type: ignore[index]


def feeds_of(means: Means, *names: str) -> None:
    """Somebody asked for these agendas, and they were made."""
    with means.database.write() as connection:
        register = means.register(connection)
        for name in names:
            add_feed(connection, str(whose_named(name, register)))
    refresh(means, NOW)


def kept(means: Means) -> dict[str, bytes]:
    """The bytes of every agenda."""
    with means.database.read() as connection:
        return {row.name: row.raw for row in connection.execute(select(feeds.c.name, feeds.c.raw))}


@contextmanager
def counted(means: Means) -> Iterator[list[str]]:
    """The statements that are sent meanwhile, but for those that begin and end transactions."""
    asked: list[str] = []
    with means.database.read() as connection:
        engine = connection.engine

    def hear(_a: object, _b: object, statement: str, *_c: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("name", SHOWN)
def test_the_agenda_is_the_golden_one(office: Office, name: str) -> None:
    """After a change on purpose: `GOLDEN_REWRITE=1 pytest -m slow tests/app/test_agendas.py`; then read it."""
    raw, file = ics(office, SHOWN[name]), GOLDEN / f"{name}.ics"
    if os.environ.get("GOLDEN_REWRITE"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_bytes(raw)
    assert raw.decode().split("\r\n") == file.read_bytes().decode().split("\r\n")


def test_every_golden_agenda_is_one_that_is_made() -> None:
    assert {path.stem for path in GOLDEN.glob("*.ics")} == set(SHOWN)


@pytest.mark.parametrize("name", SHOWN.values())
def test_a_second_build_gives_the_same_bytes(office: Office, name: str) -> None:
    """Also days later, where nothing changed."""
    assert ics(office, name) == ics(office, name, "2026-11-25T10:01") == ics(office, name, "2026-11-29T23:59")


def test_a_changed_rule_changes_only_its_own_events(office: Office) -> None:
    """SEQUENCE rises there, and only there, and only where the day moved."""
    before = blocks(ics(office, "swv"))
    rule = office.folder / "rules/vo/thuiszitters.yaml"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("8 schooldagen na peildatum", "9 schooldagen na peildatum"), encoding="utf-8")
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--now", "2026-11-25T11:00")
    after = blocks(ics(office, "swv", "2026-11-25T11:01"))
    assert set(after) == set(before)
    changed = {uid for uid in before if before[uid] != after[uid]}
    rounds = {f"thuiszitters.2026-2027.{name}.swv" for name in ("september", "december", "maart", "juni")}
    assert changed == rounds
    assert {uid: sequence(after[uid]) - sequence(before[uid]) for uid in changed} == dict.fromkeys(rounds, 1)
    assert all("DTSTAMP:20261125T100100Z" in after[uid] for uid in changed)


def test_a_new_title_leaves_sequence_as_it_was(office: Office) -> None:
    before = blocks(ics(office, "10AA00"))
    rule = office.folder / "rules/vo/thuiszitters.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("leerlingen in beeld", "jongeren in beeld"), "utf-8")
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--now", "2026-11-25T11:00")
    after = blocks(ics(office, "10AA00", "2026-11-25T11:01"))
    changed = {uid for uid in before if before[uid] != after[uid]}
    assert changed
    assert all(uid.startswith("thuiszitters.") for uid in changed)
    assert all(sequence(after[uid]) == sequence(before[uid]) for uid in changed)


def test_a_change_in_one_task_makes_only_its_agendas_again(means: Means) -> None:
    everybody = (
        *("swv", "70001", "70002", "70003", "10AA00", "11BB00", "12CC00", "contact:consulent@swv.example"),
        *("contact:oc@linde.example", "contact:oc@baken.example", "contact:controller@swv.example"),
        *("contact:leerplicht@alkmaar.example", "contact:bestuurder@noord.example"),
    )
    feeds_of(means, *everybody)
    before = kept(means)
    act(means, LINDE, "submit", NOW, by="oc@linde.example")
    assert refresh(means, NOW + timedelta(minutes=1)) == 6
    after = kept(means)
    with means.database.read() as connection:
        register = means.register(connection)
        touched = {"swv", "70001", "10AA00"} | {
            str(whose_named(f"contact:{email}", register))
            for email in ("consulent@swv.example", "oc@linde.example", "leerplicht@alkmaar.example")
        }
    assert {name for name in before if before[name] != after[name]} == touched
    assert "Ingediend op 25 november 2026." in blocks(after["10AA00"])[LINDE]
    assert refresh(means, NOW + timedelta(minutes=2)) == 0


def test_without_a_change_a_look_costs_one_statement(means: Means) -> None:
    feeds_of(means, "swv", "10AA00")
    with counted(means) as asked:
        assert refresh(means, NOW + timedelta(minutes=1)) == 0
    assert len(asked) == 1


def test_without_agendas_nothing_is_done_for_tasks_that_changed(means: Means) -> None:
    act(means, LINDE, "submit", NOW, by="oc@linde.example")
    with counted(means) as asked:
        assert refresh(means, NOW) == 0
    assert len(asked) == 1
    with means.database.read() as connection:
        lags = connection.execute(select(tasks.c.agenda_lags).where(tasks.c.key == LINDE)).scalar()
    assert lags


def test_more_changes_than_are_looked_up_make_all_again(means: Means) -> None:
    """As when a schooljaar is planned."""
    feeds_of(means, "swv", "10AA00", "12CC00")
    with means.database.write() as connection:
        row = dict(connection.execute(select(tasks).where(tasks.c.key == LINDE)).one()._mapping)
        many = [row | {"key": f"{LINDE}{n}", "party": f"X{n}", "agenda_lags": True} for n in range(MOST_TASKS + 1)]
        connection.execute(insert(tasks), many)
    assert refresh(means, NOW) == 3
    assert refresh(means, NOW) == 0


def test_an_agenda_of_which_every_address_is_revoked_is_not_made_again(means: Means) -> None:
    """Until one works again, or another is handed out; one that was asked for without an address is."""
    feeds_of(means, "10AA00", "swv")
    with means.database.write() as connection:
        one, other = (add_subscription(connection, "swv", name, name, "An", NOW) for name in ("een", "twee"))
        set_revoked(connection, one, NOW)

    def made_again() -> int:
        with means.database.write() as connection:
            register_changed(connection)
        return refresh(means, NOW)

    def let(number: int, at: datetime | None) -> None:
        with means.database.write() as connection:
            assert set_revoked(connection, number, at)
            assert not set_revoked(connection, number, at)

    assert made_again() == 2
    let(other, NOW)
    assert made_again() == 1
    assert refresh(means, NOW + timedelta(days=300)) == 1, "nor because time goes by"
    let(one, None)
    assert refresh(means, NOW) == 1
    assert made_again() == 2
    let(one, NOW)
    assert made_again() == 1
    with means.database.write() as connection:
        add_subscription(connection, "swv", "drie", "drie", "An", NOW)
    assert refresh(means, NOW) == 1


def test_a_changed_register_makes_all_again(means: Means) -> None:
    feeds_of(means, "swv", "10AA00")
    with means.database.write() as connection:
        register_changed(connection)
    assert refresh(means, NOW) == 2
    assert refresh(means, NOW) == 0


def test_agendas_that_an_earlier_version_worded_are_made_again_once(means: Means) -> None:
    """An event whose title alone is another one keeps its SEQUENCE, and says that it changed."""
    feeds_of(means, "10AA00")
    before = kept(means)["10AA00"]
    round_ = ", ronde december"
    with means.database.write() as connection:
        set_fact(connection, MADE_OF, "an earlier version")
        for row in connection.execute(select(events.c.uid, events.c.shown)).all():
            told = row.shown | {"title": row.shown["title"].replace(round_, "")}
            if told != row.shown:
                connection.execute(update(events).where(events.c.uid == row.uid).values(shown=told, digest="earlier"))
        connection.execute(update(feeds).values(raw=b"as it was worded before"))
    later = NOW + timedelta(hours=1)
    assert [refresh(means, later), refresh(means, later)] == [1, 0]
    old, new = blocks(before), blocks(kept(means)["10AA00"])
    assert [uid for uid in old if old[uid] != new[uid]] == [LINDE]
    assert new[LINDE] == old[LINDE].replace("T090000Z", "T100000Z")
    assert "SUMMARY:(Dreigend) thuiszittende leerlingen in beeld\\, ronde december\r\n" in new[LINDE]


def test_a_schooljaar_that_is_a_concept_stands_in_no_agenda(office: Office) -> None:
    """Adopting it is what brings it."""
    office.must("plan", "--schooljaar", "2027-2028", "--apply", "--now", AT)
    for name in SHOWN.values():
        assert not [uid for uid in blocks(ics(office, name)) if ".2027-2028" in uid and "vakantie." not in uid]
    office.must("plan", "--schooljaar", "2027-2028", "--apply", "--adopt", "--now", AT)
    for name in SHOWN.values():
        assert [uid for uid in blocks(ics(office, name)) if ".2027-2028" in uid and "vakantie." not in uid]


def test_what_lapses_stays_14_days_and_goes_by_itself(means: Means) -> None:
    """Time alone makes the agenda again."""
    feeds_of(means, "10AA00", "11BB00")
    later = NOW + timedelta(hours=1)
    act(means, LINDE, "waive", later, by="bureau", reason="anders verkregen")
    refresh(means, later)
    block = blocks(kept(means)["10AA00"])[LINDE]
    assert "SUMMARY:VERVALLEN: (Dreigend)" in block
    assert "STATUS:CANCELLED" in block
    assert "N.v.t.: anders verkregen." in block
    assert sequence(block) == 1
    assert refresh(means, later + LAPSED_STAYS - timedelta(minutes=1)) == 0
    assert refresh(means, later + LAPSED_STAYS) == 1
    assert LINDE not in blocks(kept(means)["10AA00"])
    assert refresh(means, later + LAPSED_STAYS) == 0


def test_a_new_subscriber_never_sees_what_lapsed_before(office: Office) -> None:
    ics(office, "10AA00")
    office.must("task", LINDE, "cancel", "--reason", "toch niet", "--now", AT)
    assert LINDE not in blocks(ics(office, "contact:oc@linde.example"))
    assert "STATUS:CANCELLED" in blocks(ics(office, "10AA00"))[LINDE]


def test_an_appointment_stands_with_who_is_there(means: Means) -> None:
    """On its time, with its own sequence; until a guest leaves. The period goes as long as there is one."""
    key, starts = "startgesprek.2026-2027.10AA00", parse_moment("2026-12-03T14:00")
    names = ("contact:oc@linde.example", "contact:oc@baken.example", "10AA00", "swv")
    feeds_of(means, *names)
    with means.database.read() as connection:
        register = means.register(connection)
        guest = whose_named(names[0], register).contact
        by_name = {name: str(whose_named(name, register)) for name in names}
    with means.database.write() as connection:
        row = {"task": key, "starts": to_ms(starts), "minutes": 90, "place": "De Linde", "agenda": ["Terugblik"]}
        changed = {"state": "planned", "sequence": 4, "changed_at": to_ms(NOW)}
        connection.execute(insert(appointments).values(**row, **changed))
        connection.execute(insert(attendees).values(task=key, contact=guest))
        let_lag(connection, [key])
    assert refresh(means, NOW) == 3
    found = {name: blocks(kept(means)[by_name[name]]) for name in names}
    for name in (names[0], "10AA00", "swv"):
        assert "DTSTART;TZID=Europe/Amsterdam:20261203T140000" in found[name][key]
        assert sequence(found[name][key]) == 4
        assert f"{key}.periode" not in found[name]
    assert key not in found[names[1]]
    assert "startgesprek.2026-2027.swv" in found["swv"]
    with means.database.write() as connection:
        connection.execute(attendees.update().values(left=True))
        let_lag(connection, [key])
    assert refresh(means, NOW) == 3
    assert key not in blocks(kept(means)[by_name[names[0]]])
    with means.database.write() as connection:
        connection.execute(appointments.update().values(state="off", sequence=5))
        let_lag(connection, [key])
    refresh(means, NOW)
    after = blocks(kept(means)["10AA00"])
    assert "STATUS:CANCELLED" in after[key]
    assert sequence(after[key]) == 5
    assert f"{key}.periode" in after


class _FailsFor:
    """A writer that cannot write the agenda with that title."""

    def __init__(self, inner: AgendaWriter, title: str) -> None:
        self.inner, self.title = inner, title

    def feed(self, title: str, items: Sequence[Published]) -> bytes:
        if title == self.title:
            raise ValueError("onmogelijk")
        return self.inner.feed(title, items)


def test_one_agenda_that_cannot_be_made_does_not_stop_the_others(means: Means) -> None:
    """It keeps its bytes, and is tried again."""
    feeds_of(means, "10AA00", "11BB00", "swv")
    before = kept(means)
    act(means, LINDE, "submit", NOW, by="oc@linde.example")
    broken = replace(means, ical=_FailsFor(means.ical, "Jaarplanning De Linde"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="onmogelijk"):
        refresh(broken, NOW)
    after = kept(means)
    assert after["10AA00"] == before["10AA00"]
    assert after["swv"] != before["swv"]
    assert refresh(means, NOW) == 1
    assert kept(means)["10AA00"] != before["10AA00"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("16SW03", "de code van een school"),
        ("contact:oc@lindde.example", "Bedoelde u contact:oc@linde.example?"),
        ("gemeente:Alkmaar", "het nummer van een bestuur"),
    ],
)
def test_an_unknown_name_is_told(office: Office, name: str, hint: str) -> None:
    ran = office.run("feed", name, "--now", AT)
    assert (ran.code, ran.out) == (1, "")
    assert hint in ran.err


def test_a_made_up_time_writes_nothing_in_a_store_that_is_no_trial(office: Office, means: Means) -> None:
    """The verb only looks there; without a made-up time it remembers what it showed."""
    with means.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM facts WHERE name = 'proef'")
    assert LINDE in blocks(ics(office, "10AA00"))
    with means.database.read() as connection:
        assert connection.execute(select(events)).first() is None
        assert connection.execute(select(feeds)).first() is None
    given = office.must("feed", "10AA00").out.encode()
    assert kept(means)["10AA00"] == given


def test_the_moment_of_an_agenda_is_that_of_its_last_change(means: Means) -> None:
    """Not the one at which it was made again with the same bytes."""
    feeds_of(means, "10AA00")
    with means.database.write() as connection:
        register_changed(connection)
    assert refresh(means, NOW + timedelta(days=1)) == 1
    with means.database.read() as connection:
        changed_at: int = connection.execute(select(feeds.c.changed_at)).scalar_one()
    assert changed_at == to_ms(NOW)


def test_every_tick_makes_the_agendas_that_lag(office: Office, means: Means) -> None:
    """Also the one of cron."""
    feeds_of(means, "10AA00", "11BB00")
    act(means, LINDE, "submit", NOW, by="oc@linde.example")
    office.must("tick", "--now", "2026-11-25T10:01")
    assert "Ingediend op 25 november 2026." in blocks(kept(means)["10AA00"])[LINDE]
    act(means, BAKEN, "submit", NOW, by="oc@baken.example")
    channel = wiring.folder_channel(office.folder / "proefmail")
    scheduler.tick(scheduler.Work(means, channel, lambda: NOW + timedelta(minutes=2), lambda: None))
    assert "Ingediend op 25 november 2026." in blocks(kept(means)["11BB00"])[BAKEN]


def test_the_agenda_of_somebody_who_is_gone_says_so_and_stays(means: Means) -> None:
    """An import that was undone takes a person away; who subscribed keeps an address that works."""
    with means.database.write() as connection:
        raw = make(connection, means, "contact:9999", NOW)
    assert b"NAME:Jaarplanning\r\n" in raw
    assert raw.count(b"BEGIN:VEVENT") == 1
    assert b"SUMMARY:Er staat niets gepland" in raw
