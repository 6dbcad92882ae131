"""What the catalogue says about hardware, held against figures from outside it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.catalog.records import nouns, plain
from tokencost.nouns.hardware import Achieved, Gpu, Parallelism, Platform
from tokencost.nouns.work import Linear
from tokencost.timing.roofline import operator_cost

GPUS: dict[str, Gpu] = nouns("gpus")
ACHIEVED: dict[str, Achieved] = nouns("achieved")
SIDE = 8192.0


def achieved(gpu: Gpu) -> Achieved:
    of_generation = [record for record in ACHIEVED.values() if gpu.generation in record.generations]
    return ACHIEVED.get(gpu.id) or (of_generation or [ACHIEVED["default"]])[0]


def product_time(gpu: Gpu, precision: str, rows: float) -> float:
    """Seconds of a product with a square weight, as the planner counts it, without any engine's loss."""
    platform = Platform(
        gpu=gpu,
        achieved=replace(achieved(gpu), sustained=1.0),
        power=nouns("power")["gpus"],
        engine=replace(nouns("engines")["eager"], matmul_efficiency=1.0),
        precisions={"backbone": nouns("precisions")[precision]},
        parallelism=Parallelism(),
        gpus=1.0,
    )
    product = Linear(id="product", rows=rows, inner=SIDE, columns=SIDE, params=SIDE * SIDE)
    cost = operator_cost(product, platform, platform.precisions["backbone"])
    return float(cost.seconds + platform.achieved.kernel_time)


@pytest.mark.parametrize(
    ("gpu", "precision", "rows", "measured", "tolerance"),
    [
        ("a100-80gb-sxm", "bf16", 1, 1.43e12, 0.1),
        ("a100-80gb-sxm", "bf16", 96, 116e12, 0.1),
        ("a100-80gb-sxm", "bf16", 448, 230e12, 0.1),
        ("a100-80gb-sxm", "bf16", 8192, 262e12, 0.1),
        ("h100-80gb-sxm", "bf16", 1, 2.67e12, 0.1),
        ("h100-80gb-sxm", "bf16", 100, 238e12, 0.1),
        ("h100-80gb-sxm", "bf16", 3136, 773e12, 0.1),
        ("h100-80gb-sxm", "fp8", 8192, 1059e12, 0.1),
        ("h200-141gb-sxm", "bf16", 1, 3.54e12, 0.1),
        ("h200-141gb-sxm", "bf16", 448, 690e12, 0.1),
        ("b200-180gb", "bf16", 1, 5.18e12, 0.1),
        ("b200-180gb", "bf16", 3136, 1500e12, 0.1),
        ("gb200-186gb", "bf16", 448, 1260e12, 0.1),
        ("l40s-48gb", "bf16", 1, 0.725e12, 0.15),
        ("l40s-48gb", "fp8", 3136, 352e12, 0.1),
    ],
)
def test_measured_products_come_out(gpu: str, precision: str, rows: int, measured: float, tolerance: float) -> None:
    """
    The shares are a fit to products measured in three serving stacks; FLOP/s are the medians over their weights.
    """
    reached = 2 * rows * SIDE**2 / product_time(GPUS[gpu], precision, rows)

    assert measured == pytest.approx(reached, rel=tolerance)


@pytest.mark.parametrize(
    ("gpu", "cards", "size", "measured"),
    [
        ("a100-80gb-sxm", 4, 8192, 14.68e-6),
        ("a100-80gb-sxm", 4, 16777216, 183.5e-6),
        ("a100-80gb-sxm", 8, 536870912, 4225.9e-6),
        ("h100-80gb-sxm", 4, 8192, 10.04e-6),
        ("h100-80gb-sxm", 4, 16777216, 99.01e-6),
        ("b200-180gb", 8, 16777216, 99.07e-6),
        ("l40s-48gb", 4, 16777216, 4922.3e-6),
    ],
)
def test_measured_all_reduces_come_out_within_a_third(gpu: str, cards: int, size: int, measured: float) -> None:
    """
    One latency and one share stand for every size, and grow or fall by one law with the GPUs, so they hold roughly.
    """
    reached = achieved(GPUS[gpu])
    moved = 2 * (cards - 1) / cards * size
    share = reached.collective_bandwidth * (2 / cards) ** reached.collective_decay
    seconds = reached.collective_latency * (cards / 4) ** 0.5 + moved / (share * GPUS[gpu].link_bandwidth)

    assert measured == pytest.approx(seconds, rel=0.34)


@pytest.mark.parametrize("gpu", GPUS.values(), ids=GPUS)
def test_every_peak_has_an_achieved_share(gpu: Gpu) -> None:
    """
    A precision that a card offers can be planned, so somebody must say how much of it libraries reach.
    """
    assert set() == set(gpu.peak) - set(achieved(gpu).matmul) - {"fp16-sums"}


