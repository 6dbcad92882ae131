"""M/D/c by a route of its own: the stationary Markov chain of the queue by linear algebra, then Franx's sum."""

import functools
import math

import numpy as np
from numpy.typing import NDArray

FEWEST_PLACES = 250
TAIL = 20.0
"""P(Q > j) falls by e about every load / (2 (servers - load)) places: 40 of those distances hold it all."""


def poisson(count: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    log_factorial = np.array([math.lgamma(j + 1) for j in count])
    return np.asarray(np.exp(count * math.log(mean) - mean - log_factorial))


@functools.lru_cache(maxsize=256)
def queue_cumulative(servers: int, load: float) -> NDArray[np.float64]:
    """P(at most j requests wait), from N' = max(N - servers, 0) + Poisson(load) one service time later."""
    size = servers + max(FEWEST_PLACES, math.ceil(TAIL * load / (servers - load)))
    arrivals = poisson(np.arange(size, dtype=float), load)
    step = np.zeros((size, size))
    for present in range(size):
        left = max(present - servers, 0)
        step[present, left:] = arrivals[: size - left]
    balance = step.T - np.eye(size)
    balance[-1] = 1.0
    present_law = np.linalg.solve(balance, np.eye(size)[-1])
    return np.asarray(np.cumsum(present_law)[servers:])


def tail(servers: int, load: float, wait: float) -> float:
    """P(W > wait), in service times."""
    k = math.floor(wait) + 1
    cumulative = queue_cumulative(servers, load)
    count = np.arange(k * servers)
    place = np.minimum(k * servers - 1 - count, len(cumulative) - 1)
    return float(1 - poisson(count.astype(float), load * (k - wait)) @ cumulative[place])


def meets(servers: int, load: float, q: float, limit: float) -> bool:
    """Whether the percentile of the latency is inside a limit in service times."""
    return load < servers and tail(servers, load, limit - 1) <= 1 - q
