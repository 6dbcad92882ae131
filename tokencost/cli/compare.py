"""`tokencost compare`: all models of a task side by side."""

from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.show import show

if TYPE_CHECKING:
    from tokencost.planning.options import OutputOptions, RunOptions


@o.grouped(size=o.output_options, run=o.platform_options)
def compare(
    *,
    task: Annotated[str, typer.Option("--task", help="image, video or perception.")] = "image",
    size: "OutputOptions",
    models: Annotated[str, typer.Option("--models", help="Only these, separated by commas.")] = "",
    run: "RunOptions",
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

    names = [name.strip() for name in models.split(",") if name.strip()]
    found = use_case.compare(o.load_catalog(catalog), use_case.task_named(task), size, run, names)
    show("compare", found, format, output, no_color=no_color)
