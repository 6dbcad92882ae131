"""How many replicas a fleet needs when requests take longer or come more often than planned, in closed form.

Replicas = load + headroom. With A servers' worth of work on A + h servers, a request waits at all with probability
exp(−h² / 2A), nearly, and longer than x service times with exp(−2 x h (1 + h / A)) of that (the bounds of Chernoff and
Lundberg in heavy traffic). Both together are 1 − q where

    h = A (√(4 x² + 2 K (1 + 4 x) / A) − 2 x) / (1 + 4 x),    K = −ln(1 − q) times the burstiness.

The headroom is scaled so that the fleet of the plan, which was sized exactly, comes out as it is; a test says how often
the fleets of draws agree with the exact law.
"""

import math
from typing import NamedTuple

from tokencost.record import dataclass, replace
from tokencost.units import Constant

SPARE = Constant(1e-9, "", "a load within this of a whole number of replicas needs no further one")

INSIDE = Constant(0.05, "", "a fleet larger than its bounds say is taken to need a twentieth of its last replica")


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """A replica's `slots` and seconds per request in full company, the rate at the peak, and the limits to keep.

    `limits` are percentiles and seconds, `scale` what the plan's own fleet says about the headroom.
    """

    slots: float
    seconds: float
    rate: float
    limits: tuple[tuple[float, float], ...] = ()
    burstiness: float = 1.0
    busy_at_most: float = 1.0
    scale: float = 1.0


class Fleet(NamedTuple):
    """Replicas, and whether they keep every limit; else as many as keep up with the traffic."""

    replicas: int
    kept: bool


def fleet_at(plan: Staffing, slower: float = 1.0, often: float = 1.0) -> Fleet:
    """The fleet where requests take so many times as long and come so many times as often."""
    seconds, rate = plan.seconds * slower, plan.rate * often
    busy = rate * seconds / plan.slots
    least = max(math.floor(busy * (1 - SPARE)) + 1, math.ceil(busy / plan.busy_at_most * (1 - SPARE)))
    extra = headroom(plan, seconds, busy)
    if extra == math.inf:
        return Fleet(least, False)
    return Fleet(max(least, math.ceil((busy + plan.scale * extra) * (1 - SPARE))), True)


def headroom(plan: Staffing, seconds: float, busy: float) -> float:
    """Replicas beyond the load that keep the limits; 0 where there is none, infinite where no fleet keeps one."""
    servers, most = busy * plan.slots, 0.0
    for q, limit in plan.limits:
        left = limit * (1 + SPARE) / seconds - 1
        if left < 0:
            return math.inf
        most = max(most, _headroom(servers, left, -math.log1p(-q) * plan.burstiness))
    return most / plan.slots


def _headroom(servers: float, left: float, needed: float) -> float:
    """h for one limit that leaves so many service times for waiting."""
    both = 1 + 4 * left
    return servers * (math.sqrt(4 * left * left + 2 * needed * both / servers) - 2 * left) / both if servers else 0.0


def scaled_to(plan: Staffing, known: int) -> Staffing:
    """The same with the headroom that makes it a fleet of so many replicas, as near to the bounds as that allows."""
    busy = plan.rate * plan.seconds / plan.slots
    extra = headroom(plan, plan.seconds, busy)
    if not extra or extra == math.inf:
        return plan
    least, most = (known - 1 - busy) / extra, (known - busy) / extra
    inside = least + INSIDE * (most - least)
    return replace(plan, scale=max(0.0, min(max(1.0, inside), most)))
