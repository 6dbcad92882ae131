"""Flags that several commands share, and what they become."""

import functools
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from tokencost.cli import completing as c
from tokencost.errors import UsageError
from tokencost.record import replace
from tokencost.report import formats

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.planning.options import GuidanceMode, OutputOptions, RunOptions
    from tokencost.planning.sides import Records

R = TypeVar("R")

Output = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="[FORMAT:]PATH",
        help="Write the answer to this file instead; FORMAT:PATH is one more file, as often as you like.",
    ),
]
OutputFile = Annotated[Path | None, typer.Option("--output", "-o", help="Write the answer to this file instead.")]
CatalogDir = Annotated[
    Path | None, typer.Option("--catalog", envvar="TOKENCOST_CATALOG", help="Folder with records of your own.")
]
Set = Annotated[list[str] | None, typer.Option("--set", help="Override a field of the spec: --set output.width=512.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour, also on a terminal.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No notes on standard error.")]
Gpu = Annotated[
    str, typer.Option("--gpu", help="GPU, e.g. a100-80gb-sxm, h100-80gb-sxm.", autocompletion=c.named("gpus"))
]
Gpus = Annotated[int, typer.Option("--gpus", min=1, max=1024, help="GPUs that share one request.")]
Engine = Annotated[
    str,
    typer.Option(
        "--engine", help="Software: eager, compile, tensorrt, vllm, xdit, ...", autocompletion=c.named("engines")
    ),
]
PrecisionName = Annotated[
    str,
    typer.Option(
        "--precision", help="bf16, fp16, fp8, int8, int4-weight-only, ...", autocompletion=c.named("precisions")
    ),
]
Parallelism = Annotated[str, typer.Option("--parallelism", help="tp4, ulysses4, cfg2xulysses2; default by model.")]
Price = Annotated[str, typer.Option("--price", help="Your own price per GPU: '1.80 USD/h'.")]
Batch = Annotated[int, typer.Option("--batch", min=1, max=4096, help="Requests that run together.")]
Steps = Annotated[int | None, typer.Option("--steps", min=1, max=10_000, help="Sampler steps instead of the model's.")]
Accelerate = Annotated[
    list[str] | None,
    typer.Option(
        "--accelerate",
        help="An acceleration of the catalogue: sjd, guidance-batched, ...",
        autocompletion=c.named("accelerations", several=True),
    ),
]
GuidanceFlag = Annotated[
    str, typer.Option("--guidance", help="none, batched, sequential or distilled.", autocompletion=c.GUIDANCE)
]
Region = Annotated[
    str, typer.Option("--region", help="Whose grid: us-east4, eu-north-1, FRA, ...", autocompletion=c.named("regions"))
]
SiteName = Annotated[
    str, typer.Option("--site", help="Data centre: aws, google, industry, ...", autocompletion=c.named("sites"))
]
PueFlag = Annotated[float | None, typer.Option("--pue", min=1.0, max=5.0, help="Your own PUE instead of a site's.")]
Res = Annotated[str, typer.Option("--res", help="Size: 1024 for a square, or 1280x720.")]
SizeOrRange = Annotated[
    str, typer.Option("--res", help="Size: 1024 for a square, or 1280x720; 256..4096 draws squares of all sizes.")
]
Width = Annotated[int | None, typer.Option("--width", min=1, max=65_536, help="Pixels.")]
Height = Annotated[int | None, typer.Option("--height", min=1, max=65_536, help="Pixels.")]
Frames = Annotated[int | None, typer.Option("--frames", min=1, max=100_000, help="Frames of the clip.")]
SecondsFlag = Annotated[float | None, typer.Option("--seconds", min=0.01, max=100_000, help="Length of the clip.")]
Fps = Annotated[float | None, typer.Option("--fps", min=0.1, max=1000, help="Frames per second of the clip.")]
PromptTokens = Annotated[
    int, typer.Option("--prompt-tokens", min=0, max=10_000_000, help="Tokens of the user's prompt.")
]
OutputTokens = Annotated[
    int, typer.Option("--output-tokens", min=1, max=10_000_000, help="Tokens of an answer about an image.")
]


def format_option(command: str, *others: str) -> Any:
    """The flag for the formats that this command's answer can be printed in, and those of its other answers."""
    more = "".join(f" With {one.removeprefix(command).strip()}: {', '.join(formats(one))}." for one in others)
    about = f"How to print the answer: {', '.join(formats(command))}.{more}"
    return typer.Option("--format", "-f", help=about, autocompletion=c.words(formats(command)))


def load_catalog(extra: Path | None) -> "Catalog":
    """The catalogue with the user's folder over it: the flag, else the environment, else pyproject.toml."""
    from tokencost.catalog.load import load

    return load(extra or configured())


def records(extra: Path | None) -> "Records":
    """How to read the catalogue, also as it stood at another time, and where the user's folder is."""
    from tokencost.planning.sides import Records, reading

    return Records(read=reading(), own=extra or configured())


def configured() -> Path | None:
    """The folder of records that the project around the current folder names."""
    from tokencost.cli.project import catalog_folder

    return catalog_folder(Path.cwd())


