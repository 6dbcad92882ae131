"""The main job: a spec to candidates, feasibility and a recommendation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tokencost.catalog.digest import digests
from tokencost.catalog.load import Catalog
from tokencost.deciding.recommend import ranked, recommend
from tokencost.deciding.uncertainty import Circumstances, uncertainty
from tokencost.nouns.answer import Candidate, Note, Plan, Recommendation, Violation
from tokencost.nouns.model import Model
from tokencost.planning.asked import Asked, Given
from tokencost.planning.candidates import judge
from tokencost.planning.compare import models_for
from tokencost.planning.fixes import remedy_of
from tokencost.planning.flips import turning_of
from tokencost.planning.memory import remembering
from tokencost.planning.options import (
    DEFAULT_ENGINE,
    DEFAULT_GPU,
    DEFAULT_PRECISION,
    DEFAULT_REGION,
    DEFAULT_SITE,
    RunOptions,
)
from tokencost.planning.situation import Situation
from tokencost.record import replace
from tokencost.spec.convert import (
    batching_of,
    bounds_of,
    budget_of,
    classes_of,
    limits_of,
    renting_of,
    request_of,
    traffic_of,
    utilisation_target_of,
)
from tokencost.spec.load import LoadedSpec
from tokencost.spec.product import Product
from tokencost.spec.trace import read_trace, replayed


def plan(catalog: Catalog, spec: LoadedSpec) -> Plan:
    """Every candidate sized and judged, the best first, the choice among them with its reasons, and what turns it."""
    catalog = remembering(catalog)
    found = quick_plan(catalog, spec)
    turning = turning_of(catalog, spec.product, situation_of(spec), found.candidates)
    said = replace(found.recommendation, flips=turning.flips, steady=turning.steady)
    return with_remedy(catalog, spec, replace(found, recommendation=said))


def with_remedy(catalog: Catalog, spec: LoadedSpec, found: Plan) -> Plan:
    """A plan that also says what would let a model pass that does not."""
    remedy = remedy_of(catalog, spec.product, situation_of(spec), found.candidates)
    return replace(found, recommendation=replace(found.recommendation, remedy=remedy))


def situation_of(spec: LoadedSpec) -> Situation:
    """What a spec asks, as one value to vary."""
    return Situation(asked=wanted_of(spec, spec.trace), platforms=tuple(options_of(spec.product)))


def quick_plan(catalog: Catalog, spec: LoadedSpec) -> Plan:
    """The same choice without the search for what would turn it."""
    return plan_of(catalog, spec, wanted_of(spec, spec.trace), spec.product.candidates or ())


def plan_of(catalog: Catalog, spec: LoadedSpec, wanted: Asked, names: Sequence[str]) -> Plan:
    """The plan for these models; every model that does the task if none is named."""
    catalog, product = remembering(catalog), spec.product
    judged = candidates_of(catalog, product, wanted, names)
    doubt = uncertainty(judged, circumstances(catalog, wanted, product, judged))
    candidates = tuple(replace(one, spread=doubt.spreads.get(one.model)) for one in judged)
    return choosing(catalog, spec, candidates, recommend(candidates, doubt.certainty))


def candidates_of(catalog: Catalog, product: Product, wanted: Asked, names: Sequence[str]) -> tuple[Candidate, ...]:
    """These models, or every one that does the task, each on the GPU of the spec on which it does best; best first."""
    return ranked([on_best_gpu(catalog, model, wanted, product) for model in models_for(catalog, product.task, names)])


def choosing(catalog: Catalog, spec: LoadedSpec, candidates: tuple[Candidate, ...], said: Recommendation) -> Plan:
    """The plan of a spec that recommends something among these candidates."""
    return Plan(
        name=spec.product.name,
        file=spec.document.file,
        task=spec.product.task,
        spec=understood(spec.product),
        places={".".join(map(str, path)): mark for path, mark in spec.document.marks.items()},
        recommendation=said,
        candidates=candidates,
        catalogue=digests(catalog),
        seal=catalog.seal,
    )


def circumstances(catalog: Catalog, wanted: Asked, product: Product, candidates: Sequence[Candidate]) -> Circumstances:
    """What the draws are about; models of one backbone share its error."""
    networks = {c.model: _backbone(catalog.get("models", c.model)) for c in candidates}
    return Circumstances(
        traffic=wanted.traffic, limits=wanted.limits, budget=wanted.budget, renting=wanted.renting,
        own_price=product.platform.own_price is not None, networks=networks,
    )  # fmt: skip


def _backbone(model: Model) -> str:
    """The network that takes most of a request's time."""
    part = model.components.get("denoiser") or model.components.get("transformer")
    return part.network if part else model.id


