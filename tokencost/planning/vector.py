"""Outcomes as vectors of amounts, and the grid of whole steps that amounts are told on."""

from collections.abc import Sequence
from decimal import Decimal

from tokencost.deciding.attribution import Vector, step_of
from tokencost.nouns.change import MeasureName, Outcome
from tokencost.record import dataclass

MEASURES: tuple[MeasureName, ...] = ("per_asset", "per_month")
LINE = "line: "
"""Before the name of a line of the bill."""


def vector(found: Outcome, names: Sequence[MeasureName]) -> Vector | None:
    """The measures and, of the last one, the share of every line; None where a price is not known."""
    amounts = {name: getattr(found, name) for name in names}
    if any(amount is None for amount in amounts.values()):
        return None
    total, shares = float(amounts[names[-1]]), [float(line.amount or 0) for line in found.lines]
    scale = total / sum(shares) if sum(shares) else 0.0
    lines: dict[str, float] = {}
    for line, share in zip(found.lines, shares, strict=True):
        lines[f"{LINE}{line.name}"] = lines.get(f"{LINE}{line.name}", 0.0) + share * scale
    return {**{name: float(amount) for name, amount in amounts.items()}, **lines}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Whole multiples of a step: sums of them are exact."""

    step: float

    def whole(self, amount: float) -> int:
        """The nearest multiple."""
        return round(amount / self.step)

    def usd(self, steps: int) -> float:
        """So many steps, as the float nearest to the decimal number."""
        return float(Decimal(repr(self.step)) * steps)


def grid_of(old: Outcome, new: Outcome, name: MeasureName) -> Grid:
    """The grid of a measure, fine enough for both sides."""
    return Grid(step=step_of(*(float(getattr(side, name) or 0) for side in (old, new))))
