"""Coders of clips of diffusers: Wan, Qwen-Image, CogVideoX, LTX-Video, Mochi, HunyuanVideo."""

from collections.abc import Mapping
from typing import Any

from tokencost.importing.option import LARGEST_LEVEL, Option, flag, flags, never, only, size, sizes, words
from tokencost.importing.reference import Reference, Values, names
from tokencost.reading.validate import MisfitError

IGNORED = names(
    "act_fn norm_eps resnet_norm_eps norm_num_groups dropout sample_size sample_height sample_width scaling_factor"
    " shift_factor latents_mean latents_std force_upcast invert_scale_latents scale_factor_temporal"
    " scale_factor_spatial spatial_compression_ratio temporal_compression_ratio encoder_causal decoder_causal"
)
COLOURS = 3
TIME_LEVELS = 2
"""Samplers along time where a latent frame stands for four."""
MOCHI_WAVES, MOCHI_HEAD_DIM = 4, 32
"""Mochi: sines and cosines of every colour, and width of a head of its attention along time."""
TILE_FRAMES, TILE_STRIDE = 16, 12
"""HunyuanVideo: frames of a tile and from one tile to the next, as the class is set up."""
SAMPLERS = {"conv": "strided", "spatial": "space", "temporal": "time", "spatiotemporal": "both"}


def fitting(values: Values, option: str, due: int) -> Any:
    """A list with one entry per level or sampler."""
    if len(values[option]) != due:
        raise MisfitError(f"{len(values[option])} entries, {due} are due", option)
    return values[option]


def wan(values: Values) -> dict[str, Any]:
    """Both directions may have widths of their own."""
    patch = values.get("patch_size") or 1
    for option in ("in_channels", "out_channels"):
        if values.get(option, COLOURS) != COLOURS * patch**2:
            raise MisfitError(f"patches of {patch} × {patch} pixels have {COLOURS * patch**2} channels", option)
    return {
        "kind": "wan-coder",
        "encoder_base": values["base_dim"],
        "decoder_base": values.get("decoder_base_dim") or values["base_dim"],
        "multipliers": values["dim_mult"],
        "resnets": values["num_res_blocks"],
        "halves_time": fitting(values, "temperal_downsample", len(values["dim_mult"]) - 1),
        "latent_channels": values["z_dim"],
        "patch": patch,
        "averaged": values.get("is_residual", False),
    }


def _blocks(values: Values) -> tuple[int, ...]:
    channels: tuple[int, ...] = values["block_out_channels"]
    fitting(values, "down_block_types", len(channels))
    fitting(values, "up_block_types", len(channels))
    if len(channels) <= TIME_LEVELS:
        raise MisfitError(f"a coder along time has more than {TIME_LEVELS} levels", "block_out_channels")
    return channels


def cogvideox(values: Values) -> dict[str, Any]:
    """The same widths in both directions."""
    return {
        "kind": "cogvideox-coder",
        "channels": _blocks(values),
        "resnets": values["layers_per_block"],
        "time_levels": TIME_LEVELS,
        "latent_channels": values["latent_channels"],
    }


def hunyuan(values: Values) -> dict[str, Any]:
    """Every level but the last halves the sides."""
    channels = _blocks(values)
    if values["spatial_compression_ratio"] != 2 ** (len(channels) - 1):
        raise MisfitError(f"{len(channels)} levels make one of {2 ** (len(channels) - 1)}", "spatial_compression_ratio")
    return {
        "kind": "hunyuan-coder",
        "channels": channels,
        "resnets": values["layers_per_block"],
        "time_levels": TIME_LEVELS,
        "latent_channels": values["latent_channels"],
        "tile_frames": TILE_FRAMES,
        "tile_stride": TILE_STRIDE,
    }


def ltx(values: Values) -> dict[str, Any]:
    """Samplers of the encoder by name; the lists of the decoder start at its finest level in the class."""
    levels = len(values["down_block_types"])
    scaled = fitting(values, "spatio_temporal_scaling", levels)
    kinds = fitting(values, "downsample_type", levels)
    decoder = values["decoder_block_out_channels"][::-1]
    return {
        "kind": "ltx-coder",
        "patch": values["patch_size"],
        "latent_channels": values["latent_channels"],
        "encoder_channels": _ltx_widths(values, levels),
        "encoder_resnets": fitting(values, "layers_per_block", levels + 1),
        "sampling": tuple(SAMPLERS[kind] if does else "none" for does, kind in zip(scaled, kinds, strict=True)),
        "decoder_channels": decoder,
        "decoder_resnets": fitting(values, "decoder_layers_per_block", len(decoder) + 1)[::-1],
        "enlarges": fitting(values, "decoder_spatio_temporal_scaling", len(decoder))[::-1],
        "narrowing": _narrowing(values, len(decoder)),
        "timestep": values["timestep_conditioning"],
    }


def _ltx_widths(values: Values, levels: int) -> tuple[int, ...]:
    """Blocks of the first kind keep the width of the last level, later ones widen at every level."""
    newer = set(values["down_block_types"]) == {"LTXVideo095DownBlock3D"}
    if not newer and "LTXVideo095DownBlock3D" in values["down_block_types"]:
        raise MisfitError("all blocks have to be of one kind", "down_block_types")
    return tuple(fitting(values, "block_out_channels", levels + 1 if newer else levels))


