"""Continuous batching: what a replica's steps take, and the exact path of one replica and of a fleet.

Between arrivals and departures the batch b is constant and its cache K grows by b per step, so m steps take
m (t0 + t1 b + g K) + g b m (m - 1) / 2. A path therefore costs a few events per request instead of one per step.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from tokencost.formula import formula
from tokencost.serving.queueing import Time


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One copy of a generator with continuous batching; every request takes the same number of steps.

    A step takes `step_time` plus `row_time` for each request in the batch plus `token_time` for each token
    cached; a request brings `prompt_tokens` and adds one token per step. Admission takes `prefill_time`,
    during which the batch stands still.
    """

    slots: int
    steps: int
    prompt_tokens: int
    step_time: float
    row_time: float
    token_time: float
    prefill_time: float = 0.0


def continuous_batching(times: Sequence[float], replica: Replica) -> list[float]:
    """Latency of each arrival at one replica, two events per request instead of one per step.

    Between arrivals and departures the batch b is constant and its cache grows by b per step, so m steps take
    m (t0 + t1 b + g K) + g b m (m - 1) / 2; the step after an arrival is the root of that quadratic.
    """
    latencies: list[float] = []
    leaving: deque[int] = deque()
    now, step, cached, following = 0.0, 0, 0, 0
    while len(latencies) < len(times):
        while leaving and leaving[0] == step:
            leaving.popleft()
            cached -= replica.prompt_tokens + replica.steps
            latencies.append(now - times[len(latencies)])
        waiting = _waiting(times, following, now, replica.slots - len(leaving))
        leaving.extend([step + replica.steps] * waiting)
        cached += waiting * replica.prompt_tokens
        now += waiting * replica.prefill_time
        following += waiting
        if leaving:
            ahead = leaving[0] - step
            if following < len(times) and len(leaving) < replica.slots:
                ahead = min(ahead, steps_until(times[following] - now, replica, len(leaving), cached))
            now += duration(ahead, replica, len(leaving), cached)
            step, cached = step + ahead, cached + ahead * len(leaving)
        elif following < len(times):
            now = times[following]
    return latencies


def _waiting(times: Sequence[float], first: int, now: float, room: int) -> int:
    """How many requests have arrived by `now` and find a slot."""
    last = first
    while last - first < room and last < len(times) and times[last] <= now:
        last += 1
    return last - first


def duration(steps: int, replica: Replica, rows: int, cached: int) -> float:
    """Time of so many steps in a row with the same requests."""
    first = replica.step_time + replica.row_time * rows + replica.token_time * cached
    return steps * first + replica.token_time * rows * (steps * (steps - 1) // 2)


def steps_until(gap: float, replica: Replica, rows: int, cached: int) -> int:
    """The fewest steps, at least one, that last as long as `gap`."""
    growth = replica.token_time * rows / 2
    linear = duration(1, replica, rows, cached) - growth
    gap = max(gap, 0.0)
    steps = max(1, math.ceil(2 * gap / (linear + math.sqrt(linear * linear + 4 * growth * gap))))
    while steps > 1 and duration(steps - 1, replica, rows, cached) >= gap:
        steps -= 1
    while duration(steps, replica, rows, cached) < gap:
        steps += 1
    return steps


@formula("definition", says="steps * (step + slots * (row + token * mean cache)) + slots * prefill, every slot taken")
def full_batch_service(replica: Replica) -> Time:
    """Service time of a slot that no request exceeds, but for the rest of the step it arrives in."""
    mean_cache = replica.prompt_tokens + (replica.steps - 1) / 2
    step = replica.step_time + replica.slots * (replica.row_time + replica.token_time * mean_cache)
    return replica.steps * step + replica.slots * replica.prefill_time
