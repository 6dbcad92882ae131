"""What plans and comparisons say: candidates, the choice, and what would change it."""

from typing import Any, Literal

from tokencost.report.schemas.part import Family, Part, maybe, means
from tokencost.report.schemas.run import Line, Named, Platform, Request, RequestCost, Run, Tokens


class Violation(Part):
    """A limit that a candidate breaks."""

    constraint: str = means("dotted path of the limit, or what stands in the way")
    message: str = means("in words")
    actual: float | None = means("what it comes to, in base units")
    limit: float | None = means("what is allowed, in base units")


class ClassLatency(Part):
    """Requests of one class of the traffic."""

    share: float = means("of all requests")
    p50_s: float | None = means("half of the requests are done", "s")
    p95_s: float | None = means("95 of 100 are done", "s")
    p99_s: float | None = means("99 of 100 are done", "s")


class Capacity(Part):
    """A fleet under the planned load; a percentile that does not exist is null."""

    replicas: float | None = means("copies of the model")
    gpus: float | None = means("GPUs of all replicas")
    batch: float | None = means("requests that run together in a replica")
    utilization: float | None = means("busy share of the fleet")
    p50_s: float | None = means("half of the requests are done", "s")
    p95_s: float | None = means("95 of 100 are done", "s")
    p99_s: float | None = means("99 of 100 are done", "s")
    method: str = means("how the percentiles were found")
    classes: list[ClassLatency] = maybe("by class of the traffic, where it has classes")


class Cost(Part):
    """A bill."""

    per_asset_usd: float | None = means("per asset", "USD")
    per_month_usd: float | None = means("per month, where there is traffic", "USD")
    price_usd_per_gpu_hour: float | None = means("the price of a GPU", "USD/h")
    price_source: str = means("who says the price")
    lines: list[Line] = means("the lines of the bill")


class QuantilesUsd(Part):
    """What a tenth, half and nine tenths of the draws do not exceed."""

    p10: float | None = means("a tenth", "USD")
    p50: float | None = means("half", "USD")
    p90: float | None = means("nine tenths", "USD")


class QuantilesSeconds(Part):
    """What a tenth, half and nine tenths of the draws do not exceed."""

    p10: float | None = means("a tenth", "s")
    p50: float | None = means("half", "s")
    p90: float | None = means("nine tenths", "s")


class Uncertainty(Part):
    """Draws over prediction errors, prices and traffic."""

    cost_per_asset_usd: QuantilesUsd = means("cost of an asset")
    cost_per_month_usd: QuantilesUsd | None = means("cost of a month, where there is traffic")
    request_s: QuantilesSeconds = means("time of a request alone")


class Quality(Part):
    """A score, and the bound it was held against."""

    metric: str = means("which benchmark")
    value: float | None = means("the score; null: none is published")
    bound: str = means("what the spec asks for")
    conditions: str = means("under which it was measured")
    source: str = means("who published it")
    published: float | None = means("how many scores are published")
    worst: float | None = means("the lowest of them")


class Ceiling(Part):
    """How well a coder gives back what it is given."""

    metric: str = means("which measure")
    value: float | None = means("the score")
    conditions: str = means("under which it was measured")
    source: str = means("who published it")


class Candidate(Named, Run):
    """A model judged."""

    feasible: bool = means("whether it keeps every limit")
    violations: list[Violation] = means("limits that it breaks")
    capacity: Capacity | None = means("its fleet, where there is traffic")
    cost: Cost | None = means("its bill")
    uncertainty: Uncertainty | None = means("how far cost and time may be off")
    quality: list[Quality] = means("scores that were asked for")
    ceilings: list[Ceiling] = means("published reconstructions of its coder")
    undisclosed: list[str] = means("what its makers do not say")


Value = float | str | bool | None | list[Any] | dict[str, Any]


