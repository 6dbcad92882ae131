"""What all operators of a step take on one GPU: formula by formula where somebody asks, else written into each other.

Half of a plan's time went into calls from one formula to the next; `timing.fused` holds the same formulas without them.
"""

import functools
from collections.abc import Callable, Sequence

from tokencost.formula import undisturbed
from tokencost.nouns.hardware import Platform, Precision
from tokencost.nouns.work import Operator
from tokencost.timing.fused import PRICING, Cost
from tokencost.timing.roofline import operator_cost
from tokencost.units import Num

ARRAYS = (TypeError, ValueError, DeprecationWarning)
"""What arithmetic on plain numbers says to the arrays of a sweep."""


class _Same:
    """A platform and a precision, the same as another if their records are: those of a catalogue are made once."""

    __slots__ = ("key", "on", "precision")

    def __init__(self, on: Platform, precision: Precision) -> None:
        self.on, self.precision = on, precision
        self.key = id(on.gpu), id(on.achieved), id(on.engine), id(precision)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.key == other.key


@functools.lru_cache(maxsize=1024)
def _prices(kind: type, where: _Same) -> Callable[..., Cost]:
    return PRICING[kind](where.on, where.precision)


def priced(operators: Sequence[Operator], on: Platform, precision: Precision) -> tuple[Num, ...]:
    """Sums over operators: arithmetic, memory and whole time in seconds, bytes of traffic, kernels."""
    if undisturbed():
        try:
            found = _fused(operators, _Same(on, precision))
        except ARRAYS:
            found = ()
        if all(type(total) is float for total in found) and found:
            return found
    costs = [operator_cost(op, on, precision) for op in operators]
    return (
        sum((cost.compute for cost in costs), 0.0),
        sum((cost.memory for cost in costs), 0.0),
        sum((cost.seconds for cost in costs), 0.0),
        sum((cost.traffic for cost in costs), 0.0),
        sum((cost.kernels for cost in costs), 0.0),
    )


def _fused(operators: Sequence[Operator], where: _Same) -> tuple[Num, ...]:
    known: dict[type, Callable[..., Cost]] = {}
    costs = []
    for op in operators:
        kind: type = type(op)
        price = known.get(kind)
        if price is None:
            price = known[kind] = _prices(kind, where)
        costs.append(price(op))
    return tuple(sum(column, 0.0) for column in zip(*costs, strict=True))
