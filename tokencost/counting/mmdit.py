"""Multimodal diffusion transformers: text and image keep their own weights and attend to each other.

Two-stream layers are followed, in some networks, by layers on the joined sequence.
"""

from tokencost.counting import dit_blocks as dit
from tokencost.counting.build import linear
from tokencost.counting.dit_blocks import ATTENTION_SHIFT_SCALE_GATE, QUERY_KEY_VALUE, Stream
from tokencost.formula import formula
from tokencost.nouns.diffusion_transformer import MMDiT
from tokencost.nouns.work import Forward, Operator
from tokencost.units import Constant, Count

EXTRA_VECTORS = Constant(
    3, "", "modulation vectors of a second attention, or of a layer with one branch: shift, scale, gate"
)
REFINER_GATES = Constant(2, "", "gates of a text refiner layer, one per branch")
LEARNED_SCALE_AND_SHIFT = Constant(2, "", "vectors of a LayerNorm with weight and bias")
JOIN = dit.Eager("queries, keys and values of both streams are copied into one tensor each", 3)


@formula(
    "huggingface-diffusers", says="operators of one call: embeddings, two-stream layers, joined layers, last layer"
)
def mmdit(net: MMDiT, fwd: Forward) -> tuple[Operator, ...]:
    """Every call embeds text and timestep anew, as the reference does it."""
    tokens = dit.image_tokens(fwd, net.patch)
    image = Stream("double.image", fwd.sequences * tokens, net.width, net.layers)
    text = Stream("double.text", fwd.sequences * fwd.text, net.width, net.layers)
    final = Stream("final", image.rows, net.width)
    return (
        *_embeddings(net, fwd, image.rows),
        *_refiner(net, fwd),
        *_double_image(net, fwd, image, tokens),
        *_double_text(net, fwd, text),
        *_joint_attention(net, fwd, tokens),
        *_single(net, fwd, tokens),
        *dit.last_layer(fwd, final, net.patch * net.patch * net.out_channels, bias=net.bias),
    )


def _embeddings(net: MMDiT, fwd: Forward, rows: Count) -> tuple[Operator, ...]:
    cells, text = net.patch * net.patch, fwd.sequences * fwd.text
    guidance = dit.timestep("guidance", fwd.sequences, net.width, bias=net.bias) if net.guidance_embedding else ()
    pooled = dit.two_layers("pooled", fwd.sequences, net.pooled_width, net.width) if net.pooled_width else ()
    clip = (linear("condition", rows, net.condition_channels, net.width),) if net.condition_channels else ()
    norm = (
        (dit.eager("text.norm", dit.COMPOSED_NORM, text * net.text_width, params=net.text_width),)
        if net.text_norm
        else ()
    )
    return (
        dit.patch_embedding(net.patch_by, rows, cells * net.in_channels, net.width, bias=net.bias),
        *clip,
        *dit.timestep("time", fwd.sequences, net.width, bias=net.bias),
        *guidance,
        *pooled,
        *norm,
        linear("text.in", text, net.text_width, net.width, bias=net.bias),
    )


def _refiner(net: MMDiT, fwd: Forward) -> tuple[Operator, ...]:
    """Layers among the text tokens, conditioned on the timestep and the mean of the text (HunyuanVideo)."""
    if not net.refiner_layers:
        return ()
    stream = Stream("refiner", fwd.sequences * fwd.text, net.width, net.refiner_layers)
    gates, affine = REFINER_GATES * net.width, LEARNED_SCALE_AND_SHIFT * net.width
    return (
        *dit.timestep("refiner.time", fwd.sequences, net.width),
        *dit.two_layers("refiner.pooled", fwd.sequences, net.text_width, net.width),
        dit.on(stream, "norm1", dit.NORM, params=affine),
        *_attention_layers(stream, net, fwd, fwd.text),
        *dit.modulation("refiner.modulation", fwd.sequences, net.width, gates, count=net.refiner_layers),
        dit.on(stream, "residual1", dit.GATED_RESIDUAL),
        dit.on(stream, "norm2", dit.NORM, params=affine),
        *dit.feed_forward(stream, net.ffn),
        dit.on(stream, "residual2", dit.GATED_RESIDUAL),
    )


def _attention_layers(stream: Stream, net: MMDiT, fwd: Forward, tokens: Count) -> tuple[Operator, ...]:
    """Projections and attention of a stream among its own tokens."""
    scores = dit.attention(
        f"{stream.id}.attention", fwd, net.heads, net.width, queries=tokens, context=tokens, count=stream.layers
    )
    return project_in(stream), *scores, dit.project(stream, "attention.out", net.width)


def project_in(stream: Stream, *, bias: bool = True) -> Operator:
    """Queries, keys and values, one product each."""
    return dit.project(stream, "attention.qkv", stream.width, bias=bias, each=QUERY_KEY_VALUE)


def _double_image(net: MMDiT, fwd: Forward, image: Stream, tokens: Count) -> tuple[Operator, ...]:
    return (
        *_image_modulation(net, fwd),
        *_half(net, image, net.layers),
        *_second_attention(net, fwd, image.rows, tokens),
    )


