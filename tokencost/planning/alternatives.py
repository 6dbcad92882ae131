"""Axes of names: other engines, GPUs, precisions, ways to run guidance, and what each makes of a spec."""

from collections.abc import Iterator

from tokencost.catalog.load import Catalog
from tokencost.deciding.turning import rounded
from tokencost.nouns.answer import Candidate
from tokencost.planning.fitting import fitted
from tokencost.planning.options import ANY_TERMS, GuidanceMode
from tokencost.planning.prices import gpu_quote
from tokencost.planning.situation import Situation
from tokencost.planning.timed import timed
from tokencost.record import dataclass, replace
from tokencost.spec.convert import HOUR
from tokencost.units import Unit

GUIDANCE: tuple[GuidanceMode, ...] = ("batched", "sequential", "distilled", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One name, the fields of the spec that say it, and the situation that they make."""

    name: str
    overrides: tuple[str, ...]
    situation: Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """An axis of names: what the spec says now and what else there is; `why` says which names are tried."""

    name: str
    path: str
    start: str
    why: str
    options: tuple[Option, ...]


def choices_of(catalog: Catalog, now: Situation, best: Candidate) -> Iterator[Choices]:
    """Engines that run the recommended model, GPUs with a known price, precisions that the GPU has, and guidance."""
    first, several = now.platforms[0], len(now.platforms) > 1
    needed = _needs(catalog, now, best)
    engines = [e.id for e in catalog.all("engines") if e.id != first.engine and needed <= set(e.runs)]
    yield Choices(
        name="engine", path="platform.engine", start=first.engine,
        why="every engine of the catalogue that runs the recommended model",
        options=tuple(_platform(now, "engine", name) for name in engines),
    )  # fmt: skip
    tried = {on.gpu for on in now.platforms}
    vendors, peaks = (
        {catalog.get("gpus", name).vendor for name in tried},
        catalog.get("precisions", first.precision).peak,
    )
    peers = [g for g in catalog.all("gpus") if g.vendor in vendors and set(peaks) & set(g.peak) and g.id not in tried]
    found = tuple(option for gpu in peers if (option := _gpu(catalog, now, gpu.id)) is not None)
    yield Choices(
        name="GPU", path="platform.gpu", start=" ".join(sorted(tried)), options=found,
        why="every GPU of the same vendor with that precision and a price on demand, at that price",
    )  # fmt: skip
    held = {name for on in now.platforms for name in catalog.get("gpus", on.gpu).peak}
    others = [p for p in catalog.all("precisions") if p.id != first.precision and held & set(p.peak)]
    yield Choices(
        name="precision", path="platform.precision", start=first.precision,
        why="every precision of the catalogue that the GPU has" + (", or one of them" if several else ""),
        options=tuple(_platform(now, "precision", precision.id) for precision in others),
    )  # fmt: skip
    yield Choices(
        name="guidance", path="assume.guidance", start=first.guidance or "as released",
        why="every way to run guidance, for all models",
        options=tuple(_guidance(now, mode) for mode in GUIDANCE if mode != first.guidance),
    )  # fmt: skip


def gpus_of(now: Situation) -> Choices:
    """More GPUs to share a request, where the spec does not say how they would."""
    first = now.platforms[0]
    counts = [] if first.parallelism else [n for n in SHARED_BY if n > first.gpus]
    return Choices(
        name="GPUs of a replica", path="platform.gpus", start=str(first.gpus), why="2, 4 or 8 GPUs share a request",
        options=tuple(_gpus(now, n) for n in counts),
    )  # fmt: skip


SHARED_BY = (2, 4, 8)


def _gpus(now: Situation, count: int) -> Option:
    moved = tuple(replace(on, gpus=count) for on in now.platforms)
    return Option(name=str(count), overrides=(f"platform.gpus={count}",), situation=replace(now, platforms=moved))


def _needs(catalog: Catalog, now: Situation, best: Candidate) -> set[str]:
    """The kinds of phases that the recommended model has."""
    model = catalog.get("models", best.model)
    if best.estimate is None or not model.components:
        return set()
    request = replace(fitted(catalog, model, now.asked.request)[0], batch=1.0)
    found = timed(catalog, model, request, replace(now.platforms[0], batch=1), now.asked.given)
    return {str(phase.kind) for phase in found.ready.program} - {"other"}


def _platform(now: Situation, field: str, name: str) -> Option:
    moved = tuple(replace(on, **{field: name}) for on in now.platforms)  # type: ignore[arg-type]
    return Option(name=name, overrides=(f"platform.{field}={name}",), situation=replace(now, platforms=moved))


def _gpu(catalog: Catalog, now: Situation, name: str) -> Option | None:
    """Another GPU instead of those of the spec; a price of the user's own is replaced by the catalogue's."""
    first = now.platforms[0]
    quote = gpu_quote(catalog, name, None, first.terms if first.price is None else ANY_TERMS)
    if quote.price is None:
        return None
    overrides, price = [f"platform.gpu={name}"], None
    if first.price is not None:
        text = f"{rounded(float(quote.price) * HOUR):.12g} USD/h"
        overrides, price = [*overrides, f"platform.price={text}"], Unit("USD/s").parse(text)
    moved = (replace(first, gpu=name, price=price, terms=first.terms if price is None else ANY_TERMS),)
    return Option(name=name, overrides=tuple(overrides), situation=replace(now, platforms=moved))


def _guidance(now: Situation, mode: GuidanceMode) -> Option:
    moved = tuple(replace(on, guidance=mode) for on in now.platforms)
    return Option(name=mode, overrides=(f"assume.guidance={mode}",), situation=replace(now, platforms=moved))
