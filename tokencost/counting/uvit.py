"""U-ViTs of masked models, as diffusers runs them: convolutions at both ends, a transformer between."""

from tokencost.counting.build import convolution, elementwise, linear, lookup, norm
from tokencost.counting.transformer import RMS_NORM_KERNELS
from tokencost.formula import formula
from tokencost.nouns.uvit import UVit
from tokencost.nouns.work import Attention, Forward, Operator
from tokencost.record import dataclass
from tokencost.units import Constant, Count

WIDENED = Constant(4, "", "the pointwise layers of a ConvNeXt block are four times as wide as the block")
TAPS = Constant(9, "", "depthwise convolutions are 3 × 3")
SCALE_AND_SHIFT = Constant(2, "", "modulation writes two vectors")
KEY_AND_VALUE = Constant(2, "", "keys and values are projected from what is attended to")
GATE_AND_VALUE = Constant(2, "", "a gated layer projects twice its width")
NORMS_PER_LAYER = Constant(3, "", "before self-attention, cross-attention and feed-forward, each modulated")
CROSS_ATTENTIONS = Constant(2, "", "both attentions of a block at the ends read the text")
RESPONSE_NORM_KERNELS = Constant(6, "", "norm over positions, mean, division, two products and a sum")
MODULATION_KERNELS = Constant(2, "", "one product, one sum")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Sizes of one call: sequences, tokens at the grid and inside the blocks, and text tokens, each per sequence."""

    sequences: Count
    tokens: Count
    inner: Count
    text: Count


@formula("huggingface-diffusers", says="operators of one call: embeddings, block, layers, block, logits of every token")
def uvit(net: UVit, fwd: Forward) -> tuple[Operator, ...]:
    """Every token of the grid, masked or not; the text is projected again in every call."""
    tokens = fwd.width * fwd.height
    grid = _Grid(sequences=fwd.sequences, tokens=tokens, inner=tokens / net.stride**2, text=fwd.text)
    rows = grid.sequences * grid.inner
    return (
        *_embeddings(net, grid),
        *_block(net, grid, "down"),
        _norm("into", rows, net.channels),
        linear("into", rows, net.channels, net.hidden, bias=False),
        *_layers(net, grid),
        _norm("out_of", rows, net.hidden),
        linear("out_of", rows, net.hidden, net.channels, bias=False),
        *_block(net, grid, "up"),
        *_logits(net, grid.sequences * grid.tokens),
    )


def _norm(name: str, rows: Count, width: Count, *, count: Count = 1) -> Operator:
    return norm(f"{name}.norm", rows, width, kernels=RMS_NORM_KERNELS, count=count)


def _embeddings(net: UVit, grid: _Grid) -> tuple[Operator, ...]:
    tokens, words = grid.sequences * grid.tokens, grid.sequences * grid.text
    return (
        linear("text", words, net.text_width, net.hidden, bias=False),
        _norm("text", words, net.hidden),
        linear("condition.in", grid.sequences, net.condition, net.hidden, bias=False),
        elementwise("condition.silu", grid.sequences * net.hidden),
        linear("condition.out", grid.sequences, net.hidden, net.hidden, bias=False),
        lookup("embedding", tokens, net.vocab, net.channels),
        _norm("embedding", tokens, net.channels),
        convolution("embedding.mix", tokens, net.channels, net.channels, 1, bias=False),
    )


def _block(net: UVit, grid: _Grid, name: str) -> tuple[Operator, ...]:
    return (*_resampling(net, grid, name), *_convolutions(net, grid, name), *_text_attention(net, grid, name))


def _resampling(net: UVit, grid: _Grid, name: str) -> tuple[Operator, ...]:
    """Every position of the narrow grid meets a stride × stride patch of the wide one, in either direction."""
    if net.stride == 1:
        return ()
    wide, narrow, width = grid.sequences * grid.tokens, grid.sequences * grid.inner, net.channels
    return (
        _norm(f"{name}.resample", wide if name == "down" else narrow, width),
        convolution(f"{name}.resample", narrow, width, width, net.stride**2, inputs=wide, bias=False),
    )


def _convolutions(net: UVit, grid: _Grid, name: str) -> tuple[Operator, ...]:
    """ConvNeXt blocks, modulated by the condition after their residual."""
    rows, width, count = grid.sequences * grid.inner, net.channels, net.blocks
    wide, vectors = WIDENED * width, SCALE_AND_SHIFT * width
    response = SCALE_AND_SHIFT * wide * count
    return (
        convolution(f"{name}.depthwise", rows, width, width, TAPS, groups=width, bias=False, count=count),
        _norm(f"{name}.depthwise", rows, width, count=count),
        linear(f"{name}.pointwise.in", rows, width, wide, bias=False, count=count),
        elementwise(f"{name}.pointwise.gelu", rows * wide, count=count),
        elementwise(f"{name}.response_norm", rows * wide, kernels=RESPONSE_NORM_KERNELS, count=count, params=response),
        linear(f"{name}.pointwise.out", rows, wide, width, bias=False, count=count),
        linear(f"{name}.condition", grid.sequences, net.hidden, vectors, bias=False, count=count),
        elementwise(f"{name}.modulation", rows * width, kernels=1 + MODULATION_KERNELS, count=count),
    )


def _text_attention(net: UVit, grid: _Grid, name: str) -> tuple[Operator, ...]:
    """Two cross-attentions and no feed-forward; the text is narrowed to the block's width first."""
    rows, words, width = grid.sequences * grid.inner, grid.sequences * grid.text, net.channels
    count = net.blocks * CROSS_ATTENTIONS
    narrowed = linear(f"{name}.text", words, net.hidden, width, bias=False, count=net.blocks)
    return (narrowed, *_attention(f"{name}.cross", grid, (rows, words), (width, net.block_heads, grid.text), count))


