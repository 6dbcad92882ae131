"""Questions about products: their plans, fleets, changes and places, and what was billed or measured beside them."""

import datetime
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokencost.catalog.load import Catalog, load
from tokencost.errors import UsageError
from tokencost.planning.options import options_from

if TYPE_CHECKING:
    from tokencost.nouns.answer import Plan
    from tokencost.nouns.change import Compared
    from tokencost.nouns.check import Checked
    from tokencost.nouns.invoice import Reconciliation
    from tokencost.nouns.where import Where
    from tokencost.planning.capacity import CapacityPlan
    from tokencost.planning.searching import Places
    from tokencost.planning.sides import Records, Side
    from tokencost.spec.load import LoadedSpec
    from tokencost.sweeping.running import Swept
    from tokencost.validation.rows import Validation

Spec = str | Path | Mapping[str, Any]
"""A file, or the spec itself as plain data."""


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


def where(
    spec: Spec | None = None,
    *,
    task: str = "image",
    models: Sequence[str] = (),
    places: "Places | None" = None,
    catalog: Path | None = None,
    **flags: Any,
) -> "Where":
    """Every offer of the price book for these models, the cheapest first, and the volume that pays for a fleet.

    With a spec, fleets for its traffic; else one request, with flags as in `estimate`. `places` narrows the offers
    (`tokencost.Places(providers=("aws",), residency="eu")`). Raises TokencostError for names that nobody knows.
    """
    from tokencost.planning.searching import Places, anywhere, anywhere_for

    records, allowed = load(catalog), places or Places()
    if spec is not None:
        if flags:
            raise UsageError(f"a spec says its size and platform itself; leave out {', '.join(sorted(flags))}")
        return anywhere_for(records, allowed, _loaded(spec, (), records), models)
    output, options = options_from(flags)
    return anywhere(records, allowed, task, output, options, models)


def reconcile(
    actual: str | Path,
    *forecasts: str | Path,
    tag: str = "product",
    assets: Mapping[str, float] | None = None,
    exchange: Mapping[str, float] | None = None,
    catalog: Path | None = None,
) -> "Reconciliation":
    """An invoice in FOCUS columns beside forecasts: specs, saved plans (.json) or FOCUS tables (.csv).

    `tag` is the key of Tags that names the product, `assets` what was made of each in the period, `exchange` the USD
    that a unit of a billed currency is worth. Raises TokencostError, with every problem found.
    """
    from tokencost.planning.forecasts import reconciliation

    files = [Path(file) for file in forecasts]
    return reconciliation(load(catalog), Path(actual), files, tag=tag, assets=assets, usd=exchange)


def validate(*tables: str | Path, catalog: Path | None = None) -> "Validation":
    """Every row of tables of measurements (those shipped if none is named) beside its prediction, and the errors."""
    from tokencost.validation import validate as validating

    return validating.validate(load(catalog), [Path(table) for table in tables])


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
