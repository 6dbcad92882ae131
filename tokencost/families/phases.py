"""Phases that several families share: prompts through text encoders, coders at both ends."""

from tokencost.counting.footprint import precision_use
from tokencost.counting.networks import operators
from tokencost.nouns.generator import Generator
from tokencost.nouns.model import Generation, Tokenizer
from tokencost.nouns.request import Request
from tokencost.nouns.work import Attention, Forward, Operator, Phase
from tokencost.record import replace
from tokencost.units import Count


def generation_of(generator: Generator) -> Generation:
    """How the model generates; only models that do are lowered by a family that asks."""
    assert generator.model.generation is not None
    return generator.model.generation


def tokenizer_of(generator: Generator) -> Tokenizer:
    """The grid of what is generated; every generation names one."""
    assert generator.tokenizer is not None
    return generator.tokenizer


def text_phases(generator: Generator, request: Request) -> tuple[Phase, ...]:
    """Every text encoder once over its fixed length; prompts and empty prompts of a request share the call."""
    roles = [role for role in generator.networks if role.startswith("text_encoder")]
    return tuple(_encode_text(generator, request, role) for role in roles)


def _encode_text(generator: Generator, request: Request, role: str) -> Phase:
    component = generator.model.components[role]
    length = float(component.text) or request.prompt_tokens
    forward = Forward(sequences=request.batch * component.runs, queries=length, context=length, logits=0.0)
    return Phase(
        id=role.replace("_", "-"), component=role, steps=1.0, precision=precision_of(generator, role),
        operators=operators(generator.networks[role], forward), parallel=False,
    )  # fmt: skip


def decode_latent(generator: Generator, request: Request) -> tuple[Phase, ...]:
    """Tokens or latents back to pixels; a still is decoded as the clip that the coder needs for one."""
    if "image_decoder" not in generator.networks:
        return ()
    return (coder_phase(generator, request, "image_decoder", "decode", "decode-latent"),)


def decode_each(generator: Generator, request: Request) -> tuple[Phase, ...]:
    """As `decode_latent`, one request after the other: requests that share decode passes do not end together."""
    alone = decode_latent(generator, replace(request, batch=1.0))
    return tuple(replace(phase, steps=phase.steps * request.batch) for phase in alone)


def coder_phase(generator: Generator, request: Request, role: str, direction: str, name: str) -> Phase:
    """One run of a coder over the request's pixels."""
    tokenizer = generator.tokenizer
    still = float(tokenizer.still_frames) if tokenizer is not None else 1.0
    frames = still if request.task != "text-to-video" else request.frames
    pixels = Forward(sequences=request.batch, width=request.width, height=request.height, frames=frames)
    return Phase(
        id=name, component=role, steps=1.0, precision=precision_of(generator, role),
        operators=operators(generator.networks[role], pixels, direction), parallel=False,
    )  # fmt: skip


def all_to_all(found: tuple[Operator, ...]) -> tuple[Operator, ...]:
    """The same pass where every position sees every other: no kernel may skip half of the square."""
    return tuple(replace(op, causal=False) if isinstance(op, Attention) else op for op in found)


def precision_of(generator: Generator, role: str) -> str:
    """The component's own precision if it has one, else that of encoders and coders."""
    return precision_use(role, generator.model.components[role])


def rows(generator: Generator, request: Request) -> Count:
    """Sequences in one call: guidance in a batch multiplies the requests, one after the other does not."""
    return request.batch * (generator.guidance.branches if generator.guidance.mode == "batched" else 1)


def passes(generator: Generator) -> Count:
    """Calls per step: guidance one branch after the other multiplies them."""
    return float(generator.guidance.branches if generator.guidance.mode == "sequential" else 1)
