"""The coder of Open-Sora 1.2: an image coder on every frame, then a causal coder along time on the latents.

Sizes are pixels and frames in both directions. Pieces are written as equal ones; the last may be shorter.
"""

from collections.abc import Iterator

from tokencost.counting.build import convolution, elementwise
from tokencost.counting.image_coder import decode_image, encode_image
from tokencost.counting.planes import POINT, SCALE_AND_SHIFT, coarser, positions
from tokencost.counting.video_coder_blocks import CUBE, MOMENTS, Idiom, cube, in_pieces, normalised, padded, resnets
from tokencost.formula import formula
from tokencost.nouns.convnet import ImageCoder
from tokencost.nouns.video_coder import StackedCoder
from tokencost.nouns.work import Forward, Operator
from tokencost.numeric import ceil, floor
from tokencost.record import replace
from tokencost.units import Constant

NORM_AND_SILU = Constant(2, "", "a group normalisation and its activation")
IMAGES_AT_ONCE = Constant(4, "", "frames the reference gives the image coder in one call")

IDIOM = Idiom(norm_weights=SCALE_AND_SHIFT, norm_kernels=NORM_AND_SILU, pad_kernels=1.0, bias=False)


@formula("open-sora-repo", says="the image coder on every frame, then residual blocks along time, piece by piece")
def stacked_encode(net: StackedCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Clips of pixels to latents."""
    clip = _latents(net, fwd)
    latent = replace(clip, frames=clip.frames / _stride(net))
    finest, widest, moments = net.time_channels[0], net.time_channels[-1], MOMENTS * net.latent_channels
    along_time = (
        *padded("encode.time.in.conv", clip, net.latent_channels, finest, idiom=IDIOM),
        *_encoder_levels(net, clip),
        *resnets("encode.time.middle", latent, (widest, widest), net.time_resnets, idiom=IDIOM),
        normalised("encode.time.out.norm", latent, widest, idiom=IDIOM),
        convolution("encode.time.out.conv", positions(latent), widest, moments, POINT),
        convolution("encode.time.moments", positions(latent), moments, moments, POINT),
    )
    images = in_pieces(encode_image(image_coder(net), fwd), ceil(fwd.frames / IMAGES_AT_ONCE))
    return (*images, *in_pieces(along_time, ceil(fwd.frames / net.piece_frames)))


@formula("open-sora-repo", says="residual blocks along time, piece by piece, then the image coder on every frame")
def stacked_decode(net: StackedCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Latents to clips of pixels."""
    clip = _latents(net, fwd)
    latent = replace(clip, frames=clip.frames / _stride(net))
    finest, widest, channels = net.time_channels[0], net.time_channels[-1], net.latent_channels
    along_time = (
        convolution("decode.time.latent", positions(latent), channels, channels, POINT),
        elementwise("decode.time.in.conv.pad", positions(latent) * channels),
        cube("decode.time.in.conv", latent, channels, widest),
        *resnets("decode.time.middle", latent, (widest, widest), net.time_resnets, idiom=IDIOM),
        *_decoder_levels(net, latent),
        normalised("decode.time.out.norm", clip, finest, idiom=IDIOM),
        elementwise("decode.time.out.conv.pad", positions(clip) * finest),
        cube("decode.time.out.conv", clip, finest, channels),
    )
    images = in_pieces(decode_image(image_coder(net), fwd), ceil(fwd.frames / IMAGES_AT_ONCE))
    return (*in_pieces(along_time, ceil(fwd.frames / net.piece_frames)), *images)


def image_coder(net: StackedCoder) -> ImageCoder:
    """The coder of single images that stands before the one along time."""
    levels = len(net.channels)
    return ImageCoder(
        kind="image-coder", id=net.id, encoder_lineage="diffusers", decoder_lineage="diffusers", moments=2,
        encoder_channels=net.channels, encoder_resnets=(net.resnets,) * levels,
        decoder_channels=net.channels, decoder_resnets=(net.resnets + 1,) * levels,
        latent_channels=net.latent_channels, code_channels=net.latent_channels,
    )  # fmt: skip


def _stride(net: StackedCoder) -> int:
    return int(2 ** sum(net.halves_time))


def _latents(net: StackedCoder, fwd: Forward) -> Forward:
    """Latents of the image coder, the frames of every piece filled up to whole strides."""
    whole = floor(fwd.frames / net.piece_frames)
    rest = fwd.frames - whole * net.piece_frames
    strides = whole * ceil(net.piece_frames / _stride(net)) + ceil(rest / _stride(net))
    return replace(coarser(fwd, 2 ** (len(net.channels) - 1)), frames=strides * _stride(net))


def _encoder_levels(net: StackedCoder, clip: Forward) -> Iterator[Operator]:
    plane = clip
    for level, width in enumerate(net.time_channels):
        name, inner = f"encode.time.down.{level}", net.time_channels[max(level - 1, 0)]
        yield from resnets(name, plane, (inner, width), net.time_resnets, idiom=IDIOM)
        if level < len(net.halves_time) and net.halves_time[level]:
            fine = positions(plane)
            plane = replace(plane, frames=plane.frames / 2)
            yield elementwise(f"{name}.sample.pad", fine * width)
            yield convolution(f"{name}.sample.conv", positions(plane), width, width, CUBE, inputs=fine)


def _decoder_levels(net: StackedCoder, latent: Forward) -> Iterator[Operator]:
    last, plane = len(net.time_channels) - 1, latent
    for order, level in enumerate(range(last, -1, -1)):
        name, width = f"decode.time.up.{order}", net.time_channels[level]
        inner = net.time_channels[min(level + 1, last)]
        yield from resnets(name, plane, (inner, width), net.time_resnets, idiom=IDIOM)
        if level and net.halves_time[level - 1]:
            yield elementwise(f"{name}.sample.pad", positions(plane) * width)
            yield cube(f"{name}.sample.conv", plane, width, 2 * width)
            plane = replace(plane, frames=2 * plane.frames)
            yield elementwise(f"{name}.sample.unfold", positions(plane) * width)
