"""Answers as JSON: versioned, in base units, the same bytes on every machine."""

import json
from collections.abc import Sequence

from tokencost import __version__
from tokencost.counting.tokens import TokenCount
from tokencost.nouns.answer import (
    Bill,
    Candidate,
    Capacity,
    ClassLatency,
    Comparison,
    Estimate,
    Line,
    Plan,
    Recommendation,
    Scored,
    Violation,
)
from tokencost.nouns.check import Checked, Finding
from tokencost.nouns.model import Score
from tokencost.report.change_json import change_fields
from tokencost.report.flip_json import flip_fields, remedy_fields, spread_fields, steady_fields
from tokencost.report.numbers import HOUR, Json, jsonable, stable
from tokencost.report.run_json import UNKNOWN_RUN, Fields, platform_fields, run_fields


def plans(answer: Sequence[Plan]) -> str:
    """One object, or a list for several specs."""
    return written(_one_or_all([plan_fields(plan) for plan in answer]))


def comparison(answer: Comparison) -> str:
    """All models at one size."""
    fields: Fields = {
        "schema": "tokencost.compare/1",
        **made_with(answer.seal),
        "task": answer.task,
        "width": stable(answer.width),
        "height": stable(answer.height),
        "frames": stable(answer.frames),
        "platform": platform_fields(answer.platform),
        "candidates": [candidate_fields(candidate) for candidate in answer.candidates],
    }
    return written(fields)


def checks(answer: Sequence[Checked]) -> str:
    """One object, or a list for several specs."""
    return written(_one_or_all([check_fields(check) for check in answer]))


def estimate(answer: Estimate) -> str:
    """One model, one request, one platform."""
    known = run_fields(answer)
    cost: Fields = {"usd": stable(answer.bill.per_asset), **_price(answer.bill), "lines": _lines(answer.bill)}
    head: Fields = {
        "schema": "tokencost.estimate/1",
        **made_with(answer.seal),
        "model": answer.model,
        "name": answer.name,
        "family": answer.family,
    }
    asked: Fields = {name: jsonable(getattr(answer.request, name)) for name in type(answer.request).__slots__}
    asked.pop("id")
    return written({**head, "request": asked, **known, "cost": cost})


def tokens(answer: TokenCount) -> str:
    """The tokens object alone; text is the prompt."""
    fields: Fields = {
        "grid": [stable(answer.frames), stable(answer.height), stable(answer.width)],
        "visual": stable(answer.visual),
        "structural": stable(answer.structural),
        "text": stable(answer.prompt),
        "sequence": stable(answer.prompt + answer.generated),
        "generated": stable(answer.generated),
    }
    return written(fields)


def written(value: Json) -> str:
    """JSON in ASCII, so that every stream can carry it; its escapes also defuse what a CI log would obey."""
    return defused(json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)) + "\n"


def defused(text: str) -> str:
    """The same JSON without what a terminal or a CI log would obey."""
    return text.replace("\x7f", "\\u007f").replace("##[", "#\\u0023[")


def _one_or_all(objects: list[Fields]) -> Json:
    return objects[0] if len(objects) == 1 else [*objects]


def made_with(seal: str) -> Fields:
    """The program and the first digits of the SHA-256 of its records."""
    return {"version": __version__, "catalogue_sha256": seal}


def plan_fields(plan: Plan) -> Fields:
    """The spec as understood, the choice, every candidate."""
    return {
        "schema": "tokencost.plan/1",
        "version": __version__,
        "catalogue": dict(plan.catalogue),
        "catalogue_sha256": plan.seal,
        "name": plan.name,
        "file": plan.file,
        "spec": jsonable(plan.spec),
        "recommendation": recommendation_fields(plan.recommendation),
        "candidates": [candidate_fields(candidate) for candidate in plan.candidates],
    }


def check_fields(check: Checked) -> Fields:
    """Passed or not, each broken limit, the rules that were judged, and the plan behind it."""
    return {
        "schema": "tokencost.check/1",
        **made_with(check.plan.seal),
        "file": check.plan.file,
        "name": check.plan.name,
        "passed": check.passed,
        "findings": [finding_fields(found) for found in check.findings],
        "budget": {"file": check.budget, "rules": list(check.rules)} if check.budget else None,
        "change": change_fields(check.change) if check.change else None,
        "recommendation": recommendation_fields(check.plan.recommendation),
        "candidates": [candidate_fields(candidate) for candidate in check.plan.candidates],
    }


