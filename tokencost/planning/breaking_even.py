"""From which volume a fleet of one's own costs no more than an API, on the capacity model that plans use.

A fleet is whole replicas in whole instances, so its month is a staircase C(λ) over the rate λ, and the API's month is a
straight line p·λ·M. The first λ with C(λ) <= p·λ·M is found from below: λ₀ = 0, λₖ₊₁ = C(λₖ) / (p·M). C does not fall
with λ, so no λₖ passes the answer, and where the staircase stays level between two of them, the answer is reached. Of
several places the one that needs the least volume counts: at few requests a cheap GPU, not that of the cheapest asset.
"""

from collections.abc import Sequence
from dataclasses import replace

from tokencost.catalog.load import Catalog
from tokencost.money.bill import SECONDS_PER_MONTH, monthly_assets
from tokencost.money.rate import Rate
from tokencost.money.renting import Share, bill_of_shares
from tokencost.nouns.model import Model
from tokencost.nouns.request import Traffic
from tokencost.nouns.where import BreakEven, Place
from tokencost.planning.asked import Asked
from tokencost.planning.candidates import sized
from tokencost.planning.fitting import fitted
from tokencost.planning.options import RunOptions
from tokencost.units import PerSecond, Usd

LEAST = 1e-9
"""Requests per second of the smallest fleet: one replica and no load to speak of."""
MOST_STEPS = 200
"""Fleets that are tried; the staircase of a model that comes close to an API's price is long."""
LARGEST = 1e4
"""Requests per second beyond which nobody looks."""
CLOSE = 1e-9


def break_evens(
    catalog: Catalog, models: Sequence[Model], asked: Asked, options: RunOptions, places: Sequence[Place]
) -> tuple[BreakEven, ...]:
    """Every model that can be run, where it needs the least volume and is not spot, against every API's cheapest."""
    apis = _first_of_each([one for one in places if not one.gpu and not one.reason and one.per_asset])
    own = [one for one in places if one.gpu and not one.reason and one.per_asset and one.hourly and one.term != "spot"]
    return tuple(
        _against(catalog, model, mine, api, asked, options)
        for model in models if (mine := [one for one in own if one.model == model.id]) for api in apis
    )  # fmt: skip


def _first_of_each(places: Sequence[Place]) -> list[Place]:
    """The first place of every model, in the order of the ranking."""
    return list({place.model: place for place in reversed(places)}.values())[::-1]


def _against(
    catalog: Catalog, model: Model, own: Sequence[Place], api: Place, asked: Asked, options: RunOptions
) -> BreakEven:
    """The place with the least volume. None needs less than its smallest fleet costs, so most need not be sized."""
    each, best = float(api.per_asset or 0.0), None
    for least, mine in sorted(
        ((_least(one, options, each), one) for one in own), key=lambda pair: (pair[0], pair[1].gpu)
    ):
        if best is not None and best.rate is not None and least >= float(best.rate):
            break
        rate, gpus, month = _first(catalog, model, mine, asked, replace(options, gpu=mine.gpu), each)
        if best is None or (rate is not None and (best.rate is None or rate < best.rate)):
            best = BreakEven(
                model=mine.model, place=mine, api=api, rate=rate, gpus=gpus, per_month=month,
                assets=None if rate is None else monthly_assets(rate),
            )  # fmt: skip
    assert best is not None
    return best


def _least(mine: Place, options: RunOptions, each: float) -> float:
    """The rate at which one replica there would cost as much, if it could do it."""
    return _month(float(options.gpus), mine) / (each * SECONDS_PER_MONTH)


def _first(
    catalog: Catalog, model: Model, mine: Place, asked: Asked, options: RunOptions, each: float
) -> tuple[PerSecond | None, float, Usd | None]:
    """The least rate at which the fleet costs no more than so much an asset, its GPUs and its month."""
    above = asked.traffic.peak / asked.traffic.average if asked.traffic else 1.0
    rate, gpus, month = LEAST, 0.0, None
    for _ in range(MOST_STEPS):
        gpus = _fleet(catalog, model, asked, options, Traffic(average=rate, peak=rate * above))
        month = _month(gpus, mine)
        following = month / (each * SECONDS_PER_MONTH)
        if following <= rate * (1 + CLOSE):
            return rate, gpus, month
        if following > LARGEST:
            break
        rate = following
    return None, gpus, month


def _fleet(catalog: Catalog, model: Model, asked: Asked, options: RunOptions, traffic: Traffic) -> float:
    """GPUs that keep every limit at that load."""
    request, _, _ = fitted(catalog, model, asked.request)
    loaded = replace(asked, request=request, traffic=traffic, classes=())
    return sized(catalog, model, loaded, options).gpus


def _month(gpus: float, mine: Place) -> float:
    """What that many GPUs cost there, in whole instances."""
    hourly = float(mine.hourly or 0.0)
    rate = Rate(price=hourly / 3600, source=mine.source)
    bill = bill_of_shares([Share(name="GPUs", gpus=gpus, per_instance=mine.per_instance, rate=rate)], 1.0)
    return float(bill.per_month or 0.0)
