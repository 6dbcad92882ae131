"""Promises every formula keeps. A new formula is covered the moment it is registered."""

import dataclasses
import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest

import tokencost
from tests.promises.building import arguments
from tests.promises.dimension import Dimension
from tests.promises.records import catalog
from tokencost.formula import FORMULAS, Formula
from tokencost.units import Constant, Unit

EDGES = ("tokencost.cli", "tokencost.report", "tokencost.measuring.on_torch", "tokencost.__main__")
"""Where nothing is computed, or nothing without PyTorch."""

for found in pkgutil.walk_packages(tokencost.__path__, "tokencost."):
    if not found.name.startswith(EDGES):
        importlib.import_module(found.name)

POINTS = 4
ULP = 4
SCALAR = {
    "tokencost.serving.mdc.waiting_quantile": "a bisection that ends at another point for every law",
    "tokencost.serving.queueing.latency_percentile": "a fleet is whole, so fleets are a loop",
}
"""Formulas of single numbers, and why nobody puts an array into them."""


def chosen(names: Iterable[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("formula", [pytest.param(FORMULAS[name], id=name) for name in names])


NAMES = [name for name in FORMULAS if name.startswith("tokencost.")]
formulas = chosen(NAMES)
expressions = chosen(name for name in NAMES if not FORMULAS[name].says)
of_arrays = chosen(name for name in NAMES if name not in SCALAR)


@pytest.fixture
def dimensions_for_constants(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named constants become dimensions too."""
    for name, module in list(sys.modules.items()):
        if name.startswith("tokencost."):
            for key, value in vars(module).items():
                if isinstance(value, Constant):
                    monkeypatch.setattr(module, key, Dimension.of(value.unit.symbol))


@expressions
@pytest.mark.usefixtures("dimensions_for_constants")
def test_units_agree(formula: Formula) -> None:
    """
    The unit a formula declares is the unit its expression has.
    """
    assert formula.output is not None
    for given in arguments(formula.call, lambda unit: Dimension.of(unit.symbol)):
        assert Dimension.of(formula.output.symbol) == formula.call(**given)


@expressions
def test_expressions_can_be_read(formula: Formula) -> None:
    """
    A derivation prints the one expression that was computed.
    """
    assert formula.expression


@of_arrays
def test_arrays_are_many_scalars(formula: Formula) -> None:
    """
    A sweep gives what single plans give, to the last digits.
    """
    for many, points in sampled(formula):
        for at, one in enumerate(points):
            for whole, part in zip(numbers(many), numbers(one), strict=True):
                np.testing.assert_array_max_ulp(np.broadcast_to(whole, (POINTS,))[at], np.float64(part), maxulp=ULP)


@of_arrays
def test_floats_stay_floats(formula: Formula) -> None:
    """
    A single plan needs no numpy, and an integer would wrap.
    """
    for _, points in sampled(formula):
        assert {float} >= {type(value) for one in points for value in numbers(one) if formula.output}


@formulas
def test_a_source_says_so(formula: Formula) -> None:
    """
    A formula nobody stands for is an opinion.
    """
    assert formula.cites in catalog().index["sources"]


@formulas
def test_a_sentence_says_what_it_is(formula: Formula) -> None:
    """
    The report prints it beside the numbers.
    """
    assert formula.doc.splitlines()[0].endswith(".")


def test_exceptions_are_still_formulas() -> None:
    """
    An exception for what is gone would cover the next formula of that name.
    """
    assert not set(SCALAR) - set(FORMULAS)


def sampled(formula: Formula) -> Iterator[tuple[Any, list[Any]]]:
    """What a formula gives for arrays, and for each of their points; networks take sizes on their grid."""
    rng = np.random.default_rng(0)
    drawn: list[Any] = []

    def array(_: Unit) -> Any:
        drawn.append(rng.uniform(1.0, 9.0, size=POINTS) if not formula.says else 8.0 * rng.integers(8, 20, size=POINTS))
        return drawn[-1]

    for choice, given in enumerate(arguments(formula.call, array)):
        many = formula.call(**given)
        yield many, [formula.call(**point(formula, choice, drawn, at)) for at in range(POINTS)]


def point(formula: Formula, choice: int, drawn: list[Any], at: int) -> dict[str, Any]:
    """The arguments again, with one float out of every array that was drawn for them."""
    again = iter(drawn)
    for n, given in enumerate(arguments(formula.call, lambda _: float(next(again)[at]))):
        if n == choice:
            return given
    raise AssertionError(formula.name)


def numbers(value: Any) -> Iterator[Any]:
    """Everything in an answer that is a number."""
    if dataclasses.is_dataclass(value):
        yield from numbers([getattr(value, field.name) for field in dataclasses.fields(value)])
    elif isinstance(value, list | tuple | Mapping):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from numbers(part)
    elif not (value is None or isinstance(value, str | bool)):
        yield value
