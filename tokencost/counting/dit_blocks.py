"""What diffusion transformers are built of: patches, timestep vectors, modulated norms, attention, feed-forwards.

Elementwise work is written down as eager PyTorch runs it, since that is what launches and traffic are priced from: an
`Eager` sequence knows its kernels, and how much each moves next to one pass over 16-bit elements.
"""

from dataclasses import dataclass

from tokencost import numeric as np
from tokencost.counting.build import convolution, elementwise, linear
from tokencost.nouns.work import Attention, Elementwise, Forward, Linear, Operator
from tokencost.units import Constant, Count, Size

FREQUENCIES = Constant(256, "", "sines and cosines that stand for a timestep in every reference implementation")
SINUSOID_KERNELS = Constant(12, "", "range, scale, exponential, products, sine, cosine, concatenation and casts")
ATTENTION_SHIFT_SCALE_GATE = Constant(6, "", "modulation vectors of a layer: shift, scale and gate, twice")
SHIFT_AND_SCALE = Constant(2, "", "modulation vectors of the last norm")
QUERY_KEY_VALUE = Constant(3, "", "projections in front of attention")
QUERY_AND_KEY = Constant(2, "", "tensors that are normed and rotated before attention")
KEY_AND_VALUE = Constant(2, "", "what a cross-attention projects of the text")
GATE_AND_VALUE = Constant(2, "", "a gated feed-forward projects its input twice")


@dataclass(frozen=True, slots=True)
class Eager:
    """Elementwise kernels that run one after the other, as counted on the reference under torch 2.13 in bfloat16.

    `traffic` is what a kernel moves on average, next to reading and writing every element once in 16 bits; `strided`
    the share of it in kernels that repeat a vector along rows (shifts, scales, gates, sines) or step over memory.
    """

    why: str
    kernels: float
    traffic: float = 1.0
    strided: float = 0.0


PLAIN = Eager("one kernel over every element", 1)
COPY = Eager("one kernel that turns heads back into rows", 1, 1, 1)
NORM = Eager("LayerNorm, or the RMS norm of PyTorch itself, is one kernel", 1)
NORM_32_BIT = Eager("cast up, norm, cast down", 3, 1.8)
MODULATED_NORM = Eager("norm, one plus scale, product, sum; the second touches one vector per sequence", 4, 0.75, 0.67)
MODULATED_NORM_32_BIT = Eager("the same in 32 bits, with a cast before and after", 6, 1.5, 0.44)
COMPOSED_NORM = Eager(
    "cast, square, mean, epsilon, root, product, cast, weight: two of them on one number per row", 8, 1.25, 0.3
)
COMPOSED_MODULATED_NORM = Eager("the composed norm and its modulation", 10, 1.2, 0.42)
RESIDUAL = Eager("a sum reads two tensors", 1, 1.5)
GATED_RESIDUAL = Eager("product with the gate, sum", 2, 1.25, 0.4)
GATED_RESIDUAL_32_BIT = Eager("cast up, product, sum, cast down", 4, 2, 0.25)
GATED_ACTIVATION = Eager("activation of the gate, product with the value", 2, 1.25)
HEAD_NORMS = {"fused": NORM, "composed": COMPOSED_NORM}
ROTARIES = {
    "real": Eager("negate, stack, two casts up, two products, sum, cast down", 8, 1.6, 0.4),
    "complex": Eager("cast up, complex product, cast down", 3, 1.7, 0.6),
}


@dataclass(frozen=True, slots=True)
class Stream:
    """Tokens in front of identical layers: `rows` of them in all sequences together, each `width` wide."""

    id: str
    rows: Count
    width: Size
    layers: Count = 1


def patches(latent: Count, patch: Size) -> Count:
    """Whole patches along one side; what is left over at the edge is dropped, as a strided convolution does."""
    return np.floor(latent / patch)


def image_tokens(fwd: Forward, patch: Size) -> Count:
    """Tokens of one sequence when every frame is cut into square patches."""
    return patches(fwd.width, patch) * patches(fwd.height, patch) * fwd.frames


def patch_embedding(by: str, rows: Count, inner: Count, width: Size, *, bias: bool = True) -> Operator:
    """Latent patches of `inner` numbers to tokens: a linear layer, or the convolution that does the same."""
    if by == "linear":
        return linear("patch", rows, inner, width, bias=bias)
    return convolution("patch", rows, inner, width, 1, bias=bias)


def eager(name: str, what: Eager, elements: Count, *, count: Count = 1, params: Count = 0) -> Elementwise:
    """An eager sequence over `elements`, `count` times."""
    return elementwise(
        name, elements * what.traffic, kernels=what.kernels, count=count, params=params, strided=what.strided
    )


