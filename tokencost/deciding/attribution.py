"""Who moved a number: a change shared out among its causes so that the parts add up to it, to the last digit.

A value is a vector, one amount per line. `value(causes)` is what it would be if only those causes had happened, or
None where that cannot be computed; causes that make sense only together are then taken as one.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, pairwise
from math import factorial, floor

from tokencost.nouns.change import Method
from tokencost.units import Constant

Vector = Mapping[str, float]
Value = Callable[[frozenset[int]], Vector | None]
Groups = tuple[tuple[int, ...], ...]

MOST_SHARED = 3
"""Causes up to which every combination of them is computed: 8 plans."""
DIGITS = 4
CENT = Constant(0.01, "USD", "the smallest amount that is invoiced")


def groups_of(count: int, value: Value) -> Groups:
    """Causes in order, each joined with those before it until their sum can be computed; all together always can."""
    groups: list[tuple[int, ...]] = []
    pending: tuple[int, ...] = ()
    for cause in range(count):
        pending = (*pending, cause)
        if value(frozenset(range(cause + 1))) is not None:
            groups.append(pending)
            pending = ()
    return (*groups, pending) if pending else tuple(groups)


def attributed(groups: Groups, value: Value) -> tuple[list[Vector], Method]:
    """The part of every group: its mean over all orders, else what it adds to the groups before it."""
    if len(groups) < 2:
        return _in_order(groups, value), "one cause" if groups else "none"
    if len(groups) <= MOST_SHARED:
        known = {chosen: value(_union(groups, chosen)) for chosen in _subsets(len(groups))}
        complete = {chosen: found for chosen, found in known.items() if found is not None}
        if len(complete) == len(known):
            return [_mean(cause, len(groups), complete) for cause in range(len(groups))], "shapley"
    return _in_order(groups, value), "in order"


def _subsets(count: int) -> list[frozenset[int]]:
    return [frozenset(chosen) for size in range(count + 1) for chosen in combinations(range(count), size)]


def _union(groups: Groups, chosen: frozenset[int]) -> frozenset[int]:
    return frozenset(cause for group in chosen for cause in groups[group])


def _in_order(groups: Groups, value: Value) -> list[Vector]:
    states = [value(_union(groups, frozenset(range(n)))) or {} for n in range(len(groups) + 1)]
    return [_difference(after, before) for before, after in pairwise(states)]


def _difference(after: Vector, before: Vector) -> Vector:
    return {line: after.get(line, 0.0) - before.get(line, 0.0) for line in {**before, **after}}


def _mean(cause: int, count: int, value: Mapping[frozenset[int], Vector]) -> Vector:
    total: dict[str, float] = {}
    for before in value:
        if cause not in before:
            for line, added in _difference(value[before | {cause}], value[before]).items():
                total[line] = total.get(line, 0.0) + shapley_weight(len(before), count) * added
    return total


def shapley_weight(before: int, count: int) -> float:
    """Share of the orders in which exactly these causes come before: s! (n - s - 1)! / n! [shapley-1953]."""
    return factorial(before) * factorial(count - before - 1) / factorial(count)


def step_of(*amounts: float) -> float:
    """The unit that amounts are told in: a cent, or four digits of the largest of them where a cent is too coarse."""
    largest = max((abs(amount) for amount in amounts), default=0.0)
    if not largest or largest >= CENT * 10 ** (DIGITS - 1):
        return float(CENT)
    return float(f"1e{floor(_magnitude(largest)) - DIGITS + 1}")


def _magnitude(amount: float) -> int:
    """The power of ten of the first digit."""
    return int(f"{amount:e}".partition("e")[2])


def apportioned(shares: Sequence[float], total: int) -> list[int]:
    """Whole numbers next to the shares that add up to `total`: those that lose most by rounding down are rounded up."""
    found = [floor(share) for share in shares]
    order = sorted(range(len(found)), key=lambda n: (found[n] - shares[n], n))
    for turn in range(abs(total - sum(found))) if found else ():
        place = order[turn % len(order)] if total > sum(found) else order[-1 - turn % len(order)]
        found[place] += 1 if total > sum(found) else -1
    return found
