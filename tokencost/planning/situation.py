"""What a plan is asked, as one value to vary, and which model is best in it: the choice without its report."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import floor, inf

from tokencost.catalog.load import Catalog
from tokencost.deciding.constraints import availability, dollars, latency_limits, size_limits
from tokencost.money.bill import SECONDS_PER_MONTH
from tokencost.money.rate import effective
from tokencost.nouns.answer import Candidate, Violation
from tokencost.nouns.model import Limits, Model
from tokencost.planning.asked import Asked
from tokencost.planning.candidates import LARGEST_BATCH, quality_known, weigh
from tokencost.planning.capacity_service import shares_steps
from tokencost.planning.fitting import fitted
from tokencost.planning.least import NOTHING, Known, least_seconds
from tokencost.planning.options import RunOptions, batch_of, in_batches
from tokencost.planning.prices import gpu_quote
from tokencost.planning.timed import served, stepped, timed
from tokencost.record import dataclass, replace
from tokencost.units import Constant

SLACK = Constant(1e-9, "", "a cost within this of another is not below it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is asked, and the platforms it may run on."""

    asked: Asked
    platforms: tuple[RunOptions, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The model that a plan would recommend, by what it is ranked: cost, then latency, then name."""

    cost: float
    latency: float
    model: str
    family: str


def best_of(catalog: Catalog, models: Iterable[Model], situation: Situation, known: Known = NOTHING) -> Best | None:
    """The best feasible of these models, in an order in which the likely winner comes first; None if none is."""
    best: Best | None = None
    for model in models:
        for options in situation.platforms:
            if hopeless(catalog, model, situation.asked, options, known, best):
                continue
            to_beat = best.cost if best else inf
            found = standing(weigh(catalog, model, situation.asked, options, to_beat))
            if found is not None and (best is None or order(found) < order(best)):
                best = found
    return best


def standing(candidate: Candidate) -> Best | None:
    """A feasible candidate as it is ranked; None for one that is not."""
    if not candidate.feasible:
        return None
    bill, estimate = candidate.bill, candidate.estimate
    cost = inf if bill is None or bill.per_asset is None else float(bill.per_asset)
    latency = inf if estimate is None else float(estimate.latency.value)
    return Best(cost=cost, latency=latency, model=candidate.model, family=candidate.family)


def order(best: Best) -> tuple[float, float, str]:
    """By what candidates are ranked, the best first."""
    return best.cost, best.latency, best.model


def hopeless(
    catalog: Catalog, model: Model, asked: Asked, options: RunOptions, known: Known, best: Best | None
) -> bool:
    """Whether a model needs no sizing: it does not make the size, a request alone is too slow, or it is too dear."""
    if model.family == "api":
        return False
    request, _, wrong = fitted(catalog, model, asked.request)
    limits = model.generation.limits if model.generation and request.task != "image-to-text" else Limits()
    if wrong or next(size_limits(limits, request), None) is not None:
        return True
    if not _plain(asked) or not model.components:
        return False
    options = stepped(model, options, asked.given)
    least = least_seconds(catalog, model, asked, options, known)
    if _too_slow(asked, least) or _too_dear(catalog, asked, options, (least, least), best):
        return True
    batches = _batches(catalog, model, asked if request is asked.request else replace(asked, request=request), options)
    alone = next(batches)
    return _too_slow(asked, alone[0]) or all(
        _too_dear(catalog, asked, options, one, best) for one in chain((alone,), batches)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """What a candidate breaks at the least, and the least that its assets may cost."""

    broken: tuple[Violation, ...]
    cost: float = 0.0


def fixed(catalog: Catalog, model: Model, asked: Asked) -> list[Violation]:
    """What no price, size, load or platform changes: the task, whether a model can be had, and its quality."""
    if asked.request.task not in model.tasks:
        return [Violation(constraint="task", message=f"does not do {asked.request.task}")]
    return [*quality_known(catalog, model, asked)[1], *availability(model, self_hosted=model.family != "api")]


def least_broken(catalog: Catalog, model: Model, asked: Asked, options: RunOptions, known: Known) -> Floor:
    """What rules a model out before it is sized; it may break more."""
    broken = fixed(catalog, model, asked)
    if model.family == "api":
        return Floor(broken=tuple(broken))
    request, _, wrong = fitted(catalog, model, asked.request)
    limits = model.generation.limits if model.generation and request.task != "image-to-text" else Limits()
    if wrong or not model.components or not _plain(asked):
        return Floor(broken=(*broken, *wrong))
    broken += size_limits(limits, request)
    options = stepped(model, options, asked.given)
    least = least_seconds(catalog, model, asked, options, known) * (1 - SLACK)
    cost = _least_cost(catalog, asked, options, least)
    broken += [v for v in latency_limits(asked.limits, least, possible=False) if v.constraint != "traffic"]
    if cost > asked.budget.per_asset:
        broken.append(Violation(constraint="budget.per_asset", message=f"costs at least {dollars(cost)}"))
    return Floor(broken=tuple(broken), cost=cost)


def _plain(asked: Asked) -> bool:
    """Requests that all take a predicted time, alone or sharing steps: what bounds are known of."""
    given = asked.batch is not None or asked.given.request_time is not None
    return not (given or asked.classes or asked.service_spread or asked.batching)


def _batches(catalog: Catalog, model: Model, asked: Asked, options: RunOptions) -> Iterator[tuple[float, float]]:
    """GPU seconds and latency of a request in batches that a plan may try: doubled, up to the first that does not do.

    Requests of a batch take less time each than those of a smaller one, so a batch between the last two is no cheaper
    than the last and no faster than the one before.
    """
    batch = 1
    while True:
        run = in_batches(options, batch)
        found = timed(catalog, model, batch_of(asked.request, batch), run, asked.given)
        full = float(served(catalog, model, asked, run)[0].full)
        yield full / batch, float(found.estimate.latency.value)
        foot = found.estimate.footprint
        fits = foot is not None and foot.fits and not _too_slow(asked, full)
        if not fits or asked.traffic is None or not shares_steps(found.ready) or batch >= LARGEST_BATCH:
            return
        batch *= 2


def _too_slow(asked: Asked, seconds: float) -> bool:
    return any(seconds > float(limit.limit) * (1 + SLACK) for limit in asked.limits)


def _too_dear(
    catalog: Catalog, asked: Asked, options: RunOptions, takes: tuple[float, float], best: Best | None
) -> bool:
    """Whether a request that takes so many GPU seconds, and so long, is over the budget or not the better choice."""
    least = _least_cost(catalog, asked, options, takes[0])
    month = least * float(asked.traffic.average) * SECONDS_PER_MONTH if asked.traffic else 0.0
    if least > asked.budget.per_asset * (1 + SLACK) or month > asked.budget.per_month * (1 + SLACK):
        return True
    if best is None:
        return False
    return least > best.cost * (1 + SLACK) or (least >= best.cost * (1 - SLACK) and takes[1] > best.latency)


def _least_cost(catalog: Catalog, asked: Asked, options: RunOptions, seconds: float) -> float:
    """No fleet is cheaper than the one that is busy all the time at the peak."""
    price = effective(gpu_quote(catalog, options.gpu, options.price, options.terms))
    if price is None or asked.renting.mix or asked.renting.autoscale:
        return 0.0
    if asked.traffic is None:
        return seconds * options.gpus * float(price) * (1 - SLACK)
    replicas = floor(float(asked.traffic.peak) * seconds * (1 - SLACK)) + 1 + float(asked.renting.spares)
    return replicas * options.gpus * float(price) / float(asked.traffic.average) * (1 - SLACK)


def contenders(candidates: Sequence[Candidate]) -> list[str]:
    """Models that some change of the spec could make the best: all but those that cannot be had or are not good."""
    return [c.model for c in candidates if not any(v.constraint in FIXED for v in c.violations)]


FIXED = {"task", "availability", "quality"}
"""Constraints that no price, size, load or platform changes."""
