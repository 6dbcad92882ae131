"""The formulas of one operator, written into each other by `python -m tests.promises.fused`, not by hand.

Each function takes a platform and a precision and returns what prices operators of one class there: their arithmetic,
memory and whole time in seconds, bytes of traffic and kernels, all as plain floats.
"""

from collections.abc import Callable
from math import ceil
from math import pow as power

from tokencost.counting.footprint import cached_element
from tokencost.nouns.hardware import Platform, Precision
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear, Lookup, Operator
from tokencost.numeric import interpolate
from tokencost.timing.rates import _first_known, _names
from tokencost.units import Num

Cost = tuple[Num, Num, Num, Num, Num]
Pricing = Callable[[Platform, Precision], Callable[..., Cost]]


def price_linear(on: Platform, precision: Precision) -> Callable[[Linear], Cost]:
    """What operators of the class Linear take."""
    p1, p2, p3 = precision.weight_bytes, precision.activation_bytes, on.gpu
    p4, p5 = p3.memory_bandwidth, on.achieved
    p6, p7 = p4 * p5.bandwidth, on.engine
    p8, p9, p10 = p7.bandwidth_efficiency, p3.peak, precision.peak
    p11 = _first_known(p9, _names(p10, on))
    p12 = p11 * (_first_known(p5.matmul, p10) * p5.sustained * p7.matmul_efficiency)
    p13 = p3.multiprocessors
    p14 = 1.3e-06 * p11 / p13 / (2.0 * 128.0 * 128.0)
    p15 = p5.matmul_by_rows
    p16 = [(point.rows, point.share) for point in p15]
    p17 = p5.overlap
    p18 = 1 / p17
    p19 = precision.dequantisation
    p20 = _first_known(p9, ("fp32",))

    def cost(op: Linear) -> Cost:
        count, inner, columns, rows = op.count, op.inner, op.columns, op.rows
        t1 = count * inner * columns
        t2 = t1 * p1 + count * rows * (inner + columns) * p2
        t3 = t2 / p6 / p8
        t4 = t2 / p4
        t5 = t3 if t3 >= t4 else t4
        t6 = float(ceil(rows / 128.0))
        t7 = (t6 if t6 >= 1.0 else 1.0) * float(ceil(columns / 128.0))
        t8 = float(ceil(p13 / t7 - 0.5))
        t9 = float(ceil(inner / 1024.0))
        t10 = t8 if t8 <= t9 else t9
        t11 = t7 * (1.0 if t10 <= 1.0 else t10)
        t12 = interpolate(p16, rows) if p15 else 1.0
        t13 = p12 * (inner / (inner + p14)) * (t11 / (float(ceil(t11 / p13)) * p13)) * t12
        t14 = 2.0 * count * rows * inner * columns / t13
        t15 = t14 if t14 >= t5 else t5
        t16 = t15 * power(1 + power((t14 if t14 <= t5 else t5) / (t15 if t15 >= 1e-30 else 1e-30), p17), p18)
        return (t14, t5, t16 + t1 * p19 * 1.0 / p20, t2, count)

    return cost


def price_attention(on: Platform, precision: Precision) -> Callable[[Attention], Cost]:
    """What operators of the class Attention take."""
    p1 = on.engine
    p2 = p1.attention == "naive"
    p3 = precision.activation_bytes
    p4 = cached_element(precision)
    p5, p6 = on.gpu, on.achieved
    p7, p8, p9 = p5.memory_bandwidth * p6.bandwidth, 2.0 * 2.0, p5.peak
    p10 = _first_known(p9, precision.attention or precision.peak) * p6.attention * p1.attention_efficiency
    p11 = _first_known(p9, ("fp32",))
    p12 = p6.overlap
    p13 = 1 / p12

    def cost(op: Attention) -> Cost:
        count, sequences, heads, queries, head_dim = op.count, op.sequences, op.heads, op.queries, op.head_dim
        kv_heads, context = op.kv_heads, op.context
        if p2:
            t1 = 2.0 * count * sequences
            t2 = 4.0 * (count * sequences * heads * queries * context) * p3
            t3 = t1 * heads * queries * head_dim * p3 + t1 * kv_heads * context * head_dim * p4 + t2
        else:
            t4 = 2.0 * count * sequences
            t3 = t4 * heads * queries * head_dim * p3 + t4 * kv_heads * context * head_dim * p4
        t5 = t3 / p7
        if op.causal and p1.attention != "naive":
            t6 = p8 * count * sequences * heads * queries * context * head_dim * (context - (queries - 1) / 2)
            t7 = t6 / context
        else:
            t7 = p8 * count * sequences * heads * queries * context * head_dim
        t8 = t7 / (p10 * (head_dim / (float(ceil(head_dim / 32.0)) * 32.0))) + t7 / (p8 * head_dim) * 10.0 / p11
        t9 = t8 if t8 >= t5 else t5
        t10 = t9 * power(1 + power((t8 if t8 <= t5 else t5) / (t9 if t9 >= 1e-30 else 1e-30), p12), p13)
        return (t8, t5, t10, t3, count * 4.0 if p2 else count)

    return cost


