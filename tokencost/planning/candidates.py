"""Candidates: a model on a platform, sized for the traffic and judged against every limit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokencost.catalog.load import Catalog
from tokencost.counting.sizes import frames_that_fit, size_problems
from tokencost.deciding.constraints import (
    availability,
    budget_limits,
    latency_limits,
    percentiles,
    platform_limits,
    position_limit,
    size_limits,
)
from tokencost.deciding.quality import judge_bounds, judge_tier, quality_violation
from tokencost.money.bill import bill_of_fleet
from tokencost.nouns.answer import Bill, Candidate, Capacity, Estimate, Interval, Note, Scored, Violation
from tokencost.nouns.model import Bound, Limits, Model
from tokencost.nouns.request import Budget, LatencyLimit, Request, Traffic
from tokencost.planning.estimate import Prepared, api_bill, estimate, measured, prepare
from tokencost.planning.options import RunOptions
from tokencost.planning.prices import gpu_quote
from tokencost.serving.fleet import alone, capacity, fleet
from tokencost.units import Seconds

LARGEST_BATCH = 256
"""Requests that one replica is given at once at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything a spec asks of every candidate."""

    request: Request
    traffic: Traffic | None = None
    limits: tuple[LatencyLimit, ...] = ()
    budget: Budget = Budget()
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
        return _candidate(model, (*broken, *missing), scored)
    found = _sized(catalog, model, replace(asked, request=request), options, (*asked.notes, *notes))
    return _candidate(model, (*broken, *found.violations), scored, found)


def fitted(catalog: Catalog, model: Model, request: Request) -> tuple[Request, tuple[Note, ...], list[Violation]]:
    """The request on the model's grid: clips are rounded up to the frames its coder takes, sizes off the grid are refused."""
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
    """One platform choice of a candidate: its estimate, fleet and bill, and what it breaks."""

    estimate: Estimate
    capacity: Capacity
    bill: Bill
    violations: tuple[Violation, ...]


def _sized(catalog: Catalog, model: Model, asked: Asked, options: RunOptions, notes: tuple[Note, ...]) -> Sized:
    """The best batch size: fewest limits broken, then fewest GPUs, then least latency."""
    ready = prepare(catalog, model, replace(asked.request, batch=1.0), options)
    single = _with_batch(catalog, model, asked, replace(options, batch=1), notes)
    if asked.batch is not None:
        return _with_batch(catalog, model, asked, replace(options, batch=asked.batch), notes)
    if asked.traffic is None or not _batches(ready) or single.estimate.footprint is None:
        return single
    largest = int(min(float(single.estimate.footprint.batch_limit), LARGEST_BATCH))
    tried = [single]
    for batch in (2**k for k in range(1, LARGEST_BATCH.bit_length()) if 2**k <= largest):
        tried.append(_with_batch(catalog, model, asked, replace(options, batch=batch), notes))
    return min(tried, key=lambda s: (len(s.violations), float(s.capacity.gpus), float(s.estimate.latency.value)))


def _batches(ready: Prepared) -> bool:
    """Decoders share a pass among requests at little cost; a denoiser at full size gains nothing from a batch."""
    return any(phase.kind == "decode" for phase in ready.program) and "denoiser" not in ready.generator.networks


def _with_batch(catalog: Catalog, model: Model, asked: Asked, options: RunOptions, notes: tuple[Note, ...]) -> Sized:
    request = replace(asked.request, batch=float(options.batch))
    ready = prepare(catalog, model, request, options)
    found = _assumed_time(measured(catalog, ready, options, notes), asked.request_time)
    service = found.latency.value
    broken = [*_released_for(model, found), *platform_limits(ready.generator, ready.program, ready.platform, found)]
    size = _capacity(asked, service, slots=options.batch, gpus=ready.platform.gpus)
    quote = gpu_quote(catalog, ready.platform.gpu.id, options.price)
    bill = (
        found.bill
        if asked.traffic is None
        else bill_of_fleet(size.gpus, asked.traffic.average, quote.price, quote.source)
    )
    broken += latency_limits(asked.limits, percentiles(size, asked.limits), float(service))
    broken += budget_limits(asked.budget, bill)
    return Sized(estimate=found, capacity=size, bill=bill, violations=tuple(broken))


def _assumed_time(found: Estimate, seconds: Seconds | None) -> Estimate:
    """A request time taken as given replaces the prediction, interval and all."""
    if seconds is None:
        return found
    exact = Interval(value=seconds, low=seconds, high=seconds)
    return replace(found, latency=exact, requests_per_second=found.request.batch / seconds)


def _capacity(asked: Asked, service: Seconds, *, slots: int, gpus: float) -> Capacity:
    """The fleet that meets the limits; where none does, the smallest that keeps up with the traffic."""
    if asked.traffic is None:
        return alone(service, slots=slots, gpus=gpus)
    best = fleet(service, asked.traffic, asked.limits, slots=slots, gpus=gpus)
    stable = best or fleet(service, asked.traffic, (), slots=slots, gpus=gpus)
    if stable is not None:
        return stable
    load = float(asked.traffic.peak * service)
    return capacity(int(load / slots) + 1, service, asked.traffic, slots=slots, gpus=gpus)


def _released_for(model: Model, found: Estimate) -> list[Violation]:
    """Sizes and positions of the released weights."""
    limits = model.generation.limits if model.generation else Limits()
    positions = limits.positions
    if found.request.task == "image-to-text":
        positions = model.perception.positions if model.perception else 0
        return list(position_limit(positions, found))
    return [*size_limits(limits, found.request), *position_limit(positions, found)]


def _quality(catalog: Catalog, model: Model, asked: Asked) -> tuple[tuple[Scored, ...], list[Violation]]:
    scores = catalog.get("quality", model.id) if catalog.find("quality", model.id) == model.id else None
    if asked.bounds:
        scored, reached = judge_bounds(asked.bounds, scores)
        return scored, list(quality_violation(scored, reached, "the spec's bounds", accept_unknown=asked.accept_unknown))
    if not asked.tier:
        return (), []
    tier = catalog.get("tiers", f"{asked.request.task}-{asked.tier}")
    scored, reached = judge_tier(tier, scores)
    return scored, list(quality_violation(scored, reached, f"tier {asked.tier}", accept_unknown=asked.accept_unknown))


def _api(catalog: Catalog, model: Model, asked: Asked, scored: tuple[Scored, ...], broken: list[Violation]) -> Candidate:
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


def _candidate(model: Model, broken: Sequence[Violation], scored: tuple[Scored, ...], found: Sized | None = None) -> Candidate:
    return Candidate(
        model=model.id, name=model.name, family=model.family, feasible=not broken, violations=tuple(broken),
        estimate=found.estimate if found else None, capacity=found.capacity if found else None,
        bill=found.bill if found else None, quality=scored, undisclosed=model.undisclosed,
    )  # fmt: skip
