"""Builders of letters, the templates as they are shipped, and the letters that have a golden mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from engine.core.agenda import AgendaItem, Published
from engine.core.appointment import Said
from engine.core.letter import Access, Announced, Bulletin, Confirmed, Invited, Item, Letter, Reply, UsedLine

ROOT = Path(__file__).parents[2]
TEMPLATES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "mail_templates").iterdir())
    if path.suffix in (".md", ".mjml")
}

ACCESS_LINK = "https://planning.swv.example/toegang/4pXW0Y1nQm6kq9oR2bJ8sZtVvUaH3dEfGiLcNxPyTwA"
UNTIL = datetime(2026, 10, 8, 7, 0, tzinfo=UTC)
LINK = "https://jaarplanning.swv-voorbeeld.example/mijn/mQ3vT0nE7xkYdW2sLr9aHc5uJfB8pZoG1iKtRe6yVbM"

COUNTS = (
    "Op 1 oktober geeft elk schoolbestuur de leerlingenaantallen door.\n"
    "Wij vragen de aantallen per leerjaar en per niveau.\n\n"
    "Het bureau maakt hiermee de begroting."
)
ABSENT = (
    "Vier keer per jaar brengen wij samen in beeld welke leerlingen thuiszitten.\n"
    "Zo kunnen wij samen bepalen wat er nodig is."
)

QUESTION = (
    "Hoeveel leerlingen volgen dit jaar les op een tweede locatie?\n\n"
    "Wij overleggen in november met de gemeente. Daarvoor willen wij dit weten."
)
PROFILE = (
    "In het schoolondersteuningsprofiel staat welke ondersteuning uw school kan bieden.\n"
    "Het profiel geldt ten hoogste vier jaar."
)


def an_item(**differs: object) -> Item:
    """The request for pupil numbers to a board's administration, open and in time."""
    item = Item(
        task="leerlingaantallen.2026-2027.77494",
        step="uitvraag",
        template="uitvraag",
        audience="aan",
        title="Leerlingenaantallen doorgeven",
        explanation=COUNTS,
        party="Stichting De Regenboog",
        due=date(2026, 10, 1),
        peildatum=date(2026, 10, 1),
        late=False,
        reminder=0,
        reminders=2,
        because_of="administratie",
        rule="leerlingaantallen",
        due_reason="Vaste datum: donderdag 1 oktober 2026.",
        asked_role="administratie",
        asked_names=("Administratie De Regenboog",),
        together=(),
        announced=None,
        answerable=True,
        mailed="uw antwoord",
    )
    return replace(item, **differs)  # type: ignore[arg-type]


def an_absence_item(**differs: object) -> Item:
    """The request for absent pupils of a school, asked of the support coordinator with the consulent."""
    item = an_item(
        task="thuiszitters.2026-2027.december.16SW03",
        title="(Dreigend) thuiszittende leerlingen in beeld",
        explanation=ABSENT,
        party="Scholengemeenschap De Zonnehoek",
        due=date(2026, 12, 11),
        peildatum=date(2026, 12, 1),
        because_of="ondersteuningscoordinator",
        rule="thuiszitters",
        due_reason="8 schooldagen na peildatum (dinsdag 1 december 2026): vrijdag 11 december 2026.",
        asked_role="ondersteuningscoordinator",
        asked_names=("Zorgteam De Zonnehoek",),
        asked_phones=("072 000 00 11",),
        together=("consulent", "leerplichtambtenaar"),
    )
    return replace(item, **differs)  # type: ignore[arg-type]


def a_question(**differs: object) -> Item:
    """A request that is asked once, of a school's head: the explanation is the question."""
    item = an_item(
        task="tweede-locatie.2026-2027.16SW03",
        title="Tweede locatie",
        template="vraag",
        rule="tweede-locatie",
        party="Scholengemeenschap De Zonnehoek",
        explanation=QUESTION,
        due=date(2026, 10, 30),
        peildatum=None,
        because_of="directeur",
        asked_role="directeur",
        asked_names=("Directie De Zonnehoek",),
        due_reason="Vaste datum: vrijdag 30 oktober 2026.",
    )
    return replace(item, **differs)  # type: ignore[arg-type]


