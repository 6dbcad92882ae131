"""What a spec takes as given about time, instead of a prediction: how long a request takes, or how much less."""

from collections.abc import Mapping
from typing import TypeVar

from tokencost.money.bill import bill_of_request
from tokencost.money.rate import Rate
from tokencost.nouns.answer import Estimate, Interval
from tokencost.nouns.model import Model
from tokencost.record import replace
from tokencost.serving.service import Service
from tokencost.units import Seconds

T = TypeVar("T")


def factor_of(model: Model, speedups: Mapping[str, float]) -> float:
    """How many times faster than predicted a model is taken to be: said of itself, else of its family, else once."""
    own = said_of(model, speedups)
    return speedups.get(model.family, 1.0) if own is None else own


def said_of(model: Model, said: Mapping[str, T]) -> T | None:
    """What is said of a model under any of its names."""
    if not said:
        return None
    names = {name.lower() for name in (model.id, model.name, *model.aliases)}
    return next((value for name, value in said.items() if name.lower() in names), None)


def assumed_time(found: Estimate, seconds: Seconds | None) -> Estimate:
    """A request time taken as given replaces the prediction, interval and all."""
    if seconds is None:
        return found
    exact = Interval(value=seconds, low=seconds, high=seconds)
    return replace(found, latency=exact, requests_per_second=found.request.batch / seconds)


def faster(found: Estimate, factor: float) -> Estimate:
    """The same estimate with every phase `factor` times faster; joules and the bill are not touched."""
    if factor == 1:
        return found
    latency = found.latency
    return replace(
        found,
        phases=tuple(replace(phase, seconds=phase.seconds / factor) for phase in found.phases),
        latency=Interval(value=latency.value / factor, low=latency.low / factor, high=latency.high / factor),
        requests_per_second=found.requests_per_second * factor,
        tokens_per_second=found.tokens_per_second * factor,
    )


def faster_service(found: Service, factor: float) -> Service:
    """The same replica with every step, and every batch, `factor` times faster."""
    if factor == 1:
        return found
    replica = found.replica and replace(
        found.replica, step_time=found.replica.step_time / factor, row_time=found.replica.row_time / factor,
        token_time=found.replica.token_time / factor, prefill_time=found.replica.prefill_time / factor,
    )  # fmt: skip
    return replace(
        found, full=found.full / factor, alone=found.alone / factor, replica=replica,
        batch_times=tuple(time / factor for time in found.batch_times),
        kinds=tuple(replace(kind, full=kind.full / factor, alone=kind.alone / factor) for kind in found.kinds),
    )  # fmt: skip


def priced(found: Estimate, rate: Rate) -> Estimate:
    """The same estimate with a request billed at another price."""
    seconds = sum((phase.seconds for phase in found.phases), 0.0)
    gpus = found.platform.gpus if found.platform else 0.0
    return replace(found, bill=bill_of_request(seconds, gpus, found.request.batch, rate))
