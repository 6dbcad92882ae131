"""Numbers that remember only their dimension; they stand in for floats while units are checked."""

import types
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

DERIVED = {"J": {"W": 1, "s": 1}}
"""Units that are products of others."""


class MismatchError(TypeError):
    """Two dimensions that do not go together."""


@dataclass(frozen=True)
class Dimension:
    """Powers of base units, e.g. FLOP/s is FLOP^1 s^-1."""

    powers: frozenset[tuple[str, Fraction]]

    @classmethod
    def of(cls, symbol: str) -> "Dimension":
        """The dimension of a unit such as "B/s", "1/s" or ""."""
        over, _, under = symbol.partition("/")
        top = of_powers(DERIVED.get(over, {over: 1} if over not in ("", "1") else {}))
        return top / of_powers(DERIVED.get(under, {under: 1})) if under else top

    def __add__(self, other: Any) -> "Dimension":
        return same(self, other)

    __radd__ = __sub__ = __rsub__ = __add__

    def __mul__(self, other: Any) -> "Dimension":
        return product(self, dimension(other), 1)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Dimension":
        return product(self, dimension(other), -1)

    def __rtruediv__(self, other: Any) -> "Dimension":
        return product(dimension(other), self, -1)

    def __neg__(self) -> "Dimension":
        return self

    def compared(self, other: Any) -> bool:
        """Whether one is larger is not known, but they must be of one kind."""
        same(self, other)
        return True

    __lt__ = __le__ = __gt__ = __ge__ = compared

    def __array_namespace__(self) -> types.SimpleNamespace:
        return LIBRARY

    def __str__(self) -> str:
        return " ".join(f"{unit}^{power}" for unit, power in sorted(self.powers)) or "a count"


def of_powers(powers: dict[str, Any]) -> Dimension:
    return Dimension(frozenset((unit, Fraction(power)) for unit, power in powers.items() if power))


def dimension(value: Any) -> Dimension:
    """Plain numbers are counts."""
    return value if isinstance(value, Dimension) else of_powers({})


def same(a: Any, b: Any) -> Dimension:
    """The dimension of a sum; a literal zero goes with everything."""
    if not isinstance(a, Dimension) and a == 0:
        return dimension(b)
    if (isinstance(b, Dimension) or b != 0) and dimension(a) != dimension(b):
        raise MismatchError(f"{dimension(a)} with {dimension(b)}")
    return dimension(a)


def product(a: Dimension, b: Dimension, sign: int) -> Dimension:
    powers = dict(a.powers)
    for unit, power in b.powers:
        powers[unit] = powers.get(unit, Fraction(0)) + sign * power
    return of_powers(powers)


def raised(a: Any, b: Any) -> Dimension:
    """Only a count may stand in an exponent, and only a number may lift a dimension."""
    if dimension(b).powers or (dimension(a).powers and isinstance(b, Dimension)):
        raise MismatchError(f"{dimension(a)} to the power of {dimension(b)}")
    return of_powers({unit: power * Fraction(b) for unit, power in dimension(a).powers})


def pure(a: Any) -> Dimension:
    """Exponentials and logarithms are of counts."""
    if dimension(a).powers:
        raise MismatchError(f"a logarithm or exponential of {dimension(a)}")
    return dimension(a)


LIBRARY = types.SimpleNamespace(
    maximum=same,
    minimum=same,
    where=lambda _, a, b: same(a, b),
    ceil=dimension,
    floor=dimension,
    power=raised,
    exp=pure,
    log=pure,
)
