"""What changed between two sides, line by line, and which cause moved how much.

The two ends are what the sides come to. In between the spec and the records of one side are mixed with those of the
other, cause by cause. What a saved result was computed with is no longer there: its spec is computed again with
today's program and records, and the distance from what was saved is the part of prices, catalogue or version.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tokencost.catalog.digest import digest
from tokencost.catalog.kinds import KINDS
from tokencost.catalog.load import Catalog
from tokencost.deciding.allowance import another_model, any_change, increase_limit
from tokencost.deciding.attribution import Vector, apportioned, attributed, groups_of
from tokencost.errors import UsageError
from tokencost.nouns.answer import Line, Violation
from tokencost.nouns.change import Altered, Cause, Change, Compared, LineChange, Measure, MeasureName, Outcome
from tokencost.planning.drift import drift_of
from tokencost.planning.normal import mixed, spec_causes
from tokencost.planning.sides import Side, outcome_with
from tokencost.planning.vector import LINE, MEASURES, grid_of, vector
from tokencost.reading.files import contents
from tokencost.spec.allowance import allowance
from tokencost.spec.trace import LARGEST_FILE

HOUR = 3600.0
Judge = Callable[[Change], list[Violation]]
PRICES = ("prices", "api_prices")


def changed(old: Side, new: Side) -> Change:
    """The change from one side to the other; every amount is the sum of the parts of its causes."""
    causes = [
        *spec_causes(old.fields, new.fields),
        *_trace_causes(old, new),
        *_catalog_causes(old.catalog, new.catalog),
    ]
    names = tuple(n for n in MEASURES if getattr(old.outcome, n) is not None and getattr(new.outcome, n) is not None)
    if not names:
        return Change(
            name=new.title, old=old.name, new=new.name, before=old.outcome, after=new.outcome, causes=tuple(causes),
            method="none", measures=(), lines=(),
        )  # fmt: skip
    value = functools.cache(functools.partial(_value, old, new, tuple(causes), names))
    ends = _end(old, value(frozenset())), _end(new, value(frozenset(range(len(causes)))))
    groups = groups_of(len(causes), value)
    parts, method = attributed(groups, value)
    drift = drift_of(old, new, ends, names)
    told = (*(_joined(causes, group) for group in groups), *(cause for cause, _ in drift))
    shared = [*parts, *(part for _, part in drift)]
    return Change(
        name=new.title, old=old.name, new=new.name, before=old.outcome, after=new.outcome, causes=told,
        method="one cause" if len(told) == 1 else method, measures=_measures(old.outcome, new.outcome, names, shared),
        lines=_lines(old.outcome, new.outcome, names, shared),
    )  # fmt: skip


def compared(old: Side, new: Side, judges: Sequence[Judge] = ()) -> Compared:
    """The change, and what each judge has against it."""
    change = changed(old, new)
    violations = tuple(violation for judge in judges for violation in judge(change))
    return Compared(change=change, violations=violations, seal=new.catalog.seal)


def judges_named(names: Sequence[str]) -> list[Judge]:
    """What `--fail-on` asks: increase, change, recommendation, or how much may grow; raises UsageError otherwise."""
    return [_judge(name) for name in names]


def _judge(text: str) -> Judge:
    named: dict[str, Judge] = {"change": any_change, "recommendation": another_model}
    if text in named:
        return named[text]
    try:
        allowed = allowance("0 %" if text == "increase" else text)
    except ValueError as error:
        raise UsageError(f"--fail-on: {error}; or increase, change, recommendation") from error
    return lambda change: increase_limit(change, allowed)


def _end(side: Side, found: Vector | None) -> Vector:
    if found is None:
        raise UsageError(f"{side.name}: its spec has no cost with today's catalogue, so no causes can be told apart")
    return found


def _value(
    old: Side, new: Side, causes: tuple[Cause, ...], names: tuple[MeasureName, ...], chosen: frozenset[int]
) -> Vector | None:
    """What the plan would come to if only these causes had happened."""
    if not chosen or len(chosen) == len(causes):
        end = (new if len(chosen) == len(causes) and causes else old).computed
        return vector(end, names) if end else None
    happened = [causes[n] for n in sorted(chosen)]
    paths = {one.path for cause in happened for one in cause.altered}
    spec = mixed(old.fields, new.fields, [cause for cause in happened if cause.kind == "spec"])
    folder = new.folder if "traffic.trace" in paths else old.folder
    kinds = {path.partition("/")[0] for cause in happened if cause.kind != "spec" for path in _paths(cause)}
    found = outcome_with(spec, folder, _mixed_catalog(old.catalog, new.catalog, kinds))
    return vector(found, names) if found else None


def _paths(cause: Cause) -> list[str]:
    return [one.path for one in cause.altered]


def _mixed_catalog(old: Catalog, new: Catalog, kinds: set[str]) -> Catalog:
    """The old records, with those of some kinds as they are on the new side."""
    if old.index == new.index:
        return new
    return Catalog({kind: (new if kind in kinds else old).index[kind] for kind in old.index})


def _trace_causes(old: Side, new: Side) -> list[Cause]:
    """A trace of the same name with other arrivals."""
    name = new.fields.get("traffic.trace")
    if not name or name != old.fields.get("traffic.trace"):
        return []
    before, after = (contents(side.folder / str(name), LARGEST_FILE) for side in (old, new))
    if before == after:
        return []
    texts = (f"{name} ({digest(data.hex())[:7]})" for data in (before, after))
    return [Cause(kind="spec", altered=(Altered(path="traffic.trace", before=next(texts), after=next(texts)),))]


def _catalog_causes(old: Catalog, new: Catalog) -> list[Cause]:
    """Records that differ, one cause for each kind of record."""
    found = []
    for kind in KINDS:
        before, after = old.index[kind], new.index[kind]
        names = sorted(name for name in {**before, **after} if before.get(name) != after.get(name))
        differing = tuple(_altered_record(kind, name, before.get(name), after.get(name)) for name in names)
        if differing:
            found.append(Cause(kind="price" if kind in PRICES else "catalogue", altered=differing))
    return found


def _altered_record(kind: str, name: str, before: Any, after: Any) -> Altered:
    return Altered(path=f"{kind}/{name}", before=record_text(kind, before), after=record_text(kind, after))


def record_text(kind: str, record: Mapping[str, Any] | None) -> str:
    """The price in force, else a fingerprint; empty where there is no such record."""
    if record is None:
        return ""
    if kind == "prices":
        return f"{record['noun']['lines'][-1]['price'] * HOUR:.6g} USD/h"
    return digest(record)[:7]


def _joined(causes: Sequence[Cause], group: Sequence[int]) -> Cause:
    """Causes that can be computed only together, as one of the first one's kind."""
    return Cause(kind=causes[group[0]].kind, altered=tuple(one for n in group for one in causes[n].altered))


