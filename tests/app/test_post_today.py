"""When the mail of today leaves that must still be made, as the page says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.app.outgoing import Row
from engine.app.post_today import made_today

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # 08:00 in Amsterdam
OPENS = NOW + timedelta(minutes=30)
WAIT = timedelta(minutes=10)


def a_row(at: datetime, held: str = "") -> Row:
    return Row("m", 1, "Iemand", "i@a.example", "Onderwerp", at, (), "", (), held=held)


def test_mail_of_a_later_moment_says_when_it_is_made_and_when_it_leaves() -> None:
    told = made_today([a_row(OPENS), a_row(OPENS)], NOW, WAIT, demo=False)
    assert told == ("Deze mails worden om 08:30 gemaakt en vertrekken om 08:40.",)


def test_mail_that_is_due_is_made_at_the_next_look_and_in_a_demo_when_its_clock_moves() -> None:
    assert made_today([a_row(NOW)], NOW, WAIT, demo=False) == (
        "Deze mail wordt binnen een minuut gemaakt, bij de volgende controle. Daarna vertrekt hij na 10 minuten.",
    )
    assert made_today([a_row(NOW)], NOW, WAIT, demo=True) == (
        "Deze mail wordt gemaakt zodra u de klok van de demo verder zet. Daarna vertrekt hij na 10 minuten.",
    )


def test_moments_and_what_waits_are_told_apart() -> None:
    told = made_today([a_row(NOW), a_row(OPENS, "de stap wacht"), a_row(OPENS)], NOW, timedelta(), demo=False)
    assert told == (
        "1 mail wordt binnen een minuut gemaakt, bij de volgende controle. Daarna vertrekt hij meteen.",
        "1 mail wordt om 08:30 gemaakt en vertrekt meteen.",
        "1 mail wordt om 08:30 gemaakt en wacht dan op vrijgave.",
    )


def test_of_many_moments_the_first_and_the_last_are_told() -> None:
    rows = [a_row(OPENS + timedelta(hours=number)) for number in range(5)]
    assert made_today(rows, NOW, WAIT, demo=False) == (
        "De eerste mail wordt om 08:30 gemaakt, de laatste om 12:30. "
        "Elke mail vertrekt 10 minuten nadat hij is gemaakt.",
    )
