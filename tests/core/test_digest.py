"""What joins in one digest, what each item says, and what is told once for many parties."""

from dataclasses import replace
from datetime import date

import pytest

from engine.core.digest import Candidate, Standstill, Told, came_in, grouped, in_order, item_of, latest, must_wait
from engine.core.localtime import parse_moment
from engine.core.party import Contact, Party, Register, RoleRow
from engine.core.recipients import Recipient, took_over
from engine.core.settings import Settings
from engine.core.task import PlannedPhase, PlannedStep, PlannedTask, Reason, StoredStep, StoredTask
from tests.adapters.letters import an_absence_item, an_item

OC, DIRECTEUR, CONSULENT = 1, 2, 3


def a_register() -> Register:
    """Two schools with an ondersteuningscoordinator, a directeur and a consulent, and two besturen."""
    parties = {
        "10AA00": Party("10AA00", "school", "De Linde", bestuur="70001"),
        "11BB00": Party("11BB00", "school", "Het Baken", bestuur="70001"),
        "70001": Party("70001", "bestuur", "Stichting Noord"),
        "70002": Party("70002", "bestuur", "Stichting Zuid"),
    }
    contacts = {
        OC: Contact(OC, "oc@linde.example", "Ondersteuning De Linde", phone="010 1"),
        DIRECTEUR: Contact(DIRECTEUR, "directeur@linde.example", "Directie De Linde"),
        CONSULENT: Contact(CONSULENT, "consulent@swv.example", "Consulent"),
    }
    roles = (
        RoleRow(OC, "ondersteuningscoordinator", "10AA00"),
        RoleRow(DIRECTEUR, "directeur", "10AA00"),
        RoleRow(CONSULENT, "consulent", "10AA00"),
    )
    return Register(parties, contacts, roles)


def a_step(name: str, position: int, day: date, to: str = "ondersteuningscoordinator", **how: object) -> PlannedStep:
    """A step to one role."""
    step = PlannedStep(name, position, day, (to,), (), name.rstrip("-12"), False, name.startswith("escalatie"))
    return replace(step, **how)  # type: ignore[arg-type]


STEPS = (
    a_step("uitvraag", 0, date(2026, 11, 24)),
    a_step("herinnering", 1, date(2026, 12, 8)),
    a_step("te-laat", 2, date(2026, 12, 14)),
    a_step("bellen", 3, date(2026, 12, 16), "consulent"),
    a_step("escalatie-1", 4, date(2027, 1, 5), "directeur"),
    a_step("escalatie-2", 5, date(2027, 1, 15), "bestuurder", hold=True),
)


def a_task(**differs: object) -> StoredTask:
    """The december round of De Linde, open."""
    plan = PlannedTask(
        key="thuiszitters.2026-2027.december.10AA00",
        rule="thuiszitters",
        schooljaar="2026-2027",
        round="december",
        party="10AA00",
        kind="uitvraag",
        title="Thuiszitters in beeld",
        explanation="Vier keer per jaar.",
        asked="ondersteuningscoordinator",
        together=("consulent",),
        accept_needed=False,
        peildatum=date(2026, 12, 1),
        opens=date(2026, 11, 24),
        begins=None,
        due=date(2026, 12, 11),
        expires=None,
        steps=STEPS,
        reasons=(),
    )
    steps = tuple(StoredStep(step, "pending") for step in STEPS)
    return replace(StoredTask(plan, "open", 1, 1, steps, None), **differs)  # type: ignore[arg-type]


def step(name: str) -> PlannedStep:
    """A step of that task."""
    return next(one for one in STEPS if one.name == name)


def a_candidate(name: str, contact: int = OC, **differs: object) -> Candidate:
    """That step for a contact."""
    return Candidate(a_task(**differs), step(name), Recipient(contact, "aan", "ondersteuningscoordinator"))


def template_for(name: str, contact: int, *told: str, audience: str = "aan") -> str:
    """The text that a contact gets for a step, after having been told of earlier ones."""
    before = [Told(one, contact, "aan") for one in told]
    reader = Recipient(contact, audience, "directeur")  # type: ignore[arg-type]
    return item_of(a_task(), step(name), reader, before, a_register(), date(2027, 1, 5)).template


