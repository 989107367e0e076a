"""Records that are made by the hundred thousand behave as any other record."""

from dataclasses import dataclass, field, replace

from engine.core.lean import lean


@dataclass(frozen=True, slots=True)
class Named:
    """What another record is made of."""

    name: str


@lean
@dataclass(frozen=True, slots=True, order=True)
class Counted(Named):
    """A record with what records have."""

    count: int = 3
    seen: list[str] = field(default_factory=list, compare=False)


def test_a_lean_record_is_made_compared_and_replaced_as_another() -> None:
    one = Counted("a")
    assert (one.name, one.count, one.seen) == ("a", 3, [])
    assert one.seen is not Counted("a").seen
    assert replace(one, count=4) == Counted("a", 4)
    assert one < Counted(count=4, name="a")
    assert hash(one) == hash(Counted("a", 3))
    assert repr(one) == "Counted(name='a', count=3, seen=[])"
