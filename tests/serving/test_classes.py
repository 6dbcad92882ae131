"""Several classes of requests at one fleet."""

import math
from dataclasses import replace

import pytest

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving.arrivals import common_kinds
from tokencost.serving.decoding import Replica
from tokencost.serving.fleet import capacity
from tokencost.serving.paths import kinds_of, path
from tokencost.serving.service import Kind, fixed, mixed, mixed_steps, shared, spread
from tokencost.serving.simulation import any_service
from tokencost.serving.sizing import sized_by_law

LIMITS = (LatencyLimit(percentile=0.95, limit=8.0),)
REPLICA = Replica(
    slots=6, steps=64, prompt_tokens=20, step_time=0.02, row_time=1e-3, token_time=2e-6, prefill_time=4e-3
)
TIMES = [0.3 * n for n in range(2000)]


def test_classes_come_by_their_shares() -> None:
    """
    The same draws for every fleet.
    """
    drawn = common_kinds(40_000, (0.7, 0.3))

    assert 0.7 == pytest.approx(drawn.count(0) / 40_000, abs=0.01)
    assert drawn[:100] == common_kinds(40_000, (0.7, 0.3))[:100]


def test_fixed_times_follow_the_heap() -> None:
    """
    Each request takes the time of its class.
    """
    service = mixed([Kind(share=0.6, full=0.5, alone=0.5), Kind(share=0.4, full=3.0, alone=3.0)])
    each = [(0.5, 3.0)[kind] for kind in kinds_of(service, len(TIMES))]

    assert any_service(TIMES, each, 5) == path(5, service, TIMES)
    assert 1.5 == pytest.approx(float(service.full))


def test_equal_classes_are_one_class() -> None:
    """
    Split in two halves that ask for the same, nothing changes.
    """
    halves = mixed_steps([0.5, 0.5], [REPLICA, REPLICA])

    assert float(shared(REPLICA).full) == pytest.approx(float(halves.full))
    assert float(shared(REPLICA).alone) == pytest.approx(float(halves.alone))
    assert path(2, shared(REPLICA), TIMES) == path(2, halves, TIMES)
    assert 0.0 == pytest.approx(halves.variation, abs=1e-12)


def test_the_mean_of_shared_steps_is_what_an_overload_gets_done() -> None:
    """
    Slots over the mean time in one are the requests that leave per second while everybody waits.
    """
    long = replace(REPLICA, steps=200, prompt_tokens=90, prefill_time=0.02)
    service = mixed_steps([0.75, 0.25], [REPLICA, long])
    latencies = path(1, service, [0.0] * 6000)
    middle = sorted(latencies)[1000:5000]

    assert REPLICA.slots / float(service.full) == pytest.approx(4000 / (middle[-1] - middle[0]), rel=0.03)


def test_variation_adds_classes_and_spread() -> None:
    """
    Two fixed classes by hand: mean 1.5, mean square 3.75; a spread multiplies.
    """
    service = mixed([Kind(share=0.6, full=0.5, alone=0.5), Kind(share=0.4, full=3.0, alone=3.0)])

    assert 3.75 / 2.25 - 1 == pytest.approx(service.variation)
    assert 3.75 / 2.25 * 1.5 - 1 == pytest.approx(spread(service, 0.5).variation)
    assert 0.0 == fixed(2.0).variation


def test_percentiles_of_classes_make_up_those_of_all() -> None:
    """
    The overall percentile lies between those of the classes; slower classes are later.
    """
    service = mixed([Kind(share=0.6, full=0.5, alone=0.5), Kind(share=0.4, full=3.0, alone=3.0)])
    traffic = Traffic(average=4.0, peak=4.0)
    found = sized_by_law(service, traffic, LIMITS)
    assert found is not None
    answer = capacity(found, service, traffic, gpus=1.0)
    quick, slow = answer.classes

    assert quick.p50 < slow.p50
    assert quick.p95 < answer.p95 < slow.p95 <= 8.0 + 3.0
    assert answer.p95 <= 8.0
    assert (0.6, 0.4) == (quick.share, slow.share)
    assert math.floor(4.0 * 1.5) < found.replicas
