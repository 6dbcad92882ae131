"""How sure a choice is: prediction errors, prices and traffic drawn many times, every fleet sized anew in each draw.

Errors are log-normal with the intervals that validation supports. Models on one GPU share a part of their error,
models of one network all of it: what is wrong about the U-Net of SDXL is wrong for every student of it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import NamedTuple

from tokencost.deciding.draws import DRAWS, normal_column
from tokencost.deciding.headroom import Staffing, fleets_at, scaled_to
from tokencost.money.bill import SECONDS_PER_MONTH
from tokencost.nouns.answer import Candidate
from tokencost.nouns.flip import Certainty, Quantiles, Spread
from tokencost.nouns.request import Budget, LatencyLimit, Renting, Traffic
from tokencost.record import dataclass
from tokencost.units import Constant

Z_90 = Constant(1.645, "", "standard deviations that hold the central 90 % of a normal distribution")
SHARED = Constant(
    0.2, "", "share of the variance of prediction errors that models on one GPU have in common: the intraclass "
    "correlation over the shipped measurements is 0.17 by GPU, and about 0 by engine, to which constants are fitted"
)  # fmt: skip
PRICE_SPREAD = Constant(1.25, "", "assumed: the price a team gets lies within this factor of a list price, nine in ten")
TRAFFIC_SPREAD = Constant(1.5, "", "assumed: traffic lies within this factor of what was planned, nine in ten")
SHARES = (0.10, 0.50, 0.90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a plan was asked, as far as a draw needs it; `networks` names the backbone of each model."""

    traffic: Traffic | None = None
    limits: tuple[LatencyLimit, ...] = ()
    budget: Budget = field(default_factory=Budget)
    renting: Renting = field(default_factory=Renting)
    own_price: bool = False
    networks: Mapping[str, str] = field(default_factory=dict)


class Outcome(NamedTuple):
    """A candidate in one draw: cost of an asset, time of a request, whether every limit is kept, cost of a month."""

    cost: float
    seconds: float
    feasible: bool
    month: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """How often each choice was best, and what each candidate may cost and take."""

    certainty: Certainty
    spreads: Mapping[str, Spread]


def uncertainty(candidates: Sequence[Candidate], about: Circumstances) -> Uncertainty:
    """Every candidate whose limits depend on time or money, in every draw."""
    outcomes = {c.model: outcomes_of(c, about) for c in candidates if _in_play(c)}
    families = {c.model: c.family for c in candidates}
    winners = Counter(winner for winner in map(best, *_named(outcomes)) if winner) if outcomes else Counter[str]()
    by_family: Counter[str] = Counter()
    for model, times in winners.items():
        by_family[families[model]] += times
    return Uncertainty(
        certainty=Certainty(
            draws=DRAWS, models={m: n / DRAWS for m, n in winners.most_common()},
            families={f: n / DRAWS for f, n in by_family.most_common()},
        ),
        spreads={model: _spread(drawn) for model, drawn in outcomes.items()},
    )  # fmt: skip


def _in_play(candidate: Candidate) -> bool:
    """Feasible, or broken by nothing but time and money, of which a draw may bring less."""
    broken = {violation.constraint.partition(".")[0] for violation in candidate.violations}
    known = candidate.estimate is not None and candidate.bill is not None and candidate.bill.per_asset is not None
    return known and broken <= {"latency", "budget"} and not _silent(candidate)


def _silent(candidate: Candidate) -> bool:
    """An API that publishes no latency where there is a limit: no draw says more."""
    return any(violation.constraint == "latency" for violation in candidate.violations)


def _named(outcomes: Mapping[str, Sequence[Outcome]]) -> list[list[tuple[str, Outcome]]]:
    return [[(model, one) for one in drawn] for model, drawn in outcomes.items()]


def best(*drawn: tuple[str, Outcome]) -> str | None:
    """The model that the plan of this draw would recommend, by the rule of every plan; None if none is feasible."""
    kept = [(one.cost, one.seconds, model) for model, one in drawn if one.feasible]
    return min(kept)[2] if kept else None


