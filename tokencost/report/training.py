"""A training run for people: work, GPU time, money, electricity, and what was published, side by side."""

from collections.abc import Sequence

from tokencost.money.training import gpu_years
from tokencost.nouns.training import Beside, Figure, Run, Stage, Training
from tokencost.planning.options import DEFAULT_GPU
from tokencost.planning.train import USUAL_MFU
from tokencost.planning.training_run import YOURS, short
from tokencost.report import html as web
from tokencost.report import markdown as page
from tokencost.report import numbers
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Command, Facts, Grid, Item, Row, present
from tokencost.report.content import assumptions
from tokencost.report.content_run import bill_line, electricity
from tokencost.report.sentences import made_with, quoted
from tokencost.report.table import SMALLEST, Look, render
from tokencost.units import Num


def as_table(answer: Training, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """A run for a terminal."""
    return render(content(answer), Look(width=max(width, SMALLEST), color=color, ascii_only=ascii_only))


def as_markdown(answer: Training) -> str:
    """A run in Markdown."""
    return page.render(content(answer))


def as_html(answer: Training) -> str:
    """A run as a page."""
    return web.page(content(answer))


def content(answer: Training) -> Blocks:
    """The answer, what was trained on, work, published figures, money and electricity."""
    return present(
        Answer(text=headline(answer)),
        Facts(pairs=_facts(answer)),
        _stages(answer.stages),
        _work(answer),
        _published(answer),
        _against(answer),
        Facts(title="cost", pairs=_cost(answer)),
        Facts(title="electricity of the run", pairs=electricity(answer.electricity)),
        Facts(pairs=(("undisclosed", ", ".join(answer.undisclosed)),) if answer.undisclosed else ()),
        Bullets(items=(Item(text=answer.notes),) if answer.notes else ()),
        assumptions(answer.assumptions),
        Facts(pairs=((("sources", "; ".join(answer.sources)),) if answer.sources else ()) + made_with(answer.seal)),
        *([Command(lead="numbers", command=command(answer))] if answer.counted else []),
    )


def headline(answer: Training) -> str:
    """Work, GPU hours, GPU years and dollars in one line."""
    work = next((one for one in answer.counted if one.id == answer.basis), None)
    said = [f"{scientific(work.work)} ({work.name})"] if work else ["work unknown"]
    how = f" at {numbers.percent(answer.mfu)} MFU" if work else " (published)"
    said.append(f"{hours(answer.gpu_time)} on {answer.gpu}{how}")
    said.append(f"{numbers.number(gpu_years(answer.gpu_time))} GPU years")
    cost = answer.costs[0].amount
    said.append(numbers.usd(cost) if cost is not None else "no price known")
    first = next((one.figure for one in answer.published if one.figure.gpu_time and work), None)
    beside = f"; published: {hours(first.gpu_time)}" if first else ""
    return f"{answer.name}: {', '.join(said)}{beside}"


def scientific(work: Num) -> str:
    """`1.529e22 FLOP`: budgets of training are told so."""
    return f"{float(work):.4g} FLOP".replace("e+", "e")


def hours(spent: Num) -> str:
    """GPU time as people count it."""
    whole = float(spent) / float(numbers.HOUR)
    return f"{whole:,.0f} GPU h" if whole >= 100 else f"{numbers.number(whole)} GPU h"


def _facts(answer: Training) -> tuple[tuple[str, str], ...]:
    found = [("run", answer.run), ("model", answer.model)]
    if float(answer.params):
        found.append(("parameters", numbers.scaled(answer.params, "").strip()))
    tokens = sum(float(stage.tokens) for stage in answer.stages)
    images = sum(float(stage.images) for stage in answer.stages)
    found += [(name, numbers.scaled(n, "").strip()) for name, n in (("tokens", tokens), ("images", images)) if n]
    return tuple((name, text) for name, text in found if text)


def _stages(stages: Sequence[Stage]) -> Grid:
    columns = (Column(name="stage"), Column(name="samples", figures=True), Column(name="shape", figures=True))
    return Grid(title="trained on", columns=columns, rows=tuple(_stage(stage) for stage in stages))


def _stage(stage: Stage) -> Row:
    size = f"{stage.width} × {stage.height}" + (f", {stage.frames} frames" if stage.frames > 1 else "")
    cells = (
        (stage.id, f"{numbers.scaled(stage.tokens, '').strip()} tokens", f"{stage.sequence:,} in a sequence")
        if float(stage.tokens)
        else (stage.id, f"{numbers.scaled(stage.images, '').strip()} images", size)
    )
    return Row(cells=cells, remarks=(stage.conditions,) if stage.conditions else ())


def _work(answer: Training) -> Grid:
    columns = (Column(name="counted"), *(Column(name=n, figures=True) for n in ("work", "GPU hours", "GPU years")))
    rows = tuple(
        Row(cells=(one.name, scientific(one.work), _bare_hours(one.gpu_time), _years(one.gpu_time)))
        for one in answer.counted
    )
    return Grid(title=f"at {numbers.percent(answer.mfu)} MFU on {answer.gpu}", columns=columns, rows=rows)


def _bare_hours(spent: Num) -> str:
    return hours(spent).removesuffix(" GPU h")


def _years(spent: Num) -> str:
    return numbers.number(gpu_years(spent))


def _published(answer: Training) -> Grid:
    """Every figure that was published, contradictions included, and the utilisation that it implies."""
    names = [one.name for one in answer.counted]
    columns = (Column(name="published"), *(Column(name=f"MFU, {name}", figures=True) for name in names))
    ids = [one.id for one in answer.counted]
    return Grid(columns=columns, rows=tuple(_figure(one, ids) for one in answer.published))


def _figure(one: Beside, ids: Sequence[str]) -> Row:
    cells = (numbers.percent(one.mfu[name]) if name in one.mfu else numbers.DASH for name in ids)
    said = "; ".join(part for part in (one.figure.conditions, _standing(one.figure), one.figure.source) if part)
    return Row(cells=(told(one.figure), *cells), remarks=(said,))


def _standing(figure: Figure) -> str:
    return "" if figure.standing == "primary" else figure.standing


def told(figure: Figure) -> str:
    """The one figure that a figure is about."""
    if figure.gpu_time:
        years = f"{numbers.number(gpu_years(figure.gpu_time))} GPU years"
        return f"{hours(figure.gpu_time)}{f' on {figure.gpu}' if figure.gpu else ''} = {years}"
    if figure.work:
        return scientific(figure.work)
    return numbers.usd(figure.cost) if figure.cost else numbers.carbon(figure.carbon)


def _against(answer: Training) -> Grid:
    columns = (Column(name="beside"), *(Column(name=n, figures=True) for n in ("work", "times this run")))
    rows = tuple(
        Row(cells=(other.name, scientific(other.work), numbers.number(other.ratio)), remarks=(other.source,))
        for other in answer.against
    )
    return Grid(columns=columns, rows=rows)


def _cost(answer: Training) -> tuple[tuple[str, str], ...]:
    found = [(line.name, bill_line(line)) for line in answer.costs]
    if answer.cost_per_asset is not None:
        share = f"{numbers.usd(answer.cost_per_asset)} of {numbers.scaled(answer.assets, '').strip()} assets"
        found.append(("per asset", share))
    return tuple(found)


def command(answer: Training) -> str:
    """The command that derives every number of this very run."""
    asked = [stage for stage in answer.stages if stage.id == "asked"]
    flags = [f"--{name} {short(getattr(s, name))}" for s in asked for name in ("tokens", "images") if getattr(s, name)]
    params = [f"--params {short(answer.params)}"] if answer.run == YOURS else []
    params += [f"--gpu {quoted(answer.gpu)}"] if answer.gpu != DEFAULT_GPU else []
    params += [f"--mfu {float(answer.mfu):g}"] if float(answer.mfu) != USUAL_MFU else []
    name = [] if answer.run == YOURS else [quoted(answer.run)]
    return " ".join(["tokencost train", *name, *params, *flags, "--explain"])


def list_table(runs: Sequence[Run], *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """Every published run for a terminal."""
    return render(_listed(runs), Look(width=max(width, SMALLEST), color=color, ascii_only=ascii_only))


def list_markdown(runs: Sequence[Run]) -> str:
    """Every published run in Markdown."""
    return page.render(_listed(runs))


def _listed(runs: Sequence[Run]) -> Blocks:
    columns = (Column(name="run"), Column(name="trained on", figures=True), Column(name="published", figures=True))
    rows = tuple(Row(cells=(run.id, _amount(run), _first(run))) for run in runs)
    return present(
        Answer(text=f"{len(runs)} training runs of which something is published"),
        Grid(columns=columns, rows=rows),
        Command(lead="one of them", command=f"tokencost train {quoted(runs[0].id)}"),
    )


def _amount(run: Run) -> str:
    tokens, images = (sum(float(getattr(stage, name)) for stage in run.stages) for name in ("tokens", "images"))
    if tokens:
        return f"{numbers.scaled(tokens, '').strip()} tokens"
    return f"{numbers.scaled(images, '').strip()} images" if images else numbers.DASH


def _first(run: Run) -> str:
    first = next(iter(run.published), None)
    if first is None:
        return numbers.DASH
    return hours(first.gpu_time) if first.gpu_time else told(first)
