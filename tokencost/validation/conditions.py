"""What a row's conditions mean: the model made ready, the platform, the request, the program."""

from dataclasses import replace
from typing import Literal

from tokencost.catalog.load import Catalog
from tokencost.counting.networks import operators
from tokencost.errors import CatalogError, UsageError
from tokencost.families.autoregressive import mean_context, prefill_phase
from tokencost.families.lowering import lower
from tokencost.nouns.generator import Generator
from tokencost.nouns.hardware import Platform
from tokencost.nouns.model import Model, Native, TaskName
from tokencost.nouns.request import Request
from tokencost.nouns.work import Forward, Phase, Program
from tokencost.planning.estimate import Prepared
from tokencost.planning.options import (
    DEFAULT_ENGINE,
    DEFAULT_GPU,
    DEFAULT_OUTPUT_TOKENS,
    DEFAULT_PRECISION,
    DEFAULT_PROMPT_TOKENS,
    GuidanceMode,
    RunOptions,
)
from tokencost.planning.resolve import generator, platform
from tokencost.validation.rows import Row

Kernel = Literal["naive", "sdpa", "flash2", "flash3"]
KERNELS: dict[str, Kernel] = {
    "naive": "naive",
    "sdpa": "sdpa",
    "xformers": "sdpa",
    "mem-eff": "sdpa",
    "flash": "flash2",
    "flash2": "flash2",
    "flash3": "flash3",
    "fused-mha": "flash2",
    "trt-mha": "flash2",
    "paged": "flash2",
}
"""Attention kernels as sources name them -> the kernels that engines know."""
READING = ("perception", "vlm", "understanding", "image-to-text")
"""Families that say a model answers about an image, where it could also draw one."""
ONE = Native(width=1024, height=1024)


def prepare_row(catalog: Catalog, row: Row) -> Prepared:
    """The row as the planner would run it; raises TokencostError with the reason why it cannot."""
    model = runnable(catalog, row.model)
    options = run_options(row)
    ready = with_prompt(generator(catalog, model, options), row)
    on = with_kernel(platform(catalog, options, ready), row.attention)
    request = request_of(row, model)
    if ready.tokenizer and min(float(request.width), float(request.height)) < ready.tokenizer.pixels_per_token:
        raise UsageError(f"{request.width:g}x{request.height:g} pixels are less than a token of {ready.tokenizer.id}")
    return Prepared(generator=ready, platform=on, program=program_of(ready, request), request=request)


def runnable(catalog: Catalog, name: str) -> Model:
    """The model, if anybody knows its networks."""
    model: Model = catalog.get("models", name)
    if not model.components:
        raise CatalogError(f"{model.id}: its networks are not public")
    return model


def run_options(row: Row) -> RunOptions:
    """Platform and sampling as the row says, else the defaults."""
    return RunOptions(
        gpu=row.gpu or DEFAULT_GPU, gpus=row.n_gpus or 1, engine=row.engine or DEFAULT_ENGINE,
        precision=row.precision or DEFAULT_PRECISION, parallelism=row.parallelism, batch=row.batch or 1,
        steps=row.steps or None, guidance=guidance_mode(row.guidance),
    )  # fmt: skip


def guidance_mode(text: str) -> GuidanceMode | None:
    """How guidance branches run; None leaves it to the model."""
    match text:
        case "":
            return None
        case "none" | "batched" | "sequential" | "distilled":
            return text
    raise UsageError(f"guidance {text[:40]!r}: choose from none, batched, sequential, distilled")


def with_prompt(ready: Generator, row: Row) -> Generator:
    """A prefix of fixed length (a class, a padded caption) takes the length that the row says."""
    generation = ready.model.generation
    if not (row.prompt_tokens and generation and generation.condition_tokens and ready.model.family != "diffusion"):
        return ready
    return replace(
        ready, model=replace(ready.model, generation=replace(generation, condition_tokens=row.prompt_tokens))
    )


def with_kernel(on: Platform, named: str) -> Platform:
    """The engine with the attention kernel that the row names; the first of several is taken."""
    if not named:
        return on
    first = named.split("/")[0].partition("(")[0].strip()
    if first not in KERNELS:
        raise UsageError(f"attention {named[:40]!r}: choose from {', '.join(KERNELS)}")
    return replace(on, engine=replace(on.engine, attention=KERNELS[first]))


def request_of(row: Row, model: Model) -> Request:
    """The size that the row says, else the model's native one."""
    native = model.generation.native if model.generation else ONE
    frames = float(row.frames or native.frames)
    return Request(
        task=task_of(row, model), width=float(row.width or row.height or native.width),
        height=float(row.height or row.width or native.height), frames=frames,
        fps=float(native.fps) if frames > 1 else 0.0, prompt_tokens=float(row.prompt_tokens or DEFAULT_PROMPT_TOKENS),
        output_tokens=float(row.output_tokens or DEFAULT_OUTPUT_TOKENS), batch=float(row.batch or 1),
    )  # fmt: skip


def task_of(row: Row, model: Model) -> TaskName:
    """What the model is asked for; a model of clips makes a clip of one frame where a still is asked for."""
    if model.perception and (row.family in READING or model.generation is None):
        return "image-to-text"
    clips = model.generation is not None and max(row.frames, model.generation.native.frames) > 1
    return "text-to-video" if clips else "text-to-image"


def program_of(ready: Generator, request: Request) -> Program:
    """The program of its family, or that of a text model."""
    if ready.model.generation is None and ready.model.perception is None:
        return text_program(ready, request)
    return lower(ready, request)


def text_program(ready: Generator, request: Request) -> Program:
    """Read the prompt, write the answer: a language model that makes and reads no images."""
    if "transformer" not in ready.networks:
        raise CatalogError(f"{ready.id}: neither generates nor reads images, and has no language model")
    net, prompt, written = ready.networks["transformer"], request.prompt_tokens, request.output_tokens
    forward = Forward(sequences=request.batch, queries=1.0, context=mean_context(prompt, written))
    answer = Phase(
        id="decode", component="transformer", steps=written - 1, kind="decode", operators=operators(net, forward),
        tokens=written * request.batch, cached=prompt + written,
    )  # fmt: skip
    return (prefill_phase("prefill", net, request.batch, prompt), answer)
