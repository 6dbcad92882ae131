"""Fleets made smaller than their bound, and their percentiles: by the planner's own simulation, load by load."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving.fleet import percentiles
from tokencost.serving.service import Service
from tokencost.serving.sizing import Sizing, refined
from tokencost.sweeping.trying import Tried
from tokencost.units import Count

Latencies = bool
"""Whether percentiles under load are asked for: each costs a law or a simulated path."""
UNASKED = (float("nan"),) * 3


def refine(found: Tried, clean: Any, latencies: Latencies) -> tuple[Any, Sequence[Count | None]]:
    """The least fleets where nothing but cost speaks against a point, and the three percentiles if they are asked for.

    Without traffic, or where requests share no steps and come at random, the bound is exact and the fleet stays.
    """
    import numpy as np

    traffic, service = found.setting.asked.traffic, found.service
    if traffic is None:
        return found.fleet, (None, None, None)
    exact = service.replica is None and float(traffic.burstiness) == 1
    if exact and not latencies:
        return found.fleet, UNASKED
    limits = found.setting.asked.limits
    parts = [found.fleet, traffic.peak, traffic.utilisation_target, service.full, *(limit.limit for limit in limits)]
    shape = np.broadcast_shapes(*(np.shape(part) for part in parts))
    rows = [np.broadcast_to(part, shape) for part in parts]
    wanted = _reduced(clean, shape)
    fleet, late = np.array(rows[0], float), [np.array(rows[3], float) for _ in range(3)]
    for at in zip(*np.nonzero((rows[0] > 0) & (wanted | latencies)), strict=True):
        here = [float(row[at]) for row in rows]
        point = replace(traffic, average=here[1], peak=here[1], utilisation_target=here[2])
        one = service if service.replica else replace(service, full=here[3], alone=here[3])
        sizing = _sizing(one, point, _at(limits, here[4:]), int(here[0]), smaller=bool(wanted[at]) and not exact)
        fleet[at] = sizing.replicas
        if latencies:
            for part, value in zip(late, percentiles(sizing, one, point)[:3], strict=True):
                part[at] = value
    return fleet, late if latencies else UNASKED


def _sizing(service: Service, point: Traffic, limits: Sequence[LatencyLimit], fleet: int, *, smaller: bool) -> Sizing:
    law = Sizing(replicas=fleet, evidence="law")
    return refined(law, service, point, limits) if smaller else law


def _at(limits: Sequence[LatencyLimit], bounds: Sequence[float]) -> tuple[LatencyLimit, ...]:
    return tuple(replace(limit, limit=bound) for limit, bound in zip(limits, bounds, strict=True))


def _reduced(clean: Any, shape: tuple[int, ...]) -> Any:
    """Whether any point that shares a load is clean: what only money tells apart shares its fleet."""
    import numpy as np

    mask: Any = np.asarray(clean)
    mask = mask.reshape((1,) * max(0, len(shape) - mask.ndim) + mask.shape)
    spare = tuple(n for n in range(mask.ndim - len(shape)))
    mask = mask.any(axis=spare) if spare else mask
    flat = tuple(n for n, size in enumerate(shape) if size == 1 and mask.shape[n] > 1)
    return np.broadcast_to(mask.any(axis=flat, keepdims=True) if flat else mask, shape)
