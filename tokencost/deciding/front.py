"""What nothing else beats in every respect."""

from collections.abc import Sequence

from tokencost.units import Num


def front(rows: Sequence[Sequence[Num]]) -> tuple[bool, ...]:
    """Whether each row is on the Pareto front, less being better everywhere; of equal rows all are."""
    return tuple(not any(_beats(other, row) for other in rows) for row in rows)


def _beats(one: Sequence[Num], other: Sequence[Num]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)
