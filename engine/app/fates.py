"""What became of the steps of a task, for each who was to hear, in Dutch."""

from __future__ import annotations

from engine.core.dutch import long_date
from engine.core.localtime import local
from engine.core.states import MESSAGE_WORDS, StepState
from engine.store.messages import Message
from engine.store.notices import Notice

STEP_WORDS: dict[StepState, str] = {
    "pending": "komt nog",
    "due": "wacht op een moment dat mail mag gaan",
    "noticed": "verwerkt",
    "overtaken": "ingehaald door een latere stap",
    "merged": "samengevoegd met een latere stap",
    "dropped": "gaat er niet meer uit",
}
_OUTCOMES = {
    "merged": "samengevoegd met een latere stap",
    "answered": "niet meer nodig, het antwoord was er",
    "waived": "niet meer nodig, de taak is n.v.t.",
    "cancelled": "niet meer nodig, de taak is vervallen",
    "reached": "niet meer nodig, de fase is bereikt",
    "moved": "teruggehaald, de datum is verplaatst",
}


def fate(notice: Notice, found: Message | None) -> str:
    """What became of a notice; `found` is the message that carries it, if any."""
    if found is None:
        return _OUTCOMES.get(notice.outcome, notice.outcome or "niet verstuurd")
    if found.sent_at is not None:
        at = local(found.sent_at)
        word = "niet aangekomen, verstuurd" if found.state == "bounced" else MESSAGE_WORDS["sent"]
        return f"{word} op {long_date(at.date())} om {at:%H:%M}"
    reason = f", {found.reason}" if found.reason and found.state != "held" else ""
    return f"{MESSAGE_WORDS[found.state]}{reason}"
