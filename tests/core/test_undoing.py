"""Whatever an import changed, taking it back gives the register that was; what others changed since stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry
from engine.core.undoing import InUse, changed_rows, undoing

EMAILS = ("a@x.example", "b@x.example", "c@x.example")
IDS = ("s1", "s2", "s3")
DAY = date(2026, 1, 1)


def some(rows: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    """A few different ones."""
    return st.lists(rows, max_size=3, unique=True).map(tuple)


def one_each(rows: st.SearchStrategy[object], key: str) -> st.SearchStrategy[tuple[object, ...]]:
    """At most one of each key, as the store has them."""
    return st.lists(rows, max_size=3, unique_by=lambda row: getattr(row, key)).map(tuple)


REGISTERS = st.builds(
    RegisterSheets,
    parties=one_each(
        st.builds(PartyRow, st.sampled_from(IDS), st.just("school"), st.sampled_from("xy"), active=st.booleans()), "id"
    ),
    contacts=one_each(st.builds(ContactRow, st.sampled_from(EMAILS), st.sampled_from("xy")), "email"),
    roles=some(
        st.builds(RoleEntry, st.sampled_from(EMAILS), st.just("directeur"), st.sampled_from(IDS), st.none(), st.none())
    ),
    documents=some(
        st.builds(
            DocumentRow, st.just("SOP"), st.sampled_from(IDS), st.just(date(2026, 1, 1)), st.sampled_from(("v1", "v2"))
        )
    ),
    closings=some(st.builds(ClosingRow, st.sampled_from(IDS), st.just(DAY), st.just(DAY))),
)


def sets(
    register: RegisterSheets, gone: tuple[str, ...] = (), gone_contacts: tuple[str, ...] = ()
) -> list[set[object]]:
    """The register without regard to order, without what leaves the store."""
    return [
        {row for row in register.parties if row.id not in gone},
        {row for row in register.contacts if row.email not in gone_contacts},
        set(register.roles),
        set(register.documents),
        set(register.closings),
    ]


def known(register: RegisterSheets) -> RegisterSheets:
    """With the parties and contacts to which its rows refer, as the store requires."""
    ids = {row.party for row in (*register.roles, *register.documents, *register.closings)}
    emails = {row.email for row in register.roles}
    parties = [PartyRow(one, "school", "x") for one in sorted(ids - {row.id for row in register.parties})]
    contacts = [ContactRow(one, "x") for one in sorted(emails - {row.email for row in register.contacts})]
    return replace(register, parties=(*register.parties, *parties), contacts=(*register.contacts, *contacts))


@settings(max_examples=40)
@given(before=REGISTERS.map(known), after=REGISTERS.map(known))
def test_what_was_comes_back_and_nothing_else(before: RegisterSheets, after: RegisterSheets) -> None:
    taken, brought = changed_rows(before, after)
    found = undoing(after, taken, brought, (), InUse())
    assert found.clashes == ()
    assert (found.kept_parties, found.kept_contacts) == ((), ())
    assert sets(found.after, found.gone_parties, found.gone_contacts) == sets(before)


@settings(max_examples=40)
@given(before=REGISTERS.map(known), after=REGISTERS.map(known), used=st.sets(st.sampled_from((*IDS, *EMAILS))))
def test_what_is_in_use_never_leaves_and_never_counts(
    before: RegisterSheets, after: RegisterSheets, used: set[str]
) -> None:
    taken, brought = changed_rows(before, after)
    found = undoing(after, taken, brought, (), InUse(used, used))
    assert used.isdisjoint(found.gone_parties) and used.isdisjoint(found.gone_contacts)
    was, now = {row.id: row for row in before.parties}, {row.id: row for row in found.after.parties}
    assert all(now[row.id] == row for row in before.parties)
    assert not any(row.active for name, row in now.items() if name not in was and name not in found.gone_parties)
    assert set(found.after.roles) == set(before.roles)


def test_a_document_that_a_task_is_about_keeps_its_number() -> None:
    new = DocumentRow("SOP", "s1", date(2026, 1, 1), "v2")
    after = RegisterSheets((PartyRow("s1", "school", "x"),), documents=(new,))
    taken, brought = changed_rows(replace(after, documents=()), after)
    for keys, left in (((), ()), (("sop.v2.s1",), (replace(new, active=False),)), (("sop.v12.s1", "sop.v2.s11"), ())):
        assert undoing(after, taken, brought, (), InUse(documents=keys)).after.documents == left


def test_an_address_that_somebody_else_has_by_now_stands_in_the_way() -> None:
    moved = ContactRow("nieuw@x.example", "An")
    after = RegisterSheets(contacts=(moved,))
    found = undoing(after, RegisterSheets(), RegisterSheets(), (("oud@x.example", moved.email),), InUse())
    assert found.clashes == ()
    taken = replace(after, contacts=(moved, ContactRow("oud@x.example", "Bo")))
    found = undoing(taken, RegisterSheets(), RegisterSheets(), (("oud@x.example", moved.email),), InUse())
    assert found.clashes == ("oud@x.example → nieuw@x.example",)
