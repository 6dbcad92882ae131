"""The answers in one sentence each."""

import shlex
from collections.abc import Sequence

from tokencost import __version__
from tokencost.nouns.answer import Candidate, Comparison, Estimate, Plan, PlatformName, Scored
from tokencost.nouns.check import Checked, Finding
from tokencost.nouns.model import Score
from tokencost.nouns.request import Request
from tokencost.planning.options import (
    DEFAULT_ENGINE,
    DEFAULT_GPU,
    DEFAULT_OUTPUT_TOKENS,
    DEFAULT_PRECISION,
    DEFAULT_PROMPT_TOKENS,
    DEFAULT_REGION,
)
from tokencost.report import numbers
from tokencost.report.blocks import Tone

TONES: dict[str, Tone] = {"recommended": "good", "too-close-to-call": "open", "nothing-feasible": "bad"}


def of_plan(plan: Plan) -> str:
    """Which model to run, or that there is none."""
    return f"{plan.name}: {choice(plan)}"


def choice(plan: Plan) -> str:
    """The recommendation without the name of the spec."""
    said = plan.recommendation
    chosen = recommended(plan)
    if said.verdict == "nothing-feasible" or chosen is None:
        return f"no candidate keeps every limit ({len(plan.candidates)} examined)"
    if said.verdict == "too-close-to-call":
        return f"too close to call between {said.model} and {_rival(plan, chosen)}; {in_short(chosen)}"
    return in_short(chosen)


def _rival(plan: Plan, chosen: Candidate) -> str:
    """The cheapest feasible model of another family: that is what the choice is too close to."""
    others = [c.model for c in plan.candidates if c.feasible and c.family != chosen.family]
    return others[0] if others else "the next"


def recommended(plan: Plan) -> Candidate | None:
    """The candidate that the recommendation names."""
    return next((c for c in plan.candidates if c.model == plan.recommendation.model), None)


def in_short(candidate: Candidate) -> str:
    """Model, cost, latency and fleet."""
    parts = [f"{candidate.model} ({candidate.family})"]
    bill = candidate.bill or (candidate.estimate.bill if candidate.estimate else None)
    if bill:
        parts.append(f"{numbers.usd(bill.per_asset)} per asset")
        parts += [f"{numbers.usd(bill.per_month)} per month"] if bill.per_month is not None else []
    if candidate.capacity:
        parts.append(f"p95 {numbers.time(candidate.capacity.p95)}")
        parts.append(fleet(candidate, long=True))
    return ", ".join(part for part in parts if part)


def fleet(candidate: Candidate, *, long: bool = False) -> str:
    """Replicas × GPUs of each, with the GPU's name if there is room."""
    if candidate.capacity is None:
        return ""
    on = candidate.estimate.platform if candidate.estimate else None
    if on is None:
        return f"{numbers.count(candidate.capacity.gpus)} GPUs" if float(candidate.capacity.gpus) else ""
    each = f"{numbers.count(candidate.capacity.replicas)} × {numbers.count(on.gpus)}"
    return f"{each} {on.gpu}" if long else each


def platform(on: PlatformName) -> str:
    """`2 × a100-80gb-sxm (compile, bf16, tp2)`."""
    how = ", ".join(part for part in (on.engine, on.precision, on.parallelism) if part)
    return f"{numbers.count(on.gpus)} × {on.gpu} ({how})"


def of_comparison(comparison: Comparison) -> str:
    """The cheapest model that runs, and how many do."""
    running = [c for c in comparison.candidates if c.feasible]
    what = f"{comparison.task} at {dimensions(comparison.width, comparison.height, comparison.frames)}"
    share = f"{len(running)} of {len(comparison.candidates)} models run"
    if not running:
        return f"{what}: no model runs ({len(comparison.candidates)} examined)"
    return f"{what}: {_cheapest(running[0])}; {share}"


def _cheapest(candidate: Candidate) -> str:
    bill = candidate.bill or (candidate.estimate.bill if candidate.estimate else None)
    if bill is None or bill.per_asset is None:
        return f"{candidate.model} comes first, no price is known"
    return f"{candidate.model} is cheapest, {numbers.usd(bill.per_asset)} per asset"


def dimensions(width: object, height: object, frames: object) -> str:
    """`1024 × 1024`, with the frames of a clip."""
    still = f"{_bare(width)} × {_bare(height)}"
    return f"{still}, {_bare(frames)} frames" if float(str(frames)) > 1 else still


def _bare(value: object) -> str:
    return f"{float(str(value)):g}"


def of_estimate(estimate: Estimate) -> str:
    """Time, cost and memory of one request."""
    cost = (
        f"{numbers.usd(estimate.bill.per_asset)} per asset" if estimate.bill.per_asset is not None else "no price known"
    )
    if estimate.platform is None:
        typical = numbers.time(estimate.latency.value) if float(estimate.latency.value) else ""
        return f"{estimate.model}: {cost}" + (f", typically {typical}" if typical else "") + " (API)"
    faster = f" with {' + '.join(estimate.accelerations)}" if estimate.accelerations else ""
    where = f"{estimate.model}{faster} on {platform(estimate.platform)}"
    parts = [numbers.interval(estimate.latency, numbers.time), cost]
    memory = estimate.footprint
    if memory:
        room = f"{numbers.size(memory.peak)} of {numbers.size(memory.available)}"
        parts.append(room if memory.fits else f"does not fit: needs {room}")
    return f"{where}: {', '.join(parts)}"


