"""What `compare --where` is asked, as people say it: providers, regions, terms and GPUs by name; a spec or a size."""

import difflib
from collections.abc import Sequence

from tokencost.catalog.load import Catalog
from tokencost.catalog.places import residency_named
from tokencost.errors import UsageError
from tokencost.nouns.model import Model
from tokencost.nouns.request import Terms
from tokencost.nouns.where import Where
from tokencost.planning.asked import Asked
from tokencost.planning.compare import models_for, request_for, task_named
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.planning.plan import options_of, wanted_of
from tokencost.planning.where import TERMS, Search, where
from tokencost.record import dataclass, replace
from tokencost.spec.load import LoadedSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where an offer may be: what is empty allows all; `largest` is how many GPUs an instance has at most, 0 any."""

    providers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    residency: str = ""
    largest: int = 0
    gpus: tuple[str, ...] = ()


def anywhere(
    catalog: Catalog, places: Places, task: str, size: OutputOptions, run: RunOptions, names: Sequence[str] = ()
) -> Where:
    """One request of these models, or of every one of the task, wherever it may run; the cheapest first."""
    does = task_named(task or "image")
    request = request_for(does, size, batch=run.batch)
    asked = Asked(request=replace(request, batch=1.0), batch=run.batch)
    return _ranked(catalog, places, "anywhere", models_for(catalog, does, names), asked, run)


def anywhere_for(catalog: Catalog, places: Places, spec: LoadedSpec, names: Sequence[str] = ()) -> Where:
    """The fleets of a spec wherever they may stand, at the prices of the book; the cheapest first."""
    product = spec.product
    options = replace(options_of(product)[0], price=None)
    models = models_for(catalog, product.task, names or product.candidates or ())
    return _ranked(catalog, places, product.name, models, wanted_of(spec, spec.trace), options)


def _ranked(
    catalog: Catalog, places: Places, title: str, models: Sequence[Model], asked: Asked, options: RunOptions
) -> Where:
    residency = residency_named(catalog, places.residency).id if places.residency else ""
    agreed = Terms(
        providers=_spelled(catalog, "provider", places.providers, "--where"),
        regions=_spelled(catalog, "region", places.regions, "--regions"),
        terms=_among(places.terms, TERMS, "--terms"), residency=residency, largest=places.largest,
    )  # fmt: skip
    gpus = tuple(catalog.get("gpus", name).id for name in places.gpus)
    return where(
        catalog,
        Search(title=title, models=tuple(models), asked=asked, options=options, gpus=gpus, terms=agreed),
    )


def _spelled(catalog: Catalog, field: str, names: tuple[str, ...], flag: str) -> tuple[str, ...]:
    known = {str(record["noun"][field]) for record in catalog.index["prices"].values()}
    return _among(names, sorted(known), flag)


def _among(names: tuple[str, ...], known: Sequence[str], flag: str) -> tuple[str, ...]:
    """Names as they are known, in any case; raises UsageError that names the nearest."""
    spelled = {name.lower(): name for name in known}
    for name in names:
        if name.lower() not in spelled:
            near = [spelled[one] for one in difflib.get_close_matches(name.lower()[:60], spelled, 2, 0.5)]
            hint = f"did you mean {' or '.join(near)}?" if near else "`tokencost prices list` shows what there is"
            raise UsageError(f"{flag} {name[:60]!r} is not in the price book; {hint}")
    return tuple(spelled[name.lower()] for name in names)
