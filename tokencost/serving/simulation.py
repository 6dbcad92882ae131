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
    latencies: list[float] = []
    leave, note = ends.append, latencies.append
    for time in times:
        free = ends[0]
        end = (time if time > free else free) + service
        leave(end)
        note(end - time)
    return latencies


def constant_service_array(times: "NDArray[np.float64]", servers: int, service: float) -> "NDArray[np.float64]":
    """The same for an array: a running maximum per server, of arrival - turn * service, a cache of turns at a time."""
    import numpy as np

    latencies = np.empty(len(times))
    free, turns = np.full(servers, -math.inf), max(1, IN_CACHE // servers)
    for first in range(0, len(times), turns * servers):
        part = times[first : first + turns * servers]
        whole = len(part) // servers * servers
        starts = part[:whole].reshape(-1, servers)
        shift = service * np.arange(len(starts), dtype=np.float64)[:, None]
        path = starts - shift
        if whole:
            np.maximum(path[0], free, out=path[0])
            np.maximum.accumulate(path, axis=0, out=path)
            path += shift + service
            free = path[-1].copy()
        rest = np.maximum(part[whole:], free[: len(part) - whole]) + service
        latencies[first : first + whole] = path.ravel() - part[:whole]
        latencies[first + whole : first + len(part)] = rest - part[whole:]
    return latencies


IN_CACHE = 16_384
"""Requests that are worked on together: a few arrays of them stay in a processor's cache."""


def any_service(times: Sequence[float], services: Sequence[float], servers: int) -> list[float]:
    """Latency of each arrival with its own service time: it takes the server that is free first."""
    free = [-math.inf] * servers
    latencies: list[float] = []
    replace, note = heapq.heapreplace, latencies.append
    for time, service in zip(times, services, strict=True):
        soonest = free[0]
        end = (time if time > soonest else soonest) + service
        replace(free, end)
        note(end - time)
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
