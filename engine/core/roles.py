"""The roles people have, and how a reader knows them."""

from __future__ import annotations

BUREAU = "bureau"
CONSULENT = "consulent"
SCHOOL_ROLES = (
    "bestuurder",
    "directeur",
    "teamleider",
    "administratie",
    "beleid-bestuur",
    "ondersteuningscoordinator",
    "intern-begeleider",
    "ondersteuningsteam",
    "mr-secretaris",
)
BESTUUR_ROLES = ("bestuurder", "beleid-bestuur")  # of those, at a bestuur more often than at a school
OUTSIDE_ROLES = ("leerplichtambtenaar", "gemeente", "kernpartner")
SWV_ROLES = (BUREAU, "controller", "beleid-swv", "directeur-swv", "opr-secretaris", "toezichthouder")
ROLES = (*SCHOOL_ROLES, CONSULENT, *OUTSIDE_ROLES, *SWV_ROLES)

_ROLES = {
    "administratie": ("de", "administratie"),
    "beleid-bestuur": ("de", "beleidsmedewerker van het bestuur"),
    "ondersteuningscoordinator": ("de", "ondersteuningscoördinator"),
    "intern-begeleider": ("de", "intern begeleider"),
    "ondersteuningsteam": ("het", "ondersteuningsteam"),
    "mr-secretaris": ("de", "secretaris van de MR"),
    "bureau": ("het", "bureau"),
    "beleid-swv": ("de", "beleidsmedewerker van het samenwerkingsverband"),
    "directeur-swv": ("de", "directeur van het samenwerkingsverband"),
    "opr-secretaris": ("de", "secretaris van de OPR"),
}


def role_word(role: str) -> str:
    """`ondersteuningscoördinator` for `ondersteuningscoordinator`; an unknown role as it is, with blanks."""
    return _ROLES.get(role, ("de", role.replace("-", " ")))[1]


def the_role(role: str) -> str:
    """`de directeur`, `het bureau`."""
    return f"{_ROLES.get(role, ('de', ''))[0]} {role_word(role)}"
