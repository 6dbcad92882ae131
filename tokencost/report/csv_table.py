"""Answers as CSV: one record per row, plain numbers in base units, units in the headings."""

import csv
import io
from collections.abc import Iterable, Sequence

from tokencost.counting.tokens import TokenCount
from tokencost.nouns.answer import Candidate, Comparison, Estimate, Plan
from tokencost.nouns.check import Checked, Finding
from tokencost.report.escape import csv as escaped
from tokencost.report.numbers import plain
from tokencost.report.sentences import place

Cells = dict[str, str]
CANDIDATE = (
    "model", "family", "feasible", "violations", "gpu", "gpus", "engine", "precision", "parallelism", "sequence_tokens",
    "flop", "memory_peak_bytes", "request_seconds", "request_low_seconds", "request_high_seconds", "p50_seconds",
    "p95_seconds", "p99_seconds", "replicas", "fleet_gpus", "batch", "utilization", "usd_per_asset", "usd_per_month",
    "energy_joules", "electricity_per_asset_joules", "carbon_per_asset_kg",
)  # fmt: skip
PLAN = ("file", "name", "recommended", *CANDIDATE)
CHECK = (
    "file",
    "name",
    "passed",
    "level",
    "rule",
    "path",
    "line",
    "column",
    "message",
    "actual",
    "limit",
    "unit",
    "owner",
    "advice",
    "waived",
    "stated",
    "model",
    "family",
)
PHASE = (
    "model",
    "phase",
    "component",
    "steps",
    "flop",
    "memory_traffic_bytes",
    "link_traffic_bytes",
    "seconds",
    "bound",
)
TOKENS = ("frames", "height", "width", "visual", "structural", "generated", "text")


def plans(answer: Sequence[Plan]) -> str:
    """One row per candidate of every spec."""
    return written(PLAN, (_planned(plan, candidate) for plan in answer for candidate in plan.candidates))


def _planned(plan: Plan, candidate: Candidate) -> Cells:
    chosen = _yes(plan.recommendation.model == candidate.model)
    return {"file": plan.file, "name": plan.name, "recommended": chosen, **candidate_cells(candidate)}


def comparison(answer: Comparison) -> str:
    """One row per model."""
    return written(CANDIDATE, (candidate_cells(candidate) for candidate in answer.candidates))


def checks(answer: Sequence[Checked]) -> str:
    """One row per broken limit; a spec that breaks none has one row without."""
    return written(CHECK, (_checked(check, found) for check in answer for found in (check.findings or (None,))))


def _checked(check: Checked, found: Finding | None) -> Cells:
    said = check.plan.recommendation
    cells = {"file": check.plan.file, "name": check.plan.name, "passed": _yes(check.passed)}
    cells |= {"model": said.model or "", "family": said.family or ""}
    if found is None:
        return cells
    numbers = {"line": found.line, "column": found.column, "actual": found.actual, "limit": found.limit}
    texts = {"level": found.level, "rule": found.rule, "path": found.path, "message": found.message}
    texts |= {"unit": found.unit, "owner": found.owner, "advice": found.advice, "waived": found.waived}
    texts["stated"] = place(found.stated.file, found.stated.line, found.stated.column) if found.stated else ""
    return cells | texts | {name: plain(value) for name, value in numbers.items()}


def estimate(answer: Estimate) -> str:
    """One row per phase."""
    rows = (
        {
            "model": answer.model,
            "phase": phase.id,
            "component": phase.component,
            "steps": plain(phase.steps),
            "flop": plain(phase.flop),
            "memory_traffic_bytes": plain(phase.memory_traffic),
            "link_traffic_bytes": plain(phase.link_traffic),
            "seconds": plain(phase.seconds),
            "bound": phase.bound,
        }
        for phase in answer.phases
    )
    return written(PHASE, rows)


def tokens(answer: TokenCount) -> str:
    """One row."""
    values = {name: getattr(answer, name) for name in TOKENS if name != "text"} | {"text": answer.prompt}
    return written(TOKENS, [{name: plain(value) for name, value in values.items()}])


def candidate_cells(candidate: Candidate) -> Cells:
    """A candidate's figures; empty where nothing is known."""
    bill = candidate.bill or (candidate.estimate.bill if candidate.estimate else None)
    return {
        "model": candidate.model,
        "family": candidate.family,
        "feasible": _yes(candidate.feasible),
        "violations": "; ".join(violation.message for violation in candidate.violations),
        **(_run(candidate.estimate) if candidate.estimate else {}),
        **_fleet(candidate),
        "usd_per_asset": plain(bill.per_asset) if bill else "",
        "usd_per_month": plain(bill.per_month) if bill else "",
    }


def _run(run: Estimate) -> Cells:
    on = run.platform
    named = {"gpu": on.gpu, "engine": on.engine, "precision": on.precision, "parallelism": on.parallelism} if on else {}
    values = {
        "gpus": on.gpus if on else None,
        "sequence_tokens": run.tokens.sequence if run.tokens else None,
        "flop": sum(float(phase.flop) for phase in run.phases) if run.phases else None,
        "memory_peak_bytes": run.footprint.peak if run.footprint else None,
        "energy_joules": run.energy.value if run.energy else None,
        "electricity_per_asset_joules": run.electricity.joules if run.electricity else None,
        "carbon_per_asset_kg": run.electricity.carbon if run.electricity else None,
    }
    waits = {"request_seconds": run.latency.value, "request_low_seconds": run.latency.low}
    waits |= {"request_high_seconds": run.latency.high}
    timed = waits if float(run.latency.value) else {}
    return named | {name: plain(value) for name, value in (values | timed).items()}


def _fleet(candidate: Candidate) -> Cells:
    fleet = candidate.capacity
    if fleet is None:
        return {}
    values = {
        "p50_seconds": fleet.p50,
        "p95_seconds": fleet.p95,
        "p99_seconds": fleet.p99,
        "replicas": fleet.replicas,
        "fleet_gpus": fleet.gpus,
        "batch": fleet.batch,
        "utilization": fleet.utilisation,
    }
    return {name: plain(value) for name, value in values.items()}


def _yes(fact: bool) -> str:
    return "true" if fact else "false"


def written(columns: Sequence[str], rows: Iterable[Cells]) -> str:
    """Heading and rows, all of the same length; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([escaped(row.get(column, "")) for column in columns] for row in rows)
    return out.getvalue()
