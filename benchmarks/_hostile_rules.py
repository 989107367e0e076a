"""Rule files that are made to be slow to read: name -> what makes the text.

Most are as large as a file may be; some hold just as much as the reader still reads to the end.
"""

from __future__ import annotations

from collections.abc import Callable

SIZE = 256 * 1024 - 1024
HEAD = "titel: x\nsoort: uitvraag\nper: school\nvraag_aan: directeur\n"
WHEN = "wanneer: {opent: 1 september, uiterlijk: 1 oktober}\n"
STEPS = "stappen:\n  uitvraag: {op: opent}\n"
RULE = HEAD + WHEN + STEPS
TOML = (
    'titel = "x"\nsoort = "uitvraag"\nper = "school"\nvraag_aan = "directeur"\n'
    'wanneer = {opent = "1 september", uiterlijk = "1 oktober"}\n'
)


def full(start: str, piece: str, end: str = "") -> str:
    """As many pieces as fit, `#` being the piece's number."""
    pieces: list[str] = []
    room = SIZE - len(start.encode()) - len(end.encode())
    while (room := room - len((text := piece.replace("#", str(len(pieces)))).encode())) >= 0:
        pieces.append(text)
    return start + "".join(pieces) + end


def some(start: str, piece: str, count: int, end: str = "") -> str:
    """So many pieces, as few as the reader still reads on for."""
    return start + "".join(piece.replace("#", str(number)) for number in range(count)) + end


