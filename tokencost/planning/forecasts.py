"""Invoices beside forecasts as files: a FOCUS table, and specs, saved plans or tables of what was expected."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tokencost.catalog.load import Catalog
from tokencost.errors import TokencostError, UsageError
from tokencost.nouns.invoice import Charged, Reconciliation
from tokencost.planning.glance import glance
from tokencost.planning.plan import wanted_of
from tokencost.planning.reconcile import forecast_of, reconciled, saved_forecast
from tokencost.record import replace
from tokencost.spec.invoice import Reading, read_invoice
from tokencost.spec.load import load
from tokencost.spec.saved import saved_plans

NOTHING_DUE = "no monthly cost is forecast; a spec needs traffic, and a model that keeps its limits"


def reconciliation(
    catalog: Catalog,
    actual: Path,
    forecasts: Sequence[Path],
    *,
    tag: str = "product",
    assets: Mapping[str, float] | None = None,
    usd: Mapping[str, float] | None = None,
) -> Reconciliation:
    """An invoice beside forecasts: `assets` made in the period by product, `usd` what a currency is worth.

    Raises SpecError for what cannot be read in a file, AccessError where there is none, UsageError for a forecast
    without a monthly cost.
    """
    prices = [record["noun"] for record in catalog.index["prices"].values()]
    gpus = {one["instance"].lower(): one["gpus_per_instance"] for one in prices}
    how = Reading(tag=tag, gpus=gpus, usd=usd or {})
    expected = [one for path in forecasts for one in _forecast(path, catalog, how)]
    found = reconciled(
        read_invoice(actual, how), expected, assets or {}, lambda file, overrides: _again(file, overrides, catalog)
    )
    return replace(found, seal=catalog.seal)


def _forecast(path: Path, catalog: Catalog, how: Reading) -> list[Charged]:
    """What a file expects: a table as it stands, a saved plan as it was, a spec as it is planned today."""
    if path.suffix == ".csv":
        return list(read_invoice(path, how).products)
    saved = path.suffix == ".json"
    found = [saved_forecast(one) for one in saved_plans(path)] if saved else [_of_spec(path, (), catalog)]
    if None in found:
        raise UsageError(f"{path}: {NOTHING_DUE}")
    return [one for one in found if one is not None]


def _of_spec(path: Path, overrides: Sequence[str], catalog: Catalog) -> Charged | None:
    spec = load(path, overrides, catalog)
    wanted = wanted_of(spec, spec.trace)
    average = float(wanted.traffic.average) if wanted.traffic else 0.0
    return forecast_of(glance(catalog, spec), spec.product, average)


def _again(file: str, overrides: Sequence[str], catalog: Catalog) -> float | None:
    """The month of a spec after corrections; None where it cannot be planned with them."""
    try:
        found = _of_spec(Path(file), overrides, catalog)
    except TokencostError:
        return None
    return found.cost if found else None
