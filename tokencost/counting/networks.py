"""Which function writes down the operators of which network, and in which directions it runs."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from tokencost.counting.asymmetric_mmdit import asymmetric_mmdit
from tokencost.counting.clip_coder import decode_clip, encode_clip
from tokencost.counting.cross_dit import cross_dit
from tokencost.counting.image_coder import decode_image, encode_image
from tokencost.counting.joint_dit import joint_dit
from tokencost.counting.linear_dit import linear_dit
from tokencost.counting.mmdit import mmdit
from tokencost.counting.scale_transformer import scale_transformer
from tokencost.counting.single_stream_dit import single_stream_dit
from tokencost.counting.transformer import caption_projector, decoder_lm, decoder_lm_image, text_encoder, vision_tower
from tokencost.counting.unet import unet
from tokencost.counting.uvit import uvit
from tokencost.counting.video_coder_cogvideox import cogvideox_decode, cogvideox_encode
from tokencost.counting.video_coder_deep import deep_decode, deep_encode
from tokencost.counting.video_coder_hunyuan import hunyuan_decode, hunyuan_encode
from tokencost.counting.video_coder_ltx import ltx_decode, ltx_encode
from tokencost.counting.video_coder_mochi import mochi_decode, mochi_encode
from tokencost.counting.video_coder_stacked import stacked_decode, stacked_encode
from tokencost.counting.video_coder_wan import wan_decode, wan_encode
from tokencost.formula import watched
from tokencost.nouns.convnet import ClipCoder, ImageCoder, UNet
from tokencost.nouns.diffusion_transformer import AsymmetricMMDiT, CrossDiT, JointDiT, LinearDiT, MMDiT, SingleStreamDiT
from tokencost.nouns.network import Network
from tokencost.nouns.scale_transformer import ScaleTransformer
from tokencost.nouns.transformer import DecoderLM, TextEncoder, VisionTower
from tokencost.nouns.uvit import UVit
from tokencost.nouns.video_coder import (
    CogVideoXCoder,
    DeepCoder,
    HunyuanCoder,
    LtxCoder,
    MochiCoder,
    StackedCoder,
    WanCoder,
)
from tokencost.nouns.work import Attention, Convolution, Elementwise, Forward, Linear, Lookup, Operator
from tokencost.record import replace

Pass = Callable[[Any, Forward], tuple[Operator, ...]]

PASSES: Mapping[type, Mapping[str, Pass]] = {
    DecoderLM: {"forward": decoder_lm, "image": decoder_lm_image, "caption": caption_projector},
    TextEncoder: {"forward": text_encoder},
    VisionTower: {"forward": vision_tower},
    MMDiT: {"forward": mmdit},
    AsymmetricMMDiT: {"forward": asymmetric_mmdit},
    JointDiT: {"forward": joint_dit},
    SingleStreamDiT: {"forward": single_stream_dit},
    CrossDiT: {"forward": cross_dit},
    LinearDiT: {"forward": linear_dit},
    ScaleTransformer: {"forward": scale_transformer},
    UVit: {"forward": uvit},
    UNet: {"forward": unet},
    ImageCoder: {"encode": encode_image, "decode": decode_image},
    ClipCoder: {"encode": encode_clip, "decode": decode_clip},
    WanCoder: {"encode": wan_encode, "decode": wan_decode},
    CogVideoXCoder: {"encode": cogvideox_encode, "decode": cogvideox_decode},
    LtxCoder: {"encode": ltx_encode, "decode": ltx_decode},
    MochiCoder: {"encode": mochi_encode, "decode": mochi_decode},
    HunyuanCoder: {"encode": hunyuan_encode, "decode": hunyuan_decode},
    DeepCoder: {"encode": deep_encode, "decode": deep_decode},
    StackedCoder: {"encode": stacked_encode, "decode": stacked_decode},
}
"""Network -> direction ("forward"; coders: "encode", "decode") -> its operators; an operator is known by its id."""

PROBE = Forward(queries=1.0, context=1.0, width=64.0, height=64.0, frames=1.0, text=1.0)
"""Any size at which every layer exists: parameters do not depend on it."""


def operators(net: Network, fwd: Forward, direction: str = "forward") -> tuple[Operator, ...]:
    """The operators of one call of a network, those of one shape together; calls of the same shape share them.

    While a derivation is recorded they are written out one by one, so that it can be read block by block.
    """
    if watched():
        return PASSES[type(net)][direction](net, fwd)
    try:
        return _remembered(net, fwd, direction)
    except TypeError:  # a sweep's arrays cannot be looked up
        return PASSES[type(net)][direction](net, fwd)


@functools.lru_cache(maxsize=8192)
def _remembered(net: Network, fwd: Forward, direction: str) -> tuple[Operator, ...]:
    return merged(PASSES[type(net)][direction](net, fwd))


def merged(found: tuple[Operator, ...]) -> tuple[Operator, ...]:
    """Operators of the same shape as one with their counts and parameters added: a platform prices them alike."""
    groups: dict[tuple[object, ...], list[Operator]] = {}
    for op in found:
        groups.setdefault(_shape(op), []).append(op)
    return tuple(same[0] if len(same) == 1 else _together(same) for same in groups.values())


def _shape(op: Operator) -> tuple[object, ...]:
    match op:
        case Linear():
            return Linear, op.rows, op.inner, op.columns
        case Attention():
            shape = (op.sequences, op.heads, op.kv_heads, op.queries, op.context, op.head_dim, op.causal)
            return Attention, *shape
        case Convolution():
            return Convolution, op.positions, op.in_channels, op.out_channels, op.kernel, op.groups, op.inputs
        case Elementwise():
            return Elementwise, op.elements, op.kernels
        case Lookup():
            return Lookup, op.rows, op.columns


def _together(same: list[Operator]) -> Operator:
    count = sum(op.count for op in same)
    if isinstance(same[0], Attention):
        return replace(same[0], count=count)
    return replace(same[0], count=count, params=sum(getattr(op, "params", 0.0) for op in same))


@functools.lru_cache(maxsize=1024)
def network_params(net: Network) -> float:
    """Unique parameters of a network; what several directions share (same operator id) counts once."""
    unique = {op.id: getattr(op, "params", 0.0) for run in PASSES[type(net)].values() for op in run(net, PROBE)}
    return float(sum(unique.values()))
