"""iCalendar (RFC 5545, 5546, 7986) as Outlook wants it: agendas and invitations out, replies in."""

from engine.adapters.ical.reading import read_reply
from engine.adapters.ical.writing import IcalWriter

__all__ = ["IcalWriter", "read_reply"]
