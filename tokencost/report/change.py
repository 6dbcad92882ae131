"""Reports of a change in every format."""

from tokencost.nouns.change import Compared
from tokencost.report import html, markdown, table
from tokencost.report.answers_json import made_with, written
from tokencost.report.change_json import change_fields
from tokencost.report.content_change import of_compared
from tokencost.report.numbers import Json, stable
from tokencost.report.run_json import Fields


def as_table(found: Compared, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    look = table.Look(width=max(width, table.SMALLEST), color=color, ascii_only=ascii_only)
    return table.render(of_compared(found), look)


def as_markdown(found: Compared) -> str:
    """In Markdown."""
    return markdown.render(of_compared(found))


def as_html(found: Compared) -> str:
    """A page."""
    return html.page(of_compared(found))


def as_json(found: Compared) -> str:
    """For programs; the parts of an amount, read as decimals, add up to its change."""
    violations: list[Json] = [
        {"rule": v.constraint, "message": v.message, "actual": stable(v.actual), "limit": stable(v.limit)}
        for v in found.violations
    ]
    head: Fields = {
        "schema": "tokencost.diff/1",
        **made_with(found.seal),
        "passed": not violations,
        "violations": violations,
    }
    return written(head | change_fields(found.change))
