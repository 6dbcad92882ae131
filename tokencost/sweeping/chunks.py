"""Rows in pieces of bounded size: which there are, and the columns of one, from settings whose numbers are arrays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from tokencost.sweeping.asked import COMPARE, bound_of
from tokencost.sweeping.fields import Moved, Setting, shaped
from tokencost.sweeping.judging import Judged, judged, one, point_by_point
from tokencost.sweeping.metrics import FEASIBLE, column, under_load
from tokencost.sweeping.preparing import cell_at
from tokencost.sweeping.sweep import Cell, Sweep

LARGEST = 500_000
"""Rows of a chunk at most: some tens of megabytes of columns and of what they are computed from."""
LONGEST = 100.0
"""Milliseconds that a chunk may take, roughly: what a killed sweep loses, and how often one hears of its progress."""
TIMED, BY_LAW, SIMULATED = 1.0, 0.1, 20.0
"""Milliseconds that a shape takes to be timed, and a load to be sized, roughly."""
SIZING = ("traffic", "latency", "assume")
"""Parts of a spec on which the size of a fleet depends."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows: the values `low` to `high` of one axis, for a fixed value of every axis before it."""

    number: int
    before: tuple[int, ...]
    low: int
    high: int
    first: int
    rows: int


Columns = Mapping[str, Any]
"""Arrays by name, one value per row that the filters keep; `row` is its number among all rows of the sweep."""
ROW = "row"


