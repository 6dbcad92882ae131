"""The rules of a budget file held against what a plan comes to, and against what it came to before."""

import datetime
import math
from dataclasses import dataclass

from tokencost.deciding.allowance import EXACT
from tokencost.nouns.budget import METRICS, Growth, Rule, Waiver
from tokencost.nouns.change import Outcome

NOTHING = "nothing feasible"
STEPS: dict[str, tuple[tuple[float, str], ...]] = {
    "B": ((2.0**30, "GiB"), (2.0**20, "MiB")),
    "J": ((1e9, "GJ"), (1e6, "MJ"), (1e3, "kJ"), (1.0, "J")),
    "kg": ((1e3, "t"), (1.0, "kg"), (1e-3, "g"), (1e-6, "mg")),
}
"""Units in which people say an amount, largest first; others are said as they are."""
FEWEST_DIGITS, MOST_DIGITS = 4, 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A key of a rule that is not kept, and the figures that say so; `value` is the metric itself.

    `excused` is a limit that this change neither crossed nor, where that counts, made worse.
    """

    key: str
    message: str
    value: float | None = None
    actual: float | None = None
    limit: float | None = None
    excused: bool = False


def amount_of(found: Outcome, rule: Rule) -> float | None:
    """The metric of a rule: the plan's own value, or a quantile of its draws; None if nobody knows."""
    metric = METRICS[rule.metric]
    if rule.at is None:
        value = getattr(found, metric.field)
        return None if value is None else float(value)
    drawn = getattr(found.spread, metric.drawn) if found.spread else None
    return None if drawn is None else float(getattr(drawn, rule.at))


def name_of(found: Outcome, rule: Rule) -> str:
    """The model or family that a plan recommends."""
    return str(getattr(found, METRICS[rule.metric].field)) if found.feasible else NOTHING


def called(rule: Rule) -> str:
    """`usd_per_asset at p90`."""
    return f"{rule.metric} at {rule.at}" if rule.at else rule.metric


def needs_baseline(rule: Rule) -> bool:
    """Whether a rule is about a change."""
    moves = rule.max_increase is not None or rule.max_decrease is not None
    return moves or rule.stays or rule.on != "always"


def broken(rule: Rule, before: Outcome | None, after: Outcome) -> list[Broken]:
    """Every key of a rule that is not kept; without a baseline what is over a limit has crossed it."""
    if METRICS[rule.metric].named:
        return [*_not_listed(rule, before, after), *_moved(rule, before, after)]
    value = amount_of(after, rule)
    if value is None:
        moves = "max_increase" if rule.max_increase is not None else "max_decrease"
        key = "limit" if rule.limit is not None else moves
        return [Broken(key=key, message=f"{called(rule)} is not known, so it cannot be judged", limit=rule.limit)]
    grown = _moved_far(rule, "max_increase", rule.max_increase, before, value)
    return [*_over(rule, before, value), *grown, *_moved_far(rule, "max_decrease", rule.max_decrease, before, value)]


def _not_listed(rule: Rule, before: Outcome | None, after: Outcome) -> list[Broken]:
    name = name_of(after, rule)
    if not rule.one_of or name in rule.one_of:
        return []
    excused = rule.on != "always" and before is not None and name_of(before, rule) not in rule.one_of
    message = f"{rule.metric} is {name}; allowed: {', '.join(rule.one_of)}"
    return [
        Broken(key="one_of", message=f"{message}; it was not before either" if excused else message, excused=excused)
    ]


def _moved(rule: Rule, before: Outcome | None, after: Outcome) -> list[Broken]:
    if not rule.stays or before is None or name_of(before, rule) == name_of(after, rule):
        return []
    return [Broken(key="stays", message=f"{rule.metric} changed: {name_of(before, rule)} → {name_of(after, rule)}")]


