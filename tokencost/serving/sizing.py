"""The smallest fleet that keeps its limits: by bounds where they agree, else by simulation, or by replay of a trace.

A fleet is certified by the queue that waits longer than it, and ruled out by the one that waits less. Between the two
the same random arrivals are simulated for every size; a size that stays within its error of a limit is not trusted.
"""

import functools
import math
from collections.abc import Callable, Sequence
from operator import mul
from typing import Literal, NamedTuple

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.numeric import ceil
from tokencost.record import dataclass, replace
from tokencost.serving.arrivals import common_arrivals, common_factors, common_kinds
from tokencost.serving.batching import batch_service
from tokencost.serving.decoding import shape_of
from tokencost.serving.pool import shared_steps
from tokencost.serving.queueing import GUARD, Limit, bisect, gallop, may_meet, meets, replicas_for
from tokencost.serving.service import Service
from tokencost.serving.simulation import any_service, constant_service, half_width, percentile, share_within
from tokencost.units import Count

LARGEST_FLEET = 1_000_000
"""Replicas beyond which no fleet is planned."""
REQUESTS = (4_000, 12_000, 40_000)
"""Lengths of a simulated path: a longer one is only drawn where a shorter one does not tell."""
TURNS = 20
"""Requests per slot that a path has at least, so that it says more than how a fleet fills."""
LONGEST_PATH = 400_000
"""Requests of a path that decides without any law."""
LEAST_LEFT = 1e-6
"""Idle share below which a queue is taken never to settle."""
WARM_UP = 0.1
"""Share of a path during which the fleet still fills."""
SURE = 2.0
"""Half-widths of distance at which a shorter path is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """A number of replicas and what stands behind it: the law of a queue, a simulated path, or the replay of a trace.

    `requests` is the length of the path; `close` says that one replica fewer stayed within its error of a limit.
    """

    replicas: int
    evidence: Literal["law", "path", "trace"]
    requests: int = REQUESTS[1]
    close: bool = False


class Verdict(NamedTuple):
    """Whether a simulated fleet keeps every limit (None: too close to call), and the requests it took to tell."""

    kept: bool | None
    requests: int


def bounds_of(limits: Sequence[LatencyLimit]) -> list[Limit]:
    """Percentiles and seconds as plain numbers."""
    return [(float(limit.percentile), float(limit.limit)) for limit in limits]


def sized_by_law(service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> Sizing | None:
    """Replicas that are enough whatever else is true; None if no number up to LARGEST_FLEET is.

    No law is known of batches that form while they wait, nor of requests whose times vary: they are simulated at once.
    """
    if not service.lawful:
        return _by_simulation(service, traffic, limits)
    found = replicas_for(
        service.slots, float(service.full), float(traffic.peak), bounds_of(limits),
        at_most=LARGEST_FLEET, burstiness=float(traffic.burstiness),
    )  # fmt: skip
    return Sizing(replicas=max(found, busy_enough(service, traffic)), evidence="law") if found else None


def _by_simulation(service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> Sizing | None:
    """The smallest fleet that keeps its limits on a random path, from the first that nothing rules out.

    Where the path would be too long for the slots that the load takes, None for batches; for times that vary the law of
    arrivals that are burstier by as much, which is how the two add up under heavy load.
    """
    too_long = traffic.peak * service.full * TURNS > LONGEST_PATH
    if too_long and not service.batch_times:
        burstier = replace(traffic, burstiness=traffic.burstiness + service.variation)
        return sized_by_law(replace(service, spread=0.0, kinds=()), burstier, limits)
    if too_long or any(_alone(service, q) > limit * (1 + GUARD) for q, limit in bounds_of(limits)):
        return None
    known: dict[int, Verdict] = {}

    def holds(replicas: int) -> bool:
        known[replicas] = verdict(replicas, service, traffic, limits)
        return known[replicas].kept is True

    least = max(math.floor(traffic.peak * service.full / service.slots), busy_enough(service, traffic) - 1)
    most = LONGEST_PATH // (TURNS * service.slots)
    found = gallop(holds, least, most) if least < most else most
    if found not in known and not holds(found):
        return None
    close = found - 1 in known and known[found - 1].kept is None
    return Sizing(replicas=found, evidence="path", requests=known[found].requests, close=close)


def _alone(service: Service, q: float) -> float:
    """What a request takes that nobody is in the way of; in a full batch where batches form."""
    if service.lawful or service.batch_times:
        return float(service.full)
    factors = common_factors(REQUESTS[-1], float(service.spread)) if service.spread else (1.0,) * REQUESTS[-1]
    kinds = kinds_of(service, REQUESTS[-1]) or (0,) * REQUESTS[-1]
    alone = [float(kind.alone) for kind in service.kinds] or [float(service.alone)]
    return percentile([alone[kind] * factor for kind, factor in zip(kinds, factors, strict=True)], q)


def requests_to_settle(replicas: int, service: Service, traffic: Traffic) -> int:
    """Arrivals in which a queue forgets how it began, many times over: burstiness / (1 - utilisation)^2 for once."""
    left = 1 - float(traffic.peak * service.full / (replicas * service.slots))
    once = max(1.0, float(traffic.burstiness) + service.variation) / max(left, LEAST_LEFT) ** 2
    return math.ceil(TURNS * once)


def busy_enough(service: Service, traffic: Traffic) -> int:
    """Replicas that stay below the busy share that the spec allows."""
    return int(replicas_below_target(service, traffic))


def replicas_below_target(service: Service, traffic: Traffic) -> Count:
    """The same for one traffic or for many."""
    return ceil(traffic.peak * service.full / (service.slots * traffic.utilisation_target) * (1 - GUARD))


def refined(found: Sizing, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> Sizing:
    """Fewer replicas where the bound was generous, and all that a trace needs where there is one."""
    if traffic.arrivals:
        return _on_trace(service, traffic, limits) or found
    if not service.lawful:
        return found
    least = fewest(found, service, traffic, limits)
    if least >= found.replicas or simulated_requests(service, found.replicas, REQUESTS[-1]) > REQUESTS[-1]:
        return found
    known: dict[int, Verdict] = {}

    def holds(replicas: int) -> bool:
        known[replicas] = verdict(replicas, service, traffic, limits)
        return known[replicas].kept is True

    enough = bisect(holds, least - 1, found.replicas)
    close = enough - 1 in known and known[enough - 1].kept is None
    if enough not in known:
        return replace(found, close=close)
    return Sizing(replicas=enough, evidence="path", requests=known[enough].requests, close=close)


def fewest(found: Sizing, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> int:
    """The fleet below which even the queue that waits less breaks a limit, or the work does not get done.

    Of a trace nothing is known before it is replayed.
    """
    if traffic.arrivals:
        return 1
    least = max(math.floor(traffic.peak * service.full / service.slots), busy_enough(service, traffic) - 1)
    if not service.lawful:
        return least + 1

    def possible(replicas: int) -> bool:
        return may_meet(
            replicas * service.slots, float(service.alone), float(traffic.peak), bounds_of(limits),
            float(traffic.burstiness),
        )  # fmt: skip

    return bisect(possible, least, found.replicas) if least < found.replicas else found.replicas


def verdict(replicas: int, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> Verdict:
    """Judged on a short path if that tells, else on longer ones.

    A fleet starts empty, so a path can speak against it at any length, but for it only once its queue has settled; one
    that would not settle on the longest path is too close to call unless the shortest speaks against it.
    """
    needed = requests_to_settle(replicas, service, traffic)
    longest = max(REQUESTS[-1] if service.lawful else LONGEST_PATH, simulated_requests(service, replicas, 0))
    lengths = (*REQUESTS[:-1], max(REQUESTS[-1], needed)) if needed <= longest else REQUESTS[:1]
    count, margins = 0, list[tuple[float, float]]()
    for asked in lengths:
        count = simulated_requests(service, replicas, asked)
        latencies = simulated(replicas, service, traffic, count)
        margins = [_margin(latencies, q, limit) for q, limit in bounds_of(limits)]
        if count >= needed and all(left > SURE * error for left, error in margins):
            return Verdict(True, count)
        if any(left < -SURE * error for left, error in margins):
            return Verdict(False, count)
    if count >= needed and all(left >= error for left, error in margins):
        return Verdict(True, count)
    return Verdict(False if any(left < -error for left, error in margins) else None, count)


def certified(found: Sizing, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> bool | None:
    """Whether a fleet keeps every limit, by replay of its trace or by bounds alone; None where they do not tell."""
    bounds, slots, rate = bounds_of(limits), found.replicas * service.slots, float(traffic.peak)
    if traffic.arrivals:
        return _kept(service, traffic.arrivals, limits)(found.replicas)
    if service.lawful and meets(slots, float(service.full), rate, bounds, float(traffic.burstiness)):
        return True
    overloaded = rate * service.full >= slots
    if overloaded or (
        not service.spread and not may_meet(slots, float(service.alone), rate, bounds, float(traffic.burstiness))
    ):
        return False
    return None


def judged(found: Sizing, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> bool | None:
    """As `certified`, and by simulation where bounds do not tell; None if that is too close to call."""
    known = certified(found, service, traffic, limits)
    too_long = simulated_requests(service, found.replicas, REQUESTS[-1]) > REQUESTS[-1]
    return verdict(found.replicas, service, traffic, limits).kept if known is None and not too_long else known


def _margin(latencies: Sequence[float], q: float, limit: float) -> tuple[float, float]:
    """What is left to the limit, and how far off that may be."""
    return limit * (1 + GUARD) - percentile(latencies, q), half_width(latencies, q)


def simulated_requests(service: Service, replicas: int, asked: int) -> int:
    """Requests of a path: as many as are asked for, more for a large fleet."""
    return max(asked, TURNS * service.slots * replicas)


def simulated(replicas: int, service: Service, traffic: Traffic, count: int) -> tuple[float, ...]:
    """Latencies of a fleet under the common random arrivals at the peak rate, without those of its first minutes."""
    return _steady(replicas, service, float(traffic.peak), float(traffic.burstiness), count)


@functools.lru_cache(maxsize=64)
def _steady(replicas: int, service: Service, rate: float, burstiness: float, count: int) -> tuple[float, ...]:
    latencies = path(replicas, service, common_arrivals(rate, count, burstiness))
    return tuple(latencies[int(WARM_UP * count) :])


def path(replicas: int, service: Service, times: Sequence[float]) -> list[float]:
    """Latency of each arrival at a fleet with one queue."""
    if service.batch_times:
        return batch_service(times, replicas, service.batch_times, float(service.window))
    if not service.lawful:
        return _varied(replicas, service, times)
    if service.replica is None:
        return constant_service(times, replicas * service.slots, float(service.full))
    return shared_steps(times, [0] * len(times), [shape_of(service.replica)], service.replica, replicas)


def _varied(replicas: int, service: Service, times: Sequence[float]) -> list[float]:
    """The same path with a time, or steps, of its own for each request: the same draws for every fleet."""
    factors = common_factors(len(times), float(service.spread)) if service.spread else ()
    kinds = kinds_of(service, len(times)) or [0] * len(times)
    if service.replica is None:
        each = [float(kind.full) for kind in service.kinds] or [float(service.full)]
        services = [each[kind] for kind in kinds]
        if factors:
            services = list(map(mul, services, factors))
        return any_service(times, services, replicas * service.slots)
    shapes = [kind.shape for kind in service.kinds if kind.shape] or [shape_of(service.replica)]
    if not factors:
        return shared_steps(times, kinds, shapes, service.replica, replicas)
    each_own = [
        shapes[kind]._replace(steps=max(1, round(shapes[kind].steps * factor)))
        for kind, factor in zip(kinds, factors, strict=True)
    ]
    return shared_steps(times, range(len(times)), each_own, service.replica, replicas)


def kinds_of(service: Service, count: int) -> Sequence[int]:
    """The class of each request of a path; empty where there are no classes."""
    return common_kinds(count, tuple(float(kind.share) for kind in service.kinds)) if service.kinds else ()


def _on_trace(service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> Sizing | None:
    """The smallest fleet that would have kept every limit on the recorded path; None if none would."""
    times, most = traffic.arrivals, len(traffic.arrivals)
    if any(_alone(service, q) > limit * (1 + GUARD) for q, limit in bounds_of(limits)):
        return None
    if not service.lawful:
        enough = gallop(_kept(service, times, limits), 0, most)
        return Sizing(replicas=max(enough, busy_enough(service, traffic)), evidence="trace")
    above, below = replace(service, replica=None), replace(service, full=service.alone, replica=None)
    enough = gallop(_kept(above, times, limits), 0, most)
    if service.replica is not None:
        fewest = gallop(_kept(below, times, limits), 0, enough)
        enough = bisect(_kept(service, times, limits), fewest - 1, enough)
    return Sizing(replicas=max(enough, busy_enough(service, traffic)), evidence="trace")


def _kept(service: Service, times: Sequence[float], limits: Sequence[LatencyLimit]) -> Callable[[int], bool]:
    def kept(replicas: int) -> bool:
        latencies = path(replicas, service, times)
        return all(share_within(latencies, limit * (1 + GUARD)) >= q for q, limit in bounds_of(limits))

    return kept