def _attention(
    name: str, grid: _Grid, rows: tuple[Count, Count], shape: tuple[Count, Count, Count], count: Count
) -> tuple[Operator, ...]:
    """Norm, projections and attention: rows of (queries, keys), shape of (width, heads, keys per sequence)."""
    (asking, asked), (width, heads, context) = rows, shape
    return (
        _norm(name, asking, width, count=count),
        linear(f"{name}.query", asking, width, width, bias=False, count=count),
        linear(f"{name}.key_value", asked, width, width, bias=False, count=KEY_AND_VALUE * count),
        Attention(
            id=name, sequences=grid.sequences, heads=heads, kv_heads=heads, queries=grid.inner, context=context,
            head_dim=width / heads, count=count,
        ),
        linear(f"{name}.out", asking, width, width, bias=False, count=count),
        elementwise(f"{name}.residual", asking * width, count=count),
    )  # fmt: skip


def _layers(net: UVit, grid: _Grid) -> tuple[Operator, ...]:
    rows, words = grid.sequences * grid.inner, grid.sequences * grid.text
    width, count, norms = net.hidden, net.layers, net.layers * NORMS_PER_LAYER
    vectors = SCALE_AND_SHIFT * width
    return (
        linear("layers.condition", grid.sequences, width, vectors, bias=False, count=norms),
        elementwise("layers.modulation", rows * width, kernels=MODULATION_KERNELS, count=norms),
        *_attention("layers.self", grid, (rows, rows), (width, net.heads, grid.inner), count),
        *_attention("layers.cross", grid, (rows, words), (width, net.heads, grid.text), count),
        _norm("layers.mlp", rows, width, count=count),
        linear("layers.mlp.in", rows, width, GATE_AND_VALUE * net.ffn, bias=False, count=count),
        elementwise("layers.mlp.gelu", rows * net.ffn, kernels=2, count=count),
        linear("layers.mlp.out", rows, net.ffn, width, bias=False, count=count),
        elementwise("layers.mlp.residual", rows * width, count=count),
    )


def _logits(net: UVit, rows: Count) -> tuple[Operator, ...]:
    return (
        convolution("logits.mix", rows, net.channels, net.channels, 1, bias=False),
        _norm("logits", rows, net.channels),
        convolution("logits", rows, net.channels, net.codebook, 1, bias=False),
    )
