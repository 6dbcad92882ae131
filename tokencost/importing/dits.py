"""Transformers of diffusers that read the text by cross-attention, or share their weights with it."""

from collections.abc import Mapping
from typing import Any

from tokencost.importing.mmdits import FEED_FORWARD, layered, same, width_of
from tokencost.importing.option import Option, flag, only, ratio, size, sizes, unlike, word
from tokencost.importing.reference import Reference, Values, names
from tokencost.reading.validate import MisfitError

IGNORED = names(
    "dropout norm_eps eps norm_num_groups sample_size sample_width sample_height sample_frames interpolation_scale"
    " spatial_interpolation_scale temporal_interpolation_scale temporal_compression_ratio max_text_seq_length"
    " max_sequence_length rope_max_seq_len rope_theta axes_dims axes_lens t_scale timestep_scale upcast_attention"
    " num_embeds_ada_norm flip_sin_to_cos freq_shift guidance_embeds_scale"
)
SIZE_SHARE = 3
"""PixArt: one third of the width stands for each of height, width and aspect ratio."""
IMAGE_TOKENS = 257
"""Tokens of the CLIP image encoder that image-to-video models of Wan come with."""
POOL_HEADS = 8
"""Heads with which Mochi pools its text."""
TIMESTEP_HIDDEN, TIMESTEP_WIDTH, PAD_TO = 1024, 256, 32
"""Z-Image: layers of its timestep, and the multiple that sequences are padded to."""


def _base(values: Values, kind: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "layers": values["num_layers"],
        "width": width_of(values),
        "heads": values["num_attention_heads"],
        "in_channels": values["in_channels"],
        "out_channels": values["out_channels"] or values["in_channels"],
    }


