"""A last day that moves on its eve goes out by mail: through the command line, on a real database."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.web.desk import ADDRESS, a_desk
from tests.workspaces import Office, a_running_office, copied

LINDE = "thuiszitters.2026-2027.december.10AA00"
EVE = "2026-12-10T10:00"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office in which the thuiszitters of december were asked."""
    folder = tmp_path_factory.mktemp("moved") / "w"
    office = a_running_office(folder, rules=("thuiszitters",), more=f'[web]\nadres = "{ADDRESS}"')
    round_of(office, "2026-11-24T09:00")
    round_of(office, "2026-12-08T09:00")
    return office


@pytest.fixture
def office(asked: Office, tmp_path: Path) -> Office:
    """A copy of it for each test."""
    return copied(asked, tmp_path / "w")


def round_of(office: Office, moment: str) -> None:
    office.must("tick", "--now", moment)
    office.must("deliver", "--now", moment)


def mails(office: Office) -> list[EmailMessage]:
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in office.mails()]
    return [mail for mail in found if str(mail["Subject"]).startswith(("Nieuwe datum", "Re: Nieuwe datum"))]


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_uitstel_on_the_eve_reaches_whoever_was_asked_with_the_reason(office: Office) -> None:
    office.must("task", LINDE, "extend", "--until", "2026-12-16", "--reason", "griep op school", "--now", EVE)
    listed = office.must("outbox", "list", "--now", EVE, "--json").json
    assert {row["kind"] for row in listed if row["subject"].startswith("Nieuwe datum")} == {"datum-verzet"}
    office.must("deliver", "--now", EVE)
    told = mails(office)
    to = {str(mail["To"]).rpartition("<")[2].rstrip(">") for mail in told}
    assert to == {"oc@linde.example", "consulent@swv.example", "leerplicht@alkmaar.example"}
    for mail in told:
        assert "De uiterste dag is nu woensdag 16 december 2026" in text(mail)
        assert "Dat was vrijdag 11 december 2026." in text(mail)
        assert "Waarom? Griep op school." in text(mail)
        assert f"/{LINDE}.ics" in text(mail)
    shown = office.must("explain", LINDE, "--now", EVE).out
    assert "nieuwe uiterste dag" in shown


def test_a_round_that_a_changed_rule_moves_is_one_mail_for_who_works_along(office: Office) -> None:
    rule = office.folder / "rules/vo/thuiszitters.yaml"
    before = rule.read_text(encoding="utf-8")
    rule.write_text(before.replace("uiterlijk: 8 schooldagen", "uiterlijk: 9 schooldagen"), encoding="utf-8")
    seen = office.must("plan", "--schooljaar", "2026-2027", "--now", EVE).out
    assert "Er gaan 5 mails uit zodra u dit opslaat: de oude of de nieuwe uiterste dag is binnen 48 uur." in seen
    page = a_desk(office.folder, EVE).client("bureau").get("/beheer/regels/wijzigingen").text
    assert "Er gaan ook 5 mails uit zodra u dit doorvoert." in page
    stored = office.must("plan", "--schooljaar", "2026-2027", "--apply", "--now", EVE).out
    assert "Er gaan nu 5 mails uit:" in stored
    office.must("deliver", "--now", EVE)
    told = mails(office)
    (consulent,) = [mail for mail in told if "consulent@swv.example" in str(mail["To"])]
    assert len(told) == 5
    assert "3 scholen" in text(consulent)
    assert "De uiterste dag is nu maandag 14 december 2026" in text(consulent)
    assert "Waarom?" not in text(consulent)


def test_the_day_that_moves_far_ahead_goes_out_by_no_mail(office: Office) -> None:
    at = "2026-12-08T11:00"
    rule = office.folder / "rules/vo/thuiszitters.yaml"
    before = rule.read_text(encoding="utf-8")
    rule.write_text(before.replace("uiterlijk: 8 schooldagen", "uiterlijk: 9 schooldagen"), encoding="utf-8")
    assert "zodra u dit opslaat" not in office.must("plan", "--schooljaar", "2026-2027", "--now", at).out
    office.must("task", LINDE, "extend", "--until", "2026-12-16", "--reason", "griep", "--now", at)
    office.must("deliver", "--now", at)
    assert mails(office) == []
