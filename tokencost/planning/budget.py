"""A plan against the rules of a budget file that select its spec, and the waivers that let it pass for a time."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from tokencost.deciding.budget import Broken, broken, holds
from tokencost.deciding.causes import because, main_path
from tokencost.nouns.answer import Plan
from tokencost.nouns.budget import METRICS, BudgetFile, Rule, Waiver
from tokencost.nouns.change import Change, MeasureName, Outcome
from tokencost.nouns.check import Finding, Level
from tokencost.planning.place import place_of
from tokencost.planning.selection import selects
from tokencost.planning.sides import outcome_of
from tokencost.spec.load import LoadedSpec

MEASURES: dict[str, MeasureName] = {"usd_per_asset": "per_asset", "usd_per_month": "per_month"}
"""Metrics whose change is shared out among its causes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A spec and its plan, what it came to before, and what changed; None without a baseline."""

    plan: Plan
    spec: LoadedSpec
    before: Outcome | None
    change: Change | None


def rules_for(budget: BudgetFile, spec: LoadedSpec) -> tuple[Rule, ...]:
    """The rules that select a spec and are not off."""
    file, labels = spec.document.file, spec.product.labels
    return tuple(r for r in budget.rules if r.level != "off" and selects(r.select, budget.folder, file, labels))


def unselected(found: Plan, budget: BudgetFile) -> Finding:
    """That no rule is about a spec."""
    path = "labels" if "labels" in found.places else "name"
    line, column = place_of(found, path)
    message = f"no rule of {budget.file} selects this spec"
    return Finding(rule="budget.unselected", message=message, path=path, line=line, column=column, level="note")


def findings_of(judged: Judged, rule: Rule, budget: BudgetFile, today: datetime.date) -> Iterator[Finding]:
    """Everything that is wrong with one rule, and a waiver of it that outlived its use."""
    waivers = _waivers(judged, rule, budget)
    wrong = broken(rule, judged.before, outcome_of(judged.plan))
    for one in wrong:
        yield _finding(judged, rule, one, waivers, today)
    for waiver in waivers if not wrong else ():
        if today > waiver.until:
            yield _outlived(judged.plan, rule, waiver, (today - waiver.until).days)


def _waivers(judged: Judged, rule: Rule, budget: BudgetFile) -> list[Waiver]:
    file, labels = judged.spec.document.file, judged.spec.product.labels
    return [w for w in budget.waivers if w.rule == rule.id and selects(w.select, budget.folder, file, labels)]


def _finding(judged: Judged, rule: Rule, one: Broken, waivers: list[Waiver], today: datetime.date) -> Finding:
    """A broken rule, passed by the first waiver that holds, else with what is the matter with each."""
    answers = [holds(waiver, one, rule, today) for waiver in waivers]
    waived = next((why for holding, why in answers if holding), "")
    faults = "".join(f"; {why}" for _, why in answers) if not waived else ""
    path, moved = _moved_by(judged, rule, one)
    line, column = place_of(judged.plan, path)
    return Finding(
        rule=rule.id, message=f"{one.message}{moved}{faults}", path=path, line=line, column=column, actual=one.actual,
        limit=one.limit, level=_level(rule, one, waived), unit=METRICS[rule.metric].unit, owner=rule.owner,
        advice=rule.message, waived=waived, stated=rule.places.get(one.key, rule.places["id"]),
    )  # fmt: skip


def _level(rule: Rule, one: Broken, waived: str) -> Level:
    if waived:
        return "note"
    return "warn" if one.excused or rule.level == "warn" else "fail"


def _moved_by(judged: Judged, rule: Rule, one: Broken) -> tuple[str, str]:
    """The field of the spec that matters: what moved the metric, else what sets it; and the part of every cause."""
    measure, change = MEASURES.get(rule.metric), judged.change
    told = measure is not None and rule.at is None and one.key in ("max_increase", "max_decrease")
    reasons = because(change, measure) if change and measure and told else ""
    moved = _mover(change, rule) if change and not one.excused else ""
    usual = next((path for path in METRICS[rule.metric].where if path in judged.plan.places), "name")
    return moved or usual, f": {reasons}" if reasons else ""


def _mover(change: Change, rule: Rule) -> str:
    """The field that made the cost grow most, else the first that changed; of a name always the first."""
    first = next((cause.altered[0].path for cause in change.causes if cause.kind == "spec"), "")
    grown = "" if METRICS[rule.metric].named else main_path(change, MEASURES.get(rule.metric, "per_asset"))
    return grown or first


def _outlived(found: Plan, rule: Rule, waiver: Waiver, days: int) -> Finding:
    line, column = place_of(found, "name")
    message = (
        f"its waiver expired {days:,} day{'' if days == 1 else 's'} ago, after {waiver.until}, and nothing needs it"
    )
    return Finding(
        rule=rule.id, message=f"{message}; remove it", path="name", line=line, column=column, level="warn",
        owner=rule.owner, stated=waiver.place,
    )  # fmt: skip
