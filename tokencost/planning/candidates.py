"""Candidates: a model on a platform, sized for the traffic and judged against every limit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from tokencost.catalog.load import Catalog
from tokencost.counting.sizes import frames_that_fit, size_problems
from tokencost.deciding.constraints import (
    availability,
    budget_limits,
    latency_limits,
    platform_limits,
    position_limit,
    size_limits,
)
from tokencost.deciding.quality import judge_bounds, judge_tier, quality_violation
from tokencost.families.lowering import lower
from tokencost.nouns.answer import Bill, Candidate, Capacity, Estimate, Interval, Note, Scored, Violation
from tokencost.nouns.model import Bound, Limits, Model
from tokencost.nouns.request import Budget, LatencyLimit, Renting, Request, Traffic
from tokencost.planning.capacity_bill import bill_of_rent
from tokencost.planning.capacity_service import service_of, shares_steps
from tokencost.planning.estimate import Prepared, api_bill, estimate, measured, prepare
from tokencost.planning.options import RunOptions
from tokencost.serving.fleet import alone, capacity, keeping_up, replicas_that_keep_up
from tokencost.serving.service import Service, fixed
from tokencost.serving.sizing import Sizing, refined, sized_by_law
from tokencost.units import Seconds

LARGEST_BATCH = 256
"""Requests that one replica is given at once at most."""

NO_BUDGET = Budget()
NO_TERMS = Renting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything a spec asks of every candidate."""

    request: Request
    traffic: Traffic | None = None
    limits: tuple[LatencyLimit, ...] = ()
    budget: Budget = NO_BUDGET
    renting: Renting = NO_TERMS
    tier: str = ""
    bounds: tuple[Bound, ...] = ()
    accept_unknown: bool = True
    request_time: Seconds | None = None
    batch: int | None = None
    notes: tuple[Note, ...] = ()


def judge(catalog: Catalog, model: Model, asked: Asked, options: RunOptions) -> Candidate:
    """A candidate with its numbers and everything it breaks."""
    scored, broken = _quality(catalog, model, asked)
    if model.family == "api":
        return _api(catalog, model, asked, scored, [*availability(model, self_hosted=False), *broken])
    broken += availability(model, self_hosted=True)
    request, notes, wrong = fitted(catalog, model, asked.request)
    broken += wrong
    if wrong or not model.components:
        missing = [] if wrong else [Violation(constraint="availability", message="its networks are not public")]
        return _unsized(model, (*broken, *missing), scored)
    found = sized(catalog, model, replace(asked, request=request), options, (*asked.notes, *notes), refine=not broken)
    broken += found.violations
    return Candidate(
        model=model.id, name=model.name, family=model.family, feasible=not broken, violations=in_order(broken),
        estimate=found.estimate, capacity=_capacity(found, asked), bill=found.bill, quality=scored,
        undisclosed=model.undisclosed,
    )  # fmt: skip


def fitted(catalog: Catalog, model: Model, request: Request) -> tuple[Request, tuple[Note, ...], list[Violation]]:
    """The request on the model's grid: clips rounded up to frames its coder takes, sizes off the grid refused."""
    generation = model.generation
    if request.task == "image-to-text" or generation is None:
        return request, (), []
    grid = catalog.get("tokenizers", generation.tokenizer)
    frames = frames_that_fit(grid, int(request.frames)) if request.task == "text-to-video" else 1
    notes: tuple[Note, ...] = ()
    if frames != request.frames:
        reason = f"the coder takes clips of that form; {request.frames:g} are kept"
        notes = (Note(name="frames", value=f"{frames} generated", reason=reason),)
    problems = size_problems(grid, width=int(request.width), height=int(request.height), frames=frames)
    wrong = [Violation(constraint="size", message=text) for text in problems]
    return replace(request, frames=float(frames)), notes, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """One batch size of a candidate: its estimate, the fleet it needs (None: none is enough), what it breaks."""

    ready: Prepared
    estimate: Estimate
    service: Service
    fleet: Sizing | None
    gpus: float
    bill: Bill
    violations: tuple[Violation, ...]


