"""What a fleet's GPUs cost by the month: term by term, in the whole instances that providers let."""

from collections.abc import Sequence

from tokencost.formula import formula
from tokencost.money.bill import SECONDS_PER_MONTH, asset_cost, monthly_cost
from tokencost.money.rate import SECONDS_PER_HOUR, Rate, besides
from tokencost.nouns.answer import Bill, Line
from tokencost.numeric import ceil
from tokencost.record import dataclass
from tokencost.units import Count, PerSecond, Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The GPUs of a fleet that are rented on one term, in instances of so many, at a rate."""

    name: str
    gpus: Count
    per_instance: Count
    rate: Rate


@formula("definition")
def rented_gpus(gpus: Count, per_instance: Count) -> Count:
    """GPUs in whole instances: what is paid, used or not."""
    return ceil(gpus / per_instance) * per_instance


def bill_of_shares(shares: Sequence[Share], average: PerSecond) -> Bill:
    """A month of the fleet and an asset of it; not known where one price is not."""
    lines = tuple(line for share in shares for line in _lines(share))
    amounts: list[Usd] = [line.amount for line in lines if line.amount is not None]
    known = len(amounts) == len(lines)
    month = sum(amounts, 0.0) if known else None
    gpus = sum((share.gpus for share in shares), 0.0)
    return Bill(
        per_asset=asset_cost(month, average) if month is not None else None,
        per_month=month,
        lines=lines,
        price=month / (gpus * SECONDS_PER_MONTH) if month is not None else None,
        price_source="; ".join(dict.fromkeys(share.rate.source for share in shares)),
    )


def _lines(share: Share) -> list[Line]:
    """The GPUs that work, those that a whole instance brings along, and what the agreement changes about both."""
    rented = rented_gpus(share.gpus, share.per_instance)
    beyond = rented - share.gpus
    lines = [_line(share, share.name, share.gpus)]
    if share.per_instance != 1 and beyond:
        lines.append(_line(share, f"{share.name} beyond, in whole instances of {share.per_instance:g}", beyond))
    hours = rented * SECONDS_PER_MONTH / SECONDS_PER_HOUR
    return [*lines, *besides(share.name, hours, "GPU h/month", share.rate)]


def _line(share: Share, name: str, gpus: Count) -> Line:
    price = share.rate.price
    return Line(
        name=name, quantity=gpus * SECONDS_PER_MONTH / SECONDS_PER_HOUR, unit="GPU h/month",
        price=None if price is None else price * SECONDS_PER_HOUR, price_unit="USD/h",
        amount=None if price is None else monthly_cost(gpus, price), source=share.rate.source, since=share.rate.since,
    )  # fmt: skip
