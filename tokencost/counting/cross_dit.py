"""Diffusion transformers that read the text by cross-attention (PixArt, Wan, LTX-Video, Open-Sora).

One linear layer makes the modulation of all layers from the timestep; each layer adds a learned table of its own.
"""

from tokencost.counting import dit_blocks as dit
from tokencost.counting.build import linear, weights
from tokencost.counting.dit_blocks import ATTENTION_SHIFT_SCALE_GATE, KEY_AND_VALUE, QUERY_KEY_VALUE, Stream
from tokencost.formula import formula
from tokencost.nouns.diffusion_transformer import CrossDiT
from tokencost.nouns.work import Forward, Operator
from tokencost.units import Constant, Count

LEARNED_SCALE_AND_SHIFT = Constant(2, "", "vectors of a LayerNorm with weight and bias")
KINDS_OF_LAYER = Constant(2, "", "factorised layers attend within a frame or along time, in turn")
BLOCK_NORMS = {
    "layer": (dit.MODULATED_NORM, dit.GATED_RESIDUAL),
    "layer-32-bit": (dit.MODULATED_NORM_32_BIT, dit.GATED_RESIDUAL_32_BIT),
    "rms": (dit.COMPOSED_MODULATED_NORM, dit.GATED_RESIDUAL),
}


@formula(
    "huggingface-diffusers", says="operators of one call: embeddings, layers with self- and cross-attention, last layer"
)
def cross_dit(net: CrossDiT, fwd: Forward) -> tuple[Operator, ...]:
    """One timestep per sequence; keys and values of the text are projected again in every call."""
    cell = dit.patches(fwd.width, net.patch) * dit.patches(fwd.height, net.patch)
    stream = Stream("layers", fwd.sequences * cell * fwd.frames, net.width, net.layers)
    return (
        *_embeddings(net, fwd, stream.rows),
        *_self_attention(net, fwd, stream, cell),
        *_cross_attention(net, fwd, stream, cell * fwd.frames),
        *_feed_forward(net, stream),
        *_last_layer(net, stream.rows),
    )


def _embeddings(net: CrossDiT, fwd: Forward, rows: Count) -> tuple[Operator, ...]:
    cells = net.patch * net.patch
    vectors = ATTENTION_SHIFT_SCALE_GATE * net.width
    return (
        dit.patch_embedding(net.patch_by, rows, cells * net.in_channels, net.width),
        *dit.timestep("time", fwd.sequences, net.width),
        *_size_conditions(net, fwd),
        *dit.modulation("time.modulation", fwd.sequences, net.width, vectors),
        dit.modulation_table(fwd, net.layers, net.width),
        *dit.two_layers("text", fwd.sequences * fwd.text, net.text_width, net.width),
        *_image_features(net, fwd),
    )


def _size_conditions(net: CrossDiT, fwd: Forward) -> tuple[Operator, ...]:
    """Numbers beside the timestep, each group through layers of its own: how many there are per sequence."""
    groups = (
        dit.timestep(f"size{place}", fwd.sequences * numbers, net.size_width)
        for place, numbers in enumerate(net.size_conditions, start=1)
    )
    return tuple(op for group in groups for op in group)


def _image_features(net: CrossDiT, fwd: Forward) -> tuple[Operator, ...]:
    """Features of an image encoder, normed, through two layers, and normed again."""
    if not net.image_tokens:
        return ()
    rows = fwd.sequences * net.image_tokens
    inner = LEARNED_SCALE_AND_SHIFT * net.image_width
    return (
        dit.eager("image.norm1", dit.NORM_32_BIT, rows * net.image_width, params=inner),
        *dit.two_layers("image", rows, net.image_width, net.image_width, out=net.width),
        dit.eager("image.norm2", dit.NORM_32_BIT, rows * net.width, params=LEARNED_SCALE_AND_SHIFT * net.width),
    )


