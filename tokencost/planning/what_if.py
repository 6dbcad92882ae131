"""What would make a model faster: every acceleration that concerns it alone, and the fastest stacks of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tokencost.catalog.load import Catalog
from tokencost.deciding.constraints import platform_limits, size_limits
from tokencost.deciding.quality import moved
from tokencost.errors import UsageError
from tokencost.nouns.acceleration import Acceleration, Grade
from tokencost.nouns.answer import Estimate
from tokencost.nouns.model import Model
from tokencost.nouns.request import Request
from tokencost.nouns.what_if import Option, WhatIf
from tokencost.planning.accelerating import concerns, evidence_of, go_together, reports_of
from tokencost.planning.estimate import Prepared, measured, prepare
from tokencost.planning.fitting import fitted
from tokencost.planning.options import OutputOptions, RunOptions
from tokencost.planning.single import asked

GRADES: tuple[Grade, ...] = ("measured", "published", "derived", "assumed")
"""From the best evidence to the weakest."""
IN_BASE = "in the base already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The run that everything is compared with."""

    catalog: Catalog
    model: Model
    request: Request
    options: RunOptions
    ready: Prepared
    estimate: Estimate


def what_if(catalog: Catalog, name: str, task: str, output: OutputOptions, options: RunOptions) -> WhatIf:
    """The run as asked for, each acceleration on top of it, all that go together; sizes off the grid are refused."""
    model, request = asked(catalog, name, task, output, options)
    if model.family == "api":
        raise UsageError(f"{model.id} is run by its provider; nobody else can make it faster")
    request, _, wrong = fitted(catalog, model, request)
    if wrong:
        raise UsageError(*(f"{model.id}: {violation.message}" for violation in wrong))
    ready = prepare(catalog, model, request, options)
    found = measured(catalog, ready, options)
    base = Base(catalog=catalog, model=model, request=request, options=options, ready=ready, estimate=found)
    known = [change for change in catalog.all("accelerations") if concerns(change, model, request.task)]
    alone = sorted((option_of(base, (change,)) for change in known), key=_fastest_first)
    useful = [option for option in alone if float(option.factor or 0.0) > 1.0]
    harmless = [option for option in useful if catalog.get("accelerations", option.id).lossless]
    stacks = {stack.id: stack for stack in (_stack(base, harmless), _stack(base, useful)) if stack}
    return WhatIf(base=replace(found, seal=catalog.seal), options=tuple(alone), stacks=tuple(stacks.values()))


def _fastest_first(option: Option) -> tuple[bool, float, str]:
    return bool(option.problems), -float(option.factor or 0.0), option.id


def option_of(base: Base, changes: tuple[Acceleration, ...]) -> Option:
    """A run with these accelerations beside the base; without figures where it cannot be had."""
    found, problems = _tried(base, changes)
    together = f"all {len(changes)} together"
    lossless = "without loss" if all(change.lossless for change in changes) else "whatever the loss"
    return Option(
        id="+".join(change.id for change in changes),
        name=changes[0].name if len(changes) == 1 else f"{together}, {lossless}",
        parts=tuple(change.id for change in changes),
        change=", ".join(_said(change) for change in changes),
        estimate=None if problems else found,
        factor=base.estimate.latency.value / found.latency.value if found and not problems else None,
        evidence=max((evidence_of(change, base.model) for change in changes), key=GRADES.index),
        reports=tuple(report for change in changes for report in reports_of(change, base.model)),
        quality=tuple(dict.fromkeys(text for change in changes for text in _quality(base, change))),
        sources=tuple(dict.fromkeys(text for change in changes for text in _sources(base, change))),
        problems=problems,
    )


def _tried(base: Base, changes: tuple[Acceleration, ...]) -> tuple[Estimate | None, tuple[str, ...]]:
    """The run, and why it cannot be had on this platform or at this size."""
    if any(_is_there(base, change) for change in changes):
        return None, (IN_BASE,)
    slots = {change.slot for change in changes}
    others = [base.catalog.get("accelerations", name) for name in base.options.accelerations]
    names = (*(c.id for c in others if c.slot not in slots), *(c.id for c in changes))
    options = replace(base.options, accelerations=names)
    ready = prepare(base.catalog, base.model, base.request, options)
    found = measured(base.catalog, ready, options)
    run = ready.generator.model
    limits = [*platform_limits(ready.generator, ready.program, ready.platform, found)]
    if run.id != base.model.id and run.generation:
        limits += size_limits(run.generation.limits, base.request)
    return found, tuple(violation.message for violation in limits)


def _is_there(base: Base, change: Acceleration) -> bool:
    """Whether the base runs like that already."""
    on, guidance = base.ready.platform, base.ready.generator.guidance.mode
    named = (change.engine == on.engine.id, change.precision == on.precisions["backbone"].id)
    return change.id in base.options.accelerations or any(named) or (bool(change.guidance) and guidance == "batched")


def _said(change: Acceleration) -> str:
    """What it changes, in a few words."""
    named = {"engine": change.engine, "precision": change.precision, "guidance": change.guidance}
    found = [f"{key} {value}" for key, value in (named | {"model": change.student}).items() if value]
    return ", ".join(found) or change.id


def _quality(base: Base, change: Acceleration) -> Iterable[str]:
    """What it costs in scores, as far as it is published."""
    told = [report.quality for report in reports_of(change, base.model) if report.quality]
    if change.student:
        records = [base.catalog.find("quality", name) for name in (base.model.id, change.student)]
        told = [*moved(*(base.catalog.get("quality", name) if name else None for name in records))]
    if change.lossless:
        return (*told, "samples the same distribution")
    return told or (f"{change.id}: cost in quality not published",)


def _sources(base: Base, change: Acceleration) -> Iterable[str]:
    """Who reported it for this model; else who speaks for the record."""
    own = [report.source for report in reports_of(change, base.model)]
    named = (("engines", change.engine), ("precisions", change.precision), ("models", change.student))
    records = [base.catalog.source(kind, name, "") for kind, name in named if name]
    return own or records or [base.catalog.source("accelerations", change.id, "")]


def _stack(base: Base, useful: Sequence[Option]) -> Option | None:
    """The fastest first, each further one kept if it takes another part of the run and makes it faster still."""
    best: Option | None = None
    for option in useful:
        names = (*(best.parts if best else ()), *option.parts)
        changes = tuple(base.catalog.get("accelerations", name) for name in names)
        if not go_together(base.catalog, base.model, base.request.task, changes):
            continue
        tried = option_of(base, changes)
        if float(tried.factor or 0.0) > float(best.factor or 0.0 if best else 0.0):
            best = tried
    return best if best and len(best.parts) > 1 else None
