"""The clock: read here and nowhere else, once per entry point."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  # the one place


class MovableClock:
    """The clock of a demo: it runs as every clock does, from a moment that is moved ahead."""

    def __init__(self, begin: datetime) -> None:
        self._ahead = timedelta()
        self.move_to(begin)

    def __call__(self) -> datetime:
        """The moment that it is in the demo, aware, in UTC."""
        return utc_now() + self._ahead

    def move_to(self, moment: datetime) -> None:
        """Makes it that moment now."""
        self._ahead = moment - utc_now()
