"""`tokencost check`: the gate of a CI pipeline."""

import functools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.ages import tell_ages
from tokencost.cli.destinations import destinations
from tokencost.cli.exits import Exit, worst
from tokencost.cli.gate import BUDGET, gate_of, gate_options
from tokencost.cli.locking import lock_options, locked
from tokencost.cli.output import say
from tokencost.cli.show import show
from tokencost.cli.specs import Specs, each, refuse

if TYPE_CHECKING:
    from tokencost.cli.gate import Asked
    from tokencost.nouns.lock import Lock


IN_FULL = {"json", "jsonl"}
"""Formats that hold whole plans, also of several specs; the others tell the choice."""


@o.grouped(asked=gate_options, lock=lock_options)
def check(
    specs: Specs,
    *,
    asked: "Asked",
    lock: "Lock | None",
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("check")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Does every spec stay inside its limits and the budget, and did it become dearer? Exit code 3 if one does not.

    Example: tokencost check specs/*.yaml --format github
    """
    from tokencost.planning.check import check as use_case

    wanted = destinations("check", format, output)
    records = o.records(catalog)
    with tempfile.TemporaryDirectory(prefix="tokencost-") as folder:
        gate = gate_of(asked, records, Path(folder), lock=lock, quiet=quiet)
        brief = len(specs) > 1 and not IN_FULL & {one.format for one in wanted}
        judge = locked(lock, functools.partial(use_case, gate=gate, brief=brief))
        answers, problems, codes = each(_without_budget(specs), set or [], records.today(), judge, quiet=quiet)
    if problems:
        refuse(problems, [] if answers else wanted)
    if answers:
        show("check", answers, format, output, no_color=no_color)
        tell_ages(answers, quiet=quiet)
    codes += [Exit.DONE if answer.passed else Exit.VERDICT for answer in answers]
    raise typer.Exit(worst(codes))


def _without_budget(specs: list[str]) -> list[str]:
    """Specs without a budget file that a pattern such as *.yaml has caught; it is not left out in silence."""
    kept = [spec for spec in specs if Path(spec).name != BUDGET]
    if kept and len(kept) < len(specs):
        say(f"{BUDGET} is a budget, not a spec; it is not planned")
    return kept or specs
