"""Constraints: metric <= bound, with what was asked, what there is, and by how much it is missed."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tokencost.nouns.answer import Bill, Estimate, Violation
from tokencost.nouns.electricity import Electricity
from tokencost.nouns.generator import Generator
from tokencost.nouns.hardware import Platform
from tokencost.nouns.model import Limits, Model
from tokencost.nouns.request import Budget, LatencyLimit, Request
from tokencost.nouns.work import Program
from tokencost.units import Constant, Num

GUARD = Constant(1e-9, "", "a limit met within this relative distance is met: the last bits differ between processors")
RUNS = {"decode": "autoregressive decoding", "diffusion": "denoising"}


def availability(model: Model, *, self_hosted: bool) -> Iterator[Violation]:
    """Whether anybody can run or buy it."""
    if model.weights == "withdrawn":
        yield Violation(constraint="availability", message="withdrawn by its provider")
    if model.weights == "unreleased" and self_hosted:
        yield Violation(constraint="availability", message="no released weights")


def size_limits(limits: Limits, request: Request) -> Iterator[Violation]:
    """The sizes that the released weights were made for."""
    pixels = float(request.width * request.height)
    if limits.sizes and not (request.width == request.height and int(request.width) in limits.sizes):
        sides = ", ".join(f"{side}x{side}" for side in limits.sizes)
        yield Violation(constraint="size", message=f"makes {sides} only")
    elif limits.max_pixels and pixels > limits.max_pixels:
        message = f"{request.width:g}x{request.height:g} is beyond the {limits.max_pixels:,} pixels it was released for"
        yield Violation(constraint="size", message=message, actual=pixels, limit=float(limits.max_pixels))
    elif limits.min_pixels and pixels < limits.min_pixels:
        message = f"{request.width:g}x{request.height:g} is below the {limits.min_pixels:,} pixels it was released for"
        yield Violation(constraint="size", message=message, actual=pixels, limit=float(limits.min_pixels))
    if limits.max_frames and float(request.frames) > limits.max_frames:
        message = f"{request.frames:g} frames are more than the {limits.max_frames} it was released for"
        yield Violation(constraint="frames", message=message, actual=request.frames, limit=float(limits.max_frames))


def position_limit(positions: int, estimate: Estimate) -> Iterator[Violation]:
    """Prompt and generated tokens together must have positions."""
    tokens = estimate.tokens
    if not positions or tokens is None or float(tokens.sequence) <= positions:
        return
    written = float(tokens.generated) if float(tokens.generated) > positions else float(tokens.sequence)
    what = "tokens to generate" if written == float(tokens.generated) else "tokens with the prompt"
    message = f"{written:,.0f} {what} exceed its {positions:,} positions"
    yield Violation(constraint="positions", message=message, actual=tokens.sequence, limit=float(positions))


def platform_limits(made: Generator, program: Program, on: Platform, estimate: Estimate) -> Iterator[Violation]:
    """Precision the GPU has, phases the engine runs, memory that suffices."""
    for precision in {on.precisions[phase.precision].id: on.precisions[phase.precision] for phase in program}.values():
        if not any(name in on.gpu.peak for name in precision.peak):
            yield Violation(constraint="precision", message=f"{on.gpu.id} has no {precision.id}")
    missing = {phase.kind for phase in program} - set(on.engine.runs) - {"other"}
    for kind in sorted(missing):
        yield Violation(constraint="engine", message=f"{on.engine.id} does not run {RUNS[kind]}")
    foot = estimate.footprint
    if foot is not None and not foot.fits:
        need, have = float(foot.weights + foot.kv_cache + foot.activations + foot.reserve), float(foot.available)
        message = f"needs {need / 2**30:.1f} GiB on each GPU, {on.gpu.id} has {have / 2**30:.1f} GiB"
        yield Violation(constraint="memory", message=message, actual=need, limit=have)


def latency_limits(limits: Sequence[LatencyLimit], service: float, *, possible: bool) -> Iterator[Violation]:
    """Percentiles that no number of replicas keeps: a request alone is over the limit, or the fleet too large."""
    for limit in limits if not possible else ():
        bound, name = float(limit.limit), f"latency.p{float(limit.percentile) * 100:g}"
        if exceeds(service, bound):
            message = f"{seconds(service)} s for one request exceed {seconds(bound)} s; more replicas do not help"
            yield Violation(constraint=name, message=message, actual=service, limit=bound)
    if not possible and not any(exceeds(service, float(limit.limit)) for limit in limits):
        yield Violation(constraint="traffic", message="no fleet that is still planned for keeps up with this traffic")


def dollars(amount: float) -> str:
    """An amount as people write it: whole dollars from a hundred on, four digits below."""
    if amount >= 100:
        return f"${amount:,.0f}"
    digits = 3 - math.floor(math.log10(amount)) if amount > 0 else 0
    return f"${amount:.{max(digits, 0)}f}".rstrip("0").rstrip(".") if digits > 0 else f"${amount:.0f}"


def budget_limits(budget: Budget, bill: Bill) -> Iterator[Violation]:
    """Costs over budget, or unknown where a budget is set."""
    unknown = "no price or no traffic known"
    yield from _over("budget.per_asset", float(budget.per_asset), bill.per_asset, dollars, unknown)
    yield from _over("budget.per_month", float(budget.per_month), bill.per_month, dollars, unknown)
    old = sorted({(line.since, line.source) for line in bill.lines if line.since and line.since < budget.prices_since})
    for since, source in old:
        message = f"a price of {since} is too old, seen before {budget.prices_since}: {source}"
        yield Violation(constraint="budget.max_price_age", message=message)


def electricity_limits(budget: Budget, taken: Electricity | None) -> Iterator[Violation]:
    """Energy and carbon over budget, or unknown where a budget is set."""
    unknown = "its provider publishes no energy"
    energy, carbon = (taken.joules, taken.carbon) if taken else (None, None)
    yield from _over("budget.energy_per_asset", float(budget.energy_per_asset), energy, joules, unknown)
    yield from _over("budget.carbon_per_asset", float(budget.carbon_per_asset), carbon, kilograms, unknown)


def _over(
    name: str, bound: float, actual: Num | None, says: Callable[[float], str], unknown: str
) -> Iterator[Violation]:
    if bound == float("inf"):
        return
    if actual is None:
        yield Violation(constraint=name, message=f"cannot be judged: {unknown}", limit=bound)
    elif exceeds(float(actual), bound):
        message = f"{says(float(actual))} exceed {says(bound)}"
        yield Violation(constraint=name, message=message, actual=actual, limit=bound)


def exceeds(actual: Num, bound: Num) -> Any:
    """Whether an amount is over its budget, beyond what rounding explains; element by element for arrays."""
    return actual > bound * (1 + GUARD)


def joules(amount: float) -> str:
    """An energy as people write it: 1.5 kJ."""
    return _in_steps(amount, ((1e9, "GJ"), (1e6, "MJ"), (1e3, "kJ"), (1.0, "J")))


def kilograms(amount: float) -> str:
    """A mass of carbon dioxide as people write it: 0.2 g CO2e."""
    return _in_steps(amount, ((1e3, "t CO2e"), (1.0, "kg CO2e"), (1e-3, "g CO2e"), (1e-6, "mg CO2e")))


def _in_steps(amount: float, steps: Sequence[tuple[float, str]]) -> str:
    factor, unit = next((step for step in steps if amount >= step[0]), steps[-1])
    return f"{seconds(amount / factor)} {unit}"


def seconds(value: float) -> str:
    """Three significant digits, thousands separated: 0.342, 98.5, 1,920."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"
