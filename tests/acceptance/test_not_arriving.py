"""Mail that does not arrive: that the bureau hears of it, where the address is shown, and what ends that."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.core.ports import Channel, DeliveryError
from tests.at_work import AtWork, at_work
from tests.workspaces import Office, an_imported_office, copied

OC, EIK = "oc@linde.example", "oc@eik.example"
BUREAU = "bureau@swv.example"
DECEMBER = "thuiszitters.2026-2027.december.10AA00"
SAID = "De mailserver mail.example:25 weigert het adres van de ontvanger (550 5.1.1 No such user)."

pytestmark = pytest.mark.slow


@dataclass
class Refusing:
    """A relay that refuses some addresses, and loses the line behind the mail to others."""

    inner: Channel
    refused: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        if recipient in self.refused:
            raise DeliveryError("never", f"{SAID} Controleer het e-mailadres in het register.", refused=True)
        if recipient in self.lost:
            on_data()
            raise DeliveryError("unknown", "De verbinding brak af.")
        self.inner.deliver(raw, sender, recipient, on_data)

    def close(self) -> None:
        self.inner.close()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office at work on 24 November, on which the mail to De Linde bounced."""
    office = an_imported_office(tmp_path_factory.mktemp("lost") / "w", rules=("thuiszitters",), more='map = "uit"')
    with at_work(office.folder) as desk:
        desk.plan("2026-10-05T09:00")
        relay(desk).refused.add(OC)
        desk.tick("2026-11-24T08:30")
    return office


@pytest.fixture
def desk(begun: Office, tmp_path: Path) -> Iterator[AtWork]:
    """A copy of it for each test, in which De Linde is still refused."""
    with at_work(copied(begun, tmp_path / "w").folder) as working:
        relay(working).refused.add(OC)
        yield working


def relay(desk: AtWork) -> Refusing:
    """The relay of the office, which can refuse from now on."""
    if not isinstance(desk.channel, Refusing):
        desk.channel = Refusing(desk.channel)
    return desk.channel


def noted(desk: AtWork, day: str, verb: str = "check") -> list[str]:
    """What a verb says of mail that does not arrive."""
    rows = desk.office.run(verb, "--now", f"{day}T12:00", "--json").json
    return [row["message"] for row in rows if row["message"].startswith("mail aan")]


def on_8_december(desk: AtWork) -> None:
    """The reminders leave."""
    desk.awake("2026-12-07T16:00")
    desk.tick("2026-12-08T08:30")


def test_the_bureau_hears_once_who_got_nothing_where_since_when_and_why(desk: AtWork) -> None:
    desk.tick("2026-11-24T08:31", "2026-11-24T12:00", "2026-11-25T09:00", "2026-11-26T09:00")
    assert desk.told(BUREAU) == [("2026-11-24", "Mail aan 1 adres komt niet aan")]
    (letter,) = desk.letters(BUREAU)
    assert f"{OC} (De Linde): sinds dinsdag 24 november 2026, bericht " in letter
    assert f"De reden: {SAID} Het programma blijft nieuwe mail naar dit adres proberen." in letter


def test_a_second_address_is_told_with_the_first_and_not_on_the_same_day(desk: AtWork) -> None:
    relay(desk).refused.add(EIK)
    desk.tick("2026-11-24T08:31")
    on_8_december(desk)
    desk.tamper("UPDATE facts SET value = replace(value, '2026-11-24', '2026-12-08') WHERE name = 'unreached_told'")
    desk.tick("2026-12-08T08:31")
    assert len(desk.told(BUREAU)) == 1
    desk.tick("2026-12-09T08:30")
    assert desk.told(BUREAU)[1] == ("2026-12-09", "Mail aan 2 adressen komt niet aan")
    assert desk.letters(BUREAU)[1].count("sinds dinsdag") == 2


def test_the_address_is_shown_by_check_plan_doctor_and_explain(desk: AtWork) -> None:
    note = f"mail aan {OC} (De Linde) komt sinds dinsdag 24 november 2026 niet aan: {SAID[:-1]}"
    assert noted(desk, "2026-11-25") == [note]
    assert noted(desk, "2026-11-25", "doctor") == [note]
    plan = desk.office.must("plan", "--now", "2026-11-25T12:00").out
    assert f"register:1:1: let op: {note}" in plan
    assert f"{note[:1].upper()}{note[1:]}." in desk.office.run("doctor", "--now", "2026-11-25T12:00").out
    explained = desk.office.must("explain", DECEMBER, "--now", "2026-11-25T12:00").out
    assert f"{OC} (mail aan dit adres komt sinds dinsdag 24 november 2026 niet aan): niet aangekomen" in explained
    assert f"{OC} (mail aan dit adres komt sinds dinsdag 24 november 2026 niet aan): komt nog" in explained


def test_later_mail_is_still_tried_and_one_that_arrives_ends_it(desk: AtWork) -> None:
    relay(desk).refused.clear()
    on_8_december(desk)
    assert desk.told(OC) == [("2026-12-08", "herinnering")]
    assert noted(desk, "2026-12-08") == []


def test_an_address_that_fails_again_is_news_again(desk: AtWork) -> None:
    desk.tick("2026-11-24T08:31")
    relay(desk).refused.clear()
    on_8_december(desk)
    relay(desk).refused.add(OC)
    desk.awake("2026-12-11T16:00")
    desk.tick("2026-12-14T08:30", "2026-12-14T08:31")
    assert [day for day, _ in desk.told(BUREAU)] == ["2026-11-24", "2026-12-14"]
    assert "sinds maandag 14 december 2026" in desk.letters(BUREAU)[1]


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE contacts SET email = 'nieuw@linde.example' WHERE email = '{OC}'",
        f"UPDATE roles SET last = '2026-11-24' WHERE contact = (SELECT id FROM contacts WHERE email = '{OC}')",
    ],
    ids=["a new address", "no role any more"],
)
def test_the_register_ends_it(desk: AtWork, change: str) -> None:
    desk.tamper(change)
    assert noted(desk, "2026-11-25") == []
    desk.tick("2026-11-25T09:00")
    assert desk.told(BUREAU) == []


def test_mail_that_may_have_arrived_is_told_too(desk: AtWork) -> None:
    desk.tamper("UPDATE messages SET state = 'uncertain' WHERE state = 'bounced'")
    desk.tick("2026-11-24T08:31", "2026-11-25T08:30")
    assert desk.told(BUREAU) == [("2026-11-24", "1 mail is misschien niet aangekomen")]
    assert f" aan {OC}: " in desk.letters(BUREAU)[0]
    assert noted(desk, "2026-11-25") == []


def test_without_a_bureau_that_is_told_and_what_nobody_heard_is_told_later(desk: AtWork) -> None:
    desk.tamper("UPDATE roles SET first = '2026-11-26' WHERE role = 'bureau'")
    desk.tick("2026-11-25T09:00")
    assert desk.told(BUREAU) == []
    note = "niemand heeft vandaag de rol bureau bij partij swv."
    ran = desk.office.run("check", "--now", "2026-11-25T12:00")
    assert f"register:1:1: let op: {note}" in ran.out
    assert note in desk.office.must("plan", "--now", "2026-11-25T12:00").out
    rows = desk.office.run("doctor", "--now", "2026-11-25T12:00", "--json").json
    assert [row["severity"] for row in rows if note in row["message"].casefold()] == ["note", "problem"]
    desk.tick("2026-11-26T09:00")
    assert [day for day, _ in desk.told(BUREAU)] == ["2026-11-26"]
    assert note not in desk.office.run("check", "--now", "2026-11-26T12:00").out
