"""`tokencost explain`: where every number comes from."""

from pathlib import Path
from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.show import show


def explain(
    target: Annotated[str, typer.Argument(help="A spec file, or a model.", metavar="SPEC|MODEL")],
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
    full: Annotated[
        bool, typer.Option("--full", help="Derive every operator, not only the longest of each phase.")
    ] = False,
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("explain")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """The derivation: each formula, the numbers put into it with units, and the source of each leaf.

    Example: tokencost explain emu3-gen --res 512
    """
    from tokencost.planning import explained as use_case

    records = o.load_catalog(catalog)
    if Path(target).suffix in (".yaml", ".yml", ".json"):
        from tokencost.spec.load import load

        found = use_case.explain_spec(records, load(Path(target), set or [], records))
    else:
        size = o.output_options(
            res=res, width=width, height=height, frames=frames, seconds=seconds, fps=fps,
            prompt_tokens=prompt_tokens, output_tokens=output_tokens,
        )  # fmt: skip
        run = o.run_options(
            gpu=gpu, gpus=gpus, engine=engine, precision=precision, parallelism=parallelism, price=price, batch=batch,
            steps=steps, guidance=guidance,
        )  # fmt: skip
        found = use_case.explain_model(records, target, task, size, run)
    show("explain", (found, full), format, output, no_color=no_color)
