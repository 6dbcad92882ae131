"""Latency percentiles of a fleet with constant service time, and the smallest fleet that meets its limits.

Up to EXACT_SERVERS the law of M/D/c is exact; above, Lundberg's and Chernoff's inequalities bound it from
above, so a fleet is never too small. Bursty arrivals are the same law at fewer servers. A fleet of replicas
with `slots` each is one queue of replicas * slots servers.
"""

import math
from collections.abc import Callable, Sequence
from typing import Annotated

from tokencost.formula import formula
from tokencost.serving.mdc import (
    LIGHTEST,
    WaitingLaw,
    queue_decay,
    waiting_law,
    waiting_mean,
    waiting_probability,
    waiting_quantile,
    waiting_tail,
)
from tokencost.units import Constant, Unit

__all__ = [
    "EXACT_SERVERS",
    "GUARD",
    "Limit",
    "Time",
    "WaitingLaw",
    "bisect",
    "gallop",
    "guarded",
    "latency_percentile",
    "may_meet",
    "meets",
    "method",
    "replicas_for",
    "servers_for",
    "waiting_law",
    "waiting_mean",
    "waiting_probability",
    "waiting_quantile",
    "waiting_tail",
]

Time = Annotated[float, Unit("s")]
Rate = Annotated[float, Unit("1/s")]
Ratio = Annotated[float, Unit("")]
Limit = tuple[float, float]
"""A percentile in (0, 1) and the latency it may reach, in seconds."""

EXACT_SERVERS = 20_000
GUARD = Constant(1e-9, "", "a limit met within this relative distance is met: the last bits differ between processors")
WHOLE = Constant(1e-12, "", "rounding error allowed when servers / burstiness is a whole number")


@formula(
    "franx-2001", says="service + the smallest wait x with P(W > x) <= 1 - q; infinite if rate * service >= servers"
)
def latency_percentile(servers: int, service: Time, rate: Rate, q: Ratio, burstiness: Ratio = 1.0) -> Time:
    """Percentile `q` of waiting plus service, first come first served; gaps between arrivals are Gamma distributed."""
    utilisation = max(rate * service / servers, LIGHTEST)
    if utilisation >= 1:
        return math.inf
    wait = _bound_quantile(servers / burstiness, utilisation, q)
    law = _law(servers, utilisation, burstiness)
    if wait and law:
        wait = min(wait, waiting_quantile(law, q))
    return service + service * wait


def meets(servers: int, service: Time, rate: Rate, limits: Sequence[Limit], burstiness: Ratio = 1.0) -> bool:
    """Whether every percentile stays inside its limit."""
    return all(_excess(servers, service, rate, limit, burstiness) <= 1 - q for q, limit in limits)


def may_meet(servers: int, service: Time, rate: Rate, limits: Sequence[Limit], burstiness: Ratio = 1.0) -> bool:
    """Whether every limit might be kept: no only where the law of a queue that waits no longer breaks one."""
    places = math.ceil(servers / burstiness * (1 - WHOLE))
    if rate * service / servers * places >= places or any(_wait(service, limit) < 0 for _, limit in limits):
        return False
    if places > EXACT_SERVERS:
        return True
    law = waiting_law(places, rate * service / servers * places)
    return all(waiting_tail(law, _wait(service, limit)) <= 1 - q for q, limit in limits)


def servers_for(
    service: Time, rate: Rate, limits: Sequence[Limit], *, at_most: int = 10**9, burstiness: Ratio = 1.0
) -> int | None:
    """The smallest number of servers that meets every limit; None if no number up to `at_most` does."""
    return replicas_for(1, service, rate, limits, at_most=at_most, burstiness=burstiness)


