"""All models of a task over a range of sizes: cost and time of each, and where the cheapest or the fastest changes."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from tokencost.catalog.load import Catalog
from tokencost.errors import UsageError
from tokencost.nouns.answer import Candidate, Comparison, PlatformName
from tokencost.nouns.model import Model
from tokencost.planning.compare import compare, models_for, task_named
from tokencost.planning.memory import remembering
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.units import Count, Seconds, Usd

SIZES = 17
"""Sizes that are looked at first, as far apart as their logarithms allow."""
WIDEST_STEP = 64
"""Pixels; a multiple of the strides of nearly all tokenizers: where one needs more, its curve has gaps."""

By = Literal["cost", "latency"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One model over the sides: dollars of an asset and seconds of a request; None where it cannot, or nobody knows."""

    model: str
    family: str
    cost: tuple[Usd | None, ...]
    latency: tuple[Seconds | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The best model up to side `kept`, and another from `side` on; None where no model is left."""

    by: By
    kept: Count
    side: Count
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranged:
    """Every model over squares of these sides, best first at the smallest, and where the best one changes.

    Crossings are found to a `step` of pixels; between two sides that were looked at one change is assumed.
    """

    task: str
    sides: tuple[Count, ...]
    step: Count
    platform: PlatformName
    curves: tuple[Curve, ...]
    crossings: tuple[Crossing, ...]
    seal: str = ""


def ranged(
    catalog: Catalog, task: str, span: range, output: OutputOptions, options: RunOptions, names: Sequence[str] = ()
) -> Ranged:
    """Squares from `span.start` to `span.stop`; raises UsageError where no multiple of a stride lies between."""
    catalog = remembering(catalog)
    does = task_named(task)
    step = _step(catalog, models_for(catalog, does, names))
    known: dict[int, Comparison] = {}

    def at(side: int) -> Comparison:
        if side not in known:
            size = replace(output, width=side, height=side)
            known[side] = compare(catalog, does, size, options, names)
        return known[side]

    sides = list(_sides(span, step))
    found = [at(side) for side in sides]
    crossings = [one for by in BEST for one in _crossings(by, sides, at, step)]
    shown = tuple(sorted(known)) if len(known) <= MOST_SHOWN else tuple(sides)
    return Ranged(
        task=does, sides=tuple(map(float, shown)), step=float(step), platform=found[0].platform,
        curves=_curves([at(side) for side in shown]), crossings=tuple(crossings),
        seal=catalog.seal,
    )  # fmt: skip


MOST_SHOWN = 28
"""Sides of a curve; those where it was looked at for a crossing only fill in as far as there is room."""


def _step(catalog: Catalog, models: Sequence[Model]) -> int:
    """Pixels from one size to the next that all of these models make."""
    grids = {model.generation.tokenizer for model in models if model.generation}
    strides = [catalog.get("tokenizers", grid).pixels_per_token for grid in grids]
    return min(math.lcm(*strides), WIDEST_STEP) if strides else WIDEST_STEP


def _sides(span: range, step: int) -> Iterator[int]:
    """Multiples of the step, evenly spread over the logarithm."""
    low, high = -(-span.start // step) * step, span.stop // step * step
    if not 0 < low < high:
        raise UsageError(f"--res {span.start}..{span.stop}: there are no two multiples of {step} pixels between them")
    last = 0
    for n in range(SIZES):
        side = round(low * (high / low) ** (n / (SIZES - 1)) / step) * step
        if side != last:
            yield side
        last = side


def _crossings(by: By, sides: Sequence[int], at: Callable[[int], Comparison], step: int) -> Iterator[Crossing]:
    """Halved between neighbours whose best models differ, down to the step."""
    best = BEST[by]
    for low, high in pairwise(sides):
        while best(at(low)) != best(at(high)):
            kept, side = low, high
            while side - kept > step:
                middle = (kept + side) // 2 // step * step
                kept, side = (middle, side) if best(at(middle)) == best(at(low)) else (kept, middle)
            yield Crossing(
                by=by, kept=float(kept), side=float(side), before=best(at(kept)), after=best(at(side))
            )  # fmt: skip
            low = side


def _best(value: Callable[[Candidate], float | None]) -> Callable[[Comparison], str | None]:
    def best(found: Comparison) -> str | None:
        known = [(amount, one.model) for one in found.candidates if (amount := value(one)) is not None]
        return min(known)[1] if known else None

    return best


def _cost(candidate: Candidate) -> float | None:
    bill = candidate.bill or (candidate.estimate.bill if candidate.estimate else None)
    return float(bill.per_asset) if candidate.feasible and bill and bill.per_asset is not None else None


def _latency(candidate: Candidate) -> float | None:
    known = candidate.feasible and candidate.estimate and float(candidate.estimate.latency.value)
    return known or None


BEST: dict[By, Callable[[Comparison], str | None]] = {"cost": _best(_cost), "latency": _best(_latency)}


def _curves(found: Sequence[Comparison]) -> tuple[Curve, ...]:
    """Models that can make some size, in the order of the cost where they first can."""
    names = dict.fromkeys(one.model for part in found for one in part.candidates)
    by_name = [{one.model: one for one in part.candidates} for part in found]
    curves = [
        Curve(
            model=name, family=by_name[0][name].family, cost=tuple(_cost(part[name]) for part in by_name),
            latency=tuple(_latency(part[name]) for part in by_name),
        )
        for name in names
    ]  # fmt: skip
    able = [one for one in curves if any(cost is not None for cost in (*one.cost, *one.latency))]
    return tuple(sorted(able, key=_order))


def _order(curve: Curve) -> tuple[int, float, str]:
    first = next((n for n, cost in enumerate(curve.cost) if cost is not None), len(curve.cost))
    cost = curve.cost[first] if first < len(curve.cost) else None
    return first, math.inf if cost is None else float(cost), curve.model
