"""A training run: what is published, and what the same work is in FLOPs, GPU time, money, energy and CO2."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tokencost.catalog.load import Catalog
from tokencost.counting.training import six_n_d
from tokencost.errors import UsageError
from tokencost.formula import Step, deriving
from tokencost.money.electricity import of_request
from tokencost.money.rate import SECONDS_PER_HOUR
from tokencost.money.training import amortised, gpu_time, implied_mfu, run_energy, training_cost
from tokencost.nouns.answer import Line, Note
from tokencost.nouns.electricity import Electricity
from tokencost.nouns.hardware import Gpu
from tokencost.nouns.model import Model
from tokencost.nouns.training import Amount, Beside, Budget, Counted, Figure, Pace, Recomputation, Run, Training
from tokencost.planning.electricity import siting_of
from tokencost.planning.explained import Origin, origins_of
from tokencost.planning.options import DEFAULT_GPU, RunOptions
from tokencost.planning.prices import gpu_quote
from tokencost.planning.training_run import Wanted, gpu_times, params_of, run_of, short
from tokencost.planning.training_work import BY_LAYER, BY_PARAMS, layer_work, trained_role
from tokencost.units import Constant, Count, Flop, Fraction, Seconds, Usd

USUAL_MFU = Constant(
    0.39, "", "by 6·N·D; what Llama 2 7B (39.1 %), Chameleon 7B (40.2 %) and 34B (39.4 %) reached on A100"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """An answer with its derivation; `origins` as in the explanation of an estimate."""

    answer: Training
    root: Step
    origins: Mapping[int, Origin]
    catalog: Catalog


def train(catalog: Catalog, wanted: Wanted) -> Training:
    """The answer; raises UsageError that says what to give where nothing is known of the run."""
    run, model = run_of(catalog, wanted)
    params = params_of(catalog, run, model, wanted)
    gpu: Gpu = catalog.get("gpus", wanted.gpu or run.gpu or DEFAULT_GPU)
    pace = pace_of(catalog, gpu, wanted.mfu)
    work = works(catalog, run, model, params, wanted.recompute)
    counted = tuple(
        Counted(id=name, name=NAMES[name], work=amount, gpu_time=gpu_time(amount, pace))
        for name, amount in work.items()
    )
    basis = _basis(work, exact=wanted.exact)
    spent = next((c.gpu_time for c in counted if c.id == basis), None) or _published_time(run, gpu, wanted)
    costs = tuple(_costs(catalog, gpu, spent, run if counted else Run(id=run.id, name=run.name), wanted.options))
    return Training(
        run=run.id, name=run.name, model=run.model, params=params, stages=run.stages, counted=counted, basis=basis,
        gpu=gpu.id, mfu=pace.mfu, gpu_time=spent, costs=costs, assets=wanted.assets,
        cost_per_asset=_per_asset(costs[0].amount, wanted.assets),
        electricity=_electricity(catalog, gpu, spent, work.get(BY_LAYER) or work.get(basis) or 0.0, wanted.options),
        published=tuple(_beside(catalog, figure, work) for figure in run.published),
        against=tuple(_against(catalog, name, work.get(basis)) for name in wanted.against),
        undisclosed=run.undisclosed, notes=run.notes, sources=_sources(run),
        assumptions=tuple(_notes(catalog, run, wanted, work, pace.mfu)), seal=catalog.seal,
    )  # fmt: skip


def explained(catalog: Catalog, wanted: Wanted) -> Explained:
    """The answer, made while every formula is watched."""
    train(catalog, wanted)  # parameters are counted once and remembered: they are no part of a derivation
    with deriving() as root:
        answer = train(catalog, wanted)
    _, model = run_of(catalog, wanted)
    gpu: Gpu = catalog.get("gpus", answer.gpu)
    records: list[tuple[str, Any]] = [("gpus", gpu), ("power", catalog.get("power", "gpus"))]
    if model is not None and model.components:
        records.append(("networks", catalog.get("networks", model.components[trained_role(model)].network)))
    return Explained(answer=answer, root=root, origins=origins_of(records), catalog=catalog)


def pace_of(catalog: Catalog, gpu: Gpu, mfu: Fraction) -> Pace:
    """Dense peak of 16-bit arithmetic, against which utilisation is told, and the utilisation."""
    name = max(("bf16", "fp16"), key=lambda precision: gpu.peak.get(precision, 0.0))
    if name not in gpu.peak:
        raise UsageError(f"{gpu.id} has no 16-bit arithmetic to train with")
    return Pace(
        id=gpu.id, peak=gpu.peak[name], peak_source=catalog.source("gpus", gpu.id, f"peak.{name}"),
        mfu=mfu or USUAL_MFU, mfu_source="your flags" if mfu else USUAL_MFU.why,
    )  # fmt: skip


def works(catalog: Catalog, run: Run, model: Model | None, params: Count, recompute: Recomputation) -> dict[str, Flop]:
    """FLOPs of the run by way of counting, those that can be counted."""
    found: dict[str, Flop] = {}
    tokens = sum((stage.tokens for stage in run.stages), 0.0)
    if tokens and params:
        said = "your flags, else the published run, else counted layer by layer"
        who = "; ".join(dict.fromkeys(stage.source for stage in run.stages))
        found[BY_PARAMS] = six_n_d(
            Amount(id=run.id, params=params, params_source=said, tokens=tokens, tokens_source=who)
        )
    if run.stages and model is not None and model.components:
        found[BY_LAYER] = layer_work(catalog, model, run.stages, 1.0 if recompute == "full" else 0.0)
    return found


def _basis(work: Mapping[str, Flop], *, exact: bool) -> str:
    """Published utilisations are told by 6·N·D, so that comes first unless the exact count is asked for."""
    first = (BY_LAYER, BY_PARAMS) if exact else (BY_PARAMS, BY_LAYER)
    return next((name for name in first if name in work), "published")


NAMES = {BY_PARAMS: "6·N·D", BY_LAYER: "layer by layer"}


def _published_time(run: Run, gpu: Gpu, wanted: Wanted) -> Seconds:
    """GPU time where there is no work to count: the first that is published, on its own GPU."""
    first = next(iter(gpu_times(run)), None)
    if first is None:
        raise UsageError(
            f"{run.id}: {', '.join(run.undisclosed) or 'its size'} undisclosed; give --params and --tokens"
        )
    if wanted.gpu and first.gpu and gpu.id != first.gpu:
        raise UsageError(
            f"{run.id}: its GPU hours are published for {first.gpu}, and no work from which to convert them"
        )
    return first.gpu_time


def _costs(catalog: Catalog, gpu: Gpu, spent: Seconds, run: Run, options: RunOptions) -> Iterator[Line]:
    """GPU time of the basis, then what was published, each on its own GPU."""
    yield _cost(catalog, "GPU time", gpu.id, spent, options)
    for on, time in dict.fromkeys((figure.gpu or gpu.id, figure.gpu_time) for figure in gpu_times(run)):
        yield _cost(catalog, "published GPU time", on, time, options)


def _cost(catalog: Catalog, name: str, gpu: str, spent: Seconds, options: RunOptions) -> Line:
    quote = gpu_quote(catalog, gpu, options.price)
    return Line(
        name=name, quantity=spent / SECONDS_PER_HOUR, unit="GPU h",
        price=None if quote.price is None else quote.price * SECONDS_PER_HOUR, price_unit="USD/h",
        amount=None if quote.price is None else training_cost(spent, quote.price), source=quote.source,
        since=quote.since,
    )  # fmt: skip


def _per_asset(cost: Usd | None, assets: Count) -> Usd | None:
    return amortised(cost, assets) if assets and cost is not None else None


def _electricity(catalog: Catalog, gpu: Gpu, spent: Seconds, work: Flop, options: RunOptions) -> Electricity:
    """Of the whole run; at the power limit where nobody says how much work it was."""
    drawn = (
        run_energy(spent, work, gpu, catalog.get("power", "gpus"), pace_of(catalog, gpu, 0.0))
        if work
        else gpu.power_limit * spent
    )
    return of_request(drawn, siting_of(catalog, options))


def _beside(catalog: Catalog, figure: Figure, work: Mapping[str, Flop]) -> Beside:
    if not (figure.gpu_time and figure.gpu):
        return Beside(figure=figure, mfu={})
    pace = pace_of(catalog, catalog.get("gpus", figure.gpu), 0.0)
    return Beside(figure=figure, mfu={name: implied_mfu(flop, pace, figure) for name, flop in work.items()})


def _against(catalog: Catalog, name: str, work: Flop | None) -> Budget:
    """The work of another run: as it is published, else counted."""
    other, model = run_of(catalog, Wanted(name=name)) if _computable(catalog, name) else (_named(catalog, name), None)
    said = next((figure for figure in other.published if figure.work), None)
    counted = works(catalog, other, model, params_of(catalog, other, model, Wanted()), "none")
    found = said.work if said else counted.get(BY_PARAMS) or counted.get(BY_LAYER)
    if not found or work is None:
        raise UsageError(f"--against {name}: its work is neither published nor countable")
    source = f"published [{said.source}]" if said else f"counted, {NAMES[_basis(counted, exact=False)]}"
    return Budget(run=other.id, name=other.name, work=found, ratio=found / work, source=source)


def _named(catalog: Catalog, name: str) -> Run:
    run: Run = catalog.get("training", name)
    return run


def _computable(catalog: Catalog, name: str) -> bool:
    found = catalog.find("training", name)
    return found is None or bool(catalog.get("training", found).stages)


def _notes(catalog: Catalog, run: Run, wanted: Wanted, work: Mapping[str, Flop], mfu: Fraction) -> Iterator[Note]:
    if not wanted.mfu and work:
        yield Note(name="MFU", value=percent(mfu), reason=f"{USUAL_MFU.why}; --mfu says another")
    implied = [mfu for figure in gpu_times(run) for mfu in _beside(catalog, figure, work).mfu.values()]
    if implied and not mfu / FAR < implied[0] < mfu * FAR:
        reason = "what its published GPU hours imply is far from that: believe the published hours of this run"
        yield Note(name="MFU of the run", value=percent(implied[0]), reason=reason)
    for name, value in (("tokens", wanted.tokens), ("images", wanted.images)):
        hidden = f"given, not published: {run.name} discloses no {' and no '.join(run.undisclosed)}"
        if value:
            yield Note(name=name, value=short(value), reason=hidden if run.undisclosed else "given by you")
    if not work:
        yield Note(name="power", value="at the limit", reason="how much work the run was is not published")
    if wanted.recompute == "full":
        yield Note(name="recomputation", value="full", reason="every forward pass is run again for the backward pass")


FAR = 2.0
"""Times by which an implied utilisation may differ before a report says so."""


def percent(share: Fraction) -> str:
    """A share as people read it."""
    return f"{100 * float(share):.2g} %"


def _sources(run: Run) -> tuple[str, ...]:
    said = {figure.source for figure in run.published} | {stage.source for stage in run.stages}
    return tuple(sorted(said - {"your flags"}))
