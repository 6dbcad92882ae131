"""`tokencost check`: the gate of a CI pipeline."""

from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.exits import Exit, worst
from tokencost.cli.show import checked_format, show
from tokencost.cli.specs import Specs, each, refuse


def check(
    specs: Specs,
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("check")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Does every spec stay inside its budget, latency and quality limits? Exit code 3 if one does not.

    Example: tokencost check specs/*.yaml --format github
    """
    from tokencost.planning import plan as use_case

    checked_format("check", format)
    answers, problems, codes = each(specs, set or [], o.load_catalog(catalog), use_case.check)
    if problems:
        refuse(problems, "table" if answers else format, output)
    if answers:
        show("check", answers, format, output, no_color=no_color)
    codes += [Exit.DONE if answer.passed else Exit.VERDICT for answer in answers]
    raise typer.Exit(worst(codes))
