"""A candidate's time at one batch size: everything about it that neither price nor the size of a fleet changes."""

from tokencost.catalog.load import Catalog
from tokencost.families.lowering import lower
from tokencost.nouns.answer import Estimate, Violation
from tokencost.nouns.model import Model
from tokencost.nouns.request import Request
from tokencost.planning.asked import Asked, Given
from tokencost.planning.assumed import assumed_time, factor_of, faster, faster_service, said_of
from tokencost.planning.capacity_service import Lone, lone_of, shares_steps
from tokencost.planning.estimate import Prepared, measured, prepare
from tokencost.planning.forming import service_for
from tokencost.planning.memory import remembered
from tokencost.planning.options import ANY_TERMS, RunOptions, batch_of, in_batches
from tokencost.record import dataclass, replace
from tokencost.serving.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A model at one batch size, ready to run, and its estimate. Prices are not looked at."""

    ready: Prepared
    estimate: Estimate


def stepped(model: Model, options: RunOptions, given: Given) -> RunOptions:
    """The options with the steps that a spec says for this very model."""
    steps = said_of(model, dict(given.steps)) if given.steps else None
    return replace(options, steps=steps) if steps else options


def timed(catalog: Catalog, model: Model, request: Request, options: RunOptions, given: Given) -> Timed:
    """Timed once per catalogue that remembers, whatever it is sold for and however much faster it is said to be."""
    found = _predicted(catalog, model, request, options)
    if not (given.notes or given.speedups or given.request_time is not None):
        return found
    estimate = replace(found.estimate, assumptions=(*given.notes, *found.estimate.assumptions))
    estimate = assumed_time(faster(estimate, factor_of(model, dict(given.speedups))), given.request_time)
    return replace(found, estimate=estimate)


def _predicted(catalog: Catalog, model: Model, request: Request, options: RunOptions) -> Timed:
    unpriced = _unpriced(options)

    def make() -> Timed:
        ready = prepare(catalog, model, request, unpriced)
        return Timed(ready=ready, estimate=measured(catalog, ready, unpriced))

    return remembered(catalog, ("timed", model.id, request, unpriced), make)


def _unpriced(options: RunOptions) -> RunOptions:
    known = options.price is None and options.terms == ANY_TERMS
    return options if known else replace(options, price=None, terms=ANY_TERMS)


def served(catalog: Catalog, model: Model, asked: Asked, options: RunOptions) -> tuple[Service, tuple[Violation, ...]]:
    """What a replica makes of requests with that batch, and what classes of them break of the model's own limits."""
    given, unpriced, forming = asked.given, _unpriced(options), asked.batching
    key = (
        "served", model.id, asked.request, asked.classes, asked.service_spread, forming, asked.traffic is None,
        given.request_time, unpriced,
    )  # fmt: skip

    def make() -> tuple[Service, tuple[Violation, ...]]:
        found = _predicted(catalog, model, batch_of(asked.request, options.batch), options)
        seconds = found.estimate.latency.value if given.request_time is None else given.request_time
        lone = _lone(catalog, found.ready, unpriced)
        return service_for(catalog, model, asked, unpriced, found.ready, seconds, lone)

    service, broken = remembered(catalog, key, make)
    factor = 1.0 if given.request_time is not None else factor_of(model, dict(given.speedups))
    return faster_service(service, factor), broken


def _lone(catalog: Catalog, ready: Prepared, options: RunOptions) -> Lone | None:
    """The same request by itself, where requests share steps."""
    single = batch_of(ready.request, 1)
    if ready.request.batch == 1 or not shares_steps(ready):
        return None
    key = ("lone", ready.generator.id, single, in_batches(options, 1))
    alone = replace(ready, request=single, program=())
    return remembered(catalog, key, lambda: lone_of(replace(alone, program=lower(ready.generator, single))))
