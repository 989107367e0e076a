"""How often one may try: who guesses passwords or links is stopped, who mistypes is not."""

from __future__ import annotations

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class TooOften(Exception):
    """Tried too often: wait. The Dutch text says how long."""

    def __init__(self, wait: str) -> None:
        self.message = "U hebt dit te vaak geprobeerd."
        self.hint = f"Wacht {wait} en probeer het dan opnieuw."
        super().__init__(wait)


QUARTER, HOUR = "een kwartier", "een uur"
_Limit = tuple[RateLimitItem, str]
# By what is tried: of one address from one place, of one address from anywhere, of any address from one place.
HERE: _Limit = (RateLimitItemPerMinute(10, 15), QUARTER)
ANYWHERE: _Limit = (RateLimitItemPerHour(50), HOUR)
PLACE: _Limit = (RateLimitItemPerMinute(100, 15), QUARTER)
# Mails with a link for one address, and links that do not work from one place.
MAILS: _Limit = (RateLimitItemPerHour(5), HOUR)
MISSES: _Limit = (RateLimitItemPerMinute(30, 15), QUARTER)


class Throttle:
    """Counts tries in this process. Its clock is the machine's own, which a demo does not move."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, limit: _Limit, *key: str) -> None:
        """Raises TooOften when there was too much of it; counts nothing."""
        if not self._limiter.test(limit[0], *key):
            raise TooOften(limit[1])

    def count(self, limit: _Limit, *key: str) -> None:
        """Counts a try."""
        self._limiter.hit(limit[0], *key)

    def forget(self, limit: _Limit, *key: str) -> None:
        """Forgets tries: it went well."""
        self._limiter.clear(limit[0], *key)
