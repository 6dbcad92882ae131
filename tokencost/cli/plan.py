"""`tokencost plan`: the main job."""

from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.ages import tell_ages
from tokencost.cli.exits import worst
from tokencost.cli.show import checked_format, show
from tokencost.cli.specs import Specs, each, refuse


def plan(
    specs: Specs,
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("plan")] = "table",  # noqa: A002
    output: o.Output = None,
    quick: Annotated[bool, typer.Option("--quick", help="Do not search for what would change the choice.")] = False,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Which model for a product: candidates, feasibility, recommendation with reasons.

    Example: tokencost plan specs/poster-1024.yaml --set output.width=512
    """
    from tokencost.planning import plan as use_case

    checked_format("plan", format)
    answers, problems, codes = each(
        specs, set or [], o.load_catalog(catalog), use_case.quick_plan if quick else use_case.plan
    )
    if problems:
        refuse(problems, "table" if answers else format, output)
    if answers:
        show("plan", answers, format, output, no_color=no_color)
        tell_ages(answers, quiet=quiet)
    raise typer.Exit(worst(codes))
