"""One set of names for floats and arrays."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tokencost import numeric

ONE = {"ceil": numeric.ceil, "floor": numeric.floor, "exp": numeric.exp, "log": numeric.log}
TWO = {"maximum": numeric.maximum, "minimum": numeric.minimum, "power": numeric.power}


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("value", [0.25, 1.0, 2.5, 40.0])
def test_one_argument_agrees_with_numpy(name: str, value: float) -> None:
    """
    Plans and sweeps must not differ.
    """
    assert ONE[name](value) == pytest.approx(float(getattr(np, name)(value)), rel=1e-15)
    assert type(ONE[name](value)) is float


@pytest.mark.parametrize("name", TWO)
@pytest.mark.parametrize(("a", "b"), [(0.5, 3.0), (3.0, 0.5), (2.0, 2.0)])
def test_two_arguments_agree_with_numpy(name: str, a: float, b: float) -> None:
    """
    In either order.
    """
    assert TWO[name](a, b) == pytest.approx(float(getattr(np, name)(a, b)), rel=1e-15)


@pytest.mark.parametrize("call", [*TWO.values()])
@pytest.mark.parametrize("array_first", [True, False])
def test_an_array_anywhere_makes_an_array(call: Callable[..., Any], array_first: bool) -> None:
    """
    Axes meet plain numbers in every formula.
    """
    array = np.array([1.0, 5.0])
    found = call(array, 2.0) if array_first else call(2.0, array)

    assert (2,) == found.shape


def test_a_choice_keeps_what_it_chooses() -> None:
    """
    Scalars choose by their condition, arrays element by element.
    """
    assert (1.0, 2.0) == (numeric.where(True, 1.0, 2.0), numeric.where(False, 1.0, 2.0))
    assert [1.0, 2.0] == list(numeric.where(np.array([True, False]), 1.0, 2.0))


def test_large_numbers_stay_floats() -> None:
    """
    A training run of 1e24 FLOP would wrap as an integer.
    """
    assert 1e24 == numeric.ceil(1e24)
    assert math.isinf(numeric.maximum(math.inf, 1.0))
