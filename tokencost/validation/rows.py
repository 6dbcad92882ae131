"""What a table of measurements says, and what a prediction of it gives. No behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tokencost.units import Count, Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One published figure and its conditions; an empty text or a zero means the model's default.

    `value` is in the unit of its metric (s, 1/s, GB, a count). `faults` are cells that cannot be read; a row that
    has some is not predicted. `place` is file and line.
    """

    place: str
    id: str
    model: str
    metric: str
    value: float
    component: str = ""
    scope: str = ""
    family: str = ""
    gpu: str = ""
    parallelism: str = ""
    engine: str = ""
    precision: str = ""
    attention: str = ""
    guidance: str = ""
    n_gpus: int = 0
    width: int = 0
    height: int = 0
    frames: int = 0
    steps: int = 0
    batch: int = 0
    prompt_tokens: int = 0
    output_tokens: int = 0
    queries: int = 0
    context: int = 0
    classes: Mapping[str, float] = field(default_factory=dict)
    source: str = ""
    source_quality: str = ""
    notes: str = ""
    group: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A figure in the unit of the row's metric, the interval it claims, and FLOPs by operator class where counted."""

    value: Count
    low: Count
    high: Count
    classes: Mapping[str, Count] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A row beside its prediction; `unsupported` rows have a reason instead."""

    row: Row
    regime: str
    status: Literal["ok", "unsupported"]
    reason: str = ""
    prediction: Prediction | None = None
    ratio: Fraction | None = None
    class_ratios: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Errors of some predictions.

    An error is |ln(predicted / measured)|; `median` and `p90` are over rows, `group_median` and `group_p90` over
    the means of groups. `bias` is the typical predicted / measured, `coverage` the share of rows inside their interval.
    """

    rows: int
    groups: int
    median: Fraction
    p90: Fraction
    group_median: Fraction
    group_p90: Fraction
    bias: Fraction
    coverage: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refit:
    """A constant: what was believed before any measurement, what the catalogue says, what suits the rows best.

    All in the base unit of the field; of shares per precision the one of fp16.
    """

    name: str
    believed: float
    recorded: float
    fitted: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Every row with its outcome, in the order of the files, and errors by what rows share.

    `overall` leaves out counts, which are exact by construction, and energies, which have constants of their own,
    unless there is nothing else. `uses` tells times of groups that engines and GPUs were fitted to from those of groups
    held out, and energies likewise; it is empty for tables of one's own.
    Where a fit was asked for, it also has each group predicted by constants fitted to the others, and `constants` are
    those fitted to the groups that serve for that.
    """

    files: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    overall: Errors | None
    regimes: Mapping[str, Errors]
    gpus: Mapping[str, Errors]
    engines: Mapping[str, Errors]
    models: Mapping[str, Errors]
    groups: Mapping[str, Errors]
    uses: Mapping[str, Errors]
    worst: tuple[Outcome, ...]
    constants: tuple[Refit, ...] = ()
    seal: str = ""
