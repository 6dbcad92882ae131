"""What was billed and what was forecast for the same products, and which assumption explains the distance."""

from dataclasses import dataclass
from typing import Annotated, Literal

from tokencost.units import Unit

Dollars = Annotated[float, Unit("USD")]
Number = Annotated[float, Unit("")]
Hours = Annotated[float, Unit("s")]

CauseName = Literal["volume", "usage per asset", "price", "other charges"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """One product's month, forecast or billed: `usage` is what it was charged for, in `unit`.

    `other` are charges for nothing that was used: taxes, credits, purchases. `assets` None: nobody counted them.
    `rates` are the fields of its spec that say how often requests come, with their requests per second.
    """

    product: str
    cost: Dollars
    usage: Number
    unit: str
    assets: Number | None
    other: Dollars = 0.0
    model: str = ""
    file: str = ""
    rates: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """The charges of a period by product; `hours` is its length, 0 where the rows do not say."""

    file: str
    period: str
    hours: Number
    products: tuple[Charged, ...]
    unassigned: Dollars
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one assumption adds to the error, the forecast and the actual value of it, in whole steps of a cent."""

    name: CauseName
    amount: Dollars
    forecast: Number | None
    actual: Number | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """A product: what was forecast for the period, what was billed, and the parts that add up to the difference.

    `corrections` are fields of the spec as `--set` takes them; `corrected` what the plan then says, None where it was
    not planned again.
    """

    product: str
    file: str
    forecast: Dollars
    actual: Dollars
    parts: tuple[Part, ...]
    corrections: tuple[str, ...]
    corrected: Dollars | None

    @property
    def error(self) -> float:
        """Actual less forecast."""
        return self.actual - self.forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Every product of a forecast beside an invoice."""

    invoice: str
    period: str
    hours: Number
    products: tuple[Reconciled, ...]
    not_billed: tuple[str, ...]
    not_forecast: tuple[tuple[str, Dollars], ...]
    unassigned: Dollars
    seal: str = ""
