"""A validation for people: how far off predictions are, where, and what could not be predicted."""

import math
from collections.abc import Iterable, Mapping
from itertools import groupby

from tokencost.report import markdown as page
from tokencost.report import numbers, sentences
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Command, Facts, Grid, Item, Row, Tone, present
from tokencost.report.table import SMALLEST, Look, render
from tokencost.units import Num
from tokencost.validation.rows import Errors, Outcome, Validation

COLUMNS = ("rows", "groups", "error", "90 % below", "bias", "covered")
HOW_TO_READ = (
    "error: the median of |ln(predicted / measured)| over groups, as a percentage; a group is one source, model and "
    "GPU, so large tables do not dominate",
    "90 % below: the 90th percentile of the same; bias: the typical prediction, above or below what was measured",
    "covered: the share of rows whose measured figure lies in the predicted interval, which claims 90 %; counts "
    "claim none, and neither they nor energies are part of the first line",
    "engines and GPUs were fitted to seven tenths of the shipped groups, chosen by the CRC-32 of their names modulo "
    "ten; the others are held out",
    "each group left out: constants fitted to all groups but one predict that one, in turn; --fit does it",
    "neither is wholly out of sample: the spread of each engine (source timing-by-hand) and the shape of the model "
    "were chosen with all rows in view; expect larger errors on software and GPUs that no row is about",
    "energy: joules of all GPUs for a batch; three constants (power/gpus) for every GPU are fitted to them, at the "
    "times that the planner predicts, so that errors of time are part of theirs",
    "constants (in seconds, or shares of a peak): believed before any measurement (tokencost/data/priors.csv), "
    "recorded in the catalogue, fitted to the rows here; records were fitted to further published tables as well",
)
SHOWN_IDS = 6


def table(answer: Validation, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """Errors by regime and GPU, the worst rows, and what was not predicted."""
    look = Look(width=max(width, SMALLEST), color=color, ascii_only=ascii_only)
    return render(present(*_summary(answer), made_with(answer)), look)


def made_with(answer: Validation) -> Facts:
    """What computed it; a page of documentation goes without, or every new record would change it."""
    return Facts(pairs=sentences.made_with(answer.seal))


def markdown(answer: Validation) -> str:
    """A page of documentation: the table's content, and errors by engine and model."""
    return page.render(detailed(answer), "# Accuracy")


def detailed(answer: Validation) -> Blocks:
    """Everything but the single rows."""
    first, *rest = _summary(answer)
    more = (grid("engine", answer.engines), grid("model", answer.models))
    return present(first, _how_to_read(), *rest, *more, _again(answer))


def _summary(answer: Validation) -> Blocks:
    return present(
        headline(answer),
        grid("times and energies", answer.uses),
        grid("regime", answer.regimes),
        grid("GPU", answer.gpus),
        _worst(answer),
        _missing(answer),
        _constants(answer),
    )


def headline(answer: Validation) -> Answer:
    """How many rows were predicted and how far off they are."""
    all_rows, errors = len(answer.outcomes), answer.overall
    if errors is None:
        return Answer(text=f"0 of {all_rows} rows predicted", tone="bad")
    predicted = sum(one.status == "ok" for one in answer.outcomes)
    known = f"{predicted:,} of {all_rows:,} rows predicted, median error {percent(errors.median)}"
    inside = "" if errors.coverage is None else f", {numbers.percent(errors.coverage)} inside their interval"
    tone: Tone = "good" if predicted == all_rows else "open"
    return Answer(text=known + inside, tone=tone)


def grid(name: str, parts: Mapping[str, Errors]) -> Grid:
    """One line for each part."""
    columns = (Column(name=name), *(Column(name=column, figures=True) for column in COLUMNS))
    return Grid(columns=columns, rows=tuple(Row(cells=(part, *_cells(errors))) for part, errors in parts.items()))


def _cells(errors: Errors) -> tuple[str, ...]:
    covered = numbers.DASH if errors.coverage is None else numbers.percent(errors.coverage)
    bias = percent(math.log(float(errors.bias)), signed=True)
    found = (percent(errors.group_median), percent(errors.group_p90), bias, covered)
    return (numbers.count(errors.rows), numbers.count(errors.groups), *found)


def percent(log: Num, *, signed: bool = False) -> str:
    """A logarithm of a ratio as the percentage that people mean."""
    share = 100 * math.expm1(float(log))
    digits = 1 if abs(share) < 10 else 0
    text = f"{share:+.{digits}f}" if signed else f"{share:.{digits}f}"
    return f"{'0' if float(text) == 0 else text} %"


def _worst(answer: Validation) -> Grid:
    columns = (Column(name="furthest off"), Column(name="model"), Column(name="scope"))
    figures = tuple(Column(name=name, figures=True) for name in ("predicted", "measured", "ratio"))
    return Grid(columns=(*columns, *figures), rows=tuple(_worst_row(one) for one in answer.worst))


def _worst_row(one: Outcome) -> Row:
    predicted = one.prediction.value if one.prediction else None
    cells = (one.row.id, one.row.model, one.row.scope or one.row.component or one.row.metric)
    figures = (value_text(predicted, one.row.metric), value_text(one.row.value, one.row.metric))
    remarks = tuple(text for text in (one.row.source,) if text)
    return Row(cells=(*cells, *figures, numbers.number(one.ratio)), remarks=remarks)


def value_text(value: Num | None, metric: str) -> str:
    """A figure with the unit of its metric."""
    if value is None:
        return numbers.number(value)
    if metric == "latency_s":
        return numbers.time(value)
    if metric == "energy_j":
        return numbers.energy(value)
    if metric == "flops":
        return numbers.work(value)
    units = {"peak_mem_gb": " GB", "tokens_per_s": " tokens/s", "images_per_s": " images/s"}
    return f"{numbers.number(value)}{units.get(metric, '')}"


def _missing(answer: Validation) -> Bullets:
    """Reasons, each with the rows it is about."""
    missing = sorted((one for one in answer.outcomes if one.status != "ok"), key=lambda one: one.reason)
    items = tuple(_reason(reason, same) for reason, same in groupby(missing, key=lambda one: one.reason))
    return Bullets(title="not predicted", items=items)


def _reason(reason: str, same: Iterable[Outcome]) -> Item:
    ids = [one.row.id for one in same]
    more = f" and {len(ids) - SHOWN_IDS} more" if len(ids) > SHOWN_IDS else ""
    return Item(text=f"{reason}: {', '.join(ids[:SHOWN_IDS])}{more}", mark="no")


def _how_to_read() -> Bullets:
    return Bullets(title="how to read this", items=tuple(Item(text=text) for text in HOW_TO_READ))


def _constants(answer: Validation) -> Grid:
    columns = (
        Column(name="constant"),
        *(Column(name=name, figures=True) for name in ("believed", "recorded", "fitted")),
    )
    figures = ((one.name, one.believed, one.recorded, one.fitted) for one in answer.constants)
    return Grid(
        columns=columns, rows=tuple(Row(cells=(name, *map(numbers.number, values))) for name, *values in figures)
    )


def _again(answer: Validation) -> Command:
    fit = "--fit " if answer.constants else ""
    return Command(lead="Computed by", command=f"tokencost validate {fit}--format markdown -o docs/accuracy.md")
