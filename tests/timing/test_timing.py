"""How time answers to hardware: laws that hold whatever the numbers are, and single figures worked by hand."""

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.platforms import image, made, on, phase, program
from tokencost.counting.build import elementwise, linear, lookup
from tokencost.counting.footprint import weight_bytes
from tokencost.counting.networks import network_params
from tokencost.errors import UsageError
from tokencost.nouns.answer import PhaseTime
from tokencost.nouns.hardware import Parallelism, Platform, RowsPoint, SizePoint
from tokencost.nouns.work import Attention, Convolution, Elementwise, Phase
from tokencost.timing.parallel import (
    all_reduce_time,
    all_to_all_time,
    all_to_alls,
    collective_latency,
    collective_rate,
    collectives,
    link_traffic,
    pipelined,
    reduced_bytes,
    share,
)
from tokencost.timing.phases import host_time, link_time, phase_time, request_time, step_demand, time_phase
from tokencost.timing.rates import (
    busy_share,
    convolution_peak,
    filled,
    linear_rate,
    matmul_share,
    padding,
    peak,
    rows_share,
    splits,
    tiles,
)
from tokencost.timing.roofline import (
    memory_time,
    operator_cost,
    operator_kernels,
    operator_memory_time,
    operator_traffic,
    overlapped,
)

PIPELINE: dict[str, Any] = {"gpus": 4, "parallelism": "pipefusion4"}
ATTENTION = Attention(
    id="a", sequences=1.0, heads=32.0, kv_heads=8.0, queries=1.0, context=64.0, head_dim=128.0, count=32.0
)


def with_achieved(platform: Platform, **fields: object) -> Platform:
    return replace(platform, achieved=replace(platform.achieved, **fields))


def test_a_measured_curve_over_rows_scales_what_tiles_promise() -> None:
    """
    Processors are slow in products of a few rows, which no tile explains; between points steps are logarithmic.
    """
    plain = on("sd1.5")
    curve = (RowsPoint(rows=1.0, share=0.1), RowsPoint(rows=16.0, share=0.5), RowsPoint(rows=256.0, share=0.9))
    measured = with_achieved(plain, matmul_by_rows=curve)
    shares = [float(rows_share(rows, measured)) for rows in (0.5, 1.0, 4.0, 16.0, 64.0, 4096.0)]
    op = linear("product", 4.0, 1024, 1024)

    assert shares == pytest.approx([0.1, 0.1, 0.3, 0.5, 0.7, 0.9])
    assert 1.0 == rows_share(4.0, plain)
    assert linear_rate(op, measured, plain.precisions["backbone"]) == pytest.approx(
        0.3 * linear_rate(op, plain, plain.precisions["backbone"])
    )


def test_small_tensors_move_as_fast_as_caches_let() -> None:
    """
    What one kernel writes the next one reads, and in between it need not leave the cache.
    """
    plain = on("sd1.5", engine="eager")
    curve = (SizePoint(size=2.0**20, share=4.0), SizePoint(size=2.0**24, share=0.5))
    measured = with_achieved(plain, elementwise_by_size=curve)
    small, large = (elementwise("sum", 2.0**power, kernels=3, count=7) for power in (16, 28))
    times = [
        [
            float(operator_memory_time(op, operator_traffic(op, on_, on_.precisions["backbone"]), on_))
            for op in (small, large)
        ]
        for on_ in (plain, measured)
    ]

    assert plain.achieved.copy / 4.0 == pytest.approx(times[1][0] / times[0][0])
    assert plain.achieved.copy / 0.5 == pytest.approx(times[1][1] / times[0][1])


def with_gpu(platform: Platform, **fields: object) -> Platform:
    return replace(platform, gpu=replace(platform.gpu, **fields))


def seconds(model: str, side: float, batch: float = 1.0, **options: object) -> float:
    return float(request_time(program(model, image(side, batch=batch), **options), on(model, **options)))


