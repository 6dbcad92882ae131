"""Single draws: what they do to time, price, traffic, fleets and limits, each looked at alone."""

import math
from dataclasses import replace

import pytest

from tests.deciding.test_recommend import candidate
from tokencost.deciding.draws import normal_column
from tokencost.deciding.uncertainty import Circumstances, Outcome, outcomes_of, staffing, uncertainty
from tokencost.nouns.answer import Bill, Candidate, Capacity, Violation
from tokencost.nouns.request import Budget, LatencyLimit, Renting, Traffic

MONTH = 730 * 3600
"""Seconds: 8,760 hours of a year in twelve parts."""
BUSY = Traffic(average=1.5, peak=3.0)
FREE = Circumstances(own_price=True)
"""Nothing is drawn but errors of prediction."""


def sure(model: str = "a", cost: float | None = 1.0, latency: float = 1.0) -> Candidate:
    """A candidate whose time is known exactly."""
    return candidate(model, cost, latency=latency, factor=1.0)


def behind_an_api(cost: float = 1.0, month: float | None = 200.0) -> Candidate:
    """A list price per asset, on nobody's GPU that is known."""
    found = sure(cost=cost)
    assert found.estimate is not None
    bill = Bill(per_asset=cost, per_month=month, lines=(), price=None, price_source="")
    return replace(found, bill=bill, capacity=None, estimate=replace(found.estimate, platform=None, bill=bill))


def fleet_of(replicas: float, gpus: float, *, spares: float = 0.0, month: float = 4500.0) -> Candidate:
    """A fleet with six replicas' worth of work and the bill of its month."""
    latency = 2.0
    found = sure(latency=latency)
    capacity = Capacity(
        replicas=replicas, gpus=gpus, batch=1.0, utilisation=6.0 / (replicas - spares), p50=latency, p95=latency,
        p99=latency, method="",
    )  # fmt: skip
    return replace(
        found, capacity=capacity, bill=Bill(per_asset=1.0, per_month=month, lines=(), price=None, price_source="")
    )


def within(values: list[float], factor: float) -> int:
    return sum(1 / factor <= value <= factor for value in values)


def test_nine_prices_in_ten_lie_within_a_quarter() -> None:
    """
    As documented: a factor of 1.25; the draws are one from each of a thousand equally likely ranges, so to the draw.
    """
    costs = [one.cost for one in outcomes_of(sure(), Circumstances())]

    assert 900 == within(costs, 1.25)
    assert 50 == sum(cost > 1.25 for cost in costs)


def test_nine_months_in_ten_lie_within_half_of_the_traffic() -> None:
    """
    As documented: a factor of 1.5; the price of a call stays.
    """
    drawn = outcomes_of(behind_an_api(), Circumstances(traffic=BUSY))

    assert 900 == within([float(one.month or 0.0) / 200.0 for one in drawn], 1.5)
    assert {(1.0, 1.0)} == {(one.cost, one.seconds) for one in drawn}


def test_nine_times_in_ten_lie_within_the_interval_of_validation() -> None:
    """
    A factor of 2 to either side, from two causes together: 900 of 1,000 up to the luck of their combination.
    """
    times = [one.seconds for one in outcomes_of(candidate("a", 1.0), FREE)]

    assert 900 == pytest.approx(within(times, 2.0), abs=25)


def test_a_fifth_of_the_variance_belongs_to_the_gpu() -> None:
    """
    As documented. The logarithm of a time is a sum of two columns; their weights are found by solving for them.
    """
    found = outcomes_of(candidate("a", 1.0), replace(FREE, networks={"a": "unet"}))
    logs = [math.log(one.seconds) for one in found]
    common, own = normal_column("gpu a100-80gb-sxm"), normal_column("network unet")
    inner = lambda x, y: sum(a * b for a, b in zip(x, y, strict=True))  # noqa: E731
    whole = inner(common, common) * inner(own, own) - inner(common, own) ** 2
    ours = (inner(logs, common) * inner(own, own) - inner(logs, own) * inner(common, own)) / whole
    alone = (inner(logs, own) * inner(common, common) - inner(logs, common) * inner(common, own)) / whole

    assert 0.25 == pytest.approx(ours**2 / alone**2, rel=1e-9)
    assert math.log(2) / 1.645 == pytest.approx(math.hypot(ours, alone), rel=1e-9)


