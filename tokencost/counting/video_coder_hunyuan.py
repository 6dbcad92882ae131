"""The causal coder of HunyuanVideo: overlapping tiles of frames, with attention over all positions of a tile.

Sizes are pixels and frames in both directions. Tiles are written as equal ones; only the last two are shorter.
"""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise, linear
from tokencost.counting.planes import SCALE_AND_SHIFT, area, coarser, finer, group_norm, point, positions
from tokencost.counting.video_coder_blocks import (
    COLOURS,
    CUBE,
    MOMENTS,
    SIDES,
    Idiom,
    fewer,
    halved,
    in_pieces,
    normalised,
    padded,
    resnet,
    resnets,
)
from tokencost.formula import formula
from tokencost.nouns.video_coder import HunyuanCoder
from tokencost.nouns.work import Attention, Forward, Operator
from tokencost.numeric import ceil, floor, maximum, minimum, where
from tokencost.record import replace
from tokencost.units import Constant, Count

NORM_AND_SILU = Constant(2, "", "a group normalisation and its activation")
MASK_KERNELS = Constant(4, "", "frames compared, turned into numbers, cast and repeated")
REPEAT_KERNELS = Constant(2, "", "positions repeated, first and other frames joined")

IDIOM = Idiom(norm_weights=SCALE_AND_SHIFT, norm_kernels=NORM_AND_SILU, pad_kernels=1.0)

Tiles = tuple[tuple[Count, Count], ...]
"""How many tiles there are of how many frames each."""


