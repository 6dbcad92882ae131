"""What is read off kernels: the constants they were made with, and sane ones where they were not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measuring.synthetic import machine, processor, readings, seconds
from tests.promises.records import catalog
from tokencost.measuring.calibrate import started
from tokencost.measuring.fit import calibrated
from tokencost.measuring.readings import Reading, half_width, typical
from tokencost.nouns.hardware import Platform
from tokencost.nouns.work import Attention, Elementwise, Linear


def fitted(found: list[Reading]) -> Platform:
    return calibrated(started(catalog(), machine())[1], found, datasheet=False)


@given(bandwidth=st.floats(5e9, 500e9), intensity=st.floats(8, 80), kernel_time=st.floats(1e-6, 2e-5))
@settings(max_examples=25, deadline=None)
def test_a_calibrated_machine_is_predicted(bandwidth: float, intensity: float, kernel_time: float) -> None:
    """
    Shapes that were never measured take what the machine takes for them, whether it has few FLOPs per byte or many.
    """
    truth = processor(bandwidth=bandwidth, peak=bandwidth * intensity, kernel_time=kernel_time)
    found = fitted(readings(truth))
    others = (
        Linear(id="decode", rows=1, inner=2048, columns=5632),
        Linear(id="prefill", rows=200, inner=2048, columns=2048),
        Linear(id="image", rows=3000, inner=1152, columns=4608),
        Attention(id="attention", sequences=1, heads=12, kv_heads=12, queries=900, context=900, head_dim=64),
        Elementwise(id="gelu", elements=2**20, kernels=3),
        Elementwise(id="shift", elements=2**18, kernels=4, strided=0.5),
    )

    for op in others:
        assert seconds(op, truth) == pytest.approx(seconds(op, found), rel=0.15)


def test_constants_come_back() -> None:
    """
    The bandwidth, the peak and the price of a kernel are what the readings were made with.
    """
    truth = processor()
    found = fitted(readings(truth))

    assert truth.achieved.kernel_time == pytest.approx(found.achieved.kernel_time, rel=0.01)
    assert truth.gpu.memory_bandwidth == pytest.approx(found.gpu.memory_bandwidth * found.achieved.bandwidth, rel=0.1)
    assert truth.gpu.peak["fp32"] == pytest.approx(found.gpu.peak["fp32"], rel=0.05)
    assert truth.engine.strided == pytest.approx(found.engine.strided, rel=0.05)
    assert truth.achieved.attention == pytest.approx(found.achieved.attention, rel=0.05)


def test_curves_are_sane() -> None:
    """
    More rows reach no smaller share, larger tensors move no faster, and no share of arithmetic is above 1.
    """
    achieved = fitted(readings(processor())).achieved
    rows = [point.share for point in achieved.matmul_by_rows if point.rows >= 8]
    sizes = [point.share for point in achieved.elementwise_by_size]

    assert rows == sorted(rows)
    assert sizes == sorted(sizes, reverse=True)
    assert 0 < min(rows) <= max(float(p.share) for p in achieved.matmul_by_rows) <= 1


def test_a_reading_shorter_than_its_overhead_leaves_some_work() -> None:
    """
    Noise must not make a kernel take no time, nor a rate infinite.
    """
    found = [
        replace(one, samples=tuple(sample * 1e-3 for sample in one.samples)) if one.kind == "elementwise" else one
        for one in readings(processor(kernel_time=1e-3))
    ]

    assert all(0 < point.share < float("inf") for point in fitted(found).achieved.elementwise_by_size)


def test_the_datasheet_stays_where_there_is_one() -> None:
    """
    On a card of the catalogue shares are of its datasheet, and what nobody measured stays believed.
    """
    base, start = started(catalog(), machine("cuda", "NVIDIA A100-SXM4-80GB"))
    found = calibrated(start, readings(processor(bandwidth=1.5e12, peak=15e12)), datasheet=bool(base.datasheet))

    assert ("a100-80gb-sxm", "a100-80gb-sxm") == (base.datasheet, base.achieved)
    assert catalog().get("gpus", "a100-80gb-sxm").peak == found.gpu.peak
    assert 1.5 / 2.039 == pytest.approx(found.achieved.bandwidth, rel=0.1)
    assert catalog().get("achieved", "a100-80gb-sxm").matmul["int8"] == found.achieved.matmul["int8"]


def test_spread_is_that_of_the_middle_rounds() -> None:
    """
    One round in which something else ran says little; most of them say a lot.
    """
    calm = (1.0,) * 19

    assert (1.0, 0.0) == (typical((*calm, 9.0)), half_width((*calm, 9.0)))
    assert half_width((0.9, 1.0, 1.1)) == pytest.approx(0.1)
    assert 0 == half_width((1.0,))
