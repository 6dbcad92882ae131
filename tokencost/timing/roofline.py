"""One operator on one GPU: arithmetic, traffic, and how much of the two overlaps.

Time is (t_compute^p + t_memory^p)^(1/p). p = infinity is the textbook roofline; measured matrix products
lie near p = 1..2, because tiles must be loaded before they are multiplied. `achieved` holds p and the
shares of the datasheet peaks that vendor libraries reach, each measured.
"""

from tokencost.counting.footprint import cached_element
from tokencost.counting.operators import (
    FLOP_PER_MAC,
    QK_AND_PV,
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
from tokencost.nouns.hardware import Platform, Precision
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear, Lookup, Operator
from tokencost.numeric import interpolate, maximum, minimum, power
from tokencost.record import dataclass
from tokencost.timing.rates import attention_rate, convolution_rate, linear_rate, scalar_peak
from tokencost.units import Bytes, Constant, Count, Flop, FlopPerSecond, Fraction, Seconds

SOFTMAX_OPERATIONS = Constant(
    10, "FLOP", "fp32 operations per attention score: scale, maximum, exponential, sum, rescale, convert"
)
FLOP_PER_OPERATION = Constant(1, "FLOP", "fp32 operations of dequantisation are counted singly")
INSTANT = Constant(1e-30, "s", "keeps the ratio of two times finite where an operator does nothing")
NO_KERNEL = Constant(1e-30, "", "keeps the bytes of one kernel finite where there is none")
NAIVE_SCORE_PASSES = Constant(
    4, "", "unfused attention writes scores, reads them for the softmax, writes and reads the result"
)


@formula("definition")
def compute_time(flop: Flop, rate: FlopPerSecond) -> Seconds:
    """Time if arithmetic were the only limit."""
    return flop / rate


@formula("definition")
def memory_time(traffic: Bytes, on: Platform) -> Seconds:
    """Time if memory traffic were the only limit."""
    return traffic / (on.gpu.memory_bandwidth * on.achieved.bandwidth)


@formula("definition", says="share of memory bandwidth of a kernel that moves so many bytes: by size where measured")
def copy_share(size: Bytes, on: Platform) -> Fraction:
    """What fits caches moves faster than memory could; the share of plain copies where no curve was measured."""
    curve = on.achieved.elementwise_by_size
    return interpolate([(point.size, point.share) for point in curve], size) if curve else on.achieved.copy


@formula("definition")
def bytes_each(op: Elementwise, traffic: Bytes, on: Platform) -> Bytes:
    """What one kernel of an operator moves."""
    return traffic / maximum(op.count * op.kernels * on.engine.unfused, NO_KERNEL)


@formula("definition")
def copy_time(op: Elementwise, traffic: Bytes, on: Platform) -> Seconds:
    """Time of kernels that stream through contiguous memory."""
    return traffic / (on.gpu.memory_bandwidth * copy_share(bytes_each(op, traffic, on), on))


@formula("pytorch-tensoriterator")
def strided_slowdown(op: Elementwise, on: Platform) -> Fraction:
    """How much longer the kernels of an operator take than if none repeated a vector or stepped over memory."""
    return 1 + op.strided * (on.engine.strided - 1)


@formula("definition", says="memory time of an operator: weights of matrix products stream as fast as the engine lets")
def operator_memory_time(op: Operator, traffic: Bytes, on: Platform) -> Seconds:
    """Weights never faster than the datasheet's bandwidth, elementwise kernels by their size where it was measured."""
    if isinstance(op, Elementwise):
        return copy_time(op, traffic, on) * strided_slowdown(op, on)
    if not isinstance(op, Linear):
        return memory_time(traffic, on)
    streamed = memory_time(traffic, on) / on.engine.bandwidth_efficiency
    return maximum(streamed, traffic / on.gpu.memory_bandwidth)


@formula("williams-2009")
def overlapped(compute: Seconds, memory: Seconds, overlap: Fraction) -> Seconds:
    """The p-norm of the two limits, written so that neither power overflows."""
    return maximum(compute, memory) * power(
        1 + power(minimum(compute, memory) / maximum(maximum(compute, memory), INSTANT), overlap), 1 / overlap
    )


@formula("definition")
def linear_traffic(op: Linear, precision: Precision) -> Bytes:
    """Weights once, inputs and outputs once."""
    return linear_weights(op) * precision.weight_bytes + linear_activations(op) * precision.activation_bytes


@formula("definition")
def convolution_traffic(op: Convolution, precision: Precision) -> Bytes:
    """Weights once, inputs and outputs once."""
    return convolution_weights(op) * precision.weight_bytes + convolution_activations(op) * precision.activation_bytes


@formula("dao-2022")
def softmax_time(work: Flop, op: Attention, on: Platform) -> Seconds:
    """Softmax of as many scores as `work` computes, outside the matrix units; short heads feel it most."""
    return work / (QK_AND_PV * FLOP_PER_MAC * op.head_dim) * SOFTMAX_OPERATIONS / scalar_peak(on.gpu)


@formula("maintainers-dequantisation")
def dequantisation_time(op: Linear, on: Platform, precision: Precision) -> Seconds:
    """Weights turned back into numbers, once per pass; zero where they are multiplied as they are stored."""
    return linear_weights(op) * precision.dequantisation * FLOP_PER_OPERATION / scalar_peak(on.gpu)


@formula("dao-2022")
def fused_attention_traffic(op: Attention, precision: Precision) -> Bytes:
    """Queries, results, keys and values; scores stay on chip."""
    return attention_activations(op) * precision.activation_bytes + attention_cache(op) * cached_element(precision)


@formula("dao-2022")
def naive_attention_traffic(op: Attention, precision: Precision) -> Bytes:
    """As fused, and the score matrices through memory."""
    return fused_attention_traffic(op, precision) + (
        NAIVE_SCORE_PASSES * attention_scores(op) * precision.activation_bytes
    )


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
            return compute_time(work, attention_rate(op, on, precision)) + softmax_time(work, op, on)
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
    memory = operator_memory_time(op, traffic, on)
    compute = operator_compute_time(op, on, precision)
    alone = isinstance(op, Elementwise | Lookup)
    seconds = memory if alone else overlapped(compute, memory, on.achieved.overlap)
    if isinstance(op, Linear):
        seconds = seconds + dequantisation_time(op, on, precision)
    kernels = operator_kernels(op, on)
    return OperatorCost(id=op.id, compute=compute, memory=memory, seconds=seconds, traffic=traffic, kernels=kernels)
