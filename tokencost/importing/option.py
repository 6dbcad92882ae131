"""Options of a class: what a configuration may say of each, and what the class takes where it says nothing.

A value that would change the network in a way no record can tell is refused by the option's name.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tokencost.units import quoted

LARGEST = 1_000_000
"""The largest width, depth or count that is read; nothing comes near it."""
LARGEST_TABLE = 1_000_000_000
"""The largest vocabulary or number of positions."""
LARGEST_LEVEL = 100
"""The most blocks in one level of a convolutional network."""
LONGEST = 64
"""Entries of the longest list."""


@dataclass(frozen=True, slots=True)
class Option:
    """`default` is what the class takes; `fault` says what was expected instead of a value, or nothing.

    A `fixed` option has one meaning that can be counted.
    """

    default: Any
    fault: Callable[[Any], str]
    fixed: bool = False


def size(default: int | None, *, most: int = LARGEST) -> Option:
    """A whole number from 1; a default of None allows null."""
    return Option(default, _unless_none(default, lambda value: _size_fault(value, most)))


def sizes(default: Sequence[int] | None, *, most: int = LARGEST) -> Option:
    """A list of whole numbers."""
    return Option(default, _unless_none(default, lambda value: _each(value, lambda one: _size_fault(one, most))))


def indices(default: Sequence[int]) -> Option:
    """A list, perhaps empty, of whole numbers from 0."""
    return Option(default, lambda value: "" if value in ((), None) else _each(value, _index_fault))


def tree(default: Any, *, most: int = LARGEST) -> Option:
    """A whole number, or lists of them within lists."""

    def fault(value: Any) -> str:
        return _each(value, fault) if isinstance(value, tuple) else _size_fault(value, most)

    return Option(default, _unless_none(default, fault))


def flag(default: bool) -> Option:
    """True or false."""
    return Option(default, _flag_fault)


def flags(default: Sequence[bool]) -> Option:
    """A list of true and false."""
    return Option(default, lambda value: _each(value, _flag_fault))


def never(default: Sequence[bool]) -> Option:
    """A list in which true cannot be counted."""
    return Option(default, lambda value: _each(value, lambda one: _choice_fault(one, (False,))), fixed=True)


def ratio(default: float) -> Option:
    """A positive number."""
    return Option(default, _ratio_fault)


def word(default: Any, *others: Any) -> Option:
    """One of a few words or numbers."""
    return Option(default, lambda value: _choice_fault(value, (default, *others)))


def words(default: Sequence[str], *others: str) -> Option:
    """A list of words out of a few."""
    return Option(
        default, lambda value: _each(value, lambda one: _choice_fault(one, (*dict.fromkeys(default), *others)))
    )


def only(*allowed: Any) -> Option:
    """An option that other values of cannot be counted; the first is the default."""
    return Option(allowed[0], lambda value: _choice_fault(value, allowed), fixed=True)


def unlike(default: Any, wanted: Option) -> Option:
    """An option that has to be said, since what the class takes by itself cannot be counted."""
    return Option(default, wanted.fault, fixed=True)


def _unless_none(default: Any, fault: Callable[[Any], str]) -> Callable[[Any], str]:
    return (lambda value: "" if value is None else fault(value)) if default is None else fault


def _size_fault(value: Any, most: int) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return "" if whole and 1 <= value <= most else f"expected a whole number from 1 to {most:,}"


def _index_fault(value: Any) -> str:
    return "" if value == 0 and not isinstance(value, bool) else _size_fault(value, LARGEST)


def _ratio_fault(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if number and math.isfinite(value) and 0 < value <= LARGEST else "expected a positive number"


def _flag_fault(value: Any) -> str:
    return "" if isinstance(value, bool) else "expected true or false"


def _choice_fault(value: Any, allowed: Sequence[Any]) -> str:
    same = any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in allowed)
    return "" if same else f"can be counted: {' or '.join(shown(one) for one in allowed)}"


def _each(value: Any, fault: Callable[[Any], str]) -> str:
    if not isinstance(value, tuple) or not 1 <= len(value) <= LONGEST:
        return f"expected a list of 1 to {LONGEST} entries"
    return next((said for said in map(fault, value) if said), "")


def shown(value: Any) -> str:
    """A value as JSON writes it, short."""
    if isinstance(value, tuple):
        text = f"[{', '.join(shown(one) for one in value[:8])}{', ...' if len(value) > 8 else ''}]"
        return text if len(text) <= 80 else text[:77] + "..."
    return {"True": "true", "False": "false", "None": "null"}.get(str(value), quoted(value))
