"""What all pages with charts share: a line at the top, the places that charts are drawn in, a line at the end."""

from collections.abc import Callable, Mapping, Sequence

from tokencost import __version__
from tokencost.report.escape import html
from tokencost.report.html import table, text
from tokencost.report.numbers import Json
from tokencost.report.page.charts import Chart
from tokencost.report.page.document import document
from tokencost.report.run_json import Fields

Named = Callable[[str], str]
"""A name as an id of the page, its own for every plan of it."""


def framed(title: str, body: str, data: Mapping[str, Json]) -> str:
    """A page with charts."""
    toggle = '<button type="button" id="theme" hidden>Dark</button>'
    last = f"tokencost {html(__version__)}; this page loads nothing and sends nothing."
    return document(
        title,
        f'<div class="top"><p>tokencost</p>{toggle}</div>\n{body}\n<footer class="quiet"><p>{last}</p></footer>',
        {**data},
    )


def figures(found: Sequence[Chart], named: Named, *, level: int) -> str:
    """Charts under a heading of their own."""
    if not found:
        return ""
    drawn = "\n".join(_figure(chart, named, level + 1) for chart in found)
    return f'<h{level}>Charts</h{level}>\n<div class="charts">\n{drawn}\n</div>'


def _figure(chart: Chart, named: Named, level: int) -> str:
    """A place for the script to draw in, and the same figures for everybody."""
    name, title, says = named(chart.id), html(chart.title), text(chart.says)
    hint = f'<p class="quiet">{text(chart.hint)}</p>' if chart.hint else ""
    return (
        f'<figure class="chart"><figcaption><h{level}>{title}</h{level}><p>{says}</p>{hint}</figcaption>\n'
        f'<div class="choices" id="{name}-choices" role="group" aria-label="{title}" hidden></div>\n'
        f'<div class="plot" hidden><canvas id="{name}" data-chart="{name}" role="img" tabindex="0" '
        f'aria-label="{title}: {says} Arrow keys read the points."></canvas></div>\n'
        '<p class="unseen" role="status"></p>\n'
        f"<details><summary>Figures</summary>{table(chart.figures)}</details></figure>"
    )


def data_of(found: Sequence[Chart], named: Named) -> Fields:
    """What the script draws, by the id of its place."""
    return {named(chart.id): chart.data for chart in found}