def sized(
    catalog: Catalog, model: Model, asked: Asked, options: RunOptions, notes: tuple[Note, ...], *, refine: bool = True
) -> Sized:
    """The best batch size: fewest limits broken, then fewest GPUs, then least latency; `refine` it to the least fleet.

    A model that is out for another reason keeps the fleet that the waiting law proves to be enough.
    """
    if asked.batch is not None:
        tried = [_with_batch(catalog, model, asked, replace(options, batch=asked.batch), notes)]
    else:
        tried = _batches(catalog, model, asked, options, notes)
    best = min(tried, key=lambda s: (len(s.violations), s.gpus, float(s.estimate.latency.value)))
    return _refined(catalog, model, best, asked, options) if refine else best


def _batches(catalog: Catalog, model: Model, asked: Asked, options: RunOptions, notes: tuple[Note, ...]) -> list[Sized]:
    """Batches of 1, 2, 4, ... while a larger one fits and is of use."""
    tried = [_with_batch(catalog, model, asked, replace(options, batch=1), notes)]
    largest = LARGEST_BATCH if asked.traffic is not None and shares_steps(tried[0].ready) else 1
    while tried[-1].service.slots * 2 <= largest and _may_grow(tried[-1]):
        larger = replace(options, batch=tried[-1].service.slots * 2)
        tried.append(_with_batch(catalog, model, asked, larger, notes))
    between = _between(tried, asked)
    if not between:
        return tried
    return [*tried, _with_batch(catalog, model, asked, replace(options, batch=between), notes)]


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


def _with_batch(catalog: Catalog, model: Model, asked: Asked, options: RunOptions, notes: tuple[Note, ...]) -> Sized:
    request = replace(asked.request, batch=float(options.batch))
    ready = prepare(catalog, model, request, options)
    found = _assumed_time(measured(catalog, ready, options, notes), asked.request_time)
    service = _service(ready, found, asked)
    return _judged(catalog, model, Sized(
        ready=ready, estimate=found, service=service, fleet=_fleet(asked, service), gpus=0.0, bill=found.bill,
        violations=(),
    ), asked, options)  # fmt: skip


def _service(ready: Prepared, found: Estimate, asked: Asked) -> Service:
    """How long a request takes alone and in company; a time taken as given is both."""
    request = found.request
    if asked.request_time is not None or request.batch == 1 or not shares_steps(ready):
        return fixed(found.latency.value, int(request.batch))
    single = lower(ready.generator, replace(request, batch=1.0))
    return service_of(replace(ready, program=single, request=replace(request, batch=1.0)), ready)


def _judged(catalog: Catalog, model: Model, found: Sized, asked: Asked, options: RunOptions) -> Sized:
    """The rent of the fleet, and every limit it breaks."""
    on, service = found.ready.platform, found.service
    replicas = found.fleet.replicas if found.fleet else _keeps_up(asked, service)
    gpus = float(on.gpus) * (replicas + (float(asked.renting.spares) if asked.traffic else 0.0))
    bill = found.bill if asked.traffic is None else bill_of_rent(
        catalog, on.gpu.id, gpus, traffic=asked.traffic, renting=asked.renting, own=options.price
    )  # fmt: skip
    broken = [*_released_for(model, found.estimate)]
    broken += platform_limits(found.ready.generator, found.ready.program, on, found.estimate)
    broken += latency_limits(asked.limits, float(service.full), possible=found.fleet is not None)
    broken += budget_limits(asked.budget, bill)
    return replace(found, gpus=gpus, bill=bill, violations=tuple(broken))


