"""Replicas for a traffic: the smallest fleet whose latency percentiles keep their limits at the peak rate."""

from collections.abc import Sequence

from tokencost.nouns.answer import Capacity
from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving.queueing import latency_percentile, method, replicas_for
from tokencost.units import Count, Seconds

LARGEST_FLEET = 1_000_000
"""Replicas beyond which no fleet is planned."""


def replicas_needed(service: Seconds, traffic: Traffic, limits: Sequence[LatencyLimit], *, slots: int) -> int | None:
    """The smallest fleet that meets every limit at the peak; None if no number of replicas up to LARGEST_FLEET does.

    `service` is the time of a request when all `slots` of its replica are taken.
    """
    bounds = [(float(limit.percentile), float(limit.limit)) for limit in limits]
    return replicas_for(
        slots, float(service), float(traffic.peak), bounds,
        at_most=LARGEST_FLEET, burstiness=float(traffic.burstiness),
    )  # fmt: skip


def replicas_that_keep_up(service: Seconds, traffic: Traffic, *, slots: int) -> int:
    """The smallest fleet that is not busy all the time at the peak, whatever waiting that means."""
    return int(traffic.peak * service / slots) + 1


def keeping_up(service: Seconds, traffic: Traffic, *, slots: int, gpus: Count) -> Capacity:
    """A fleet for a candidate that no number of replicas makes fast enough: its rent is still of interest."""
    replicas = replicas_that_keep_up(service, traffic, slots=slots)
    return Capacity(
        replicas=float(replicas), gpus=replicas * gpus, batch=float(slots), p50=service, p95=service, p99=service,
        utilisation=traffic.peak * service / (replicas * slots),
        method="keeps up with the traffic; waiting is not counted",
    )  # fmt: skip


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
