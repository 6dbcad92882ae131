"""What `capacity` says: every fleet that was examined."""

from typing import Any, Literal

from tokencost.report.schemas.part import Family, Part, Sealed, means
from tokencost.report.schemas.plan import Capacity
from tokencost.report.schemas.run import Platform


class Traffic(Part):
    """The load."""

    average_per_second: float = means("requests", "1/s")
    peak_per_second: float = means("requests", "1/s")
    burstiness: float | None = means("squared coefficient of variation; null: a trace")
    trace_arrivals: float | None = means("arrivals of the trace; null: none")


class Point(Capacity):
    """One fleet that was examined."""

    load: float = means("share of the planned peak")
    kept: bool | None = means("whether it keeps the limits; null: there are none")
    per_asset_usd: float | None = means("per asset", "USD")
    per_month_usd: float | None = means("per month", "USD")


class Service(Part):
    """Times of a replica."""

    alone_s: float | None = means("a request alone", "s")
    full_s: float | None = means("a request in a full batch", "s")


class Autoscaled(Part):
    """A fleet that follows the day."""

    cold_start_s: float = means("until a replica serves", "s")
    replicas_fewest: float = means("at night")
    replicas_mean: float = means("over the day")
    replicas_most: float = means("at the peak")
    per_month_usd: float | None = means("what it costs", "USD")


class Fleet(Capacity):
    """The chosen fleet, and everything examined around it."""

    service: Service = means("times of a replica")
    examined: list[Point] = means("other numbers of replicas under the same load")
    loads: list[Point] = means("the same fleet under other loads")
    autoscaled: Autoscaled | None = means("the fleet that follows the day, if it does")


class FleetCost(Part):
    """What the chosen fleet costs."""

    per_asset_usd: float | None = means("per asset", "USD")
    per_month_usd: float | None = means("per month", "USD")


class FleetCandidate(Part):
    """A model and its fleet."""

    model: str = means("id in the catalogue")
    name: str = means("as its makers call it")
    family: Family = means("how it works")
    feasible: bool = means("whether it keeps every limit")
    violations: list[str] = means("limits that it breaks, in words")
    platform: Platform | None = means("null behind an API")
    capacity: Fleet | None = means("null: no fleet is sized")
    cost: FleetCost = means("its bill")


class CapacityPlan(Sealed):
    """How many replicas for the traffic of a spec."""

    schema_: Literal["tokencost.capacity/1"] = means("this schema", name="schema")
    name: str = means("of the spec")
    file: str = means("of the spec")
    spec: dict[str, Any] = means("the spec as understood, in base units")
    traffic: Traffic | None = means("null: the spec says none")
    latency: dict[str, float | None] = means("limits by percentile, `p95_s`", "s")
    candidates: list[FleetCandidate] = means("models in the order of the plan")