def a_letter(*items: Item, **differs: object) -> Letter:
    """A letter to the administration of De Regenboog."""
    asked = items or (an_item(),)
    letter = Letter(
        to_name="Administratie De Regenboog",
        to_email="administratie@deregenboog.example",
        salutation="",
        items=asked,
        swv="SWV Voorbeeldstreek",
        mailbox="bureau@swv-voorbeeld.example",
        asker="Team jaarplanning",
        phone="072 000 00 00",
        today=date(2026, 9, 17),
        link=LINK if any(item.answerable for item in asked) else "",
    )
    return replace(letter, **differs)  # type: ignore[arg-type]


ROUND = "https://planning.swv.voorbeeld.nl/uitvragen/leerlingaantallen/2026-2027"
COUNTED = UsedLine("Leerlingenaantallen doorgeven", "alle 12 zijn binnen", ROUND)
RECOUNTED = UsedLine("Leerlingenaantallen doorgeven", "11 van de 12 zijn binnen", ROUND)


def _budget(template: str, uses: UsedLine) -> Item:
    """The budget, which uses the pupil numbers, to the controller."""
    return an_item(
        task="begroting.2026-2027.swv",
        step=template,
        template=template,
        title="Begroting en meerjarenbegroting maken",
        explanation="De controller gebruikt hiervoor de leerlingenaantallen van 1 oktober.",
        party="Samenwerkingsverband De Proef",
        due=date(2026, 11, 2),
        peildatum=None,
        reminders=1,
        because_of="controller",
        rule="begroting",
        due_reason="Zondag 1 november 2026 valt in het weekend, dus maandag 2 november 2026.",
        asked_role="controller",
        asked_names=("Controller",),
        uses=(uses,),
    )


def _late(**differs: object) -> Item:
    return an_absence_item(late=True, **differs)


def _left(**differs: object) -> Item:
    return _late(
        **differs,
        task="thuiszitters.2025-2026.april.16SW03",
        earlier="2025-2026",
        due=date(2026, 4, 13),
        peildatum=date(2026, 4, 1),
    )


def _other_school(**differs: object) -> Item:
    return an_absence_item(
        party="College Het Kompas",
        task="thuiszitters.2026-2027.december.20AB00",
        asked_names=("Zorgteam Het Kompas",),
        asked_phones=("072 000 00 12",),
        **differs,
    )


def _to(name: str, *items: Item, on: date) -> Letter:
    return a_letter(*items, to_name=name, to_email="ontvanger@school.example", today=on)


def _to_bureau(bulletin: Bulletin, *, on: date) -> Letter:
    return replace(_to("Team jaarplanning", on=on), items=(), bulletin=bulletin, link="")


def _reply_to(name: str, reply: Reply, *, on: date) -> Letter:
    return replace(_to(name, on=on), items=(), reply=reply, link=LINK)


def _to_user(access: Access) -> Letter:
    return replace(_to("Team Noord", on=date(2026, 10, 1)), items=(), access=access)


_TAKEN = "Sinds maandag 18 januari 2027 doet u het werk van Zorgteam De Zonnehoek."
_DECEMBER = date(2026, 12, 22)
_DIRECTOR = Announced(_DECEMBER, "directeur")

_TALK = datetime(2026, 10, 6, 12, tzinfo=UTC)


def _guest(template: str, name: str, *, on: date, lapsed: bool = False, **differs: object) -> Letter:
    item = AgendaItem(
        "startgesprek.2026-2027.16SW03", _TALK, _TALK + timedelta(minutes=90), "Startgesprek", lapsed=lapsed
    )
    invited = Invited(
        template=template,
        title="Startgesprek",
        party="Scholengemeenschap De Zonnehoek",
        starts=_TALK,
        ends=_TALK + timedelta(minutes=90),
        place="De Zonnehoek, kamer 12",
        agenda=("Terugblik op het afgelopen schooljaar", "Werkafspraken voor dit schooljaar"),
        guests=("Directie De Zonnehoek", "Mirjam de Vries", "Zorgteam De Zonnehoek"),
        role="ondersteuningsteam",
        item=Published(item, 0, _TALK),
        method="CANCEL" if template == "gesprek-afgezegd" else "REQUEST",
    )
    return replace(_to(name, on=on), items=(), link="", invited=replace(invited, **differs))  # type: ignore[arg-type]


