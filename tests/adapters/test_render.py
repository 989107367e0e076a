"""Letters in words. Golden mails stand in tests/golden/mails.

After a change of a text on purpose: `GOLDEN_REWRITE=1 pytest tests/adapters/test_render.py`, then read the
difference; these are letters to a director.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest

from engine.adapters.render import MailRenderer, check_templates
from engine.core.letter import Announced, Item, Letter, Rendered
from engine.core.ports import RenderError
from tests.adapters.letters import GOLDEN, LINK, ROOT, TEMPLATES, a_letter, an_absence_item, an_item

FOLDER = ROOT / "tests" / "golden" / "mails"


def rendered(*items: Item, letter: Letter | None = None, **templates: str) -> Rendered:
    return MailRenderer().render(letter or a_letter(*items), TEMPLATES | templates)


def a_text(body: str = "Dag {{ partij }}.", subject: str = "Onderwerp", head: str = "knop: Klik hier") -> str:
    return f"---\nonderwerp: {subject}\nvoorproef: Voorproef\n{head}\n---\n{body}\n"


def refused(**templates: str) -> RenderError:
    with pytest.raises(RenderError) as caught:
        rendered(an_item(), **templates)
    return caught.value


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("part", ["subject", "txt", "html"])
def test_the_mail_is_the_golden_one(name: str, part: str) -> None:
    """Each mail reads as it was last looked at."""
    mail = rendered(letter=GOLDEN[name])
    text = {"subject": mail.subject + "\n", "txt": mail.text, "html": mail.html.replace("><", ">\n<") + "\n"}[part]
    file = FOLDER / f"{name}.{part}"
    if os.environ.get("GOLDEN_REWRITE"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_every_golden_file_belongs_to_a_letter() -> None:
    """No golden file is left behind by a letter that is gone."""
    assert {path.stem for path in FOLDER.iterdir()} == set(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_no_sentence_is_longer_than_15_words(name: str) -> None:
    """B1: what the templates say is short; names, titles and reasons are not theirs to shorten."""
    text = rendered(letter=GOLDEN[name]).text
    letter = GOLDEN[name]
    names = [letter.redirected]
    if letter.bulletin is not None:
        names += [*letter.bulletin.lines, *letter.bulletin.doubtful]
    if letter.access is not None:
        names += [letter.access.address, letter.swv, letter.access.by]
    for item in letter.items[:1]:
        names += [item.party, item.title, item.explanation, item.due_reason, item.fallback]
    for value in names:
        text = re.sub(r"\s+".join(map(re.escape, value.split())), "X.", text) if value else text
    for sentence in re.split(r"[.?!:]\s|\n\n|\n- ", text):
        assert len(sentence.split()) <= 15, sentence


@pytest.mark.parametrize("name", GOLDEN)
def test_the_tone_is_calm(name: str) -> None:
    """No word of law or alarm, no word in capitals."""
    mail = rendered(letter=GOLDEN[name])
    words = f"{mail.subject}\n{mail.text}".replace("SWV", "").replace("16SW03", "").replace("20AB00", "")
    assert not re.search(r"escalatie|in gebreke|sommatie|dringend|!", words, re.IGNORECASE)
    assert not re.search(r"\b[A-Z]{3,}\b", words)


@pytest.mark.parametrize("name", GOLDEN)
def test_nothing_loads_from_elsewhere(name: str) -> None:
    """No image, web font, style sheet or script; a link leads to the reader's own page, or to what a task uses."""
    html = rendered(letter=GOLDEN[name]).html
    assert not re.search(r"<(img|link|script)\b|@import|url\(|src=", html)
    letter = GOLDEN[name]
    expected = [letter.access.address] if letter.access else []
    expected += [used.address for item in letter.items for used in item.uses]
    assert re.findall(rf'href="(?!mailto:|{LINK}["#/])([^"]*)', html) == expected


@pytest.mark.parametrize(
    "template",
    ["herinnering", "te-laat", "bellen", "document", "escalatie", "plannen", "taak", "verslag", "voorbereiden"],
)
def test_a_bundle_explains_its_questions_under_one_heading(template: str) -> None:
    other = an_item(template=template, title="Iets anders", explanation="Een andere uitleg.", task="iets.2026-2027.1")
    text = rendered(letter=a_letter(an_item(), other)).text
    assert re.findall(r"^Wa\w+ (?:gaat|ging|vragen) .*\?$", text, re.MULTILINE) == ["Waar gaat het over?"]


