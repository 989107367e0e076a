"""The rule language: which keys there are, and what may stand there. The one source of keys."""

from __future__ import annotations

import typing
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.adapters.rulebook.nodes import Path
from engine.adapters.rulebook.values import (
    Addressee,
    Addressees,
    Line,
    Lines,
    Minutes,
    MomentText,
    Name,
    Recipients,
    Role,
    Roles,
    RuleId,
    SchooljaarText,
    Template,
    Texts,
    Uses,
    YearName,
    Years,
    YesNo,
    wrong,
)
from engine.core.problem import suggestion
from engine.core.rule import DoneWhen, Kind, Per, Roll

# What the language knows and this program does not do yet: another hint than for a typing error.
LATER_KEYS = frozenset({"formulier", "herhaal"})
# What each soort is, for those who write rules.
KINDS: dict[Kind, str] = {
    "uitvraag": "Een vraag aan scholen of besturen. Zij geven antwoord.",
    "gesprek": "Een gesprek. Wie het plant, krijgt de mails.",
    "document": "Een document dat afloopt en dan nieuw moet. Het register zegt wanneer.",
    "taak": "Werk van het bureau zelf.",
    "mijlpaal": "Een dag die in de jaarplanning staat. Mails mogen, maar hoeven niet.",
    "doorlopend": "Iets dat het hele schooljaar loopt. Er zijn geen taken en geen mails.",
}
# Of more unknown keys the first say enough.
MOST_UNKNOWN = 100


def in_words(title: str, description: str) -> ConfigDict:
    """How an editor names a block and what it says of it, in Dutch."""
    return ConfigDict(title=title, json_schema_extra={"description": description})


