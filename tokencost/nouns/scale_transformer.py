"""Shape of the transformers that draw an image scale by scale, every token of a scale at once."""

from typing import Literal

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleTransformer(Noun):
    """A next-scale transformer conditioned on a class (VAR) or, by cross-attention, on a text (Infinity).

    Codes of `code_channels` come in, `outputs` numbers per token go out: the logits of a codebook or of all bits.
    `classes` counts the class table, `positions` and `levels` the learned vectors of places and scales. The text has
    features of `text_width`, pooled by `pool_heads`; `empty_text` tokens stand for no prompt. Each layer makes its own
    modulation, or adds a table to one that is `shared`.
    """

    kind: Literal["scale-transformer"]
    id: str
    layers: Size
    width: Size
    heads: Size
    ffn: Size
    modulation: Literal["layer", "shared"] = "layer"
    rotary: bool = False
    code_channels: Size
    outputs: Size
    positions: Size
    levels: Size
    classes: Size = 0
    text_width: Size = 0
    pool_heads: Size = 0
    empty_text: Size = 0