def on(stream: Stream, name: str, what: Eager, *, params: Count = 0) -> Elementwise:
    """An eager sequence over every token of a stream in each of its layers; `params` are those of one layer."""
    full = f"{stream.id}.{name}"
    return eager(full, what, stream.rows * stream.width, count=stream.layers, params=stream.layers * params)


def project(stream: Stream, name: str, columns: Count, *, bias: bool = True, each: Count = 1) -> Linear:
    """A linear layer on every token of a stream, `each` times per layer."""
    return linear(f"{stream.id}.{name}", stream.rows, stream.width, columns, bias=bias, count=stream.layers * each)


def feed_forward(stream: Stream, hidden: Count, *, bias: bool = True, gated: bool = False) -> tuple[Operator, ...]:
    """Up, activation, down; a gated one makes gate and value in one product."""
    name, rows, layers = f"{stream.id}.mlp", stream.rows, stream.layers
    return (
        project(stream, "mlp.in", hidden * (GATE_AND_VALUE if gated else 1), bias=bias),
        eager(f"{name}.activation", GATED_ACTIVATION if gated else PLAIN, rows * hidden, count=layers),
        linear(f"{name}.out", rows, hidden, stream.width, bias=bias, count=layers),
    )


def head_norm(stream: Stream, norm: str, head_dim: Count) -> tuple[Operator, ...]:
    """RMS norm of queries and keys with one weight per channel of a head."""
    if norm == "none":
        return ()
    return (_both(stream, "attention.qk_norm", HEAD_NORMS[norm], head_dim),)


def rotation(stream: Stream, rotary: str) -> tuple[Operator, ...]:
    """Queries and keys are turned by their position."""
    return () if rotary == "none" else (_both(stream, "attention.rotary", ROTARIES[rotary], 0),)


def _both(stream: Stream, name: str, what: Eager, params: Count) -> Elementwise:
    times = stream.layers * QUERY_AND_KEY
    return eager(f"{stream.id}.{name}", what, stream.rows * stream.width, count=times, params=times * params)


def attention(
    name: str, fwd: Forward, heads: Size, width: Size, *, queries: Count, context: Count, count: Count
) -> tuple[Operator, ...]:
    """Full attention of every sequence, and the copy that merges the heads again."""
    scores = Attention(
        id=name, sequences=fwd.sequences, heads=heads, kv_heads=heads,
        queries=queries, context=context, head_dim=width / heads, count=count,
    )  # fmt: skip
    return scores, eager(f"{name}.merge", COPY, fwd.sequences * queries * width, count=count)


def modulation(
    name: str, rows: Count, inner: Count, columns: Count, *, bias: bool = True, count: Count = 1
) -> tuple[Operator, ...]:
    """SiLU of the timestep vector and the linear layer that makes shifts, scales and gates of it."""
    return (
        eager(f"{name}.silu", PLAIN, rows * inner, count=count),
        linear(name, rows, inner, columns, bias=bias, count=count),
    )


def modulation_table(fwd: Forward, layers: Count, width: Count) -> Elementwise:
    """What each layer has learned to add to the modulation that all share."""
    vectors = ATTENTION_SHIFT_SCALE_GATE * width
    return eager("layers.modulation", PLAIN, fwd.sequences * vectors, count=layers, params=layers * vectors)


def two_layers(
    name: str, rows: Count, inner: Count, hidden: Count, *, out: Count = 0, bias: bool = True
) -> tuple[Operator, ...]:
    """Two linear layers with an activation between: how timesteps, sizes and texts are embedded."""
    return (
        linear(f"{name}.in", rows, inner, hidden, bias=bias),
        eager(f"{name}.activation", PLAIN, rows * hidden),
        linear(f"{name}.out", rows, hidden, out or hidden, bias=bias),
    )


def timestep(name: str, rows: Count, hidden: Count, *, out: Count = 0, bias: bool = True) -> tuple[Operator, ...]:
    """A number as sines and cosines, then through two linear layers."""
    return (
        elementwise(f"{name}.sinusoid", rows * FREQUENCIES, kernels=SINUSOID_KERNELS),
        *two_layers(name, rows, FREQUENCIES, hidden, out=out, bias=bias),
    )


def last_layer(fwd: Forward, stream: Stream, columns: Count, *, bias: bool = True) -> tuple[Operator, ...]:
    """A norm modulated by a linear layer of its own, and the projection back to latent patches."""
    return (
        *modulation(f"{stream.id}.modulation", fwd.sequences, stream.width, SHIFT_AND_SCALE * stream.width, bias=bias),
        on(stream, "norm", MODULATED_NORM),
        project(stream, "out", columns, bias=bias),
    )
