"""From a sweep document to what is computed: names and fields judged with the base spec and the catalogue."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product as choices
from typing import Any

from tokencost.catalog.load import Catalog, unknown
from tokencost.errors import Problem, SpecError
from tokencost.nouns.model import Model
from tokencost.planning.compare import models_for
from tokencost.planning.memory import remembered, remembering
from tokencost.planning.plan import options_of, wanted_of
from tokencost.reading.document import Document
from tokencost.spec.load import LoadedSpec, of_document
from tokencost.spec.overrides import overridden
from tokencost.spec.product import Product
from tokencost.spec.spans import Values
from tokencost.spec.sweep import LoadedSweep, SweptAxis
from tokencost.sweeping.asked import asked_for
from tokencost.sweeping.fields import SHAPES, Moved, Setting, moved_by
from tokencost.sweeping.sweep import Cell, Sweep

MOST_CHECKED = 200
"""Choices of names that are all read before the first point; of more, every name once."""


def prepared(catalog: Catalog, loaded: LoadedSweep) -> Sweep:
    """A sweep ready to be computed; raises SpecError with every problem found."""
    catalog = remembering(catalog)
    base = _base(catalog, loaded)
    product = base.product
    implied = [*_implied_models(catalog, loaded, product), *_implied_gpus(loaded, product)]
    moved = _moved(loaded, product)
    shaped = SHAPES if not (product.traffic and product.traffic.classes) else set[str]()
    axes = [*implied, *loaded.axes]
    names = [axis for axis in axes if axis.name not in moved and axis.path not in shaped]
    metrics, where = asked_for(loaded, axes, traffic=product.traffic is not None)
    sweep = Sweep(
        loaded=loaded, catalog=catalog, product=product, names=tuple(names),
        shapes=tuple(axis for axis in axes if axis.path in shaped),
        numbers=tuple(axis for axis in axes if axis.name in moved), moved=tuple(moved.values()),
        metrics=metrics, where=where,
    )  # fmt: skip
    _check(sweep)
    return sweep


def _base(catalog: Catalog, loaded: LoadedSweep) -> LoadedSpec:
    """The base spec where every axis stands at its first value: an axis may be what the spec leaves open."""
    return _read(catalog, loaded, [(axis, 0) for axis in loaded.axes])


def _implied_models(catalog: Catalog, loaded: LoadedSweep, product: Product) -> Iterator[SweptAxis]:
    """Every candidate of the spec, where no axis says which."""
    if not any(axis.path == "model" for axis in loaded.axes):
        models = models_for(catalog, product.task, product.candidates or ())
        yield SweptAxis("model", "model", Values(tuple(model.id for model in models)), ("spec",))


def _implied_gpus(loaded: LoadedSweep, product: Product) -> Iterator[SweptAxis]:
    """Every GPU of the spec's list, where no axis says which: a plan would pick one."""
    said = product.platform.gpu
    several = said is not None and not isinstance(said, str) and len(said) > 1
    if said is not None and several and not any(axis.path == "platform.gpu" for axis in loaded.axes):
        yield SweptAxis("gpu", "platform.gpu", Values(tuple(said)), ("spec",))


def _moved(loaded: LoadedSweep, product: Product) -> dict[str, tuple[Moved, ...]]:
    found, problems = dict[str, tuple[Moved, ...]](), list[Problem]()
    for axis in loaded.axes:
        try:
            moved = moved_by(axis, product)
        except ValueError as error:
            problems.append(loaded.document.problem(axis.place, str(error)))
            continue
        if moved:
            found[axis.name] = moved
    if problems:
        raise SpecError(*problems)
    return found


def _read(catalog: Catalog, loaded: LoadedSweep, at: Sequence[tuple[SweptAxis, int]]) -> LoadedSpec:
    """The base spec with a value of each of these axes; problems stand where the axis stands."""
    document = loaded.base
    for axis, n in at:
        if axis.path != "model":
            document = _put(loaded, document, axis, axis.values.texts[n])
    return of_document(document, loaded.folder, catalog)


def _put(loaded: LoadedSweep, document: Document, axis: SweptAxis, text: str) -> Document:
    put = overridden(document, _said(document.data if isinstance(document.data, dict) else {}, axis.path, text))
    place = loaded.document.problem(axis.place, "")
    where = ":".join(str(part) for part in (place.file or "axes", place.line, place.column) if part)
    flags = {at: where if flag.startswith("--set") else flag for at, flag in put.flags.items()}
    return replace(put, flags=flags)


