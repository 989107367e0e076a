"""The appointment of a gesprek by command: invitations that leave, steps that follow, guests that come and go."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar

from engine.app.appoint import TalkWish, filled_in
from engine.app.appoint import appoint as appoint_talk
from engine.app.desk import Desk
from engine.core.localtime import parse_moment
from tests.adapters.channels.relays import a_server
from tests.at_work import at_work
from tests.workspaces import ROOT, SCHOLEN, Office, a_running_office, an_imported_office, copied

TALK = "startgesprek.2026-2027.10AA00"
BOARD = "bestuursgesprek.2026-2027.70001"
TEAMS = "\n".join(
    f"{line};{'ondersteuningsteam' if number == 0 else f'team@school{number}.example'}"
    for number, line in enumerate(SCHOLEN.splitlines())
)
RULES = ("startgesprek", "bestuursgesprek")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office on the day after the consulent was asked to plan the startgesprekken."""
    office = a_running_office(tmp_path_factory.mktemp("talks") / "w", rules=RULES, register={"scholen": TEAMS + "\n"})
    for morning in ("2026-08-18T09:00", "2026-08-25T09:00"):
        rounds(office, morning)
    return office


@pytest.fixture
def office(asked: Office, tmp_path: Path) -> Office:
    """A copy of it for each test."""
    return copied(asked, tmp_path / "w")


def rounds(office: Office, *moments: str) -> None:
    for moment in moments:
        office.must("tick", "--now", moment)
        office.must("deliver", "--now", moment)


def appoint(office: Office, now: str, *options: str, key: str = TALK) -> str:
    return office.must("task", key, "appoint", *options, "--now", now).out


def steps(office: Office, now: str = "2026-09-01T09:00") -> dict[str, str | None]:
    rows = office.must("tasks", "--rule", "startgesprek", "--party", "10AA00", "--json", "--now", now).json
    return {step["step"]: step["date"] for step in rows[0]["steps"]}


def explained(office: Office, now: str) -> str:
    return office.must("explain", TALK, "--now", now).out


def invites(office: Office) -> list[EmailMessage]:
    """The mails with a calendar in them, as they left."""
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in office.mails()]
    return [mail for mail in found if isinstance(mail, EmailMessage) and event_of(mail) is not None]


def event_of(mail: EmailMessage) -> Calendar | None:
    part = next((one for one in mail.walk() if one.get_content_type() == "text/calendar"), None)
    return None if part is None else Calendar.from_ical(part.get_payload(decode=True))


def told(office: Office) -> list[tuple[str, str, str, int]]:
    """(to, method, begin, sequence) of each invitation that left."""
    found = []
    for mail in invites(office):
        calendar = event_of(mail)
        assert calendar is not None
        event = calendar.walk("VEVENT")[0]
        begin = event["dtstart"].dt.strftime("%m-%d %H:%M")
        found.append((mail["To"].addresses[0].addr_spec, str(calendar["method"]), begin, int(event["sequence"])))
    return found


