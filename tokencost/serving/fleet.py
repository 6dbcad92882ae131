"""A fleet as an answer: replicas, GPUs, utilisation and latency percentiles, and how far they can be trusted."""

from collections.abc import Sequence
from typing import NamedTuple

from tokencost.nouns.answer import Capacity, ClassLatency
from tokencost.nouns.request import Traffic
from tokencost.numeric import floor
from tokencost.serving.paths import kinds_of, path, simulated, simulated_requests
from tokencost.serving.queueing import latency_percentile, method
from tokencost.serving.service import Service
from tokencost.serving.simulation import half_width, percentile
from tokencost.serving.sizing import Sizing
from tokencost.units import Count, Fraction, Seconds

SHARES = (0.50, 0.95, 0.99)


class Percentiles(NamedTuple):
    """Latency percentiles and where they come from."""

    p50: Seconds
    p95: Seconds
    p99: Seconds
    method: str


def replicas_that_keep_up(service: Service, traffic: Traffic) -> int:
    """The smallest fleet that is not busy all the time at the peak, whatever waiting that means."""
    return int(busy_all_the_time(service, traffic)) + 1


def busy_all_the_time(service: Service, traffic: Traffic) -> Count:
    """The largest fleet that would have no idle time at the peak, for one traffic or for many."""
    return floor(traffic.peak * service.full / service.slots)


def keeping_up(service: Service, traffic: Traffic, *, gpus: Count) -> Capacity:
    """A fleet for a candidate that no number of replicas makes fast enough: its rent is still of interest."""
    replicas = replicas_that_keep_up(service, traffic)
    return Capacity(
        replicas=float(replicas), gpus=replicas * gpus, batch=float(service.slots),
        p50=service.full, p95=service.full, p99=service.full, utilisation=utilisation(replicas, service, traffic),
        method="keeps up with the traffic; waiting is not counted",
    )  # fmt: skip


def capacity(found: Sizing, service: Service, traffic: Traffic, *, gpus: Count, spares: Count = 0.0) -> Capacity:
    """What a fleet of that size does at the peak rate; spares are rented, but nothing counts on them."""
    late = percentiles(found, service, traffic)
    close = "; one replica fewer is too close to call" if found.close else ""
    idle = f"; {spares:g} spare{'s' if float(spares) > 1 else ''} not counted on" if spares else ""
    return Capacity(
        replicas=found.replicas + spares, gpus=(found.replicas + spares) * gpus, batch=float(service.slots),
        utilisation=utilisation(found.replicas, service, traffic), p50=late.p50, p95=late.p95, p99=late.p99,
        method=late.method + close + idle, classes=_by_class(found, service, traffic),
    )  # fmt: skip


def _by_class(found: Sizing, service: Service, traffic: Traffic) -> tuple[ClassLatency, ...]:
    """The same path, class by class; none where there are no classes or no path."""
    if not service.kinds or found.evidence == "law":
        return ()
    if found.evidence == "trace":
        latencies: Sequence[float] = path(found.replicas, service, traffic.arrivals)
        kinds = kinds_of(service, len(latencies))
    else:
        count = simulated_requests(service, found.replicas, found.requests)
        latencies = simulated(found.replicas, service, traffic, count)
        kinds = kinds_of(service, count)[count - len(latencies) :]
    if len(set(kinds)) < len(service.kinds):
        return ()
    parts = [[late for late, of in zip(latencies, kinds, strict=True) if of == n] for n in range(len(service.kinds))]
    each = [
        (kind.share, *(percentile(part, q) for q in SHARES)) for kind, part in zip(service.kinds, parts, strict=True)
    ]
    return tuple(ClassLatency(share=share, p50=p50, p95=p95, p99=p99) for share, p50, p95, p99 in each)


def utilisation(replicas: Count, service: Service, traffic: Traffic) -> Fraction:
    """Offered work as a share of what the fleet does with every slot taken."""
    return traffic.peak * service.full / (replicas * service.slots)


def percentiles(found: Sizing, service: Service, traffic: Traffic) -> Percentiles:
    """By the evidence on which the fleet was chosen."""
    p50, p95, p99 = quantiles(found, service, traffic, SHARES)
    return Percentiles(p50, p95, p99, _how(found, service, traffic))


def quantiles(found: Sizing, service: Service, traffic: Traffic, shares: Sequence[float]) -> tuple[Seconds, ...]:
    """Latencies within which these shares of the requests are answered, by the evidence on which the fleet rests."""
    if found.evidence == "law":
        slots, burstiness = found.replicas * service.slots, float(traffic.burstiness) + service.variation
        return tuple(latency_percentile(slots, float(service.full), float(traffic.peak), q, burstiness) for q in shares)
    latencies = sorted(_path(found, service, traffic))
    return tuple(percentile(latencies, q) for q in shares)


def _path(found: Sizing, service: Service, traffic: Traffic) -> Sequence[float]:
    if found.evidence == "trace":
        return path(found.replicas, service, traffic.arrivals)
    return simulated(found.replicas, service, traffic, simulated_requests(service, found.replicas, found.requests))


def _how(found: Sizing, service: Service, traffic: Traffic) -> str:
    """What the percentiles rest on."""
    match found.evidence:
        case "law":
            return _law(found.replicas, service, traffic)
        case "path":
            latencies = _path(found, service, traffic)
            count = simulated_requests(service, found.replicas, found.requests)
            return f"simulated ({count:,} requests; p95 within {half_width(latencies, 0.95):.2g} s)"
        case "trace":
            return f"trace replayed ({len(traffic.arrivals):,} arrivals at {traffic.peak:.4g}/s)"


def _law(replicas: int, service: Service, traffic: Traffic) -> str:
    if utilisation(replicas, service, traffic) >= 1:
        return "overloaded"
    if service.variation:
        return "approximated (M/D/c, spread of service added to burstiness)"
    return method(replicas, service.slots, float(traffic.burstiness))


def alone(service: Seconds, *, slots: int, gpus: Count) -> Capacity:
    """One replica that serves one batch at a time and is never waited for: what a spec without traffic asks about."""
    return Capacity(
        replicas=1.0, gpus=gpus, batch=float(slots), utilisation=1.0, p50=service, p95=service, p99=service,
        method="one request on one replica, no traffic given",
    )  # fmt: skip
