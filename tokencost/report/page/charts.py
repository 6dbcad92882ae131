"""What the charts of a page show, as data for its script, each with the same figures as a table.

Every text in the data is made visible here, once: the script only places it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from tokencost.deciding.front import front
from tokencost.deciding.recommend import fit_first
from tokencost.nouns.answer import Candidate, Capacity, PhaseTime
from tokencost.report import numbers
from tokencost.report.blocks import Column, Grid, Row
from tokencost.report.content import bill_of
from tokencost.report.escape import visible
from tokencost.report.numbers import stable
from tokencost.report.run_json import Fields

MOST = 10
"""Feasible candidates that a chart by candidate shows, cheapest first; the best of every other family comes below."""
WORK = ("reading the prompt", "reading the image", "denoising steps", "token steps", "decoding pixels", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart: what it shows in words, for the script, and as a table; `hint` says how to read its marks."""

    id: str
    title: str
    says: str
    data: Fields
    figures: Grid
    hint: str = ""


def shown(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that run on a GPU: the cheapest feasible ones, then one of every family that is not there."""
    timed = [c for c in candidates if c.estimate and c.estimate.phases]
    chosen = [c for c in timed if c.feasible][:MOST]
    for candidate in fit_first(timed):
        if candidate.family not in {c.family for c in chosen}:
            chosen.append(candidate)
    return chosen


NO_SPEC: Mapping[str, object] = {}


def named(candidate: Candidate) -> str:
    """The model as charts call it; who breaks a limit carries the sign of it."""
    return visible(candidate.model) + ("" if candidate.feasible else " ✘")


def of_phases(candidates: Sequence[Candidate]) -> list[Chart]:
    """Where the time of one request goes."""
    rows = [(c, _seconds(c.estimate.phases)) for c in shown(candidates) if c.estimate]
    kinds = [kind for kind in WORK if any(kind in spent for _, spent in rows)]
    if not rows:
        return []
    totals = [sum(spent.values()) for _, spent in rows]
    series: list[Fields] = [
        {
            "name": kind,
            "color": WORK.index(kind),
            "seconds": [stable(spent.get(kind, 0.0)) for _, spent in rows],
            "texts": [numbers.time(spent.get(kind, 0.0)) for _, spent in rows],
        }
        for kind in kinds
    ]
    data: Fields = {
        "kind": "phases", "labels": [named(c) for c, _ in rows], "totals": [numbers.time(t) for t in totals],
        "series": [*series],
    }  # fmt: skip
    columns = (Column(name="model"), *(Column(name=kind, figures=True) for kind in (*kinds, "together")))
    lines = (
        (
            c.model,
            *(numbers.time(spent[kind]) if kind in spent else numbers.DASH for kind in kinds),
            numbers.time(total),
        )
        for (c, spent), total in zip(rows, totals, strict=True)
    )
    first = max(rows[0][1], key=lambda kind: rows[0][1][kind])
    says = f"{rows[0][0].model} spends {numbers.percent(rows[0][1][first] / totals[0])} of a request on {first}."
    return [
        Chart(
            id="phases", title="Where the time of a request goes", says=says, data=data,
            figures=_grid("time of a request by phase", columns, lines),
        )
    ]  # fmt: skip


def _seconds(phases: Iterable[PhaseTime]) -> dict[str, float]:
    spent: dict[str, float] = {}
    for phase in phases:
        kind = _work(phase)
        spent[kind] = spent.get(kind, 0.0) + float(phase.seconds)
    return spent


def _work(phase: PhaseTime) -> str:
    if phase.id.startswith("prefill") or phase.component.startswith("text_encoder"):
        return "reading the prompt"
    return KINDS.get(phase.component, "other") if phase.id != "host" else "other"


KINDS = {
    "vision_tower": "reading the image", "image_encoder": "reading the image", "denoiser": "denoising steps",
    "transformer": "token steps",
    "image_decoder": "decoding pixels", "video_decoder": "decoding pixels",
}  # fmt: skip
"""What a network of a generator does, in the words of the charts."""


def of_latency(candidates: Sequence[Candidate], spec: Mapping[str, object] = NO_SPEC) -> list[Chart]:
    """The predicted time of one request with its interval, and percentiles under load."""
    rows = [c for c in shown(candidates) if c.estimate]
    if not rows:
        return []
    runs = [c.estimate.latency for c in rows if c.estimate]
    fleets = [c.capacity if c.feasible else None for c in rows]
    data: Fields = {
        "kind": "latency", "labels": [named(c) for c in rows],
        "alone": [[stable(run.low), stable(run.value), stable(run.high)] for run in runs],
        "texts": [numbers.interval(run, numbers.time) for run in runs],
        "limits": [bound for bound in bounds(spec) if bound["axis"] == "x"],
        "percentiles": [
            {
                "name": name,
                "seconds": [stable(getattr(fleet, name)) if fleet else None for fleet in fleets],
                "texts": [_late(fleet, name) for fleet in fleets],
            }
            for name in ("p50", "p95", "p99") if any(fleets)
        ],
    }  # fmt: skip
    names = ("one request alone", "low", "high", "p50 under load", "p95", "p99")
    lines = (
        (
            c.model, *(numbers.time(n) for n in (run.value, run.low, run.high)),
            *(_late(fleet, p) for p in ("p50", "p95", "p99")),
        )
        for c, run, fleet in zip(rows, runs, fleets, strict=True)
    )  # fmt: skip
    told = f"; under load {_percentiles(fleets[0])}" if fleets[0] else ""
    says = f"{rows[0].model}: {numbers.interval(runs[0], numbers.time)} for one request alone{told}."
    columns = (Column(name="model"), *(Column(name=name, figures=True) for name in names))
    grid = _grid("latency of a request", columns, lines)
    return [Chart(id="latency", title="Latency, with its interval", says=says, data=data, figures=grid)]


def _percentiles(fleet: Capacity | None) -> str:
    return ", ".join(f"{name} {_late(fleet, name)}" for name in ("p50", "p95", "p99"))


def _late(fleet: Capacity | None, name: str) -> str:
    return numbers.time(getattr(fleet, name)) if fleet else numbers.DASH


def of_choice(candidates: Sequence[Candidate], spec: Mapping[str, object] = NO_SPEC) -> list[Chart]:
    """Cost against latency against quality: what nothing else beats in all three."""
    placed = [c for c in candidates if isfinite(_cost(c)) and _cost(c) > 0 and _wait(c) > 0]
    if not placed:
        return []
    metric, scores = _scores(placed)
    feasible = [c for c in placed if c.feasible]
    best = front([(_cost(c), _wait(c), -scores.get(c.model, -inf)) for c in feasible])
    chosen = {c.model for c, on in zip(feasible, best, strict=True) if on}
    points: list[Fields] = [
        {
            "model": named(c), "family": c.family, "feasible": c.feasible, "front": c.model in chosen,
            "cost": stable(_cost(c)), "wait": stable(_wait(c)), "quality": stable(scores.get(c.model)),
            "texts": [numbers.usd(_cost(c)), numbers.time(_wait(c)), _score(metric, scores.get(c.model))],
        }
        for c in placed
    ]  # fmt: skip
    data: Fields = {"kind": "choice", "metric": metric, "points": [*points], "limits": [*bounds(spec)]}
    names = ("family", "$/asset", "latency", metric or "quality", "on the front")
    columns = (Column(name="model"), Column(name=names[0]), *(Column(name=n, figures=True) for n in names[1:]))
    lines = (
        (
            c.model, c.family, numbers.usd(_cost(c)), numbers.time(_wait(c)), _number(scores.get(c.model)),
            "yes" if c.model in chosen else "no" if c.feasible else "not feasible",
        )
        for c in placed
    )  # fmt: skip
    by = f"cost, latency and {metric}" if metric else "cost and latency"
    says = f"{len(chosen)} of {len(feasible)} feasible models are beaten by no other in {by} together."
    title = "Cost against latency against quality"
    hint = "Hollow marks break a limit; a dark rim: on the front." + (f" Larger: higher {metric}." if metric else "")
    return [Chart(id="choice", title=title, says=says, data=data, figures=_grid(title, columns, lines), hint=hint)]


def bounds(spec: Mapping[str, object]) -> Iterator[Fields]:
    """Limits of the spec that lie in the plane of cost and latency."""
    latency, budget = (part if isinstance(part, Mapping) else {} for part in (spec.get("latency"), spec.get("budget")))
    for name, limit in latency.items():
        if isinstance(limit, int | float) and isfinite(limit):
            yield {"axis": "x", "value": stable(limit), "text": f"{visible(str(name))} limit {numbers.time(limit)}"}
    most = budget.get("per_asset")
    if isinstance(most, int | float) and isfinite(most):
        yield {"axis": "y", "value": stable(most), "text": f"budget {numbers.usd(most)} per asset"}


def _cost(candidate: Candidate) -> float:
    bill = bill_of(candidate)
    return inf if bill is None or bill.per_asset is None else float(bill.per_asset)


def _wait(candidate: Candidate) -> float:
    """The 95th percentile under load where there is a fleet that keeps up, else what a request takes."""
    if candidate.capacity and isfinite(float(candidate.capacity.p95)):
        return float(candidate.capacity.p95)
    return float(candidate.estimate.latency.value) if candidate.estimate else 0.0


def _scores(candidates: Sequence[Candidate]) -> tuple[str, Mapping[str, float]]:
    """The metric by which most candidates were judged, and their scores."""
    counted = Counter(s.metric for c in candidates for s in c.quality if s.value is not None)
    metric = min(counted, key=lambda name: (-counted[name], name), default="")
    scores = {c.model: float(s.value) for c in candidates for s in c.quality if s.metric == metric and s.value}
    return metric, scores


def _score(metric: str, value: float | None) -> str:
    return f"{visible(metric)} {_number(value)}" if metric else ""


def _number(value: float | None) -> str:
    return numbers.DASH if value is None else numbers.number(value)


def _grid(title: str, columns: tuple[Column, ...], lines: Iterable[tuple[str, ...]]) -> Grid:
    return Grid(title=title, columns=columns, rows=tuple(Row(cells=cells) for cells in lines))
