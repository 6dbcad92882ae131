"""Derivations: what is recorded, and what may be taken as given."""

from dataclasses import dataclass

import pytest

from tokencost.formula import FORMULAS, assuming, deriving, formula, unit_of_field
from tokencost.nouns.hardware import Gpu
from tokencost.units import Seconds, Unit


@dataclass(frozen=True)
class Thing:
    """Something that formulas are about."""

    id: str
    size: float


@formula("definition")
def half(thing: Thing) -> Seconds:
    """Half its size."""
    return thing.size / 2


@formula("definition")
def twice(thing: Thing, times: float = 2.0) -> Seconds:
    """Its half, several times."""
    return times * half(thing)


@formula("definition", says="a sum over things")
def total(things: tuple[Thing, ...]) -> Seconds:
    """All halves."""
    return sum(half(thing) for thing in things)


THING = Thing("thing", 8.0)


def test_nothing_is_recorded_unless_asked_for() -> None:
    """
    A sweep must not pay for a report.
    """
    with deriving() as trace:
        pass
    twice(THING)

    assert [] == trace.children


def test_a_derivation_is_the_tree_of_calls() -> None:
    """
    Every number has its inputs below it.
    """
    with deriving() as trace:
        value = twice(THING)

    (step,) = trace.children
    assert (8.0, "twice", {"thing": THING}) == (value, step.formula.name, step.inputs)
    assert [("half", 4.0)] == [(child.formula.name, child.value) for child in step.children]


def test_a_derivation_shows_the_code_itself() -> None:
    """
    A second copy of an expression would drift.
    """
    with deriving() as trace:
        total((THING,))

    (step,) = trace.children
    assert "a sum over things" == step.formula.expression
    assert "thing.size / 2" == step.children[0].formula.expression


def test_an_assumption_replaces_the_formula_of_its_noun_alone() -> None:
    """
    A measured phase leaves the others predicted.
    """
    with assuming({"half:thing": 100.0}):
        found = half(THING), half(Thing("other", 8.0)), twice(THING)

    assert (100.0, 4.0, 200.0) == found
    assert 4.0 == half(THING)


def test_an_assumption_is_recorded_like_a_result() -> None:
    """
    The report marks it where it was used.
    """
    with assuming({"half:thing": 100.0}), deriving() as trace:
        twice(THING)

    (below,) = trace.children[0].children
    assert (100.0, []) == (below.value, below.children)


def test_a_failure_leaves_no_trace_behind() -> None:
    """
    The next derivation starts at its own root.
    """
    with deriving() as trace, pytest.raises(AttributeError):
        twice(None)  # type: ignore[arg-type]
    with deriving() as again:
        half(THING)

    assert ["twice"] == [step.formula.name for step in trace.children]
    assert ["half"] == [step.formula.name for step in again.children]


def test_a_body_of_two_statements_is_no_expression() -> None:
    """
    What cannot be printed has to say in words what it computes.
    """

    @formula("definition")
    def longer(thing: Thing) -> Seconds:
        """Two statements."""
        size = thing.size
        return size / 2

    about = FORMULAS[f"{__name__}.{longer.__name__}"]
    with pytest.raises(TypeError, match="one return expression"):
        _ = about.expression


def test_units_come_from_types() -> None:
    """
    Nothing says a unit twice.
    """
    assert Unit("B/s") == unit_of_field(Gpu, "memory_bandwidth")
    assert unit_of_field(Gpu, "name") is None
