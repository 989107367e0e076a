"""What happened, as `simulate` and the log tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.core.lean import lean

EventKind = Literal["opened", "message", "answered", "done", "overdue", "held", "dropped"]
# Why a step does not reach a contact.
DropReason = Literal["merged", "overtaken", "answered", "waived", "cancelled", "nobody", "moved", "arranged", "reached"]


@lean
@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at a moment. `contact` and `message` are the store's numbers."""

    at: datetime
    kind: EventKind
    task: str | None = None
    step: str | None = None
    contact: int | None = None
    message: int | None = None
    reason: str = ""
