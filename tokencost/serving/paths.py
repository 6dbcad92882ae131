"""What every request of a fleet takes: one queue in front of it, whatever its replicas do with requests.

Arrivals and what differs between requests are drawn once and are the same for every fleet, or come from a trace.
"""

import functools
from collections.abc import Sequence
from operator import mul

from tokencost.nouns.request import Traffic
from tokencost.serving.arrivals import common_arrivals, common_factors, common_kinds
from tokencost.serving.batching import batch_service
from tokencost.serving.decoding import shape_of
from tokencost.serving.pool import shared_steps
from tokencost.serving.service import Service
from tokencost.serving.simulation import any_service, constant_service

TURNS = 20
"""Requests per slot that a path has at least, so that it says more than how a fleet fills."""
WARM_UP = 0.1
"""Share of a path during which the fleet still fills."""


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
