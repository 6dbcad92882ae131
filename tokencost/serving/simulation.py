"""Exact paths of a fleet under given arrivals: constant service, or any service.

Requests are served first come first served. Nothing is drawn at random here: arrivals are drawn elsewhere, or come from
a trace. Times are in seconds.
"""

import heapq
import math
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tokencost.units import Constant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCHES = 20
STUDENT = Constant(1.729, "", "two-sided 90 % quantile of Student's t with 19 degrees of freedom")


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


def percentile(latencies: Sequence[float], q: float) -> float:
    """The smallest latency that a share `q` does not exceed."""
    return sorted(latencies)[max(0, math.ceil(q * len(latencies)) - 1)]


def share_within(latencies: Sequence[float], limit: float) -> float:
    """Share of the requests that take no longer than `limit`."""
    return sum(map(limit.__ge__, latencies)) / len(latencies)


def half_width(latencies: Sequence[float], q: float) -> float:
    """Half of the 90 % interval of a percentile, from 20 consecutive parts; infinite for a path too short to tell."""
    size = len(latencies) // BATCHES
    if size < 1 / (1 - q):
        return math.inf
    parts = [percentile(latencies[k * size : (k + 1) * size], q) for k in range(BATCHES)]
    mean = math.fsum(parts) / BATCHES
    spread = math.fsum((part - mean) ** 2 for part in parts) / (BATCHES - 1)
    return STUDENT * math.sqrt(spread / BATCHES)
