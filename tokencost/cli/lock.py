"""`tokencost lock`: pin what specs are computed with."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.locking import LOCK
from tokencost.cli.output import write_file
from tokencost.cli.show import show
from tokencost.cli.specs import left_out
from tokencost.errors import SpecError, UsageError

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.errors import Problem
    from tokencost.nouns.lock import Lock
    from tokencost.spec.load import LoadedSpec


def lock(
    specs: Annotated[
        list[str] | None, typer.Argument(help="Spec files; default: those of the lock.", metavar="[SPEC]...")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 2 if anything differs from the lock.")
    ] = False,
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("lock")] = "table",  # noqa: A002
    output: Annotated[Path, typer.Option("--output", "-o", help="The lock.")] = Path(LOCK),
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Pin prices, hardware, models and the version that specs are computed with, for `--locked`.

    Example: tokencost lock specs/*.yaml
    """
    from tokencost.nouns.lock import Locked
    from tokencost.planning.lock import drift, lock_of, problem, remarks
    from tokencost.spec.lock import lock_file, lock_text

    checked_format("lock", format)
    before = lock_file(output) if output.exists() or check else None
    records = o.load_catalog(catalog)
    now = lock_of(records, _loaded(specs or _again(before, output), records), str(output))
    moved = drift(before, now) if before else None
    if check and before and moved:
        raise SpecError(*(problem(before, one) for one in moved))
    if not check:
        write_file(lock_text(now, remarks(now, records)), output)
    show("lock", Locked(lock=now, drift=moved), format, None, no_color=no_color)


def _again(before: "Lock | None", output: Path) -> Sequence[str]:
    if before is None:
        raise UsageError(f"there is no {output} to write again; name the specs: tokencost lock specs/*.yaml")
    return [os.path.normpath(output.parent / spec) for spec in before.specs]


def _loaded(paths: Sequence[str], catalog: "Catalog") -> "list[LoadedSpec]":
    """Every spec; all problems of all of them at once."""
    from tokencost.spec.load import load

    found: list[LoadedSpec] = []
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            found.append(load(Path(path), (), catalog))
        except SpecError as error:
            problems += [] if len(paths) > 1 and left_out(path, error) else error.problems
    if problems:
        raise SpecError(*problems)
    return found
