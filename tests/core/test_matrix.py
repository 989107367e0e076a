"""Schools against rounds: which rounds are columns, what a cell says, who comes first."""

from datetime import date, timedelta

from engine.core.matrix import (
    FITTING,
    PartyLine,
    TaskLine,
    columns_of,
    is_this_week,
    label,
    matrix,
    matter_now,
    name_of,
)

TODAY = date(2026, 12, 1)  # a dinsdag
ADOPTED = frozenset({"2026-2027"})


def a_party(id_: str, name: str = "") -> PartyLine:
    return PartyLine(id_, "school", name or f"School {id_}", "70001", "Stichting", "Alkmaar", "Alkmaar")


def a_task(party: str = "A", round_: str = "december", state: str = "open", **values: object) -> TaskLine:
    base = TaskLine(
        f"vraag.2026-2027.{round_}.{party}",
        "vraag",
        "2026-2027",
        round_,
        party,
        "uitvraag",
        "Een vraag",
        "open",
        "2026-11-24",
        "2026-12-11",
        None,
        "directeur",
        None,
        None,
    )
    return base._replace(state=state, **values)  # type: ignore[arg-type]


def named(*tasks: TaskLine) -> list[tuple[TaskLine, object]]:
    return [(task, name_of(task, TODAY, ADOPTED)) for task in tasks]


def of(*tasks: TaskLine, parties: tuple[PartyLine, ...] = (a_party("A"), a_party("B")), **how: object):
    return matrix("school", parties, named(*tasks), TODAY, **({"everything": False} | how))


def test_a_cell_says_mark_word_and_day() -> None:
    line = of(
        a_task(round_="a", due="2026-11-30"),
        a_task(round_="b", due="2026-12-01"),
        a_task(round_="c", state="submitted", ended="2026-11-27"),
        a_task(round_="d"),
        a_task(round_="e", state="planned", opens="2026-12-08"),
        a_task(round_="f", state="open", suspended="2026-12-20"),
        a_task(round_="g", state="done", ended="2026-11-26"),
        everything=True,
    ).lines[0]
    assert sorted((f"{cell.look.mark} {label(cell)}") for cell in line.cells if cell) == sorted(
        [
            "▲ te laat 30 nov",
            "● vandaag 1 dec",
            "◇ te controleren 27 nov",
            "◐ open 11 dec",
            "○ komt nog 8 dec",
            "‖ gepauzeerd 20 dec",
            "✔ klaar 26 nov",
        ]
    )


def test_a_task_of_a_schooljaar_that_was_not_adopted_is_concept_but_a_document_runs_with_the_year_it_opens_in() -> None:
    later = a_task(state="planned", schooljaar="2027-2028", opens="2026-11-01", due="2026-11-15")
    assert name_of(later, TODAY, ADOPTED) == "concept"
    assert name_of(later._replace(kind="document"), TODAY, ADOPTED) == "late"


def test_the_head_of_a_column_counts_what_is_klaar_and_leaves_nvt_out() -> None:
    column = of(
        a_task("A", state="done", ended="2026-11-26"),
        a_task("B"),
        a_task("C", state="waived", ended="2026-11-26"),
        parties=(a_party("A"), a_party("B"), a_party("C")),
    ).columns[0]
    assert (column.done, column.total, column.id.path) == (1, 2, "vraag/2026-2027/december")


def test_schools_with_what_is_late_come_first_and_then_by_name() -> None:
    parties = (a_party("A", "De Zee"), a_party("B", "De Aap"), a_party("C", "de beer"), a_party("D", "Leeg"))
    tasks = (a_task("A", due="2026-11-30"), a_task("B"), a_task("C"))
    assert [line.party.name for line in of(*tasks, parties=parties).lines] == ["De Zee", "De Aap", "de beer"]
    by_name = of(*tasks, parties=parties, by_name=True)
    assert [line.party.name for line in by_name.lines] == ["De Aap", "de beer", "De Zee"]


def test_of_two_documents_of_one_school_the_one_that_asks_most_is_in_the_cell() -> None:
    for order in (1, -1):
        tasks = [a_task(key="v1", state="done", ended="2026-09-01"), a_task(key="v2", due="2026-11-30")][::order]
        cell = of(*tasks).lines[0].cells[0]
        assert cell is not None
        assert (cell.name, cell.key) == ("late", "v2")


