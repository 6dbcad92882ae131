"""What the report of a change says: the totals, what moved them, the lines of the bill, and what else is another."""

from collections.abc import Sequence

from tokencost.deciding.causes import cause_text
from tokencost.nouns.answer import Line
from tokencost.nouns.change import Change, Compared, LineChange, Measure, Outcome
from tokencost.report import numbers
from tokencost.report.blocks import Answer, Block, Blocks, Bullets, Column, Facts, Grid, Item, Row, present
from tokencost.report.sentences import made_with

UNITS = {"per_asset": "$/asset", "per_month": "$/month"}
CALLED = {"per_asset": "per asset", "per_month": "per month"}
METHODS = {
    "none": "",
    "one cause": "",
    "shapley": "Each cause has the mean of its effect over all orders of the causes.",
    "in order": "Each cause has the effect it adds to the causes above it.",
}


def of_compared(found: Compared) -> Blocks:
    """The whole report."""
    broken = tuple(Item(text=violation.message, mark="no") for violation in found.violations)
    head = Answer(text=headline(found.change), tone="bad" if broken else "good")
    return present(head, Bullets(items=broken), *of_change(found.change), Facts(pairs=made_with(found.seal)))


def of_change(change: Change) -> tuple[Block, ...]:
    """What moved the cost, and what else changed."""
    method = tuple(Item(text=text) for text in (METHODS[change.method],) if text)
    return causes(change), Bullets(items=method), lines(change), outcomes(change.before, change.after)


def headline(change: Change) -> str:
    """`poster: $0.0005 → $0.002 per asset (+0.0015, +300 %)`, and the same of the month."""
    told = ", ".join(_measure(measure) for measure in change.measures)
    return f"{change.name}: {told or 'the cost is not known on both sides'}"


def _measure(measure: Measure) -> str:
    called, grown = CALLED[measure.name], measure.after - measure.before
    if not round(grown / measure.step):
        return f"{exact(measure.after, measure.step)} {UNITS[measure.name]}, unchanged"
    share = f", {grown / measure.before:+.1%}".replace("%", " %") if measure.before else ""
    amounts = f"${exact(measure.before, measure.step)} → ${exact(measure.after, measure.step)}"
    return f"{amounts} {called} ({signed(grown, measure.step)}{share})"


def exact(amount: float, step: float) -> str:
    """All places down to the step, so that printed parts add up to what is printed below them."""
    return f"{amount:,.{_places(step)}f}"


def signed(amount: float, step: float) -> str:
    """With its sign; nothing has none."""
    return f"{amount:+,.{_places(step)}f}" if round(amount / step) else "0"


def _places(step: float) -> int:
    return max(0, round(-float(f"{step:e}".partition("e")[2])))


def causes(change: Change) -> Grid:
    """From before to after, cause by cause."""
    columns = (Column(name="what changed"), *(Column(name=UNITS[m.name], figures=True) for m in change.measures))
    before = Row(cells=("before", *(exact(m.before, m.step) for m in change.measures)))
    after = Row(cells=("after", *(exact(m.after, m.step) for m in change.measures)))
    rows = [
        Row(cells=(cause_text(one), *(signed(measure.parts[n], measure.step) for measure in change.measures)))
        for n, one in enumerate(change.causes)
    ]
    return Grid(title="causes", columns=columns, rows=(before, *rows, after) if change.measures else tuple(rows))


def lines(change: Change) -> Grid:
    """Every line of the bill before and after, with what moved it where there are several lines and causes."""
    if not change.measures:
        return Grid(columns=(), rows=())
    measure = change.measures[-1]
    columns = (Column(name="line"), *(Column(name=name, figures=True) for name in ("before", "after", "change")))
    rows = tuple(_line(line, change, measure.step) for line in change.lines)
    return Grid(title=f"line items, {UNITS[measure.name]}", columns=columns, rows=rows)


def _line(line: LineChange, change: Change, step: float) -> Row:
    grown = signed(line.after - line.before, step)
    cells = (line.name, exact(line.before, step), exact(line.after, step), grown)
    several = len(change.lines) > 1 and len(change.causes) > 1
    moved = zip(change.causes, line.parts, strict=True) if several else ()
    parts = tuple(f"{signed(part, step)} {cause_text(one)}" for one, part in moved if round(part / step))
    return Row(cells=cells, remarks=(*_quantities(line.old, line.new), *parts))


def _quantities(old: Line | None, new: Line | None) -> Sequence[str]:
    texts = [quantity(line) if line else "nothing" for line in (old, new)]
    return [texts[0]] if texts[0] == texts[1] else [f"{texts[0]} → {texts[1]}"]


def quantity(line: Line) -> str:
    """`6,570 GPU h/month at 1.8 USD/h`."""
    price = f" at {numbers.number(line.price)} {line.price_unit}" if line.price is not None else ", no price known"
    return f"{numbers.number(line.quantity)} {line.unit}{price}"


def outcomes(before: Outcome, after: Outcome) -> Grid:
    """The model, its latency and its fleet on both sides."""
    sides = [
        (
            ("model", f"{side.model} ({side.family})"),
            ("feasible", "yes" if side.feasible else "no"),
            ("p95", numbers.time(side.p95) if side.p95 is not None else numbers.DASH),
            ("GPUs", numbers.count(side.gpus) if side.gpus is not None else numbers.DASH),
            ("memory", numbers.size(side.memory) if side.memory is not None else numbers.DASH),
        )
        for side in (before, after)
    ]
    columns = (Column(name="what it comes to"), Column(name="before"), Column(name="after"))
    rows = tuple(Row(cells=(name, was, now)) for (name, was), (_, now) in zip(*sides, strict=True))
    return Grid(title="", columns=columns, rows=rows)
