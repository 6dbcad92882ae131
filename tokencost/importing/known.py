"""Every class the importer knows, and how a configuration says which one it belongs to."""

import difflib
from collections.abc import Mapping
from typing import Any

from tokencost.errors import SpecError
from tokencost.importing.decoders import DECODERS
from tokencost.importing.dits import DITS
from tokencost.importing.encoders import ENCODERS
from tokencost.importing.image_coders import IMAGE_CODERS
from tokencost.importing.mmdits import MMDITS
from tokencost.importing.reference import Reference
from tokencost.importing.unets import UNETS
from tokencost.importing.video_coders import VIDEO_CODERS
from tokencost.reading.document import Document
from tokencost.units import quoted

REFERENCES: Mapping[str, Reference] = {
    **DECODERS, **ENCODERS, **MMDITS, **DITS, **UNETS, **IMAGE_CODERS, **VIDEO_CODERS,
}  # fmt: skip
MODEL_TYPES: Mapping[str, str] = {
    "llama": "LlamaForCausalLM", "mistral": "MistralForCausalLM", "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM", "phi": "PhiForCausalLM", "Emu3": "Emu3ForCausalLM", "emu3_text_model": "Emu3TextModel",
    "gemma2": "Gemma2ForCausalLM", "clip_text_model": "CLIPTextModel", "t5": "T5EncoderModel",
    "umt5": "UMT5EncoderModel", "emu3_vqgan": "Emu3VQVAE", "qwen2_5_vl": "Qwen2_5_VLForConditionalGeneration",
    "mistral3": "Mistral3ForConditionalGeneration",
}  # fmt: skip
"""What transformers calls a kind of model -> its class, for configurations that name no class."""


def class_of(document: Document) -> str:
    """The class a configuration names; raises SpecError if it names none or one that is not known."""
    data = _mapping(document)
    for key, said in (("_class_name", data.get("_class_name")), ("architectures", _first(data.get("architectures")))):
        if isinstance(said, str):
            return known(said, document, key)
    kind = data.get("model_type")
    if isinstance(kind, str):
        return MODEL_TYPES[kind] if kind in MODEL_TYPES else _refuse(kind, document, "model_type", list(MODEL_TYPES))
    message = "no class is named; a configuration says _class_name (diffusers) or architectures (transformers)"
    raise SpecError(document.problem((), message))


def known(name: str, document: Document, key: str) -> str:
    """The name, if it is one of a known class."""
    return name if name in REFERENCES else _refuse(name, document, key, list(REFERENCES))


def _refuse(name: str, document: Document, key: str, allowed: list[str]) -> str:
    lower = {one.lower(): one for one in allowed}
    near = difflib.get_close_matches(name.lower()[:100], lower, 1, 0.3)
    hint = f"the nearest known is {lower[near[0]]}; " if near else ""
    raise SpecError(
        document.problem((key,), f"the class {quoted(name)} is not known; {hint}known: {', '.join(sorted(allowed))}")
    )


def _first(said: Any) -> Any:
    return said[0] if isinstance(said, list) and said else said


def _mapping(document: Document) -> Mapping[str, Any]:
    if not isinstance(document.data, dict):
        raise SpecError(document.problem((), "a configuration is a mapping of options"))
    return document.data
