"""A diffusion transformer with linear self-attention and convolutional feed-forwards (SANA)."""

from tokencost.counting import dit_blocks as dit
from tokencost.counting.build import convolution, linear, weights
from tokencost.counting.dit_blocks import (
    ATTENTION_SHIFT_SCALE_GATE,
    GATE_AND_VALUE,
    KEY_AND_VALUE,
    QUERY_KEY_VALUE,
    Stream,
)
from tokencost.formula import formula
from tokencost.nouns.diffusion_transformer import LinearDiT
from tokencost.nouns.work import Attention, Forward, Operator
from tokencost.units import Constant, Count

TAPS = Constant(9, "", "positions of a 3 × 3 convolution")
SUM_ROW = Constant(1, "", "a row of ones behind the values that adds up the weights of each query")
LINEAR_ATTENTION = dit.Eager("rectifiers, casts to 32 bits, the row of ones, the division, the casts back", 10, 1.75)


@formula("huggingface-diffusers", says="operators of one call: embeddings, layers, last layer")
def linear_dit(net: LinearDiT, fwd: Forward) -> tuple[Operator, ...]:
    """Self-attention is two products with a state of head_dim + 1 by head_dim per head, whatever the image size."""
    tokens = dit.image_tokens(fwd, net.patch)
    stream = Stream("layers", fwd.sequences * tokens, net.width, net.layers)
    return (
        *_embeddings(net, fwd, stream.rows),
        *_self_attention(net, fwd, stream, tokens),
        *_cross_attention(net, fwd, tokens),
        *_feed_forward(net, stream),
        *_last_layer(net, stream.rows),
    )


def _embeddings(net: LinearDiT, fwd: Forward, rows: Count) -> tuple[Operator, ...]:
    text = fwd.sequences * fwd.text
    vectors = ATTENTION_SHIFT_SCALE_GATE * net.width
    return (
        dit.patch_embedding("convolution", rows, net.patch * net.patch * net.in_channels, net.width),
        *dit.timestep("time", fwd.sequences, net.width),
        *dit.modulation("time.modulation", fwd.sequences, net.width, vectors),
        dit.modulation_table(fwd, net.layers, net.width),
        *dit.two_layers("text", text, net.text_width, net.width),
        dit.eager("text.norm", dit.COMPOSED_NORM, text * net.width, params=net.width),
    )


def _self_attention(net: LinearDiT, fwd: Forward, stream: Stream, tokens: Count) -> tuple[Operator, ...]:
    head_dim = net.width / net.heads
    state = Attention(
        id="layers.attention", sequences=fwd.sequences, heads=net.heads, kv_heads=net.heads,
        queries=tokens, context=head_dim + SUM_ROW, head_dim=head_dim, count=net.layers,
    )  # fmt: skip
    return (
        dit.on(stream, "norm1", dit.MODULATED_NORM),
        dit.project(stream, "attention.qkv", net.width, bias=False, each=QUERY_KEY_VALUE),
        *(dit.head_norm(stream, "composed", net.width) if net.qk_norm else ()),
        dit.on(stream, "attention.casts", LINEAR_ATTENTION),
        state,
        dit.project(stream, "attention.out", net.width),
        dit.on(stream, "residual1", dit.GATED_RESIDUAL),
    )


def _cross_attention(net: LinearDiT, fwd: Forward, tokens: Count) -> tuple[Operator, ...]:
    text = Stream("layers.cross.text", fwd.sequences * fwd.text, net.width, net.layers)
    query = Stream("layers.cross", fwd.sequences * tokens, net.width, net.layers)
    norms = (dit.on(s, "norm", dit.COMPOSED_NORM, params=net.width) for s in (query, text) if net.qk_norm)
    return (
        dit.project(query, "q", net.width),
        dit.project(text, "kv", net.width, each=KEY_AND_VALUE),
        *norms,
        *dit.attention(
            "layers.cross", fwd, net.cross_heads, net.width, queries=tokens, context=fwd.text, count=net.layers
        ),
        dit.project(query, "out", net.width),
        dit.on(query, "residual", dit.RESIDUAL),
    )


def _feed_forward(net: LinearDiT, stream: Stream) -> tuple[Operator, ...]:
    """One by one up to gate and value, a depthwise 3 × 3 on both, one by one down."""
    both, rows, layers = GATE_AND_VALUE * net.ffn, stream.rows, net.layers
    return (
        dit.on(stream, "norm2", dit.MODULATED_NORM),
        convolution("layers.mlp.in", rows, net.width, both, 1, count=layers),
        dit.eager("layers.mlp.activation", dit.PLAIN, rows * both, count=layers),
        convolution("layers.mlp.depthwise", rows, both, both, TAPS, groups=both, count=layers),
        dit.eager("layers.mlp.gate", dit.GATED_ACTIVATION, rows * net.ffn, count=layers),
        convolution("layers.mlp.out", rows, net.ffn, net.width, 1, bias=False, count=layers),
        dit.on(stream, "residual2", dit.GATED_RESIDUAL),
    )


def _last_layer(net: LinearDiT, rows: Count) -> tuple[Operator, ...]:
    final = Stream("final", rows, net.width)
    return (
        weights("final.modulation", dit.SHIFT_AND_SCALE * net.width),
        dit.on(final, "norm", dit.MODULATED_NORM),
        linear("final.out", rows, net.width, net.patch * net.patch * net.out_channels),
    )
