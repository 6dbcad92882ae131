"""What the report of a capacity plan says: fleets side by side, then how each family's best one answers to change."""

import math
from collections.abc import Sequence

from tokencost.nouns.answer import Candidate, Capacity
from tokencost.planning.capacity import CapacityPlan, Examined, Followed, Point
from tokencost.report import markdown, numbers, table
from tokencost.report.blocks import Answer, Block, Blocks, Column, Command, Facts, Grid, Mark, Row, present
from tokencost.report.content import bill_of
from tokencost.report.layout import bar
from tokencost.report.sentences import fleet, made_with

BAR = 16
"""Places of the longest bar of a chart."""
CLOSELY = 3
"""Fleets beyond which a candidate has charts of its own."""
LATE = ("p50", "p95", "p99")


def as_table(answer: CapacityPlan, *, width: int = 80, color: bool = False, ascii_only: bool = False) -> str:
    """A capacity plan for a terminal."""
    look = table.Look(width=max(width, table.SMALLEST), color=color, ascii_only=ascii_only)
    return table.render(of_capacity(answer), look)


def as_markdown(answer: CapacityPlan) -> str:
    """A capacity plan in Markdown."""
    return markdown.render(of_capacity(answer))


def of_capacity(answer: CapacityPlan) -> Blocks:
    """The fleet to rent, all fleets, and the closer look at some of them."""
    best = next((e.candidate for e in answer.examined if e.candidate.feasible and e.candidate.capacity), None)
    closer = (block for e in answer.examined if len(e.fleets) > CLOSELY for block in _closer(e))
    return present(
        Answer(text=f"{answer.plan.name}: {_headline(answer, best)}", tone="good" if best else "bad"),
        Facts(pairs=(*_asked(answer), *made_with(answer.plan.seal))),
        Grid(title="fleets", columns=_columns(), rows=tuple(_row(e.candidate) for e in answer.examined)),
        *closer,
        Command(lead="another", command="tokencost capacity SPEC --model MODEL --replicas 1..40"),
    )


def _headline(answer: CapacityPlan, best: Candidate | None) -> str:
    if best is None or best.capacity is None:
        return "no fleet keeps every limit" if answer.traffic else "no model keeps every limit"
    found, bill = best.capacity, bill_of(best)
    parts = [f"{fleet(best, long=True)} run {best.model} ({best.family}), batch {numbers.count(found.batch)}"]
    parts.append(f"utilisation {numbers.percent(found.utilisation)}" if answer.traffic else "no traffic given")
    parts.append(f"p95 {numbers.time(found.p95)}")
    parts += [f"{numbers.usd(bill.per_asset)} per asset"] if bill and bill.per_asset is not None else []
    parts += [f"{numbers.usd(bill.per_month)} per month"] if bill and bill.per_month is not None else []
    return ", ".join(parts)


def _asked(answer: CapacityPlan) -> tuple[tuple[str, str], ...]:
    """Traffic and limits."""
    limits = (f"p{float(limit.percentile) * 100:g} {numbers.time(limit.limit)}" for limit in answer.limits)
    said = (("traffic", _traffic(answer)), ("limits", ", ".join(limits)))
    return tuple((name, text) for name, text in said if text)


def _traffic(answer: CapacityPlan) -> str:
    traffic = answer.traffic
    if traffic is None:
        return "none given: one request on one replica"
    parts = [f"{numbers.number(traffic.average)} req/s on average, {numbers.number(traffic.peak)} req/s at the peak"]
    classes = next((e.candidate.capacity.classes for e in answer.examined if e.candidate.capacity), ())
    if classes:
        parts.append(f"{len(classes)} classes of requests")
    if traffic.arrivals:
        parts.append(f"trace of {len(traffic.arrivals):,} arrivals, scaled in time to the peak rate")
    elif float(traffic.burstiness) != 1:
        parts.append(f"burstiness {numbers.number(traffic.burstiness)}")
    return ", ".join(parts)


def _columns() -> tuple[Column, ...]:
    names = (Column(name="model"), Column(name="GPU"), Column(name="family"))
    return (
        *names,
        *(Column(name=name, figures=True) for name in ("fleet", "batch", "busy", "p95", "p99", "$/asset", "$/month")),
    )


