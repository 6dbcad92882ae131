"""Every kind of network the planner can count; `kind` in a record picks one."""

from tokencost.nouns.transformer import DecoderLM, TextEncoder, VisionTower

Network = DecoderLM | TextEncoder | VisionTower
