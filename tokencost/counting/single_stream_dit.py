"""A diffusion transformer on one sequence of image and text tokens, each refined by itself first (Z-Image)."""

from tokencost import numeric as np
from tokencost.counting import dit_blocks as dit
from tokencost.counting.build import linear, weights
from tokencost.counting.dit_blocks import QUERY_KEY_VALUE, Stream
from tokencost.formula import formula
from tokencost.nouns.diffusion_transformer import SingleStreamDiT
from tokencost.nouns.work import Forward, Operator
from tokencost.units import Constant, Count

SCALES_AND_GATES = Constant(4, "", "modulation vectors of a layer whose norms only scale: scale and gate, twice")
PADDING_TOKENS = Constant(2, "", "learned tokens that fill up image and text")


@formula(
    "huggingface-diffusers",
    says="operators of one call: embeddings, refiners of image and text, joined layers, last layer",
)
def single_stream_dit(net: SingleStreamDiT, fwd: Forward) -> tuple[Operator, ...]:
    """Image and text are padded each by itself; the last layer runs over the text tokens too."""
    image = _padded(net, dit.image_tokens(fwd, net.patch))
    text = _padded(net, fwd.text)
    whole = Stream("layers", fwd.sequences * (image + text), net.width, net.layers)
    refined = Stream("image_refiner", fwd.sequences * image, net.width, net.refiner_layers)
    read = Stream("text_refiner", fwd.sequences * text, net.width, net.refiner_layers)
    return (
        *_embeddings(net, fwd, refined.rows, read.rows),
        *_modulation(net, fwd, refined),
        *_layer(net, fwd, refined, image, norm=dit.COMPOSED_MODULATED_NORM),
        *_layer(net, fwd, read, text, norm=dit.COMPOSED_NORM),
        *_modulation(net, fwd, whole),
        *_layer(net, fwd, whole, image + text, norm=dit.COMPOSED_MODULATED_NORM),
        *_last_layer(net, fwd, whole.rows),
    )


def _padded(net: SingleStreamDiT, tokens: Count) -> Count:
    return np.ceil(tokens / net.pad_to) * net.pad_to


def _embeddings(net: SingleStreamDiT, fwd: Forward, image: Count, text: Count) -> tuple[Operator, ...]:
    return (
        linear("patch", image, net.patch * net.patch * net.in_channels, net.width),
        weights("padding", PADDING_TOKENS * net.width),
        *dit.timestep("time", fwd.sequences, net.time_hidden, out=net.time_width),
        dit.eager("text.norm", dit.COMPOSED_NORM, text * net.text_width, params=net.text_width),
        linear("text.in", text, net.text_width, net.width),
    )


def _modulation(net: SingleStreamDiT, fwd: Forward, stream: Stream) -> tuple[Operator, ...]:
    columns = SCALES_AND_GATES * net.width
    return (linear(f"{stream.id}.modulation", fwd.sequences, net.time_width, columns, count=stream.layers),)


def _layer(
    net: SingleStreamDiT, fwd: Forward, stream: Stream, tokens: Count, *, norm: dit.Eager
) -> tuple[Operator, ...]:
    """Norms before and after both branches; `norm` is the first of each pair, modulated or not."""
    name, width = stream.id, net.width
    return (
        dit.on(stream, "norm1", norm, params=width),
        dit.project(stream, "attention.qkv", width, bias=False, each=QUERY_KEY_VALUE),
        *dit.head_norm(stream, "composed", width // net.heads),
        *dit.rotation(stream, "complex"),
        *dit.attention(f"{name}.attention", fwd, net.heads, width, queries=tokens, context=tokens, count=stream.layers),
        dit.project(stream, "attention.out", width, bias=False),
        dit.on(stream, "norm2", dit.COMPOSED_NORM, params=width),
        dit.on(stream, "residual1", dit.GATED_RESIDUAL),
        dit.on(stream, "norm3", norm, params=width),
        *dit.feed_forward(stream, net.ffn, bias=False, gated=True),
        dit.on(stream, "norm4", dit.COMPOSED_NORM, params=width),
        dit.on(stream, "residual2", dit.GATED_RESIDUAL),
    )


def _last_layer(net: SingleStreamDiT, fwd: Forward, rows: Count) -> tuple[Operator, ...]:
    final = Stream("final", rows, net.width)
    return (
        *dit.modulation("final.modulation", fwd.sequences, net.time_width, net.width),
        dit.on(final, "norm", dit.MODULATED_NORM),
        dit.project(final, "out", net.patch * net.patch * net.out_channels),
    )
