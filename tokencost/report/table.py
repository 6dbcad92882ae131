"""Reports for a terminal: the answer first, figures in columns, stacked where the window is narrow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokencost.counting.tokens import TokenCount
from tokencost.nouns.answer import Comparison, Estimate, Plan
from tokencost.nouns.check import Checked
from tokencost.report import content, content_run
from tokencost.report.blocks import Answer, Bars, Block, Blocks, Bullets, Command, Facts, Grid, Row, present
from tokencost.report.escape import terminal
from tokencost.report.layout import bar, column_widths, columns_kept, hang, lines_of_row, measure, pad
from tokencost.report.sentences import recommended

SMALLEST = 24
"""Places of the narrowest window that is laid out for."""
SHORTEST_BAR, LONGEST_BAR = 8, 40
"""Places of the longest bar of a chart: with fewer nothing is seen, with more nothing else."""
MARKS = {"": "", "yes": "✔ ", "no": "✘ "}
ASCII_MARKS = {"": "", "yes": "+ ", "no": "x "}
NOTHING = ("–", "-", "")
"""Cells that say nothing."""
COLORS = {"good": "1;32", "bad": "1;31", "open": "1;33", "yes": "32", "no": "31", "strong": "1", "quiet": "2", "": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a terminal can show."""

    width: int
    color: bool
    ascii_only: bool

    def text(self, written: str) -> str:
        """Any text, harmless and in the terminal's characters."""
        return terminal(written, ascii_only=self.ascii_only)

    def paint(self, shown: str, style: str) -> str:
        """`shown` in a colour, if there are colours."""
        return f"\x1b[{COLORS[style]}m{shown}\x1b[0m" if self.color and COLORS[style] else shown

    def mark(self, mark: str) -> str:
        """The sign in front of what is kept or broken."""
        return (ASCII_MARKS if self.ascii_only else MARKS)[mark]


