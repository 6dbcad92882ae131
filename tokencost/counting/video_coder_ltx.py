"""The coder of LTX-Video: patches of pixels, a clip as a whole, and a decoder that can be told the noise left.

Sizes are pixels and frames in both directions.
"""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise, linear, norm, weights
from tokencost.counting.planes import POINT, SCALE_AND_SHIFT, coarser, finer, positions
from tokencost.counting.video_coder_blocks import (
    COLOURS,
    CUBE,
    SIDES,
    Idiom,
    fewer,
    halved,
    longer,
    normalised,
    padded,
    whole,
)
from tokencost.formula import formula
from tokencost.nouns.video_coder import LtxCoder
from tokencost.nouns.work import Forward, Operator
from tokencost.record import replace
from tokencost.units import Constant, Count

RMS_AND_SILU = Constant(5, "", "square, mean, root and product of a normalisation, and its activation")
LAYER_NORM_KERNELS = Constant(2, "", "channels are laid out last and normalised")
SCALE_KERNELS = Constant(2, "", "a product and a sum with what the timestep says")
FOLD_KERNELS = Constant(5, "", "frames joined, two tensors folded into channels, one averaged, both added")
UNFOLD_KERNELS = Constant(1, "", "channels laid out as positions")
REPEAT_KERNELS = Constant(4, "", "the input laid out, repeated, cut and added")
ONE_VARIANCE = Constant(1, "", "one channel is the variance of all")
SINES = Constant(256, "", "width of the sines and cosines that encode a timestep")
BLOCK_SHIFTS = Constant(4, "", "scale and shift of two normalisations")
ENLARGED = Constant(8, "", "positions that one becomes when all three axes double")

TIME = ("strided", "time", "both")
"""Samplers that halve the frames."""

SPACE = ("strided", "space", "both")
"""Samplers that halve the sides."""

IDIOM = Idiom(norm_weights=0.0, norm_kernels=RMS_AND_SILU, pad_kernels=1.0)