def request(asked: Request) -> str:
    """What is made or read."""
    parts = [asked.task, dimensions(asked.width, asked.height, asked.frames)]
    parts += [f"{numbers.number(asked.fps)} frames/s"] if float(asked.fps) else []
    parts += [f"{numbers.count(asked.prompt_tokens)} prompt tokens"]
    parts += [f"{numbers.count(asked.output_tokens)} output tokens"] if asked.task == "image-to-text" else []
    parts += [f"batch {numbers.count(asked.batch)}"] if float(asked.batch) > 1 else []
    return ", ".join(parts)


def of_checks(checks: tuple[Checked, ...]) -> str:
    """Whether all specs keep their limits."""
    passed = sum(check.passed for check in checks)
    if len(checks) == 1:
        return f"{'passed' if passed else 'failed'}: {of_plan(checks[0].plan)}"
    return f"{'passed' if passed == len(checks) else 'failed'}: {passed} of {len(checks)} specs keep their limits"


def finding(check: Checked, found: Finding) -> str:
    """`spec.yaml:12:3: latency.p95: ...`."""
    where = place(check.plan.file, found.line, found.column)
    where = where if found.level == "fail" else f"{where}: {CALLED[found.level]}"
    return f"{where}: {found.path}: {told(found)}" if found.path else f"{where}: {told(found)}"


CALLED = {"warn": "warning", "note": "note"}


def told(found: Finding) -> str:
    """What is wrong; of a budget file's rule also which it is, where it stands, whose it is, and what its owner says.

    `ads-cost: usd_per_asset is 0.02 USD, the limit is 0.01 USD (tokencost.budget.yaml:5:12, owner @ads): ask first`.
    """
    if found.stated is None:
        return found.message
    owner = [f"owner {found.owner}"] if found.owner else []
    around = ", ".join([place(found.stated.file, found.stated.line, found.stated.column), *owner])
    waived = f"; {found.waived}" if found.waived else ""
    return f"{found.rule}: {found.message}{waived} ({around}){f': {found.advice}' if found.advice else ''}"


def place(file: str, line: int, column: int) -> str:
    """File, line and column as far as they are known."""
    return ":".join(str(part) for part in (file, line, column if line else 0) if part)


def quality(score: Scored) -> str:
    """A score, the bound it was held against, and who published it."""
    said = f"{score.metric} {numbers.number(score.value)}"
    several = score.worst is not None and score.worst != score.value
    least = f"best of {numbers.count(score.published)}, from {numbers.number(score.worst)}" if several else ""
    around = "; ".join(part for part in (score.bound, score.conditions, score.source, least) if part)
    return f"{said} ({around})" if around else said


def electricity(candidate: Candidate) -> str:
    """What an asset and a month take from the grid."""
    taken = candidate.estimate.electricity if candidate.estimate else None
    if taken is None:
        return ""
    asset = f"{numbers.energy(taken.joules)} and {numbers.carbon(taken.carbon)} per asset"
    siting = taken.siting
    where = f"grid of {siting.region}: {siting.carbon_source}; PUE {numbers.number(siting.pue)}"
    if taken.month_joules is None:
        return f"{asset} ({where})"
    month = f"{numbers.kilowatt_hours(taken.month_joules)} and {numbers.carbon(taken.month_carbon)} per month"
    return f"{asset}, {month} ({where})"


def ceiling(score: Score) -> str:
    """How well a coder gives back what it is given."""
    return f"{score.metric} {numbers.number(score.value)} ({score.conditions}; {score.source})"


def quoted(text: str) -> str:
    """A word as a shell takes it."""
    return shlex.quote(text)


def explain(what: str) -> str:
    """The command that derives every number."""
    return f"tokencost explain {shlex.quote(what)}"


def flags(overrides: Sequence[str]) -> str:
    """Overrides as they stand on the command line."""
    return "".join(f" --set {shlex.quote(text)}" for text in overrides)


def explain_run(run: Estimate) -> str:
    """The command that derives the numbers of this very run; what is usual is not said."""
    request, on = run.request, run.platform
    size = f"{request.width:g}" + (f"x{request.height:g}" if request.height != request.width else "")
    said: list[tuple[str, object, object]] = [
        ("task", SHORT_TASKS[request.task], "image"),
        ("res", size, ""),
        ("frames", f"{request.frames:g}", "1"),
        ("prompt-tokens", f"{request.prompt_tokens:g}", f"{DEFAULT_PROMPT_TOKENS}"),
        ("batch", f"{request.batch:g}", "1"),
    ]
    if request.task == "image-to-text":
        said.append(("output-tokens", f"{request.output_tokens:g}", f"{DEFAULT_OUTPUT_TOKENS}"))
    if on is not None:
        said += [("gpu", on.gpu, DEFAULT_GPU), ("gpus", f"{on.gpus:g}", "1"), ("engine", on.engine, DEFAULT_ENGINE)]
        said += [("precision", on.precision, DEFAULT_PRECISION), ("parallelism", on.parallelism, "")]
    if run.electricity is not None:
        siting = run.electricity.siting
        said.append(("region", siting.region, DEFAULT_REGION))
        said += [("pue", f"{siting.pue:g}", "")] if siting.pue_source == "your PUE" else []
    said += [("accelerate", name, "") for name in run.accelerations]
    flags = "".join(f" --{name} {shlex.quote(str(value))}" for name, value, usual in said if value != usual)
    return f"{explain(run.model)}{flags}"


SHORT_TASKS = {"text-to-image": "image", "text-to-video": "video", "image-to-text": "perception"}
"""What records say -> what the flag says."""


def made_with(seal: str) -> tuple[tuple[str, str], ...]:
    """What computed an answer, so that whoever finds another one knows whether to expect it."""
    return (("made with", f"tokencost {__version__}, catalogue {seal}"),) if seal else ()
