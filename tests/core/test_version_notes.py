"""What is odd between the files that together are one rule."""

from engine.core.rule import Filter, Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.version_notes import version_notes
from tests.core.yearplan import a_rule

HEILOO = Filter(gemeente=("Heiloo",))


def a_version(label, first, last, **fields):
    years = {"valid_from": first and Schooljaar(first), "valid_to": last and Schooljaar(last)}
    return a_rule(id_="t", file=f"rules/vo/t{label}.yaml", **years, **fields)


def notes(*versions, more=(), running=2026):
    files = dict.fromkeys([*(rule.file for rule in versions), *more, "mail_templates/t.md"], "")
    return list(version_notes(Rulebook(versions, {}, files, ""), Schooljaar(running)))


def test_a_schooljaar_between_two_files_is_a_note_at_the_later_one():
    (note,) = notes(a_version("", None, 2027), a_version("@later", 2029, None))
    assert (note.file, note.field) == ("rules/vo/t@later.yaml", "geldig_vanaf")
    assert note.text == "in 2028-2029 geldt geen enkel bestand van `t`"
    assert "`geldig_tot: 2028-2029`" in note.hint


def test_no_note_where_files_follow_on_each_other_or_the_gap_is_past_or_a_file_is_broken():
    first, later = a_version("", None, 2027), a_version("@later", 2029, None)
    assert notes(first, a_version("@later", 2028, None)) == []
    assert notes(first, later, running=2029) == []
    assert notes(first, later, more=["rules/vo/t@broken.yaml"]) == []


def test_a_filter_in_one_file_alone_is_a_note_there_unless_the_other_is_past():
    first, later = a_version("", None, 2027), a_version("@later", 2028, None, besides=HEILOO)
    (note,) = notes(first, later)
    assert (note.file, note.field) == ("rules/vo/t@later.yaml", "behalve")
    assert note.text == "`behalve` staat hier wel, maar niet in `t.yaml`"
    assert notes(first, later, running=2028) == []
