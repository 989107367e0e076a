"""What an agenda tells of a task, of a gesprek, and of a round of many schools."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from engine.core.agenda_entry import Entry, round_entries, task_entries, usual_day
from engine.core.agenda_task import AgendaTask
from engine.core.agenda_text import LONGEST_ASKED, WHERE, asked_shortly
from engine.core.appointment import Appointment

DUE = date(2026, 10, 1)
TASK = AgendaTask(
    "aantallen.2026-2027.10AA00",
    "aantallen",
    "2026-2027",
    None,
    "10AA00",
    "uitvraag",
    "Aantallen doorgeven",
    "Wij vragen de aantallen per leerjaar.",
    "administratie",
    (),
    DUE,
    date(2026, 9, 17),
    None,
    DUE,
    None,
    "open",
    None,
    None,
    None,
    False,
    "",
)
TALK = replace(
    TASK,
    key="startgesprek.2026-2027.10AA00",
    rule="startgesprek",
    kind="gesprek",
    title="Startgesprek",
    peildatum=None,
    begins=date(2026, 9, 1),
    due=date(2026, 10, 30),
)
STARTS = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)
MEETING = Appointment(TALK.key, STARTS, 90, "De Linde", ("Terugblik",), "planned", 2, STARTS)
NAMES = {f"{n:02}AA00": f"School {n:02}" for n in range(40)}


def the_one(task: AgendaTask, talk: Appointment | None = None) -> Entry:
    """The only entry of a task."""
    (entry,) = task_entries(task, "De Linde", talk)
    return entry


def a_round(*tasks: AgendaTask, talks: dict[str, Appointment] | None = None) -> dict[str, Entry]:
    """The entries of the tasks of a round, by uid."""
    return {entry.uid: entry for entry in round_entries(tasks, "swv", NAMES, talks or {})}


def of_school(number: int, **other: object) -> AgendaTask:
    """The task of a school."""
    party = f"{number:02}AA00"
    return replace(TASK, key=f"aantallen.2026-2027.{party}", party=party, **other)  # type: ignore[arg-type]


def test_a_deadline_is_its_last_day() -> None:
    """Its uid is its key; the end is exclusive."""
    entry = the_one(TASK)
    assert (entry.uid, entry.starts, entry.ends) == (TASK.key, DUE, date(2026, 10, 2))
    assert entry.text.startswith("Open. Graag uiterlijk donderdag 1 oktober 2026.\n\nPeildatum: donderdag 1 oktober")
    assert entry.text.endswith(WHERE)
    assert entry.item(named=True).title == "Aantallen doorgeven – De Linde"
    assert entry.item(named=False).title == "Aantallen doorgeven"


def test_a_round_stands_in_the_title() -> None:
    """Alone, told for many at once, as a document's end, as a gesprek."""
    ends = date(2026, 11, 1)
    alone = task_entries(replace(TASK, round="maart", kind="document", expires=ends), "De Linde", None)
    (many,) = a_round(*(of_school(n, round="maart") for n in (1, 2))).values()
    talk = the_one(replace(TALK, round="najaar"), MEETING)
    assert [entry.item(named=True).title for entry in (*alone, many, talk)] == [
        "Aantallen doorgeven, ronde maart – De Linde",
        "Vervaldag: Aantallen doorgeven, ronde maart – De Linde",
        "Aantallen doorgeven, ronde maart",
        "Startgesprek, ronde najaar – De Linde",
    ]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"state": "planned"},
            "Komt nog: vanaf donderdag 17 september 2026. Graag uiterlijk donderdag 1 oktober 2026.",
        ),
        ({"extended": DUE}, "Open, met uitstel. Graag uiterlijk donderdag 1 oktober 2026."),
        ({"begins": date(2026, 9, 28)}, "Open. Graag 28 september t/m 1 oktober 2026."),
        ({"suspended": date(2026, 9, 21)}, "Gepauzeerd tot maandag 21 september 2026. Graag uiterlijk donderdag"),
        (
            {"state": "submitted", "ended": date(2026, 10, 3), "sent_in": True},
            "Ingediend op 3 oktober 2026. Het samenwerkingsverband kijkt het na.",
        ),
        ({"state": "done", "ended": date(2026, 10, 3), "sent_in": True}, "Ingediend op 3 oktober 2026.\n"),
        ({"state": "done", "ended": date(2026, 10, 3)}, "Klaar op 3 oktober 2026.\n"),
        ({"state": "waived", "reason": "niet geleverd"}, "N.v.t.: niet geleverd.\n"),
        ({"state": "cancelled"}, "Vervallen.\n"),
    ],
)
def test_the_status_in_words(change: dict[str, object], text: str) -> None:
    """None of them changes because a day passes: te laat is not told."""
    assert the_one(replace(TASK, **change)).text.startswith(text)  # type: ignore[arg-type]


def test_a_document_ends_apart_from_its_last_day() -> None:
    """Where the two differ."""
    task = replace(TASK, key="sop.v3.10AA00", kind="document", expires=date(2026, 10, 4))
    due, end = task_entries(task, "De Linde", None)
    assert (due.uid, due.starts) == ("sop.v3.10AA00", DUE)
    assert (end.uid, end.starts, end.title) == (
        "sop.v3.10AA00.vervalt",
        date(2026, 10, 4),
        "Vervaldag: Aantallen doorgeven",
    )
    assert [one.uid for one in task_entries(replace(task, expires=DUE), "", None)] == ["sop.v3.10AA00"]