def _measures(old: Outcome, new: Outcome, names: Sequence[MeasureName], parts: Sequence[Vector]) -> tuple[Measure, ...]:
    found = []
    lines = _lines(old, new, names, parts)
    for name in names:
        grid = grid_of(old, new, name)
        before, after = grid.whole(getattr(old, name)), grid.whole(getattr(new, name))
        if name == names[-1] and lines:
            shares = [sum(grid.whole(line.parts[n]) for line in lines) for n in range(len(parts))]
        else:
            shares = apportioned([part.get(name, 0.0) / grid.step for part in parts], after - before)
        found.append(
            Measure(
                name=name, step=grid.step, before=grid.usd(before), after=grid.usd(after),
                parts=tuple(map(grid.usd, shares)),
            )
        )  # fmt: skip
    return tuple(found)


def _lines(old: Outcome, new: Outcome, names: Sequence[MeasureName], parts: Sequence[Vector]) -> tuple[LineChange, ...]:
    """The last measure by line of the bill: those of the two sides, and those that were there only in between."""
    grid, ends = grid_of(old, new, names[-1]), [vector(side, names) or {} for side in (old, new)]
    keys = [key for key in dict.fromkeys(key for one in (*ends, *parts) for key in one) if key.startswith(LINE)]
    totals = [grid.whole(getattr(side, names[-1])) for side in (old, new)]
    before, after = (
        apportioned([end.get(key, 0.0) / grid.step for key in keys], total)
        for end, total in zip(ends, totals, strict=True)
    )
    found = []
    for key, was, now in zip(keys, before, after, strict=True):
        shares = apportioned([part.get(key, 0.0) / grid.step for part in parts], now - was)
        if was or now or any(shares):
            name = key.removeprefix(LINE)
            found.append(
                LineChange(
                    name=name, old=_called(old.lines, name), new=_called(new.lines, name), before=grid.usd(was),
                    after=grid.usd(now), parts=tuple(map(grid.usd, shares)),
                )
            )  # fmt: skip
    return tuple(found)


def _called(lines: Sequence[Line], name: str) -> Line | None:
    return next((line for line in lines if line.name == name), None)