def replicas_for(
    slots: int, service: Time, rate: Rate, limits: Sequence[Limit], *, at_most: int = 10**9, burstiness: Ratio = 1.0
) -> int | None:
    """The smallest number of replicas of `slots` slots, pooled in one queue, that meets every limit.

    For continuous batching `service` is the time of all steps with every slot taken: no request finishes later than in
    this queue, but for the rest of the step that runs when it arrives, so the number is never too small.
    """
    load = rate * service
    if any(service > guarded(limit) for _, limit in limits) or not load < at_most * slots:
        return None

    def bounded(replicas: int) -> bool:
        return all(_excess_bound(replicas * slots, service, rate, limit, burstiness) <= 1 - q for q, limit in limits)

    def exact(replicas: int) -> bool:
        return meets(replicas * slots, service, rate, limits, burstiness)

    too_few = math.floor(load / slots)
    enough = gallop(bounded, too_few, at_most)
    last_exact = int(EXACT_SERVERS * burstiness) // slots
    if too_few < last_exact < enough:
        too_few, enough = (too_few, last_exact) if exact(last_exact) else (last_exact, enough)
    return bisect(exact, too_few, enough) if enough < at_most or exact(at_most) else None


def method(servers: int, slots: int = 1, burstiness: float = 1.0) -> str:
    """How far the percentiles of a fleet can be trusted, in words."""
    whole = servers * slots / burstiness
    if not 1 <= whole <= EXACT_SERVERS:
        return "upper bound (Lundberg)"
    if slots > 1:
        return "upper bound (M/D/c, every slot taken)"
    return "exact (M/D/c)" if burstiness == 1 or whole.is_integer() else "upper bound (M/D/c, fewer servers)"


def _excess(servers: int, service: float, rate: float, limit: float, burstiness: float) -> float:
    """P(latency > limit), or a bound above it."""
    bound = _excess_bound(servers, service, rate, limit, burstiness)
    law = _law(servers, rate * service / servers, burstiness) if 0 < bound < 1 else None
    return min(bound, waiting_tail(law, _wait(service, limit))) if law else bound


def _law(servers: int, utilisation: float, burstiness: float) -> WaitingLaw | None:
    """The law of the queue, or of a burstier one; None where only the bounds are left.

    With Gamma gaps of index 1 / burstiness, `servers` consecutive gaps add up as those of Poisson
    arrivals at servers / burstiness servers do, so the waits have the same law.
    """
    whole = math.floor(servers / burstiness * (1 + WHOLE))
    load = utilisation * whole
    return waiting_law(whole, load) if 1 <= whole <= EXACT_SERVERS and load < whole else None


def _excess_bound(servers: int, service: float, rate: float, limit: float, burstiness: float) -> float:
    """P(W > x) <= min(exp(-theta x), exp(-I)), with the decay theta of the tail and I the cost of a full house."""
    wait, load = _wait(service, limit), max(rate * service, LIGHTEST * servers)
    if wait < 0 or load >= servers:
        return 1.0
    places, utilisation = servers / burstiness, load / servers
    return math.exp(-max(_full_house(places, utilisation), _decay(places, utilisation) * wait))


def _bound_quantile(places: float, utilisation: float, q: float) -> float:
    needed = -math.log1p(-q)
    return 0.0 if _full_house(places, utilisation) >= needed else needed / _decay(places, utilisation)


def _decay(places: float, utilisation: float) -> float:
    """Theta > 0 with E exp(theta (service - gap to the same server)) = 1."""
    return places * queue_decay(1.0, utilisation)


def _full_house(places: float, utilisation: float) -> float:
    """I = c ln(1 / rho) - c + c rho: P(W > 0) <= exp(-I) by Chernoff's bound in Spitzer's identity."""
    return places * (utilisation - 1 - math.log(utilisation))


def _wait(service: float, limit: float) -> float:
    """What a limit leaves for waiting, in service times."""
    return guarded(limit) / service - 1


def guarded(limit: float) -> float:
    """The latency up to which a limit counts as kept."""
    return limit * (1 + GUARD)


def gallop(holds: Callable[[int], bool], too_few: int, at_most: int) -> int:
    """The smallest number above `too_few` that holds, at most `at_most`."""
    step = 1
    while too_few + step < at_most and not holds(too_few + step):
        too_few, step = too_few + step, 2 * step
    return bisect(holds, too_few, min(too_few + step, at_most))


def bisect(holds: Callable[[int], bool], too_few: int, enough: int) -> int:
    """The smallest number that holds, above `too_few` and at most `enough`, which need not be tried."""
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if holds(middle) else (middle, enough)
    return enough
