"""Shapes of token transformers: decoders, text encoders, vision towers."""

from dataclasses import dataclass
from typing import Literal

from tokencost.nouns.noun import Noun
from tokencost.units import Count, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoderLM(Noun):
    """A decoder-only language model. `norm_params` is 1 for RMSNorm, 2 for LayerNorm with bias.

    `qk_norm`: per-head weights of head_dim ("head"), of heads × head_dim ("heads"), LayerNorms with bias of
    that size ("heads-bias") or none. `norms_per_layer` is 1 for parallel blocks (Phi), else 2.
    """

    kind: Literal["decoder-lm"]
    id: str
    layers: Size
    hidden: Size
    heads: Size
    kv_heads: Size
    head_dim: Size
    ffn: Size
    gated: bool = True
    vocab: Size
    output_vocab: Size = 0
    tied_embeddings: bool = False
    qkv_bias: bool = False
    output_bias: bool = False
    mlp_bias: bool = False
    head_bias: bool = False
    norm_params: Size = 1
    norms_per_layer: Size = 2
    qk_norm: Literal["none", "head", "heads", "heads-bias", "head-bias"] = "none"
    learned_positions: Size = 0
    positions: Size
    extra_params: Count = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEncoder(Noun):
    """A bidirectional or causal text encoder that returns hidden states (CLIP, T5, UMT5).

    `relative_buckets` is T5's position table (per layer with `buckets_per_layer`), `projection` the width of a
    final projection of the pooled token, 0 if there is none.
    """

    kind: Literal["text-encoder"]
    id: str
    layers: Size
    hidden: Size
    heads: Size
    head_dim: Size
    ffn: Size
    gated: bool = False
    bias: bool = True
    causal: bool = False
    vocab: Size
    norm_params: Size = 2
    learned_positions: Size = 0
    relative_buckets: Size = 0
    buckets_per_layer: bool = False
    projection: Size = 0
    max_tokens: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionTower(Noun):
    """A vision transformer over patches of a fixed square image, with an optional projector to `projector_out`.

    `class_token` adds one token; `layers_used` is how many of the layers run (LLaVA stops one early);
    `projector_layers` linear layers follow, `head_params` are weights that are stored but not used.
    """

    kind: Literal["vision-tower"]
    id: str
    layers: Size
    layers_used: Size
    hidden: Size
    heads: Size
    ffn: Size
    patch: Size
    image: Size
    class_token: bool = False
    patch_bias: bool = False
    pre_norm: bool = False
    post_norm: bool = True
    projector_hidden: Size = 0
    projector_out: Size = 0
    head_params: Count = 0.0
