"""The schooljaar 2026-2027 in region noord, worked out by hand for each rule of rules/vo and rules/po.

Nothing here is computed. What every table rests on:

Weekdays: 1 August 2026 is a Saturday, 1 September a Tuesday, 1 October a Thursday, 1 November a Sunday, 1 December a
Tuesday; 1 January 2027 is a Friday, 1 February and 1 March are Mondays, 1 April is a Thursday, 1 May a Saturday,
1 June a Tuesday, 1 July a Thursday, 1 August a Sunday.

Vakanties in noord, first and last day inclusive; each begins on a Saturday and ends on a Sunday:
  2025-2026  herfst 18-26 October, kerst 20 December - 4 January, voorjaar 21 February - 1 March,
             mei 25 April - 3 May, zomer 4 July - 16 August 2026
  2026-2027  herfst 10-18 October, kerst 19 December - 3 January, voorjaar 20-28 February,
             mei 24 April - 2 May, zomer 10 July - 22 August 2027
Public holidays on a weekday, outside these vakanties:
  2026       Goede vrijdag 3 April, Tweede paasdag 6 April, Bevrijdingsdag 5 May, Hemelvaartsdag 14 May,
             Tweede pinksterdag 25 May
  2027       Goede vrijdag 26 March, Tweede paasdag 29 March, Bevrijdingsdag 5 May, Hemelvaartsdag 6 May,
             Tweede pinksterdag 17 May
Koningsdag, 27 April, lies in the meivakantie of both years; Christmas and New Year lie in the kerstvakantie.

What rolls and how: `opent` to the following open day; `uiterlijk` too, but a period's `tot` and a document's `vervalt`
to the preceding one; a step before the rolled `uiterlijk` to the preceding, on or after it to the following. Counting
starts at the rolled `opent` and `uiterlijk`, and at `van`, `tot`, `peildatum` and `vervalt` as they stand. A schooldag
is an open day of the school or bestuur; for the SWV vakanties are no obstacle, as for a werkdag.

In the reasoning "Wed 2 (1)" means: that day is the first one counted.
"""

from dataclasses import replace

from .bureau import BEGROTING_PO, BEGROTING_VO
from .documents import SCHOOLONDERSTEUNINGSPROFIEL
from .gesprekken import BESTUURSGESPREK, STARTGESPREK, VOORTGANGSGESPREK
from .table import DOORLOPEND
from .uitvragen import (
    CONTACTGEGEVENS,
    LEERLINGAANTALLEN_PO,
    LEERLINGAANTALLEN_VO,
    PARAGRAAF_PASSEND_ONDERWIJS,
    SCHOOLGIDS_AANBOD,
    SCHOOLKAART,
    THUISZITTERS_VO,
)

# What both sectors do alike on the same days; the reasoning stands once.
SHARED = {
    "bestuursgesprek": BESTUURSGESPREK,
    "contactgegevens": CONTACTGEGEVENS,
    "doorlopende-gesprekken": DOORLOPEND,
    "doorlopende-reflectie": DOORLOPEND,
    "kritieke-indicatoren": PARAGRAAF_PASSEND_ONDERWIJS,  # the same moments, in one mail
    "paragraaf-passend-onderwijs": PARAGRAAF_PASSEND_ONDERWIJS,
    "schoolkaart": SCHOOLKAART,
    "schoolondersteuningsprofiel": SCHOOLONDERSTEUNINGSPROFIEL,
    "startgesprek": STARTGESPREK,
    "voortgangsgesprek": VOORTGANGSGESPREK,
}
# sector -> rule -> table
TABLES = {
    "vo": SHARED
    | {
        "begroting": BEGROTING_VO,
        "leerlingaantallen": LEERLINGAANTALLEN_VO,
        "thuiszitters": THUISZITTERS_VO,
    },
    "po": SHARED
    | {
        "begroting": BEGROTING_PO,
        "leerlingaantallen": LEERLINGAANTALLEN_PO,
        "schoolgids-aanbod": SCHOOLGIDS_AANBOD,
        # A basisschool asks the intern begeleider; the days are those of the middelbare school.
        "thuiszitters": replace(THUISZITTERS_VO, asked="intern-begeleider"),
    },
}
