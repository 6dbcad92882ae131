"""Readings to a platform: each constant of the timing is read off the kernels that show it, with the formulas of the
timing turned round. No model takes part.

What a kernel costs besides its work comes from layers so small that nothing else is left; it is taken off every other
reading. Products of a few rows give the bandwidth, the fastest product the peak, every number of rows its share of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tokencost.counting.operators import flop
from tokencost.measuring.readings import Reading, typical
from tokencost.nouns.hardware import (
    Achieved,
    Engine,
    Gpu,
    Parallelism,
    Platform,
    Power,
    Precision,
    RowsPoint,
    SizePoint,
)
from tokencost.nouns.work import Attention, Convolution, Linear
from tokencost.timing.rates import linear_rate
from tokencost.timing.roofline import (
    operator_compute_time,
    operator_kernels,
    operator_memory_time,
    operator_traffic,
    softmax_time,
)
from tokencost.units import BytesPerSecond, Constant

LEAST = Constant(0.05, "", "share of a reading that is left for work, whatever a kernel costs besides")
HIDDEN = Constant(
    0.4,
    "",
    "share of its time that arithmetic takes at least: less cannot be seen, since it lengthens no more than 4 %",
)
ELEMENT = {"fp32": 4.0, "tf32": 4.0, "bf16": 2.0, "fp16": 2.0}
"""Bytes of an element by the peak that it is computed at."""
FEW = Constant(4, "", "rows up to which a product streams its weights and does little else")
TURNS = 4
"""Turns after which the peak of an unknown device no longer changes."""
CUBE = Constant(27, "", "taps of a kernel that slides along time as well")

UNMETERED = Power(id="unmetered", static=0.0, compute=0.0, memory=0.0, spread=1.0)
"""Nobody measures power here, and nobody asks for it."""


def calibrated(on: Platform, readings: Sequence[Reading], *, datasheet: bool) -> Platform:
    """The platform with everything that the readings tell; with a `datasheet` its peaks stay and shares are of them."""
    believed = on.achieved.matmul
    on = replace(on, achieved=_bare(on.achieved, _kernel_time(readings)), engine=_engine(on.engine, readings))
    on = _with_bandwidth(on, readings, datasheet=datasheet)
    on = _with_peaks(on, readings, datasheet=datasheet)
    on = replace(on, achieved=replace(on.achieved, matmul_by_rows=tuple(_rows_curve(on, readings))))
    slid = of_kind(readings, "convolution")
    achieved = replace(
        on.achieved,
        matmul={**(believed if datasheet else {}), **on.achieved.matmul},
        attention=_attention(on, of_kind(readings, "attention")),
        convolution=_convolution(on, [reading for reading in slid if not _in_time(reading)]),
        convolution_3d=_convolution(on, [reading for reading in slid if _in_time(reading)]),
        elementwise_by_size=tuple(_size_curve(on, of_kind(readings, "elementwise"))),
    )
    return _with_strides(replace(on, achieved=achieved), of_kind(readings, "strided"))


def of_kind(readings: Iterable[Reading], kind: str) -> list[Reading]:
    """The readings of one kind."""
    return [reading for reading in readings if reading.kind == kind]


def measured_on(gpu: Gpu, achieved: Achieved, engine: Engine, precision: Precision) -> Platform:
    """A platform of one GPU that computes in one precision."""
    return Platform(
        gpu=gpu, achieved=achieved, engine=engine, precisions={"backbone": precision, "other": precision},
        power=UNMETERED, parallelism=Parallelism(), gpus=1.0,
    )  # fmt: skip


def _bare(achieved: Achieved, kernel_time: float) -> Achieved:
    """Shares of 1 everywhere, so that formulas say what the device could do at best."""
    return replace(
        achieved, generations=(), matmul={}, attention=1.0, convolution=1.0, convolution_3d=1.0, bandwidth=1.0,
        copy=1.0, kernel_time=kernel_time, sustained=1.0, host=1.0, matmul_by_rows=(), elementwise_by_size=(),
    )  # fmt: skip


def _engine(engine: Engine, readings: Sequence[Reading]) -> Engine:
    """Every kernel runs by itself; the host's part was measured only where it runs ahead of a device."""
    return replace(
        engine, host_time=_each(of_kind(readings, "launch")), matmul_efficiency=1.0, attention_efficiency=1.0,
        bandwidth_efficiency=1.0, unfused=1.0, strided=1.0, attention="sdpa",
    )  # fmt: skip