def test_of_two_steps_of_one_task_the_later_in_the_file_is_kept() -> None:
    kept, merged = latest([a_candidate("te-laat"), a_candidate("herinnering")])
    assert [one.step.name for one in kept] == ["te-laat"]
    assert [one.step.name for one in merged] == ["herinnering"]


def test_a_first_meeting_carries_the_text_of_the_request() -> None:
    assert template_for("te-laat", OC) == "uitvraag"


def test_the_mail_of_a_stage_explains_the_day_of_that_stage() -> None:
    stage = PlannedPhase("concept", date(2026, 12, 7), "ondersteuningscoordinator")
    why = (Reason("due", "Zo eindigt het document."), Reason("phase:concept", "6 schoolweken ervoor."))
    told, task = a_step("fase-concept", 0, date(2026, 11, 30), template="fase"), a_task()
    task = replace(task, plan=replace(task.plan, phases=(stage,), reasons=why))
    reader = Recipient(OC, "aan", "ondersteuningscoordinator")
    before = [Told("uitvraag", OC, "aan")]
    item = item_of(task, told, reader, before, a_register(), date(2026, 11, 30))
    assert (item.phase_due, item.due_reason) == (stage.date, "6 schoolweken ervoor.")
    assert item_of(task, step("herinnering"), reader, before, a_register(), date(2026, 12, 8)).due_reason == why[0].text


def test_a_stage_after_the_adoption_is_known_as_such() -> None:
    names = ("mr-advies", "vastgesteld", "gedeeld")
    stages = tuple(PlannedPhase(name, date(2026, 12, 7), "directeur") for name in names)
    task = replace(a_task(), plan=replace(a_task().plan, phases=stages))
    reader, before = Recipient(DIRECTEUR, "aan", "directeur"), [Told("uitvraag", DIRECTEUR, "aan")]
    steps = [a_step(f"fase-{name}", 0, date(2026, 11, 30), "directeur", template="fase") for name in names]
    items = [item_of(task, one, reader, before, a_register(), date(2026, 11, 30)) for one in steps]
    assert [item.phase_adopted for item in items] == [False, False, True]


def test_a_second_meeting_carries_the_text_of_its_step() -> None:
    assert template_for("te-laat", OC, "uitvraag") == "te-laat"


def test_who_was_asked_and_is_the_chief_too_gets_the_text_of_te_laat() -> None:
    assert template_for("escalatie-1", DIRECTEUR, "uitvraag") == "te-laat"
    assert template_for("escalatie-1", DIRECTEUR) == "escalatie"


@pytest.mark.parametrize(
    ("first", "last", "before", "said"),
    [
        (
            date(2026, 12, 1),
            date(2026, 11, 30),
            (),
            "Sinds dinsdag 1 december 2026 doet u het werk van Directie De Linde.",
        ),
        (date(2026, 12, 1), date(2026, 11, 30), (Told("uitvraag", OC, "aan"),), ""),
        (date(2026, 12, 1), date(2026, 11, 20), (), ""),
        (date(2026, 11, 2), date(2026, 11, 1), (), ""),
    ],
)
def test_who_takes_over_first_reads_from_whom(first: date, last: date, before: tuple[Told, ...], said: str) -> None:
    role = "ondersteuningscoordinator"
    register = a_register()
    rows = RoleRow(DIRECTEUR, role, "10AA00", None, last), RoleRow(OC, role, "10AA00", first)
    register = Register(register.parties, register.contacts, rows)
    reader = Recipient(OC, "aan", role)
    assert item_of(a_task(), step("te-laat"), reader, before, register, date(2027, 1, 5)).took_over == said