@pytest.mark.parametrize("record", ACHIEVED.values(), ids=ACHIEVED)
def test_shares_are_shares_and_overlap_lies_between_sum_and_roofline(record: Achieved) -> None:
    """
    More than a datasheet's peak would be a measuring error, and a norm below 1 would be slower than doing both in turn.
    """
    shares = [
        *record.matmul.values(),
        record.attention,
        record.convolution,
        record.bandwidth,
        record.collective_bandwidth,
    ]

    assert all(0 < share < 1 for share in shares)
    assert record.overlap >= 1


def test_an_achieved_record_belongs_to_a_gpu_or_to_generations_that_exist() -> None:
    """
    A record that no GPU finds is a typing error in its name.
    """
    generations = {gpu.generation for gpu in GPUS.values()}
    lost = {r.id for r in ACHIEVED.values() if r.id not in GPUS and not generations & set(r.generations)}

    assert {"default"} == lost
    assert set() == {g for r in ACHIEVED.values() for g in r.generations} - generations


def test_no_generation_has_two_achieved_records() -> None:
    """
    Which one would win is nobody's guess.
    """
    named = [generation for record in ACHIEVED.values() for generation in record.generations]

    assert sorted(set(named)) == sorted(named)


@pytest.mark.parametrize(
    ("gpu", "memory", "bandwidth", "bf16"),
    [
        ("a100-80gb-sxm", 85899345920, 2039e9, 312e12),
        ("a100-40gb-sxm", 42949672960, 1555e9, 312e12),
        ("h100-80gb-sxm", 85899345920, 3350e9, 989e12),
        ("h200-141gb-sxm", 151397597184, 4800e9, 989e12),
        ("b200-180gb", 193273528320, 8000e9, 2250e12),
        ("l40s-48gb", 48305799168, 864e9, 362e12),
        ("mi300x-192gb", 192e9, 5300e9, 1307e12),
        ("rtx-4090-24gb", 25769803776, 1008e9, 165.2e12),
    ],
)
def test_peaks_are_dense(gpu: str, memory: float, bandwidth: float, bf16: float) -> None:
    """
    Datasheets print the doubled figure of sparse matrices first; usable memory is binary where software reports it.
    """
    record = GPUS[gpu]

    assert (memory, bandwidth, bf16) == (record.memory, record.memory_bandwidth, record.peak["bf16"])


@pytest.mark.parametrize("gpu", ["v100-16gb", "v100-32gb", "t4-16gb"])
def test_volta_and_turing_multiply_fp16_but_not_bf16(gpu: str) -> None:
    """
    Their tensor cores predate bf16, so a bf16 model has to run in fp16 there.
    """
    assert {"fp32", "fp16"} <= set(GPUS[gpu].peak)
    assert "bf16" not in GPUS[gpu].peak


@pytest.mark.parametrize(
    ("name", "gpu"),
    [
        ("A100", "a100-80gb-sxm"),
        ("A100 SXM4 80GB", "a100-80gb-sxm"),
        ("NVIDIA A100-SXM4-40GB", "a100-40gb-sxm"),
        ("H100 SXM", "h100-80gb-sxm"),
        ("NVIDIA H100 PCIe", "h100-80gb-pcie"),
        ("RTX 4090", "rtx-4090-24gb"),
        ("nvidia-l4", "l4-24gb"),
    ],
)
def test_names_of_providers_and_drivers_find_the_card(name: str, gpu: str) -> None:
    """
    People paste what nvidia-smi or a price list prints.
    """
    owners = {alias.lower(): g.id for g in GPUS.values() for alias in (g.id, g.name, *g.aliases)}

    assert gpu == owners[name.lower()]


def test_no_name_belongs_to_two_cards() -> None:
    """
    An ambiguous name would silently pick one of two prices.
    """
    names = [alias.lower() for gpu in GPUS.values() for alias in {gpu.id, *gpu.aliases}]

    assert sorted(set(names)) == sorted(names)


def test_every_precision_runs_on_some_card() -> None:
    """
    The names in a precision's list are spelled as in the peaks.
    """
    peaks = {name for gpu in GPUS.values() for name in gpu.peak}
    precisions: dict[str, Any] = nouns("precisions")

    assert set() == {peak for precision in precisions.values() for peak in precision.peak} - peaks


@pytest.mark.parametrize(
    ("precision", "weight_bytes"),
    [("bf16", 2.0), ("fp8", 1.0), ("int8-weight-only", 1.0), ("int4-weight-only", 0.53125), ("nvfp4", 0.5625)],
)
def test_weights_take_their_bits_and_their_scales(precision: str, weight_bytes: float) -> None:
    """
    4 bits and a 2-byte scale per 64 weights make 0.53125 bytes, 4 bits and a 1-byte scale per 16 make 0.5625.
    """
    assert weight_bytes == nouns("precisions")[precision].weight_bytes


def test_figures_from_memory_say_so() -> None:
    """
    The RTX 6000 Ada's figures were never checked against a datasheet, and the reader is told.
    """
    assert plain("gpus")["rtx-6000-ada-48gb"]["sources"]["default"].startswith("hardware-recalled")
