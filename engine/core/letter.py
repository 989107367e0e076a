"""What one message says, before it is put into words: the items of a digest and who reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from engine.core.agenda import Published
from engine.core.answer import AnswerKind
from engine.core.appointment import InviteMethod, Said
from engine.core.lean import lean
from engine.core.localtime import local_date

# Texts that every mail is set in; no step may name one of them as its own text.
INFORMATION = "ter-informatie"
BUNDLE = "bundel"
CLOSING = "afsluiting"
LAYOUT = "layout"
# Who got an escalation hears by this text that the answer came in after all. It is no step of any rule.
CAME_IN = "toch-binnen"
# Who was asked hears by this text that the last day moved, when that is soon. No step either. Also the kind of message.
DAY_MOVED = "datum-verzet"
# Who heard that all is in that a task uses, hears by this text that some of it changed. Nor is this a step.
CHANGED = "gegevens-gewijzigd"
# What the program itself tells the bureau: mail that is held or did not arrive, a schooljaar that is still a concept.
HELD_MAIL = "vastgehouden"
NOT_ARRIVED = "niet-aangekomen"
NOT_ADOPTED = "vaststellen"
BULLETINS = frozenset({HELD_MAIL, NOT_ARRIVED, NOT_ADOPTED})
# What answers a person's own act on their page: an answer is confirmed, a new link is sent. Also the kind of message.
CONFIRMATION = "bevestiging"
NEW_LINK = "nieuwe-link"
REPLIES = frozenset({CONFIRMATION, NEW_LINK})
# What asks somebody to come to a gesprek, tells that it changed, and that it is off. The kind of message is one.
INVITE = "invite"
TO_TALK = "uitnodiging-gesprek"
TALK_CHANGED = "gesprek-gewijzigd"
TALK_OFF = "gesprek-afgezegd"
INVITATIONS = frozenset({TO_TALK, TALK_CHANGED, TALK_OFF})
# What lets somebody in: a user of the pages who is invited, or who chooses another password.
INVITED = "uitnodiging"
FORGOTTEN = "nieuw-wachtwoord"
LETS_IN = frozenset({INVITED, FORGOTTEN})
# The kind of a message that lets its reader in: it leaves at once, and nobody else may read its text.
ACCESS = "access"
FRAMES = frozenset({BUNDLE, CLOSING, LAYOUT, CAME_IN, CHANGED, DAY_MOVED, *BULLETINS, *LETS_IN, *REPLIES, *INVITATIONS})

# The kind of a message that is a proof for a colleague.
PROOF = "proof"
# Kinds that answer what their reader just did: they wait for no window.
AT_ONCE = frozenset({ACCESS, PROOF, *REPLIES})

Audience = Literal["aan", "kopie", "samen_met"]


@lean
@dataclass(frozen=True, slots=True)
class Announced:
    """A later step that others will hear of: on that day, that role."""

    day: date
    role: str


@dataclass(frozen=True, slots=True)
class UsedLine:
    """A round that the task uses: its title, how far it is in Dutch, and its page, empty for who cannot come there."""

    title: str
    told: str
    address: str = ""


@lean
@dataclass(frozen=True, slots=True)
class Item:
    """One notice as its reader meets it.

    `template` is the text that counts (a first meeting carries the request's text whatever step is due).
    `reminder` counts from 1, of `reminders`; 0 for a step that is no reminder. `due_reason` says how the
    last day came about; `because_of` is the role that makes this person hear; `asked_names` who must answer,
    and `asked_phones` the number of each ("" where unknown), for a mail that asks someone to phone.
    `remark` stands above everything else: why this is asked once more.
    `stands_in` says in Dutch for whom this reader hears, who is away; `took_over` from whom the reader took over the
    work, of which this was asked before. `earlier` is the schooljaar of what is still asked of a past one.
    `members`: where one item speaks of several parties, a line for each; `party` then says how many.
    `answerable`: the reader's own page asks it too. `arranged` is when the gesprek is that it is about, if that is
    known. `was` is the last day as the reader knew it, `moved_why` why it moved; None and empty for what does not tell
    that. `phase`: the stage that the step reminds of, in words, with its last day, whether that is past, and whether
    the stage comes after the document's adoption. `uses` is what the task uses of other rules.
    """

    task: str
    step: str
    template: str
    audience: Audience
    title: str
    explanation: str
    party: str
    due: date
    peildatum: date | None
    late: bool
    reminder: int
    reminders: int
    because_of: str
    rule: str
    due_reason: str
    asked_role: str
    asked_names: tuple[str, ...]
    together: tuple[str, ...]
    announced: Announced | None
    fallback: str = ""
    asked_phones: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    remark: str = ""
    stands_in: str = ""
    took_over: str = ""
    earlier: str = ""
    answerable: bool = False
    phase: str = ""
    phase_due: date | None = None
    phase_late: bool = False
    phase_adopted: bool = False
    uses: tuple[UsedLine, ...] = ()
    arranged: datetime | None = None
    was: date | None = None
    moved_why: str = ""

    @property
    def is_talk(self) -> bool:
        """True where it is about an appointment: there is no question left."""
        return self.arranged is not None

    @property
    def day(self) -> date:
        """The day that it names: of the appointment, of the stage, else the last day of the task."""
        return local_date(self.arranged) if self.arranged is not None else self.phase_due or self.due

    @property
    def past(self) -> bool:
        """True once what it asks is too late."""
        return not self.is_talk and (self.phase_late if self.phase else self.late)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What the program itself tells the bureau: the template, a number, the day it began or begins, and lines.

    `urgent`: it is high time; `schooljaar` is the one it is about, empty where it is about none. `doubtful` are lines
    on messages that may have arrived, `doubts` how many those are.
    """

    template: str
    count: int
    day: date
    lines: tuple[str, ...] = ()
    urgent: bool = False
    schooljaar: str = ""
    doubtful: tuple[str, ...] = ()
    doubts: int = 0


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An answer or request as it is confirmed. `checked`: the bureau looks at it; `last_day` to change it."""

    title: str
    party: str
    kind: AnswerKind
    remark: str
    until: date | None
    checked: bool
    last_day: date


@dataclass(frozen=True, slots=True)
class Reply:
    """What answers a person's own act: the template, what is confirmed, and how many questions are open."""

    template: str
    confirmed: tuple[Confirmed, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation to a gesprek says: the template, what it is and with which party, and when (UTC) and where.

    `guests` are the names of who comes, `role` is why this reader is asked, empty for no role. `item` and `method` are
    what goes to the reader's agenda. `was` is when and where it was as the reader knew it, None where nobody knows;
    `instead_of` the name of who came until now, where this reader takes that place.
    """

    template: str
    title: str
    party: str
    starts: datetime
    ends: datetime
    place: str
    agenda: tuple[str, ...]
    guests: tuple[str, ...]
    role: str
    item: Published
    method: InviteMethod
    was: Said | None = None
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """A link that lets its reader in: the template, the whole address, and until when it works.

    `by` is who gave it, empty where the reader asked for it; `role` is the role of the account, in Dutch.
    """

    template: str
    address: str = field(repr=False)
    until: datetime
    by: str
    role: str


@lean
@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one contact. `asker` is the person at the bureau to call, with `phone`.

    `redirected`: the address that the mail was meant for, where config sends all mail elsewhere. A letter with
    a `bulletin`, `reply` or `invited`, or with `access`, has no items. `link` is the reader's own page, empty where
    people answer by mail.
    """

    to_name: str
    to_email: str
    salutation: str
    items: tuple[Item, ...]
    swv: str
    mailbox: str
    asker: str
    phone: str
    today: date
    redirected: str = ""
    bulletin: Bulletin | None = None
    access: Access | None = None
    link: str = ""
    reply: Reply | None = None
    invited: Invited | None = None


@lean
@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words. `subject` has no line breaks and at most 60 characters."""

    subject: str
    html: str
    text: str
