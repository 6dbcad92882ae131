"""`tokencost explain`: where every number comes from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.progress import progress
from tokencost.cli.show import show
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.planning.options import OutputOptions, RunOptions
Target = Annotated[
    str, typer.Argument(help="A spec file, or a model.", metavar="SPEC|MODEL", autocompletion=c.files(models=True))
]
ClaimsFlag = Annotated[
    bool, typer.Option("--claims", help="What the lesson on Emu3 says, counted again; its exercises, worked.")
]
Task = Annotated[
    str,
    typer.Option("--task", help="image, video or perception; default: the model's first.", autocompletion=c.TASKS),
]
Full = Annotated[bool, typer.Option("--full", help="Derive every operator, not only the longest of each phase.")]


@o.grouped(size=o.output_options, run=o.run_options)
def explain(
    target: Target = "",
    *,
    claims: ClaimsFlag = False,
    task: Task = "",
    size: "OutputOptions",
    run: "RunOptions",
    full: Full = False,
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("explain", "explain --claims")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """The derivation: each formula, the numbers put into it with units, and the source of each leaf.

    Example: tokencost explain emu3-gen --res 512
    """
    if bool(target) == claims:
        raise UsageError(
            "--claims takes no SPEC or MODEL" if claims else "name a SPEC file or a MODEL, or give --claims"
        )
    records = o.load_catalog(catalog)
    if claims:
        return _claims(records, format, output, no_color=no_color)
    with progress(f"deriving {target}", quiet=quiet):
        if Path(target).suffix in (".yaml", ".yml", ".json"):
            from tokencost.planning.explained_spec import explain_spec
            from tokencost.spec.load import load

            found = explain_spec(records, load(Path(target), set or [], records))
        else:
            from tokencost.planning.explained import explain_model

            found = explain_model(records, target, task, size, run)
    return show("explain", (found, full), format, output, no_color=no_color)


def _claims(records: "Catalog", asked: str, output: list[str] | None, *, no_color: bool) -> None:
    """The lesson's claims, in formats of their own."""
    checked_format("explain --claims", asked, output)
    from tokencost.planning.claims import claims as judged

    show("explain --claims", judged(records), asked, output, no_color=no_color)
