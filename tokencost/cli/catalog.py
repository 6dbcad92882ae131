"""`tokencost catalog`: what there is, and whether your own records can be used."""

from pathlib import Path
from typing import Annotated

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.adding import add
from tokencost.cli.show import show

catalog = typer.Typer(
    help="Models, tokenizers, GPUs, engines, prices, quality scores, sources.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@catalog.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """Print short help where nothing is asked."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@catalog.command("list")
def list_records(
    kind: Annotated[
        str,
        typer.Argument(help="models, gpus, engines, tokenizers, prices, ...; all if not said.", autocompletion=c.kind),
    ] = "",
    extra: o.CatalogDir = None,
    format: Annotated[str, o.format_option("catalog list")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Ids and names of the records of one kind, or how many there are of each."""
    from tokencost.planning.records import listing

    show("catalog list", listing(o.load_catalog(extra), kind), format, output, no_color=no_color)


@catalog.command("show")
def show_record(
    name: Annotated[
        str,
        typer.Argument(
            help="Id or any other name, or KIND/NAME where a name has several meanings.", autocompletion=c.record
        ),
    ],
    extra: o.CatalogDir = None,
    format: Annotated[str, o.format_option("catalog show")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """One record: every number with its unit and who says so."""
    from tokencost.planning.records import record

    show("catalog show", record(o.load_catalog(extra), name), format, output, no_color=no_color)


@catalog.command("check")
def check_records(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of records of your own; the package's if not said.")
    ] = None,
) -> None:
    """Whether every record can be used; problems are named with file and line."""
    from tokencost.catalog.compile import compile_folder
    from tokencost.catalog.load import DATA, load

    known = {} if folder is None else load().index
    index = compile_folder(folder or DATA, known)
    count = sum(len(records) for kind, records in index.items() if kind != "sources")
    sources = len(index["sources"])
    typer.echo(f"{count} records, {sources} sources: all can be used; sha256 {load(folder).seal}")


catalog.command("add")(add)
