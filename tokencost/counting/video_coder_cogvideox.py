"""The causal coder of CogVideoX: two latent frames at a time, every decoder layer normalised with the latent.

Sizes are pixels and frames in both directions. Pieces are written as equal ones; the first takes the odd frames.
"""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise, norm
from tokencost.counting.planes import POINT, SCALE_AND_SHIFT, SQUARE, coarser, finer, positions, square
from tokencost.counting.video_coder_blocks import (
    COLOURS,
    MOMENTS,
    SIDES,
    Idiom,
    fewer,
    in_pieces,
    normalised,
    padded,
    resnets,
)
from tokencost.formula import formula
from tokencost.nouns.video_coder import CogVideoXCoder
from tokencost.nouns.work import Forward, Operator
from tokencost.numeric import ceil, floor, maximum
from tokencost.record import replace
from tokencost.units import Constant, Count

LATENTS_PER_PIECE = Constant(2, "", "latent frames the reference decodes at a time")
NORM_AND_SILU = Constant(2, "", "a group normalisation and its activation")
GUIDED_KERNELS = Constant(4, "", "a group normalisation, a product, a sum and the activation")
GUIDE_KERNELS = Constant(3, "", "the latent is enlarged, and kept twice for the piece to come")
SAMPLE_KERNELS = Constant(3, "", "frames are made images, sampled along time and laid out again")

IDIOM = Idiom(norm_weights=SCALE_AND_SHIFT, norm_kernels=NORM_AND_SILU, pad_kernels=1.0)


@formula("huggingface-diffusers", says="residual blocks from pixels to latents, eight frames at a time")
def cogvideox_encode(net: CogVideoXCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Clips of pixels to latents."""
    finest, widest = net.channels[0], net.channels[-1]
    latent = replace(_latent(net, fwd), frames=ceil(fwd.frames / _stride(net)))
    operators = (
        *padded("encode.in.conv", fwd, COLOURS, finest, idiom=IDIOM),
        *_encoder_levels(net, fwd),
        *resnets("encode.middle", latent, (widest, widest), 2, idiom=IDIOM),
        normalised("encode.out.norm", latent, widest, idiom=IDIOM),
        *padded("encode.out.conv", latent, widest, MOMENTS * net.latent_channels, idiom=IDIOM),
    )
    return in_pieces(operators, maximum(floor(fwd.frames / (LATENTS_PER_PIECE * _stride(net))), 1))


@formula("huggingface-diffusers", says="guided residual blocks from latents to pixels, two latent frames at a time")
def cogvideox_decode(net: CogVideoXCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Latents to clips of pixels."""
    finest, widest = net.channels[0], net.channels[-1]
    latent = _latent(net, fwd)
    clip = _enlarged(net, latent, len(net.channels) - 1)
    operators = (
        *padded("decode.in.conv", latent, net.latent_channels, widest, idiom=IDIOM),
        *guided_resnets(net, "decode.middle", latent, (widest, widest), count=2),
        *_decoder_levels(net, latent),
        *guided_norm(net, "decode.out.norm", clip, finest),
        *padded("decode.out.conv", clip, finest, COLOURS, idiom=IDIOM),
    )
    return in_pieces(operators, maximum(floor(latent.frames / LATENTS_PER_PIECE), 1))


def _stride(net: CogVideoXCoder) -> int:
    return int(2**net.time_levels)


def _latent(net: CogVideoXCoder, clip: Forward) -> Forward:
    return coarser(fewer(clip, _stride(net)), 2 ** (len(net.channels) - 1))


def _enlarged(net: CogVideoXCoder, latent: Forward, samplers: int) -> Forward:
    """The plane after so many samplers: an odd number of latent frames starts with one that stays alone."""
    rate = 2 ** min(samplers, net.time_levels)
    odd = latent.frames - 2 * floor(latent.frames / 2)
    return finer(replace(latent, frames=rate * latent.frames - (rate - 1) * odd), 2**samplers)


def _encoder_levels(net: CogVideoXCoder, clip: Forward) -> Iterator[Operator]:
    plane = clip
    for level, width in enumerate(net.channels):
        inner = net.channels[max(level - 1, 0)]
        yield from resnets(f"encode.down.{level}", plane, (inner, width), net.resnets, idiom=IDIOM)
        if level < len(net.channels) - 1:
            frames = ceil(plane.frames / 2) if level < net.time_levels else plane.frames
            fine = replace(plane, frames=frames)
            name, kept = f"encode.down.{level}.sample", positions(fine)
            yield elementwise(f"{name}.layout", positions(plane) * width, kernels=SAMPLE_KERNELS)
            plane = coarser(fine, SIDES)
            yield convolution(f"{name}.conv", positions(plane), width, width, SQUARE, inputs=kept)


def _decoder_levels(net: CogVideoXCoder, latent: Forward) -> Iterator[Operator]:
    last = len(net.channels) - 1
    widths = net.channels[::-1]
    for level, width in enumerate(widths):
        name, plane = f"decode.up.{level}", _enlarged(net, latent, level)
        yield from guided_resnets(net, name, plane, (widths[max(level - 1, 0)], width), count=net.resnets + 1)
        if level < last:
            fine = _enlarged(net, latent, level + 1)
            yield elementwise(f"{name}.sample.repeat", positions(fine) * width, kernels=SAMPLE_KERNELS)
            yield square(f"{name}.sample.conv", fine, width, width)


def guided_norm(net: CogVideoXCoder, name: str, plane: Forward, width: Count) -> Iterator[Operator]:
    """A group normalisation, its scale and shift read from the latent at every position, and the activation."""
    here = positions(plane)
    yield elementwise(f"{name}.guide", here * net.latent_channels, kernels=GUIDE_KERNELS)
    yield convolution(f"{name}.scale", here, net.latent_channels, width, POINT)
    yield convolution(f"{name}.shift", here, net.latent_channels, width, POINT)
    yield norm(name, here, width, weights=SCALE_AND_SHIFT, kernels=GUIDED_KERNELS)


def guided_resnets(
    net: CogVideoXCoder, name: str, plane: Forward, widths: tuple[int, int], *, count: int
) -> Iterator[Operator]:
    """Residual blocks whose normalisations read the latent."""
    for number in range(count):
        inner, outer = (widths[1] if number else widths[0]), widths[1]
        block = f"{name}.{number}"
        yield from guided_norm(net, f"{block}.norm1", plane, inner)
        yield from padded(f"{block}.conv1", plane, inner, outer, idiom=IDIOM)
        yield from guided_norm(net, f"{block}.norm2", plane, outer)
        yield from padded(f"{block}.conv2", plane, outer, outer, idiom=IDIOM)
        if inner != outer:
            yield convolution(f"{block}.shortcut", positions(plane), inner, outer, POINT)
        yield elementwise(f"{block}.add", positions(plane) * outer)
