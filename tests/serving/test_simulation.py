import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving.single import continuous_batching
from tokencost.serving import simulation
from tokencost.serving.arrivals import arrivals
from tokencost.serving.decoding import Replica, full_batch_service
from tokencost.serving.queueing import latency_percentile
from tokencost.serving.simulation import (
    any_service,
    constant_service,
    constant_service_array,
    half_width,
    percentile,
    share_within,
)

PATHS = st.lists(st.floats(0, 5), min_size=1, max_size=60).map(lambda gaps: list(itertools.accumulate(gaps)))
REPLICA = Replica(
    slots=6, steps=64, prompt_tokens=20, step_time=0.02, row_time=1e-3, token_time=2e-6, prefill_time=4e-3
)


@settings(max_examples=60, deadline=None)
@given(PATHS, st.integers(1, 9), st.floats(0.1, 20))
def test_three_routes_give_one_path(times: list[float], servers: int, service: float) -> None:
    """
    The list, the array and the heap are the same queue.
    """
    listed = constant_service(times, servers, service)

    assert listed == pytest.approx(constant_service_array(np.array(times), servers, service).tolist(), abs=1e-9)
    assert listed == pytest.approx(any_service(times, [service] * len(times), servers), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(PATHS, st.integers(1, 9), st.floats(0.1, 20), st.integers(1, 20))
def test_an_array_goes_on_where_its_last_part_ended(
    times: list[float], servers: int, service: float, in_cache: int
) -> None:
    """
    However few turns are worked on at once, also fewer than there are servers, and turns that are not whole.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation, "IN_CACHE", in_cache)
        found = constant_service_array(np.array(times), servers, service).tolist()

    assert constant_service(times, servers, service) == pytest.approx(found, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(PATHS, st.integers(1, 9), st.floats(0.1, 20))
def test_another_server_never_delays_a_request(times: list[float], servers: int, service: float) -> None:
    """
    Path by path, not only on average.
    """
    few, more = (constant_service(times, c, service) for c in (servers, servers + 1))

    assert all(late >= early - 1e-9 for late, early in zip(few, more, strict=True))


def test_a_simulated_percentile_covers_the_exact_one() -> None:
    """
    The interval of a path holds the law of the queue.
    """
    latencies = constant_service(arrivals(6.8, 60_000, seed=4), 8, 1.0)

    assert abs(percentile(latencies, 0.95) - latency_percentile(8, 1.0, 6.8, 0.95)) < 2 * half_width(latencies, 0.95)


def test_a_short_path_has_no_interval() -> None:
    """
    Twenty parts need a request beyond the percentile each.
    """
    assert math.inf == half_width([1.0] * 300, 0.95)


def test_a_heap_serves_mixed_requests_by_hand() -> None:
    """
    Two servers; the third request takes the one that is free at 2 s, the fourth the one at 5 s.
    """
    assert [5.0, 1.0, 3.5, 5.0] == any_service([0.0, 1.0, 1.5, 3.0], [5.0, 1.0, 3.0, 3.0], 2)


@pytest.mark.parametrize("rate", [0.3, 1.0, 2.2, 3.5])
@pytest.mark.parametrize(
    "replica", [REPLICA, replace(REPLICA, slots=1), replace(REPLICA, token_time=0.0, prefill_time=0.0)]
)
def test_jumping_between_events_skips_nothing(rate: float, replica: Replica) -> None:
    """
    The closed sum of many steps is the loop over them.
    """
    times = arrivals(rate, 300, seed=3, burstiness=2.0)

    assert step_by_step(times, replica) == pytest.approx(continuous_batching(times, replica), abs=1e-8)


def step_by_step(times: Sequence[float], replica: Replica) -> list[float]:
    """Continuous batching with one iteration of a loop per step."""
    now, admitted = 0.0, 0
    running: dict[int, int] = {}
    done: dict[int, float] = {}
    while len(done) < len(times):
        if not running and times[admitted] > now:
            now = times[admitted]
        joining = [n for n in range(admitted, len(times)) if times[n] <= now][: replica.slots - len(running)]
        running |= dict.fromkeys(joining, 0)
        admitted += len(joining)
        cached = sum(replica.prompt_tokens + age for age in running.values())
        now += len(joining) * replica.prefill_time
        now += replica.step_time + replica.row_time * len(running) + replica.token_time * cached
        running = {n: age + 1 for n, age in running.items()}
        done |= {n: now - times[n] for n, age in running.items() if age == replica.steps}
        running = {n: age for n, age in running.items() if age < replica.steps}
    return [done[n] for n in range(len(times))]


@pytest.mark.parametrize("rate", [0.5, 2.0, 3.0, 3.4])
def test_continuous_batching_stays_below_its_queue(rate: float) -> None:
    """
    Slots as servers with full-batch service bound every single request, but for a step at admission.
    """
    times = arrivals(rate, 4000, seed=9)
    step = full_batch_service(REPLICA) / REPLICA.steps
    bound = constant_service(times, REPLICA.slots, full_batch_service(REPLICA))

    assert all(late <= above + 2 * step for late, above in zip(continuous_batching(times, REPLICA), bound, strict=True))


def test_a_lone_request_takes_its_own_steps() -> None:
    """
    One row from an empty cache: 64 steps, the prompt and what it has generated.
    """
    alone = 4e-3 + 64 * (0.02 + 1e-3 + 2e-6 * (20 + 63 / 2))

    assert [pytest.approx(alone, rel=1e-12)] == continuous_batching([7.0], REPLICA)


@pytest.mark.parametrize("burstiness", [0.25, 1.0, 9.0])
def test_arrivals_keep_their_rate_and_burstiness(burstiness: float) -> None:
    """
    Mean gap 1 / rate, squared coefficient of variation as asked.
    """
    gaps = np.diff(arrivals(5.0, 40_000, burstiness=burstiness, seed=1))

    assert pytest.approx(gaps.mean(), rel=0.05) == 0.2
    assert burstiness == pytest.approx(gaps.var() / gaps.mean() ** 2, rel=0.1)


def test_the_interval_of_a_percentile_is_that_of_twenty_parts() -> None:
    """
    Parts at 0, 1, ... 19 s: variance 35 s2 on 19 degrees of freedom, Student's 1.729 for nine of ten, by hand.
    """
    parts = [float(part) for part in range(20) for _ in range(100)]

    assert 1.729 * math.sqrt(35 / 20) == pytest.approx(half_width(parts, 0.95), rel=1e-3)
    assert math.inf == half_width(parts[:399], 0.95)


def test_a_median_needs_two_requests_in_each_part() -> None:
    """
    Forty requests are just enough; in each part of two the smaller one is the median, by hand.
    """
    parts = [float(part) for part in range(20) for _ in range(2)]

    assert 1.729 * math.sqrt(35 / 20) == pytest.approx(half_width(parts, 0.5), rel=1e-9)
    assert math.inf == half_width(parts[:39], 0.5)


@pytest.mark.parametrize(("q", "expected"), [(0.0, 1.0), (0.25, 1.0), (0.26, 2.0), (0.5, 2.0), (0.95, 4.0), (1.0, 4.0)])
def test_a_percentile_is_the_smallest_that_a_share_does_not_exceed(q: float, expected: float) -> None:
    """
    Of four: a quarter each.
    """
    assert expected == percentile([4.0, 1.0, 3.0, 2.0], q)


def test_who_takes_as_long_as_the_limit_is_within_it() -> None:
    """
    Three of four.
    """
    assert [0.0, 0.5, 0.75, 1.0] == [share_within([4.0, 1.0, 3.0, 1.0], limit) for limit in (0.9, 1.0, 3.0, 9.0)]


def test_every_arrival_has_a_service_time() -> None:
    """
    One too few is a mistake of the caller.
    """
    with pytest.raises(ValueError, match="zip"):
        any_service([0.0, 1.0], [1.0], 2)