def _said(data: dict[str, Any], path: str, text: str) -> list[str]:
    """Overrides that a value stands for; rates that the spec says are moved by arrays, all together."""
    if path == "resolution":
        size = "input" if "input" in data else "output"
        return [f"{size}.{side}={text}" for side in ("width", "height")]
    if path == "traffic":
        return [] if "traffic" in data else [f"traffic.peak={text}"]
    return [f"{path}={text}"]


def _check(sweep: Sweep) -> None:
    """Read the spec at every choice of names, or at every name, and at the ends of all numbers together."""
    problems: dict[str, Problem] = {}
    for at in (*_name_choices(sweep), *_corners(sweep)):
        try:
            _read(sweep.catalog, sweep.loaded, at)
        except SpecError as error:
            problems |= {str(problem): problem for problem in error.problems}
    for axis in sweep.names:
        if axis.path == "model":
            problems |= {str(problem): problem for problem in _strangers(sweep, axis)}
    if problems:
        raise SpecError(*problems.values())


def _name_choices(sweep: Sweep) -> Iterator[list[tuple[SweptAxis, int]]]:
    axes = [axis for axis in sweep.names if axis.path != "model"]
    count = 1
    for axis in axes:
        count *= len(axis.values.texts)
    firsts = [(axis, 0) for axis in (*sweep.shapes, *sweep.numbers)]
    if count <= MOST_CHECKED:
        yield from ([*zip(axes, at, strict=True), *firsts] for at in choices(*(_range(axis) for axis in axes)))
        return
    for axis in axes:
        others = [(other, 0) for other in axes if other is not axis]
        yield from ([(axis, n), *others, *firsts] for n in _range(axis))


def _range(axis: SweptAxis) -> range:
    return range(len(axis.values.texts))


def _corners(sweep: Sweep) -> Iterator[list[tuple[SweptAxis, int]]]:
    """Fields have ranges, and those of one part of a spec an order: what all ends keep, all between keep."""
    parts: dict[str, list[SweptAxis]] = {}
    for axis in (*sweep.shapes, *sweep.numbers):
        parts.setdefault(axis.path.partition(".")[0], []).append(axis)
    for part in parts.values():
        others = [(axis, 0) for axis in sweep.axes if axis not in part]
        ends = [sorted({_least(axis), _most(axis)}) for axis in part]
        yield from ([*others, *zip(part, at, strict=True)] for at in choices(*ends))


def _least(axis: SweptAxis) -> int:
    numbers = axis.values.numbers
    return numbers.index(min(numbers)) if numbers else 0


def _most(axis: SweptAxis) -> int:
    numbers = axis.values.numbers
    return numbers.index(max(numbers)) if numbers else len(axis.values.texts) - 1


def _strangers(sweep: Sweep, axis: SweptAxis) -> Iterator[Problem]:
    """Models that are not in the catalogue, or do something else."""
    task, document = sweep.product.task, sweep.loaded.document
    for n, name in enumerate(axis.values.texts):
        found = sweep.catalog.find("models", name)
        if found is None:
            yield document.problem((*axis.place, n), unknown("models", name, sweep.catalog))
        elif task not in sweep.catalog.get("models", found).tasks:
            yield document.problem((*axis.place, n), f"{found} does not do {task}")


def cell_at(sweep: Sweep, at: tuple[int, ...]) -> Cell:
    """The cell of a choice of names, read once."""
    if at not in sweep.cells:
        sweep.cells[at] = _cell(sweep, at)
    return sweep.cells[at]


def _cell(sweep: Sweep, at: tuple[int, ...]) -> Cell:
    chosen = [*zip(sweep.names, at, strict=True)]
    name = next(axis.values.texts[n] for axis, n in chosen if axis.path == "model")
    model: Model = sweep.catalog.get("models", name)
    firsts = [(axis, 0) for axis in (*sweep.shapes, *sweep.numbers)]
    spec = _remembered_spec(sweep, chosen, firsts)
    asked, options = wanted_of(spec, spec.trace), options_of(spec.product)[0]
    traffic = asked.traffic
    odd = asked.classes or asked.service_spread or asked.batching or asked.renting.autoscale
    plain = not odd and not (traffic and traffic.arrivals)
    return Cell(model=model, setting=Setting(asked=asked, options=options), plain=plain)


def _remembered_spec(
    sweep: Sweep, chosen: Sequence[tuple[SweptAxis, int]], firsts: Sequence[tuple[SweptAxis, int]]
) -> LoadedSpec:
    others = [(axis, n) for axis, n in chosen if axis.path != "model"]
    key = ("swept spec", tuple(n for _, n in others))
    return remembered(sweep.catalog, key, lambda: _read(sweep.catalog, sweep.loaded, [*others, *firsts]))
