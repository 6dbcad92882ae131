"""Candidates: a model on a platform, sized for the traffic and judged against every limit."""

from collections.abc import Sequence
from math import inf

from tokencost.catalog.load import Catalog
from tokencost.deciding.constraints import (
    availability,
    budget_limits,
    electricity_limits,
    latency_limits,
    platform_limits,
)
from tokencost.deciding.recommend import preference
from tokencost.nouns.answer import Bill, Candidate, Capacity, Estimate, Scored, Violation
from tokencost.nouns.model import Model
from tokencost.nouns.request import Terms
from tokencost.planning.asked import Asked
from tokencost.planning.assumed import priced
from tokencost.planning.bought import bought
from tokencost.planning.capacity_bill import Asking, bill_of_rent
from tokencost.planning.capacity_service import shares_steps
from tokencost.planning.daily_bill import bill_of_day, day_of
from tokencost.planning.electricity import taken_by
from tokencost.planning.estimate import Prepared
from tokencost.planning.fitting import fitted
from tokencost.planning.memory import remembered
from tokencost.planning.mixing import fitted_classes
from tokencost.planning.options import RunOptions, batch_of, in_batches
from tokencost.planning.prices import gpu_quote
from tokencost.planning.scores import ceilings_of
from tokencost.planning.timed import served, stepped, timed
from tokencost.planning.violations import in_order, quality_of, released_for, unsized
from tokencost.record import dataclass, replace
from tokencost.serving.fleet import alone, capacity, keeping_up, replicas_that_keep_up
from tokencost.serving.service import Service
from tokencost.serving.sizing import Sizing, fewest, refined, sized_by_law
from tokencost.units import UsdPerSecond

LARGEST_BATCH = 256
"""Requests that one replica is given at once at most."""


def judge(catalog: Catalog, model: Model, asked: Asked, platforms: Sequence[RunOptions]) -> Candidate:
    """A candidate on the platform where it does best, with its numbers and everything it breaks.

    Fleets that bounds prove to be enough are compared first; one is made smaller only where that could win.
    """
    tried = [_on(catalog, model, asked, options) for options in platforms]
    best: tuple[Candidate, Sized | None] | None = None
    for candidate, found in sorted(tried, key=lambda one: preference(one[0])):
        if best and found and _cannot_win(catalog, best[0], found, asked):
            continue
        smaller = _smaller(catalog, model, candidate, found, asked)
        if best is None or preference(smaller[0]) < preference(best[0]):
            best = smaller
    assert best is not None
    candidate, found = best
    return candidate if found is None else replace(candidate, capacity=_capacity(found, asked))


def _cannot_win(catalog: Catalog, best: Candidate, found: "Sized", asked: Asked) -> bool:
    """Whether even the smallest fleet that is not ruled out costs more than a feasible one."""
    if not best.feasible or best.bill is None or best.bill.per_asset is None:
        return False
    return _dearer(catalog, found, asked, float(best.bill.per_asset))


def _dearer(catalog: Catalog, found: "Sized", asked: Asked, cost: float) -> bool:
    """Whether every fleet that is not ruled out costs more than this per asset."""
    if cost == inf or asked.traffic is None or asked.renting.mix or asked.renting.autoscale or not found.fleet:
        return False
    busy = _rent(catalog, found, _keeps_up(asked, found.service), asked).per_asset
    if busy is None or busy > cost:
        return busy is not None
    least = _rent(catalog, found, fewest(found.fleet, found.service, asked.traffic, asked.limits), asked).per_asset
    return least is not None and bool(least > cost)


def weigh(catalog: Catalog, model: Model, asked: Asked, options: RunOptions, to_beat: float = inf) -> Candidate:
    """All that the choice looks at, percentiles left out; a fleet that surely costs more than `to_beat` stays large."""
    candidate, found = _on(catalog, model, asked, options)
    if found is None or _dearer(catalog, found, asked, to_beat):
        return candidate
    return _smaller(catalog, model, candidate, found, asked)[0]


def _smaller(
    catalog: Catalog, model: Model, candidate: Candidate, found: "Sized | None", asked: Asked
) -> tuple[Candidate, "Sized | None"]:
    """A candidate against which nothing but its cost speaks, with the least fleet that keeps the limits."""
    if found is None or any(not violation.constraint.startswith("budget") for violation in candidate.violations):
        return candidate, found
    smaller = _following(catalog, _refined(catalog, model, found, asked), asked)
    broken = smaller.violations
    judged = replace(
        candidate, feasible=not broken, violations=in_order(broken), estimate=smaller.estimate, bill=smaller.bill
    )
    return judged, smaller


