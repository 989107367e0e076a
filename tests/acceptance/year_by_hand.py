"""The schooljaar 2026-2027 worked out by hand, for two rules in three regions. Nothing here is computed.

Weekdays: 1 September 2026 is a Tuesday, 1 October a Thursday, 1 December a Tuesday, 1 January 2027 a Friday,
1 March a Monday, 1 June a Tuesday.

Vakanties, first and last day inclusive:
  zomer 2026   noord until Sunday 16 August, midden until Sunday 30 August, zuid until Sunday 23 August
  herfst       noord 10-18 October, midden and zuid 17-25 October
  kerst        19 December - 3 January, everywhere
  voorjaar     noord and midden 20-28 February, zuid 13-21 February
  mei          24 April - 2 May, everywhere
  zomer 2027   noord from 10 July, midden from 17 July, zuid from 24 July
Public holidays on a weekday: Goede vrijdag 26 March, Tweede paasdag 29 March, Koningsdag 27 April,
Bevrijdingsdag 5 May, Hemelvaartsdag 6 May, Tweede pinksterdag 17 May 2027.

In the reasoning "Wed 2 (1)" means: that day is the first one counted.
"""

# Counted from uiterlijk; the same in every region, because no vakantie in which they differ lies in between.
LEERLINGAANTALLEN = [
    ("herinnering-1", "2026-09-24"),
    ("herinnering-2", "2026-10-01"),
    ("te-laat", "2026-10-02"),
    ("bellen", "2026-10-06"),
    ("escalatie", "2026-10-09"),
]
SEPTEMBER = [
    ("herinnering", "2026-09-08"),
    ("te-laat", "2026-09-14"),
    ("bellen", "2026-09-16"),
    ("escalatie-1", "2026-09-22"),
    ("escalatie-2", "2026-10-02"),
]
DECEMBER = [
    ("herinnering", "2026-12-08"),
    ("te-laat", "2026-12-14"),
    ("bellen", "2026-12-16"),
    ("escalatie-1", "2027-01-05"),
    ("escalatie-2", "2027-01-15"),
]
MAART = [
    ("herinnering", "2027-03-08"),
    ("te-laat", "2027-03-12"),
    ("bellen", "2027-03-16"),
    ("escalatie-1", "2027-03-22"),
    ("escalatie-2", "2027-04-05"),
]
JUNI = [
    ("herinnering", "2027-06-08"),
    ("te-laat", "2027-06-14"),
    ("bellen", "2027-06-16"),
    ("escalatie-1", "2027-06-22"),
    ("escalatie-2", "2027-07-02"),
]

WHY_LEERLINGAANTALLEN = """
Opens two weeks before Thursday 1 October: Thursday 17 September. The summer is over everywhere, so it is open.
Uiterlijk is 1 October itself, a Thursday without holiday.
Five schooldagen before it: Wed 30 (1), Tue 29 (2), Mon 28 (3), Fri 25 (4), Thu 24 September (5).
After it: Fri 2 (1) is te-laat, Mon 5 (2), Tue 6 (3) is bellen, Wed 7 (4), Thu 8 (5), Fri 9 October (6) is
escalatie. In noord that is the last Friday before the herfstvakantie, which begins on Saturday the 10th.
"""
WHY_SEPTEMBER = """
Eight schooldagen after Tuesday 1 September: Wed 2 (1), Thu 3 (2), Fri 4 (3), Mon 7 (4), Tue 8 (5), Wed 9 (6),
Thu 10 (7), Fri 11 September (8) is uiterlijk.
Three before it: Thu 10 (1), Wed 9 (2), Tue 8 (3) is herinnering.
After it: Mon 14 (1) te-laat, Tue 15 (2), Wed 16 (3) bellen, Thu 17 (4), Fri 18 (5), Mon 21 (6), Tue 22 (7)
escalatie-1, Wed 23 (8), Thu 24 (9), Fri 25 (10), Mon 28 (11), Tue 29 (12), Wed 30 (13), Thu 1 October (14),
Fri 2 October (15) escalatie-2.
One week before the peildatum is Tuesday 25 August.
"""
WHY_DECEMBER = """
One week before Tuesday 1 December is Tuesday 24 November: open in every region.
Eight schooldagen after 1 December: Wed 2 (1), Thu 3 (2), Fri 4 (3), Mon 7 (4), Tue 8 (5), Wed 9 (6), Thu 10 (7),
Fri 11 December (8) is uiterlijk. Three before it: Thu 10, Wed 9, Tue 8 is herinnering.
After it: Mon 14 (1) te-laat, Tue 15 (2), Wed 16 (3) bellen, Thu 17 (4), Fri 18 (5). Then the kerstvakantie,
Saturday 19 December to Sunday 3 January: nothing counts. Mon 4 January (6), Tue 5 January (7) escalatie-1,
Wed 6 (8), Thu 7 (9), Fri 8 (10), Mon 11 (11), Tue 12 (12), Wed 13 (13), Thu 14 (14), Fri 15 January (15)
escalatie-2.
"""
WHY_MAART = """
Eight schooldagen after Monday 1 March: Tue 2 (1), Wed 3 (2), Thu 4 (3), Fri 5 (4), Mon 8 (5), Tue 9 (6),
Wed 10 (7), Thu 11 March (8) is uiterlijk. Three before it: Wed 10, Tue 9, Mon 8 is herinnering.
After it: Fri 12 (1) te-laat, Mon 15 (2), Tue 16 (3) bellen, Wed 17 (4), Thu 18 (5), Fri 19 (6), Mon 22 (7)
escalatie-1, Tue 23 (8), Wed 24 (9), Thu 25 (10). Friday 26 is Goede vrijdag and Monday 29 Tweede paasdag:
neither counts. Tue 30 (11), Wed 31 (12), Thu 1 April (13), Fri 2 (14), Mon 5 April (15) escalatie-2.
One week before the peildatum is Monday 22 February.
"""
WHY_JUNI = """
One week before Tuesday 1 June is Tuesday 25 May, eight days after Tweede pinksterdag: open in every region.
Eight schooldagen after 1 June: Wed 2 (1), Thu 3 (2), Fri 4 (3), Mon 7 (4), Tue 8 (5), Wed 9 (6), Thu 10 (7),
Fri 11 June (8) is uiterlijk. Three before it: Thu 10, Wed 9, Tue 8 is herinnering.
After it: Mon 14 (1) te-laat, Tue 15 (2), Wed 16 (3) bellen, Thu 17 (4), Fri 18 (5), Mon 21 (6), Tue 22 (7)
escalatie-1, Wed 23 (8), Thu 24 (9), Fri 25 (10), Mon 28 (11), Tue 29 (12), Wed 30 (13), Thu 1 July (14),
Fri 2 July (15) escalatie-2: eight days before the first summer holiday begins, in noord on 10 July.
"""


