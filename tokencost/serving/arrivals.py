"""Arrivals: drawn once for everybody, so that two fleets are compared on the same requests; or as recorded."""

import functools
import itertools
import random
from collections.abc import Sequence

SEED = 20_260
"""Of the one stream of gaps from which all simulated arrivals are taken."""


def arrivals(rate: float, count: int, *, burstiness: float = 1.0, seed: int = 0) -> list[float]:
    """Times of `count` arrivals with Gamma gaps; `burstiness` is their squared coefficient of variation."""
    draw = random.Random(seed).gammavariate
    return list(itertools.accumulate(draw(1 / burstiness, burstiness / rate) for _ in range(count)))


DRAWN = 5_000
"""Gaps that are drawn at once, or twice, four times as many: a shorter path is the beginning of a longer one."""


@functools.lru_cache(maxsize=8)
def _at_unit_rate(count: int, burstiness: float) -> tuple[float, ...]:
    return tuple(arrivals(1.0, count, burstiness=burstiness, seed=SEED))


def common_arrivals(rate: float, count: int, burstiness: float) -> list[float]:
    """The same random gaps at any rate: what differs between two answers is the fleet, not the luck."""
    whole = DRAWN << ((count - 1) // DRAWN).bit_length()
    drawn = _at_unit_rate(whole, burstiness)
    return [time / rate for time in itertools.islice(drawn, count)]


@functools.lru_cache(maxsize=8)
def common_kinds(count: int, shares: tuple[float, ...]) -> tuple[int, ...]:
    """The class of each request, drawn by their shares."""
    return tuple(random.Random(SEED + 2).choices(range(len(shares)), shares, k=count))


@functools.lru_cache(maxsize=8)
def common_factors(count: int, spread: float) -> tuple[float, ...]:
    """What each request takes of the mean: Gamma distributed, with this squared coefficient of variation."""
    draw = random.Random(SEED + 1).gammavariate
    return tuple(draw(1 / spread, spread) for _ in range(count))


def mean_rate(times: Sequence[float]) -> float:
    """Gaps per second between the first arrival and the last."""
    return (len(times) - 1) / (times[-1] - times[0])


def scaled_to(times: Sequence[float], rate: float) -> tuple[float, ...]:
    """The same arrivals from 0 on, faster or slower in time, until their mean rate is `rate`."""
    factor, first = mean_rate(times) / rate, times[0]
    return tuple((time - first) * factor for time in times)
