"""Image coders of diffusers: AutoencoderKL and its FLUX.2 form, and the deep-compression coder of SANA."""

from collections.abc import Mapping
from typing import Any

from tokencost.importing.option import LARGEST_LEVEL, Option, flag, only, size, sizes, unlike, word, words
from tokencost.importing.reference import Reference, Values, names
from tokencost.reading.validate import MisfitError

IGNORED = names(
    "act_fn norm_num_groups norm_eps sample_size scaling_factor shift_factor latents_mean latents_std force_upcast"
    " batch_norm_eps batch_norm_momentum patch_size"
)
ATTENTIVE = "EfficientViTBlock"
EXPANSION, TAPS = 4, 5
"""Deep compression: feed-forward over width, and taps along one side of the sums over neighbours."""


def kl(values: Values) -> dict[str, Any]:
    """The same widths in both directions; a convolution on either side of the bottleneck, or none."""
    channels, resnets = values["block_out_channels"], values["layers_per_block"]
    decoder = values.get("decoder_block_out_channels") or channels
    for option in ("down_block_types", "up_block_types"):
        if len(values[option]) != len(channels):
            raise MisfitError(f"{len(values[option])} blocks for {len(channels)} levels", option)
    if len(decoder) != len(channels):
        raise MisfitError(f"{len(decoder)} levels, the encoder has {len(channels)}", "decoder_block_out_channels")
    around = values["use_quant_conv"]
    if around != values["use_post_quant_conv"]:
        raise MisfitError("a convolution on one side of the bottleneck alone cannot be counted", "use_post_quant_conv")
    return {
        "kind": "image-coder",
        "encoder_channels": channels,
        "encoder_resnets": (resnets,) * len(channels),
        "decoder_channels": decoder,
        "decoder_resnets": (resnets + 1,) * len(channels),
        "latent_channels": values["latent_channels"],
        "moments": 2,
        "code_channels": values["latent_channels"] if around else 0,
        "middle_attention": values["mid_block_add_attention"],
        "encoder_lineage": "diffusers",
        "decoder_lineage": "diffusers",
    }


def deep(values: Values) -> dict[str, Any]:
    """Residual blocks at the fine levels, linear attention at the coarse ones, alike in both directions."""
    channels = values["encoder_block_out_channels"]
    for option in ("decoder_block_out_channels", "encoder_layers_per_block", "decoder_layers_per_block"):
        if len(values[option]) != len(channels):
            raise MisfitError(f"{len(values[option])} entries for {len(channels)} levels", option)
    if values["decoder_block_out_channels"] != channels:
        raise MisfitError("the decoder has to be as wide as the encoder", "decoder_block_out_channels")
    first = _first_attentive(values, "encoder")
    if _first_attentive(values, "decoder") != first:
        raise MisfitError("attention has to begin at the level where the encoder's does", "decoder_block_types")
    attentive = [width for width in channels[first:] if width % values["attention_head_dim"]]
    if attentive:
        raise MisfitError(f"{attentive[0]} channels are no whole number of heads", "attention_head_dim")
    return {
        "kind": "deep-coder",
        "channels": channels,
        "encoder_blocks": values["encoder_layers_per_block"],
        "decoder_blocks": values["decoder_layers_per_block"],
        "attention_from": first,
        "head_dim": values["attention_head_dim"],
        "taps": TAPS,
        "expansion": EXPANSION,
        "latent_channels": values["latent_channels"],
    }


def _first_attentive(values: Values, side: str) -> int:
    """The level from which every level attends; their number where none does."""
    option, levels = f"{side}_block_types", len(values["encoder_block_out_channels"])
    said = values[option]
    kinds = said if isinstance(said, tuple) else (said,) * levels
    first = next((level for level, kind in enumerate(kinds) if kind == ATTENTIVE), levels)
    if len(kinds) != levels or set(kinds[first:]) - {ATTENTIVE}:
        raise MisfitError("levels with attention have to be the coarsest of all levels", option)
    scales = values[f"{side}_qkv_multiscales"][first:]
    if any(scale != (TAPS,) for scale in scales) or len(scales) != levels - first:
        raise MisfitError(f"every level with attention sums over [{TAPS}] neighbours", f"{side}_qkv_multiscales")
    return first


