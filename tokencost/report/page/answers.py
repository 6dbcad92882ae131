"""Pages of the answers that are no plans: a comparison, a capacity plan, an estimate, a count of tokens."""

from collections.abc import Sequence

from tokencost.counting.tokens import TokenCount
from tokencost.nouns.answer import Comparison, Estimate
from tokencost.planning.capacity import CapacityPlan
from tokencost.report import capacity, content, content_run
from tokencost.report.blocks import Blocks
from tokencost.report.html import body, page, title_of
from tokencost.report.page import charts, fleets
from tokencost.report.page.charts import Chart
from tokencost.report.page.frame import data_of, figures, framed


def comparison(answer: Comparison) -> str:
    """All models side by side, with charts."""
    found = [*charts.of_choice(answer.candidates), *charts.of_phases(answer.candidates)]
    return _drawn(content.of_comparison(answer), [*found, *charts.of_latency(answer.candidates)])


def capacity_plan(answer: CapacityPlan) -> str:
    """Fleets, with a chart."""
    return _drawn(capacity.of_capacity(answer), fleets.of_fleets(answer))


def estimate(answer: Estimate) -> str:
    """One request; its phases are drawn without a script."""
    return page(content_run.of_estimate(answer))


def tokens(answer: TokenCount) -> str:
    """A count of tokens."""
    return page(content_run.of_tokens(answer))


def _drawn(blocks: Blocks, found: Sequence[Chart]) -> str:
    """The answer, its charts, then everything else."""
    first, *rest = blocks
    text = "\n".join((body((first,)), body(rest), figures(found, str, level=2)))
    return framed(title_of(blocks), text, {"charts": data_of(found, str), "panels": {}})
