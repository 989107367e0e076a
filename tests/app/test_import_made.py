"""An import is undone as a whole, or refused with the reason; what something refers to stays without effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, insert, select

from engine.app.import_made import import_all, look_back, new_gaps, seal, undo_import
from engine.app.intake import compare
from engine.app.undoable import imports_fixed
from engine.core.problem import Refused
from engine.core.roles import ROLES
from engine.core.settings import Settings
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, Place, RegisterSheets, RoleEntry
from engine.store.acts import Act
from engine.store.database import scratch_database
from engine.store.imports import Import, Upload, import_made, imports_made, keep_upload, kept_upload, sweep
from engine.store.register import fill_register, load_sheets, replace_roles, save_contacts
from engine.store.tables import messages, metadata, rulebooks, tasks, uploads
from tests.core.yearplan import a_rule

pytestmark = pytest.mark.slow

NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)
TODAY = date(2026, 10, 1)
COLUMNS = ("code", "nummer", "naam", "bestuur", "email", "rol", "partij", "vastgesteld_op", "versie", "van", "tot")
AT = Place("register.xlsx", 2, COLUMNS)
BESTUUR = PartyRow("70001", "bestuur", "Noord", at=AT)
LINDE = PartyRow("10AA00", "school", "De Linde", "70001", at=AT)
BAKEN = PartyRow("11BB00", "school", "Het Baken", "70001", at=AT)
OLD = ContactRow("oud@linde.example", "An Oud", at=AT)
NEW = ContactRow("nieuw@linde.example", "An Oud", at=AT)
FIRST = RegisterSheets(
    (BESTUUR, LINDE),
    (OLD,),
    (RoleEntry(OLD.email, "directeur", LINDE.id, source="rollen", at=AT),),
    (DocumentRow("SOP", LINDE.id, date(2024, 5, 1), "v1", at=AT),),
    (ClosingRow(LINDE.id, date(2026, 10, 5), date(2026, 10, 5), at=AT),),
)
SECOND = RegisterSheets(
    (BESTUUR, replace(LINDE, name="De Lindeboom"), BAKEN),
    (NEW,),
    (
        RoleEntry(NEW.email, "directeur", LINDE.id, source="rollen", at=AT),
        RoleEntry(NEW.email, "administratie", BAKEN.id, source="rollen", at=AT),
    ),
    (*FIRST.documents, DocumentRow("SOP", BAKEN.id, date(2025, 5, 1), "v1", at=AT)),
    (),
)

A_TASK: dict[str, object] = {
    "rule": "sop",
    "schooljaar": "2026-2027",
    "party": LINDE.id,
    "kind": "document",
    "title": "SOP",
}
A_TASK |= {"explanation": "", "asked": "directeur", "together": [], "accept_needed": False, "opens": "2026-08-01"}
A_TASK |= {"due": "2027-05-01", "reasons": [], "state": "planned", "version": 1, "rulebook": 1}


@pytest.fixture
def store() -> Iterator[Connection]:
    """A store in which the first register was imported a day ago."""
    with scratch_database().write() as connection:
        imported(connection, FIRST, NOW - timedelta(days=1))
        yield connection


def imported(
    connection: Connection, sheets: RegisterSheets, now: datetime = NOW, answers: dict[str, str] | None = None
) -> Import:
    """Imports the sheets and gives the import that was made."""
    found, problems = compare(connection, sheets, ROLES, TODAY, answers)
    assert [one for one in problems if one.severity == "problem"] == []
    made = import_made(connection, import_all(connection, found, ["register.xlsx"], now, "Jet"))
    assert made is not None
    return made


def rows(connection: Connection) -> tuple[frozenset[object], ...]:
    """The register without regard to order."""
    found = load_sheets(connection)
    kinds = (found.parties, found.contacts, found.roles, found.documents, found.closings)
    return tuple(frozenset(kind) for kind in kinds)


@pytest.mark.parametrize("answers", [None, {OLD.email: NEW.email}], ids=["someone else", "the same person"])
def test_an_import_that_nothing_refers_to_is_undone_to_the_letter(
    store: Connection, answers: dict[str, str] | None
) -> None:
    before = rows(store)
    made = imported(store, SECOND, answers=answers)
    assert rows(store) != before
    undo_import(store, made.id, NOW, "Piet")
    assert rows(store) == before
    assert [(one.by, one.undone_by) for one in imports_made(store, 2)] == [("Jet", "Piet"), ("Jet", "")]


def test_an_import_is_undone_once(store: Connection) -> None:
    made = imported(store, SECOND)
    undo_import(store, made.id, NOW, "Piet")
    with pytest.raises(Refused, match="al ongedaan gemaakt"):
        undo_import(store, made.id, NOW, "Piet")


def test_a_later_change_of_the_same_row_stands_in_the_way(store: Connection) -> None:
    """And is named; a later change of another row is kept."""
    made = imported(store, SECOND)
    imported(store, replace(SECOND, contacts=(*SECOND.contacts, ContactRow("jet@swv.example", "Jet", at=AT))))
    look_back(store, made)
    act = Act(NOW, "Jet", "import", "", undo={"import": made.id}, id=7)
    assert imports_fixed(store, [act]) == {}
    imported(store, replace(SECOND, parties=(BESTUUR, replace(LINDE, name="De Eikel"), BAKEN)))
    assert imports_fixed(store, [act]) == {7: "daarna is nog veranderd: 10AA00 De Lindeboom"}
    before = rows(store)
    with pytest.raises(Refused, match="10AA00 De Lindeboom"):
        undo_import(store, made.id, NOW, "Piet")
    assert rows(store) == before
    undo_import(store, imports_made(store, 1)[0].id, NOW, "Piet")
    undo_import(store, made.id, NOW, "Piet")
    assert "jet@swv.example" in {row.email for row in load_sheets(store).contacts}


def test_what_was_used_since_stays_without_effect(store: Connection) -> None:
    """A contact who got mail, a school at which somebody was given a role since, and its bestuur."""
    bestuur = PartyRow("70009", "bestuur", "Zuid", at=AT)
    parties = (BESTUUR, bestuur, SECOND.parties[1], replace(BAKEN, bestuur=bestuur.id))
    made = imported(store, replace(SECOND, parties=parties))
    mail = {"contact": 2, "email": NEW.email, "subject": "x", "kind": "digest", "state": "sent", "created_at": 0}
    store.execute(insert(messages).values(mail))
    here = load_sheets(store)
    replace_roles(store, [*here.roles, RoleEntry(OLD.email, "directeur", BAKEN.id)])
    found = undo_import(store, made.id, NOW, "Piet")
    after = load_sheets(store)
    assert {row.id: row.active for row in after.parties} == {
        "70001": True,
        "10AA00": True,
        "11BB00": False,
        "70009": False,
    }
    assert (found.gone_parties, found.gone_contacts) == ((), ())
    assert {row.name for row in found.kept_parties} == {"Zuid", "Het Baken"}
    assert [row.email for row in found.kept_contacts] == ["nieuw@linde.example"]
    assert [row.email for row in after.roles] == [OLD.email, OLD.email]


def test_every_table_that_names_people_is_asked_whether_it_does(store: Connection) -> None:
    """A table made later counts as well: only roles go along with their contact."""
    from engine.store.imports import _referring  # noqa: PLC0415

    asked = {column.table.name for column in _referring()}
    naming = {
        table.name
        for table in metadata.tables.values()
        if any(key.column.table.name == "contacts" for key in table.foreign_keys)
    }
    assert asked == naming - {"roles"}


def test_after_two_months_nobody_is_kept_to_be_put_back(store: Connection) -> None:
    made = imported(store, SECOND)
    sweep(store, NOW + timedelta(days=61))
    old = import_made(store, made.id)
    assert old is not None
    assert (old.taken, old.told) == (None, ())
    with pytest.raises(Refused, match="te oud"):
        look_back(store, old)


def test_files_that_nobody_carried_out_go_after_a_day(store: Connection) -> None:
    files = (Upload("scholen.csv", b"code"), Upload("pc.csv", b"pc4", "postcodes"))
    keep_upload(store, "x", files, NOW, "Jet")
    sweep(store, NOW + timedelta(hours=23))
    assert kept_upload(store, "x", NOW + timedelta(hours=23)) == files
    assert kept_upload(store, "x", NOW + timedelta(hours=24)) == ()
    sweep(store, NOW + timedelta(hours=24))
    assert store.execute(select(func.count()).select_from(uploads)).scalar() == 0


def test_another_register_gives_another_seal(store: Connection) -> None:
    found, _ = compare(store, SECOND, ROLES, TODAY)
    again, _ = compare(store, replace(SECOND, handed_in=SECOND.handed_in), ROLES, TODAY)
    assert seal(found) == seal(again)
    imported(store, replace(FIRST, parties=(BESTUUR, replace(LINDE, name="De Eik"))))
    later, _ = compare(store, SECOND, ROLES, TODAY)
    assert seal(later) != seal(found)


def test_a_document_keeps_its_number_through_an_import_that_is_undone_and_made_again() -> None:
    """Also in a store that was filled without numbers, as a demo is, while tasks are about these documents."""
    documents = (
        DocumentRow("SOP", LINDE.id, date(2022, 5, 1)),
        DocumentRow("SOP", LINDE.id, date(2024, 5, 1)),
        DocumentRow("SOP", "70001", date(2021, 5, 1)),
    )
    with scratch_database().write() as connection:
        fill_register(connection, replace(FIRST, documents=documents))
        connection.execute(insert(rulebooks).values(id=1, hash="x", applied_at=0, files={}))
        for key in ("sop.v1.10AA00", "sop.v2.10AA00", "sop.v1.70001"):
            connection.execute(insert(tasks).values(**A_TASK, key=key))
        before = rows(connection)
        other = replace(FIRST, parties=SECOND.parties, documents=(), handed_in=frozenset({"scholen"}))
        first = imported(connection, other)
        assert {name for name, *_ in first.told} == {"parties"}
        changed = rows(connection)
        undo_import(connection, first.id, NOW, "Piet")
        assert rows(connection) == before
        again = imported(connection, other)
        assert again.told == first.told
        assert rows(connection) == changed
        assert [row.version for row in load_sheets(connection).documents] == ["v1", "v2", "v1"]


def test_who_will_lack_a_role_is_known_before_and_only_what_is_not_so_already(store: Connection) -> None:
    """Nothing is stored by looking."""
    settings = Settings("SWV", "VO0000", "vo", "midden", "post@swv.example")
    rules = [replace(a_rule("een"), asked="directeur")]

    def gaps(sheets: RegisterSheets) -> list[str]:
        found, _ = compare(store, sheets, ROLES, TODAY)
        return [one.text.partition(";")[0] for one in new_gaps(store, found, settings, rules, NOW)]

    before = rows(store)
    assert gaps(SECOND) == ["1 school heeft geen directeur: Het Baken"]
    assert gaps(replace(FIRST, roles=())) == ["1 school heeft geen directeur: De Linde"]
    assert rows(store) == before
    imported(store, SECOND)
    assert gaps(replace(SECOND, parties=(BESTUUR, replace(LINDE, name="De Eik"), BAKEN))) == []


@pytest.mark.parametrize("answers", [None, {OLD.email: NEW.email}], ids=["the address stays", "another address"])
def test_after_an_undo_an_older_list_still_does_not_undo_what_a_page_changed(
    store: Connection, answers: dict[str, str] | None
) -> None:
    """The list that was undone knew the changes by hand; the register knows again that the older one does not."""
    page = ContactRow(OLD.email, "An Nieuw", listed=(("email", "ouder@linde.example"), ("name", "An Oud")))
    role = RoleEntry(OLD.email, "directeur", LINDE.id, last=date(2026, 12, 31), source="rollen", listed=(None, None))
    save_contacts(store, [page])
    replace_roles(store, [role])
    newer = replace(
        SECOND,
        contacts=(replace(NEW if answers else OLD, name="An Nieuw"),),
        roles=tuple(
            replace(one, email=NEW.email if answers else OLD.email, last=date(2026, 12, 31)) for one in SECOND.roles
        ),
        handed_in=frozenset({"contacten", "rollen"}),
    )
    made = imported(store, newer, answers=answers)
    assert all(not one.listed for one in (*load_sheets(store).contacts, *load_sheets(store).roles))
    undo_import(store, made.id, NOW, "Piet")
    now = load_sheets(store)
    assert [(one.email, one.name, one.listed) for one in now.contacts] == [(page.email, page.name, page.listed)]
    assert [(one.last, one.listed, one.source) for one in now.roles] == [(role.last, role.listed, role.source)]
