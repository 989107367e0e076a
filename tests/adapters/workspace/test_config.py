"""config.toml becomes Settings, or problems at the line of their key."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.workspace import left_from_sample, read_settings
from engine.adapters.workspace.settings import parse_settings
from engine.core.problem import Problem
from engine.core.settings import Mailroom, Relay, Settings

REPOSITORY = Path(__file__).parents[3]
SWV = """\
[swv]
naam = "SWV Proef"
code = "VO9902"
sector = "vo"
regio = "midden"
postbus = "planning@swv.example"
"""
FULL = """\
# Een voorbeeld
[swv]
naam = "SWV Proef"
code = "VO9902"
sector = "vo"
regio = "midden"
postbus = "planning@swv.example"

[mail]
vanaf = "08:30"
tot = "17:00"
vrijgeven = "altijd"

[smtp]
host = "smtp.swv.example"

[rollen.zorgmakelaar]
vervangers = ["consulent"]
"""


def read(text: str, environ: dict[str, str] | None = None) -> Settings:
    found, problems = parse_settings(text, environ or {})
    assert problems == ()
    assert found is not None
    return found


def problems_of(text: str) -> tuple[Problem, ...]:
    found, problems = parse_settings(text, {})
    assert (found is None) == bool(problems)
    return problems


def test_the_required_keys_alone_are_enough() -> None:
    expected = Settings("SWV Proef", "VO9902", "vo", "midden", "planning@swv.example", rules="rules/vo")
    assert read(SWV) == expected


IMAP = SWV + '[imap]\nhost = "imap.swv.example"\nuser = "u"\n'


def test_the_mailbox_to_read_has_a_folder_for_what_was_understood_and_its_password_from_outside() -> None:
    expected = Mailroom("imap.swv.example", 993, "tls", "u", "INBOX", "Verwerkt", "geheim")
    assert read(IMAP, {"JAARPLANNING_IMAP_WACHTWOORD": "geheim"}).mailroom == expected
    assert read(f'{IMAP}tls = "starttls"\nmap = "Jaarplanning"\nverwerkt = "Klaar"\n').mailroom == Mailroom(
        "imap.swv.example", 143, "starttls", "u", "Jaarplanning", "Klaar"
    )


@pytest.mark.parametrize(
    ("more", "field", "message"),
    [
        ('tls = "geen"', "imap.tls", "lezen anderen het wachtwoord"),
        ('wachtwoord = "x"', "imap.wachtwoord", "een wachtwoord hoort niet in dit bestand"),
        ('verwerkt = "inbox"', "imap.verwerkt", "dezelfde map"),
        ('map = "Verwerkt"', "imap.verwerkt", "dezelfde map"),
    ],
)
def test_a_mailbox_is_never_read_in_the_clear_nor_moved_onto_itself(more: str, field: str, message: str) -> None:
    (problem,) = problems_of(f"{IMAP}{more}\n")
    assert problem.field == field
    assert message in problem.message


def test_on_this_machine_a_mailbox_may_be_read_in_the_clear() -> None:
    found = read(IMAP.replace("imap.swv.example", "127.0.0.1") + 'tls = "geen"\n').mailroom
    assert found is not None
    assert (found.port, found.tls) == (143, "geen")


def test_the_rules_of_a_po_stand_in_their_own_folder() -> None:
    assert read(SWV.replace('"vo"', '"po"')).rules == "rules/po"


def test_every_key_reaches_the_settings() -> None:
    text = (
        SWV
        + """\
