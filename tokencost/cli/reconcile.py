"""`tokencost reconcile`: what was billed beside what was forecast."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.exits import Exit
from tokencost.cli.output import say
from tokencost.cli.show import show
from tokencost.errors import UsageError

Actual = Annotated[Path, typer.Argument(help="Invoice export in FOCUS columns (CSV).", metavar="ACTUAL")]
Forecasts = Annotated[
    list[Path],
    typer.Argument(help="Specs, saved plans (.json), or a forecast in FOCUS columns (.csv).", metavar="FORECAST"),
]
Tag = Annotated[str, typer.Option("--tag", help="Key of Tags that names the product.")]
Assets = Annotated[
    list[str] | None, typer.Option("--assets", help="What was made in the period: poster-studio=1200000.")
]
Exchange = Annotated[list[str] | None, typer.Option("--exchange", help="USD of a currency that was billed: EUR=1.08.")]
Most = Annotated[str, typer.Option("--max-error", help="Exit with 3 where a product misses by more, such as '10 %'.")]


def reconcile(
    actual: Actual,
    forecasts: Forecasts,
    tag: Tag = "product",
    assets: Assets = None,
    exchange: Exchange = None,
    max_error: Most = "",
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("reconcile")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """An invoice beside the forecast: the error of every product, which assumption explains it, and its correction.

    Example: tokencost reconcile november.csv specs/poster-1024.yaml --assets poster-1024=5000000
    """
    from tokencost.planning.forecasts import reconciliation

    checked_format("reconcile", format, output)
    records, limit = o.load_catalog(catalog), _share(max_error)
    made, worth = _numbers(assets, "--assets"), _numbers(exchange, "--exchange")
    found = reconciliation(records, actual, forecasts, tag=tag, assets=made, usd=worth)
    show("reconcile", found, format, output, no_color=no_color)
    if not found.products and not quiet:
        say("warning: no product of the forecast is in the invoice; --tag names the key of Tags that says the product")
    missed = [one for one in found.products if limit is not None and abs(one.error) > limit * abs(one.forecast)]
    raise typer.Exit(Exit.VERDICT if missed or (limit is not None and not found.products) else Exit.DONE)


def _numbers(texts: Sequence[str] | None, flag: str) -> dict[str, float]:
    """`name=number` flags."""
    found = {}
    for text in texts or ():
        name, _, value = text.rpartition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            found[name.strip()] = 0.0
        if not name.strip() or not 0 < found[name.strip()] < float("inf"):
            raise UsageError(f"{flag} {text[:60]!r}: write name=number, such as poster-studio=1200000 or EUR=1.08")
    return found


def _share(text: str) -> float | None:
    from tokencost.units import Unit

    try:
        return Unit("").parse(text) if text else None
    except ValueError as error:
        raise UsageError(f"--max-error: {error}") from error
