"""Hardware and software: what a program runs on, and what it costs to rent."""

from collections.abc import Mapping
from typing import Literal

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import (
    Bytes,
    BytesPerSecond,
    Count,
    FlopPerSecond,
    Fraction,
    Seconds,
    Size,
    UsdPerSecond,
    Watts,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu(Noun):
    """Datasheet figures of one accelerator. What software achieves of them lives in Achieved and Engine.

    `peak` is dense FLOP/s by precision (fp32, tf32, bf16, fp16, fp8, int8); a precision that is not
    there is not supported. `link_bandwidth` is per direction and GPU (NVLink, or PCIe where there is none), 0 where
    there is no second one to link to; powers are 0 where nobody knows them, and energy is then left out.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    vendor: str
    generation: str
    memory: Bytes
    memory_bandwidth: BytesPerSecond
    peak: Mapping[str, FlopPerSecond]
    multiprocessors: Size
    link_bandwidth: BytesPerSecond = 0.0
    power_limit: Watts = 0.0
    idle_power: Watts = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPoint(Noun):
    """A point of a curve over the rows of a matrix product."""

    rows: Count
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class SizePoint(Noun):
    """A point of a curve over the bytes that one kernel moves."""

    size: Bytes
    share: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Achieved(Noun):
    """What vendor libraries reach of a GPU's datasheet peaks, measured; one record per GPU or generation.

    `matmul` is the share of peak FLOP/s of a large matrix product, `sustained` the share of that rate that long
    runs keep, `bandwidth` the share of memory bandwidth when weights stream past one row, `copy` that of kernels which
    only change what passes through. Between arithmetic and bandwidth, times add as a p-norm with exponent `overlap`: 1
    is no overlap of arithmetic and traffic, infinity a perfect roofline.
    `attention` is the share of the dense peak that the products inside fused attention reach, softmax apart.
    `collective_bandwidth` is the share of link bandwidth between two GPUs, `collective_latency` the time of a small
    collective among four; with every doubling the bandwidth falls by 2^`collective_decay` where GPUs share a bus.
    `host` scales the host's time per kernel.

    Two curves refine the shares where they were measured, with logarithmic steps between points and level ends:
    `matmul_by_rows` is the share of what `matmul` and the tiles of a product promise, `elementwise_by_size` the
    share of memory bandwidth of an elementwise kernel, above 1 where caches hold what it moves.
    """

    id: str
    generations: tuple[str, ...] = ()
    matmul: Mapping[str, Fraction]
    attention: Fraction
    convolution: Fraction
    convolution_3d: Fraction
    bandwidth: Fraction
    copy: Fraction
    overlap: Fraction
    kernel_time: Seconds
    collective_latency: Seconds
    collective_bandwidth: Fraction
    collective_decay: Fraction = 0.0
    sustained: Fraction = 1.0
    host: Fraction = 1.0
    matmul_by_rows: tuple[RowsPoint, ...] = ()
    elementwise_by_size: tuple[SizePoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine(Noun):
    """What a software stack adds to and takes from the hardware's time.

    `host_time` is spent by the host for every kernel it launches one by one (0 where graphs are replayed),
    `host_time_per_collective` for every exchange among GPUs (packing, launching, a compiled graph that ends there),
    `host_time_per_step` once per pass, `host_time_per_request` once per request (tokenising,
    setting up the sampler, making a picture file). With `short_accumulation` fp16 products are summed in fp16, which
    consumer cards do at twice the rate. `matmul_efficiency` and `attention_efficiency` scale the arithmetic that
    libraries achieve, `bandwidth_efficiency` the bandwidth at which weights of matrix products stream (kernels
    generated for a few rows do better than the vendor's), `unfused` is the share of elementwise kernels and traffic
    that remains; those that repeat a vector along rows or step over memory take `strided` times as long.
    `reserve` is memory taken by context and workspaces,
    `preallocates` the share of GPU memory claimed at start. `runs` says which
    kinds of phases it can run. `as_released` says that it is the released code, which keeps weights as they were
    stored and leaves in host memory what waits.
    `spread` is the factor within which 90 % of validated predictions stay, up or down.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    host_time: Seconds
    host_time_per_step: Seconds
    host_time_per_request: Seconds = 0.0
    host_time_per_collective: Seconds = 0.0
    short_accumulation: bool = False
    matmul_efficiency: Fraction
    attention_efficiency: Fraction = 1.0
    bandwidth_efficiency: Fraction = 1.0
    attention: Literal["naive", "sdpa", "flash2", "flash3"]
    unfused: Fraction
    strided: Count = 1.0
    reserve: Bytes
    preallocates: Fraction = 0.0
    guidance: Literal["as-released", "batched"] = "as-released"
    as_released: bool = False
    runs: tuple[Literal["diffusion", "decode"], ...]
    spread: Fraction
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision(Noun):
    """How numbers are stored and multiplied: bytes of weights and activations, and the peak that counts.

    `peak` are the names tried in order in Gpu.peak, `convolution` and `attention` those of convolutions
    and attention where they differ (quantisation leaves them as they are). `dequantisation` counts the fp32 operations
    that turn one stored weight back before it is multiplied; `cache_bytes` is the size of a cached key or value
    element where it differs from an activation. `others` is the precision of encoders and coders when the
    backbone has this one; empty means the same.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    weight_bytes: Bytes
    activation_bytes: Bytes
    peak: tuple[str, ...]
    convolution: tuple[str, ...] = ()
    attention: tuple[str, ...] = ()
    dequantisation: Count = 0.0
    cache_bytes: Bytes = 0.0
    others: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power(Noun):
    """How much of the range between a GPU's idle power and its power limit a program draws.

    `static` is drawn while a program holds the GPU, whatever it does; `compute` comes on top in proportion to the share
    of the peak FLOP/s that is used, and would be all of it at the peak; `memory` likewise for bandwidth. Together they
    end at the limit, which dense work reaches long before its peak. `spread` as for engines.
    """

    id: str
    static: Fraction
    compute: Fraction
    memory: Fraction
    spread: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallelism:
    """How many GPUs share each tensor, each sequence, the guidance branches of one request, or the layers.

    GPUs of a `pipeline` hold their part of the layers and pass patches of an image on to each other, with keys and
    values of the step before where those of this step are not there yet.
    """

    tensor: Count = 1.0
    sequence: Count = 1.0
    guidance: Count = 1.0
    pipeline: Count = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One replica: GPUs, a software stack, precisions and a way to share the work.

    `precisions` by use: "backbone" for the transformer or denoiser, "other" for encoders and coders, "wide" for those
    that overflow fp16, and the name of a precision where a component insists on it.
    """

    gpu: Gpu
    achieved: Achieved
    power: Power
    engine: Engine
    precisions: Mapping[str, Precision]
    parallelism: Parallelism
    gpus: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine(Noun):
    """One price as it was seen; `since` is the first day it was true, `seen` the last one if it was looked at again.

    Lines are appended, never edited.
    """

    since: str
    price: UsdPerSecond
    source: str
    seen: str = ""


Term = Literal["on-demand", "spot", "reserved", "reserved-1y", "reserved-3y", "savings-1y", "savings-3y"]
"""How long somebody binds himself; `reserved` is a reservation whose length nobody says, such as a block of days."""
COMMITTED: tuple[Term, ...] = ("reserved", "reserved-1y", "reserved-3y", "savings-1y", "savings-3y")
"""Terms that are paid whether the machine runs or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuPrice(Noun):
    """What a provider asks for one GPU for one unit of time.

    `country` is the ISO 3166 code of where the machine stands, empty where the table of regions says it or nobody does.
    """

    id: str
    gpu: str
    provider: str
    region: str
    term: Term
    instance: str
    gpus_per_instance: Size
    country: str = ""
    lines: tuple[PriceLine, ...]
