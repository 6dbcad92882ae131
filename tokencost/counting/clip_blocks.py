"""Blocks of the clip coder: normalisations guided by the quantised latent, attention, convolutions along time."""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise, linear, norm
from tokencost.counting.planes import (
    LONE,
    POINT,
    QUERY_KEY_VALUE,
    SCALE_AND_SHIFT,
    WRITTEN_OUT,
    group_norm,
    one_head,
    positions,
    square,
)
from tokencost.counting.temporal_blocks import LINE
from tokencost.nouns.convnet import ClipCoder
from tokencost.nouns.work import Convolution, Forward, Operator
from tokencost.record import replace
from tokencost.units import Constant, Count

CUBE = Constant(27, "", "taps of a 3 × 3 × 3 kernel")
HALVING = Constant(36, "", "taps of a 4 × 3 × 3 kernel, which halves the frames")
GUIDE_KERNELS = Constant(2, "", "a product with the scale and a sum with the shift")
SWISH_KERNELS = Constant(2, "", "swish is written as a sigmoid and a product")


def guided_norm(name: str, net: ClipCoder, plane: Forward, width: Count) -> tuple[Operator, ...]:
    """A group normalisation, scaled and shifted by two projections of the quantised latent."""
    here = positions(plane)
    return (
        elementwise(f"{name}.repeat", here * net.code_channels),
        group_norm(name, plane, width, kernels=LONE),
        convolution(f"{name}.guide", here, net.code_channels, width, POINT, count=2),
        elementwise(f"{name}.scale_shift", here * width, kernels=GUIDE_KERNELS),
    )


def guided_resnet(name: str, net: ClipCoder, plane: Forward, *, inner: int, outer: int) -> Iterator[Operator]:
    """A residual block whose normalisations are guided by the quantised latent."""
    here = positions(plane)
    yield from guided_norm(f"{name}.norm1", net, plane, inner)
    yield elementwise(f"{name}.swish1", here * inner, kernels=SWISH_KERNELS)
    yield square(f"{name}.conv1", plane, inner, outer)
    yield from guided_norm(f"{name}.norm2", net, plane, outer)
    yield elementwise(f"{name}.swish2", here * outer, kernels=SWISH_KERNELS)
    yield square(f"{name}.conv2", plane, outer, outer)
    if inner != outer:
        yield convolution(f"{name}.shortcut", here, inner, outer, POINT)
    yield elementwise(f"{name}.add", here * outer)


def frame_attention(name: str, plane: Forward, width: Count) -> tuple[Operator, ...]:
    """Single-head attention within every frame; the normalisation before it is the caller's."""
    here = positions(plane)
    return (
        linear(f"{name}.query_key_value", here, width, width, count=QUERY_KEY_VALUE),
        one_head(f"{name}.self", plane, width),
        linear(f"{name}.output", here, width, width),
        elementwise(f"{name}.add", here * width),
    )


def plain_attention(name: str, plane: Forward, width: Count) -> tuple[Operator, ...]:
    """Attention within every frame, normalised before."""
    return (group_norm(f"{name}.norm", plane, width, kernels=LONE), *frame_attention(name, plane, width))


def guided_attention(name: str, net: ClipCoder, plane: Forward, width: Count) -> tuple[Operator, ...]:
    """Attention within every frame, normalised before under the guide of the quantised latent."""
    return (*guided_norm(f"{name}.norm", net, plane, width), *frame_attention(name, plane, width))


def temporal_stack(name: str, net: ClipCoder, latent: Forward) -> Iterator[Operator]:
    """Residual blocks of 3 × 3 × 3 convolutions on the latent, with batch normalisation."""
    here, width = positions(latent), net.latent_channels
    count = net.temporal_resnets
    if not count:
        return
    yield norm(f"{name}.norms", here, width, weights=SCALE_AND_SHIFT, kernels=WRITTEN_OUT, count=2 * count)
    yield convolution(f"{name}.convs", here, width, width, CUBE, count=2 * count)
    yield elementwise(f"{name}.adds", here * width, count=count)


def merge_frames(net: ClipCoder, clip: Forward) -> Iterator[Operator]:
    """Convolutions that halve the frames until one latent is left of `frames_per_latent`."""
    width, fine = net.latent_channels, clip
    for step in range(halvings(net)):
        coarse = replace(fine, frames=fine.frames / 2)
        yield convolution(f"encode.merge.{step}.conv", positions(coarse), width, width, HALVING, inputs=positions(fine))
        yield elementwise(f"encode.merge.{step}.swish", positions(coarse) * width, kernels=SWISH_KERNELS)
        fine = coarse


def split_frames(net: ClipCoder, latent: Forward) -> Iterator[Operator]:
    """Frames repeated and convolved until every latent is `frames_per_latent` frames."""
    width, coarse = net.latent_channels, latent
    for step in range(halvings(net)):
        fine = replace(coarse, frames=coarse.frames * 2)
        yield elementwise(f"decode.split.{step}.repeat", positions(fine) * width)
        yield convolution(f"decode.split.{step}.conv", positions(fine), width, width, CUBE)
        yield elementwise(f"decode.split.{step}.swish", positions(fine) * width, kernels=SWISH_KERNELS)
        coarse = fine


def halvings(net: ClipCoder) -> int:
    """How often two frames become one."""
    return int(net.frames_per_latent).bit_length() - 1


def along_time(name: str, net: ClipCoder, latent: Forward, *, inner: Count, outer: Count) -> Convolution:
    """A convolution at each position, over 3 frames where there are frames to merge."""
    return convolution(name, positions(latent), inner, outer, LINE if halvings(net) else POINT)
