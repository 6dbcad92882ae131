"""Quality: published scores against the bounds of a tier, or against the bounds a spec names."""

from collections.abc import Iterator, Sequence

from tokencost.nouns.answer import Scored, Violation
from tokencost.nouns.metric import BETTER, SIGN
from tokencost.nouns.model import Bound, Quality, Score, Tier

COMPARED = ("geneval", "dpg", "t2i-arena-elo", "vbench", "vqav2", "mmmu")
"""Metrics that tiers are made of: those in which two models are set side by side."""


def judge_tier(tier: Tier, quality: Quality | None) -> tuple[tuple[Scored, ...], bool | None]:
    """The scores looked at, and whether the tier is reached: any one known metric is enough, None if none is known."""
    scored = tuple(_best(bound, quality) for bound in tier.any_of)
    known = [(s, b) for s, b in zip(scored, tier.any_of, strict=True) if s.value is not None]
    if not known:
        return scored, None
    return tuple(s for s, _ in known), any(reaches(s, b) for s, b in known)


def judge_bounds(bounds: Sequence[Bound], quality: Quality | None) -> tuple[tuple[Scored, ...], bool | None]:
    """The scores looked at, and whether every bound is kept; None if a score is missing and none is broken."""
    scored = tuple(_best(bound, quality) for bound in bounds)
    kept = [reaches(s, b) if s.value is not None else None for s, b in zip(scored, bounds, strict=True)]
    if False in kept:
        return scored, False
    return scored, None if None in kept else True


def quality_violation(
    scored: Sequence[Scored], reached: bool | None, asked: str, *, accept_unknown: bool
) -> Iterator[Violation]:
    """What to say about a model that does not reach what is asked, or of which nobody knows."""
    if reached is False:
        missed = [s for s in scored if s.value is not None and not _kept(s)]
        have = ", ".join(f"{s.metric} {s.value:g} ({_around(s)})" for s in missed)
        yield Violation(constraint="quality", message=f"below {asked}: {have}")
    if reached is None and not accept_unknown:
        missing = " or ".join(s.metric for s in scored if s.value is None)
        yield Violation(constraint="quality", message=f"unknown: no published {missing} to judge {asked}")


def reaches(scored: Scored, bound: Bound) -> bool:
    """Whether a known score keeps its bound."""
    assert scored.value is not None
    return bool(scored.value >= bound.value) if bound.better == "higher" else bool(scored.value <= bound.value)


def _kept(scored: Scored) -> bool:
    """Whether a score keeps the bound that stands beside it."""
    sign, _, value = scored.bound.partition(" ")
    return reaches(scored, Bound(metric=scored.metric, value=float(value), better=BETTER[sign]))


def _around(scored: Scored) -> str:
    """What was asked, under which condition the score was published, and where."""
    return "; ".join(part for part in (f"asked {scored.bound}", scored.conditions, scored.source) if part)


def _best(bound: Bound, quality: Quality | None) -> Scored:
    """The score under the most favourable published condition, with that condition."""
    wanted = f"{SIGN[bound.better]} {bound.value:g}"
    found: list[Score] = [s for s in (quality.scores if quality else ()) if s.metric == bound.metric]
    if not found:
        return Scored(metric=bound.metric, value=None, bound=wanted)
    worst, *_, best = sorted([*found, *found], key=lambda s: float(s.value), reverse=bound.better == "lower")
    best = next(score for score in found if score.value == best.value)
    return Scored(
        metric=bound.metric, value=best.value, bound=wanted, conditions=best.conditions, source=best.source,
        published=float(len(found)), worst=worst.value,
    )  # fmt: skip


def moved(before: Quality | None, after: Quality | None) -> Iterator[str]:
    """Metrics of which both have a score, each with its first: `geneval 0.55 to 0.53`."""
    if before is None or after is None:
        return
    for metric in dict.fromkeys(score.metric for score in before.scores):
        if metric in {score.metric for score in after.scores} and metric in COMPARED:
            values = (next(s.value for s in quality.scores if s.metric == metric) for quality in (before, after))
            yield "{} {:g} to {:g}".format(metric, *(float(value) for value in values))
