"""What one operator demands: FLOPs (2 per multiply-add), elements of weights and activations, kernels."""

from collections.abc import Iterable

from tokencost.formula import formula
from tokencost.nouns.work import Attention, Convolution, Elementwise, Linear, Lookup, Operator
from tokencost.units import Constant, Count, Flop

FLOP_PER_MAC = Constant(2, "FLOP", "one multiply and one add")
QK_AND_PV = Constant(2, "", "attention is two batched products: scores, and weighted values")
KEY_AND_VALUE = Constant(2, "", "attention reads and caches two tensors per layer")
READ_AND_WRITE = Constant(2, "", "an elementwise kernel reads and writes what it changes")


@formula("definition")
def linear_flop(op: Linear) -> Flop:
    """Every weight meets every row once."""
    return FLOP_PER_MAC * op.count * op.rows * op.inner * op.columns


@formula("definition")
def attention_flop(op: Attention) -> Flop:
    """Scores and weighted values over the full square, as FLOP counters count it."""
    return QK_AND_PV * FLOP_PER_MAC * op.count * op.sequences * op.heads * op.queries * op.context * op.head_dim


@formula("definition")
def causal_attention_flop(op: Attention) -> Flop:
    """The part of the square that a causal kernel must compute: keys up to and including the query's own position."""
    return attention_flop(op) * (op.context - (op.queries - 1) / 2) / op.context


@formula("definition")
def convolution_flop(op: Convolution) -> Flop:
    """Every tap of every output position, within its channel group."""
    return FLOP_PER_MAC * op.count * op.positions * op.kernel * op.in_channels * op.out_channels / op.groups


@formula("definition")
def linear_weights(op: Linear) -> Count:
    """Weight elements that one pass reads; biases are left out."""
    return op.count * op.inner * op.columns


@formula("definition")
def convolution_weights(op: Convolution) -> Count:
    """Weight elements that one pass reads; biases are left out."""
    return op.count * op.kernel * op.in_channels * op.out_channels / op.groups


@formula("definition")
def linear_activations(op: Linear) -> Count:
    """Elements read and written besides the weights."""
    return op.count * op.rows * (op.inner + op.columns)


@formula("definition")
def convolution_activations(op: Convolution) -> Count:
    """Elements read and written besides the weights, each input once."""
    return op.count * (op.inputs * op.in_channels + op.positions * op.out_channels)


@formula("pope-2022")
def attention_cache(op: Attention) -> Count:
    """Elements of keys and values that one pass reads; grouped queries share them."""
    return KEY_AND_VALUE * op.count * op.sequences * op.kv_heads * op.context * op.head_dim


@formula("dao-2022")
def attention_activations(op: Attention) -> Count:
    """Queries read and results written; scores stay on chip. Naive kernels add `attention_scores`."""
    return READ_AND_WRITE * op.count * op.sequences * op.heads * op.queries * op.head_dim


@formula("definition")
def attention_scores(op: Attention) -> Count:
    """Elements of the score matrices that a kernel which does not fuse them writes and reads again."""
    return op.count * op.sequences * op.heads * op.queries * op.context


@formula("definition")
def elementwise_activations(op: Elementwise) -> Count:
    """Elements read and written when every kernel runs by itself."""
    return READ_AND_WRITE * op.count * op.kernels * op.elements


@formula("definition")
def lookup_activations(op: Lookup) -> Count:
    """Rows read from the table and written out."""
    return READ_AND_WRITE * op.count * op.rows * op.columns


@formula("definition", says="FLOPs of one operator by its class; elementwise work and look-ups count none")
def flop(op: Operator) -> Flop:
    """Matrix products, attention and convolutions, as FLOP counters count them."""
    match op:
        case Linear():
            return linear_flop(op)
        case Attention():
            return attention_flop(op)
        case Convolution():
            return convolution_flop(op)
    return 0.0


@formula("definition", says="weight elements read by one operator")
def weight_elements(op: Operator) -> Count:
    """What a pass reads of its weights, once each."""
    match op:
        case Linear():
            return linear_weights(op)
        case Convolution():
            return convolution_weights(op)
    return 0.0


@formula("definition", says="activation elements read and written by one operator, cache included")
def activation_elements(op: Operator) -> Count:
    """What a pass moves besides weights, before any fusion."""
    match op:
        case Linear():
            return linear_activations(op)
        case Convolution():
            return convolution_activations(op)
        case Attention():
            return attention_activations(op) + attention_cache(op)
        case Elementwise():
            return elementwise_activations(op)
        case Lookup():
            return lookup_activations(op)


def operator_class(op: Operator) -> str:
    """The class under which counts are reported: linear, attention, convolution, elementwise or lookup."""
    return type(op).__name__.lower()


def params(operators: Iterable[Operator]) -> float:
    """Unique parameters of the networks that these operators run."""
    return sum(float(getattr(op, "params", 0.0)) for op in operators)


def flop_by_class(operators: Iterable[Operator]) -> dict[str, Flop]:
    """FLOPs of one pass by operator class."""
    totals: dict[str, Flop] = {"linear": 0.0, "attention": 0.0, "convolution": 0.0}
    for op in operators:
        if (name := operator_class(op)) in totals:
            totals[name] = totals[name] + flop(op)
    return totals
