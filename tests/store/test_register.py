"""The register of the store brings closing days and documents along, and calendars follow them."""

from dataclasses import replace
from datetime import date

from engine.adapters.calendars import SchoolCalendars
from engine.core.settings import Settings
from engine.core.sheets import ClosingRow, DocumentRow, PartyRow
from engine.store.database import scratch_database
from engine.store.register import load_register, load_sheets, replace_closings, replace_documents, save_parties

SETTINGS = Settings("SWV", "VO0000", "vo", "midden", "post@swv.example")
CLOSED = ClosingRow("16SW03", date(2026, 10, 1), date(2026, 10, 2), "studiedagen")
SOP = DocumentRow("SOP", "16SW03", date(2022, 11, 4), "v3")


def a_stored_register():
    database = scratch_database()
    with database.write() as connection:
        save_parties(connection, [PartyRow("16SW03", "school", "De Vaart")])
        replace_closings(connection, [CLOSED])
        replace_documents(connection, [SOP])
    with database.read() as connection:
        return load_register(connection, SETTINGS)


def test_a_stored_closing_day_closes_the_school():
    register = a_stored_register()
    calendar = SchoolCalendars(SETTINGS, register.parties, register.closings).of("16SW03")
    assert calendar.first_open(date(2026, 10, 1)) == date(2026, 10, 5)


def test_the_register_knows_the_documents():
    assert a_stored_register().documents == (SOP,)


def test_what_was_taken_back_is_kept_and_decides_nothing():
    database = scratch_database()
    with database.write() as connection:
        replace_closings(connection, [replace(CLOSED, active=False)])
        replace_documents(connection, [replace(SOP, active=False), replace(SOP, version="v4")])
    with database.read() as connection:
        register, sheets = load_register(connection, SETTINGS), load_sheets(connection)
    assert (register.closings, register.documents) == ((), (replace(SOP, version="v4"),))
    assert (len(sheets.closings), len(sheets.documents)) == (1, 2)
