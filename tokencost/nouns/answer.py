"""The answers: what a plan knows about a candidate, and the verdict over all of them. No behaviour."""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from tokencost.nouns.electricity import Electricity
from tokencost.nouns.flip import Flip, Remedy, Spread, Steady
from tokencost.nouns.model import Score
from tokencost.nouns.request import Request
from tokencost.record import dataclass
from tokencost.units import Bytes, Count, Flop, Fraction, PerSecond, Seconds, Usd, UsdPerSecond

Bound = Literal["compute", "memory", "link", "overhead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseTime:
    """One phase on a platform: demand over all steps, time, and what a step waits for."""

    id: str
    component: str
    steps: Count
    flop: Flop
    memory_traffic: Bytes
    link_traffic: Bytes
    kernels: Count
    seconds: Seconds
    bound: Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens of one request; `text` is the prompt as the backbone reads it, `sequence` all it attends to at the end."""

    grid: tuple[Count, Count, Count]
    visual: Count
    structural: Count
    text: Count
    sequence: Count
    generated: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Memory of one GPU of a replica: what it needs and whether it has it."""

    weights: Bytes
    kv_cache: Bytes
    activations: Bytes
    reserve: Bytes
    peak: Bytes
    available: Bytes
    fits: bool
    batch_limit: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A prediction and the central 90 % that validation supports."""

    value: Count
    low: Count
    high: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a bill: quantity × price = amount; `price` None means nobody has published one.

    `since` is the day from which the price is known to be true; "" where nobody dated it.
    """

    name: str
    quantity: Count
    unit: str
    price: Count | None
    price_unit: str
    amount: Usd | None
    source: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a candidate costs: per asset, per month, line by line; None where no price is known."""

    per_asset: Usd | None
    per_month: Usd | None
    lines: tuple[Line, ...]
    price: UsdPerSecond | None
    price_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLatency:
    """Latency percentiles of one class of requests, in the order of the spec."""

    share: Fraction
    p50: Seconds
    p95: Seconds
    p99: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """A fleet under the planned load: replicas, and the latency percentiles it then has."""

    replicas: Count
    gpus: Count
    batch: Count
    utilisation: Fraction
    p50: Seconds
    p95: Seconds
    p99: Seconds
    method: str
    classes: tuple[ClassLatency, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A constraint that a candidate breaks: what was asked, what it has, and by how much."""

    constraint: str
    message: str
    actual: Count | None = None
    limit: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A published quality score that decided, or that none is known.

    It is the most favourable of `published`; `worst` is the least favourable.
    """

    metric: str
    value: Count | None
    bound: str
    conditions: str = ""
    source: str = ""
    published: Count = 1.0
    worst: Count | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A number that a person chose or that a model's record assumes, and why."""

    name: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformName:
    """A platform as people name it."""

    gpu: str
    gpus: Count
    engine: str
    precision: str
    parallelism: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One model, one request (or batch), one platform.

    `energy` is drawn by the replica's GPUs for the batch, `electricity` taken from the grid for one asset of it.
    `seal` is the catalogue's, where the estimate stands alone.
    """

    model: str
    name: str
    family: str
    request: Request
    platform: PlatformName | None
    tokens: Tokens | None
    params: Mapping[str, Count]
    phases: tuple[PhaseTime, ...]
    footprint: Footprint | None
    latency: Interval
    requests_per_second: PerSecond
    tokens_per_second: PerSecond
    energy: Interval | None
    bill: Bill
    assumptions: tuple[Note, ...]
    sources: tuple[str, ...]
    electricity: Electricity | None = None
    accelerations: tuple[str, ...] = ()
    seal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An estimate judged against a spec."""

    model: str
    name: str
    family: str
    feasible: bool
    violations: tuple[Violation, ...]
    estimate: Estimate | None
    capacity: Capacity | None
    bill: Bill | None
    quality: tuple[Scored, ...]
    ceilings: tuple[Score, ...] = ()
    undisclosed: tuple[str, ...] = ()
    spread: Spread | None = None


Verdict = Literal["recommended", "too-close-to-call", "nothing-feasible"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The choice, or that there is none; `margin` is the runner-up's cost over the winner's, minus one.

    `confidence` is the share of draws in which the model stays the best, `family_confidence` that of its family.
    `flips` are the nearest values at which the choice turns, `steady` the axes along which it does not; both are empty
    where nobody searched. `remedy` is what would let a model pass that does not.
    """

    verdict: Verdict
    model: str | None
    family: str | None
    reasons: tuple[str, ...]
    binding: str
    margin: Fraction | None
    confidence: Fraction | None
    family_confidence: Fraction | None
    runner_up: str | None
    flips: tuple[Flip, ...] = ()
    steady: tuple[Steady, ...] = ()
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every candidate for one spec, best first, and the choice among them.

    `spec` is the spec as understood, defaults filled in; `places` the line and column of its dotted paths;
    `catalogue` a digest for each kind of record that it was made with, `seal` one for all of them.
    """

    name: str
    file: str
    task: str
    spec: Mapping[str, object]
    places: Mapping[str, tuple[int, int]]
    recommendation: Recommendation
    candidates: tuple[Candidate, ...]
    catalogue: Mapping[str, str] = field(default_factory=dict)
    seal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All models of a task side by side at one output size, cheapest first, those that cannot run last."""

    task: str
    width: Count
    height: Count
    frames: Count
    platform: PlatformName
    candidates: tuple[Candidate, ...]
    seal: str = ""
