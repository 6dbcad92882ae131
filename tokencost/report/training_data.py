"""A training run for programs: JSON and CSV, in base units."""

from collections.abc import Sequence

from tokencost.nouns.training import Beside, Figure, Run, Stage, Training
from tokencost.report.answers_json import line_fields, made_with, written
from tokencost.report.csv_table import written as written_rows
from tokencost.report.numbers import Json, plain, stable
from tokencost.report.run_json import Fields, electricity_fields

CELLS = (
    "run", "model", "counted", "flop", "gpu", "mfu", "gpu_seconds", "published_gpu_seconds", "usd", "joules", "kg_co2e",
)  # fmt: skip
LISTED = ("run", "name", "model", "tokens", "images", "gpu", "gpu_seconds", "flop", "usd", "kg_co2e", "source")


def as_json(answer: Training) -> str:
    """Schema tokencost.train/1; GPU time is in seconds of one GPU."""
    fields: Fields = {
        "schema": "tokencost.train/1",
        **made_with(answer.seal),
        "run": answer.run,
        "name": answer.name,
        "model": answer.model,
        "params": stable(answer.params),
        "stages": [_stage(stage) for stage in answer.stages],
        "counted": [
            {"id": one.id, "name": one.name, "flop": stable(one.work), "gpu_seconds": stable(one.gpu_time)}
            for one in answer.counted
        ],
        "basis": answer.basis,
        "gpu": answer.gpu,
        "mfu": stable(answer.mfu),
        "gpu_seconds": stable(answer.gpu_time),
        "usd": stable(answer.costs[0].amount),
        "costs": [line_fields(line) for line in answer.costs],
        "assets": stable(answer.assets),
        "usd_per_asset": stable(answer.cost_per_asset),
        "electricity": electricity_fields(answer.electricity),
        "published": [_beside(one) for one in answer.published],
        "against": [
            {"run": o.run, "name": o.name, "flop": stable(o.work), "ratio": stable(o.ratio), "source": o.source}
            for o in answer.against
        ],
        "undisclosed": list(answer.undisclosed),
        "notes": answer.notes,
        "assumptions": [{"name": n.name, "value": n.value, "reason": n.reason} for n in answer.assumptions],
        "sources": list(answer.sources),
    }
    return written(fields)


def _stage(stage: Stage) -> Fields:
    shape = {
        name: stable(getattr(stage, name)) for name in ("tokens", "sequence", "images", "width", "height", "frames")
    }
    return {"id": stage.id, **shape, "conditions": stage.conditions, "source": stage.source}


def _beside(one: Beside) -> Fields:
    return {**figure_fields(one.figure), "mfu": {name: stable(share) for name, share in one.mfu.items()}}


def figure_fields(figure: Figure) -> Fields:
    """A published figure; what it is not about is null."""
    amounts = {
        "gpu_seconds": figure.gpu_time, "flop": figure.work, "usd": figure.cost, "kg_co2e": figure.carbon
    }  # fmt: skip
    known: Fields = {name: stable(value) if value else None for name, value in amounts.items()}
    said: Fields = {"conditions": figure.conditions, "standing": figure.standing, "source": figure.source}
    return {**known, "gpu": figure.gpu, **said}


def as_csv(answer: Training) -> str:
    """One row per way of counting."""
    first = next((one.figure.gpu_time for one in answer.published if one.figure.gpu_time), None)
    said = {"run": answer.run, "model": answer.model, "gpu": answer.gpu}
    of_run = {"mfu": answer.mfu, "published_gpu_seconds": first, "usd": answer.costs[0].amount}
    of_run |= {"joules": answer.electricity.joules, "kg_co2e": answer.electricity.carbon}
    rows = [
        {**said, "counted": one.name, "flop": plain(one.work), "gpu_seconds": plain(one.gpu_time)}
        for one in answer.counted
    ] or [{**said, "counted": "published", "gpu_seconds": plain(answer.gpu_time)}]
    return written_rows(CELLS, ({**row, **{name: plain(value) for name, value in of_run.items()}} for row in rows))


def list_json(runs: Sequence[Run]) -> str:
    """Schema tokencost.train-list/1."""
    found: list[Json] = [
        {
            "run": run.id,
            "name": run.name,
            "model": run.model,
            "stages": [_stage(stage) for stage in run.stages],
            "published": [figure_fields(figure) for figure in run.published],
            "undisclosed": list(run.undisclosed),
        }
        for run in runs
    ]
    return written({"schema": "tokencost.train-list/1", "runs": found})


def list_csv(runs: Sequence[Run]) -> str:
    """One row per published figure; a run without one has a row all the same."""
    return written_rows(LISTED, (_row(run, figure) for run in runs for figure in (run.published or (None,))))


def _row(run: Run, figure: Figure | None) -> dict[str, str]:
    cells = {"run": run.id, "name": run.name, "model": run.model}
    cells |= {name: plain(sum(float(getattr(s, name)) for s in run.stages) or None) for name in ("tokens", "images")}
    if figure is None:
        return cells
    amounts = {"gpu_seconds": figure.gpu_time, "flop": figure.work, "usd": figure.cost, "kg_co2e": figure.carbon}
    told = {name: plain(value or None) for name, value in amounts.items()}
    return cells | told | {"gpu": figure.gpu, "source": figure.source}
