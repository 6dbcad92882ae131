"""Shapes of diffusion transformers: how latent positions become tokens and how these meet the text.

`width` is the size of a token vector, `heads` share it equally, `ffn` is the hidden size of the feed-forward. Channels
are those of one latent position, before patches are cut.
"""

from typing import Literal

from tokencost.nouns.noun import Noun
from tokencost.record import dataclass
from tokencost.units import Size

HeadNorm = Literal["none", "fused", "composed"]
"""RMS norm of queries and keys per head: one fused kernel, or written out in single operations."""
Rotary = Literal["none", "real", "complex"]
"""Rotary positions: applied with sines and cosines, or with complex numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MMDiT(Noun):
    """Text and image tokens with weights of their own meet in joint attention (SD3, FLUX, Qwen-Image, HunyuanVideo).

    `layers` two-stream layers come first, `single_layers` on the joined sequence follow; `fused_single` makes queries,
    keys, values and feed-forward one product. `text_ends`: the last two-stream layer no longer updates the text.
    `dual_layers` of them attend a second time among the image tokens alone. `refiner_layers` read the text first.
    `modulation` is made in every layer, or once for all. `condition_channels` are those per token of a
    clip to continue.
    """

    kind: Literal["mmdit"]
    id: str
    layers: Size
    single_layers: Size = 0
    fused_single: bool = False
    width: Size
    heads: Size
    ffn: Size
    gated: bool = False
    bias: bool = True
    modulation: Literal["layer", "shared"] = "layer"
    qk_norm: HeadNorm = "none"
    rotary: Rotary = "none"
    text_ends: bool = False
    dual_layers: Size = 0
    refiner_layers: Size = 0
    patch: Size
    patch_by: Literal["linear", "convolution"]
    in_channels: Size
    out_channels: Size
    text_width: Size
    text_norm: bool = False
    pooled_width: Size = 0
    guidance_embedding: bool = False
    condition_channels: Size = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AsymmetricMMDiT(Noun):
    """Two streams of different width meet in joint attention; norms only scale, text is pooled by attention (Mochi).

    The text stream is `text_stream` wide with a feed-forward of `text_ffn`; feed-forwards are gated. The encoder's
    features are `text_width` wide; `pool_heads` heads attend to them from their mean.
    """

    kind: Literal["asymmetric-mmdit"]
    id: str
    layers: Size
    width: Size
    heads: Size
    ffn: Size
    text_stream: Size
    text_ffn: Size
    patch: Size
    in_channels: Size
    out_channels: Size
    text_width: Size
    pool_heads: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class JointDiT(Noun):
    """Text and video tokens pass the same weights and differ only in their modulation (CogVideoX).

    `time_width` is the size of the timestep vector. A clip is padded to whole patches of `patch_frames` latent frames.
    """

    kind: Literal["joint-dit"]
    id: str
    layers: Size
    width: Size
    heads: Size
    ffn: Size
    time_width: Size
    rotary: Rotary = "none"
    patch: Size
    patch_frames: Size = 1
    patch_by: Literal["linear", "convolution"]
    in_channels: Size
    out_channels: Size
    text_width: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleStreamDiT(Noun):
    """One sequence of image and text tokens through sandwich-normed gated layers (Z-Image, Lumina 2).

    `refiner_layers` read the image and as many the text before both are joined. The timestep is embedded through
    `time_hidden` into only `time_width` numbers; sequences are padded to multiples of `pad_to` tokens.
    """

    kind: Literal["single-stream-dit"]
    id: str
    layers: Size
    refiner_layers: Size
    width: Size
    heads: Size
    ffn: Size
    time_hidden: Size
    time_width: Size
    pad_to: Size
    patch: Size
    in_channels: Size
    out_channels: Size
    text_width: Size


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossDiT(Noun):
    """Image or video tokens attend to each other, then to the text; one modulation for all layers (PixArt, Wan, LTX).

    `attention` "whole" is over all tokens; "factorised" layers alternate between the tokens of a frame and the frames
    of a position, and `layers` counts both kinds (STDiT3). `qk_norm` learns a weight per channel of all heads
    ("width", in both attentions) or per channel of a head ("head", in self-attention). `block_norm`: LayerNorm, the
    same in 32-bit, or RMS written out. `cross_norm`: a learned LayerNorm before cross-attention. `size_conditions`
    are embedded beside the timestep (PixArt: two sides and one ratio; STDiT3: frames per second, `size_width` wide).
    `image_tokens` of an image encoder (`image_width`) have keys and values of their own in cross-attention.
    """

    kind: Literal["cross-dit"]
    id: str
    layers: Size
    width: Size
    heads: Size
    ffn: Size
    attention: Literal["whole", "factorised"] = "whole"
    qk_norm: Literal["none", "width", "head"] = "none"
    block_norm: Literal["layer", "layer-32-bit", "rms"] = "layer"
    cross_norm: bool = False
    rotary: Rotary = "none"
    patch: Size
    patch_by: Literal["linear", "convolution"]
    in_channels: Size
    out_channels: Size
    text_width: Size
    size_conditions: tuple[Size, ...] = ()
    size_width: Size = 0
    image_tokens: Size = 0
    image_width: Size = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearDiT(Noun):
    """Self-attention whose cost grows with the tokens, not their square, and a convolutional feed-forward (SANA).

    `cross_heads` serve the cross-attention to the text; `ffn` channels pass a gated depthwise convolution.
    """

    kind: Literal["linear-dit"]
    id: str
    layers: Size
    width: Size
    heads: Size
    cross_heads: Size
    ffn: Size
    qk_norm: bool = False
    patch: Size
    in_channels: Size
    out_channels: Size
    text_width: Size
