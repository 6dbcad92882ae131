"""The Python interface: the commands as functions, with the same names, the same flags and the same answers.

A function imports what it needs when it is called: who estimates or compares needs no reader of specs.
"""

import datetime
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokencost.catalog.load import Catalog, load
from tokencost.errors import UsageError
from tokencost.planning.options import options_from

if TYPE_CHECKING:
    from tokencost.counting.tokens import TokenCount
    from tokencost.nouns.answer import Comparison, Estimate, Plan
    from tokencost.nouns.change import Compared
    from tokencost.nouns.check import Checked
    from tokencost.nouns.training import Training
    from tokencost.nouns.what_if import WhatIf
    from tokencost.planning.capacity import CapacityPlan
    from tokencost.planning.claims import Claims
    from tokencost.planning.sample import Sampled
    from tokencost.planning.sides import Records, Side
    from tokencost.spec.load import LoadedSpec
    from tokencost.sweeping.running import Swept
    from tokencost.validation.rows import Validation

Spec = str | Path | Mapping[str, Any]
"""A file, or the spec itself as plain data."""


def estimate(model: str, *, task: str = "", catalog: Path | None = None, **flags: Any) -> "Estimate":
    """One model, one request, one platform.

    `flags` are those of the command: width, height, res (pixels), frames, seconds, fps, prompt_tokens,
    output_tokens, gpu, gpus, engine, precision, parallelism, price ("1.80 USD/h"), batch, steps, guidance,
    accelerations (a sequence of ids).
    Raises TokencostError, with every problem found.
    """
    from tokencost.planning.single import single

    output, options = options_from(flags)
    return single(load(catalog), model, task, output, options)


def compare(
    *, task: str = "image", models: Sequence[str] = (), catalog: Path | None = None, **flags: Any
) -> "Comparison":
    """All models of a task side by side at one size; flags as in `estimate`."""
    from tokencost.planning import compare as comparing

    output, options = options_from(flags)
    return comparing.compare(load(catalog), comparing.task_named(task), output, options, models)


def what_if(model: str, *, task: str = "", catalog: Path | None = None, **flags: Any) -> "WhatIf":
    """One model as it is, with every acceleration that concerns it, and with all that go together."""
    from tokencost.planning.what_if import what_if as accelerating

    output, options = options_from(flags)
    return accelerating(load(catalog), model, task, output, options)


def plan(
    spec: Spec,
    *,
    lock: str | Path | None = None,
    set: Sequence[str] = (),  # noqa: A002
    catalog: Path | None = None,
) -> "Plan":
    """Candidates, feasibility and a recommendation for one spec; `set` overrides fields ("output.width=512").

    With `lock`, anything that it does not pin is refused.
    """
    from tokencost.planning import plan as planning

    records = load(catalog)
    return planning.plan(records, _pinned(_loaded(spec, set, records), lock, records))


def check(
    spec: Spec,
    *,
    baseline: str | Path = "",
    max_increase: Sequence[str] = (),
    missing_baseline: str = "",
    budget: str | Path | None = None,
    today: str | datetime.date = "",
    lock: str | Path | None = None,
    set: Sequence[str] = (),  # noqa: A002
    catalog: Path | None = None,
) -> "Checked":
    """The plan of one spec judged: passed if some candidate keeps every limit, and nothing else fails.

    `baseline` is a saved plan or "git:main", `max_increase` how much dearer than it ("10 %, 0.002 USD"),
    `missing_baseline` the level of a spec that it does not have ("fail" or "warn"). `budget` is a budget file; no file
    is looked for, as the command does. `today` decides whether waivers hold: a date, or "2027-01-31"; "" is the day of
    SOURCE_DATE_EPOCH, else today, in UTC. With `lock`, anything that it does not pin is refused.
    Raises TokencostError, with every problem found.
    """
    from tokencost.planning import check as checking
    from tokencost.planning.gate import gate_of
    from tokencost.spec.lock import lock_file

    records, pinned = load(catalog), lock_file(Path(lock)) if lock else None
    loaded = _pinned(_loaded(spec, set, records), lock, records)
    with tempfile.TemporaryDirectory(prefix="tokencost-") as folder:
        gate = gate_of(
            records, _records(catalog), Path(folder), before=str(baseline), increases=max_increase,
            missing=missing_baseline, budget=Path(budget) if budget else None, lock=pinned, today=str(today),
        )  # fmt: skip
        return checking.check(records, loaded, gate)


def diff(
    old: Spec,
    new: Spec,
    *,
    fail_on: Sequence[str] = (),
    lock: str | Path | None = None,
    set: Sequence[str] = (),  # noqa: A002
    catalog: Path | None = None,
) -> "Compared":
    """What changed between two sides, line by line, and which cause moved how much (USD, adding up exactly).

    A side is a spec, plain data, a saved plan ("plan.json"), or a spec at a git revision ("main:specs/a.yaml").
    `fail_on` names what counts as a violation: "increase", "change", "recommendation", or how much may grow ("10 %");
    `set` changes the new side; with `lock`, sides that were computed with anything else are refused.
    Raises TokencostError.
    """
    from tokencost.planning.diff import compared, judges_named
    from tokencost.planning.lock import admit_change
    from tokencost.spec.lock import lock_file

    judges, records = judges_named(fail_on), _records(catalog)
    with tempfile.TemporaryDirectory(prefix="tokencost-") as folder:
        before = _side(old, records, Path(folder) / "old", ())
        after = _side(new, records, Path(folder) / "new", set)
        admit_change(lock_file(Path(lock)) if lock else None, before, after)
        return compared(before, after, judges)


