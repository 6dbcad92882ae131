"""What the reports of a plan, a comparison and a check say."""

from collections.abc import Mapping, Sequence

from tokencost.deciding.recommend import share
from tokencost.nouns.answer import Bill, Candidate, Comparison, Note, Plan, Recommendation
from tokencost.nouns.check import Checked
from tokencost.report import flips, numbers, sentences
from tokencost.report.blocks import (
    Answer,
    Block,
    Blocks,
    Bullets,
    Column,
    Command,
    Facts,
    Grid,
    Item,
    Mark,
    Row,
    present,
)
from tokencost.report.content_change import of_change

TERA, GIGA = 1e12, 1e9
IN_FULL = 6
"""Infeasible candidates up to which each is shown with its fleet, its bill and all limits that it breaks."""
TITLE = ("version", "name")
"""What the first line of a report says already, or nobody asks."""


def of_plans(plans: Sequence[Plan]) -> Blocks:
    """One report after the other."""
    return tuple(block for plan in plans for block in of_plan(plan))


def of_plan(plan: Plan) -> Blocks:
    """The choice, its reasons, every candidate, and what was taken as given."""
    said = plan.recommendation
    return present(
        Answer(text=sentences.of_plan(plan), tone=sentences.TONES[said.verdict]),
        Bullets(items=tuple(Item(text=reason) for reason in said.reasons)),
        Facts(pairs=_around(plan)),
        Bullets(title="what would change it", items=tuple(Item(text=line) for line in flips.shown(said))),
        remedies(said),
        candidates(plan),
        left_out(plan),
        assumptions(_spokesman(plan)),
        Command(lead="numbers", command=sentences.explain(plan.file or "SPEC")),
    )


def remedies(said: Recommendation) -> Bullets:
    """The smallest changes that let a model pass."""
    if said.remedy is None:
        return Bullets(items=())
    items = tuple(Item(text=line) for line in flips.remedies(said.remedy))
    return Bullets(title=flips.remedy_title(said.remedy), items=items)


def candidates(plan: Plan) -> Grid:
    """Candidates with their fleet and bill; why not, below them. Many that are not feasible stand in `left_out`."""
    shown = [c for c in plan.candidates if c.feasible or not _many(plan)]
    gpus = {c.estimate.platform.gpu for c in shown if c.estimate and c.estimate.platform}
    several = len(gpus) > 1
    names = [Column(name="model"), Column(name="family"), *([Column(name="GPU")] if several else [])]
    figures = [Column(name=n, figures=True) for n in ("p95", "fleet", "$/asset", "$/month")]
    rows = tuple(
        Row(cells=_fleet_cells(c, several), mark="yes" if c.feasible else "no", remarks=_remarks(c)) for c in shown
    )
    return Grid(title="candidates", columns=(*names, *figures), rows=rows)


def _many(plan: Plan) -> bool:
    return sum(not c.feasible for c in plan.candidates) > IN_FULL


def left_out(plan: Plan) -> Bullets:
    """Models that are not feasible, a line each, where there are too many to show in full."""
    rejected = [c for c in plan.candidates if not c.feasible] if _many(plan) else []
    title = f"{len(rejected)} not feasible (all limits they break: --format json)"
    return Bullets(title=title, items=tuple(Item(text=_rejected(c)) for c in rejected))


def _rejected(candidate: Candidate) -> str:
    first, more = candidate.violations[0].message, len(candidate.violations) - 1
    return f"{candidate.model}: {first}" + (f" (and {more} more)" if more else "")


def _fleet_cells(candidate: Candidate, with_gpu: bool) -> tuple[str, ...]:
    bill = bill_of(candidate)
    on = candidate.estimate.platform if candidate.estimate else None
    return (
        candidate.model,
        candidate.family,
        *([on.gpu if on else numbers.DASH] if with_gpu else []),
        latency(candidate),
        sentences.fleet(candidate) or numbers.DASH,
        numbers.usd(bill.per_asset) if bill and bill.per_asset is not None else numbers.DASH,
        numbers.usd(bill.per_month) if bill and bill.per_month is not None else numbers.DASH,
    )


