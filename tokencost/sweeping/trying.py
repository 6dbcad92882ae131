"""One batch size of a model over arrays of numbers: its fleet, its rent, and how many limits it breaks at each point.

What a plan does with one number after the other happens here once for all of them, by the same functions where they
take arrays and by the same law where they do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tokencost.catalog.load import Catalog
from tokencost.deciding.constraints import exceeds, platform_limits
from tokencost.money.bill import asset_cost
from tokencost.nouns.answer import Bill, Estimate
from tokencost.nouns.electricity import Electricity
from tokencost.nouns.model import Model
from tokencost.nouns.request import Budget, LatencyLimit, Traffic
from tokencost.planning.asked import Asked
from tokencost.planning.assumed import priced
from tokencost.planning.capacity_bill import Asking, bill_of_rent
from tokencost.planning.electricity import taken_by
from tokencost.planning.estimate import Prepared
from tokencost.planning.memory import remembered
from tokencost.planning.prices import gpu_quote
from tokencost.planning.timed import served, timed
from tokencost.planning.violations import released_for
from tokencost.serving.fleet import busy_all_the_time
from tokencost.serving.queueing import Limit
from tokencost.serving.service import Service
from tokencost.serving.sizing import replicas_below_target
from tokencost.sweeping.fields import Setting
from tokencost.sweeping.stairs import NONE, Stair
from tokencost.units import Count

UNLIMITED = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A batch size: `fleet` is 0 where no number of replicas is enough.

    `firm` counts broken limits that no price changes, `over` those of the budget; both are arrays, as are the numbers
    of the bill and of the electricity.
    """

    ready: Prepared
    estimate: Estimate
    service: Service
    setting: Setting
    fleet: Count
    gpus: Count
    bill: Bill
    firm: Count
    over: Count


def tried(catalog: Catalog, model: Model, setting: Setting) -> Tried:
    """The batch size that the options say, with the fleet that the waiting law proves to be enough."""
    asked, options = setting.asked, setting.options
    found = timed(catalog, model, replace(asked.request, batch=float(options.batch)), options, asked.given)
    run = priced(found.estimate, gpu_quote(catalog, options.gpu, options.price))
    service, others = served(catalog, model, asked, options)
    fleet = _fleet(catalog, asked, service)
    limits = platform_limits(found.ready.generator, found.ready.program, found.ready.platform, run)
    fixed = len(released_for(model, run)) + len(others) + len([*limits])
    return rented(catalog, Tried(
        ready=found.ready, estimate=run, service=service, setting=setting, fleet=fleet, gpus=0.0, bill=run.bill,
        firm=fixed + _too_slow(asked.limits, service, fleet), over=0.0,
    ), fleet)  # fmt: skip


def rented(catalog: Catalog, found: Tried, fleet: Count) -> Tried:
    """The same with so many replicas: their rent and electricity, and what of the budget they break."""
    import numpy as np

    asked, on = found.setting.asked, found.ready.platform
    traffic = asked.traffic
    replicas = fleet if traffic is None else np.where(fleet > 0, fleet, busy_all_the_time(found.service, traffic) + 1)
    gpus = on.gpus * (replicas + (asked.renting.spares if traffic else 0.0))
    bill = found.bill if traffic is None else _rent(catalog, found.setting, on.gpu.id, gpus, traffic)
    taken = taken_by(found.estimate, on, traffic, gpus)
    return replace(
        found, estimate=replace(found.estimate, electricity=taken), fleet=fleet, gpus=gpus, bill=bill,
        over=over(asked.budget, bill, taken),
    )  # fmt: skip


def over(budget: Budget, bill: Bill, taken: Electricity | None) -> Count:
    """How many limits of the budget are broken, or cannot be judged."""
    energy, carbon = (taken.joules, taken.carbon) if taken else (None, None)
    pairs: list[tuple[Count, Any]] = [
        (budget.per_asset, bill.per_asset), (budget.per_month, bill.per_month),
        (budget.energy_per_asset, energy), (budget.carbon_per_asset, carbon),
    ]  # fmt: skip
    said = [(bound, actual) for bound, actual in pairs if not (isinstance(bound, float) and bound == UNLIMITED)]
    return sum((1.0 if actual is None else 1.0 * exceeds(actual, bound) for bound, actual in said), 0.0)


def _too_slow(limits: Sequence[LatencyLimit], service: Service, fleet: Count) -> Count:
    """Percentiles that no number of replicas keeps, or that the fleet would be too large."""
    import numpy as np

    slower = sum((1.0 * (service.full > limit.limit) for limit in limits), 0.0)
    return np.where(np.asarray(fleet) > 0, 0.0, np.maximum(slower, 1.0))


def _fleet(catalog: Catalog, asked: Asked, service: Service) -> Count:
    """Replicas that keep every limit, 0 where none do; without traffic one is enough or none is."""
    import numpy as np

    traffic, limits = asked.traffic, asked.limits
    if traffic is None:
        kept: Any = np.asarray(1.0)
        for limit in limits:
            kept = kept * (service.full <= limit.limit)
        return kept  # type: ignore[no-any-return]
    found = _by_law(catalog, service, traffic, limits)
    return np.where(found < NONE, np.maximum(found, replicas_below_target(service, traffic)), 0.0)


def _by_law(catalog: Catalog, service: Service, traffic: Traffic, limits: Sequence[LatencyLimit]) -> Any:
    """By the stair of every service time and set of limits that occurs."""
    import numpy as np

    rates, *others = np.broadcast_arrays(traffic.peak, service.full, *(limit.limit for limit in limits))
    shares = [float(limit.percentile) for limit in limits]
    found = np.empty(rates.shape)
    sets, which = np.unique(np.stack([other.ravel() for other in others]), axis=1, return_inverse=True)
    for number, (seconds, *bounds) in enumerate(sets.T.tolist()):
        here = which.reshape(rates.shape) == number
        rising, back = np.unique(rates[here], return_inverse=True)
        limited = tuple(zip(shares, bounds, strict=True))
        stair = _stair(catalog, service.slots, seconds, float(traffic.burstiness), limited)
        found[here] = np.asarray(stair.replicas(rising.tolist()), float)[back]
    return found


def _stair(catalog: Catalog, slots: int, seconds: float, burstiness: float, limits: tuple[Limit, ...]) -> Stair:
    key = ("stair", slots, seconds, burstiness, limits)
    return remembered(catalog, key, lambda: Stair(slots, seconds, burstiness, limits))


def _rent(catalog: Catalog, setting: Setting, gpu: str, gpus: Count, traffic: Traffic) -> Bill:
    """A month of so many GPUs: the user's price broadcasts, an offer is looked up for each number of GPUs there is."""
    import numpy as np

    renting, asking = setting.asked.renting, Asking(own=setting.options.price, terms=setting.options.terms)
    if asking.own is not None:
        return bill_of_rent(catalog, gpu, gpus, traffic=traffic, renting=renting, asking=asking)  # type: ignore[arg-type]
    counts, back = np.unique(gpus, return_inverse=True)
    bills = [bill_of_rent(catalog, gpu, n, traffic=traffic, renting=renting, asking=asking) for n in counts.tolist()]
    amounts = [bill.per_month for bill in bills]
    if any(amount is None for amount in amounts):
        return bills[0]
    month = np.asarray(amounts, float)[back.reshape(np.shape(gpus))]
    prices = np.asarray([bill.price for bill in bills], float)[back.reshape(np.shape(gpus))]
    return Bill(
        per_asset=asset_cost(month, traffic.average), per_month=month, lines=(), price=prices,
        price_source=bills[0].price_source,
    )  # fmt: skip
