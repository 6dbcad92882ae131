"""One operator on one GPU: arithmetic, traffic, and how much of the two overlaps.

Time is (t_compute^p + t_memory^p)^(1/p). p = infinity is the textbook roofline; measured matrix products
lie near p = 1..2, because tiles must be loaded before they are multiplied. `achieved` holds p and the
shares of the datasheet peaks that vendor libraries reach, each measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tokencost.counting.operators import (
    attention_activations,
    attention_cache,
    attention_flop,
    attention_scores,
    causal_attention_flop,
    convolution_activations,
    convolution_flop,
    convolution_weights,
    elementwise_activations,
    linear_activations,
    linear_flop,
    linear_weights,
    lookup_activations,
)
from tokencost.formula import formula
from tokencost.nouns.hardware import Gpu, Platform, Precision
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear, Lookup, Operator
from tokencost.numeric import ceil, maximum, minimum, power
from tokencost.units import Bytes, Constant, Count, Flop, FlopPerSecond, Fraction, Num, Seconds

TILE = Constant(128, "", "rows and columns of the output tile that large matrix kernels give one multiprocessor")
HALF = Constant(0.5, "", "a last wave less than half full is not split for")
SPLIT = Constant(1024, "", "inner length below which splitting a product further does not pay")
PADDED_HEAD = Constant(64, "", "fused attention kernels pad heads to multiples of this")
INSTANT = Constant(1e-30, "s", "keeps the ratio of two times finite where an operator does nothing")
NAIVE_SCORE_PASSES = Constant(
    4, "", "unfused attention writes scores, reads them for the softmax, writes and reads the result"
)


@formula(
    "definition", says="dense peak at a precision: the first of its names that the GPU has, else the GPU's slowest"
)
def peak(gpu: Gpu, precision: Precision) -> FlopPerSecond:
    """Datasheet figure; where the GPU has none of the names, a plan says that it cannot run."""
    return _first_known(gpu.peak, precision.peak)


@formula("definition", says="dense peak of the GPU for convolutions at a precision")
def convolution_peak(gpu: Gpu, precision: Precision) -> FlopPerSecond:
    """As `peak`, by the precision's own names for convolutions if it has any."""
    return _first_known(gpu.peak, precision.convolution or precision.peak)


@formula("definition", says="share of the peak that large matrix products reach at a precision, measured")
def matmul_share(on: Platform, precision: Precision) -> Fraction:
    """The precision's own figure, else the lowest of the GPU."""
    return _first_known(on.achieved.matmul, precision.peak) * on.engine.matmul_efficiency


def _first_known(known: Mapping[str, Num], names: tuple[str, ...]) -> Num:
    """The entry of the first name that has one; the smallest of all if none has."""
    found = [known[name] for name in names if name in known]
    return found[0] if found else min(known.values())


@formula("nvidia-matmul-guide")
def tiles(rows: Count, columns: Count) -> Count:
    """Output tiles of a matrix product; one row still needs a tile."""
    return maximum(ceil(rows / TILE), 1.0) * ceil(columns / TILE)


@formula("nvidia-matmul-guide")
def splits(tiles: Count, inner: Count, multiprocessors: Count) -> Count:
    """Parts a product is split into along its inner length: while multiprocessors would idle and the length allows."""
    return maximum(1.0, minimum(ceil(multiprocessors / tiles - HALF), ceil(inner / SPLIT)))


@formula("nvidia-matmul-guide")
def busy_share(slices: Count, multiprocessors: Count) -> Fraction:
    """Share of the multiprocessors that work, over all waves of slices."""
    return slices / (ceil(slices / multiprocessors) * multiprocessors)


@formula(
    "nvidia-matmul-guide",
    says="busy_share of the output tiles, split along the inner length; small products leave many idle",
)
def occupancy(rows: Count, columns: Count, inner: Count, multiprocessors: Count) -> Fraction:
    """Share of the GPU that a matrix product of this shape keeps busy."""
    whole = tiles(rows, columns)
    return busy_share(whole * splits(whole, inner, multiprocessors), multiprocessors)


@formula("definition")
def compute_time(flop: Flop, rate: FlopPerSecond) -> Seconds:
    """Time if arithmetic were the only limit."""
    return flop / rate


@formula("definition")
def memory_time(traffic: Bytes, on: Platform) -> Seconds:
    """Time if memory traffic were the only limit."""
    return traffic / (on.gpu.memory_bandwidth * on.achieved.bandwidth)


@formula("williams-2009")
def overlapped(compute: Seconds, memory: Seconds, overlap: Fraction) -> Seconds:
    """The p-norm of the two limits, written so that neither power overflows."""
    return maximum(compute, memory) * power(
        1 + power(minimum(compute, memory) / maximum(maximum(compute, memory), INSTANT), overlap), 1 / overlap
    )


@formula("nvidia-matmul-guide")
def linear_rate(op: Linear, on: Platform, precision: Precision) -> FlopPerSecond:
    """Arithmetic that a matrix product of this shape reaches."""
    return (
        peak(on.gpu, precision)
        * matmul_share(on, precision)
        * occupancy(op.rows, op.columns, op.inner, on.gpu.multiprocessors)
    )


