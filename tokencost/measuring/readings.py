"""What was measured: an operator, and how long it took in every round. Nothing of what follows from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from tokencost.nouns.work import Operator
from tokencost.units import Bytes, Size
from tokencost.validation.rows import Row

Kind = Literal["product", "copy", "elementwise", "strided", "attention", "convolution", "kernel", "launch", "graph"]
"""Kernels by what they tell: rates, traffic, or (the last three) what a kernel, its launch and a graph cost."""

MIDDLE = 0.8
"""Share of the rounds that lies within the half-width, around the median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was measured on. `model` is the device as its maker calls it, `threads` those of the host."""

    name: str
    device: Literal["cpu", "cuda"]
    model: str
    memory: Bytes
    multiprocessors: Size
    threads: Size
    torch: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A kernel that can be timed: each call of `sample` gives the seconds of one run of `op`."""

    kind: Kind
    op: Operator
    precision: str
    sample: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Seconds of one run of `op` in every round."""

    kind: Kind
    op: Operator
    precision: str
    samples: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A model that can be timed: `row` says under which conditions, each call of `sample` gives seconds of its scope.

    `row` is without a value: that is what the samples will be.
    """

    row: Row
    sample: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Seconds of a model's scope in every round."""

    row: Row
    samples: tuple[float, ...]


def typical(samples: Sequence[float]) -> float:
    """The median: half of the rounds were faster."""
    return median(samples)


def half_width(samples: Sequence[float]) -> float:
    """Half the range of the middle rounds, as a share of the median; 0 for a single round."""
    ordered = sorted(samples)
    cut = round(len(ordered) * (1 - MIDDLE) / 2)
    middle = ordered[cut : len(ordered) - cut] or ordered
    return (middle[-1] - middle[0]) / 2 / typical(samples)
