"""The grid of a latent diffusion model: pixels and frames per token, from its coder and its denoiser."""

import math
from typing import Any

from tokencost.nouns.convnet import ImageCoder
from tokencost.nouns.network import Network
from tokencost.nouns.video_coder import CogVideoXCoder, DeepCoder, HunyuanCoder, LtxCoder, MochiCoder, WanCoder

SPACE, TIME = ("strided", "space", "both"), ("strided", "time", "both")
"""Samplers of an LTX coder that halve the sides, and those that halve the frames."""


def tokenizer(identifier: str, coder: Network, denoiser: Network, *, still: bool) -> dict[str, Any]:
    """The fields of a tokenizer; a model of stills sees no time."""
    patch, frames = getattr(denoiser, "patch", 1), 1 if still else frames_per_latent(coder)
    return {
        "id": identifier,
        "name": f"latents of {identifier.removesuffix('-latent')}",
        "pixels_per_token": patch * pixels_per_latent(coder),
        "patch": patch,
        "frames_per_token": frames,
        "frame_patch": 1 if still else getattr(denoiser, "patch_frames", 1),
        "first_frame_alone": frames > 1,
        "channels": getattr(coder, "latent_channels", 0),
    }


def pixels_per_latent(coder: Network) -> int:
    """Pixels along one side of a latent position."""
    match coder:
        case ImageCoder():
            return int(2 ** (len(coder.encoder_channels) - 1))
        case DeepCoder() | CogVideoXCoder() | HunyuanCoder():
            return int(2 ** (len(coder.channels) - 1))
        case WanCoder():
            return int(coder.patch * 2 ** len(coder.halves_time))
        case LtxCoder():
            return int(coder.patch * 2 ** sum(kind in SPACE for kind in coder.sampling))
        case MochiCoder():
            return math.prod(coder.space_strides)
    return 1


def frames_per_latent(coder: Network) -> int:
    """Frames that become one latent frame."""
    match coder:
        case CogVideoXCoder() | HunyuanCoder():
            return int(2**coder.time_levels)
        case WanCoder():
            return int(2 ** sum(coder.halves_time))
        case LtxCoder():
            return int(2 ** sum(kind in TIME for kind in coder.sampling))
        case MochiCoder():
            return math.prod(coder.time_strides)
    return 1
