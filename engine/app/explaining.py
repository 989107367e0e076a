"""explain RULE, for the verb and the page: with the register there is, or a made-up school where there is none."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.app.checking import made_up_people
from engine.app.means import Means
from engine.core.chain_notes import chain_notes
from engine.core.explain_rule import explain_rule
from engine.core.planning import is_valid
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.store.register import is_empty


def explained(
    connection: Connection,
    means: Means,
    rules: Sequence[Rule],
    asked: Rule,
    schooljaar: Schooljaar,
    *,
    on_page: bool = False,
) -> list[str]:
    """The lines about a rule among all `rules`, as it is in the schooljaar; `on_page` as in `explain_rule`."""
    versions = [rule for rule in rules if rule.id == asked.id]
    register, calendars = means.people(connection)
    if is_empty(connection):
        register, calendars = made_up_people(means)
    titles = {rule.id: rule.title for rule in rules if is_valid(rule, schooljaar)}
    region = means.settings.region
    found = next((rule for rule in versions if is_valid(rule, schooljaar)), asked)
    clashing = [one for one in chain_notes(rules, register, calendars, [schooljaar]) if one.file == found.file]
    return list(
        explain_rule(
            versions,
            schooljaar,
            register,
            calendars,
            region=region,
            on_page=on_page,
            titles=titles,
            clashing=clashing,
        )
    )


def year_in_which_it_holds(asked: Rule, schooljaar: Schooljaar) -> Schooljaar:
    """The schooljaar, or where this version does not hold in it one in which it does."""
    return schooljaar if is_valid(asked, schooljaar) else asked.valid_from or asked.valid_to or schooljaar