def capacity(
    spec: Spec,
    *,
    models: Sequence[str] = (),
    replicas: range | None = None,
    trace: str | Path | None = None,
    set: Sequence[str] = (),  # noqa: A002
    catalog: Path | None = None,
) -> "CapacityPlan":
    """Fleets for a spec's traffic; `replicas` are the sizes to examine, `trace` a file of arrivals to replay."""
    from tokencost.planning.capacity import Question, capacity_plan

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
) -> "Swept":
    """Every point of a sweep, in a .parquet, .csv or .jsonl file if one is named, and their summary.

    `document` is a file, or plain data whose paths begin in the current folder. With more than one of `workers`, or
    with `engine="dask://local"`, processes are started: call it below `if __name__ == "__main__"`.
    """
    from tokencost.spec.sweep import load_sweep, sweep_of
    from tokencost.sweeping.dask_cluster import work_of
    from tokencost.sweeping.preparing import prepared
    from tokencost.sweeping.running import Ways, run

    loaded = sweep_of(document, Path()) if isinstance(document, Mapping) else load_sweep(Path(document))
    ways = Ways(workers=workers, anew=restart, work=work_of(engine, workers))
    return run(prepared(load(catalog), loaded), Path(output) if output else None, ways)


def tokens(
    tokenizer: str = "", *, stride: str = "", codebook: int = 0, catalog: Path | None = None, **flags: Any
) -> "TokenCount":
    """Tokens of an image or clip by a tokenizer's name or by strides ("4x4x4"); sizes in pixels as in `estimate`."""
    from tokencost.planning.grid import tokens_for

    output, _ = options_from(flags)
    return tokens_for(load(catalog), tokenizer=tokenizer, stride=stride, codebook=codebook, size=output)


def train(model: str = "", *, catalog: Path | None = None, **flags: Any) -> "Training":
    """A training run: FLOPs, GPU time, cost, energy and CO2, beside what is published.

    `flags` are those of the command: params, tokens, images, sequence, size (width and height in pixels), gpu, mfu,
    exact, recompute, assets, against (names of runs), and price, region, site, pue as in `estimate`.
    """
    from tokencost.planning import train as training
    from tokencost.planning.training_run import Wanted

    _, options = options_from({name: flags.pop(name) for name in ("price", "region", "site", "pue") if name in flags})
    unknown = flags.keys() - Wanted.__dataclass_fields__.keys() | (flags.keys() & {"name", "options"})
    if unknown:
        raise UsageError(f"unknown flag {sorted(unknown)[0]!r}")
    return training.train(load(catalog), Wanted(name=model, options=options, **flags))


def validate(*tables: str | Path, catalog: Path | None = None) -> "Validation":
    """Every row of tables of measurements (those shipped if none is named) beside its prediction, and the errors."""
    from tokencost.validation import validate as validating

    return validating.validate(load(catalog), [Path(table) for table in tables])


def sample(
    grid: str = "8x8",
    *,
    frames: int = 0,
    guidance: Sequence[float | None] = (None,),
    branches: str = "sequential",
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    seed: int = 0,
    prompt_tokens: int = 16,
    tokenizer: str = "emu3",
    catalog: Path | None = None,
) -> "Sampled":
    """A token grid written by a small model, and what ran beside what the formulas count.

    `grid` is rows x columns of tokens ("8x8") or frames x rows x columns, `guidance` the weights to draw with, None
    without guidance, `temperature` 0 for the likeliest code. Raises TokencostError for what cannot be drawn.
    """
    from tokencost.planning.sample import Sampling, grid_of, mode_of, sampled
    from tokencost.sampling.guidance import Choosing

    weights = tuple(None if weight is None else float(weight) for weight in guidance)
    asked = Sampling(
        grid=grid_of(grid, frames), weights=weights, mode=mode_of(branches), seed=seed,
        how=Choosing(temperature=temperature, top_k=top_k, top_p=top_p), prompt_tokens=prompt_tokens,
        tokenizer=tokenizer,
    )  # fmt: skip
    return sampled(load(catalog), asked)


def claims(*, catalog: Path | None = None) -> "Claims":
    """What the lesson on Emu3 says, counted again, and its exercises, worked: `explain --claims`."""
    from tokencost.planning import claims as claiming

    return claiming.claims(load(catalog))


def _side(said: Spec, records: "Records", into: Path, overrides: Sequence[str]) -> "Side":
    from tokencost.planning.sides import of_spec, side

    if not isinstance(said, Mapping):
        return side(str(said), records, into, overrides)
    catalog = records.today()
    loaded = _loaded(said, overrides, catalog)
    return of_spec(loaded.product.name, loaded, catalog)


def _records(own: Path | None) -> "Records":
    from tokencost.planning.sides import Records, reading

    return Records(read=reading(), own=own)


def _pinned(spec: "LoadedSpec", lock: str | Path | None, catalog: Catalog) -> "LoadedSpec":
    """The spec, if all that its plan needs is pinned."""
    from tokencost.planning.lock import admit, used_by
    from tokencost.spec.lock import lock_file

    if lock is not None:
        admit(lock_file(Path(lock)), catalog, used_by(catalog, spec))
    return spec


def _loaded(spec: Spec, overrides: Sequence[str], catalog: Catalog) -> "LoadedSpec":
    from tokencost.spec.load import from_mapping
    from tokencost.spec.load import load as load_spec

    if isinstance(spec, Mapping):
        if overrides:
            raise UsageError("set overrides fields of a file; change the mapping itself instead")
        return from_mapping(spec, catalog)
    return load_spec(Path(spec), overrides, catalog)
