"""What cannot be counted is refused by its name, in its place."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tokencost.errors import SpecError
from tokencost.importing.add import add
from tokencost.importing.known import REFERENCES, class_of
from tokencost.importing.network import network
from tokencost.reading.document import Document
from tokencost.reading.strict import read

DC = {"downsample_block_type": "conv", "upsample_block_type": "interpolate"}
FINE, COARSE = ["ResBlock"] * 3, ["EfficientViTBlock"] * 3
ATTENTIVE = {**DC, "encoder_block_types": [*FINE, *COARSE], "decoder_block_types": [*FINE, *COARSE]}
NEWER = ["LTXVideo095DownBlock3D"] * 3
KL = {"block_out_channels": [64, 128], "down_block_types": ["DownEncoderBlock2D"] * 2}


def problems(name: str, config: Mapping[str, Any]) -> list[Any]:
    with pytest.raises(SpecError) as caught:
        network(Document(config, "config.json"), name, "net")
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("name", "config", "path"),
    [
        ("LlamaForCausalLM", {"num_hidden_layers": -1}, "num_hidden_layers"),
        ("LlamaForCausalLM", {"num_hidden_layers": 1_000_001}, "num_hidden_layers"),
        ("LlamaForCausalLM", {"num_hidden_layers": True}, "num_hidden_layers"),
        ("LlamaForCausalLM", {"hidden_size": "4096"}, "hidden_size"),
        ("LlamaForCausalLM", {"hidden_size": 4096.5}, "hidden_size"),
        ("LlamaForCausalLM", {"hidden_size": None}, "hidden_size"),
        ("LlamaForCausalLM", {"attention_bias": 1}, "attention_bias"),
        ("LlamaForCausalLM", {"num_attention_heads": 30}, "num_attention_heads"),
        ("LlamaForCausalLM", {"num_key_value_heads": 5}, "num_key_value_heads"),
        ("T5EncoderModel", {"feed_forward_proj": "swish"}, "feed_forward_proj"),
        ("UNet2DConditionModel", {"only_cross_attention": True}, "only_cross_attention"),
        ("UNet2DConditionModel", {"num_class_embeds": 1000}, "num_class_embeds"),
        ("UNet2DConditionModel", {"class_embed_type": "timestep"}, "class_embed_type"),
        ("UNet2DConditionModel", {"down_block_types": ["AttnDownBlock2D"] * 4}, "down_block_types"),
        ("UNet2DConditionModel", {"layers_per_block": [2, 2]}, "layers_per_block"),
        ("UNet2DConditionModel", {"block_out_channels": [[320]]}, "block_out_channels"),
        ("UNet2DConditionModel", {"attention_head_dim": 7}, "attention_head_dim"),
        ("UNet2DConditionModel", {"cross_attention_dim": [768, 768, 1024, 768]}, "cross_attention_dim"),
        ("UNet2DConditionModel", {"addition_embed_type": "text_time"}, "projection_class_embeddings_input_dim"),
        ("UNet2DConditionModel", {"mid_block_type": None}, "mid_block_type"),
        ("SD3Transformer2DModel", {"caption_projection_dim": 64}, "caption_projection_dim"),
        ("SD3Transformer2DModel", {"dual_attention_layers": [18]}, "dual_attention_layers"),
        ("FluxTransformer2DModel", {"in_channels": 63}, "in_channels"),
        ("FluxTransformer2DModel", {"patch_size": 2}, "patch_size"),
        ("QwenImageTransformer2DModel", {"zero_cond_t": True}, "zero_cond_t"),
        ("HunyuanVideoTransformer3DModel", {"image_condition_type": "token_replace"}, "image_condition_type"),
        ("HunyuanVideoTransformer3DModel", {"mlp_ratio": 3.0}, "mlp_ratio"),
        ("PixArtTransformer2DModel", {}, "caption_channels"),
        ("Transformer2DModel", {"caption_channels": 4096}, "norm_type"),
        ("WanTransformer3DModel", {"patch_size": [2, 2, 2]}, "patch_size"),
        ("WanTransformer3DModel", {"patch_size": [2, 2]}, "patch_size"),
        ("WanTransformer3DModel", {"qk_norm": None}, "qk_norm"),
        ("WanTransformer3DModel", {"added_kv_proj_dim": 5120}, "added_kv_proj_dim"),
        ("CogVideoXTransformer3DModel", {"patch_bias": False}, "patch_bias"),
        ("CogVideoXTransformer3DModel", {"time_embed_dim": [512]}, "time_embed_dim"),
        ("SanaTransformer2DModel", {"guidance_embeds": True}, "guidance_embeds"),
        ("ZImageTransformer2DModel", {"n_kv_heads": 10}, "n_kv_heads"),
        ("AutoencoderKL", {**KL, "up_block_types": ["UpDecoderBlock2D"]}, "up_block_types"),
        ("AutoencoderKL", {"use_quant_conv": False}, "use_post_quant_conv"),
        ("AutoencoderKL", {"in_channels": 4}, "in_channels"),
        ("AutoencoderDC", {"upsample_block_type": "interpolate"}, "downsample_block_type"),
        ("AutoencoderDC", {**DC, "decoder_block_out_channels": [128, 256]}, "decoder_block_out_channels"),
        ("AutoencoderDC", {**DC, "decoder_block_out_channels": [64] * 6}, "decoder_block_out_channels"),
        ("AutoencoderDC", {**DC, "decoder_block_types": [*FINE, *FINE[:2], COARSE[0]]}, "decoder_block_types"),
        ("AutoencoderDC", {**DC, "encoder_block_types": [*FINE, COARSE[0]]}, "encoder_block_types"),
        ("AutoencoderDC", {**DC, "encoder_block_types": [*COARSE, *FINE]}, "encoder_block_types"),
        ("AutoencoderDC", {**ATTENTIVE, "attention_head_dim": 7}, "attention_head_dim"),
        ("AutoencoderDC", {**ATTENTIVE, "encoder_qkv_multiscales": [[]] * 6}, "encoder_qkv_multiscales"),
        ("AutoencoderKLMochi", {"encoder_block_out_channels": [63, 128, 256, 384]}, "encoder_block_out_channels"),
        ("AutoencoderKLWan", {"patch_size": 2}, "in_channels"),
        ("AutoencoderKLWan", {"attn_scales": [1.0]}, "attn_scales"),
        ("AutoencoderKLLTXVideo", {"upsample_factor": [2, 2, 2, 2]}, "upsample_residual"),
        ("AutoencoderKLLTXVideo", {"upsample_factor": [1, 2, 2, 2]}, "upsample_factor"),
        ("AutoencoderKLLTXVideo", {"down_block_types": [*NEWER, "LTXVideoDownBlock3D"]}, "down_block_types"),
        ("AutoencoderKLLTXVideo", {"decoder_inject_noise": [True] * 5}, "decoder_inject_noise"),
        ("AutoencoderKLCogVideoX", {"temporal_compression_ratio": 8}, "temporal_compression_ratio"),
        ("Emu3VQVAE", {"attn_resolutions": [2, 3]}, "attn_resolutions"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_is_refused_by_name(name: str, config: Mapping[str, Any], path: str) -> None:
    """
    A wrong count that nobody notices is worse than none.
    """
    assert [path] == [problem.path for problem in problems(name, config)]


@pytest.mark.parametrize("name", REFERENCES)
def test_no_value_breaks_the_reader(name: str) -> None:
    """
    Every option of every class, with values that no release has: a network or a refusal in its place, never a crash.
    """
    odd: list[Any] = [0, -1, 1, 3, 1e300, True, None, "x", [], [1], [2, 2], [[1]], {}, [None], ["x"], [True]]
    for option in REFERENCES[name].options:
        for value in odd:
            with contextlib.suppress(SpecError):
                assert network(Document({option: value}, "config.json"), name, "net").params > 0


def test_all_problems_are_told_at_once() -> None:
    """
    Mending one at a time takes as many runs.
    """
    found = problems("LlamaForCausalLM", {"hidden_size": 0, "num_hidden_layers": "x", "vocab_size": [1]})

    assert {"hidden_size", "num_hidden_layers", "vocab_size"} == {problem.path for problem in found}


@pytest.mark.parametrize(
    ("config", "nearest"),
    [
        ({"_class_name": "FluxTransformer2D"}, "the nearest known is FluxTransformer2DModel"),
        ({"architectures": ["LlamaForSequenceClassification"]}, "the nearest known is LlamaForCausalLM"),
        ({"model_type": "qwen"}, "the nearest known is qwen"),
        ({"architectures": ["zzz"]}, "known: AutoencoderDC, AutoencoderKL"),
        ({"hidden_size": 3}, "no class is named"),
        ([1, 2], "a configuration is a mapping"),
    ],
)
def test_a_class_nobody_knows_is_refused_with_the_nearest(config: Any, nearest: str) -> None:
    """
    A class that is only spelled differently is found again; others are listed.
    """
    with pytest.raises(SpecError, match=nearest):
        class_of(Document(config, "config.json"))


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"_class_name": "AutoencoderKL"}, "AutoencoderKL"),
        ({"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"}, "Qwen3ForCausalLM"),
        ({"model_type": "clip_text_model"}, "CLIPTextModel"),
    ],
)
def test_a_class_is_known_by_what_its_library_writes(config: Any, name: str) -> None:
    """
    diffusers writes the class itself; transformers a list of classes, or only the kind of model.
    """
    assert name == class_of(Document(config, "config.json"))


def test_a_problem_stands_in_its_line(tmp_path: Path) -> None:
    """
    Editors jump to file:line:column.
    """
    file = tmp_path / "config.json"
    file.write_text('{\n  "model_type": "llama",\n  "hidden_size": -5\n}\n', encoding="utf-8")

    with pytest.raises(SpecError, match=r"config\.json:3:18: hidden_size: "):
        add(file, "")


@pytest.mark.parametrize("text", ['{"model_type": "llama"', "{" * 30 + "}" * 30, '{"a": 1, "a": 2}', "", "[]", "\x00"])
def test_broken_files_are_refused(text: str, tmp_path: Path) -> None:
    """
    Whatever a file holds, the answer is a place in it.
    """
    file = tmp_path / "config.json"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(SpecError, match=r"config\.json:[12]"):
        add(file, "")


def test_json_is_read_as_it_is() -> None:
    """
    Exponents, escapes and nesting of JSON mean what they mean there.
    """
    data = read(b'{"eps": 1e-05, "name": "a\\/b", "list": [[1], null, true]}', "x").data

    assert {"eps": 1e-5, "name": "a/b", "list": [[1], None, True]} == data