@formula("definition")
def linear_traffic(op: Linear, precision: Precision) -> Bytes:
    """Weights once, inputs and outputs once."""
    return linear_weights(op) * precision.weight_bytes + linear_activations(op) * precision.activation_bytes


@formula("nvidia-matmul-guide")
def convolution_rate(op: Convolution, on: Platform, precision: Precision) -> FlopPerSecond:
    """Arithmetic that a convolution reaches: a matrix product of positions by output channels."""
    return (
        convolution_peak(on.gpu, precision)
        * on.achieved.convolution
        * on.engine.matmul_efficiency
        * occupancy(op.positions, op.out_channels, op.in_channels * op.kernel / op.groups, on.gpu.multiprocessors)
    )


@formula("definition")
def convolution_traffic(op: Convolution, precision: Precision) -> Bytes:
    """Weights once, inputs and outputs once."""
    return convolution_weights(op) * precision.weight_bytes + convolution_activations(op) * precision.activation_bytes


@formula("dao-2022")
def padding(head_dim: Count) -> Fraction:
    """Useful share of the padded head."""
    return head_dim / (ceil(head_dim / PADDED_HEAD) * PADDED_HEAD)


@formula("dao-2022")
def attention_rate(op: Attention, on: Platform, precision: Precision) -> FlopPerSecond:
    """Arithmetic that a fused attention kernel reaches."""
    return peak(on.gpu, precision) * on.achieved.attention * padding(op.head_dim)


@formula("dao-2022")
def fused_attention_traffic(op: Attention, precision: Precision) -> Bytes:
    """Queries, results, keys and values; scores stay on chip."""
    return (attention_activations(op) + attention_cache(op)) * precision.activation_bytes


@formula("dao-2022")
def naive_attention_traffic(op: Attention, precision: Precision) -> Bytes:
    """As fused, and the score matrices through memory."""
    return (
        attention_activations(op) + attention_cache(op) + NAIVE_SCORE_PASSES * attention_scores(op)
    ) * precision.activation_bytes


@formula("definition")
def elementwise_traffic(op: Elementwise, on: Platform, precision: Precision) -> Bytes:
    """What remains after the engine's fusion."""
    return elementwise_activations(op) * precision.activation_bytes * on.engine.unfused


@formula("definition")
def lookup_traffic(op: Lookup, precision: Precision) -> Bytes:
    """Rows read and written."""
    return lookup_activations(op) * precision.activation_bytes


@formula("definition", says="bytes an operator moves through memory on this platform")
def operator_traffic(op: Operator, on: Platform, precision: Precision) -> Bytes:
    """Weights, activations and cache, after the engine's fusion and with its attention kernel."""
    match op:
        case Linear():
            return linear_traffic(op, precision)
        case Convolution():
            return convolution_traffic(op, precision)
        case Attention():
            naive = on.engine.attention == "naive"
            return naive_attention_traffic(op, precision) if naive else fused_attention_traffic(op, precision)
        case Elementwise():
            return elementwise_traffic(op, on, precision)
        case Lookup():
            return lookup_traffic(op, precision)


@formula("williams-2009", says="arithmetic time of one operator on this platform")
def operator_compute_time(op: Operator, on: Platform, precision: Precision) -> Seconds:
    """Zero for operators without arithmetic; fused kernels skip what causality rules out."""
    match op:
        case Linear():
            return compute_time(linear_flop(op), linear_rate(op, on, precision))
        case Convolution():
            return compute_time(convolution_flop(op), convolution_rate(op, on, precision))
        case Attention():
            skips = op.causal and on.engine.attention != "naive"
            work = causal_attention_flop(op) if skips else attention_flop(op)
            return compute_time(work, attention_rate(op, on, precision))
    return 0.0


@formula(
    "definition", says="kernels that the host launches for one operator: one, or what fusion leaves of elementwise ones"
)
def operator_kernels(op: Operator, on: Platform) -> Count:
    """Unfused attention is four kernels: scores, softmax, mask or scale, values."""
    match op:
        case Elementwise():
            return op.count * op.kernels * on.engine.unfused
        case Attention() if on.engine.attention == "naive":
            return op.count * NAIVE_SCORE_PASSES
        case Lookup():
            return op.count * minimum(op.rows, 1.0)
    return op.count


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorCost:
    """What all runs of one operator in a pass ask of a GPU; `seconds` is besides the fixed time of its kernels."""

    id: str
    compute: Seconds
    memory: Seconds
    seconds: Seconds
    traffic: Bytes
    kernels: Count


@formula(
    "williams-2009",
    says="one operator: the overlap of arithmetic and traffic, or traffic alone where there is no arithmetic",
)
def operator_cost(op: Operator, on: Platform, precision: Precision) -> OperatorCost:
    """Arithmetic and memory time, bytes and kernels."""
    traffic = operator_traffic(op, on, precision)
    memory = memory_time(traffic, on)
    compute = operator_compute_time(op, on, precision)
    alone = isinstance(op, Elementwise | Lookup)
    seconds = memory if alone else overlapped(compute, memory, on.achieved.overlap)
    kernels = operator_kernels(op, on)
    return OperatorCost(id=op.id, compute=compute, memory=memory, seconds=seconds, traffic=traffic, kernels=kernels)