DECEMBER = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("others", "mine", "named"),
    [
        ([("an", None, date(2026, 11, 30))], (None, DECEMBER), "An"),
        ([("an", None, date(2026, 11, 20))], (None, DECEMBER), "An"),
        ([("an", None, date(2026, 11, 20)), ("bo", date(2026, 11, 21), date(2026, 11, 30))], (None, DECEMBER), "Bo"),
        ([("an", None, date(2026, 11, 20)), ("bo", None, None)], (None, DECEMBER), ""),
        ([("an", None, date(2026, 11, 30)), ("bo", None, None)], (None, DECEMBER), "An"),
        ([("an", None, date(2026, 11, 30)), ("an", DECEMBER, None)], (None, DECEMBER), ""),
        ([("an", DECEMBER, date(2026, 11, 30))], (None, DECEMBER), ""),
        ([("an", None, date(2026, 10, 1))], (None, DECEMBER), ""),
        ([("an", None, date(2026, 12, 11))], (None, DECEMBER), ""),
        ([("an", None, date(2026, 11, 30))], (date(2026, 9, 1), DECEMBER), "An"),
        ([("an", None, date(2026, 11, 20))], (DECEMBER, date(2026, 11, 21)), "An"),
        ([("an", None, date(2026, 11, 30))], (None, None), ""),
        ([], (None, DECEMBER), ""),
    ],
    ids=[
        "the list has another person",
        "nobody had the role for a while",
        "the last of two",
        "somebody else went on",
        "one of two is another",
        "the other has it again",
        "the other never had it",
        "it was not asked yet",
        "both have it",
        "the list gives an earlier day",
        "the list gives a later day",
        "since ever",
        "nobody before",
    ],
)
def test_who_comes_by_an_import_in_anothers_place_reads_from_whom(
    others: list[tuple[str, date | None, date | None]], mine: tuple[date | None, date | None], named: str
) -> None:
    """The day counts on which the role came, or its first day when that is later."""
    role, known = "ondersteuningscoordinator", a_register()
    people = {name: Contact(50 + at, f"{name}@x.example", name.capitalize()) for at, name in enumerate(("an", "bo"))}
    rows = [RoleRow(people[name].id, role, "10AA00", first, last) for name, first, last in others]
    rows.append(RoleRow(OC, role, "10aa00", mine[0], None, mine[1]))
    contacts = {**known.contacts, **{one.id: one for one in people.values()}}
    register = Register(known.parties, contacts, tuple(rows))
    said = took_over(Recipient(OC, "aan", role), "10AA00", date(2026, 11, 2), register, date(2026, 12, 5))
    assert said == (f"Sinds dinsdag 1 december 2026 doet u het werk van {named}." if named else "")


def test_what_is_of_a_past_schooljaar_stands_last() -> None:
    reader, register = Recipient(OC, "aan", "ondersteuningscoordinator"), a_register()
    now, later = (
        item_of(a_task(), STEPS[0], reader, (), register, day) for day in (date(2027, 1, 5), date(2027, 9, 1))
    )
    assert (now.earlier, later.earlier) == ("", "2026-2027")
    new = an_item(late=False, due=date(2027, 9, 15))
    assert in_order([later, new]) == (new, later)


@pytest.mark.parametrize("audience", ["kopie", "samen_met"])
def test_copies_and_company_are_for_information(audience: str) -> None:
    assert template_for("escalatie-1", CONSULENT, audience=audience) == "ter-informatie"


@pytest.mark.parametrize(
    ("name", "announced"),
    [
        ("herinnering", None),
        ("te-laat", (date(2027, 1, 5), "directeur")),
        ("bellen", (date(2027, 1, 5), "directeur")),
        ("escalatie-1", None),
    ],
)
def test_the_mail_before_an_escalation_announces_it(name: str, announced: tuple[date, str] | None) -> None:
    item = item_of(a_task(), step(name), Recipient(OC, "aan", "x"), [], a_register(), date(2026, 12, 14))
    assert (None if item.announced is None else (item.announced.day, item.announced.role)) == announced


def test_who_must_phone_reads_names_and_numbers() -> None:
    item = item_of(
        a_task(), step("bellen"), Recipient(CONSULENT, "aan", "consulent"), [], a_register(), date(2027, 1, 1)
    )
    assert (item.asked_names, item.asked_phones) == (("Ondersteuning De Linde",), ("010 1",))


def test_a_reminder_knows_which_of_how_many_it_is() -> None:
    item = item_of(a_task(), step("herinnering"), Recipient(OC, "aan", "x"), [], a_register(), date(2026, 12, 8))
    assert (item.reminder, item.reminders) == (1, 1)


