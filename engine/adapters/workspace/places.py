"""Where a table or key of config.toml stands; tomllib does not say."""

from __future__ import annotations

import re
import tomllib

Path = tuple[str | int, ...]
Place = tuple[int, int]

LINE = re.compile(
    r"""[ \t]*(?: \[\[?[ \t]*(?P<table>[^\]#]+?)[ \t]*\]
              | (?P<key>(?:[A-Za-z0-9_.\-]|"[^"\n]*"|'[^'\n]*'|[ \t](?=[.=]))+?)[ \t]*= )""",
    re.VERBOSE,
)
AT = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")


def place_of(places: dict[Path, Place], path: Path) -> Place:
    """Where the key at a path stands, or the nearest table above it, or the top of the file."""
    names: Path = tuple(part for part in path if isinstance(part, str))
    found = (places[names[:end]] for end in range(len(names), 0, -1) if names[:end] in places)
    return next(found, (1, 1))


def key_places(text: str) -> dict[Path, Place]:
    """Line and column, from 1, of each table and each key that begins a line."""
    places: dict[Path, Place] = {}
    table: Path = ()
    for number, line in enumerate(text.split("\n"), start=1):
        match = LINE.match(line)
        if match is None:
            continue
        if match["table"]:
            table = _parts(match["table"])
            places.setdefault(table, (number, line.index("[") + 1))
            # [rollen.bureau] is also where rollen stands.
            places.setdefault(table[:1], (number, line.index("[") + 1))
        else:
            path = (*table, *_parts(match["key"]))
            for end in range(len(table) + 1, len(path) + 1):
                places.setdefault(path[:end], (number, match.start("key") + 1))
    return places


def place_of_error(error: tomllib.TOMLDecodeError, text: str) -> Place:
    """Line and column, from 1, at which the parser gave up."""
    found = AT.search(str(error))
    if found and found[1]:
        return int(found[1]), int(found[2])
    return text.rstrip("\n").count("\n") + 1, 1


def _parts(dotted: str) -> Path:
    """The names in `rollen."beleid-swv"`."""
    return tuple(part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\"']+", dotted))