def decode(batch: float = 1.0) -> PhaseTime:
    """The decode phase of Emu3 with both branches in one batch."""
    part = phase("emu3-gen", image(512.0, batch=batch), "decode", guidance="batched")
    return time_phase(part, on("emu3-gen", guidance="batched"))


@pytest.mark.parametrize("model", ["emu3-gen", "sdxl", "show-o", "wan2.1-1.3b"])
def test_more_bandwidth_is_never_slower(model: str) -> None:
    """
    Nothing waits longer for memory that is faster.
    """
    work, slow = program(model, image(512.0)), on(model)
    fast = with_gpu(slow, memory_bandwidth=2 * slow.gpu.memory_bandwidth)

    assert request_time(work, fast) < request_time(work, slow)


@pytest.mark.parametrize("model", ["emu3-gen", "sdxl", "show-o"])
def test_more_arithmetic_is_never_slower(model: str) -> None:
    """
    Nothing waits longer for faster multipliers.
    """
    work, slow = program(model, image(512.0)), on(model)
    fast = with_gpu(slow, peak={name: 2 * rate for name, rate in slow.gpu.peak.items()})

    assert request_time(work, fast) < request_time(work, slow)


def test_a_newer_gpu_is_faster() -> None:
    """
    T4, A100 and H100 in the order of their years.
    """
    times = [
        seconds("sdxl", 1024.0, gpu=gpu, precision="fp16") for gpu in ("t4-16gb", "a100-80gb-sxm", "h100-80gb-sxm")
    ]

    assert sorted(times, reverse=True) == times


def test_a_batch_shares_the_weights_of_a_decoder() -> None:
    """
    Twice the arithmetic, less than twice the bytes: that is why decoders are batched.
    """
    one, two = decode(1.0), decode(2.0)

    assert 2 * one.flop == two.flop
    assert one.memory_traffic < two.memory_traffic < 2 * one.memory_traffic
    assert one.seconds <= two.seconds < 1.2 * one.seconds


def test_a_batch_of_images_is_a_batch_of_work() -> None:
    """
    A denoiser at full size is limited by arithmetic, so a batch takes as long as its members.
    """
    assert 2 * seconds("flux.1-dev", 1024.0) == pytest.approx(seconds("flux.1-dev", 1024.0, batch=2.0), rel=0.05)


def test_phases_add_up() -> None:
    """
    A request is its phases one after the other.
    """
    platform, work = on("emu3-gen"), program("emu3-gen", image(512.0))

    assert math.fsum(phase_time(part, platform) for part in work) == pytest.approx(request_time(work, platform))
    assert [phase_time(part, platform) for part in work] == [time_phase(part, platform).seconds for part in work]


def test_decoding_waits_for_memory_and_denoising_for_arithmetic() -> None:
    """
    The two families differ in what they wait for; that is the whole question.
    """
    times = {p.id: time_phase(p, on("emu3-gen", engine="vllm")) for p in program("emu3-gen", image(720.0))}
    denoise = time_phase(phase("sdxl", image(1024.0), "denoise"), on("sdxl"))

    assert ("memory", "compute") == (times["decode"].bound, denoise.bound)


def test_the_host_is_what_small_kernels_wait_for() -> None:
    """
    Launched one by one, the kernels of one token take longer to launch than to run.
    """
    eager = time_phase(phase("emu3-gen", image(720.0), "decode"), on("emu3-gen", engine="eager"))

    assert "overhead" == eager.bound


def test_emu3_cannot_beat_the_time_its_weights_take() -> None:
    """
    Two passes per token read 15.5 GB each: 129 s at 720 × 720 on an A100, whatever the software.
    """
    assert 125 < time_phase(phase("emu3-gen", image(720.0), "decode"), on("emu3-gen", engine="compile")).seconds < 600


def test_one_gpu_has_no_links() -> None:
    """
    Collectives are between GPUs.
    """
    part, alone = phase("emu3-gen", image(512.0), "decode"), on("emu3-gen")
    shared = on("emu3-gen", gpus=2)

    assert 0.0 == link_time(part, alone) == link_traffic(part, alone.parallelism, 2.0)
    assert link_time(part, shared) > 0.0
    assert 0.0 == all_reduce_time(ATTENTION, alone, 2.0)


