"""The work of the bureau itself, by hand. Its party is the SWV, which no schoolvakantie closes."""

from .table import Days, Table

BEGROTING_VO = Table(
    "taak",
    "swv",
    "controller",
    rounds={
        None: Days(
            opens="2026-10-01",
            due="2026-11-02",
            steps=(
                ("uitvraag", "2026-10-01"),
                ("herinnering", "2026-10-19"),
                ("te-laat", "2026-11-03"),
                ("compleet", None),
            ),
            why="""
Opens on Thursday 1 October, a day without holiday.
1 November is a Sunday: uiterlijk becomes the following open day, Monday 2 November.
Ten werkdagen before that Monday (not before the 1st: an offset is counted from the rolled day): Fri 30 October (1),
Thu 29 (2), Wed 28 (3), Tue 27 (4), Mon 26 (5), Fri 23 (6), Thu 22 (7), Wed 21 (8), Tue 20 (9), Mon 19 (10). The
herfstvakantie lasts until Sunday the 18th, and would count for a werkdag anyhow.
One werkdag after it: Tuesday 3 November. Nobody answered yet, so compleet has no day.
""",
        )
    },
)

BEGROTING_PO = Table(
    "taak",
    "swv",
    "controller",
    rounds={
        None: Days(
            opens="2027-02-01",
            due="2027-03-01",
            steps=(
                ("uitvraag", "2027-02-01"),
                ("herinnering", "2027-02-15"),
                ("te-laat", "2027-03-02"),
                ("compleet", None),
            ),
            why="""
Opens on Monday 1 February; uiterlijk is Monday 1 March. Neither is a holiday.
Ten werkdagen before it: Fri 26 February (1), Thu 25 (2), Wed 24 (3), Tue 23 (4), Mon 22 (5), Fri 19 (6), Thu 18 (7),
Wed 17 (8), Tue 16 (9), Mon 15 (10). The voorjaarsvakantie, 20-28 February, counts: a werkdag knows no vakantie.
One werkdag after it: Tuesday 2 March. Nobody answered yet, so compleet has no day.
""",
        )
    },
)
