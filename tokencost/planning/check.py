"""The gate: a plan against its own limits, and against what it was before."""

from collections.abc import Sequence

from tokencost.catalog.load import Catalog
from tokencost.deciding.allowance import increase_limit
from tokencost.deciding.causes import because, main_path
from tokencost.nouns.answer import Plan
from tokencost.nouns.change import Allowance, Change
from tokencost.nouns.check import Checked, Finding, Level
from tokencost.planning.baseline import Baseline
from tokencost.planning.diff import changed
from tokencost.planning.glance import glance
from tokencost.planning.memory import remembering
from tokencost.planning.plan import quick_plan, with_remedy
from tokencost.planning.sides import of_plan
from tokencost.record import replace
from tokencost.spec.load import LoadedSpec

NO_INCREASE = Allowance(measure="per_asset", share=0.0)


def check(catalog: Catalog, spec: LoadedSpec) -> Checked:
    """The plan judged: a spec passes if some candidate keeps every limit."""
    catalog = remembering(catalog)
    found = quick_plan(catalog, spec)
    if found.recommendation.verdict != "nothing-feasible":
        return Checked(plan=found, passed=True, findings=())
    found = with_remedy(catalog, spec, found)
    return Checked(plan=found, passed=False, findings=tuple(_findings(found)))


def check_briefly(catalog: Catalog, spec: LoadedSpec) -> Checked:
    """As `check`, of the choice alone: how sure it is and what would pass are left out, which takes a hundredth."""
    found = glance(catalog, spec)
    passed = found.recommendation.verdict != "nothing-feasible"
    return Checked(plan=found, passed=passed, findings=() if passed else tuple(_findings(found)))


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


def place_of(found: Plan, path: str) -> tuple[int, int]:
    """Line and column of a path, or of the nearest part around it that the spec has."""
    while path:
        if path in found.places:
            return found.places[path]
        path = path.rpartition(".")[0]
    return 1, 1


def check_change(
    catalog: Catalog, spec: LoadedSpec, baseline: Baseline, allowed: Sequence[Allowance], missing: Level
) -> Checked:
    """The plan judged, and its change since the baseline; without one the finding has the level `missing`."""
    checked = check(catalog, spec)
    before = baseline.side(spec)
    if before is None:
        message = f"no baseline: {baseline.name} has no plan of this spec, so nobody knows whether its cost grew"
        return with_findings(checked, [_finding(checked.plan, "baseline.missing", message, "name", missing)])
    change = changed(before, of_plan(checked.plan.file, spec, catalog, checked.plan))
    found = [finding for one in allowed or (NO_INCREASE,) for finding in _grown(checked.plan, change, one)]
    return with_findings(replace(checked, change=change), found)


def with_findings(checked: Checked, more: Sequence[Finding]) -> Checked:
    """With further findings; those that fail close the gate."""
    passed = checked.passed and not any(finding.level == "fail" for finding in more)
    return replace(checked, passed=passed, findings=(*checked.findings, *more))


def _grown(found: Plan, change: Change, allowed: Allowance) -> list[Finding]:
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
