"""Shape of a U-ViT that fills in masked image tokens (aMUSEd)."""

from typing import Literal

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class UVit(Noun):
    """A transformer between two blocks of convolutions and cross-attention; no layer has biases.

    The blocks are `channels` wide, hold `blocks` pairs each and stand at the token grid; where `stride` is above 1 the
    first one narrows the grid by it and the last one widens it again. `condition` is the width of the pooled text and
    size numbers that every layer is modulated with.
    """

    kind: Literal["uvit"]
    id: str
    layers: Size
    hidden: Size
    heads: Size
    ffn: Size
    channels: Size
    blocks: Size
    block_heads: Size
    stride: Size = 1
    text_width: Size
    condition: Size
    vocab: Size
    codebook: Size
