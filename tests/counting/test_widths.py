"""Twice as wide: how the work of coders and UNets follows their channels, operator by operator."""

from dataclasses import fields, replace
from typing import Any

import pytest

from tests.counting.records import network
from tokencost.counting.networks import PASSES
from tokencost.nouns.network import Network
from tokencost.nouns.work import Attention, Convolution, Elementwise, Forward, Linear, Operator

WIDTHS = {
    "channels", "encoder_channels", "decoder_channels", "time_channels", "encoder_base", "decoder_base",
    "latent_channels", "code_channels", "in_channels", "out_channels", "text_width", "time_width", "added_condition",
    "guidance_condition", "head_dim", "width", "ffn", "text_ffn", "text_stream", "pooled_width", "image_width",
    "size_width", "time_hidden", "hidden", "projection", "image_code", "image_hidden", "caption_inner",
    "projector_hidden", "projector_out", "condition",
}  # fmt: skip
NAMES = (
    "sd-vae", "svd-vae", "janus-vq", "amused-vq", "emu3-vq", "movqgan-270m", "wan-vae", "wan2.2-vae", "cogvideox-vae",
    "ltx-vae", "ltx-0.9.7-vae", "mochi-vae", "hunyuanvideo-vae", "dc-ae-f32c32", "open-sora-1.2-vae", "sdxl-unet",
    "svd-unet", "lcm-sdxl-unet", "flux.1-dev-mmdit", "flux.2-dev-mmdit", "sd3.5-medium-mmdit", "qwen-image-mmdit",
    "hunyuanvideo-dit", "mochi-1-dit", "cogvideox-2b-dit", "z-image-turbo-dit", "pixart-sigma-dit", "open-sora-1.2-dit",
    "wan2.1-i2v-14b-dit", "ltx-video-2b-dit", "sana-1.6b-dit", "infinity-2b-lm", "var-d30-lm", "amused-512-vit",
    "emu3-8b", "show-o-phi", "janus-pro-7b-lm", "llamagen-xl-lm", "t5-v1.1-xxl", "clip-l", "siglip-l-384",
    "clip-vit-l-336", "internvit-300m",
)  # fmt: skip
CLIP = Forward(width=96.0, height=160.0, frames=25.0, text=7.0, queries=9.0, context=30.0, logits=2.0)
NOT_WIDE = ("scores", "mask", "patches", "least", "sines", "waves", "encode.in.conv.pad")
"""Elementwise operators of positions alone, of colours, or of fixed frequencies."""
WAVES = "sinusoid"
"""Some networks have fixed frequencies for their timestep, others as many as channels."""
STATES = (".first", ".second")
"""Products of a deep coder whose shape is that of a head, with a row for the sum of scores."""


def twice(net: Network) -> Network:
    """Every width doubled."""
    wider: dict[str, Any] = {}
    for field in fields(net):
        value = getattr(net, field.name)
        if field.name in WIDTHS:
            wider[field.name] = tuple(2 * one for one in value) if isinstance(value, tuple) else 2 * value
    return replace(net, **wider)


RUNS = [pytest.param(name, way, id=f"{name}-{way}") for name in NAMES for way in PASSES[type(network(name))]]


def pairs(name: str, way: str) -> list[tuple[Operator, Operator]]:
    """Each operator, and what becomes of it."""
    net = network(name)
    run = PASSES[type(net)][way]
    return list(zip(run(net, CLIP), run(twice(net), CLIP), strict=True))


@pytest.mark.parametrize(("name", "way"), RUNS)
def test_twice_the_width_is_twice_what_kernels_write(name: str, way: str) -> None:
    """
    A kernel over positions and channels writes twice as much; one over positions or pixels alone the same.
    """
    for one, other in pairs(name, way):
        if isinstance(one, Elementwise) and one.elements:
            assert (one.id, one.kernels, one.count) == (other.id, other.kernels, other.count)
            ratio = other.elements / one.elements
            assert ratio in ({1, 2} if one.id.endswith(WAVES) else {1} if one.id.endswith(NOT_WIDE) else {2}), one.id
        if isinstance(one, Elementwise) and not name.endswith(("dit", "lm")):
            # Transformers say averages of what several kernels move; all others whole tensors.
            assert one.elements * one.count == pytest.approx(round(one.elements * one.count), rel=1e-12), one.id


@pytest.mark.parametrize(("name", "way"), RUNS)
def test_twice_the_width_is_four_times_the_products(name: str, way: str) -> None:
    """
    Twice where one end is colours or a codebook; attention has twice the channels and the same queries.
    """
    for one, other in pairs(name, way):
        if isinstance(one, Linear) and not one.id.endswith(STATES):
            assert (one.rows, one.count) == (other.rows, other.count), one.id
            assert wider(other.inner * other.columns / (one.inner * one.columns)) in (2, 4), one.id
        if isinstance(one, Convolution) and one.id != "decode.out.time":
            assert (one.positions, one.inputs, one.count) == (other.positions, other.inputs, other.count), one.id
            before, after = (op.in_channels * op.out_channels / op.groups for op in (one, other))
            assert wider(after / before) in (2, 4), one.id
        # Linear attention meets the channels of a head instead of a context.
        if isinstance(one, Attention) and one.context != one.head_dim + 1:
            assert (one.queries, one.context, one.sequences) == (other.queries, other.context, other.sequences)
            assert 2 * one.heads * one.head_dim == other.heads * other.head_dim, one.id


def wider(ratio: float) -> float:
    """To the whole number that it is within a hundredth: an LTX latent has one channel more, for its variance."""
    return round(ratio) if abs(ratio / round(ratio) - 1) < 0.01 else ratio
