"""Accelerations put to use: which concern a model, and what they change of it, of its platform and of its sampling."""

from collections.abc import Sequence

from tokencost.catalog.load import Catalog
from tokencost.errors import UsageError
from tokencost.formula import formula
from tokencost.nouns.acceleration import Acceleration, Drafting, Grade, Report
from tokencost.nouns.answer import Note
from tokencost.nouns.generator import Generator
from tokencost.nouns.model import Component, Model, TaskName
from tokencost.nouns.transformer import DecoderLM
from tokencost.numeric import exp, log, power
from tokencost.planning.options import RunOptions
from tokencost.record import replace
from tokencost.units import Constant, Fraction

SQUARE = Constant(2, "", "independent spreads add as the squares of their logarithms")


@formula("definition")
def joint_spread(engine: Fraction, acceleration: Fraction) -> Fraction:
    """The factor within which nine of ten stay where two unrelated ones act: logarithms add in quadrature."""
    return exp(power(power(log(engine), SQUARE) + power(log(acceleration), SQUARE), 1 / SQUARE))


def concerns(change: Acceleration, model: Model, task: TaskName) -> bool:
    """Whether an acceleration is one for this model at this task."""
    if change.tasks and task not in change.tasks:
        return False
    if change.guidance and not _runs_branches_in_turn(model):
        return False
    return model.id in change.models if change.models else model.family in change.families


def _runs_branches_in_turn(model: Model) -> bool:
    return model.generation is not None and model.generation.guidance.mode == "sequential"


def reports_of(change: Acceleration, model: Model) -> tuple[Report, ...]:
    """What was reported of it for this very model."""
    return tuple(report for report in change.reports if report.model == model.id)


def evidence_of(change: Acceleration, model: Model) -> Grade:
    """The best that backs it for this model; what rests on numbers of other models is assumed."""
    grades = {report.grade for report in reports_of(change, model)}
    if grades:
        return "measured" if "measured" in grades else "published"
    return "assumed" if change.drafting or change.step_factor != 1 else "derived"


def named(catalog: Catalog, names: Sequence[str]) -> tuple[Acceleration, ...]:
    """The records behind names; raises CatalogError for an unknown one."""
    return tuple(catalog.get("accelerations", name) for name in dict.fromkeys(names))


def changes_for(catalog: Catalog, model: Model, task: TaskName, names: Sequence[str]) -> tuple[Acceleration, ...]:
    """Those of the named that concern the model; raises UsageError where two of them exclude each other."""
    found = tuple(change for change in named(catalog, names) if concerns(change, model, task))
    for n, change in enumerate(found):
        for other in found[:n]:
            if not go_together(catalog, model, task, (other, change)):
                raise UsageError(f"{model.id}: {other.id} and {change.id} exclude each other; name one of them")
    return found


def go_together(catalog: Catalog, model: Model, task: TaskName, changes: Sequence[Acceleration]) -> bool:
    """Each takes a part of its own, and the student in the model's place, if any, is concerned by all others."""
    if len({change.slot for change in changes}) < len(changes):
        return False
    student = next((change.student for change in changes if change.student), "")
    run = catalog.get("models", student) if student else model
    return all(change.student or concerns(change, run, task) for change in changes)


def strangers(catalog: Catalog, model: Model, task: TaskName, names: Sequence[str]) -> list[str]:
    """The named accelerations that do not concern the model."""
    return [change.id for change in named(catalog, names) if not concerns(change, model, task)]


def switched(
    catalog: Catalog, model: Model, options: RunOptions, changes: Sequence[Acceleration]
) -> tuple[Model, RunOptions]:
    """The distilled student in the model's place; engine, precision and guidance as the accelerations name them."""
    for change in changes:
        model = catalog.get("models", change.student) if change.student else model
        options = replace(options, engine=change.engine or options.engine)
        options = replace(options, precision=change.precision or options.precision)
        options = replace(options, guidance=change.guidance or options.guidance)
    return model, options


def equipped(made: Generator, changes: Sequence[Acceleration]) -> Generator:
    """The generator that drafts its tokens, or computes only some of its denoising steps."""
    for change in changes:
        made = replace(made, steps=made.steps / _steps_saved(change, made.model))
        made = _with_drafting(made, change) if change.drafting else made
    return made


def _steps_saved(change: Acceleration, model: Model) -> Fraction:
    """A report's factor for this model where there is one; only caches save steps."""
    if change.slot != "cache":
        return 1.0
    reported = [float(report.factor) for report in reports_of(change, model)]
    return reported[0] if reported else change.step_factor


def _with_drafting(made: Generator, change: Acceleration) -> Generator:
    drafting = change.drafting
    assert drafting is not None
    passes, times = (_reported(change, made.model, of) for of in ("passes", "time"))
    if passes:
        drafting = replace(drafting, accepted_per_step=passes)
    if passes and times and not drafting.draft_layers:  # a draft's own passes are counted, and are in that ratio
        drafting = replace(drafting, stretch=max(1.0, passes / times))
    net = made.networks.get("transformer")
    if not drafting.draft_layers or not isinstance(net, DecoderLM):
        return replace(made, drafting=drafting)
    return _with_draft(made, net, drafting)


def _reported(change: Acceleration, model: Model, of: str) -> float | None:
    """The first factor of this kind that somebody reported for the model."""
    return next((float(report.factor) for report in reports_of(change, model) if report.of == of), None)


def _with_draft(made: Generator, net: DecoderLM, drafting: Drafting) -> Generator:
    """The draft's layers beside the model's: they share its embedding and its head."""
    layers = replace(net, layers=drafting.draft_layers, vocab=0, head="none")
    beside = Component(network=made.model.components["transformer"].network)
    model = replace(made.model, components={**made.model.components, "draft": beside})
    return replace(made, model=model, networks={**made.networks, "draft": layers}, drafting=drafting)


def widened(engine: Fraction, spreads: Sequence[Fraction]) -> Fraction:
    """The engine's spread, with what is not known of the accelerations."""
    for spread in spreads:
        engine = joint_spread(engine, spread) if spread != 1 else engine
    return engine


def noted(changes: Sequence[Acceleration], model: Model) -> tuple[Note, ...]:
    """What the accelerations rest on, for the assumptions of an answer."""
    return tuple(
        Note(name="acceleration", value=change.id, reason=f"{change.name}; {evidence_of(change, model)}")
        for change in changes
    )
