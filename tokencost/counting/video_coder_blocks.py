"""Convolutions over width, height and time, and the residual blocks that video coders are built of.

A plane is a `Forward` whose width, height and frames are those of one level of a network.
"""

from collections.abc import Iterable, Iterator

from tokencost.counting.build import convolution, elementwise, norm
from tokencost.counting.planes import POINT, positions
from tokencost.nouns.work import Attention, Convolution, Elementwise, Forward, Linear, Lookup, Operator
from tokencost.numeric import ceil, floor
from tokencost.record import dataclass, replace
from tokencost.units import Constant, Count

CUBE = Constant(27, "", "taps of a 3 × 3 × 3 kernel")
LINE = Constant(3, "", "taps of a kernel along 3 frames")
COLOURS = Constant(3, "", "red, green and blue")
MOMENTS = Constant(2, "", "an encoder writes mean and variance of every latent")
SIDES = Constant(2, "", "a sampler halves or doubles both sides")


@dataclass(frozen=True, slots=True, kw_only=True)
class Idiom:
    """How a reference writes a layer: kernels of a norm with its activation, copies made to pad a convolution."""

    norm_weights: Count
    norm_kernels: Count
    pad_kernels: Count
    bias: bool = True


def whole(plane: Forward, stride: Count) -> Forward:
    """The clip cut to one frame and as many full latents as it holds."""
    return replace(plane, frames=1 + stride * floor((plane.frames - 1) / stride))


def fewer(plane: Forward, stride: Count) -> Forward:
    """One frame, then one of every `stride` frames."""
    return replace(plane, frames=1 + floor((plane.frames - 1) / stride))


def longer(plane: Forward, stride: Count) -> Forward:
    """The first frame once, every other `stride` times."""
    return replace(plane, frames=1 + (plane.frames - 1) * stride)


def halved(plane: Forward) -> Forward:
    """Sides halved by a padded stride: what is left over counts."""
    return replace(plane, width=ceil(plane.width / SIDES), height=ceil(plane.height / SIDES))


def cube(name: str, plane: Forward, inner: Count, outer: Count, *, bias: bool = True) -> Convolution:
    """A 3 × 3 × 3 convolution that keeps the plane."""
    return convolution(name, positions(plane), inner, outer, CUBE, bias=bias)


def padded(name: str, plane: Forward, inner: Count, outer: Count, *, idiom: Idiom) -> tuple[Operator, ...]:
    """A 3 × 3 × 3 convolution, after its input was copied to stand behind the frames before it."""
    return (
        elementwise(f"{name}.pad", positions(plane) * inner, kernels=idiom.pad_kernels),
        cube(name, plane, inner, outer, bias=idiom.bias),
    )


def normalised(name: str, plane: Forward, channels: Count, *, idiom: Idiom) -> Elementwise:
    """A normalisation with its activation."""
    return norm(name, positions(plane), channels, weights=idiom.norm_weights, kernels=idiom.norm_kernels)


def resnet(name: str, plane: Forward, inner: Count, outer: Count, *, idiom: Idiom) -> Iterator[Operator]:
    """Two rounds of norm, activation and convolution, added to the input."""
    yield normalised(f"{name}.norm1", plane, inner, idiom=idiom)
    yield from padded(f"{name}.conv1", plane, inner, outer, idiom=idiom)
    yield normalised(f"{name}.norm2", plane, outer, idiom=idiom)
    yield from padded(f"{name}.conv2", plane, outer, outer, idiom=idiom)
    if inner != outer:
        yield convolution(f"{name}.shortcut", positions(plane), inner, outer, POINT, bias=idiom.bias)
    yield elementwise(f"{name}.add", positions(plane) * outer)


def resnets(name: str, plane: Forward, widths: tuple[int, int], count: int, *, idiom: Idiom) -> Iterator[Operator]:
    """Residual blocks in a row; the first goes from one width to the other."""
    inner, outer = widths
    for number in range(count):
        yield from resnet(f"{name}.{number}", plane, outer if number else inner, outer, idiom=idiom)


def in_pieces(operators: Iterable[Operator], pieces: Count) -> tuple[Operator, ...]:
    """The same operators on equal pieces of their input, one piece after the other."""
    return tuple(_in_pieces(op, pieces) for op in operators)


def _in_pieces(op: Operator, pieces: Count) -> Operator:
    count = op.count * pieces
    match op:
        case Linear():
            return replace(op, count=count, rows=op.rows / pieces)
        case Convolution():
            return replace(op, count=count, positions=op.positions / pieces, inputs=op.inputs / pieces)
        case Attention():
            return replace(op, count=count, sequences=op.sequences / pieces)
        case Elementwise():
            return replace(op, count=count, elements=op.elements / pieces)
        case Lookup():
            return replace(op, count=count, rows=op.rows / pieces)


def share(op: Convolution, part: Count) -> Convolution:
    """An operator that only a part of the pieces runs; its weights stay."""
    return replace(op, count=op.count * part)
