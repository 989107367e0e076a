"""A channel for mail that nobody reads: a simulation without a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable


class NowhereChannel:
    """Takes every message and keeps none."""

    for_trials = True

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:  # noqa: ARG002
        """Says that the message was taken."""
        on_data()

    def deliver_all(self, mails: Iterable[tuple[bytes, str]]) -> None:
        """Has them taken."""

    def close(self) -> None:
        """Nothing was open."""