def _kernel_time(readings: Sequence[Reading]) -> float:
    return _each(of_kind(readings, "kernel"))


def _each(readings: Sequence[Reading]) -> float:
    """Time per kernel; 0 where nothing was read."""
    return sum(typical(r.samples) / float(getattr(r.op, "kernels", 1.0)) for r in readings[:1])


def working_time(reading: Reading, on: Platform) -> float:
    """What a reading leaves for work."""
    whole = typical(reading.samples)
    return max(whole - float(operator_kernels(reading.op, on) * on.achieved.kernel_time), LEAST * whole)


def precision_named(on: Platform, peak: str) -> Precision:
    """Numbers of this type, computing at the peak of this name."""
    size = ELEMENT[peak]
    return replace(
        on.precisions["backbone"], weight_bytes=size, activation_bytes=size, peak=(peak,), convolution=(), attention=()
    )


def traffic_rate(reading: Reading, on: Platform) -> float:
    """Bytes moved per second of work."""
    precision = precision_named(on, reading.precision)
    return float(operator_traffic(reading.op, on, precision)) / working_time(reading, on)


def _with_bandwidth(on: Platform, readings: Sequence[Reading], *, datasheet: bool) -> Platform:
    """What weights stream at; without a datasheet the fastest traffic beyond all caches is the memory's."""
    products = main_products(readings)
    streams = [typical([traffic_rate(r, on) for r in same]) for rows, same in by_rows(products) if rows <= FEW]
    copies = of_kind(readings, "copy")
    fastest = max([*streams, traffic_rate(max(copies, key=_elements), on)] if copies else streams)
    memory = on.gpu.memory_bandwidth if datasheet else fastest
    return replace(
        on,
        gpu=replace(on.gpu, memory_bandwidth=memory),
        achieved=replace(on.achieved, bandwidth=min(max(streams) / float(memory), 1.0), copy=_copy(on, copies, memory)),
    )


def _copy(on: Platform, copies: Sequence[Reading], memory: BytesPerSecond) -> float:
    """Share of memory bandwidth of the largest copy."""
    return min(traffic_rate(max(copies, key=_elements), on) / float(memory), 1.0) if copies else 1.0


def _elements(reading: Reading) -> float:
    return float(getattr(reading.op, "elements", 0.0))


def main_products(readings: Sequence[Reading]) -> list[Reading]:
    """Products in the precision that was measured by rows: that of the first one."""
    products = of_kind(readings, "product")
    return [reading for reading in products if reading.precision == products[0].precision]


def by_rows(products: Iterable[Reading]) -> list[tuple[float, list[Reading]]]:
    """Products of as many rows together, fewest first."""
    found: dict[float, list[Reading]] = {}
    for reading in products:
        assert isinstance(reading.op, Linear)
        found.setdefault(float(reading.op.rows), []).append(reading)
    return sorted(found.items())


def _with_peaks(on: Platform, readings: Sequence[Reading], *, datasheet: bool) -> Platform:
    """The fastest product of every precision, as what full tiles would reach."""
    known = dict(on.gpu.peak) if datasheet else {}
    reached: dict[str, float] = {}
    for reading in of_kind(readings, "product"):
        found = _full_rate(reading, on, float(known.get(reading.precision, 0.0)))
        reached[reading.precision] = max(reached.get(reading.precision, 0.0), found)
    peaks = known or reached
    shares = {name: min(rate / float(peaks[name]), 1.0) for name, rate in reached.items() if name in peaks}
    return replace(on, gpu=replace(on.gpu, peak=peaks), achieved=replace(on.achieved, matmul=shares))