@pytest.mark.parametrize("model", ["emu3-gen", "flux.1-dev"])
def test_two_gpus_are_faster_but_not_twice_as_fast(model: str) -> None:
    """
    Links take what sharing saves, and coders run on one GPU.
    """
    one, two = seconds(model, 1024.0), seconds(model, 1024.0, gpus=2)

    assert one / 2 < two < one


def test_encoders_and_coders_run_on_one_gpu() -> None:
    """
    Only the backbone is shared.
    """
    part = phase("emu3-gen", image(512.0), "decode-latent")

    assert phase_time(part, on("emu3-gen")) == phase_time(part, on("emu3-gen", gpus=4))


def test_every_operator_is_shared_out() -> None:
    """
    Four by sequence and two by columns: positions of a convolution an eighth, elements and looked-up rows a quarter.
    """
    split = Parallelism(tensor=2.0, sequence=4.0)
    conv = Convolution(id="c", positions=64.0, in_channels=3.0, out_channels=5.0, kernel=9.0, inputs=80.0)
    parts = [share(conv, split), share(elementwise("e", 64.0), split), share(lookup("t", 64.0, 8.0, 4.0), split)]

    assert [8.0, 10.0, 16.0, 16.0] == [parts[0].positions, parts[0].inputs, parts[1].elements, parts[2].rows]


def test_a_share_is_a_share() -> None:
    """
    Two GPUs that split columns, two that split rows: a quarter of the weights' work each.
    """
    part = share(linear("l", 8.0, 16.0, 32.0), Parallelism(tensor=2.0, sequence=2.0))

    assert (4.0, 16.0, 16.0) == (part.rows, part.inner, part.columns)  # type: ignore[union-attr]


def test_a_pipeline_of_patches_waits_for_its_first_step_alone() -> None:
    """
    Four GPUs in a pipeline: a fourth of the arithmetic each, once the first step has gone through all of them.
    """
    part = phase("flux.1-dev", image(1024.0), "denoise", steps=20)
    alone, together = on("flux.1-dev"), on("flux.1-dev", gpus=4, parallelism="pipefusion4")
    quarter = step_demand(part, together)

    assert quarter.compute == pytest.approx(step_demand(part, alone).compute / 4, rel=0.25)
    assert quarter.kernels == step_demand(part, alone).kernels
    assert 0.0 == link_time(part, together)
    assert 23 == pipelined(part.steps, together)
    assert 20 == pipelined(part.steps, alone)


def test_a_pipeline_splits_weights_and_no_decoder() -> None:
    """
    Each GPU holds its layers; tokens that depend on the last one leave nothing to overlap.
    """
    one, four = (weight_bytes(made("flux.1-dev"), on("flux.1-dev", **split)) for split in ({}, PIPELINE))
    denoiser = 2 * network_params(made("flux.1-dev").networks["denoiser"])

    assert one - four == pytest.approx(0.75 * denoiser)
    with pytest.raises(UsageError, match="decoders take tp"):
        on("emu3-gen", **PIPELINE)


def test_a_gpu_keeps_at_least_one_key_value_head() -> None:
    """
    16 GPUs cannot split 8 heads of keys; they are copied.
    """
    part = share(ATTENTION, Parallelism(tensor=16.0))
    assert isinstance(part, Attention)

    assert (2.0, 1.0) == (part.heads, part.kv_heads)


def test_a_ring_moves_the_hidden_states() -> None:
    """
    One token of 4,096 wide hidden states in bf16 is 8,192 bytes; two reductions of 32 layers, each byte twice, halved.
    """
    part = Phase(id="p", component="transformer", steps=1.0, operators=(ATTENTION,))

    assert 8192 == reduced_bytes(ATTENTION, 2.0)
    assert 6 * 8192 == reduced_bytes(replace(ATTENTION, sequences=2.0, queries=3.0), 2.0)
    assert 2 * 32 * 8192 * 2 / 2 == link_traffic(part, Parallelism(tensor=2.0), 2.0)