def _row(candidate: Candidate) -> Row:
    found, bill = candidate.capacity, bill_of(candidate)
    on = candidate.estimate.platform if candidate.estimate else None
    who = (candidate.model, on.gpu if on else numbers.DASH, candidate.family)
    money = (_usd(bill.per_asset if bill else None), _usd(bill.per_month if bill else None))
    remarks = tuple(violation.message for violation in candidate.violations)
    if found is None:
        cells = (*who, *([numbers.DASH] * 5), *money)
    else:
        busy = (fleet(candidate), numbers.count(found.batch), numbers.percent(found.utilisation))
        cells = (*who, *busy, *(numbers.time(p) for p in (found.p95, found.p99)), *money)
    return Row(cells=cells, mark="yes" if candidate.feasible else "no", remarks=remarks)


def _usd(amount: object) -> str:
    return numbers.DASH if amount is None else numbers.usd(float(str(amount)))


def _closer(examined: Examined) -> list[Block]:
    """One candidate: what its percentiles rest on, then fleets and loads with charts."""
    return [
        Facts(pairs=(*_service(examined), *_day(examined.followed))),
        _by_replicas(examined.fleets),
        _chart(examined.fleets),
        _by_load(examined.loads),
    ]


def _service(examined: Examined) -> tuple[tuple[str, str], ...]:
    assert examined.service is not None
    alone, full = numbers.time(examined.service.alone), numbers.time(examined.service.full)
    crowded = f", {full} with all {examined.service.slots} slots taken" if examined.service.slots > 1 else ""
    found = examined.candidate.capacity
    rows = [(examined.candidate.model, f"{alone} alone{crowded}; {found.method if found else ''}")]
    for number, part in enumerate(found.classes if found else (), 1):
        late = ", ".join(f"{name} {numbers.time(getattr(part, name))}" for name in LATE)
        rows.append((f"class {number}", f"{numbers.percent(part.share)} of the requests: {late}"))
    return tuple(rows)


def _day(followed: Followed | None) -> tuple[tuple[str, str], ...]:
    if followed is None:
        return ()
    text = (
        f"{numbers.count(followed.fewest)} to {numbers.count(followed.most)} replicas, {numbers.number(followed.mean)} "
        f"on average, {_usd(followed.per_month)} per month; cold start {numbers.time(followed.cold_start)}"
    )
    return (("autoscaled", text),)


def _by_replicas(points: Sequence[Point]) -> Grid:
    """Percentiles and rent of fleets at the peak rate."""
    columns = tuple(Column(name=name, figures=True) for name in ("replicas", "busy", *LATE, "$/asset", "$/month"))
    rows = tuple(
        Row(
            cells=(
                numbers.count(point.capacity.replicas), *_load(point.capacity), _usd(point.bill.per_asset),
                _usd(point.bill.per_month),
            ),
            mark=_mark(point),
        )
        for point in points
    )  # fmt: skip
    return Grid(columns=columns, rows=rows)


def _chart(points: Sequence[Point]) -> Grid:
    """The same fleets as bars: longer is later, or dearer."""
    late = bars([_late(point) for point in points])
    dear = bars([float(point.bill.per_month or 0.0) for point in points])
    columns = (Column(name="replicas", figures=True), Column(name="p95"), Column(name="$/month"))
    rows = tuple(
        Row(cells=(numbers.count(point.capacity.replicas), *drawn), mark=_mark(point))
        for point, *drawn in zip(points, late, dear, strict=True)
    )
    return Grid(columns=columns, rows=rows)


def _by_load(points: Sequence[Point]) -> Grid:
    """The chosen fleet below and above the peak rate."""
    late = bars([_late(point) for point in points])
    columns = (*(Column(name=name, figures=True) for name in ("of the peak", "busy", *LATE)), Column(name="p95"))
    rows = tuple(
        Row(cells=(numbers.percent(point.load), *_load(point.capacity), drawn), mark=_mark(point))
        for point, drawn in zip(points, late, strict=True)
    )
    return Grid(columns=columns, rows=rows)


def _late(point: Point) -> float:
    """The 95th percentile; without end where more is asked than the fleet can do."""
    return float(point.capacity.p95) if float(point.capacity.utilisation) < 1 else math.inf


def _load(found: Capacity) -> tuple[str, ...]:
    return (numbers.percent(found.utilisation), *(numbers.time(p) for p in (found.p50, found.p95, found.p99)))


def _mark(point: Point) -> Mark:
    return "" if point.kept is None else "yes" if point.kept else "no"


def bars(values: Sequence[float]) -> list[str]:
    """A bar for each value, the longest for the largest; words where there is no end to it."""
    largest = max((value for value in values if math.isfinite(value)), default=0.0)
    return [bar(value / largest, BAR) if math.isfinite(value) and largest else "overloaded" for value in values]
