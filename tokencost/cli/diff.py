"""`tokencost diff`: what changed, and why."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.destinations import checked_format
from tokencost.cli.exits import Exit
from tokencost.cli.show import show
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.nouns.answer import Violation
    from tokencost.nouns.change import Change

Judge = Callable[["Change"], "list[Violation]"]
SIDE = "A spec, a saved result (plan --format json), or a spec at a git revision such as main:specs/a.yaml."
Old = Annotated[str, typer.Argument(help=SIDE, metavar="OLD")]
New = Annotated[str, typer.Argument(help="The same, after the change.", metavar="NEW")]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        help="Exit with 3 on: increase, change, recommendation, or a growth above '10 %', '0.002 USD', "
        "'10 %, 0.002 USD' (both exceeded), 'per_month: 500 USD'. Several times: any of them.",
    ),
]


def diff(
    old: Old,
    new: New,
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
    from tokencost.nouns.change import Compared
    from tokencost.planning.diff import changed
    from tokencost.planning.sides import side

    checked_format("diff", format, output)
    judges = [judge_named(text) for text in fail_on or []]
    records = o.records(catalog)
    with tempfile.TemporaryDirectory(prefix="tokencost-") as folder:
        before = side(old, records, Path(folder) / "old")
        change = changed(before, side(new, records, Path(folder) / "new", set or []))
    broken = tuple(violation for judge in judges for violation in judge(change))
    show("diff", Compared(change=change, violations=broken), format, output, no_color=no_color)
    raise typer.Exit(Exit.VERDICT if broken else Exit.DONE)


def judge_named(text: str) -> Judge:
    """What `--fail-on` asks; raises UsageError for anything else."""
    from tokencost.deciding.allowance import another_model, any_change, increase_limit
    from tokencost.spec.allowance import allowance

    named: dict[str, Judge] = {"change": any_change, "recommendation": another_model}
    if text in named:
        return named[text]
    try:
        allowed = allowance("0 %" if text == "increase" else text)
    except ValueError as error:
        raise UsageError(f"--fail-on: {error}; or increase, change, recommendation") from error
    return lambda change: increase_limit(change, allowed)