def finding_fields(found: Finding) -> Fields:
    """A broken limit and its place; a rule of a budget file has a place there, too."""
    return {
        "rule": found.rule,
        "level": found.level,
        "message": found.message,
        "path": found.path,
        "line": found.line,
        "column": found.column,
        "actual": stable(found.actual),
        "limit": stable(found.limit),
        "unit": found.unit,
        "owner": found.owner,
        "advice": found.advice,
        "waived": found.waived,
        "stated": {"file": found.stated.file, "line": found.stated.line, "column": found.stated.column}
        if found.stated
        else None,
    }


def recommendation_fields(said: Recommendation) -> Fields:
    """The choice; infeasible exactly when nothing is."""
    return {
        "family": said.family,
        "model": said.model,
        "feasible": said.verdict != "nothing-feasible",
        "verdict": said.verdict,
        "reasons": list(said.reasons),
        "binding": said.binding,
        "margin": stable(said.margin),
        "confidence": stable(said.confidence),
        "family_confidence": stable(said.family_confidence),
        "runner_up": said.runner_up,
        "flips": [flip_fields(flip) for flip in said.flips],
        "steady": [steady_fields(axis) for axis in said.steady],
        "remedy": remedy_fields(said.remedy) if said.remedy else None,
    }


def candidate_fields(candidate: Candidate) -> Fields:
    """An estimate judged; what is not known is null or empty."""
    bill = candidate.bill or (candidate.estimate.bill if candidate.estimate else None)
    return {
        "model": candidate.model,
        "name": candidate.name,
        "family": candidate.family,
        "feasible": candidate.feasible,
        "violations": [_violation(violation) for violation in candidate.violations],
        **(run_fields(candidate.estimate) if candidate.estimate else UNKNOWN_RUN),
        "capacity": capacity_fields(candidate.capacity) if candidate.capacity else None,
        "cost": _cost(bill) if bill else None,
        "uncertainty": spread_fields(candidate.spread) if candidate.spread else None,
        "quality": [_score(score) for score in candidate.quality],
        "ceilings": ceiling_fields(candidate.ceilings),
        "undisclosed": list(candidate.undisclosed),
    }


def capacity_fields(fleet: Capacity) -> Fields:
    """A fleet under the planned load."""
    return {
        "replicas": stable(fleet.replicas),
        "gpus": stable(fleet.gpus),
        "batch": stable(fleet.batch),
        "utilization": stable(fleet.utilisation),
        "p50_s": stable(fleet.p50),
        "p95_s": stable(fleet.p95),
        "p99_s": stable(fleet.p99),
        "method": fleet.method,
        **({"classes": [_class(part) for part in fleet.classes]} if fleet.classes else {}),
    }


def _class(part: ClassLatency) -> Fields:
    return {
        "share": stable(part.share), "p50_s": stable(part.p50), "p95_s": stable(part.p95), "p99_s": stable(part.p99),
    }  # fmt: skip


def _cost(bill: Bill) -> Fields:
    amounts: Fields = {"per_asset_usd": stable(bill.per_asset), "per_month_usd": stable(bill.per_month)}
    return amounts | _price(bill) | {"lines": _lines(bill)}


def _price(bill: Bill) -> Fields:
    hourly = None if bill.price is None else stable(bill.price * HOUR)
    return {"price_usd_per_gpu_hour": hourly, "price_source": bill.price_source}


def _lines(bill: Bill) -> list[Json]:
    return [line_fields(line) for line in bill.lines]


def line_fields(line: Line) -> Fields:
    """One line of a bill."""
    return {
        "name": line.name,
        "quantity": stable(line.quantity),
        "unit": line.unit,
        "price": stable(line.price),
        "price_unit": line.price_unit,
        "amount_usd": stable(line.amount),
        "source": line.source,
        "since": line.since or None,
    }


def _violation(violation: Violation) -> Fields:
    return {
        "constraint": violation.constraint,
        "message": violation.message,
        "actual": stable(violation.actual),
        "limit": stable(violation.limit),
    }


def _score(score: Scored) -> Fields:
    known: Fields = {"metric": score.metric, "value": stable(score.value), "bound": score.bound}
    known |= {"conditions": score.conditions, "source": score.source}
    return known | {"published": stable(score.published), "worst": stable(score.worst)}


def ceiling_fields(scores: Sequence[Score]) -> list[Json]:
    """Published reconstructions of a coder."""
    return [
        {"metric": s.metric, "value": stable(s.value), "conditions": s.conditions, "source": s.source} for s in scores
    ]
