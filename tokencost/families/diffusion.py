"""Diffusion and flow matching: the whole image (or clip) through the network, once per evaluation."""

from tokencost.counting.networks import operators
from tokencost.counting.tokens import latent_frames
from tokencost.families.phases import decode_latent, generation_of, passes, rows, text_phases, tokenizer_of
from tokencost.formula import formula
from tokencost.nouns.generator import Generator
from tokencost.nouns.model import Generation, Tokenizer
from tokencost.nouns.request import Request
from tokencost.nouns.work import Forward, Phase, Program
from tokencost.units import Count


@formula("definition")
def latent_side(tokenizer: Tokenizer, pixels: Count) -> Count:
    """Latent positions along one side, before the network makes patches of them."""
    return pixels * tokenizer.patch / tokenizer.pixels_per_token


@formula("definition")
def evaluations(steps: Count, generation: Generation) -> Count:
    """Network evaluations of the sampler per branch; some samplers evaluate once more than they step."""
    return steps + generation.extra_evaluations


def diffusion(generator: Generator, request: Request) -> Program:
    """Encode the text, denoise step by step with nothing cached, decode the latent. Few-step students are data."""
    return (*text_phases(generator, request), denoise(generator, request), *decode_latent(generator, request))


def denoise(generator: Generator, request: Request) -> Phase:
    """All evaluations of the denoiser."""
    generation, tokenizer = generation_of(generator), tokenizer_of(generator)
    forward = Forward(
        sequences=rows(generator, request),
        width=latent_side(tokenizer, request.width),
        height=latent_side(tokenizer, request.height),
        frames=latent_frames(tokenizer, request),
        text=float(generation.condition_tokens) or request.prompt_tokens,
    )
    return Phase(
        id="denoise", component="denoiser", steps=evaluations(generator.steps, generation) * passes(generator),
        operators=operators(generator.networks["denoiser"], forward), kind="diffusion",
    )  # fmt: skip
