"""Beheer, mailteksten: the text of each mail with an example; change one as a rule is changed."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import HTMLResponse, Response

from engine import wiring
from engine.core.letter import LAYOUT
from engine.web.editing import (
    MAIL_TEXT,
    Subject,
    act_on,
    changed_files,
    example_of,
    fault_of,
    show_editor,
    show_version,
    show_versions,
    template_file,
)
from engine.web.pages.mail import FRAME, height_of
from engine.web.routes import BUREAU, action, page
from engine.web.visit import NotFound, Visit

HERE = "/beheer/mailteksten"
# What each text that comes with the program is for, in the order in which people meet them.
MEANT = {
    "uitvraag": ("De vraag", "De eerste mail van een uitvraag."),
    "vraag": ("Eenmalige vraag", "De eerste mail van een eenmalige uitvraag: uw uitleg staat bovenaan."),
    "document": ("Document vernieuwen", "De eerste mail over een document dat verloopt."),
    "fase": ("Fase van een document", "Aan wie een fase moet afmaken, ervoor en erna."),
    "herinnering": ("Herinnering", "Voor de laatste dag."),
    "te-laat": ("Te laat", "Na de laatste dag, aan wie moet antwoorden."),
    "bellen": ("Bellen", "Aan het bureau of de consulent: bel deze school."),
    "escalatie": ("Vraag om hulp", "Aan de directeur of de bestuurder."),
    "datum-verzet": ("Datum verzet", "Aan wie gevraagd is: de uiterste dag is een andere, en dat is al gauw."),
    "compleet": ("Alles is binnen", "De antwoorden die een taak gebruikt, zijn er allemaal."),
    "gegevens-gewijzigd": ("Gegevens gewijzigd", "Aan wie hoorde dat alles binnen is: er is iets veranderd."),
    "toch-binnen": ("Toch binnen", "Aan wie om hulp is gevraagd: het antwoord kwam."),
    "plannen": ("Gesprek plannen", "Aan wie het gesprek plant."),
    "uitnodiging-gesprek": ("Uitnodiging voor een gesprek", "Aan de deelnemers, met de afspraak voor hun agenda."),
    "gesprek-gewijzigd": ("Gesprek gewijzigd", "Aan de deelnemers: een andere tijd, plaats of agenda."),
    "gesprek-afgezegd": ("Gesprek afgezegd", "Aan de deelnemers: het gaat niet door, of zij hoeven niet te komen."),
    "voorbereiden": ("Gesprek voorbereiden", "Aan de deelnemers."),
    "verslag": ("Verslag maken", "Aan wie het gesprek plande."),
    "taak": ("Taak", "Werk van het bureau zelf."),
    "ter-informatie": ("Ter informatie", "Een kopie, of aan wie meewerkt."),
    "bundel": ("Meer vragen in één mail", "Het begin van zo'n mail."),
    "afsluiting": ("Afsluiting", "Het einde van elke mail."),
    "bevestiging": ("Bevestiging", "Na een antwoord op de eigen pagina."),
    "nieuwe-link": ("Nieuwe link", "Als een link niet meer werkt."),
    "uitnodiging": ("Uitnodiging", "Aan wie mag inloggen."),
    "nieuw-wachtwoord": ("Nieuw wachtwoord", "Voor wie zijn wachtwoord kwijt is."),
    "vastgehouden": ("Mail wacht", "Aan het bureau: mail wacht op vrijgave."),
    "niet-aangekomen": ("Niet aangekomen", "Aan het bureau: mail kwam niet aan."),
    "vaststellen": ("Jaarplanning vaststellen", "Aan het bureau: het nieuwe schooljaar is nog concept."),
    LAYOUT: ("Opmaak", "De kleuren en letters van elke mail. Dit is MJML: werk voor een vormgever."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A text in the list; `own`: it is not the program's."""

    name: str
    title: str
    meant: str
    own: bool
    faults: int
    pending: bool


def show(visit: Visit) -> Response:
    """The list, and every fault at its line."""
    place = visit.site.place
    rulebook, problems = wiring.rulebook_of(place)
    wrong = [one for one in problems if one.file.startswith(f"{wiring.OWN_TEMPLATES}/") and one.severity == "problem"]
    changed = set(changed_files(visit, rulebook))
    names = [*(name for name in MEANT if name in rulebook.templates), *sorted({*rulebook.templates} - {*MEANT})]
    rows = [
        Row(
            name,
            *MEANT.get(name, (name, "Een eigen tekst.")),
            own=rulebook.templates[name] != visit.means.shipped_templates.get(name),
            faults=sum(one.file == template_file(name) for one in wrong),
            pending=template_file(name) in changed,
        )
        for name in names
    ]
    return visit.render("mail_texts.html", rows=rows, faults=[fault_of(one, rulebook.files) for one in wrong])


def show_text(visit: Visit) -> Response:
    """One text, as its reader would meet it."""
    subject = _subject(visit)
    example = example_of(visit, subject, subject.shown)
    return visit.render(
        "mail_text.html",
        subject=subject,
        meant=MEANT.get(_name(visit), ("", ""))[1],
        example=example,
        height="" if example is None else height_of(example.text),
        lines=subject.shown.splitlines(),
    )


def frame(visit: Visit) -> Response:
    """The html of the example alone, in a frame of its own."""
    subject = _subject(visit)
    found = example_of(visit, subject, subject.shown)
    if found is None:
        raise NotFound
    return HTMLResponse(found.html, headers=FRAME)


def edit(visit: Visit) -> Response:
    """The text in a field."""
    return show_editor(visit, _subject(visit))


def change(visit: Visit) -> Response:
    """Checks the text, shows what it makes, or carries it out."""
    return act_on(visit, _subject(visit))


def versions(visit: Visit) -> Response:
    """Earlier texts."""
    return show_versions(visit, _subject(visit))


def version(visit: Visit) -> Response:
    """One earlier text."""
    return show_version(visit, _subject(visit))


def _name(visit: Visit) -> str:
    return str(visit.path["name"])


def _subject(visit: Visit) -> Subject:
    """The template of that name; only what is a template has a page."""
    name, place = _name(visit), visit.site.place
    file = template_file(name)
    templates = wiring.templates_of(place)
    if name not in templates:
        raise NotFound
    own = wiring.stored_text(place, file)
    title = MEANT.get(name, (name, ""))[0]
    return Subject(
        template_file(name), title, f"{HERE}/{name}", own, own if own is not None else templates[name], MAIL_TEXT
    )


ROUTES = (
    page(HERE, show, BUREAU),
    page(f"{HERE}/{{name}}", show_text, BUREAU),
    page(f"{HERE}/{{name}}/opmaak", frame, BUREAU, bare=True),
    page(f"{HERE}/{{name}}/bewerk", edit, BUREAU),
    action(f"{HERE}/{{name}}/bewerk", change, BUREAU),
    page(f"{HERE}/{{name}}/versies", versions, BUREAU),
    page(f"{HERE}/{{name}}/versies/{{version}}", version, BUREAU),
)
