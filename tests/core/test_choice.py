"""The filter in an address: what it chooses, and what is said of a value that cannot be."""

from engine.core.choice import Choice, read_choice, status_options


def test_each_value_of_the_address_chooses_something() -> None:
    choice, told = read_choice(
        {
            "bestuur": "70001",
            "consulent": "12",
            "status": "te-laat",
            "ronde": "thuiszitters.2026-2027.december",
            "zoek": " de  linde ",
            "rondes": "alle",
            "sorteer": "-naam",
            "pagina": "3",
        }
    )
    assert told == ()
    assert choice == Choice(
        "70001", "12", "te-laat", "thuiszitters.2026-2027.december", "de linde", "", True, "-naam", 3
    )
    assert choice.wanted_status == "late"
    assert choice.narrows


def test_an_address_without_filter_chooses_everything() -> None:
    choice, told = read_choice({})
    assert (choice, told) == (Choice(), ())
    assert not choice.narrows


def test_a_value_that_cannot_be_is_told_in_a_plain_line() -> None:
    for name, value, line in (
        ("status", "boos", "De status 'boos' bestaat niet."),
        ("consulent", "<b>", "De consulent '<b>' is niet gevonden."),
        ("sorteer", "kleur", "Sorteren op 'kleur' kan niet."),
    ):
        choice, told = read_choice({name: value})
        assert len(told) == 1, name
        assert told[0].startswith(line), name
        assert choice.page == 1


def test_senseless_pages_and_long_texts_are_taken_for_what_they_can_be() -> None:
    for page in ("-1", "0", "x", "9" * 400, "²"):
        assert read_choice({"pagina": page})[0].page == 1, page
    assert read_choice({"zoek": "a\0b" + "c" * 1000})[0].text == "ab" + "c" * 98


def test_every_status_but_lapsed_can_be_asked_for_in_the_order_of_reading() -> None:
    assert [slug for slug, _ in status_options()] == [
        "te-laat",
        "vandaag",
        "deze-week",
        "te-controleren",
        "open",
        "afgesproken",
        "komt-nog",
        "concept",
        "gepauzeerd",
        "klaar",
        "nvt",
    ]
