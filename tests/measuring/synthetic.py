"""Readings of machines whose every constant is known, made with the timing itself."""

from collections.abc import Iterator
from dataclasses import replace

from tests.promises.records import catalog
from tokencost.measuring.calibrate import Calibration, concluded
from tokencost.measuring.fit import measured_on
from tokencost.measuring.readings import Machine, Reading, Timed
from tokencost.nouns.hardware import Gpu, Platform, RowsPoint, SizePoint
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear, Operator
from tokencost.timing.roofline import operator_cost
from tokencost.validation.rows import Row

ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
ELEMENTS = (2**14, 2**18, 2**22)
FEW = 0.2
"""Share of the peak that products of a few rows reach: enough for weights to stream."""
SHAPES = ((1024, 1024), (1024, 4096), (4096, 1024))


def machine(device: str = "cpu", model: str = "Some Processor", name: str = "my-box") -> Machine:
    return Machine(
        name=name, device="cuda" if device == "cuda" else "cpu", model=model, memory=16 * 2.0**30,
        multiprocessors=1 if device == "cpu" else 108, threads=2, torch="2.13.0", date="2026-01-31",
    )  # fmt: skip


def processor(*, bandwidth: float = 20e9, peak: float = 200e9, kernel_time: float = 5e-6) -> Platform:
    """A processor with these figures, slow in products of a few rows and with caches."""
    gpu = Gpu(
        id="truth", name="truth", vendor="nobody", generation="cpu", memory=16 * 2.0**30, memory_bandwidth=bandwidth,
        peak={"fp32": peak}, multiprocessors=1,
    )  # fmt: skip
    achieved = replace(
        catalog().get("achieved", "default"), id="truth", matmul={"fp32": 1.0}, attention=0.6, convolution=0.8,
        convolution_3d=0.3, bandwidth=1.0, copy=0.8, kernel_time=kernel_time,
        matmul_by_rows=tuple(RowsPoint(rows=rows, share=max(rows / (rows + 32), FEW)) for rows in ROWS),
        elementwise_by_size=(SizePoint(size=2.0**17, share=2.0), SizePoint(size=2.0**25, share=0.5)),
    )  # fmt: skip
    engine = replace(catalog().get("engines", "eager"), host_time=0.0, matmul_efficiency=1.0, unfused=1.0)
    engine = replace(engine, attention_efficiency=1.0, bandwidth_efficiency=1.0, strided=1.5)
    return measured_on(gpu, achieved, engine, catalog().get("precisions", "fp32"))


def operators() -> Iterator[tuple[str, Operator]]:
    for inner, columns in SHAPES:
        yield from (("product", Linear(id="p", rows=rows, inner=inner, columns=columns)) for rows in ROWS)
    yield from (("copy", Elementwise(id="c", elements=elements)) for elements in ELEMENTS)
    yield from (("elementwise", Elementwise(id="e", elements=elements, kernels=5)) for elements in ELEMENTS)
    yield "strided", Elementwise(id="s", elements=2**20, kernels=3, strided=1.0)
    yield "attention", Attention(id="a", sequences=1, heads=8, kv_heads=8, queries=512, context=512, head_dim=64)
    for taps in (9, 27):
        yield (
            "convolution",
            Convolution(
                id="v", positions=4096, in_channels=128, out_channels=128, kernel=taps, inputs=4096
            ),
        )  # fmt: skip
    yield "kernel", Elementwise(id="k", elements=1e-9, kernels=12)


def readings(truth: Platform, *, noise: float = 0.0) -> list[Reading]:
    """What this platform would show in three rounds, `noise` apart."""
    return [
        Reading(kind=kind, op=op, precision="fp32", samples=_samples(seconds(op, truth), noise))  # type: ignore[arg-type]
        for kind, op in operators()
    ]


def seconds(op: Operator, on: Platform) -> float:
    cost = operator_cost(op, on, on.precisions["backbone"])
    return float(cost.seconds + cost.kernels * on.achieved.kernel_time)


def _samples(middle: float, noise: float) -> tuple[float, ...]:
    return (middle, middle * (1 + noise), middle * (1 - noise))


def timed(value: float, scope: str = "denoise-forward") -> Timed:
    row = Row(
        place="here", id=f"small-dit-{scope}", model="small-dit", metric="latency_s", value=0.0, scope=scope,
        guidance="none", width=512, height=512, batch=1,
    )  # fmt: skip
    return Timed(row=row, samples=(value, value, value))


def calibration(name: str = "my-box", *, model: float = 0.0, noise: float = 0.05) -> Calibration:
    """A processor calibrated; with `model` also a small model that took so many seconds."""
    from tokencost.catalog.load import over
    from tokencost.measuring.calibrate import VERIFICATION

    checked = [timed(model)] if model else []
    known = over(catalog(), VERIFICATION)
    return concluded(known, machine(name=name), readings(processor(), noise=noise), checked)
