"""A diffusion transformer whose text and video tokens share all weights but their modulation (CogVideoX)."""

from tokencost import numeric as np
from tokencost.counting import dit_blocks as dit
from tokencost.counting.build import elementwise, linear
from tokencost.counting.dit_blocks import ATTENTION_SHIFT_SCALE_GATE, QUERY_KEY_VALUE, Stream
from tokencost.formula import formula
from tokencost.nouns.diffusion_transformer import JointDiT
from tokencost.nouns.work import Forward, Operator
from tokencost.units import Constant, Count

LEARNED_SCALE_AND_SHIFT = Constant(2, "", "vectors of a LayerNorm with weight and bias")
HEAD_NORMS = dit.Eager("a LayerNorm of the queries and one of the keys", 2)
NORMS = Constant(2, "", "modulated norms of a layer, each with a linear layer for both kinds of tokens")


@formula("huggingface-diffusers", says="operators of one call: embeddings, layers on the joined sequence, last layer")
def joint_dit(net: JointDiT, fwd: Forward) -> tuple[Operator, ...]:
    """A timestep vector of its own width; latent frames are padded to whole patches."""
    frames = np.ceil(fwd.frames / net.patch_frames)
    tokens = dit.patches(fwd.width, net.patch) * dit.patches(fwd.height, net.patch) * frames
    stream = Stream("layers", fwd.sequences * (tokens + fwd.text), net.width, net.layers)
    cells = net.patch * net.patch * net.patch_frames
    return (
        dit.patch_embedding(net.patch_by, fwd.sequences * tokens, cells * net.in_channels, net.width),
        linear("text.in", fwd.sequences * fwd.text, net.text_width, net.width),
        elementwise("time.sinusoid", fwd.sequences * net.width, kernels=dit.SINUSOID_KERNELS),
        *dit.two_layers("time", fwd.sequences, net.width, net.time_width),
        *_layer(net, fwd, stream, tokens),
        *_last_layer(net, fwd, tokens, cells * net.out_channels),
    )


def _layer(net: JointDiT, fwd: Forward, stream: Stream, tokens: Count) -> tuple[Operator, ...]:
    vectors, affine = ATTENTION_SHIFT_SCALE_GATE * net.width, LEARNED_SCALE_AND_SHIFT * net.width
    both, video, whole = NORMS * net.layers, fwd.sequences * tokens, tokens + fwd.text
    return (
        *dit.modulation("layers.modulation", fwd.sequences, net.time_width, vectors, count=both),
        *_apart(stream, video, "norm1", dit.MODULATED_NORM, params=affine),
        dit.on(stream, "norm1.join", dit.PLAIN),
        dit.project(stream, "attention.qkv", net.width, each=QUERY_KEY_VALUE),
        dit.on(stream, "attention.qk_norm", HEAD_NORMS, params=_head_norm_params(net)),
        *dit.rotation(stream, net.rotary),
        *dit.attention("layers.attention", fwd, net.heads, net.width, queries=whole, context=whole, count=net.layers),
        dit.project(stream, "attention.out", net.width),
        *_apart(stream, video, "residual1", dit.GATED_RESIDUAL),
        *_apart(stream, video, "norm2", dit.MODULATED_NORM, params=affine),
        dit.on(stream, "norm2.join", dit.PLAIN),
        *dit.feed_forward(stream, net.ffn),
        *_apart(stream, video, "residual2", dit.GATED_RESIDUAL),
    )


def _apart(stream: Stream, video: Count, name: str, what: dit.Eager, *, params: Count = 0) -> tuple[Operator, ...]:
    """The same learned norm or residual, run on the video rows and then on the text rows."""
    return (
        dit.on(Stream(stream.id, video, stream.width, stream.layers), f"{name}.video", what, params=params),
        dit.on(Stream(stream.id, stream.rows - video, stream.width, stream.layers), f"{name}.text", what),
    )


def _head_norm_params(net: JointDiT) -> Count:
    return dit.QUERY_AND_KEY * LEARNED_SCALE_AND_SHIFT * net.width / net.heads


def _last_layer(net: JointDiT, fwd: Forward, tokens: Count, columns: Count) -> tuple[Operator, ...]:
    """Two learned norms, the second modulated, of the video tokens."""
    final = Stream("final", fwd.sequences * tokens, net.width)
    affine = LEARNED_SCALE_AND_SHIFT * net.width
    return (
        dit.on(final, "norm", dit.NORM, params=affine),
        *dit.modulation("final.modulation", fwd.sequences, net.time_width, dit.SHIFT_AND_SCALE * net.width),
        dit.on(final, "norm_out", dit.MODULATED_NORM, params=affine),
        dit.project(final, "out", columns),
    )