def _self_attention(net: CrossDiT, fwd: Forward, stream: Stream, cell: Count) -> tuple[Operator, ...]:
    norm, residual = BLOCK_NORMS[net.block_norm]
    return (
        dit.on(stream, "norm1", norm),
        dit.project(stream, "attention.qkv", net.width, each=QUERY_KEY_VALUE),
        *_head_norms(net, stream),
        *dit.rotation(stream, net.rotary),
        *_scores(net, fwd, cell),
        dit.project(stream, "attention.out", net.width),
        dit.on(stream, "residual1", residual),
    )


def _scores(net: CrossDiT, fwd: Forward, cell: Count) -> tuple[Operator, ...]:
    whole = cell * fwd.frames
    if net.attention == "whole":
        return dit.attention(
            "layers.attention", fwd, net.heads, net.width, queries=whole, context=whole, count=net.layers
        )
    pairs = net.layers // KINDS_OF_LAYER
    frame, track = Forward(sequences=fwd.sequences * fwd.frames), Forward(sequences=fwd.sequences * cell)
    return (
        *dit.attention("layers.space", frame, net.heads, net.width, queries=cell, context=cell, count=pairs),
        *dit.attention("layers.time", track, net.heads, net.width, queries=fwd.frames, context=fwd.frames, count=pairs),
    )


def _head_norms(net: CrossDiT, stream: Stream) -> tuple[Operator, ...]:
    match net.qk_norm:
        case "width":
            return dit.head_norm(stream, "fused", net.width)
        case "head":
            return dit.head_norm(stream, "composed", net.width // net.heads)
    return ()


def _cross_attention(net: CrossDiT, fwd: Forward, stream: Stream, queries: Count) -> tuple[Operator, ...]:
    text = Stream("layers.cross.text", fwd.sequences * fwd.text, net.width, net.layers)
    query = Stream("layers.cross", stream.rows, net.width, net.layers)
    affine = LEARNED_SCALE_AND_SHIFT * net.width
    return (
        *((dit.on(query, "norm", dit.NORM_32_BIT, params=affine),) if net.cross_norm else ()),
        dit.project(query, "q", net.width),
        dit.project(text, "kv", net.width, each=KEY_AND_VALUE),
        *((_wide_norm(query), _wide_norm(text)) if net.qk_norm == "width" else ()),
        *dit.attention("layers.cross", fwd, net.heads, net.width, queries=queries, context=fwd.text, count=net.layers),
        *_image_attention(net, fwd, query, queries),
        dit.project(query, "out", net.width),
        dit.on(query, "residual", dit.RESIDUAL),
    )


def _wide_norm(stream: Stream) -> Operator:
    return dit.on(stream, "norm_across_heads", dit.NORM, params=stream.width)


def _image_attention(net: CrossDiT, fwd: Forward, query: Stream, queries: Count) -> tuple[Operator, ...]:
    """The same queries against keys and values of an image encoder; both results are added."""
    if not net.image_tokens:
        return ()
    image = Stream("layers.cross.image", fwd.sequences * net.image_tokens, net.width, net.layers)
    return (
        dit.project(image, "kv", net.width, each=KEY_AND_VALUE),
        _wide_norm(image),
        *dit.attention(
            "layers.cross_image", fwd, net.heads, net.width, queries=queries, context=net.image_tokens, count=net.layers
        ),
        dit.on(query, "add", dit.RESIDUAL),
    )


def _feed_forward(net: CrossDiT, stream: Stream) -> tuple[Operator, ...]:
    norm, residual = BLOCK_NORMS[net.block_norm]
    return (
        dit.on(stream, "norm2", norm),
        *dit.feed_forward(stream, net.ffn),
        dit.on(stream, "residual2", residual),
    )


def _last_layer(net: CrossDiT, rows: Count) -> tuple[Operator, ...]:
    """A norm modulated by a learned table and the timestep."""
    final = Stream("final", rows, net.width)
    return (
        weights("final.modulation", dit.SHIFT_AND_SCALE * net.width),
        dit.on(final, "norm", dit.MODULATED_NORM),
        linear("final.out", rows, net.width, net.patch * net.patch * net.out_channels),
    )
