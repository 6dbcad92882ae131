"""`tokencost compare`: all models of a task side by side."""

from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.show import show
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.planning.options import OutputOptions, RunOptions


@o.grouped(sizes=o.sizes_options, run=o.platform_options)
def compare(
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these models; the one of --what-if.", metavar="[MODEL]...")
    ] = None,
    *,
    task: Annotated[str, typer.Option("--task", help="image, video or perception; default: image.")] = "",
    sizes: "tuple[OutputOptions, range | None]",
    models: Annotated[str, typer.Option("--models", help="Only these, separated by commas.")] = "",
    what_if: Annotated[
        bool, typer.Option("--what-if", help="One model as it is, and with every acceleration there is for it.")
    ] = False,
    run: "RunOptions",
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("compare", "compare --what-if", "compare --res=A..B")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """All suitable models side by side at one output size, no spec needed.

    Example: tokencost compare --res 1024 --gpu h100-80gb-sxm

    What would make a model faster: tokencost compare --what-if emu3-gen

    Cost and time against resolution: tokencost compare --res 256..4096
    """
    size, span = sizes
    chosen = [*(names or []), *(name.strip() for name in models.split(",") if name.strip())]
    records = o.load_catalog(catalog)
    if what_if and span is not None:
        raise UsageError("--what-if is about one size; --res 256..4096 compares models over many")
    if what_if:
        from tokencost.planning.what_if import what_if as accelerated

        answer = accelerated(records, _only(chosen), task, size, run)
        return show("compare --what-if", answer, format, output, no_color=no_color)
    if span is not None:
        from tokencost.planning.ranging import ranged

        drawn = ranged(records, task or "image", span, size, run, chosen)
        return show("compare --res=A..B", drawn, format, output, no_color=no_color)
    from tokencost.planning import compare as use_case

    found = use_case.compare(records, use_case.task_named(task or "image"), size, run, chosen)
    return show("compare", found, format, output, no_color=no_color)


def _only(names: list[str]) -> str:
    if len(names) != 1:
        raise UsageError("--what-if is about one model: tokencost compare --what-if emu3-gen")
    return names[0]
