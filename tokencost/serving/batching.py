"""Batches that start and end together: requests that wait are taken by the next free replica, as many as it may.

A replica that is free starts when a full batch waits, or when the first who waits has done so for the window; with no
window at once. The time of a batch depends on its size alone.
"""

import heapq
import math
from collections.abc import Sequence
from itertools import pairwise


def batch_service(times: Sequence[float], servers: int, batch_times: Sequence[float], window: float) -> list[float]:
    """Latency of each arrival; a batch of b requests takes `batch_times[b - 1]`, first come first served."""
    free, count, largest = [-math.inf] * servers, len(times), len(batch_times)
    latencies: list[float] = []
    first = 0
    while first < count:
        full = times[first + largest - 1] if first + largest <= count else math.inf
        start = max(free[0], min(times[first] + window, full))
        following = first + 1
        while following < count and following - first < largest and times[following] <= start:
            following += 1
        end = start + batch_times[following - first - 1]
        heapq.heapreplace(free, end)
        latencies.extend([end - time for time in times[first:following]])
        first = following
    return latencies


def between(known: dict[int, float]) -> tuple[float, ...]:
    """Times of batches of 1, 2, 3, ... from those of some sizes; a straight line between two of them."""
    found = [known[1]]
    for (few, short), (many, long) in pairwise(sorted(known.items())):
        found += [short + (long - short) * (b - few) / (many - few) for b in range(few + 1, many + 1)]
    return tuple(found)
