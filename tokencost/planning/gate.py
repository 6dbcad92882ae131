"""A gate from what people say: a baseline and what may grow, a budget file, a lock, and the day."""

import datetime
import os
from collections.abc import Sequence
from pathlib import Path

from tokencost.catalog.load import Catalog
from tokencost.errors import UsageError
from tokencost.nouns.change import Allowance
from tokencost.nouns.lock import Lock
from tokencost.planning.baseline import baseline
from tokencost.planning.check import Gate
from tokencost.planning.sides import Records
from tokencost.spec.allowance import allowance
from tokencost.spec.budget import day
from tokencost.spec.rules import budget_file

EPOCH = "SOURCE_DATE_EPOCH"
"""Seconds since 1970, which make builds reproducible."""


def gate_of(
    catalog: Catalog,
    records: Records,
    into: Path,
    *,
    before: str = "",
    increases: Sequence[str] = (),
    missing: str = "",
    budget: Path | None = None,
    lock: Lock | None = None,
    today: str = "",
) -> Gate:
    """The gate that is asked for; files of a revision are written below `into`. Raises UsageError for contradictions.

    `before` names a saved result or `git:main`, `increases` what may grow ('10 %, 0.002 USD'), `missing` the level of a
    spec without a baseline (fail or warn); "" leaves them to the budget. "" as `today` is the current day.
    """
    if missing not in ("", "fail", "warn"):
        raise UsageError(f"--missing-baseline {missing[:40]!r}: choose fail or warn")
    rules = budget_file(budget, catalog) if budget else None
    name = before or (rules.baseline if rules else "")
    if increases and not name:
        raise UsageError("--max-increase needs a --baseline to grow from")
    given = missing or (rules.missing if rules else None)
    return Gate(
        baseline=baseline(name, records, into) if name else None, allowed=_allowed(increases), budget=rules, lock=lock,
        by_budget=not before, missing="warn" if given == "warn" else "fail", today=day_of(today),
    )  # fmt: skip


def _allowed(increases: Sequence[str]) -> tuple[Allowance, ...]:
    try:
        return tuple(allowance(increase) for increase in increases)
    except ValueError as error:
        raise UsageError(f"--max-increase: {error}") from error


def day_of(text: str) -> datetime.date:
    """The day that is said, else that of SOURCE_DATE_EPOCH, else today, in UTC; raises UsageError for no day."""
    epoch = os.environ.get(EPOCH, "")
    try:
        if text:
            return day(text)
        if epoch:
            return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"{'--today' if text else EPOCH}: {error}") from error
    return datetime.datetime.now(datetime.UTC).date()
