"""Blocks as HTML: readable in light and dark, on paper, and without scripts."""

import re
from collections.abc import Iterator, Sequence

from tokencost.report import numbers
from tokencost.report.blocks import Answer, Bars, Block, Blocks, Bullets, Command, Facts, Grid, Row
from tokencost.report.escape import html
from tokencost.report.page.document import document

MARKS = {"": "", "yes": '<span class="yes">✔</span> ', "no": '<span class="no">✘</span> '}
SAID = {"yes": '<span class="unseen">yes: </span>', "no": '<span class="unseen">no: </span>', "": ""}
BROKEN = re.compile(r"(?<=[0-9]) (?=(?:%|[a-zA-Z/]{1,5}\b|×))|(?<=×) (?=[0-9])")
"""A space before a unit, or around the sign between two figures."""
MANY = 13
"""Points from which a list is folded below its title: more than the turns of a choice that a report shows."""


def page(blocks: Blocks) -> str:
    """A whole document; its title is the answer."""
    return document(title_of(blocks), body(blocks))


def title_of(blocks: Sequence[Block]) -> str:
    """The first answer."""
    return next((block.text for block in blocks if isinstance(block, Answer)), "tokencost")


def body(blocks: Sequence[Block], level: int = 1) -> str:
    """Blocks one after the other; an answer is a heading of this level, and titles are one below."""
    return "\n".join(line for block in blocks for line in _lines(block, level))


def text(words: str) -> str:
    """Text in which no line ends between a figure and its unit."""
    return BROKEN.sub("\u00a0", html(words))


def _lines(block: Block, level: int) -> Iterator[str]:
    folded = isinstance(block, Bullets) and block.title and len(block.items) >= MANY
    if not isinstance(block, Answer | Command) and block.title and not folded:
        yield f"<h{level + 1}>{html(block.title)}</h{level + 1}>"
    match block:
        case Answer():
            yield f'<h{level} class="answer {block.tone}">{text(block.text)}</h{level}>'
        case Bullets():
            yield f"<details><summary>{html(block.title)}</summary>" if folded else ""
            yield from _bullets(block)
            yield "</details>" if folded else ""
        case Grid():
            yield table(block)
        case Facts():
            pairs = "".join(f"<dt>{html(name)}</dt><dd>{text(value)}</dd>" for name, value in block.pairs)
            yield f"<dl>{pairs}</dl>"
        case Bars():
            yield f'<div class="bars">{"".join(_bar(*bar) for bar in block.bars)}</div>'
        case Command():
            yield f'<p class="quiet">{html(block.lead)}: <code>{html(block.command)}</code></p>'


def _bullets(block: Bullets) -> Iterator[str]:
    yield "<ul>"
    for item in block.items:
        below = "".join(f"<li>{text(remark)}</li>" for remark in item.remarks)
        yield f"<li>{MARKS[item.mark]}{text(item.text)}{f'<ul>{below}</ul>' if below else ''}</li>"
    yield "</ul>"


def table(block: Grid) -> str:
    """A table that scrolls by itself where the page is too narrow for it; its first column names the rows."""
    classes = [' class="figure"' if column.figures else "" for column in block.columns]
    named = zip(classes, block.columns, strict=True)
    head = "".join(f'<th scope="col"{kind}>{html(column.name)}</th>' for kind, column in named)
    title = html(block.title or ", ".join(column.name for column in block.columns))
    rows = "\n".join(_row(row, classes) for row in block.rows)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{title}"><table>\n'
        f'<caption class="unseen">{title}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n'
        "</tbody></table></div>"
    )


def _row(row: Row, classes: Sequence[str]) -> str:
    first, *rest = (text(cell) for cell in row.cells)
    marked = f"{MARKS[row.mark]}{SAID[row.mark]}{first}"
    cells = "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(classes[1:], rest, strict=True))
    line = f'<tr><th scope="row"{classes[0]}>{marked}</th>{cells}</tr>'
    if not row.remarks:
        return line
    below = "".join(f"<div>{text(remark)}</div>" for remark in row.remarks)
    return f'{line}\n<tr class="remarks"><td colspan="{len(classes)}">{below}</td></tr>'


def _bar(label: str, share: float, figure: str) -> str:
    """Drawn as an attribute, because a page's policy refuses styles inside of elements."""
    width = numbers.plain(round(100 * share, 2))
    track = f'<svg class="track" aria-hidden="true"><rect class="bar" width="{width}%" height="100%"/></svg>'
    return f'<span>{html(label)}</span>{track}<span class="figure">{html(figure)}</span>'