def wanted_of(spec: LoadedSpec, trace: Path | None) -> Asked:
    """What the spec asks of every candidate, the arrivals of a trace included."""
    wanted = asked_of(spec.product)
    if trace is None:
        return wanted
    traffic = replayed(read_trace(trace), wanted.traffic)
    return replace(wanted, traffic=replace(traffic, utilisation_target=utilisation_target_of(spec.product)))


def on_best_gpu(catalog: Catalog, model: Model, wanted: Asked, product: Product) -> Candidate:
    """The GPU of the spec's list on which the model does best."""
    if product.task not in model.tasks:
        return Candidate(
            model=model.id, name=model.name, family=model.family, feasible=False, estimate=None, capacity=None,
            bill=None, violations=(_cannot(product.task, model),), quality=(), undisclosed=model.undisclosed,
        )  # fmt: skip
    return judge(catalog, model, wanted, options_of(product))


def _cannot(task: str, model: Model) -> Violation:
    return Violation(constraint="task", message=f"does {', '.join(model.tasks) or 'another task'}, not {task}")


def options_of(product: Product) -> list[RunOptions]:
    """The platforms of a spec: one per GPU that it lists."""
    on, given, where = product.platform, product.assume, product.energy
    gpus = [on.gpu] if isinstance(on.gpu, str) else list(on.gpu or [DEFAULT_GPU])
    base = RunOptions(
        gpus=on.gpus or on.shared_by, engine=on.engine or DEFAULT_ENGINE, precision=on.precision or DEFAULT_PRECISION,
        parallelism=on.parallelism or "", price=on.own_price, steps=given.steps.value if given.steps else None,
        region=where.region or DEFAULT_REGION, site=where.site or DEFAULT_SITE, pue=where.pue,
        guidance=given.guidance.value if given.guidance else None,
        accelerations=tuple(on.accelerations or ()), terms=on.terms,
    )  # fmt: skip
    return [replace(base, gpu=gpu) for gpu in gpus]


def asked_of(product: Product) -> Asked:
    """What the spec asks of every candidate."""
    given, quality = product.assume, product.quality
    return Asked(
        request=request_of(product),
        traffic=traffic_of(product),
        limits=limits_of(product),
        budget=budget_of(product),
        renting=renting_of(product),
        tier=quality.tier or "",
        bounds=bounds_of(product),
        accept_unknown=quality.unknown == "accept" or (quality.tier == "draft" and not quality.bounds),
        given=Given(
            request_time=given.request_time.value if given.request_time else None,
            speedups=tuple((name, faster.value) for name, faster in given.speedup.items()),
            steps=tuple((name, taken.value) for name, taken in given.steps_of.items()),
            notes=assumed(product),
        ),
        classes=classes_of(product),
        service_spread=given.service_spread.value if given.service_spread else 0.0,
        batching=batching_of(product),
        batch=given.batch.value if given.batch else None,
    )


def assumed(product: Product) -> tuple[Note, ...]:
    """Everything the spec takes as given, with the reason it states."""
    given: dict[str, Any] = {}
    for name in type(product.assume).model_fields:
        said = getattr(product.assume, name)
        given |= {f"{name}.{whose}": part for whose, part in said.items()} if isinstance(said, dict) else {name: said}
    return tuple(
        Note(name=name, value=g.value if isinstance(g.value, str) else f"{g.value:g}", reason=g.reason)
        for name, g in given.items()
        if g is not None
    )


def understood(product: Product) -> Mapping[str, Any]:
    """The spec with its defaults filled in, in base units."""
    said: dict[str, Any] = product.model_dump(mode="json", exclude_none=True)
    on = said.setdefault("platform", {})
    for name, value in (("gpu", DEFAULT_GPU), ("engine", DEFAULT_ENGINE), ("precision", DEFAULT_PRECISION)):
        on.setdefault(name, value)
    on.setdefault("gpus", product.platform.shared_by)
    where = said.setdefault("energy", {})
    where.setdefault("region", DEFAULT_REGION)
    if "pue" not in where:
        where.setdefault("site", DEFAULT_SITE)
    return said
