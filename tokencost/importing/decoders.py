"""Language models of transformers: Llama, Mistral, Qwen, Phi, Gemma 2, Emu3."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tokencost.importing.option import LARGEST_TABLE, Option, flag, size
from tokencost.importing.reference import Reference, Values, names
from tokencost.reading.validate import MisfitError

EVERYWHERE = names(
    "architectures model_type dtype torch_dtype transformers_version use_cache output_hidden_states output_attentions"
    " return_dict return_dict_in_generate chunk_size_feed_forward is_encoder_decoder is_decoder id2label label2id"
    " problem_type pad_token_id bos_token_id eos_token_id sep_token_id decoder_start_token_id initializer_range"
    " initializer_factor torchscript tie_encoder_decoder prefix finetuning_task task_specific_params tokenizer_class"
    " auto_map attn_implementation"
)
"""Keys of every configuration that change no shape."""
IGNORED = EVERYWHERE | names(
    "hidden_act hidden_activation rms_norm_eps layer_norm_eps rope_parameters rope_theta rope_scaling pretraining_tp"
    " attention_dropout resid_pdrop embd_pdrop hidden_dropout partial_rotary_factor layer_types sliding_window"
    " use_sliding_window max_window_layers query_pre_attn_scalar final_logit_softcapping attn_logit_softcapping"
    " use_bidirectional_attention cache_implementation"
)
BLIND = "only the language model is read, not what sees images"
WINDOW = "attention is counted over the whole context, not over a sliding window"


def _options(
    hidden: int, ffn: int, layers: int, heads: int, *, kv_heads: int | None, vocab: int, positions: int
) -> Mapping[str, Option]:
    return {
        "hidden_size": size(hidden),
        "intermediate_size": size(ffn),
        "num_hidden_layers": size(layers),
        "num_attention_heads": size(heads),
        "num_key_value_heads": size(kv_heads) if kv_heads is None else nullable(kv_heads),
        "vocab_size": size(vocab, most=LARGEST_TABLE),
        "max_position_embeddings": size(positions, most=LARGEST_TABLE),
    }


def nullable(default: int) -> Option:
    """A whole number or null, which the class reads in its own way."""
    return replace(size(None), default=default)


LLAMA = {
    **_options(4096, 11008, 32, 32, kv_heads=None, vocab=32000, positions=2048),
    "head_dim": size(None), "attention_bias": flag(False), "mlp_bias": flag(False), "tie_word_embeddings": flag(False),
}  # fmt: skip
MISTRAL = {
    **_options(4096, 14336, 32, 32, kv_heads=8, vocab=32000, positions=131072),
    "head_dim": size(None), "tie_word_embeddings": flag(False),
}  # fmt: skip
QWEN2 = {
    **_options(4096, 22016, 32, 32, kv_heads=32, vocab=151936, positions=32768),
    "head_dim": size(None), "tie_word_embeddings": flag(False),
}  # fmt: skip
QWEN3 = {
    **_options(4096, 22016, 32, 32, kv_heads=32, vocab=151936, positions=32768),
    "head_dim": nullable(128), "attention_bias": flag(False), "tie_word_embeddings": flag(False),
}  # fmt: skip
PHI = {
    **_options(2048, 8192, 24, 32, kv_heads=None, vocab=51200, positions=2048),
    "qk_layernorm": flag(False), "tie_word_embeddings": flag(False),
}  # fmt: skip
EMU3 = {
    **_options(4096, 14336, 32, 32, kv_heads=8, vocab=184622, positions=9216),
    "head_dim": size(None), "attention_bias": flag(False), "mlp_bias": flag(False), "tie_word_embeddings": flag(False),
}  # fmt: skip
GEMMA2 = {
    **_options(2304, 9216, 26, 8, kv_heads=4, vocab=256000, positions=8192),
    "head_dim": nullable(256), "attention_bias": flag(False), "tie_word_embeddings": flag(True),
}  # fmt: skip


def head_width(values: Values, *, hidden: str = "hidden_size", heads: str = "num_attention_heads") -> int:
    """An equal share of the width; refused where the heads do not divide it."""
    if values[hidden] % values[heads]:
        raise MisfitError(f"{values[hidden]} channels cannot be shared by {values[heads]} heads", heads)
    return int(values[hidden] // values[heads])


def gated(values: Values) -> dict[str, Any]:
    """A gated decoder with RMS norms; biases as the configuration says."""
    heads = values["num_attention_heads"]
    kv_heads = values["num_key_value_heads"] or heads
    if heads % kv_heads:
        raise MisfitError(f"{heads} heads cannot share {kv_heads} keys and values", "num_key_value_heads")
    bias = values.get("attention_bias", False)
    return {
        "kind": "decoder-lm",
        "layers": values["num_hidden_layers"],
        "hidden": values["hidden_size"],
        "heads": heads,
        "kv_heads": kv_heads,
        "head_dim": values.get("head_dim") or head_width(values),
        "ffn": values["intermediate_size"],
        "vocab": values["vocab_size"],
        "positions": values["max_position_embeddings"],
        "head": "tied" if values["tie_word_embeddings"] else "own",
        "qkv_bias": bias,
        "output_bias": bias,
        "mlp_bias": values.get("mlp_bias", False),
    }


def qwen2(values: Values) -> dict[str, Any]:
    """Queries, keys and values have biases, whatever is said."""
    return {**gated(values), "qkv_bias": True}


def qwen3(values: Values) -> dict[str, Any]:
    """Queries and keys are normalised per head."""
    return {**gated(values), "qk_norm": "head"}


def gemma2(values: Values) -> dict[str, Any]:
    """Norms before and after attention and feed-forward."""
    return {**gated(values), "norms_per_layer": 4}


def phi(values: Values) -> dict[str, Any]:
    """Attention and feed-forward side by side behind one LayerNorm, biases everywhere."""
    return {
        **gated(values), "gated": False, "qkv_bias": True, "output_bias": True, "mlp_bias": True,
        "head_bias": True, "norm_weights": 2, "norms_per_layer": 1,
        "qk_norm": "head-bias" if values["qk_layernorm"] else "none",
    }  # fmt: skip


def body(of: Reference) -> Reference:
    """The same class without its output matrix."""
    return replace(of, shape=lambda values: {**of.shape(values), "head": "none"})


def _decoder(options: Mapping[str, Option], shape: Any, *, window: bool = False) -> Reference:
    remarks = {"sliding_window": WINDOW} if window else {}
    return Reference(library="transformers", options=options, ignored=IGNORED, shape=shape, remarks=remarks)


def _reader(of: Reference) -> Reference:
    """The language model inside one that also sees; only its hidden states are used."""
    return replace(
        body(of), inside="text_config", remarks={"": "only the language model is read, not what sees images"}
    )


LLAMA_LM, MISTRAL_LM = _decoder(LLAMA, gated), _decoder(MISTRAL, gated, window=True)
QWEN2_LM, QWEN3_LM = _decoder(QWEN2, qwen2), _decoder(QWEN3, qwen3)
PHI_LM, GEMMA2_LM, EMU3_LM = _decoder(PHI, phi), _decoder(GEMMA2, gemma2, window=True), _decoder(EMU3, gated)

DECODERS: Mapping[str, Reference] = {
    "Emu3ForCausalLM": EMU3_LM,
    "Emu3TextModel": body(EMU3_LM),
    "Gemma2ForCausalLM": GEMMA2_LM,
    "Gemma2Model": body(GEMMA2_LM),
    "LlamaForCausalLM": LLAMA_LM,
    "LlamaModel": body(LLAMA_LM),
    "Mistral3ForConditionalGeneration": _reader(MISTRAL_LM),
    "MistralForCausalLM": MISTRAL_LM,
    "MistralModel": body(MISTRAL_LM),
    "PhiForCausalLM": PHI_LM,
    "PhiModel": body(PHI_LM),
    "Qwen2ForCausalLM": QWEN2_LM,
    "Qwen2Model": body(QWEN2_LM),
    "Qwen2_5_VLForConditionalGeneration": _reader(QWEN2_LM),
    "Qwen3ForCausalLM": QWEN3_LM,
    "Qwen3Model": body(QWEN3_LM),
}
