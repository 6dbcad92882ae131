"""A plan that was written with `plan --format json`, read again: its spec and what it came to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tokencost.errors import SpecError
from tokencost.nouns.answer import Line
from tokencost.nouns.change import Outcome
from tokencost.reading.strict_json import read_json_file
from tokencost.reading.validate import validate
from tokencost.units import quoted

SCHEMA = "tokencost.plan/1"
HINT = "`tokencost plan SPEC --format json -o FILE` writes one"


class _Part(BaseModel):
    """A part of a result; what is not needed here is passed over, so that results may grow."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class _Line(_Part):
    name: str
    quantity: float
    unit: str
    price: float | None
    price_unit: str
    amount_usd: float | None
    source: str = ""


class _Cost(_Part):
    per_asset_usd: float | None
    per_month_usd: float | None
    lines: list[_Line]


class _Capacity(_Part):
    gpus: float | None
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None


class _Latency(_Part):
    seconds: float | None = None
    high: float | None = None


class _Memory(_Part):
    peak_bytes: float | None = None


class _Candidate(_Part):
    model: str
    family: str
    feasible: bool
    cost: _Cost | None = None
    capacity: _Capacity | None = None
    memory: _Memory | None = None
    latency: _Latency | None = None


class _Recommendation(_Part):
    model: str | None


class Saved(_Part):
    """One plan of a saved result; `catalogue` has a digest for each kind of record."""

    schema_: str = Field(alias="schema")
    name: str
    file: str
    spec: dict[str, Any]
    recommendation: _Recommendation
    candidates: list[_Candidate] = Field(min_length=1)
    version: str = ""
    catalogue: dict[str, str] = Field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """What the plan came to: the recommended candidate, or the first where there is none."""
        chosen = next((c for c in self.candidates if c.model == self.recommendation.model), self.candidates[0])
        cost, fleet, memory, latency = chosen.cost, chosen.capacity, chosen.memory, chosen.latency
        slower = latency.high / latency.seconds if latency and latency.high and latency.seconds else 1.0
        return Outcome(
            model=chosen.model, family=chosen.family, feasible=chosen.feasible,
            per_asset=cost.per_asset_usd if cost else None, per_month=cost.per_month_usd if cost else None,
            lines=tuple(_line(line) for line in cost.lines) if cost else (), gpus=fleet.gpus if fleet else None,
            memory=memory.peak_bytes if memory else None, p50=fleet.p50_s if fleet else None,
            p95=fleet.p95_s if fleet else None, p99=fleet.p99_s if fleet else None, slower=slower,
        )  # fmt: skip


def _line(line: _Line) -> Line:
    return Line(
        name=line.name, quantity=line.quantity, unit=line.unit, price=line.price, price_unit=line.price_unit,
        amount=line.amount_usd, source=line.source,
    )  # fmt: skip


def saved_plans(path: Path) -> list[Saved]:
    """Every plan of a saved result; raises SpecError if it is none, AccessError if it cannot be read."""
    document = read_json_file(path)
    several = isinstance(document.data, list)
    for place, plan in enumerate(document.data) if several else ((None, document.data),):
        said = plan.get("schema") if isinstance(plan, Mapping) else None
        if said != SCHEMA:
            text = f"schema is {quoted(said)}, but a saved plan has {SCHEMA!r}; {HINT}"
            raise SpecError(document.problem(("schema",) if place is None else (place, "schema"), text))
    found: Saved | list[Saved] = validate(list[Saved] if several else Saved, document)
    return found if isinstance(found, list) else [found]
