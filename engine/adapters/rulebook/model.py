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
    Roles,
    SchooljaarText,
    Template,
    Texts,
    Years,
    YesNo,
    wrong,
)
from engine.core.problem import suggestion
from engine.core.rule import DoneWhen, Kind, Per, Roll

# What the language knows and this program does not do yet: another hint than for a typing error.
LATER_KEYS = frozenset({"fasen", "eerste", "formulier", "herhaal", "gebruikt", "afwijkingen", "heette"})
# Of more unknown keys the first say enough.
MOST_UNKNOWN = 100


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

    gemeente: Texts | None = Field(default=None, description="Een gemeente, of een lijst van gemeenten.")
    bestuur: Texts | None = Field(default=None, description="Het nummer van een bestuur, of een lijst.")
    partij: Texts | None = Field(default=None, description="De code van een school of bestuur, of een lijst.")
    kenmerk: Texts | None = Field(default=None, description="Een kenmerk uit het register, of een lijst.")


class ShiftKeys(SomeKeys):
    """What a date on a closed day does."""

    opent: Roll | None = Field(default=None, description="Wat `opent` doet op een vrije dag.")
    uiterlijk: Roll | None = Field(default=None, description="Wat `uiterlijk` doet op een vrije dag.")
    stappen: Roll | None = Field(default=None, description="Wat elke stap doet op een vrije dag.")


class Dates(Keys):
    """The dates of a round."""

    peildatum: MomentText | None = Field(default=None, description="De dag waarover het gaat. Schuift nooit.")
    opent: MomentText | None = Field(default=None, description="De dag waarop de taak begint.")
    uiterlijk: MomentText | None = Field(default=None, description="De laatste dag voor een antwoord.")
    van: MomentText | None = Field(default=None, description="De eerste dag van een periode.")
    tot: MomentText | None = Field(default=None, description="De laatste dag van een periode.")


class When(Dates):
    """The dates of a rule; what stands beside `rondes` holds for each round."""

    rondes: dict[Name, Dates] | None = Field(
        default=None, min_length=1, description="Rondes met een naam, elk met eigen datums."
    )


class StepKeys(Keys):
    """A rung of the ladder."""

    op: MomentText = Field(description="Wanneer de stap gaat.")
    aan: Recipients | None = Field(default=None, description="Wie de mail krijgt. Anders: vraag_aan.")
    kopie: Recipients | None = Field(default=None, description="Wie de mail ter informatie krijgt.")
    bericht: Template | None = Field(
        default=None, description="Het bestand in mail_templates. Anders: de naam van de stap zonder nummer."
    )
    vrijgeven: YesNo = Field(default="nee", description="Of het bureau de mail eerst vrijgeeft.")
    escalatie: YesNo | None = Field(
        default=None, description="Of dit een escalatie is. Anders: ja als de stap escalatie heet."
    )


class RuleKeys(Keys):
    """A rule file."""

    titel: Line = Field(description="De naam van de regel, zoals scholen die lezen.")
    uitleg: Lines = Field(default="", description="Waarom dit wordt gevraagd.")
    soort: Kind = Field(description="Wat voor regel dit is.")
    per: Per | None = Field(default=None, description="Wie elk een eigen taak krijgt. Bij een taak anders: swv.")
    alleen: FilterKeys | None = Field(default=None, description="Alleen voor deze scholen of besturen.")
    behalve: FilterKeys | None = Field(default=None, description="Niet voor deze scholen of besturen.")
    vraag_aan: Addressee | None = Field(default=None, description="De rol die antwoord geeft.")
    samen_met: Roles | None = Field(default=None, description="Rollen die meelezen en ook mogen antwoorden.")
    geldig_vanaf: SchooljaarText | None = Field(default=None, description="Het eerste schooljaar, zoals 2026-2027.")
    geldig_tot: SchooljaarText | None = Field(default=None, description="Het laatste schooljaar, zoals 2027-2028.")
    wanneer: When | None = Field(default=None, description="De datums.")
    verschuif: ShiftKeys | None = Field(default=None, description="Wat een datum op een vrije dag doet.")
    stappen: dict[Name, StepKeys] | None = Field(default=None, min_length=1, description="De mails, in volgorde.")
    klaar_als: DoneWhen | None = Field(default=None, description="Wanneer de taak klaar is.")
    deelnemers: Addressees | None = Field(default=None, description="Wie bij het gesprek zijn.")
    deelnemers_eventueel: Addressees | None = Field(default=None, description="Wie er bij kunnen zijn.")
    duur: Minutes | None = Field(default=None, description="Hoe lang het gesprek duurt, zoals 90 minuten.")
    agenda: Texts | None = Field(default=None, description="Waar het gesprek over gaat.")
    agenda_eventueel: Texts | None = Field(default=None, description="Waar het gesprek ook over kan gaan.")
    document: Line | None = Field(default=None, description="De soort document, zoals in het register.")
    geldigheid: Years | None = Field(default=None, description="Hoe lang het document geldt, zoals 4 jaar.")


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
