"""Best rows of columns: the least by one of them, and those that no other row beats in every one."""

from collections.abc import Sequence
from typing import Any

PIVOTS = 6
"""Rows against which all others are compared before the rest is sorted: they rule out nearly everything."""
FEW = 64
"""Rows that are sorted at once."""
SAMPLE = 4096
"""Every n-th value, so many of them, bounds the least: only what lies below has to be sorted."""


def least(values: Any, count: int) -> Any:
    """Places of the `count` least values in rising order, the first of equal ones; what is no number never counts."""
    import numpy as np

    step = max(1, len(values) // SAMPLE)
    sample = np.sort(values[::step])
    bound = sample[min(count, len(sample)) - 1] if len(sample) >= count else np.nan
    known = (values <= bound).nonzero()[0] if not np.isnan(bound) else (~np.isnan(values)).nonzero()[0]
    if len(known) > count:
        bound = np.partition(values[known], count - 1)[count - 1]
        below = known[values[known] < bound]
        known = np.concatenate([below, known[values[known] == bound][: count - len(below)]])
    return known[np.lexsort((known, values[known]))]


def front(columns: Sequence[Any]) -> Any:
    """Places of the rows that no other row beats: less is better in every column; of equal rows the first."""
    import numpy as np

    unknown = np.isnan(columns[0])
    for column in columns[1:]:
        unknown |= np.isnan(column)
    rows = (~unknown).nonzero()[0]
    here = [column if len(rows) == len(column) else column[rows] for column in columns]
    for n in range(PIVOTS):
        if len(rows) < FEW:
            break
        pivot = _pivot(here, n)
        better = here[0] < here[0][pivot]
        for column in here[1:]:
            better |= column < column[pivot]
        better[pivot] = True
        rows, here = rows[better], [column[better] for column in here]
    return rows[_sorted_front(here)]


def _sorted_front(columns: Sequence[Any]) -> Any:
    """The same for few rows: in rising order, each compared with the best before it."""
    import numpy as np

    table = np.stack(columns, axis=1)
    best = np.empty_like(table)
    found: list[int] = []
    for row in np.lexsort((np.arange(len(table)), *reversed(columns))).tolist():
        if not (best[: len(found)] <= table[row]).all(axis=1).any():
            best[len(found)] = table[row]
            found.append(row)
    return np.asarray(found, dtype=np.int64)


def _pivot(columns: Sequence[Any], n: int) -> int:
    """A row that beats many: the least by a sum of shares, weighted towards one column after the other.

    Equal rows have equal sums, so it is the first of its equals.
    """
    total: Any = 0.0
    for at, column in enumerate(columns):
        low = abs(float(column.min())) or 1.0
        favoured = n > 0 and at == (n - 1) % len(columns)
        total = total + column * ((4.0 ** (1 + (n - 1) // len(columns)) if favoured else 1.0) / low)
    return int(total.argmin())
