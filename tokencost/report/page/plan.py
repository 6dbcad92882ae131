"""The page of plans: the answer first, then what it costs, what else there is, and where every number comes from."""

from collections.abc import Sequence
from functools import partial

from tokencost.deciding.recommend import share
from tokencost.nouns.answer import Candidate, Plan
from tokencost.nouns.check import Checked
from tokencost.planning.dossier import Dossier
from tokencost.report import content, flips, numbers, sentences
from tokencost.report.blocks import Block, Blocks, Bullets, Facts
from tokencost.report.escape import html
from tokencost.report.html import body, text, title_of
from tokencost.report.numbers import Json
from tokencost.report.page import charts, fleets, origin, panel
from tokencost.report.page.charts import Chart
from tokencost.report.page.frame import data_of, figures, framed
from tokencost.report.run_json import Fields
from tokencost.units import Fraction


def plans(answer: Sequence[Plan]) -> str:
    """Plans as a page, one after the other; a list of them first if there are several."""
    one = len(answer) == 1
    title = sentences.of_plan(answer[0]) if one else f"{len(answer)} plans"
    parts = [_plan(plan, n, level=1 if one else 2) for n, plan in enumerate(answer)]
    return _together(title, _contents(answer) if not one else "", parts)


def checks(answer: Sequence[Checked]) -> str:
    """Checks as a page: who passed, every broken limit, then the plan of every spec."""
    head = content.of_checks(tuple(answer))
    parts = [_plan(check.plan, n, level=2) for n, check in enumerate(answer)]
    return _together(title_of(head), body(head), parts)


def _together(title: str, head: str, parts: Sequence[tuple[str, Fields, Fields]]) -> str:
    drawn = {name: data for _, found, _ in parts for name, data in found.items()}
    panels = {name: data for _, _, found in parts for name, data in found.items()}
    texts = "\n".join(text for text, _, _ in parts)
    data: dict[str, Json] = {"charts": drawn, "panels": panels}
    return framed(title, f"{head}\n{texts}", data)


def _contents(answer: Sequence[Plan]) -> str:
    points = (f'<li><a href="#{_named(n, "plan")}">{html(sentences.of_plan(p))}</a></li>' for n, p in enumerate(answer))
    return f"<h1>{len(answer)} plans</h1>\n<ul>{''.join(points)}</ul>"


def _named(place: int, name: str) -> str:
    return f"p{place}-{name}"


def _plan(plan: Plan, place: int, *, level: int) -> tuple[str, Fields, Fields]:
    """One plan as text, and the data of its charts and of its panel."""
    named, more = partial(_named, place), plan if isinstance(plan, Dossier) else None
    answer, *rest = content.of_plan(plan)
    found = [*charts.of_choice(plan.candidates, plan.spec), *charts.of_phases(plan.candidates)]
    found += [*charts.of_latency(plan.candidates, plan.spec), *_fleets(more)]
    panels: Fields = {}
    parts = [body((answer,), level), _cards(plan), body(_first(plan, rest), level)]
    if more and more.panel and more.panel.knobs:
        panels[named("panel")] = panel.data_of(more.panel, _command(more))
        parts.append(panel.panel_of(more.panel, named))
    parts += [body(_then(rest), level), figures(found, named, level=level + 1)]
    parts += [body(_last(rest), level), origin.of_plan(more, named, level + 1) if more else ""]
    whole = "\n".join(part for part in parts if part)
    return f'<section class="plan" id="{named("plan")}">\n{whole}\n</section>', data_of(found, named), panels


def _fleets(more: Dossier | None) -> list[Chart]:
    return [*fleets.of_spreads(more.spreads, more.spec), *fleets.of_fleets(more.fleets)] if more else []


def _first(plan: Plan, rest: Sequence[Block]) -> Blocks:
    """The reasons, and what would change the choice or let one pass."""
    upper = [block for block in rest if isinstance(block, Bullets)]
    titles = ("", "what would change it", *([flips.remedy_title(r)] if (r := plan.recommendation.remedy) else []))
    return tuple(block for block in upper if block.title in titles)


def _then(rest: Sequence[Block]) -> Blocks:
    """The candidates."""
    return tuple(block for block in rest if not isinstance(block, Bullets | Facts) or _left_out(block))


def _left_out(block: object) -> bool:
    return isinstance(block, Bullets) and "not feasible" in block.title


def _last(rest: Sequence[Block]) -> Blocks:
    """The spec as understood, and what was assumed."""
    facts = (Facts(title="in detail", pairs=block.pairs) for block in rest if isinstance(block, Facts))
    assumed = (block for block in rest if isinstance(block, Bullets) and block.title == "assumed")
    return (*facts, *assumed)


def _command(more: Dossier) -> str:
    return f"tokencost plan {sentences.quoted(more.file or 'SPEC')}{sentences.flags(more.overrides)}"


def _cards(plan: Plan) -> str:
    """The figures of the choice, large."""
    chosen = sentences.recommended(plan)
    if chosen is None:
        return ""
    cards = "".join(_card(*figure) for figure in _large(plan, chosen))
    return f'<dl class="cards">{cards}</dl>'


def _card(name: str, figure: str, below: str) -> str:
    more = f'<dd class="quiet">{text(below)}</dd>' if below else ""
    return f"<div><dt>{html(name)}</dt><dd>{text(figure)}</dd>{more}</div>"


def _large(plan: Plan, chosen: Candidate) -> list[tuple[str, str, str]]:
    """Name, figure, and what stands below it."""
    bill, fleet, run, said = content.bill_of(chosen), chosen.capacity, chosen.estimate, plan.recommendation
    cards = []
    if bill and bill.per_asset is not None:
        spread = chosen.spread.cost if chosen.spread else None
        range_ = f"P10 {numbers.usd(spread.p10)} · P90 {numbers.usd(spread.p90)}" if spread else ""
        cards.append(("cost per asset", numbers.usd(bill.per_asset), range_))
    if bill and bill.per_month is not None:
        cards.append(("cost per month", numbers.usd(bill.per_month), bill.price_source))
    if run and float(run.latency.value):
        alone = numbers.interval(run.latency, numbers.time)
        late = ("latency p95", numbers.time(fleet.p95), f"one request alone {alone}") if fleet else None
        cards.append(late or ("latency", numbers.time(run.latency.value), alone))
    if fleet and run and run.platform:
        busy = f"{run.platform.gpu}, {numbers.percent(fleet.utilisation)} busy"
        cards.append(("fleet", sentences.fleet(chosen), busy))
    if said.confidence is not None and said.family_confidence is not None:
        family = f"of all draws; {said.family} in {share(said.family_confidence)}"
        cards.append(("stays the best in", _short(said.confidence), family))
    cards += [(score.metric, numbers.number(score.value), f"asked {score.bound}") for score in chosen.quality[:1]]
    return cards


def _short(of_draws: Fraction) -> str:
    return share(of_draws).replace("more than", ">").replace("less than", "<")