@formula("huggingface-diffusers", says="residual blocks from patches of pixels to latents")
def ltx_encode(net: LtxCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Clips of pixels to latents; frames that fill no latent are left out."""
    plane = coarser(whole(fwd, 2 ** sum(kind in TIME for kind in net.sampling)), net.patch)
    levels: list[Operator] = []
    latent = plane
    for level in range(len(net.sampling)):
        levels += _encoder_level(net, level, latent)
        latent = _sampled(net, level, latent)
    widest, middle = net.encoder_channels[-1], net.encoder_resnets[-1]
    return (
        elementwise("encode.patches", positions(plane) * COLOURS * net.patch**2),
        *padded("encode.in.conv", plane, COLOURS * net.patch**2, net.encoder_channels[0], idiom=IDIOM),
        *levels,
        *ltx_resnets("encode.middle", latent, widest, middle),
        normalised("encode.out.norm", latent, widest, idiom=IDIOM),
        *padded("encode.out.conv", latent, widest, net.latent_channels + ONE_VARIANCE, idiom=IDIOM),
    )


def _sampled(net: LtxCoder, level: int, plane: Forward) -> Forward:
    """The plane behind the sampler of a level."""
    sides = halved(plane) if net.sampling[level] in SPACE else plane
    return fewer(sides, 2) if net.sampling[level] in TIME else sides


def _encoder_level(net: LtxCoder, level: int, plane: Forward) -> Iterator[Operator]:
    name, kind = f"encode.down.{level}", net.sampling[level]
    width = net.encoder_channels[level]
    outer = net.encoder_channels[min(level + 1, len(net.encoder_channels) - 1)]
    coarse = _sampled(net, level, plane)
    yield from ltx_resnets(name, plane, width, net.encoder_resnets[level])
    if kind == "strided":
        yield elementwise(f"{name}.sample.pad", positions(plane) * width)
        yield convolution(f"{name}.sample.conv", positions(coarse), width, width, CUBE, inputs=positions(plane))
    if kind in ("space", "time", "both"):
        yield from _fold(f"{name}.sample", plane, width, outer // _folded(kind), frames=int(kind in TIME))
    elif width != outer:
        yield from ltx_resnet(f"{name}.widen", coarse, width, outer)


def _folded(kind: str) -> int:
    """How many positions become one."""
    return (4 if kind in SPACE else 1) * (2 if kind in TIME else 1)


def _fold(name: str, plane: Forward, width: Count, outer: Count, *, frames: Count) -> Iterator[Operator]:
    """A convolution whose outputs are folded into channels and added to averages of the input.

    Along time, the first frame goes in twice.
    """
    seen = replace(plane, frames=plane.frames + frames)
    yield elementwise(f"{name}.fold", positions(seen) * width, kernels=FOLD_KERNELS)
    yield from padded(f"{name}.conv", seen, width, outer, idiom=IDIOM)


@formula("huggingface-diffusers", says="residual blocks from latents to patches of pixels")
def ltx_decode(net: LtxCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Latents to clips of pixels, in one call."""
    doublings = sum(net.enlarges)
    latent = coarser(fewer(fwd, 2**doublings), net.patch * 2**doublings)
    patches = finer(longer(latent, 2**doublings), 2**doublings)
    widest, width = net.decoder_channels[0], net.decoder_channels[-1] // net.narrowing
    return (
        *padded("decode.in.conv", latent, net.latent_channels, widest, idiom=IDIOM),
        *_noise_left(net, "decode.middle", latent, BLOCK_SHIFTS * widest),
        *ltx_resnets("decode.middle", latent, widest, net.decoder_resnets[0], timestep=net.timestep),
        *_decoder_levels(net, latent),
        normalised("decode.out.norm", patches, width, idiom=IDIOM),
        *_out_shift(net, patches, width),
        *padded("decode.out.conv", patches, width, COLOURS * net.patch**2, idiom=IDIOM),
        elementwise("decode.patches", positions(patches) * COLOURS * net.patch**2),
    )


def _decoder_levels(net: LtxCoder, latent: Forward) -> Iterator[Operator]:
    plane, before = latent, net.decoder_channels[0]
    for level, channels in enumerate(net.decoder_channels):
        name = f"decode.up.{level}"
        inner, outer = before // net.narrowing, channels // net.narrowing
        yield from _noise_left(net, name, latent, BLOCK_SHIFTS * inner)
        if inner != outer:
            yield from ltx_resnet(f"{name}.narrow", plane, inner, outer, timestep=net.timestep)
        if net.enlarges[level]:
            yield from _enlarge(net, f"{name}.sample", plane, outer)
            plane = finer(longer(plane, 2), SIDES)
        yield from ltx_resnets(name, plane, outer, net.decoder_resnets[level + 1], timestep=net.timestep)
        before = outer


def _enlarge(net: LtxCoder, name: str, plane: Forward, outer: Count) -> Iterator[Operator]:
    """A convolution whose channels are laid out as positions, with the input repeated and added where it narrows."""
    yield from padded(f"{name}.conv", plane, outer * net.narrowing, outer * ENLARGED, idiom=IDIOM)
    yield elementwise(f"{name}.unfold", positions(plane) * outer * ENLARGED, kernels=UNFOLD_KERNELS)
    if net.narrowing > 1:
        yield elementwise(f"{name}.repeat", positions(plane) * outer * ENLARGED, kernels=REPEAT_KERNELS)


def _noise_left(net: LtxCoder, name: str, plane: Forward, width: Count) -> Iterator[Operator]:
    """The embedding of the timestep that the layers after it share."""
    if net.timestep:
        yield elementwise(f"{name}.timestep.sines", plane.sequences * SINES)
        yield linear(f"{name}.timestep.in", plane.sequences, SINES, width)
        yield elementwise(f"{name}.timestep.activation", plane.sequences * width)
        yield linear(f"{name}.timestep.out", plane.sequences, width, width)


def _out_shift(net: LtxCoder, plane: Forward, width: Count) -> Iterator[Operator]:
    if net.timestep:
        yield from _noise_left(net, "decode.out", plane, SCALE_AND_SHIFT * width)
        yield weights("decode.out.timestep.table", SCALE_AND_SHIFT * width)
        yield weights("decode.timestep.unit", 1)
        yield elementwise("decode.out.timestep.apply", positions(plane) * width, kernels=SCALE_KERNELS)


def ltx_resnets(name: str, plane: Forward, width: int, count: int, *, timestep: bool = False) -> Iterator[Operator]:
    """Residual blocks in a row that keep the width."""
    for number in range(count):
        yield from ltx_resnet(f"{name}.{number}", plane, width, width, timestep=timestep)


def ltx_resnet(name: str, plane: Forward, inner: int, outer: int, *, timestep: bool = False) -> Iterator[Operator]:
    """Two rounds of norm, timestep, activation and convolution, added to the input."""
    for number, width in enumerate((inner, outer), start=1):
        yield normalised(f"{name}.norm{number}", plane, width, idiom=IDIOM)
        if timestep:
            yield elementwise(f"{name}.timestep{number}", positions(plane) * width, kernels=SCALE_KERNELS)
        yield from padded(f"{name}.conv{number}", plane, width, outer, idiom=IDIOM)
    if timestep:
        yield weights(f"{name}.timestep.table", BLOCK_SHIFTS * inner)
    if inner != outer:
        yield norm(f"{name}.norm3", positions(plane), inner, weights=SCALE_AND_SHIFT, kernels=LAYER_NORM_KERNELS)
        yield convolution(f"{name}.shortcut", positions(plane), inner, outer, POINT)
    yield elementwise(f"{name}.add", positions(plane) * outer)