def test_what_is_known_is_not_drawn() -> None:
    """
    An own price, a known time, no traffic: a thousand times the same.
    """
    assert {Outcome(1.0, 1.0, True, None)} == set(outcomes_of(sure(), FREE))
    assert {Outcome(1.0, 1.0, True, 200.0)} == set(outcomes_of(behind_an_api(), FREE))
    assert {Outcome(1.0, 0.0, True, None)} == set(outcomes_of(sure(latency=0.0), FREE))


def test_a_slower_request_costs_as_much_more() -> None:
    """
    On a replica of one's own, time is money.
    """
    for one in outcomes_of(candidate("a", 3.0, latency=4.0), FREE):
        assert one.cost / 3.0 == pytest.approx(one.seconds / 4.0, rel=1e-12)


def test_an_unknown_cost_is_none_at_all() -> None:
    """
    Such a candidate is not in play; its draws say 0 and no month.
    """
    assert {0.0} == {one.cost for one in outcomes_of(sure(cost=None), FREE)}
    assert {(0.0, 1.0)} == {(one.cost, one.seconds) for one in outcomes_of(_unpriced(behind_an_api()), FREE)}


def _unpriced(found: Candidate) -> Candidate:
    return replace(found, bill=Bill(per_asset=None, per_month=None, lines=(), price=None, price_source=""))


def test_a_month_is_the_rent_of_every_replica_and_an_asset_its_share() -> None:
    """
    18 GPUs cost 4,500 USD, so a replica of 2 costs 500; 1.5 requests per second pay for replicas and spares.
    """
    about = replace(FREE, traffic=BUSY, renting=Renting(spares=1.0))
    drawn = outcomes_of(fleet_of(9.0, 18.0, spares=1.0), about)
    often = [math.exp(math.log(1.5) / 1.645 * normal) for normal in normal_column("traffic")]

    for one, factor in zip(drawn, often, strict=True):
        assert one.month is not None
        replicas = math.floor(6.0 * factor * (1 - 1e-9)) + 1 + 1
        assert 500.0 * replicas == pytest.approx(one.month, rel=1e-9)
        assert one.month == pytest.approx(one.cost * 1.5 * factor * MONTH, rel=1e-9)


def test_rent_that_nobody_knows_is_none() -> None:
    """
    No bill, or no month on it: nothing is made up.
    """
    about = replace(FREE, traffic=BUSY)
    unbilled = fleet_of(6.0, 6.0)

    assert {0.0} == {one.month for one in outcomes_of(replace(unbilled, bill=None), about)}
    assert {0.0} == {one.month for one in outcomes_of(_unpriced(unbilled), about)}


@pytest.mark.parametrize(("replicas", "spares", "needed"), [(8.0, 2.0, 6.0), (1.0, 0.0, 1.0), (2.0, 4.0, 1.0)])
def test_a_plan_is_moved_from_the_replicas_that_work(replicas: float, spares: float, needed: float) -> None:
    """
    Spares stand by; one replica at least works. Seconds per request are what makes it as busy as the plan says.
    """
    found = fleet_of(replicas, replicas)
    assert found.capacity is not None
    fleet = replace(found, capacity=replace(found.capacity, utilisation=0.5, batch=4.0))
    limits = (LatencyLimit(percentile=0.95, limit=9.0),)
    traffic = replace(BUSY, burstiness=2.0, utilisation_target=0.8)
    plan = staffing(fleet, traffic, Circumstances(renting=Renting(spares=spares), limits=limits))

    assert (4.0, 0.5 * needed * 4.0 / 3.0, 3.0) == (plan.slots, plan.seconds, plan.rate)
    assert (((0.95, 9.0),), 2.0, 0.8) == (plan.limits, plan.burstiness, plan.busy_at_most)


LIMITS = (LatencyLimit(percentile=0.5, limit=1.0), LatencyLimit(percentile=0.95, limit=8.0))


