"""What may stand at a key of a rule, and what is said when it does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from engine.adapters.rulebook.nodes import shown
from engine.core.dutch import capitalised
from engine.core.letter import FRAMES
from engine.core.moment import Moment, MomentError, parse_moment
from engine.core.problem import suggestion
from engine.core.roles import ROLES, the_role
from engine.core.rule import AT_SCHOOLS, ATTENDEES
from engine.core.schooljaar import Schooljaar

NAME = r"^[a-z0-9-]+$"
YEAR = r"^[0-9]{4}-[0-9]{4}$"
# Longer is a typing error: a talk of a day, a document of half a century.
LONGEST_TALK = 24 * 60
LONGEST_VALIDITY = 50
# What lays out a text of more lines.
LAYS_OUT = str.maketrans("\n\t", "  ")


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may name: the roles, and the templates of mail_templates."""

    roles: frozenset[str]
    templates: frozenset[str]


def meant(word: str, known: Iterable[str]) -> str:
    """`, bedoelde u ...?` to put behind what was found, else empty."""
    close = suggestion(word, known)
    return f", bedoelde u `{close}`?" if close else ""


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
    if not text.translate(LAYS_OUT).isprintable():
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


def _addressee(value: str, info: ValidationInfo) -> str:
    """A role, or `directeur van de scholen` with single blanks."""
    words = " ".join(value.split())
    role = words.removesuffix(AT_SCHOOLS)
    return _role(role, info) + words[len(role) :]


def _recipient(value: str, info: ValidationInfo) -> str:
    return value if value == ATTENDEES else _addressee(value, info)


def _schooljaar(value: object) -> Schooljaar:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "text")
    try:
        return Schooljaar.parse(value)
    except ValueError:
        raise wrong(f"{shown(value)} is geen schooljaar", "Schrijf het als 2026-2027.") from None


def _rule_id(value: str) -> str:
    if not re.fullmatch(NAME, value):
        better = re.sub(r"\.(yaml|toml)$", "", value.strip()).partition("@")[0]
        hint = f"Schrijf `{better}`." if re.fullmatch(NAME, better) else "Een regel heet naar zijn bestand."
        raise wrong(f"{shown(value)} is geen naam van een regel", hint)
    return value


def _amount(value: object, unit: str, most: int, example: str) -> int:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "text")
    match = re.fullmatch(rf"([0-9]{{1,9}}) ({unit})", " ".join(value.split()))
    if match is None:
        raise wrong(f"{shown(value)} past hier niet", f"Schrijf een getal en een woord, bijvoorbeeld `{example}`.")
    if not 1 <= int(match[1]) <= most:
        raise wrong(f"{shown(value)} kan niet", f"Kies een getal van 1 tot en met {most}.")
    return int(match[1])


def _minutes(value: object) -> int:
    return _amount(value, "minuten|minuut", LONGEST_TALK, "90 minuten")


def _years(value: object) -> int:
    return _amount(value, "jaar|jaren", LONGEST_VALIDITY, "4 jaar")


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


def _one_or_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


# What an editor may see there: a text like 2026 or 0756 is a number to it, and text to the program.
_TEXT = {"type": ["string", "number"], "title": "Een tekst"}
# Offered to the writer, not demanded: config.toml may add roles. `examples` would fill the screen on hovering.
_ROLES_OFFERED = [{"label": role, "body": role, "description": capitalised(the_role(role))} for role in ROLES]
_ATTENDEES_OFFERED = {"label": ATTENDEES, "body": ATTENDEES, "description": "Wie bij het gesprek zijn"}
_ROLE_TEXT = {
    "type": "string",
    "title": "Een rol",
    "pattern": rf"^[a-z0-9-]+({AT_SCHOOLS})?$",
    "patternErrorMessage": "Schrijf een rol in kleine letters, zoals directeur.",
    "defaultSnippets": _ROLES_OFFERED,
}
_SCHOOLJAAR_TEXT = {
    "type": "string",
    "pattern": YEAR,
    "patternErrorMessage": "Schrijf een schooljaar als 2026-2027.",
}


def _one_or_more(item: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item, "minItems": 1, "title": "Een lijst"}]})


Line = Annotated[str, AfterValidator(_one_line), WithJsonSchema(_TEXT)]
Lines = Annotated[str, AfterValidator(_lines), WithJsonSchema(_TEXT)]
MomentText = Annotated[Moment, PlainValidator(_moment, json_schema_input_type=str)]
SchooljaarText = Annotated[Schooljaar, PlainValidator(_schooljaar), WithJsonSchema(_SCHOOLJAAR_TEXT)]
Minutes = Annotated[int, PlainValidator(_minutes, json_schema_input_type=str)]
Years = Annotated[int, PlainValidator(_years, json_schema_input_type=str)]
Name = Annotated[str, Field(pattern=NAME)]
YearName = Annotated[str, Field(pattern=YEAR)]
RuleId = Annotated[str, AfterValidator(_rule_id), WithJsonSchema({"type": "string", "pattern": NAME})]
Template = Annotated[str, AfterValidator(_template)]
YesNo = Literal["ja", "nee"]
Role = Annotated[str, AfterValidator(_role)]
Addressee = Annotated[str, AfterValidator(_addressee), WithJsonSchema(_ROLE_TEXT)]
Recipient = Annotated[str, AfterValidator(_recipient)]
_ONE_OR_LIST = BeforeValidator(_one_or_list)
_SOME = Field(min_length=1)
Roles = Annotated[tuple[Role, ...], _ONE_OR_LIST, _SOME, _one_or_more(_ROLE_TEXT)]
Addressees = Annotated[tuple[Addressee, ...], _ONE_OR_LIST, _SOME, _one_or_more(_ROLE_TEXT)]
_RECIPIENT_TEXT = _ROLE_TEXT | {"defaultSnippets": [*_ROLES_OFFERED, _ATTENDEES_OFFERED]}
Recipients = Annotated[tuple[Recipient, ...], _ONE_OR_LIST, _SOME, _one_or_more(_RECIPIENT_TEXT)]
_RULE_NAME = {"type": "string", "title": "De naam van een regel", "pattern": NAME}
RuleName = Annotated[str, AfterValidator(_one_line), WithJsonSchema(_RULE_NAME)]
Uses = Annotated[tuple[RuleName, ...], _ONE_OR_LIST, _SOME, _one_or_more(_RULE_NAME)]
Texts = Annotated[tuple[Line, ...], _ONE_OR_LIST, _SOME, _one_or_more(_TEXT)]