class Keys(BaseModel):
    """A block of which all keys are known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SomeKeys(Keys):
    """A block with at least one of its keys."""

    @model_validator(mode="before")
    @classmethod
    def _some(cls, value: object) -> object:
        if value == {}:
            raise wrong("hier staat niets tussen de haakjes", "Vul iets in of haal de sleutel weg.")
        return value


class FilterKeys(SomeKeys):
    """Which parties."""

    model_config = in_words("Filter", "Welke scholen of besturen.")

    gemeente: Texts | None = Field(
        default=None, description="Een gemeente, of een lijst. Een bestuur heeft geen gemeente."
    )
    bestuur: Texts | None = Field(
        default=None, description="Het nummer van een bestuur, of een lijst. Geldt ook voor de scholen van dat bestuur."
    )
    partij: Texts | None = Field(default=None, description="De code van een school of het nummer van een bestuur.")
    kenmerk: Texts | None = Field(default=None, description="Een kenmerk uit het register, of een lijst.")


class ShiftKeys(SomeKeys):
    """What a date on a closed day does."""

    model_config = in_words("Verschuiven", "Wat een datum op een vrije dag doet: volgende, vorige of niet.")

    opent: Roll | None = Field(default=None, description="Zonder deze sleutel: de volgende open dag.")
    uiterlijk: Roll | None = Field(
        default=None, description="Zonder deze sleutel: de volgende open dag. Bij `tot` en bij `vervalt`: de vorige."
    )
    stappen: Roll | None = Field(
        default=None, description="Zonder deze sleutel: voor `uiterlijk` de vorige open dag, daarna de volgende."
    )


class Dates(Keys):
    """The dates of a round."""

    model_config = in_words("Ronde", "De datums van deze ronde.")

    peildatum: MomentText | None = Field(
        default=None,
        description="De dag waarover de vraag gaat. Verschuift nooit.",
        examples=["1 oktober", "1 februari", "laatste dag van februari"],
    )
    opent: MomentText | None = Field(
        default=None,
        description="De dag waarop de taak begint.",
        examples=["1 oktober", "2 weken voor peildatum", "3 schooldagen na zomervakantie"],
    )
    uiterlijk: MomentText | None = Field(
        default=None,
        description="De laatste dag voor een antwoord.",
        examples=["15 november", "8 schooldagen na peildatum", "10 schooldagen na opent"],
    )
    van: MomentText | None = Field(
        default=None,
        description="De eerste dag van een periode. Staat in plaats van `opent`.",
        examples=["1 maart", "eerste schooldag van maart"],
    )
    tot: MomentText | None = Field(
        default=None,
        description="De laatste dag van een periode. Staat in plaats van `uiterlijk`.",
        examples=["31 maart", "laatste schooldag van maart"],
    )


class When(Dates):
    """The dates of a rule; what stands beside `rondes` holds for each round."""

    model_config = in_words("Datums", "De datums van de regel. Wat naast `rondes` staat, geldt voor elke ronde.")

    rondes: dict[Name, Dates] | None = Field(
        default=None,
        min_length=1,
        description="Meer keren per jaar: een naam voor elke ronde, met daarachter de eigen datums.",
    )


class Deviation(SomeKeys, When):
    """What differs from `wanneer` in one schooljaar."""

    model_config = in_words("Afwijking", "Alleen de datums die in dit schooljaar anders zijn.")


class StepKeys(Keys):
    """A rung of the ladder."""

    model_config = in_words("Stap", "Een mail: wanneer die gaat, en naar wie.")

    op: MomentText = Field(
        description="Wanneer de mail gaat.",
        examples=["opent", "3 schooldagen voor uiterlijk", "uiterlijk", "1 schooldag na uiterlijk"],
    )
    aan: Recipients | None = Field(
        default=None,
        description="Wie de mail krijgt: een rol of een lijst. Zonder deze sleutel: de rol van `vraag_aan`.",
    )
    kopie: Recipients | None = Field(default=None, description="Wie een bericht ter informatie krijgt.")
    bericht: Template | None = Field(
        default=None,
        description="Het bestand in mail_templates. Zonder deze sleutel: de naam van de stap zonder nummer.",
    )
    vrijgeven: YesNo = Field(default="nee", description="`ja`: de mail wacht tot het bureau hem vrijgeeft.")
    escalatie: YesNo | None = Field(
        default=None,
        description="`ja`: gaat alleen als de vraag echt is verstuurd. Een stap die escalatie heet, heeft dit al.",
    )


class PhaseKeys(Keys):
    """A stage of the work on a document."""

    model_config = in_words("Fase", "Een stap in het werk aan een document: wanneer die af is, en wie dat doet.")

    uiterlijk: MomentText = Field(
        description="De laatste dag voor deze fase.",
        examples=["16 schoolweken voor uiterlijk", "8 schoolweken voor uiterlijk", "uiterlijk"],
    )
    door: Role = Field(description="De rol die dit doet. Deze rol krijgt een herinnering ervoor en een erna.")


class RuleKeys(Keys):
    """A rule file."""

    model_config = in_words("Regel", "Een regel van de jaarplanning: wat er elk schooljaar gebeurt.")

    titel: Line = Field(description="Zo heet de taak in elke mail.")
    uitleg: Lines = Field(default="", description="Waarom u dit vraagt. De ontvanger leest dit in de mail.")
    soort: Kind = Field(description="Wat voor regel dit is.", json_schema_extra={"enumDescriptions": [*KINDS.values()]})
    per: Per | None = Field(
        default=None, description="Wie een eigen taak krijgt: elke school, elk bestuur of het SWV. Bij een taak: swv."
    )
    alleen: FilterKeys | None = Field(
        default=None, description="Alleen voor scholen of besturen die bij elke genoemde sleutel passen."
    )
    behalve: FilterKeys | None = Field(
        default=None, description="Niet voor scholen of besturen die bij een genoemde sleutel passen."
    )
    vraag_aan: Addressee | None = Field(
        default=None, description="De rol die antwoord geeft. Deze rol krijgt ook de herinneringen."
    )
    samen_met: Roles | None = Field(
        default=None, description="Rollen die de eerste mail meelezen. Zij mogen ook antwoorden."
    )
    geldig_vanaf: SchooljaarText | None = Field(
        default=None, description="Het eerste schooljaar van deze regel, zoals 2026-2027."
    )
    geldig_tot: SchooljaarText | None = Field(
        default=None, description="Het laatste schooljaar van deze regel, zoals 2027-2028. Dat jaar telt mee."
    )
    wanneer: When | None = Field(default=None, description="De datums van de regel.")
    afwijkingen: dict[YearName, Deviation] | None = Field(
        default=None,
        min_length=1,
        description="Wat in één schooljaar anders is dan in `wanneer`: het schooljaar, met dezelfde sleutels erachter.",
    )
    verschuif: ShiftKeys | None = Field(
        default=None, description="Wat een datum op een vrije dag doet, als u iets anders wilt dan gewoon."
    )
    stappen: dict[Name, StepKeys] | None = Field(
        default=None,
        min_length=1,
        description="De mails, in volgorde. Elke stap heeft een eigen naam. "
        "Of `zoals` en een andere regel: dan gelden de stappen van die regel.",
    )
    klaar_als: DoneWhen | None = Field(
        default=None,
        description="`ingediend`: klaar na het antwoord. `goedgekeurd`: klaar als het bureau het goedkeurt. "
        "Bij een gesprek: `gehouden` of `afgesproken`. Zonder deze sleutel: ingediend of gehouden.",
    )
    deelnemers: Addressees | None = Field(default=None, description="De rollen die bij het gesprek zijn.")
    deelnemers_eventueel: Addressees | None = Field(
        default=None, description="Rollen die erbij kunnen zijn. Wie het gesprek plant, kiest."
    )
    duur: Minutes | None = Field(
        default=None, description="Hoe lang het gesprek duurt, zoals 90 minuten.", examples=["90 minuten"]
    )
    agenda: Texts | None = Field(default=None, description="Waar het gesprek over gaat: een lijst.")
    agenda_eventueel: Texts | None = Field(
        default=None, description="Waar het ook over kan gaan. Wie het gesprek plant, kiest."
    )
    document: Line | None = Field(default=None, description="De soort document, zoals in het register.")
    geldigheid: Years | None = Field(
        default=None,
        description="Hoe lang het document geldt, zoals 4 jaar. Telt als `geldig_tot` in het register leeg is.",
        examples=["4 jaar"],
    )
    fasen: dict[Name, PhaseKeys] | None = Field(
        default=None,
        min_length=1,
        description="De stappen naar een nieuwe versie, in volgorde: een naam, met daarachter wanneer en door wie.",
    )
    eerste: MomentText | None = Field(
        default=None,
        description="De dag waarop een school zonder document er een moet hebben.",
        examples=["1 februari", "1 oktober"],
    )
    gebruikt: Uses | None = Field(
        default=None,
        description="Andere regels waarvan deze regel de antwoorden gebruikt: een naam of een lijst. "
        "Een stap kan dan op `compleet` gaan: de dag dat alles binnen is.",
        examples=["leerlingaantallen"],
    )
    heette: RuleId | None = Field(
        default=None,
        description="Zo heette deze regel eerst: de naam van het oude bestand. De taken van toen gaan mee.",
    )


def keys_at(path: Path) -> tuple[str, ...]:
    """The keys that may stand in the block at that path, whatever the soort."""
    model: type[Keys] = RuleKeys
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = _block_in(model.model_fields[part].annotation) or model
    return tuple(model.model_fields)


def meant_by(keys: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Unknown keys by the known key that each was probably meant to be, where that one is absent."""
    keys, known = list(keys), list(known)
    unknown = [key for key in keys if key not in known and key not in LATER_KEYS][:MOST_UNKNOWN]
    found = ((suggestion(key, known), key) for key in unknown)
    return {name: key for name, key in found if name and name not in keys}


def _block_in(annotation: object) -> type[Keys] | None:
    if isinstance(annotation, type) and issubclass(annotation, Keys):
        return annotation
    found = (_block_in(part) for part in typing.get_args(annotation))
    return next((block for block in found if block), None)
