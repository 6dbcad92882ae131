"""`tokencost catalog add`: a configuration of your own as records of a catalogue folder."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.output import say, write, write_below
from tokencost.errors import TokencostError, UsageError
from tokencost.reading.files import contents
from tokencost.report.escape import terminal

if TYPE_CHECKING:
    from tokencost.importing.add import Addition

MEND = "--force replaces it, --id names another"
DEFAULT = Path("tokencost-catalog")
MAX_BYTES = 1 << 20


def add(
    path: Annotated[
        Path, typer.Argument(help="config.json of transformers or diffusers, or a folder with model_index.json.")
    ],
    identifier: Annotated[str, typer.Option("--id", help="Id of the new records; the folder's name if not said.")] = "",
    extra: o.CatalogDir = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder to write to; --catalog or tokencost-catalog if not said."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace records that are there already.")] = False,
    quiet: o.Quiet = False,
) -> None:
    """A model or a network from its config.json: recognised, counted and written as records of your own.

    Example: tokencost catalog add ./my-flux --id my-flux
    """
    from tokencost.importing.add import add as read

    found = read(path, identifier)
    target = output or extra or DEFAULT
    _keep(found, target, force=force)
    for place, text in found.files.items():
        write_below(text, target / place)
    write("".join(f"{terminal(line)}\n" for line in _report(found, target)), None)
    if found.model and not quiet:
        say(f"next: tokencost estimate {found.model} --catalog {shlex.quote(str(target))}")


def _keep(found: "Addition", target: Path, *, force: bool) -> None:
    """Refuse to write over records that say something else."""
    there = [place for place, text in found.files.items() if not force and _differs(target / place, text)]
    if there:
        raise UsageError(
            *(f"{target / place} is there already; --force replaces it, --id names another" for place in there)
        )


def _differs(file: Path, text: str) -> bool:
    try:
        return file.exists() and contents(file, MAX_BYTES) != text.encode()
    except (OSError, TokencostError):
        return True


def _report(found: "Addition", target: Path) -> Iterator[str]:
    total = sum(one.params for one in found.networks)
    yield f"{found.id}: {found.name or 'a pipeline'}, {total:,.0f} parameters"
    for one in found.networks:
        yield f"  {one.id}: {one.name}, {one.network.kind}, {one.params:,.0f} parameters"
        if one.assumed:
            yield f"    not said, so as {one.name} has it: {', '.join(one.assumed)}"
        yield from (f"    {remark}" for remark in one.remarks)
    yield from (f"  {remark}" for remark in found.remarks)
    yield from (f"  wrote {target / place}" for place in found.files)
