"""Moments and the office's clock, over the nights on which that clock is set."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.core.localtime import later, local, parse_moment


@pytest.mark.parametrize("begin", ["2027-03-24T08:36", "2026-10-21T08:36", "2026-11-25T08:36"])
def test_a_week_later_it_is_the_same_time_of_day(begin: str) -> None:
    moment = parse_moment(begin)
    after = later(moment, timedelta(days=7))
    assert after.utcoffset() == timedelta()
    assert local(after).time() == local(moment).time()
    assert (local(after).date() - local(moment).date()).days == 7
