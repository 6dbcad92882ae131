"""Arithmetic that keeps floats floats and hands arrays to the library they come from.

A single plan runs on plain floats and never imports numpy; a sweep puts arrays into the same
formulas. Arrays say themselves which library knows them (`__array_namespace__`).
"""

import math
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


def _library(*values: Any) -> Any:
    for value in values:
        if not isinstance(value, float | int) and hasattr(value, "__array_namespace__"):
            return value.__array_namespace__()
    return None