def outcomes_of(candidate: Candidate, about: Circumstances) -> list[Outcome]:
    """A candidate in every draw."""
    assert candidate.estimate is not None
    latency, on = candidate.estimate.latency, candidate.estimate.platform
    value, high = float(latency.value), float(latency.high)
    deviation = math.log(high / value) / Z_90 if value else 0.0
    traffic = _factors("traffic", TRAFFIC_SPREAD if about.traffic else 1.0)
    if on is None:
        return [_api(candidate, about, value, often) for often in traffic]
    network = about.networks.get(candidate.model, candidate.model)
    times = zip(normal_column(f"gpu {on.gpu}"), normal_column(f"network {network}"), strict=True)
    ours, own = math.sqrt(SHARED) * deviation, math.sqrt(1 - SHARED) * deviation
    slower = [math.exp(ours * common + own * alone) for common, alone in times]
    prices = _factors(f"price {on.gpu}", 1.0 if about.own_price else PRICE_SPREAD)
    if about.traffic is None or candidate.capacity is None:
        return [_alone(candidate, about, time, price) for time, price in zip(slower, prices, strict=True)]
    fleet = staffing(candidate, about.traffic, about)
    rent = float(candidate.bill.per_month or 0.0) / float(candidate.capacity.gpus) if candidate.bill else 0.0
    each = float(candidate.capacity.gpus) / float(candidate.capacity.replicas)
    return _fleets(about, fleet, value, (slower, traffic, [rent * each * price for price in prices]))


def _factors(cause: str, spread: float) -> list[float]:
    deviation = math.log(spread) / Z_90
    return [math.exp(deviation * normal) for normal in normal_column(cause)] if deviation else [1.0] * DRAWS


def staffing(candidate: Candidate, traffic: Traffic, about: Circumstances) -> Staffing:
    """The fleet of a plan, as far as it can be moved: its seconds per request follow from how busy it is."""
    assert candidate.capacity is not None
    fleet, rate = candidate.capacity, float(traffic.peak)
    needed = max(1.0, float(fleet.replicas) - float(about.renting.spares))
    known = Staffing(
        slots=float(fleet.batch), seconds=float(fleet.utilisation) * needed * float(fleet.batch) / rate, rate=rate,
        limits=tuple((float(limit.percentile), float(limit.limit)) for limit in about.limits),
        burstiness=float(traffic.burstiness), busy_at_most=float(traffic.utilisation_target),
    )  # fmt: skip
    return scaled_to(known, round(needed))


def _fleets(
    about: Circumstances, plan: Staffing, seconds: float, drawn: tuple[list[float], list[float], list[float]]
) -> list[Outcome]:
    """The fleet of every draw: how much slower requests are, how much more often they come, the rent of a replica."""
    assert about.traffic is not None
    spares, average = float(about.renting.spares), float(about.traffic.average)
    asset_limit, month_limit = float(about.budget.per_asset), float(about.budget.per_month)
    slower, traffic, rents = drawn
    found = []
    for fleet, time, often, rent in zip(fleets_at(plan, slower, traffic), slower, traffic, rents, strict=True):
        month = (fleet.replicas + spares) * rent
        cost = month / (average * often * SECONDS_PER_MONTH)
        paid = cost <= asset_limit and month <= month_limit
        found.append(Outcome(cost, seconds * time, fleet.kept and paid, month))
    return found


def _alone(candidate: Candidate, about: Circumstances, slower: float, price: float) -> Outcome:
    """One request on one replica."""
    assert candidate.estimate is not None
    assert candidate.bill is not None
    cost = float(candidate.bill.per_asset or 0.0) * slower * price
    seconds = float(candidate.estimate.latency.value) * slower
    kept = all(seconds <= float(limit.limit) for limit in about.limits)
    return Outcome(cost, seconds, kept and _paid(about, cost, None))


def _api(candidate: Candidate, about: Circumstances, seconds: float, often: float) -> Outcome:
    """A list price and a typical latency; only the month depends on the traffic."""
    assert candidate.bill is not None
    month = None if candidate.bill.per_month is None else float(candidate.bill.per_month) * often
    cost = float(candidate.bill.per_asset or 0.0)
    return Outcome(cost, seconds, _paid(about, cost, month), month)


def _paid(about: Circumstances, cost: float, month: float | None) -> bool:
    known = month is not None or about.budget.per_month == math.inf
    return known and cost <= float(about.budget.per_asset) and (month or 0.0) <= float(about.budget.per_month)


def _spread(drawn: Sequence[Outcome]) -> Spread:
    months = [one.month for one in drawn if one.month is not None]
    return Spread(
        cost=_quantiles(one.cost for one in drawn), seconds=_quantiles(one.seconds for one in drawn),
        month=_quantiles(months) if months else None,
    )  # fmt: skip


def _quantiles(values: Iterable[float]) -> Quantiles:
    """The value that so many draws do not exceed."""
    ordered = sorted(values)
    p10, p50, p90 = (ordered[math.ceil(share * len(ordered)) - 1] for share in SHARES)
    return Quantiles(p10=p10, p50=p50, p90=p90)