def _on(catalog: Catalog, model: Model, asked: Asked, options: RunOptions) -> tuple[Candidate, "Sized | None"]:
    """Sized and judged, percentiles left out: of several platforms only the chosen one is asked for them."""
    scored, kept = quality_known(catalog, model, asked)
    broken = [*kept]
    if model.family == "api":
        return bought(catalog, model, asked, scored, broken), None
    broken += availability(model, self_hosted=True)
    request, notes, wrong = fitted(catalog, model, asked.request)
    asked, others = fitted_classes(catalog, model, asked, fitted)
    wrong += others
    broken += wrong
    if wrong or not model.components:
        missing = [] if wrong else [Violation(constraint="availability", message="its networks are not public")]
        return unsized(model, (*broken, *missing), scored), None
    if broken:
        asked = replace(asked, batching=None)
    if notes or request is not asked.request:
        asked = replace(asked, request=request, given=replace(asked.given, notes=(*asked.given.notes, *notes)))
    found = sized(catalog, model, asked, options, refine=False)
    broken += found.violations
    return Candidate(
        model=model.id, name=model.name, family=model.family, feasible=not broken, violations=in_order(broken),
        estimate=found.estimate, capacity=None, bill=found.bill, quality=scored, undisclosed=model.undisclosed,
        ceilings=ceilings_of(catalog, model),
    ), found  # fmt: skip


