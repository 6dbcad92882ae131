"""Masked (discrete) diffusion: all tokens in every pass, some of them fixed each time."""

from tokencost.counting.networks import operators
from tokencost.counting.tokens import visual_tokens
from tokencost.families.phases import all_to_all, decode_latent, generation_of, passes, rows, text_phases, tokenizer_of
from tokencost.nouns.generator import Generator
from tokencost.nouns.request import Request
from tokencost.nouns.work import Forward, Phase, Program


def masked(generator: Generator, request: Request) -> Program:
    """Bidirectional passes over prompt and grid, logits everywhere, then tokens to pixels."""
    generation, tokenizer = generation_of(generator), tokenizer_of(generator)
    image = visual_tokens(tokenizer, request)
    text = float(generation.condition_tokens) or request.prompt_tokens
    length = image + text + generation.prompt_overhead + tokenizer.begin + tokenizer.end
    forward = Forward(
        sequences=rows(generator, request), queries=length, context=length, logits=length,
        width=request.width / tokenizer.pixels_per_token, height=request.height / tokenizer.pixels_per_token, text=text,
    )  # fmt: skip
    unmask = Phase(
        id="unmask", component="transformer", steps=generator.steps * passes(generator),
        operators=all_to_all(operators(generator.networks["transformer"], forward)), kind="diffusion",
        tokens=image * request.batch,
    )  # fmt: skip
    return (*text_phases(generator, request), unmask, *decode_latent(generator, request))
