"""A forecast beside an invoice: the error of every product, and the assumption that explains it, to the cent.

A product's cost is volume x usage per asset x price per unit of usage, and charges for nothing that was used. Each is
taken from the forecast or from the invoice, and the difference is shared out among them as changes of a plan are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tokencost.deciding.attribution import CENT, apportioned, attributed
from tokencost.money.bill import SECONDS_PER_MONTH, monthly_assets
from tokencost.nouns.answer import Line, Plan
from tokencost.nouns.invoice import CauseName, Charged, Invoice, Part, Reconciled, Reconciliation
from tokencost.spec.invoice import GPU_HOUR
from tokencost.spec.product import Product
from tokencost.spec.saved import Saved

HOURS_OF_MONTH = SECONDS_PER_MONTH / 3600
"""The month that plans are billed for: 730 h."""
COST = "cost"
SMALL = 0.005
"""Share by which an assumption may miss before a correction is proposed."""
Replan = Callable[[str, Sequence[str]], float | None]


def forecast_of(plan: Plan, product: Product, average: float) -> Charged | None:
    """What a plan expects to be billed for its recommended model; None where there is none, or no price."""
    chosen = next((one for one in plan.candidates if one.model == plan.recommendation.model), None)
    bill = chosen.bill if chosen else None
    if chosen is None or bill is None or bill.per_month is None:
        return None
    said = product.traffic
    rates = [(f"traffic.{name}", getattr(said, name)) for name in ("average", "peak") if getattr(said, name, None)]
    found = charged(chosen.model, bill.lines, float(monthly_assets(average)), float(bill.per_month))
    return replace(found, product=plan.name, file=plan.file, rates=tuple(rates))


def saved_forecast(saved: Saved) -> Charged | None:
    """The same of a plan that was written with `plan --format json`."""
    outcome = saved.outcome
    if not outcome.per_month or not outcome.per_asset:
        return None
    assets = float(outcome.per_month) / float(outcome.per_asset)
    return replace(charged(outcome.model, outcome.lines, assets, float(outcome.per_month)), product=saved.name)


def charged(model: str, lines: Sequence[Line], assets: float, month: float) -> Charged:
    """A month of a bill as an invoice would have it."""
    paid = [line for line in lines if line.unit.startswith(GPU_HOUR) and line.price is not None and line.price > 0]
    usage = sum(float(line.quantity) for line in paid) if paid else float(lines[0].quantity) * assets
    unit = GPU_HOUR if paid else lines[0].unit
    return Charged(product="", cost=month, usage=usage, unit=unit, assets=assets, model=model)


def reconciled(
    invoice: Invoice, forecasts: Sequence[Charged], assets: Mapping[str, float], replan: Replan
) -> Reconciliation:
    """Every product that both sides know; those that only one knows are named."""
    scale = invoice.hours / HOURS_OF_MONTH if invoice.hours else 1.0
    expected = {one.product: _scaled(one, scale) for one in forecasts}
    billed = {one.product: replace(one, assets=assets.get(one.product, one.assets)) for one in invoice.products}
    both = [name for name in expected if name in billed]
    return Reconciliation(
        invoice=invoice.file, period=invoice.period, hours=invoice.hours,
        products=tuple(_product(expected[name], billed[name], scale, replan) for name in both),
        not_billed=tuple(name for name in expected if name not in billed),
        not_forecast=tuple((name, one.cost + one.other) for name, one in billed.items() if name not in expected),
        unassigned=invoice.unassigned,
    )  # fmt: skip


def _scaled(one: Charged, scale: float) -> Charged:
    """The forecast of a month of 730 h for a period of another length."""
    assets = None if one.assets is None else one.assets * scale
    return replace(one, cost=one.cost * scale, usage=one.usage * scale, assets=assets)


def _product(forecast: Charged, actual: Charged, scale: float, replan: Replan) -> Reconciled:
    total = round((actual.cost + actual.other - forecast.cost - forecast.other) / CENT)
    names, amounts = _causes(forecast, actual)
    whole = apportioned([amount / CENT for amount in amounts], total)
    parts = tuple(_part(name, count * float(CENT), forecast, actual) for name, count in zip(names, whole, strict=True))
    wrong = tuple(_corrections(forecast, actual))
    again = replan(forecast.file, wrong) if wrong and forecast.file else None
    return Reconciled(
        product=forecast.product, file=forecast.file, forecast=_cents(forecast.cost + forecast.other),
        actual=_cents(actual.cost + actual.other), parts=parts, corrections=wrong,
        corrected=None if again is None else _cents(again * scale),
    )  # fmt: skip


def _cents(amount: float) -> float:
    return round(amount / CENT) * float(CENT)


def _causes(forecast: Charged, actual: Charged) -> tuple[list[CauseName], list[float]]:
    """The assumptions that can be told apart, and the part of each."""
    names: list[CauseName] = []
    counted = bool(forecast.assets and actual.assets)
    if forecast.usage and actual.usage and forecast.unit == actual.unit:
        names = ["volume", "usage per asset", "price"] if counted else ["usage per asset", "price"]
    else:
        names = ["volume", "price"] if counted else ["price"]
    found, _ = attributed(
        tuple((n,) for n in range(len(names))),
        lambda chosen: {COST: _cost(forecast, actual, {names[n] for n in chosen}, counted)},
    )
    return [*names, "other charges"], [*(one[COST] for one in found), actual.other - forecast.other]


def _cost(forecast: Charged, actual: Charged, changed: set[CauseName], counted: bool) -> float:
    """The cost where these assumptions are as billed and the others as forecast."""
    volume = _pick("volume", changed, forecast.assets, actual.assets) if counted else 1.0
    if forecast.usage and actual.usage and forecast.unit == actual.unit:
        each = _pick("usage per asset", changed, _each(forecast, counted), _each(actual, counted))
        return volume * each * _pick("price", changed, forecast.cost / forecast.usage, actual.cost / actual.usage)
    per = (one.cost / (one.assets or 1.0) if counted else one.cost for one in (forecast, actual))
    return volume * _pick("price", changed, *per)


def _each(one: Charged, counted: bool) -> float:
    return one.usage / (one.assets or 1.0) if counted else one.usage


def _pick(name: CauseName, changed: set[CauseName], forecast: float | None, actual: float | None) -> float:
    return float((actual if name in changed else forecast) or 0.0)


def _part(name: CauseName, amount: float, forecast: Charged, actual: Charged) -> Part:
    unit, counted = actual.unit or forecast.unit, bool(forecast.assets and actual.assets)
    values: tuple[float | None, float | None]
    match name:
        case "volume":
            values, said = (forecast.assets, actual.assets), "assets"
        case "usage per asset":
            values, said = (_each(forecast, counted), _each(actual, counted)), f"{unit} per asset" if counted else unit
        case "price":
            per = [one.cost / one.usage if one.usage else None for one in (forecast, actual)]
            values, said = (per[0], per[1]), f"USD per {unit or 'unit'}"
        case "other charges":
            values, said = (forecast.other, actual.other), "USD"
    return Part(name=name, amount=amount, forecast=values[0], actual=values[1], unit=said)


def _corrections(forecast: Charged, actual: Charged) -> list[str]:
    """Fields of the spec that would have forecast the invoice."""
    found = []
    hours = forecast.unit == GPU_HOUR and actual.unit == GPU_HOUR and forecast.usage and actual.usage
    if forecast.assets and actual.assets and _differ(forecast.assets, actual.assets):
        more = actual.assets / forecast.assets
        found += [f"{field}={rate * more:.6g} req/s" for field, rate in forecast.rates]
    if hours and forecast.assets and actual.assets and forecast.model:
        slower = (actual.usage / actual.assets) / (forecast.usage / forecast.assets)
        if _differ(slower, 1.0):
            found.append(f'assume.speedup={{"{forecast.model}": {1 / slower:.4g}}}')
    if hours and _differ(forecast.cost / forecast.usage, actual.cost / actual.usage):
        found.append(f"platform.price={actual.cost / actual.usage:.6g} USD/h")
    return found


def _differ(one: float, other: float) -> bool:
    return abs(one - other) > SMALL * abs(other)