def _full_rate(reading: Reading, on: Platform, peak: float) -> float:
    """What full tiles would reach where this product took its time; how well they fill depends on the peak, which is
    found by and by where no datasheet says it.
    """
    rate = float(flop(reading.op)) / arithmetic_time(reading, on)
    found = peak or rate
    for _ in range(TURNS):
        found = rate / _promised(reading, on, peak or found)
    return found


def _promised(reading: Reading, on: Platform, peak: float) -> float:
    """Share of a peak that the tiles of a product allow."""
    assert isinstance(reading.op, Linear)
    name = reading.precision
    best = replace(
        on, gpu=replace(on.gpu, peak={name: peak}), achieved=replace(on.achieved, matmul={name: 1.0})
    )  # fmt: skip
    return float(linear_rate(reading.op, best, precision_named(on, name))) / peak


def _rows_curve(on: Platform, readings: Sequence[Reading]) -> Iterable[RowsPoint]:
    """At every number of rows the share that explains what traffic does not, in the middle over shapes."""
    for rows, same in by_rows(main_products(readings)):
        shares = [_compute_at_best(r, on) / arithmetic_time(r, on) for r in same]
        yield RowsPoint(rows=rows, share=min(typical(shares), 1.0))


def _compute_at_best(reading: Reading, on: Platform) -> float:
    """Arithmetic at the peak and with full shares."""
    return float(operator_compute_time(reading.op, on, precision_named(on, reading.precision)))


def arithmetic_time(reading: Reading, on: Platform) -> float:
    """The part of a reading that traffic does not explain: the overlap of both, solved for arithmetic."""
    work, power = working_time(reading, on), float(on.achieved.overlap)
    memory = min(_memory_time(reading, on) / work, 1.0)
    return float(work * max(1 - memory**power, HIDDEN**power) ** (1 / power))


def _memory_time(reading: Reading, on: Platform) -> float:
    moved = float(operator_traffic(reading.op, on, precision_named(on, reading.precision)))
    return moved / float(on.gpu.memory_bandwidth * on.achieved.bandwidth)


def _attention(on: Platform, readings: Sequence[Reading]) -> float:
    """Share of the peak of the two products, softmax apart."""
    shares = []
    for reading in readings:
        assert isinstance(reading.op, Attention)
        best, taken = _compute_at_best(reading, on), arithmetic_time(reading, on)
        softmax = float(softmax_time(flop(reading.op), reading.op, on))
        shares.append((best - softmax) / max(taken - softmax, LEAST * taken))
    return min(typical(shares), 1.0)


def _in_time(reading: Reading) -> bool:
    return isinstance(reading.op, Convolution) and reading.op.kernel == CUBE


def _convolution(on: Platform, readings: Sequence[Reading]) -> float:
    """Share of the peak."""
    return typical([_compute_at_best(reading, on) / arithmetic_time(reading, on) for reading in readings])


def _size_curve(on: Platform, readings: Sequence[Reading]) -> Iterable[SizePoint]:
    """Share of memory bandwidth by the bytes that one kernel moves."""
    for reading in sorted(readings, key=_elements):
        share = traffic_rate(reading, on) / float(on.gpu.memory_bandwidth)
        yield SizePoint(size=_bytes_each(reading, on), share=share)


def _bytes_each(reading: Reading, on: Platform) -> float:
    whole = float(operator_traffic(reading.op, on, precision_named(on, reading.precision)))
    return whole / float(operator_kernels(reading.op, on))


def _with_strides(on: Platform, readings: Sequence[Reading]) -> Platform:
    """How much longer kernels take that repeat a vector or step over memory than others of their size."""
    slower = [working_time(reading, on) / _streamed(reading, on) for reading in readings]
    return replace(on, engine=replace(on.engine, strided=max(typical(slower), 1.0))) if slower else on


def _streamed(reading: Reading, on: Platform) -> float:
    precision = precision_named(on, reading.precision)
    return float(operator_memory_time(reading.op, operator_traffic(reading.op, on, precision), on))
