"""Hybrids: text by tokens, image by denoising, around one language model."""

from tokencost.counting.networks import operators
from tokencost.counting.tokens import visual_tokens
from tokencost.families.autoregressive import mean_context, prefill_phase
from tokencost.families.diffusion import denoise, evaluations
from tokencost.families.phases import all_to_all, decode_latent, generation_of, passes, rows, text_phases, tokenizer_of
from tokencost.nouns.generator import Generator
from tokencost.nouns.request import Request
from tokencost.nouns.work import Forward, Phase, Program
from tokencost.numeric import maximum
from tokencost.units import Count


def hybrid(generator: Generator, request: Request) -> Program:
    """Prefill the prompt, write what the denoiser is conditioned on, denoise, decode the latent.

    The denoiser is a network of its own (InternVL-U, Emu) or the language model itself (Transfusion).
    """
    generation = generation_of(generator)
    net, prompt = generator.networks["transformer"], request.prompt_tokens + generation.prompt_overhead
    count = rows(generator, request)
    writing = (_plan_image(generator, request, prompt),) if generation.planned_tokens else ()
    denoising = denoise if "denoiser" in generator.networks else _denoise_by_language_model
    return (
        *text_phases(generator, request),
        prefill_phase("prefill", net, count, maximum(prompt, 1.0)),  # a sequence begins with some token
        *writing,
        denoising(generator, request),
        *decode_latent(generator, request),
    )


def _plan_image(generator: Generator, request: Request, prompt: Count) -> Phase:
    """The tokens that the denoiser is conditioned on, written one by one."""
    planned, net = float(generation_of(generator).planned_tokens), generator.networks["transformer"]
    forward = Forward(sequences=rows(generator, request), queries=1.0, context=mean_context(prompt, planned))
    return Phase(
        id="decode", component="transformer", steps=planned, operators=operators(net, forward), kind="decode",
        tokens=planned * request.batch, cached=prompt + planned,
    )  # fmt: skip


def _denoise_by_language_model(generator: Generator, request: Request) -> Phase:
    """Image patches attend to each other and to the cached prompt, once per evaluation."""
    generation, tokenizer = generation_of(generator), tokenizer_of(generator)
    image = visual_tokens(tokenizer, request)
    forward = Forward(
        sequences=rows(generator, request), queries=image, logits=0.0,
        context=image + request.prompt_tokens + generation.prompt_overhead,
    )  # fmt: skip
    return Phase(
        id="denoise", component="transformer", steps=evaluations(generator.steps, generation) * passes(generator),
        operators=all_to_all(operators(generator.networks["transformer"], forward)), kind="diffusion",
        cached=forward.context,
    )  # fmt: skip
