"""The columns beside the axes: fields of a candidate as JSON names them, in base units."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tokencost.nouns.answer import Bill, Candidate
from tokencost.sweeping.judging import Judged
from tokencost.units import Constant, Count

HOUR = Constant(3600.0, "s", "prices are asked per hour")
Kind = Literal["number", "truth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A column: its unit ("" for counts and shares), and where it stands in a candidate."""

    name: str
    unit: str
    of: Callable[[Candidate], Count | None]


def _bill(candidate: Candidate) -> Bill | None:
    return candidate.bill or (candidate.estimate.bill if candidate.estimate else None)


def _told(value: Count) -> Count | None:
    """Nothing for the 0 of a provider that tells no time."""
    return None if isinstance(value, float | int) and not value else value


def _metrics() -> tuple[Metric, ...]:
    def run(name: str, unit: str, of: Callable[..., Count | None]) -> Metric:
        return Metric(name=name, unit=unit, of=lambda c: of(c.estimate) if c.estimate else None)

    def fleet(name: str, unit: str, of: Callable[..., Count | None]) -> Metric:
        return Metric(name=name, unit=unit, of=lambda c: of(c.capacity) if c.capacity else None)

    def bill(name: str, unit: str, of: Callable[..., Count | None]) -> Metric:
        return Metric(name=name, unit=unit, of=lambda c: of(found) if (found := _bill(c)) else None)

    return (
        run("latency.seconds", "s", lambda e: _told(e.latency.value)),
        run("latency.low", "s", lambda e: _told(e.latency.low)),
        run("latency.high", "s", lambda e: _told(e.latency.high)),
        fleet("capacity.replicas", "", lambda c: c.replicas),
        fleet("capacity.gpus", "", lambda c: c.gpus),
        fleet("capacity.batch", "", lambda c: c.batch),
        fleet("capacity.utilization", "", lambda c: c.utilisation),
        fleet("capacity.p50_s", "s", lambda c: c.p50),
        fleet("capacity.p95_s", "s", lambda c: c.p95),
        fleet("capacity.p99_s", "s", lambda c: c.p99),
        bill("cost.per_asset_usd", "USD", lambda b: b.per_asset),
        bill("cost.per_month_usd", "USD", lambda b: b.per_month),
        bill("cost.price_usd_per_gpu_hour", "USD/h", lambda b: None if b.price is None else b.price * HOUR),
        run("energy.joules", "J", lambda e: e.energy.value if e.energy else None),
        run("electricity.joules", "J", lambda e: e.electricity.joules if e.electricity else None),
        run("electricity.kg_co2e", "kg", lambda e: e.electricity.carbon if e.electricity else None),
        run("memory.weights_bytes", "B", lambda e: e.footprint.weights if e.footprint else None),
        run("memory.kv_cache_bytes", "B", lambda e: e.footprint.kv_cache if e.footprint else None),
        run("memory.activations_bytes", "B", lambda e: e.footprint.activations if e.footprint else None),
        run("memory.peak_bytes", "B", lambda e: e.footprint.peak if e.footprint else None),
        run("flops.total", "FLOP", lambda e: sum((p.flop for p in e.phases), 0.0) if e.phases else None),
        run("params.total", "", lambda e: e.params.get("total")),
        run("tokens.sequence", "", lambda e: e.tokens.sequence if e.tokens else None),
        run("tokens.visual", "", lambda e: e.tokens.visual if e.tokens else None),
        run("throughput.requests_per_second", "1/s", lambda e: _told(e.requests_per_second)),
        run("throughput.tokens_per_second", "1/s", lambda e: e.tokens_per_second if e.platform else None),
    )


METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _metrics()}
FEASIBLE, VIOLATIONS = "feasible", "violations"
"""Two columns that are told of a point as a whole: a truth, and how many limits are broken."""
NAMES = (FEASIBLE, VIOLATIONS, *METRICS)
UNDER_LOAD = {"capacity.p50_s", "capacity.p95_s", "capacity.p99_s"}
"""Percentiles under load: each costs a law or a simulated path."""
DEFAULT = (FEASIBLE, "latency.seconds", "cost.per_asset_usd")
WITH_TRAFFIC = ("capacity.replicas", "capacity.gpus", "capacity.utilization", "cost.per_month_usd")


def column(found: Judged, name: str) -> Count:
    """A column at every point."""
    if name == FEASIBLE:
        return found.broken == 0
    return found.broken if name == VIOLATIONS else found.pick(METRICS[name].of)


def under_load(names: Sequence[str]) -> bool:
    """Whether one of the columns needs percentiles."""
    return bool(UNDER_LOAD & {*names})
