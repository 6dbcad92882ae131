"""Best rows of a table: the least by one column, and those that no other row beats in every column."""

from typing import Any

PIVOTS = 6
"""Rows against which all others are compared before the rest is sorted: they rule out nearly everything."""


def least(values: Any, count: int) -> Any:
    """Places of the `count` least values in rising order, the first of equal ones; what is no number never counts."""
    import numpy as np

    known = (~np.isnan(values)).nonzero()[0]
    if len(known) > count:
        bound = np.partition(values[known], count - 1)[count - 1]
        below = known[values[known] < bound]
        known = np.concatenate([below, known[values[known] == bound][: count - len(below)]])
    return known[np.lexsort((known, values[known]))]


def front(table: Any) -> Any:
    """Places of the rows that no other row beats: less is better in every column; of equal rows the first."""
    import numpy as np

    rows = (~np.isnan(table).any(axis=1)).nonzero()[0]
    for n in range(PIVOTS):
        if len(rows) < 64:
            break
        here = table[rows]
        pivot = rows[_pivot(here, n)]
        rows = rows[(here < table[pivot]).any(axis=1) | (rows == pivot)]
    found: list[int] = []
    order = rows[np.lexsort((rows, *(table[rows, n] for n in reversed(range(table.shape[1])))))]
    best = np.empty((0, table.shape[1]))
    for row in order.tolist():
        if not (best <= table[row]).all(axis=1).any():
            found.append(row)
            best = np.concatenate([best, table[row : row + 1]])
    return np.asarray(found, dtype=np.int64)


def _pivot(here: Any, n: int) -> int:
    """A row that beats many: the least by a sum of shares, weighted towards one column after the other."""
    import numpy as np

    low = here.min(axis=0)
    weights = 1 / np.where(np.abs(low) > 0, np.abs(low), 1.0)
    if n:
        weights[(n - 1) % here.shape[1]] *= 4.0 ** (1 + (n - 1) // here.shape[1])
    least_ = here @ weights
    ties = (least_ == least_.min()).nonzero()[0]
    first = ties[np.lexsort((ties, *(here[ties, m] for m in reversed(range(here.shape[1])))))]
    return int(first[0])
