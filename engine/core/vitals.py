"""The one line at the head of every page: is all well, and if not, what is the matter and where it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from engine.core.dutch import counted, day_month, weekday_date
from engine.core.localtime import local, local_date
from engine.core.settings import Settings

SILENT_AFTER = timedelta(minutes=15)
# A mailbox that cannot be read is no trouble before.
UNREAD_AFTER = timedelta(hours=2)
CLOCK_SLACK = timedelta(minutes=5)
YEAR = timedelta(days=365)
Page = Literal["gezondheid", "post", "verstuurd", "contactpersonen", "regels", "afsluiten"]


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the store tells of itself. `last_look` is when the program last looked at what must be done.

    `failing_since`: every round fails from then on; `unreached` counts contacts at whose address no mail arrives,
    `doubtful` messages of which nobody knows whether they arrived; `unread_since`: the mailbox cannot be read since;
    `unclosed` is a schooljaar that ended long ago, has tasks open and was not closed, else empty. `held_ahead` counts
    the mails that the bureau held before they are made.
    """

    trial: bool
    live: bool
    last_look: datetime | None
    failing_since: datetime | None
    held: int
    unreached: int
    doubtful: int
    unread_since: datetime | None = None
    unclosed: str = ""
    held_ahead: int = 0

    def is_alive(self, now: datetime) -> bool:
        """False while nobody looks at what must be done; in a trial, and before the start, nobody has to."""
        if self.trial or not self.live:
            return True
        return self.last_look is not None and now - self.last_look <= SILENT_AFTER


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is the matter, in Dutch without a full stop, and the page where one mends it."""

    text: str
    page: Page


@dataclass(frozen=True, slots=True)
class HealthLine:
    """All is well when there is no trouble; `checked` says when the program last looked, in Dutch."""

    troubles: tuple[Trouble, ...]
    checked: str
    trial: bool


def health_line(
    vitals: Vitals, settings: Settings, rule_problems: int, holidays_until: date, now: datetime
) -> HealthLine:
    """The line. `rule_problems` of rules and mail texts as they are on disk; holidays are published until that day."""
    found = [
        *_of_program(vitals, now),
        *_of_mail_elsewhere(vitals, settings),
        *_some(vitals.held, "mail wacht op vrijgave", "mails wachten op vrijgave", "post"),
        *_some(vitals.held_ahead, "komende mail is tegengehouden", "komende mails zijn tegengehouden", "post"),
        *_some(vitals.unreached, "adres geeft fouten", "adressen geven fouten", "contactpersonen"),
        *_some(vitals.doubtful, "mail kwam misschien niet aan", "mails kwamen misschien niet aan", "verstuurd"),
        *_of_mailbox(vitals, now),
        *_some(rule_problems, "fout in de regels", "fouten in de regels", "regels"),
    ]
    if vitals.unclosed:
        found.append(Trouble(f"Schooljaar {vitals.unclosed} heeft nog open taken: sluit het af", "afsluiten"))
    if holidays_until - local_date(now) < YEAR:
        until = f"{day_month(holidays_until)} {holidays_until.year}"
        found.append(Trouble(f"De schoolvakanties zijn bekend tot en met {until}", "gezondheid"))
    looked = "" if vitals.last_look is None else f"gecontroleerd {_when(vitals.last_look, now)}"
    return HealthLine(tuple(found), looked, vitals.trial)


def _of_program(vitals: Vitals, now: datetime) -> list[Trouble]:
    if vitals.trial:
        return []
    if vitals.last_look is not None and now < vitals.last_look - CLOCK_SLACK:
        return [Trouble("De klok van de computer loopt achter: er gaat geen mail uit", "gezondheid")]
    if vitals.last_look is None and vitals.live:
        return [Trouble("Het programma heeft nog niets gedaan: er gaat geen mail uit", "gezondheid")]
    if not vitals.is_alive(now) and vitals.last_look is not None:
        return [Trouble(f"Het programma staat stil sinds {_when(vitals.last_look, now)}", "gezondheid")]
    if vitals.failing_since is not None:
        return [Trouble(f"Het versturen mislukt sinds {_when(vitals.failing_since, now)}", "gezondheid")]
    return []


def _elsewhere(settings: Settings) -> str:
    """Where all mail goes instead of to those it is meant for, in Dutch without a full stop; else empty."""
    if settings.mail_folder:
        return f"Alle mail komt in de map '{settings.mail_folder}': scholen krijgen niets"
    if settings.redirect:
        return f"Alle mail gaat naar {settings.redirect}: scholen krijgen niets"
    return ""


def _of_mail_elsewhere(vitals: Vitals, settings: Settings) -> list[Trouble]:
    where = "" if vitals.trial or not vitals.live else _elsewhere(settings)
    return [Trouble(where, "gezondheid")] if where else []


def _of_mailbox(vitals: Vitals, now: datetime) -> list[Trouble]:
    if vitals.trial or vitals.unread_since is None or now - vitals.unread_since <= UNREAD_AFTER:
        return []
    return [Trouble(f"De postbus is niet te lezen sinds {_when(vitals.unread_since, now)}", "gezondheid")]


def _some(number: int, one: str, many: str, page: Page) -> list[Trouble]:
    return [Trouble(counted(number, one, many), page)] if number else []


def _when(moment: datetime, now: datetime) -> str:
    """`08:15` today, else `donderdag 1 oktober 08:15`."""
    clock = f"{local(moment):%H:%M}"
    day = local_date(moment)
    return clock if day == local_date(now) else f"{weekday_date(day)} {clock}"
