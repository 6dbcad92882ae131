"""`tokencost prices`: the price book, what is in it, and how it grows."""

import datetime
from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.pricing import add
from tokencost.cli.refreshing import refresh
from tokencost.cli.show import show
from tokencost.dates import day_of, today
from tokencost.errors import UsageError

prices = typer.Typer(
    help="What GPUs and generated assets cost: provider, region, term, day and source.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

GpuName = Annotated[str, typer.Option("--gpu", help="Only this GPU.")]
ModelName = Annotated[str, typer.Option("--model", help="Only this model behind an API.")]
Today = Annotated[
    str, typer.Option("--today", help="Tell ages for this day, such as 2026-11-22; default: SOURCE_DATE_EPOCH, today.")
]


@prices.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Print short help where nothing is asked."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@prices.command("list")
def list_prices(
    gpu: GpuName = "",
    model: ModelName = "",
    provider: Annotated[str, typer.Option("--provider", help="Only this provider.")] = "",
    region: Annotated[str, typer.Option("--region", help="Only this region.")] = "",
    term: Annotated[str, typer.Option("--term", help="on-demand, spot, reserved, reserved-1y, savings-3y, ...")] = "",
    residency: Annotated[str, typer.Option("--residency", help="Only in these countries: eu, eea, us, uk.")] = "",
    conflicting: Annotated[
        bool, typer.Option("--conflicts", help="Prices that were found and are not used, and why.")
    ] = False,
    on: Today = "",
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("prices list", "prices list --conflicts")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
) -> None:
    """Every price with its region, term, day, age and source.

    Example: tokencost prices list --gpu a100-80gb-sxm
    """
    from tokencost.planning.price_list import Wanted, conflicts, price_list

    records = o.load_catalog(catalog)
    if conflicting:
        return show("prices list --conflicts", conflicts(records, gpu or model), format, output, no_color=no_color)
    wanted = Wanted(gpu=gpu, model=model, provider=provider, region=region, term=term, residency=residency)
    return show("prices list", price_list(records, wanted, day_said(on)), format, output, no_color=no_color)


@prices.command("show")
def show_price(
    name: Annotated[str, typer.Argument(help="Id of a price, as `prices list --format json` has it.")],
    on: Today = "",
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("prices show")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
) -> None:
    """One price: its history, its source and the source's licence.

    Example: tokencost prices show aws-a100-80gb-sxm-on-demand-us-east-1
    """
    from tokencost.planning.price_list import price_shown

    show("prices show", price_shown(o.load_catalog(catalog), name, day_said(on)), format, output, no_color=no_color)


def day_said(text: str) -> datetime.date:
    """The day of the flag, else today."""
    day = day_of(text) if text else today()
    if day is None:
        raise UsageError(f"--today {text[:40]!r}: write a day such as 2026-11-22")
    return day


prices.command("refresh")(refresh)
prices.command("add")(add)