def _refined(catalog: Catalog, model: Model, found: Sized, asked: Asked, options: RunOptions) -> Sized:
    """A fleet that nothing but its cost speaks against, made as small as its limits allow."""
    hopeless = any(not violation.constraint.startswith("budget") for violation in found.violations)
    if asked.traffic is None or found.fleet is None or hopeless:
        return found
    fleet = refined(found.fleet, found.service, asked.traffic, asked.limits)
    return _judged(catalog, model, replace(found, fleet=fleet), asked, options)


def _fleet(asked: Asked, service: Service) -> Sizing | None:
    """Replicas that keep every limit; without traffic one is enough or none is."""
    if asked.traffic is not None:
        return sized_by_law(service, asked.traffic, asked.limits)
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


def _assumed_time(found: Estimate, seconds: Seconds | None) -> Estimate:
    """A request time taken as given replaces the prediction, interval and all."""
    if seconds is None:
        return found
    exact = Interval(value=seconds, low=seconds, high=seconds)
    return replace(found, latency=exact, requests_per_second=found.request.batch / seconds)


def _released_for(model: Model, found: Estimate) -> list[Violation]:
    """Sizes and positions of the released weights."""
    limits = model.generation.limits if model.generation else Limits()
    positions = limits.positions
    if found.request.task == "image-to-text":
        positions = model.perception.positions if model.perception else 0
        return list(position_limit(positions, found))
    return [*size_limits(limits, found.request), *position_limit(positions, found)]


def _quality(catalog: Catalog, model: Model, asked: Asked) -> tuple[tuple[Scored, ...], list[Violation]]:
    """The scores of the spec's bounds and of its tier, and what they fall short of."""
    scores = catalog.get("quality", model.id) if catalog.find("quality", model.id) == model.id else None
    judged = [(*judge_bounds(asked.bounds, scores), "the spec's bounds")] if asked.bounds else []
    if asked.tier:
        tier = catalog.get("tiers", f"{asked.request.task}-{asked.tier}")
        judged.append((*judge_tier(tier, scores), f"tier {asked.tier}"))
    accepts = asked.accept_unknown
    broken = [v for s, reached, name in judged for v in quality_violation(s, reached, name, accept_unknown=accepts)]
    return tuple(scored for found, _, _ in judged for scored in found), broken


def _api(
    catalog: Catalog, model: Model, asked: Asked, scored: tuple[Scored, ...], broken: list[Violation]
) -> Candidate:
    average = float(asked.traffic.average) if asked.traffic else None
    found = estimate(catalog, model, asked.request, RunOptions())
    bill, latency = api_bill(catalog, model, asked.request, average)
    if bill.per_asset is None:
        broken.append(Violation(constraint="price", message="no price published for this size"))
    if asked.limits and not latency:
        message = "its provider publishes no latency; give assume.request_time to judge it"
        broken.append(Violation(constraint="latency", message=message))
    broken += budget_limits(asked.budget, bill)
    return Candidate(
        model=model.id, name=model.name, family=model.family, feasible=not broken, violations=tuple(broken),
        estimate=found, capacity=None, bill=bill, quality=scored, undisclosed=model.undisclosed,
    )  # fmt: skip


def _unsized(model: Model, broken: Sequence[Violation], scored: tuple[Scored, ...]) -> Candidate:
    """A candidate that cannot be computed at this size, with the reason."""
    return Candidate(
        model=model.id, name=model.name, family=model.family, feasible=False, violations=in_order(broken),
        estimate=None, capacity=None, bill=None, quality=scored, undisclosed=model.undisclosed,
    )  # fmt: skip


ORDER = ("task", "frames", "size", "positions", "availability", "quality", "precision", "engine", "memory", "price")
"""Constraints in the order in which they are told; latency and budget follow."""


def in_order(broken: Sequence[Violation]) -> tuple[Violation, ...]:
    """What the model cannot do first, then what it is too slow or too dear for."""
    places = {name: place for place, name in enumerate(ORDER)}
    return tuple(sorted(broken, key=lambda violation: places.get(violation.constraint, len(ORDER))))
