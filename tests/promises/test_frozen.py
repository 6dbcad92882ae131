"""No prediction changes unnoticed."""

import math

from tests.promises.frozen import FIGURES, predictions, stored

TOLERANCE = 1e-4
"""Far below any error of prediction, above rounding in the table."""


def test_predictions_are_what_they_were() -> None:
    """
    Where a change is intended, `python -m tests.promises.frozen` writes the table and its commit says why.
    """
    before, now = stored(), dict(predictions())
    moved = [
        f"{' '.join(key)}: {name} {old:g} -> {new:g}"
        for key in before.keys() & now.keys()
        for name, old, new in zip(FIGURES, before[key], now[key], strict=True)
        if not math.isclose(old, new, rel_tol=TOLERANCE)
    ]

    assert before.keys() == now.keys()
    assert not sorted(moved)[:20], f"{len(moved)} of {len(now) * len(FIGURES)} figures moved"


def test_the_table_is_worth_keeping() -> None:
    """
    A few thousand figures, none of them empty.
    """
    rows = stored()

    assert len(rows) * len(FIGURES) > 5000
    assert all(value > 0 and math.isfinite(value) for values in rows.values() for value in values)
