"""The gate: a plan against its own limits, against a budget file, and against what it was before."""

import datetime
from collections.abc import Sequence
from typing import Literal

from tokencost.catalog.load import Catalog
from tokencost.deciding.allowance import increase_limit
from tokencost.deciding.budget import needs_baseline
from tokencost.deciding.causes import because, main_path
from tokencost.nouns.answer import Plan
from tokencost.nouns.budget import BudgetFile, Rule
from tokencost.nouns.change import Allowance, Change
from tokencost.nouns.check import Checked, Finding, Level
from tokencost.nouns.lock import Lock
from tokencost.planning.baseline import Baseline
from tokencost.planning.budget import Judged, findings_of, rules_for, unselected
from tokencost.planning.diff import changed
from tokencost.planning.glance import glance
from tokencost.planning.lock import admit_side
from tokencost.planning.memory import remembering
from tokencost.planning.place import place_of
from tokencost.planning.plan import quick_plan, with_remedy
from tokencost.planning.sides import Side, of_plan
from tokencost.record import dataclass, replace
from tokencost.spec.load import LoadedSpec

NO_INCREASE = Allowance(measure="per_asset", share=0.0)
MEASURED = ("usd_per_asset", "usd_per_month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What specs are held against besides their own limits.

    `allowed` is what somebody asked for by hand. Where that is nothing, and neither the baseline came from the budget
    (`by_budget`) nor a rule says how much a cost may grow, it may not grow at all. `missing` is the level of a spec
    without a baseline, `lock` what the baseline may be computed with, `today` the day on which waivers hold or do not.
    """

    baseline: Baseline | None = None
    allowed: tuple[Allowance, ...] = ()
    by_budget: bool = False
    missing: Literal["fail", "warn"] = "fail"
    budget: BudgetFile | None = None
    lock: Lock | None = None
    today: datetime.date = datetime.date.min


OPEN = Gate()


def check(catalog: Catalog, spec: LoadedSpec, gate: Gate = OPEN, *, brief: bool = False) -> Checked:
    """The plan judged: a spec passes if some candidate keeps every limit, and the gate finds nothing that fails.

    A `brief` one holds the choice alone: how sure it is and what would pass are left out, which takes a hundredth.
    """
    checked = _alone(catalog, spec, brief=brief, drawn=gate.budget is not None or gate.baseline is not None)
    rules = rules_for(gate.budget, spec) if gate.budget else ()
    checked = replace(checked, budget=gate.budget.file if gate.budget else "", rules=tuple(rule.id for rule in rules))
    before = gate.baseline.side(spec) if gate.baseline else None
    if before is not None and gate.lock is not None:
        admit_side(gate.lock, before, catalog)
    if before is not None:
        now = of_plan(checked.plan.file, spec, catalog, checked.plan)
        checked = replace(checked, change=changed(before, now))
    found = [*_missing(checked.plan, gate, before, rules), *_grown(checked, gate, rules)]
    if gate.budget is not None:
        judged = Judged(plan=checked.plan, spec=spec, before=before.outcome if before else None, change=checked.change)
        found += [one for rule in rules for one in findings_of(judged, rule, gate.budget, gate.today)]
        found += [] if rules else [unselected(checked.plan, gate.budget)]
    return with_findings(checked, found)


def _alone(catalog: Catalog, spec: LoadedSpec, *, brief: bool, drawn: bool) -> Checked:
    catalog = remembering(catalog)
    found = glance(catalog, spec, drawn=drawn) if brief else quick_plan(catalog, spec)
    if found.recommendation.verdict != "nothing-feasible":
        return Checked(plan=found, passed=True, findings=())
    found = found if brief else with_remedy(catalog, spec, found)
    return Checked(plan=found, passed=False, findings=tuple(_findings(found)))


def _findings(found: Plan) -> list[Finding]:
    """What the nearest candidate breaks, each limit at its place in the spec."""
    nearest = found.candidates[0]
    findings = []
    for violation in nearest.violations:
        path = PLACES.get(violation.constraint, violation.constraint)
        line, column = place_of(found, path)
        findings.append(
            Finding(
                rule=violation.constraint, message=f"{nearest.name}: {violation.message}", path=path, line=line,
                column=column, actual=violation.actual, limit=violation.limit,
            )
        )  # fmt: skip
    return findings


PLACES = {
    "size": "output", "frames": "output", "positions": "output", "availability": "candidates", "price": "candidates",
    "precision": "platform", "engine": "platform", "memory": "platform", "task": "task",
}  # fmt: skip
"""Constraint -> the part of a spec that sets it, where its name is not that path already."""


def with_findings(checked: Checked, more: Sequence[Finding]) -> Checked:
    """With further findings; those that fail close the gate."""
    passed = checked.passed and not any(finding.level == "fail" for finding in more)
    return replace(checked, passed=passed, findings=(*checked.findings, *more))


def _missing(found: Plan, gate: Gate, before: Side | None, rules: Sequence[Rule]) -> list[Finding]:
    """A spec that the baseline does not have, or rules about a change where nobody named a baseline."""
    if before is not None:
        return []
    if gate.baseline is not None:
        name = gate.baseline.name
        message = f"no baseline: {name} has no plan of this spec, so nobody knows whether its cost grew"
        return [_finding(found, "baseline.missing", message, "name", gate.missing)]
    about = [rule.id for rule in rules if needs_baseline(rule)]
    if not about:
        return []
    message = f"no baseline: {', '.join(about)} judge a change, and --baseline names nothing to change from"
    return [_finding(found, "baseline.missing", message, "name", gate.missing)]


def _grown(checked: Checked, gate: Gate, rules: Sequence[Rule]) -> list[Finding]:
    """Costs that grew by more than was allowed by hand."""
    ruled = any(rule.max_increase and rule.metric in MEASURED for rule in rules)
    usual = () if ruled or gate.by_budget else (NO_INCREASE,)
    if checked.change is None:
        return []
    return [one for allowed in gate.allowed or usual for one in _too_much(checked.plan, checked.change, allowed)]


def _too_much(found: Plan, change: Change, allowed: Allowance) -> list[Finding]:
    """A cost that grew too much, at the field that moved it most, with the part of every cause."""
    reasons = because(change, allowed.measure)
    path = main_path(change, allowed.measure) or "name"
    return [
        replace(
            _finding(found, broken.constraint, f"{broken.message}{f': {reasons}' if reasons else ''}", path, "fail"),
            actual=broken.actual, limit=broken.limit,
        )
        for broken in increase_limit(change, allowed)
    ]  # fmt: skip


def _finding(found: Plan, rule: str, message: str, path: str, level: Level) -> Finding:
    line, column = place_of(found, path)
    return Finding(rule=rule, message=message, path=path, line=line, column=column, level=level)
