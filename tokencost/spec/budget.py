"""The budget file as records: what the keys are and what they mean. Figures are read by their metric, in `rules`."""

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from tokencost.nouns.budget import At, MetricName, On, RuleLevel
from tokencost.spec.allowance import percent
from tokencost.spec.quantities import Label, Name, Names, Title, Version, at_most, one_or_more
from tokencost.spec.record import AtLeastOne, Record
from tokencost.units import quoted

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_RULES = 1_000


def day(raw: object) -> datetime.date:
    """A day as ISO 8601 writes it; raises ValueError for anything else."""
    try:
        if isinstance(raw, str) and DAY.fullmatch(raw):
            return datetime.date.fromisoformat(raw)
    except ValueError as error:
        raise ValueError(f"{quoted(raw)} is no day: {error}") from None
    raise ValueError(f"{quoted(raw)} is no day; write year-month-day, such as 2027-01-31")


def _amount(raw: object) -> object:
    """What may be a figure; its unit is judged with the metric."""
    if isinstance(raw, str) or (isinstance(raw, int | float) and not isinstance(raw, bool)):
        return raw
    raise ValueError(f"{quoted(raw)} is not an amount; write for example '0.01 USD', '10 s' or 4")


def growth(raw: object) -> object:
    """`10 %, 0.002 USD` as its parts."""
    if not isinstance(raw, str):
        return raw
    parts = [part.strip() for part in raw.split(",")]
    found = [("percent" if "%" in part else "amount", part) for part in parts]
    if len(found) != len(dict(found)) or not all(parts):
        raise ValueError(f"{quoted(raw)} is no growth; write '10 %', '0.002 USD' or both, as in '10 %, 0.002 USD'")
    return dict(found)


def _share(raw: object) -> float:
    """`10 %` as 0.1; a bare number could mean either."""
    if isinstance(raw, str):
        return percent(raw)
    raise ValueError(f"{quoted(raw)} is no share; write for example '10 %'")


Figure = Annotated[Any, BeforeValidator(_amount), WithJsonSchema({"type": ["string", "number"], "examples": ["1 USD"]})]
Percent = Annotated[
    float, BeforeValidator(_share), WithJsonSchema({"type": "string", "pattern": "%$", "examples": ["10 %"]})
]
Day = Annotated[
    datetime.date,
    BeforeValidator(day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{DAY.pattern}$"}),
]
ONE_OR_MORE = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Texts = Annotated[
    tuple[Title, ...], BeforeValidator(at_most(200)), BeforeValidator(one_or_more), WithJsonSchema(ONE_OR_MORE)
]


class Select(AtLeastOne):
    """Which specs a rule is about; files and labels both have to fit."""

    specs: Texts | None = Field(
        default=None,
        description="Patterns of spec files, from the folder of this file: 'specs/*.yaml', 'ads/**'; a name without a "
        "slash fits in any folder.",
    )
    labels: dict[Label, Texts] = Field(
        default_factory=dict,
        max_length=50,
        description="Labels that the spec has, such as {team: ads}, or one of several.",
    )


class Increase(AtLeastOne):
    """How much a metric may grow or fall; of both, both have to be exceeded."""

    percent: Percent | None = Field(default=None, description="Of what it was, such as 10 %.")
    amount: Figure | None = Field(default=None, description="In the unit of the metric, such as 0.002 USD.")

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        """The short form too."""
        return {
            "anyOf": [{"type": "string", "examples": ["10 %, 0.002 USD"]}, handler.resolve_ref_schema(handler(core))]
        }

    @model_validator(mode="before")
    @classmethod
    def _short(cls, raw: Any) -> Any:
        return growth(raw)


class RuleText(Record):
    """Bounds of one metric for the specs that are selected."""

    id: Name = Field(description="What findings and waivers call this rule.")
    select: Select | None = Field(default=None, description="Which specs it is about; default: all.")
    metric: MetricName = Field(description="What is bounded, of the candidate that is recommended.")
    at: At | None = Field(
        default=None, description="A quantile of the metric over the plan's draws; default: the plan's own value."
    )
    limit: Figure | None = Field(default=None, description="The most that is allowed, with its unit.")
    max_increase: Increase | None = Field(
        default=None, description="How much it may grow since the baseline: 10 %, 0.002 USD, or both."
    )
    max_decrease: Increase | None = Field(
        default=None,
        description="How much it may fall since the baseline; a drop that nobody expects is a mistake too.",
    )
    one_of: Names | None = Field(default=None, description="Models or families that may be recommended.")
    stays: bool = Field(default=False, strict=True, description="Whether the recommendation has to be the baseline's.")
    on: On = Field(
        default="always",
        description="When a broken limit counts: always, only where the change crosses it, or where the change crosses "
        "it or makes it worse. What does not count is a warning.",
    )
    level: RuleLevel = Field(default="fail", description="What a broken rule does: fail, warn, or off.")
    owner: Title | None = Field(default=None, description="Whom to ask.")
    message: Title | None = Field(default=None, description="What to do about it.")


class WaiverText(Record):
    """A rule that need not be kept for a time."""

    rule: Name = Field(description="The id of the rule.")
    select: Select | None = Field(default=None, description="Which specs it is about; default: all of the rule.")
    until: Day = Field(description="The last day on which it holds, such as 2027-01-31.")
    ceiling: Figure | None = Field(
        default=None, description="Up to where the metric is let pass, with its unit; due for metrics that are figures."
    )
    reason: Title = Field(description="Why it was granted.")


class BaselineText(AtLeastOne):
    """What changes are held against."""

    source: str | None = Field(
        default=None,
        alias="from",
        description="git:main (where this branch left main) or a saved result beside this file; --baseline overrides.",
    )
    missing: Literal["fail", "warn"] | None = Field(
        default=None, description="A spec that the baseline does not have; default: fail."
    )


class BudgetText(Record):
    """Limits on specs, apart from the specs: who owns the money owns this file."""

    version: Version = Field(description="Version of this format: 1.")
    baseline: BaselineText | None = Field(default=None, description="What changes are held against.")
    rules: Annotated[tuple[RuleText, ...], BeforeValidator(at_most(MOST_RULES))] = Field(
        description="What has to be kept; every rule is judged."
    )
    waivers: Annotated[tuple[WaiverText, ...], BeforeValidator(at_most(MOST_RULES))] = Field(
        default=(), description="Rules that need not be kept for a time."
    )
