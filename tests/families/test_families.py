"""What the other families make of a request."""

import math

import pytest

import tokencost
from tests.platforms import image, made, phase, program
from tokencost.catalog.load import load
from tokencost.families.lowering import lower
from tokencost.families.perception import resized
from tokencost.nouns.request import Request
from tokencost.nouns.work import Attention, Convolution, Phase


def question(side: float, **fields: float) -> Request:
    return Request(
        task="image-to-text", width=side, height=side, prompt_tokens=32.0, **{"output_tokens": 100.0, **fields}
    )


def attention(part: Phase) -> Attention:
    return next(op for op in part.operators if isinstance(op, Attention))


def test_llava_reads_2928_image_tokens() -> None:
    """
    An overview and four tiles of 672 × 672 pixels, 42 tokens of template and 32 of the question.
    """
    see, prefill, decode = program("llava-1.6-7b", question(672.0))

    assert 5 == attention(see).sequences
    assert 2928 + 42 + 32 == attention(prefill).queries
    assert (99, 100, 2928 + 42 + 32 + 100) == (decode.steps, decode.tokens, decode.cached)


def test_emu3_chat_sees_with_its_tokenizer() -> None:
    """
    It has no vision tower: pixels become the codes it was trained to write.
    """
    see, prefill, _ = program("emu3-chat", question(512.0))

    assert "image_encoder" == see.component
    assert 4169 < attention(prefill).queries < 4300


@pytest.mark.parametrize(("side", "seen"), [(256.0, 512.0), (512.0, 512.0), (700.0, 704.0), (2048.0, 1024.0)])
def test_emu3_chat_resizes_what_it_reads(side: float, seen: float) -> None:
    """
    Between 512² and 1024² pixels, on its stride of 8.
    """
    chat = made("emu3-chat")
    reader = chat.model.perception
    assert reader is not None

    assert (seen, seen) == (resized(reader, chat, question(side)).width, resized(reader, chat, question(side)).height)


def test_janus_reads_576_tokens_of_any_image() -> None:
    """
    Its tower sees 384 × 384 pixels, whatever comes in.
    """
    small, large = (attention(phase("janus-pro-7b", question(side), "prefill")).queries for side in (128.0, 2048.0))

    assert small == large > 576


def test_denoising_repeats_one_pass() -> None:
    """
    SDXL runs 50 steps over both guidance branches at once, SD 1.5's sampler evaluates once more than it steps.
    """
    assert 50 == phase("sdxl", image(1024.0), "denoise").steps
    assert 51 == phase("sd-1.5", image(512.0), "denoise").steps
    assert 4 == phase("sdxl", image(1024.0), "denoise", steps=4).steps


def test_guidance_one_branch_after_the_other_doubles_the_passes() -> None:
    """
    Both ways run the same arithmetic.
    """
    batched, sequential = (phase("sdxl", image(512.0), "denoise", guidance=mode) for mode in ("batched", "sequential"))

    assert 2 * batched.steps == sequential.steps
    assert attention(batched).sequences == 2 * attention(sequential).sequences


def test_a_latent_is_an_eighth_of_the_image() -> None:
    """
    SDXL's first convolution writes 128 × 128 positions for 1024 × 1024 pixels and two branches.
    """
    first = next(op for op in phase("sdxl", image(1024.0), "denoise").operators if isinstance(op, Convolution))

    assert 2 * 128 * 128 == first.positions


@pytest.mark.parametrize("model", ["show-o", "amused-512"])
def test_masked_models_see_in_both_directions(model: str) -> None:
    """
    A kernel that skipped half of the square would leave out what makes them masked models.
    """
    assert not any(op.causal for op in phase(model, image(512.0), "unmask").operators if isinstance(op, Attention))


def test_transfusion_denoises_in_both_directions() -> None:
    """
    Patches see each other and the prompt; only text is causal.
    """
    denoise = phase("transfusion-7b", image(256.0), "denoise")

    assert not attention(denoise).causal
    assert attention(denoise).queries < attention(denoise).context


def test_show_o_runs_its_whole_sequence_in_every_pass() -> None:
    """
    1,024 image tokens, 128 of text, and the three marks around them.
    """
    assert 1155 == attention(phase("show-o", image(512.0), "unmask")).queries


def test_every_scale_sees_all_smaller_ones() -> None:
    """
    Infinity's 13 maps hold 10,521 tokens, the last 4,096 of them.
    """
    scales = [part for part in program("infinity-2b", image(1024.0)) if part.id.startswith("scale-")]

    assert (13, 10521) == (len(scales), sum(part.tokens for part in scales))
    assert (4096, 10521) == (scales[-1].tokens, scales[-1].cached)


def test_a_smaller_image_has_smaller_scales() -> None:
    """
    The schedule is published for one size and scales with the sides.
    """
    scales = [part for part in program("infinity-2b", image(512.0)) if part.id.startswith("scale-")]

    assert (13, 32 * 32) == (len(scales), scales[-1].tokens)


def test_a_hybrid_reads_before_it_denoises() -> None:
    """
    InternVL-U prefills its language model, then denoises with a head of its own.
    """
    found = [part.id for part in program("internvl-u", image(512.0))]

    assert ["prefill", "denoise", "decode-latent"] == found


def test_who_answers_about_an_image_reads_it() -> None:
    """
    Whatever a model generates with, an answer is prefill and decode.
    """
    assert ["decode", "prefill", "see"] == sorted({part.id for part in lower(made("internvl-u"), question(448.0))})


def test_a_still_of_emu3_is_decoded_as_four_frames() -> None:
    """
    Its coder works in time too: a still costs four frames, of which one is kept.
    """
    decode = phase("emu3-gen", image(512.0), "decode-latent")
    last = [op for op in decode.operators if isinstance(op, Convolution)][-1]

    assert 512 * 512 * 4 == max(op.positions for op in decode.operators if isinstance(op, Convolution))
    assert 3 == last.out_channels


def test_a_prompt_may_be_empty() -> None:
    """
    No pass then runs over nothing: every sequence begins with some token, every text ends with one.
    """
    models = [model for model in load().all("models") if model.tasks]
    seconds = [float(tokencost.estimate(model.id, prompt_tokens=0).latency.value) for model in models]

    assert all(math.isfinite(value) for value in seconds)
