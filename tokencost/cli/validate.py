"""`tokencost validate`: predictions beside what others measured."""

from pathlib import Path
from typing import Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.output import say
from tokencost.cli.progress import progress
from tokencost.cli.show import show


def validate(
    tables: Annotated[
        list[Path] | None, typer.Argument(help="Tables of measurements; those shipped if not said.", metavar="CSV...")
    ] = None,
    fit: Annotated[
        bool, typer.Option("--fit", help="Also fit engines and GPUs, leaving out each group in turn (a minute).")
    ] = False,
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("validate")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Predict every row of tables of measurements and report the errors.

    Example: tokencost validate --format html -o accuracy.html
    """
    from tokencost.validation.validate import validate as use_case

    checked_format("validate", format, output)
    if fit and not quiet:
        say("fitting constants to the tables, and once more without each group ...")
    with progress("predicting every measurement", quiet=quiet):
        found = use_case(o.load_catalog(catalog), tables or (), fit=fit)
    show("validate", found, format, output, no_color=no_color)
