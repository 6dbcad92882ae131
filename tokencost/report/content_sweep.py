"""What the report of a sweep says."""

import shlex
from collections.abc import Callable, Mapping
from typing import Any

from tokencost.report import heat_map, numbers
from tokencost.report.blocks import Answer, Block, Blocks, Bullets, Column, Command, Facts, Grid, Item, Row, present
from tokencost.report.heat_map import told
from tokencost.report.sentences import made_with
from tokencost.spec.sweep import SweptAxis
from tokencost.sweeping.chunks import places
from tokencost.sweeping.metrics import METRICS
from tokencost.sweeping.running import Swept
from tokencost.sweeping.summary import Points, Spread, median
from tokencost.sweeping.sweep import overrides_at
from tokencost.units import Num

IN_FULL = 20
"""Points of the front that are shown; all are in JSON."""
PRINTERS: Mapping[str, Callable[[Num | None], str]] = {
    "s": numbers.time, "USD": numbers.usd, "USD/h": lambda value: f"{numbers.usd(value)}/h", "J": numbers.energy,
    "kg": numbers.carbon, "B": numbers.size, "FLOP": numbers.work, "1/s": lambda value: f"{numbers.number(value)}/s",
}  # fmt: skip


def shown(name: str, value: float | None) -> str:
    """A metric as people read it."""
    unit = METRICS[name].unit if name in METRICS else ""
    return PRINTERS.get(unit, numbers.number)(value)


def of_sweep(found: Swept, levels: str = heat_map.LEVELS) -> Blocks:
    """The best point, a map in characters, the best of every name, the front, the best points, and ranges."""
    summary, said = found.summary, found.sweep.loaded.said
    return present(
        Answer(text=_answer(found), tone="good" if summary.feasible else "bad"),
        Facts(pairs=(*_facts(found), *made_with(found.sweep.catalog.seal))),
        *_map(found, levels),
        *_best(found),
        *_points(found, f"best points by {said.top.by}", summary.top, (said.top.by,)),
        *_points(found, "Pareto front: points that no other beats", summary.pareto, said_of(found)),
        _ranges(found),
        *_confirmed(found),
    )


def _map(found: Swept, levels: str) -> Blocks:
    """What the characters of the map mean, and the map."""
    drawn = drawn_of(found)
    if drawn is None:
        return ()
    plan, x, y, (low, high) = drawn
    scale = f"{levels[0]} {low} to {levels[-1]} {high}, blank where no point keeps every limit"
    return (Bullets(title=f"{plan.title} by {x} and {y}", items=(Item(text=scale),)), heat_map.grid(plan, x, y, levels))


def _confirmed(found: Swept) -> Blocks:
    """The best point as a plan of its own, where the base spec is a file."""
    best, sweep = found.summary.top.rows, found.sweep
    if not len(best) or not isinstance(sweep.loaded.said.spec, str):
        return ()
    model, said = overrides_at(sweep, [int(at) for at in places(sweep, int(best[0]))])
    words = ["tokencost", "plan", sweep.loaded.base.file, "--quick", "--set", f"candidates=[{model}]"]
    words += [word for one in said for word in ("--set", one)]
    return (Command(lead="the best point as a plan", command=" ".join(map(shlex.quote, words))),)


Drawn = tuple[heat_map.HeatMap, str, str, tuple[str, str]]


def drawn_of(found: Swept) -> Drawn | None:
    """The map with the names of its axes and the figures at the ends of its scale; None where none is asked for."""
    said = found.sweep.loaded.said.heat_map
    if said is None:
        return None
    x, y = (next(axis for axis in found.sweep.axes if axis.name == name) for name in (said.x, said.y))
    drawn = heat_map.heat_map(f"least {said.value}", x, y, found.summary.cells.tolist())
    low, high = drawn.ends
    return drawn, x.name, y.name, (shown(said.value, low), shown(said.value, high))


