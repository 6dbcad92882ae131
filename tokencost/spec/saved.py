"""A plan that was written with `plan --format json`, read again: its spec and what it came to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tokencost.errors import SpecError
from tokencost.nouns.answer import Line
from tokencost.nouns.change import Outcome
from tokencost.nouns.flip import Quantiles, Spread
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
    since: str | None = None


class _Cost(_Part):
    per_asset_usd: float | None
    per_month_usd: float | None
    lines: list[_Line]


class _Capacity(_Part):
    replicas: float | None = None
    gpus: float | None
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None


class _Latency(_Part):
    seconds: float | None = None
    high: float | None = None


class _Memory(_Part):
    peak_bytes: float | None = None


class _Electricity(_Part):
    per_asset_joules: float | None = None
    per_asset_kg_co2e: float | None = None
    per_month_joules: float | None = None
    per_month_kg_co2e: float | None = None


class _Quantiles(_Part):
    p10: float
    p50: float
    p90: float

    @property
    def noun(self) -> Quantiles:
        return Quantiles(p10=self.p10, p50=self.p50, p90=self.p90)


class _Uncertainty(_Part):
    cost_per_asset_usd: _Quantiles
    request_s: _Quantiles
    cost_per_month_usd: _Quantiles | None = None

    @property
    def noun(self) -> Spread:
        month = self.cost_per_month_usd
        return Spread(
            cost=self.cost_per_asset_usd.noun, seconds=self.request_s.noun, month=month.noun if month else None
        )


class _Candidate(_Part):
    model: str
    family: str
    feasible: bool
    cost: _Cost | None = None
    capacity: _Capacity | None = None
    memory: _Memory | None = None
    latency: _Latency | None = None
    electricity: _Electricity | None = None
    uncertainty: _Uncertainty | None = None


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
            replicas=fleet.replicas if fleet else None, request_time=latency.seconds if latency else None,
            spread=chosen.uncertainty.noun if chosen.uncertainty else None, **_taken(chosen.electricity),
        )  # fmt: skip


def _taken(found: _Electricity | None) -> dict[str, float | None]:
    if found is None:
        return {}
    return {
        "energy_per_asset": found.per_asset_joules, "carbon_per_asset": found.per_asset_kg_co2e,
        "energy_per_month": found.per_month_joules, "carbon_per_month": found.per_month_kg_co2e,
    }  # fmt: skip


def _line(line: _Line) -> Line:
    return Line(
        name=line.name, quantity=line.quantity, unit=line.unit, price=line.price, price_unit=line.price_unit,
        amount=line.amount_usd, source=line.source, since=line.since or "",
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
