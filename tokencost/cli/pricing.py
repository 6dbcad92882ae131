"""`tokencost prices add`: a price of your own as a line of your price book."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.adding import DEFAULT
from tokencost.cli.output import say, write, write_below
from tokencost.dates import day_of, today
from tokencost.errors import UsageError
from tokencost.report.escape import terminal

if TYPE_CHECKING:
    from tokencost.planning.price_adding import Added, Addition

Subject = Annotated[str, typer.Argument(help="GPU, or model behind an API.", metavar="GPU|MODEL")]
PriceFlag = Annotated[str, typer.Option("--price", help="One GPU: '1.10 USD/h'; one image or second: '0.03 USD'.")]
Source = Annotated[str, typer.Option("--source", help="Who says so: 'Framework contract, annex B'.")]
Since = Annotated[str, typer.Option("--since", help="First day it is true; default: today.")]
Provider = Annotated[str, typer.Option("--provider", help="Who lets or sells it.")]
RegionFlag = Annotated[str, typer.Option("--region", help="Where; any if the price is the same everywhere.")]
TermFlag = Annotated[str, typer.Option("--term", help="on-demand, spot, reserved-1y, reserved-3y, savings-1y, ...")]
Instance = Annotated[str, typer.Option("--instance", help="What is let, such as '8 x A100'.")]
PerInstance = Annotated[int, typer.Option("--gpus-per-instance", min=1, max=1024, help="GPUs that are let together.")]
Country = Annotated[str, typer.Option("--country", help="ISO 3166 code of where it stands, such as DE.")]
Per = Annotated[str, typer.Option("--per", help="What a model is paid by: image or second.")]
Largest = Annotated[str, typer.Option("--res", help="Largest size of a model's price: 1024 or 1280x720.")]
Variant = Annotated[str, typer.Option("--variant", help="What a model's price is for, such as 'high 1024x1024'.")]
DAY = len("2026-01-31")


def add(
    subject: Subject,
    price: PriceFlag = "",
    provider: Provider = "",
    source: Source = "",
    since: Since = "",
    region: RegionFlag = "any",
    term: TermFlag = "on-demand",
    instance: Instance = "server",
    gpus_per_instance: PerInstance = 1,
    country: Country = "",
    per: Per = "image",
    res: Largest = "1024",
    variant: Variant = "",
    catalog: o.CatalogDir = None,
    quiet: o.Quiet = False,
) -> None:
    """A price of your own: one more line of your price book; old lines stay.

    Example: tokencost prices add a100-80gb-sxm --price '1.10 USD/h' --provider Ours --source 'contract, annex B'
    """
    from tokencost.catalog.load import load
    from tokencost.planning.price_adding import added

    records, day, target = load(), _first_day(since), catalog or o.configured() or DEFAULT
    _due(price=price, provider=provider, source=source)
    said = {"provider": provider, "since": day, "seen": ""}
    model = records.find("models", subject) if records.find("gpus", subject) is None else None
    if model is not None:
        addition = _of_model(said | {"model": model, "variant": variant, "per": per}, price, res, source)
    else:
        place = {"region": region, "term": term, "instance": instance, "country": country}
        machine = {"gpu": records.get("gpus", subject).id, "gpus_per_instance": str(gpus_per_instance)}
        addition = _of_gpu(said | place | machine, price, source)
    found = added(records, target, addition)
    for name, text in found.files.items():
        write_below(text, target / name)
    _tell(
        found, target, f"{price} from {day}, line {found.lines} of {target / addition.kind / 'added.csv'}", quiet=quiet
    )


def _tell(found: "Added", target: Path, what: str, *, quiet: bool) -> None:
    write(f"{terminal(f'{found.id}: {what}')}\n", None)
    if not quiet:
        say(f"next: tokencost prices show {found.id} --catalog {shlex.quote(str(target))}")


def _first_day(since: str) -> str:
    day = since or today().isoformat()
    if day_of(day) is None or len(day) != DAY:
        raise UsageError(f"--since {since[:40]!r}: write a day such as 2026-07-01")
    return day


def _of_gpu(row: dict[str, str], price: str, source: str) -> "Addition":
    from tokencost.planning.price_adding import Addition

    asked = o.price_of(price)
    if not asked:
        raise UsageError(f"--price {price[:40]!r}: write a price above 0, such as '1.10 USD/h'")
    return Addition(kind="prices", row={**row, "usd_per_gpu_hour": f"{asked * 3600:.12g}"}, source=source)


def _of_model(row: dict[str, str], price: str, res: str, source: str) -> "Addition":
    from tokencost.planning.price_adding import Addition
    from tokencost.units import Unit

    try:
        asked = Unit("USD").parse(price)
    except ValueError as error:
        raise UsageError(f"--price: {error}") from error
    if asked <= 0 or row["per"] not in ("image", "second"):
        raise UsageError("--price is above 0, and --per image or second")
    width, height = o.size_of(res)
    size = {"width": str(width), "height": str(height), "max_pixels": str(width * height)}
    return Addition(kind="api_prices", row={**row, **size, "usd": f"{asked:.12g}"}, source=source)


def _due(**flags: str) -> None:
    missing = [f"--{name}" for name, said in flags.items() if not said.strip()]
    if missing:
        raise UsageError(f"give {', '.join(missing)}: a price without them is a rumour")
