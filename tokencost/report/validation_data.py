"""A validation for programs: every row with its prediction, and the errors that sum them up."""

from collections.abc import Mapping

from tokencost.report.answers_json import made_with, written
from tokencost.report.csv_table import written as written_rows
from tokencost.report.numbers import Json, plain, stable
from tokencost.report.run_json import Fields
from tokencost.validation.rows import Errors, Outcome, Validation

CONDITIONS = (
    "model", "component", "scope", "metric", "gpu", "n_gpus", "parallelism", "engine", "precision", "batch",
)  # fmt: skip
FITTED = ("believed", "recorded", "fitted")
CELLS = (
    "id", "status", "reason", "predicted", "low", "high", "measured", "ratio", "regime", "group", *CONDITIONS, "source",
)  # fmt: skip


def as_json(answer: Validation) -> str:
    """Schema tokencost.validate/1; figures in the unit of their metric, FLOPs also by operator class."""
    rows: list[Json] = [_row(one) for one in answer.outcomes]
    return written(
        {"schema": "tokencost.validate/1", **made_with(answer.seal), "rows": rows, "summary": _summary(answer)}
    )


def _row(one: Outcome) -> Fields:
    conditions: Fields = {name: getattr(one.row, name) for name in CONDITIONS if getattr(one.row, name)}
    return {
        "id": one.row.id,
        "status": one.status,
        "reason": one.reason,
        **{name: stable(value) for name, value in _figures(one).items()},
        "classes": _classes(one),
        "regime": one.regime,
        "group": one.row.group,
        **conditions,
        "source": one.row.source,
        "place": one.row.place,
    }


def _figures(one: Outcome) -> dict[str, float | None]:
    found = one.prediction
    spread = {"predicted": found.value, "low": found.low, "high": found.high} if found else {}
    ratio = None if one.ratio is None else float(one.ratio)
    known = {name: float(value) for name, value in spread.items()}
    return {**dict.fromkeys(("predicted", "low", "high")), **known, "measured": one.row.value, "ratio": ratio}


def _classes(one: Outcome) -> Fields:
    """Operator classes that the row measures; the ratio is null where one of the two counts is nothing."""
    found = one.prediction.classes if one.prediction else {}
    return {
        name: {
            "predicted": stable(found[name]),
            "measured": stable(measured),
            "ratio": stable(one.class_ratios.get(name)),
        }
        for name, measured in one.row.classes.items()
        if name in found
    }


def _summary(answer: Validation) -> Fields:
    parts = {
        "groups": answer.groups, "regimes": answer.regimes, "gpus": answer.gpus, "engines": answer.engines,
        "models": answer.models, "uses": answer.uses,
    }  # fmt: skip
    return {
        "files": list(answer.files),
        "rows": len(answer.outcomes),
        "predicted": sum(one.status == "ok" for one in answer.outcomes),
        "overall": _errors(answer.overall) if answer.overall else None,
        **{name: _parts(part) for name, part in parts.items()},
        "worst": [one.row.id for one in answer.worst],
        "constants": {one.name: {name: stable(getattr(one, name)) for name in FITTED} for one in answer.constants},
    }


def _parts(parts: Mapping[str, Errors]) -> Fields:
    return {name: _errors(errors) for name, errors in parts.items()}


def _errors(errors: Errors) -> Fields:
    """Errors are |ln(predicted / measured)|; bias is a ratio."""
    return {
        "rows": errors.rows,
        "groups": errors.groups,
        "median_log_error": stable(errors.median),
        "p90_log_error": stable(errors.p90),
        "group_median_log_error": stable(errors.group_median),
        "group_p90_log_error": stable(errors.group_p90),
        "bias": stable(errors.bias),
        "coverage": stable(errors.coverage),
    }


def as_csv(answer: Validation) -> str:
    """One line per row."""
    return written_rows(CELLS, (_cells(one) for one in answer.outcomes))


def _cells(one: Outcome) -> dict[str, str]:
    texts = {"id": one.row.id, "status": one.status, "reason": one.reason, "regime": one.regime}
    texts |= {"group": one.row.group, "source": one.row.source}
    conditions = {name: str(getattr(one.row, name) or "") for name in CONDITIONS}
    return texts | conditions | {name: plain(value) for name, value in _figures(one).items()}
