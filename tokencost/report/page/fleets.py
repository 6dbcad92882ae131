"""Cost against replicas: the fleets around the chosen one, for the best model of every family."""

from collections.abc import Sequence
from math import isfinite

from tokencost.nouns.request import LatencyLimit
from tokencost.planning.capacity import SHALLOW, CapacityPlan, Examined, Point
from tokencost.report import numbers
from tokencost.report.blocks import Column, Grid, Row
from tokencost.report.numbers import stable
from tokencost.report.page.charts import Chart, named
from tokencost.report.run_json import Fields

KEPT = {True: "yes", False: "no", None: "too close to call"}


def of_fleets(answer: CapacityPlan) -> list[Chart]:
    """Rent and latency by the number of replicas; nothing where no traffic is given."""
    closely = [one for one in answer.examined if len(one.fleets) > SHALLOW]
    if not closely:
        return []
    data: Fields = {
        "kind": "fleets", "limit": _limit(answer.limits), "models": [_model(one) for one in closely],
    }  # fmt: skip
    columns = (Column(name="model"), *(Column(name=n, figures=True) for n in ("replicas", "busy", "p95", "$/month")))
    rows = tuple(
        Row(cells=(one.candidate.model, *_cells(point), KEPT[point.kept])) for one in closely for point in one.fleets
    )
    grid = Grid(title="fleets", columns=(*columns, Column(name="keeps the limits")), rows=rows)
    return [Chart(id="fleets", title="Cost against replicas", says=_says(closely[0]), data=data, figures=grid)]


def _says(one: Examined) -> str:
    fewest = next((p for p in one.fleets if p.kept), None)
    if fewest is None:
        return f"No fleet of {one.candidate.model} that was examined keeps the limits."
    replicas = numbers.count(fewest.capacity.replicas)
    month = numbers.usd(fewest.bill.per_month)
    return f"{one.candidate.model} needs {replicas} replicas to keep the limits: {month} per month."


def _limit(limits: Sequence[LatencyLimit]) -> Fields | None:
    for limit in limits:
        if float(limit.percentile) == 0.95:
            return {"seconds": stable(limit.limit), "text": f"p95 limit {numbers.time(limit.limit)}"}
    return None


def _model(one: Examined) -> Fields:
    points: list[Fields] = [
        {
            "replicas": stable(point.capacity.replicas),
            "month": stable(point.bill.per_month),
            "p95": stable(point.capacity.p95) if _settles(point) else None,
            "kept": point.kept,
            "texts": [*_cells(point)[1:], KEPT[point.kept]],
        }
        for point in one.fleets
    ]
    return {"model": named(one.candidate), "points": [*points]}


def _cells(point: Point) -> tuple[str, str, str, str]:
    late = numbers.time(point.capacity.p95) if _settles(point) else "overloaded"
    month = numbers.DASH if point.bill.per_month is None else numbers.usd(point.bill.per_month)
    return numbers.count(point.capacity.replicas), numbers.percent(point.capacity.utilisation), late, month


def _settles(point: Point) -> bool:
    return float(point.capacity.utilisation) < 1 and isfinite(float(point.capacity.p95))
