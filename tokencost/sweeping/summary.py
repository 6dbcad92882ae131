"""What a sweep comes to, gathered chunk by chunk: ranges, the best points, the Pareto front, a map.

A part knows only its own rows; parts are put together in the order of the rows, so that the same sweep gives the same
summary however it was cut and wherever it was computed. Of equal points the first counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from tokencost.sweeping.chunks import ROW, Chunk, Columns, place_on
from tokencost.sweeping.fronts import front, least
from tokencost.sweeping.metrics import FEASIBLE
from tokencost.sweeping.sweep import Sweep

BINADE = 4096
"""Bins of a doubling, for medians: they are told to within a part in 8,000."""
SHIFT = 40
"""Bits of a number below its bin: 52 of the mantissa, less those that tell 4,096 bins apart."""


@dataclass(slots=True)
class Spread:
    """The range of a metric, and how many values fall into each bin, as arrays."""

    low: float = float("inf")
    high: float = float("-inf")
    bins: Any = ()
    counts: Any = ()


@dataclass(slots=True)
class Points:
    """Rows and what is compared of them, one line per row."""

    rows: Any
    values: Any


@dataclass(slots=True)
class Summary:
    """Everything that is told of a sweep; `best` is by axis and name, `cells` the least of a map, rows by columns."""

    rows: int
    feasible: int
    spreads: dict[str, Spread]
    top: Points
    pareto: Points
    best: dict[tuple[str, int], Points]
    cells: Any


def part_of(sweep: Sweep, chunk: Chunk, columns: Columns) -> Summary:
    """The summary of one chunk."""
    import numpy as np

    rows = columns[ROW] if ROW in columns else np.arange(chunk.first, chunk.first + chunk.rows)
    good = np.asarray(columns[FEASIBLE], bool)
    said = sweep.loaded.said
    kept = rows if good.all() else rows[good]
    values = {name: np.asarray(columns[name], float) for name in sweep.compared}
    if len(kept) < len(rows):
        values = {name: column[good] for name, column in values.items()}
    by = values[said.top.by] * (-1.0 if said.top.most else 1.0)
    return Summary(
        rows=len(rows),
        feasible=len(kept),
        spreads={name: _spread(np.asarray(columns[name], float)) for name in sweep.metrics if name != FEASIBLE},
        top=_picked(kept, by[:, None], least(by, said.top.count)),
        pareto=_pareto(sweep, kept, values),
        best=_best(sweep, kept, by),
        cells=_cells(sweep, kept, values),
    )


def _picked(rows: Any, values: Any, at: Any) -> Points:
    return Points(rows[at], values[at])


def _pareto(sweep: Sweep, rows: Any, values: Mapping[str, Any]) -> Points:
    """Less is better of every column."""
    import numpy as np

    said = sweep.loaded.said.pareto
    columns = [values[name] for name in said.minimise or ()] + [-values[name] for name in said.maximise or ()]
    at = front(columns)
    return Points(rows[at], np.stack([column[at] for column in columns], axis=1))


def _best(sweep: Sweep, rows: Any, by: Any) -> dict[tuple[str, int], Points]:
    """The best row of every name on every axis of names."""
    import numpy as np

    found: dict[tuple[str, int], Points] = {}
    for number, axis in enumerate(sweep.names):
        if len(axis.values.texts) > 1 and len(rows):
            first, last = (place_on(sweep, number, rows[[end]]) for end in (0, -1))
            if rows[-1] - rows[0] < prod(sweep.size[number + 1 :]) and first == last:
                found[axis.name, int(first[0])] = _picked(rows, by[:, None], least(by, 1))
                continue
            here = place_on(sweep, number, rows)
            for n in np.bincount(here).nonzero()[0].tolist():
                own = (here == n).nonzero()[0]
                found[axis.name, n] = _picked(rows, by[:, None], own[least(by[own], 1)])
    return found


def _cells(sweep: Sweep, rows: Any, values: Mapping[str, Any]) -> Any:
    """The least value of every cell of the map."""
    import numpy as np

    said = sweep.loaded.said.heat_map
    if said is None:
        return None
    names = [axis.name for axis in sweep.axes]
    x, y = names.index(said.x), names.index(said.y)
    found = np.full((sweep.size[y], sweep.size[x]), np.inf)
    value = values[said.value]
    known = ~np.isnan(value)
    at = [place_on(sweep, number, rows[known]) for number in (y, x)]
    np.minimum.at(found, tuple(at), value[known])
    return found


def _spread(values: Any) -> Spread:
    import numpy as np

    if not len(values):
        return Spread()
    low, high = float(values.min()), float(values.max())
    if np.isnan(low):
        values = values[~np.isnan(values)]
        if not len(values):
            return Spread()
        low, high = float(values.min()), float(values.max())
    if low == high:
        return Spread(low, high, np.asarray([low + 0.0]).view(np.int64) >> SHIFT, np.asarray([len(values)]))
    codes = (values + 0.0).view(np.int64)
    codes >>= SHIFT
    first = int(codes.min())
    codes -= first
    counts = np.bincount(codes)
    full = counts.nonzero()[0]
    return Spread(low, high, full + first, counts[full])


def joined(sweep: Sweep, parts: Sequence[Summary]) -> Summary:
    """Parts that follow each other as one."""
    import numpy as np

    said = sweep.loaded.said
    top = _together([part.top for part in parts])
    pareto = _together([part.pareto for part in parts])
    best: dict[tuple[str, int], Points] = {}
    for key in sorted({key for part in parts for key in part.best}):
        one = _together([part.best[key] for part in parts if key in part.best])
        best[key] = _picked(one.rows, one.values, least(one.values[:, 0], 1))
    cells = None
    for part in parts:
        cells = part.cells if cells is None else np.minimum(cells, part.cells)
    return Summary(
        rows=sum(part.rows for part in parts),
        feasible=sum(part.feasible for part in parts),
        spreads={name: _merged([part.spreads[name] for part in parts]) for name in parts[0].spreads},
        top=_picked(top.rows, top.values, least(top.values[:, 0], said.top.count)),
        pareto=_picked(pareto.rows, pareto.values, front([*pareto.values.T])),
        best=best,
        cells=cells,
    )


def _together(parts: Sequence[Points]) -> Points:
    import numpy as np

    return Points(np.concatenate([part.rows for part in parts]), np.concatenate([part.values for part in parts]))


def _merged(parts: Sequence[Spread]) -> Spread:
    import numpy as np

    low, high = min(part.low for part in parts), max(part.high for part in parts)
    bins, at = np.unique(np.concatenate([np.asarray(part.bins, np.int64) for part in parts]), return_inverse=True)
    counts = np.zeros(len(bins), np.int64)
    np.add.at(counts, at, np.concatenate([np.asarray(part.counts, np.int64) for part in parts]))
    return Spread(low, high, bins, counts)


def median(found: Spread) -> float | None:
    """The middle value, as the middle of its bin: within a part in 8,000; None where nothing is known."""
    import numpy as np

    edges = (np.asarray(found.bins, np.int64) << SHIFT).view(np.float64)
    if not len(edges):
        return None
    order = np.argsort(edges)
    seen = np.cumsum(np.asarray(found.counts)[order])
    at = order[np.searchsorted(seen, seen[-1] / 2)]
    beyond = float(np.asarray([(int(found.bins[at]) + 1) << SHIFT]).view(np.float64)[0])
    return min(max((float(edges[at]) + beyond) / 2, found.low), found.high)
