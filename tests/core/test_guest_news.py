"""When what guests hear leaves, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.core.guest_news import GuestNews, leaving_told

FIRST, LATER = datetime(2026, 9, 7, 8, 1, tzinfo=UTC), datetime(2026, 9, 8, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moments", "told"),
    [
        ((), ""),
        ((None,), ""),
        ((FIRST, None), "Die vertrekt maandag 7 september om 10:01."),
        ((FIRST, FIRST), "Die vertrekken maandag 7 september om 10:01."),
        (
            (LATER, FIRST, None),
            "De eerste vertrekt maandag 7 september om 10:01, de laatste dinsdag 8 september om 08:30.",
        ),
    ],
)
def test_it_names_when_what_need_not_wait_leaves(moments: tuple[datetime | None, ...], told: str) -> None:
    news = [GuestNews("t", "Startgesprek", "De Linde", FIRST, 1, "An", "an@x.example", "off", one) for one in moments]
    assert leaving_told(news) == told