def chunks_of(sweep: Sweep, largest: int = LARGEST) -> list[Chunk]:
    """Every chunk in the order of the rows."""
    size = sweep.size
    inner = [prod(size[n + 1 :]) for n in range(len(size))]
    times = [_milliseconds(sweep, n + 1) for n in range(len(size))]
    small = (n for n in range(len(size)) if inner[n] <= largest and times[n] <= LONGEST)
    cut = next(small, len(size) - 1)
    step = max(1, largest // inner[cut])
    if _takes_time(sweep, cut):
        step = max(1, min(step, int(LONGEST / times[cut])))
    found: list[Chunk] = []
    for outer in range(prod(size[:cut])):
        before = _unravel(outer, size[:cut])
        for low in range(0, size[cut], step):
            high = min(low + step, size[cut])
            first = (outer * size[cut] + low) * inner[cut]
            found.append(Chunk(len(found), before, low, high, first, (high - low) * inner[cut]))
    return found


def _takes_time(sweep: Sweep, number: int) -> bool:
    """Whether each value of an axis is computed by itself: names, shapes, and loads of a fleet."""
    if number < len(sweep.names) + len(sweep.shapes):
        return True
    return sweep.product.traffic is not None and sweep.axes[number].path.startswith(SIZING)


def _milliseconds(sweep: Sweep, begin: int) -> float:
    """What the values of all axes from one on take to compute, roughly."""
    shapes = len(sweep.names) + len(sweep.shapes)
    blocks = prod(sweep.size[begin:shapes]) if begin < shapes else 1
    if sweep.product.traffic is None:
        return TIMED * blocks
    loads = prod(
        length
        for n, (axis, length) in enumerate(zip(sweep.axes, sweep.size, strict=True))
        if n >= max(begin, shapes) and _takes_time(sweep, n)
    )
    return blocks * (TIMED + loads * (SIMULATED if sweep.simulates else BY_LAW))


def _unravel(number: int, size: tuple[int, ...]) -> tuple[int, ...]:
    at: list[int] = []
    for length in reversed(size):
        number, rest = divmod(number, length)
        at.append(rest)
    return tuple(reversed(at))


def columns_of(sweep: Sweep, chunk: Chunk) -> Columns:
    """Every metric of the rows of a chunk that the filters keep."""
    import numpy as np

    wanted = dict.fromkeys([*sweep.kept, *(one.name for one in sweep.where if one.name not in _axes(sweep))])
    found = {name: np.empty(chunk.rows, bool if name == FEASIBLE else float) for name in wanted}
    start = 0
    for part, shape in _parts(sweep, chunk):
        end = start + prod(shape)
        for name in wanted:
            found[name][start:end].reshape(shape)[...] = column(part, name)
        start = end
    return _kept(sweep, chunk, found) if sweep.where else found


def _axes(sweep: Sweep) -> set[str]:
    return {axis.name for axis in sweep.axes}


def _kept(sweep: Sweep, chunk: Chunk, found: dict[str, Any]) -> Columns:
    import numpy as np

    rows = np.arange(chunk.first, chunk.first + chunk.rows)
    keep = np.ones(chunk.rows, bool)
    for one_ in sweep.where:
        axis = next((axis for axis in sweep.axes if axis.name == one_.name), None)
        bound: Any = bound_of(one_, axis)
        if axis is None:
            keep &= COMPARE[one_.operator](found[one_.name], bound)
        else:
            values = np.asarray(axis.values.numbers or axis.values.texts)
            keep &= COMPARE[one_.operator](values, bound)[places(sweep, rows)[sweep.axes.index(axis)]]
    return {ROW: rows[keep], **{name: found[name][keep] for name in sweep.kept}}


def places(sweep: Sweep, rows: Any) -> tuple[Any, ...]:
    """Where rows stand on each axis: the position of its value."""
    import numpy as np

    return np.unravel_index(rows, sweep.size)


def places_in(sweep: Sweep, chunk: Chunk) -> list[Any]:
    """The same for all rows of a chunk, as 32-bit numbers, by repetition instead of division."""
    import numpy as np

    ends = _ends(sweep, chunk)
    shape = tuple(high - low for low, high in ends)
    found = []
    for n, (low, high) in enumerate(ends):
        line = np.arange(low, high, dtype=np.int32).reshape([-1 if m == n else 1 for m in range(len(ends))])
        found.append(np.broadcast_to(line, shape).reshape(-1))
    return found


def place_on(sweep: Sweep, number: int, rows: Any) -> Any:
    """Where rows stand on one axis."""
    return rows // prod(sweep.size[number + 1 :]) % sweep.size[number]


def _ends(sweep: Sweep, chunk: Chunk) -> list[tuple[int, int]]:
    """The part of every axis that a chunk covers."""
    rest = sweep.size[len(chunk.before) + 1 :]
    return [*((at, at + 1) for at in chunk.before), (chunk.low, chunk.high), *((0, length) for length in rest)]


def _parts(sweep: Sweep, chunk: Chunk) -> Iterator[tuple[Judged, tuple[int, ...]]]:
    """Cells and shapes of a chunk in order, each with the lengths of its numeric axes."""
    outside = len(sweep.names) + len(sweep.shapes)
    ends = _ends(sweep, chunk)
    outer, inner = ends[:outside], ends[outside:]
    shape = tuple(high - low for low, high in inner)
    for at in _every(outer):
        cell = cell_at(sweep, at[: len(sweep.names)])
        setting = cell.setting
        for axis, n in zip(sweep.shapes, at[len(sweep.names) :], strict=True):
            setting = shaped(axis.path, setting, axis.values.numbers[n])
        yield from _computed(sweep, cell, setting, inner, shape)


def _every(ends: list[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    if not ends:
        yield ()
        return
    for n in range(*ends[0]):
        for rest in _every(ends[1:]):
            yield (n, *rest)


def _computed(
    sweep: Sweep, cell: Cell, setting: Setting, inner: list[tuple[int, int]], shape: tuple[int, ...]
) -> Iterator[tuple[Judged, tuple[int, ...]]]:
    import numpy as np

    if cell.plain:
        for n, (moved, (low, high)) in enumerate(zip(sweep.moved, inner, strict=True)):
            lengths = [1] * len(inner)
            lengths[n] = high - low
            for part in moved:
                setting = part.change(setting, np.asarray(part.bases[low:high]).reshape(lengths))
        yield judged(sweep.catalog, cell.model, setting, under_load(sweep.kept)), shape
        return
    for at in _every(inner):
        found = point_by_point(sweep.catalog, cell.model, _moved_to(setting, sweep.moved, at))
        yield one(found, float(len(found.violations))), (1,)


def _moved_to(setting: Setting, moved: tuple[tuple[Moved, ...], ...], at: tuple[int, ...]) -> Setting:
    for parts, n in zip(moved, at, strict=True):
        for part in parts:
            setting = part.change(setting, part.bases[n])
    return setting
