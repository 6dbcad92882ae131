"""One model by name: the task it does first, its native size where nothing else is asked."""

from collections.abc import Iterator
from dataclasses import replace

from tokencost.catalog.load import Catalog
from tokencost.deciding.constraints import platform_limits
from tokencost.errors import CatalogError, UsageError
from tokencost.nouns.answer import Estimate, Note
from tokencost.nouns.model import Model, TaskName
from tokencost.nouns.request import Request
from tokencost.planning.accelerating import concerns, strangers
from tokencost.planning.compare import request_for, task_named
from tokencost.planning.estimate import Prepared, estimate, measured, prepare
from tokencost.planning.fitting import fitted
from tokencost.planning.options import OutputOptions, RunOptions


def single(catalog: Catalog, name: str, task: str, output: OutputOptions, options: RunOptions) -> Estimate:
    """The estimate of one model; sizes off its grid are refused with the nearest that work."""
    model, request = asked(catalog, name, task, output, options)
    request, notes, wrong = fitted(catalog, model, request)
    if wrong:
        raise UsageError(*(f"{model.id}: {violation.message}" for violation in wrong))
    if model.family == "api":
        return replace(estimate(catalog, model, request, options, notes), seal=catalog.seal)
    ready = prepare(catalog, model, request, options)
    found = measured(catalog, ready, options, notes)
    return replace(found, assumptions=(*found.assumptions, *_as_if(ready, found)), seal=catalog.seal)


def _as_if(ready: Prepared, found: Estimate) -> Iterator[Note]:
    """What the platform cannot do, and is timed as if it could."""
    names = {"precision": ready.platform.precisions["backbone"].id, "engine": ready.platform.engine.id}
    for violation in platform_limits(ready.generator, ready.program, ready.platform, found):
        if violation.constraint in names:
            reason = f"{violation.message}; timed as if it did"
            yield Note(name=violation.constraint, value=names[violation.constraint], reason=reason)


def asked(catalog: Catalog, name: str, task: str, output: OutputOptions, options: RunOptions) -> tuple[Model, Request]:
    """The model, and the request as it would get it."""
    model: Model = catalog.get("models", name)
    if not model.components and model.family != "api":
        raise CatalogError(f"{model.id}: its networks are not public ({', '.join(model.undisclosed)})")
    if options.steps and not (model.generation and model.generation.steps):
        raise UsageError(f"--steps: {model.id} has no sampler steps; it writes as many tokens as the size asks for")
    chosen = task_named(task) if task else _first_task(model)
    if chosen not in model.tasks:
        raise UsageError(f"{model.id} does {', '.join(model.tasks) or 'no task of tokencost'}, not {chosen}")
    foreign = strangers(catalog, model, chosen, options.accelerations)
    if foreign:
        known = _known(catalog, model, chosen)
        raise UsageError(*(f"--accelerate: {name} is none for {model.id}; {known}" for name in foreign))
    return model, request_for(chosen, native(model, chosen, output), batch=options.batch)


def _known(catalog: Catalog, model: Model, task: TaskName) -> str:
    """The accelerations that there are for a model."""
    found = [change.id for change in catalog.all("accelerations") if concerns(change, model, task)]
    return f"there are {', '.join(found)}" if found else "there is none"


def _first_task(model: Model) -> TaskName:
    if not model.tasks:
        raise UsageError(f"{model.id} does none of the tasks; it is in the catalogue for training and validation")
    return model.tasks[0]


def native(model: Model, task: TaskName, output: OutputOptions) -> OutputOptions:
    """What was asked, with the model's native size where nothing was."""
    made = model.generation.native if model.generation and task != "image-to-text" else None
    if made is None:
        return output
    sized = output if output.width or output.height else replace(output, width=made.width, height=made.height)
    if task != "text-to-video":
        return sized
    fps = sized.fps or float(made.fps)
    if sized.frames or sized.seconds:
        return replace(sized, fps=fps)
    return replace(sized, frames=made.frames, fps=fps)