@pytest.mark.parametrize(
    ("release", "name", "held", "waits"),
    [
        ("regel", "te-laat", "", False),
        ("regel", "escalatie-2", "", True),
        ("nooit", "escalatie-2", "", False),
        ("altijd", "te-laat", "", True),
        ("nooit", "te-laat", "had al open moeten gaan", True),
    ],
)
def test_what_waits_for_the_bureau(release: str, name: str, held: str, waits: bool) -> None:
    settings = Settings("SWV", "VO0001", "vo", "noord", "post@swv.example", release=release)  # type: ignore[arg-type]
    assert bool(must_wait(a_candidate(name, held=held), settings)) is waits


@pytest.mark.parametrize(("name", "waits"), [("uitvraag", True), ("herinnering", True), ("te-laat", False)])
def test_after_a_standstill_what_was_due_by_then_waits(name: str, waits: bool) -> None:
    settings = Settings("SWV", "VO0001", "vo", "noord", "post@swv.example", release="nooit")
    gap = Standstill(parse_moment("2026-12-02T16:00"), parse_moment("2026-12-08T08:30"))
    reason = "het programma stond stil van woensdag 2 december 2026 tot dinsdag 8 december 2026"
    assert must_wait(a_candidate(name), settings, gap) == (reason if waits else "")


@pytest.mark.parametrize(
    ("gone", "announced"), [("directeur", "bestuurder"), ("bestuurder", "directeur"), ("both", None), ("self", None)]
)
def test_only_an_escalation_to_somebody_else_who_exists_is_announced(gone: str, announced: str | None) -> None:
    """Where nobody has the role the bureau would hear, and the reader himself is no news."""
    who = {"directeur": DIRECTEUR, "bestuurder": CONSULENT}
    if gone == "self":
        who = {"directeur": OC}
    rows = [RoleRow(number, role, "10AA00") for role, number in who.items() if gone not in (role, "both")]
    register = replace(a_register(), roles=tuple(rows))
    item = item_of(a_task(), step("te-laat"), Recipient(OC, "aan", "x"), [], register, date(2026, 12, 14))
    assert (None if item.announced is None else item.announced.role) == announced


def test_an_escalation_whose_day_is_past_is_not_announced() -> None:
    item = item_of(a_task(), step("te-laat"), Recipient(OC, "aan", "x"), [], a_register(), date(2027, 1, 5))
    assert item.announced is None


def test_who_got_a_copy_reads_the_same_news_that_it_came_in() -> None:
    item = came_in(a_task(state="done"), Recipient(DIRECTEUR, "kopie", "controller"), a_register(), date(2027, 1, 6))
    assert (item.template, item.audience, item.late, item.because_of) == ("toch-binnen", "aan", False, "controller")


def test_what_is_late_stands_first() -> None:
    late, soon, later = an_item(late=True), an_item(due=date(2026, 11, 1)), an_item(due=date(2026, 12, 1))
    assert in_order([later, soon, late]) == (late, soon, later)


def test_information_on_many_schools_is_one_item() -> None:
    first = an_absence_item(audience="samen_met", task="thuiszitters.2026-2027.december.10AA00", party="De Linde")
    second = replace(first, task="thuiszitters.2026-2027.december.11BB00", party="Het Baken", asked_names=())
    (item,) = grouped([first, second], a_register())
    assert (item.task, item.party) == ("thuiszitters.2026-2027.december", "2 scholen")
    assert item.members == ("De Linde: Zorgteam De Zonnehoek", "Het Baken")


def test_what_asks_something_of_the_reader_is_never_joined() -> None:
    items = [an_absence_item(task=f"thuiszitters.2026-2027.december.{code}") for code in ("10AA00", "11BB00")]
    assert grouped(items, a_register()) == items


def test_information_on_boards_says_besturen() -> None:
    items = [an_item(audience="kopie", task=f"leerlingaantallen.2026-2027.{code}") for code in ("70001", "70002")]
    assert [item.party for item in grouped(items, a_register())] == ["2 besturen"]
