"""What was measured on a machine, kernel by kernel with its spread, and models beside their predictions."""

from collections.abc import Iterator, Sequence

from tokencost.counting.operators import flop
from tokencost.measuring.calibrate import CLOSE, Calibration, is_check, restless, within
from tokencost.measuring.fit import by_rows, main_products, of_kind, precision_named, working_time
from tokencost.measuring.readings import Reading, half_width, typical
from tokencost.nouns.work import Attention, Convolution, Elementwise
from tokencost.report import markdown, numbers, table
from tokencost.report.answers_json import written
from tokencost.report.blocks import Answer, Blocks, Bullets, Column, Facts, Grid, Item, Row, present
from tokencost.report.csv_table import written as rows_written
from tokencost.report.numbers import Json, plain, stable
from tokencost.timing.roofline import operator_traffic
from tokencost.validation.rows import Outcome

COLUMNS = ("kind", "id", "rounds", "median_s", "half_width", "flop_per_s", "bytes_per_s", "predicted_s", "ratio")
MOVING = ("copy", "elementwise", "strided")
KERNELS = {
    "copy": "copy", "elementwise": "elementwise", "strided": "strided",
    "attention": "attention", "convolution": "convolution",
    "kernel": "empty kernel", "launch": "launch from Python", "graph": "graph replay",
}  # fmt: skip
FIGURES = ("measured", "+/-", "predicted", "ratio")
CHECKED = (Column(name="model, scope"), *(Column(name=name, figures=True) for name in FIGURES))
RESTLESS = "rounds differ widely: something else ran on this machine; measure again, or with --threads 1 on a processor"


