"""An asymmetric multimodal diffusion transformer: wide video and narrow text tokens in joint attention (Mochi)."""

from tokencost.counting import dit_blocks as dit
from tokencost.counting.build import linear, weights
from tokencost.counting.dit_blocks import QUERY_KEY_VALUE, Stream
from tokencost.formula import formula
from tokencost.nouns.diffusion_transformer import AsymmetricMMDiT
from tokencost.nouns.work import Attention, Forward, Operator
from tokencost.units import Constant, Count

SCALES_AND_GATES = Constant(4, "", "modulation vectors of a layer whose norms only scale: scale and gate, twice")
JOIN = dit.Eager("padding is left out of queries, keys and values, and both streams are copied together", 6)
AXES = Constant(3, "", "time, height and width of a position")
HALF = Constant(2, "", "a rotation takes channels in pairs")


@formula("huggingface-diffusers", says="operators of one call: embeddings, pooled text, two-stream layers, last layer")
def asymmetric_mmdit(net: AsymmetricMMDiT, fwd: Forward) -> tuple[Operator, ...]:
    """The last layer makes only keys and values of the text; every padded text token counts."""
    tokens = dit.image_tokens(fwd, net.patch)
    video = Stream("video", fwd.sequences * tokens, net.width, net.layers)
    text = Stream("text", fwd.sequences * fwd.text, net.text_stream, net.layers)
    last = linear("text.last_modulation", fwd.sequences, net.width, net.text_stream)
    final = Stream("final", video.rows, net.width)
    return (
        *_embeddings(net, fwd, video.rows),
        *_positions(net, tokens),
        *_stream(net, fwd, video, net.layers, ffn=net.ffn),
        *_stream(net, fwd, text, net.layers - 1, ffn=net.text_ffn),
        last,
        *dit.rotation(video, "real"),
        *_joint_attention(net, fwd, tokens),
        *dit.last_layer(fwd, final, net.patch * net.patch * net.out_channels),
    )


def _embeddings(net: AsymmetricMMDiT, fwd: Forward, rows: Count) -> tuple[Operator, ...]:
    cells = net.patch * net.patch
    return (
        dit.patch_embedding("convolution", rows, cells * net.in_channels, net.width),
        *dit.timestep("time", fwd.sequences, net.width),
        linear("text.in", fwd.sequences * fwd.text, net.text_width, net.text_stream),
        *_pooled_text(net, fwd),
    )


def _pooled_text(net: AsymmetricMMDiT, fwd: Forward) -> tuple[Operator, ...]:
    """The mean of the text attends to the text and to itself."""
    context, width = fwd.text + 1, net.text_width
    return (
        linear("pool.kv", fwd.sequences * context, width, dit.KEY_AND_VALUE * width),
        linear("pool.q", fwd.sequences, width, width),
        Attention(
            id="pool", sequences=fwd.sequences, heads=net.pool_heads, kv_heads=net.pool_heads,
            queries=1, context=context, head_dim=width / net.pool_heads,
        ),
        linear("pool.out", fwd.sequences, width, net.width),
    )  # fmt: skip


def _positions(net: AsymmetricMMDiT, tokens: Count) -> tuple[Operator, ...]:
    """Learned frequencies of every head turn positions into angles, once for all sequences of a call."""
    angles = net.width // HALF
    return (
        linear("positions", tokens, AXES, angles, bias=False, shared=True),
        weights("frequencies", AXES * angles),
    )


def _stream(net: AsymmetricMMDiT, fwd: Forward, stream: Stream, updated: Count, *, ffn: Count) -> tuple[Operator, ...]:
    """One stream; in `updated` layers attention and feed-forward write back to it, behind a norm of their own."""
    back = Stream(stream.id, stream.rows, stream.width, updated)
    head_dim = net.width // net.heads
    heads = Stream(stream.id, stream.rows, net.width, net.layers)
    return (
        *dit.modulation(
            f"{stream.id}.modulation", fwd.sequences, net.width, SCALES_AND_GATES * stream.width, count=updated
        ),
        dit.on(stream, "norm1", dit.COMPOSED_MODULATED_NORM),
        dit.project(stream, "attention.qkv", net.width, bias=False, each=QUERY_KEY_VALUE),
        *dit.head_norm(heads, "composed", head_dim),
        linear(f"{stream.id}.attention.out", stream.rows, net.width, stream.width, count=updated),
        dit.on(back, "norm2", dit.COMPOSED_MODULATED_NORM),
        dit.on(back, "residual1", dit.RESIDUAL),
        dit.on(back, "norm3", dit.COMPOSED_MODULATED_NORM),
        *dit.feed_forward(back, ffn, bias=False, gated=True),
        dit.on(back, "norm4", dit.COMPOSED_MODULATED_NORM),
        dit.on(back, "residual2", dit.RESIDUAL),
    )


def _joint_attention(net: AsymmetricMMDiT, fwd: Forward, tokens: Count) -> tuple[Operator, ...]:
    whole = tokens + fwd.text
    return (
        dit.eager("attention.join", JOIN, fwd.sequences * whole * net.width, count=net.layers),
        *dit.attention("attention", fwd, net.heads, net.width, queries=whole, context=whole, count=net.layers),
    )
