"""Documents become tasks: the newest version of each party, in the schooljaar in which it expires."""

from dataclasses import replace
from datetime import date

import pytest

from engine.core.documents import newest_documents, numbered
from engine.core.moment import parse_moment
from engine.core.planning import difference
from engine.core.rule import Round
from engine.core.schooljaar import Schooljaar
from engine.core.sheets import DocumentRow
from tests.core.yearplan import YEAR, a_register, a_rule, a_school, a_step, a_store, stored, tasks

WHEN = Round(None, None, parse_moment("6 maanden voor vervalt"), parse_moment("vervalt"))
RULE = a_rule(
    "sop", rounds=(WHEN,), steps=(a_step("uitvraag", "opent"),), kind="document", document="SOP", validity_years=4
)


def a_document(adopted_on: date, version="", party="16SW03", valid_until=None, kind="SOP") -> DocumentRow:
    return DocumentRow(kind, party, adopted_on, version, valid_until)


def planned(*rows: DocumentRow, rule=RULE, schooljaren=(YEAR,), extended=None):
    register = replace(a_register(a_school("16SW03")), documents=rows)
    return tasks(rule, register=register, schooljaren=schooljaren, extended=extended)


def keys(*rows: DocumentRow, **options):
    return [task.key for task in planned(*rows, **options)]


V2 = a_document(date(2018, 11, 4), "v2")
V3 = a_document(date(2022, 11, 4), "v3")


def test_a_document_that_expires_makes_a_task_by_its_version():
    assert keys(V3) == ["sop.v3.16SW03"]


def test_a_document_expires_on_the_same_day_after_its_validity():
    (task,) = planned(V3)
    assert (task.expires, task.due, task.opens) == (date(2026, 11, 4), date(2026, 11, 4), date(2026, 5, 4))


def test_the_end_in_the_register_wins_over_the_validity():
    (task,) = planned(replace(V3, valid_until=date(2027, 1, 14)))
    assert task.expires == date(2027, 1, 14)


def test_only_the_newest_version_makes_a_task():
    assert keys(V3, replace(V2, valid_until=date(2026, 12, 1))) == ["sop.v3.16SW03"]


def test_another_kind_of_document_makes_no_task():
    assert keys(replace(V3, kind="schoolgids")) == []


def test_the_kind_and_the_party_are_found_without_regard_to_case():
    assert keys(replace(V3, kind="sop", party="16sw03")) == ["sop.v3.16SW03"]


def test_a_party_without_the_document_has_no_task():
    assert keys() == []


def test_the_schooljaar_is_the_one_in_which_the_document_expires():
    (task,) = planned(V3, schooljaren=(YEAR, YEAR.next))
    assert task.schooljaar == "2026-2027"


def test_a_document_that_expires_later_is_not_planned_yet():
    assert keys(a_document(date(2024, 11, 4), "v4")) == []


def test_a_document_that_expired_before_is_planned_along():
    (task,) = planned(V2)
    assert (task.key, task.schooljaar) == ("sop.v2.16SW03", "2022-2023")


def test_a_document_rule_that_is_not_valid_yet_makes_no_task():
    assert keys(V3, rule=replace(RULE, valid_from=Schooljaar(2027))) == []


def test_an_extended_document_is_planned_with_its_extension():
    (task,) = planned(V3, extended={"sop.v3.16SW03": date(2026, 11, 20)})
    assert task.due == date(2026, 11, 20)


def test_a_newer_version_lapses_the_task_of_the_older_one():
    (old,) = planned(V2)
    (change,) = difference(planned(V2, a_document(date(2025, 1, 9), "v3")), a_store(stored(old, "open")), (YEAR,))
    assert (change.kind, change.task.key) == ("lapse", "sop.v2.16SW03")


def test_a_document_of_a_later_schooljaar_is_left_alone():
    (later,) = planned(a_document(date(2024, 11, 4), "v4"), schooljaren=(Schooljaar(2028),))
    assert difference((), a_store(stored(later)), (YEAR,)) == ()


def test_versions_are_numbered_by_the_day_of_adoption():
    rows = (a_document(date(2022, 1, 1)), a_document(date(2018, 1, 1)), a_document(date(2014, 1, 1), "v3"))
    assert [row.version for row in numbered(rows)] == ["v5", "v4", "v3"]


def test_numbering_twice_changes_nothing():
    rows = numbered((a_document(date(2022, 1, 1)), a_document(date(2018, 1, 1))))
    assert numbered(rows) == rows


def test_each_party_has_its_own_numbers():
    rows = (a_document(date(2022, 1, 1)), a_document(date(2022, 1, 1), party="16SW04"))
    assert [row.version for row in numbered(rows)] == ["v1", "v1"]


def test_a_document_without_any_end_is_a_fault():
    with pytest.raises(ValueError, match="no end"):
        newest_documents([V3], "SOP")["16sw03"].expires(None)


def test_documents_that_expire_on_one_day_share_their_dates():
    """Documents that end on one day on one calendar are dated once; another day or calendar is dated anew."""
    schools = a_register(*(a_school(school) for school in ("16SW03", "16SW04", "16SW05", "Z1")))
    rows = [a_document(date(2022, 11, 4), "3", party) for party in ("16SW03", "16SW04", "Z1")]
    rows.append(a_document(date(2022, 11, 5), "3", "16SW05"))
    one, other, later, south = tasks(RULE, register=replace(schools, documents=tuple(rows)))
    assert [task.party for task in (one, other, later, south)] == ["16SW03", "16SW04", "16SW05", "Z1"]
    assert one.reasons is other.reasons
    assert later.reasons is not one.reasons
    assert south.reasons is not one.reasons
    assert (one.expires, later.expires) == (date(2026, 11, 4), date(2026, 11, 5))
