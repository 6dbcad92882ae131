"""Records are dataclasses in every respect but the time they take."""

import dataclasses
import pickle
from typing import Any

import pytest
from pydantic import TypeAdapter

from tokencost.record import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A record as the package makes them."""

    side: float
    name: str = "a"
    kinds: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    extra: dict[str, int] = dataclasses.field(default_factory=dict, compare=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """The same by the standard library."""

    side: float
    name: str = "a"
    kinds: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    extra: dict[str, int] = dataclasses.field(default_factory=dict, compare=False)


def test_it_says_what_the_standard_library_says() -> None:
    """
    Text, order of fields, plain data, copies and hashes.
    """
    ours, theirs = Ours(side=2.0, kinds=("x",)), Theirs(side=2.0, kinds=("x",))

    assert repr(theirs).replace("Theirs", "Ours") == repr(ours)
    assert dataclasses.asdict(theirs) == dataclasses.asdict(ours)
    assert [f.name for f in dataclasses.fields(theirs)] == [f.name for f in dataclasses.fields(ours)]
    assert hash(theirs) == hash(ours)
    assert replace(ours, name="b") == dataclasses.replace(ours, name="b") == Ours(side=2.0, kinds=("x",), name="b")
    assert ours == pickle.loads(pickle.dumps(ours)) == TypeAdapter(Ours).validate_python({"side": 2, "kinds": ["x"]})


def test_every_record_has_its_own_defaults() -> None:
    """
    What is made by a factory is made for each.
    """
    assert Ours(side=1.0).extra is not Ours(side=1.0).extra


@pytest.mark.parametrize("wrong", [{}, {"side": 1.0, "length": 2.0}, {"name": "b"}])
def test_a_record_is_whole_or_not_made(wrong: dict[str, Any]) -> None:
    """
    A missing or unknown field is a slip in our own code.
    """
    with pytest.raises(TypeError):
        Ours(**wrong)


def test_a_copy_knows_its_fields() -> None:
    """
    So it is with what is changed.
    """
    with pytest.raises(TypeError):
        replace(Ours(side=1.0), length=2.0)  # type: ignore[call-arg]


def test_records_never_change() -> None:
    """
    Formulas and memories rely on it.
    """
    record = Ours(side=1.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.side = 2.0  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del record.side

    assert Ours(side=1.0) == record
    assert Theirs(side=1.0) != record
