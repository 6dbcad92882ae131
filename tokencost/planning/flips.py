"""What would change a recommendation: the nearest turn along every axis, each value a plan that was really made."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tokencost.catalog.load import Catalog
from tokencost.deciding.turning import first_turn
from tokencost.nouns.answer import Candidate
from tokencost.nouns.flip import Flip, Steady, Turns
from tokencost.nouns.model import Model
from tokencost.planning.alternatives import Choices, choices_of
from tokencost.planning.axes import Axis, axes_of
from tokencost.planning.least import Known, known_of
from tokencost.planning.situation import Best, Situation, best_of, contenders
from tokencost.record import dataclass, replace
from tokencost.spec.product import Product


class Turning(NamedTuple):
    """What turns a choice, nearest first, and the axes along which nothing does."""

    flips: tuple[Flip, ...]
    steady: tuple[Steady, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The models that could win, likeliest first, where the spec stands, and what it recommends there."""

    catalog: Catalog
    models: tuple[Model, ...]
    now: Situation
    best: Best
    known: Known

    def at(self, situation: Situation) -> Best | None:
        """What a plan would recommend."""
        return best_of(self.catalog, self.models, situation, self.known)

    def concerning(self, concerns: Callable[[Model], bool]) -> "Search":
        """The same search where only some models change: of the others, the one that is best now speaks for all."""
        moved = [model for model in self.models if concerns(model)]
        others = [model for model in self.models if model not in moved]
        best = best_of(self.catalog, others, self.now, self.known)
        kept = [model for model in others if best and model.id == best.model]
        return replace(self, models=(*kept, *moved))


def turning_of(catalog: Catalog, product: Product, now: Situation, candidates: Sequence[Candidate]) -> Turning:
    """Every turn of the recommendation along the axes of a spec; none where nothing is recommended."""
    if not candidates or not candidates[0].feasible:
        return Turning((), ())
    models = tuple(catalog.get("models", name) for name in contenders(candidates))
    first = candidates[0]
    best = best_of(catalog, models[:1], now)
    if best is None:
        return Turning((), ())
    search = Search(
        catalog=catalog, models=models, now=now, best=best, known=known_of(now.asked, now.platforms[0], candidates)
    )
    found: list[Flip | Steady] = []
    for axis in axes_of(catalog, product, now, first):
        found += _along(search, axis)
    for choices in choices_of(catalog, now, first):
        found += _among(search, choices)
    flips = sorted((flip for flip in found if isinstance(flip, Flip)), key=_nearness)
    return Turning(tuple(flips), tuple(steady for steady in found if isinstance(steady, Steady)))


def _nearness(flip: Flip) -> tuple[bool, float]:
    return flip.distance is None, abs(float(flip.distance or 0.0))


def _along(search: Search, axis: Axis) -> Iterator[Flip | Steady]:
    """The nearest turn of the model and of the family on either side of where the spec stands."""
    known: dict[float, Best | None] = {}
    search = search.concerning(axis.concerns) if axis.concerns else search

    def at(value: float) -> Best | None:
        if value not in known:
            known[value] = search.at(axis.at(search.now, value))
        return known[value]

    start = at(axis.start)
    if start is None or start.model != search.best.model:
        return
    turns: list[Flip] = []
    for end in (axis.low, axis.high):
        model = _turn(axis, end, at, "model", start)
        family = _turn(axis, end, at, "family", start) if model and _same_family(model, start) else None
        turns += [flip for flip in (model, family) if flip]
    yield from turns
    if not turns:
        yield _steady(axis, "model")
    elif all(_same_family(flip, start) for flip in turns):
        yield _steady(axis, "family")


def _same_family(flip: Flip, start: Best) -> bool:
    return flip.family == start.family


def _turn(axis: Axis, end: float, at: Callable[[float], Best | None], turns: Turns, start: Best) -> Flip | None:
    """The first value towards one end at which the model, or the family, is another."""

    def keeps(value: float) -> bool:
        found = at(value)
        return found is not None and getattr(found, turns) == getattr(start, turns)

    turn = first_turn(keeps, axis.start, list(axis.grid(end)), axis.middle)
    if turn is None:
        return None
    found = at(turn.turned)
    return Flip(
        axis=axis.name, path=axis.path, unit=axis.unit, turns=turns, start=axis.start, value=turn.turned,
        kept=turn.kept, distance=turn.turned / axis.start - 1, overrides=axis.overrides(turn.turned),
        before=axis.overrides(turn.kept), model=found.model if found else None, family=found.family if found else None,
    )  # fmt: skip


def _steady(axis: Axis, turns: Turns) -> Steady:
    return Steady(
        axis=axis.name, path=axis.path, unit=axis.unit, turns=turns, start=axis.start, low=axis.low, high=axis.high,
        why=axis.why,
    )  # fmt: skip


def _among(search: Search, choices: Choices) -> Iterator[Flip | Steady]:
    """One flip for every outcome that differs, the first name that brings it in front."""
    outcomes: dict[tuple[str | None, str | None], list[int]] = {}
    for n, option in enumerate(choices.options):
        found = search.at(option.situation)
        outcome = (found.model, found.family) if found else (None, None)
        outcomes.setdefault(outcome, []).append(n)
    same = outcomes.pop((search.best.model, search.best.family), [])
    for (model, family), places in outcomes.items():
        first, *others = (choices.options[n] for n in places)
        yield Flip(
            axis=choices.name, path=choices.path, unit="", start=choices.start, value=first.name, kept=None,
            turns="model" if family == search.best.family else "family", distance=None, overrides=first.overrides,
            others=tuple(option.name for option in others), model=model, family=family,
        )  # fmt: skip
    if same:
        yield Steady(
            axis=choices.name, path=choices.path, unit="", turns="model", start=choices.start, low=None, high=None,
            names=tuple(choices.options[n].name for n in same), why=choices.why,
        )  # fmt: skip
