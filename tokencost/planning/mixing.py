"""Classes of requests on one replica: what each of them takes, and what it asks for that the model cannot do."""

from collections.abc import Callable

from tokencost.catalog.load import Catalog
from tokencost.deciding.constraints import platform_limits
from tokencost.nouns.answer import Violation
from tokencost.nouns.model import Model
from tokencost.nouns.request import Request
from tokencost.planning.asked import Asked
from tokencost.planning.capacity_service import lone_of, service_of, shares_steps
from tokencost.planning.estimate import Prepared, measured, prepare
from tokencost.planning.options import RunOptions
from tokencost.planning.violations import released_for
from tokencost.record import replace
from tokencost.serving.service import Kind, Service, mixed, mixed_steps

Fitted = Callable[[Catalog, Model, Request], tuple[Request, object, list[Violation]]]


def fitted_classes(catalog: Catalog, model: Model, asked: Asked, fitted: Fitted) -> tuple[Asked, list[Violation]]:
    """Every class on the model's grid, and those that are off it."""
    found = [(share, *fitted(catalog, model, request)) for share, request in asked.classes]
    wrong = [_told(n, violation) for n, (_, _, _, many) in enumerate(found) for violation in many]
    return replace(asked, classes=tuple((share, request) for share, request, _, _ in found)), wrong


def mixed_service(
    catalog: Catalog, model: Model, asked: Asked, options: RunOptions
) -> tuple[Service, tuple[Violation, ...]]:
    """What each class takes in a replica with that batch, and every limit of the model that one of them breaks."""
    batch, shares = options.batch, [share for share, _ in asked.classes]
    full = [_prepared(catalog, model, request, options, batch) for _, request in asked.classes]
    estimates = [measured(catalog, ready, options) for ready in full]
    broken = [
        _told(n, violation)
        for n, (ready, found) in enumerate(zip(full, estimates, strict=True))
        for violation in (
            *released_for(model, found), *platform_limits(ready.generator, ready.program, ready.platform, found)
        )
    ]  # fmt: skip
    if batch > 1 and shares_steps(full[0]):
        one = [_prepared(catalog, model, request, options, 1) for _, request in asked.classes]
        replicas = [service_of(lone_of(single), ready).replica for single, ready in zip(one, full, strict=True)]
        return mixed_steps(shares, [replica for replica in replicas if replica]), tuple(broken)
    times = [found.latency.value for found in estimates]
    kinds = [Kind(share=share, full=time, alone=time) for share, time in zip(shares, times, strict=True)]
    return mixed(kinds, batch), tuple(broken)


def _prepared(catalog: Catalog, model: Model, request: Request, options: RunOptions, batch: int) -> Prepared:
    return prepare(catalog, model, replace(request, batch=float(batch)), replace(options, batch=batch))


def _told(number: int, violation: Violation) -> Violation:
    return replace(violation, message=f"class {number + 1}: {violation.message}")