def test_without_choice_the_columns_are_what_runs_begins_soon_or_has_just_ended_in_the_order_of_their_days() -> None:
    done = {"state": "done", "ended": "2026-09-10"}
    found = of(
        a_task(round_="lang-geleden", opens="2026-08-20", due="2026-09-11", **done),
        a_task(round_="net-klaar", opens="2026-11-01", due="2026-11-20", **done),
        a_task(round_="vergeten", opens="2026-08-20", due="2026-09-11"),
        a_task(round_="loopt"),
        a_task(round_="bijna", state="planned", opens="2026-12-20", due="2027-01-20"),
        a_task(round_="ver", state="planned", opens="2027-03-01", due="2027-03-11"),
    )
    assert [one.id.round for one in found.columns] == ["vergeten", "net-klaar", "loopt", "bijna"]
    assert [one.id.round for one in found.hidden] == ["lang-geleden", "ver"]


def test_of_more_rounds_than_fit_what_is_late_and_nearest_is_kept() -> None:
    def due(number: int) -> str:
        return (TODAY + timedelta(days=number)).isoformat()

    tasks = [a_task(round_=f"r{number:02}", state="planned", opens=due(number)) for number in range(1, 20)]
    tasks = [task._replace(due=due(40 + number)) for number, task in enumerate(tasks)]
    late = a_task(round_="laat", opens="2026-08-20", due="2026-09-11")
    columns = columns_of(named(*tasks, late))
    shown = [one.id.round for one in matter_now(columns, TODAY)]
    assert len(shown) == FITTING
    assert shown == ["laat", *(f"r{number:02}" for number in range(1, FITTING))]


def test_what_is_late_in_rounds_that_do_not_fit_is_counted() -> None:
    late = [
        a_task("A", round_=f"r{number:02}", opens="2026-08-20", due=f"2026-10-{number:02}") for number in range(1, 11)
    ]
    found = of(*late, late[0]._replace(party="B"))
    assert [one.id.round for one in found.hidden] == ["r01", "r02"]
    assert found.hidden_late == 3
    assert of(*late, everything=True).hidden_late == 0


def test_where_nothing_is_near_the_nearest_round_is_shown_all_the_same() -> None:
    found = of(a_task(round_="ver", state="planned", opens="2027-03-01", due="2027-03-11"))
    assert [one.id.round for one in found.columns] == ["ver"]


def test_this_week_is_from_today_to_sunday_and_holds_what_is_not_done() -> None:
    days = ("2026-11-30", "2026-12-01", "2026-12-06", "2026-12-07")
    tasks = [a_task(due=day) for day in days] + [a_task(due="2026-12-02", state="done", ended="2026-11-26")]
    assert [is_this_week(task, name_of(task, TODAY, ADOPTED), TODAY) for task in tasks] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_round_knows_its_first_and_last_day() -> None:
    """Where these differ no single day is the deadline of all."""
    (column,) = columns_of(named(a_task("A", due="2026-11-06"), a_task("B", due="2027-07-09")))
    assert (column.first_due, column.due) == (date(2026, 11, 6), date(2027, 7, 9))


def test_a_round_keeps_its_own_day_beside_what_was_granted() -> None:
    later = a_task("B", due="2026-12-17", extended=True)
    (column,) = columns_of(named(a_task("A"), later, a_task("C")))
    day = date(2026, 12, 11)
    assert (column.own, column.granted, column.due) == ((day, day), (date(2026, 12, 17),), date(2026, 12, 17))
    (alone,) = columns_of(named(later))
    assert (alone.own, alone.granted) == ((date(2026, 12, 17),) * 2, ())


def test_columns_of_one_name_are_told_apart_by_their_schooljaar() -> None:
    """A document that ends next schooljaar stands beside those that end in this one."""
    this, following = "2026-2027", "2027-2028"
    tasks = named(
        a_task("A", "", rule="sop", schooljaar=this, kind="document"),
        a_task("B", "", rule="sop", schooljaar=following, kind="document"),
        a_task("A", "december", schooljaar=this),
    )
    assert {one.name for one in columns_of(tasks)} == {
        "Sop (2026-2027)",
        "Sop (2027-2028)",
        "Vraag december",
    }
