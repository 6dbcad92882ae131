"""The deep-compression coder of SANA: residual blocks near the pixels, linear attention near the latent.

Sizes are pixels in both directions; frames are images of their own.
"""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise, linear, norm
from tokencost.counting.planes import (
    POINT,
    SCALE_AND_SHIFT,
    SQUARE,
    area,
    coarser,
    finer,
    images,
    point,
    positions,
    square,
)
from tokencost.counting.video_coder_blocks import COLOURS, SIDES
from tokencost.formula import formula
from tokencost.nouns.video_coder import DeepCoder
from tokencost.nouns.work import Forward, Operator
from tokencost.numeric import where
from tokencost.units import Constant, Count

RMS_KERNELS = Constant(6, "", "laid out anew, square, mean, product, scale and shift of a normalisation")
AVERAGE_KERNELS = Constant(2, "", "positions folded into channels and averaged")
REPEAT_KERNELS = Constant(2, "", "channels repeated and laid out as positions")
JOIN_KERNELS = Constant(3, "", "queries, keys and values laid out, joined, and joined with their sums over neighbours")
RECTIFY_KERNELS = Constant(2, "", "turned into full precision, negative queries and keys cut off")
DIVIDE_KERNELS = Constant(3, "", "turned into full precision, divided by the sum of scores and turned back")
GATE_KERNELS = Constant(2, "", "activation of one half, product with the other")
QUERY_KEY_VALUE = Constant(3, "", "projections side by side")
SCALES = Constant(2, "", "queries as they are, and summed over their neighbours")
HALVES = Constant(2, "", "values and gates")
SUM_OF_SCORES = Constant(1, "", "a row of ones under the values gives the sum of scores")


