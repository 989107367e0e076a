"""Reads the .ics files of a folder with Debian's libical: what it sees in each, and each remark it makes, as JSON.

For /usr/bin/python3, which Debian's python3-gi belongs to.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402


def moment(time):
    """As ISO text: a day, or a moment in UTC."""
    if time.is_date():
        return f"{time.get_year():04}-{time.get_month():02}-{time.get_day():02}"
    zone = time.get_timezone()
    if zone is None:
        raise ValueError("a floating time")
    return datetime.fromtimestamp(time.as_timet_with_zone(zone), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def remarks(component):
    """What the parser could not take, in this component and those in it."""
    found = []
    each = component.get_first_property(ICalGLib.PropertyKind.XLICERROR_PROPERTY)
    while each is not None:
        found.append(each.get_xlicerror())
        each = component.get_next_property(ICalGLib.PropertyKind.XLICERROR_PROPERTY)
    inner = component.get_first_component(ICalGLib.ComponentKind.ANY_COMPONENT)
    while inner is not None:
        found += remarks(inner)
        inner = component.get_next_component(ICalGLib.ComponentKind.ANY_COMPONENT)
    return found


def seen(text):
    """What stands in one calendar."""
    calendar = ICalGLib.Component.new_from_string(text)
    if calendar is None or calendar.isa() != ICalGLib.ComponentKind.VCALENDAR_COMPONENT:
        return {"remarks": ["no calendar"], "events": [], "method": ""}
    events = []
    event = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    while event is not None:
        events.append(
            {
                "uid": event.get_uid(),
                "start": moment(event.get_dtstart()),
                "end": moment(event.get_dtend()),
                "summary": event.get_summary(),
            }
        )
        event = calendar.get_next_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    method = ICalGLib.Property.method_to_string(calendar.get_method())
    ICalGLib.restriction_check(calendar)
    return {"remarks": remarks(calendar), "events": events, "method": method}


found = {}
for file in sorted(Path(sys.argv[1]).iterdir()):
    try:
        found[file.name] = seen(file.read_bytes().decode("utf-8"))
    except Exception as error:
        found[file.name] = {"remarks": [repr(error)], "events": [], "method": ""}
json.dump(found, sys.stdout)
