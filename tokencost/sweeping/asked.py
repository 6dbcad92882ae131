"""What is asked of the points: columns, filters and orders, each a name that exists, with the nearest where it is not.

A bound in a filter is read in the unit of what it bounds: `cost.per_asset_usd <= 0.01 USD`, `price < 2 USD/h`.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tokencost.errors import Problem, SpecError
from tokencost.reading.document import Path
from tokencost.spec.sweep import Comparison, LoadedSweep, SweptAxis
from tokencost.sweeping.metrics import DEFAULT, FEASIBLE, METRICS, NAMES, WITH_TRAFFIC
from tokencost.units import Unit, quoted

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, ">": lambda a, b: a > b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


def asked_for(
    loaded: LoadedSweep, axes: Sequence[SweptAxis], *, traffic: bool
) -> tuple[tuple[str, ...], tuple[Comparison, ...]]:
    """Columns and filters; raises SpecError for names that there are not and bounds that cannot be read."""
    said = loaded.said
    problems = [
        *_unknown(loaded, ("metrics",), said.metrics or ()),
        *_unknown(loaded, ("pareto", "minimise"), said.pareto.minimise or ()),
        *_unknown(loaded, ("pareto", "maximise"), said.pareto.maximise or ()),
        *_unknown(loaded, ("top", "by"), [said.top.by]),
        *_unknown(loaded, ("heat_map", "value"), [said.heat_map.value] if said.heat_map else []),
        *_unreadable(loaded, axes),
    ]
    if problems:
        raise SpecError(*problems)
    return said.metrics or ((*DEFAULT, *WITH_TRAFFIC) if traffic else DEFAULT), said.where


def _unknown(loaded: LoadedSweep, place: Path, names: Sequence[str]) -> Iterator[Problem]:
    listed = isinstance(_at(loaded.document.data, place), list)
    for n, name in enumerate(names):
        if name not in NAMES:
            at = (*place, n) if listed else place
            yield loaded.document.problem(at, f"no metric is called {quoted(name)}; {_near(name, NAMES)}")


def _at(data: Any, place: Path) -> Any:
    for part in place:
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _near(name: str, known: Sequence[str]) -> str:
    found = difflib.get_close_matches(name.lower()[:100], known, 1, 0.4)
    return f"did you mean {found[0]}?" if found else f"there are {', '.join(known)}"


def _unreadable(loaded: LoadedSweep, axes: Sequence[SweptAxis]) -> Iterator[Problem]:
    listed = isinstance(loaded.document.data.get("where"), list)
    for n, one in enumerate(loaded.said.where):
        at: Path = ("where", n) if listed else ("where",)
        by_name = {axis.name: axis for axis in axes}
        if one.name not in by_name and one.name not in NAMES:
            known = [*by_name, *NAMES]
            yield loaded.document.problem(
                at, f"{quoted(one.name)} is neither axis nor metric; {_near(one.name, known)}"
            )
            continue
        try:
            bound_of(one, by_name.get(one.name))
        except ValueError as error:
            yield loaded.document.problem(at, str(error))


def bound_of(one: Comparison, axis: SweptAxis | None) -> float | str:
    """The bound in the unit of its column: a number, or a name; raises ValueError for what cannot be compared."""
    if axis is not None:
        return _bound_of_axis(one, axis)
    if one.name == FEASIBLE:
        if one.bound.lower() not in ("true", "false"):
            raise ValueError(f"feasible is true or false, not {quoted(one.bound)}")
        return float(one.bound.lower() == "true")
    unit = METRICS[one.name].unit if one.name in METRICS else ""
    return _number(one.bound, unit)


def _bound_of_axis(one: Comparison, axis: SweptAxis) -> float | str:
    if not axis.values.numbers:
        if one.operator not in ("==", "!="):
            raise ValueError(f"{axis.name} is a name; it can be == or != another")
        if one.bound not in axis.values.texts:
            raise ValueError(
                f"{quoted(one.bound)} is not on the axis {axis.name}; {_near(one.bound, axis.values.texts)}"
            )
        return one.bound
    number, unit = _parts(one.bound)
    if unit != axis.values.unit:
        raise ValueError(f"{axis.name} is in {axis.values.unit or 'no unit'}; write the bound in it too")
    return number


def _parts(text: str) -> tuple[float, str]:
    number, _, unit = text.partition(" ")
    return Unit("").parse(number if not number else float(number)), unit.strip()


def _number(text: str, unit: str) -> float:
    if unit == "USD/h":
        return Unit("USD/s").parse(text) * 3600.0
    return Unit("").parse(float(text)) if not unit else Unit(unit).parse(text)
