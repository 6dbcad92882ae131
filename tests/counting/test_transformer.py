"""Decoders, text encoders and vision towers against the reference implementations."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.counting.records import network
from tokencost.counting.networks import network_params, operators
from tokencost.counting.operators import attention_cache, flop_by_class
from tokencost.counting.transformer import decoder_lm, tower_tokens
from tokencost.nouns.transformer import DecoderLM, TextEncoder, VisionTower
from tokencost.nouns.work import Attention, Elementwise, Forward, Linear

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "transformers.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "params"), CASES["parameters"].items())
def test_parameters_are_those_of_the_class(name: str, params: int) -> None:
    """
    Unique parameters, embeddings included.
    """
    assert params == network_params(network(name))


@pytest.mark.parametrize("case", CASES["calls"], ids=lambda case: "-".join(map(str, case[:5])))
def test_work_is_that_of_the_class(case: list[Any]) -> None:
    """
    A FLOP counter sees the same products in the reference implementation.
    """
    name, kind, sequences, queries, context, linear, attention = case
    logits = {"whole": float(queries), "encode": 0.0}.get(kind, 1.0)
    forward = Forward(sequences=float(sequences), queries=float(queries), context=float(context), logits=logits)

    assert {"linear": linear, "attention": attention, "convolution": 0} == flop_by_class(
        operators(network(name), forward)
    )


@pytest.mark.parametrize(
    ("name", "per_token"),
    [("emu3-8b", 131072), ("emu3.5-34b", 262144), ("llama-2-7b-lm", 524288), ("llama-3.1-8b-lm", 131072)],
)
def test_the_cache_grows_by_the_published_bytes(name: str, per_token: int) -> None:
    """
    Layers × keys and values × key-value heads × width of a head × 2 bytes.
    """
    (attention,) = attentions(name, Forward(queries=1.0, context=1.0))

    assert per_token == 2 * attention_cache(attention)


def test_the_caption_projector_comes_on_top_of_the_class() -> None:
    """
    LlamaGen projects T5 states with two layers that stand outside the decoder.
    """
    net = network("llamagen-xl-lm")
    assert isinstance(net, DecoderLM)

    assert 773418240 == network_params(replace(net, caption_inner=0))
    assert 773418240 + 2048 * 1280 + 1280 * 1280 == network_params(net)


def test_a_prefill_reads_and_a_decode_rereads_the_same_weights() -> None:
    """
    Weights do not depend on the number of tokens, arithmetic does.
    """
    one, many = (flop_by_class(decoder_lm(emu3(), Forward(queries=q, context=64.0, logits=q))) for q in (1.0, 64.0))

    assert 64 * one["linear"] == many["linear"]


def test_two_prompts_are_twice_the_work_of_one() -> None:
    """
    Sequences never meet inside a network.
    """
    one, two = (flop_by_class(decoder_lm(emu3(), Forward(sequences=n, queries=7.0, context=9.0))) for n in (1.0, 2.0))

    assert {kind: 2 * count for kind, count in one.items()} == two


def test_a_text_encoder_without_prompt_tokens_of_its_own_is_no_decoder() -> None:
    """
    CLIP ends in hidden states: nothing is multiplied with its vocabulary.
    """
    encoder = network("clip-l")
    assert isinstance(encoder, TextEncoder)

    assert not [op.id for op in operators(encoder, Forward(queries=77.0)) if op.id == "head"]


@pytest.mark.parametrize(("name", "tokens"), [("clip-vit-l-336", 576), ("siglip-l-384", 576)])
def test_towers_give_the_published_tokens(name: str, tokens: int) -> None:
    """
    LLaVA and Janus-Pro see an image (tile) as 24 × 24 tokens.
    """
    tower = network(name)
    assert isinstance(tower, VisionTower)

    assert tokens == tower_tokens(tower)


@pytest.mark.parametrize(
    ("name", "params", "linear", "attention", "convolution"),
    [
        ("clip-vit-l-336", 303_507_456, 696_992_661_504, 65_456_504_832, 1_387_266_048),
        ("siglip-l-384", 303_688_704, 695_784_701_952, 65_229_815_808, 1_811_939_328),
    ],
)
def test_towers_are_those_of_the_class(name: str, params: int, linear: int, attention: int, convolution: int) -> None:
    """
    CLIPVisionModel and SiglipVisionModel on two images, under PyTorch's counter; the projector is not theirs.
    """
    tower = network(name)
    assert isinstance(tower, VisionTower)
    alone = replace(tower, projector_out=0, stored=0)

    assert params == network_params(alone)
    assert {"linear": linear, "attention": attention, "convolution": convolution} == flop_by_class(
        operators(alone, Forward(sequences=2.0))
    )


def test_a_layer_of_a_tower_adds_twice() -> None:
    """
    Two residuals of 577 × 1,024 numbers in each of 24 layers of CLIP.
    """
    (residual,) = (op for op in operators(network("clip-vit-l-336"), Forward()) if op.id == "layers.residual")
    assert isinstance(residual, Elementwise)

    assert (577 * 1024, 2, 24) == (residual.elements, residual.kernels, residual.count)


def test_a_projector_comes_on_top_of_a_tower() -> None:
    """
    LLaVA's two layers are 20,979,712 parameters, run on 576 tokens without the class token, and a newline is stored.
    """
    assert 303_507_456 + 20_979_712 + 4_096 == network_params(network("clip-vit-l-336"))
    assert {576.0} == {
        op.rows
        for op in operators(network("clip-vit-l-336"), Forward())
        if op.id.startswith("projector.") and isinstance(op, Linear)
    }


def test_a_tower_that_folds_pixels_gives_fewer_and_wider_tokens() -> None:
    """
    InternVL sees a tile of 448 pixels as 256 tokens: 2 × 2 patches of 1,024 channels together are 4,096.
    """
    tower = network("internvit-300m")
    assert isinstance(tower, VisionTower)
    ops = {op.id: op for op in operators(tower, Forward())}
    into, normed = ops["projector.in"], ops["projector.norm"]
    assert isinstance(into, Linear)
    assert isinstance(normed, Elementwise)

    assert 256 == tower_tokens(tower)
    assert (256, 4096) == (into.rows, into.inner)
    assert (256 * 4096, 2 * 4096) == (normed.elements, normed.params)


def emu3() -> DecoderLM:
    net = network("emu3-8b")
    assert isinstance(net, DecoderLM)
    return net


def attentions(name: str, forward: Forward) -> list[Attention]:
    return [op for op in operators(network(name), forward) if isinstance(op, Attention)]
