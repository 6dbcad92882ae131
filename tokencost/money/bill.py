"""Bills: quantity × price, line by line. No price known is a state of the bill, not zero."""

from tokencost.formula import formula
from tokencost.nouns.answer import Bill, Line
from tokencost.units import Constant, Count, PerSecond, Seconds, Usd, UsdPerSecond

SECONDS_PER_MONTH = Constant(730 * 3600, "s", "a twelfth of 8,760 hours, the month that cloud providers bill")
SECONDS_PER_HOUR = Constant(3600, "s", "prices are asked per hour")


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


def bill_of_request(occupied: Seconds, gpus: Count, batch: Count, price: UsdPerSecond | None, source: str) -> Bill:
    """What one request costs on one replica that is never idle."""
    amount = None if price is None else request_cost(occupied, gpus, price, batch)
    line = Line(
        name="GPU time", quantity=occupied * gpus / batch / SECONDS_PER_HOUR, unit="GPU h",
        price=None if price is None else price * SECONDS_PER_HOUR, price_unit="USD/h", amount=amount, source=source,
    )  # fmt: skip
    return Bill(per_asset=amount, per_month=None, lines=(line,), price=price, price_source=source)


def bill_of_fleet(gpus: Count, average: PerSecond, price: UsdPerSecond | None, source: str) -> Bill:
    """What a fleet costs per month, and per asset at the average rate."""
    month = None if price is None else monthly_cost(gpus, price)
    line = Line(
        name="GPUs", quantity=gpus * SECONDS_PER_MONTH / SECONDS_PER_HOUR, unit="GPU h/month",
        price=None if price is None else price * SECONDS_PER_HOUR, price_unit="USD/h", amount=month, source=source,
    )  # fmt: skip
    each = None if month is None else asset_cost(month, average)
    return Bill(per_asset=each, per_month=month, lines=(line,), price=price, price_source=source)


def bill_of_api(price: Usd | None, quantity: Count, unit: str, average: PerSecond | None, source: str) -> Bill:
    """What a provider asks for the same asset."""
    each = None if price is None else price * quantity
    month = None if each is None or average is None else each * monthly_assets(average)
    line = Line(
        name="API", quantity=quantity, unit=unit, price=price, price_unit=f"USD/{unit}", amount=each, source=source
    )
    return Bill(per_asset=each, per_month=month, lines=(line,), price=None, price_source=source)
