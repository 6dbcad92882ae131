"""Exact paths of a fleet under given arrivals: constant service, any service, and continuous batching.

Requests are served first come first served. Nothing is drawn at random here but in `arrivals`; a trace
or a generator of one's own serves as well. Times are in seconds.
"""

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tokencost.formula import formula
from tokencost.serving.queueing import GUARD, Limit, Time, gallop
from tokencost.units import Constant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCHES = 20
STUDENT = Constant(1.729, "", "two-sided 90 % quantile of Student's t with 19 degrees of freedom")


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


def arrivals(rate: float, count: int, *, burstiness: float = 1.0, seed: int = 0) -> list[float]:
    """Times of `count` arrivals with Gamma gaps; `burstiness` is their squared coefficient of variation."""
    draw = random.Random(seed).gammavariate
    return list(itertools.accumulate(draw(1 / burstiness, burstiness / rate) for _ in range(count)))


def constant_service(times: Sequence[float], servers: int, service: float) -> list[float]:
    """Latency of each arrival: jobs leave in order, so request n takes the server that request n - c leaves."""
    ends = deque([-math.inf] * servers, maxlen=servers)
    latencies = []
    for time in times:
        end = max(time, ends[0]) + service
        ends.append(end)
        latencies.append(end - time)
    return latencies


def constant_service_array(times: "NDArray[np.float64]", servers: int, service: float) -> "NDArray[np.float64]":
    """The same for an array: one running maximum per server, of arrival - turn * service."""
    import numpy as np

    turns = -(-len(times) // servers)
    table = np.full(turns * servers, math.inf)
    table[: len(times)] = times
    shift = service * np.arange(turns, dtype=np.float64)[:, None]
    starts = np.maximum.accumulate(table.reshape(turns, servers) - shift, axis=0) + shift
    latencies: NDArray[np.float64] = starts.ravel()[: len(times)] - times + service
    return latencies


def any_service(times: Sequence[float], services: Sequence[float], servers: int) -> list[float]:
    """Latency of each arrival with its own service time: it takes the server that is free first."""
    free = [-math.inf] * servers
    latencies = []
    for time, service in zip(times, services, strict=True):
        end = max(time, free[0]) + service
        heapq.heapreplace(free, end)
        latencies.append(end - time)
    return latencies


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
                ahead = min(ahead, _steps_until(times[following] - now, replica, len(leaving), cached))
            now += _duration(ahead, replica, len(leaving), cached)
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


def _duration(steps: int, replica: Replica, rows: int, cached: int) -> float:
    first = replica.step_time + replica.row_time * rows + replica.token_time * cached
    return steps * first + replica.token_time * rows * (steps * (steps - 1) // 2)


def _steps_until(gap: float, replica: Replica, rows: int, cached: int) -> int:
    """The fewest steps, at least one, that last as long as `gap`."""
    growth = replica.token_time * rows / 2
    linear = _duration(1, replica, rows, cached) - growth
    gap = max(gap, 0.0)
    steps = max(1, math.ceil(2 * gap / (linear + math.sqrt(linear * linear + 4 * growth * gap))))
    while steps > 1 and _duration(steps - 1, replica, rows, cached) >= gap:
        steps -= 1
    while _duration(steps, replica, rows, cached) < gap:
        steps += 1
    return steps


@formula("definition", says="steps * (step + slots * (row + token * mean cache)) + slots * prefill, every slot taken")
def full_batch_service(replica: Replica) -> Time:
    """Service time of a slot that no request exceeds, but for the rest of the step it arrives in."""
    mean_cache = replica.prompt_tokens + (replica.steps - 1) / 2
    step = replica.step_time + replica.slots * (replica.row_time + replica.token_time * mean_cache)
    return replica.steps * step + replica.slots * replica.prefill_time


def servers_for_trace(times: Sequence[float], service: float, limits: Sequence[Limit]) -> int | None:
    """The fewest servers that would have met every limit on this path; None if the service time alone exceeds one."""

    def holds(servers: int) -> bool:
        latencies = constant_service(times, servers, service)
        return all(percentile(latencies, q) <= limit * (1 + GUARD) for q, limit in limits)

    return gallop(holds, 0, len(times)) if all(service <= limit * (1 + GUARD) for _, limit in limits) else None


def percentile(latencies: Sequence[float], q: float) -> float:
    """The smallest latency that a share `q` does not exceed."""
    return sorted(latencies)[max(0, math.ceil(q * len(latencies)) - 1)]


def half_width(latencies: Sequence[float], q: float) -> float:
    """Half of the 90 % interval of a percentile, from 20 consecutive parts; infinite for a path too short to tell."""
    size = len(latencies) // BATCHES
    if size < 1 / (1 - q):
        return math.inf
    parts = [percentile(latencies[k * size : (k + 1) * size], q) for k in range(BATCHES)]
    mean = math.fsum(parts) / BATCHES
    spread = math.fsum((part - mean) ** 2 for part in parts) / (BATCHES - 1)
    return STUDENT * math.sqrt(spread / BATCHES)