def latency(candidate: Candidate) -> str:
    """The 95th percentile under load; without a fleet, the request alone, or what is typical of an API."""
    if candidate.capacity:
        return numbers.time(candidate.capacity.p95)
    if candidate.estimate is None or not float(candidate.estimate.latency.value):
        return numbers.DASH
    sign = "≥" if candidate.estimate.platform else "~"
    return f"{sign} {numbers.time(candidate.estimate.latency.value)}"


def bill_of(candidate: Candidate) -> Bill | None:
    """The fleet's bill, else the request's."""
    return candidate.bill or (candidate.estimate.bill if candidate.estimate else None)


def _remarks(candidate: Candidate) -> tuple[str, ...]:
    return tuple(violation.message for violation in candidate.violations)


def _around(plan: Plan) -> tuple[tuple[str, str], ...]:
    said, chosen = plan.recommendation, sentences.recommended(plan)
    pairs = [("binding", said.binding)]
    if said.margin is not None:
        pairs.append(("margin", f"{numbers.percent(said.margin)} over {said.runner_up or 'the runner-up'}"))
    if said.confidence is not None and said.family_confidence is not None:
        family = f"{said.family} in {share(said.family_confidence)}"
        pairs.append(("confidence", f"{said.model} in {share(said.confidence)}, {family} of all draws"))
    if chosen and chosen.spread:
        pairs.append(("P10–P50–P90", flips.of_spread(chosen.spread)))
    if chosen:
        pairs += _of_winner(chosen)
    pairs.append(("spec", ", ".join(f"{path} = {value}" for path, value in understood(plan.spec) if path not in TITLE)))
    pairs += sentences.made_with(plan.seal)
    return tuple((name, text) for name, text in pairs if text)


def understood(spec: object, path: str = "") -> list[tuple[str, str]]:
    """Dotted paths and values of the spec as understood, in base units; what is empty or unlimited is left out."""
    if isinstance(spec, Mapping):
        return [pair for key, part in spec.items() for pair in understood(part, f"{path}.{key}".strip("."))]
    if isinstance(spec, list | tuple):
        return [(path, " ".join(text for part in spec for _, text in understood(part)))] if spec else []
    plain = spec if isinstance(spec, str) else _said(path, spec) if isinstance(spec, int | float) else ""
    return [(path, plain)] if plain else []


def _said(path: str, value: float) -> str:
    """A number of a spec with its unit; those that are not named here are counts."""
    head, _, last = path.partition(".")
    if path in ("platform.price", "platform.price.rate", "platform.price.floor"):
        return f"{numbers.usd(value * numbers.HOUR)}/h"
    if head == "budget":
        return BUDGETED.get(last, numbers.usd)(value)
    if head == "latency" or path in ("output.seconds", "assume.request_time.value", "platform.cold_start"):
        return numbers.time(value)
    return f"{numbers.number(value)} req/s" if last in ("average", "peak") else numbers.plain(value)


BUDGETED = {"energy_per_asset": numbers.energy, "carbon_per_asset": numbers.carbon, "max_price_age": numbers.time}
"""Limits under `budget` that are not dollars, and how they are said."""


def _of_winner(chosen: Candidate) -> list[tuple[str, str]]:
    pairs = [("quality", "; ".join(sentences.quality(score) for score in chosen.quality))]
    pairs.append(("ceiling", "; ".join(sentences.ceiling(score) for score in chosen.ceilings)))
    if chosen.estimate and chosen.estimate.platform:
        pairs.append(("platform", sentences.platform(chosen.estimate.platform)))
        pairs.append(("request", numbers.interval(chosen.estimate.latency, numbers.time)))
    fleet, bill = chosen.capacity, bill_of(chosen)
    if fleet:
        busy = f"batch {numbers.count(fleet.batch)}, utilisation {numbers.percent(fleet.utilisation)}"
        tail = f"p50 {numbers.time(fleet.p50)}, p95 {numbers.time(fleet.p95)}, p99 {numbers.time(fleet.p99)}"
        pairs += [("load", busy), ("latency", f"{tail}; {fleet.method}")]
    pairs.append(("price", bill.price_source if bill else ""))
    return [*pairs, ("electricity", sentences.electricity(chosen))]


