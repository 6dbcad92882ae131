"""A product to the nouns that plans are made of."""

import math
from datetime import timedelta

from tokencost.dates import today
from tokencost.nouns.metric import BETTER
from tokencost.nouns.model import Bound
from tokencost.nouns.request import Batching, Budget, LatencyLimit, Renting, Request, Traffic
from tokencost.spec.demand import RequestClass
from tokencost.spec.product import Product
from tokencost.units import Constant

HOUR = Constant(3600.0, "s", "definition")
DAY = Constant(86400.0, "s", "definition")
MOST_DAYS = 100_000
"""Days before today that are looked at: 270 years."""
PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


def request_of(product: Product) -> Request:
    """One call of the product; `batch` is 1 unless the spec assumes another."""
    size, batch = product.output or product.input, product.assume.batch
    if size is None:
        raise ValueError("a product has an input or an output; load() refuses one without")
    return Request(
        task=product.task,
        width=float(size.width),
        height=float(size.height),
        frames=float(product.output.length) if product.output else 1.0,
        fps=(product.output.fps if product.output else None) or 0.0,
        prompt_tokens=float(product.prompt_tokens),
        output_tokens=float(product.output_tokens) if product.task == "image-to-text" else 0.0,
        batch=float(batch.value) if batch else 1.0,
    )


def classes_of(product: Product) -> tuple[tuple[float, Request], ...]:
    """Shares of the requests and what they ask for, the spec's own words where a class says nothing else."""
    classes = product.traffic.classes if product.traffic else None
    return tuple((part.share, request_of(_as_in(product, part))) for part in classes or ())


def _as_in(product: Product, part: RequestClass) -> Product:
    said = {name: getattr(part, name) for name in type(part).model_fields if name != "share"}
    return product.model_copy(update={name: value for name, value in said.items() if value is not None})


def traffic_of(product: Product) -> Traffic | None:
    """Average and peak rate; None where the spec says nothing or leaves it to a trace."""
    said = product.traffic
    if said is None or not (said.average or said.peak):
        return None
    above = said.profile.peak_to_mean if said.profile else 1.0
    average, peak = said.average or (said.peak or 0.0) / above, said.peak or (said.average or 0.0) * above
    cycle = said.profile.hours * HOUR if said.profile else 0.0
    return Traffic(
        average=average, peak=peak, burstiness=said.burstiness or 1.0, cycle=cycle,
        peak_to_mean=above if said.profile else 0.0, utilisation_target=utilisation_target_of(product),
    )  # fmt: skip


def utilisation_target_of(product: Product) -> float:
    """The busy share that a fleet is sized for; 1 leaves it to the latency limits."""
    given = product.assume.utilisation_target
    return given.value if given else 1.0


def renting_of(product: Product) -> Renting:
    """Spares, mix of terms, cold start, and whether the fleet follows the day."""
    on = product.platform
    mix = {str(term): share for term, share in (on.mix or {}).items()}
    return Renting(spares=float(on.spares or 0), mix=mix, cold_start=on.cold_start or 0.0, autoscale=on.autoscale)


def batching_of(product: Product) -> Batching | None:
    """How batches of denoisers form; None where every request runs by itself."""
    said = product.platform.batching
    return Batching(most=said.most, window=said.window or 0.0) if said and said.most > 1 else None


def limits_of(product: Product) -> tuple[LatencyLimit, ...]:
    """The bounded percentiles, lowest first."""
    if product.latency is None:
        return ()
    given = ((share, getattr(product.latency, key)) for key, share in PERCENTILES.items())
    return tuple(LatencyLimit(percentile=share, limit=limit) for share, limit in given if limit is not None)


def budget_of(product: Product) -> Budget:
    """What may be spent; infinite where the spec says nothing."""
    said = product.budget
    infinite = float("inf")
    if said is None:
        return Budget()
    return Budget(
        per_asset=said.per_asset or infinite, per_month=said.per_month or infinite,
        energy_per_asset=said.energy_per_asset or infinite, carbon_per_asset=said.carbon_per_asset or infinite,
        prices_since=_earliest(said.max_price_age),
    )  # fmt: skip


def _earliest(age: float | None) -> str:
    """The first day whose prices are not too old; empty where any are good enough."""
    if age is None:
        return ""
    days = math.ceil(age / DAY)
    return (today() - timedelta(days=min(days, MOST_DAYS))).isoformat()


def gpus_of(product: Product) -> int:
    """GPUs of one replica: as given, or as many as the parallelism needs."""
    return product.platform.gpus or product.platform.shared_by


def bounds_of(product: Product) -> tuple[Bound, ...]:
    """The published scores a model has to reach, by metric."""
    said = sorted(product.quality.bounds.items())
    return tuple(Bound(metric=metric, value=b.value, better=BETTER[b.operator]) for metric, b in said)
