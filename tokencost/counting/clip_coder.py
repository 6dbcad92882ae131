"""A coder of clips that works on single frames, and along time only where the grid is coarsest.

Sizes are pixels and frames in both directions. A still is a clip of one latent, as the reference repeats it.
"""

from collections.abc import Iterator

from tokencost.counting.build import elementwise, lookup
from tokencost.counting.clip_blocks import (
    SWISH_KERNELS,
    along_time,
    guided_attention,
    guided_norm,
    guided_resnet,
    merge_frames,
    plain_attention,
    split_frames,
    temporal_stack,
)
from tokencost.counting.image_coder import CODEBOOK, COLOURS, nearest
from tokencost.counting.planes import (
    WRITTEN_OUT,
    coarser,
    downsample,
    finer,
    group_norm,
    positions,
    square,
    upsample,
    written_resnet,
)
from tokencost.formula import formula
from tokencost.nouns.convnet import ClipCoder
from tokencost.nouns.work import Forward, Operator
from tokencost.numeric import ceil
from tokencost.record import replace


@formula("huggingface-transformers", says="frames through residual blocks, merged in pairs, then the nearest entries")
def encode_clip(net: ClipCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Clips to tokens; one shorter than `frames_per_latent` is repeated to that length."""
    clip = whole_clip(net, fwd)
    planes = tuple(coarser(clip, 2**level) for level in range(len(net.channels)))
    coarsest, width = planes[-1], net.channels[-1]
    latent = replace(coarsest, frames=coarsest.frames / net.frames_per_latent)
    return (
        square("encode.in.conv", clip, COLOURS, net.channels[0]),
        *encoder_levels(net, planes),
        *written_resnet("encode.middle.0.resnet", coarsest, width, width),
        *plain_attention("encode.middle.attention", coarsest, width),
        *written_resnet("encode.middle.1.resnet", coarsest, width, width),
        group_norm("encode.out.norm", coarsest, width, kernels=WRITTEN_OUT),
        square("encode.out.conv", coarsest, width, net.latent_channels),
        *merge_frames(net, coarsest),
        *temporal_stack("encode.time", net, latent),
        along_time("encode.quantise.conv", net, latent, inner=net.latent_channels, outer=net.code_channels),
        *nearest("encode.quantise", positions(latent), net.code_channels, net.codebook),
    )


@formula("huggingface-transformers", says="codebook entries, frames split in pairs, then residual blocks to pixels")
def decode_clip(net: ClipCoder, fwd: Forward) -> tuple[Operator, ...]:
    """Tokens to clips; a still is decoded as all frames of one latent."""
    frames = coarser(whole_clip(net, fwd), _stride(net))
    latent = replace(frames, frames=frames.frames / net.frames_per_latent)
    # What is decoded and what guides it take the same way through time, side by side.
    both = replace(latent, sequences=2 * latent.sequences)
    return (
        lookup(CODEBOOK, positions(latent), net.codebook, net.code_channels),
        along_time("decode.quantise.conv", net, latent, inner=net.code_channels, outer=net.latent_channels),
        *temporal_stack("decode.time", net, both),
        *split_frames(net, both),
        square("decode.in.conv", frames, net.latent_channels, net.channels[-1]),
        *guided_middle(net, frames),
        *decoder_levels(net, frames),
        *to_pixels(net, finer(frames, _stride(net))),
    )


def _stride(net: ClipCoder) -> int:
    return int(2 ** (len(net.channels) - 1))


def whole_clip(net: ClipCoder, fwd: Forward) -> Forward:
    """The call with its frames rounded up to whole latents."""
    return replace(fwd, frames=ceil(fwd.frames / net.frames_per_latent) * net.frames_per_latent)


def encoder_levels(net: ClipCoder, planes: tuple[Forward, ...]) -> Iterator[Operator]:
    """Residual blocks of every level, attention at the coarsest, a stride of 2 after every other."""
    last = len(planes) - 1
    for level, (plane, width) in enumerate(zip(planes, net.channels, strict=True)):
        for number in range(net.resnets):
            name, inner = f"encode.down.{level}.{number}", width if number else net.channels[max(level - 1, 0)]
            yield from written_resnet(f"{name}.resnet", plane, inner, width)
            if level == last:
                yield from plain_attention(f"{name}.attention", plane, width)
        if level < last:
            yield downsample(f"encode.down.{level}.sample", plane, planes[level + 1], width)


def guided_middle(net: ClipCoder, plane: Forward) -> Iterator[Operator]:
    """Two guided residual blocks around attention."""
    width = net.channels[-1]
    yield from guided_resnet("decode.middle.0.resnet", net, plane, inner=width, outer=width)
    yield from guided_attention("decode.middle.attention", net, plane, width)
    yield from guided_resnet("decode.middle.1.resnet", net, plane, inner=width, outer=width)


def decoder_levels(net: ClipCoder, frames: Forward) -> Iterator[Operator]:
    """Guided residual blocks from the coarsest level to the finest, attention at the coarsest."""
    last = len(net.channels) - 1
    for order, level in enumerate(range(last, -1, -1)):
        plane, width = finer(frames, 2**order), net.channels[level]
        for number in range(net.resnets + 1):
            name, inner = f"decode.up.{order}.{number}", width if number else net.channels[min(level + 1, last)]
            yield from guided_resnet(f"{name}.resnet", net, plane, inner=inner, outer=width)
            if level == last:
                yield from guided_attention(f"{name}.attention", net, plane, width)
        if level:
            yield from upsample(f"decode.up.{order}.sample", finer(plane, 2), width)


def to_pixels(net: ClipCoder, pixels: Forward) -> Iterator[Operator]:
    """The last normalisation and convolution, on all pixels."""
    finest = net.channels[0]
    yield from guided_norm("decode.out.norm", net, pixels, finest)
    yield elementwise("decode.out.swish", positions(pixels) * finest, kernels=SWISH_KERNELS)
    yield square("decode.out.conv", pixels, finest, COLOURS)
