"""Budgets: what products may cost, take and run on, as whoever owns the money writes it. No behaviour."""

import datetime
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from tokencost.record import dataclass
from tokencost.units import Unit

MetricName = Literal[
    "usd_per_asset", "usd_per_month", "latency_p50", "latency_p95", "latency_p99", "request_time", "gpus", "replicas",
    "memory", "energy_per_asset", "energy_per_month", "carbon_per_asset", "carbon_per_month", "model", "family",
]  # fmt: skip
At = Literal["p10", "p50", "p90"]
On = Literal["always", "crossing", "worsening"]
RuleLevel = Literal["off", "warn", "fail"]
Amount = Annotated[float, Unit("")]
"""In the unit of the metric that it bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """What a rule can bound: `field` of an outcome, `drawn` of its spread (empty: nobody drew it).

    `unit` is empty for counts and names; `where` are the parts of a spec that set it, the nearest first.
    """

    field: str
    unit: str = ""
    drawn: str = ""
    where: tuple[str, ...]
    named: bool = False


SIZE = ("output", "input")
METRICS: Mapping[MetricName, Bounded] = {
    "usd_per_asset": Bounded(field="per_asset", unit="USD", drawn="cost", where=("budget.per_asset", *SIZE)),
    "usd_per_month": Bounded(field="per_month", unit="USD", drawn="month", where=("budget.per_month", "traffic")),
    "latency_p50": Bounded(field="p50", unit="s", where=("latency.p50", "latency", "traffic")),
    "latency_p95": Bounded(field="p95", unit="s", where=("latency.p95", "latency", "traffic")),
    "latency_p99": Bounded(field="p99", unit="s", where=("latency.p99", "latency", "traffic")),
    "request_time": Bounded(field="request_time", unit="s", drawn="seconds", where=SIZE),
    "gpus": Bounded(field="gpus", where=("traffic", "platform")),
    "replicas": Bounded(field="replicas", where=("traffic", "platform")),
    "memory": Bounded(field="memory", unit="B", where=("platform.gpu", "platform", *SIZE)),
    "energy_per_asset": Bounded(field="energy_per_asset", unit="J", where=("budget.energy_per_asset", *SIZE)),
    "energy_per_month": Bounded(field="energy_per_month", unit="J", where=("traffic", *SIZE)),
    "carbon_per_asset": Bounded(
        field="carbon_per_asset", unit="kg", where=("budget.carbon_per_asset", "energy.region", *SIZE)
    ),
    "carbon_per_month": Bounded(field="carbon_per_month", unit="kg", where=("energy.region", "traffic", *SIZE)),
    "model": Bounded(field="model", where=("candidates", "quality", "task"), named=True),
    "family": Bounded(field="family", where=("candidates", "quality", "task"), named=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a file, line and column from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Specs by file and by label; both have to fit, and what is empty fits every spec."""

    specs: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How much a metric may grow or fall: a share of what it was, an amount, or both, and then both are exceeded."""

    share: Amount | None = None
    amount: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Bounds of one metric; `at` is a quantile of its draws, None the plan's own value.

    `on` says when a broken `limit` counts: always, only where this change crosses it, or where it crosses it or makes
    it worse. `places` are those of its keys in the budget file.
    """

    id: str
    select: Selection
    metric: MetricName
    at: At | None = None
    limit: Amount | None = None
    max_increase: Growth | None = None
    max_decrease: Growth | None = None
    one_of: tuple[str, ...] = ()
    stays: bool = False
    on: On = "always"
    level: RuleLevel = "fail"
    owner: str = ""
    message: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A rule that need not be kept through the day `until`, while the metric stays at or below `ceiling`."""

    rule: str
    select: Selection
    until: datetime.date
    ceiling: Amount | None
    reason: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetFile:
    """The rules of a budget file and what was waived; patterns of files begin in `folder`.

    `baseline` is what changes are held against where nobody says another, empty if the file names none; `missing` the
    level of a spec that the baseline does not have, None where the file leaves it open.
    """

    file: str
    folder: str
    rules: tuple[Rule, ...]
    waivers: tuple[Waiver, ...] = ()
    baseline: str = ""
    missing: Literal["fail", "warn"] | None = None
