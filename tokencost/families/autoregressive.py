"""Next-token generation: read the prompt in one pass, then write one token per pass."""

from tokencost.counting.networks import operators
from tokencost.counting.tokens import generated_tokens, prefix_tokens
from tokencost.families.phases import decode_each, generation_of, passes, rows, text_phases, tokenizer_of
from tokencost.families.speculative import drafted
from tokencost.formula import formula
from tokencost.nouns.generator import Generator
from tokencost.nouns.network import Network
from tokencost.nouns.request import Request
from tokencost.nouns.work import Forward, Phase, Program
from tokencost.numeric import maximum
from tokencost.units import Count


@formula("definition")
def mean_context(prompt: Count, written: Count) -> Count:
    """Keys a decode pass sees on average, its own included; exact for FLOPs, and for time while the bound holds."""
    return prompt + written / 2


def autoregressive(generator: Generator, request: Request) -> Program:
    """Encode text if the model needs it, prefill, decode with a growing cache, turn tokens into pixels."""
    net, written = generator.networks["transformer"], generated_tokens(tokenizer_of(generator), request)
    prompt = _prompt(generator, request)
    negative = float(generator.guidance.negative_tokens) or prompt
    return (
        *text_phases(generator, request),
        *_caption(generator, request, net),
        *_prefill(generator, request, net, prompt, negative),
        *_decode(generator, request, net, prompt=_mean_prompt(generator, prompt, negative), written=written),
        *decode_each(generator, request),
    )


def _prompt(generator: Generator, request: Request) -> Count:
    """A model with a text encoder reads its fixed length; one without reads the prompt and its template."""
    generation = generation_of(generator)
    if generation.condition_tokens:
        return float(generation.condition_tokens)
    return prefix_tokens(tokenizer_of(generator), request, generation.prompt_overhead)


def _caption(generator: Generator, request: Request, net: Network) -> tuple[Phase, ...]:
    """Text features to prompt tokens, where a projector does it; branches of a batch are projected like the prompt."""
    if not getattr(net, "caption_inner", 0):
        return ()
    forward = Forward(sequences=rows(generator, request), queries=_prompt(generator, request))
    found = operators(net, forward, "caption")
    return (Phase(id="caption", component="transformer", steps=1.0, operators=found, parallel=False),)


def _prefill(generator: Generator, request: Request, net: Network, prompt: Count, negative: Count) -> tuple[Phase, ...]:
    if generator.guidance.mode == "batched":
        longest = maximum(prompt, negative)
        return (prefill_phase("prefill", net, rows(generator, request), longest, way=direction(net)),)
    first = prefill_phase("prefill", net, request.batch, prompt, way=direction(net))
    others = passes(generator) - 1
    if not others:
        return (first,)
    return (first, prefill_phase("prefill-negative", net, request.batch, negative, steps=others, way=direction(net)))


def prefill_phase(
    name: str, net: Network, sequences: Count, tokens: Count, *, steps: Count = 1.0, way: str = "forward"
) -> Phase:
    """All prompt tokens in one pass, logits of the last."""
    forward = Forward(sequences=sequences, queries=tokens, context=tokens)
    return Phase(id=name, component="transformer", steps=steps, operators=operators(net, forward, way), kind="decode")


def _mean_prompt(generator: Generator, prompt: Count, negative: Count) -> Count:
    if generator.guidance.mode == "batched":
        return maximum(prompt, negative)
    branches = passes(generator)
    return (prompt + (branches - 1) * negative) / branches


def _decode(
    generator: Generator, request: Request, net: Network, *, prompt: Count, written: Count
) -> tuple[Phase, ...]:
    forward = Forward(sequences=rows(generator, request), queries=1.0, context=mean_context(prompt, written))
    one = Phase(
        id="decode", component="transformer", steps=(written - 1) * passes(generator), kind="decode",
        operators=operators(net, forward, direction(net)), tokens=written * request.batch,
        cached=prompt + written, caches=passes(generator),
    )  # fmt: skip
    return drafted(generator, one, forward, direction(net))


def direction(net: Network) -> str:
    """A decoder with a head of its own for image codes uses that one."""
    return "image" if getattr(net, "image_vocab", 0) else "forward"
