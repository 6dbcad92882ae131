"""Reports of all models over a range of sizes: curves drawn in characters, and where the best model changes."""

import math
from collections.abc import Sequence

from tokencost.planning.ranging import By, Crossing, Curve, Ranged
from tokencost.report import answers_json, html, markdown, numbers, sentences, table
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Facts, Grid, Item, Row, present
from tokencost.report.csv_table import written
from tokencost.report.numbers import Json, plain, stable
from tokencost.report.run_json import platform_fields

LEVELS = "▁▂▃▄▅▆▇█"
PLAIN_LEVELS = ".:-=+*#@"
"""The same for terminals that have no blocks; the scale is logarithmic and common to all models."""
GAP = "·"
TITLES: dict[By, str] = {"cost": "cost per asset", "latency": "time of a request"}
BESTS: dict[By, str] = {"cost": "cheapest", "latency": "fastest"}
COLUMNS = ("model", "family", "side_px", "usd_per_asset", "request_seconds")


def as_table(found: Ranged, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    look = table.Look(width=max(width, table.SMALLEST), color=color, ascii_only=ascii_only)
    return table.render(_blocks(found, PLAIN_LEVELS if ascii_only else LEVELS), look)


def as_markdown(found: Ranged) -> str:
    """In Markdown."""
    return markdown.render(_blocks(found, LEVELS))


def as_html(found: Ranged) -> str:
    """A page."""
    return html.page(_blocks(found, LEVELS))


def as_json(found: Ranged) -> str:
    """For programs: every curve, every crossing."""
    fields: dict[str, Json] = {
        "schema": "tokencost.compare-range/1", **answers_json.made_with(found.seal),
        "task": found.task,
        "platform": platform_fields(found.platform),
        "sides": [stable(side) for side in found.sides],
        "step": stable(found.step),
        "models": [
            {
                "model": curve.model, "family": curve.family,
                "per_asset_usd": [stable(value) for value in curve.cost],
                "latency_s": [stable(value) for value in curve.latency],
            }
            for curve in found.curves
        ],
        "crossings": [
            {
                "by": one.by, "kept": stable(one.kept), "side": stable(one.side), "before": one.before,
                "after": one.after,
            }
            for one in found.crossings
        ],
    }  # fmt: skip
    return answers_json.written(fields)


def as_csv(found: Ranged) -> str:
    """One row per model and side."""
    return written(COLUMNS, (
        {
            "model": curve.model, "family": curve.family, "side_px": plain(side), "usd_per_asset": plain(cost),
            "request_seconds": plain(latency),
        }
        for curve in found.curves
        for side, cost, latency in zip(found.sides, curve.cost, curve.latency, strict=True)
    ))  # fmt: skip


def _blocks(found: Ranged, levels: str) -> Blocks:
    sides = f"{numbers.count(found.sides[0])} to {numbers.count(found.sides[-1])} pixels"
    count = f"{len(found.curves)} models from {sides}, square"
    head = "; ".join(f"{BESTS[by]}: {_course(found, by)}" for by in BESTS)
    return present(
        Answer(text=f"{count}; {head}"),
        Facts(pairs=(
            ("platform", sentences.platform(found.platform)),
            ("curves", f"{len(found.sides)} sides, one character each, logarithmic, {GAP} where a model cannot"),
            *sentences.made_with(found.seal),
        )),
        *(Bullets(title=f"{BESTS[by]} by size", items=tuple(_item(one) for one in _of(found, by))) for by in BESTS),
        *(_grid(found, by, levels) for by in BESTS),
    )  # fmt: skip


def _of(found: Ranged, by: By) -> list[Crossing]:
    return [one for one in found.crossings if one.by == by]


def _course(found: Ranged, by: By) -> str:
    """The best models in their order."""
    changes = _of(found, by)
    if not changes:
        return _first(found, by) or "none"
    return " → ".join(name or "none" for name in (changes[0].before, *(one.after for one in changes)))


def _first(found: Ranged, by: By) -> str:
    known = [(values[0], one.model) for one in found.curves if (values := getattr(one, by))[0] is not None]
    return str(min(known)[1]) if known else ""


def _item(one: Crossing) -> Item:
    before, after = one.before or "no model", one.after or "no model"
    return Item(text=f"{before} up to {numbers.count(one.kept)} px, {after} from {numbers.count(one.side)} px")


def _grid(found: Ranged, by: By, levels: str) -> Grid:
    """A curve per model, with its figures at both ends of what it can make."""
    known = [float(v) for one in found.curves for v in getattr(one, by) if v is not None]
    low, high = (math.log(min(known)), math.log(max(known))) if known else (0.0, 1.0)
    columns = (
        Column(name="model"), Column(name="small to large"), Column(name="least", figures=True),
        Column(name="most", figures=True),
    )  # fmt: skip
    rows = tuple(_row(one, by, levels, (low, high)) for one in found.curves if any(getattr(one, by)))
    return Grid(title=TITLES[by], columns=columns, rows=rows)


def _row(curve: Curve, by: By, levels: str, ends: tuple[float, float]) -> Row:
    values: Sequence[float | None] = getattr(curve, by)
    known = [value for value in values if value is not None]
    shown = numbers.usd if by == "cost" else numbers.time
    drawn = "".join(GAP if value is None else _level(float(value), levels, ends) for value in values)
    return Row(cells=(curve.model, drawn, shown(min(known)), shown(max(known))))


def _level(value: float, levels: str, ends: tuple[float, float]) -> str:
    low, high = ends
    share = (math.log(value) - low) / (high - low) if high > low else 0.0
    return levels[min(int(share * len(levels)), len(levels) - 1)]
