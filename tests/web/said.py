"""What a page says in words, and which of them are no words for people."""

from __future__ import annotations

import re
from html import unescape

from engine.store.tasks import load_tasks
from tests.web.desk import Desk

# A date as it is stored, a key of a rule between backticks, a numbered step, a move by the name it is stored under.
_CODE = (
    r"`|\b20\d\d-\d\d-\d\d\b|\b[a-z]{3,}-\d+\b|\bNone\b|\b(?:took-place|unappoint|appoint|submit|waive|reopen|"
    r"extend|suspend|resume|remind|unstage|cancel|revise|undo)\b"
)
# Where the text of a rule or a mail is shown as it stands in its file, or what one types there.
_AS_TYPED = re.compile(r"<(pre|textarea|code)\b.*?</\1>", re.DOTALL)


def said(page: str) -> str:
    """What a page says in words of its own, without its marks and their attributes."""
    return unescape(re.sub(r"<[^>]+>", " ", _AS_TYPED.sub(" ", page.partition("<body")[2])))


def words_of_the_code(desk: Desk) -> re.Pattern[str]:
    """Finds what no page may say: words of the code, and steps of this desk's tasks by their stable names."""
    with desk.means.database.read() as connection:
        names = {step.name for task in load_tasks(connection) for step in task.plan.steps if "-" in step.name}
    steps = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    return re.compile(rf"{_CODE}|(?<![\w-])(?:{steps})(?![\w-])")
