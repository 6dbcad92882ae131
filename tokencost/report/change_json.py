"""A change as JSON: both sides, its causes, and every amount with the part of each cause."""

from decimal import Decimal

from tokencost.nouns.answer import Line
from tokencost.nouns.change import Change, LineChange, Measure, Outcome
from tokencost.report.numbers import Json, stable
from tokencost.report.run_json import Fields


def change_fields(change: Change) -> Fields:
    """Both sides, the causes, and every amount with the part of each cause, in the order of the causes."""
    return {
        "name": change.name,
        "old": change.old,
        "new": change.new,
        "before": _outcome(change.before),
        "after": _outcome(change.after),
        "method": change.method,
        "causes": [
            {
                "kind": cause.kind,
                "altered": [{"path": one.path, "before": one.before, "after": one.after} for one in cause.altered],
            }
            for cause in change.causes
        ],
        "measures": [_measure(measure) for measure in change.measures],
        "lines": [_line(line) for line in change.lines],
    }


def _measure(measure: Measure) -> Fields:
    return {
        "name": measure.name,
        "before_usd": measure.before,
        "after_usd": measure.after,
        "change_usd": difference(measure.before, measure.after),
        "parts_usd": list(measure.parts),
    }


def _line(line: LineChange) -> Fields:
    return {
        "name": line.name,
        "before_usd": line.before,
        "after_usd": line.after,
        "change_usd": difference(line.before, line.after),
        "parts_usd": list(line.parts),
        "old": _billed(line.old),
        "new": _billed(line.new),
    }


def difference(before: float, after: float) -> float:
    """Of two amounts on the same decimal grid, without the rounding of binary fractions."""
    return float(Decimal(repr(after)) - Decimal(repr(before)))


def _billed(line: Line | None) -> Json:
    if line is None:
        return None
    known: Fields = {"quantity": stable(line.quantity), "unit": line.unit}
    return known | {"price": stable(line.price), "price_unit": line.price_unit}


def _outcome(side: Outcome) -> Fields:
    return {
        "model": side.model,
        "family": side.family,
        "feasible": side.feasible,
        "per_asset_usd": stable(side.per_asset),
        "per_month_usd": stable(side.per_month),
        "gpus": stable(side.gpus),
        "memory_bytes": stable(side.memory),
        "p50_s": stable(side.p50),
        "p95_s": stable(side.p95),
        "p99_s": stable(side.p99),
    }
