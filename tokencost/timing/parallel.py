"""Sharing one pass among GPUs: what each GPU is left with, and what they must exchange."""

from tokencost.formula import formula
from tokencost.nouns.hardware import Parallelism, Platform
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear, Lookup, Operator, Phase
from tokencost.numeric import maximum, minimum, power, where
from tokencost.record import replace
from tokencost.units import Bytes, BytesPerSecond, Constant, Count, Seconds

ALLREDUCES_PER_LAYER = Constant(
    2, "", "tensor parallelism adds partial sums once after attention and once after the MLP"
)
ALL_TO_ALLS_PER_LAYER = Constant(
    4, "", "sequence parallelism turns q, k, v and the result from sequence to head shards"
)
PAIR = Constant(2, "", "members of the smallest collective, for which the bandwidth share is measured")
FOUR = Constant(4, "", "members of the collective for which the latency is measured")
HALF = Constant(0.5, "", "latencies among 2, 4 and 8 GPUs grow like the root of their number")
RING_PASSES = Constant(2, "", "a ring all-reduce moves every byte twice: reduce-scatter, then all-gather")


WARM_UP = Constant(
    1, "", "steps that a pipeline runs layer after layer, before there are keys and values of a step before"
)


def share(op: Operator, parallelism: Parallelism) -> Operator:
    """The part of an operator that one GPU of the group runs.

    A pipeline of n cuts the image into n patches: a GPU runs an n-th of the layers n times, each on an n-th of the
    rows, so that it launches and streams as much as alone.
    """
    rows = 1 / (parallelism.sequence * parallelism.guidance * parallelism.pipeline)
    columns = 1 / parallelism.tensor
    match op:
        case Linear():
            return replace(op, rows=op.rows * rows, columns=op.columns * columns)
        case Attention():
            heads = columns / parallelism.sequence
            kv_heads = maximum(op.kv_heads * heads, 1.0)
            return replace(
                op, sequences=op.sequences / parallelism.guidance, queries=op.queries / parallelism.pipeline,
                heads=op.heads * heads, kv_heads=kv_heads,
            )  # fmt: skip
        case Convolution():
            return replace(op, positions=op.positions * rows * columns, inputs=op.inputs * rows * columns)
        case Elementwise():
            return replace(op, elements=op.elements * rows)
        case Lookup():
            return replace(op, rows=op.rows * rows)


@formula("shoeybi-2019")
def reduced_bytes(op: Attention, activation_bytes: Bytes) -> Bytes:
    """Hidden states of one layer that a tensor-parallel group adds up, in one all-reduce."""
    return op.sequences * op.queries * op.heads * op.head_dim * activation_bytes


@formula("patarasuk-2009")
def collective_rate(members: Count, on: Platform) -> BytesPerSecond:
    """Bandwidth of a collective; GPUs on one bus share it, so it falls as they become more."""
    return (
        on.gpu.link_bandwidth * on.achieved.collective_bandwidth * power(PAIR / members, on.achieved.collective_decay)
    )


@formula("nccl-measurements")
def collective_latency(members: Count, on: Platform) -> Seconds:
    """Time of a collective that moves nothing: it grows with the root of its members."""
    return on.achieved.collective_latency * power(members / FOUR, HALF)


@formula("patarasuk-2009")
def all_reduce_time(op: Attention, on: Platform, activation_bytes: Bytes) -> Seconds:
    """Ring all-reduces of all layers of one pass; zero on one GPU."""
    return (
        ALLREDUCES_PER_LAYER
        * op.count
        * (1 - 1 / on.parallelism.tensor)
        * (
            RING_PASSES * reduced_bytes(op, activation_bytes) / collective_rate(on.parallelism.tensor, on)
            + collective_latency(on.parallelism.tensor, on)
        )
    )


@formula(
    "jacobs-2023", says="all-to-alls of one attention layer; none where positions attend to a text that all GPUs hold"
)
def all_to_alls(op: Attention) -> Count:
    """Only where positions attend to each other must a GPU see those of the others."""
    return ALL_TO_ALLS_PER_LAYER * where(op.queries == op.context, 1.0, 0.0)


@formula("jacobs-2023")
def all_to_all_time(op: Attention, on: Platform, activation_bytes: Bytes) -> Seconds:
    """All-to-alls of all layers of one pass under sequence parallelism; zero on one GPU."""
    return (
        all_to_alls(op)
        * op.count
        * (1 - 1 / on.parallelism.sequence)
        * (
            reduced_bytes(op, activation_bytes)
            / (on.parallelism.sequence * collective_rate(on.parallelism.sequence, on))
            + collective_latency(on.parallelism.sequence, on)
        )
    )


@formula("definition", says="collectives of one attention layer in one pass; none on one GPU")
def collectives(op: Attention, parallelism: Parallelism) -> Count:
    """All-reduces of a tensor-parallel group and all-to-alls of a sequence-parallel one."""
    return op.count * (
        ALLREDUCES_PER_LAYER * minimum(parallelism.tensor - 1, 1.0)
        + all_to_alls(op) * minimum(parallelism.sequence - 1, 1.0)
    )


@formula("fang-2024", says="passes of a phase: a pipeline takes its first steps one GPU after the other")
def pipelined(steps: Count, on: Platform) -> Count:
    """Later steps keep all GPUs busy; patches travel while the next is computed."""
    return steps + WARM_UP * (on.parallelism.pipeline - 1)


@formula("shoeybi-2019", says="bytes that one GPU sends per pass: all-reduces and all-to-alls of every attention layer")
def link_traffic(phase: Phase, parallelism: Parallelism, activation_bytes: Bytes) -> Bytes:
    """Zero on one GPU and for components that run on one."""
    total: Bytes = 0.0
    for op in phase.operators if phase.parallel else ():
        if isinstance(op, Attention):
            whole = op.count * reduced_bytes(op, activation_bytes)
            tensor = ALLREDUCES_PER_LAYER * RING_PASSES * whole * (1 - 1 / parallelism.tensor)
            sequence = all_to_alls(op) * whole * (1 - 1 / parallelism.sequence) / parallelism.sequence
            total = total + tensor + sequence
    return total
