"""What the comment on a saved result says; every text in it may have been written by a stranger."""

from collections.abc import Sequence

from tokencost.nouns.answer import Line, Violation
from tokencost.nouns.change import Altered, Cause, Change, Compared, LineChange, Measure, Outcome
from tokencost.report import numbers
from tokencost.report.blocks import Answer, Block, Blocks, Bullets, Column, Grid, Item, Mark, Row, Tone, present
from tokencost.report.content_change import of_change, of_compared
from tokencost.report.schemas import change as saved
from tokencost.report.schemas.part import Part
from tokencost.report.schemas.plan import Candidate, Plan, Recommendation
from tokencost.report.sentences import place

Judged = Plan | saved.Check


def of_saved(results: Sequence[Part]) -> Blocks:
    """A report of results of one kind."""
    checks = [one for one in results if isinstance(one, saved.Check)]
    plans = [one for one in results if isinstance(one, Plan)]
    if checks:
        return _checks(checks)
    if plans:
        return tuple(block for plan in plans for block in _plan(plan))
    return tuple(block for one in results if isinstance(one, saved.Diff) for block in of_compared(_compared(one)))


def _checks(checks: Sequence[saved.Check]) -> Blocks:
    passed = sum(check.passed for check in checks)
    verdict = "passed" if passed == len(checks) else "failed"
    if len(checks) == 1:
        return _alone(checks[0], verdict)
    head = Answer(
        text=f"{verdict}: {passed} of {len(checks)} specs keep their limits", tone=_tone(passed == len(checks))
    )
    changed = [check.change for check in checks if check.change]
    return present(head, Bullets(items=tuple(map(_one_of_many, checks))), _changes(changed))


def _alone(check: saved.Check, verdict: str) -> Blocks:
    points = tuple(Item(text=_finding(check, f), mark="no" if f.level == "fail" else "") for f in check.findings)
    moved = of_change(_change(check.change)) if check.change else ()
    head = Answer(text=f"{verdict}: {check.name}: {_choice(check)}", tone=_tone(check.passed))
    return present(head, Bullets(items=points), *moved, *_around(check))


def _plan(plan: Plan) -> Blocks:
    head = Answer(text=f"{plan.name}: {_choice(plan)}", tone=_tone(plan.recommendation.feasible))
    return present(head, *_around(plan))


def _around(judged: Judged) -> list[Block]:
    said = judged.recommendation
    return [
        Bullets(items=tuple(Item(text=reason) for reason in said.reasons)),
        Bullets(title="what would change it", items=tuple(Item(text=flip.says) for flip in said.flips)),
        _remedy(said),
        _candidates(judged.candidates),
    ]


def _remedy(said: Recommendation) -> Bullets:
    fixes = said.remedy.fixes if said.remedy else []
    return Bullets(title="smallest changes after which one fits", items=tuple(Item(text=fix.says) for fix in fixes))


def _one_of_many(check: saved.Check) -> Item:
    mark: Mark = "yes" if check.passed else "no"
    remarks = tuple(_finding(check, found) for found in check.findings)
    return Item(text=f"{check.file}: {check.name}: {_choice(check)}", mark=mark, remarks=remarks)


def _finding(check: saved.Check, found: saved.Finding) -> str:
    where = place(check.file, found.line, found.column) + (": warning" if found.level == "warn" else "")
    return f"{where}: {found.path}: {found.message}" if found.path else f"{where}: {found.message}"


def _tone(good: bool) -> Tone:
    return "good" if good else "bad"


def _choice(judged: Judged) -> str:
    chosen = next((c for c in judged.candidates if c.model == judged.recommendation.model), None)
    if chosen is None:
        return f"no candidate keeps every limit ({len(judged.candidates)} examined)"
    cost, fleet = chosen.cost, chosen.capacity
    parts = [f"{chosen.model} ({chosen.family})"]
    parts += [f"{numbers.usd(cost.per_asset_usd)} per asset"] if cost and cost.per_asset_usd is not None else []
    parts += [f"{numbers.usd(cost.per_month_usd)} per month"] if cost and cost.per_month_usd is not None else []
    parts += [f"p95 {numbers.time(fleet.p95_s)}"] if fleet and fleet.p95_s is not None else []
    return ", ".join(parts)


