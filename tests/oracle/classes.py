"""Which configuration class a class of transformers takes; classes of diffusers take their options themselves."""

from collections.abc import Mapping

CONFIGURATIONS: Mapping[str, str] = {
    "ChameleonForConditionalGeneration": "ChameleonConfig",
    "CLIPTextModel": "CLIPTextConfig",
    "CLIPTextModelWithProjection": "CLIPTextConfig",
    "Emu3ForCausalLM": "Emu3TextConfig",
    "Emu3TextModel": "Emu3TextConfig",
    "Emu3VQVAE": "Emu3VQVAEConfig",
    "Gemma2ForCausalLM": "Gemma2Config",
    "Gemma2Model": "Gemma2Config",
    "JanusVQVAE": "JanusVQVAEConfig",
    "LlamaForCausalLM": "LlamaConfig",
    "LlamaModel": "LlamaConfig",
    "MistralForCausalLM": "MistralConfig",
    "MistralModel": "MistralConfig",
    "PhiForCausalLM": "PhiConfig",
    "PhiModel": "PhiConfig",
    "Qwen2ForCausalLM": "Qwen2Config",
    "Qwen2Model": "Qwen2Config",
    "Qwen3ForCausalLM": "Qwen3Config",
    "Qwen3Model": "Qwen3Config",
    "T5EncoderModel": "T5Config",
    "UMT5EncoderModel": "UMT5Config",
}
LIBRARIES: Mapping[str, str] = {
    "Emu3VQVAE": "transformers.models.emu3.modeling_emu3",
    "JanusVQVAE": "transformers.models.janus.modeling_janus",
}
"""Modules of classes that transformers does not name at its top."""
