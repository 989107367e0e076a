"""Reads the .ics files of a folder with vobject: what it sees in each, or the remark it makes, as JSON."""

import json
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path

import vobject


def moment(value):
    """As ISO text: a day, or a moment in UTC."""
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise ValueError("a floating time")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seen(text):
    """What stands in one calendar."""
    (calendar,) = vobject.readComponents(text, validate=True, allowQP=False)
    events = [
        {
            "uid": event.uid.value,
            "start": moment(event.dtstart.value),
            # A length is one of absolute time.
            "end": moment(
                event.dtend.value
                if hasattr(event, "dtend")
                else event.dtstart.value.astimezone(UTC) + event.duration.value
            ),
            "summary": event.summary.value,
        }
        for event in calendar.contents.get("vevent", [])
    ]
    return {"remarks": [], "events": events, "method": calendar.method.value}


warnings.simplefilter("error")
found = {}
for file in sorted(Path(sys.argv[1]).iterdir()):
    try:
        found[file.name] = seen(file.read_bytes().decode("utf-8"))
    except Exception as error:
        found[file.name] = {"remarks": [repr(error)], "events": [], "method": ""}
json.dump(found, sys.stdout)
