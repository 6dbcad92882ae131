"""The constants that measurements may move: what each was thought to be before, and a platform with other values.

Everything else about a platform is a datasheet's figure or a measurement of its own, and stays.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tokencost.catalog.load import DATA, Catalog
from tokencost.nouns.hardware import Achieved, Engine, Platform, Power, Precision
from tokencost.units import Fraction

PRIORS = DATA / "priors.csv"
UNBOUNDED = ("kernel_time", "collective_latency", "collective_decay", "host")
"""Fields of what a GPU achieves that are no shares of a peak."""
WHOLE = 1.0
"""No share of a peak exceeds it, whatever a fit would like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """A constant of an engine, a precision or a family of GPUs, whose records move in proportion.

    `prior` is in the base unit of the field (s or a share), `factor` one standard deviation of belief in it, `now` what
    the first record says today. Of `matmul`, a share per precision, the fp16 figure stands for all.
    """

    kind: str
    records: tuple[str, ...]
    field: str
    prior: float
    factor: float
    now: float
    source: str

    @property
    def name(self) -> str:
        """As people find it: the first record and the field."""
        return f"{self.records[0]}.{self.field}"

    @property
    def pull(self) -> tuple[float, float]:
        """Where belief alone would have it, as ln(prior / now), and the standard deviation of that."""
        return math.log(self.prior / self.now), math.log(self.factor)


def constants(catalog: Catalog) -> tuple[Free, ...]:
    """Every constant that may move, in the order of the table."""
    with PRIORS.open(encoding="utf-8", newline="") as table:
        return tuple(_free(catalog, row) for row in csv.DictReader(table))


def _free(catalog: Catalog, row: Mapping[str, str]) -> Free:
    records = tuple(row["records"].split())
    said = getattr(catalog.get(row["kind"], records[0]), row["field"])
    return Free(
        kind=row["kind"], records=records, field=row["field"], prior=float(row["value"]), factor=float(row["factor"]),
        now=float(said["fp16"] if isinstance(said, Mapping) else said), source=row["source"],
    )  # fmt: skip


def concerns(constant: Free, on: Platform) -> bool:
    """Whether predictions for the platform use the constant."""
    return any(record.id in constant.records for record in _records(constant.kind, on))


def _records(kind: str, on: Platform) -> Sequence[Engine | Achieved | Power | Precision]:
    if kind == "engines":
        return (on.engine,)
    if kind == "power":
        return (on.power,)
    return tuple(on.precisions.values()) if kind == "precisions" else (on.achieved,)


def moved(on: Platform, free: Sequence[Free], logs: Sequence[float]) -> Platform:
    """The platform with each constant times e^log."""
    for constant, log in zip(free, logs, strict=True):
        if log and concerns(constant, on):
            on = _moved(on, constant, math.exp(log))
    return on


def _moved(on: Platform, constant: Free, by: float) -> Platform:
    match constant.kind:
        case "engines":
            return replace(on, engine=_with(on.engine, constant.field, by))
        case "precisions":
            found = on.precisions.items()
            kept = {use: _with(one, constant.field, by) if one.id in constant.records else one for use, one in found}
            return replace(on, precisions=kept)
        case "power":
            return replace(on, power=_with(on.power, constant.field, by))
    return replace(on, achieved=_with(on.achieved, constant.field, by))


def _with(record: Any, field: str, by: float) -> Any:
    value = getattr(record, field)
    share = isinstance(record, Achieved) and field not in UNBOUNDED
    changes: dict[str, Any] = {field: _scaled(value, by) if share else value * by}
    return replace(record, **changes)


def _scaled(share: Any, by: float) -> Any:
    """A share of a peak, or one per precision, none above the whole."""
    if isinstance(share, Mapping):
        return {name: _scaled(one, by) for name, one in share.items()}
    scaled: Fraction = min(float(share) * by, WHOLE)
    return scaled
