"""`tokencost explain`: where every number comes from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.show import show

if TYPE_CHECKING:
    from tokencost.planning.options import OutputOptions, RunOptions


@o.grouped(size=o.output_options, run=o.run_options)
def explain(
    target: Annotated[str, typer.Argument(help="A spec file, or a model.", metavar="SPEC|MODEL")],
    *,
    task: Annotated[str, typer.Option("--task", help="image, video or perception; default: the model's first.")] = "",
    size: "OutputOptions",
    run: "RunOptions",
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
        found = use_case.explain_model(records, target, task, size, run)
    show("explain", (found, full), format, output, no_color=no_color)
