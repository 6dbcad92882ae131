"""The panel of a page: knobs, and the plan behind every combination of their values, as the commands print them."""

from collections.abc import Callable

from tokencost.nouns.answer import Candidate
from tokencost.nouns.panel import Knob, Panel, Setting
from tokencost.report import numbers, sentences
from tokencost.report.content import bill_of, latency
from tokencost.report.escape import html, visible
from tokencost.report.flips import figure
from tokencost.report.numbers import Json, stable
from tokencost.report.run_json import Fields

LEAD = "Other values, other plans: every combination here was computed as a plan of its own; nothing is interpolated."
SURE = "How sure a choice is, its reasons and what turns it were computed for the spec alone; for these values, run:"


def data_of(panel: Panel, command: str) -> Fields:
    """Every plan by the places of its knobs; candidates that are the same in several plans stand there once."""
    rows: dict[tuple[Json, ...], int] = {}
    plans: list[Json] = []
    for setting in panel.settings:
        places: list[Json] = [rows.setdefault(_row(candidate), len(rows)) for candidate in setting.candidates]
        plans.append([_flags(setting), places])
    return {
        "command": visible(command), "knobs": [_knob(knob) for knob in panel.knobs], "rows": [[*row] for row in rows],
        "plans": plans,
    }  # fmt: skip


def _flags(setting: Setting) -> str:
    return visible(sentences.flags(setting.overrides))


def _row(candidate: Candidate) -> tuple[Json, ...]:
    """Model, family, feasible, its sentence, what it breaks first, then figures and texts of cost, month and p95."""
    bill, fleet = bill_of(candidate), candidate.capacity
    why = candidate.violations[0].message if candidate.violations else ""
    return (
        visible(candidate.model), candidate.family, candidate.feasible, visible(sentences.in_short(candidate)),
        visible(why), stable(bill.per_asset) if bill else None, stable(bill.per_month) if bill else None,
        stable(fleet.p95) if fleet else None, stable(fleet.replicas) if fleet else None,
        *(_dollars(bill.per_asset if bill else None), _dollars(bill.per_month if bill else None)),
        latency(candidate), sentences.fleet(candidate) or numbers.DASH,
    )  # fmt: skip


def _dollars(amount: object) -> str:
    return numbers.DASH if amount is None else numbers.usd(float(str(amount)))


def _knob(knob: Knob) -> Fields:
    return {
        "name": visible(knob.name), "values": [stable(value) for value in knob.values],
        "texts": [visible(figure(value, knob.unit)) for value in knob.values],
        "start": list(knob.values).index(knob.start),
    }  # fmt: skip


def panel_of(panel: Panel, named: Callable[[str], str]) -> str:
    """The panel without its numbers: it is for scripts to show. `named` makes ids that are the page's own."""
    without = f" No knob: {html(', '.join(panel.missing))}." if panel.missing else ""
    knobs = "".join(_input(knob, n, named) for n, knob in enumerate(panel.knobs))
    heads = "".join(f'<th scope="col"{kind}>{name}</th>' for name, kind in HEADS)
    return (
        f'<section class="panel" hidden data-panel="{named("panel")}" aria-labelledby="{named("turn")}">\n'
        f'<h2 id="{named("turn")}">What if</h2>\n<p class="quiet">{LEAD}{without}</p>\n'
        f'<fieldset class="knobs"><legend class="unseen">Values of the spec</legend>{knobs}</fieldset>\n'
        '<p class="result" role="status" aria-live="polite"></p>\n'
        '<div class="wide" role="region" tabindex="0" aria-label="best model of every family"><table>'
        '<caption class="unseen">best model of every family</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody></tbody></table></div>\n"
        f'<p class="quiet">{SURE} <code class="command"></code></p>\n'
        '<p><button type="button" class="reset">Back to the spec</button></p>\n'
        '<figure class="chart"><figcaption><h3>Cost per asset along one knob</h3>'
        '<div class="choices" role="group" aria-label="Knob along the axis"></div></figcaption>'
        '<div class="plot"><canvas role="img" tabindex="0"></canvas></div>'
        '<p class="unseen" role="status"></p></figure>\n</section>'
    )


HEADS = (
    ("best of its family", ""), ("family", ""), ("p95", ' class="figure"'), ("fleet", ' class="figure"'),
    ("$/asset", ' class="figure"'), ("$/month", ' class="figure"'),
)  # fmt: skip


def _input(knob: Knob, place: int, named: Callable[[str], str]) -> str:
    name, last = named(f"knob{place}"), len(knob.values) - 1
    low, high = (html(figure(value, knob.unit)) for value in (knob.values[0], knob.values[-1]))
    return (
        f'<div><label for="{name}"><span>{html(knob.name)}</span><output for="{name}"></output></label>'
        f'<input type="range" id="{name}" min="0" max="{last}" step="1" value="{list(knob.values).index(knob.start)}">'
        f'<div class="ends" aria-hidden="true"><span>{low}</span><span>{high}</span></div></div>'
    )
