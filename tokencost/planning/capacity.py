"""From one request to a fleet under load: each candidate's fleet, and what more replicas or more load would do."""

from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Literal

from tokencost.catalog.load import Catalog
from tokencost.deciding.recommend import recommend
from tokencost.nouns.answer import Bill, Candidate, Capacity, Plan
from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.planning.asked import Asked
from tokencost.planning.candidates import Sized, sized
from tokencost.planning.capacity_bill import Asking, bill_of_rent
from tokencost.planning.daily_bill import bill_of_day, day_of
from tokencost.planning.fitting import fitted
from tokencost.planning.memory import remembering
from tokencost.planning.mixing import fitted_classes
from tokencost.planning.options import RunOptions
from tokencost.planning.plan import candidates_of, choosing, options_of, wanted_of
from tokencost.record import dataclass, replace
from tokencost.serving.fleet import capacity, replicas_that_keep_up
from tokencost.serving.service import Service
from tokencost.serving.sizing import SHORT, Sizing, certified, judged
from tokencost.spec.load import LoadedSpec
from tokencost.units import Count, Seconds, Usd

FEWER, MORE = 3, 4
"""Replicas below and above the chosen number that are examined where nobody says which."""
SHALLOW = 3
"""Fleets examined of a candidate that is not the best of its family; those of more are looked at closely."""
NEAREST = 3
"""Candidates shown where none is feasible."""
MOST_SIMULATED = 64
"""Replicas up to which the fleets of a model that was asked for are simulated although bounds decide."""
LOADS = (0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
"""Shares of the peak rate at which the chosen fleet is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A fleet at a share of the peak rate, and whether it keeps every limit (None: too close to call)."""

    load: Count
    capacity: Capacity
    bill: Bill
    kept: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A fleet that follows the day: replicas at least, on average and at most, and what that costs."""

    cold_start: Seconds
    fewest: Count
    mean: Count
    most: Count
    per_month: Usd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A candidate with its fleet, fleets around it, the same fleet at other loads, and one that follows the day.

    `sizing` is how the fleet was chosen, for those who ask it for more than its percentiles.
    """

    candidate: Candidate
    service: Service | None
    fleets: tuple[Point, ...]
    loads: tuple[Point, ...]
    followed: Followed | None
    sizing: Sizing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityPlan:
    """Every examined candidate of a spec, best first."""

    plan: Plan
    traffic: Traffic | None
    limits: tuple[LatencyLimit, ...]
    examined: tuple[Examined, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked beside the spec: `models` by name (empty: those that are feasible), fleet sizes, another trace."""

    models: tuple[str, ...] = ()
    replicas: range | None = None
    trace: Path | None = None


def capacity_plan(catalog: Catalog, spec: LoadedSpec, question: Question) -> CapacityPlan:
    """The fleets of the feasible candidates, of the nearest where none is; or of the models that are named."""
    wanted = wanted_of(spec, question.trace or spec.trace)
    catalog = remembering(catalog)
    candidates = candidates_of(catalog, spec.product, wanted, question.models or spec.product.candidates or ())
    found = choosing(catalog, spec, candidates, recommend(candidates))
    shown = [c for c in found.candidates if c.feasible or question.models] or list(found.candidates[:NEAREST])
    best = {candidate.family: candidate.model for candidate in reversed(shown)}.values()
    options: dict[str, RunOptions | None] = {"": None}
    options |= {catalog.find("gpus", choice.gpu) or choice.gpu: choice for choice in options_of(spec.product)}
    examined = tuple(
        _examined(
            catalog,
            candidate,
            wanted,
            options[_gpu_of(candidate)],
            counts=_counts(candidate, question, spares=wanted.renting.spares, deep=candidate.model in best),
            simulate=bool(question.models),
        )
        for candidate in shown
    )
    return CapacityPlan(plan=found, traffic=wanted.traffic, limits=wanted.limits, examined=examined)


def _gpu_of(candidate: Candidate) -> str:
    """The GPU that the plan picked; empty where nothing runs."""
    return candidate.estimate.platform.gpu if candidate.estimate and candidate.estimate.platform else ""


def _counts(candidate: Candidate, question: Question, *, spares: Count, deep: bool) -> range:
    """Fleets to look at, spares not counted: around the chosen one, more of them for the best of each family."""
    if question.replicas is not None:
        return question.replicas
    if candidate.capacity is None:
        return range(0)
    below, above = (FEWER, MORE) if deep or question.models else (1, 1)
    chosen = int(candidate.capacity.replicas - spares)
    return range(max(1, chosen - below), chosen + above + 1)


def _examined(
    catalog: Catalog, candidate: Candidate, wanted: Asked, choice: RunOptions | None, *, counts: range, simulate: bool
) -> Examined:
    """Fleets of these sizes and the chosen one at other loads; nothing where there is no fleet or no traffic."""
    if candidate.capacity is None or choice is None or wanted.traffic is None:
        return Examined(candidate=candidate, service=None, fleets=(), loads=(), followed=None)
    model = catalog.get("models", candidate.model)
    request, _, _ = fitted(catalog, model, wanted.request)
    on_grid, _ = fitted_classes(catalog, model, wanted, fitted)
    asked = replace(on_grid, request=request, batch=int(candidate.capacity.batch))
    found = sized(catalog, model, asked, choice)
    at = partial(_point, catalog, found, asked, choice)
    evidence: Literal["law", "path"] = "path" if found.service.batch_times else "law"
    chosen = found.fleet or Sizing(replicas=replicas_that_keep_up(found.service, wanted.traffic), evidence=evidence)
    closer = _simulated(chosen, found.service) if simulate else chosen
    deep = len(counts) > SHALLOW
    return Examined(
        candidate=candidate, service=found.service,
        fleets=tuple(at(closer if count == chosen.replicas else _nearby(closer, count), 1.0) for count in counts),
        loads=tuple(at(closer if load == 1 else _nearby(closer, chosen.replicas), load) for load in LOADS if deep),
        followed=_followed(catalog, found, asked, choice) if deep and wanted.traffic.peak_to_mean else None,
        sizing=found.fleet,
    )  # fmt: skip


def _nearby(chosen: Sizing, replicas: int) -> Sizing:
    """The same evidence for another fleet or load, on the shortest path: nothing is decided by it."""
    return replace(chosen, replicas=replicas, requests=SHORT, close=False)


def _simulated(chosen: Sizing, service: Service) -> Sizing:
    """Shared steps on a simulated path, also where bounds decide: their percentiles lie above what will be seen."""
    small = service.replica is not None and chosen.replicas <= MOST_SIMULATED
    return replace(chosen, evidence="path") if small and chosen.evidence == "law" else chosen


def _point(catalog: Catalog, found: Sized, asked: Asked, choice: RunOptions, fleet: Sizing, load: float) -> Point:
    """A fleet at a share of the peak rate; what is overloaded has no percentile."""
    assert asked.traffic is not None
    traffic, on, spares = at_load(asked.traffic, load), found.ready.platform, asked.renting.spares
    overloaded = traffic.peak * found.service.full >= fleet.replicas * found.service.slots
    known = replace(fleet, evidence="law") if overloaded and fleet.evidence == "path" else fleet
    answer = capacity(known, found.service, traffic, gpus=on.gpus, spares=spares)
    asking = Asking(choice.price, choice.terms)
    bill = bill_of_rent(
        catalog, on.gpu.id, float(answer.gpus), traffic=asked.traffic, renting=asked.renting, asking=asking
    )
    judge = judged if load == 1 or fleet.evidence == "path" else certified
    return Point(load=load, capacity=answer, bill=bill, kept=judge(fleet, found.service, traffic, asked.limits))


def at_load(traffic: Traffic, load: float) -> Traffic:
    """The same traffic, faster or slower; a trace in time."""
    if load == 1:
        return traffic
    return replace(
        traffic, average=traffic.average * load, peak=traffic.peak * load,
        arrivals=tuple(time / load for time in traffic.arrivals),
    )  # fmt: skip


def _followed(catalog: Catalog, found: Sized, asked: Asked, choice: RunOptions) -> Followed | None:
    """The same day with a fleet that follows it."""
    assert asked.traffic is not None
    if found.fleet is None:
        return None
    day = day_of(found.service, asked.traffic, asked.limits, asked.renting, found.fleet.replicas)
    on = found.ready.platform
    asking = Asking(choice.price, choice.terms)
    bill = bill_of_day(
        catalog, on.gpu.id, float(on.gpus), day, traffic=asked.traffic, renting=asked.renting, asking=asking
    )
    return Followed(
        cold_start=day.cold_start, fewest=float(min(day.running)), mean=fmean(day.running),
        most=float(max(day.running)), per_month=bill.per_month,
    )  # fmt: skip
