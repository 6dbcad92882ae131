"""What specs are held against besides their own limits: flags, the budget file, and the day."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli.output import say
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.nouns.lock import Lock
    from tokencost.planning.check import Gate
    from tokencost.planning.sides import Records

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


def gate_of(asked: Asked, records: "Records", into: Path, *, lock: "Lock | None" = None, quiet: bool = False) -> "Gate":
    """The gate that the flags ask for, and on standard error which budget it holds specs against."""
    from tokencost.planning.gate import gate_of as made

    gate = made(
        records.today(), records, into, before=asked.baseline, increases=asked.increases, missing=asked.missing,
        budget=asked.budget, lock=lock, today=asked.today,
    )  # fmt: skip
    if gate.budget is not None and not quiet:
        number = len(gate.budget.rules)
        say(f"budget: {gate.budget.file}, {number} rule{'' if number == 1 else 's'}")
    return gate
