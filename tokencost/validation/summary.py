"""Errors of many predictions: medians and percentiles of |ln(predicted / measured)|, over rows and over groups."""

import math
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from tokencost.units import Fraction
from tokencost.validation.rows import Errors, Outcome

NINETY = 0.9
GROUP_PARTS, FITTED_PARTS = 10, 7
"""Groups are dealt into ten parts by the checksum of their names; seven of them served to fit."""


def errors(outcomes: Iterable[Outcome]) -> Errors | None:
    """Errors of those that were predicted; None if none was."""
    found = [o for o in outcomes if o.ratio is not None]
    if not found:
        return None
    logs = [log_ratio(o) for o in found]
    by_group: dict[str, list[float]] = {}
    for one, log in zip(found, logs, strict=True):
        by_group.setdefault(one.row.group, []).append(log)
    means = [sum(group) / len(group) for group in by_group.values()]
    sizes, group_sizes = sorted(map(abs, logs)), sorted(map(abs, means))
    return Errors(
        rows=len(found), groups=len(means), median=quantile(sizes, 0.5), p90=quantile(sizes, NINETY),
        group_median=quantile(group_sizes, 0.5), group_p90=quantile(group_sizes, NINETY),
        bias=math.exp(quantile(sorted(means), 0.5)), coverage=coverage(found),
    )  # fmt: skip


def log_ratio(one: Outcome) -> float:
    """ln(predicted / measured); positive where the prediction is too high."""
    return math.log(one.ratio) if one.ratio else 0.0


def quantile(ordered: Sequence[float], share: Fraction) -> float:
    """The value below which `share` of them lie, interpolated between neighbours."""
    place = float(share) * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def coverage(found: Sequence[Outcome]) -> Fraction | None:
    """Share of the measured figures inside the predicted interval; None where no prediction claims one."""
    claims = [(o.row.value, o.prediction) for o in found if o.prediction and o.prediction.low < o.prediction.high]
    if not claims:
        return None
    return sum(float(p.low) <= value <= float(p.high) for value, p in claims) / len(claims)


def split(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> Mapping[str, Errors]:
    """Errors by what outcomes share, in the order of names; where nothing was predicted there is no entry."""
    parts: dict[str, list[Outcome]] = {}
    for one in outcomes:
        parts.setdefault(key(one), []).append(one)
    found = {name: errors(part) for name, part in sorted(parts.items())}
    return {name: part for name, part in found.items() if part is not None}


def use_of(one: Outcome) -> str:
    """Whether a shipped row served to fit engines and GPUs."""
    return "fitted" if serves_to_fit(one.row.group) else "held out"


def serves_to_fit(group: str) -> bool:
    """Whether constants may be fitted to a group; its name alone decides, so that nobody chooses."""
    return zlib.crc32(group.encode()) % GROUP_PARTS < FITTED_PARTS


def with_error(one: Outcome, log: float) -> Outcome:
    """The same row, predicted with ln(predicted / measured) of `log`."""
    if one.prediction is None or one.ratio is None:
        return one
    by, old = math.exp(log) / one.ratio, one.prediction
    return replace(
        one, ratio=math.exp(log), prediction=replace(old, value=old.value * by, low=old.low * by, high=old.high * by)
    )


def worst(outcomes: Iterable[Outcome], number: int) -> tuple[Outcome, ...]:
    """The predictions that are furthest off."""
    found = [o for o in outcomes if o.ratio is not None]
    return tuple(sorted(found, key=lambda o: -abs(log_ratio(o)))[:number])
