"""Every point of a sweep is what a plan of it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sweeping.documents import TRAFFIC, computed, figure, planned, swept
from tokencost.sweeping.metrics import NAMES, UNDER_LOAD
from tokencost.sweeping.sweep import Sweep

ULP = 4
QUICK = [name for name in NAMES if name not in UNDER_LOAD]
PRICES = {"from": "0.5 USD/h", "to": "4 USD/h", "points": 5, "scale": "log"}
RATES = {"from": "0.2 req/s", "to": "60 req/s", "points": 8, "scale": "log"}

ALONE = swept(
    {
        "model": ["sdxl", "flux.1-dev", "emu3-gen", "imagen-4", "show-o", "infinity-2b"],
        "gpu": ["a100-80gb-sxm", "t4-16gb"], "precision": ["bf16", "fp8"], "steps": {"from": 1, "to": 40, "points": 4},
        "resolution": [512, 1000, 1024], "price": PRICES, "latency.p95": {"from": "1 s", "to": "90 s", "points": 9},
        "guidance": ["batched", "none"],
    },
    spec={"budget": {"per_asset": "0.002 USD"}}, metrics=QUICK,
)  # fmt: skip
LAWFUL = swept(
    {
        "model": ["sdxl", "flux.1-dev", "imagen-4"], "gpu": ["a100-80gb-sxm", "h100-80gb-sxm"], "traffic": RATES,
        "price": PRICES, "latency.p95": {"from": "2 s", "to": "40 s", "points": 5}, "spares": [0, 1],
        "assume.utilisation_target": [0.5, 1], "width": [512, 1024], "steps": [8, 30],
    },
    spec={"traffic": TRAFFIC, "budget": {"per_asset": "0.02 USD", "energy_per_asset": "4 kJ"}}, metrics=[*NAMES],
)  # fmt: skip
SHARED = swept(
    {
        "model": ["llamagen-xl", "janus-pro-7b"], "traffic.peak": {"from": "2 req/s", "to": "40 req/s", "points": 4},
        "latency.p95": ["20 s", "60 s"], "price": PRICES, "budget.per_asset": ["0.0008 USD", "0.01 USD"],
    },
    spec={"traffic": TRAFFIC}, metrics=QUICK,
)  # fmt: skip
OFFERED = swept(
    {"model": ["sdxl", "flux.1-schnell"], "traffic": RATES, "latency.p95": ["2 s", "20 s"]},
    spec={
        "traffic": TRAFFIC, "platform": {"mix": {"spot": 0.6, "on-demand": 0.4}},
        "budget": {"per_month": "4000 USD"},
    },
    metrics=QUICK,
)  # fmt: skip
ODD = swept(
    {"model": ["sdxl"], "traffic.average": ["1 req/s", "2 req/s"], "price": ["1 USD/h", "2 USD/h"]},
    spec={
        "traffic": {"average": "1 req/s", "profile": {"peak_to_mean": 1.5}},
        "platform": {"autoscale": True, "cold_start": "60 s"},
    },
    metrics=QUICK,
)  # fmt: skip
BURSTY = swept(
    {"model": ["sdxl-turbo"], "traffic": {"from": "1 req/s", "to": "20 req/s", "points": 4}, "price": PRICES},
    spec={"traffic": {**TRAFFIC, "burstiness": 2}}, metrics=[*NAMES],
)  # fmt: skip
SWEEPS = {"alone": ALONE, "lawful": LAWFUL, "shared": SHARED, "offered": OFFERED, "odd": ODD, "bursty": BURSTY}
COLUMNS = {name: computed(sweep) for name, sweep in SWEEPS.items()}


def apart(sweep: Sweep, columns: dict[str, np.ndarray], row: int) -> list[tuple[str, float, float]]:
    """Columns in which a row and its plan differ by more than the last digits."""
    candidate = planned(sweep, row)
    pairs = [(name, float(columns[name][row]), figure(candidate, name)) for name in sweep.metrics]
    return [
        (name, found, due)
        for name, found, due in pairs
        if np.isnan(found) != np.isnan(due) or abs(found - due) > ULP * np.spacing(abs(due))
    ]


@pytest.mark.parametrize("name", SWEEPS)
@settings(max_examples=12, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_point_is_what_its_plan_says(name: str, share: float) -> None:
    """
    A sweep that answers otherwise than a plan would be a second planner, and one of them wrong.
    """
    sweep = SWEEPS[name]

    assert [] == apart(sweep, COLUMNS[name], int(share * sweep.points))


@pytest.mark.parametrize("name", SWEEPS)
def test_chunks_do_not_change_what_they_hold(name: str) -> None:
    """
    Rows are the same wherever they are cut, or a sweep that continues would not fit to its beginning.
    """
    small = computed(SWEEPS[name], largest=37)

    for column, values in COLUMNS[name].items():
        np.testing.assert_array_equal(values, small[column])


def test_points_of_all_kinds_are_compared() -> None:
    """
    Where all points keep their limits, or none does, half of the choice is not looked at.
    """
    mixed = {name for name in SWEEPS if 0 < COLUMNS[name]["feasible"].mean() < 1}

    assert {"alone", "lawful", "shared", "offered"} <= mixed
