"""The choice: cheapest of what is allowed, how sure that is, and the reasons in numbers."""

import math
from collections.abc import Sequence

from tokencost.deciding.constraints import dollars, seconds
from tokencost.nouns.answer import Candidate, Recommendation
from tokencost.nouns.flip import Certainty
from tokencost.units import Constant, Fraction

TOO_CLOSE = Constant(0.6, "", "a family that stays in less than this share of draws is a coin toss, not advice")

TOLD = Constant(0.01, "", "what is the best in fewer draws is not worth a word")

SAME = Constant(0.005, "", "costs closer than this are told as the same")


def ranked(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Feasible first, then by cost (unknown last), then by latency, then by name."""
    return tuple(sorted(candidates, key=preference))


def preference(candidate: Candidate) -> tuple[bool, int, float, float, str]:
    """What candidates are ranked by, lowest first."""
    broken = len(candidate.violations)
    return not candidate.feasible, broken, _cost(candidate), _latency(candidate), candidate.model


def recommend(candidates: Sequence[Candidate], certainty: Certainty) -> Recommendation:
    """The first of ranked candidates if any is feasible; the question is the family, so that is what must be sure."""
    feasible = [c for c in candidates if c.feasible]
    if not feasible:
        return Recommendation(
            verdict="nothing-feasible", model=None, family=None, reasons=tuple(_why_nothing(candidates)),
            binding=_binding(candidates), margin=None, confidence=None, family_confidence=None, runner_up=None,
        )  # fmt: skip
    best, second = feasible[0], feasible[1] if len(feasible) > 1 else None
    sure = certainty.families.get(best.family, 0.0)
    return Recommendation(
        verdict="recommended" if float(sure) >= TOO_CLOSE else "too-close-to-call",
        model=best.model,
        family=best.family,
        reasons=(
            *_for_best(best, feasible),
            *_against_rivals(best, candidates),
            *_closeness(best, feasible),
            *_certainty(best, candidates, certainty),
        ),
        binding=_binding([c for c in candidates if not c.feasible]),
        margin=_margin(best, second),
        confidence=certainty.models.get(best.model, 0.0),
        family_confidence=sure,
        runner_up=second.model if second else None,
    )


def _cost(candidate: Candidate) -> float:
    bill = candidate.bill
    return math.inf if bill is None or bill.per_asset is None else float(bill.per_asset)


def _latency(candidate: Candidate) -> float:
    return math.inf if candidate.estimate is None else float(candidate.estimate.latency.value)


def _comparable(best: Candidate, other: Candidate | None) -> bool:
    return other is not None and _cost(best) > 0 and not math.isinf(_cost(other))


def _margin(best: Candidate, other: Candidate | None) -> float | None:
    return _cost(other) / _cost(best) - 1 if other is not None and _comparable(best, other) else None


def _for_best(best: Candidate, feasible: Sequence[Candidate]) -> list[str]:
    count = len(feasible)
    rest = f"cheapest of {count} feasible models" if count > 1 else "the only feasible model"
    return [f"{best.name} ({best.family}): {in_numbers(best)}; {rest}."]


def _against_rivals(best: Candidate, candidates: Sequence[Candidate]) -> list[str]:
    """The other side, autoregressive against diffusion: its best model, and Emu3's own if that is another."""
    other = "diffusion" if best.family != "diffusion" else "autoregressive"
    side = sorted((c for c in candidates if c.family == other and c.estimate is not None), key=_unfit)
    emu = [c for c in side if c.model in EMU3]
    shown = list(dict.fromkeys(c.model for c in [*side[:1], *emu[:1]]))
    return [_rival(next(c for c in side if c.model == model)) for model in shown]


UNFIT = {"task", "size", "frames", "positions", "availability"}
"""Constraints that say a model was not made for the request at all."""


def _unfit(candidate: Candidate) -> bool:
    return any(violation.constraint in UNFIT for violation in candidate.violations)


EMU3 = ("emu3-gen", "emu3-stage2", "emu3-chat")
"""The roles of Emu3 that a recommendation always speaks of."""


def _rival(rival: Candidate) -> str:
    why = "feasible" if rival.feasible else "infeasible: " + "; ".join(v.message for v in rival.violations)
    return f"{rival.name} ({rival.family}): {in_numbers(rival)}; {why}."


def _closeness(best: Candidate, feasible: Sequence[Candidate]) -> list[str]:
    """How near the next model comes."""
    second = feasible[1] if len(feasible) > 1 else None
    margin = _margin(best, second)
    if second is None or margin is None:
        return []
    says = f"costs {margin + 1:.3g} times as much" if margin >= SAME else "costs the same"
    return [f"Runner-up {second.name} ({second.family}) {says}, {seconds(_latency(second))} s per request."]


def _certainty(best: Candidate, candidates: Sequence[Candidate], certainty: Certainty) -> list[str]:
    """How often model and family stay the best, and who is instead."""
    model, family = certainty.models.get(best.model, 0.0), certainty.families.get(best.family, 0.0)
    names = {c.model: c.name for c in candidates}
    rivals = [(names[name], part) for name, part in certainty.models.items() if name != best.model]
    families = [(name, part) for name, part in certainty.families.items() if name != best.family]
    told = [f"{name} in {share(part)}" for name, part in (*rivals[:1], *families[:1]) if float(part) >= TOLD]
    instead = f"; instead {', '.join(told)}" if told else ""
    return [
        f"{best.name} stays the best in {share(model)} of {certainty.draws:,} draws over prediction errors, prices and "
        f"traffic, {best.family} in {share(family)}{instead}."
    ]


def share(of_draws: Fraction) -> str:
    """A share of draws, never more certain than draws can be."""
    part = float(of_draws)
    if part > 0.99:
        return "more than 99 %"
    return "less than 1 %" if part < 0.01 else f"{part * 100:.0f} %"


def in_numbers(candidate: Candidate) -> str:
    """Tokens, seconds and dollars of a candidate in one line."""
    estimate, parts = candidate.estimate, []
    if estimate is None:
        return "not computed for this size"
    if estimate.tokens is not None and float(estimate.tokens.generated):
        how = f"with {' and '.join(estimate.accelerations)}" if estimate.accelerations else "one after the other"
        parts.append(f"{estimate.tokens.generated:,.0f} tokens {how}")
    elif estimate.tokens is not None:
        steps = next((p.steps for p in estimate.phases if p.id in ("denoise", "unmask")), None)
        passes = "" if steps is None else " in 1 pass" if float(steps) == 1 else f" in {steps:g} passes"
        parts.append(f"{estimate.tokens.visual:,.0f} latent tokens{passes}")
    if float(estimate.latency.value):
        latency = estimate.latency
        alone = f"{seconds(float(latency.value))} s per request"
        batch = f" in a batch of {estimate.request.batch:g}" if float(estimate.request.batch) > 1 else ""
        parts.append(f"{alone}{batch} ({seconds(float(latency.low))} to {seconds(float(latency.high))} s)")
    cost = _cost(candidate)
    parts.append("no price known" if math.isinf(cost) else f"{dollars(cost)} per asset")
    return ", ".join(parts)


def _why_nothing(candidates: Sequence[Candidate]) -> list[str]:
    nearest = [c for c in candidates if c.estimate is not None][:3] or list(candidates)[:3]
    return [f"{c.name} ({c.family}): {in_numbers(c)}; {'; '.join(v.message for v in c.violations)}." for c in nearest]


def _binding(rejected: Sequence[Candidate]) -> str:
    """The constraint that rules out most candidates."""
    counts: dict[str, int] = {}
    for candidate in rejected:
        for violation in candidate.violations:
            counts[violation.constraint] = counts.get(violation.constraint, 0) + 1
    return max(counts, key=lambda name: (counts[name], name)) if counts else ""
