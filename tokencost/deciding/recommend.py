"""The choice: cheapest of what is allowed, how sure that is, and the reasons in numbers."""

import math
from collections.abc import Sequence

from tokencost.formula import formula
from tokencost.nouns.answer import Candidate, Recommendation, Verdict
from tokencost.units import Constant, Fraction, Usd

Z_90 = Constant(1.645, "", "standard deviations that hold the central 90 % of a normal distribution")
TOO_CLOSE = Constant(0.6, "", "a choice that holds in less than this share of cases is a coin toss, not advice")


@formula("definition", says="probability that the first is cheaper, both log-normal with the spread of their predictions")
def chance_cheaper(cost: Usd, other: Usd, spread: Fraction, other_spread: Fraction) -> Fraction:
    """Errors of the two predictions taken as independent; shared errors would make the choice surer than this."""
    deviation = math.hypot(math.log(float(spread)), math.log(float(other_spread))) / Z_90
    gap = math.log(float(other) / float(cost))
    return 0.5 * (1 + math.erf(gap / deviation / math.sqrt(2))) if deviation else float(gap > 0)


def ranked(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Feasible first, then by cost (unknown last), then by latency, then by name."""
    return tuple(sorted(candidates, key=lambda c: (not c.feasible, len(c.violations), _cost(c), _latency(c), c.model)))


def recommend(candidates: Sequence[Candidate]) -> Recommendation:
    """The first of ranked candidates if any is feasible, with its runner-up and how close that comes."""
    feasible = [c for c in candidates if c.feasible]
    if not feasible:
        return Recommendation(
            verdict="nothing-feasible", model=None, family=None, reasons=tuple(_why_nothing(candidates)),
            binding=_binding(candidates), margin=None, confidence=None, runner_up=None,
        )  # fmt: skip
    best = feasible[0]
    second = feasible[1] if len(feasible) > 1 else None
    confidence = _confidence(best, second)
    return Recommendation(
        verdict=_verdict(confidence),
        model=best.model,
        family=best.family,
        reasons=tuple(_reasons(best, second, confidence, candidates)),
        binding=_binding([c for c in candidates if not c.feasible]),
        margin=_margin(best, second),
        confidence=confidence,
        runner_up=second.model if second else None,
    )


def _verdict(confidence: float | None) -> Verdict:
    return "recommended" if confidence is None or confidence >= TOO_CLOSE else "too-close-to-call"


def _cost(candidate: Candidate) -> float:
    bill = candidate.bill
    return math.inf if bill is None or bill.per_asset is None else float(bill.per_asset)


def _latency(candidate: Candidate) -> float:
    return math.inf if candidate.estimate is None else float(candidate.estimate.latency.value)


def _spread(candidate: Candidate) -> float:
    latency = candidate.estimate.latency if candidate.estimate else None
    return float(latency.high / latency.value) if latency and latency.value else 1.0


def _margin(best: Candidate, second: Candidate | None) -> float | None:
    if second is None or not _cost(best) or math.isinf(_cost(second)):
        return None
    return _cost(second) / _cost(best) - 1


def _confidence(best: Candidate, second: Candidate | None) -> float | None:
    if second is None or not _cost(best) or math.isinf(_cost(second)):
        return None
    return float(chance_cheaper(_cost(best), _cost(second), _spread(best), _spread(second)))


def _reasons(best: Candidate, second: Candidate | None, confidence: float | None, candidates: Sequence[Candidate]) -> list[str]:
    count = sum(c.feasible for c in candidates)
    rest = f"cheapest of {count} feasible models" if count > 1 else "the only feasible model"
    found = [f"{best.name} ({best.family}): {in_numbers(best)}; {rest}."]
    rival = _rival(best, candidates)
    if rival is not None:
        why = "feasible" if rival.feasible else "infeasible: " + "; ".join(v.message for v in rival.violations)
        found.append(f"{rival.name} ({rival.family}): {in_numbers(rival)}; {why}.")
    if second is not None and confidence is not None:
        ratio = _cost(second) / _cost(best)
        found.append(f"Runner-up {second.name} costs {ratio:.3g} times as much; {best.name} stays cheaper in {confidence:.0%} of cases.")
    return found


def _rival(best: Candidate, candidates: Sequence[Candidate]) -> Candidate | None:
    """The other side of the question, autoregressive against diffusion: Emu3 first, then the best of that family."""
    other = "diffusion" if best.family != "diffusion" else "autoregressive"
    side = [c for c in candidates if c.family == other and c.model != best.model]
    emu = [c for c in side if c.model.startswith("emu3") and c.estimate is not None]
    return next(iter([*[c for c in emu if c.feasible], *[c for c in side if c.feasible], *emu, *side]), None)


def in_numbers(candidate: Candidate) -> str:
    """Tokens, seconds and dollars of a candidate in one line."""
    estimate, parts = candidate.estimate, []
    if estimate is None:
        return "not computed for this size"
    if estimate.tokens is not None and float(estimate.tokens.generated):
        parts.append(f"{estimate.tokens.generated:,.0f} tokens one after the other")
    elif estimate.tokens is not None:
        steps = next((p.steps for p in estimate.phases if p.id in ("denoise", "unmask")), None)
        passes = f" in {steps:g} passes" if steps is not None else ""
        parts.append(f"{estimate.tokens.visual:,.0f} latent tokens{passes}")
    if float(estimate.latency.value):
        seconds = f"{estimate.latency.value:.3g} s per request"
        batch = f" in a batch of {estimate.request.batch:g}" if float(estimate.request.batch) > 1 else ""
        parts.append(f"{seconds}{batch} ({estimate.latency.low:.3g} to {estimate.latency.high:.3g} s)")
    cost = _cost(candidate)
    parts.append("no price known" if math.isinf(cost) else f"${cost:.3g} per asset")
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
