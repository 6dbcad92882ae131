"""Residual blocks, samplers and attention on planes of positions: what UNets and image coders are built of.

A plane is a `Forward` whose width and height are those of one level of a network.
"""

from tokencost.counting.build import convolution, elementwise, linear, norm
from tokencost.formula import formula
from tokencost.nouns.work import Attention, Convolution, Elementwise, Forward, Operator
from tokencost.numeric import floor
from tokencost.record import replace
from tokencost.units import Constant, Count

POINT = Constant(1, "", "taps of a 1 × 1 kernel")
SQUARE = Constant(9, "", "taps of a 3 × 3 kernel")
SCALE_AND_SHIFT = Constant(2, "", "learned vectors of a normalisation")
LONE = Constant(1, "", "kernel of a normalisation without an activation")
FUSED = Constant(2, "", "kernels of a normalisation and its activation")
WRITTEN_OUT = Constant(3, "", "kernels where swish is written as a sigmoid and a product")
ADD_AND_SCALE = Constant(2, "", "kernels of a residual: a sum, and a division that is written even by 1")
QUERY_KEY_VALUE = Constant(3, "", "projections of the same rows before attention")
SCORE_KERNELS = Constant(2, "", "kernels that scale scores and take their softmax, where they are not fused")


@formula("definition")
def images(plane: Forward) -> Count:
    """Planes side by side: frames of a clip are images of their own."""
    return plane.sequences * plane.frames


@formula("definition")
def area(plane: Forward) -> Count:
    """Positions of one image."""
    return plane.width * plane.height


@formula("definition")
def positions(plane: Forward) -> Count:
    """Positions of all images in the call."""
    return images(plane) * area(plane)


def coarser(plane: Forward, factor: Count) -> Forward:
    """The plane with sides divided by a whole factor, remainders dropped."""
    return replace(plane, width=floor(plane.width / factor), height=floor(plane.height / factor))


def finer(plane: Forward, factor: Count) -> Forward:
    """The plane with sides multiplied."""
    return replace(plane, width=plane.width * factor, height=plane.height * factor)


def group_norm(name: str, plane: Forward, channels: Count, *, kernels: Count = FUSED) -> Elementwise:
    """A group normalisation with the activation that follows it."""
    return norm(name, positions(plane), channels, weights=SCALE_AND_SHIFT, kernels=kernels)


def square(name: str, plane: Forward, inner: Count, outer: Count) -> Convolution:
    """A 3 × 3 convolution that keeps the plane."""
    return convolution(name, positions(plane), inner, outer, SQUARE)


def point(name: str, plane: Forward, inner: Count, outer: Count) -> Convolution:
    """A 1 × 1 convolution."""
    return convolution(name, positions(plane), inner, outer, POINT)


def resnet(name: str, plane: Forward, inner: Count, outer: Count, *, time_width: Count = 0) -> tuple[Operator, ...]:
    """A residual block of two 3 × 3 convolutions, shifted by the timestep where `time_width` is not 0."""
    return (
        group_norm(f"{name}.norm1", plane, inner),
        square(f"{name}.conv1", plane, inner, outer),
        *(time_shift(name, plane, outer, time_width) if time_width else ()),
        group_norm(f"{name}.norm2", plane, outer),
        square(f"{name}.conv2", plane, outer, outer),
        *(() if inner == outer else (point(f"{name}.shortcut", plane, inner, outer),)),
        elementwise(f"{name}.add", positions(plane) * outer, kernels=ADD_AND_SCALE),
    )


def written_resnet(name: str, plane: Forward, inner: Count, outer: Count) -> tuple[Operator, ...]:
    """A residual block of two 3 × 3 convolutions with swish written out and no scale after the sum."""
    return (
        group_norm(f"{name}.norm1", plane, inner, kernels=WRITTEN_OUT),
        square(f"{name}.conv1", plane, inner, outer),
        group_norm(f"{name}.norm2", plane, outer, kernels=WRITTEN_OUT),
        square(f"{name}.conv2", plane, outer, outer),
        *(() if inner == outer else (point(f"{name}.shortcut", plane, inner, outer),)),
        elementwise(f"{name}.add", positions(plane) * outer),
    )


def time_shift(name: str, plane: Forward, outer: Count, time_width: Count) -> tuple[Operator, ...]:
    """The timestep's embedding, projected to one shift per channel and added everywhere."""
    return (
        elementwise(f"{name}.time.activation", images(plane) * time_width),
        linear(f"{name}.time.project", images(plane), time_width, outer),
        elementwise(f"{name}.time.add", positions(plane) * outer),
    )


def downsample(name: str, fine: Forward, coarse: Forward, channels: Count) -> Convolution:
    """A 3 × 3 convolution with stride 2."""
    return convolution(name, positions(coarse), channels, channels, SQUARE, inputs=positions(fine))


def upsample(name: str, fine: Forward, channels: Count) -> tuple[Operator, ...]:
    """Every position repeated into a square, then a 3 × 3 convolution on the finer plane."""
    return (
        elementwise(f"{name}.repeat", positions(fine) * channels),
        square(f"{name}.conv", fine, channels, channels),
    )


def fused_attention(name: str, plane: Forward, channels: Count) -> tuple[Operator, ...]:
    """Single-head attention over an image with linear projections and a fused kernel."""
    here = positions(plane)
    return (
        group_norm(f"{name}.norm", plane, channels, kernels=LONE),
        linear(f"{name}.query_key_value", here, channels, channels, count=QUERY_KEY_VALUE),
        one_head(f"{name}.self", plane, channels),
        linear(f"{name}.output", here, channels, channels),
        elementwise(f"{name}.add", here * channels, kernels=ADD_AND_SCALE),
    )


def written_attention(name: str, plane: Forward, channels: Count) -> tuple[Operator, ...]:
    """Single-head attention over an image with 1 × 1 convolutions and scores that are written out."""
    here = positions(plane)
    return (
        group_norm(f"{name}.norm", plane, channels, kernels=LONE),
        convolution(f"{name}.query_key_value", here, channels, channels, POINT, count=QUERY_KEY_VALUE),
        one_head(f"{name}.self", plane, channels),
        elementwise(f"{name}.scores", here * area(plane), kernels=SCORE_KERNELS),
        point(f"{name}.output", plane, channels, channels),
        elementwise(f"{name}.add", here * channels),
    )


def one_head(name: str, plane: Forward, channels: Count) -> Attention:
    """Every position of an image attends to every other with all channels."""
    return Attention(
        id=name, sequences=images(plane), heads=1.0, kv_heads=1.0,
        queries=area(plane), context=area(plane), head_dim=channels,
    )  # fmt: skip
