"""Fleets of the best model of every family: cost against replicas, and how latencies are spread."""

from collections.abc import Mapping, Sequence
from math import isfinite

from tokencost.nouns.request import LatencyLimit
from tokencost.planning.capacity import SHALLOW, CapacityPlan, Examined, Point
from tokencost.planning.dossier import Spread
from tokencost.report import numbers
from tokencost.report.blocks import Column, Grid, Row
from tokencost.report.escape import visible
from tokencost.report.numbers import stable
from tokencost.report.page.charts import Chart, bounds, named
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


def of_spreads(found: Sequence[Spread], spec: Mapping[str, object]) -> list[Chart]:
    """The share of requests that is answered within a time, under the planned load."""
    if not found:
        return []
    models: list[Fields] = [
        {
            "model": visible(one.model),
            "points": [[stable(seconds), stable(100 * share)] for seconds, share in _finite(one)],
            "texts": [f"{_share(share)} within {numbers.time(seconds)}" for seconds, share in _finite(one)],
        }
        for one in found
    ]
    limits = [bound for bound in bounds(spec) if bound["axis"] == "x"]
    columns = (Column(name="model"), *(Column(name=_share(share), figures=True) for share in TOLD))
    rows = (Row(cells=(one.model, *(_within(one, share) for share in TOLD))) for one in found)
    title, first = "How latencies are spread", found[0]
    grid = Grid(title="latency within which a share of the requests is answered", columns=columns, rows=tuple(rows))
    says = f"{first.model} answers {_share(TOLD[0])} of the requests within {_within(first, TOLD[0])}"
    return [
        Chart(
            id="spread", title=title, says=f"{says}, {_share(TOLD[-1])} within {_within(first, TOLD[-1])}.",
            data={"kind": "spread", "models": [*models], "limits": [*limits]},
            figures=grid,
        )
    ]  # fmt: skip


TOLD = (0.5, 0.9, 0.95, 0.99, 0.999)
"""Shares that stand in the table."""


def _finite(one: Spread) -> list[tuple[float, float]]:
    pairs = zip(one.seconds, one.shares, strict=True)
    return [(float(seconds), float(share)) for seconds, share in pairs if isfinite(float(seconds))]


def _share(share: float) -> str:
    return f"{100 * share:g} %"


def _within(one: Spread, share: float) -> str:
    return numbers.time(one.seconds[one.shares.index(share)])


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
