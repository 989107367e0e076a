"""What a difference says of each round, as rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.core.difference import Moved, round_changes, school_moves, silent_rounds, stopping
from engine.core.party import Party
from engine.core.planning import Change
from engine.core.task import PlannedStep, PlannedTask, StoredTask

PARTIES = {"10AA00": Party("10AA00", "school", "De Linde"), "11BB00": Party("11BB00", "school", "Het Baken")}


def a_task(party: str = "10AA00", due: date = date(2026, 12, 11), round_: str | None = "december") -> PlannedTask:
    steps = (PlannedStep("uitvraag", 0, date(2026, 11, 24), ("directeur",), (), "uitvraag", False, False),)
    return PlannedTask(
        f"telling.2026-2027.{round_}.{party}",
        "telling",
        "2026-2027",
        round_,
        party,
        "uitvraag",
        "Telling",
        "",
        "directeur",
        (),
        date(2026, 12, 1),
        date(2026, 11, 24),
        None,
        due,
        None,
        False,
        steps,
        (),
    )


def stored(plan: PlannedTask, **how: object) -> StoredTask:
    return replace(StoredTask(plan, "planned", 1, 1, (), None), **how)


def test_a_date_that_moves_for_several_is_told_once_with_how_many() -> None:
    old = [a_task(), a_task("11BB00")]
    changes = [Change("move", replace(one, due=date(2026, 12, 18)), stored(one)) for one in old]
    (row,) = round_changes(changes, PARTIES)
    assert row.moves == (Moved("uiterlijk", "vrijdag 11 december 2026", "vrijdag 18 december 2026", 2),)
    assert row.name == "telling, ronde december"
    assert row.counts == ("2 verplaatst",)


def test_a_step_that_appears_and_one_that_vanishes_have_one_side_only() -> None:
    old = a_task()
    new = replace(old, steps=(replace(old.steps[0], name="vraag", date=None),))
    (row,) = round_changes([Change("move", new, stored(old))], PARTIES)
    assert [(one.label, one.was, one.becomes) for one in row.moves] == [
        ("stap uitvraag", "dinsdag 24 november 2026", ""),
        ("stap vraag", "", "nog geen datum"),
    ]


def test_a_task_that_runs_is_not_lost_but_named_to_be_stopped() -> None:
    changes = [
        Change("lapse", a_task(), stored(a_task()), "de regel is er niet meer"),
        Change("lapse", a_task("11BB00"), stored(a_task("11BB00"), state="open"), "de regel is er niet meer"),
    ]
    (row,) = round_changes(changes, PARTIES)
    assert [str(lapsed) for lapsed in row.lapses] == ["De Linde: de regel is er niet meer"]
    (one,) = row.running
    assert (one.key, one.name) == ("telling.2026-2027.december.11BB00", "Het Baken")
    assert row.title in one.title
    assert row.counts == ("1 vervalt", "1 loopt nog, stop hem zelf")


def test_a_round_without_change_has_no_row() -> None:
    same = Change("same", a_task(round_="maart"), stored(a_task(round_="maart")))
    assert [row.round for row in round_changes([same, Change("new", a_task(), None)], PARTIES)] == ["december"]


def test_what_is_too_late_and_what_is_held_are_told_by_round() -> None:
    tasks = [
        stored(a_task(), held="had al open moeten gaan"),
        stored(a_task("11BB00", date(2026, 12, 14)), state="waived"),
        stored(a_task(round_="maart")),
    ]
    told = [one.told(date(2026, 12, 20)) for one in silent_rounds(tasks)]
    assert told == [
        "uiterlijk maandag 14 december 2026 is voorbij. Voor deze taak gaat niets uit (n.v.t.).",
        "had al open moeten gaan op dinsdag 24 november 2026. De post van deze taak wacht op vrijgave.",
    ]


def test_what_runs_is_stopped_by_party_where_that_ended_and_else_by_reason() -> None:
    """A question that was answered is named, and not stopped with the others."""
    closed = {**PARTIES, "11BB00": replace(PARTIES["11BB00"], active=False)}
    rows = (
        (a_task(round_="maart"), "open", "de regel is er niet meer"),
        (a_task(), "open", "de regel is er niet meer"),
        (a_task("11BB00"), "open", "de school is gesloten"),
        (a_task("11BB00", round_="maart"), "submitted", "de school is gesloten"),
    )
    changes = [Change("lapse", plan, stored(plan, state=state), why) for plan, state, why in rows]
    running = [one for row in round_changes(changes, closed) for one in row.running]
    by_reason, by_party = sorted(stopping(running), key=lambda one: one.name)
    assert (by_reason.name, by_reason.why, len(by_reason.keys)) == ("", "de regel is er niet meer", 2)
    assert (by_party.name, by_party.why) == ("Het Baken", "de school is gesloten")
    assert {one.title for one in by_party.tasks} == {"Telling, ronde december", "Telling, ronde maart"}
    assert by_party.keys == ("telling.2026-2027.december.11BB00",)


def test_a_school_that_moved_takes_along_what_it_still_has_to_do() -> None:
    besturen = {code: Party(code, "bestuur", name) for code, name in (("1", "Stichting A"), ("2", "Stichting B"))}
    parties = PARTIES | besturen | {"10AA00": replace(PARTIES["10AA00"], bestuur="2")}
    plans = [a_task(), a_task(round_="maart"), a_task(round_="juni"), a_task("11BB00")]
    states = ("open", "planned", "done", "open")
    changes = [Change("same", plan, stored(plan, state=state)) for plan, state in zip(plans, states, strict=True)]
    changes.append(Change("new", a_task(round_="september"), None))
    (move,) = school_moves({"10AA00": "1"}, changes, parties)
    assert str(move) == "De Linde gaat van Stichting A naar Stichting B: 2 taken gaan mee."
    (bare,) = school_moves({"10AA00": "1"}, [], parties)
    assert str(bare).endswith("naar Stichting B: er staan geen taken open.")
    assert school_moves({"10AA00": "2", "99ZZ99": "1"}, changes, parties) == ()
