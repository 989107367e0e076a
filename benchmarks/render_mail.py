"""Puts 300 requests into words: at most 3 times Jinja and the Markdown library alone, filling the same texts."""

from __future__ import annotations

import itertools
import sys
from datetime import date
from pathlib import Path

from jinja2 import Environment
from markdown_it import MarkdownIt

from benchmarks._measure import bound, is_smoke, side_by_side, verdict
from engine.adapters.render import MailRenderer
from engine.core.letter import Item, Letter, Rendered

DEMAND = 3
LETTERS, REPEATS = 300, 9
SMOKE_LETTERS, SMOKE_REPEATS = 20, 3
FOLDER = Path(__file__).parents[1] / "mail_templates"
PARTY, MARK = "School {}", "School 0"
EXPLANATION = "Wij vragen de aantallen per leerjaar en per niveau, zoals ze op de peildatum waren."


def a_letter(number: int) -> Letter:
    """The request to one school; between two letters only the school differs."""
    item = Item(
        task="leerlingaantallen.2026-2027.16SW03",
        step="uitvraag",
        template="uitvraag",
        audience="aan",
        title="Leerlingenaantallen doorgeven",
        explanation=EXPLANATION,
        party=PARTY.format(number),
        due=date(2026, 10, 1),
        peildatum=date(2026, 10, 1),
        late=False,
        reminder=0,
        reminders=2,
        because_of="administratie",
        rule="leerlingaantallen",
        due_reason="Vaste datum: donderdag 1 oktober 2026.",
        asked_role="administratie",
        asked_names=("De administratie",),
        together=(),
        announced=None,
        answerable=True,
    )
    return Letter(
        to_name="De administratie",
        to_email="administratie@school.example",
        salutation="",
        items=(item,),
        swv="SWV De Proef",
        mailbox="planning@swv.example",
        asker="Het bureau",
        phone="010 000 0000",
        today=date(2026, 9, 17),
        link="https://planning.swv.example/mijn/voorbeeld",
    )


def alone(whole: Rendered, numbers: range) -> None:
    """The same bytes by Jinja from ready pages, and the body's Markdown by its library: no looks, checks or Dutch."""
    environment, markdown = Environment(autoescape=True), MarkdownIt()
    pages = [environment.from_string(part.replace(MARK, "{{ party }}")) for part in (whole.html, whole.text)]
    for number in numbers:
        for page in pages:
            page.render(party=PARTY.format(number))
        markdown.render(whole.text.replace(MARK, PARTY.format(number)))


def main() -> int:
    """Measures both, and prints the ratio."""
    smoke = is_smoke(__doc__ or "")
    count, repeats = (SMOKE_LETTERS, SMOKE_REPEATS) if smoke else (LETTERS, REPEATS)
    templates = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.m*")}
    renderer, numbers = MailRenderer(), itertools.count(1)
    whole = renderer.render(a_letter(0), templates)
    if MARK not in whole.html or MARK not in whole.text:
        raise RuntimeError("the mail does not name the school")

    def program() -> None:
        for number in itertools.islice(numbers, count):  # no mail twice: what is the same may be kept
            renderer.render(a_letter(number), templates)

    pair = side_by_side(program, lambda: alone(whole, range(1, count + 1)), repeats)
    size, ours, theirs = len(whole.html) + len(whole.text), pair.program / count * 1000, pair.yardstick / count * 1000
    print(f"render_mail: {count} mails of {size} bytes: {ours:.2f} ms a mail; the libraries alone {theirs:.2f} ms")
    demand = bound(DEMAND, smoke)
    return verdict(f"render_mail: ratio {pair.ratio:.1f}, at most {demand:g}", pair.ratio <= demand, smoke)


if __name__ == "__main__":
    sys.exit(main())
