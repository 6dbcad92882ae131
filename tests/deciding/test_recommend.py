"""The choice among candidates: order, certainty, reasons."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.platforms import image
from tokencost.deciding.recommend import in_numbers, ranked, recommend
from tokencost.deciding.uncertainty import Circumstances, uncertainty
from tokencost.nouns.answer import (
    Bill,
    Candidate,
    Capacity,
    Estimate,
    Interval,
    PlatformName,
    Recommendation,
    Violation,
)
from tokencost.nouns.request import Traffic

RATE = 0.001
"""Requests per second: a fleet of one is hardly ever busy."""
ON = PlatformName(gpu="a100-80gb-sxm", gpus=1.0, engine="compile", precision="bf16", parallelism="")
SELDOM = Circumstances(traffic=Traffic(average=RATE, peak=RATE))


def chosen(candidates: Sequence[Candidate], about: Circumstances | None = None) -> Recommendation:
    """The recommendation, with the draws that say how sure it is."""
    return recommend(candidates, uncertainty(candidates, about or Circumstances()).certainty)


def candidate(
    model: str,
    cost: float | None,
    *,
    family: str = "diffusion",
    latency: float = 1.0,
    broken: str = "",
    factor: float = 2.0,
) -> Candidate:
    """A model with a cost and a latency, and what it breaks."""
    month = None if cost is None else cost * RATE * 730 * 3600
    bill = Bill(per_asset=cost, per_month=month, lines=(), price=None, price_source="")
    estimate = Estimate(
        model=model, name=model.upper(), family=family, request=image(), platform=ON, tokens=None, params={},
        phases=(), footprint=None, latency=Interval(value=latency, low=latency / factor, high=latency * factor),
        requests_per_second=1 / latency if latency else 0.0, tokens_per_second=0.0, energy=None, bill=bill,
        assumptions=(), sources=(),
    )  # fmt: skip
    violations = (Violation(constraint=broken, message=f"breaks {broken}"),) if broken else ()
    fleet = Capacity(
        replicas=1.0, gpus=1.0, batch=1.0, utilisation=latency * RATE, p50=latency, p95=latency, p99=latency, method=""
    )
    return Candidate(
        model=model, name=model.upper(), family=family, feasible=not broken, violations=violations, estimate=estimate,
        capacity=fleet, bill=bill, quality=(),
    )  # fmt: skip


def test_the_cheapest_feasible_model_wins() -> None:
    """
    A cheaper one that breaks a limit is no choice.
    """
    found = ranked([candidate("b", 2.0), candidate("c", 1.0, broken="memory"), candidate("a", 3.0)])

    assert ["b", "a", "c"] == [c.model for c in found]
    assert ("recommended", "b", "a") == (chosen(found).verdict, chosen(found).model, chosen(found).runner_up)


def test_no_price_is_never_the_cheapest() -> None:
    """
    Unknown is last, not first.
    """
    assert ["known", "unknown"] == [c.model for c in ranked([candidate("unknown", None), candidate("known", 9.0)])]


def test_equal_costs_are_ordered_by_latency_then_by_name() -> None:
    """
    The same input gives the same bytes.
    """
    found = ranked([candidate("b", 1.0), candidate("a", 1.0), candidate("slow", 1.0, latency=2.0)])

    assert ["a", "b", "slow"] == [c.model for c in found]


def test_the_order_of_the_input_does_not_matter() -> None:
    """
    Catalogues grow.
    """
    several = [candidate(name, cost) for name, cost in (("a", 2.0), ("b", 1.0), ("c", None), ("d", 2.0))]

    assert ranked(several) == ranked(several[::-1])


def test_the_margin_is_what_the_runner_up_costs_more() -> None:
    """
    3 USD instead of 2 are half as much again.
    """
    assert 0.5 == chosen(ranked([candidate("a", 2.0), candidate("b", 3.0)])).margin


def test_a_single_candidate_has_no_runner_up() -> None:
    """
    Nothing to be sure about.
    """
    only = chosen([candidate("a", 2.0)])

    assert ("recommended", None, None) == (only.verdict, only.margin, only.runner_up)


def test_families_of_one_cost_are_too_close_to_call() -> None:
    """
    The question is the family; with predictions good within a factor of two a cent decides nothing.
    """
    found = chosen(ranked([candidate("a", 1.0), candidate("b", 1.01, family="autoregressive")]))

    assert "too-close-to-call" == found.verdict
    assert found.family_confidence == pytest.approx(0.5, abs=0.03)


def test_at_one_cost_the_faster_family_wins() -> None:
    """
    A fleet of one costs the same whoever runs on it; eighty times the speed is no coin toss.
    """
    found = chosen(
        ranked([candidate("a", 1.0, latency=8.0, family="autoregressive"), candidate("b", 1.0, latency=0.1)]), SELDOM
    )

    assert ("recommended", "b") == (found.verdict, found.model)
    assert found.family_confidence is not None
    assert found.family_confidence > 0.99


def test_two_models_of_one_family_leave_the_family_sure() -> None:
    """
    Which diffusion model is cheaper does not shake that diffusion is.
    """
    near = [candidate("a", 1.0), candidate("b", 1.01), candidate("c", 100.0, family="autoregressive")]

    assert "recommended" == chosen(ranked(near)).verdict


def test_nothing_feasible_names_what_rules_out_most() -> None:
    """
    The constraint to talk about is the one most candidates break.
    """
    broken = [
        candidate("a", 1.0, broken="memory"),
        candidate("b", 2.0, broken="latency.p95"),
        candidate("c", 3.0, broken="memory"),
    ]
    found = chosen(ranked(broken))

    assert ("nothing-feasible", None, None, "memory") == (found.verdict, found.model, found.family, found.binding)
    assert any("breaks memory" in reason for reason in found.reasons)


def test_no_candidates_are_nothing_feasible() -> None:
    """
    An empty list is an answer, not a crash.
    """
    assert ("nothing-feasible", ()) == (chosen([]).verdict, chosen([]).reasons)


def test_the_other_side_is_always_told() -> None:
    """
    Who asks about diffusion wants to know what the tokens would have cost, and the other way round.
    """
    found = chosen(
        ranked([candidate("a", 1.0), candidate("emu3-gen", 9.0, family="autoregressive", broken="positions")])
    )

    assert any("EMU3-GEN (autoregressive)" in reason and "infeasible" in reason for reason in found.reasons)


def test_numbers_are_told_with_their_units() -> None:
    """
    A reason without numbers is an opinion.
    """
    line = in_numbers(candidate("a", 0.0123, latency=4.0))

    assert "4 s per request (2 to 8 s)" in line
    assert "$0.0123 per asset" in line
    assert "not computed" in in_numbers(replace(candidate("a", 1.0), estimate=None))
    assert "no price known" in in_numbers(candidate("a", None))
