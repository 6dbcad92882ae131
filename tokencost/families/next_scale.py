"""Next-scale generation: one pass per scale, all tokens of the scale at once, smaller scales cached."""

from tokencost.counting.networks import operators
from tokencost.families.phases import decode_latent, generation_of, rows, text_phases
from tokencost.formula import formula
from tokencost.nouns.generator import Generator
from tokencost.nouns.request import Request
from tokencost.nouns.work import Forward, Phase, Program
from tokencost.numeric import ceil, maximum
from tokencost.units import Count


@formula("definition")
def scaled_side(native: Count, pixels: Count, native_pixels: Count) -> Count:
    """Side of a token map when the output is larger or smaller than the one the schedule is published for."""
    return ceil(native * pixels / native_pixels)


def next_scale(generator: Generator, request: Request) -> Program:
    """Encode the text, one pass per scale over a cache of all smaller ones, then tokens to pixels."""
    return (*text_phases(generator, request), *_scales(generator, request), *decode_latent(generator, request))


def _scales(generator: Generator, request: Request) -> tuple[Phase, ...]:
    generation, net = generation_of(generator), generator.networks["transformer"]
    phases: list[Phase] = []
    done: Count = 0.0
    for side in generation.scales:
        wide = scaled_side(float(side), request.width, float(generation.native.width))
        high = scaled_side(float(side), request.height, float(generation.native.height))
        tokens = wide * high
        forward = Forward(
            sequences=rows(generator, request), queries=tokens, context=done + tokens, logits=tokens,
            text=float(generation.condition_tokens) or maximum(request.prompt_tokens, 1.0),  # at least its end
        )  # fmt: skip
        phases.append(
            Phase(
                id=f"scale-{side}", component="transformer", steps=1.0, operators=operators(net, forward),
                kind="diffusion", tokens=tokens * request.batch, cached=done + tokens,
            )
        )  # fmt: skip
        done = done + tokens
    return tuple(phases)
