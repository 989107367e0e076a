"""Each schoolondersteuningsprofiel of the register by hand: it opens six months before it expires.

The sheet stands here beside its table. `vervalt` is vastgesteld_op plus four years, the same day, where there is no
geldig_tot. Uiterlijk is the last open day on or before `vervalt`. The six months are counted back from `vervalt` as it
stands, the months and weeks of the reminders from the rolled uiterlijk; months clamp to the end of a shorter month.
The schooldagen after the end are counted from the rolled uiterlijk.
"""

from .table import Days, Table

# One school each. Of 19JJ00 there is none.
DOCUMENTEN = """\
soort;partij;vastgesteld_op;versie;geldig_tot
schoolondersteuningsprofiel;10AA00;2019-03-11;;
schoolondersteuningsprofiel;10AA00;2023-03-10;;
schoolondersteuningsprofiel;11BB00;2023-06-05;;
schoolondersteuningsprofiel;12CC00;2022-12-29;3;
schoolondersteuningsprofiel;13DD00;2022-08-31;;
schoolondersteuningsprofiel;14EE00;2023-06-30;;
schoolondersteuningsprofiel;15FF00;2022-05-20;;
schoolondersteuningsprofiel;16GG00;2024-02-29;;2027-01-01
schoolondersteuningsprofiel;17HH00;2023-07-31;;
schoolondersteuningsprofiel;18II00;2024-02-29;;
schoolondersteuningsprofiel;20KK00;2022-08-01;;
schoolondersteuningsprofiel;21LL00;2022-11-16;;
schoolondersteuningsprofiel;21LL00;2026-06-15;;
"""

# Two schools beside 19JJ00 have no task: 18II00 was set on 29 February 2024, and four years on that day exists again:
# 29 February 2028, in schooljaar 2027-2028 (four years never clamp before 2100). 21LL00 would have expired on
# 16 November 2026, but has a newer version that holds until 15 June 2030.

