"""`tokencost check`: the gate of a CI pipeline."""

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tokencost.cli import options as o
from tokencost.cli.ages import tell_ages
from tokencost.cli.exits import Exit, worst
from tokencost.cli.show import checked_format, show
from tokencost.cli.specs import Specs, each, refuse
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.nouns.check import Level

BaselineFlag = Annotated[
    str,
    typer.Option(
        "--baseline", help="Judge the change too: against plan.json, or git:main (where this branch left main)."
    ),
]
MaxIncrease = Annotated[
    list[str] | None,
    typer.Option(
        "--max-increase",
        help="How much dearer than the baseline: '10 %', '0.002 USD', '10 %, 0.002 USD' (both exceeded), "
        "'per_month: 500 USD'; default: not at all, per asset.",
    ),
]
Missing = Annotated[str, typer.Option("--missing-baseline", help="A spec that the baseline does not have: fail, warn.")]

LEVELS: "dict[str, Level]" = {"fail": "fail", "warn": "warn"}


def check(
    specs: Specs,
    baseline: BaselineFlag = "",
    max_increase: MaxIncrease = None,
    missing_baseline: Missing = "fail",
    set: o.Set = None,  # noqa: A002
    catalog: o.CatalogDir = None,
    format: Annotated[str, o.format_option("check")] = "table",  # noqa: A002
    output: o.Output = None,
    no_color: o.NoColor = False,
    quiet: o.Quiet = False,
) -> None:
    """Does every spec stay inside its limits, and did it become dearer? Exit code 3 if one does not pass.

    Example: tokencost check specs/*.yaml --format github
    """
    checked_format("check", format)
    with tempfile.TemporaryDirectory(prefix="tokencost-") as folder:
        judge = _judge(baseline, max_increase or [], missing_baseline, catalog, Path(folder))
        answers, problems, codes = each(specs, set or [], o.load_catalog(catalog), judge)
    if problems:
        refuse(problems, "table" if answers else format, output)
    if answers:
        show("check", answers, format, output, no_color=no_color)
        tell_ages(answers, quiet=quiet)
    codes += [Exit.DONE if answer.passed else Exit.VERDICT for answer in answers]
    raise typer.Exit(worst(codes))


def _judge(text: str, increases: list[str], missing: str, catalog: Path | None, into: Path) -> Callable[..., Any]:
    """The use case that the flags ask for; raises UsageError where they make no sense."""
    from tokencost.planning import check as use_case
    from tokencost.planning.baseline import baseline
    from tokencost.spec.allowance import allowance

    if missing not in LEVELS:
        raise UsageError(f"--missing-baseline {missing[:40]!r}: choose fail or warn")
    if not text:
        if increases:
            raise UsageError("--max-increase needs a --baseline to grow from")
        return use_case.check
    try:
        allowed = [allowance(increase) for increase in increases]
    except ValueError as error:
        raise UsageError(f"--max-increase: {error}") from error
    before, level = baseline(text, o.records(catalog), into), LEVELS[missing]
    return functools.partial(use_case.check_change, baseline=before, allowed=allowed, missing=level)
