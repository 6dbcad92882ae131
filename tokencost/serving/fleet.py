"""Replicas for a traffic: the smallest fleet whose latency percentiles keep their limits at the peak rate."""

from collections.abc import Sequence

from tokencost.nouns.answer import Capacity
from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving.queueing import latency_percentile, method, replicas_for
from tokencost.units import Count, Seconds

LARGEST_FLEET = 1_000_000
"""Replicas beyond which no fleet is planned."""


def fleet(
    service: Seconds, traffic: Traffic, limits: Sequence[LatencyLimit], *, slots: int, gpus: Count
) -> Capacity | None:
    """The smallest fleet that meets every limit at the peak; None if no number of replicas up to LARGEST_FLEET does.

    `service` is the time of a request when all `slots` of its replica are taken, `gpus` belong to each replica.
    """
    bounds = [(float(limit.percentile), float(limit.limit)) for limit in limits]
    replicas = replicas_for(
        slots, float(service), float(traffic.peak), bounds,
        at_most=LARGEST_FLEET, burstiness=float(traffic.burstiness),
    )  # fmt: skip
    return None if replicas is None else capacity(replicas, service, traffic, slots=slots, gpus=gpus)


def capacity(replicas: int, service: Seconds, traffic: Traffic, *, slots: int, gpus: Count) -> Capacity:
    """What a fleet of that size does at the peak rate."""

    def latency(q: float) -> float:
        return latency_percentile(
            replicas * slots, float(service), float(traffic.peak), q, burstiness=float(traffic.burstiness)
        )

    return Capacity(
        replicas=float(replicas),
        gpus=replicas * gpus,
        batch=float(slots),
        utilisation=traffic.peak * service / (replicas * slots),
        p50=latency(0.5),
        p95=latency(0.95),
        p99=latency(0.99),
        method=method(replicas, slots, float(traffic.burstiness)),
    )


def alone(service: Seconds, *, slots: int, gpus: Count) -> Capacity:
    """One replica that serves one batch at a time and is never waited for: what a spec without traffic asks about."""
    return Capacity(
        replicas=1.0, gpus=gpus, batch=float(slots), utilisation=1.0, p50=service, p95=service, p99=service,
        method="one request on one replica, no traffic given",
    )  # fmt: skip
