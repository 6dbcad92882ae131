"""The causal coder of Wan and Qwen-Image: one frame, then a few frames at a time with what came before kept.

Sizes are pixels and frames in both directions. Pieces are written as equal ones; the first is one frame alone.
"""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise, norm
from tokencost.counting.planes import SQUARE, coarser, finer, one_head, point, positions
from tokencost.counting.video_coder_blocks import (
    COLOURS,
    LINE,
    MOMENTS,
    SIDES,
    Idiom,
    fewer,
    in_pieces,
    longer,
    normalised,
    padded,
    resnet,
    resnets,
    share,
    whole,
)
from tokencost.formula import formula
from tokencost.nouns.video_coder import WanCoder
from tokencost.nouns.work import Forward, Operator
from tokencost.record import replace
from tokencost.units import Constant, Count

RMS_KERNELS = Constant(5, "", "length, division, two products and a sum, each by itself")
WITH_SILU = Constant(6, "", "a normalisation of 5 kernels and its activation")
PAD_KERNELS = Constant(2, "", "the input is joined to what came before and padded with zeros")
REPEAT_KERNELS = Constant(2, "", "frames are made images and every position is repeated")
SPLIT_KERNELS = Constant(2, "", "doubled channels are stacked and laid out as frames")
ATTENTION_COPIES = Constant(3, "", "frames, then queries with keys and values, then results are laid out anew")
AVERAGE_KERNELS = Constant(3, "", "the input is copied, laid out in groups and averaged")
DUPLICATE_KERNELS = Constant(3, "", "the input is copied, repeated and laid out")
QUERY_KEY_VALUE = Constant(3, "", "projections of one convolution")

IDIOM = Idiom(norm_weights=1.0, norm_kernels=WITH_SILU, pad_kernels=PAD_KERNELS)


