"""`tokencost prices add`: a price of your own as a line of your price book."""

from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.adding import DEFAULT
from tokencost.cli.output import say, write, write_below
from tokencost.dates import day_of, today
from tokencost.errors import UsageError

Gpu = Annotated[str, typer.Argument(help="GPU of the catalogue.", metavar="GPU")]
PriceFlag = Annotated[str, typer.Option("--price", help="Price of one GPU, such as '1.10 USD/h'.")]
Source = Annotated[str, typer.Option("--source", help="Who says so: 'Framework contract, annex B'.")]
Since = Annotated[str, typer.Option("--since", help="First day it is true; default: today.")]
Provider = Annotated[str, typer.Option("--provider", help="Who lets it.")]
RegionFlag = Annotated[str, typer.Option("--region", help="Where; any if the price is the same everywhere.")]
TermFlag = Annotated[str, typer.Option("--term", help="on-demand, spot, reserved-1y, reserved-3y, savings-1y, ...")]
Instance = Annotated[str, typer.Option("--instance", help="What is let, such as '8 x A100'.")]
PerInstance = Annotated[int, typer.Option("--gpus-per-instance", min=1, max=1024, help="GPUs that are let together.")]
Country = Annotated[str, typer.Option("--country", help="ISO 3166 code of where it stands, such as DE.")]


def add(
    gpu: Gpu,
    price: PriceFlag = "",
    provider: Provider = "",
    source: Source = "",
    since: Since = "",
    region: RegionFlag = "any",
    term: TermFlag = "on-demand",
    instance: Instance = "server",
    gpus_per_instance: PerInstance = 1,
    country: Country = "",
    catalog: o.CatalogDir = None,
    quiet: o.Quiet = False,
) -> None:
    """A price of your own: one more line of prices/added.csv in your catalogue folder; old lines stay.

    Example: tokencost prices add a100-80gb-sxm --price '1.10 USD/h' --provider Ours --source 'contract, annex B'
    """
    from tokencost.catalog.load import load
    from tokencost.planning.price_adding import Addition, added

    _due(price=price, provider=provider, source=source)
    asked, day = o.price_of(price), since or today().isoformat()
    if not asked or day_of(day) is None or len(day) != len("2026-01-31"):
        raise UsageError("--price is above 0 and --since a day such as 2026-07-01")
    target = catalog or o.configured() or DEFAULT
    row = {
        "gpu": gpu, "provider": provider, "region": region, "term": term, "instance": instance,
        "gpus_per_instance": str(gpus_per_instance), "country": country, "since": day, "seen": "",
        "usd_per_gpu_hour": f"{asked * 3600:.12g}",
    }  # fmt: skip
    found = added(load(), target, Addition(row=row, source=source))
    for place, text in found.files.items():
        write_below(text, target / place)
    write(f"{found.id}: {price} from {day}, line {found.lines} of {target / 'prices' / 'added.csv'}\n", None)
    if not quiet:
        say(f"next: tokencost prices show {found.id} --catalog {target}")


def _due(**flags: str) -> None:
    missing = [f"--{name}" for name, said in flags.items() if not said.strip()]
    if missing:
        raise UsageError(f"give {', '.join(missing)}: a price without them is a rumour")
