"""Transformers of diffusers in which text and image tokens meet in joint attention."""

from collections.abc import Mapping
from typing import Any

from tokencost.importing.option import Option, flag, indices, only, ratio, size, word
from tokencost.importing.reference import Reference, Values, names
from tokencost.reading.validate import MisfitError

CELLS = 4
"""Latent positions that FLUX and Qwen-Image pack into one token before their first layer."""
FEED_FORWARD = 4
"""Hidden size of a feed-forward over its width, where a class has no option for it."""
IGNORED = names("sample_size pos_embed_max_size axes_dims_rope rope_theta rope_axes_dim eps norm_eps")


def width_of(values: Values) -> int:
    """Heads side by side."""
    return int(values["num_attention_heads"] * values["attention_head_dim"])


def packed(values: Values, option: str, channels: int) -> int:
    """Channels of one latent position, where the class counts those of a packed square."""
    if channels % CELLS:
        raise MisfitError(f"{channels} is no multiple of the {CELLS} latent positions in a token", option)
    return channels // CELLS


def same(values: Values, option: str, due: int, what: str) -> None:
    """Refuse an option that has to agree with the width and does not."""
    if values[option] != due:
        raise MisfitError(f"{values[option]} is not {what}, {due}", option)


def sd3(values: Values) -> dict[str, Any]:
    """The last layer only reads the text."""
    width, dual = width_of(values), values["dual_attention_layers"] or ()
    same(values, "caption_projection_dim", width, "the width")
    if len(set(dual)) != len(dual) or any(layer >= values["num_layers"] for layer in dual):
        raise MisfitError(f"every entry is another layer below {values['num_layers']}", "dual_attention_layers")
    return {
        "kind": "mmdit",
        "layers": values["num_layers"],
        "width": width,
        "heads": values["num_attention_heads"],
        "ffn": FEED_FORWARD * width,
        "qk_norm": "composed" if values["qk_norm"] else "none",
        "text_ends": True,
        "dual_layers": len(dual),
        "patch": values["patch_size"],
        "patch_by": "convolution",
        "in_channels": values["in_channels"],
        "out_channels": values["out_channels"] or values["in_channels"],
        "text_width": values["joint_attention_dim"],
        "pooled_width": values["pooled_projection_dim"],
    }


def flux(values: Values) -> dict[str, Any]:
    """Packed squares of latent positions come in; layers on the joined sequence follow."""
    width = width_of(values)
    return {
        "kind": "mmdit",
        "layers": values["num_layers"],
        "single_layers": values["num_single_layers"],
        "width": width,
        "heads": values["num_attention_heads"],
        "ffn": FEED_FORWARD * width,
        "qk_norm": "fused",
        "rotary": "real",
        "patch": 2,
        "patch_by": "linear",
        "in_channels": packed(values, "in_channels", values["in_channels"]),
        "out_channels": packed(values, "out_channels", values["out_channels"] or values["in_channels"]),
        "text_width": values["joint_attention_dim"],
        "pooled_width": values["pooled_projection_dim"],
        "guidance_embedding": values["guidance_embeds"],
    }


def flux2(values: Values) -> dict[str, Any]:
    """Gated and without biases, one modulation for all layers."""
    width = width_of(values)
    shape = {**flux({**values, "pooled_projection_dim": 0}), "ffn": int(width * values["mlp_ratio"])}
    return {**shape, "fused_single": True, "gated": True, "bias": False, "modulation": "shared"}


def qwen_image(values: Values) -> dict[str, Any]:
    """Two-stream layers alone; the channels that go out are those of a latent position."""
    width = width_of(values)
    return {
        "kind": "mmdit",
        "layers": values["num_layers"],
        "width": width,
        "heads": values["num_attention_heads"],
        "ffn": FEED_FORWARD * width,
        "qk_norm": "composed",
        "rotary": "complex",
        "patch": 2,
        "patch_by": "linear",
        "in_channels": packed(values, "in_channels", values["in_channels"]),
        "out_channels": values["out_channels"] or packed(values, "out_channels", values["in_channels"]),
        "text_width": values["joint_attention_dim"],
        "text_norm": True,
    }


def hunyuan_video(values: Values) -> dict[str, Any]:
    """Layers that refine the text come first."""
    width = width_of(values)
    return {
        "kind": "mmdit",
        "layers": values["num_layers"],
        "single_layers": values["num_single_layers"],
        "refiner_layers": values["num_refiner_layers"],
        "width": width,
        "heads": values["num_attention_heads"],
        "ffn": FEED_FORWARD * width,
        "qk_norm": "composed",
        "rotary": "real",
        "patch": values["patch_size"],
        "patch_by": "convolution",
        "in_channels": values["in_channels"],
        "out_channels": values["out_channels"] or values["in_channels"],
        "text_width": values["text_embed_dim"],
        "pooled_width": values["pooled_projection_dim"],
        "guidance_embedding": values["guidance_embeds"],
    }


def _reference(shape: Any, options: Mapping[str, Option]) -> Reference:
    return Reference(library="diffusers", options=options, ignored=IGNORED, shape=shape)


def layered(heads: int, head_dim: int, layers: int) -> Mapping[str, Option]:
    """Heads, their width and the number of layers, as most classes call them."""
    return {"num_attention_heads": size(heads), "attention_head_dim": size(head_dim), "num_layers": size(layers)}


MMDITS: Mapping[str, Reference] = {
    "Flux2Transformer2DModel": _reference(flux2, {
        **layered(48, 128, 8), "num_single_layers": size(48), "patch_size": only(1), "in_channels": size(128),
        "out_channels": size(None), "joint_attention_dim": size(15360), "timestep_guidance_channels": only(256),
        "mlp_ratio": ratio(3.0), "guidance_embeds": flag(True),
    }),
    "FluxTransformer2DModel": _reference(flux, {
        **layered(24, 128, 19), "num_single_layers": size(38), "patch_size": only(1), "in_channels": size(64),
        "out_channels": size(None), "joint_attention_dim": size(4096), "pooled_projection_dim": size(768),
        "guidance_embeds": flag(False),
    }),
    "HunyuanVideoTransformer3DModel": _reference(hunyuan_video, {
        **layered(24, 128, 20), "num_single_layers": size(40), "num_refiner_layers": size(2), "patch_size": size(2),
        "patch_size_t": only(1), "in_channels": size(16), "out_channels": size(16), "text_embed_dim": size(4096),
        "pooled_projection_dim": size(768), "mlp_ratio": only(FEED_FORWARD), "qk_norm": only("rms_norm"),
        "guidance_embeds": flag(True), "image_condition_type": only(None),
    }),
    "QwenImageTransformer2DModel": _reference(qwen_image, {
        **layered(24, 128, 60), "patch_size": only(2), "in_channels": size(64), "out_channels": size(16),
        "joint_attention_dim": size(3584), "guidance_embeds": only(False), "zero_cond_t": only(False),
        "use_additional_t_cond": only(False), "use_layer3d_rope": only(False),
    }),
    "SD3Transformer2DModel": _reference(sd3, {
        **layered(18, 64, 18), "patch_size": size(2), "in_channels": size(16), "out_channels": size(16),
        "joint_attention_dim": size(4096), "caption_projection_dim": size(1152), "pooled_projection_dim": size(2048),
        "dual_attention_layers": indices(()), "qk_norm": word(None, "rms_norm"),
    }),
}  # fmt: skip
