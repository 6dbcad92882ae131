"""What a report of accelerations says, in every format."""

from collections.abc import Sequence

from tokencost.nouns.acceleration import Report
from tokencost.nouns.answer import Estimate
from tokencost.nouns.what_if import Option, WhatIf
from tokencost.report import csv_table, html, markdown, numbers, sentences, table
from tokencost.report.answers_json import made_with, written
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Command, Facts, Grid, Item, Row, present
from tokencost.report.numbers import Json, plain, stable
from tokencost.report.run_json import Fields, platform_fields, run_fields

GIGA = 1e9
FIGURES = ("seconds", "range", "factor", "reported", "GB", "$/asset")
CSV = (
    "model", "option", "name", "change", "seconds", "low_seconds", "high_seconds", "factor", "reported_time_factor",
    "reported_pass_factor", "memory_peak_bytes", "usd_per_asset", "energy_joules", "evidence", "quality", "sources",
    "problems",
)  # fmt: skip


def content(found: WhatIf) -> Blocks:
    """The base, every acceleration, and what goes together."""
    rows = [_base(found.base), *(_row(option) for option in (*found.options, *found.stacks))]
    columns = (Column(name="option"), *(Column(name=n, figures=True) for n in FIGURES))
    texts = (Column(name="evidence"), Column(name="quality"), Column(name="source"))
    return present(
        Answer(text=_answer(found)),
        Grid(title="what if", columns=(*columns, *texts), rows=tuple(rows)),
        Bullets(title="reported for this model", items=tuple(_reported(found.options))),
        Facts(pairs=(("request", sentences.request(found.base.request)), *sentences.made_with(found.base.seal))),
        Command(lead="numbers", command=f"{sentences.explain_run(found.base)} --accelerate OPTION"),
    )


def _answer(found: WhatIf) -> str:
    base = found.base
    where = f"{base.model} on {sentences.platform(base.platform)}" if base.platform else base.model
    best = found.stacks or found.options[:1]
    told = [f"{numbers.time(o.estimate.latency.value)} with {' + '.join(o.parts)}" for o in best if o.estimate]
    return f"{where}: {numbers.time(base.latency.value)} as it is" + "".join(f", {text}" for text in told)


def _base(base: Estimate) -> Row:
    return Row(cells=("as it is", *_figures(base), numbers.factor(1.0), numbers.DASH, *_costs(base), *["–"] * 3))


def _row(option: Option) -> Row:
    said = (option.evidence, "; ".join(option.quality), "; ".join(option.sources))
    name = " + ".join(option.parts)
    if option.estimate is None or option.factor is None:
        reported = _headline(option.reports)
        dashes = [numbers.DASH] * 3
        cells = (name, *dashes, reported, *dashes[1:], *said)
        return Row(cells=cells, mark="no", remarks=option.problems)
    run, reported = option.estimate, _headline(option.reports) if len(option.parts) == 1 else numbers.DASH
    return Row(cells=(name, *_figures(run), numbers.factor(option.factor), reported, *_costs(run), *said), mark="yes")


def _figures(run: Estimate) -> tuple[str, str]:
    low, high = numbers.number(run.latency.low), numbers.number(run.latency.high)
    return numbers.number(run.latency.value), f"{low} to {high}"


def _costs(run: Estimate) -> tuple[str, str]:
    memory = numbers.in_units(run.footprint.peak, GIGA) if run.footprint else numbers.DASH
    return memory, numbers.usd(run.bill.per_asset) if run.bill.per_asset is not None else numbers.DASH


def _headline(reports: Sequence[Report]) -> str:
    """The first factor of the time that somebody reported for this model."""
    return next((numbers.factor(report.factor) for report in reports if report.of == "time"), numbers.DASH)


def _reported(options: Sequence[Option]) -> list[Item]:
    return [Item(text=f"{option.id}: {_said(report)}") for option in options for report in option.reports]


def _said(report: Report) -> str:
    what = "time" if report.of == "time" else "passes"
    source = f"{report.grade}, {report.source}" + (f", {' and '.join(report.rows)}" if report.rows else "")
    return f"{what} {numbers.factor(report.factor)} ({report.conditions}; {source})"


def as_table(answer: WhatIf, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """For a terminal."""
    return table.render(content(answer), table.Look(width=max(width, 24), color=color, ascii_only=ascii_only))


def as_markdown(answer: WhatIf) -> str:
    """In Markdown."""
    return markdown.render(content(answer))


def as_html(answer: WhatIf) -> str:
    """As a page."""
    return html.page(content(answer))


def as_json(answer: WhatIf) -> str:
    """The base as an estimate, and one object per option; what cannot be had has null figures and says why."""
    base = answer.base
    head: Fields = {
        "schema": "tokencost.what-if/1",
        **made_with(answer.base.seal),
        "model": base.model,
        "name": base.name,
        "family": base.family,
    }
    head["platform"] = platform_fields(base.platform) if base.platform else None
    head["base"] = _run(base)
    head["options"] = [_option(option) for option in answer.options]
    head["stacks"] = [_option(option) for option in answer.stacks]
    return written(head)


def _run(run: Estimate) -> Fields:
    known = run_fields(run)
    return {name: known[name] for name in ("latency", "flops", "memory", "energy", "phases")} | {
        "cost": {"usd": stable(run.bill.per_asset)}
    }


def _option(option: Option) -> Fields:
    parts: list[Json] = [*option.parts]
    return {
        "id": option.id,
        "name": option.name,
        "parts": parts,
        "change": option.change,
        "run": _run(option.estimate) if option.estimate else None,
        "factor": stable(option.factor),
        "evidence": option.evidence,
        "reports": [_report(report) for report in option.reports],
        "quality": list(option.quality),
        "sources": list(option.sources),
        "problems": list(option.problems),
    }


def _report(report: Report) -> Fields:
    told: Fields = {"of": report.of, "factor": stable(report.factor), "grade": report.grade}
    return told | {"conditions": report.conditions, "source": report.source, "measurements": list(report.rows)}


def as_csv(answer: WhatIf) -> str:
    """One row per option, the base first."""
    rows = [{"model": answer.base.model, "option": "as it is", "factor": "1", **_cells(answer.base)}]
    return csv_table.written(CSV, [*rows, *(_csv_row(answer, option) for option in (*answer.options, *answer.stacks))])


def _csv_row(answer: WhatIf, option: Option) -> csv_table.Cells:
    reported = {report.of: plain(report.factor) for report in reversed(option.reports)}
    return {
        "model": answer.base.model, "option": option.id, "name": option.name, "change": option.change,
        "factor": plain(option.factor), "reported_time_factor": reported.get("time", ""),
        "reported_pass_factor": reported.get("passes", ""), "evidence": option.evidence,
        "quality": "; ".join(option.quality), "sources": "; ".join(option.sources),
        "problems": "; ".join(option.problems), **(_cells(option.estimate) if option.estimate else {}),
    }  # fmt: skip


def _cells(run: Estimate) -> csv_table.Cells:
    values = {
        "seconds": run.latency.value, "low_seconds": run.latency.low, "high_seconds": run.latency.high,
        "memory_peak_bytes": run.footprint.peak if run.footprint else None, "usd_per_asset": run.bill.per_asset,
        "energy_joules": run.energy.value if run.energy else None,
    }  # fmt: skip
    return {name: plain(value) for name, value in values.items()}
