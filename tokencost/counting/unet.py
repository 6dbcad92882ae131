"""The denoising UNet: residual blocks and transformers on a pyramid of planes, joined by skip connections."""

from collections.abc import Iterator

from tokencost.counting.build import elementwise, linear
from tokencost.counting.planes import downsample, group_norm, positions, resnet, square, upsample
from tokencost.counting.temporal_blocks import temporal_resnet
from tokencost.counting.unet_transformer import transformer
from tokencost.formula import formula
from tokencost.nouns.convnet import UNet
from tokencost.nouns.work import Forward, Operator
from tokencost.numeric import ceil
from tokencost.record import replace
from tokencost.units import Constant, Count

SINUSOID_KERNELS = Constant(4, "", "a product, a sine, a cosine and their concatenation")


@formula("huggingface-diffusers", says="residual blocks and transformers, level by level down and up again")
def unet(net: UNet, fwd: Forward) -> tuple[Operator, ...]:
    """One denoising call on a latent of `fwd.width` × `fwd.height` positions and `fwd.text` condition tokens."""
    planes = pyramid(net, fwd)
    finest = net.channels[0]
    return (
        *conditioning(net, fwd),
        square("in.conv", planes[0], net.in_channels, finest),
        *way_down(net, planes),
        *middle(net, planes[-1]),
        *way_up(net, planes),
        group_norm("out.norm", planes[0], finest),
        square("out.conv", planes[0], finest, net.out_channels),
    )


def pyramid(net: UNet, fwd: Forward) -> tuple[Forward, ...]:
    """The plane of every level, the finest first: a stride of 2 rounds up."""
    planes = [fwd]
    for _ in net.channels[1:]:
        last = planes[-1]
        planes.append(replace(last, width=ceil(last.width / 2), height=ceil(last.height / 2)))
    return tuple(planes)


def conditioning(net: UNet, fwd: Forward) -> Iterator[Operator]:
    """The timestep and what else is told to every residual block, once per image or clip."""
    rows, narrow = fwd.sequences, net.channels[0]
    yield elementwise("time.sinusoid", rows * narrow, kernels=SINUSOID_KERNELS)
    if net.guidance_condition:
        yield linear("time.guidance", rows, net.guidance_condition, narrow, bias=False)
    yield from _embedding("time", rows, narrow, net.time_width)
    if net.added_condition:
        yield elementwise("added.sinusoid", rows * net.added_condition, kernels=SINUSOID_KERNELS)
        yield from _embedding("added", rows, net.added_condition, net.time_width)


def _embedding(name: str, rows: Count, inner: int, outer: int) -> tuple[Operator, ...]:
    return (
        linear(f"{name}.embed1", rows, inner, outer),
        elementwise(f"{name}.activation", rows * outer),
        linear(f"{name}.embed2", rows, outer, outer),
    )


def way_down(net: UNet, planes: tuple[Forward, ...]) -> Iterator[Operator]:
    """Blocks of every level, each level but the coarsest followed by a stride of 2."""
    for level, depths in enumerate(net.down_transformers):
        width = net.channels[level]
        for number, depth in enumerate(depths):
            inner = net.channels[max(level - 1, 0)] if number == 0 else width
            yield from block(net, f"down.{level}.{number}", planes[level], inner=inner, level=level, depth=depth)
        if level + 1 < len(planes):
            yield downsample(f"down.{level}.sample", planes[level], planes[level + 1], width)


def middle(net: UNet, plane: Forward) -> Iterator[Operator]:
    """A block at the coarsest level and, where it has a transformer, another residual block."""
    width, level = net.channels[-1], len(net.channels) - 1
    yield from block(net, "middle.0", plane, inner=width, level=level, depth=net.middle_transformers)
    if net.middle_transformers:
        yield from block(net, "middle.1", plane, inner=width, level=level, depth=0)


def way_up(net: UNet, planes: tuple[Forward, ...]) -> Iterator[Operator]:
    """Blocks from the coarsest level to the finest, each after the skip connection it takes."""
    coarsest = len(planes) - 1
    for order, depths in enumerate(net.up_transformers):
        level = coarsest - order
        for number, depth in enumerate(depths):
            name = f"up.{order}.{number}"
            inner = up_width(net, level, number) + skip_width(net, level, number == len(depths) - 1)
            yield elementwise(f"{name}.skip", positions(planes[level]) * inner)
            yield from block(net, name, planes[level], inner=inner, level=level, depth=depth)
        if level:
            yield from upsample(f"up.{order}.sample", planes[level - 1], net.channels[level])


def up_width(net: UNet, level: int, number: int) -> int:
    """Channels that reach a block on the way up from the block before it."""
    return net.channels[level] if number else net.channels[min(level + 1, len(net.channels) - 1)]


def skip_width(net: UNet, level: int, last: bool) -> int:
    """Channels of the skip connection: the last of a level comes from the entry of that level."""
    return net.channels[max(level - 1, 0)] if last else net.channels[level]


def block(net: UNet, name: str, plane: Forward, *, inner: int, level: int, depth: int) -> Iterator[Operator]:
    """A residual block and `depth` transformer layers, each with its temporal twin where the network has them."""
    outer = net.channels[level]
    yield from resnet(f"{name}.resnet", plane, inner, outer, time_width=net.time_width)
    if net.temporal:
        yield from temporal_resnet(f"{name}.temporal", plane, outer, time_width=net.time_width)
    if depth:
        yield from transformer(f"{name}.transformer", net, plane, level=level, depth=depth)
