"""The smallest changes of a spec after which something keeps every limit: one change, or two together."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import log

from tokencost.catalog.load import Catalog
from tokencost.deciding.turning import first_turn
from tokencost.nouns.answer import Candidate
from tokencost.nouns.flip import Fix, Remedy, Shift
from tokencost.nouns.model import Model
from tokencost.planning.alternatives import Choices, choices_of, gpus_of
from tokencost.planning.axes import Axis, remedies_of
from tokencost.planning.candidates import weigh
from tokencost.planning.least import Known, known_of
from tokencost.planning.situation import Best, Situation, contenders, hopeless, standing
from tokencost.record import dataclass
from tokencost.spec.product import Product

NEAREST = 6
"""Models that are looked at where nothing is feasible: those that break the fewest limits, the cheapest first."""
MOST_PAIRS = 6
"""Pairs that are told, the smallest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hope:
    """Models that may come to keep every limit, and what was found about them so far."""

    catalog: Catalog
    models: tuple[Model, ...]
    now: Situation
    known: Known

    def passes(self, situation: Situation) -> Best | None:
        """The first of the models that keeps every limit."""
        for model in self.models:
            for options in situation.platforms:
                if hopeless(self.catalog, model, situation.asked, options, self.known, None):
                    continue
                found = standing(weigh(self.catalog, model, situation.asked, options))
                if found is not None:
                    return found
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A value on an axis, as one half of a pair or alone."""

    axis: Axis
    value: float

    @property
    def size(self) -> float:
        """How far the axis is followed, in powers of e, so that halving and doubling are as large."""
        return abs(log(self.value / self.axis.start))


def remedy_of(catalog: Catalog, product: Product, now: Situation, candidates: Sequence[Candidate]) -> Remedy | None:
    """What would let something pass; where something does, what would let the best of the other side pass."""
    names = contenders(candidates)
    open_to = [c for c in candidates if c.model in names and not c.feasible and c.estimate is not None]
    if candidates and candidates[0].feasible:
        other = "diffusion" if candidates[0].family == "autoregressive" else "autoregressive"
        if any(c.feasible and c.family == other for c in candidates):
            return None
        open_to = [c for c in open_to if c.family == other][:1]
    if not open_to:
        return None
    models = tuple(catalog.get("models", c.model) for c in open_to[:NEAREST])
    known = known_of(now.asked, now.platforms[0], candidates)
    hope, nothing = Hope(catalog=catalog, models=models, now=now, known=known), not candidates[0].feasible
    axes = list(remedies_of(catalog, product, now, open_to[0]))
    single = [move for axis in axes for move in _alone(hope, axis)]
    fixes = [_fix(hope, (move,)) for move in sorted(single, key=lambda move: move.size)]
    named = (*choices_of(catalog, now, open_to[0]), gpus_of(now))
    fixes += [fix for choices in named for fix in _named(hope, choices)]
    pairs = _pairs(hope, axes, single) if nothing else []
    fixes += [_fix(hope, pair) for pair in pairs[:MOST_PAIRS]]
    return Remedy(model="" if nothing else open_to[0].model, fixes=tuple(fixes))


def _alone(hope: Hope, axis: Axis) -> Iterator[Move]:
    """The nearest value on either side that is enough by itself."""
    for end in (axis.low, axis.high):
        turn = first_turn(
            lambda value: hope.passes(axis.at(hope.now, value)) is None, axis.start, list(axis.grid(end)), axis.middle
        )
        if turn is not None:
            yield Move(axis=axis, value=turn.turned)


def _pairs(hope: Hope, axes: Sequence[Axis], single: Sequence[Move]) -> list[tuple[Move, Move]]:
    """Pairs of changes none of which is enough alone, and of which no smaller pair on the same axes is enough."""
    found: list[tuple[Move, Move]] = []
    ends = [(axis, end) for axis in axes for end in (axis.low, axis.high) if end != axis.start]
    for (one, low), (other, high) in combinations(ends, 2):
        if one.name != other.name and _passes(hope, (Move(axis=one, value=low), Move(axis=other, value=high))):
            found += _front(hope, (one, low), (other, high), single)
    return sorted(found, key=lambda pair: (pair[0].size + pair[1].size, pair[0].axis.name, pair[1].axis.name))


def _front(
    hope: Hope, first: tuple[Axis, float], second: tuple[Axis, float], single: Sequence[Move]
) -> list[tuple[Move, Move]]:
    """The Pareto front of two changes over the grid of the first: each larger change of one needs less of the other."""
    (one, low), (other, high) = first, second
    reach = _reach(single, one, low)
    found: list[tuple[Move, Move]] = []
    for value in one.grid(low):
        move = Move(axis=one, value=value)
        if reach is not None and move.size >= reach:
            break
        within = high if not found else found[-1][1].value
        partner = _partner(hope, move, other, within)
        beyond = found[-1][1].size if found else _reach(single, other, high)
        if partner is not None and (beyond is None or partner.size < beyond):
            found.append((move, partner))
    return found


def _reach(single: Sequence[Move], axis: Axis, end: float) -> float | None:
    """The size of the change that is enough alone in that direction; None if none is."""
    rising = end > axis.start
    return next((m.size for m in single if m.axis.name == axis.name and (m.value > axis.start) == rising), None)


def _partner(hope: Hope, move: Move, axis: Axis, end: float) -> Move | None:
    """The least change of the other axis that is enough together with a move; none if it is no less than `end`."""

    def fails(value: float) -> bool:
        return not _passes(hope, (move, Move(axis=axis, value=value)))

    turn = first_turn(fails, axis.start, list(axis.grid(end)), axis.middle)
    return Move(axis=axis, value=turn.turned) if turn else None


def _passes(hope: Hope, moves: Sequence[Move]) -> bool:
    return hope.passes(_moved(hope, moves)) is not None


def _moved(hope: Hope, moves: Sequence[Move]) -> Situation:
    situation = hope.now
    for move in moves:
        situation = move.axis.at(situation, move.value)
    return situation


def _fix(hope: Hope, moves: Sequence[Move]) -> Fix:
    found = hope.passes(_moved(hope, moves))
    assert found is not None
    changes = tuple(
        Shift(
            axis=move.axis.name, path=move.axis.path, unit=move.axis.unit, start=move.axis.start, value=move.value,
            distance=move.value / move.axis.start - 1,
        )
        for move in moves
    )  # fmt: skip
    overrides = tuple(text for move in moves for text in move.axis.overrides(move.value))
    return Fix(changes=changes, overrides=overrides, model=found.model, family=found.family)


def _named(hope: Hope, choices: Choices) -> Iterator[Fix]:
    """Names that are enough alone."""
    for option in choices.options:
        found = hope.passes(option.situation)
        if found is not None:
            change = Shift(
                axis=choices.name, path=choices.path, unit="", start=choices.start, value=option.name, distance=None
            )
            yield Fix(changes=(change,), overrides=option.overrides, model=found.model, family=found.family)