def grouped(**groups: Callable[..., Any]) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Let a command take `size: OutputOptions` where people give the flags that make one.

    Each keyword names a parameter of the command and the function that makes its value; the parameters of that
    function become the command's flags in its place. A function that makes a value may be grouped itself.
    """

    def decorate(command: Callable[..., R]) -> Callable[..., R]:
        flags = {name: inspect.signature(make).parameters.values() for name, make in groups.items()}
        plain = inspect.signature(command).parameters.values()
        parameters = [flag for own in plain for flag in flags.get(own.name, (own,))]

        @functools.wraps(command)
        def call(**given: Any) -> R:
            made = {name: groups[name](**{flag.name: given.pop(flag.name) for flag in flags[name]}) for name in groups}
            return command(**given, **made)

        keyword = [flag.replace(kind=inspect.Parameter.KEYWORD_ONLY) for flag in parameters]
        call.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]
        call.__annotations__ = {flag.name: flag.annotation for flag in keyword}
        return call

    return decorate


def clip_options(
    res: Res = "",
    width: Width = None,
    height: Height = None,
    seconds: SecondsFlag = None,
    fps: Fps = None,
    frames: Frames = None,
    prompt_tokens: PromptTokens = 64,
) -> "OutputOptions":
    """Size flags together; contradictions are refused."""
    from tokencost.planning.options import OutputOptions

    if res and (width or height):
        raise UsageError("give --res or --width and --height, not both")
    if frames and seconds and fps and round(seconds * fps) != frames:
        raise UsageError(f"--seconds {seconds:g} at --fps {fps:g} are {seconds * fps:g} frames, not --frames {frames}")
    if res:
        width, height = size_of(res)
    return OutputOptions(
        width=width, height=height, frames=frames, seconds=seconds, fps=fps, prompt_tokens=prompt_tokens
    )


@grouped(clip=clip_options)
def output_options(*, clip: "OutputOptions", output_tokens: OutputTokens = 128) -> "OutputOptions":
    """Size flags, and the length of an answer about an image."""
    return replace(clip, output_tokens=output_tokens)


def sizes_options(
    res: SizeOrRange = "",
    width: Width = None,
    height: Height = None,
    seconds: SecondsFlag = None,
    fps: Fps = None,
    frames: Frames = None,
    prompt_tokens: PromptTokens = 64,
    output_tokens: OutputTokens = 128,
) -> "tuple[OutputOptions, range | None]":
    """Size flags of one size, or of a range of squares, whose last side is the end of the range."""
    span = span_of(res)
    if span and (width or height):
        raise UsageError("give --res 256..4096 or --width and --height, not both")
    size = clip_options("" if span else res, width, height, seconds, fps, frames, prompt_tokens)
    return replace(size, output_tokens=output_tokens), span


def span_of(res: str) -> range | None:
    """`256..4096` as a range of sides; None for a single size."""
    found = re.fullmatch(r"([0-9]{1,5})\.\.([0-9]{1,5})", res)
    if not found and ".." not in res:
        return None
    low, high = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 0 < low < high <= 65_536:
        raise UsageError(f"--res {res[:40]!r}: write 256..4096 for squares of these sides")
    return range(low, high)


def size_of(res: str) -> tuple[int, int]:
    """`1024` or `1280x720` as width and height in pixels."""
    parts = res.lower().split("x")
    if len(parts) > 2 or not all(part.isascii() and part.isdigit() and 0 < int(part[:9]) <= 65_536 for part in parts):
        raise UsageError(f"--res {res[:40]!r}: write 1024 for a square or 1280x720")
    return int(parts[0]), int(parts[-1])


def platform_options(
    gpu: Gpu = "a100-80gb-sxm",
    gpus: Gpus = 1,
    engine: Engine = "compile",
    precision: PrecisionName = "bf16",
    parallelism: Parallelism = "",
    price: Price = "",
    batch: Batch = 1,
    region: Region = "world",
    site: SiteName = "hyperscale",
    pue: PueFlag = None,
) -> "RunOptions":
    """Platform flags together."""
    from tokencost.planning.options import RunOptions

    return RunOptions(
        gpu=gpu, gpus=gpus, engine=engine, precision=precision, parallelism=parallelism, price=price_of(price),
        batch=batch, region=region, site=site, pue=pue,
    )  # fmt: skip


def price_of(text: str) -> float | None:
    """A price per GPU in USD/s; None if nothing was said."""
    from tokencost.units import Unit

    try:
        asked = Unit("USD/s").parse(text) if text else None
    except ValueError as error:
        raise UsageError(f"--price: {error}") from error
    if asked is not None and not 0 <= asked < float("inf"):
        raise UsageError(f"--price: {text[:40]!r} is not a price")
    return asked


@grouped(platform=platform_options)
def run_options(
    *, steps: Steps = None, guidance: GuidanceFlag = "", accelerate: Accelerate = None, platform: "RunOptions"
) -> "RunOptions":
    """Platform flags, and how a model samples."""
    named = tuple(name.strip() for text in accelerate or () for name in text.split(",") if name.strip())
    return replace(platform, steps=steps, guidance=guidance_mode(guidance), accelerations=named)


def guidance_mode(text: str) -> "GuidanceMode | None":
    """How guidance branches run, or None for the model's own way."""
    match text:
        case "":
            return None
        case "none" | "batched" | "sequential" | "distilled":
            return text
    raise UsageError(f"--guidance {text[:40]!r}: choose from none, batched, sequential, distilled")
