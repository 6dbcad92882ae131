"""How many replicas a fleet needs when requests take longer or come more often than planned, in closed form.

Replicas = load + headroom. With A servers' worth of work on A + h servers, a request waits at all with probability
exp(−h² / 2A), nearly, and longer than x service times with exp(−2 x h (1 + h / A)) of that (the bounds of Chernoff and
Lundberg in heavy traffic). Both together are 1 − q where

    h = A (√(4 x² + 2 K (1 + 4 x) / A) − 2 x) / (1 + 4 x),    K = −ln(1 − q) times the burstiness.

The headroom is scaled so that the fleet of the plan, which was sized exactly, comes out as it is; a test says how often
the fleets of draws agree with the exact law.
"""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tokencost.record import dataclass, replace
from tokencost.units import Constant

SPARE = Constant(1e-9, "", "a load within this of a whole number of replicas needs no further one")
ALMOST, BEYOND = 1 - SPARE, 1 + SPARE
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
    (found,) = fleets_at(plan, (slower,), (often,))
    return found


def fleets_at(plan: Staffing, slower: Iterable[float], often: Iterable[float]) -> list[Fleet]:
    """The fleet of every draw: requests take so many times as long, and come so many times as often."""
    seconds, rate, slots, busy_at_most, scale = plan.seconds, plan.rate, plan.slots, plan.busy_at_most, plan.scale
    limits, found = _limits(plan), []
    for longer, oftener in zip(slower, often, strict=True):
        takes = seconds * longer
        busy = rate * oftener * takes / slots
        least = max(math.floor(busy * ALMOST) + 1, math.ceil(busy / busy_at_most * ALMOST))
        extra = _headroom(limits, takes, busy * slots)
        kept = extra != math.inf
        found.append(Fleet(max(least, math.ceil((busy + scale * (extra / slots)) * ALMOST)) if kept else least, kept))
    return found


def _limits(plan: Staffing) -> list[tuple[float, float]]:
    """Seconds of every limit, and what may be missed of it as K."""
    return [(limit * BEYOND, -math.log1p(-q) * plan.burstiness) for q, limit in plan.limits]


def _headroom(limits: Sequence[tuple[float, float]], seconds: float, servers: float) -> float:
    """Servers beyond the load that keep the limits; 0 where there is none, infinite where no fleet keeps one."""
    most = 0.0
    for limit, needed in limits:
        left = limit / seconds - 1
        if left < 0:
            return math.inf
        both = 1 + 4 * left
        if servers:
            beyond = servers * (math.sqrt(4 * left * left + 2 * needed * both / servers) - 2 * left) / both
            most = max(most, beyond)
    return most


def scaled_to(plan: Staffing, known: int) -> Staffing:
    """The same with the headroom that makes it a fleet of so many replicas, as near to the bounds as that allows."""
    busy = plan.rate * plan.seconds / plan.slots
    extra = _headroom(_limits(plan), plan.seconds, busy * plan.slots) / plan.slots
    if not extra or extra == math.inf:
        return plan
    least, most = (known - 1 - busy) / extra, (known - busy) / extra
    inside = least + INSIDE * (most - least)
    return replace(plan, scale=max(0.0, min(max(1.0, inside), most)))
