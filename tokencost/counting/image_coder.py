"""Convolutional coders of images: pixels to latents or tokens, and back. Sizes are pixels in both directions."""

from collections.abc import Iterator

from tokencost.counting.build import elementwise, linear, lookup, weights
from tokencost.counting.planes import (
    FUSED,
    WRITTEN_OUT,
    coarser,
    downsample,
    finer,
    fused_attention,
    group_norm,
    point,
    positions,
    resnet,
    square,
    upsample,
    written_attention,
)
from tokencost.formula import formula
from tokencost.nouns.convnet import ImageCoder
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
    written = net.moments * net.latent_channels
    return (
        square("encode.in.conv", fwd, COLOURS, net.encoder_channels[0]),
        *encoder_levels(net, planes),
        *middle(net, "encode.middle", coarsest, width),
        group_norm("encode.out.norm", coarsest, width, kernels=kernels(net)),
        square("encode.out.conv", coarsest, width, written),
        *_bottleneck(net, "encode.quantise.conv", coarsest, written, net.moments * net.code_channels),
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
        *_bottleneck(net, "decode.quantise.conv", latent, net.code_channels, net.latent_channels),
        square("decode.in.conv", latent, net.latent_channels, width),
        *middle(net, "decode.middle", latent, width),
        *decoder_levels(net, latent),
        group_norm("decode.out.norm", pixels, finest, kernels=kernels(net)),
        square("decode.out.conv", pixels, finest, COLOURS),
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
        yield from blocks(net, name, plane, widths=(inner, width), count=net.encoder_resnets[level], last=level == last)
        if level < last:
            yield downsample(f"{name}.sample", plane, planes[level + 1], width)


def decoder_levels(net: ImageCoder, latent: Forward) -> Iterator[Operator]:
    """Residual blocks from the coarsest level to the finest, each level but the finest enlarged after them."""
    last = len(net.decoder_channels) - 1
    for order, level in enumerate(range(last, -1, -1)):
        name, plane = f"decode.up.{order}", finer(latent, 2**order)
        widths = (net.decoder_channels[min(level + 1, last)], net.decoder_channels[level])
        yield from blocks(net, name, plane, widths=widths, count=net.decoder_resnets[level], last=level == last)
        if level:
            yield from upsample(f"{name}.sample", finer(plane, 2), widths[1])


def blocks(
    net: ImageCoder, name: str, plane: Forward, *, widths: tuple[int, int], count: int, last: bool
) -> Iterator[Operator]:
    """The residual blocks of one level, with attention after each if it is the coarsest and the network has it."""
    inner, outer = widths
    for number in range(count):
        yield from resnet(f"{name}.{number}.resnet", plane, outer if number else inner, outer, kernels=kernels(net))
        if last and net.coarsest_attention:
            yield from attention(net, f"{name}.{number}.attention", plane, outer)


def middle(net: ImageCoder, name: str, plane: Forward, width: Count) -> tuple[Operator, ...]:
    """Two residual blocks around attention, on the coarsest plane."""
    return (
        *resnet(f"{name}.0.resnet", plane, width, width, kernels=kernels(net)),
        *attention(net, f"{name}.attention", plane, width),
        *resnet(f"{name}.1.resnet", plane, width, width, kernels=kernels(net)),
    )


def attention(net: ImageCoder, name: str, plane: Forward, width: Count) -> tuple[Operator, ...]:
    """Attention over an image as the network's lineage writes it."""
    match net.lineage:
        case "diffusers":
            return fused_attention(name, plane, width)
        case "taming":
            return written_attention(name, plane, width)


def kernels(net: ImageCoder) -> Count:
    """Kernels of a normalisation with its activation."""
    return FUSED if net.lineage == "diffusers" else WRITTEN_OUT


def _bottleneck(net: ImageCoder, name: str, plane: Forward, inner: Count, outer: Count) -> tuple[Operator, ...]:
    return (point(name, plane, inner, outer),) if net.code_channels else ()


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
    return (lookup(CODEBOOK, rows, net.codebook, net.code_channels),) if net.codebook else ()
