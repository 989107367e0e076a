"""What people call the columns of a register."""

from __future__ import annotations

# What people call a column in a list of their own, as letters alone.
CALLED = {
    "besturen": {
        "nummer": "bestuursnummer bestuurnummer nummerbestuur bevoegdgezagnummer bevoegdgezagsnummer bgnummer",
        "naam": "bestuur bestuursnaam naambestuur schoolbestuur bevoegdgezag naambevoegdgezag stichting",
    },
    "scholen": {
        "code": "vestigingscode vestigingsnummer brin brincode brinnummer brin6 brinvestiging schoolcode codeschool",
        "naam": "school schoolnaam naamschool vestiging vestigingsnaam naamvestiging locatie",
        "bestuur": "bevoegdgezag bevoegdgezagnummer bestuursnummer bestuurnummer nummerbestuur schoolbestuur stichting",
        "plaats": "plaatsnaam vestigingsplaats woonplaats",
        "gemeente": "gemeentenaam naamgemeente",
    },
    "contacten": {
        "email": "mail emailadres mailadres adres",
        "naam": "volledigenaam contactpersoon persoon medewerker",
        "telefoon": "tel telefoonnummer telnr mobiel",
    },
    "rollen": {
        "email": "mail emailadres mailadres adres",
        "rol": "functie taak",
        "partij": "school schoolcode vestigingscode bestuur organisatie code",
        "vanaf": "begindatum startdatum",
        "tot": "einddatum totenmet",
    },
    "documenten": {
        "soort": "document soortdocument naam",
        "partij": "school schoolcode vestigingscode bestuur code",
        "vastgesteld_op": "vastgesteld datum vaststelling datumvaststelling vaststellingsdatum",
        "geldig_tot": "geldig geldigtotenmet einddatum",
    },
    "vrije_dagen": {
        "partij": "school schoolcode vestigingscode bestuur code",
        "van": "vanaf begin begindatum startdatum datum",
        "tot": "totenmet einde einddatum",
        "omschrijving": "naam reden",
    },
}
