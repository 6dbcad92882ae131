"""Plans of other values of a spec, made beforehand: what a page shows when somebody turns a knob. No behaviour."""

from dataclasses import dataclass

from tokencost.nouns.answer import Candidate
from tokencost.units import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A field of a spec, or several that move together, and the values for which plans were made; `start` is one."""

    name: str
    path: str
    unit: str
    start: Count
    values: tuple[Count, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One plan: a value of every knob by its place, the overrides that say it, and the best model of every family.

    The first candidate is what the plan recommends, if it is feasible. Where no model of a family keeps every limit,
    the one speaks for it that stands first in the plan of the spec itself, of those that were made for the request.
    """

    places: tuple[int, ...]
    overrides: tuple[str, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Every combination of the values of the knobs, the last knob fastest; `missing` says what has no knob, and why."""

    knobs: tuple[Knob, ...]
    settings: tuple[Setting, ...]
    missing: tuple[str, ...] = ()
