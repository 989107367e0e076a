"""Which nights a clock that is moved goes past."""

import pytest

from engine.app.nightly import night_passed
from engine.core.localtime import parse_moment


@pytest.mark.parametrize(
    ("begin", "end", "passed"),
    [
        ("2026-11-28T10:00", "2026-11-28T20:00", False),
        ("2026-11-28T10:00", "2026-11-29T04:59", False),
        ("2026-11-28T10:00", "2026-11-29T05:00", True),
        ("2026-11-28T05:00", "2026-11-29T04:00", False),
        ("2026-11-28T10:00", "2026-12-05T03:00", True),
    ],
)
def test_the_nightly_plan_comes_at_five(begin: str, end: str, passed: bool) -> None:
    assert night_passed(parse_moment(begin), parse_moment(end)) is passed
