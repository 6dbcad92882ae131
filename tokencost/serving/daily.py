"""A day of traffic as a sine wave, and a fleet that follows it."""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving.service import Service
from tokencost.serving.sizing import sized_by_law
from tokencost.units import Constant, Seconds

INTERVALS = 48
"""Parts of a cycle in which the number of replicas stays the same."""
BOOT = Constant(
    120.0, "s", "time until a new replica serves where the spec does not say: a machine starts, weights load"
)


def rate_at(traffic: Traffic, time: Seconds) -> float:
    """average (1 + (peak to mean - 1) cos(2 pi t / cycle)); the peak is at 0."""
    swing = float(traffic.peak_to_mean) - 1
    return float(traffic.average) * (1 + swing * math.cos(2 * math.pi * float(time) / float(traffic.cycle)))


def highest_rate(traffic: Traffic, start: Seconds, end: Seconds) -> float:
    """The largest rate between two moments: that of the peak if it lies between them, else that of an end."""
    cycle = float(traffic.cycle)
    if math.floor(float(end) / cycle) > math.floor(float(start) / cycle):
        return float(traffic.average * traffic.peak_to_mean)
    return max(rate_at(traffic, start), rate_at(traffic, end))


def lead_of(service: Service, cold_start: Seconds) -> Seconds:
    """How far ahead of the load replicas are started: they come up, and their first request ends."""
    return cold_start + service.full


def replicas_of_the_day(
    service: Service, traffic: Traffic, limits: Sequence[LatencyLimit], *, lead: Seconds, most: int
) -> list[int]:
    """Replicas in each interval: enough for the highest rate from its start until `lead` after its end, never none.

    `most` is the fleet for the peak, which is never exceeded.
    """
    part = traffic.cycle / INTERVALS
    highest = [highest_rate(traffic, n * part, (n + 1) * part + lead) for n in range(INTERVALS)]
    rates = sorted(set(highest))
    ends = {0: _enough(rates[0], service, traffic, limits, most)}
    ends |= {len(rates) - 1: _enough(rates[-1], service, traffic, limits, most)}
    counts = _between(rates, 0, len(rates) - 1, ends, lambda rate: _enough(rate, service, traffic, limits, most))
    return [counts[bisect_left(rates, rate)] for rate in highest]


def _between(
    rates: Sequence[float], first: int, last: int, known: dict[int, int], enough: Callable[[float], int]
) -> dict[int, int]:
    """Replicas for every rate from the first to the last: a higher rate never needs fewer."""
    if known[first] == known[last]:
        known |= dict.fromkeys(range(first, last), known[first])
    elif last - first > 1:
        middle = (first + last) // 2
        known[middle] = enough(rates[middle])
        _between(rates, first, middle, known, enough)
        _between(rates, middle, last, known, enough)
    return known


def _enough(rate: float, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit], most: int) -> int:
    now = Traffic(average=rate, peak=rate, burstiness=traffic.burstiness, utilisation_target=traffic.utilisation_target)
    found = sized_by_law(service, now, limits) if rate else None
    return max(1, min(found.replicas, most)) if found else 1
