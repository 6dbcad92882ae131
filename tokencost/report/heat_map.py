"""A metric over two axes: drawn in characters, and as a picture on a page; the darker, the more."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tokencost.report.blocks import Column, Grid, Row
from tokencost.report.escape import html
from tokencost.report.numbers import number
from tokencost.spec.sweep import SweptAxis

LEVELS, PLAIN_LEVELS = "░▒▓█", ".:-=+*#@"
NOTHING = " "
"""Where no point keeps every limit."""
MOST_COLUMNS, MOST_ROWS = 48, 20
"""Cells that a terminal of 80 columns has room for."""
CELL_WIDTH, CELL_HEIGHT = 14, 22
"""Pixels of a cell on a page."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Cells row by row, the largest y first as on paper; infinite where nothing is known."""

    title: str
    x: Sequence[str]
    y: Sequence[str]
    cells: Sequence[Sequence[float]]

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the most that is known; 0 and 0 where nothing is."""
        known = [value for row in self.cells for value in row if math.isfinite(value)]
        return (min(known), max(known)) if known else (0.0, 0.0)

    def share(self, value: float) -> float:
        """Where a value lies between the ends, on a logarithmic scale where all are positive."""
        low, high = self.ends
        if high <= low:
            return 0.0
        return math.log(value / low) / math.log(high / low) if low > 0 else (value - low) / (high - low)


def heat_map(title: str, x: SweptAxis, y: SweptAxis, cells: Sequence[Sequence[float]]) -> HeatMap:
    """The least of neighbouring cells, where there are more than can be shown."""
    columns, rows = _cuts(len(x.values.texts), MOST_COLUMNS), _cuts(len(y.values.texts), MOST_ROWS)
    shown = [
        [min(min(row[left:right]) for row in cells[low:high]) for left, right in pairwise(columns)]
        for low, high in pairwise(rows)
    ]
    names = [[told(axis, at) for at in cuts[:-1]] for axis, cuts in ((x, columns), (y, rows))]
    return HeatMap(title, names[0], names[1][::-1], shown[::-1])


def told(axis: SweptAxis, at: int) -> str:
    """A value of an axis as people read it: four digits of a number."""
    values = axis.values
    return f"{number(values.numbers[at])} {values.unit}".strip() if values.numbers else values.texts[at]


def _cuts(length: int, most: int) -> list[int]:
    parts = min(length, most)
    return [n * length // parts for n in range(parts + 1)]


def grid(found: HeatMap, x: str, y: str, levels: str) -> Grid:
    """In characters; a row of them for each value of y."""
    heading = f"{x}: {found.x[0]} … {found.x[-1]}"
    rows = tuple(
        Row(cells=(label, "".join(_character(found, value, levels) for value in row)))
        for label, row in zip(found.y, found.cells, strict=True)
    )
    return Grid(columns=(Column(name=y, figures=True), Column(name=heading)), rows=rows)


def _character(found: HeatMap, value: float, levels: str) -> str:
    if not math.isfinite(value):
        return NOTHING
    return levels[min(int(found.share(value) * len(levels)), len(levels) - 1)]


def picture(found: HeatMap, x: str, y: str, ends: tuple[str, str]) -> str:
    """As a drawing in the colours of the page; each cell says its value where the pointer rests."""
    wide, high = CELL_WIDTH * len(found.x), CELL_HEIGHT * len(found.y)
    cells = "".join(
        _rectangle(found, column, row, value)
        for row, values in enumerate(found.cells)
        for column, value in enumerate(values)
        if math.isfinite(value)
    )
    caption = f"{x} from {found.x[0]} to {found.x[-1]}, {y} from {found.y[-1]} (below) to {found.y[0]} (above)"
    label = f"{found.title}: {ends[0]} (pale) to {ends[1]} (dark)"
    return (
        f'<figure><svg role="img" aria-label="{html(label)}" viewBox="0 0 {wide} {high}" width="{wide}" '
        f'style="max-width:100%;height:auto;border:1px solid currentColor">{cells}</svg>'
        f"<figcaption>{html(label)}; {html(caption)}.</figcaption></figure>"
    )


def _rectangle(found: HeatMap, column: int, row: int, value: float) -> str:
    opacity = f"{0.08 + 0.87 * found.share(value):.2f}"
    told = html(f"{found.x[column]}, {found.y[row]}: {value:.4g}")
    return (
        f'<rect x="{column * CELL_WIDTH}" y="{row * CELL_HEIGHT}" width="{CELL_WIDTH}" height="{CELL_HEIGHT}" '
        f'fill="currentColor" fill-opacity="{opacity}"><title>{told}</title></rect>'
    )
