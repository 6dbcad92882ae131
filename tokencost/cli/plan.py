"""`tokencost plan`: the main job."""

import functools
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from tokencost.cli import options as o
from tokencost.cli.exits import worst
from tokencost.cli.output import counted
from tokencost.cli.show import checked_format, show
from tokencost.cli.specs import Specs, each, refuse


def plan(
    specs: Specs,
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("plan")] = "table",  # noqa: A002
    output: o.Output = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Do not search for what would change the choice, nor make the what-if plans of a page."
        ),
    ] = False,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Which model for a product: candidates, feasibility, recommendation with reasons.

    Example: tokencost plan specs/poster-1024.yaml --set output.width=512
    """
    checked_format("plan", format)
    use_case = _pages(set or [], quick, quiet) if format == "html" else _plans(quick)
    answers, problems, codes = each(specs, set or [], o.load_catalog(catalog), use_case)
    if problems:
        refuse(problems, "table" if answers else format, output)
    if answers:
        show("plan", answers, format, output, no_color=no_color)
    raise typer.Exit(worst(codes))


def _plans(quick: bool) -> Callable[..., Any]:
    from tokencost.planning import plan as use_case

    return use_case.quick_plan if quick else use_case.plan


def _pages(overrides: Sequence[str], quick: bool, quiet: bool) -> Callable[..., Any]:
    """Plans with what a page shows beside them; other formats print them as the plans that they are."""
    from tokencost.planning.dossier import dossier, quick_dossier

    if quick:
        return functools.partial(quick_dossier, overrides=overrides)
    return functools.partial(dossier, overrides=overrides, progress=counted("what-if plans", quiet))
