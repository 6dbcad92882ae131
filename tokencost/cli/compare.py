"""`tokencost compare`: all models of a task side by side."""

from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.show import show


def compare(
    task: Annotated[str, typer.Option("--task", help="image, video or perception.")] = "image",
    res: o.Res = "",
    width: o.Width = None,
    height: o.Height = None,
    seconds: o.SecondsFlag = None,
    fps: o.Fps = None,
    frames: o.Frames = None,
    prompt_tokens: o.PromptTokens = 64,
    output_tokens: o.OutputTokens = 128,
    models: Annotated[str, typer.Option("--models", help="Only these, separated by commas.")] = "",
    gpu: o.Gpu = "a100-80gb-sxm",
    gpus: o.Gpus = 1,
    engine: o.Engine = "compile",
    precision: o.PrecisionName = "bf16",
    parallelism: o.Parallelism = "",
    price: o.Price = "",
    batch: o.Batch = 1,
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("compare")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """All suitable models side by side at one output size, no spec needed.

    Example: tokencost compare --res 1024 --gpu h100-80gb-sxm
    """
    from tokencost.planning import compare as use_case

    size = o.output_options(
        res=res, width=width, height=height, frames=frames, seconds=seconds, fps=fps,
        prompt_tokens=prompt_tokens, output_tokens=output_tokens,
    )  # fmt: skip
    run = o.run_options(
        gpu=gpu, gpus=gpus, engine=engine, precision=precision, parallelism=parallelism, price=price, batch=batch
    )
    names = [name.strip() for name in models.split(",") if name.strip()]
    found = use_case.compare(o.load_catalog(catalog), use_case.task_named(task), size, run, names)
    show("compare", found, format, output, no_color=no_color)