def test_a_gesprek_without_appointment_is_its_period() -> None:
    """Its key is kept for the appointment."""
    entry = the_one(TALK)
    assert (entry.uid, entry.starts, entry.ends) == (f"{TALK.key}.periode", date(2026, 9, 1), date(2026, 10, 31))


def test_an_appointment_stands_on_its_time() -> None:
    """With its own sequence and place."""
    entry = the_one(TALK, MEETING)
    assert (entry.uid, entry.starts, entry.ends) == (TALK.key, STARTS, STARTS.replace(hour=9, minute=30))
    assert (entry.sequence, entry.place, entry.lapsed) == (2, "De Linde", False)
    assert entry.text.startswith("Agenda:\n- Terugblik")


def test_an_appointment_that_is_off_has_lapsed_and_the_period_is_back() -> None:
    """Where the gesprek is not asked any more there is no period either."""
    off = replace(MEETING, state="off")
    talk, period = task_entries(TALK, "De Linde", off)
    assert (talk.lapsed, period.lapsed) == (True, False)
    assert [(one.uid, one.lapsed) for one in task_entries(replace(TALK, state="waived"), "", off)] == [(TALK.key, True)]


def test_a_round_is_told_once_with_who_is_not_ready() -> None:
    """In the text; the title stays neutral."""
    tasks = [of_school(n, state="done" if n < 12 else "open") for n in range(18)]
    tasks += [of_school(18, state="submitted"), of_school(19, state="waived")]
    (entry,) = a_round(*tasks).values()
    assert (entry.uid, entry.title) == ("aantallen.2026-2027.swv", "Aantallen doorgeven")
    assert entry.text.startswith(
        "12 van 19 klaar. Te controleren: School 18. "
        "Nog niet: School 12, School 13, School 14, School 15, School 16 en School 17. N.v.t.: 1."
    )


def test_of_many_who_are_not_ready_some_ten_are_named() -> None:
    """The others are counted."""
    (entry,) = a_round(*(of_school(n) for n in range(30))).values()
    assert "School 09 en nog 20." in entry.text


def test_a_round_stands_on_the_day_that_most_have() -> None:
    """Other days are told; uitstel of one's own stands singly."""
    later, other = date(2026, 10, 8), date(2026, 10, 5)
    tasks = [of_school(n) for n in range(5)] + [of_school(n, due=other) for n in (5, 6)]
    tasks.append(of_school(7, due=later, extended=later))
    found = a_round(*tasks)
    assert set(found) == {"aantallen.2026-2027.swv", "aantallen.2026-2027.07AA00"}
    assert found["aantallen.2026-2027.swv"].starts == DUE
    assert "Andere laatste dag: maandag 5 oktober 2026 (voor 2) en donderdag 8 oktober 2026 (voor 1)." in (
        found["aantallen.2026-2027.swv"].text
    )
    assert found["aantallen.2026-2027.07AA00"].starts == later


def test_of_two_days_as_usual_the_earlier_counts() -> None:
    """Whatever the order."""
    assert usual_day([DUE, date(2026, 9, 30)]) == usual_day([date(2026, 9, 30), DUE]) == date(2026, 9, 30)


def test_uitstel_for_a_whole_round_moves_the_round() -> None:
    """Nothing stands singly then."""
    later = date(2026, 10, 8)
    (entry,) = a_round(*(of_school(n, due=later, extended=later) for n in range(3))).values()
    assert entry.starts == later


def test_appointments_stand_beside_their_round() -> None:
    """The round tells how many there are."""
    other = replace(TALK, key="startgesprek.2026-2027.11AA00", party="11AA00")
    found = a_round(TALK, other, talks={TALK.key: MEETING})
    assert set(found) == {"startgesprek.2026-2027.swv", TALK.key}
    assert found["startgesprek.2026-2027.swv"].text.startswith(
        "0 van 2 klaar. Afgesproken: 1. Nog geen datum: School 11."
    )


def test_documents_stand_singly_in_a_round() -> None:
    """Each has a day of its own."""
    tasks = [replace(of_school(n, kind="document"), key=f"sop.v1.{n:02}AA00") for n in (1, 2)]
    assert set(a_round(*tasks)) == {"sop.v1.01AA00", "sop.v1.02AA00"}


def test_a_round_of_which_nothing_is_left_has_lapsed() -> None:
    """Cancelled or n.v.t., all of it."""
    (entry,) = a_round(of_school(1, state="waived"), of_school(2, state="cancelled")).values()
    assert entry.lapsed


def test_a_mijlpaal_has_no_status() -> None:
    """It is over by itself at the end of its day: that would change the words."""
    text = "Wij vragen de aantallen per leerjaar."
    assert the_one(replace(TASK, kind="mijlpaal")).text == the_one(replace(TASK, kind="mijlpaal", state="done")).text
    assert the_one(replace(TASK, kind="mijlpaal")).text == text


def test_what_is_asked_is_cut_at_a_sentence() -> None:
    """Or at a word, where the first sentence is that long."""
    assert asked_shortly("Een zin.\nNog een.\n\nTweede alinea.") == "Een zin. Nog een."
    long = "Een zin van gewone lengte. " * 20
    assert asked_shortly(long).endswith("lengte.")
    assert len(asked_shortly(long)) <= LONGEST_ASKED
    assert asked_shortly("woord " * 100).endswith("woord …")