def _answer(found: Swept) -> str:
    summary, said = found.summary, found.sweep.loaded.said
    if not summary.feasible:
        return f"{said.name}: none of {summary.rows:,} points keeps every limit"
    best, share = summary.top, summary.feasible / summary.rows
    head = f"{said.name}: {summary.feasible:,} of {summary.rows:,} points keep every limit ({share:.1%})"
    if not len(best.rows):
        return head
    at = ", ".join(f"{name} {value}" for name, value in point_of(found, int(best.rows[0])))
    return (
        f"{head}; the best costs {shown(said.top.by, abs(float(best.values[0][0])))}: {at}"
        if (said.top.by.startswith("cost."))
        else f"{head}; the best {said.top.by} is {shown(said.top.by, abs(float(best.values[0][0])))}: {at}"
    )


def _facts(found: Swept) -> tuple[tuple[str, str], ...]:
    sweep = found.sweep
    axes = "; ".join(f"{axis.name} ({_extent(axis)})" for axis in sweep.axes)
    kept = [f"{one.name} {one.operator} {one.bound}" for one in sweep.where]
    pairs = [("axes", axes), ("where", ", ".join(kept)), ("file", str(found.target) if found.target else "")]
    return tuple((name, text) for name, text in pairs if text)


def _extent(axis: SweptAxis) -> str:
    count = len(axis.values.texts)
    few = ", ".join(told(axis, n) for n in range(min(count, 3)))
    return few if count <= 3 else f"{told(axis, 0)} to {told(axis, count - 1)}, {count:,} values"


def said_of(found: Swept) -> tuple[str, ...]:
    """The metrics of the front in the order of its columns."""
    said = found.sweep.loaded.said.pareto
    return (*(said.minimise or ()), *(said.maximise or ()))


def point_of(found: Swept, row: int) -> list[tuple[str, str]]:
    """Where a row stands on every axis that has more than one value."""
    sweep = found.sweep
    at: Any = places(sweep, row)
    return [
        (axis.name, told(axis, int(n))) for axis, n in zip(sweep.axes, at, strict=True) if len(axis.values.texts) > 1
    ]


def _points(found: Swept, title: str, points: Points, names: tuple[str, ...]) -> Blocks:
    """How many there are, and the first of them."""
    count = len(points.rows)
    told = f"{count:,}" + (f", of which {IN_FULL} are shown" if count > IN_FULL else "")
    points = Points(points.rows[:IN_FULL], points.values[:IN_FULL])
    varied = [axis for axis in found.sweep.axes if len(axis.values.texts) > 1]
    columns = [Column(name=axis.name, figures=bool(axis.values.numbers)) for axis in varied]
    rows = []
    for row, values in zip(points.rows, points.values, strict=True):
        at = [text for _, text in point_of(found, int(row))]
        figures = [shown(name, abs(float(value))) for name, value in zip(names, values, strict=True)]
        rows.append(Row(cells=(*at, *figures)))
    heads = (*columns, *(Column(name=name, figures=True) for name in names))
    return (Bullets(title=title, items=(Item(text=told),)), Grid(columns=heads, rows=tuple(rows)))


def _best(found: Swept) -> list[Block]:
    """The best point of every name on an axis."""
    said, sweep = found.sweep.loaded.said, found.sweep
    blocks: list[Block] = []
    for axis in sweep.names:
        own = [
            (n, points) for (name, n), points in found.summary.best.items() if name == axis.name and len(points.rows)
        ]
        own.sort(key=lambda one: float(one[1].values[0][0]))
        items = tuple(Item(text=f"{told(axis, n)}: {_told(found, points, axis.name)}") for n, points in own[:IN_FULL])
        blocks.append(Bullets(title=f"best {said.top.by} by {axis.name}", items=items))
    return blocks


def _told(found: Swept, points: Points, without: str) -> str:
    at = ", ".join(f"{name} {text}" for name, text in point_of(found, int(points.rows[0])) if name != without)
    value = shown(found.sweep.loaded.said.top.by, abs(float(points.values[0][0])))
    return f"{value} at {at}" if at else value


def _ranges(found: Swept) -> Grid:
    heads = (Column(name="metric"), *(Column(name=name, figures=True) for name in ("least", "median", "most")))
    rows = tuple(_range(name, spread) for name, spread in found.summary.spreads.items())
    return Grid(title="all rows", columns=heads, rows=rows)


def _range(name: str, spread: Spread) -> Row:
    middle = median(spread)
    if middle is None:
        return Row(cells=(name, numbers.DASH, numbers.DASH, numbers.DASH))
    return Row(cells=(name, shown(name, spread.low), shown(name, middle), shown(name, spread.high)))