@pytest.mark.parametrize(
    ("compute", "memory", "overlap", "expected"),
    [(3.0, 4.0, 1.0, 7.0), (3.0, 4.0, 2.0, 5.0), (3.0, 4.0, 1000.0, 4.0), (0.0, 4.0, 2.0, 4.0), (0.0, 0.0, 2.0, 0.0)],
)
def test_overlap_is_a_norm(compute: float, memory: float, overlap: float, expected: float) -> None:
    """
    1 is one after the other, infinity the textbook roofline, 2 the hypotenuse.
    """
    assert expected == pytest.approx(overlapped(compute, memory, overlap))


def test_small_products_leave_multiprocessors_idle() -> None:
    """
    One row of 4,096 columns is 32 tiles; on 108 multiprocessors three slices of each fit in one wave.
    """
    assert 32 == tiles(1.0, 4096.0)
    assert 3 == splits(32.0, 4096.0, 108.0)
    assert 96 / 108 == busy_share(96.0, 108.0)
    assert 1.0 == splits(1024.0, 4096.0, 108.0)


def test_heads_are_padded() -> None:
    """
    Kernels work on multiples of 32, so 72 wide heads fill three quarters of what is computed.
    """
    assert (72 / 96, 1.0) == (padding(72.0), padding(64.0))


def test_collectives_are_measured_among_two_and_among_four() -> None:
    """
    Among two the bandwidth is the measured share of the link, and halves with every doubling at a decay of 1; the
    latency is that of four, and doubles with four times the members.
    """
    platform = with_achieved(
        on("emu3-gen", gpus=4, parallelism="tp4"),
        collective_bandwidth=0.5,
        collective_decay=1.0,
        collective_latency=8e-6,
    )
    link = float(platform.gpu.link_bandwidth)

    assert [0.5 * link, 0.25 * link, 0.125 * link] == [float(collective_rate(n, platform)) for n in (2.0, 4.0, 8.0)]
    assert [4e-6, 8e-6, 16e-6] == [float(collective_latency(n, platform)) for n in (1.0, 4.0, 16.0)]


def test_only_sums_in_fp16_are_faster_where_they_are() -> None:
    """
    Consumer GPUs add up in fp16 twice as fast; products of bf16 have no such sums, whatever the engine does.
    """
    short, long = (
        [on("sdxl", gpu="rtx-4090-24gb", engine=engine, precision=precision) for precision in ("fp16", "bf16")]
        for engine in ("onediff", "compile")
    )
    peaks = [[float(peak(one, one.precisions["backbone"])) for one in side] for side in (short, long)]

    assert [[330.3e12, 165.2e12], [165.2e12, 165.2e12]] == peaks


def test_precision_decides_the_peak() -> None:
    """
    bf16 runs at 312 TFLOP/s on an A100, fp32 on TF32 units at 156; a T4 has none, so fp32 runs at 8.1 there.
    """
    a100, single = on("sdxl"), on("sdxl", precision="fp32")

    old = on("sdxl", precision="fp32", gpu="t4-16gb")

    assert (312e12, 156e12, 156e12, 8.1e12) == (
        peak(a100, a100.precisions["backbone"]),
        peak(a100, single.precisions["backbone"]),
        convolution_peak(a100, single.precisions["backbone"]),
        peak(old, old.precisions["backbone"]),
    )


def test_a_precision_nobody_has_is_no_crash() -> None:
    """
    fp8 on an A100 is refused by the plan, which still shows what it would be up against.
    """
    platform = on("sdxl", precision="fp8")
    eight = platform.precisions["backbone"]

    assert min(platform.gpu.peak.values()) == peak(platform, eight)
    assert 0 < matmul_share(platform, eight) < 1


