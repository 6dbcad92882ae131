"""Where along an axis a choice turns: outward over a grid, then bisection between the last value that keeps it and
the first that does not, down to the axis's own resolution. Between two grid values one turn is assumed."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tokencost.units import Constant

DIGITS = 4
"""Significant digits of a value on a continuous axis: a relative distance of 1e-3 or less between neighbours."""
STEP = Constant(1.6, "", "ratio of neighbours on the grid of a continuous axis: five values to a decade")


class Turn(NamedTuple):
    """The last value that keeps the choice, and the next one, which does not."""

    kept: float
    turned: float


def first_turn(
    keeps: Callable[[float], bool], start: float, grid: Sequence[float], middle: Callable[[float, float], float]
) -> Turn | None:
    """The nearest turn on a grid that leads away from `start`, where the choice holds; None if it holds everywhere."""
    kept = start
    for value in grid:
        if not keeps(value):
            return bisected(keeps, kept, value, middle)
        kept = value
    return None


def bisected(
    keeps: Callable[[float], bool], kept: float, turned: float, middle: Callable[[float, float], float]
) -> Turn:
    """Neighbours on the axis between which the choice turns; `middle` is one of its ends where nothing lies between."""
    while (value := middle(kept, turned)) not in (kept, turned):
        kept, turned = (value, turned) if keeps(value) else (kept, value)
    return Turn(kept, turned)


def rounded(value: float, digits: int = DIGITS) -> float:
    """To the digits in which a value of a continuous axis is written."""
    return float(f"{value:.{digits}g}")


def between(low: float, high: float, digits: int = DIGITS) -> float:
    """The geometric mean of two positive values, in as many digits."""
    return rounded(math.sqrt(low * high), digits)


def whole_between(step: float, low: float, high: float) -> float:
    """The multiple of `step` halfway between two multiples."""
    return (low / step + high / step) // 2 * step


def outward(start: float, end: float, digits: int = DIGITS) -> Iterator[float]:
    """Values from `start` (left out) to `end`, each STEP times or a STEP-th of the one before."""
    if end == start:
        return
    rising = end > start
    value = rounded(start * STEP, digits) if rising else rounded(start / STEP, digits)
    while value < end if rising else value > end:
        yield value
        value = rounded(value * STEP, digits) if rising else rounded(value / STEP, digits)
    yield end
