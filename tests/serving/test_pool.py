import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving.single import continuous_batching
from tokencost.serving.arrivals import arrivals
from tokencost.serving.decoding import Replica, full_batch_service
from tokencost.serving.pool import pooled_batching
from tokencost.serving.simulation import constant_service, percentile

REPLICA = Replica(
    slots=6, steps=64, prompt_tokens=20, step_time=0.02, row_time=1e-3, token_time=2e-6, prefill_time=4e-3
)
SERVICE = full_batch_service(REPLICA)


def equal(count: int) -> list[int]:
    return [REPLICA.steps] * count


@pytest.mark.parametrize("rate", [0.3, 1.0, 2.2, 3.5])
@pytest.mark.parametrize("replica", [REPLICA, replace(REPLICA, slots=1), replace(REPLICA, prefill_time=0.0)])
def test_a_pool_of_one_is_the_replica(rate: float, replica: Replica) -> None:
    """
    Two programs of different shape follow the same path.
    """
    times = arrivals(rate, 1500, seed=3, burstiness=2.0)

    assert continuous_batching(times, replica) == pytest.approx(
        pooled_batching(times, equal(1500), replica, 1), abs=1e-8
    )


@pytest.mark.parametrize(("rate", "replicas"), [(0.5, 1), (2.0, 2), (5.0, 2), (9.0, 3)])
def test_mixed_lengths_follow_the_loop_over_steps(rate: float, replicas: int) -> None:
    """
    Requests that write less leave earlier; the closed sums must skip nothing.
    """
    times, draw = arrivals(rate, 250, seed=5), random.Random(1)
    lengths = [draw.randint(1, 90) for _ in times]

    assert step_by_step(times, lengths, replicas) == pytest.approx(
        pooled_batching(times, lengths, REPLICA, replicas), abs=1e-8
    )


def step_by_step(times: Sequence[float], lengths: Sequence[int], replicas: int) -> list[float]:
    """The same pool, one event per step: the earliest boundary is settled, who waits takes its slots."""
    running: list[dict[int, int]] = [{} for _ in range(replicas)]
    joining: list[list[int]] = [[] for _ in range(replicas)]
    boundaries: list[tuple[float, int]] = []
    done: dict[int, float] = {}
    queue: list[int] = []

    def taken(r: int) -> int:
        return len(running[r]) + len(joining[r])

    def start(r: int, now: float) -> None:
        running[r] |= {n: lengths[n] for n in joining[r]}
        now += len(joining[r]) * REPLICA.prefill_time
        joining[r].clear()
        rows = running[r]
        if rows:
            cached = sum(REPLICA.prompt_tokens + lengths[n] - left for n, left in rows.items())
            now += REPLICA.step_time + REPLICA.row_time * len(rows) + REPLICA.token_time * cached
            running[r] = {n: left - 1 for n, left in rows.items()}
            heapq.heappush(boundaries, (now, r))

    def settle(until: float) -> None:
        while boundaries and boundaries[0][0] < until:
            now, r = heapq.heappop(boundaries)
            done.update({n: now - times[n] for n, left in running[r].items() if left == 0})
            running[r] = {n: left for n, left in running[r].items() if left}
            while queue and taken(r) < REPLICA.slots:
                joining[r].append(queue.pop(0))
            start(r, now)

    for n, time in enumerate(times):
        settle(time)
        least = min(range(replicas), key=taken)
        if taken(least) == REPLICA.slots:
            queue.append(n)
            continue
        joining[least].append(n)
        if not any(r == least for _, r in boundaries):
            start(least, time)
    settle(math.inf)
    return [done[n] for n in range(len(times))]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.floats(0.2, 1.1), st.integers(0, 9))
def test_no_request_is_later_than_in_the_queue_of_slots(replicas: int, load: float, seed: int) -> None:
    """
    Slots as servers with full-batch service certify a fleet only if they bound every path.
    """
    times = arrivals(load * replicas * REPLICA.slots / SERVICE, 600, seed=seed)
    bound = constant_service(times, replicas * REPLICA.slots, SERVICE)
    step = SERVICE / REPLICA.steps
    pooled = pooled_batching(times, equal(600), REPLICA, replicas)

    assert all(late <= above + 2 * step for late, above in zip(pooled, bound, strict=True))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.floats(0.2, 0.95), st.integers(0, 9))
def test_no_request_is_sooner_than_alone(replicas: int, load: float, seed: int) -> None:
    """
    The queue that rules fleets out serves every request as if it were alone in its batch.
    """
    alone = full_batch_service(replace(REPLICA, slots=1))
    times = arrivals(load * replicas * REPLICA.slots / SERVICE, 600, seed=seed)
    bound = constant_service(times, replicas * REPLICA.slots, alone)
    pooled = pooled_batching(times, equal(600), REPLICA, replicas)

    assert all(late >= below - 1e-9 for late, below in zip(pooled, bound, strict=True))


@pytest.mark.parametrize("replicas", [2, 4])
def test_a_pool_is_not_later_than_its_parts(replicas: int) -> None:
    """
    One queue for all replicas serves sooner than a queue for each, at the same load.
    """
    rate, count = 0.85 * REPLICA.slots / SERVICE, 6000
    pooled = pooled_batching(arrivals(rate * replicas, count, seed=2), equal(count), REPLICA, replicas)
    split = pooled_batching(arrivals(rate, count, seed=2), equal(count), REPLICA, 1)

    assert percentile(pooled, 0.95) < percentile(split, 0.95)


def test_every_request_leaves_once_and_none_before_it_came() -> None:
    """
    Conservation: as many latencies as arrivals, each at least the steps it takes.
    """
    times = arrivals(6.0, 2000, seed=8, burstiness=4.0)
    latencies = pooled_batching(times, equal(2000), REPLICA, 2)

    assert 2000 == len(latencies)
    assert min(latencies) >= REPLICA.steps * (REPLICA.step_time + REPLICA.row_time)