def test_memory_takes_bytes_over_achieved_bandwidth() -> None:
    """
    2,039 GB at 2,039 GB/s are a second, and longer as software goes.
    """
    platform = on("sdxl")

    assert 1 / platform.achieved.bandwidth == pytest.approx(memory_time(2039e9, platform))


def test_fusion_takes_elementwise_traffic_away() -> None:
    """
    What an engine fuses neither moves nor launches.
    """
    op, compiled, eager = elementwise("e", 1000.0, kernels=4.0), on("sdxl"), on("sdxl", engine="eager")

    for count in (lambda p: operator_traffic(op, p, p.precisions["backbone"]), lambda p: operator_kernels(op, p)):
        assert count(compiled) < count(eager)
    assert 4.0 * eager.engine.unfused == operator_kernels(op, eager)


def test_a_table_nobody_reads_launches_nothing() -> None:
    """
    Stored weights are memory, not time.
    """
    assert (0.0, 1.0) == (
        operator_kernels(lookup("w", 0.0, 10.0, 10.0), on("sdxl")),
        operator_kernels(lookup("w", 5.0, 10.0, 10.0), on("sdxl")),
    )


def test_a_step_is_the_sum_of_its_operators() -> None:
    """
    Operators of a step depend on each other.
    """
    part, platform = phase("sdxl", image(512.0), "denoise"), on("sdxl")
    step = step_demand(part, platform)
    precision = platform.precisions["backbone"]

    assert math.fsum(operator_traffic(op, platform, precision) for op in part.operators) == pytest.approx(step.traffic)
    assert max(step.compute, step.memory) <= step.busy <= (step.compute + step.memory) * (1 + 1e-9)


def test_kernels_that_step_over_memory_take_longer_where_the_engine_says_so() -> None:
    """
    A gate that is repeated along rows doubles its own time on an engine that is half as fast there.
    """
    plain, gate = elementwise("plain", 1e6), elementwise("gate", 1e6, strided=1.0)
    slow = on("sdxl", engine="eager")
    slow = replace(slow, engine=replace(slow.engine, strided=2.0))

    def time(op: Elementwise) -> float:
        return float(operator_cost(op, slow, slow.precisions["backbone"]).seconds)

    assert 2 * time(plain) == pytest.approx(time(gate))
    assert gate.elements * 2 * 2 / (slow.gpu.memory_bandwidth * slow.achieved.copy) == pytest.approx(time(plain))


def test_every_exchange_costs_the_host() -> None:
    """
    Four all-to-alls around each of PixArt-sigma's 28 self-attentions; the text of the others lies on every GPU.
    """
    options: dict[str, Any] = {"gpus": 4, "parallelism": "ulysses4", "engine": "xdit"}
    denoise = phase("pixart-sigma", image(1024.0), "denoise", **options)
    alone, shared = on("pixart-sigma", engine="xdit"), on("pixart-sigma", **options)
    layers = 28

    assert 0 == step_demand(denoise, alone).collectives
    assert 4 * layers == step_demand(denoise, shared).collectives
    assert host_time(step_demand(denoise, shared), shared) - host_time(step_demand(denoise, alone), alone) == (
        pytest.approx(4 * layers * shared.engine.host_time_per_collective * shared.achieved.host)
    )


def test_a_short_product_fills_a_fast_gpu_least() -> None:
    """
    1.3 us are 115 products deep on the A100 (312 TFLOP/s, 108 units) and 297 on the H100 (989, 132).
    """
    assert 1024 / (1024 + 114.6) == pytest.approx(filled(1024.0, 312e12, 108), rel=1e-3)
    assert 1024 / (1024 + 297.3) == pytest.approx(filled(1024.0, 989e12, 132), rel=1e-3)


