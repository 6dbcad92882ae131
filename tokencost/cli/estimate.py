"""`tokencost estimate`: one model, one request, one platform."""

from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.ages import tell_ages
from tokencost.cli.locking import answered, lock_options
from tokencost.cli.show import show

if TYPE_CHECKING:
    from tokencost.nouns.lock import Lock
    from tokencost.planning.options import OutputOptions, RunOptions


@o.grouped(size=o.output_options, run=o.run_options, lock=lock_options)
def estimate(
    model: Annotated[
        str, typer.Argument(help="Model id or any of its names.", metavar="MODEL", autocompletion=c.named("models"))
    ],
    *,
    task: Annotated[
        str,
        typer.Option("--task", help="image, video or perception; default: the model's first.", autocompletion=c.TASKS),
    ] = "",
    size: "OutputOptions",
    run: "RunOptions",
    lock: "Lock | None",
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

    found = answered(lock, o.load_catalog(catalog), lambda records: single(records, model, task, size, run))
    show("estimate", found, format, output, no_color=no_color)
    tell_ages([found], quiet=quiet)
