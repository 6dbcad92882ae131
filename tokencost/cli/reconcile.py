"""`tokencost reconcile`: what was billed beside what was forecast."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.exits import Exit
from tokencost.cli.output import say
from tokencost.cli.show import show
from tokencost.errors import TokencostError, UsageError

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.nouns.invoice import Charged
    from tokencost.spec.invoice import Reading

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
    from tokencost.planning.reconcile import reconciled
    from tokencost.spec.invoice import Reading, read_invoice

    checked_format("reconcile", format, output)
    records = o.load_catalog(catalog)
    gpus = {
        one["noun"]["instance"].lower(): one["noun"]["gpus_per_instance"] for one in records.index["prices"].values()
    }
    how = Reading(tag=tag, gpus=gpus, usd=_numbers(exchange, "--exchange"))
    limit = _share(max_error)
    expected = [one for path in forecasts for one in _forecast(path, records, how)]
    found = reconciled(
        read_invoice(actual, how), expected, _numbers(assets, "--assets"),
        lambda file, overrides: _again(file, overrides, records),
    )  # fmt: skip
    show("reconcile", found, format, output, no_color=no_color)
    if not found.products and not quiet:
        say("warning: no product of the forecast is in the invoice; --tag names the key of Tags that says the product")
    missed = [one for one in found.products if limit is not None and abs(one.error) > limit * abs(one.forecast)]
    raise typer.Exit(Exit.VERDICT if missed or (limit is not None and not found.products) else Exit.DONE)


def _forecast(path: Path, records: "Catalog", how: "Reading") -> "list[Charged]":
    """What a file expects: a table as it stands, a saved plan as it was, a spec as it is planned today."""
    from tokencost.planning.reconcile import saved_forecast
    from tokencost.spec.invoice import read_invoice
    from tokencost.spec.saved import saved_plans

    if path.suffix == ".csv":
        return list(read_invoice(path, how).products)
    found = (
        [saved_forecast(one) for one in saved_plans(path)] if path.suffix == ".json" else [_of_spec(path, (), records)]
    )
    if None in found:
        raise UsageError(
            f"{path}: no monthly cost is forecast; a spec needs traffic, and a model that keeps its limits"
        )
    return [one for one in found if one is not None]


def _of_spec(path: Path, overrides: Sequence[str], records: "Catalog") -> "Charged | None":
    from tokencost.planning.plan import quick_plan, wanted_of
    from tokencost.planning.reconcile import forecast_of
    from tokencost.spec.load import load

    spec = load(path, overrides, records)
    wanted = wanted_of(spec, spec.trace)
    average = float(wanted.traffic.average) if wanted.traffic else 0.0
    return forecast_of(quick_plan(records, spec), spec.product, average)


def _again(file: str, overrides: Sequence[str], records: "Catalog") -> float | None:
    """The month of a spec after corrections; None where it cannot be planned with them."""
    try:
        found = _of_spec(Path(file), overrides, records)
    except TokencostError:
        return None
    return found.cost if found else None


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