def _around_talk(template: str, role: str) -> Item:
    return an_item(
        task="startgesprek.2026-2027.16SW03",
        step=template,
        template=template,
        title="Startgesprek",
        explanation="Elk schooljaar begint met een gesprek.\nU kijkt samen terug op het afgelopen jaar.",
        party="Scholengemeenschap De Zonnehoek",
        because_of=role,
        rule="startgesprek",
        due_reason="",
        arranged=_TALK,
        answerable=False,
    )


GOLDEN = {
    "voorbereiden": _to(
        "Zorgteam De Zonnehoek", _around_talk("voorbereiden", "ondersteuningsteam"), on=date(2026, 9, 29)
    ),
    "verslag": _to("Mirjam de Vries", _around_talk("verslag", "consulent"), on=date(2026, 10, 8)),
    "uitnodiging-gesprek": _guest("uitnodiging-gesprek", "Zorgteam De Zonnehoek", on=date(2026, 9, 8)),
    "uitnodiging-gesprek-kort": _guest(
        "uitnodiging-gesprek", "Mirjam de Vries", on=date(2026, 9, 8), place="", agenda=(), guests=(), role=""
    ),
    "uitnodiging-gesprek-overgenomen": _guest(
        "uitnodiging-gesprek", "Sam Visser", on=date(2026, 9, 8), role="consulent", instead_of="Mirjam de Vries"
    ),
    "gesprek-gewijzigd": _guest(
        "gesprek-gewijzigd",
        "Zorgteam De Zonnehoek",
        on=date(2026, 9, 15),
        was=Said(_TALK - timedelta(days=4, hours=3), 60, "Online"),
    ),
    "gesprek-agenda-gewijzigd": _guest(
        "gesprek-gewijzigd",
        "Zorgteam De Zonnehoek",
        on=date(2026, 9, 15),
        was=Said(_TALK, 90, "De Zonnehoek, kamer 12"),
    ),
    "gesprek-afgezegd": _guest("gesprek-afgezegd", "Zorgteam De Zonnehoek", on=date(2026, 9, 22), lapsed=True),
    "gesprek-zonder-u": _guest("gesprek-afgezegd", "Mirjam de Vries", on=date(2026, 9, 22)),
    "bevestiging": _reply_to(
        "Administratie De Regenboog",
        Reply(
            "bevestiging",
            (
                Confirmed(
                    "Leerlingenaantallen doorgeven",
                    "Stichting De Regenboog",
                    "done",
                    "De aantallen staan in de bijlage van onze mail van gisteren.",
                    None,
                    checked=False,
                    last_day=date(2026, 10, 7),
                    mailed="uw antwoord",
                ),
            ),
        ),
        on=date(2026, 9, 23),
    ),
    "bevestiging-vragen": _reply_to(
        "Zorgteam De Zonnehoek",
        Reply(
            "bevestiging",
            (
                Confirmed(
                    "(Dreigend) thuiszittende leerlingen in beeld",
                    "Scholengemeenschap De Zonnehoek",
                    "more_time",
                    "Onze coördinator is ziek.",
                    date(2026, 12, 18),
                    checked=False,
                    last_day=date(2026, 12, 11),
                ),
                Confirmed(
                    "Schoolondersteuningsprofiel vernieuwen",
                    "Scholengemeenschap De Zonnehoek",
                    "someone_else",
                    "De directeur doet dit.",
                    None,
                    checked=False,
                    last_day=date(2027, 2, 1),
                ),
            ),
        ),
        on=date(2026, 12, 9),
    ),
    "nieuwe-link": _reply_to("Administratie De Regenboog", Reply("nieuwe-link", count=2), on=date(2026, 9, 23)),
    "uitvraag": a_letter(),
    "uitvraag-per-mail": a_letter(link=""),
    "uitvraag-samen": _to("Zorgteam De Zonnehoek", an_absence_item(), on=date(2026, 11, 24)),
    "vraag": _to("Directie De Zonnehoek", a_question(), on=date(2026, 10, 5)),
    "document": _to(
        "Directie De Zonnehoek",
        an_item(
            task="schoolondersteuningsprofiel.16SW03.v3",
            title="Schoolondersteuningsprofiel vernieuwen",
            template="document",
            rule="schoolondersteuningsprofiel",
            party="Scholengemeenschap De Zonnehoek",
            explanation=PROFILE,
            due=date(2027, 2, 1),
            peildatum=None,
            because_of="directeur",
            asked_role="directeur",
            asked_names=("Directie De Zonnehoek",),
            due_reason="Het document vervalt op maandag 1 februari 2027.",
        ),
        on=date(2026, 8, 24),
    ),
    "fase": _to(
        "Secretaris MR De Zonnehoek",
        an_item(
            task="schoolondersteuningsprofiel.v3.16SW03",
            step="fase-mr-advies",
            title="Schoolondersteuningsprofiel vernieuwen",
            template="fase",
            rule="schoolondersteuningsprofiel",
            party="Scholengemeenschap De Zonnehoek",
            explanation=PROFILE,
            due=date(2027, 2, 1),
            peildatum=None,
            because_of="mr-secretaris",
            asked_role="directeur",
            asked_names=("Directie De Zonnehoek",),
            due_reason="Het document vervalt op maandag 1 februari 2027.",
            answerable=False,
            phase="MR-advies",
            phase_due=date(2026, 12, 11),
        ),
        on=date(2026, 12, 4),
    ),
    "herinnering": a_letter(an_item(step="herinnering-1", template="herinnering", reminder=1), today=date(2026, 9, 24)),
    "te-laat": _to(
        "Zorgteam De Zonnehoek",
        _late(step="te-laat", template="te-laat", announced=_DIRECTOR),
        on=date(2026, 12, 14),
    ),
    "bellen": _to(
        "Consulent Team Zuid",
        _late(step="bellen", template="bellen", because_of="consulent", answerable=False, announced=_DIRECTOR),
        on=date(2026, 12, 16),
    ),
    "escalatie-directeur": _to(
        "Directie De Zonnehoek",
        _late(step="escalatie-1", template="escalatie", because_of="directeur", answerable=False),
        on=_DECEMBER,
    ),
    "escalatie-bestuurder": _to(
        "Bestuur De Regenboog",
        _late(step="escalatie-2", template="escalatie", because_of="bestuurder", answerable=False),
        on=date(2027, 1, 18),
    ),
    "escalatie-bestuurder-bundel": _to(
        "Bestuur De Regenboog",
        _late(step="escalatie-2", template="escalatie", because_of="bestuurder", answerable=False),
        _other_school(late=True, step="escalatie-2", template="escalatie", because_of="bestuurder", answerable=False),
        on=date(2027, 1, 18),
    ),
    "bundel": _to(
        "Administratie De Regenboog",
        an_absence_item(due=date(2026, 12, 18), due_reason="Uitstel tot en met vrijdag 18 december 2026."),
        an_item(
            title="Klopt dit nog? Contactgegevens van uw school",
            task="contactgegevens.2026-2027.16SW03",
            rule="contactgegevens",
            template="herinnering",
            step="herinnering-2",
            reminder=2,
            due=date(2026, 12, 15),
            peildatum=None,
            explanation="",
            due_reason="",
        ),
        an_item(template="te-laat", step="te-laat", late=True),
        on=date(2026, 12, 14),
    ),
    "overgenomen": _to(
        "Jan Visser",
        _left(took_over=_TAKEN),
        _late(took_over=_TAKEN),
        an_item(due=date(2027, 2, 1), took_over=_TAKEN),
        on=date(2027, 1, 18),
    ),
    "samen-met": _to(
        "Consulent Team Zuid",
        an_absence_item(audience="samen_met", template="ter-informatie", because_of="consulent"),
        on=date(2026, 11, 24),
    ),
    "samen-met-scholen": _to(
        "Consulent Team Zuid",
        an_absence_item(
            audience="samen_met",
            template="ter-informatie",
            because_of="consulent",
            task="thuiszitters.2026-2027.december",
            party="3 scholen",
            asked_names=(),
            asked_phones=(),
            members=(
                "De Brug: Zorgteam De Brug",
                "De Kei",
                "Scholengemeenschap De Zonnehoek: Zorgteam De Zonnehoek en Team Zorg",
            ),
        ),
        on=date(2026, 11, 24),
    ),
    "kopie": _to(
        "Controller",
        an_item(
            audience="kopie",
            answerable=False,
            late=True,
            step="escalatie",
            template="ter-informatie",
            because_of="controller",
        ),
        on=date(2026, 10, 9),
    ),
    "uitvraag-te-laat": _to("Zorgteam De Zonnehoek", _late(), on=date(2026, 12, 14)),
    "datum-verzet": _to(
        "Zorgteam De Zonnehoek",
        an_absence_item(
            step="datum-verzet",
            template="datum-verzet",
            due=date(2026, 12, 16),
            was=date(2026, 12, 11),
            moved_why="de studiedag van 11 december",
            due_reason="Uitstel tot en met woensdag 16 december 2026.",
            announced=Announced(date(2026, 12, 29), "directeur"),
        ),
        on=date(2026, 12, 10),
    ),
    "datum-verzet-bundel": _to(
        "Zorgteam De Zonnehoek",
        an_absence_item(
            step="datum-verzet", template="datum-verzet", due=date(2026, 12, 11), was=date(2026, 12, 16), due_reason=""
        ),
        _other_school(
            step="datum-verzet", template="datum-verzet", due=date(2026, 12, 11), was=date(2026, 12, 16), due_reason=""
        ),
        on=date(2026, 12, 10),
    ),
    "datum-verzet-samen": _to(
        "Consulent Team Zuid",
        an_absence_item(
            audience="samen_met",
            step="datum-verzet",
            template="datum-verzet",
            because_of="consulent",
            task="thuiszitters.2026-2027.december",
            party="2 scholen",
            due=date(2026, 12, 11),
            was=date(2026, 12, 16),
            due_reason="",
            asked_names=(),
            asked_phones=(),
            members=("De Kei", "Scholengemeenschap De Zonnehoek: Zorgteam De Zonnehoek"),
        ),
        on=date(2026, 12, 10),
    ),
    "compleet": _to("Controller", _budget("compleet", COUNTED), on=date(2026, 10, 5)),
    "gegevens-gewijzigd": _to(
        "Controller",
        replace(
            _budget("gegevens-gewijzigd", RECOUNTED),
            answerable=False,
            due_reason="",
            members=(
                "Leerlingenaantallen doorgeven, Stichting De Regenboog: de vraag staat weer open, sinds woensdag"
                " 7 oktober 2026",
                "Leerlingenaantallen doorgeven, Stichting Het Kompas: gewijzigd op woensdag 7 oktober 2026",
            ),
        ),
        on=date(2026, 10, 7),
    ),
    "taak-gebruikt": _to("Controller", _budget("taak", RECOUNTED), on=date(2026, 10, 1)),
    "toch-binnen": _to(
        "Directie De Zonnehoek",
        an_absence_item(
            step="toch-binnen", template="toch-binnen", answerable=False, because_of="directeur", due_reason=""
        ),
        on=date(2026, 12, 23),
    ),
    "toch-binnen-bundel": _to(
        "Bestuur De Regenboog",
        an_absence_item(
            step="toch-binnen", template="toch-binnen", answerable=False, because_of="bestuurder", due_reason=""
        ),
        _other_school(
            step="toch-binnen", template="toch-binnen", answerable=False, because_of="bestuurder", due_reason=""
        ),
        on=date(2027, 1, 19),
    ),
    "vastgehouden": _to_bureau(
        Bulletin(
            "vastgehouden",
            3,
            date(2026, 11, 23),
            (
                "1 mail: de stap bericht-2 wacht op vrijgave (sinds maandag 23 november 2026)",
                "2 mails: tegengehouden door het bureau (sinds dinsdag 24 november 2026)",
            ),
        ),
        on=date(2026, 11, 25),
    ),
    "vastgehouden-rem": _to_bureau(
        Bulletin(
            "vastgehouden",
            84,
            date(2026, 11, 24),
            (
                "84 mails: op dinsdag 24 november 2026 kwam er veel meer mail dan het plan voorzag"
                " (sinds dinsdag 24 november 2026)",
            ),
            urgent=True,
        ),
        on=date(2026, 11, 24),
    ),
    "niet-aangekomen": _to_bureau(
        Bulletin(
            "niet-aangekomen",
            2,
            date(2026, 11, 24),
            (
                "Zorgteam De Zonnehoek, zorgteam@dezonnehoek.example (Scholengemeenschap De Zonnehoek): sinds dinsdag "
                "24 november 2026, bericht 12. De reden: De mailserver mail.swv-voorbeeld.example:587 weigert het "
                "adres van de ontvanger (550 5.1.1 User unknown).",
                "Team Zorg, zorg@onderwijs.example (De Brug, De Kei, De Linde en nog 4): sinds dinsdag "
                "24 november 2026, berichten 14 en 31. De reden: De mailserver mail.swv-voorbeeld.example:587 weigert "
                "dit bericht (552 5.2.2 Mailbox full).",
            ),
            doubtful=(
                "bericht 17 aan Directie De Brug, directie@debrug.example: (Dreigend) thuiszittende leerlingen in "
                "beeld, voor 11 december (sinds dinsdag 24 november 2026)",
            ),
            doubts=1,
        ),
        on=date(2026, 11, 25),
    ),
    "niet-aangekomen-onzeker": _to_bureau(
        Bulletin(
            "niet-aangekomen",
            0,
            date(2026, 11, 24),
            doubtful=(
                "bericht 17 aan Directie De Brug, directie@debrug.example: (Dreigend) thuiszittende leerlingen in "
                "beeld, voor 11 december (sinds dinsdag 24 november 2026)",
                "bericht 18 aan zorg@onderwijs.example: 2 vragen, de eerste voor 11 december (sinds dinsdag "
                "24 november 2026)",
            ),
            doubts=2,
        ),
        on=date(2026, 11, 25),
    ),
    "vaststellen": _to_bureau(
        Bulletin("vaststellen", 0, date(2027, 8, 1), schooljaar="2027-2028"), on=date(2027, 6, 1)
    ),
    "vaststellen-begonnen": _to_bureau(
        Bulletin("vaststellen", 0, date(2027, 8, 1), schooljaar="2027-2028", urgent=True), on=date(2027, 8, 2)
    ),
    "uitnodiging": _to_user(Access("uitnodiging", ACCESS_LINK, UNTIL, "Anna de Vries", "consulent")),
    "nieuw-wachtwoord": _to_user(Access("nieuw-wachtwoord", ACCESS_LINK, UNTIL, "", "bureau")),
    "omgeleid": replace(
        _to("Zorgteam De Zonnehoek", an_absence_item(), on=date(2026, 11, 24)),
        redirected="zorgteam@dezonnehoek.example",
    ),
    "bureau": _to(
        "Team jaarplanning",
        an_absence_item(
            asked_names=("Team jaarplanning",),
            fallback="Niemand heeft de rol ondersteuningscoördinator bij Scholengemeenschap De Zonnehoek."
            " Daarom krijgt u dit bericht.",
        ),
        on=date(2026, 11, 24),
    ),
}