def half(start: str, piece: str) -> str:
    """Pieces to half the size."""
    return full(start, piece)[: SIZE // 2].rpartition("\n")[0] + "\n"


def moment(text: str) -> str:
    """A rule of which one date is that text."""
    return HEAD + "wanneer: {opent: 1 mei, uiterlijk: '" + text + "'}\n" + STEPS


ROUNDS = HEAD + "wanneer:\n  opent: 1 september\n  uiterlijk: 1 oktober\n  rondes:\n"

HOSTILE: dict[str, Callable[[], str]] = {
    # Size and depth
    "one-long-line.yaml": lambda: full("titel: ", "x"),
    "one-long-line-of-words.yaml": lambda: full("titel: ", "woord "),
    "one-long-quoted-line.yaml": lambda: full('titel: "', "\\n", '"'),
    "a-quote-that-never-closes.yaml": lambda: full('titel: "', "x\n"),
    "only-comments.yaml": lambda: full("", "#\n"),
    "brackets.yaml": lambda: full("", "["),
    "braces.yaml": lambda: full("", "{a: "),
    "dashes.yaml": lambda: full("", "- "),
    "question-marks.yaml": lambda: full("", "? "),
    "stairs.yaml": lambda: "".join(" " * n + "a:\n" for n in range(700)),
    "brackets-in-a-list.yaml": lambda: full("alleen: {gemeente: [", "[[[[[[[]]]]]]],", "]}"),
    "documents.yaml": lambda: full("", "---\n"),
    "commas.yaml": lambda: full("stappen: {", "a,", "}"),
    # Keys
    "keys.yaml": lambda: full(RULE, "k#: 1\n"),
    "keys-close-to-known-ones.yaml": lambda: full(RULE, "titel#: x\n"),
    "long-keys-close-to-known-ones.yaml": lambda: full(RULE, "deelnemers_eventueel_deelnemers_eventueel_#: x\n"),
    "keys-twice.yaml": lambda: full(RULE, "titel: x\n"),
    "keys-of-a-step.yaml": lambda: full(HEAD + WHEN + "stappen: {uitvraag: {op: opent, ", "kopi#: x, ", "}}"),
    "keys-of-dates.yaml": lambda: full(HEAD + "wanneer: {", "opent#: 1 mei, ", "}\n"),
    "keys-of-filters.yaml": lambda: full(RULE + "alleen: {", "gemeent#: x, ", "}"),
    "a-key-of-only-signs.yaml": lambda: full(HEAD + WHEN + "stappen: {", "!?", ": {op: opent}}"),
    "step-names-that-cannot-be.yaml": lambda: full(HEAD + WHEN + "stappen:\n", " A#: {op: opent}\n"),
    "steps-without-mail.yaml": lambda: full(HEAD + WHEN + "stappen:\n", " uitvrag-a#: {op: opent}\n"),
    "steps-of-nothing.yaml": lambda: full(HEAD + WHEN + "stappen:\n", " a#: {}\n"),
    "anchors.yaml": lambda: full(RULE + "agenda:\n", "- &a x\n"),
    "aliases.yaml": lambda: full(RULE + "agenda:\n", "- *a\n"),
    "empty-values.yaml": lambda: full(RULE + "agenda:\n", "-\n"),
    # Values
    "items.yaml": lambda: full(RULE + "alleen: {gemeente: [", "a#,", "]}\n"),
    "items-that-are-lists.yaml": lambda: full(RULE + "alleen: {gemeente: [", "[],", "]}\n"),
    "roles.yaml": lambda: full(RULE + "samen_met: [", "directuur,", "]\n"),
    "roles-that-differ.yaml": lambda: full(RULE + "samen_met: [", "directuur#,", "]\n"),
    "long-roles.yaml": lambda: full(RULE + "samen_met: [", "ondersteuningscoordinatoren-van-de-school#,", "]\n"),
    "roles-of-steps.yaml": lambda: full(HEAD + WHEN + "stappen:\n", " uitvraag-#: {op: opent, aan: directuur}\n"),
    "roles-that-are-known.yaml": lambda: full(RULE + "  te-laat: {op: eind schooljaar, aan: [", "directeur,", "]}\n"),
    "mails-of-steps.yaml": lambda: full(HEAD + WHEN + "stappen:\n", " a#: {op: opent, bericht: uitvrag}\n"),
    "yes-and-no.yaml": lambda: full(HEAD + WHEN + "stappen:\n", " uitvraag-#: {op: opent, vrijgeven: jaa}\n"),
    # Moments
    "a-moment-of-digits.yaml": lambda: moment(full("", "1")[:-500]),
    "a-moment-of-blanks.yaml": lambda: moment(full("1 ", " ")[:-500] + "mei"),
    "a-moment-of-words.yaml": lambda: moment(full("", "1 voor ")[:-500]),
    "a-moment-of-days.yaml": lambda: moment(full("1 ", "dagen na ")[:-500]),
    "a-moment-of-dates.yaml": lambda: moment(full("", "1-")[:-500]),
    "a-moment-of-accents.yaml": lambda: moment(full("e", "\u0323\u0301")[: SIZE // 2 - 500]),
    "moments-of-steps.yaml": lambda: full(HEAD + WHEN + "stappen:\n", " uitvraag-#: {op: 1 dag na opend}\n"),
    "moments-of-rounds.yaml": lambda: full(ROUNDS, "    r#: {opent: opend}\n"),
    "moments-that-are-none.yaml": lambda: full(ROUNDS, "    r#: {opent: uiterlijke begin eind schooljaar}\n"),
    # Rounds and steps
    "steps-on-one-day.yaml": lambda: full(HEAD + WHEN + "stappen:\n", " uitvraag-#: {op: opent}\n"),
    "steps-late-to-chiefs.yaml": lambda: full(
        HEAD + WHEN + "stappen:\n", " uitvraag-#: {op: 2 mei, aan: bestuurder}\n"
    ),
    "rounds.yaml": lambda: full(ROUNDS, "    r#: {peildatum: 1 mei}\n", STEPS),
    "rounds-in-circles.yaml": lambda: full(ROUNDS, "    r#: {peildatum: van, van: peildatum}\n", STEPS),
    "rounds-without-anchor.yaml": lambda: full(ROUNDS, "    r#: {opent: 1 dag na van}\n", STEPS),
    "rounds-that-mix.yaml": lambda: full(ROUNDS, "    r#: {van: 1 mei, tot: 1 juni}\n", STEPS),
    "rounds-by-steps.yaml": lambda: full(
        half(ROUNDS, "    r#: {peildatum: 1 mei}\n") + "stappen:\n", " uitvraag-#: {op: 1 dag na peildatum}\n"
    ),
    "rounds-by-steps-without-anchor.yaml": lambda: full(
        half(ROUNDS, "    r#: {opent: 1 mei}\n") + "    r: {peildatum: 1 mei}\nstappen:\n",
        " uitvraag-#: {op: 1 dag na peildatum}\n",
    ),
    "rounds-by-late-steps.yaml": lambda: full(
        half(ROUNDS, "    r#: {peildatum: 1 mei}\n") + "stappen:\n", " uitvraag-#: {op: 2 mei, aan: bestuurder}\n"
    ),
    # As much as is still read to the end
    "most-keys.yaml": lambda: some(
        HEAD + WHEN + "stappen: {uitvraag: {op: opent, ", "deelnemers_event#: x, ", 190, "}}"
    ),
    "most-roles.yaml": lambda: some(RULE + "samen_met: [", "ondersteuningscoordinatoren-#,", 2900, "]\n"),
    "most-items.yaml": lambda: some(RULE + "alleen: {gemeente: [", "a#,", 2900, "]}\n"),
    "most-roles-of-steps.yaml": lambda: some(
        HEAD + WHEN + "stappen:\n",
        " a#: {op: 1 dag na opend, bericht: uitvrag, aan: [" + "directuur-#," * 9 + "]}\n",
        199,
    ),
    "most-rounds-by-steps.yaml": lambda: some(
        some(ROUNDS, "    r#: {opent: 1 mei, uiterlijk: 1 juni, peildatum: opent}\n", 199) + "stappen:\n",
        " uitvraag-#: {op: 1 dag na peildatum}\n",
        199,
    ),
    "most-rounds-by-steps-without-anchor.yaml": lambda: some(
        some(ROUNDS, "    r#: {opent: 1 mei}\n", 199) + "    r: {peildatum: 1 mei}\nstappen:\n",
        " uitvraag-#: {op: 1 dag na peildatum}\n",
        199,
    ),
    "most-rounds-by-late-steps.yaml": lambda: some(
        some(ROUNDS, "    r#: {peildatum: 1 mei}\n", 199) + "stappen:\n",
        " uitvraag-#: {op: 2 juni, aan: [bestuurder, directeur]}\n",
        199,
    ),
    "most-rounds-in-circles.yaml": lambda: some(
        ROUNDS, "    r#: {peildatum: van, van: tot, tot: opent, opent: peildatum}\n", 199, STEPS
    ),
    "most-moments.yaml": lambda: some(
        ROUNDS,
        "    r#: {peildatum: begin schooljaren #, van: 1 dag na opend, tot: 1 wek na van, opent: 1 octo#}\n",
        199,
        STEPS,
    ),
    "most-deep-headers.toml": lambda: some(TOML, "[a#.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a]\n", 150),
    "most-quoted-keys.toml": lambda: some(TOML, '"\\u0041#" = 1\n', 190),
    # TOML
    "one-long-line.toml": lambda: full('titel = "', "x", '"\n'),
    "brackets.toml": lambda: full("a = ", "["),
    "brackets-that-close.toml": lambda: "a = " + "[" * 120_000 + "]" * 120_000,
    "braces.toml": lambda: full("a = ", "{a = "),
    "a-dotted-key.toml": lambda: full("a", ".a", " = 1\n"),
    "a-dotted-header.toml": lambda: full("[a", ".a", "]\n"),
    "deep-headers.toml": lambda: full(TOML, "[a#.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a]\n"),
    "deep-inline-tables.toml": lambda: full(TOML, "k# = {a = {a = {a = {a = {a = {a = 1}}}}}}\n"),
    "headers.toml": lambda: full(TOML, "[stappen.uitvraag-#]\nop='opent'\n"),
    "headers-of-lists.toml": lambda: full(TOML, "[[stappen]]\n"),
    "keys.toml": lambda: full(TOML, "k# = 1\n"),
    "quoted-keys.toml": lambda: full(TOML, "'#' = 1\n"),
    "keys-in-quotes-with-escapes.toml": lambda: full(TOML, '"\\u0041#" = 1\n'),
    "items.toml": lambda: full(TOML + "alleen.gemeente = [", "'a',", "]\n"),
    "long-texts-that-never-close.toml": lambda: full(TOML, '\\"""\n'),
    "long-texts-that-never-close-2.toml": lambda: full(TOML, '\\"""\n', "\\"),
    "plain-long-texts-that-never-close.toml": lambda: full(TOML, '\'"""\'"""\'\n'),
    "a-number.toml": lambda: full("titel = ", "9", "\n"),
    "a-hexadecimal-number.toml": lambda: full("titel = 0x", "f", "\n"),
    "a-date.toml": lambda: full("titel = 2026-10-01T08:30:00.", "9", "\n"),
    "a-moment-of-accents.toml": lambda: (
        'titel = "x"\nwanneer.opent = "' + full("e", "\u0323\u0301")[: SIZE // 2 - 500] + '"\n'
    ),
}