@formula("huggingface-diffusers", says="residual and linear-attention blocks from pixels to latents")
def deep_encode(net: DeepCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Images of pixels to latents."""
    planes = [coarser(fwd, 2**level) for level in range(len(net.channels))]
    levels: list[Operator] = []
    for level, (plane, width) in enumerate(zip(planes, net.channels, strict=True)):
        levels += _blocks(net, f"encode.down.{level}", plane, level, count=net.encoder_blocks[level])
        if level < len(net.channels) - 1:
            levels += _shrink(f"encode.down.{level}.sample", plane, width, net.channels[level + 1])
    latent, widest = planes[-1], net.channels[-1]
    return (
        square("encode.in.conv", fwd, COLOURS, net.channels[0]),
        *levels,
        square("encode.out.conv", latent, widest, net.latent_channels),
        elementwise("encode.out.average", positions(latent) * widest, kernels=AVERAGE_KERNELS),
    )


@formula("huggingface-diffusers", says="linear-attention and residual blocks from latents to pixels")
def deep_decode(net: DeepCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Latents to images of pixels."""
    last = len(net.channels) - 1
    latent, finest, widest = coarser(fwd, 2**last), net.channels[0], net.channels[-1]
    plane, levels = latent, list(_blocks(net, "decode.up.0", latent, last, count=net.decoder_blocks[last]))
    for level in range(last - 1, -1, -1):
        name, plane = f"decode.up.{last - level}", finer(plane, SIDES)
        levels += _enlarge(f"{name}.sample", plane, net.channels[level + 1], net.channels[level])
        levels += _blocks(net, name, plane, level, count=net.decoder_blocks[level])
    return (
        square("decode.in.conv", latent, net.latent_channels, widest),
        elementwise("decode.in.repeat", positions(latent) * widest, kernels=REPEAT_KERNELS),
        *levels,
        normalised("decode.out.norm", plane, finest),
        elementwise("decode.out.activation", positions(plane) * finest),
        square("decode.out.conv", plane, finest, COLOURS),
    )


def normalised(name: str, plane: Forward, width: Count) -> Operator:
    """A normalisation by the length of each position's channels, with scale and shift."""
    return norm(name, positions(plane), width, weights=SCALE_AND_SHIFT, kernels=RMS_KERNELS)


def _shrink(name: str, fine: Forward, inner: int, outer: int) -> Iterator[Operator]:
    """A stride of 2, added to averages of the input."""
    coarse = coarser(fine, SIDES)
    yield convolution(f"{name}.conv", positions(coarse), inner, outer, SQUARE, inputs=positions(fine))
    yield elementwise(f"{name}.average", positions(fine) * inner, kernels=AVERAGE_KERNELS)
    yield elementwise(f"{name}.add", positions(coarse) * outer)


def _enlarge(name: str, fine: Forward, inner: int, outer: int) -> Iterator[Operator]:
    """Every position repeated into a square and convolved, added to the input laid out as positions."""
    yield elementwise(f"{name}.nearest", positions(fine) * inner)
    yield square(f"{name}.conv", fine, inner, outer)
    yield elementwise(f"{name}.repeat", positions(fine) * outer, kernels=REPEAT_KERNELS)
    yield elementwise(f"{name}.add", positions(fine) * outer)


def _blocks(net: DeepCoder, name: str, plane: Forward, level: int, *, count: int) -> Iterator[Operator]:
    width = net.channels[level]
    for number in range(count):
        if level < net.attention_from:
            yield from _residual(f"{name}.{number}", plane, width)
        else:
            yield from linear_attention(net, f"{name}.{number}.attention", plane, width)
            yield from gated(f"{name}.{number}.ffn", plane, width, net.expansion * width)


def _residual(name: str, plane: Forward, width: int) -> Iterator[Operator]:
    """Two convolutions and a normalisation, added to the input."""
    here = positions(plane)
    yield square(f"{name}.conv1", plane, width, width)
    yield elementwise(f"{name}.activation", here * width)
    yield convolution(f"{name}.conv2", here, width, width, SQUARE, bias=False)
    yield normalised(f"{name}.norm", plane, width)
    yield elementwise(f"{name}.add", here * width)


def linear_attention(net: DeepCoder, name: str, plane: Forward, width: int) -> Iterator[Operator]:
    """Attention whose keys and values are multiplied first; over few positions, queries and keys."""
    here, joined, heads = positions(plane), QUERY_KEY_VALUE * width, width / net.head_dim
    yield linear(f"{name}.query_key_value", here, width, width, bias=False, count=QUERY_KEY_VALUE)
    yield elementwise(f"{name}.join", here * joined, kernels=JOIN_KERNELS)
    neighbours = net.taps**2
    yield convolution(f"{name}.neighbours.conv", here, joined, joined, neighbours, groups=joined, bias=False)
    groups = QUERY_KEY_VALUE * heads
    yield convolution(f"{name}.neighbours.mix", here, joined, joined, POINT, groups=groups, bias=False)
    yield elementwise(f"{name}.rectify", here * SCALES * joined, kernels=RECTIFY_KERNELS)
    yield from _products(net, name, plane, images(plane) * SCALES * heads)
    yield elementwise(f"{name}.divide", here * SCALES * width, kernels=DIVIDE_KERNELS)
    yield linear(f"{name}.output", here, SCALES * width, width, bias=False)
    yield normalised(f"{name}.norm", plane, width)
    yield elementwise(f"{name}.add", here * width)


def _products(net: DeepCoder, name: str, plane: Forward, count: Count) -> Iterator[Operator]:
    """The two products of every head, in the order that is cheaper for that many positions."""
    here = area(plane)
    between = where(here > net.head_dim, net.head_dim + SUM_OF_SCORES, here)
    yield _product(f"{name}.first", count, between, (here, net.head_dim))
    yield _product(f"{name}.second", count, here, (net.head_dim, between))


def _product(name: str, count: Count, rows: Count, shape: tuple[Count, Count]) -> Operator:
    return linear(name, rows, *shape, count=count, shared=True)


def gated(name: str, plane: Forward, width: int, hidden: int) -> Iterator[Operator]:
    """A gated feed-forward part with a 3 × 3 convolution inside, added to the input."""
    here, both = positions(plane), HALVES * hidden
    yield point(f"{name}.in", plane, width, both)
    yield elementwise(f"{name}.activation", here * both)
    yield convolution(f"{name}.depth", here, both, both, SQUARE, groups=both)
    yield elementwise(f"{name}.gate", here * hidden, kernels=GATE_KERNELS)
    yield convolution(f"{name}.out", here, hidden, width, POINT, bias=False)
    yield normalised(f"{name}.norm", plane, width)
    yield elementwise(f"{name}.add", here * width)