def plans(answer: Sequence[Plan], *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """Plans for a terminal."""
    look = _look(width, color, ascii_only)
    return "\n".join(render(_with_bars(plan), look) for plan in answer)


def _with_bars(plan: Plan) -> Blocks:
    """A plan with the phases of the chosen model drawn in front of its candidates."""
    blocks, chosen = content.of_plan(plan), recommended(plan)
    if chosen is None or chosen.estimate is None:
        return blocks
    drawn = Bars(title=f"time of a request, {chosen.model}", bars=content_run.bars(chosen.estimate.phases))
    place = next((n for n, block in enumerate(blocks) if isinstance(block, Grid)), len(blocks))
    return present(*blocks[:place], drawn, *blocks[place:])


def comparison(answer: Comparison, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """A comparison for a terminal."""
    return render(content.of_comparison(answer), _look(width, color, ascii_only))


def checks(answer: Sequence[Checked], *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """Checks for a terminal."""
    return render(content.of_checks(answer), _look(width, color, ascii_only))


def estimate(answer: Estimate, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """An estimate for a terminal."""
    return render(content_run.of_estimate(answer), _look(width, color, ascii_only))


def tokens(answer: TokenCount, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """A token count for a terminal."""
    return render(content_run.of_tokens(answer), _look(width, color, ascii_only))


def _look(width: int, color: bool, ascii_only: bool) -> Look:
    return Look(width=max(width, SMALLEST), color=color, ascii_only=ascii_only)


def render(blocks: Blocks, look: Look) -> str:
    """Blocks below each other; an empty line around those that have a title or columns."""
    lines: list[str] = []
    apart = False
    for block in blocks:
        before, apart = apart, _stands_apart(block)
        shown = list(_lines(block, look))
        lines += ["", *shown] if lines and shown and (before or apart) else shown
    return "\n".join(lines) + "\n"


def _stands_apart(block: Block) -> bool:
    return isinstance(block, Grid | Command | Facts | Bars) or (isinstance(block, Bullets) and bool(block.title))


def _lines(block: Block, look: Look) -> Iterator[str]:
    match block:
        case Answer():
            for line in hang("", look.text(block.text), look.width):
                yield look.paint(line, block.tone)
        case Bullets():
            yield from _bullets(block, look)
        case Grid():
            yield from _grid(block, look)
        case Facts():
            yield from _facts(block, look)
        case Bars():
            yield from _bars(block, look)
        case Command():
            yield from hang(f"{block.lead}: ", look.text(block.command), look.width)


def _title(title: str, look: Look) -> Iterator[str]:
    yield from (look.paint(line, "strong") for line in hang("", look.text(title), look.width) if title)


def _bars(block: Bars, look: Look) -> Iterator[str]:
    """Figures and what they are to each other; only where there are several, and room to see it."""
    names = max((measure(look.text(label)) for label, _, _ in block.bars), default=0)
    figures = max((measure(look.text(figure)) for _, _, figure in block.bars), default=0)
    room = min(look.width - names - figures - 6, LONGEST_BAR)
    if len(block.bars) < 2 or room < SHORTEST_BAR:
        return
    yield from _title(block.title, look)
    for label, share, figure in block.bars:
        head = f"  {pad(look.text(label), names)}  {pad(look.text(figure), figures, right=True)}"
        yield f"{head}  {look.text(bar(share, room))}"


def _bullets(block: Bullets, look: Look) -> Iterator[str]:
    yield from _title(block.title, look)
    for item in block.items:
        lead = look.mark(item.mark) or "- "
        first, *rest = hang(lead, look.text(item.text), look.width)
        yield look.paint(first, item.mark)
        yield from (look.paint(line, item.mark) for line in rest)
        for remark in item.remarks:
            yield from hang("    ", look.text(remark), look.width)


def _facts(block: Facts, look: Look) -> Iterator[str]:
    yield from _title(block.title, look)
    margin = "  " if block.title else ""
    longest = max(measure(look.text(name)) for name, _ in block.pairs)
    for name, value in block.pairs:
        yield from hang(f"{margin}{pad(look.text(name), longest)}  ", look.text(value), look.width)


def _grid(block: Grid, look: Look) -> Iterator[str]:
    """Columns side by side; text columns without room move below their row, and at last everything does."""
    margin = 2 if any(row.mark for row in block.rows) else 0
    cells = [[look.text(column.name) for column in block.columns]]
    cells += [[look.text(cell) for cell in row.cells] for row in block.rows]
    kept = columns_kept(cells, [column.figures for column in block.columns], look.width - margin)
    beside = [[row[n] for n in kept] for row in cells]
    fitted = column_widths(beside, look.width - margin)
    if fitted is None:
        yield from _stacked(block, cells[0], cells[1:], look)
        return
    moved = [", ".join(c for n, c in enumerate(row) if n not in kept and c not in NOTHING) for row in cells[1:]]
    figures = [block.columns[n].figures for n in kept]
    yield from _heading(list(lines_of_row(beside[0], figures, *fitted)), margin + _total(*fitted), margin, look)
    for row, shown, below in zip(block.rows, beside[1:], moved, strict=True):
        lead = look.mark(row.mark) or " " * margin
        for n, line in enumerate(lines_of_row(shown, figures, *fitted)):
            yield look.paint(" " * margin if n else lead, row.mark) + line
        yield from hang("    ", below, look.width) if below else ()
        yield from _remarks(row, look)


def _total(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def _heading(lines: Sequence[str], width: int, margin: int, look: Look) -> Iterator[str]:
    yield from (look.paint(" " * margin + line, "strong") for line in lines)
    yield look.paint(look.text("─") * width, "quiet")


def _stacked(block: Grid, head: list[str], body: list[list[str]], look: Look) -> Iterator[str]:
    """One record below the other, a line for each figure that is known; above them what they are."""
    longest = max(measure(name) for name in head)
    yield from (look.paint(line, "quiet") for line in hang("", head[0], look.width) if head[0])
    for row, cells in zip(block.rows, body, strict=True):
        for n, line in enumerate(hang(look.mark(row.mark), cells[0], look.width)):
            yield look.paint(line, row.mark or "strong") if not n else line
        for name, cell in zip(head[1:], cells[1:], strict=True):
            if cell not in NOTHING:
                yield from hang(f"  {pad(name, longest)}  ", cell, look.width)
        yield from _remarks(row, look)


def _remarks(row: Row, look: Look) -> Iterator[str]:
    for remark in row.remarks:
        for line in hang("    ", look.text(remark), look.width):
            yield look.paint(line, "quiet")