@pytest.mark.parametrize(
    ("found", "about", "kept"),
    [
        (sure(latency=1.0), replace(FREE, limits=LIMITS), True),
        (sure(latency=1.1), replace(FREE, limits=LIMITS), False),
        (sure(latency=8.1), replace(FREE, limits=LIMITS), False),
        (sure(), replace(FREE, budget=Budget(per_asset=1.0)), True),
        (sure(), replace(FREE, budget=Budget(per_asset=0.99)), False),
        (sure(latency=9.0), replace(FREE, limits=LIMITS, budget=Budget(per_asset=1.0)), False),
        (sure(), replace(FREE, budget=Budget(per_month=1e9)), False),
        (behind_an_api(), replace(FREE, budget=Budget(per_month=200.0)), True),
        (behind_an_api(), replace(FREE, budget=Budget(per_month=199.0)), False),
        (behind_an_api(), replace(FREE, budget=Budget(per_asset=0.5, per_month=300.0)), False),
        (behind_an_api(month=None), replace(FREE, budget=Budget(per_month=300.0)), False),
        (behind_an_api(month=None), FREE, True),
        (fleet_of(6.0, 6.0), replace(FREE, traffic=BUSY, limits=(LatencyLimit(percentile=0.9, limit=1.9),)), False),
        (fleet_of(6.0, 6.0), replace(FREE, traffic=BUSY, budget=Budget(per_asset=1e-9)), False),
        (fleet_of(6.0, 6.0), replace(FREE, traffic=BUSY), True),
    ],
)  # fmt: skip
def test_a_draw_is_feasible_where_every_limit_is_kept(found: Candidate, about: Circumstances, kept: bool) -> None:
    """
    What is met exactly is met; a month that nobody knows keeps no budget for it.
    """
    assert {kept} == {one.feasible for one in outcomes_of(found, about)}


def broken_by(*constraints: str) -> Candidate:
    return replace(sure(), feasible=False, violations=tuple(Violation(constraint=c, message="") for c in constraints))


@pytest.mark.parametrize(
    ("found", "drawn"),
    [
        (sure(), True),
        (broken_by("latency.p95"), True),
        (broken_by("budget.per_asset", "latency.p95"), True),
        (broken_by("budget.per_asset", "memory"), False),
        (broken_by("memory"), False),
        (broken_by("latency"), False),
        (broken_by("latency", "budget.per_asset"), False),
        (sure(cost=None), False),
        (replace(sure(), bill=None), False),
        (replace(sure(), estimate=None), False),
    ],
)
def test_draws_are_for_what_time_and_money_decide(found: Candidate, drawn: bool) -> None:
    """
    No draw brings memory, a price that nobody knows, or the latency of an API that publishes none.
    """
    assert ({"a"} if drawn else set()) == set(uncertainty([found], FREE).spreads)


def test_nothing_in_play_is_no_winner() -> None:
    """
    Neither without candidates nor where each draw breaks a limit.
    """
    late = replace(FREE, limits=(LatencyLimit(percentile=0.95, limit=0.1),))

    assert {} == uncertainty([], FREE).certainty.models
    assert {} == uncertainty([sure()], late).certainty.models
    assert 1000 == uncertainty([sure()], FREE).certainty.draws


def test_shares_are_told_by_model_and_by_family() -> None:
    """
    Two models of one family make one share of it, the commonest first.
    """
    several = [candidate("a", 1.0), candidate("b", 1.0), candidate("c", 1.3, family="autoregressive")]
    found = uncertainty(several, Circumstances()).certainty

    assert 1.0 == pytest.approx(sum(found.families.values()))
    assert found.models["a"] + found.models["b"] == pytest.approx(found.families["diffusion"])
    assert sorted(found.models.values(), reverse=True) == list(found.models.values())
    assert all(share == round(share, 3) for share in found.models.values())


def test_quantiles_are_those_of_a_thousand_draws() -> None:
    """
    What 100, 500 and 900 of them do not exceed; without a fleet there is no month.
    """
    costs = sorted(one.cost for one in outcomes_of(sure(), Circumstances()))
    spread = uncertainty([sure()], Circumstances()).spreads["a"]

    assert (costs[99], costs[499], costs[899]) == (spread.cost.p10, spread.cost.p50, spread.cost.p90)
    assert spread.month is None


def test_a_fleet_has_quantiles_of_its_month() -> None:
    """
    So has an API whose traffic is known.
    """
    for found in (fleet_of(6.0, 6.0), behind_an_api()):
        spread = uncertainty([found], Circumstances(traffic=BUSY)).spreads["a"]

        assert spread.month is not None
        assert spread.month.p10 < spread.month.p50 < spread.month.p90
