"""Next-scale transformers: all tokens of one scale attend to each other and to the cached tokens of smaller scales."""

from tokencost import numeric as np
from tokencost.counting import dit_blocks as dit
from tokencost.counting.build import linear, lookup, weights
from tokencost.counting.dit_blocks import ATTENTION_SHIFT_SCALE_GATE, KEY_AND_VALUE, QUERY_KEY_VALUE, Stream
from tokencost.formula import formula
from tokencost.nouns.scale_transformer import ScaleTransformer
from tokencost.nouns.work import Attention, Forward, Operator
from tokencost.units import Constant, Count

QUERY_AND_VALUE_BIAS = Constant(2, "", "keys have no bias")
LEARNED_SCALE_AND_SHIFT = Constant(2, "", "vectors of a LayerNorm with weight and bias")
UNIT_LENGTH = dit.Eager("norm, clamp and division of queries and of keys; a learned factor scales the queries", 6, 1.2)


@formula("infinity-repo", says="operators of one scale: condition, layers over the cache, logits of every token")
def scale_transformer(net: ScaleTransformer, fwd: Forward) -> tuple[Operator, ...]:
    """`fwd.queries` tokens of this scale, `fwd.context` with all smaller ones; the text is read in the first pass."""
    stream = Stream("layers", fwd.sequences * fwd.queries, net.width, net.layers)
    first = np.where(fwd.context > fwd.queries, 0.0, fwd.sequences)
    return (
        *_condition(net, fwd, first),
        linear("codes", stream.rows, net.code_channels, net.width),
        weights("positions", (net.positions + net.levels) * net.width),
        *_modulation(net, fwd, first),
        *_self_attention(net, fwd, stream),
        *(_cross_attention(net, fwd, stream) if net.text_width else ()),
        dit.on(stream, "norm2", dit.MODULATED_NORM),
        *dit.feed_forward(stream, net.ffn),
        dit.on(stream, "residual2", dit.GATED_RESIDUAL),
        *_head(net, fwd),
    )


def _condition(net: ScaleTransformer, fwd: Forward, first: Count) -> tuple[Operator, ...]:
    """The class vector, or the text: normed, pooled for the first token, projected for cross-attention."""
    if not net.text_width:
        return (lookup("classes", first, net.classes, net.width),)
    rows = first * fwd.text
    pool = Attention(
        id="pool", sequences=first, heads=net.pool_heads, kv_heads=net.pool_heads,
        queries=1, context=fwd.text, head_dim=net.width / net.pool_heads,
    )  # fmt: skip
    return (
        weights("empty_text", net.empty_text * net.text_width),
        dit.eager("text.norm", dit.COMPOSED_NORM, rows * net.text_width, params=net.text_width),
        linear("pool.kv", rows, net.text_width, KEY_AND_VALUE * net.width, bias=False),
        pool,
        linear("pool.out", first, net.width, net.width),
        weights("pool.query_and_bias", (1 + 1) * net.width),
        *dit.two_layers("text", rows, net.text_width, net.width),
    )


def _modulation(net: ScaleTransformer, fwd: Forward, first: Count) -> tuple[Operator, ...]:
    vectors = ATTENTION_SHIFT_SCALE_GATE * net.width
    if net.modulation == "layer":
        return dit.modulation("layers.modulation", fwd.sequences, net.width, vectors, count=net.layers)
    return (
        *dit.modulation("modulation", first, net.width, vectors),
        dit.modulation_table(fwd, net.layers, net.width),
    )


def _self_attention(net: ScaleTransformer, fwd: Forward, stream: Stream) -> tuple[Operator, ...]:
    bias = QUERY_AND_VALUE_BIAS * net.width
    cached = fwd.sequences * fwd.context * KEY_AND_VALUE * net.width
    return (
        dit.on(stream, "norm1", dit.MODULATED_NORM),
        linear(
            "layers.attention.qkv", stream.rows, net.width, QUERY_KEY_VALUE * net.width, bias=False, count=net.layers
        ),
        dit.on(stream, "attention.unit_length", UNIT_LENGTH, params=bias + net.heads),
        *dit.rotation(stream, "real" if net.rotary else "none"),
        dit.eager("layers.attention.cache", dit.PLAIN, cached, count=net.layers),
        *dit.attention(
            "layers.attention", fwd, net.heads, net.width, queries=fwd.queries, context=fwd.context, count=net.layers
        ),
        dit.project(stream, "attention.out", net.width),
        dit.on(stream, "residual1", dit.GATED_RESIDUAL),
    )


def _cross_attention(net: ScaleTransformer, fwd: Forward, stream: Stream) -> tuple[Operator, ...]:
    """Keys and values of the text are projected again in every pass."""
    text = Stream("layers.cross.text", fwd.sequences * fwd.text, net.width, net.layers)
    query = Stream("layers.cross", stream.rows, net.width, net.layers)
    return (
        dit.on(query, "norm", dit.NORM, params=LEARNED_SCALE_AND_SHIFT * net.width),
        dit.project(query, "q", net.width),
        linear("layers.cross.text.kv", text.rows, net.width, KEY_AND_VALUE * net.width, bias=False, count=net.layers),
        weights("layers.cross.text.bias", net.layers * net.width),
        *dit.attention(
            "layers.cross", fwd, net.heads, net.width, queries=fwd.queries, context=fwd.text, count=net.layers
        ),
        dit.project(query, "out", net.width),
        dit.on(query, "residual", dit.GATED_RESIDUAL),
    )


def _head(net: ScaleTransformer, fwd: Forward) -> tuple[Operator, ...]:
    final = Stream("head", fwd.sequences * fwd.logits, net.width)
    return (
        *dit.modulation("head.modulation", fwd.sequences, net.width, dit.SHIFT_AND_SCALE * net.width),
        dit.on(final, "norm", dit.MODULATED_NORM),
        dit.project(final, "out", net.outputs),
    )
