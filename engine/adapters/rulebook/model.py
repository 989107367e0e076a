"""The rule language: which keys there are, what may stand there, and what is said when it does not fit.

The one source of keys. A key of a later piece of work is a field more.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from engine.adapters.rulebook.nodes import Path, shown
from engine.core.letter import FRAMES
from engine.core.moment import Moment, MomentError, parse_moment
from engine.core.problem import suggestion

NAME = r"^[a-z0-9-]+$"
# What the language knows and this program does not do yet: another message than for a typing error.
LATER_KINDS = ("gesprek", "document", "taak", "mijlpaal", "doorlopend")
LATER_PER = ("swv",)
# A longer word is no typing error of a key; and of more unknown keys the first say enough.
LONGEST_WORD = 40
MOST_UNKNOWN = 100


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may name: the roles, and the templates of mail_templates."""

    roles: frozenset[str]
    templates: frozenset[str]


def meant(word: str, known: Iterable[str]) -> str:
    """`, bedoelde u ...?` to put behind what was found, else empty."""
    close = suggestion(word, known)
    return f", bedoelde u `{close}`?" if close else ""


def meant_by(keys: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Unknown keys by the known key that each was probably meant to be, where that one is absent."""
    keys, known = list(keys), list(known)
    unknown = [key for key in keys if key not in known][:MOST_UNKNOWN]
    found = ((suggestion(key, known), key) for key in unknown)
    return {name: key for name, key in found if name and name not in keys}


def wrong(message: str, hint: str) -> PydanticCustomError:
    """An error that carries its own Dutch message and hint."""
    return PydanticCustomError("dutch", "{message}", {"message": message, "hint": hint})


def _one_line(value: str) -> str:
    text = value.strip()
    if not text.isprintable():
        raise wrong("deze tekst heeft een regeleinde of een onzichtbaar teken", "Schrijf de tekst op één regel.")
    return text


def _lines(value: str) -> str:
    text = value.strip()
    if not all(sign.isprintable() or sign in "\n\t" for sign in text):
        raise wrong("in deze tekst staat een onzichtbaar teken", "Typ de tekst opnieuw.")
    return text


def _moment(value: object) -> Moment:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "text")
    try:
        return parse_moment(value)
    except MomentError as error:
        raise wrong(error.message, error.hint) from None


def _role(value: str, info: ValidationInfo) -> str:
    known = info.context
    if not isinstance(known, Known) or value in known.roles:
        return value
    raise wrong(
        f"de rol {shown(value)} ken ik niet{meant(value, known.roles)}",
        "Kies een rol uit de lijst, of voeg hem in config.toml toe met [rollen.NAAM].",
    )


def _template(value: str, info: ValidationInfo) -> str:
    known = info.context
    if isinstance(known, Known):
        refuse_unknown_template(value, known)
    return value


def refuse_unknown_template(value: str, known: Known) -> None:
    """Raises an error where there is no such mail."""
    names = known.templates - FRAMES
    if value not in names:
        raise wrong(
            f"het bericht {shown(value)} bestaat niet{meant(value, names)}",
            f"Kies een bestand uit mail_templates, of maak mail_templates/{value[:40]}.md.",
        )


def _kind(value: object) -> object:
    if value in LATER_KINDS:
        raise wrong("deze soort kan dit programma nog niet", f"Er stond {shown(str(value))}. Kies uitvraag.")
    return value


def _per(value: object) -> object:
    if value in LATER_PER:
        raise wrong(f"{shown(str(value))} kan dit programma hier nog niet", "Kies school of bestuur.")
    return value


def _one_or_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Line = Annotated[str, AfterValidator(_one_line)]
Lines = Annotated[str, AfterValidator(_lines)]
MomentText = Annotated[Moment, PlainValidator(_moment, json_schema_input_type=str)]
Role = Annotated[str, AfterValidator(_role)]
Roles = Annotated[tuple[Role, ...], BeforeValidator(_one_or_list), Field(min_length=1)]
Name = Annotated[str, Field(pattern=NAME)]
Template = Annotated[str, AfterValidator(_template)]
YesNo = Literal["ja", "nee"]


class Keys(BaseModel):
    """A block of which all keys are known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Dates(Keys):
    """The dates of a round."""

    peildatum: MomentText | None = Field(default=None, description="De dag waarover het gaat.")
    opent: MomentText | None = Field(default=None, description="De dag waarop de taak begint.")
    uiterlijk: MomentText | None = Field(default=None, description="De laatste dag voor een antwoord.")


class When(Dates):
    """The dates of a rule; what stands beside `rondes` holds for each round."""

    rondes: dict[Name, Dates] | None = Field(
        default=None, min_length=1, description="Rondes met een naam, elk met eigen datums."
    )


class StepKeys(Keys):
    """A rung of the ladder."""

    op: MomentText = Field(description="Wanneer de stap gaat.")
    aan: Roles | None = Field(default=None, description="Wie de mail krijgt. Anders: vraag_aan.")
    kopie: Roles | None = Field(default=None, description="Wie de mail ter informatie krijgt.")
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
    soort: Annotated[Literal["uitvraag"], BeforeValidator(_kind)] = Field(description="Wat voor regel dit is.")
    per: Annotated[Literal["school", "bestuur"], BeforeValidator(_per)] = Field(
        description="Wie elk een eigen taak krijgt."
    )
    vraag_aan: Role = Field(description="De rol die antwoord geeft.")
    samen_met: Roles | None = Field(default=None, description="Rollen die meelezen en ook mogen antwoorden.")
    wanneer: When = Field(description="De datums.")
    stappen: dict[Name, StepKeys] = Field(min_length=1, description="De mails, in volgorde.")
    klaar_als: Literal["ingediend", "goedgekeurd"] = Field(default="ingediend", description="Wanneer de taak klaar is.")


def keys_at(path: Path) -> tuple[str, ...]:
    """The keys that may stand in the block at that path."""
    model: type[Keys] = RuleKeys
    for part in path:
        if isinstance(part, str) and part in model.model_fields:
            model = _block_in(model.model_fields[part].annotation) or model
    return tuple(model.model_fields)


def _block_in(annotation: object) -> type[Keys] | None:
    if isinstance(annotation, type) and issubclass(annotation, Keys):
        return annotation
    found = (_block_in(part) for part in typing.get_args(annotation))
    return next((block for block in found if block), None)
