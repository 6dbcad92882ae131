"""What would change an answer, in one sentence each."""

from collections.abc import Sequence

from tokencost.nouns.answer import Recommendation
from tokencost.nouns.flip import Fix, Flip, Remedy, Shift, Spread, Steady
from tokencost.report import numbers

FACTORS = 10.0
"""Growth from which a factor is told instead of percent."""
MOST_NAMES = 4
"""Names of one outcome that a line holds."""
MOST_FLIPS = 10
"""Turns that a report shows; JSON has all."""


def of_flip(flip: Flip) -> str:
    """`GPU price from 12.01 USD/h (now 1.8, +567 %): gpt-image-2 (api)`."""
    outcome = f"{flip.model} ({flip.family})" if flip.model else "nothing keeps every limit"
    if isinstance(flip.value, str):
        return f"{flip.axis} {listed((flip.value, *flip.others))} (now {flip.start}): {outcome}"
    side = "from" if flip.distance is None or float(flip.distance) > 0 else "down to"
    return f"{flip.axis} {side} {figure(flip.value, flip.unit)} (now {number(flip.start)}, {moved(flip)}): {outcome}"


def of_steady(axis: Steady) -> str:
    """`latency limit p95 0.5 to 200 s`; of the family where another model comes in between."""
    what = " (family)" if axis.turns == "family" else ""
    if axis.names:
        return f"{axis.axis}{what} {listed(axis.names)}"
    return f"{axis.axis}{what} {number(axis.low)} to {figure(axis.high, axis.unit)}"


def of_spread(spread: Spread) -> str:
    """`$0.0005 – $0.00075 – $0.001 per asset, 300 ms – 391 ms – 510 ms per request`."""
    costs = (numbers.usd(value) for value in (spread.cost.p10, spread.cost.p50, spread.cost.p90))
    times = (numbers.time(value) for value in (spread.seconds.p10, spread.seconds.p50, spread.seconds.p90))
    return f"{' – '.join(costs)} per asset, {' – '.join(times)} per request"


def of_fix(fix: Fix) -> str:
    """`resolution 832 px (now 1,024, -19 %) and steps of sdxl 40 (now 50, -20 %): sdxl (diffusion)`."""
    return f"{' and '.join(_change(change) for change in fix.changes)}: {fix.model} ({fix.family})"


def _change(change: Shift) -> str:
    if isinstance(change.value, str):
        return f"{change.axis} {change.value} (now {change.start})"
    return f"{change.axis} {figure(change.value, change.unit)} (now {number(change.start)}, {moved(change)})"


def remedies(remedy: Remedy) -> tuple[str, ...]:
    """Single changes, names of one axis together, then pairs; or that there is none."""
    alone = [fix for fix in remedy.fixes if len(fix.changes) == 1]
    lines = [of_fix(fix) for fix in alone if not isinstance(fix.changes[0].value, str)]
    axes = dict.fromkeys(fix.changes[0].axis for fix in alone if isinstance(fix.changes[0].value, str))
    for axis in axes:
        named = [fix.changes[0] for fix in alone if fix.changes[0].axis == axis]
        lines.append(f"{axis} {listed([str(change.value) for change in named])} (now {named[0].start})")
    lines += [of_fix(fix) for fix in remedy.fixes if len(fix.changes) > 1]
    return tuple(lines) or ("no single change in the ranges that were searched",)


def remedy_title(remedy: Remedy) -> str:
    """Whom the changes are for."""
    return f"what it would take for {remedy.model}" if remedy.model else "smallest changes after which one fits"


def moved(flip: Flip | Shift) -> str:
    """The distance with its sign; a factor where percentages are no help."""
    distance = float(flip.distance or 0.0)
    if distance > FACTORS - 1:
        return f"× {numbers.number(distance + 1)}"
    return f"{distance:+.1%}".replace("%", " %") if abs(distance) < 0.1 else f"{distance:+,.0%}".replace("%", " %")


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(names[:MOST_NAMES])
    return f"{shown} and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else shown


def figure(value: object, unit: str) -> str:
    """A value in the unit in which a spec would state it."""
    return f"{number(value)} {unit}".strip()


def number(value: object) -> str:
    """A value of an axis as it stands behind `--set`, four digits."""
    return value if isinstance(value, str) else numbers.number(float(str(value)))


def shown(said: Recommendation) -> tuple[str, ...]:
    """The nearest turns, and in one line all axes along which nothing turns."""
    lines = [of_flip(flip) for flip in said.flips[:MOST_FLIPS]]
    more = len(said.flips) - MOST_FLIPS
    lines += [f"and {more} more (--format json)"] if more > 0 else []
    steady = [of_steady(axis) for axis in said.steady]
    return (*lines, *([f"no change: {'; '.join(steady)}"] if steady else []))