def _narrowing(values: Values, levels: int) -> int:
    """What every level of the decoder divides its width by, which comes with adding the input."""
    factors, residual = fitting(values, "upsample_factor", levels), fitting(values, "upsample_residual", levels)
    if len(set(factors)) != 1:
        raise MisfitError("every level has to narrow by the same factor", "upsample_factor")
    if set(residual) != {factors[0] > 1}:
        raise MisfitError("levels that narrow have to add their input, and no others", "upsample_residual")
    return int(factors[0])


def mochi(values: Values) -> dict[str, Any]:
    """One entry of the residual blocks per level and one for the middle."""
    channels = values["encoder_block_out_channels"]
    fitting(values, "decoder_block_out_channels", len(channels))
    if any(width % MOCHI_HEAD_DIM for width in channels):
        raise MisfitError(f"widths have to be multiples of {MOCHI_HEAD_DIM}", "encoder_block_out_channels")
    return {
        "kind": "mochi-coder",
        "encoder_channels": channels,
        "decoder_channels": values["decoder_block_out_channels"],
        "resnets": fitting(values, "layers_per_block", len(channels) + 1),
        "time_strides": fitting(values, "temporal_expansions", len(channels) - 1),
        "space_strides": fitting(values, "spatial_expansions", len(channels) - 1),
        "waves": MOCHI_WAVES,
        "head_dim": MOCHI_HEAD_DIM,
        "latent_channels": values["latent_channels"],
    }


def _reference(shape: Any, options: Mapping[str, Option]) -> Reference:
    return Reference(library="diffusers", options=options, ignored=IGNORED - options.keys(), shape=shape)


WAN: Mapping[str, Option] = {
    "base_dim": size(96), "z_dim": size(16), "dim_mult": sizes((1, 2, 4, 4)),
    "num_res_blocks": size(2, most=LARGEST_LEVEL), "attn_scales": only(()),
    "temperal_downsample": flags((False, True, True)),
}  # fmt: skip
PIXELS: Mapping[str, Option] = {"in_channels": only(3), "out_channels": only(3)}
VIDEO_CODERS: Mapping[str, Reference] = {
    "AutoencoderKLCogVideoX": _reference(cogvideox, {
        **PIXELS, "down_block_types": words(("CogVideoXDownBlock3D",) * 4),
        "up_block_types": words(("CogVideoXUpBlock3D",) * 4), "block_out_channels": sizes((128, 256, 256, 512)),
        "latent_channels": size(16), "layers_per_block": size(3, most=LARGEST_LEVEL),
        "temporal_compression_ratio": only(4), "use_quant_conv": only(False), "use_post_quant_conv": only(False),
    }),
    "AutoencoderKLHunyuanVideo": _reference(hunyuan, {
        **PIXELS, "down_block_types": words(("HunyuanVideoDownBlock3D",) * 4),
        "up_block_types": words(("HunyuanVideoUpBlock3D",) * 4), "block_out_channels": sizes((128, 256, 512, 512)),
        "latent_channels": size(16), "layers_per_block": size(2, most=LARGEST_LEVEL),
        "spatial_compression_ratio": size(8), "temporal_compression_ratio": only(4),
        "mid_block_add_attention": only(True),
    }),
    "AutoencoderKLLTXVideo": _reference(ltx, {
        **PIXELS, "latent_channels": size(128), "block_out_channels": sizes((128, 256, 512, 512)),
        "down_block_types": words(("LTXVideoDownBlock3D",) * 4, "LTXVideo095DownBlock3D"),
        "decoder_block_out_channels": sizes((128, 256, 512, 512)),
        "layers_per_block": sizes((4, 3, 3, 3, 4), most=LARGEST_LEVEL),
        "decoder_layers_per_block": sizes((4, 3, 3, 3, 4), most=LARGEST_LEVEL),
        "spatio_temporal_scaling": flags((True, True, True, False)),
        "decoder_spatio_temporal_scaling": flags((True, True, True, False)),
        "decoder_inject_noise": never((False,) * 5),
        "downsample_type": words(("conv",) * 4, *SAMPLERS), "upsample_residual": flags((False,) * 4),
        "upsample_factor": sizes((1, 1, 1, 1)), "timestep_conditioning": flag(False), "patch_size": size(4),
        "patch_size_t": only(1),
    }),
    "AutoencoderKLMochi": _reference(mochi, {
        "in_channels": only(COLOURS * (1 + MOCHI_WAVES)), "out_channels": only(COLOURS),
        "encoder_block_out_channels": sizes((64, 128, 256, 384)),
        "decoder_block_out_channels": sizes((128, 256, 512, 768)), "latent_channels": size(12),
        "layers_per_block": sizes((3, 3, 4, 6, 3), most=LARGEST_LEVEL), "temporal_expansions": sizes((1, 2, 3)),
        "spatial_expansions": sizes((2, 2, 2)), "add_attention_block": only((False, True, True, True, True)),
    }),
    "AutoencoderKLQwenImage": _reference(wan, {**WAN, "input_channels": only(COLOURS)}),
    "AutoencoderKLWan": _reference(wan, {
        **WAN, "decoder_base_dim": size(None), "is_residual": flag(False), "in_channels": size(3),
        "out_channels": size(3), "patch_size": size(None),
    }),
}  # fmt: skip
