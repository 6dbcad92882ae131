"""Reports in Markdown, for a pull request, a job summary or a page: tables are rectangular, names are never markup.

They fit into a comment; what is left out of a report that does not, and in which order, stands in `fitting`.
"""

from collections.abc import Iterator, Sequence

from tokencost.counting.tokens import TokenCount
from tokencost.nouns.answer import Comparison, Estimate, Plan
from tokencost.nouns.check import Checked
from tokencost.report import content, content_run
from tokencost.report.blocks import Answer, Bars, Block, Blocks, Bullets, Command, Facts, Grid
from tokencost.report.escape import code, markdown, markdown_line
from tokencost.report.fitting import fitted

LIMIT = 60_000
"""Characters: GitHub refuses comments of more than 65,536, and whoever posts one adds a line."""
MARKS = {"": "", "yes": "✅ ", "no": "❌ "}


def plans(answer: Sequence[Plan]) -> str:
    """Plans in Markdown."""
    return render(content.of_plans(answer))


def comparison(answer: Comparison) -> str:
    """A comparison in Markdown."""
    return render(content.of_comparison(answer))


def checks(answer: Sequence[Checked]) -> str:
    """Checks in Markdown."""
    return render(content.of_checks(answer))


def estimate(answer: Estimate) -> str:
    """An estimate in Markdown."""
    return render(content_run.of_estimate(answer))


def tokens(answer: TokenCount) -> str:
    """A token count in Markdown."""
    return render(content_run.of_tokens(answer))


def render(blocks: Blocks, heading: str = "") -> str:
    """Blocks with an empty line between them, in no more than LIMIT characters."""

    def joined(shown: Blocks, note: str) -> str:
        parts = [heading, *("\n".join(_lines(block)) for block in shown), note]
        return "\n\n".join(part for part in parts if part) + "\n"

    return fitted(blocks, joined, LIMIT)


def commented(blocks: Blocks, title: str) -> str:
    """A report as a comment, below a title if there is one."""
    return render(blocks, f"### {markdown(title)}" if title else "")


def _lines(block: Block) -> Iterator[str]:
    if not isinstance(block, Answer | Command | Bars) and block.title:
        yield from (f"**{markdown_line(block.title)}**", "")
    match block:
        case Answer():
            yield f"**{markdown_line(block.text)}**"
        case Bullets():
            yield from _bullets(block)
        case Grid():
            yield from _grid(block)
        case Facts():
            yield from (f"- {markdown_line(name)}: {markdown(value)}" for name, value in block.pairs)
        case Bars():
            return
        case Command():
            yield f"{block.lead}: {code(block.command)}"


def _bullets(block: Bullets) -> Iterator[str]:
    for item in block.items:
        yield f"- {MARKS[item.mark]}{markdown(item.text)}" if item.mark else f"- {markdown_line(item.text)}"
        yield from (f"  - {markdown_line(remark)}" for remark in item.remarks)


def _grid(block: Grid) -> Iterator[str]:
    remarked = any(row.remarks for row in block.rows)
    head = (*(column.name for column in block.columns), *(("why not",) if remarked else ()))
    figures = (*(column.figures for column in block.columns), *((False,) if remarked else ()))
    rows = [(*row.cells, *(("; ".join(row.remarks),) if remarked else ())) for row in block.rows]
    yield from _table(head, figures, rows, [MARKS[row.mark] for row in block.rows])


def _table(
    head: Sequence[str], figures: Sequence[bool], rows: Sequence[Sequence[str]], leads: Sequence[str] = ()
) -> Iterator[str]:
    yield _row(head)
    yield "|" + "|".join("---:" if figure else "---" for figure in figures) + "|"
    for n, row in enumerate(rows):
        yield _row(row, leads[n] if leads else "")


def _row(cells: Sequence[str], lead: str = "") -> str:
    first, *rest = (markdown(cell) for cell in cells)
    return "| " + " | ".join([lead + first, *rest]) + " |"
