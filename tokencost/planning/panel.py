"""Plans of every combination of a few values of a spec: its size, steps, traffic and price, each really made.

A page without a computer behind it can show other plans only if they were made beforehand. Nothing between them is
interpolated.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from tokencost.catalog.load import Catalog
from tokencost.deciding.recommend import fit_first, ranked
from tokencost.deciding.turning import rounded
from tokencost.nouns.answer import Candidate, Plan
from tokencost.nouns.model import Model
from tokencost.nouns.panel import Knob, Panel, Setting
from tokencost.planning.axes import Axis, axes_of
from tokencost.planning.candidates import judge
from tokencost.planning.least import Known, known_of
from tokencost.planning.memory import remembering
from tokencost.planning.plan import situation_of
from tokencost.planning.situation import Situation, best_of, contenders
from tokencost.spec.load import LoadedSpec

"""Told how many plans are made, and of how many."""

SHARES: Mapping[str, tuple[float, ...]] = {
    "output": (0.5, 0.75, 1.0, 1.5, 2.0),
    "assume.steps_of": (0.5, 1.0, 2.0, 4.0),
    "traffic": (0.25, 0.5, 1.0, 2.0, 4.0),
    "platform.price": (0.5, 0.75, 1.0, 1.5, 2.0),
}
"""Parts of where the spec stands, by axis; in the order of the knobs. Five hundred plans at most."""

WITHOUT: Mapping[str, str] = {
    "output": "resolution (no size is asked for)",
    "assume.steps_of": "steps (the first model is not sampled in steps)",
    "traffic": "traffic (none is stated, or it follows a trace or a profile)",
    "platform.price": "GPU price (several GPUs with prices of their own, or none is known)",
}
"""Why an axis may have no knob."""


def panel_of(catalog: Catalog, spec: LoadedSpec, found: Plan) -> Panel:
    """The plans around a plan; no knobs where nothing of the spec can be turned."""
    catalog, now = remembering(catalog), situation_of(spec)
    axes = _axes(catalog, spec, now, found.candidates)
    knobs = tuple(_knob(axis) for axis in axes)
    families = _families(catalog, found.candidates)
    known = known_of(now.asked, now.platforms[0], found.candidates)
    settings = []
    for places in product(*(range(len(knob.values)) for knob in knobs)):
        values = [knob.values[place] for knob, place in zip(knobs, places, strict=True)]
        turned = [(axis, float(value)) for axis, value in zip(axes, values, strict=True) if value != axis.start]
        there = now
        for axis, value in turned:
            there = axis.at(there, value)
        settings.append(
            Setting(
                places=places, overrides=tuple(text for axis, value in turned for text in axis.overrides(value)),
                candidates=ranked(list(_best(catalog, families, there, known))),
            )
        )  # fmt: skip
    return Panel(knobs=knobs, settings=tuple(settings), missing=_missing(axes))


def _axes(catalog: Catalog, spec: LoadedSpec, now: Situation, candidates: Sequence[Candidate]) -> list[Axis]:
    """The axes that the spec has, seen from the first candidate that can be estimated."""
    first = next((one for one in candidates if one.estimate and one.estimate.platform), None)
    if first is None:
        return []
    found = {axis.path: axis for axis in axes_of(catalog, spec.product, now, first)}
    return [found[path] for path in SHARES if path in found]


def _missing(axes: Sequence[Axis]) -> tuple[str, ...]:
    return tuple(why for path, why in WITHOUT.items() if path not in {axis.path for axis in axes})


def _knob(axis: Axis) -> Knob:
    return Knob(name=axis.name, path=axis.path, unit=axis.unit, start=axis.start, values=tuple(sorted(_values(axis))))


def _values(axis: Axis) -> set[float]:
    """Values on the grid of the axis and inside its range, the start among them."""
    shares = (axis.start * share for share in SHARES[axis.path])
    values = (round(value / axis.step) * axis.step if axis.step else rounded(value) for value in shares)
    return {axis.start, *(value for value in values if axis.low <= value <= axis.high)}


def _families(catalog: Catalog, candidates: Sequence[Candidate]) -> list[list[Model]]:
    """Models that some change could make the best, by family; first who was made for the request, as planned."""
    families: dict[str, list[Model]] = {}
    for name in contenders(fit_first(candidates)):
        model = catalog.get("models", name)
        families.setdefault(model.family, []).append(model)
    return list(families.values())


def _best(catalog: Catalog, families: Sequence[Sequence[Model]], there: Situation, known: Known) -> Iterator[Candidate]:
    """The best model of every family in full, else the one that was made for the request."""
    for models in families:
        best = best_of(catalog, models, there, known)
        chosen = next((model for model in models if best and model.id == best.model), models[0])
        yield judge(catalog, chosen, there.asked, there.platforms)
