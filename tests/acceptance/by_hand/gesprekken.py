"""The talks, by hand. What hangs on the appointment has no day before there is one."""

from .table import Days, Table

STARTGESPREK = Table(
    "gesprek",
    "school",
    "consulent",
    others={"voorbereiden": "deelnemers"},
    rounds={
        None: Days(
            opens="2026-08-18",
            due="2026-10-30",
            steps=(
                ("plannen", "2026-08-18"),
                ("plannen-2", "2026-09-01"),
                ("plannen-3", "2026-10-02"),
                ("plannen-4", "2026-10-09"),
                ("voorbereiden", None),
                ("verslag", None),
            ),
            why="""
The zomervakantie in which the schooljaar begins ends on Sunday 16 August. After it: Mon 17 (1), Tue 18 August (2):
planning opens.
The period ends on 31 October, a Saturday. A `tot` rolls to the preceding open day: Friday 30 October.
Two weeks after the opening: Tuesday 1 September, open.
Four weeks before `tot` as it stands, Saturday 31 October: Saturday 3 October. Before uiterlijk, so preceding: Friday
2 October.
Two weeks before it: Saturday 17 October, in the herfstvakantie of 10-18 October. Preceding: Friday 9 October.
""",
        )
    },
)

VOORTGANGSGESPREK = Table(
    "gesprek",
    "school",
    "consulent",
    others={"voorbereiden": "deelnemers"},
    rounds={
        None: Days(
            opens="2026-12-01",
            due="2027-03-31",
            steps=(
                ("plannen", "2026-12-01"),
                ("plannen-2", "2026-12-18"),
                ("plannen-3", "2027-03-03"),
                ("plannen-4", "2027-03-17"),
                ("voorbereiden", None),
                ("verslag", None),
            ),
            why="""
Planning opens on Tuesday 1 December. The period ends on Wednesday 31 March, two days after Tweede paasdag: open.
Four weeks after the opening: Tuesday 29 December, in the kerstvakantie that began on Saturday the 19th. It falls before
uiterlijk, so the preceding open day: Friday 18 December.
Four weeks before `tot`: 31 March less 28 days is Wednesday 3 March. Two weeks: Wednesday 17 March. Both are open.
""",
        )
    },
)

BESTUURSGESPREK = Table(
    "gesprek",
    "bestuur",
    "bureau",
    others={"voorbereiden": "deelnemers"},
    rounds={
        None: Days(
            opens="2026-11-02",
            due="2027-02-19",
            steps=(
                ("plannen", "2026-11-02"),
                ("plannen-2", "2026-11-23"),
                ("plannen-3", "2027-01-29"),
                ("voorbereiden", None),
                ("verslag", None),
            ),
            why="""
1 November is a Sunday: planning opens on Monday 2 November.
`van`, 1 January, is a holiday; nothing hangs on it and it stands.
The period ends on the last day of February: 2027 is no leap year, so Sunday 28 February, the last day of the
voorjaarsvakantie too. A `tot` rolls to the preceding open day: the vakantie began on Saturday the 20th, so Friday
19 February.
Three weeks after the rolled opening: Monday 23 November.
Four weeks before `tot` as it stands: Sunday 28 February less 28 days is Sunday 31 January. It falls before uiterlijk,
so preceding: Friday 29 January.
""",
        )
    },
)
