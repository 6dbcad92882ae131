"""Capacity plans for programs: JSON in base units, or a row per fleet."""

from tokencost.nouns.answer import Candidate
from tokencost.planning.capacity import CapacityPlan, Examined, Followed, Point
from tokencost.report.answers_json import capacity_fields, made_with, written
from tokencost.report.csv_table import written as rows_written
from tokencost.report.numbers import Json, jsonable, plain, stable
from tokencost.report.run_json import Fields, platform_fields

COLUMNS = (
    "file", "name", "model", "family", "feasible", "gpu", "load", "replicas", "gpus", "batch", "utilization", "p50_s",
    "p95_s", "p99_s", "kept", "usd_per_asset", "usd_per_month", "method",
)  # fmt: skip


def as_json(answer: CapacityPlan) -> str:
    """One object per plan; a capacity object per candidate, with an entry per fleet that was examined."""
    traffic = answer.traffic
    asked: Fields | None = None
    if traffic is not None:
        asked = {
            "average_per_second": stable(traffic.average),
            "peak_per_second": stable(traffic.peak),
            "burstiness": stable(traffic.burstiness) if not traffic.arrivals else None,
            "trace_arrivals": len(traffic.arrivals) or None,
        }
    fields: Fields = {
        "schema": "tokencost.capacity/1",
        **made_with(answer.plan.seal),
        "name": answer.plan.name,
        "file": answer.plan.file,
        "spec": jsonable(answer.plan.spec),
        "traffic": asked,
        "latency": {f"p{float(limit.percentile) * 100:g}_s": stable(limit.limit) for limit in answer.limits},
        "candidates": [_candidate(examined) for examined in answer.examined],
    }
    return written(fields)


def _candidate(examined: Examined) -> Fields:
    candidate = examined.candidate
    on = candidate.estimate.platform if candidate.estimate else None
    bill = candidate.bill
    return {
        "model": candidate.model,
        "name": candidate.name,
        "family": candidate.family,
        "feasible": candidate.feasible,
        "violations": [violation.message for violation in candidate.violations],
        "platform": platform_fields(on) if on else None,
        "capacity": _capacity(examined),
        "cost": {
            "per_asset_usd": stable(bill.per_asset) if bill else None,
            "per_month_usd": stable(bill.per_month) if bill else None,
        },
    }


def _capacity(examined: Examined) -> Json:
    """The chosen fleet, its service times, and everything examined around it."""
    found, service = examined.candidate.capacity, examined.service
    if found is None:
        return None
    times: Fields = {
        "alone_s": stable(service.alone) if service else None,
        "full_s": stable(service.full) if service else None,
    }
    return {
        **capacity_fields(found),
        "service": times,
        "examined": [_point(point) for point in examined.fleets],
        "loads": [_point(point) for point in examined.loads],
        "autoscaled": _followed(examined.followed) if examined.followed else None,
    }


def _point(point: Point) -> Fields:
    return {
        "load": stable(point.load),
        **capacity_fields(point.capacity),
        "kept": point.kept,
        "per_asset_usd": stable(point.bill.per_asset),
        "per_month_usd": stable(point.bill.per_month),
    }


def _followed(followed: Followed) -> Fields:
    return {
        "cold_start_s": stable(followed.cold_start),
        "replicas_fewest": stable(followed.fewest),
        "replicas_mean": stable(followed.mean),
        "replicas_most": stable(followed.most),
        "per_month_usd": stable(followed.per_month),
    }


def as_csv(answer: CapacityPlan) -> str:
    """One row per fleet that was examined."""
    plan = {"file": answer.plan.file, "name": answer.plan.name}
    points = ((e.candidate, point) for e in answer.examined for point in (*e.fleets, *e.loads))
    return rows_written(COLUMNS, (plan | _cells(candidate, point) for candidate, point in points))


def _cells(candidate: Candidate, point: Point) -> dict[str, str]:
    on, found = candidate.estimate.platform if candidate.estimate else None, point.capacity
    values = {
        "load": point.load, "replicas": found.replicas, "gpus": found.gpus, "batch": found.batch,
        "utilization": found.utilisation, "p50_s": found.p50, "p95_s": found.p95, "p99_s": found.p99,
        "usd_per_asset": point.bill.per_asset, "usd_per_month": point.bill.per_month,
    }  # fmt: skip
    words = {
        "model": candidate.model, "family": candidate.family, "feasible": str(candidate.feasible).lower(),
        "gpu": on.gpu if on else "", "kept": "" if point.kept is None else str(point.kept).lower(),
        "method": found.method,
    }  # fmt: skip
    return words | {name: plain(value) for name, value in values.items()}