def price_convolution(on: Platform, precision: Precision) -> Callable[[Convolution], Cost]:
    """What operators of the class Convolution take."""
    p1, p2, p3, p4 = precision.weight_bytes, precision.activation_bytes, on.gpu, on.achieved
    p5 = p3.memory_bandwidth * p4.bandwidth
    p6 = _first_known(p3.peak, _names(precision.convolution or precision.peak, on))
    p7, p8, p9, p10 = p4.convolution_3d, p4.convolution, on.engine.matmul_efficiency, p3.multiprocessors
    p11 = 1.3e-06 * p6 / p10 / (2.0 * 128.0 * 128.0)
    p12 = p4.overlap
    p13 = 1 / p12

    def cost(op: Convolution) -> Cost:
        count, kernel, in_channels, out_channels = op.count, op.kernel, op.in_channels, op.out_channels
        groups, positions = op.groups, op.positions
        t1 = count * (op.inputs * in_channels + positions * out_channels) * p2
        t2 = count * kernel * in_channels * out_channels / groups * p1 + t1
        t3 = t2 / p5
        t4 = in_channels * kernel / groups
        t5 = float(ceil(positions / 128.0))
        t6 = (t5 if t5 >= 1.0 else 1.0) * float(ceil(out_channels / 128.0))
        t7 = float(ceil(p10 / t6 - 0.5))
        t8 = float(ceil(t4 / 1024.0))
        t9 = t7 if t7 <= t8 else t8
        t10 = t6 * (1.0 if t9 <= 1.0 else t9)
        t11 = t10 / (float(ceil(t10 / p10)) * p10)
        t12 = p6 * (p7 if (kernel == 27.0) | (kernel == 3.0) else p8) * p9 * (t4 / (t4 + p11)) * t11
        t13 = 2.0 * count * positions * kernel * in_channels * out_channels / groups / t12
        t14 = t13 if t13 >= t3 else t3
        t15 = t14 * power(1 + power((t13 if t13 <= t3 else t3) / (t14 if t14 >= 1e-30 else 1e-30), p12), p13)
        return (t13, t3, t15, t2, count)

    return cost


def price_elementwise(on: Platform, precision: Precision) -> Callable[[Elementwise], Cost]:
    """What operators of the class Elementwise take."""
    p1, p2 = precision.activation_bytes, on.engine
    p3, p4, p5 = p2.unfused, on.gpu.memory_bandwidth, on.achieved
    p6 = p5.elementwise_by_size
    p7 = [(point.size, point.share) for point in p6]
    p8 = p5.copy
    p9 = p2.strided - 1

    def cost(op: Elementwise) -> Cost:
        count, kernels = op.count, op.kernels
        t1 = 2.0 * count * kernels * op.elements * p1 * p3
        t2 = count * kernels * p3
        t3 = interpolate(p7, t1 / (t2 if t2 >= 1e-30 else 1e-30)) if p6 else p8
        t4 = t1 / (p4 * t3) * (1 + op.strided * p9)
        return (0.0, t4, t4, t1, t2)

    return cost


def price_lookup(on: Platform, precision: Precision) -> Callable[[Lookup], Cost]:
    """What operators of the class Lookup take."""
    p1, p2 = precision.activation_bytes, on.gpu.memory_bandwidth * on.achieved.bandwidth

    def cost(op: Lookup) -> Cost:
        count, rows = op.count, op.rows
        t1 = 2.0 * count * rows * op.columns * p1
        t2 = t1 / p2
        return (0.0, t2, t2, t1, count * (rows if rows <= 1.0 else 1.0))

    return cost


PRICING: dict[type[Operator], Pricing] = {
    Linear: price_linear,
    Attention: price_attention,
    Convolution: price_convolution,
    Elementwise: price_elementwise,
    Lookup: price_lookup,
}
