"""Every kind of network the planner can count; `kind` in a record picks one."""

from tokencost.nouns.convnet import ClipCoder, ImageCoder, UNet
from tokencost.nouns.transformer import DecoderLM, TextEncoder, VisionTower

Network = UNet | ImageCoder | ClipCoder | DecoderLM | TextEncoder | VisionTower
