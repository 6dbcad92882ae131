"""What a replica does with the requests that a spec describes: alone, sharing steps, in batches, of several classes."""

from tokencost.catalog.load import Catalog
from tokencost.families.lowering import lower
from tokencost.nouns.answer import Violation
from tokencost.nouns.model import Model
from tokencost.planning.asked import Asked
from tokencost.planning.capacity_service import Lone, lone_of, service_of, shares_steps
from tokencost.planning.estimate import Prepared, measured, prepare
from tokencost.planning.mixing import mixed_service
from tokencost.planning.options import RunOptions
from tokencost.record import replace
from tokencost.serving.batching import between
from tokencost.serving.service import Service, fixed, formed, spread
from tokencost.units import Seconds


def service_for(
    catalog: Catalog,
    model: Model,
    asked: Asked,
    options: RunOptions,
    ready: Prepared,
    seconds: Seconds,
    lone: Lone | None,
) -> tuple[Service, tuple[Violation, ...]]:
    """The service of a replica with that batch, and what classes of requests break of the model's own limits.

    `seconds` is the time of a whole batch, or what is taken as given for it; `lone` a request by itself, where known.
    """
    others: tuple[Violation, ...] = ()
    if forms(ready, asked):
        service = formed_service(catalog, model, asked, options)
    elif asked.classes and asked.traffic is not None:
        service, others = mixed_service(catalog, model, asked, options)
    elif asked.given.request_time is not None or options.batch == 1 or not shares_steps(ready):
        service = fixed(seconds, options.batch)
    else:
        service = service_of(lone or lone_of(_single(ready)), ready)
    return spread(service, asked.service_spread), others


def _single(ready: Prepared) -> Prepared:
    """The same for one request by itself."""
    request = replace(ready.request, batch=1.0)
    return replace(ready, program=lower(ready.generator, request), request=request)


def forms(ready: Prepared, asked: Asked) -> bool:
    """Whether requests are taken together as they wait, and leave together."""
    given = asked.traffic is None or asked.given.request_time is not None or ready.request.batch == 1
    return asked.batching is not None and not given and not shares_steps(ready)


def formed_service(catalog: Catalog, model: Model, asked: Asked, options: RunOptions) -> Service:
    """Batches of 1, 2, 4, ... as the timing model says, those between on a straight line."""
    assert asked.batching is not None
    sizes = {1 << n for n in range(options.batch.bit_length())} | {options.batch}
    known = {}
    for size in sizes:
        smaller = replace(options, batch=size)
        ready = prepare(catalog, model, replace(asked.request, batch=float(size)), smaller)
        known[size] = float(measured(catalog, ready, smaller).latency.value)
    return formed(between(known), asked.batching.window)