def test_the_order_is_question_date_button_why_whom_to_call_wrong_person_why_me() -> None:
    """pages.md, Mails 4."""
    text = rendered().text
    parts = [
        "Wilt u deze gegevens sturen?",
        "Uiterlijk donderdag 1 oktober 2026",
        "Beantwoord deze vraag:",
        "Waarom vragen wij dit?",
        "Bel Team jaarplanning: 072 000 00 00.",
        "Niet de juiste persoon?",
        "Waarom krijg ik dit?",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_single_question_stands_on_top_once_and_promises_no_minutes() -> None:
    """What the bureau typed is the question: above the date and the button, and nothing beside it contradicts it."""
    text = rendered(letter=GOLDEN["vraag"]).text
    question = "Hoeveel leerlingen volgen dit jaar les op een tweede locatie?"
    assert text.count(question) == 1
    assert text.index(question) < text.index("Uiterlijk vrijdag 30 oktober 2026") < text.index("Beantwoord deze vraag:")
    for name in ("vraag", "document"):
        assert "minuten" not in rendered(letter=GOLDEN[name]).text


def test_why_me_names_rule_role_and_how_the_date_came_about() -> None:
    """The reader can check each of the three."""
    text = " ".join(rendered(an_absence_item()).text.split("Waarom krijg ik dit?")[1].split())
    assert "Ons kenmerk: thuiszitters." in text
    assert "ondersteuningscoördinator" in text
    assert "8 schooldagen na peildatum" in text


def test_the_button_leads_to_the_own_page_with_its_address_below() -> None:
    """pages.md, Mails 2: html and text show the address in full."""
    mail = rendered()
    assert f'href="{LINK}"' in mail.html
    assert f">{LINK}</span>" in mail.html
    assert f"Beantwoord deze vraag:\n  {LINK}\n" in mail.text


def test_each_button_of_a_bundle_leads_to_its_own_question() -> None:
    """pages.md, Mails 5; who hears of one thing as a chief answers that by mail."""
    asked, other = an_item(), an_absence_item()
    chief = an_item(task="sop.v3.16SW03", template="escalatie", because_of="directeur", answerable=False)
    html = rendered(asked, other, chief).html
    assert f'href="{LINK}#{asked.task}"' in html
    assert f'href="{LINK}#{other.task}"' in html
    assert f"#{chief.task}" not in html
    assert "subject=Reactie" in html


def test_the_button_is_a_mail_that_names_the_task_where_there_is_no_page() -> None:
    """The answer can be matched by its subject."""
    href = re.search(r'href="(mailto:[^"]*subject[^"]*)"', rendered(letter=a_letter(link="")).html)
    assert href is not None
    assert "Klaar: Leerlingenaantallen doorgeven – Stichting De Regenboog [leerlingaantallen.2026-2027.77494]" in (
        unquote(href[1])
    )


def test_a_strange_title_stays_inside_the_subject_of_the_answer() -> None:
    """No second mail header or address can be slipped into the button."""
    html = rendered(letter=a_letter(an_item(title="A&bcc=x@y.example\r\nBcc: z"), link="")).html
    href = re.search(r'href="(mailto:[^"]*subject[^"]*)"', html)
    assert href is not None
    assert href[1].count("&amp;") == 1
    assert "%0D%0ABcc" not in href[1]


def test_a_copy_has_no_button() -> None:
    """Who gets a copy cannot answer."""
    assert "subject=" not in (html := rendered(letter=GOLDEN["kopie"]).html)
    assert "/mijn/" not in html


def test_who_works_along_may_answer() -> None:
    """samen_met: hears as information, and has the button."""
    mail = rendered(letter=GOLDEN["samen-met"])
    assert "U mag zelf ook antwoorden." in mail.text
    assert f'href="{LINK}"' in mail.html


def test_a_director_who_will_hear_is_announced_with_the_weekday() -> None:
    """pages.md, Mails 4."""
    mail = rendered(an_item(announced=Announced(date(2026, 10, 8), "directeur")))
    assert "Op donderdag 8 oktober hoort de directeur dit ook." in mail.text


def test_why_the_bureau_gets_a_mail_stands_on_top() -> None:
    """A missing role is seen before anything else."""
    assert rendered(letter=GOLDEN["bureau"]).text.startswith("Niemand heeft de rol ondersteuningscoördinator")


def test_a_bundle_lists_what_is_late_first_each_with_its_own_date_and_button() -> None:
    """pages.md, Mails 5."""
    text = rendered(letter=GOLDEN["bundel"]).text
    dates = re.findall(r"Uiterlijk (?:was )?\w+ (\d+ \w+)", text)
    assert dates == ["1 oktober", "15 december", "18 december"]
    assert text.count(f"{LINK}#") == 3


def test_a_bundle_says_how_many_and_the_first_date() -> None:
    """The subject tells what is inside."""
    assert rendered(an_item(), an_absence_item()).subject == "2 open vragen, de eerste uiterlijk 1 oktober"


def test_a_bundle_counts_what_is_asked_and_no_gesprek_that_has_its_day() -> None:
    """Neither in the number nor in the date; a stage counts with its own day."""
    talk = an_item(template="voorbereiden", due=date(2026, 9, 30), arranged=datetime(2026, 12, 8, 9, tzinfo=UTC))
    stage = an_item(template="fase", due=date(2026, 9, 29), phase="concept", phase_due=date(2026, 11, 20))
    mixed = rendered(an_item(), an_absence_item(), talk)
    assert mixed.subject == "2 open vragen, de eerste uiterlijk 1 oktober"
    assert "2 open vragen en een gesprek" in mixed.text
    assert rendered(stage, talk).subject == "Eén open vraag, uiterlijk 20 november"
    later = replace(talk, arranged=datetime(2026, 12, 9, 9, tzinfo=UTC))
    assert rendered(later, talk).subject == "2 gesprekken, het eerste op 8 december"


@pytest.mark.parametrize(("adopted", "asked"), [(False, True), (True, False)])
def test_a_stage_after_the_adoption_does_not_ask_for_the_whole_document(adopted: bool, asked: bool) -> None:
    day = date(2027, 2, 15)
    stage = an_item(template="fase", due=date(2027, 2, 1), phase="gedeeld", phase_due=day, phase_adopted=adopted)
    text = rendered(stage).text
    assert "maandag 15 februari 2027" in text
    assert ("Het hele document moet klaar zijn op maandag 1 februari 2027" in text) == asked


def test_a_bundle_with_what_is_past_does_not_say_that_its_day_is_to_come() -> None:
    """`uiterlijk` is a day that one can still meet."""
    assert rendered(letter=GOLDEN["bundel"]).subject == "3 open vragen, van 1 is de datum voorbij"
    assert rendered(letter=GOLDEN["escalatie-bestuurder-bundel"]).subject == "2 open vragen, de datum is voorbij"


@pytest.mark.parametrize("template", ["uitvraag", "herinnering", "taak", "plannen", "ter-informatie"])
def test_a_text_that_leaves_late_speaks_of_its_day_as_past(template: str) -> None:
    """A first request may be let go after the day by which the answer was asked."""
    audience = "kopie" if template == "ter-informatie" else "aan"
    item = an_item(template=template, late=True, reminder=1, audience=audience)
    mail = rendered(letter=a_letter(item, today=date(2026, 10, 6)))
    assert not re.search(r"uiterlijk (?!was)\S+ 1 okt|uiterlijk 1 okt", f"{mail.subject}\n{mail.text}", re.IGNORECASE)
    assert "Uiterlijk was donderdag 1 oktober 2026" in mail.text


def test_redirected_mail_says_at_the_top_for_whom_it_was() -> None:
    """`[mail] omleiden` sends everyone's mail to one address."""
    top = rendered(letter=GOLDEN["omgeleid"]).text.partition("Beste")[0]
    assert "bedoeld voor Zorgteam De Zonnehoek (zorgteam@dezonnehoek.example)" in " ".join(top.split())


def test_a_bundle_explains_a_rule_once() -> None:
    """Twenty schools of one rule do not make twenty explanations."""
    text = rendered(letter=GOLDEN["escalatie-bestuurder-bundel"]).text
    assert text.count("Vier keer per jaar") == 1
    assert text.count("Waarom krijg ik dit?") == 1


@pytest.mark.parametrize(
    ("title", "template", "subject"),
    [
        ("Leerlingenaantallen doorgeven", "uitvraag", "Uiterlijk 1 oktober: leerlingenaantallen doorgeven"),
        ("SOP vernieuwen", "uitvraag", "Uiterlijk 1 oktober: SOP vernieuwen"),
        ("(Dreigend) thuiszittende leerlingen in beeld", "herinnering",
         "Herinnering 1 van 2: uiterlijk 1 okt, thuiszittende…"),
        ("Paragraaf passend onderwijs en de kritieke indicatoren", "uitvraag",
         "Uiterlijk 1 okt: paragraaf passend onderwijs en de kritieke…"),
        ("Meervoudigeondersteuningsbehoefteregistratieformulierencontrole", "uitvraag", 
         "Uiterlijk 1 okt: meervoudigeondersteuningsbehoefteregistrat…"),
        ("Schoolondersteuningsprofiel vernieuwen", "herinnering",
         "Herinnering 1 van 2: uiterlijk 1 okt, schoolondersteunings…"),
    ],
)  # fmt: skip
def test_a_subject_of_60_characters_gives_way_at_words(title: str, template: str, subject: str) -> None:
    """Brackets go first, then the long month, then words; the last word is cut rather than the whole topic."""
    mail = rendered(an_item(title=title, template=template, reminder=1))
    assert mail.subject == subject
    assert len(mail.subject) <= 60


def test_the_only_reminder_has_no_number() -> None:
    """`1 van 1` says nothing."""
    mail = rendered(an_item(template="herinnering", reminder=1, reminders=1, due=date(2026, 9, 30)))
    assert mail.subject == "Herinnering: uiterlijk 30 sep, leerlingenaantallen doorgeven"


@pytest.mark.parametrize(
    "name",
    ["O'Brien & Zn *x*", "<b>vet</b>", "# Kop", "1. een", "[x](http://y.example)", "{{ 7 * 7 }}", "&amp;", "a_b_c `d`",
     "<script>alert(1)</script>", "\\*", "***", "- x", "> y", "![x](y)", "http://z.example"],
)  # fmt: skip
def test_a_name_shows_exactly_its_letters(name: str) -> None:
    """What comes from the register is never markup."""
    mail = rendered(an_item(party=name, explanation=name))
    assert f"\n{name}\n" in mail.text
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert f"<strong>{escaped}</strong>" in mail.html


def test_a_line_break_in_a_name_does_not_reach_the_subject() -> None:
    """A subject has one line."""
    assert rendered(an_item(title="Een\r\nBcc: twee")).subject == "Uiterlijk 1 oktober: een Bcc: twee"


def test_an_explanation_keeps_its_paragraphs() -> None:
    """Blank lines of `uitleg` are kept, single breaks flow."""
    assert "per niveau.</p>" in rendered().html.replace("\n", "")


def test_a_salutation_of_the_register_is_used() -> None:
    """aanhef, with or without Beste."""
    assert rendered(letter=a_letter(salutation="Geachte directie,")).text.startswith("Geachte directie,\n")
    assert rendered(letter=a_letter(salutation="directie")).text.startswith("Beste directie,\n")


def test_without_phone_or_name_the_mail_still_says_where_to_go() -> None:
    """Both may be empty in a new workspace."""
    assert "Mail ons: bureau@swv-voorbeeld.example." in rendered(letter=a_letter(asker="", phone="")).text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("\n{{ datm }}", "Regel 7: 'datm' is onbekend."),
        ("{% if titel %}", "Regel 6: Hier ontbreekt iets"),
        ("{{ peildatum }}", "Regel 6: Hier moet een waarde staan die er niet is."),
        ("{% for a in titel %}{% endfor %}", "Regel 6: Een herhaling"),
        ("{{ 'a' * 1000000000 }}", "Regel 6: Dit kan hier niet"),
        ("{{ titel.__class__ }}", "Regel 6: Een punt achter een naam kan hier niet."),
        ("{{ range(9) }}", "Regel 6: Een aanroep"),
        ("{% include 'x' %}", "Regel 6: Dit kan hier niet"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "Hier zit te veel in elkaar."),
        ("{% if titel %}" * 150 + "{% endif %}" * 150, "Hier zit te veel in elkaar."),
        ("{% foo %}", "Regel 6: '{% foo %}' past hier niet."),
        ("Op dinsdag 1 oktober 2026.", "'dinsdag 1 oktober 2026' klopt niet: dat is een donderdag."),
        ("Op zondag\n31 februari 2027.", "'zondag 31 februari 2027' klopt niet"),
    ],
)
def test_a_wrong_text_never_leaves(body: str, words: str) -> None:
    """The error says in Dutch what is wrong, with its line."""
    with pytest.raises(RenderError) as caught:
        rendered(an_item(peildatum=None), uitvraag=a_text(body))
    assert caught.value.template == "uitvraag"
    assert words in caught.value.message


