"""Text encoders of transformers (CLIP, T5, UMT5), and the image and clip tokenizer of Emu3."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tokencost.importing.decoders import EVERYWHERE, head_width
from tokencost.importing.option import LARGEST_LEVEL, LARGEST_TABLE, only, size, sizes, word
from tokencost.importing.reference import Reference, Values, names
from tokencost.reading.validate import MisfitError

T5_IGNORED = EVERYWHERE | names(
    "num_decoder_layers relative_attention_max_distance dropout_rate layer_norm_epsilon classifier_dropout"
    " dense_act_fn is_gated_act tie_word_embeddings output_past n_positions scale_decoder_outputs scalable_attention"
)
CLIP_IGNORED = EVERYWHERE | names("attention_dropout dropout hidden_act layer_norm_eps")
ENCODER_ALONE = "only the encoder is counted, not the decoder"


def clip(values: Values) -> dict[str, Any]:
    """A causal encoder with learned positions and biases."""
    return {
        "kind": "text-encoder",
        "layers": values["num_hidden_layers"],
        "hidden": values["hidden_size"],
        "heads": values["num_attention_heads"],
        "head_dim": head_width(values),
        "ffn": values["intermediate_size"],
        "gated": False,
        "bias": True,
        "vocab": values["vocab_size"],
        "norm_weights": 2,
        "learned_positions": values["max_position_embeddings"],
    }


def clip_projected(values: Values) -> dict[str, Any]:
    """The same, and a projection of the pooled token."""
    return {**clip(values), "projection": values["projection_dim"]}


def t5(values: Values) -> dict[str, Any]:
    """An encoder without biases; one table of relative positions."""
    return {
        "kind": "text-encoder",
        "layers": values["num_layers"],
        "hidden": values["d_model"],
        "heads": values["num_heads"],
        "head_dim": values["d_kv"],
        "ffn": values["d_ff"],
        "gated": values["feed_forward_proj"].startswith("gated-"),
        "bias": False,
        "vocab": values["vocab_size"],
        "norm_weights": 1,
        "relative_buckets": values["relative_attention_num_buckets"],
        "relative_tables": 1,
    }


def umt5(values: Values) -> dict[str, Any]:
    """The same with a table in every layer."""
    return {**t5(values), "relative_tables": values["num_layers"]}


def emu3_coder(values: Values) -> dict[str, Any]:
    """Frames through convolutions, attention at the coarsest level alone."""
    multipliers = values["channel_multiplier"]
    channels = tuple(values["base_channels"] * m for m in multipliers)
    if values["attn_resolutions"] != (len(channels) - 1,):
        raise MisfitError(f"attention can only stand at the coarsest level, {len(channels) - 1}", "attn_resolutions")
    if values["hidden_size"] != channels[-1]:
        raise MisfitError(f"the coarsest level has {channels[-1]} channels", "hidden_size")
    return {
        "kind": "clip-coder",
        "channels": channels,
        "resnets": values["num_res_blocks"],
        "temporal_resnets": values["num_res_blocks"],
        "latent_channels": values["latent_channels"],
        "code_channels": values["embed_dim"],
        "codebook": values["codebook_size"],
        "frames_per_latent": values["temporal_downsample_factor"],
    }


CLIP = Reference(
    library="transformers",
    options={
        "hidden_size": size(512), "intermediate_size": size(2048), "num_hidden_layers": size(12),
        "num_attention_heads": size(8), "vocab_size": size(49408, most=LARGEST_TABLE),
        "max_position_embeddings": size(77, most=LARGEST_TABLE),
    },
    ignored=CLIP_IGNORED | {"projection_dim"}, shape=clip,
)  # fmt: skip
T5_OPTIONS = {
    "d_model": size(512), "d_kv": size(64), "d_ff": size(2048), "num_layers": size(6), "num_heads": size(8),
    "relative_attention_num_buckets": size(32), "vocab_size": size(32128, most=LARGEST_TABLE),
    "feed_forward_proj": word("relu", "gated-gelu", "gated-silu", "gelu", "silu"),
}  # fmt: skip
T5 = Reference(library="transformers", options=T5_OPTIONS, ignored=T5_IGNORED, shape=t5)
UMT5 = replace(
    T5,
    options={
        **T5_OPTIONS, "d_ff": size(1024), "num_layers": size(8), "num_heads": size(6),
        "vocab_size": size(250112, most=LARGEST_TABLE),
        "feed_forward_proj": word("gated-gelu", "relu", "gated-silu", "gelu", "silu"),
    },
    shape=umt5,
)  # fmt: skip
EMU3_CODER = Reference(
    library="transformers",
    options={
        "codebook_size": size(32768, most=LARGEST_TABLE), "embed_dim": size(4), "latent_channels": size(4),
        "double_latent": only(False), "in_channels": only(3), "out_channels": only(3),
        "temporal_downsample_factor": word(4, 2, 8, 16), "base_channels": size(256),
        "channel_multiplier": sizes((1, 2, 2, 4)), "num_res_blocks": size(2, most=LARGEST_LEVEL),
        "attn_resolutions": sizes((3,)), "hidden_size": size(1024), "num_attention_heads": only(1),
    },
    ignored=EVERYWHERE | {"attention_dropout"}, shape=emu3_coder,
)  # fmt: skip
ENCODERS: Mapping[str, Reference] = {
    "CLIPTextModel": CLIP,
    "CLIPTextModelWithProjection": replace(
        CLIP, options={**CLIP.options, "projection_dim": size(512)}, ignored=CLIP_IGNORED, shape=clip_projected
    ),
    "Emu3VQVAE": EMU3_CODER,
    "T5EncoderModel": T5,
    "T5ForConditionalGeneration": replace(T5, remarks={"": ENCODER_ALONE}),
    "UMT5EncoderModel": UMT5,
    "UMT5ForConditionalGeneration": replace(UMT5, remarks={"": ENCODER_ALONE}),
}
