"""What specs are held against besides their own limits: flags, the budget file, and the day."""

import datetime
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.output import say
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.catalog.load import Catalog
    from tokencost.nouns.budget import BudgetFile
    from tokencost.nouns.lock import Lock
    from tokencost.planning.check import Gate

BUDGET = "tokencost.budget.yaml"
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
        "'per_month: 500 USD'; default: as the budget says, else not at all, per asset.",
    ),
]
Missing = Annotated[
    str,
    typer.Option(
        "--missing-baseline",
        help="A spec that the baseline does not have: fail, warn; default: as the budget says, else fail.",
    ),
]
BudgetFlag = Annotated[
    Path | None,
    typer.Option("--budget", help=f"Rules of a budget file; default: {BUDGET} here or above, up to the repository."),
]
NoBudget = Annotated[bool, typer.Option("--no-budget", help=f"Look for no {BUDGET}.")]
Today = Annotated[
    str,
    typer.Option(
        "--today",
        help="The day on which waivers hold or not, such as 2027-01-31; default: the day of SOURCE_DATE_EPOCH, "
        "else today, in UTC.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The flags of a gate, as they were given."""

    baseline: str
    increases: tuple[str, ...]
    missing: str
    budget: Path | None
    today: str


def gate_options(
    baseline: BaselineFlag = "",
    max_increase: MaxIncrease = None,
    missing_baseline: Missing = "",
    budget: BudgetFlag = None,
    no_budget: NoBudget = False,
    today: Today = "",
) -> Asked:
    """Flags together; contradictions are refused."""
    if budget and no_budget:
        raise UsageError("give --budget or --no-budget, not both")
    if missing_baseline not in ("", "fail", "warn"):
        raise UsageError(f"--missing-baseline {missing_baseline[:40]!r}: choose fail or warn")
    return Asked(
        baseline=baseline, increases=tuple(max_increase or ()), missing=missing_baseline, today=today,
        budget=budget or (None if no_budget else above(Path(), BUDGET)),
    )  # fmt: skip


def above(folder: Path, name: str) -> Path | None:
    """The file of this name in a folder, or in the nearest above it within the same git repository."""
    here = folder.resolve()
    around = [here, *here.parents]
    top = next((n for n, each in enumerate(around) if (each / ".git").exists()), 0)
    found = next((each / name for each in around[: top + 1] if (each / name).is_file()), None)
    return Path(os.path.relpath(found)) if found else None


def gate_of(
    asked: Asked, catalog: "Catalog", own: Path | None, into: Path, *, lock: "Lock | None" = None, quiet: bool = False
) -> "Gate":
    """The gate that the flags ask for; files of a revision are written below `into`."""
    from tokencost.planning.baseline import baseline
    from tokencost.planning.check import Gate
    from tokencost.spec.allowance import allowance

    budget = _budget(asked.budget, catalog, quiet=quiet)
    name = asked.baseline or (budget.baseline if budget else "")
    if asked.increases and not name:
        raise UsageError("--max-increase needs a --baseline to grow from")
    try:
        allowed = tuple(allowance(increase) for increase in asked.increases)
    except ValueError as error:
        raise UsageError(f"--max-increase: {error}") from error
    given = asked.missing or (budget.missing if budget else None)
    return Gate(
        baseline=baseline(name, o.records(own), into) if name else None, allowed=allowed, budget=budget,
        by_budget=not asked.baseline, lock=lock, missing="warn" if given == "warn" else "fail",
        today=day_of(asked.today),
    )  # fmt: skip


def _budget(path: Path | None, catalog: "Catalog", *, quiet: bool) -> "BudgetFile | None":
    from tokencost.spec.rules import budget_file

    if path is None:
        return None
    found = budget_file(path, catalog)
    if not quiet:
        number = len(found.rules)
        say(f"budget: {found.file}, {number} rule{'' if number == 1 else 's'}")
    return found


def day_of(text: str) -> datetime.date:
    """The day of the flag, else of SOURCE_DATE_EPOCH (seconds since 1970), else today, in UTC."""
    from tokencost.spec.budget import day

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        if text:
            return day(text)
        if epoch:
            return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"{'--today' if text else 'SOURCE_DATE_EPOCH'}: {error}") from error
    return datetime.datetime.now(datetime.UTC).date()
