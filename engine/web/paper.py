"""Templates: Jinja with escaping, where an undefined value is an error, and Dutch filters."""

from __future__ import annotations

import re
from datetime import date, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from engine.core.dutch import (
    capitalised,
    counted,
    day_month,
    from_to,
    listed,
    long_date,
    long_moment,
    month_year,
    weekday_date,
)
from engine.core.guest_news import each_told, going_out, waiting_told
from engine.core.localtime import from_ms, iso_local, local, local_date
from engine.core.roles import role_word
from engine.core.status import LOOKS
from engine.core.telling import phase_word, step_label, step_word, told
from engine.web.places import PLACES

PAPER = Environment(
    loader=PackageLoader("engine.web", "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _iso(value: date | datetime) -> str:
    return iso_local(value) if isinstance(value, datetime) else value.isoformat()


def _clock(moment: datetime) -> str:
    return f"{local(moment):%H:%M}"


def _short_date(day: date) -> str:
    """`do 1 okt`: where there is little room."""
    words = weekday_date(day).split()
    return f"{words[0][:2]} {words[1]} {'mrt' if words[2] == 'maart' else words[2][:3]}"


def _day_near(day: date, today: date) -> str:
    """`donderdag 1 oktober`, with its year where that is not the running one."""
    return weekday_date(day) if day.year == today.year else long_date(day)


def _phone(text: str) -> str:
    """A phone number as an address has it: digits, and the + it may begin with."""
    return re.sub(r"(?!^\+)\D", "", text.replace("(0)", "").strip())


def _date_field(field: str) -> str:
    """What a reason is about: `uiterlijk`, `stap herinnering`."""
    words = {"peildatum": "peildatum", "opens": "opent", "due": "uiterlijk"}
    if field.startswith("phase:"):
        return f"fase {phase_word(field.removeprefix('phase:'))}"
    return words.get(field, step_label(field.removeprefix("step:")))


def _typed_as_code(text: str) -> Markup:
    """A text in which what is typed in a file stands between backticks, as `tekst`, set as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704


def _soft(name: str) -> str:
    """A long name with places where it may break: browsers often have no Dutch hyphenation at hand."""
    parts = "ondersteuning|profiel|gesprek|gegevens|aantallen|verslag|overzicht|verband"
    return re.sub(rf"(?<=\w{{4}})({parts})", "\u00ad\\1", name)


def _address(email: str) -> Markup:
    """An e-mail address that breaks after its @ and its dots, nowhere else."""
    return Markup(re.sub("([@.])", r"\1<wbr>", str(escape(email))))  # noqa: S704


def _calm(text: str) -> Markup:
    """The text of a mail with its headings set bold: the rule below each, for who reads plain text, is left out."""
    lines = text.splitlines()
    shown = []
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if _is_rule(below) and line.strip():
            shown.append(Markup("<strong>{}</strong>").format(line))
        elif not _is_rule(line):
            shown.append(escape(line))
    return Markup("\n").join(shown)


def _is_rule(line: str) -> bool:
    return re.fullmatch(r"={3,}|-{3,}", line) is not None


PAPER.filters.update(
    datum=long_date,  # donderdag 1 oktober 2026
    dag=weekday_date,  # donderdag 1 oktober
    dag_bij=_day_near,  # donderdag 1 oktober; of another year than the given day's: donderdag 1 oktober 2026
    dag_maand=day_month,  # 1 oktober
    maand=month_year,  # oktober 2026
    kort=_short_date,  # do 1 okt
    moment=long_moment,  # donderdag 1 oktober 2026 08:30
    dagtekst=date.fromisoformat,  # a date from ISO text
    van_ms=lambda moment: local_date(from_ms(moment)),  # the office's date of a stored moment
    dag_van=local_date,  # the office's date of a moment
    klok=_clock,  # 08:30
    iso=_iso,
    hoofdletter=capitalised,
    opsomming=listed,
    rol=role_word,
    fase=phase_word,
    stap=step_word,
    verteld=told,  # what a notice told, by the name that it is stored under
    nummer=_phone,
    tekst=_typed_as_code,  # with <code> for what stands between backticks
    zacht=_soft,
    adres=_address,
    kalm=_calm,  # the text of a mail, its headings bold
    veld=_date_field,
    gasten=each_told,
    wachten=waiting_told,
    gaat_uit=going_out,
)
PAPER.globals.update(LOOKS=LOOKS, PLACES=PLACES, aantal=counted, van_tot=from_to)