def _kinds() -> Option:
    """One kind of block for all levels, or one for each."""
    one, each = word("ResBlock", ATTENTIVE), words(("ResBlock",), ATTENTIVE)
    return Option("ResBlock", lambda value: each.fault(value) if isinstance(value, tuple) else one.fault(value))


def _scales() -> Option:
    def fault(value: Any) -> str:
        fits = isinstance(value, tuple) and all(scale in ((), (TAPS,)) for scale in value)
        return "" if fits else f"can be counted: [] or [{TAPS}] for every level"

    return Option(((), (), (), (TAPS,), (TAPS,), (TAPS,)), fault)


def _same_everywhere(*allowed: str) -> Option:
    """An option with one countable value, for all levels or for each."""

    def fault(value: Any) -> str:
        given = value if isinstance(value, tuple) else (value,)
        return "" if given and set(map(str, given)) <= set(allowed) else f"can be counted: {' or '.join(allowed)}"

    return Option(allowed[0], fault, fixed=True)


KL_OPTIONS: Mapping[str, Option] = {
    "in_channels": only(3), "out_channels": only(3), "down_block_types": words(("DownEncoderBlock2D",)),
    "up_block_types": words(("UpDecoderBlock2D",)), "block_out_channels": sizes((64,)),
    "layers_per_block": size(1, most=LARGEST_LEVEL), "latent_channels": size(4), "use_quant_conv": flag(True),
    "use_post_quant_conv": flag(True), "mid_block_add_attention": flag(True),
}  # fmt: skip
WIDTHS = (128, 256, 512, 512, 1024, 1024)
IMAGE_CODERS: Mapping[str, Reference] = {
    "AutoencoderDC": Reference(
        library="diffusers", shape=deep, ignored=IGNORED,
        options={
            "in_channels": only(3), "latent_channels": size(32), "attention_head_dim": size(32),
            "encoder_block_types": _kinds(), "decoder_block_types": _kinds(),
            "encoder_block_out_channels": sizes(WIDTHS), "decoder_block_out_channels": sizes(WIDTHS),
            "encoder_layers_per_block": sizes((2, 2, 2, 3, 3, 3), most=LARGEST_LEVEL),
            "decoder_layers_per_block": sizes((3, 3, 3, 3, 3, 3), most=LARGEST_LEVEL),
            "encoder_qkv_multiscales": _scales(), "decoder_qkv_multiscales": _scales(),
            "upsample_block_type": unlike("pixel_shuffle", only("interpolate")),
            "downsample_block_type": unlike("pixel_unshuffle", only("conv", "Conv")),
            "decoder_norm_types": _same_everywhere("rms_norm"), "decoder_act_fns": _same_everywhere("silu", "relu"),
            "encoder_out_shortcut": only(True), "decoder_in_shortcut": only(True),
        },
    ),
    "AutoencoderKL": Reference(library="diffusers", options=KL_OPTIONS, ignored=IGNORED, shape=kl),
    "AutoencoderKLFlux2": Reference(
        library="diffusers", shape=kl, ignored=IGNORED,
        options={
            **KL_OPTIONS, "down_block_types": words(("DownEncoderBlock2D",) * 4),
            "up_block_types": words(("UpDecoderBlock2D",) * 4), "block_out_channels": sizes((128, 256, 512, 512)),
            "decoder_block_out_channels": sizes(None), "layers_per_block": size(2, most=LARGEST_LEVEL),
            "latent_channels": size(32),
        },
    ),
}  # fmt: skip
