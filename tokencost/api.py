"""The Python interface: the commands as functions, with the same names, the same flags and the same answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tokencost.catalog.load import Catalog, load
from tokencost.counting.tokens import TokenCount
from tokencost.errors import UsageError
from tokencost.nouns.answer import Comparison, Estimate, Plan
from tokencost.nouns.check import Checked
from tokencost.nouns.training import Training
from tokencost.nouns.what_if import WhatIf
from tokencost.planning import check as checking
from tokencost.planning import compare as comparing
from tokencost.planning import plan as planning
from tokencost.planning import train as training
from tokencost.planning.capacity import CapacityPlan, Question, capacity_plan
from tokencost.planning.grid import tokens_for
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.planning.single import single
from tokencost.planning.training_run import Wanted
from tokencost.planning.what_if import what_if as accelerating
from tokencost.spec.load import LoadedSpec, from_mapping
from tokencost.spec.load import load as load_spec
from tokencost.spec.sweep import load_sweep, sweep_of
from tokencost.sweeping.dask_cluster import work_of
from tokencost.sweeping.preparing import prepared
from tokencost.sweeping.running import Swept, Ways, run
from tokencost.units import Unit
from tokencost.validation import validate as validating
from tokencost.validation.rows import Validation

Spec = str | Path | Mapping[str, Any]
"""A file, or the spec itself as plain data."""


def estimate(model: str, *, task: str = "", catalog: Path | None = None, **flags: Any) -> Estimate:
    """One model, one request, one platform.

    `flags` are those of the command: width, height, res (pixels), frames, seconds, fps, prompt_tokens,
    output_tokens, gpu, gpus, engine, precision, parallelism, price ("1.80 USD/h"), batch, steps, guidance,
    accelerations (a sequence of ids).
    Raises TokencostError, with every problem found.
    """
    output, options = _split(flags)
    return single(load(catalog), model, task, output, options)


def compare(
    *, task: str = "image", models: Sequence[str] = (), catalog: Path | None = None, **flags: Any
) -> Comparison:
    """All models of a task side by side at one size; flags as in `estimate`."""
    output, options = _split(flags)
    return comparing.compare(load(catalog), comparing.task_named(task), output, options, models)


def what_if(model: str, *, task: str = "", catalog: Path | None = None, **flags: Any) -> WhatIf:
    """One model as it is, with every acceleration that concerns it, and with all that go together."""
    output, options = _split(flags)
    return accelerating(load(catalog), model, task, output, options)


def plan(spec: Spec, *, set: Sequence[str] = (), catalog: Path | None = None) -> Plan:  # noqa: A002
    """Candidates, feasibility and a recommendation for one spec; `set` overrides fields ("output.width=512")."""
    records = load(catalog)
    return planning.plan(records, _loaded(spec, set, records))


def check(spec: Spec, *, set: Sequence[str] = (), catalog: Path | None = None) -> Checked:  # noqa: A002
    """The plan of one spec judged: passed if some candidate keeps every limit."""
    records = load(catalog)
    return checking.check(records, _loaded(spec, set, records))


def capacity(
    spec: Spec,
    *,
    models: Sequence[str] = (),
    replicas: range | None = None,
    trace: str | Path | None = None,
    set: Sequence[str] = (),  # noqa: A002
    catalog: Path | None = None,
) -> CapacityPlan:
    """Fleets for a spec's traffic; `replicas` are the sizes to examine, `trace` a file of arrivals to replay."""
    records = load(catalog)
    question = Question(models=tuple(models), replicas=replicas, trace=Path(trace) if trace else None)
    return capacity_plan(records, _loaded(spec, set, records), question)


def sweep(
    document: Spec,
    output: str | Path | None = None,
    *,
    engine: str = "local",
    workers: int = 1,
    restart: bool = False,
    catalog: Path | None = None,
) -> Swept:
    """Every point of a sweep, in a .parquet, .csv or .jsonl file if one is named, and their summary.

    `document` is a file, or plain data whose paths begin in the current folder. With more than one of `workers`, or
    with `engine="dask://local"`, processes are started: call it below `if __name__ == "__main__"`.
    """
    loaded = sweep_of(document, Path()) if isinstance(document, Mapping) else load_sweep(Path(document))
    ways = Ways(workers=workers, anew=restart, work=work_of(engine, workers))
    return run(prepared(load(catalog), loaded), Path(output) if output else None, ways)


def tokens(
    tokenizer: str = "", *, stride: str = "", codebook: int = 0, catalog: Path | None = None, **flags: Any
) -> TokenCount:
    """Tokens of an image or clip by a tokenizer's name or by strides ("4x4x4"); sizes in pixels as in `estimate`."""
    output, _ = _split(flags)
    return tokens_for(load(catalog), tokenizer=tokenizer, stride=stride, codebook=codebook, size=output)


def train(model: str = "", *, catalog: Path | None = None, **flags: Any) -> Training:
    """A training run: FLOPs, GPU time, cost, energy and CO2, beside what is published.

    `flags` are those of the command: params, tokens, images, sequence, size (width and height in pixels), gpu, mfu,
    exact, recompute, assets, against (names of runs), and price, region, site, pue as in `estimate`.
    """
    _, options = _split({name: flags.pop(name) for name in ("price", "region", "site", "pue") if name in flags})
    unknown = flags.keys() - Wanted.__dataclass_fields__.keys() | (flags.keys() & {"name", "options"})
    if unknown:
        raise UsageError(f"unknown flag {sorted(unknown)[0]!r}")
    return training.train(load(catalog), Wanted(name=model, options=options, **flags))


def validate(*tables: str | Path, catalog: Path | None = None) -> Validation:
    """Every row of tables of measurements (those shipped if none is named) beside its prediction, and the errors."""
    return validating.validate(load(catalog), [Path(table) for table in tables])


def _loaded(spec: Spec, overrides: Sequence[str], catalog: Catalog) -> LoadedSpec:
    if isinstance(spec, Mapping):
        if overrides:
            raise UsageError("set overrides fields of a file; change the mapping itself instead")
        return from_mapping(spec, catalog)
    return load_spec(Path(spec), overrides, catalog)


def _split(flags: dict[str, Any]) -> tuple[OutputOptions, RunOptions]:
    """Flags by what they are about; unknown ones are refused like misspelt keyword arguments."""
    said = dict(flags)
    if "res" in said:
        side = said.pop("res")
        said["width"], said["height"] = said.get("width", side), said.get("height", side)
    if isinstance(said.get("price"), str):
        said["price"] = Unit("USD/s").parse(said["price"])
    size = {name: said.pop(name) for name in OutputOptions.__dataclass_fields__ if name in said}
    run = {name: said.pop(name) for name in RunOptions.__dataclass_fields__ if name in said}
    if said:
        raise UsageError(f"unknown flag {sorted(said)[0]!r}")
    return OutputOptions(**size), RunOptions(**run)