def test_a_weekday_in_an_explanation_that_does_not_fit_stops_the_mail() -> None:
    """The last look is at the whole text, whoever wrote it."""
    with pytest.raises(RenderError):
        rendered(an_item(explanation="Inleveren op maandag 1 oktober 2026."))


def test_a_mail_over_500_kb_is_refused() -> None:
    """Something went wrong when a mail is that large."""
    with pytest.raises(RenderError, match="500 kB"):
        rendered(an_item(explanation="woord " * 90_000))


@pytest.mark.parametrize("name", ["uitvraag", "afsluiting", "layout"])
def test_a_template_that_is_gone_is_named(name: str) -> None:
    """The bureau reads which file to put back."""
    with pytest.raises(RenderError, match="ontbreekt") as caught:
        MailRenderer().render(a_letter(), {key: text for key, text in TEMPLATES.items() if key != name})
    assert caught.value.template == name


def test_a_layout_with_an_unknown_word_is_a_render_error() -> None:
    """Also when nothing checked it before."""
    assert refused(layout=TEMPLATES["layout"].replace("{{ swv }}", "{{ swf }}")).template == "layout"


def test_the_shipped_templates_have_no_problems() -> None:
    """check has nothing to say about a fresh workspace."""
    assert check_templates(TEMPLATES) == []


