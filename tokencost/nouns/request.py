"""What a user asks for, before any model is chosen."""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated

from tokencost.nouns.model import TaskName
from tokencost.record import dataclass
from tokencost.units import Count, Fraction, Joules, Kilograms, PerSecond, Seconds, Unit, Usd, UsdPerSecond

Moment = Annotated[float, Unit("s")]
"""When something happens: one number, never an array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call: an image, a clip, or an answer about an image. `batch` requests run together."""

    id: str = "request"
    task: TaskName
    width: Count
    height: Count
    frames: Count = 1.0
    fps: Count = 0.0
    prompt_tokens: Count
    output_tokens: Count = 0.0
    batch: Count = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Requests per second: sized on the peak, billed on the average. `burstiness` is c² of the arrivals.

    `arrivals` is a trace, scaled in time to the peak rate; with it a fleet is sized on that path alone. `peak_to_mean`
    and `cycle` describe a sine wave around the average; 0 where the spec draws none. `utilisation_target` is the busy
    share that a fleet may reach at the peak.
    """

    average: PerSecond
    peak: PerSecond
    burstiness: Fraction = 1.0
    peak_to_mean: Fraction = 0.0
    cycle: Seconds = 0.0
    utilisation_target: Fraction = 1.0
    arrivals: tuple[Moment, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """How many requests a replica may take at once, and how long the first of them may wait for others."""

    most: int
    window: Seconds = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Renting:
    """How a fleet is rented: `spares` beside the replicas that are needed, `mix` as shares of the GPUs by term.

    `cold_start` passes before a new replica serves; 0 where the spec does not say. With `autoscale` the fleet follows
    the profile of its traffic and is paid as it runs.
    """

    spares: Count = 0.0
    mix: Mapping[str, Fraction] = field(default_factory=dict)
    cold_start: Seconds = 0.0
    autoscale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Which offers may be rented, and what is agreed beside their list price; what is empty leaves the choice open.

    `residency` names a set of countries in which the machines have to stand; `largest` bounds the GPUs of an instance.
    `since` is the day on which a price of one's own was true. `discount` is a share of the list price that is not paid,
    down to `floor`; `interrupted` the share of spot hours that is lost; `committed_use` the share of committed hours
    that is used.
    """

    providers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    instance: str = ""
    residency: str = ""
    largest: int = 0
    since: str = ""
    discount: Fraction = 0.0
    floor: UsdPerSecond = 0.0
    interrupted: Fraction = 0.0
    committed_use: Fraction = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyLimit:
    """A percentile of the latency that a spec bounds, e.g. 0.95 at 10 s."""

    percentile: Fraction
    limit: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be spent; infinite where nothing is said. A price seen before `prices_since` is too old to judge by."""

    per_asset: Usd = float("inf")
    per_month: Usd = float("inf")
    energy_per_asset: Joules = float("inf")
    carbon_per_asset: Kilograms = float("inf")
    prices_since: str = ""
