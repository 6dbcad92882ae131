import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving.single import continuous_batching
from tokencost.serving import pool
from tokencost.serving.arrivals import arrivals
from tokencost.serving.decoding import Replica, Shape, full_batch_service, shape_of
from tokencost.serving.pool import pooled_batching
from tokencost.serving.simulation import constant_service, percentile

REPLICA = Replica(
    slots=6, steps=64, prompt_tokens=20, step_time=0.02, row_time=1e-3, token_time=2e-6, prefill_time=4e-3
)
SERVICE = full_batch_service(REPLICA)


def pooled(times: Sequence[float], replicas: int, replica: Replica = REPLICA) -> list[float]:
    return pooled_batching(times, [0] * len(times), [shape_of(replica)], replica, replicas)


@pytest.mark.parametrize("rate", [0.3, 1.0, 2.2, 3.5])
@pytest.mark.parametrize("replica", [REPLICA, replace(REPLICA, slots=1), replace(REPLICA, prefill_time=0.0)])
def test_a_pool_of_one_is_the_replica(rate: float, replica: Replica) -> None:
    """
    Two programs of different shape follow the same path.
    """
    times = arrivals(rate, 1500, seed=3, burstiness=2.0)

    assert continuous_batching(times, replica) == pytest.approx(pooled(times, 1, replica), abs=1e-8)


@pytest.mark.parametrize(("rate", "replicas"), [(0.5, 1), (2.0, 2), (5.0, 2), (9.0, 3)])
def test_mixed_requests_follow_the_loop_over_steps(rate: float, replicas: int) -> None:
    """
    Requests that write less leave earlier, those with longer prompts fill the cache; the closed sums must skip nothing.
    """
    times, draw = arrivals(rate, 250, seed=5), random.Random(1)
    shapes = [Shape(draw.randint(1, 90), draw.randint(1, 300), draw.choice([0.0, 0.004, 0.05])) for _ in range(40)]
    kinds = [draw.randrange(40) for _ in times]

    assert step_by_step(times, [shapes[kind] for kind in kinds], replicas) == pytest.approx(
        pooled_batching(times, kinds, shapes, REPLICA, replicas), abs=1e-8
    )


def step_by_step(times: Sequence[float], asked: Sequence[Shape], replicas: int) -> list[float]:
    """The same pool, one event per step: the earliest boundary is settled, who waits takes its slots."""
    running: list[dict[int, int]] = [{} for _ in range(replicas)]
    joining: list[list[int]] = [[] for _ in range(replicas)]
    boundaries: list[tuple[float, int]] = []
    done: dict[int, float] = {}
    queue: list[int] = []

    def taken(r: int) -> int:
        return len(running[r]) + len(joining[r])

    def start(r: int, now: float) -> None:
        running[r] |= {n: asked[n].steps for n in joining[r]}
        now += math.fsum(asked[n].prefill_time for n in joining[r])
        joining[r].clear()
        rows = running[r]
        if rows:
            cached = sum(asked[n].prompt_tokens + asked[n].steps - left for n, left in rows.items())
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
    latencies = pooled(times, replicas)

    assert all(late <= above + 2 * step for late, above in zip(latencies, bound, strict=True))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.floats(0.2, 0.95), st.integers(0, 9))
def test_no_request_is_sooner_than_alone(replicas: int, load: float, seed: int) -> None:
    """
    The queue that rules fleets out serves every request as if it were alone in its batch.
    """
    alone = full_batch_service(replace(REPLICA, slots=1))
    times = arrivals(load * replicas * REPLICA.slots / SERVICE, 600, seed=seed)
    bound = constant_service(times, replicas * REPLICA.slots, alone)
    latencies = pooled(times, replicas)

    assert all(late >= below - 1e-9 for late, below in zip(latencies, bound, strict=True))


@pytest.mark.parametrize("replicas", [2, 4])
def test_a_pool_is_not_later_than_its_parts(replicas: int) -> None:
    """
    One queue for all replicas serves sooner than a queue for each, at the same load.
    """
    rate, count = 0.85 * REPLICA.slots / SERVICE, 6000
    together = pooled(arrivals(rate * replicas, count, seed=2), replicas)
    split = pooled(arrivals(rate, count, seed=2), 1)

    assert percentile(together, 0.95) < percentile(split, 0.95)


def test_every_request_leaves_once_and_none_before_it_came() -> None:
    """
    Conservation: as many latencies as arrivals, each at least the steps it takes.
    """
    times = arrivals(6.0, 2000, seed=8, burstiness=4.0)
    latencies = pooled(times, 2)

    assert 2000 == len(latencies)
    assert min(latencies) >= REPLICA.steps * (REPLICA.step_time + REPLICA.row_time)


@pytest.mark.parametrize("replicas", [2, 4])
def test_what_is_known_of_room_stays_small(replicas: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Entries that are no longer true are thrown away at 64 for each replica, however long the path is, and not before.
    """
    sizes: list[int] = []
    fewest = pool._fewest

    def noted(state: pool._Pool) -> int:
        found = fewest(state)
        sizes.append(len(state.room))
        return found

    monkeypatch.setattr(pool, "_fewest", noted)
    pooled(arrivals(0.6 * replicas * REPLICA.slots / SERVICE, 4000, seed=1), replicas)

    assert 64 * replicas == max(sizes)
    assert sizes.count(replicas) < len(sizes) / 10