regels = "regels"
telefoon = "0299 000 000"
start = 2026-08-17
[mail]
vanaf = 07:15:00
tot = "18:00"
vrijgeven = "nooit"
omleiden = "proef@swv.example"
map = "uit"
[smtp]
host = "smtp.swv.example"
port = 2525
tls = "geen"
user = "u"
[kalender]
goede_vrijdag = "open"
vijf_mei = "open"
[rollen.beleid-bestuur]
vervangers = ["bestuurder", "zorgmakelaar"]
[rollen.zorgmakelaar]
[database]
url = "sqlite:///a.sqlite"
[web]
adres = "https://plan.swv.example/"
[bewaren]
antwoorden = "2 jaar"
"""
    )
    assert read(text, {"JAARPLANNING_SMTP_WACHTWOORD": "geheim"}) == replace(
        read(SWV),
        rules="regels",
        phone="0299 000 000",
        start=date(2026, 8, 17),
        send_from=time(7, 15),
        send_to=time(18),
        release="nooit",
        redirect="proef@swv.example",
        mail_folder="uit",
        relay=Relay("smtp.swv.example", 2525, "geen", "u", "geheim"),
        good_friday_open=True,
        may_5_open=True,
        stand_ins={"beleid-bestuur": ("bestuurder", "zorgmakelaar")},
        extra_roles=("zorgmakelaar",),
        database_url="sqlite:///a.sqlite",
        web_address="https://plan.swv.example",
        link_address="https://plan.swv.example",
    )


def test_mail_waits_where_a_rule_says_so_by_default() -> None:
    assert read(SWV).release == "regel"


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("geen", 25)])
def test_the_port_follows_from_tls(tls: str, port: int) -> None:
    relay = read(SWV + f'[smtp]\nhost = "smtp.swv.example"\ntls = "{tls}"\n').relay
    assert relay is not None
    assert relay.port == port


def test_the_password_is_not_shown() -> None:
    found = read(SWV + '[smtp]\nhost = "h"\n', {"JAARPLANNING_SMTP_WACHTWOORD": "geheim"})
    assert "geheim" not in repr(found)


def test_a_built_in_role_is_no_extra_role() -> None:
    assert read(SWV + '[rollen.directeur]\nvervangers = ["bestuurder"]\n').extra_roles == ()


def test_start_may_be_a_text() -> None:
    assert read(SWV + 'start = "2026-08-01"\n').start == date(2026, 8, 1)


def test_the_config_of_the_repository_is_good() -> None:
    found, problems = read_settings(REPOSITORY, {})
    assert problems == ()
    assert found is not None
    assert (found.release, found.sector, found.region, found.rules) == ("altijd", "vo", "noord", "rules/vo")


CASES = [
    ("naam =", "name =", 3, 1, "swv.name", "bedoelde u `naam`?"),
    ("[mail]", "[mial]", 9, 1, "mial", "onbekende sleutel `mial`, bedoelde u `mail`?"),
    ('tot = "17:00"', 'tott = "17:00"', 11, 1, "mail.tott", "bedoelde u `tot`?"),
    ("[smtp]\n", '[smtp]\npassword = "x"\n', 15, 1, "smtp.password", "een wachtwoord hoort niet in dit bestand"),
    ("[smtp]\n", "[web]\nport = 80\n[smtp]\n", 15, 1, "web.port", "onbekende sleutel `port`"),
    ('code = "VO9902"\n', "", 2, 1, "swv.code", "de sleutel `code` ontbreekt"),
    ('host = "smtp.swv.example"\n', "", 14, 1, "smtp.host", "de sleutel `host` ontbreekt"),
    ('"VO9902"', "9902", 4, 1, "swv.code", "hier hoort een tekst"),
    ('"VO9902"', '""', 4, 1, "swv.code", "hier staat niets"),
    ('"VO9902"', '"VO\\n9902"', 4, 1, "swv.code", "regeleinde"),
    ('"vo"', '"vso"', 5, 1, "swv.sector", "`vso` kan hier niet"),
    ('"vo"', "1", 5, 1, "swv.sector", "hier hoort een tekst"),
    ('"midden"', '"miden"', 6, 1, "swv.regio", "bedoelde u `midden`?"),
    ("planning@swv.example", "planning.swv.example", 7, 1, "swv.postbus", "is geen e-mailadres"),
    ("planning@swv.example", "a@b.example, c@d.example", 7, 1, "swv.postbus", "is geen e-mailadres"),
    ('"08:30"', '"02:30"', 10, 1, "mail.vanaf", "tussen 01:00 en 04:00"),
    ('"08:30"', "01:00:00", 10, 1, "mail.vanaf", "tussen 01:00 en 04:00"),
    ('"08:30"', '"half negen"', 10, 1, "mail.vanaf", "`half negen` is geen tijd"),
    ('"08:30"', '"24:00"', 10, 1, "mail.vanaf", "is geen tijd"),
    ('"08:30"', "8.30", 10, 1, "mail.vanaf", "is geen tijd"),
    ('"17:00"', '"08:30"', 11, 1, "mail.tot", "`vanaf` (08:30) moet vóór `tot` (08:30) liggen"),
    ('"08:30"\ntot = "17:00"', '"18:00"', 9, 1, "mail.tot", "`vanaf` (18:00) moet vóór `tot` (17:00) liggen"),
    ('"altijd"', '"altyd"', 12, 1, "mail.vrijgeven", "bedoelde u `altijd`?"),
    ('"altijd"', "true", 12, 1, "mail.vrijgeven", "hier hoort een tekst"),
    ("[mail]", '[mail]\nomleiden = "x"', 10, 1, "mail.omleiden", "is geen e-mailadres"),
    ('"smtp.swv.example"', '"smtp.swv.example:25"', 15, 1, "smtp.host", "geen naam van een server"),
    ("[smtp]\n", '[smtp]\nport = "587"\n', 15, 1, "smtp.port", "hier hoort een getal"),
    ("[smtp]\n", "[smtp]\nport = 0\n", 15, 1, "smtp.port", "hier hoort een getal"),
    ("[smtp]\n", "[smtp]\nport = 70000\n", 15, 1, "smtp.port", "hier hoort een getal"),
    ("[smtp]\n", '[smtp]\ntls = "ssl"\n', 15, 1, "smtp.tls", "`ssl` kan hier niet"),
    ('"consulent"', '"consulente"', 18, 1, "rollen.zorgmakelaar.vervangers", "de rol `consulente` ken ik niet"),
    ('["consulent"]', '"consulent"', 18, 1, "rollen.zorgmakelaar.vervangers", "hier hoort een lijst"),
    ("rollen.zorgmakelaar", "rollen.Zorg", 17, 1, "rollen.Zorg", "de naam `Zorg` kan niet voor een rol"),
    ("[mail]", '[kalender]\nvijf_mei = "dicht"\n[mail]', 10, 1, "kalender.vijf_mei", "Kies"),
    ("[mail]", '[web]\nadres = "plan.swv.example"\n[mail]', 10, 1, "web.adres", "is geen webadres"),
    ("[mail]", 'start = "1 mei"\n[mail]', 9, 1, "swv.start", "`1 mei` is geen datum"),
    ("[mail]", "start = 2026-08-01T08:00:00\n[mail]", 9, 1, "swv.start", "is geen datum"),
    ("[mail]", "[mail", 9, 6, "", "dit kan ik niet lezen als TOML"),
    ('"SWV Proef"', "SWV Proef", 3, 8, "", "zet tekst tussen aanhalingstekens"),
    ("naam =", "naam", 3, 6, "", "hoort hier een `=`"),
    ('sector = "vo"', 'sector = "vo"\nsector = "po"', 6, 14, "", "deze sleutel staat er twee keer"),
]


@pytest.mark.parametrize(("old", "new", "line", "column", "field", "message"), CASES)
def test_a_problem_of_config_stands_at_its_key(
    old: str, new: str, line: int, column: int, field: str, message: str
) -> None:
    assert old in FULL
    (found,) = problems_of(FULL.replace(old, new, 1))
    assert (found.file, found.line, found.column, found.field) == ("config.toml", line, column, field)
    assert message in found.message + found.hint


def test_the_good_config_that_the_cases_start_from_is_good() -> None:
    assert problems_of(FULL) == ()


def test_an_empty_config_asks_for_the_swv_table() -> None:
    (found,) = problems_of("")
    assert (found.line, found.field, found.message) == (1, "swv", "de tabel [swv] ontbreekt")


def test_all_problems_of_config_come_at_once() -> None:
    text = FULL.replace('"vo"', '"x"').replace('"08:30"', '"03:00"').replace("host", "hots")
    assert {problem.field for problem in problems_of(text)} >= {"swv.sector", "mail.vanaf", "smtp.hots"}


def test_a_folder_without_config_is_told_how_to_make_one(tmp_path: Path) -> None:
    found, (problem,) = read_settings(tmp_path, {})
    assert found is None
    assert (problem.file, problem.line) == ("config.toml", 1)
    assert "python3 -m engine init MAP" in problem.hint


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xef\xbb\xbf" + SWV.replace("\n", "\r\n").encode())
    assert read_settings(tmp_path, {}) == (read(SWV), ())


def test_a_config_in_another_encoding_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(SWV.replace("Proef", "Één").encode("windows-1252"))
    _, (problem,) = read_settings(tmp_path, {})
    assert (problem.line, problem.message) == (1, "config.toml is niet opgeslagen als UTF-8")


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_config_gives_a_traceback(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(FULL)))
    end = start + data.draw(st.integers(0, 9))
    bit = data.draw(
        st.sampled_from(["", "[", "]", "{", "}", "=", '"', "'", "\n", ".", "1", "x = [[", "\x00", "é", "[[a]]\n"])
    )
    for problem in parse_settings(FULL[:start] + bit + FULL[end:], {})[1]:
        assert problem.line >= 1
        assert problem.message
        assert problem.hint


def test_what_is_still_that_of_the_sample_is_told_at_its_line() -> None:
    """What was filled in is not named, nor the relay while mail goes to a folder."""

    def told(text: str) -> list[tuple[str, int]]:
        return [(one.field, one.line) for one in left_from_sample(text, FULL)]

    assert told(SWV.replace("SWV Proef", "Het SWV")) == [("swv.code", 3), ("swv.postbus", 6)]
    filled = FULL.replace("planning@swv", "post@swv").replace("VO9902", "VO0001").replace("SWV Proef", "Het SWV")
    assert told(filled) == [("smtp.host", 15)]
    assert told(filled.replace("[mail]", '[mail]\nmap = "uit"')) == []
