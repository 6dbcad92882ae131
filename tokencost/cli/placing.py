"""`tokencost compare --where`: the flags that say which places are allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.nouns.where import Where
    from tokencost.planning.options import OutputOptions, RunOptions

Whereabouts = Annotated[
    str, typer.Option("--where", help="Rank every offer: any, or providers separated by commas.", metavar="any|NAMES")
]
Regions = Annotated[str, typer.Option("--regions", help="With --where: only these regions, separated by commas.")]
Terms = Annotated[str, typer.Option("--terms", help="With --where: on-demand, spot, reserved-1y, ...")]
Residency = Annotated[str, typer.Option("--residency", help="With --where: only in these countries: eu, eea, us, uk.")]
Largest = Annotated[
    int, typer.Option("--max-instance", min=0, max=1024, help="With --where: GPUs of an instance at most.")
]
Among = Annotated[str, typer.Option("--among", help="With --where: only these GPUs; default: every one with a price.")]
SpecFile = Annotated[Path | None, typer.Option("--spec", help="With --where: fleets for this spec's traffic.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The flags as they were given."""

    where: str
    regions: str
    terms: str
    residency: str
    largest: int
    among: str
    spec: Path | None


def allowed_places(
    where: Whereabouts = "",
    regions: Regions = "",
    terms: Terms = "",
    residency: Residency = "",
    largest: Largest = 0,
    among: Among = "",
    spec: SpecFile = None,
) -> Allowed:
    """Flags together; those that narrow a search make no sense without one."""
    if not where and (regions or terms or residency or largest or among or spec):
        raise UsageError("--regions, --terms, --residency, --max-instance, --among and --spec need --where any")
    return Allowed(
        where=where, regions=regions, terms=terms, residency=residency, largest=largest, among=among, spec=spec
    )


def searched(
    catalog: "Catalog", said: Allowed, names: Sequence[str], task: str, size: "OutputOptions", run: "RunOptions"
) -> "Where":
    """The places that the flags allow, ranked."""
    from dataclasses import replace

    from tokencost.catalog.places import residency_named
    from tokencost.nouns.request import Terms as Agreed
    from tokencost.planning.asked import Asked
    from tokencost.planning.compare import models_for, request_for, task_named
    from tokencost.planning.where import TERMS, Search, where

    terms = _among(_listed(said.terms), TERMS, "--terms")
    gpus = tuple(catalog.get("gpus", name).id for name in _listed(said.among))
    agreed = Agreed(
        providers=_spelled(catalog, "provider", () if said.where == "any" else _listed(said.where), "--where"),
        regions=_spelled(catalog, "region", _listed(said.regions), "--regions"), terms=terms,
        residency=residency_named(catalog, said.residency).id if said.residency else "", largest=said.largest,
    )  # fmt: skip
    if said.spec is not None:
        from tokencost.planning.plan import options_of, wanted_of
        from tokencost.spec.load import load

        spec = load(said.spec, (), catalog)
        models = models_for(catalog, spec.product.task, names or spec.product.candidates or ())
        asked, options = wanted_of(spec, spec.trace), options_of(spec.product)[0]
        title, options = spec.product.name, replace(options, price=None)
    else:
        chosen = task_named(task or "image")
        request = request_for(chosen, size, batch=run.batch)
        models = models_for(catalog, chosen, names)
        asked, options, title = Asked(request=replace(request, batch=1.0), batch=run.batch), run, "anywhere"
    return where(
        catalog,
        Search(title=title, models=tuple(models), asked=asked, options=options, gpus=gpus, terms=agreed),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _spelled(catalog: "Catalog", field: str, names: tuple[str, ...], flag: str) -> tuple[str, ...]:
    known = {str(record["noun"][field]) for record in catalog.index["prices"].values()}
    return _among(names, sorted(known), flag)


def _among(names: tuple[str, ...], known: Sequence[str], flag: str) -> tuple[str, ...]:
    """Names as they are known, in any case; raises UsageError that names the nearest."""
    import difflib

    spelled = {name.lower(): name for name in known}
    for name in names:
        if name.lower() not in spelled:
            near = [spelled[one] for one in difflib.get_close_matches(name.lower()[:60], spelled, 2, 0.5)]
            hint = f"did you mean {' or '.join(near)}?" if near else "`tokencost prices list` shows what there is"
            raise UsageError(f"{flag} {name[:60]!r} is not in the price book; {hint}")
    return tuple(spelled[name.lower()] for name in names)
