"""What is asked of schools and besturen, by hand."""

from tests.acceptance.year_by_hand import YEAR

from .table import Days, Table


def _of_the_year(rule: str, name: str | None) -> Days:
    """The days that the table of three regions holds for noord."""
    entry = YEAR[rule, name, "noord"]
    return Days(entry["opens"], entry["due"], tuple(entry["steps"]), entry["why"], entry["peildatum"])


THUISZITTERS_VO = Table(
    "uitvraag",
    "school",
    "ondersteuningscoordinator",
    others={"bellen": "consulent", "escalatie-1": "directeur", "escalatie-2": "bestuurder"},
    rounds={name: _of_the_year("thuiszitters", name) for name in ("september", "december", "maart", "juni")},
)

LEERLINGAANTALLEN_VO = Table(
    "uitvraag",
    "bestuur",
    "administratie",
    others={"bellen": "bureau", "escalatie": "bestuurder"},
    rounds={None: _of_the_year("leerlingaantallen", None)},
)

LEERLINGAANTALLEN_PO = Table(
    "uitvraag",
    "bestuur",
    "administratie",
    others={"bellen": "bureau", "escalatie": "bestuurder"},
    rounds={
        None: Days(
            peildatum="2027-02-01",
            opens="2027-01-18",
            due="2027-02-01",
            steps=(
                ("uitvraag", "2027-01-18"),
                ("herinnering-1", "2027-01-25"),
                ("herinnering-2", "2027-02-01"),
                ("te-laat", "2027-02-02"),
                ("bellen", "2027-02-04"),
                ("escalatie", "2027-02-09"),
            ),
            why="""
The peildatum is Monday 1 February, and so is uiterlijk. Two weeks before it: Monday 18 January, open.
Five schooldagen before it: Fri 29 January (1), Thu 28 (2), Wed 27 (3), Tue 26 (4), Mon 25 (5).
The second reminder is on uiterlijk itself.
After it: Tue 2 February (1) te-laat, Wed 3 (2), Thu 4 (3) bellen, Fri 5 (4), Mon 8 (5), Tue 9 (6) escalatie.
""",
        )
    },
)

CONTACTGEGEVENS = Table(
    "uitvraag",
    "school",
    "administratie",
    others={"bellen": "bureau"},
    rounds={
        None: Days(
            opens="2026-08-19",
            due="2026-09-02",
            steps=(
                ("uitvraag", "2026-08-19"),
                ("herinnering", "2026-08-28"),
                ("bellen", "2026-09-07"),
            ),
            why="""
The zomervakantie in which the schooljaar begins ends on Sunday 16 August. After it: Mon 17 (1), Tue 18 (2), Wed 19
August (3): it opens.
Ten schooldagen after the opening: Thu 20 (1), Fri 21 (2), Mon 24 (3), Tue 25 (4), Wed 26 (5), Thu 27 (6), Fri 28 (7),
Mon 31 (8), Tue 1 September (9), Wed 2 September (10) is uiterlijk.
Three before it: Tue 1 (1), Mon 31 (2), Fri 28 August (3).
Three after it: Thu 3 (1), Fri 4 (2), Mon 7 September (3).
""",
        )
    },
)

PARAGRAAF_PASSEND_ONDERWIJS = Table(
    "uitvraag",
    "bestuur",
    "beleid-bestuur",
    others={"bellen": "bureau", "escalatie": "bestuurder"},
    rounds={
        None: Days(
            opens="2027-01-04",
            due="2027-02-01",
            steps=(
                ("uitvraag", "2027-01-04"),
                ("herinnering-1", "2027-01-20"),
                ("herinnering-2", "2027-01-28"),
                ("te-laat", "2027-02-02"),
                ("bellen", "2027-02-04"),
                ("escalatie", "2027-02-11"),
            ),
            why="""
Thursday 31 December lies in the kerstvakantie, which lasts until Sunday 3 January: it opens on Monday 4 January.
Uiterlijk is Monday 1 February, open.
Eight schooldagen before it: Fri 29 January (1), Thu 28 (2), Wed 27 (3), Tue 26 (4), Mon 25 (5), Fri 22 (6), Thu 21 (7),
Wed 20 (8) is the first reminder; Thu 28 (2) is the second.
After it: Tue 2 February (1) te-laat, Wed 3 (2), Thu 4 (3) bellen, Fri 5 (4), Mon 8 (5), Tue 9 (6), Wed 10 (7), Thu 11
February (8) escalatie.
""",
        )
    },
)

SCHOOLKAART = Table(
    "uitvraag",
    "school",
    "consulent",
    rounds={
        None: Days(
            opens="2027-03-01",
            due="2027-03-31",
            steps=(
                ("uitvraag", "2027-03-01"),
                ("herinnering", "2027-03-22"),
                ("te-laat", "2027-04-01"),
            ),
            why="""
A period: it opens on `van`, Monday 1 March, the day after the voorjaarsvakantie, and ends on `tot`, Wednesday 31 March.
Five schooldagen before `tot`: Tue 30 (1); Monday 29 is Tweede paasdag and Friday 26 Goede vrijdag, neither counts;
Thu 25 (2), Wed 24 (3), Tue 23 (4), Mon 22 March (5).
One schooldag after uiterlijk: Thursday 1 April.
""",
        )
    },
)

SCHOOLGIDS_AANBOD = Table(
    "uitvraag",
    "school",
    "directeur",
    others={"bellen": "consulent"},
    rounds={
        None: Days(
            opens="2027-04-01",
            due="2027-06-14",
            steps=(
                ("uitvraag", "2027-04-01"),
                ("herinnering-1", "2027-05-24"),
                ("herinnering-2", "2027-06-07"),
                ("te-laat", "2027-06-15"),
                ("bellen", "2027-06-17"),
            ),
            why="""
Opens on Thursday 1 April, three days after Tweede paasdag: open.
The zomervakantie in which the schooljaar ends begins on Saturday 10 July. Four weeks before it: Saturday 12 June. An
uiterlijk rolls to the following open day: Monday 14 June.
Fifteen schooldagen before that Monday: Fri 11 (1), Thu 10 (2), Wed 9 (3), Tue 8 (4), Mon 7 (5) is the second reminder,
Fri 4 (6), Thu 3 (7), Wed 2 (8), Tue 1 June (9), Mon 31 May (10), Fri 28 (11), Thu 27 (12), Wed 26 (13), Tue 25 (14),
Mon 24 May (15) is the first. Tweede pinksterdag, Monday 17 May, lies before all of these.
After it: Tue 15 (1) te-laat, Wed 16 (2), Thu 17 June (3) bellen.
""",
        )
    },
)
