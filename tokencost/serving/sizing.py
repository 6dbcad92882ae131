"""The smallest fleet that keeps its limits: by bounds where they agree, else by simulation, or by replay of a trace.

A fleet is certified by the queue that waits longer than it, and ruled out by the one that waits less. Between the two
the same random arrivals are simulated for every size; a size that stays within its error of a limit is not trusted.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.numeric import ceil
from tokencost.record import dataclass, replace
from tokencost.serving.arrivals import common_factors
from tokencost.serving.paths import TURNS, kinds_of, path, simulated, simulated_requests
from tokencost.serving.queueing import GUARD, Limit, bisect, gallop, guarded, may_meet, meets, replicas_for
from tokencost.serving.service import Service
from tokencost.serving.simulation import half_width, percentile, share_within
from tokencost.units import Count

LARGEST_FLEET = 1_000_000
"""Replicas beyond which no fleet is planned."""
SHORT, MEDIUM, LONG = 4_000, 12_000, 40_000
"""Requests of a simulated path: a longer one is only drawn where a shorter one does not tell."""
LONGEST_PATH = 400_000
"""Requests of a path that decides without any law."""
LEAST_LEFT = 1e-6
"""Idle share below which a queue is taken never to settle."""
SURE = 2.0
"""Half-widths of distance at which a shorter path is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """A number of replicas and what stands behind it: the law of a queue, a simulated path, or the replay of a trace.

    `requests` is the length of the path; `close` says that one replica fewer stayed within its error of a limit.
    """

    replicas: int
    evidence: Literal["law", "path", "trace"]
    requests: int = MEDIUM
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

    Where none does on the longest path there may be, None for batches; for times that vary the law of arrivals that are
    burstier by as much, which is how the two add up under heavy load.
    """
    if not _soon_enough(service, limits):
        return None
    known, holds = _trial(service, traffic, limits)
    least, most = too_few(service, traffic), max(1, LONGEST_PATH // (TURNS * service.slots))
    found = gallop(holds, least, most)
    if least < most and (found in known or holds(found)):
        return _on_path(found, known)
    if service.batch_times:
        return None
    burstier = replace(traffic, burstiness=traffic.burstiness + service.variation)
    return sized_by_law(replace(service, spread=0.0, kinds=()), burstier, limits)


def _trial(
    service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]
) -> tuple[dict[int, Verdict], Callable[[int], bool]]:
    """Verdicts on the fleets that a search has tried so far, and how it tries one."""
    known: dict[int, Verdict] = {}

    def holds(replicas: int) -> bool:
        known[replicas] = verdict(replicas, service, traffic, limits)
        return known[replicas].kept is True

    return known, holds


def _on_path(replicas: int, known: dict[int, Verdict]) -> Sizing:
    return Sizing(
        replicas=replicas, evidence="path", requests=known[replicas].requests, close=_one_fewer_close(replicas, known)
    )


def _one_fewer_close(replicas: int, known: dict[int, Verdict]) -> bool:
    return replicas - 1 in known and known[replicas - 1].kept is None


def _soon_enough(service: Service, limits: Sequence[LatencyLimit]) -> bool:
    """Whether a fleet so large that nobody waits would keep every limit."""
    return all(_alone(service, q) <= guarded(limit) for q, limit in bounds_of(limits))


def _alone(service: Service, q: float) -> float:
    """What a request takes that nobody is in the way of; in a full batch where batches form."""
    if service.lawful or service.batch_times:
        return float(service.full)
    factors = common_factors(LONG, float(service.spread)) if service.spread else (1.0,) * LONG
    kinds = kinds_of(service, LONG) or (0,) * LONG
    alone = [float(kind.alone) for kind in service.kinds] or [float(service.alone)]
    return percentile([alone[kind] * factor for kind, factor in zip(kinds, factors, strict=True)], q)


def requests_to_settle(replicas: int, service: Service, traffic: Traffic) -> int:
    """Arrivals in which a queue forgets how it began, many times over: burstiness / (1 - utilisation)^2 for once."""
    left = 1 - float(traffic.peak * service.full / (replicas * service.slots))
    once = max(1.0, float(traffic.burstiness) + service.variation) / max(left, LEAST_LEFT) ** 2
    return math.ceil(TURNS * once)


def too_few(service: Service, traffic: Traffic) -> int:
    """The largest fleet that has no idle time at the peak, or less than the spec wants."""
    return max(math.floor(traffic.peak * service.full / service.slots), busy_enough(service, traffic) - 1)


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
    if least >= found.replicas or _too_large(found, service):
        return found
    known, holds = _trial(service, traffic, limits)
    enough = bisect(holds, least - 1, found.replicas)
    return _on_path(enough, known) if enough in known else replace(found, close=_one_fewer_close(enough, known))


def fewest(found: Sizing, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> int:
    """The fleet below which even the queue that waits less breaks a limit, or the work does not get done.

    Of a trace nothing is known before it is replayed.
    """
    if traffic.arrivals:
        return 1
    least = too_few(service, traffic)
    if not service.lawful:
        return least + 1

    def possible(replicas: int) -> bool:
        return may_meet(
            replicas * service.slots, float(service.alone), float(traffic.peak), bounds_of(limits),
            float(traffic.burstiness),
        )  # fmt: skip

    return bisect(possible, least, found.replicas)


def verdict(replicas: int, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> Verdict:
    """Judged on a short path if that tells, else on longer ones.

    A fleet starts empty, so a path can speak against it at any length, but for it only once its queue has settled; one
    that would not settle on the longest path is too close to call unless the shortest speaks against it.
    """
    needed = requests_to_settle(replicas, service, traffic)
    settles = needed <= (LONG if service.lawful else LONGEST_PATH)
    *shorter, last = (SHORT, MEDIUM, max(LONG, needed)) if settles else (SHORT,)
    for asked in shorter:
        count, margins = _margins(replicas, service, traffic, limits, asked)
        if count >= needed and all(left > SURE * error for left, error in margins):
            return Verdict(True, count)
        if any(left < -SURE * error for left, error in margins):
            return Verdict(False, count)
    count, margins = _margins(replicas, service, traffic, limits, last)
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
    if known is not None or _too_large(found, service):
        return known
    return verdict(found.replicas, service, traffic, limits).kept


def _too_large(found: Sizing, service: Service) -> bool:
    """Whether a path long enough for every slot would be longer than those that decide."""
    return TURNS * service.slots * found.replicas > LONG


def _margins(
    replicas: int, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit], asked: int
) -> tuple[int, list[tuple[float, float]]]:
    """The requests of a path; what it leaves to each limit, and how far off that may be."""
    count = simulated_requests(service, replicas, asked)
    late = simulated(replicas, service, traffic, count)
    return count, [(guarded(limit) - percentile(late, q), half_width(late, q)) for q, limit in bounds_of(limits)]


def _on_trace(service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> Sizing | None:
    """The smallest fleet that would have kept every limit on the recorded path; None if none would."""
    times, most = traffic.arrivals, len(traffic.arrivals)
    if not _soon_enough(service, limits):
        return None
    bounded = service.lawful and service.replica is not None
    above, below = replace(service, replica=None), replace(service, full=service.alone, replica=None)
    enough = gallop(_kept(above if bounded else service, times, limits), 0, most)
    if bounded:
        fewest = gallop(_kept(below, times, limits), 0, enough)
        enough = bisect(_kept(service, times, limits), fewest - 1, enough)
    return Sizing(replicas=max(enough, busy_enough(service, traffic)), evidence="trace")


def _kept(service: Service, times: Sequence[float], limits: Sequence[LatencyLimit]) -> Callable[[int], bool]:
    def kept(replicas: int) -> bool:
        latencies = path(replicas, service, times)
        return all(share_within(latencies, guarded(limit)) >= q for q, limit in bounds_of(limits))

    return kept
