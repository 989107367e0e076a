"""What a page changed in the register, and what lists that are handed in after it do to that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.core.by_hand import BY_HAND, Rebased, Stays, listed_after, rebased
from engine.core.intake import RegisterDifference, difference
from engine.core.roles import ROLES
from engine.core.sheet_checks import check_register
from engine.core.sheets import ContactRow, PartyRow, Place, RegisterSheets, RoleEntry

TODAY = date(2026, 10, 1)
YESTERDAY = date(2026, 9, 30)
SCHOOL = PartyRow("10AA00", "school", "De Linde")
COLUMNS = ("email", "naam", "telefoon")


def a_list(*people: ContactRow, roles: tuple[RoleEntry, ...] = ()) -> RegisterSheets:
    """What is handed in: the school with its directeur in a column, and the sheet contacten."""
    rows = tuple(replace(one, at=Place("contacten.csv", 2, COLUMNS)) for one in people)
    given = tuple(replace(row, at=Place("scholen.csv", 2, ("code", "directeur")), source="kolom") for row in roles)
    return RegisterSheets(
        (SCHOOL,),
        rows,
        given,
        handed_in=frozenset({"scholen", "contacten"}),
        role_columns=frozenset({("school", "directeur")}),
    )


def stored(*people: ContactRow, roles: tuple[RoleEntry, ...] = ()) -> RegisterSheets:
    return RegisterSheets((SCHOOL,), people, roles)


def imported(incoming: RegisterSheets, here: RegisterSheets) -> tuple[Rebased, RegisterDifference]:
    found = rebased(incoming, here)
    assert not check_register(found.sheets, ROLES)
    return found, difference(here, found.sheets, TODAY)


def directeur(email: str, first: date | None = None, last: date | None = None, **more: object) -> RoleEntry:
    return RoleEntry(email, "directeur", "10AA00", first, last, **({"source": "kolom"} | more))  # type: ignore[arg-type]


OLD = ContactRow("anna@linde.example", "Anna", phone="010 1")
RENAMED = replace(OLD, name="Anna de Boer", listed=(("name", "Anna"),))


def test_a_list_with_the_old_name_does_not_undo_the_new_one() -> None:
    found, changes = imported(
        a_list(OLD, roles=(directeur(OLD.email),)), stored(RENAMED, roles=(directeur(OLD.email),))
    )
    assert not changes
    assert found.stays == (Stays(RENAMED, "naam", "Anna", "Anna de Boer"),)
    assert found.caught_up.contacts == ()


def test_a_list_with_a_third_name_is_newer_and_counts() -> None:
    newer = replace(OLD, name="Anna Boer-Vis")
    found, changes = imported(a_list(newer), stored(RENAMED))
    assert [(one.new.name, one.new.listed) for one in changes.contacts.changed] == [("Anna Boer-Vis", ())]
    assert (found.stays, found.caught_up.contacts) == ((), ((OLD.email, ()),))


def test_a_list_that_has_the_new_name_has_caught_up() -> None:
    found, changes = imported(a_list(replace(OLD, name="Anna de Boer")), stored(RENAMED))
    assert not changes
    assert found.caught_up.contacts == ((OLD.email, ()),)


def test_another_field_of_the_same_row_is_imported_all_the_same() -> None:
    _, changes = imported(a_list(replace(OLD, phone="010 2")), stored(RENAMED))
    assert [(one.new.name, one.new.phone, one.new.listed) for one in changes.contacts.changed] == [
        ("Anna de Boer", "010 2", (("name", "Anna"),))
    ]


def test_who_has_another_address_by_hand_keeps_it_with_the_roles() -> None:
    moved = replace(OLD, email="a.deboer@linde.example", listed=(("email", OLD.email),))
    found, changes = imported(
        a_list(OLD, roles=(directeur(OLD.email),)), stored(moved, roles=(directeur(moved.email),))
    )
    assert not changes
    assert not changes.questions
    assert [(one.field, one.listed, one.stays) for one in found.stays] == [("email", OLD.email, moved.email)]


def test_a_list_that_has_the_new_address_has_caught_up() -> None:
    moved = replace(OLD, email="a.deboer@linde.example", listed=(("email", OLD.email),))
    new = replace(OLD, email=moved.email)
    found, changes = imported(a_list(new, roles=(directeur(new.email),)), stored(moved, roles=(directeur(new.email),)))
    assert not changes
    assert found.caught_up.contacts == ((moved.email, ()),)


def test_a_role_that_was_ended_by_hand_stays_ended() -> None:
    ended = directeur(OLD.email, None, YESTERDAY, listed=(None, None))
    successor = directeur("jan@linde.example", TODAY, None, source=BY_HAND)
    jan = ContactRow(successor.email, "Jan")
    found, changes = imported(a_list(OLD, roles=(directeur(OLD.email),)), stored(OLD, jan, roles=(ended, successor)))
    assert not changes
    assert [(one.field, one.listed, one.stays) for one in found.stays] == [("tot", None, YESTERDAY)]


def test_a_role_that_was_ended_before_it_began_does_not_stop_an_import() -> None:
    begins = date(2026, 11, 1)
    ended = directeur(OLD.email, begins, YESTERDAY, listed=(begins, None))
    _, changes = imported(a_list(OLD, roles=(directeur(OLD.email, begins),)), stored(OLD, roles=(ended,)))
    assert not changes


def test_a_list_that_names_the_successor_has_caught_up_and_rules_from_then_on() -> None:
    jan = ContactRow("jan@linde.example", "Jan", phone="010 1")
    ended = directeur(OLD.email, None, YESTERDAY, listed=(None, None))
    successor = directeur(jan.email, TODAY, None, source=BY_HAND)
    here = stored(OLD, jan, roles=(ended, successor))
    found, changes = imported(a_list(OLD, jan, roles=(directeur(jan.email),)), here)
    assert not changes
    assert [(one.email, one.source, one.listed) for one in found.caught_up.roles] == [
        (OLD.email, "kolom", None),
        (jan.email, "kolom", None),
    ]
    listed = replace(successor, source="kolom")
    _, changes = imported(a_list(OLD, jan, roles=()), stored(OLD, jan, roles=(replace(ended, listed=None), listed)))
    assert changes.roles.gone == (listed,)


def test_lists_that_do_not_speak_of_a_role_leave_the_change_by_hand_alone() -> None:
    ended = directeur(OLD.email, None, YESTERDAY, listed=(None, None))
    contacts_alone = replace(a_list(OLD), handed_in=frozenset({"contacten"}), role_columns=frozenset(), parties=())
    found, changes = imported(contacts_alone, stored(OLD, roles=(ended,)))
    assert not changes
    assert found.caught_up.roles == ()


def test_a_value_that_comes_back_to_the_list_is_no_change_any_more() -> None:
    once = listed_after((), [("name", "Anna", "Anna de Boer")])
    twice = listed_after(once, [("name", "Anna de Boer", "A. de Boer")])
    assert (once, twice) == ((("name", "Anna"),), (("name", "Anna"),))
    assert listed_after(twice, [("name", "A. de Boer", "Anna")]) == ()