def _entry(peildatum, opens, due, ladder, why):
    return {
        "peildatum": peildatum,
        "opens": opens,
        "due": due,
        "steps": [("uitvraag", opens), *ladder],
        "why": why,
    }


# (rule, round, region) -> what the plan must say; ISO dates, steps in the order of the file.
YEAR = {
    ("leerlingaantallen", None, "noord"): _entry(
        "2026-10-01", "2026-09-17", "2026-10-01", LEERLINGAANTALLEN, WHY_LEERLINGAANTALLEN
    ),
    ("leerlingaantallen", None, "midden"): _entry(
        "2026-10-01", "2026-09-17", "2026-10-01", LEERLINGAANTALLEN, WHY_LEERLINGAANTALLEN
    ),
    ("leerlingaantallen", None, "zuid"): _entry(
        "2026-10-01", "2026-09-17", "2026-10-01", LEERLINGAANTALLEN, WHY_LEERLINGAANTALLEN
    ),
    ("thuiszitters", "september", "noord"): _entry(
        "2026-09-01",
        "2026-08-25",
        "2026-09-11",
        SEPTEMBER,
        WHY_SEPTEMBER + "The summer in noord ended on Sunday 16 August, so it opens that Tuesday.",
    ),
    ("thuiszitters", "september", "midden"): _entry(
        "2026-09-01",
        "2026-08-31",
        "2026-09-11",
        SEPTEMBER,
        WHY_SEPTEMBER + "In midden the summer lasts until Sunday 30 August, so it opens on Monday the 31st.",
    ),
    ("thuiszitters", "september", "zuid"): _entry(
        "2026-09-01",
        "2026-08-25",
        "2026-09-11",
        SEPTEMBER,
        WHY_SEPTEMBER + "The summer in zuid ended on Sunday 23 August, so it opens that Tuesday.",
    ),
    ("thuiszitters", "december", "noord"): _entry("2026-12-01", "2026-11-24", "2026-12-11", DECEMBER, WHY_DECEMBER),
    ("thuiszitters", "december", "midden"): _entry("2026-12-01", "2026-11-24", "2026-12-11", DECEMBER, WHY_DECEMBER),
    ("thuiszitters", "december", "zuid"): _entry("2026-12-01", "2026-11-24", "2026-12-11", DECEMBER, WHY_DECEMBER),
    ("thuiszitters", "maart", "noord"): _entry(
        "2027-03-01",
        "2027-03-01",
        "2027-03-11",
        MAART,
        WHY_MAART + "Noord has voorjaarsvakantie until Sunday 28 February, so it opens on 1 March itself.",
    ),
    ("thuiszitters", "maart", "midden"): _entry(
        "2027-03-01",
        "2027-03-01",
        "2027-03-11",
        MAART,
        WHY_MAART + "Midden has voorjaarsvakantie until Sunday 28 February, so it opens on 1 March itself.",
    ),
    ("thuiszitters", "maart", "zuid"): _entry(
        "2027-03-01",
        "2027-02-22",
        "2027-03-11",
        MAART,
        WHY_MAART + "In zuid the voorjaarsvakantie ended on Sunday 21 February, so it opens that Monday.",
    ),
    ("thuiszitters", "juni", "noord"): _entry("2027-06-01", "2027-05-25", "2027-06-11", JUNI, WHY_JUNI),
    ("thuiszitters", "juni", "midden"): _entry("2027-06-01", "2027-05-25", "2027-06-11", JUNI, WHY_JUNI),
    ("thuiszitters", "juni", "zuid"): _entry("2027-06-01", "2027-05-25", "2027-06-11", JUNI, WHY_JUNI),
}
