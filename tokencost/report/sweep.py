"""Reports of a sweep in every format: the best points, the front, ranges, and a map."""

from typing import Any

from tokencost.report import answers_json, heat_map, html, markdown, table
from tokencost.report.content_sweep import drawn_of, of_sweep, said_of
from tokencost.report.numbers import Json, stable
from tokencost.sweeping.chunks import places
from tokencost.sweeping.running import Swept
from tokencost.sweeping.summary import Points, Spread, median
from tokencost.sweeping.sweep import overrides_at
from tokencost.sweeping.tables import heading


def as_table(found: Swept, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    look = table.Look(width=max(width, table.SMALLEST), color=color, ascii_only=ascii_only)
    return table.render(of_sweep(found, heat_map.PLAIN_LEVELS if ascii_only else heat_map.LEVELS), look)


def as_markdown(found: Swept) -> str:
    """In Markdown."""
    return markdown.render(of_sweep(found))


def as_html(found: Swept) -> str:
    """A page, with the map as a picture."""
    drawn = drawn_of(found)
    page = html.page(of_sweep(found))
    return page.replace("</main>", f"{heat_map.picture(*drawn)}\n</main>", 1) if drawn else page


def as_json(found: Swept) -> str:
    """For programs: axes, ranges, best points and the whole front."""
    sweep, summary, said = found.sweep, found.summary, found.sweep.loaded.said
    fields: dict[str, Json] = {
        "schema": "tokencost.sweep/1", **answers_json.made_with(sweep.catalog.seal),
        "name": said.name,
        "points": sweep.points,
        "rows": summary.rows,
        "feasible": summary.feasible,
        "output": str(found.target) if found.target else None,
        "axes": [
            {"name": axis.name, "field": axis.path, "unit": axis.values.unit or None, "values": len(axis.values.texts)}
            for axis in sweep.axes
        ],
        "columns": [*(heading(axis) for axis in sweep.axes), *sweep.metrics],
        "metrics": {name: _spread(spread) for name, spread in summary.spreads.items()},
        "top": {"by": said.top.by, "most": said.top.most, "points": _points(found, summary.top, (said.top.by,))},
        "pareto": {
            "minimise": list(said.pareto.minimise or ()), "maximise": list(said.pareto.maximise or ()),
            "points": _points(found, summary.pareto, said_of(found)),
        },
        "best": [
            {"axis": name, "value": _name(found, name, n), "points": _points(found, points, (said.top.by,))}
            for (name, n), points in summary.best.items()
        ],
    }  # fmt: skip
    return answers_json.written(fields)


def _at(found: Swept, row: int) -> dict[str, Json]:
    at: Any = places(found.sweep, row)
    return {axis.name: axis.values.texts[int(n)] for axis, n in zip(found.sweep.axes, at, strict=True)}


def _set(found: Swept, row: int) -> Json:
    """What `--set` takes to plan this point alone."""
    model, said = overrides_at(found.sweep, [int(at) for at in places(found.sweep, row)])
    return [f"candidates=[{model}]", *said]


def _name(found: Swept, axis: str, n: int) -> str:
    return next(one for one in found.sweep.names if one.name == axis).values.texts[n]


def _spread(spread: Spread) -> Json:
    middle = median(spread)
    return {
        "min": None if middle is None else stable(spread.low), "median": stable(middle),
        "max": None if middle is None else stable(spread.high),
    }  # fmt: skip


def _points(found: Swept, points: Points, names: tuple[str, ...]) -> list[Json]:
    return [
        {
            "row": int(row), "at": _at(found, int(row)), "set": _set(found, int(row)),
            "metrics": {name: stable(abs(float(value))) for name, value in zip(names, values, strict=True)},
        }
        for row, values in zip(points.rows, points.values, strict=True)
    ]  # fmt: skip
