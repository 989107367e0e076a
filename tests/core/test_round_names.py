"""How rounds are told apart where several stand together."""

from __future__ import annotations

from engine.core.round_names import names_apart


def test_the_schooljaar_stands_where_two_have_one_name_alone() -> None:
    """A rule without rounds has its schooljaar in brackets."""
    this, next_ = "2026-2027", "2027-2028"
    rounds = [("Thuis", "maart", this), ("Thuis", "maart", next_), ("Thuis", "juni", this)]
    assert list(names_apart([*rounds, *rounds]).values()) == [
        "Thuis, ronde maart 2026-2027",
        "Thuis, ronde maart 2027-2028",
        "Thuis, ronde juni",
    ]
    assert names_apart([("Gesprek", "", this), ("Gesprek", "", next_)]) == {
        ("Gesprek", "", this): "Gesprek (2026-2027)",
        ("Gesprek", "", next_): "Gesprek (2027-2028)",
    }