@formula("huggingface-diffusers", says="residual blocks from pixels to latents, one frame and then a few at a time")
def wan_encode(net: WanCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Clips of pixels to latents; frames that fill no latent are left out."""
    widths = [net.encoder_base * m for m in (1, *net.multipliers)]
    clip = whole(coarser(fwd, net.patch), _stride(net))
    latent = fewer(coarser(clip, 2 ** len(net.halves_time)), _stride(net))
    moments = MOMENTS * net.latent_channels
    pieces = in_pieces(
        (
            *padded("encode.in.conv", clip, COLOURS * net.patch**2, widths[0], idiom=IDIOM),
            *_encoder_levels(net, clip, widths),
            *_middle("encode.middle", latent, widths[-1]),
            normalised("encode.out.norm", latent, widths[-1], idiom=IDIOM),
            *padded("encode.out.conv", latent, widths[-1], moments, idiom=IDIOM),
        ),
        latent.frames,
    )
    return (*_patches("encode.patches", net, clip), *pieces, point("encode.moments", latent, moments, moments))


@formula("huggingface-diffusers", says="residual blocks from latents to pixels, one latent frame at a time")
def wan_decode(net: WanCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Latents to clips of pixels, one latent frame after the other."""
    widths = [net.decoder_base * m for m in (net.multipliers[-1], *reversed(net.multipliers))]
    samplers = len(net.halves_time)
    latent = coarser(fewer(fwd, _stride(net)), net.patch * 2**samplers)
    clip = finer(longer(latent, _stride(net)), 2**samplers)
    pieces = in_pieces(
        (
            *padded("decode.in.conv", latent, net.latent_channels, widths[0], idiom=IDIOM),
            *_middle("decode.middle", latent, widths[0]),
            *_decoder_levels(net, latent, widths),
            normalised("decode.out.norm", clip, widths[-1], idiom=IDIOM),
            *padded("decode.out.conv", clip, widths[-1], COLOURS * net.patch**2, idiom=IDIOM),
        ),
        latent.frames,
    )
    entry = point("decode.latent", latent, net.latent_channels, net.latent_channels)
    return (entry, *pieces, *_patches("decode.patches", net, clip))


def _stride(net: WanCoder) -> int:
    return int(2 ** sum(net.halves_time))


def _patches(name: str, net: WanCoder, clip: Forward) -> Iterator[Operator]:
    if net.patch > 1:
        yield elementwise(name, positions(clip) * COLOURS * net.patch**2)


def _middle(name: str, plane: Forward, width: Count) -> Iterator[Operator]:
    yield from resnet(f"{name}.0", plane, width, width, idiom=IDIOM)
    yield from frame_attention(f"{name}.attention", plane, width)
    yield from resnet(f"{name}.1", plane, width, width, idiom=IDIOM)


def frame_attention(name: str, plane: Forward, width: Count) -> tuple[Operator, ...]:
    """Single-head attention inside every frame, with projections written as 1 × 1 convolutions."""
    return (
        norm(f"{name}.norm", positions(plane), width, kernels=RMS_KERNELS),
        point(f"{name}.query_key_value", plane, width, QUERY_KEY_VALUE * width),
        elementwise(f"{name}.layout", positions(plane) * width, kernels=ATTENTION_COPIES),
        one_head(f"{name}.self", plane, width),
        point(f"{name}.output", plane, width, width),
        elementwise(f"{name}.add", positions(plane) * width),
    )


def _encoder_levels(net: WanCoder, clip: Forward, widths: list[int]) -> Iterator[Operator]:
    plane, pieces = clip, fewer(clip, _stride(net)).frames
    for level, outer in enumerate(widths[1:]):
        name, before = f"encode.down.{level}", plane
        yield from resnets(name, plane, (widths[level], outer), net.resnets, idiom=IDIOM)
        if level < len(net.halves_time):
            yield from _shrink(f"{name}.sample", plane, outer)
            plane = coarser(plane, SIDES)
            if net.halves_time[level]:
                plane = fewer(plane, 2)
                rate = 2 ** sum(net.halves_time[level + 1 :])
                yield from _along_time(f"{name}.sample.time", replace(plane, frames=rate * pieces), pieces, outer)
        if net.averaged:
            yield elementwise(f"{name}.average", positions(before) * widths[level], kernels=AVERAGE_KERNELS)
            yield elementwise(f"{name}.average.add", positions(plane) * outer)


def _shrink(name: str, fine: Forward, width: Count) -> Iterator[Operator]:
    """A stride of 2 over the sides of every frame."""
    yield elementwise(f"{name}.pad", positions(fine) * width, kernels=PAD_KERNELS)
    coarse = coarser(fine, SIDES)
    yield convolution(f"{name}.conv", positions(coarse), width, width, SQUARE, inputs=positions(fine))


def _along_time(name: str, plane: Forward, pieces: Count, width: Count, *, frames: int = 1) -> Iterator[Operator]:
    """A convolution along time that writes `frames` frames for one; the first piece passes it by.

    The plane is the one it would have if every piece ran it.
    """
    part = (pieces - 1) / pieces
    yield elementwise(f"{name}.join", positions(plane) * width, kernels=PAD_KERNELS, count=part)
    yield share(convolution(f"{name}.conv", positions(plane), width, frames * width, LINE), part)
    if frames > 1:
        yield elementwise(f"{name}.split", positions(plane) * frames * width, kernels=SPLIT_KERNELS, count=part)


def _decoder_levels(net: WanCoder, latent: Forward, widths: list[int]) -> Iterator[Operator]:
    plane, inner, doubles = latent, widths[0], net.halves_time[::-1]
    for level, outer in enumerate(widths[1:]):
        name = f"decode.up.{level}"
        yield from resnets(name, plane, (inner, outer), net.resnets + 1, idiom=IDIOM)
        # Without the average, enlarging a level also halves its width.
        inner = outer if net.averaged else outer // 2
        if level < len(doubles):
            if doubles[level]:
                every = replace(plane, frames=2 ** sum(doubles[:level]) * latent.frames)
                yield from _along_time(f"{name}.sample.time", every, latent.frames, outer, frames=2)
                plane = longer(plane, 2)
            plane = finer(plane, SIDES)
            yield from _enlarge(f"{name}.sample", plane, outer, inner)
            if net.averaged:
                yield elementwise(f"{name}.average", positions(plane) * outer, kernels=DUPLICATE_KERNELS)
                yield elementwise(f"{name}.average.add", positions(plane) * outer)


def _enlarge(name: str, fine: Forward, inner: Count, outer: Count) -> Iterator[Operator]:
    """Every position repeated into a square, then a 3 × 3 convolution."""
    yield elementwise(f"{name}.repeat", positions(fine) * inner, kernels=REPEAT_KERNELS)
    yield convolution(f"{name}.conv", positions(fine), inner, outer, SQUARE)
