"""The causal coder of Mochi: a clip as a whole, with attention along time at every position of the encoder.

Sizes are pixels and frames in both directions. The decoder also computes the frames before the first and drops them.
"""

import math
from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise, linear, norm
from tokencost.counting.planes import SCALE_AND_SHIFT, area, coarser, finer, point, positions
from tokencost.counting.video_coder_blocks import COLOURS, MOMENTS, Idiom, fewer, in_pieces, normalised, resnets
from tokencost.formula import formula
from tokencost.nouns.video_coder import MochiCoder
from tokencost.nouns.work import Attention, Forward, Linear, Operator
from tokencost.numeric import ceil, where
from tokencost.record import replace
from tokencost.units import Constant, Count

NORM_AND_SILU = Constant(4, "", "frames laid out first, normalised, joined, and the activation")
NORM_KERNELS = Constant(3, "", "frames laid out first, normalised and joined")
WAVE_KERNELS = Constant(4, "", "repeat, scale, sines and cosines, join")
LAYOUT_KERNELS = Constant(2, "", "channels laid out last and first again")
UNIT_KERNELS = Constant(3, "", "length, division and scale of queries and keys")
POSITIONS_AT_ONCE = Constant(32768, "", "positions whose attention along time the reference computes in one call")

IDIOM = Idiom(norm_weights=SCALE_AND_SHIFT, norm_kernels=NORM_AND_SILU, pad_kernels=1.0)


@formula("huggingface-diffusers", says="residual blocks and attention along time from pixels to latents")
def mochi_encode(net: MochiCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Clips of pixels to latents, in one call."""
    finest, widest = net.encoder_channels[0], net.encoder_channels[-1]
    seen = COLOURS * (1 + net.waves)
    latent = fewer(coarser(fwd, math.prod(net.space_strides)), math.prod(net.time_strides))
    return (
        elementwise("encode.waves", positions(fwd) * seen, kernels=WAVE_KERNELS),
        linear("encode.in.project", positions(fwd), seen, finest),
        elementwise("encode.in.layout", positions(fwd) * finest, kernels=LAYOUT_KERNELS),
        *resnets("encode.in", fwd, (finest, finest), net.resnets[0], idiom=IDIOM),
        *_encoder_levels(net, fwd),
        *attentive_resnets(net, "encode.middle", latent, widest, count=net.resnets[-1]),
        normalised("encode.out.norm", latent, widest, idiom=IDIOM),
        linear("encode.out.project", positions(latent), widest, MOMENTS * net.latent_channels, bias=False),
    )


@formula("huggingface-diffusers", says="residual blocks from latents to pixels, channels laid out as positions")
def mochi_decode(net: MochiCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Latents to clips of pixels, in one call: every latent frame becomes as many frames as it stands for."""
    finest, widest = net.decoder_channels[0], net.decoder_channels[-1]
    time, space = math.prod(net.time_strides), math.prod(net.space_strides)
    latent = coarser(fewer(fwd, time), space)
    clip = _unfolded(latent, time, space)
    return (
        point("decode.in.conv", latent, net.latent_channels, widest),
        *resnets("decode.middle", latent, (widest, widest), net.resnets[-1], idiom=IDIOM),
        *_decoder_levels(net, latent),
        *resnets("decode.out", clip, (finest, finest), net.resnets[0], idiom=IDIOM),
        elementwise("decode.out.activation", positions(clip) * finest, kernels=LAYOUT_KERNELS),
        linear("decode.out.project", positions(clip), finest, COLOURS),
    )


def _unfolded(plane: Forward, time: int, space: int) -> Forward:
    return finer(replace(plane, frames=plane.frames * time), space)


def _encoder_levels(net: MochiCoder, clip: Forward) -> Iterator[Operator]:
    plane = clip
    for level, (time, space) in enumerate(zip(net.time_strides, net.space_strides, strict=True)):
        name, fine = f"encode.down.{level}", plane
        inner, outer = net.encoder_channels[level], net.encoder_channels[level + 1]
        plane = fewer(coarser(plane, space), time)
        yield elementwise(f"{name}.sample.pad", positions(fine) * inner)
        taps = time * space**2
        yield convolution(f"{name}.sample.conv", positions(plane), inner, outer, taps, inputs=positions(fine))
        yield from attentive_resnets(net, name, plane, outer, count=net.resnets[level + 1])


def _decoder_levels(net: MochiCoder, latent: Forward) -> Iterator[Operator]:
    plane = latent
    for order, level in enumerate(range(len(net.time_strides) - 1, -1, -1)):
        name, time, space = f"decode.up.{order}", net.time_strides[level], net.space_strides[level]
        width, outer = net.decoder_channels[level + 1], net.decoder_channels[level]
        yield from resnets(name, plane, (width, width), net.resnets[level + 1], idiom=IDIOM)
        yield elementwise(f"{name}.sample.layout", positions(plane) * width)
        yield linear(f"{name}.sample.project", positions(plane), width, outer * time * space**2)
        plane = _unfolded(plane, time, space)
        yield elementwise(f"{name}.sample.unfold", positions(plane) * outer)


def attentive_resnets(net: MochiCoder, name: str, plane: Forward, width: int, *, count: int) -> Iterator[Operator]:
    """Residual blocks, each followed by attention along time."""
    for number in range(count):
        block = f"{name}.{number}"
        yield from resnets(block, plane, (width, width), 1, idiom=IDIOM)
        yield norm(f"{block}.attention.norm", positions(plane), width, weights=SCALE_AND_SHIFT, kernels=NORM_KERNELS)
        yield elementwise(f"{block}.attention.layout", positions(plane) * width, kernels=LAYOUT_KERNELS)
        calls = ceil(plane.sequences * area(plane) / POSITIONS_AT_ONCE)
        yield from in_pieces(time_attention(net, f"{block}.attention", plane, width), calls)
        yield elementwise(f"{block}.attention.add", positions(plane) * width)


def time_attention(net: MochiCoder, name: str, plane: Forward, width: int) -> Iterator[Operator]:
    """Attention over the frames at every position; of a single frame only the values are projected."""
    here, several = positions(plane), where(plane.frames == 1, 0.0, 1.0)
    yield _when(several, linear(f"{name}.query_key", here, width, width, bias=False, count=2))
    yield linear(f"{name}.value", here, width, width, bias=False)
    yield elementwise(f"{name}.unit", 2 * here * width, kernels=UNIT_KERNELS, count=several)
    heads = width / net.head_dim
    yield Attention(
        id=f"{name}.time", sequences=plane.sequences * area(plane), heads=heads, kv_heads=heads,
        queries=plane.frames, context=plane.frames, head_dim=net.head_dim, count=several, causal=True,
    )  # fmt: skip
    yield linear(f"{name}.output", here, width, width)


def _when(condition: Count, op: Linear) -> Linear:
    """The operator run only where the condition is 1; its weights stay."""
    return replace(op, count=op.count * condition)
