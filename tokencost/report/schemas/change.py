"""What checks and diffs say: limits that are broken, and what a change costs, shared out among its causes."""

from typing import Literal

from tokencost.report.schemas.part import Part, maybe, means
from tokencost.report.schemas.plan import Candidate, Recommendation


class Outcome(Part):
    """What a side comes to."""

    model: str = means("what it would run, or the nearest to feasible")
    family: str = means("its family")
    feasible: bool = means("whether it keeps every limit")
    per_asset_usd: float | None = means("per asset", "USD")
    per_month_usd: float | None = means("per month", "USD")
    gpus: float | None = means("GPUs of the fleet")
    memory_bytes: float | None = means("peak of one GPU", "B")
    p50_s: float | None = means("half of the requests are done", "s")
    p95_s: float | None = means("95 of 100 are done", "s")
    p99_s: float | None = means("99 of 100 are done", "s")


class Altered(Part):
    """A value that differs."""

    path: str = means("where")
    before: str = means("empty: not there")
    after: str = means("empty: not there")


class Cause(Part):
    """What differs and makes sense only together."""

    kind: Literal["spec", "catalogue", "price", "version"] = means("what differs")
    altered: list[Altered] = means("its values")


class Measure(Part):
    """An amount on both sides; its parts sum to the change, as decimals."""

    name: Literal["per_asset", "per_month"] = means("which amount")
    before_usd: float = means("before", "USD")
    after_usd: float = means("after", "USD")
    change_usd: float = means("after − before", "USD")
    parts_usd: list[float] = means("the part of each cause, in their order", "USD")


class Billed(Part):
    """A line of a bill on one side."""

    quantity: float | None = means("how much, in `unit`")
    unit: str = means("of the quantity")
    price: float | None = means("in `price_unit`")
    price_unit: str = means("of the price")


class LineChange(Part):
    """A line of the bill on both sides."""

    name: str = means("what is paid for")
    before_usd: float = means("before", "USD")
    after_usd: float = means("after", "USD")
    change_usd: float = means("after − before", "USD")
    parts_usd: list[float] = means("the part of each cause, in their order", "USD")
    old: Billed | None = means("null: the old bill does not have it")
    new: Billed | None = means("null: the new bill does not have it")


class Change(Part):
    """Two sides of one product."""

    name: str = means("of the spec")
    old: str = means("where the old side comes from")
    new: str = means("where the new side comes from")
    before: Outcome = means("what the old side comes to")
    after: Outcome = means("what the new side comes to")
    method: Literal["none", "one cause", "shapley", "in order"] = means("how the change was shared out")
    causes: list[Cause] = means("what differs")
    measures: list[Measure] = means("amounts, where prices are known on both sides")
    lines: list[LineChange] = means("the lines of the last measure")


class BrokenRule(Part):
    """What `--fail-on` found."""

    rule: str = means("which rule")
    message: str = means("in words")
    actual: float | None = means("what it comes to")
    limit: float | None = means("what is allowed")


class Diff(Change):
    """What changed between two sides."""

    schema_: Literal["tokencost.diff/1"] = means("this schema", name="schema")
    version: str = maybe("of tokencost; results of the first releases do not say it")
    catalogue_sha256: str = maybe("of the records that the new side was made with, its first digits")
    passed: bool = means("whether `--fail-on` found nothing")
    violations: list[BrokenRule] = means("what it found")


class Place(Part):
    """Where a rule of a budget stands."""

    file: str = means("the budget file")
    line: int = means("from 1; 0: not known")
    column: int = means("from 1; 0: not known")


class Finding(Part):
    """A broken limit at its place."""

    rule: str = means("which rule")
    level: Literal["fail", "warn", "note"] = means("warnings and notes stop nothing")
    message: str = means("in words")
    path: str = means("field of the spec")
    line: int = means("from 1; 0: not known")
    column: int = means("from 1; 0: not known")
    actual: float | None = means("what it comes to, in base units")
    limit: float | None = means("what is allowed, in base units")
    unit: str = means("of the figures of a rule; empty for the limits of a spec")
    owner: str = means("of the rule; empty where there is none")
    advice: str = means("what the owner says to do")
    waived: str = means("why a waiver lets it pass; empty where none does")
    stated: Place | None = means("where the rule stands, if a budget states it")


class Rules(Part):
    """The budget file that a spec was held against."""

    file: str = means("the budget file")
    rules: list[str] = means("the rules that select the spec")


class Check(Part):
    """Does a spec keep its limits."""

    schema_: Literal["tokencost.check/1"] = means("this schema", name="schema")
    version: str = means("of tokencost")
    catalogue_sha256: str = means("of all records together, its first digits")
    file: str = means("of the spec")
    name: str = means("of the spec")
    passed: bool = means("whether no limit is broken")
    findings: list[Finding] = means("broken limits")
    budget: Rules | None = means("the budget file, where there is one")
    change: Change | None = means("since the baseline, where there is one")
    recommendation: Recommendation = means("the choice")
    candidates: list[Candidate] = means("every model that was looked at, the best first")