def _spokesman(plan: Plan) -> tuple[Note, ...]:
    """Assumptions of the chosen candidate, else of the first that could be estimated."""
    chosen = sentences.recommended(plan)
    speaking = [c for c in ([chosen] if chosen else plan.candidates) if c.estimate]
    return speaking[0].estimate.assumptions if speaking and speaking[0].estimate else ()


def assumptions(notes: Sequence[Note]) -> Bullets:
    """Numbers that a person chose."""
    return Bullets(title="assumed", items=tuple(Item(text=f"{n.name} = {n.value}: {n.reason}") for n in notes))


def of_comparison(comparison: Comparison) -> Blocks:
    """All models side by side; those that cannot run, with the reason."""
    names = (Column(name="model"), Column(name="family"))
    figures = ("tokens", "TFLOP", "seconds", "GB", "$/asset")
    rows = tuple(
        Row(cells=_run_cells(c), mark="yes" if c.feasible else "no", remarks=_remarks(c)) for c in comparison.candidates
    )
    feasible = any(c.feasible for c in comparison.candidates)
    return present(
        Answer(text=sentences.of_comparison(comparison), tone="good" if feasible else "bad"),
        Grid(title="models", columns=(*names, *(Column(name=n, figures=True) for n in figures)), rows=rows),
        Facts(pairs=(("platform", sentences.platform(comparison.platform)), *sentences.made_with(comparison.seal))),
        *_cheapest_notes(comparison),
    )


def _cheapest_notes(comparison: Comparison) -> list[Block]:
    first = next((c for c in comparison.candidates if c.feasible and c.estimate), None)
    if first is None or first.estimate is None:
        return []
    command = (
        [Command(lead="numbers", command=sentences.explain_run(first.estimate))] if first.estimate.platform else []
    )
    return [assumptions(first.estimate.assumptions), *command]


def _run_cells(candidate: Candidate) -> tuple[str, ...]:
    run, bill = candidate.estimate, bill_of(candidate)
    price = numbers.usd(bill.per_asset) if bill and bill.per_asset is not None else numbers.DASH
    if run is None:
        return (candidate.model, candidate.family, *([numbers.DASH] * 4), price)
    return (
        candidate.model,
        candidate.family,
        numbers.count(run.tokens.sequence) if run.tokens else numbers.DASH,
        numbers.in_units(sum(float(phase.flop) for phase in run.phases), TERA) if run.phases else numbers.DASH,
        numbers.number(run.latency.value) if float(run.latency.value) else numbers.DASH,
        numbers.in_units(run.footprint.peak, GIGA) if run.footprint else numbers.DASH,
        price,
    )


def of_checks(checks: Sequence[Checked]) -> Blocks:
    """Passed or failed, and every broken limit at its place."""
    together = tuple(checks)
    return present(
        Answer(text=sentences.of_checks(together), tone="good" if all(check.passed for check in together) else "bad"),
        *(_alone(together[0]) if len(together) == 1 else [Bullets(items=tuple(_one_of_many(c) for c in together))]),
        Facts(pairs=sentences.made_with(together[0].plan.seal)),
        Command(lead="numbers", command=sentences.explain(together[0].plan.file or "SPEC")),
    )


def _alone(check: Checked) -> list[Block]:
    """The broken limits and how far the candidates are from them."""
    points = tuple(
        Item(text=sentences.finding(check, found), mark="no" if found.level == "fail" else "")
        for found in check.findings
    )
    reasons = tuple(Item(text=reason) for reason in check.plan.recommendation.reasons)
    change = of_change(check.change) if check.change else ()
    lacking = remedies(check.plan.recommendation)
    return [Bullets(items=points), *change, Bullets(items=reasons), lacking, candidates(check.plan)]


def _one_of_many(check: Checked) -> Item:
    mark: Mark = "yes" if check.passed else "no"
    return Item(text=f"{check.plan.file}: {sentences.of_plan(check.plan)}", mark=mark, remarks=_findings(check))


def _findings(check: Checked) -> tuple[str, ...]:
    return tuple(sentences.finding(check, found) for found in check.findings)