def quality_known(catalog: Catalog, model: Model, asked: Asked) -> tuple[tuple[Scored, ...], list[Violation]]:
    """The scores that count and what they fall short of, looked up once per kind of spec."""
    key = ("quality", model.id, asked.request.task, asked.tier, asked.bounds, asked.accept_unknown)
    return remembered(catalog, key, lambda: quality_of(catalog, model, asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """One batch size of a candidate: its estimate, the fleet it needs (None: none is enough), what it breaks.

    `others` are limits that a class of requests breaks besides; `price` is the user's own for a GPU, if there is one,
    `terms` what else is agreed about it.
    """

    ready: Prepared
    estimate: Estimate
    service: Service
    fleet: Sizing | None
    gpus: float
    bill: Bill
    violations: tuple[Violation, ...]
    others: tuple[Violation, ...]
    price: UsdPerSecond | None
    terms: Terms


def sized(catalog: Catalog, model: Model, asked: Asked, options: RunOptions, *, refine: bool = True) -> Sized:
    """The best batch size: fewest limits broken, then fewest GPUs, then least latency; `refine` it to the least fleet.

    A model that is out for another reason keeps the fleet that the waiting law proves to be enough.
    """
    options = stepped(model, options, asked.given)
    if asked.batch is not None:
        tried = [_with_batch(catalog, model, asked, replace(options, batch=asked.batch))]
    else:
        tried = _batches(catalog, model, asked, options)
    best = min(tried, key=lambda s: (len(s.violations), s.gpus, float(s.estimate.latency.value)))
    return _refined(catalog, model, best, asked) if refine else best


def _batches(catalog: Catalog, model: Model, asked: Asked, options: RunOptions) -> list[Sized]:
    """Batches of 1, 2, 4, ... while a larger one fits and is of use."""
    tried = [_with_batch(catalog, model, asked, in_batches(options, 1))]
    shares, forming = shares_steps(tried[0].ready), asked.batching
    if asked.traffic is None or not _may_grow(tried[0]) or not (shares or forming):
        return tried
    largest = forming.most if forming and not shares else LARGEST_BATCH
    while tried[-1].service.slots * 2 <= largest and _may_grow(tried[-1]):
        larger = replace(options, batch=tried[-1].service.slots * 2)
        tried.append(_with_batch(catalog, model, asked, larger))
    between = _between(tried, asked)
    if not between:
        return tried
    return [*tried, _with_batch(catalog, model, asked, replace(options, batch=between))]


def _between(tried: Sequence[Sized], asked: Asked) -> int:
    """The largest batch between the last two that memory and limits allow, as if time were linear there; 0 if none."""
    foot = tried[-1].estimate.footprint
    if len(tried) < 2 or foot is None or len(tried[-1].violations) <= len(tried[-2].violations):
        return 0
    fits, fails = tried[-2].service, tried[-1].service
    spent = float(fails.full - fits.full) / (fails.slots - fits.slots)
    left = min((float(limit.limit) for limit in asked.limits), default=inf) - float(fits.full)
    by_time = fits.slots + left / spent if spent > 0 else inf
    found = int(min(by_time, float(foot.batch_limit), fails.slots - 1))
    return found if found > fits.slots else 0


def _may_grow(last: Sized) -> bool:
    """A larger batch is worth a try while the last one fitted and one replica was not enough for the traffic."""
    foot = last.estimate.footprint
    return foot is not None and foot.fits and last.gpus > float(last.ready.platform.gpus)


def _with_batch(catalog: Catalog, model: Model, asked: Asked, options: RunOptions) -> Sized:
    """A batch of that size, the fleet it needs and what it breaks."""
    found = timed(catalog, model, batch_of(asked.request, options.batch), options, asked.given)
    run = priced(found.estimate, gpu_quote(catalog, options.gpu, options.price, options.terms))
    service, others = served(catalog, model, asked, options)
    return _judged(catalog, model, Sized(
        ready=found.ready, estimate=run, service=service, fleet=_fleet(catalog, asked, service), gpus=0.0,
        bill=run.bill, violations=(), others=others, price=options.price,
        terms=options.terms,
    ), asked)  # fmt: skip


def _judged(catalog: Catalog, model: Model, found: Sized, asked: Asked) -> Sized:
    """The rent of the fleet, and every limit it breaks."""
    on, service = found.ready.platform, found.service
    replicas = found.fleet.replicas if found.fleet else _keeps_up(asked, service)
    gpus = float(on.gpus) * (replicas + (float(asked.renting.spares) if asked.traffic else 0.0))
    bill = found.bill if asked.traffic is None else _rent(catalog, found, replicas, asked)
    broken = [*released_for(model, found.estimate), *found.others]
    broken += platform_limits(found.ready.generator, found.ready.program, on, found.estimate)
    broken += latency_limits(asked.limits, float(service.full), possible=found.fleet is not None)
    broken += budget_limits(asked.budget, bill)
    taken = taken_by(found.estimate, on, asked.traffic, gpus)
    broken += electricity_limits(asked.budget, taken)
    run = replace(found.estimate, electricity=taken)
    return replace(found, estimate=run, gpus=gpus, bill=bill, violations=tuple(broken))


def _rent(catalog: Catalog, found: Sized, replicas: int, asked: Asked) -> Bill:
    """A month of so many replicas and the spares."""
    assert asked.traffic is not None
    on, gpus = found.ready.platform, float(found.ready.platform.gpus) * (replicas + float(asked.renting.spares))
    return bill_of_rent(
        catalog, on.gpu.id, gpus, traffic=asked.traffic, renting=asked.renting, asking=Asking(found.price, found.terms)
    )


def _refined(catalog: Catalog, model: Model, found: Sized, asked: Asked) -> Sized:
    """A fleet that nothing but its cost speaks against, made as small as its limits allow."""
    hopeless = any(not violation.constraint.startswith("budget") for violation in found.violations)
    if asked.traffic is None or found.fleet is None or hopeless:
        return found
    sizing, service, traffic = found.fleet, found.service, asked.traffic
    key = ("refined", sizing, service, traffic, asked.limits)
    fleet = remembered(catalog, key, lambda: refined(sizing, service, traffic, asked.limits))
    return _judged(catalog, model, replace(found, fleet=fleet), asked)


def _following(catalog: Catalog, found: Sized, asked: Asked) -> Sized:
    """The same fleet paid as it runs, where the spec has it follow the day."""
    traffic, renting, on = asked.traffic, asked.renting, found.ready.platform
    if not renting.autoscale or traffic is None or not traffic.peak_to_mean or found.fleet is None:
        return found
    day = day_of(found.service, traffic, asked.limits, renting, found.fleet.replicas)
    asking = Asking(found.price, found.terms)
    bill = bill_of_day(catalog, on.gpu.id, float(on.gpus), day, traffic=traffic, renting=renting, asking=asking)
    running = float(on.gpus) * (sum(day.running) / len(day.running) + float(renting.spares))
    run = replace(found.estimate, electricity=taken_by(found.estimate, on, traffic, running))
    broken = [violation for violation in found.violations if not violation.constraint.startswith("budget")]
    broken += [*budget_limits(asked.budget, bill), *electricity_limits(asked.budget, run.electricity)]
    return replace(found, estimate=run, bill=bill, violations=tuple(broken))


def _fleet(catalog: Catalog, asked: Asked, service: Service) -> Sizing | None:
    """Replicas that keep every limit; without traffic one is enough or none is."""
    traffic, limits = asked.traffic, asked.limits
    if traffic is not None:
        key = ("law", service, traffic.peak, traffic.burstiness, traffic.utilisation_target, limits)
        return remembered(catalog, key, lambda: sized_by_law(service, traffic, limits))
    kept = all(service.full <= limit.limit for limit in asked.limits)
    return Sizing(replicas=1, evidence="law") if kept else None


def _keeps_up(asked: Asked, service: Service) -> int:
    return replicas_that_keep_up(service, asked.traffic) if asked.traffic else 1


def _capacity(found: Sized, asked: Asked) -> Capacity:
    """The fleet of the chosen batch size and the latency percentiles it has."""
    service, gpus = found.service, found.ready.platform.gpus
    if asked.traffic is None:
        return alone(service.full, slots=service.slots, gpus=gpus)
    if found.fleet is None:
        return keeping_up(service, asked.traffic, gpus=gpus)
    return capacity(found.fleet, service, asked.traffic, gpus=gpus, spares=asked.renting.spares)
