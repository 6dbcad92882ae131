"""Shapes of convolutional networks: UNets that denoise, and coders between pixels and latents or tokens."""

from typing import Literal

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Size

Lineage = Literal["diffusers", "temporal", "taming"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UNet(Noun):
    """A denoising UNet with cross-attention; `channels` and `heads` go from the finest level to the coarsest.

    `down_transformers` and `up_transformers` say, in the order of running, how many transformer layers follow
    each residual block of each level; `middle_transformers` 0 leaves one residual block in the middle.
    `added_condition` is the width of pooled text and sizes next to the timestep, `guidance_condition` that of an
    embedded guidance scale; 0 where there is none. `temporal` follows every block by one along the frames.
    """

    kind: Literal["unet"]
    id: str
    in_channels: Size
    out_channels: Size
    channels: tuple[Size, ...]
    heads: tuple[Size, ...]
    down_transformers: tuple[tuple[Size, ...], ...]
    middle_transformers: Size
    up_transformers: tuple[tuple[Size, ...], ...]
    text_width: Size
    time_width: Size
    added_condition: Size = 0
    guidance_condition: Size = 0
    linear_projections: bool = False
    temporal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCoder(Noun):
    """A convolutional coder of single images: pixels to latents or tokens and back; lists start at the pixels.

    `moments` is 2 where the encoder writes mean and variance. `code_channels` is the width between the two
    convolutions of `code_taps` taps around the bottleneck, 0 where there are none; `codebook` counts learned entries
    of that width, `code_params` what else a quantiser learns.
    `coarsest_attention` puts attention after every residual block of the coarsest level. A lineage is how the
    reference writes its blocks: with fused attention and swish (diffusers), the same with every residual block
    followed by one along the frames, and no convolution after the bottleneck (temporal), or with 1 × 1
    convolutions, scores and factors one by one (taming).
    """

    kind: Literal["image-coder"]
    id: str
    encoder_channels: tuple[Size, ...]
    encoder_resnets: tuple[Size, ...]
    decoder_channels: tuple[Size, ...]
    decoder_resnets: tuple[Size, ...]
    latent_channels: Size
    moments: Size = 1
    code_channels: Size = 0
    code_taps: Size = 1
    codebook: Size = 0
    code_params: Size = 0
    middle_attention: bool = True
    coarsest_attention: bool = False
    encoder_lineage: Lineage
    decoder_lineage: Lineage


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipCoder(Noun):
    """A coder whose decoder is guided by the latent; it sees single frames, and time at its coarsest grid only.

    `frames_per_latent` frames become one, and a still is a clip of that many; 1 for a coder of images, which has
    no temporal blocks. Projections of attention count as linear layers. Every level of the decoder has one
    residual block more than `resnets`, and attention stands at the coarsest level alone.
    """

    kind: Literal["clip-coder"]
    id: str
    channels: tuple[Size, ...]
    resnets: Size
    temporal_resnets: Size
    latent_channels: Size
    code_channels: Size
    codebook: Size
    frames_per_latent: Size
