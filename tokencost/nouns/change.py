"""What changed between two plans of one product: outcomes before and after, and which cause moved how much."""

from typing import Annotated, Literal

from tokencost.nouns.answer import Line, Violation
from tokencost.nouns.flip import Spread
from tokencost.record import dataclass
from tokencost.units import Unit

Dollars = Annotated[float, Unit("USD")]
Duration = Annotated[float, Unit("s")]
Size = Annotated[float, Unit("B")]
Energy = Annotated[float, Unit("J")]
Mass = Annotated[float, Unit("kg")]
Number = Annotated[float, Unit("")]
"""Quantities of plans that are settled: one float each, never an axis."""

CauseKind = Literal["spec", "catalogue", "price", "version"]
MeasureName = Literal["per_asset", "per_month"]
Method = Literal["none", "one cause", "shapley", "in order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a plan comes to: the model it would run, its bill and its fleet; None where that is not known.

    Where nothing is feasible it is the candidate that is nearest. `slower` is the factor between the predicted time
    and the high end of its interval; `spread` what the draws of its costs and times come to.
    """

    model: str
    family: str
    feasible: bool
    per_asset: Dollars | None
    per_month: Dollars | None
    lines: tuple[Line, ...]
    gpus: Number | None
    memory: Size | None
    p50: Duration | None
    p95: Duration | None
    p99: Duration | None
    slower: Number = 1.0
    replicas: Number | None = None
    request_time: Duration | None = None
    energy_per_asset: Energy | None = None
    energy_per_month: Energy | None = None
    carbon_per_asset: Mass | None = None
    carbon_per_month: Mass | None = None
    spread: Spread | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """One value that differs between the two sides, at its path; "" where a side does not have it."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What differs between the two sides and makes sense, or can be computed, only together."""

    kind: CauseKind
    altered: tuple[Altered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """An amount before and after, and the part of every cause; all are whole multiples of `step` and sum exactly."""

    name: MeasureName
    step: Dollars
    before: Dollars
    after: Dollars
    parts: tuple[Dollars, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """A line of the bill before and after (None: it has none), its share of the total, and the part of every cause."""

    name: str
    old: Line | None
    new: Line | None
    before: Dollars
    after: Dollars
    parts: tuple[Dollars, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Two sides of one product; `lines` share out the last measure. No measure means a price is not known."""

    name: str
    old: str
    new: str
    before: Outcome
    after: Outcome
    causes: tuple[Cause, ...]
    method: Method
    measures: tuple[Measure, ...]
    lines: tuple[LineChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much a measure may grow: a share of what it was, an amount, or both, which then have to be exceeded."""

    measure: MeasureName
    share: Number | None = None
    amount: Dollars | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A change held against what may change; nothing was asked where there is no violation."""

    change: Change
    violations: tuple[Violation, ...]
    seal: str = ""
