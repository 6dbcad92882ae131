"""The UNet of diffusers: lists per level, or one value for all of them."""

from collections.abc import Mapping
from typing import Any

from tokencost.importing.option import LARGEST_LEVEL, flag, only, size, sizes, tree, word, words
from tokencost.importing.reference import Reference, Values, names
from tokencost.reading.validate import MisfitError

ATTENTIVE_DOWN, ATTENTIVE_UP = "CrossAttnDownBlock2D", "CrossAttnUpBlock2D"
IGNORED = names(
    "sample_size center_input_sample flip_sin_to_cos freq_shift downsample_padding mid_block_scale_factor dropout"
    " act_fn norm_num_groups norm_eps upcast_attention resnet_out_scale_factor addition_time_embed_dim"
    " addition_embed_type_num_heads class_embeddings_concat"
)


def unet(values: Values) -> dict[str, Any]:
    """Residual blocks of every level, with as many transformer layers as its kind of block has."""
    channels = values["block_out_channels"]
    resnets = _per_level(values, "layers_per_block")
    down = tuple(
        _depths(values, "transformer_layers_per_block", level, count, attend=kind == ATTENTIVE_DOWN)
        for level, (count, kind) in enumerate(zip(resnets, _blocks(values, "down_block_types"), strict=True))
    )
    return {
        "kind": "unet",
        "in_channels": values["in_channels"],
        "out_channels": values["out_channels"],
        "channels": channels,
        "heads": _heads(values),
        "down_transformers": down,
        "middle_transformers": _middle(values),
        "up_transformers": _way_up(values, resnets[::-1]),
        "text_width": _one_width(values),
        "time_width": values["time_embedding_dim"] or 4 * channels[0],
        "added_condition": _added(values),
        "guidance_condition": values["time_cond_proj_dim"] or 0,
        "linear_projections": values["use_linear_projection"],
    }


def _levels(values: Values) -> int:
    return len(values["block_out_channels"])


def _per_level(values: Values, option: str) -> tuple[Any, ...]:
    """One entry per level of an option that may also be one value for all."""
    value = values[option]
    found = value if isinstance(value, tuple) else (value,) * _levels(values)
    if len(found) != _levels(values):
        raise MisfitError(f"{len(found)} entries for {_levels(values)} levels of block_out_channels", option)
    return found


def _blocks(values: Values, option: str) -> tuple[str, ...]:
    found: tuple[str, ...] = _per_level(values, option)
    return found


def _heads(values: Values) -> tuple[int, ...]:
    """Named twice in the class: `attention_head_dim` counts heads where `num_attention_heads` says nothing."""
    option = "attention_head_dim" if values["num_attention_heads"] is None else "num_attention_heads"
    heads = _per_level(values, option)
    attend = [
        down == ATTENTIVE_DOWN or up == ATTENTIVE_UP
        for down, up in zip(_blocks(values, "down_block_types"), _blocks(values, "up_block_types")[::-1], strict=True)
    ]
    for used, count, width in zip(attend, heads, values["block_out_channels"], strict=True):
        if used and (not isinstance(count, int) or width % count):
            raise MisfitError(f"{width} channels cannot be shared by these heads", option)
    return heads


def _depths(values: Values, option: str, entry: int, count: int, *, attend: bool) -> tuple[int, ...]:
    """Transformer layers behind each of `count` residual blocks."""
    if not attend:
        return (0,) * count
    depth = _per_level(values, option)[entry]
    depths = depth if isinstance(depth, tuple) else (depth,) * count
    if len(depths) != count or not all(isinstance(one, int) for one in depths):
        raise MisfitError(f"the level has {count} blocks, so {count} numbers are due", option, entry)
    return depths


def _middle(values: Values) -> int:
    if values["mid_block_type"] == "UNetMidBlock2D":
        return 0
    depth = _per_level(values, "transformer_layers_per_block")[-1]
    if not isinstance(depth, int):
        raise MisfitError("the middle block needs one number at the coarsest level", "transformer_layers_per_block")
    return depth


def _way_up(values: Values, resnets: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Blocks from the coarsest level up, one more per level than on the way down."""
    last, own = _levels(values) - 1, values["reverse_transformer_layers_per_block"] is not None
    option = "reverse_transformer_layers_per_block" if own else "transformer_layers_per_block"
    return tuple(
        _depths(values, option, order if own else last - order, count + 1, attend=kind == ATTENTIVE_UP)
        for order, (count, kind) in enumerate(zip(resnets, _blocks(values, "up_block_types"), strict=True))
    )


def _one_width(values: Values) -> int:
    widths = set(_per_level(values, "cross_attention_dim"))
    if len(widths) != 1:
        raise MisfitError("levels that read texts of different widths cannot be counted", "cross_attention_dim")
    return int(widths.pop())


def _added(values: Values) -> int:
    """Width of pooled text and sizes, where they are told."""
    width = values["projection_class_embeddings_input_dim"]
    if values["addition_embed_type"] is None:
        return 0
    if width is None:
        raise MisfitError("text and sizes need a width to be embedded from", "projection_class_embeddings_input_dim")
    return int(width)


UNETS: Mapping[str, Reference] = {
    "UNet2DConditionModel": Reference(
        library="diffusers", shape=unet, ignored=IGNORED,
        options={
            "in_channels": size(4), "out_channels": size(4), "block_out_channels": sizes((320, 640, 1280, 1280)),
            "layers_per_block": tree(2, most=LARGEST_LEVEL), "cross_attention_dim": tree(1280),
            "down_block_types": words((ATTENTIVE_DOWN, ATTENTIVE_DOWN, ATTENTIVE_DOWN, "DownBlock2D")),
            "mid_block_type": word("UNetMidBlock2DCrossAttn", "UNetMidBlock2D"),
            "up_block_types": words(("UpBlock2D", ATTENTIVE_UP, ATTENTIVE_UP, ATTENTIVE_UP)),
            "transformer_layers_per_block": tree(1), "reverse_transformer_layers_per_block": tree(None),
            "attention_head_dim": tree(8), "num_attention_heads": tree(None), "use_linear_projection": flag(False),
            "addition_embed_type": word(None, "text_time"), "projection_class_embeddings_input_dim": size(None),
            "time_embedding_dim": size(None), "time_cond_proj_dim": size(None),
            "only_cross_attention": only(False), "dual_cross_attention": only(False), "encoder_hid_dim": only(None),
            "encoder_hid_dim_type": only(None), "class_embed_type": only(None), "num_class_embeds": only(None),
            "resnet_time_scale_shift": only("default"), "resnet_skip_time_act": only(False),
            "time_embedding_type": only("positional"), "time_embedding_act_fn": only(None),
            "timestep_post_act": only(None), "conv_in_kernel": only(3), "conv_out_kernel": only(3),
            "attention_type": only("default"), "mid_block_only_cross_attention": only(None, False),
            "cross_attention_norm": only(None),
        },
    ),
}  # fmt: skip