def _over(rule: Rule, before: Outcome | None, value: float) -> list[Broken]:
    """A limit that is exceeded; whether that counts depends on where it was."""
    if rule.limit is None or not exceeds(value, rule.limit):
        return []
    texts = apart(value, rule.limit, METRICS[rule.metric].unit)
    message = f"{called(rule)} is {texts[0]}, the limit is {texts[1]}"
    was = amount_of(before, rule) if before else None
    excused = was is not None and exceeds(was, rule.limit) and _tolerated(rule, was, value)
    why = "; it was over the limit before" + (" and is no worse now" if rule.on == "worsening" else "")
    return [
        Broken(
            key="limit", message=message + (why if excused else ""), value=value, actual=value, limit=rule.limit,
            excused=excused,
        )
    ]  # fmt: skip


def _tolerated(rule: Rule, was: float, value: float) -> bool:
    return rule.on == "crossing" or (rule.on == "worsening" and not exceeds(value, was))


def _moved_far(rule: Rule, key: str, allowed: Growth | None, before: Outcome | None, value: float) -> list[Broken]:
    """A metric that grew or fell by more than is allowed, or of which nobody can know whether it did."""
    if allowed is None or before is None:
        return []
    was, unit, sign = amount_of(before, rule), METRICS[rule.metric].unit, -1.0 if key == "max_decrease" else 1.0
    if was is None:
        message = f"{called(rule)} is not known of the baseline, so no change can be judged"
        return [Broken(key=key, message=message, value=value)]
    bounds = [allowed.share * was] if allowed.share is not None else []
    bounds += [allowed.amount] if allowed.amount is not None else []
    moved = sign * (value - was)
    if not all(moved > bound + EXACT * abs(was) for bound in bounds):
        return []
    signed = "+" if sign > 0 else "-"
    share = f", {sign * moved / was:+.1%}".replace("%", " %") if was else ""
    texts = apart(was, value, unit)
    told = f"{texts[0]} → {texts[1]} ({signed}{said(moved, unit)}{share}); allowed: {signed}{_allowed(allowed, unit)}"
    return [Broken(key=key, message=f"{called(rule)} {told}", value=value, actual=moved, limit=max(bounds))]


def _allowed(allowed: Growth, unit: str) -> str:
    parts = [f"{allowed.share * 100:g} %"] if allowed.share is not None else []
    parts += [said(allowed.amount, unit)] if allowed.amount is not None else []
    return " and ".join(parts)


def exceeds(value: float, limit: float) -> bool:
    """By more than the digits that a saved result has lost."""
    return value > limit + EXACT * abs(limit)


def holds(waiver: Waiver, found: Broken, rule: Rule, today: datetime.date) -> tuple[bool, str]:
    """Whether a waiver lets a broken rule pass on this day, and why or why not."""
    if today > waiver.until:
        days = (today - waiver.until).days
        return False, f"its waiver expired {_days(days)} ago, after {waiver.until}"
    if waiver.ceiling is not None and (found.value is None or exceeds(found.value, waiver.ceiling)):
        return False, f"above the ceiling of its waiver, {said(waiver.ceiling, METRICS[rule.metric].unit)}"
    left = (waiver.until - today).days
    return True, f"waived through {waiver.until}, {_days(left)} left: {waiver.reason}"


def _days(number: int) -> str:
    return f"{number:,} day{'' if number == 1 else 's'}"


def apart(one: float, other: float, unit: str) -> tuple[str, str]:
    """Both in as many digits as it takes to tell them from each other."""
    for digits in range(FEWEST_DIGITS, MOST_DIGITS):
        texts = said(one, unit, digits), said(other, unit, digits)
        if texts[0] != texts[1]:
            return texts
    return said(one, unit), said(other, unit)


def said(value: float, unit: str, digits: int = FEWEST_DIGITS) -> str:
    """`0.01234 USD`, `1.2 kJ`, `12`: at least so many digits, in the largest unit of which there is one."""
    steps = STEPS.get(unit, ((1.0, unit),))
    factor, name = next((step for step in steps if abs(value) >= step[0]), steps[-1])
    return f"{_plain(value / factor, digits)} {name}".strip()


def _plain(value: float, digits: int) -> str:
    if not value:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
