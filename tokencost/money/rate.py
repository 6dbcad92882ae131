"""What an hour of a GPU comes to under an agreement: list price, discount, and hours that are paid but do no work."""

from collections.abc import Iterator
from dataclasses import dataclass

from tokencost.formula import formula
from tokencost.nouns.answer import Line
from tokencost.numeric import maximum, minimum
from tokencost.units import Constant, Count, Fraction, Num, UsdPerSecond

SECONDS_PER_HOUR = Constant(3600, "s", "prices are asked per hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A price per GPU and second, and who asks it, where, on which terms, since when; None if nobody is known to.

    `agreed` is what is paid of it; `beside` the hours that are paid for every hour that serves, and `why` they are.
    """

    price: UsdPerSecond | None
    source: str
    since: str = ""
    agreed: UsdPerSecond | None = None
    beside: Fraction = 0.0
    why: str = ""


@formula("definition")
def agreed_price(asked: UsdPerSecond, discount: Fraction, floor: UsdPerSecond) -> UsdPerSecond:
    """The list price less a discount that ends at a floor."""
    return minimum(asked, maximum(asked * (1 - discount), floor))


@formula("definition")
def lost_share(interrupted: Fraction) -> Fraction:
    """Hours of interrupted work that are paid for every hour that serves."""
    return interrupted / (1 - interrupted)


@formula("definition")
def unused_share(used: Fraction) -> Fraction:
    """Committed hours that are paid for every committed hour that is used."""
    return 1 / used - 1


@formula("definition")
def serving_price(agreed: UsdPerSecond, beside: Fraction) -> UsdPerSecond:
    """What an hour that serves costs, with what has to be paid beside it."""
    return agreed * (1 + beside)


def effective(rate: Rate) -> UsdPerSecond | None:
    """The whole price of an hour that serves; None where no price is known."""
    paid = rate.price if rate.agreed is None else rate.agreed
    if paid is None or (isinstance(rate.beside, float) and not rate.beside):
        return paid
    return serving_price(paid, rate.beside)


def besides(name: str, hours: Count, unit: str, rate: Rate) -> Iterator[Line]:
    """What an agreement adds to a line of so many hours at the list price: what is let off, and what is paid idle."""
    if rate.price is None:
        return
    paid = rate.price if rate.agreed is None else rate.agreed
    if not same(paid, rate.price):
        yield _line(f"{name}, discount", hours, unit, (paid - rate.price, rate))
    if rate.beside:
        yield _line(f"{name}, {rate.why}", hours * rate.beside, unit, (paid, rate))


def same(one: Num, other: Num) -> bool:
    """Whether two amounts are one; arrays are where they are the same array."""
    numbers = isinstance(one, float | int) and isinstance(other, float | int)
    return one is other or (numbers and bool(one == other))


def _line(name: str, hours: Count, unit: str, at: tuple[UsdPerSecond, Rate]) -> Line:
    price, rate = at[0] * SECONDS_PER_HOUR, at[1]
    return Line(
        name=name, quantity=hours, unit=unit, price=price, price_unit="USD/h", amount=hours * price,
        source=rate.source, since=rate.since,
    )  # fmt: skip