def as_table(answer: Calibration, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """A calibration for a terminal."""
    return table.render(of_calibration(answer), table.Look(width=width, color=color, ascii_only=ascii_only))


def as_markdown(answer: Calibration) -> str:
    """A calibration in Markdown."""
    return markdown.render(of_calibration(answer))


def of_calibration(answer: Calibration) -> Blocks:
    """What the machine reaches, how each figure was measured, and how close predictions are."""
    checks = [one for one in answer.outcomes if is_check(one)]
    others = [one for one in answer.outcomes if not is_check(one)]
    return present(
        Answer(text=_headline(answer, checks), tone="good" if answer.holds else "bad"),
        Facts(pairs=_machine(answer)),
        Grid(title="matrix products", columns=_columns("rows"), rows=tuple(_products(answer))),
        Grid(title="other kernels", columns=_columns("kernel"), rows=tuple(_kernels(answer))),
        Grid(title="small models, predicted by these records", columns=CHECKED, rows=_checks(answer, checks)),
        Grid(title="models of the catalogue", columns=CHECKED, rows=_checks(answer, others)),
        Bullets(items=(Item(text=RESTLESS),) if restless(answer) else ()),
    )


def _headline(answer: Calibration, checks: Sequence[Outcome]) -> str:
    gpu, products = answer.platform.gpu, main_products(answer.readings)
    reached = numbers.scaled(max(_flop_rate(answer, reading) for reading in products), "FLOP/s")
    streams = numbers.scaled(gpu.memory_bandwidth * answer.platform.achieved.bandwidth, "B/s")
    good = sum(within(one) for one in checks)
    checked = f"; {good} of {len(checks)} checks within {numbers.percent(CLOSE)}" if checks else ""
    return f"{answer.machine.name}: {reached} in {products[0].precision}, weights stream at {streams}{checked}"


def _machine(answer: Calibration) -> tuple[tuple[str, str], ...]:
    machine = answer.machine
    threads = [("threads", numbers.count(machine.threads))] if machine.device == "cpu" else []
    return (
        ("device", machine.model),
        *threads,
        ("memory", numbers.size(machine.memory)),
        ("torch", machine.torch),
        ("rounds", numbers.count(answer.rounds)),
    )


def _columns(first: str) -> tuple[Column, ...]:
    names = ("median", "+/-", "rate")
    return (Column(name=first), *(Column(name=name, figures=True) for name in names))


def _products(answer: Calibration) -> Iterator[Row]:
    """The middle over shapes, and the widest spread."""
    for rows, same in by_rows(main_products(answer.readings)):
        rates = sorted(_flop_rate(answer, reading) for reading in same)
        middle = typical([typical(reading.samples) for reading in same])
        wide = max(half_width(reading.samples) for reading in same)
        rate = numbers.scaled(typical(rates), "FLOP/s")
        yield Row(cells=(numbers.count(rows), numbers.time(middle), numbers.percent(wide), rate))


def _flop_rate(answer: Calibration, reading: Reading) -> float:
    return float(flop(reading.op)) / working_time(reading, answer.platform)


def _byte_rate(answer: Calibration, reading: Reading) -> float:
    on = answer.platform
    moved = float(operator_traffic(reading.op, on, precision_named(on, reading.precision)))
    return moved / working_time(reading, on)


def _kernels(answer: Calibration) -> Iterator[Row]:
    first = main_products(answer.readings)[0].precision
    others = [one for one in of_kind(answer.readings, "product") if one.precision != first]
    rest = [reading for reading in answer.readings if reading.kind in KERNELS]
    for reading in (*others, *rest):
        seconds = typical(reading.samples) / _repeats(reading)
        spread = numbers.percent(half_width(reading.samples))
        yield Row(cells=(_name(answer, reading), numbers.time(seconds), spread, _rate(answer, reading)))


def _repeats(reading: Reading) -> float:
    """Tiny kernels are told one by one."""
    return float(reading.op.kernels) if isinstance(reading.op, Elementwise) and reading.kind != "copy" else 1.0


def _name(answer: Calibration, reading: Reading) -> str:
    what, op = KERNELS.get(reading.kind, f"product in {reading.precision}"), reading.op
    match op:
        case Attention():
            return f"{what}, {op.heads:g} heads of {op.head_dim:g}, {op.queries:g} tokens"
        case Convolution():
            return f"{what}, {op.kernel:g} taps, {op.in_channels:g} channels, {op.positions:g} places"
        case Elementwise() if reading.kind in MOVING:
            return f"{what}, {numbers.size(op.elements * answer.platform.precisions['backbone'].activation_bytes)}"
    return what


def _rate(answer: Calibration, reading: Reading) -> str:
    if reading.kind in MOVING:
        return numbers.scaled(_byte_rate(answer, reading), "B/s")
    return numbers.scaled(_flop_rate(answer, reading), "FLOP/s") if float(flop(reading.op)) else ""


def _checks(answer: Calibration, outcomes: Sequence[Outcome]) -> tuple[Row, ...]:
    return tuple(_check(answer, one) for one in outcomes)


def _check(answer: Calibration, one: Outcome) -> Row:
    """A model beside its prediction; what cannot be predicted says why."""
    spread = next(half_width(timed.samples) for timed in answer.timed if timed.row.id == one.row.id)
    name = f"{one.row.model}, {one.row.scope}"
    measured, wide = numbers.time(one.row.value), numbers.percent(spread)
    if one.prediction is None or one.ratio is None:
        return Row(cells=(name, measured, wide, numbers.DASH, numbers.DASH), remarks=(one.reason,), mark="no")
    cells = (name, measured, wide, numbers.time(one.prediction.value), numbers.number(one.ratio))
    return Row(cells=cells, mark="yes" if within(one) else "no")


def as_json(answer: Calibration) -> str:
    """Every reading and every check, in base units."""
    machine = answer.machine
    return written(
        {
            "schema": "tokencost.calibrate/1",
            "machine": {
                "name": machine.name, "device": machine.device, "model": machine.model, "threads": machine.threads,
                "memory_bytes": stable(machine.memory), "torch": machine.torch, "date": machine.date,
            },
            "rounds": answer.rounds,
            "readings": [{**row} for row in _entries(answer)],
            "holds": answer.holds,
        }
    )  # fmt: skip


def _entries(answer: Calibration) -> Iterator[dict[str, Json]]:
    for reading in answer.readings:
        work = float(flop(reading.op))
        yield {
            "kind": reading.kind, "id": _described(answer, reading), "rounds": len(reading.samples),
            "median_s": stable(typical(reading.samples)), "half_width": stable(half_width(reading.samples)),
            "flop_per_s": stable(_flop_rate(answer, reading)) if work else None,
            "bytes_per_s": stable(_byte_rate(answer, reading)), "predicted_s": None, "ratio": None,
        }  # fmt: skip
    for timed, one in zip(answer.timed, answer.outcomes, strict=True):
        yield {
            "kind": "model", "id": one.row.id, "rounds": len(timed.samples), "median_s": stable(one.row.value),
            "half_width": stable(half_width(timed.samples)), "flop_per_s": None, "bytes_per_s": None,
            "predicted_s": stable(one.prediction.value) if one.prediction else None, "ratio": stable(one.ratio),
        }  # fmt: skip


def _described(answer: Calibration, reading: Reading) -> str:
    """A kernel with the shape that tells it from others of its kind."""
    if reading.kind == "product":
        op = reading.op
        sizes = "x".join(f"{getattr(op, name):g}" for name in ("rows", "inner", "columns"))
        return f"{reading.precision} {sizes}"
    return _name(answer, reading)


def as_csv(answer: Calibration) -> str:
    """A row per reading and per check."""
    return rows_written(COLUMNS, ({key: _cell(value) for key, value in row.items()} for row in _entries(answer)))


def _cell(value: Json) -> str:
    return plain(value) if isinstance(value, int | float) else str(value or "")
