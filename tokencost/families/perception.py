"""Image to text: see the image, read it with the question, write the answer token by token."""

from tokencost.counting.networks import operators
from tokencost.counting.reading import anyres_tokens, span_tokens
from tokencost.families.autoregressive import mean_context, prefill_phase
from tokencost.families.phases import coder_phase, precision_of
from tokencost.families.speculative import drafted
from tokencost.nouns.generator import Generator
from tokencost.nouns.model import Perception
from tokencost.nouns.request import Request
from tokencost.nouns.work import Forward, Phase, Program
from tokencost.record import replace
from tokencost.units import Count


def perception(generator: Generator, request: Request) -> Program:
    """Encode the image, prefill image and question, decode the answer."""
    reader = generator.model.perception
    assert reader is not None
    seen = resized(reader, generator, request)
    tokens, tiles = image_tokens(reader, generator, seen)
    net = generator.networks["transformer"]
    prompt = tokens + request.prompt_tokens + reader.template
    one = Forward(sequences=request.batch, queries=1.0, context=mean_context(prompt, request.output_tokens))
    answer = Phase(
        id="decode", component="transformer", steps=request.output_tokens - 1, kind="decode",
        operators=operators(net, one), tokens=request.output_tokens * request.batch,
        cached=prompt + request.output_tokens,
    )  # fmt: skip
    reading = prefill_phase("prefill", net, request.batch, prompt)
    return (*_see(generator, seen, tiles), reading, *drafted(generator, answer, one))


def resized(reader: Perception, generator: Generator, request: Request) -> Request:
    """The image as the model's processor hands it on: inside its area limits, on its stride."""
    if reader.scheme != "grid" or generator.tokenizer is None:
        return request
    stride, area = generator.tokenizer.pixels_per_token, float(request.width) * float(request.height)
    scale = 1.0
    if reader.max_pixels and area > reader.max_pixels:
        scale = (reader.max_pixels / area) ** 0.5
    elif reader.min_pixels and area < reader.min_pixels:
        scale = (reader.min_pixels / area) ** 0.5
    sides = [max(1, round(float(side) * scale / stride)) * float(stride) for side in (request.width, request.height)]
    return replace(request, width=sides[0], height=sides[1])


def image_tokens(reader: Perception, generator: Generator, seen: Request) -> tuple[Count, int]:
    """Tokens of the image in the prompt, and images the vision tower looks at."""
    if reader.scheme == "anyres":
        return anyres_tokens(reader, float(seen.width), float(seen.height))
    if reader.scheme == "grid" and generator.tokenizer is not None:
        return span_tokens(generator.tokenizer, seen), 1
    return float(reader.tokens), 1


def _see(generator: Generator, seen: Request, tiles: int) -> tuple[Phase, ...]:
    if "vision_tower" in generator.networks:
        forward = Forward(sequences=seen.batch * tiles)
        found = operators(generator.networks["vision_tower"], forward)
        return (
            Phase(
                id="see", component="vision_tower", steps=1.0, operators=found, parallel=False,
                precision=precision_of(generator, "vision_tower"),
            ),
        )  # fmt: skip
    if "image_encoder" in generator.networks:
        return (coder_phase(generator, seen, "image_encoder", "encode", "see"),)
    return ()
