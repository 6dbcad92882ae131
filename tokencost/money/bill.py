"""Bills: quantity × price, line by line. No price known is a state of the bill, not zero."""

from tokencost.formula import formula
from tokencost.money.rate import SECONDS_PER_HOUR, Rate, besides, effective
from tokencost.nouns.answer import Bill, Line
from tokencost.units import Constant, Count, PerSecond, Seconds, Usd, UsdPerSecond

SECONDS_PER_MONTH = Constant(730 * 3600, "s", "a twelfth of 8,760 hours, the month that cloud providers bill")


@formula("definition")
def request_cost(occupied: Seconds, gpus: Count, price: UsdPerSecond, batch: Count) -> Usd:
    """GPU time that a batch occupies on one replica, shared by its requests."""
    return occupied * gpus * price / batch


@formula("definition")
def monthly_cost(gpus: Count, price: UsdPerSecond) -> Usd:
    """Rented GPUs are paid whether they work or wait."""
    return gpus * price * SECONDS_PER_MONTH


@formula("definition")
def monthly_assets(average: PerSecond) -> Count:
    """Assets made in a month at the average rate."""
    return average * SECONDS_PER_MONTH


@formula("definition")
def asset_cost(month: Usd, average: PerSecond) -> Usd:
    """The fleet's month shared by what it makes in it."""
    return month / monthly_assets(average)


def bill_of_request(occupied: Seconds, gpus: Count, batch: Count, rate: Rate) -> Bill:
    """What one request costs on one replica that is never idle."""
    amount = None if rate.price is None else request_cost(occupied, gpus, rate.price, batch)
    line = Line(
        name="GPU time", quantity=occupied * gpus / batch / SECONDS_PER_HOUR, unit="GPU h",
        price=None if rate.price is None else rate.price * SECONDS_PER_HOUR, price_unit="USD/h", amount=amount,
        source=rate.source, since=rate.since,
    )  # fmt: skip
    more = tuple(besides(line.name, line.quantity, line.unit, rate))
    each = None if amount is None else sum((one.amount or 0.0 for one in more), amount)
    return Bill(per_asset=each, per_month=None, lines=(line, *more), price=effective(rate), price_source=rate.source)


def bill_of_api(
    price: Usd | None, quantity: Count, unit: str, average: PerSecond | None, source: str, since: str = ""
) -> Bill:
    """What a provider asks for the same asset."""
    each = None if price is None else price * quantity
    month = None if each is None or average is None else each * monthly_assets(average)
    line = Line(
        name="API", quantity=quantity, unit=unit, price=price, price_unit=f"USD/{unit}", amount=each, source=source,
        since=since,
    )  # fmt: skip
    return Bill(per_asset=each, per_month=month, lines=(line,), price=None, price_source=source)