def pixart(values: Values) -> dict[str, Any]:
    """Image sizes are embedded where it is asked for, or where the samples are of 128 latent positions."""
    width = width_of(values)
    same(values, "cross_attention_dim", width, "the width")
    told = values["use_additional_conditions"]
    sizes_told = values["sample_size"] == 128 if told is None else told
    if sizes_told and width % SIZE_SHARE:
        raise MisfitError(f"a width of {width} has no three equal parts", "use_additional_conditions")
    conditions = {"size_conditions": (2, 1), "size_width": width // SIZE_SHARE} if sizes_told else {}
    return {
        **_base(values, "cross-dit"), "ffn": FEED_FORWARD * width, "patch": values["patch_size"],
        "patch_by": "convolution", "text_width": values["caption_channels"], **conditions,
    }  # fmt: skip


def wan(values: Values) -> dict[str, Any]:
    """Norms in 32 bits; image features, if any, have keys and values of their own."""
    patch = values["patch_size"]
    if patch != (1, patch[-1], patch[-1]):
        raise MisfitError("patches can only be squares of one latent frame: [1, 2, 2]", "patch_size")
    image = values["image_dim"]
    if image is None and values["added_kv_proj_dim"] is not None:
        raise MisfitError("keys and values of an image without image_dim", "added_kv_proj_dim")
    if image is not None:
        same(values, "added_kv_proj_dim", width_of(values), "the width")
    return {
        **_base(values, "cross-dit"), "ffn": values["ffn_dim"], "qk_norm": "width", "block_norm": "layer-32-bit",
        "cross_norm": values["cross_attn_norm"], "rotary": "real", "patch": patch[-1], "patch_by": "convolution",
        "text_width": values["text_dim"],
        **({"image_tokens": IMAGE_TOKENS, "image_width": image} if image else {}),
    }  # fmt: skip


def ltx(values: Values) -> dict[str, Any]:
    """Latent positions are tokens."""
    width = width_of(values)
    same(values, "cross_attention_dim", width, "the width")
    return {
        **_base(values, "cross-dit"), "ffn": FEED_FORWARD * width, "qk_norm": "width", "block_norm": "rms",
        "rotary": "real", "patch": 1, "patch_by": "linear", "text_width": values["caption_channels"],
    }  # fmt: skip


def cogvideox(values: Values) -> dict[str, Any]:
    """Patches over several latent frames are cut by a linear layer, others by a convolution."""
    frames = values["patch_size_t"]
    if frames is None and not values["patch_bias"]:
        raise MisfitError("a convolution that cuts patches without a bias cannot be counted", "patch_bias")
    return {
        **_base(values, "joint-dit"), "ffn": FEED_FORWARD * width_of(values), "time_width": values["time_embed_dim"],
        "rotary": "real" if values["use_rotary_positional_embeddings"] else "none", "patch": values["patch_size"],
        "patch_frames": frames or 1, "patch_by": "linear" if frames else "convolution",
        "text_width": values["text_embed_dim"],
    }  # fmt: skip


def mochi(values: Values) -> dict[str, Any]:
    """Gated feed-forwards of two thirds of four times the width."""
    width, text = width_of(values), values["pooled_projection_dim"]
    return {
        **_base(values, "asymmetric-mmdit"), "ffn": _two_thirds(width), "text_stream": text,
        "text_ffn": _two_thirds(text), "patch": values["patch_size"], "text_width": values["text_embed_dim"],
        "pool_heads": POOL_HEADS,
    }  # fmt: skip


def _two_thirds(width: int) -> int:
    return FEED_FORWARD * width * 2 // 3


def sana(values: Values) -> dict[str, Any]:
    """Linear self-attention with many small heads, cross-attention with few."""
    width = width_of(values)
    same(values, "cross_attention_dim", width, "the width")
    across = values["num_cross_attention_heads"] * values["cross_attention_head_dim"]
    if across != width:
        raise MisfitError(f"heads of {across} channels together are not the width, {width}", "cross_attention_head_dim")
    return {
        **_base(values, "linear-dit"), "cross_heads": values["num_cross_attention_heads"],
        "ffn": int(width * values["mlp_ratio"]), "qk_norm": values["qk_norm"] is not None,
        "patch": values["patch_size"], "text_width": values["caption_channels"],
    }  # fmt: skip


def z_image(values: Values) -> dict[str, Any]:
    """One sequence of image and text; the feed-forward is eight thirds of the width."""
    width = values["dim"]
    same(values, "n_kv_heads", values["n_heads"], "the number of heads")
    if width % values["n_heads"]:
        raise MisfitError(f"{width} channels cannot be shared by {values['n_heads']} heads", "n_heads")
    if width < TIMESTEP_WIDTH:
        raise MisfitError(f"a width below {TIMESTEP_WIDTH} narrows the timestep", "dim")
    return {
        "kind": "single-stream-dit", "layers": values["n_layers"], "refiner_layers": values["n_refiner_layers"],
        "width": width, "heads": values["n_heads"], "ffn": int(width / 3 * 8), "time_hidden": TIMESTEP_HIDDEN,
        "time_width": TIMESTEP_WIDTH, "pad_to": PAD_TO, "patch": values["all_patch_size"][0],
        "in_channels": values["in_channels"], "out_channels": values["in_channels"],
        "text_width": values["cap_feat_dim"],
    }  # fmt: skip


def _reference(shape: Any, options: Mapping[str, Option], **remarks: str) -> Reference:
    return Reference(
        library="diffusers", options=options, ignored=IGNORED - options.keys(), shape=shape, remarks=remarks
    )


PIXART: Mapping[str, Option] = {
    **layered(16, 72, 28), "in_channels": size(4), "out_channels": size(8), "patch_size": size(2),
    "cross_attention_dim": size(1152), "attention_bias": only(True), "caption_channels": unlike(None, size(4096)),
    "activation_fn": only("gelu-approximate", "gelu"), "norm_type": only("ada_norm_single"),
    "norm_elementwise_affine": only(False), "attention_type": only("default"), "sample_size": size(128),
    "use_additional_conditions": word(None, True, False),
}  # fmt: skip
DITS: Mapping[str, Reference] = {
    "CogVideoXTransformer3DModel": _reference(cogvideox, {
        **layered(30, 64, 30), "in_channels": size(16), "out_channels": size(16), "time_embed_dim": size(512),
        "ofs_embed_dim": only(None), "text_embed_dim": size(4096), "attention_bias": only(True),
        "patch_size": size(2), "patch_size_t": size(None), "activation_fn": only("gelu-approximate", "gelu"),
        "timestep_activation_fn": only("silu"), "norm_elementwise_affine": only(True), "patch_bias": flag(True),
        "use_rotary_positional_embeddings": flag(False), "use_learned_positional_embeddings": only(False),
    }),
    "LTXVideoTransformer3DModel": _reference(ltx, {
        **layered(32, 64, 28), "in_channels": size(128), "out_channels": size(128), "patch_size": only(1),
        "patch_size_t": only(1), "cross_attention_dim": size(2048), "activation_fn": only("gelu-approximate", "gelu"),
        "qk_norm": only("rms_norm_across_heads"), "norm_elementwise_affine": only(False),
        "caption_channels": size(4096), "attention_bias": only(True), "attention_out_bias": only(True),
    }),
    "MochiTransformer3DModel": _reference(mochi, {
        **layered(24, 128, 48), "in_channels": size(12), "out_channels": size(None), "patch_size": size(2),
        "pooled_projection_dim": size(1536), "qk_norm": only("rms_norm"), "text_embed_dim": size(4096),
        "time_embed_dim": only(256), "activation_fn": only("swiglu"),
    }),
    "PixArtTransformer2DModel": _reference(pixart, PIXART),
    "SanaTransformer2DModel": _reference(sana, {
        **layered(70, 32, 20), "in_channels": size(32), "out_channels": size(32), "patch_size": size(1),
        "num_cross_attention_heads": size(20), "cross_attention_head_dim": size(112),
        "cross_attention_dim": size(2240), "caption_channels": size(2304), "mlp_ratio": ratio(2.5),
        "attention_bias": only(False), "norm_elementwise_affine": only(False), "guidance_embeds": only(False),
        "qk_norm": word(None, "rms_norm_across_heads"),
    }),
    "Transformer2DModel": _reference(
        pixart, {**PIXART, "norm_type": unlike("layer_norm", only("ada_norm_single")), "num_vector_embeds": only(None)}
    ),
    "WanTransformer3DModel": _reference(wan, {
        **layered(40, 128, 40), "in_channels": size(16), "out_channels": size(16), "patch_size": sizes((1, 2, 2)),
        "text_dim": size(4096), "freq_dim": only(256), "ffn_dim": size(13824), "cross_attn_norm": flag(True),
        "qk_norm": only("rms_norm_across_heads"), "image_dim": size(None), "added_kv_proj_dim": size(None),
        "pos_embed_seq_len": only(None),
    }, image_dim=f"an image encoder of {IMAGE_TOKENS} tokens is assumed"),
    "ZImageTransformer2DModel": _reference(z_image, {
        "dim": size(3840), "n_layers": size(30), "n_refiner_layers": size(2), "n_heads": size(30),
        "n_kv_heads": size(30), "in_channels": size(16), "all_patch_size": sizes((2,)), "cap_feat_dim": size(2560),
        "all_f_patch_size": only((1,)), "qk_norm": only(True), "siglip_feat_dim": only(None),
    }),
}  # fmt: skip
