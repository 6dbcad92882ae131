"""Limits of a change: how much dearer a product may become, and whether its model may be another."""

from tokencost.nouns.answer import Violation
from tokencost.nouns.change import Allowance, Change

EXACT = 1e-9
"""Relative difference below which two amounts are the same: a saved result has twelve digits."""
CALLED = {"per_asset": "per asset", "per_month": "per month"}


def increase_limit(change: Change, allowed: Allowance) -> list[Violation]:
    """A measure that grew by more than is allowed, or whose growth nobody can know."""
    before, after = getattr(change.before, allowed.measure), getattr(change.after, allowed.measure)
    rule, called = f"increase.{allowed.measure}", CALLED[allowed.measure]
    if before is None or after is None:
        side = change.old if before is None else change.new
        return [Violation(constraint=rule, message=f"no cost {called} is known of {side}, so no growth can be judged")]
    grown = float(after - before)
    bounds = [float(allowed.share * before)] if allowed.share is not None else []
    bounds += [float(allowed.amount)] if allowed.amount is not None else []
    if not all(grown > bound + EXACT * abs(float(before)) for bound in bounds):
        return []
    share = f", {grown / float(before):+.1%}".replace("%", " %") if before else ""
    text = f"{dollars(before)} → {dollars(after)} {called} (+{dollars(grown)}{share}); allowed: {_told(allowed)}"
    return [Violation(constraint=rule, message=text, actual=grown, limit=max(bounds))]


def _told(allowed: Allowance) -> str:
    parts = [f"{float(allowed.share) * 100:g} %"] if allowed.share is not None else []
    parts += [dollars(allowed.amount)] if allowed.amount is not None else []
    return "no increase" if parts == ["0 %"] else f"+{' and '.join(parts)}"


def dollars(amount: float) -> str:
    """Four significant digits, and cents of what is larger."""
    return f"{amount:,.2f} USD" if abs(amount) >= 100 else f"{amount:.4g} USD"


def any_change(change: Change) -> list[Violation]:
    """A cost that is not what it was, dearer or cheaper: a drop that nobody expected is a mistake too."""
    moved = [m for m in change.measures if abs(m.after - m.before) > EXACT * abs(m.before)]
    text = "; ".join(f"{dollars(m.before)} → {dollars(m.after)} {CALLED[m.name]}" for m in moved)
    if not change.measures:
        return [Violation(constraint="change", message="no cost is known on both sides, so no change can be judged")]
    return [Violation(constraint="change", message=f"the cost changed: {text}")] if moved else []


def another_model(change: Change) -> list[Violation]:
    """A recommendation that is not what it was; nothing feasible is another one too."""
    before, after = (side.model if side.feasible else "nothing feasible" for side in (change.before, change.after))
    if before == after:
        return []
    return [Violation(constraint="recommendation", message=f"the recommendation changed: {before} → {after}")]