SCHOOLONDERSTEUNINGSPROFIEL = Table(
    "document",
    "document",
    "directeur",
    others={"bellen": "consulent", "escalatie": "bestuurder"},
    rounds={
        "v2.10AA00": Days(
            expires="2027-03-10",
            opens="2026-09-10",
            due="2027-03-10",
            steps=(
                ("uitvraag", "2026-09-10"),
                ("herinnering-1", "2026-11-10"),
                ("herinnering-2", "2027-01-27"),
                ("herinnering-3", "2027-02-19"),
                ("te-laat", "2027-03-11"),
                ("bellen", "2027-03-15"),
                ("escalatie", "2027-03-24"),
            ),
            why="""
The second version counts, the first only gave it its number. Set on 10 March 2023, it expires on Wednesday 10 March
2027, a schooldag.
Six months before: Thursday 10 September. Four: Tuesday 10 November. Six weeks, 42 days: Wednesday 27 January.
Two weeks: Wednesday 24 February, in the voorjaarsvakantie of 20-28 February; preceding: Friday 19 February.
After it: Thu 11 (1) te-laat, Fri 12 (2), Mon 15 (3) bellen, Tue 16 (4), Wed 17 (5), Thu 18 (6), Fri 19 (7), Mon 22 (8),
Tue 23 (9), Wed 24 March (10) escalatie, two days before Goede vrijdag.
""",
        ),
        "v1.11BB00": Days(
            expires="2027-06-05",
            opens="2026-12-07",
            due="2027-06-04",
            steps=(
                ("uitvraag", "2026-12-07"),
                ("herinnering-1", "2027-02-04"),
                ("herinnering-2", "2027-04-23"),
                ("herinnering-3", "2027-05-21"),
                ("te-laat", "2027-06-07"),
                ("bellen", "2027-06-09"),
                ("escalatie", "2027-06-18"),
            ),
            why="""
Expires on 5 June 2027, a Saturday: uiterlijk is the preceding Friday, 4 June.
Six months before the 5th: Saturday 5 December; it opens on the following Monday, 7 December.
Four months before Friday 4 June: Thursday 4 February, open.
Six weeks: 42 days before 4 June is Friday 23 April, the last day before the meivakantie. Two weeks: Friday 21 May.
After Friday 4 June: Mon 7 (1) te-laat, Tue 8 (2), Wed 9 (3) bellen, Thu 10 (4), Fri 11 (5), Mon 14 (6), Tue 15 (7),
Wed 16 (8), Thu 17 (9), Fri 18 June (10) escalatie.
""",
        ),
        "v3.12CC00": Days(
            expires="2026-12-29",
            opens="2026-06-29",
            due="2026-12-18",
            steps=(
                ("uitvraag", "2026-06-29"),
                ("herinnering-1", "2026-08-18"),
                ("herinnering-2", "2026-11-06"),
                ("herinnering-3", "2026-12-04"),
                ("te-laat", "2027-01-04"),
                ("bellen", "2027-01-06"),
                ("escalatie", "2027-01-15"),
            ),
            why="""
The register calls it version 3. Expires on Tuesday 29 December 2026, in the kerstvakantie that began on Saturday the
19th: uiterlijk is Friday 18 December.
Six months before the 29th: Monday 29 June 2026, in the schooljaar before, five days before its zomervakantie: open.
Four months before Friday 18 December: Tuesday 18 August, the second schooldag. Six weeks, 42 days: Friday 6 November.
Two weeks: Friday 4 December.
After Friday 18 December the kerstvakantie lasts until Sunday 3 January: Mon 4 January (1) te-laat, Tue 5 (2), Wed 6 (3)
bellen, Thu 7 (4), Fri 8 (5), Mon 11 (6), Tue 12 (7), Wed 13 (8), Thu 14 (9), Fri 15 January (10) escalatie.
""",
        ),
        "v1.13DD00": Days(
            expires="2026-08-31",
            opens="2026-03-02",
            due="2026-08-31",
            steps=(
                ("uitvraag", "2026-03-02"),
                ("herinnering-1", "2026-04-24"),
                ("herinnering-2", "2026-07-03"),
                ("herinnering-3", "2026-08-17"),
                ("te-laat", "2026-09-01"),
                ("bellen", "2026-09-03"),
                ("escalatie", "2026-09-14"),
            ),
            why="""
Expires on Monday 31 August 2026, two weeks after the zomervakantie: open.
Six months before: there is no 31 February, so it clamps to Saturday 28 February 2026, in the voorjaarsvakantie of
21 February - 1 March; it opens on Monday 2 March.
Four months: no 31 April, so Thursday 30 April, in the meivakantie of 25 April - 3 May; preceding: Friday 24 April.
Six weeks: 42 days before 31 August is Monday 20 July, in the zomervakantie that began on Saturday the 4th; preceding:
Friday 3 July. Two weeks: Monday 17 August, the first schooldag.
After it: Tue 1 September (1) te-laat, Wed 2 (2), Thu 3 (3) bellen, Fri 4 (4), Mon 7 (5), Tue 8 (6), Wed 9 (7),
Thu 10 (8), Fri 11 (9), Mon 14 September (10) escalatie.
""",
        ),
        "v1.14EE00": Days(
            expires="2027-06-30",
            opens="2027-01-04",
            due="2027-06-30",
            steps=(
                ("uitvraag", "2027-01-04"),
                ("herinnering-1", "2027-02-19"),
                ("herinnering-2", "2027-05-19"),
                ("herinnering-3", "2027-06-16"),
                ("te-laat", "2027-07-01"),
                ("bellen", "2027-07-05"),
                ("escalatie", "2027-08-25"),
            ),
            why="""
Expires on Wednesday 30 June 2027, open.
Six months before: Wednesday 30 December, in the kerstvakantie; it opens on Monday 4 January.
Four months: there is no 30 February, so it clamps to 28 February, a Sunday and the last day of the voorjaarsvakantie;
preceding: Friday 19 February.
Six weeks, 42 days: Wednesday 19 May, two days after Tweede pinksterdag. Two weeks: Wednesday 16 June.
After it: Thu 1 July (1) te-laat, Fri 2 (2), Mon 5 (3) bellen, Tue 6 (4), Wed 7 (5), Thu 8 (6), Fri 9 (7); then the
zomervakantie, 10 July - 22 August; Mon 23 August (8), Tue 24 (9), Wed 25 August (10) escalatie. That is in the next
schooljaar; the key and the schooljaar stay.
""",
        ),
        "v1.15FF00": Days(
            schooljaar="2025-2026",
            expires="2026-05-20",
            opens="2025-11-20",
            due="2026-05-20",
            steps=(
                ("uitvraag", "2025-11-20"),
                ("herinnering-1", "2026-01-20"),
                ("herinnering-2", "2026-04-08"),
                ("herinnering-3", "2026-05-06"),
                ("te-laat", "2026-05-21"),
                ("bellen", "2026-05-26"),
                ("escalatie", "2026-06-04"),
            ),
            why="""
Expired on Wednesday 20 May 2026, in the schooljaar before; nothing newer came, so the plan still lists it, under the
schooljaar in which it expired.
Six months before: Thursday 20 November 2025. Four: Tuesday 20 January. Six weeks, 42 days: Wednesday 8 April, two days
after Tweede paasdag. Two weeks: Wednesday 6 May, the day after Bevrijdingsdag. All are open.
After it: Thu 21 (1) te-laat, Fri 22 (2); Monday 25 is Tweede pinksterdag; Tue 26 (3) bellen, Wed 27 (4), Thu 28 (5),
Fri 29 (6), Mon 1 June (7), Tue 2 (8), Wed 3 (9), Thu 4 June (10) escalatie.
""",
        ),
        "v1.16GG00": Days(
            expires="2027-01-01",
            opens="2026-07-01",
            due="2026-12-18",
            steps=(
                ("uitvraag", "2026-07-01"),
                ("herinnering-1", "2026-08-18"),
                ("herinnering-2", "2026-11-06"),
                ("herinnering-3", "2026-12-04"),
                ("te-laat", "2027-01-04"),
                ("bellen", "2027-01-06"),
                ("escalatie", "2027-01-15"),
            ),
            why="""
Set on 29 February 2024, but the register's geldig_tot wins: it expires on Friday 1 January 2027, a holiday in the
kerstvakantie. Uiterlijk is the last open day before: Friday 18 December.
Six months before 1 January: Wednesday 1 July 2026, three days before the zomervakantie: open.
Four months before Friday 18 December: Tuesday 18 August. Six weeks, 42 days: Friday 6 November. Two weeks: Friday
4 December.
After it, past the kerstvakantie: Mon 4 January (1) te-laat, Tue 5 (2), Wed 6 (3) bellen, Thu 7 (4), Fri 8 (5),
Mon 11 (6), Tue 12 (7), Wed 13 (8), Thu 14 (9), Fri 15 January (10) escalatie.
""",
        ),
        "v1.17HH00": Days(
            expires="2027-07-31",
            opens="2027-02-01",
            due="2027-07-09",
            steps=(
                ("uitvraag", "2027-02-01"),
                ("herinnering-1", "2027-03-09"),
                ("herinnering-2", "2027-05-28"),
                ("herinnering-3", "2027-06-25"),
                ("te-laat", "2027-08-23"),
                ("bellen", "2027-08-25"),
                ("escalatie", "2027-09-03"),
            ),
            why="""
Expires on the last day of the schooljaar, Saturday 31 July 2027, in the zomervakantie that begins on Saturday 10 July:
uiterlijk is Friday 9 July.
Six months before the 31st: Sunday 31 January; it opens on Monday 1 February.
Four months before Friday 9 July: Tuesday 9 March. Six weeks, 42 days: Friday 28 May. Two weeks: Friday 25 June.
After Friday 9 July: Mon 23 August (1) te-laat, Tue 24 (2), Wed 25 (3) bellen, Thu 26 (4), Fri 27 (5), Mon 30 (6),
Tue 31 (7), Wed 1 September (8), Thu 2 (9), Fri 3 September (10) escalatie.
""",
        ),
        "v1.20KK00": Days(
            expires="2026-08-01",
            opens="2026-02-02",
            due="2026-07-03",
            steps=(
                ("uitvraag", "2026-02-02"),
                ("herinnering-1", "2026-03-03"),
                ("herinnering-2", "2026-05-22"),
                ("herinnering-3", "2026-06-19"),
                ("te-laat", "2026-08-17"),
                ("bellen", "2026-08-19"),
                ("escalatie", "2026-08-28"),
            ),
            why="""
Expires on the first day of the schooljaar, Saturday 1 August 2026, in the zomervakantie of 4 July - 16 August:
uiterlijk is Friday 3 July, in the schooljaar before.
Six months before the 1st: Sunday 1 February; it opens on Monday 2 February.
Four months before Friday 3 July: Tuesday 3 March, the second day after the voorjaarsvakantie. Six weeks, 42 days:
Friday 22 May, before the weekend of Pinksteren. Two weeks: Friday 19 June.
After Friday 3 July: Mon 17 August (1) te-laat, Tue 18 (2), Wed 19 (3) bellen, Thu 20 (4), Fri 21 (5), Mon 24 (6),
Tue 25 (7), Wed 26 (8), Thu 27 (9), Fri 28 August (10) escalatie.
""",
        ),
    },
)