def test_check_finds_each_problem_at_its_file_and_line() -> None:
    """Several files, all at once, with what was probably meant."""
    templates = TEMPLATES | {
        "uitvraag": a_text("\n{{ datm }}\n{{ partei }}"),
        "bellen": "geen kop",
        "te-laat": a_text("Op dinsdag 1 oktober 2026."),
        "layout": TEMPLATES["layout"].replace("{{ swv }}", "{{ swf }}"),
    }
    found = [(problem.file, problem.line, problem.hint) for problem in check_templates(templates)]
    line = TEMPLATES["layout"].split("{{ swv }}")[0].count("\n") + 1
    assert found == [
        ("mail_templates/bellen.md", 1, "Begin met een regel ---, dan onderwerp: en weer ---."),
        ("mail_templates/layout.mjml", line, "Bedoelt u 'swv'?"),
        ("mail_templates/te-laat.md", 6, "Schrijf geen vaste datum maar {{ datum }}."),
        ("mail_templates/uitvraag.md", 7, "Bedoelt u 'datum'?"),
        ("mail_templates/uitvraag.md", 8, "Bedoelt u 'partij'?"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (a_text("{{ peildatum }}"), "Hier moet een waarde staan die er niet is."),
        (a_text("{{ knop }} {{ knop }}"), "De knop staat er twee keer."),
        (a_text("{{ knop }}", head=""), "'knop:' ontbreekt in de kop."),
        (a_text(head="kleur: rood"), "'kleur' hoort niet in de kop."),
        (a_text(head="onderwerp: nog een"), "'onderwerp' staat twee keer in de kop."),
        ("---\nvoorproef: x\n---\nTekst", "'onderwerp:' ontbreekt in de kop."),
        ("---\nonderwerp: x", "De kop eindigt nergens."),
    ],
)
def test_check_tries_each_text_with_and_without_what_may_be_empty(text: str, message: str) -> None:
    """What would go wrong on some day in the year is found when the file is saved."""
    messages = [problem.message for problem in check_templates(TEMPLATES | {"uitvraag": text})]
    assert any(found.startswith(message.rstrip(".")) for found in messages), messages


@pytest.mark.parametrize("name", ["layout", "bundel", "afsluiting", "ter-informatie"])
def test_check_misses_a_file_that_every_mail_needs(name: str) -> None:
    """A workspace without it cannot send."""
    templates = {key: text for key, text in TEMPLATES.items() if key != name}
    assert [problem.message for problem in check_templates(templates)] == ["Dit bestand ontbreekt."]