class Flip(Part):
    """The nearest value of an axis at which the choice is another."""

    axis: str = means("what is changed")
    path: str = means("its field of the spec")
    unit: str = means("of the values; empty: a name or a count")
    turns: Literal["model", "family"] = means("what turns")
    start: Value = means("where the spec stands", name="from")
    to: Value = means("where the choice turns")
    kept: float | None = means("the last value that changes nothing; null for names")
    distance: float | None = means("to / from − 1; null for names")
    set: list[str] = means("what `--set` takes to see it")
    set_kept: list[str] = means("what `--set` takes for the last value that changes nothing")
    others: list[str] = means("other names with the same outcome")
    model: str | None = means("what is then recommended; null: nothing is feasible")
    family: str | None = means("its family")
    says: str = means("in words")


class Steady(Part):
    """An axis along which the choice does not turn."""

    axis: str = means("what was changed")
    path: str = means("its field of the spec")
    unit: str = means("of the values")
    turns: Literal["model", "family"] = means("what does not turn")
    start: Value = means("where the spec stands", name="from")
    low: float | None = means("followed down to this value, in `unit`")
    high: float | None = means("followed up to this value, in `unit`")
    names: list[str] = means("names that were tried")
    range: str = means("why it ends there")
    says: str = means("in words")


class Shift(Part):
    """One field moved."""

    axis: str = means("what is changed")
    path: str = means("its field of the spec")
    unit: str = means("of the values")
    start: Value = means("where the spec stands", name="from")
    to: Value = means("where it has to go")
    distance: float | None = means("to / from − 1; null for names")


class Fix(Part):
    """One change, or two together, after which a model passes."""

    changes: list[Shift] = means("what is changed")
    set: list[str] = means("what `--set` takes to see it")
    model: str = means("which then passes")
    family: str = means("its family")
    says: str = means("in words")


class Remedy(Part):
    """The smallest changes that let something pass."""

    model: str | None = means("for whom; null: for any model")
    fixes: list[Fix] = means("the nearest first")


class Recommendation(Part):
    """The choice."""

    family: Family | None = means("null: nothing is feasible")
    model: str | None = means("null: nothing is feasible")
    feasible: bool = means("whether anything is")
    verdict: Literal["recommended", "too-close-to-call", "nothing-feasible"] = means("how clear it is")
    reasons: list[str] = means("in words")
    binding: str | None = means("the limit with the least slack")
    margin: float | None = means("how much dearer the runner-up is, as a share")
    confidence: float | None = means("share of draws in which this model is the best")
    family_confidence: float | None = means("share of draws in which this family is the best")
    runner_up: str | None = means("the next model")
    flips: list[Flip] = means("what would change the choice")
    steady: list[Steady] = means("what would not")
    remedy: Remedy | None = means("what would let something pass, where nothing does")


class Plan(Part):
    """Which model for a product."""

    schema_: Literal["tokencost.plan/1"] = means("this schema", name="schema")
    version: str = means("of tokencost")
    catalogue: dict[str, str] = means("a digest for each kind of record")
    catalogue_sha256: str = means("of all records together, its first digits")
    name: str = means("of the spec")
    file: str = means("of the spec")
    spec: dict[str, Any] = means("the spec as understood, defaults filled in, in base units")
    recommendation: Recommendation = means("the choice")
    candidates: list[Candidate] = means("every model that was looked at, the best first")


class Comparison(Part):
    """All models at one size."""

    schema_: Literal["tokencost.compare/1"] = means("this schema", name="schema")
    version: str = means("of tokencost")
    catalogue_sha256: str = means("of all records together, its first digits")
    task: str = means("text-to-image, text-to-video or image-to-text")
    width: float = means("pixels")
    height: float = means("pixels")
    frames: float = means("frames of a clip; 1 for an image")
    platform: Platform = means("where they run")
    candidates: list[Candidate] = means("every model that can do the task, the cheapest first")


class Estimate(Named, Run):
    """One model, one request, one platform."""

    schema_: Literal["tokencost.estimate/1"] = means("this schema", name="schema")
    version: str = means("of tokencost")
    catalogue_sha256: str = means("of all records together, its first digits")
    request: Request = means("what was asked for")
    cost: RequestCost = means("what it costs")


class TokenCount(Tokens):
    """The tokens object of an estimate, alone; it has no `schema`."""
