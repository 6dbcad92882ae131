"""Shapes of token transformers: decoders, text encoders, vision towers."""

from typing import Literal

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Count, Size


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoderLM(Noun):
    """A decoder-only language model. `norm_weights` is 1 for RMSNorm, 2 for LayerNorm with bias.

    `head` is the output matrix: its own weights, those of the embedding ("tied"), or none (used as an encoder).
    `qk_norm` normalises queries and keys per head_dim ("head", with bias "head-bias") or with weights and bias for
    every head ("heads-bias"). `norms_per_layer` is 1 for parallel blocks, 4 for norms before and after. A second head
    of `image_hidden` → `image_vocab` writes image codes, which `image_aligner` embeds again (Janus).
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
    head: Literal["own", "tied", "none"] = "own"
    qkv_bias: bool = False
    output_bias: bool = False
    mlp_bias: bool = False
    head_bias: bool = False
    norm_weights: Size = 1
    norms_per_layer: Size = 2
    qk_norm: Literal["none", "head", "head-bias", "heads-bias"] = "none"
    positions: Size
    caption_inner: Size = 0
    image_hidden: Size = 0
    image_vocab: Size = 0
    image_code: Size = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEncoder(Noun):
    """A text encoder that returns hidden states (CLIP, T5, UMT5).

    `norm_weights` as in DecoderLM. `relative_tables` of `relative_buckets` × heads stand for T5's positions (one, or
    one per layer), `learned_positions` for CLIP's. `projection` is the width of a final projection of the pooled
    token, 0 if there is none.
    """

    kind: Literal["text-encoder"]
    id: str
    layers: Size
    hidden: Size
    heads: Size
    head_dim: Size
    ffn: Size
    gated: bool
    bias: bool
    vocab: Size
    norm_weights: Size
    learned_positions: Size = 0
    relative_buckets: Size = 0
    relative_tables: Size = 0
    projection: Size = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionTower(Noun):
    """A vision transformer over the patches of a square image, and the projector that makes LM tokens of them.

    `class_token` adds one token; `pre_norm` a LayerNorm before the first layer. The projector has a hidden layer of
    `projector_hidden` and writes `projector_out`; `pixel_unshuffle` n joins n × n tokens before it. `stored` are
    weights that no call uses.
    """

    kind: Literal["vision-tower"]
    id: str
    layers: Size
    hidden: Size
    heads: Size
    ffn: Size
    patch: Size
    image: Size
    class_token: bool
    patch_bias: bool
    pre_norm: bool
    gated: bool = False
    pixel_unshuffle: Size = 1
    projector_norm: bool = False
    projector_hidden: Size
    projector_out: Size
    stored: Count = 0.0