@formula("huggingface-diffusers", says="residual blocks from pixels to latents, tile by tile")
def hunyuan_encode(net: HunyuanCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Clips of pixels to latents."""
    pieces = cut(fwd.frames, net.tile_frames + 1, net.tile_stride)
    finest, widest, moments = net.channels[0], net.channels[-1], MOMENTS * net.latent_channels
    levels: list[Operator] = []
    tiles, plane = pieces, fwd
    for level in range(len(net.channels)):
        levels += _encoder_level(net, level, plane, tiles)
        tiles, plane = _sampled(net, level, plane, tiles)
    latent = spanning(plane, tiles)
    operators = (
        *padded("encode.in.conv", spanning(fwd, pieces), COLOURS, finest, idiom=IDIOM),
        *levels,
        *middle("encode.middle", plane, tiles, widest),
        normalised("encode.out.norm", latent, widest, idiom=IDIOM),
        *padded("encode.out.conv", latent, widest, moments, idiom=IDIOM),
        point("encode.moments", latent, moments, moments),
    )
    return in_pieces(operators, _number(pieces))


@formula("huggingface-diffusers", says="residual blocks from latents to pixels, tile by tile")
def hunyuan_decode(net: HunyuanCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Latents to clips of pixels."""
    rate, samplers = 2**net.time_levels, len(net.channels) - 1
    latent = coarser(fewer(fwd, rate), 2**samplers)
    tiles = cut(latent.frames, net.tile_frames // rate + 1, net.tile_stride // rate)
    finest, widest = net.channels[0], net.channels[-1]
    here, clip = spanning(latent, tiles), spanning(finer(latent, 2**samplers), stretched(tiles, rate))
    operators = (
        point("decode.latent", here, net.latent_channels, net.latent_channels),
        *padded("decode.in.conv", here, net.latent_channels, widest, idiom=IDIOM),
        *middle("decode.middle", latent, tiles, widest),
        *_decoder_levels(net, latent, tiles),
        normalised("decode.out.norm", clip, finest, idiom=IDIOM),
        *padded("decode.out.conv", clip, finest, COLOURS, idiom=IDIOM),
    )
    return in_pieces(operators, _number(tiles))


def cut(frames: Count, length: Count, stride: Count) -> Tiles:
    """Tiles of `length` frames, one every `stride`, as long as frames last; a clip shorter than one stays whole."""
    number = where(frames >= length, ceil(frames / stride), 1.0)
    last = frames - stride * (number - 1)
    return (
        (maximum(number - 2, 0.0), length),
        (minimum(number - 1, 1.0), minimum(last + stride, length)),
        (1.0, last),
    )


def stretched(tiles: Tiles, rate: Count) -> Tiles:
    """The first frame of every tile once, every other `rate` times."""
    return tuple((number, 1 + (frames - 1) * rate) for number, frames in tiles)


def spanning(plane: Forward, tiles: Tiles) -> Forward:
    """The plane with the frames of all tiles."""
    return replace(plane, frames=sum((number * frames for number, frames in tiles), 0.0))


def _number(tiles: Tiles) -> Count:
    return sum((number for number, _ in tiles), 0.0)


def _along_time(net: HunyuanCoder, level: int) -> bool:
    """Whether the sampler after a level (pixels first) also works along time."""
    return bool(len(net.channels) - 1 - net.time_levels <= level < len(net.channels) - 1)


def _sampled(net: HunyuanCoder, level: int, plane: Forward, tiles: Tiles) -> tuple[Tiles, Forward]:
    """Tiles and plane behind the sampler of a level of the encoder; the last level has none."""
    if level == len(net.channels) - 1:
        return tiles, plane
    if _along_time(net, level):
        tiles = tuple((number, 1 + floor((frames - 1) / 2)) for number, frames in tiles)
    return tiles, halved(plane)


def _encoder_level(net: HunyuanCoder, level: int, plane: Forward, tiles: Tiles) -> Iterator[Operator]:
    name, fine, width = f"encode.down.{level}", spanning(plane, tiles), net.channels[level]
    inner = net.channels[max(level - 1, 0)]
    yield from resnets(name, fine, (inner, width), net.resnets, idiom=IDIOM)
    if level < len(net.channels) - 1:
        fewer_tiles, sides = _sampled(net, level, plane, tiles)
        coarse, kept = spanning(sides, fewer_tiles), positions(fine)
        yield elementwise(f"{name}.sample.pad", kept * width)
        yield convolution(f"{name}.sample.conv", positions(coarse), width, width, CUBE, inputs=kept)


def _decoder_levels(net: HunyuanCoder, latent: Forward, tiles: Tiles) -> Iterator[Operator]:
    last, plane = len(net.channels) - 1, latent
    for order, level in enumerate(range(last, -1, -1)):
        name, width, inner = f"decode.up.{order}", net.channels[level], net.channels[min(level + 1, last)]
        yield from resnets(name, spanning(plane, tiles), (inner, width), net.resnets + 1, idiom=IDIOM)
        if level:
            # Samplers along time stand at the same side of the latent in both directions.
            tiles = stretched(tiles, 2) if 0 < order <= net.time_levels else tiles
            plane = finer(plane, SIDES)
            fine = spanning(plane, tiles)
            yield elementwise(f"{name}.sample.repeat", positions(fine) * width, kernels=REPEAT_KERNELS)
            yield from padded(f"{name}.sample.conv", fine, width, width, idiom=IDIOM)


def middle(name: str, plane: Forward, tiles: Tiles, width: int) -> Iterator[Operator]:
    """Two residual blocks around attention over all positions of a tile."""
    here = spanning(plane, tiles)
    yield from resnet(f"{name}.0", here, width, width, idiom=IDIOM)
    yield from tile_attention(f"{name}.attention", plane, tiles, width)
    yield from resnet(f"{name}.1", here, width, width, idiom=IDIOM)


def tile_attention(name: str, plane: Forward, tiles: Tiles, width: int) -> Iterator[Operator]:
    """Single-head attention over width, height and time, with a mask that hides later frames."""
    here, number = spanning(plane, tiles), _number(tiles)
    squares = sum((count * frames * frames for count, frames in tiles), 0.0)
    pairs = plane.sequences * squares * area(plane) * area(plane)
    yield group_norm(f"{name}.norm", here, width)
    yield elementwise(f"{name}.mask", pairs, kernels=MASK_KERNELS)
    yield linear(f"{name}.query_key_value", positions(here), width, width, count=3)
    yield Attention(
        id=f"{name}.self", sequences=plane.sequences * number, heads=1.0, kv_heads=1.0, head_dim=width,
        queries=here.frames / number * area(plane), context=squares / here.frames * area(plane),
    )  # fmt: skip
    yield linear(f"{name}.output", positions(here), width, width)
    yield elementwise(f"{name}.add", positions(here) * width)
