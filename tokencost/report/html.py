"""Reports as one page of HTML that needs nothing else: readable in light and dark, on paper, and without scripts."""

from collections.abc import Iterator, Sequence

from tokencost.counting.tokens import TokenCount
from tokencost.nouns.answer import Comparison, Estimate, Plan
from tokencost.nouns.check import Checked
from tokencost.report import content, content_run, numbers, sentences
from tokencost.report.blocks import Answer, Bars, Block, Blocks, Bullets, Command, Facts, Grid, Row, present
from tokencost.report.escape import html

MARKS = {"": "", "yes": '<span class="yes">✔</span> ', "no": '<span class="no">✘</span> '}
STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1e; --paper: #fff; --line: #d0d0d5; --bar: #3b6fd4; --yes: #1a7f37;
  --no: #b3261e; --open: #8a5a00; --quiet: #60606a }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8ea; --paper: #17171a; --line: #3c3c44; --bar: #7aa2f0;
  --yes: #4ac26b; --no: #ff7b72; --open: #e3b341; --quiet: #a0a0aa } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 70rem;
  margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.25rem; line-height: 1.35; overflow-wrap: anywhere } h2 { font-size: 1rem; margin: 1.5rem 0 .25rem }
.good { color: var(--yes) } .bad { color: var(--no) } .open { color: var(--open) }
.yes { color: var(--yes) } .no { color: var(--no) } .quiet { color: var(--quiet) }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line) }
.figure { text-align: right; white-space: nowrap } code { overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0 }
dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: .25rem .75rem; align-items: center }
.track { height: .8rem; border: 1px solid var(--line) } .bar { height: 100%; background: var(--bar);
  print-color-adjust: exact; -webkit-print-color-adjust: exact }
@media print { :root { --ink: #000; --paper: #fff; --line: #999; --yes: #000; --no: #000; --open: #000; --quiet: #333 }
  body { margin: 0; max-width: none } tr, dl, .bars { break-inside: avoid } .wide { overflow: visible } }
"""


def plans(answer: Sequence[Plan]) -> str:
    """Plans as a page; the chosen candidate's phases are drawn."""
    return page(tuple(block for plan in answer for block in (*content.of_plan(plan), *_drawn(plan))))


def comparison(answer: Comparison) -> str:
    """A comparison as a page."""
    return page(content.of_comparison(answer))


def checks(answer: Sequence[Checked]) -> str:
    """Checks as a page, with the candidates of every spec."""
    details = (block for check in answer for block in (*content.of_plan(check.plan), *_drawn(check.plan)))
    return page((*content.of_checks(answer), *details))


def estimate(answer: Estimate) -> str:
    """An estimate as a page."""
    return page(content_run.of_estimate(answer))


def tokens(answer: TokenCount) -> str:
    """A token count as a page."""
    return page(content_run.of_tokens(answer))


def _drawn(plan: Plan) -> Blocks:
    chosen = sentences.recommended(plan)
    run = chosen.estimate if chosen else None
    return present(Bars(title=f"time by phase, {run.model}", bars=content_run.bars(run.phases))) if run else ()


def page(blocks: Blocks) -> str:
    """A whole document; its title is the answer."""
    title = next((block.text for block in blocks if isinstance(block, Answer)), "tokencost")
    body = "\n".join(line for block in blocks for line in _lines(block))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _lines(block: Block) -> Iterator[str]:
    if not isinstance(block, Answer | Command) and block.title:
        yield f"<h2>{html(block.title)}</h2>"
    match block:
        case Answer():
            yield f'<h1 class="{block.tone}">{html(block.text)}</h1>'
        case Bullets():
            yield from _bullets(block)
        case Grid():
            yield from _grid(block)
        case Facts():
            pairs = "".join(f"<dt>{html(name)}</dt><dd>{html(value)}</dd>" for name, value in block.pairs)
            yield f"<dl>{pairs}</dl>"
        case Bars():
            yield f'<div class="bars">{"".join(_bar(*bar) for bar in block.bars)}</div>'
        case Command():
            yield f'<p class="quiet">{html(block.lead)}: <code>{html(block.command)}</code></p>'


def _bullets(block: Bullets) -> Iterator[str]:
    yield "<ul>"
    for item in block.items:
        below = "".join(f"<li>{html(remark)}</li>" for remark in item.remarks)
        yield f"<li>{MARKS[item.mark]}{html(item.text)}{f'<ul>{below}</ul>' if below else ''}</li>"
    yield "</ul>"


def _grid(block: Grid) -> Iterator[str]:
    classes = [' class="figure"' if column.figures else "" for column in block.columns]
    head = "".join(f"<th{c}>{html(column.name)}</th>" for c, column in zip(classes, block.columns, strict=True))
    yield f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    yield from (_row(row, classes) for row in block.rows)
    yield "</tbody></table></div>"


def _row(row: Row, classes: Sequence[str]) -> str:
    first, *rest = (html(cell) for cell in row.cells)
    below = "".join(f'<div class="quiet">{html(remark)}</div>' for remark in row.remarks)
    cells = [f"{MARKS[row.mark]}{first}{below}", *rest]
    return f"<tr>{''.join(f'<td{c}>{cell}</td>' for c, cell in zip(classes, cells, strict=True))}</tr>"


def _bar(label: str, share: float, figure: str) -> str:
    width = numbers.plain(round(100 * share, 2))
    track = f'<div class="track"><div class="bar" style="width:{width}%"></div></div>'
    return f'<span>{html(label)}</span>{track}<span class="figure">{html(figure)}</span>'
