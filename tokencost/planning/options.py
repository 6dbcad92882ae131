"""How somebody wants a model run; whatever is not said comes from the model's record or the defaults below."""

from typing import Any, Literal

from tokencost.errors import UsageError
from tokencost.nouns.request import Request, Terms
from tokencost.record import dataclass, replace
from tokencost.units import Count, Fraction, Unit, UsdPerSecond

DEFAULT_GPU = "a100-80gb-sxm"
DEFAULT_ENGINE = "compile"
DEFAULT_PRECISION = "bf16"
DEFAULT_REGION = "world"
DEFAULT_SITE = "hyperscale"
DEFAULT_PROMPT_TOKENS = 64
DEFAULT_OUTPUT_TOKENS = 128
ANY_TERMS = Terms()

GuidanceMode = Literal["none", "batched", "sequential", "distilled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Platform and sampling choices of an estimate; None leaves the choice to the record or the default."""

    gpu: str = DEFAULT_GPU
    gpus: int = 1
    engine: str = DEFAULT_ENGINE
    precision: str = DEFAULT_PRECISION
    parallelism: str = ""
    price: UsdPerSecond | None = None
    terms: Terms = ANY_TERMS
    batch: int = 1
    steps: Count | None = None
    guidance: GuidanceMode | None = None
    region: str = DEFAULT_REGION
    site: str = DEFAULT_SITE
    pue: Fraction | None = None
    accelerations: tuple[str, ...] = ()


def in_batches(options: RunOptions, batch: int) -> RunOptions:
    """The same options for a batch of that size."""
    return options if options.batch == batch else replace(options, batch=batch)


def batch_of(request: Request, batch: int) -> Request:
    """So many requests together."""
    return request if request.batch == batch else replace(request, batch=float(batch))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """Size of what is made or read; None takes the model's native size."""

    width: int | None = None
    height: int | None = None
    frames: int | None = None
    seconds: float | None = None
    fps: float | None = None
    prompt_tokens: int = DEFAULT_PROMPT_TOKENS
    output_tokens: int = DEFAULT_OUTPUT_TOKENS


def options_from(flags: dict[str, Any]) -> tuple[OutputOptions, RunOptions]:
    """Flags by what they are about; unknown ones are refused like misspelt keyword arguments."""
    said = dict(flags)
    if "res" in said:
        side = said.pop("res")
        said["width"], said["height"] = said.get("width", side), said.get("height", side)
    if isinstance(said.get("price"), str):
        said["price"] = Unit("USD/s").parse(said["price"])
    size = {name: said.pop(name) for name in OutputOptions.__dataclass_fields__ if name in said}
    run = {name: said.pop(name) for name in RunOptions.__dataclass_fields__ if name in said}
    if said:
        raise UsageError(f"unknown flag {sorted(said)[0]!r}")
    return OutputOptions(**size), RunOptions(**run)
