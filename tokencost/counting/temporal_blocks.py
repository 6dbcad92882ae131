"""Blocks along the frames of a clip, blended with what single frames gave."""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise
from tokencost.counting.planes import group_norm, positions, time_shift
from tokencost.nouns.work import Elementwise, Forward, Operator
from tokencost.units import Constant, Count

LINE = Constant(3, "", "taps of a kernel along 3 frames")
BLEND_KERNELS = Constant(3, "", "two products and a sum mix spatial and temporal results")


def temporal_resnet(name: str, plane: Forward, width: Count, *, time_width: Count = 0) -> Iterator[Operator]:
    """A residual block of two convolutions along the frames, blended with its input."""
    yield group_norm(f"{name}.norm1", plane, width)
    yield convolution(f"{name}.conv1", positions(plane), width, width, LINE)
    if time_width:
        yield from time_shift(name, plane, width, time_width)
    yield group_norm(f"{name}.norm2", plane, width)
    yield convolution(f"{name}.conv2", positions(plane), width, width, LINE)
    yield elementwise(f"{name}.add", positions(plane) * width)
    yield blend(f"{name}.blend", positions(plane) * width)


def blend(name: str, elements: Count, *, count: Count = 1) -> Elementwise:
    """Two results weighted by one learned number, the same each time."""
    return elementwise(name, elements, kernels=BLEND_KERNELS, count=count, params=1)
