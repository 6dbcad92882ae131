"""Small networks, formats and questions, drawn by hypothesis."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tokencost.nouns.model import Tokenizer
from tokencost.nouns.transformer import DecoderLM
from tokencost.planning.sample import Sampling
from tokencost.sampling.guidance import Choosing
from tokencost.sampling.layout import TokenGrid, Vocabulary

WORDS = Vocabulary(text=5, codes=11)
SHAPE: dict[str, Any] = {"kind": "decoder-lm", "id": "drawn", "vocab": WORDS.size, "positions": 1024}


@st.composite
def networks(draw: st.DrawFn) -> DecoderLM:
    """Grouped queries or one key per head, gated or plain, biases or none, either norm, a head of its own or tied."""
    kv_heads = draw(st.integers(1, 3))
    flags = {name: draw(st.booleans()) for name in ("gated", "qkv_bias", "output_bias", "mlp_bias", "head_bias")}
    return DecoderLM(
        **SHAPE, layers=draw(st.integers(1, 3)), hidden=draw(st.integers(1, 12)), kv_heads=kv_heads,
        heads=kv_heads * draw(st.integers(1, 3)), head_dim=2 * draw(st.integers(1, 4)), ffn=draw(st.integers(1, 20)),
        head=draw(st.sampled_from(["own", "tied"])), qk_norm=draw(st.sampled_from(["none", "head"])),
        norm_weights=draw(st.integers(1, 2)), **flags,
    )  # fmt: skip


@st.composite
def formats(draw: st.DrawFn) -> Tokenizer:
    """Any way to write a grid down."""
    counts = {name: draw(st.integers(0, 2)) for name in ("begin", "row_end", "frame_end", "end")}
    return Tokenizer(
        id="drawn", name="drawn", pixels_per_token=8, frames_per_token=draw(st.integers(1, 4)), codebook=11,
        tokens_per_position=draw(st.integers(1, 2)), size_text=draw(st.sampled_from(["none", "prompt", "generated"])),
        **counts,
    )  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> Sampling:
    """Grids of images and clips, guidance in turn or in a batch, any lengths of both prompts."""
    sides = [draw(st.integers(1, 4)) for _ in range(3)]
    return Sampling(
        grid=TokenGrid(frames=sides[0], height=sides[1], width=sides[2]), net=draw(networks()), vocabulary=WORDS,
        weights=(None, draw(st.sampled_from([0.0, 1.0, 3.0, 7.5]))), how=draw(choices()),
        mode=draw(st.sampled_from(["sequential", "batched"])), seed=draw(st.integers(0, 9)),
        prompt_tokens=draw(st.integers(0, 6)), negative_tokens=draw(st.integers(0, 6)), tokenizer="drawn",
    )  # fmt: skip


@st.composite
def choices(draw: st.DrawFn) -> Choosing:
    """Ways to choose a token."""
    return Choosing(
        temperature=draw(st.sampled_from([0.0, 0.5, 1.0, 2.0])), top_k=draw(st.integers(0, 12)),
        top_p=draw(st.sampled_from([0.1, 0.5, 0.9, 1.0])),
    )  # fmt: skip


def other_way(asked: Sampling) -> Sampling:
    """The same question with its guidance branches run the other way."""
    return replace(asked, mode="batched" if asked.mode == "sequential" else "sequential")
