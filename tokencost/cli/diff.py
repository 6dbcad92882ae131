"""`tokencost diff`: what changed, and why."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import completing as c
from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.exits import Exit
from tokencost.cli.locking import lock_options
from tokencost.cli.progress import progress
from tokencost.cli.show import show

if TYPE_CHECKING:
    from tokencost.nouns.lock import Lock

SIDE = "A spec, a saved result (plan --format json), or a spec at a git revision such as main:specs/a.yaml."
Old = Annotated[str, typer.Argument(help=SIDE, metavar="OLD", autocompletion=c.files(saved=True))]
New = Annotated[
    str, typer.Argument(help="The same, after the change.", metavar="NEW", autocompletion=c.files(saved=True))
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        help="Exit with 3 on: increase, change, recommendation, or a growth above '10 %', '0.002 USD', "
        "'10 %, 0.002 USD' (both exceeded), 'per_month: 500 USD'. Several times: any of them.",
    ),
]


@o.grouped(lock=lock_options)
def diff(
    old: Old,
    new: New,
    *,
    lock: "Lock | None",
    fail_on: FailOn = None,
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("diff")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """What changed between two specs or saved results, line by line, and which cause moved how much.

    `--set` changes the new side. A folder of your own records is read as it stood at the revision too.

    Example: tokencost diff specs/poster-512.yaml specs/poster-1024.yaml --fail-on '10 %'
    """
    from tokencost.planning.diff import compared, judges_named
    from tokencost.planning.lock import admit_change
    from tokencost.planning.sides import side

    checked_format("diff", format, output)
    judges = judges_named(fail_on or [])
    records = o.records(catalog)
    with (
        progress("sharing the change out among its causes", quiet=quiet),
        tempfile.TemporaryDirectory(prefix="tokencost-") as folder,
    ):
        before = side(old, records, Path(folder) / "old")
        after = side(new, records, Path(folder) / "new", set or [])
        admit_change(lock, before, after)
        found = compared(before, after, judges)
    show("diff", found, format, output, no_color=no_color)
    raise typer.Exit(Exit.VERDICT if found.violations else Exit.DONE)
