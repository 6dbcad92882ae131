"""Shapes of coders between clips and latents that convolve along time, and of deep-compression coders of images."""

from typing import Literal

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class WanCoder(Noun):
    """A causal coder that runs piece by piece: one frame, then `2 ** sum(halves_time)` frames at a time.

    Level i has `multipliers[i]` × base channels; `halves_time` says which of the samplers between levels also work
    along time, pixels first. `patch` n joins n × n pixels before everything else; `averaged` adds averages of the
    input to every level and keeps the width while sampling (Wan 2.2).
    """

    kind: Literal["wan-coder"]
    id: str
    encoder_base: Size
    decoder_base: Size
    multipliers: tuple[Size, ...]
    resnets: Size
    halves_time: tuple[bool, ...]
    latent_channels: Size
    patch: Size = 1
    averaged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CogVideoXCoder(Noun):
    """A causal coder whose decoder normalises with the latent at every layer; `channels` start at the pixels.

    The first `time_levels` samplers of either direction also work along time.
    """

    kind: Literal["cogvideox-coder"]
    id: str
    channels: tuple[Size, ...]
    resnets: Size
    time_levels: Size
    latent_channels: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class LtxCoder(Noun):
    """A coder of patches of `patch` × `patch` pixels that runs a clip as a whole.

    Encoder lists start at the pixels: level i has `encoder_resnets[i]` residual blocks of `encoder_channels[i]`, then
    the sampler `sampling[i]`: a strided convolution, or positions folded into channels along the axes it names.
    The last entry of `encoder_resnets` is the middle. Decoder lists start at the latent: `decoder_resnets[0]` is the
    middle; `enlarges[i]` doubles all three axes. `narrowing` divides the width of every enlargement and adds the input
    to it. With `timestep` the decoder is told how much noise is left.
    """

    kind: Literal["ltx-coder"]
    id: str
    patch: Size
    latent_channels: Size
    encoder_channels: tuple[Size, ...]
    encoder_resnets: tuple[Size, ...]
    sampling: tuple[Literal["strided", "space", "time", "both", "none"], ...]
    decoder_channels: tuple[Size, ...]
    decoder_resnets: tuple[Size, ...]
    enlarges: tuple[bool, ...]
    narrowing: Size = 1
    timestep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MochiCoder(Noun):
    """A causal coder with attention along time in its encoder; lists start at the pixels.

    `resnets` has one entry per level and one for the middle; `time_strides` and `space_strides` stand between levels.
    `waves` are sines and cosines of every colour that the encoder also reads.
    """

    kind: Literal["mochi-coder"]
    id: str
    encoder_channels: tuple[Size, ...]
    decoder_channels: tuple[Size, ...]
    resnets: tuple[Size, ...]
    time_strides: tuple[Size, ...]
    space_strides: tuple[Size, ...]
    waves: Size
    head_dim: Size
    latent_channels: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class HunyuanCoder(Noun):
    """A causal coder with attention over all positions in its middle, run in overlapping tiles of frames.

    `channels` start at the pixels, `time_levels` samplers nearest the latent also work along time. A clip longer
    than `tile_frames` is cut every `tile_stride` frames into tiles of one frame more than `tile_frames`.
    """

    kind: Literal["hunyuan-coder"]
    id: str
    channels: tuple[Size, ...]
    resnets: Size
    time_levels: Size
    latent_channels: Size
    tile_frames: Size
    tile_stride: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepCoder(Noun):
    """A deep-compression coder of images: residual blocks, then blocks of linear attention from level `attention_from`.

    Lists start at the pixels; every level halves the sides of the one before. `head_dim` and `taps` (along one side)
    shape the linear attention, `expansion` its feed-forward part.
    """

    kind: Literal["deep-coder"]
    id: str
    channels: tuple[Size, ...]
    encoder_blocks: tuple[Size, ...]
    decoder_blocks: tuple[Size, ...]
    attention_from: Size
    head_dim: Size
    taps: Size
    expansion: Size
    latent_channels: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedCoder(Noun):
    """An image coder applied frame by frame, then a causal coder along time on its latents.

    `channels` and `resnets` shape the image coder, `time_channels` and `time_resnets` the one along time;
    `halves_time` says which of its samplers halve the frames. It sees `piece_frames` frames at a time.
    """

    kind: Literal["stacked-coder"]
    id: str
    channels: tuple[Size, ...]
    resnets: Size
    time_channels: tuple[Size, ...]
    time_resnets: Size
    halves_time: tuple[bool, ...]
    latent_channels: Size
    piece_frames: Size


VideoCoder = WanCoder | CogVideoXCoder | LtxCoder | MochiCoder | HunyuanCoder | DeepCoder | StackedCoder
