"""Which reference class a network of the catalogue is, and which configuration a class takes.

Classes of transformers take a configuration class, those of diffusers take their options themselves.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from tokencost.catalog.load import DATA

CLASSES: Mapping[str, tuple[str, Mapping[str, Any]]] = yaml.safe_load(
    (DATA / "reference" / "classes.yaml").read_text(encoding="utf-8")
)
"""Network of the catalogue -> its class, and the options that are not the class's defaults."""
CONFIGURATIONS: Mapping[str, str] = {
    "ChameleonForConditionalGeneration": "ChameleonConfig",
    "CLIPTextModel": "CLIPTextConfig",
    "CLIPTextModelWithProjection": "CLIPTextConfig",
    "Emu3ForCausalLM": "Emu3TextConfig",
    "Emu3TextModel": "Emu3TextConfig",
    "Emu3VQVAE": "Emu3VQVAEConfig",
    "GemmaForCausalLM": "GemmaConfig",
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
