"""Every kind of network the planner can count; `kind` in a record picks one."""

from tokencost.nouns.convnet import ClipCoder, ImageCoder, UNet
from tokencost.nouns.diffusion_transformer import AsymmetricMMDiT, CrossDiT, JointDiT, LinearDiT, MMDiT, SingleStreamDiT
from tokencost.nouns.scale_transformer import ScaleTransformer
from tokencost.nouns.transformer import DecoderLM, TextEncoder, VisionTower
from tokencost.nouns.uvit import UVit
from tokencost.nouns.video_coder import (
    CogVideoXCoder,
    DeepCoder,
    HunyuanCoder,
    LtxCoder,
    MochiCoder,
    StackedCoder,
    WanCoder,
)

Network = (
    UNet
    | ImageCoder
    | ClipCoder
    | DecoderLM
    | TextEncoder
    | VisionTower
    | MMDiT
    | AsymmetricMMDiT
    | JointDiT
    | SingleStreamDiT
    | CrossDiT
    | LinearDiT
    | ScaleTransformer
    | UVit
    | WanCoder
    | CogVideoXCoder
    | LtxCoder
    | MochiCoder
    | HunyuanCoder
    | DeepCoder
    | StackedCoder
)
