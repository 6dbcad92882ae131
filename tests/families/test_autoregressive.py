"""What guidance, batches and length do to a decoder."""

import pytest

from tests.platforms import image, made, phase, program
from tokencost.counting.footprint import cache_bytes
from tokencost.counting.operators import attention_cache, linear_weights
from tokencost.families.autoregressive import mean_context
from tokencost.nouns.work import Attention, Linear, Phase


def weights_read(part: Phase) -> float:
    """Weight elements that all steps of a phase read."""
    return float(part.steps * sum(linear_weights(op) for op in part.operators if isinstance(op, Linear)))


def cache_read(part: Phase) -> float:
    return float(part.steps * sum(attention_cache(op) for op in part.operators if isinstance(op, Attention)))


def test_emu3_writes_one_token_per_pass() -> None:
    """
    720 × 720 pixels are 8,193 tokens; the first comes with the prefill, and both branches run every pass.
    """
    decode = phase("emu3-gen", image(720.0), "decode")

    assert 2 * 8192 == decode.steps
    assert 8193 == decode.tokens


def test_guidance_in_one_batch_reads_the_weights_once() -> None:
    """
    Two branches one after the other read every weight twice; the caches are read either way.
    """
    batched, sequential = (
        phase("janus-pro-7b", image(384.0), "decode", guidance=mode) for mode in ("batched", "sequential")
    )

    assert 2 * weights_read(batched) == weights_read(sequential)
    assert cache_read(batched) == cache_read(sequential)


def test_without_guidance_a_decoder_works_half_as_much() -> None:
    """
    The second branch is a second sequence.
    """
    once, twice = (phase("janus-pro-7b", image(384.0), "decode", guidance=mode) for mode in ("none", "batched"))

    assert 2 * cache_read(once) == cache_read(twice)
    assert weights_read(once) == weights_read(twice)


def test_the_cache_grows_with_the_context() -> None:
    """
    Emu3 keeps 131,072 bytes per token and branch, until the last token of the image.
    """
    decode = phase("emu3-gen", image(720.0, prompt_tokens=15.0), "decode")
    stacks = [op for op in decode.operators if isinstance(op, Attention)]
    mean_prompt = (23 + 52) / 2

    assert 131072 * (mean_prompt + 8193) * 2 == sum(cache_bytes(op, decode.cached, decode.caches, 2.0) for op in stacks)


def test_a_fixed_condition_replaces_the_prompt() -> None:
    """
    LlamaGen reads 120 projected text features, however long the prompt is.
    """
    short, long = (phase("llamagen-xl", image(256.0, prompt_tokens=n), "prefill") for n in (8.0, 100.0))

    assert short == long


def test_only_a_projector_makes_a_caption_phase() -> None:
    """
    Models that read text themselves have none.
    """
    assert ["text-encoder", "caption", "prefill", "decode", "decode-latent"] == [
        part.id for part in program("llamagen-xl", image(256.0))
    ]
    assert ["prefill", "decode", "decode-latent"] == [
        part.id for part in program("emu3-gen", image(256.0), guidance="batched")
    ]


@pytest.mark.parametrize(("prompt", "written"), [(64.0, 4163.0), (23.0, 8193.0), (1.0, 2.0)])
def test_the_mean_context_is_the_sum_over_passes(prompt: float, written: float) -> None:
    """
    The n-th pass after the prefill sees the prompt, what was written before, and itself.
    """
    passes = int(written) - 1

    assert sum(prompt + n for n in range(1, passes + 1)) / passes == mean_context(prompt, written)


def test_janus_writes_with_its_own_head() -> None:
    """
    Image codes come from a head of 16,384 entries, not from the 102,400 of the text.
    """
    heads = {
        op.id: op.columns for op in phase("janus-pro-7b", image(384.0), "decode").operators if isinstance(op, Linear)
    }

    assert 16384 == heads["image_head.out"]
    assert "head" not in heads


def test_every_request_of_a_batch_has_its_own_sequences() -> None:
    """
    Batches share passes, not caches.
    """
    one, four = (phase("emu3-gen", image(512.0, batch=n), "decode") for n in (1.0, 4.0))

    assert 4 * cache_read(one) == cache_read(four)
    assert weights_read(one) == weights_read(four)
    assert 4 * one.tokens == four.tokens


def test_a_model_without_generation_cannot_generate() -> None:
    """
    The caller must choose a family that fits the task.
    """
    assert made("llava-1.6-7b").model.generation is None
