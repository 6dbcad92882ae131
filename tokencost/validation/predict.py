"""One row: what the planner says about it, and how far that is from what was measured."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tokencost.catalog.load import Catalog
from tokencost.counting.footprint import footprint
from tokencost.errors import TokencostError, UsageError
from tokencost.families.phases import passes
from tokencost.money.energy import request_energy
from tokencost.nouns.answer import Interval, PhaseTime
from tokencost.nouns.hardware import Platform
from tokencost.planning.estimate import Prepared, around, spread
from tokencost.timing.phases import time_phase
from tokencost.units import Constant, Count
from tokencost.validation.conditions import prepare_row
from tokencost.validation.counts import predict_flops, predict_params
from tokencost.validation.regimes import regime_of
from tokencost.validation.rows import Outcome, Prediction, Row
from tokencost.validation.scopes import Part, part_of

GIGABYTE = Constant(1e9, "B", "peaks of memory are published in GB")
MEMORY_SPREAD = Constant(
    1.5, "", "factor around a predicted peak of memory: allocators keep between nothing and half as much again"
)


def outcome(catalog: Catalog, row: Row) -> Outcome:
    """The row beside its prediction; what cannot be predicted says why."""
    regime = regime_of(catalog, row)
    try:
        found = predict(catalog, row)
    except TokencostError as error:
        reason = "; ".join(problem.message for problem in error.problems)
        return Outcome(row=row, regime=regime, status="unsupported", reason=reason)
    if not float(found.value) > 0:
        return Outcome(row=row, regime=regime, status="unsupported", reason="nothing to predict: no work in this scope")
    shares = {name: float(found.classes[name]) / n for name, n in row.classes.items() if n and name in found.classes}
    return Outcome(
        row=row, regime=regime, status="ok", prediction=found, ratio=float(found.value) / row.value, class_ratios=shares
    )


def predict(catalog: Catalog, row: Row) -> Prediction:
    """The figure in the unit of the row's metric; raises TokencostError with the reason where there is none."""
    if row.faults:
        raise UsageError(*row.faults)
    if row.metric in COUNTED:
        return COUNTED[row.metric](catalog, row)
    ready = prepare_row(catalog, row)
    part = part_of(row.scope or "request", ready)
    if row.metric == "peak_mem_gb":
        return _memory(row, ready, part)
    return run(row, ready, part, ready.platform)


def run(row: Row, ready: Prepared, part: Part, on: Platform) -> Prediction:
    """A time, rate or energy on a platform; a whole request has what the host does around it, as in an estimate."""
    whole = around(on) if (row.scope or "request") == "request" else ()
    phases = (*(time_phase(phase, on) for phase in part.phases), *whole)
    if row.metric in DRAWN:
        return _joules(part, phases, on)
    seconds = sum((phase.seconds for phase in phases), 0.0) * part.share
    return TIMED[row.metric](row, ready, part, spread(seconds, on.engine.spread))


def _joules(part: Part, phases: tuple[PhaseTime, ...], on: Platform) -> Prediction:
    """Energy of all GPUs for the whole batch, as their own counters tell it."""
    found = spread(request_energy(part.phases, phases, on) * part.share, on.power.spread)
    return Prediction(value=found.value, low=found.low, high=found.high)


def _latency(row: Row, ready: Prepared, part: Part, time: Interval) -> Prediction:
    return Prediction(value=time.value, low=time.low, high=time.high)


def _images_per_second(row: Row, ready: Prepared, part: Part, time: Interval) -> Prediction:
    return _rate(ready.request.batch * replicas(row), time)


def _tokens_per_second(row: Row, ready: Prepared, part: Part, time: Interval) -> Prediction:
    return _rate(_tokens(row, ready, part) * replicas(row), time)


def _rate(made: Count, time: Interval) -> Prediction:
    return Prediction(value=made / time.value, low=made / time.high, high=made / time.low)


def _tokens(row: Row, ready: Prepared, part: Part) -> Count:
    """Tokens of a unit of the scope: those read, those written after the first, or all that are written."""
    if row.scope == "prefill":
        return ready.request.prompt_tokens * ready.request.batch
    if row.scope in ("decode", "decode-token"):
        steps = sum(float(phase.steps) for phase in part.phases) / float(passes(ready.generator))
        return steps * part.share * ready.request.batch
    return sum((phase.tokens for phase in part.phases), 0.0)


def replicas(row: Row) -> int:
    """Copies of the model that work side by side."""
    return row.n_gpus or 1 if row.parallelism == "replicas" else 1


def _memory(row: Row, ready: Prepared, part: Part) -> Prediction:
    """Peak of one GPU that holds the components of the scope.

    Sources report what the allocator hands out: the reserve beside it is left out, unless an engine claims its memory
    at the start.
    """
    made = ready.generator
    if row.scope not in ("", "request", "offline"):
        used = {phase.component for phase in part.phases}
        made = replace(made, networks={role: net for role, net in made.networks.items() if role in used})
    engine = ready.platform.engine
    beside = 0.0 if engine.preallocates else engine.reserve
    peak = (footprint(made, part.phases, ready.platform, ready.request.batch).peak - beside) / GIGABYTE
    return Prediction(value=peak, low=peak / MEMORY_SPREAD, high=peak * MEMORY_SPREAD)


COUNTED: Mapping[str, Callable[[Catalog, Row], Prediction]] = {"params": predict_params, "flops": predict_flops}
DRAWN = ("energy_j",)
"""Metrics that engines and GPUs' speeds are not fitted to, but what GPUs draw is."""
TIMED: Mapping[str, Callable[[Row, Prepared, Part, Interval], Prediction]] = {
    "latency_s": _latency,
    "images_per_s": _images_per_second,
    "tokens_per_s": _tokens_per_second,
}
