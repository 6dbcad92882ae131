"""Axes along which a spec may change: a value as the spec would state it, and the situation that it makes.

A value is what stands behind `--set`, in the unit of the axis, so that a plan with that override is the same plan.
"""

from collections.abc import Callable, Iterator, Mapping
from math import gcd, inf
from typing import Any

from tokencost.catalog.load import Catalog
from tokencost.deciding.turning import DIGITS, between, outward, rounded, whole_between
from tokencost.nouns.answer import Candidate
from tokencost.nouns.model import Model
from tokencost.nouns.request import LatencyLimit
from tokencost.planning.options import ANY_TERMS
from tokencost.planning.situation import Situation
from tokencost.record import dataclass, replace
from tokencost.spec.convert import HOUR, PERCENTILES
from tokencost.spec.product import Product
from tokencost.units import Constant, Unit

GROWTH = Constant(10.0, "", "a product that is ten times as successful as planned")
DECLINE = Constant(0.01, "", "a product that a hundredth of the planned users come to")
PRICES = Constant(10.0, "", "offers for one GPU in the catalogue, on any term, differ by less than ten times")
PATIENCE = Constant(20.0, "", "a limit twenty times tighter or looser is another product")
LEAST_SIDE, MOST_SIDE = Constant(256, "", "a thumbnail"), Constant(2048, "", "four megapixels, print")
SIDE_STEP = Constant(64, "", "multiple of the strides of all tokenizers of the catalogue")
FINE_STEP = Constant(16, "", "multiple of most strides, for sides that are in no simple proportion")
GENEROUS = Constant(100.0, "", "a budget a hundred times as large is another product")
MOST_STEPS = Constant(100, "", "more steps than any sampler of the catalogue takes as released, but one of 250")
MOST_SPEEDUP = Constant(
    1000.0, "", "far beyond the 2 to 6 times published for drafts that are verified and Jacobi decoding"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A numeric axis: where the spec stands on it, how far it is followed and why, and what a value makes of the spec.

    `step` is the distance of values that there are; 0 is a continuous axis. `concerns` says which models it changes.
    """

    name: str
    path: str
    unit: str
    start: float
    low: float
    high: float
    why: str
    overrides: Callable[[float], tuple[str, ...]]
    at: Callable[[Situation, float], Situation]
    step: float = 0.0
    digits: int = DIGITS
    concerns: Callable[[Model], bool] | None = None

    def middle(self, low: float, high: float) -> float:
        """A value between two, or one of them where there is none."""
        return whole_between(self.step, low, high) if self.step else between(low, high, self.digits)

    def grid(self, end: float) -> Iterator[float]:
        """Values from the start to one end of the range."""
        if not self.step:
            yield from outward(self.start, end, self.digits)
            return
        last = self.start
        for value in outward(self.start, end):
            near = round(value / self.step) * self.step
            if near != last:
                yield near
            last = near


def axes_of(catalog: Catalog, product: Product, situation: Situation, best: Candidate) -> Iterator[Axis]:
    """The numeric axes that this spec has; `best` is what it recommends now, and the other side has to be faster."""
    yield from _price(situation, best)
    yield from _traffic(product, situation)
    yield from _latency(situation)
    yield from _size(product)
    yield from _steps(catalog, best, situation)
    yield from _speedup(product, "autoregressive" if best.family != "autoregressive" else "diffusion")


def remedies_of(catalog: Catalog, product: Product, situation: Situation, about: Candidate) -> Iterator[Axis]:
    """The numeric axes along which a candidate that breaks limits may come to keep them."""
    yield from _size(product)
    yield from _steps(catalog, about, situation)
    yield from _speedup(product, about.family)
    yield from _price(situation, about)
    yield from _latency(situation)
    yield from _budget(situation)


def _text(value: float, unit: str) -> str:
    return f"{value:.12g} {unit}".strip()


def _base(value: float, unit: str, base: str) -> float:
    """As the reader of a spec turns the text into a number, to the last bit."""
    return float(Unit(base).parse(_text(value, unit)))


def _price(situation: Situation, best: Candidate) -> Iterator[Axis]:
    """The price of a GPU hour; not for a list of GPUs, which have prices of their own."""
    bill, first = best.bill, situation.platforms[0]
    if len(situation.platforms) > 1 or bill is None or bill.price is None:
        return
    start = rounded(float(bill.price if first.price is None else first.price) * HOUR)
    yield Axis(
        name="GPU price", path="platform.price", unit="USD/h", start=start, low=rounded(start / PRICES),
        high=rounded(start * PRICES), why="a tenth of the price to ten times as much; offers for one GPU differ less",
        overrides=lambda value: (f"platform.price={_text(value, 'USD/h')}",),
        at=lambda now, value: replace(
            now,
            platforms=tuple(
                replace(on, price=_base(value, "USD/h", "USD/s"), terms=ANY_TERMS) for on in now.platforms
            ),
        ),
    )  # fmt: skip


def _traffic(product: Product, situation: Situation) -> Iterator[Axis]:
    """All rates together; `value` is the peak. A trace and a profile keep their course and are not scaled."""
    said, traffic = product.traffic, situation.asked.traffic
    if said is None or traffic is None or said.trace or said.profile:
        return
    stated = {key: float(rate) for key, rate in (("average", said.average), ("peak", said.peak)) if rate}
    top = max(stated.values())

    def rates(value: float) -> dict[str, float]:
        return {key: value if rate == top else rounded(value * rate / top) for key, rate in stated.items()}

    def at(now: Situation, value: float) -> Situation:
        bases = {key: _base(rate, "req/s", "1/s") for key, rate in rates(value).items()}
        average, peak = bases.get("average", bases.get("peak", 0.0)), bases.get("peak", bases.get("average", 0.0))
        return replace(now, asked=replace(now.asked, traffic=replace(traffic, average=average, peak=peak)))

    yield Axis(
        name="traffic", path="traffic", unit="req/s", start=rounded(top), low=rounded(top * DECLINE),
        high=rounded(top * GROWTH), why="from a hundredth of the planned requests to ten times as many",
        overrides=lambda value: tuple(f"traffic.{key}={_text(rate, 'req/s')}" for key, rate in rates(value).items()),
        at=at,
    )  # fmt: skip


def _latency(situation: Situation) -> Iterator[Axis]:
    """Each percentile that the spec bounds; the others stay, so that the range ends where they would be crossed."""
    limits = situation.asked.limits
    names = {share: key for key, share in PERCENTILES.items()}
    for n, limit in enumerate(limits):
        start = rounded(float(limit.limit))
        low = max([start / PATIENCE, *(float(other.limit) for other in limits[:n])])
        high = min([start * PATIENCE, *(float(other.limit) for other in limits[n + 1 :])])
        path = f"latency.{names[float(limit.percentile)]}"
        yield Axis(
            name=f"latency limit {path[8:]}", path=path, unit="s", start=start, low=rounded(low), high=rounded(high),
            why="a twentieth of the limit to twenty times as much, between the other percentiles",
            overrides=_saying(path, "s"), at=_limiting(limit),
        )  # fmt: skip


def _limiting(limit: LatencyLimit) -> Callable[[Situation, float], Situation]:
    def at(now: Situation, value: float) -> Situation:
        moved = replace(limit, limit=_base(value, "s", "s"))
        limits = tuple(moved if each.percentile == limit.percentile else each for each in now.asked.limits)
        return replace(now, asked=replace(now.asked, limits=limits))

    return at


def _saying(path: str, unit: str) -> Callable[[float], tuple[str, ...]]:
    return lambda value: (f"{path}={_text(value, unit)}",)


def _size(product: Product) -> Iterator[Axis]:
    """Both sides of an image or a clip in their proportion; `value` is the longer one."""
    size = product.output
    if size is None:
        return
    whole = gcd(size.width, size.height)
    wide, high = size.width // whole, size.height // whole
    unit = next(n for n in (SIDE_STEP, FINE_STEP, 8, 4, 2, 1) if not whole % n)
    longer = max(wide, high)
    step = float(longer * unit)

    def sides(value: float) -> tuple[int, int]:
        return round(value * wide / longer), round(value * high / longer)

    def at(now: Situation, value: float) -> Situation:
        width, height = sides(value)
        request = replace(now.asked.request, width=float(width), height=float(height))
        return replace(now, asked=replace(now.asked, request=request))

    start = float(max(size.width, size.height))
    yield Axis(
        name="resolution", path="output", unit="px", start=start, step=step,
        low=min(start, -(-LEAST_SIDE // step) * step), high=max(start, MOST_SIDE // step * step),
        why="a longer side of 256 to 2,048 pixels, from thumbnails to print, in the proportion of the spec",
        overrides=lambda value: (f"output.width={sides(value)[0]}", f"output.height={sides(value)[1]}"), at=at,
    )  # fmt: skip


def _steps(catalog: Catalog, best: Candidate, situation: Situation) -> Iterator[Axis]:
    """Sampler steps of the recommended model, the others as they are."""
    generation = catalog.get("models", best.model).generation
    if generation is None or not generation.steps:
        return
    said, name = dict(situation.asked.given.steps), best.model
    start = float(said.get(name, situation.platforms[0].steps or generation.steps))
    yield Axis(
        name=f"steps of {name}", path="assume.steps_of", unit="", start=start, low=1.0, step=1.0,
        high=max(start, float(MOST_STEPS)), why="1 to 100 steps, as samplers of the catalogue take",
        overrides=lambda value: _mapping("assume.steps_of", {**said, name: value}),
        at=lambda now, value: _giving(now, steps=tuple({**said, name: int(value)}.items())),
        concerns=lambda model: model.id == name,
    )  # fmt: skip


def _budget(situation: Situation) -> Iterator[Axis]:
    """What may be spent, never less than now."""
    budget = situation.asked.budget
    for name in ("per_asset", "per_month"):
        bound = float(getattr(budget, name))
        if bound < inf:
            start = rounded(bound)
            yield Axis(
                name=f"budget {name}", path=f"budget.{name}", unit="USD", start=start, low=start,
                high=rounded(start * GENEROUS), why="up to a hundred times the budget",
                overrides=_saying(f"budget.{name}", "USD"), at=_spending(name),
            )  # fmt: skip


def _spending(name: str) -> Callable[[Situation, float], Situation]:
    def at(now: Situation, value: float) -> Situation:
        spent: dict[str, Any] = {name: _base(value, "USD", "USD")}
        return replace(now, asked=replace(now.asked, budget=replace(now.asked.budget, **spent)))

    return at


def _speedup(product: Product, other: str) -> Iterator[Axis]:
    """How much faster a family would have to be: drafts that are verified, Jacobi decoding, fewer steps."""
    if other == "api":
        return
    said = {name: float(given.value) for name, given in product.assume.speedup.items()}
    start = said.get(other, 1.0)
    how = "speculative or Jacobi decoding" if other == "autoregressive" else "fewer steps or caching"
    yield Axis(
        name=f"speed-up of {other}", path="assume.speedup", unit="times", start=start, low=start,
        high=float(MOST_SPEEDUP), digits=2,
        why=f"up to a thousand times as fast; published gains of {how} are 2 to 6 times",
        overrides=lambda value: _mapping("assume.speedup", {**said, other: value}),
        at=lambda now, value: _giving(now, speedups=tuple({**said, other: value}.items())),
        concerns=lambda model: model.family == other,
    )  # fmt: skip


def _giving(now: Situation, **given: object) -> Situation:
    return replace(now, asked=replace(now.asked, given=replace(now.asked.given, **given)))  # type: ignore[arg-type]


def _mapping(path: str, values: Mapping[str, float]) -> tuple[str, ...]:
    """A mapping as one override, because names hold dots."""
    return (f"{path}={{{', '.join(f'{name}: {value:.12g}' for name, value in values.items())}}}",)