def test_what_a_group_moves_is_what_its_gpus_move() -> None:
    """
    Four GPUs of four times a quarter of the weights: as much as one GPU reads, and a few activations twice.
    """
    options: dict[str, Any] = {"gpus": 4, "parallelism": "tp4"}
    alone, together = (
        time_phase(phase("emu3-gen", image(512.0), "decode", **chosen), on("emu3-gen", **chosen))
        for chosen in ({}, options)
    )
    part = phase("emu3-gen", image(512.0), "decode", **options)

    assert together.memory_traffic == pytest.approx(alone.memory_traffic, rel=0.05)
    assert together.memory_traffic == part.steps * 4 * step_demand(part, on("emu3-gen", **options)).traffic
    assert alone.memory_traffic == part.steps * step_demand(part, on("emu3-gen")).traffic
    assert together.kernels == part.steps * step_demand(part, on("emu3-gen", **options)).kernels


def test_collectives_take_their_bytes_and_their_latency() -> None:
    """
    By hand, 8,192 bytes per layer and token among two: all-reduces send each byte twice, half of it from each GPU, two
    in each of 32 layers; all-to-alls send half of each GPU's half, four times.
    """
    link = {"collective_bandwidth": 0.5, "collective_decay": 1.0, "collective_latency": 8e-6}
    split, sequence = (
        with_achieved(on(model, gpus=2, parallelism=name), **link)
        for model, name in (("emu3-gen", "tp2"), ("flux.1-dev", "ulysses2"))
    )
    rate, latency = 0.5 * float(split.gpu.link_bandwidth), 8e-6 * math.sqrt(2 / 4)
    whole = replace(ATTENTION, queries=64.0)

    assert 2 * 32 * 0.5 * (2 * 8192 / rate + latency) == pytest.approx(all_reduce_time(ATTENTION, split, 2.0))
    assert 4 * 32 * 0.5 * (64 * 8192 / 2 / rate + latency) == pytest.approx(all_to_all_time(whole, sequence, 2.0))
    assert 0.0 == all_to_all_time(ATTENTION, sequence, 2.0) == all_to_all_time(whole, split, 2.0)
    assert (4.0, 0.0) == (all_to_alls(whole), all_to_alls(ATTENTION))


def test_a_layer_launches_its_collectives() -> None:
    """
    Two all-reduces or four all-to-alls in each of 32 layers, however many GPUs share it; none alone.
    """
    whole = replace(ATTENTION, queries=64.0)
    splits_of = [Parallelism(), Parallelism(tensor=2.0), Parallelism(tensor=8.0), Parallelism(sequence=4.0)]

    assert [0.0, 64.0, 64.0, 128.0] == [collectives(whole, split) for split in splits_of]
    assert [0.0, 64.0, 64.0, 0.0] == [collectives(ATTENTION, split) for split in splits_of]


def test_a_ring_of_sequences_moves_a_share_of_a_share() -> None:
    """
    Four GPUs: each sends three quarters of its quarter, four times a layer; tensor groups add to it.
    """
    whole = replace(ATTENTION, queries=64.0)
    part = Phase(id="p", component="transformer", steps=1.0, operators=(whole, whole))
    bytes_ = 2 * 32 * 64 * 8192

    assert bytes_ * 4 * 3 / 16 == link_traffic(part, Parallelism(sequence=4.0), 2.0)
    assert bytes_ * 2 * 2 * 7 / 8 == link_traffic(part, Parallelism(tensor=8.0), 2.0)
    assert 0.0 == link_traffic(replace(part, parallel=False), Parallelism(sequence=4.0), 2.0)


def test_links_take_both_kinds_of_collectives_of_every_layer() -> None:
    """
    The sum over attention layers, for GPUs that share them.
    """
    shared = on("flux.1-dev", gpus=2, parallelism="ulysses2")
    part = phase("flux.1-dev", image(512.0), "denoise", gpus=2, parallelism="ulysses2")
    size = shared.precisions[part.precision].activation_bytes
    layers = [op for op in part.operators if isinstance(op, Attention)]
    due = math.fsum(all_reduce_time(op, shared, size) + all_to_all_time(op, shared, size) for op in layers)

    assert due == pytest.approx(link_time(part, shared))
    assert due > 0
    assert 0.0 == link_time(replace(part, parallel=False), shared)
