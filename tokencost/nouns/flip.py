"""What would change an answer: a value at which the choice turns, or that there is none. No behaviour."""

from collections.abc import Mapping
from typing import Literal

from tokencost.record import dataclass
from tokencost.units import Count, Fraction

Turns = Literal["model", "family"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """The nearest value of an axis at which a plan recommends another model, or a model of another family.

    `overrides` are the fields of the spec that say it, as `--set` takes them, `before` those of `kept`: the last value
    on the way that changes nothing, None on an axis of names. `start` is where the spec stands; `distance` is
    value / start − 1.
    `others` are further names with the same outcome. `model` is None where nothing keeps every limit any more.
    """

    axis: str
    path: str
    unit: str
    turns: Turns
    start: Count | str
    value: Count | str
    kept: Count | None
    distance: Fraction | None
    overrides: tuple[str, ...]
    before: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    model: str | None
    family: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """An axis along which the choice does not turn, and how far it was followed; `why` says where the range ends."""

    axis: str
    path: str
    unit: str
    turns: Turns
    start: Count | str
    low: Count | None
    high: Count | None
    names: tuple[str, ...] = ()
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """What a tenth, half and nine tenths of all draws do not exceed."""

    p10: Count
    p50: Count
    p90: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What an asset may cost (USD) and a request may take (s) where predictions, prices and traffic are off.

    `month` is the cost of a month (USD), None without traffic.
    """

    cost: Quantiles
    seconds: Quantiles
    month: Quantiles | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """In what share of the draws each model, and each family, is the best; those that never are have no entry."""

    draws: int
    models: Mapping[str, Fraction]
    families: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One field of a spec moved: where it stands, where it has to go, and value / start − 1 (None for names)."""

    axis: str
    path: str
    unit: str
    start: Count | str
    value: Count | str
    distance: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One change, or two together, after which a model keeps every limit; `overrides` state it as `--set` takes it."""

    changes: tuple[Shift, ...]
    overrides: tuple[str, ...]
    model: str
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """The smallest changes that let something pass; `model` is who they are for, empty for any model at all."""

    model: str
    fixes: tuple[Fix, ...]
