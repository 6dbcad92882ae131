"""Batches of models that share no steps: which requests form them, and what a batch of each size takes."""

from dataclasses import replace

from tokencost.catalog.load import Catalog
from tokencost.nouns.model import Model
from tokencost.planning.asked import Asked
from tokencost.planning.capacity_service import shares_steps
from tokencost.planning.estimate import Prepared, measured, prepare
from tokencost.planning.options import RunOptions
from tokencost.serving.batching import between
from tokencost.serving.service import Service, formed


def forms(ready: Prepared, asked: Asked) -> bool:
    """Whether requests are taken together as they wait, and leave together."""
    given = asked.traffic is None or asked.request_time is not None or ready.request.batch == 1
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
