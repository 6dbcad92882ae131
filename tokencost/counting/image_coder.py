"""Convolutional coders of images: pixels to latents or tokens, and back. Sizes are pixels in both directions."""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise, linear, lookup, weights
from tokencost.counting.planes import (
    FUSED,
    WRITTEN_OUT,
    coarser,
    downsample,
    finer,
    fused_attention,
    group_norm,
    positions,
    resnet,
    square,
    upsample,
    written_attention,
    written_resnet,
)
from tokencost.counting.temporal_blocks import LINE, temporal_resnet
from tokencost.formula import formula
from tokencost.nouns.convnet import ImageCoder, Lineage
from tokencost.nouns.work import Forward, Operator
from tokencost.units import Constant, Count

CODEBOOK = "codebook"
"""The operator that both directions share."""
COLOURS = Constant(3, "", "red, green and blue")
DISTANCE_KERNELS = Constant(4, "", "scale, subtract, add and pick the least over a table of squared distances")


@formula("huggingface-diffusers", says="residual blocks from pixels to the latent grid, then the quantiser")
def encode_image(net: ImageCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Images of `fwd.width` × `fwd.height` pixels to latents, or to tokens where there is a codebook."""
    planes = encoder_planes(net, fwd)
    coarsest, width = planes[-1], net.encoder_channels[-1]
    return (
        square("encode.in.conv", fwd, COLOURS, net.encoder_channels[0]),
        *encoder_levels(net, planes),
        *middle(net.encoder_lineage, "encode.middle", coarsest, width, attend=net.middle_attention),
        group_norm("encode.out.norm", coarsest, width, kernels=kernels(net.encoder_lineage)),
        square("encode.out.conv", coarsest, width, net.moments * net.latent_channels),
        *_to_codes(net, coarsest),
        *nearest("encode.quantise", positions(coarsest), net.code_channels, net.codebook),
    )


@formula("huggingface-diffusers", says="the quantiser's entries, then residual blocks from the latent grid to pixels")
def decode_image(net: ImageCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Latents or tokens to images of `fwd.width` × `fwd.height` pixels."""
    latent = coarser(fwd, 2 ** (len(net.decoder_channels) - 1))
    width, finest = net.decoder_channels[-1], net.decoder_channels[0]
    pixels = finer(latent, 2 ** (len(net.decoder_channels) - 1))
    return (
        *_entries(net, positions(latent)),
        *_from_codes(net, latent),
        square("decode.in.conv", latent, net.latent_channels, width),
        *middle(net.decoder_lineage, "decode.middle", latent, width, attend=net.middle_attention),
        *decoder_levels(net, latent),
        group_norm("decode.out.norm", pixels, finest, kernels=kernels(net.decoder_lineage)),
        square("decode.out.conv", pixels, finest, COLOURS),
        *_across_frames(net, pixels),
    )


def encoder_planes(net: ImageCoder, fwd: Forward) -> tuple[Forward, ...]:
    """The plane of every level, pixels first: a stride of 2 drops what is left over."""
    return tuple(coarser(fwd, 2**level) for level in range(len(net.encoder_channels)))


def encoder_levels(net: ImageCoder, planes: tuple[Forward, ...]) -> Iterator[Operator]:
    """Residual blocks of every level, each level but the coarsest followed by a stride of 2."""
    last = len(planes) - 1
    for level, (plane, width) in enumerate(zip(planes, net.encoder_channels, strict=True)):
        name = f"encode.down.{level}"
        inner = net.encoder_channels[max(level - 1, 0)]
        attend, count = net.coarsest_attention and level == last, net.encoder_resnets[level]
        yield from blocks(net.encoder_lineage, name, plane, widths=(inner, width), count=count, attend=attend)
        if level < last:
            yield downsample(f"{name}.sample", plane, planes[level + 1], width)


def decoder_levels(net: ImageCoder, latent: Forward) -> Iterator[Operator]:
    """Residual blocks from the coarsest level to the finest, each level but the finest enlarged after them."""
    last = len(net.decoder_channels) - 1
    for order, level in enumerate(range(last, -1, -1)):
        name, plane = f"decode.up.{order}", finer(latent, 2**order)
        widths = (net.decoder_channels[min(level + 1, last)], net.decoder_channels[level])
        attend, count = net.coarsest_attention and level == last, net.decoder_resnets[level]
        yield from blocks(net.decoder_lineage, name, plane, widths=widths, count=count, attend=attend)
        if level:
            yield from upsample(f"{name}.sample", finer(plane, 2), widths[1])


def blocks(
    lineage: Lineage, name: str, plane: Forward, *, widths: tuple[int, int], count: int, attend: bool
) -> Iterator[Operator]:
    """The residual blocks of one level, with attention after each where blocks `attend`."""
    inner, outer = widths
    for number in range(count):
        yield from residual(lineage, f"{name}.{number}.resnet", plane, inner=outer if number else inner, outer=outer)
        if attend:
            yield from attention(lineage, f"{name}.{number}.attention", plane, outer)


def middle(lineage: Lineage, name: str, plane: Forward, width: int, *, attend: bool) -> tuple[Operator, ...]:
    """Two residual blocks on the coarsest plane, around attention if blocks `attend`."""
    return (
        *residual(lineage, f"{name}.0.resnet", plane, inner=width, outer=width),
        *(attention(lineage, f"{name}.attention", plane, width) if attend else ()),
        *residual(lineage, f"{name}.1.resnet", plane, inner=width, outer=width),
    )


def residual(lineage: Lineage, name: str, plane: Forward, *, inner: int, outer: int) -> tuple[Operator, ...]:
    """A residual block as its lineage writes it."""
    match lineage:
        case "diffusers":
            return resnet(name, plane, inner, outer)
        case "temporal":
            return (*resnet(name, plane, inner, outer), *temporal_resnet(f"{name}.temporal", plane, outer))
        case "taming":
            return written_resnet(name, plane, inner, outer)


def attention(lineage: Lineage, name: str, plane: Forward, width: Count) -> tuple[Operator, ...]:
    """Attention over an image as its lineage writes it."""
    return written_attention(name, plane, width) if lineage == "taming" else fused_attention(name, plane, width)


def kernels(lineage: Lineage) -> Count:
    """Kernels of a normalisation with its activation."""
    return WRITTEN_OUT if lineage == "taming" else FUSED


def _to_codes(net: ImageCoder, plane: Forward) -> tuple[Operator, ...]:
    written, kept = net.moments * net.latent_channels, net.moments * net.code_channels
    return _around(net, "encode.quantise.conv", plane, written, kept) if net.code_channels else ()


def _from_codes(net: ImageCoder, plane: Forward) -> tuple[Operator, ...]:
    if not net.code_channels or net.decoder_lineage == "temporal":
        return ()
    return _around(net, "decode.quantise.conv", plane, net.code_channels, net.latent_channels)


def _around(net: ImageCoder, name: str, plane: Forward, inner: Count, outer: Count) -> tuple[Operator, ...]:
    return (convolution(name, positions(plane), inner, outer, net.code_taps),)


def nearest(name: str, rows: Count, width: Count, codebook: Count) -> tuple[Operator, ...]:
    """The nearest entry of a codebook for every row, by its distances to all of them."""
    if not codebook:
        return ()
    return (
        weights(CODEBOOK, codebook * width),
        linear(f"{name}.distances", rows, width, codebook, bias=False, shared=True),
        elementwise(f"{name}.least", rows * codebook, kernels=DISTANCE_KERNELS),
    )


def _entries(net: ImageCoder, rows: Count) -> tuple[Operator, ...]:
    return (
        *((lookup(CODEBOOK, rows, net.codebook, net.code_channels),) if net.codebook else ()),
        *((weights("quantiser", net.code_params),) if net.code_params else ()),
    )


def _across_frames(net: ImageCoder, pixels: Forward) -> tuple[Operator, ...]:
    if net.decoder_lineage != "temporal":
        return ()
    return (convolution("decode.out.time", positions(pixels), COLOURS, COLOURS, LINE),)