def _candidates(candidates: Sequence[Candidate]) -> Grid:
    figures = (Column(name=name, figures=True) for name in ("p95", "GPUs", "$/asset", "$/month"))
    columns = (Column(name="model"), Column(name="family"), *figures)
    return Grid(title="candidates", columns=columns, rows=tuple(map(_row, candidates)))


def _row(candidate: Candidate) -> Row:
    cost, fleet = candidate.cost, candidate.capacity
    cells = (
        candidate.model,
        candidate.family,
        numbers.time(fleet.p95_s) if fleet and fleet.p95_s is not None else numbers.DASH,
        numbers.count(fleet.gpus) if fleet and fleet.gpus is not None else numbers.DASH,
        numbers.usd(cost.per_asset_usd) if cost and cost.per_asset_usd is not None else numbers.DASH,
        numbers.usd(cost.per_month_usd) if cost and cost.per_month_usd is not None else numbers.DASH,
    )
    remarks = tuple(violation.message for violation in candidate.violations)
    return Row(cells=cells, mark="yes" if candidate.feasible else "no", remarks=remarks)


def _changes(changes: Sequence[saved.Change]) -> Grid:
    """Amounts of several specs before and after."""
    columns = (Column(name="spec"), *(Column(name=name, figures=True) for name in ("before", "after", "change")))
    rows = tuple(
        Row(cells=(f"{one.name}, {measure.name.replace('_', ' ')}", *map(numbers.usd, _amounts(measure))))
        for one in changes
        for measure in one.measures
        if measure.change_usd
    )
    return Grid(title="what changed", columns=columns, rows=rows)


def _amounts(measure: saved.Measure) -> tuple[float, float, float]:
    return measure.before_usd, measure.after_usd, measure.change_usd


def _compared(diff: saved.Diff) -> Compared:
    broken = (Violation(constraint=v.rule, message=v.message) for v in diff.violations)
    return Compared(change=_change(diff), violations=tuple(broken))


def _change(change: saved.Change) -> Change:
    """The change as it was before it was saved; a part that is missing counts as nothing."""
    return Change(
        name=change.name, old=change.old, new=change.new, before=_outcome(change.before), after=_outcome(change.after),
        causes=tuple(Cause(kind=c.kind, altered=tuple(map(_altered, c.altered))) for c in change.causes),
        method=change.method, measures=tuple(_measure(m, len(change.causes)) for m in change.measures),
        lines=tuple(_line(line, len(change.causes)) for line in change.lines),
    )  # fmt: skip


def _altered(one: saved.Altered) -> Altered:
    return Altered(path=one.path, before=one.before, after=one.after)


def _measure(measure: saved.Measure, causes: int) -> Measure:
    """Amounts are whole multiples of a step; the smallest place that any of them has is one."""
    amounts = (measure.before_usd, measure.after_usd, *measure.parts_usd)
    places = max(len(f"{amount:.12f}".rstrip("0").partition(".")[2]) for amount in amounts)
    return Measure(
        name=measure.name, step=float(f"1e-{places}"), before=measure.before_usd, after=measure.after_usd,
        parts=_parts(measure.parts_usd, causes),
    )  # fmt: skip


def _line(line: saved.LineChange, causes: int) -> LineChange:
    return LineChange(
        name=line.name, old=_billed(line.name, line.old), new=_billed(line.name, line.new), before=line.before_usd,
        after=line.after_usd, parts=_parts(line.parts_usd, causes),
    )  # fmt: skip


def _parts(parts: Sequence[float], causes: int) -> tuple[float, ...]:
    return (*parts, *[0.0] * causes)[:causes]


def _billed(name: str, billed: saved.Billed | None) -> Line | None:
    if billed is None:
        return None
    return Line(
        name=name, quantity=billed.quantity or 0.0, unit=billed.unit, price=billed.price, price_unit=billed.price_unit,
        amount=None,
    )  # fmt: skip


def _outcome(side: saved.Outcome) -> Outcome:
    return Outcome(
        model=side.model, family=side.family, feasible=side.feasible, per_asset=side.per_asset_usd,
        per_month=side.per_month_usd, lines=(), gpus=side.gpus, memory=side.memory_bytes, p50=side.p50_s,
        p95=side.p95_s, p99=side.p99_s,
    )  # fmt: skip