def outbox(office: Office, *states: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = office.must("outbox", "list", "--json").json
    return [row for row in rows if row["kind"] == "invite" and row["state"] in states]


def test_an_appointment_invites_each_guest_and_ends_the_asking(office: Office) -> None:
    """What was to be asked of the consulent lapses; what hangs on the appointment gets its day."""
    out = appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00", "--place", "De Linde, lokaal 4")
    assert "Afgesproken op dinsdag 6 oktober 2026 van 14:00 tot 15:30, plaats: De Linde, lokaal 4." in out
    assert "2 uitnodigingen gaan uit." in out
    rounds(office, "2026-08-26T10:05")
    assert sorted(told(office)) == [
        ("consulent@swv.example", "REQUEST", "10-06 14:00", 0),
        ("team@school1.example", "REQUEST", "10-06 14:00", 0),
    ]
    assert (steps(office)["voorbereiden"], steps(office)["verslag"]) == ("2026-09-29", "2026-10-08")
    text = explained(office, "2026-08-26T10:10")
    assert "Status: afgesproken op dinsdag 6 oktober 2026 14:00." in text
    assert text.count("gaat er niet meer uit (afgesproken)") == 4
    rounds(office, "2026-09-01T09:00", "2026-09-29T09:00")
    prepare = [path.name for path in office.mails() if path.name.startswith("20260929")]
    assert len(prepare) == 2, "the guests are asked to prepare, and nobody to plan"


def test_what_changes_within_a_minute_is_one_mail(office: Office) -> None:
    appoint(office, "2026-08-26T10:00:00", "--at", "2026-10-06T14:00")
    appoint(office, "2026-08-26T10:00:30", "--at", "2026-10-06T15:00")
    assert len(outbox(office, "queued")) == 2
    rounds(office, "2026-08-26T10:01")
    assert told(office) == [], "it waits a minute from the last change"
    rounds(office, "2026-08-26T10:02")
    assert {one[1:] for one in told(office)} == {("REQUEST", "10-06 15:00", 1)}
    appoint(office, "2026-08-26T11:00:00", "--at", "2026-10-07T15:00")
    appoint(office, "2026-08-26T11:00:20", "--at", "2026-10-06T15:00")
    assert outbox(office, "queued", "held") == [], "it is again as it was told"


def test_what_is_called_off_before_anybody_heard_goes_to_nobody(office: Office) -> None:
    appoint(office, "2026-08-26T10:00:00", "--at", "2026-10-06T14:00")
    out = appoint(office, "2026-08-26T10:00:40", "--off")
    assert "Er gaat geen mail uit" in out
    rounds(office, "2026-08-26T10:30")
    assert told(office) == []
    assert outbox(office, "queued", "held", "sent") == []


def test_a_move_is_an_update_and_calling_off_a_cancellation(office: Office) -> None:
    """The same UID with a rising SEQUENCE and a later DTSTAMP; each mail has a Message-ID of its own."""
    appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00")
    rounds(office, "2026-08-26T10:05")
    appoint(office, "2026-08-27T10:00", "--at", "2026-10-08T09:00", "--place", "Online")
    rounds(office, "2026-08-27T10:05")
    assert (steps(office)["voorbereiden"], steps(office)["verslag"]) == ("2026-10-01", "2026-10-19")
    assert "1 afzegging" not in appoint(office, "2026-08-28T10:00", "--off", "--reason", "school verbouwt")
    rounds(office, "2026-08-28T10:05")
    mine = [mail for mail in invites(office) if mail["To"].addresses[0].addr_spec == "team@school1.example"]
    assert [mail["Subject"] for mail in mine] == [
        "6 oktober: startgesprek, De Linde",
        "Gewijzigd, 8 oktober: startgesprek, De Linde",
        "Afgezegd, 8 oktober: startgesprek, De Linde",
    ]
    calendars = [event_of(mail) for mail in mine]
    events = [one.walk("VEVENT")[0] for one in calendars if one is not None]
    assert [str(one["method"]) for one in calendars if one is not None] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {str(one["uid"]) for one in events} == {f"{TALK}@vo0001.jaarplanning"}
    assert [int(one["sequence"]) for one in events] == [0, 1, 2]
    stamps = [one["dtstamp"].dt for one in events]
    assert stamps == sorted(set(stamps))
    assert len({mail["Message-ID"] for mail in mine}) == 3
    assert [len(one.walk("VEVENT")[0].get("attendee", [])) > 0 for one in calendars if one is not None] == [True] * 3
    text = explained(office, "2026-08-28T10:10")
    assert "Status: open." in text
    assert "afspraak afgezegd door bureau (donderdag 8 oktober 2026 09:00: school verbouwt)" in text


def test_calling_off_asks_for_a_new_date_by_the_newest_step(office: Office) -> None:
    appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00")
    rounds(office, "2026-08-26T10:05", "2026-10-05T09:00")
    appoint(office, "2026-10-05T10:00", "--off")
    rounds(office, "2026-10-05T10:05", "2026-10-06T09:00")  # the consulent had a digest on the 5th
    text = explained(office, "2026-10-06T11:00")
    assert "consulent@swv.example: ingehaald door een latere stap" in text  # plannen-2
    newest = text.partition("  plannen-3,")[2].partition("plannen-4")[0]
    assert "verstuurd op dinsdag 6 oktober 2026" in newest
    assert steps(office)["voorbereiden"] is None


def test_what_was_told_already_is_not_told_again_after_a_move(office: Office) -> None:
    appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00")
    rounds(office, "2026-08-26T10:05", "2026-09-29T09:00")
    before = len(office.mails())
    appoint(office, "2026-09-29T12:00", "--at", "2026-10-08T14:00")
    rounds(office, "2026-09-29T12:05", "2026-10-01T09:00")
    assert len(office.mails()) == before + 2, "two updates, and no second mail to prepare"
    assert steps(office)["verslag"] == "2026-10-19"


def test_planning_anew_keeps_the_days_of_the_appointment(office: Office) -> None:
    """Also where the rule changed meanwhile, and what was dropped stays so."""
    appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00")
    changed = office.must("plan", "--schooljaar", "2026-2027", "--json", "--now", "2026-08-26T11:00").json
    assert {row["change"] for row in changed} == {"same"}
    rule = (ROOT / "rules/vo/startgesprek.yaml").read_text(encoding="utf-8")
    office.write(
        "rules/vo/startgesprek.yaml", rule.replace("5 schooldagen voor afspraak", "3 schooldagen voor afspraak")
    )
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--now", "2026-08-26T11:00")
    assert steps(office)["voorbereiden"] == "2026-10-01"
    assert explained(office, "2026-08-26T11:10").count("gaat er niet meer uit (afgesproken)") == 4
    office.must("task", TALK, "extend", "--until", "2026-11-13", "--reason", "verbouwing", "--now", "2026-08-26T12:00")
    assert (steps(office)["voorbereiden"], steps(office)["verslag"]) == ("2026-10-01", "2026-10-08")


def test_a_day_that_does_not_fit_is_refused_with_the_reason(office: Office) -> None:
    def refused(*options: str) -> str:
        ran = office.run("task", TALK, "appoint", *options, "--now", "2026-08-26T10:00")
        assert ran.code == 1, ran.out + ran.err
        return ran.out + ran.err

    assert "Dinsdag 13 oktober 2026 valt in de herfstvakantie." in refused("--at", "2026-10-13T14:00")
    assert "bestaat 02:30 niet" in refused("--at", "2027-03-28T02:30", "--anyway")
    assert "komt 02:30 twee keer voor" in refused("--at", "2026-10-25T02:30")
    assert "is al voorbij" in refused("--at", "2026-08-25T14:00")
    assert "Geef op wanneer het gesprek is." in refused("--place", "hier")
    assert "geen rol en geen e-mailadres" in refused("--at", "2026-10-06T14:00", "--with", "tuinman")
    assert "staat niet in het register" in refused("--at", "2026-10-06T14:00", "--with", "an@vries.example")
    assert "is er geen afspraak" in refused("--off")
    assert outbox(office, "queued", "held") == []
    appoint(office, "2026-08-26T10:00", "--at", "2026-10-13T14:00", "--anyway")
    ran = office.run("task", TALK, "extend", "--until", "2026-11-13", "--at", "2026-10-06T14:00")
    assert (ran.code, "--at hoort niet bij extend" in ran.err) == (2, True)


def test_roles_and_people_are_added_and_left_out(office: Office) -> None:
    options = ("--with", "directeur", "--with", "An de Vries <an@vries.example>", "--without", "ondersteuningsteam")
    assert "3 uitnodigingen gaan uit." in appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00", *options)
    rounds(office, "2026-08-26T10:05")
    out = appoint(office, "2026-08-26T11:00", "--with", "ondersteuningsteam", "--without", "an@vries.example")
    assert "1 uitnodiging en 1 afmelding gaan uit." in out
    rounds(office, "2026-08-26T11:05")
    assert sorted(told(office))[0] == ("an@vries.example", "CANCEL", "10-06 14:00", 1)
    assert sorted({who for who, *_ in told(office)}) == [
        "an@vries.example",
        "consulent@swv.example",
        "directeur@linde.example",
        "team@school1.example",
    ]
    assert [method for who, method, *_ in told(office) if who == "consulent@swv.example"] == ["REQUEST"]


def test_who_gets_the_role_later_is_invited_and_who_loses_it_is_told(office: Office) -> None:
    """A guest who was added by hand stays."""
    appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00", "--with", "directeur@baken.example")
    rounds(office, "2026-08-26T10:05")
    office.write("register/scholen.csv", (TEAMS + "\n").replace("team@school1.example", "zorg@linde.example"))
    office.must("import", str(office.folder / "register"), "--apply", "--now", "2026-08-26T12:00")
    rounds(office, "2026-08-27T09:00", "2026-08-27T09:05", "2026-09-01T09:10")
    since = [one for one in told(office) if one[0] in ("team@school1.example", "zorg@linde.example")]
    assert sorted(since) == [
        ("team@school1.example", "CANCEL", "10-06 14:00", 1),
        ("team@school1.example", "REQUEST", "10-06 14:00", 0),
        ("zorg@linde.example", "REQUEST", "10-06 14:00", 0),
    ]
    assert [one[1] for one in told(office) if one[0] == "directeur@baken.example"] == ["REQUEST"]


def test_a_task_that_ends_before_its_talk_calls_it_off(office: Office) -> None:
    appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00")
    rounds(office, "2026-08-26T10:05")
    office.must("task", TALK, "waive", "--reason", "school sluit", "--now", "2026-08-27T10:00")
    rounds(office, "2026-08-27T10:05", "2026-08-27T10:10")
    assert [one[1] for one in told(office)].count("CANCEL") == 2


def test_a_held_invitation_tells_what_holds_when_it_is_released(tmp_path: Path) -> None:
    office = a_running_office(tmp_path / "w", rules=RULES, release="altijd", register={"scholen": TEAMS + "\n"})
    assert "2 mails wachten op vrijgave." in appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00")
    rounds(office, "2026-08-26T10:05")
    assert told(office) == []
    appoint(office, "2026-08-26T11:00", "--at", "2026-10-07T14:00")
    held = outbox(office, "held")
    assert len(held) == 2
    shown = office.must("outbox", "show", str(held[0]["id"]), "--now", "2026-08-26T11:00").out
    assert "Woensdag 7 oktober 2026, van 14:00 tot 15:30" in shown
    office.must("outbox", "hold", "--all", "--now", "2026-08-26T11:00")
    office.must("outbox", "release", "--all", "--now", "2026-08-26T11:30")
    rounds(office, "2026-08-26T11:31")
    assert {one[1:] for one in told(office)} == {("REQUEST", "10-07 14:00", 1)}


def test_what_the_bureau_dropped_is_not_made_again(tmp_path: Path) -> None:
    office = a_running_office(tmp_path / "w", rules=RULES, release="altijd", register={"scholen": TEAMS + "\n"})
    appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00")
    office.must("outbox", "drop", "--all", "--now", "2026-08-26T10:05")
    office.must("import", str(office.folder / "register"), "--apply")
    rounds(office, "2026-08-26T10:10")
    assert outbox(office, "held", "queued") == []
    assert "Er gaat geen mail uit" in appoint(office, "2026-08-26T11:00", "--off"), "nobody ever heard of it"


def test_took_place_closes_the_talk_with_its_note(office: Office) -> None:
    appoint(office, "2026-08-26T10:00", "--at", "2026-10-06T14:00")
    ran = office.run("task", TALK, "took-place", "--now", "2026-10-05T10:00")
    assert (ran.code, "Dit gesprek is pas op dinsdag 6 oktober 2026 14:00." in ran.err) == (1, True)
    held = ("took-place", "--reason", "goede afspraken", "--now", "2026-10-06T16:00")
    assert office.must("task", TALK, *held, "--json").json[0]["state"] == "done"
    assert "gesprek gehouden door bureau (goede afspraken)" in explained(office, "2026-10-06T17:00")
    report = explained(office, "2026-10-06T17:00").partition("  verslag,")[2]
    assert "gaat er niet meer uit" in report, "no report is asked any more"
    ran = office.run("task", BOARD, "took-place", "--reason", "bsn 111222333", "--now", "2026-10-06T16:00")
    assert (ran.code, "burgerservicenummer" in ran.err) == (1, True)


def test_a_talk_of_a_whole_board_invites_the_head_of_each_school(office: Office) -> None:
    appoint(office, "2026-11-03T10:00", "--at", "2027-01-19T10:00", key=BOARD)
    rounds(office, "2026-11-03T10:05")
    assert {who for who, *_ in told(office)} == {"bestuurder@noord.example", "directeur@linde.example"}


def test_where_a_date_is_all_that_is_asked_it_closes_the_task(tmp_path: Path) -> None:
    office = a_running_office(tmp_path / "w", rules=RULES, register={"scholen": TEAMS + "\n"})
    rule = (ROOT / "rules/vo/startgesprek.yaml").read_text(encoding="utf-8")
    office.write("rules/vo/startgesprek.yaml", rule.replace("per: school", "per: school\nklaar_als: afgesproken"))
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--now", "2026-08-01T09:00")
    rounds(office, "2026-08-18T09:00")
    for number, (options, state) in enumerate(
        [(("--at", "2026-10-06T14:00"), "done"), (("--at", "2026-10-07T14:00"), "done"), (("--off",), "open")]
    ):
        ran = office.must("task", TALK, "appoint", *options, "--now", f"2026-08-19T1{number}:00", "--json")
        assert ran.json[0]["state"] == state
        rounds(office, f"2026-08-19T1{number}:05")
    assert [one[1] for one in told(office) if one[0] == "consulent@swv.example"] == ["REQUEST", "REQUEST", "CANCEL"]


def test_an_invitation_leaves_by_a_real_mail_server(tmp_path: Path) -> None:
    """The whole way once: planned, made ready, sent over SMTP, and readable by who gets it."""
    office = an_imported_office(tmp_path / "w", rules=RULES, register={"scholen": TEAMS + "\n"}, more='map = "uit"')
    with a_server() as (inbox, port):
        with at_work(office.folder, map=f'[smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "geen"') as desk:
            desk.plan("2026-08-01T09:00")
            now = parse_moment("2026-08-26T10:00")
            with desk.means.database.write() as connection:
                at = Desk(connection, desk.means, now, "bureau")
                task = at.task(TALK)
                plan, guests = filled_in(at, task, TalkWish(starts=parse_moment("2026-10-06T14:00")))
                assert dict(appoint_talk(at, task, plan, guests).tells).values()
            desk.tick("2026-08-26T10:01")
            desk.channel.close()
        raw = {one.rcpt_tos[0]: one.content for one in inbox.envelopes if b"text/calendar" in (one.content or b"")}
    assert set(raw) == {"consulent@swv.example", "team@school1.example"}
    for recipient, content in raw.items():
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        calendar = event_of(mail)
        assert calendar is not None
        event = calendar.walk("VEVENT")[0]
        assert (str(calendar["method"]), str(event["uid"])) == ("REQUEST", f"{TALK}@vo0001.jaarplanning")
        assert (str(event["organizer"]), str(event["attendee"])) == (
            "mailto:planning@swv.example",
            f"mailto:{recipient}",
        )
        assert [part.get_content_type() for part in mail.walk()][-2:] == ["text/calendar", "application/ics"]
        assert "Auto-Submitted" not in mail
