"""A summary says of millions of rows what looking at all of them would."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.sweeping.documents import computed, swept
from tokencost.sweeping.chunks import chunks_of, columns_of
from tokencost.sweeping.fronts import front, least
from tokencost.sweeping.summary import Summary, joined, median, part_of

SWEEP = swept(
    {
        "model": ["sdxl", "flux.1-schnell", "emu3-gen"], "resolution": [512, 1024],
        "steps": {"from": 1, "to": 40, "step": 3},
        "price": {"from": "1 USD/h", "to": "3 USD/h", "points": 9}, "latency.p95": ["2 s", "9 s"],
    },
    heat_map={"x": "price", "y": "steps", "value": "cost.per_asset_usd"}, top={"by": "latency.seconds", "count": 7},
)  # fmt: skip
COLUMNS = computed(SWEEP)


def summed(largest: int) -> Summary:
    parts = [part_of(SWEEP, chunk, columns_of(SWEEP, chunk)) for chunk in chunks_of(SWEEP, largest)]
    return joined(SWEEP, parts)


def test_ranges_and_best_points_are_those_of_all_rows() -> None:
    """
    Of equal points the first is told.
    """
    found, good = summed(100), COLUMNS["feasible"]
    latency = np.where(good, COLUMNS["latency.seconds"], np.inf)

    assert (SWEEP.points, good.sum()) == (found.rows, found.feasible)
    assert np.nanmin(COLUMNS["cost.per_asset_usd"]) == found.spreads["cost.per_asset_usd"].low
    assert np.nanmax(COLUMNS["cost.per_asset_usd"]) == found.spreads["cost.per_asset_usd"].high
    assert np.lexsort((np.arange(SWEEP.points), latency))[:7].tolist() == found.top.rows.tolist()


def test_medians_are_told_to_their_precision() -> None:
    """
    A part in 8,000, with no row kept.
    """
    spread = summed(100).spreads["cost.per_asset_usd"]
    known = np.sort(COLUMNS["cost.per_asset_usd"])
    due = known[(np.count_nonzero(~np.isnan(known)) - 1) // 2]

    assert abs(median(spread) / due - 1) <= 1 / 8000


def test_a_map_holds_the_least_of_every_cell() -> None:
    """
    Points that nobody can use are left out.
    """
    cost = np.where(COLUMNS["feasible"], COLUMNS["cost.per_asset_usd"], np.inf).reshape(SWEEP.size)
    names = [axis.name for axis in SWEEP.axes]
    others = tuple(n for n, name in enumerate(names) if name not in ("price", "steps"))

    np.testing.assert_array_equal(cost.min(axis=others), summed(64).cells)


def test_summaries_do_not_depend_on_the_cut() -> None:
    """
    The best of the best is the best.
    """
    few, many = summed(500_000), summed(29)

    assert few.pareto.rows.tolist() == many.pareto.rows.tolist()
    assert few.top.rows.tolist() == many.top.rows.tolist()
    assert {key: part.rows.tolist() for key, part in few.best.items()} == {
        key: part.rows.tolist() for key, part in many.best.items()
    }


TABLES = arrays.arrays(
    float, st.tuples(st.integers(0, 200), st.integers(1, 3)), elements=st.one_of(st.integers(-3, 9), st.just(np.nan))
)


@settings(max_examples=60, deadline=None)
@given(table=TABLES)
def test_a_front_is_what_nobody_beats(table: np.ndarray) -> None:
    """
    By comparing all with all.
    """
    rows = [n for n, row in enumerate(table) if not np.isnan(row).any()]
    beaten = {
        n
        for n, m in itertools.permutations(rows, 2)
        if (table[m] <= table[n]).all() and ((table[m] < table[n]).any() or m < n)
    }

    assert {*rows} - beaten == {*front([*table.T]).tolist()}


@settings(max_examples=60, deadline=None)
@given(values=arrays.arrays(float, st.integers(0, 60), elements=st.integers(0, 9)), count=st.integers(1, 12))
def test_the_least_come_in_order(values: np.ndarray, count: int) -> None:
    """
    The first of equal ones.
    """
    assert np.argsort(values, kind="stable")[:count].tolist() == least(values, count).tolist()
