"""Values along an axis: written out as a list, or as a range with steps, in the unit that the reader wrote."""

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from tokencost.reading.validate import MisfitError
from tokencost.spec.record import Record
from tokencost.units import QUANTITY, quoted

MAX_VALUES = 1_000_000
"""Values of one axis at most."""
DIGITS = 12
"""Significant digits of a value in a range: as many as a text of it keeps."""
REACH = 1e-9
"""Share of a step by which a range may miss its end through rounding."""


@dataclass(frozen=True, slots=True)
class Values:
    """What an axis goes through: `texts` as a spec would say them; `numbers` in `unit` where they are quantities."""

    texts: tuple[str, ...]
    numbers: tuple[float, ...] = ()
    unit: str = ""


def scalar(raw: object) -> object:
    """A value as it stands; raises ValueError for anything that is none."""
    if raw is None or isinstance(raw, list | dict):
        raise ValueError(f"{quoted(raw)} stands where one value is due")
    return raw


Scalar = Annotated[Any, BeforeValidator(scalar)]


def _positive(raw: object) -> object:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= MAX_VALUES:
        raise ValueError(f"{quoted(raw)} is not a number of points; write 1 to {MAX_VALUES:,}")
    return raw


class Span(Record):
    """A range, both ends included: every `step`, or `points` of it, evenly spread over its values or its logarithm."""

    low: Scalar = Field(alias="from")
    to: Scalar
    step: Scalar | None = None
    points: Annotated[int | None, BeforeValidator(_positive)] = None
    scale: Literal["linear", "log"] = "linear"

    @model_validator(mode="after")
    def _consistent(self) -> "Span":
        if (self.step is None) == (self.points is None):
            raise MisfitError("a range goes by step or by points; write one of them", "to")
        if self.step is not None and self.scale == "log":
            raise MisfitError("a logarithmic range has points, not a step", "step")
        self.values(whole=False)
        return self

    def values(self, *, whole: bool) -> Values:
        """Every value of the range; raises MisfitError where it has none or too many."""
        (low, unit), (high, same) = _quantity(self.low, "from"), _quantity(self.to, "to")
        if unit != same:
            raise MisfitError(f"both ends take one unit, but {quoted(self.low)} and {quoted(self.to)} differ", "to")
        if high < low:
            raise MisfitError(f"the range ends below where it begins ({high:g} < {low:g}); swap them", "to")
        if self.scale == "log" and low <= 0:
            raise MisfitError("a logarithmic range begins above 0", "from")
        numbers = self._numbers(low, high, unit)
        kept = dict.fromkeys(float(round(n)) if whole else float(f"{n:.{DIGITS}g}") for n in numbers)
        return Values(tuple(text_of(n, unit) for n in kept), tuple(kept), unit)

    def _numbers(self, low: float, high: float, unit: str) -> list[float]:
        if self.points is not None:
            return spread(low, high, self.points, logarithmic=self.scale == "log")
        step, of_step = _quantity(self.step, "step")
        if of_step != unit or step <= 0:
            raise MisfitError(f"a step is above 0 and in the unit of the range: {text_of(1.0, unit)}", "step")
        count = math.floor((high - low) / step + REACH) + 1
        if count > MAX_VALUES:
            raise MisfitError(f"{count:,} values; at most {MAX_VALUES:,} are read", "step")
        return [low + n * step for n in range(count)]


def spread(low: float, high: float, points: int, *, logarithmic: bool) -> list[float]:
    """So many values from one end to the other, both included."""
    if points == 1:
        return [low]
    if logarithmic:
        ratio = math.log(high / low)
        inner = [low * math.exp(ratio * n / (points - 1)) for n in range(1, points - 1)]
    else:
        inner = [low + (high - low) * n / (points - 1) for n in range(1, points - 1)]
    return [low, *inner, high]


def text_of(number: float, unit: str) -> str:
    """A value as a spec would say it."""
    return f"{number:.{DIGITS}g} {unit}".strip()


def _quantity(raw: Any, at: str) -> tuple[float, str]:
    """A number and the unit behind it, as written."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw), ""
    match = QUANTITY.fullmatch(raw.strip(" ")) if isinstance(raw, str) else None
    if match is None:
        raise MisfitError(f"{quoted(raw)} is not a number with its unit", at)
    return float(match[1]), match[2] or ""


def listed(raw: list[Any]) -> Values:
    """A list as it stands; numbers in one unit are quantities."""
    texts = tuple("true" if one is True else "false" if one is False else str(one).strip(" ") for one in raw)
    try:
        found = [_quantity(one, "") for one in raw]
    except MisfitError:
        return Values(texts)
    units = {unit for _, unit in found}
    return Values(texts, tuple(number for number, _ in found), units.pop()) if len(units) == 1 else Values(texts)


def _members(raw: object) -> object:
    members = raw if isinstance(raw, list) else [raw]
    if not members:
        raise ValueError("the list is empty; write at least one value")
    if len(members) > MAX_VALUES:
        raise ValueError(f"{len(members):,} values; at most {MAX_VALUES:,} are read")
    seen: dict[str, int] = {}
    for n, one in enumerate(members):
        if one is None or isinstance(one, list | dict):
            raise MisfitError(f"{quoted(one)} stands where one value is due", n)
        if seen.setdefault(str(one), n) != n:
            raise MisfitError(f"duplicate {quoted(one)}; each value stands here once", n)
    return members


def _form(raw: object) -> str:
    return "Span" if isinstance(raw, dict | Span) else "list"


Axis = Annotated[
    Annotated[Span, Tag("Span")] | Annotated[list[Any], BeforeValidator(_members), Tag("list")], Discriminator(_form)
]
