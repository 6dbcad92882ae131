"""What a fleet does, by hand: how busy it is, what its percentiles rest on, and what each class sees."""

import math

import pytest

from tokencost.nouns.request import Traffic
from tokencost.serving.arrivals import common_arrivals
from tokencost.serving.decoding import Replica
from tokencost.serving.fleet import alone, capacity, keeping_up, percentiles, quantiles, utilisation
from tokencost.serving.paths import kinds_of, path
from tokencost.serving.queueing import latency_percentile
from tokencost.serving.service import Kind, fixed, mixed, shared, spread
from tokencost.serving.simulation import half_width, percentile
from tokencost.serving.sizing import Sizing

REPLICA = Replica(slots=4, steps=50, prompt_tokens=20, step_time=0.02, row_time=1e-3, token_time=1e-6)
TWO = mixed([Kind(share=0.6, full=0.5, alone=0.5), Kind(share=0.4, full=3.0, alone=3.0)])


def at(rate: float, **fields: float) -> Traffic:
    return Traffic(average=rate, peak=rate, **fields)


def sized(replicas: int, evidence: str = "law", requests: int = 4_000) -> Sizing:
    return Sizing(replicas=replicas, evidence=evidence, requests=requests)  # type: ignore[arg-type]


def test_work_over_slots_is_how_busy_a_fleet_is() -> None:
    """
    Nine requests of two seconds in four replicas of six slots are 18 of 24, and spares do not count.
    """
    answer = capacity(sized(4), fixed(2.0, slots=6), at(9.0), gpus=2.0, spares=2.0)

    assert 0.75 == utilisation(4, fixed(2.0, slots=6), at(9.0)) == answer.utilisation
    assert (6.0, 12.0, 6.0) == (answer.replicas, answer.gpus, answer.batch)
    assert answer.method.endswith("; 2 spares not counted on")


def test_one_spare_is_one_spare() -> None:
    """
    And none is not worth a word.
    """
    assert "; 1 spare not counted on" in capacity(sized(4), fixed(1.0), at(2.0), gpus=1.0, spares=1.0).method
    assert "spare" not in capacity(sized(4), fixed(1.0), at(2.0), gpus=1.0).method
    assert 4.0 == capacity(sized(4), fixed(1.0), at(2.0), gpus=1.0).replicas


def test_what_keeps_up_is_one_more_than_what_is_always_busy() -> None:
    """
    18 busy slots are 4.5 replicas of four, so five; 16 are four full ones, so five as well.
    """
    for rate in (9.0, 8.0):
        answer = keeping_up(fixed(2.0, slots=4), at(rate), gpus=3.0)

        assert (5.0, 15.0, 4.0) == (answer.replicas, answer.gpus, answer.batch)
        assert 2.0 * rate / 20 == answer.utilisation
        assert 2.0 == answer.p50 == answer.p95 == answer.p99


def test_without_traffic_one_replica_serves_one_batch() -> None:
    """
    Busy all the time, never waited for.
    """
    answer = alone(3.0, slots=4, gpus=2.0)

    assert (1.0, 2.0, 4.0, 1.0) == (answer.replicas, answer.gpus, answer.batch, answer.utilisation)
    assert 3.0 == answer.p50 == answer.p95 == answer.p99


def test_a_law_counts_every_slot_as_a_server() -> None:
    """
    Three replicas of four slots are M/D/12; half, 95 and 99 of a hundred requests.
    """
    service = shared(REPLICA)
    rate = 0.9 * 12 / float(service.full)
    late = percentiles(sized(3), service, at(rate))

    assert (late.p50, late.p95, late.p99) == tuple(
        latency_percentile(12, float(service.full), rate, q) for q in (0.5, 0.95, 0.99)
    )
    assert late.method == "upper bound (M/D/c, every slot taken)"
    assert late.p50 < late.p95 < late.p99


def test_a_law_adds_the_spread_of_service_to_the_bursts() -> None:
    """
    As heavy traffic does: a spread of a half and a burstiness of 1.5 wait like a burstiness of two.
    """
    traffic, bursty = at(7.0, burstiness=1.5), at(7.0, burstiness=2.0)

    assert quantiles(sized(8), fixed(1.0), bursty, (0.9,)) == quantiles(
        sized(8), spread(fixed(1.0), 0.5), traffic, (0.9,)
    )


def test_a_path_gives_the_percentiles_and_how_sure_they_are() -> None:
    """
    Without its first tenth; a large fleet is asked more often than it was decided on.
    """
    late = path(2, fixed(1.0), common_arrivals(1.5, 4_000, 1.0))[400:]
    found = percentiles(sized(2, "path"), fixed(1.0), at(1.5))

    assert (percentile(late, 0.5), percentile(late, 0.95), percentile(late, 0.99)) == found[:3]
    assert f"simulated (4,000 requests; p95 within {half_width(late, 0.95):.2g} s)" == found.method
    assert "simulated (6,000 requests" in percentiles(sized(300, "path"), fixed(1.0), at(150.0)).method


def test_a_trace_gives_what_it_took() -> None:
    """
    Four at once and two servers: 1, 1, 2 and 2 seconds.
    """
    traffic = Traffic(average=1.0, peak=1.5, arrivals=(0.0,) * 4)
    found = percentiles(sized(2, "trace"), fixed(1.0), traffic)

    assert (1.0, 2.0, 2.0, "trace replayed (4 arrivals at 1.5/s)") == tuple(found)


def test_a_fleet_without_idle_time_is_overloaded() -> None:
    """
    At the very end of what it can do, and not before.
    """
    assert "overloaded" == percentiles(sized(2), fixed(1.0), at(2.0)).method
    assert "exact (M/D/c)" == percentiles(sized(2), fixed(1.0), at(1.995)).method
    assert math.isinf(float(percentiles(sized(2), fixed(1.0), at(2.0)).p50))


@pytest.mark.parametrize("evidence", ["path", "trace"])
def test_every_class_sees_its_own_time(evidence: str) -> None:
    """
    With a server for everybody each request takes the time of its class, so none may be taken for the other.
    """
    traffic = Traffic(average=1.0, peak=1.0, arrivals=tuple(float(n) for n in range(300)))
    quick, slow = capacity(sized(50, evidence), TWO, traffic, gpus=1.0).classes

    assert (0.6, 0.5, 0.5, 0.5) == (quick.share, quick.p50, quick.p95, quick.p99)
    assert (0.4, 3.0, 3.0, 3.0) == (slow.share, slow.p50, slow.p95, slow.p99)


def test_classes_are_told_apart_only_on_a_path_that_has_all_of_them() -> None:
    """
    A law knows none, and one request is of one class.
    """
    lone = Traffic(average=1.0, peak=1.0, arrivals=(0.0,))

    assert () == capacity(sized(50), TWO, at(1.0), gpus=1.0).classes
    assert () == capacity(sized(50, "trace"), TWO, lone, gpus=1.0).classes
    assert () == capacity(sized(5, "path"), fixed(1.0), at(1.0), gpus=1.0).classes
    assert () == tuple(kinds_of(fixed(1.0), 10))
