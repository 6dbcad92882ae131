"""What a candidate breaks besides latency and budget: its weights, its scores; and the order in which that is told."""

from collections.abc import Sequence

from tokencost.catalog.load import Catalog
from tokencost.deciding.constraints import position_limit, size_limits
from tokencost.deciding.quality import judge_bounds, judge_tier, quality_violation
from tokencost.nouns.answer import Candidate, Estimate, Scored, Violation
from tokencost.nouns.model import Limits, Model
from tokencost.planning.asked import Asked
from tokencost.planning.scores import scores_of


def released_for(model: Model, found: Estimate) -> list[Violation]:
    """Sizes and positions of the released weights."""
    limits = model.generation.limits if model.generation else Limits()
    positions = limits.positions
    if found.request.task == "image-to-text":
        positions = model.perception.positions if model.perception else 0
        return list(position_limit(positions, found))
    return [*size_limits(limits, found.request), *position_limit(positions, found)]


def quality_of(catalog: Catalog, model: Model, asked: Asked) -> tuple[tuple[Scored, ...], list[Violation]]:
    """The scores of the spec's bounds and of its tier, and what they fall short of."""
    scores = scores_of(catalog, model)
    judged = [(*judge_bounds(asked.bounds, scores), "the spec's bounds")] if asked.bounds else []
    if asked.tier:
        tier = catalog.get("tiers", f"{asked.request.task}-{asked.tier}")
        judged.append((*judge_tier(tier, scores), f"tier {asked.tier}"))
    accepts = asked.accept_unknown
    broken = [v for s, reached, name in judged for v in quality_violation(s, reached, name, accept_unknown=accepts)]
    return tuple(scored for found, _, _ in judged for scored in found), broken


def unsized(model: Model, broken: Sequence[Violation], scored: tuple[Scored, ...]) -> Candidate:
    """A candidate that cannot be computed at this size, with the reason."""
    return Candidate(
        model=model.id, name=model.name, family=model.family, feasible=False, violations=in_order(broken),
        estimate=None, capacity=None, bill=None, quality=scored, undisclosed=model.undisclosed,
    )  # fmt: skip


ORDER = ("task", "frames", "size", "positions", "availability", "quality", "precision", "engine", "memory", "price")
"""Constraints in the order in which they are told; latency and budget follow."""


def in_order(broken: Sequence[Violation]) -> tuple[Violation, ...]:
    """What the model cannot do first, then what it is too slow or too dear for."""
    places = {name: place for place, name in enumerate(ORDER)}
    return tuple(sorted(broken, key=lambda violation: places.get(violation.constraint, len(ORDER))))