def _half(net: MMDiT, stream: Stream, updated: Count) -> tuple[Operator, ...]:
    """One stream of the two-stream layers; in `updated` of them attention and feed-forward write back to it."""
    back = Stream(stream.id, stream.rows, stream.width, updated)
    return (
        dit.on(stream, "norm1", dit.MODULATED_NORM),
        project_in(stream, bias=net.bias),
        *dit.head_norm(stream, net.qk_norm, net.width // net.heads),
        *dit.rotation(stream, net.rotary),
        dit.project(back, "attention.out", net.width, bias=net.bias),
        dit.on(back, "residual1", dit.GATED_RESIDUAL),
        dit.on(back, "norm2", dit.MODULATED_NORM),
        *dit.feed_forward(back, net.ffn, bias=net.bias, gated=net.gated),
        dit.on(back, "residual2", dit.GATED_RESIDUAL),
    )


def _modulation_layers(net: MMDiT) -> Count:
    return 1 if net.modulation == "shared" else net.layers


def _image_modulation(net: MMDiT, fwd: Forward) -> tuple[Operator, ...]:
    vectors = ATTENTION_SHIFT_SCALE_GATE * net.width
    layers = _modulation_layers(net) - net.dual_layers
    return dit.modulation("double.image.modulation", fwd.sequences, net.width, vectors, bias=net.bias, count=layers)


def _second_attention(net: MMDiT, fwd: Forward, rows: Count, tokens: Count) -> tuple[Operator, ...]:
    """Attention of the image tokens among themselves beside the joint one, with its modulation (SD3.5-Medium)."""
    if not net.dual_layers:
        return ()
    stream = Stream("double.image2", rows, net.width, net.dual_layers)
    vectors = (ATTENTION_SHIFT_SCALE_GATE + EXTRA_VECTORS) * net.width
    return (
        *dit.modulation("double.image2.modulation", fwd.sequences, net.width, vectors, count=net.dual_layers),
        dit.on(stream, "norm1", dit.MODULATED_NORM),
        *dit.head_norm(stream, net.qk_norm, net.width // net.heads),
        *_attention_layers(stream, net, fwd, tokens),
        dit.on(stream, "residual1", dit.GATED_RESIDUAL),
    )


def _double_text(net: MMDiT, fwd: Forward, text: Stream) -> tuple[Operator, ...]:
    ends = 1 if net.text_ends else 0
    vectors, layers = ATTENTION_SHIFT_SCALE_GATE * net.width, _modulation_layers(net) - ends
    last = dit.modulation("double.text.last_modulation", fwd.sequences, net.width, dit.SHIFT_AND_SCALE * net.width)
    return (
        *dit.modulation("double.text.modulation", fwd.sequences, net.width, vectors, bias=net.bias, count=layers),
        *(last if net.text_ends else ()),
        *_half(net, text, net.layers - ends),
    )


def _joint_attention(net: MMDiT, fwd: Forward, tokens: Count) -> tuple[Operator, ...]:
    whole = tokens + fwd.text
    return (
        dit.eager("double.attention.join", JOIN, fwd.sequences * whole * net.width, count=net.layers),
        *dit.attention("double.attention", fwd, net.heads, net.width, queries=whole, context=whole, count=net.layers),
    )


def _single(net: MMDiT, fwd: Forward, tokens: Count) -> tuple[Operator, ...]:
    """Layers on the joined sequence: attention and feed-forward side by side behind one norm."""
    if not net.single_layers:
        return ()
    whole = tokens + fwd.text
    stream = Stream("single", fwd.sequences * whole, net.width, net.single_layers)
    times = 1 if net.modulation == "shared" else net.single_layers
    vectors = EXTRA_VECTORS * net.width
    activation = dit.GATED_ACTIVATION if net.gated else dit.PLAIN
    return (
        *dit.modulation("single.modulation", fwd.sequences, net.width, vectors, bias=net.bias, count=times),
        dit.on(stream, "norm", dit.MODULATED_NORM),
        *_single_projections(net, stream),
        *dit.head_norm(stream, net.qk_norm, net.width // net.heads),
        *dit.rotation(stream, net.rotary),
        *dit.attention(
            "single.attention", fwd, net.heads, net.width, queries=whole, context=whole, count=net.single_layers
        ),
        dit.eager("single.mlp.activation", activation, stream.rows * net.ffn, count=net.single_layers),
        dit.eager("single.join", dit.PLAIN, stream.rows * (net.width + net.ffn), count=net.single_layers),
        linear("single.out", stream.rows, net.width + net.ffn, net.width, bias=net.bias, count=net.single_layers),
        dit.on(stream, "residual", dit.GATED_RESIDUAL),
    )


def _single_projections(net: MMDiT, stream: Stream) -> tuple[Operator, ...]:
    hidden = net.ffn * (dit.GATE_AND_VALUE if net.gated else 1)
    if net.fused_single:
        return (dit.project(stream, "in", QUERY_KEY_VALUE * net.width + hidden, bias=net.bias),)
    return project_in(stream, bias=net.bias), dit.project(stream, "mlp.in", hidden, bias=net.bias)
