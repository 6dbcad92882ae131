"""How pipelines of diffusers are run where a call says nothing: steps, guidance, lengths of text, sizes.

Text encoders of the CLIP kind read as many tokens as they have positions; `text` is the length for all others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The defaults of a pipeline's call. `clips` says whether tokens of CLIP join the text that the denoiser sees.

    A language model reads `template` tokens around the text. Where nothing is `padded`, the denoiser sees the prompt.
    """

    task: Literal["text-to-image", "text-to-video"]
    steps: int
    mode: Literal["none", "batched", "sequential", "distilled"]
    scale: float
    runs: int = 2
    text: int = 0
    template: int = 0
    clips: bool = False
    padded: bool = True
    width: int = 1024
    height: int = 1024
    frames: int = 1
    fps: int = 0


PIPELINES: Mapping[str, Running] = {
    "CogVideoXPipeline": Running(
        task="text-to-video", steps=50, mode="batched", scale=6.0, text=226, width=720, height=480, frames=49, fps=8
    ),
    "Flux2Pipeline": Running(task="text-to-image", steps=50, mode="distilled", scale=4.0, runs=1, text=512),
    "FluxPipeline": Running(task="text-to-image", steps=28, mode="distilled", scale=3.5, runs=1, text=512),
    "HunyuanVideoPipeline": Running(
        task="text-to-video", steps=50, mode="distilled", scale=6.0, runs=1, text=256, template=95, width=1280,
        height=720, frames=129, fps=24,
    ),
    "LTXPipeline": Running(
        task="text-to-video", steps=50, mode="batched", scale=3.0, text=128, width=704, height=512, frames=161, fps=25
    ),
    "MochiPipeline": Running(
        task="text-to-video", steps=64, mode="batched", scale=4.5, text=256, width=848, height=480, frames=19, fps=30
    ),
    "PixArtAlphaPipeline": Running(task="text-to-image", steps=20, mode="batched", scale=4.5, text=120),
    "PixArtSigmaPipeline": Running(task="text-to-image", steps=20, mode="batched", scale=4.5, text=300),
    "QwenImagePipeline": Running(task="text-to-image", steps=50, mode="sequential", scale=4.0, padded=False),
    "SanaPipeline": Running(task="text-to-image", steps=20, mode="batched", scale=4.5, text=300),
    "StableDiffusion3Pipeline": Running(
        task="text-to-image", steps=28, mode="batched", scale=7.0, text=256, clips=True
    ),
    "StableDiffusionPipeline": Running(
        task="text-to-image", steps=50, mode="batched", scale=7.5, clips=True, width=512, height=512
    ),
    "StableDiffusionXLPipeline": Running(
        task="text-to-image", steps=50, mode="batched", scale=5.0, runs=1, clips=True
    ),
    "WanPipeline": Running(
        task="text-to-video", steps=50, mode="sequential", scale=5.0, text=512, width=832, height=480, frames=81,
        fps=16,
    ),
    "ZImagePipeline": Running(task="text-to-image", steps=50, mode="batched", scale=5.0, text=512, padded=False),
}  # fmt: skip
UNKNOWN_IMAGE = Running(task="text-to-image", steps=50, mode="batched", scale=5.0, text=512, clips=True)
UNKNOWN_VIDEO = Running(
    task="text-to-video", steps=50, mode="batched", scale=5.0, text=512, clips=True, width=832, height=480, frames=81,
    fps=16,
)  # fmt: skip
"""What is taken of a pipeline nobody knows, until somebody says better."""
EXTRA_EVALUATIONS: Mapping[str, int] = {"PNDMScheduler": 1}
"""Samplers that evaluate the network more often than they step."""
