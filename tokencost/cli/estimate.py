"""`tokencost estimate`: one model, one request, one platform."""

from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.show import show


def estimate(
    model: Annotated[str, typer.Argument(help="Model id or any of its names.", metavar="MODEL")],
    task: Annotated[str, typer.Option("--task", help="image, video or perception; default: the model's first.")] = "",
    res: o.Res = "",
    width: o.Width = None,
    height: o.Height = None,
    seconds: o.SecondsFlag = None,
    fps: o.Fps = None,
    frames: o.Frames = None,
    prompt_tokens: o.PromptTokens = 64,
    output_tokens: o.OutputTokens = 128,
    steps: o.Steps = None,
    guidance: o.GuidanceFlag = "",
    gpu: o.Gpu = "a100-80gb-sxm",
    gpus: o.Gpus = 1,
    engine: o.Engine = "compile",
    precision: o.PrecisionName = "bf16",
    parallelism: o.Parallelism = "",
    price: o.Price = "",
    batch: o.Batch = 1,
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("estimate")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """One model, one request, one platform: tokens, params, FLOPs, traffic, memory, time, energy, cost.

    Example: tokencost estimate emu3-gen --res 720 --engine eager
    """
    from tokencost.planning.single import single

    size = o.output_options(
        res=res, width=width, height=height, frames=frames, seconds=seconds, fps=fps,
        prompt_tokens=prompt_tokens, output_tokens=output_tokens,
    )  # fmt: skip
    run = o.run_options(
        gpu=gpu, gpus=gpus, engine=engine, precision=precision, parallelism=parallelism, price=price, batch=batch,
        steps=steps, guidance=guidance,
    )  # fmt: skip
    found = single(o.load_catalog(catalog), model, task, size, run)
    show("estimate", found, format, output, no_color=no_color)
