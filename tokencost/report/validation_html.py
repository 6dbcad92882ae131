"""A validation as one page: what was predicted against what was measured, one point per row, then the errors.

A point on the diagonal is exact; the band around it is a factor of two. Hovering names the row.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tokencost.report import html, numbers
from tokencost.report.blocks import present
from tokencost.report.escape import html as escaped
from tokencost.report.validation import detailed, made_with, value_text
from tokencost.validation.rows import Outcome, Validation

TITLES = {
    "latency_s": "time, s",
    "images_per_s": "images per second",
    "tokens_per_s": "tokens per second",
    "peak_mem_gb": "memory, GB",
    "params": "parameters",
    "flops": "FLOP",
}
SIDE, MARGIN, FACTOR = 340.0, 52.0, 2.0
"""Sizes in pixels of the square of a plot and of the room for its axes; the ratio at the edge of the band."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Decades of a plot, the same along both axes."""

    low: int
    high: int

    def place(self, value: float) -> float:
        """Pixels from the lower end."""
        return (math.log10(value) - self.low) / (self.high - self.low) * SIDE


def page(answer: Validation) -> str:
    """The page of every report with the plots below its headline; `html` lets no name close a heading."""
    whole = html.page(present(*detailed(answer), made_with(answer)))
    return whole.replace("</h1>", f"</h1>\n{plots(answer)}", 1)


def plots(answer: Validation) -> str:
    """One plot per metric that was predicted."""
    drawn = []
    for metric, title in TITLES.items():
        points = [one for one in answer.outcomes if one.row.metric == metric and one.prediction]
        drawn += [plot(title, points)] if points else []
    legend = '<p class="quiet">filled: inside the predicted interval (counts: within 1 %); hollow: outside</p>'
    return f'<div class="plots">\n{"".join(drawn)}</div>\n{legend}' if drawn else ""


def plot(title: str, points: Sequence[Outcome]) -> str:
    """A square of decades with its points."""
    values = [v for one in points for v in (one.row.value, float(one.prediction.value) if one.prediction else 1.0)]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    scale, whole = Scale(low=low, high=max(high, low + 1)), SIDE + MARGIN + 12
    parts = [*_axes(scale), *_band(scale), *(_point(one, scale) for one in points)]
    return (
        f'<figure><svg viewBox="0 0 {whole:g} {whole:g}" role="img" aria-label="predicted against measured: '
        f'{escaped(title)}">\n{"".join(parts)}</svg><figcaption class="quiet">{escaped(title)}: measured to the right, '
        f"predicted upwards, {len(points):,} rows</figcaption></figure>\n"
    )


def _axes(scale: Scale) -> list[str]:
    every = max(1, math.ceil((scale.high - scale.low) / 8))
    lines = []
    for decade in range(scale.low, scale.high + 1, every):
        at, name = scale.place(10.0**decade), f"1e{decade}" if abs(decade) > 3 else numbers.plain(10.0**decade)
        x, y = MARGIN + at, 6 + SIDE - at
        lines.append(
            f'<line class="grid" x1="{x:.1f}" y1="6" x2="{x:.1f}" y2="{6 + SIDE:g}"/>'
            f'<line class="grid" x1="{MARGIN:g}" y1="{y:.1f}" x2="{MARGIN + SIDE:g}" y2="{y:.1f}"/>'
            f'<text x="{x:.1f}" y="{SIDE + 22:g}" text-anchor="middle">{name}</text>'
            f'<text x="{MARGIN - 6:g}" y="{y + 4:.1f}" text-anchor="end">{name}</text>\n'
        )
    return lines


def _band(scale: Scale) -> list[str]:
    """The diagonal, and a factor of two around it, cut at the edges of the square."""
    wide = math.log10(FACTOR) / (scale.high - scale.low) * SIDE
    left, top, right, bottom = MARGIN, 6.0, MARGIN + SIDE, 6 + SIDE
    corners = (
        (left, bottom), (left, bottom - wide), (right - wide, top), (right, top), (right, top + wide),
        (left + wide, bottom),
    )  # fmt: skip
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    line = f'<line class="exact" x1="{left:g}" y1="{bottom:g}" x2="{right:g}" y2="{top:g}"/>\n'
    return [f'<polygon class="band" points="{points}"/>', line]


def _point(one: Outcome, scale: Scale) -> str:
    found = one.prediction
    if found is None or one.ratio is None:
        return ""
    inside = float(found.low) <= one.row.value <= float(found.high) or abs(float(one.ratio) - 1) < 0.01
    x, y = MARGIN + scale.place(one.row.value), 6 + SIDE - scale.place(float(found.value))
    where = " ".join(part for part in (one.row.scope, one.row.component, one.row.gpu, one.row.engine) if part)
    figures = (
        f"{value_text(found.value, one.row.metric)} predicted, {value_text(one.row.value, one.row.metric)} measured"
    )
    title = escaped(f"{one.row.id} {one.row.model}, {where}: {figures}. {one.row.source}")
    kind = "in" if inside else "out"
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{title}</title></circle>\n'
