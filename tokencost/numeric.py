"""Arithmetic that keeps floats floats and hands arrays to the library they come from.

A single plan runs on plain floats and never imports numpy; a sweep puts arrays into the same
formulas. Arrays say themselves which library knows them (`__array_namespace__`).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, cast

from tokencost.units import Num


def maximum(a: Num, b: Num) -> Num:
    """The larger of two, element by element."""
    if isinstance(a, float | int) and isinstance(b, float | int):
        return a if a >= b else b
    return cast(Num, _library(a, b).maximum(a, b))


def minimum(a: Num, b: Num) -> Num:
    """The smaller of two, element by element."""
    if isinstance(a, float | int) and isinstance(b, float | int):
        return a if a <= b else b
    return cast(Num, _library(a, b).minimum(a, b))


def where(condition: Any, a: Num, b: Num) -> Num:
    """`a` where the condition holds, else `b`; both are evaluated."""
    library = _library(condition, a, b)
    return cast(Num, library.where(condition, a, b)) if library else (a if condition else b)


def ceil(a: Num) -> Num:
    """Rounded up to a whole number, as a float."""
    if isinstance(a, float | int):
        return float(math.ceil(a))
    return cast(Num, _library(a).ceil(a))


def floor(a: Num) -> Num:
    """Rounded down to a whole number, as a float."""
    if isinstance(a, float | int):
        return float(math.floor(a))
    return cast(Num, _library(a).floor(a))


def power(a: Num, b: Num) -> Num:
    """`a` to the `b`; a is positive."""
    library = _library(a, b)
    return cast(Num, library.power(a, b)) if library else math.pow(a, b)


def exp(a: Num) -> Num:
    """The exponential."""
    library = _library(a)
    return cast(Num, library.exp(a)) if library else math.exp(a)


def log(a: Num) -> Num:
    """The natural logarithm of a positive number."""
    library = _library(a)
    return cast(Num, library.log(a)) if library else math.log(a)


def interpolate(points: Sequence[tuple[Num, Num]], at: Num) -> Num:
    """The curve through `points` (x rising, all positive) at `at`: straight over the logarithm of x, level outside."""
    value = points[0][1]
    for (left, low), (right, high) in pairwise(points):
        passed = log(maximum(at, left) / left) / log(right / left)
        value = value + (high - low) * minimum(passed, 1.0)
    return value


def _library(*values: Any) -> Any:
    for value in values:
        if not isinstance(value, float | int) and hasattr(value, "__array_namespace__"):
            return value.__array_namespace__()
    return None
