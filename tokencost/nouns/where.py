"""The cheapest place: models on every offer that is allowed, and from which volume one's own fleet beats an API."""

from dataclasses import dataclass

from tokencost.units import Count, PerSecond, Seconds, Usd


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A model somewhere: on rented GPUs, or as its provider sells it (`gpu` is then empty).

    `per_month` is known where there is traffic; `reason` says what speaks against it, empty where nothing does.
    `hourly` is USD per GPU and hour; `variant` what an API sells, `term` how a GPU is let.
    """

    model: str
    family: str
    gpu: str
    provider: str
    region: str
    country: str
    term: str
    instance: str
    per_instance: Count
    variant: str
    hourly: Count | None
    seconds: Seconds
    gpus: Count
    per_asset: Usd | None
    per_month: Usd | None
    since: str
    source: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakEven:
    """From how many assets a month a fleet of one's own costs no more than an API; `rate` None: at no volume."""

    model: str
    place: Place
    api: Place
    rate: PerSecond | None
    assets: Count | None
    gpus: Count
    per_month: Usd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Places ranked, the cheapest first and those that cannot be last; `allowed` says what was asked of them."""

    title: str
    task: str
    width: Count
    height: Count
    frames: Count
    average: PerSecond
    allowed: tuple[tuple[str, str], ...]
    places: tuple[Place, ...]
    break_even: tuple[BreakEven, ...]
    seal: str = ""
