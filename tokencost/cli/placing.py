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
    from tokencost.planning.searching import Places, anywhere, anywhere_for

    places = Places(
        providers=() if said.where == "any" else _listed(said.where), regions=_listed(said.regions),
        terms=_listed(said.terms), residency=said.residency, largest=said.largest, gpus=_listed(said.among),
    )  # fmt: skip
    if said.spec is None:
        return anywhere(catalog, places, task, size, run, names)
    from tokencost.spec.load import load

    return anywhere_for(catalog, places, load(said.spec, (), catalog), names)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
