"""Limits: what is broken, by how much, and what is left alone."""

import pytest

from tests.platforms import image, made, on, program
from tests.promises.records import catalog
from tokencost.deciding.constraints import (
    availability,
    budget_limits,
    dollars,
    joules,
    latency_limits,
    platform_limits,
    position_limit,
    seconds,
    size_limits,
)
from tokencost.deciding.quality import judge_bounds, judge_tier, quality_violation
from tokencost.nouns.answer import Bill, Estimate
from tokencost.nouns.model import Bound, Limits, Quality, Score, Tier
from tokencost.nouns.request import Budget, LatencyLimit
from tokencost.planning.estimate import estimate
from tokencost.planning.options import RunOptions


def estimated(model: str, side: float, **options: object) -> Estimate:
    return estimate(catalog(), catalog().get("models", model), image(side), RunOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "side", "constraint"),
    [
        (Limits(), 4096.0, []),
        (Limits(max_pixels=262144), 512.0, []),
        (Limits(max_pixels=262144), 520.0, ["size"]),
        (Limits(min_pixels=262144), 504.0, ["size"]),
        (Limits(sizes=(256, 512)), 512.0, []),
        (Limits(sizes=(256, 512)), 384.0, ["size"]),
    ],
)
def test_sizes_are_those_of_the_weights(limits: Limits, side: float, constraint: list[str]) -> None:
    """
    A limit of 0 is not stated, and a limit is still allowed.
    """
    assert constraint == [v.constraint for v in size_limits(limits, image(side))]


def test_clips_end_where_the_weights_do() -> None:
    """
    121 frames are more than 81.
    """
    (found,) = size_limits(Limits(max_frames=81), image(512.0, frames=121.0))

    assert ("frames", 121.0, 81.0) == (found.constraint, found.actual, found.limit)


@pytest.mark.parametrize(("side", "broken"), [(720.0, False), (1024.0, True)])
def test_emu3_has_9216_positions(side: float, broken: bool) -> None:
    """
    720 × 720 pixels are 8,193 tokens and fit, 1024 × 1024 are 16,515 and do not.
    """
    assert broken == bool(list(position_limit(9216, estimated("emu3-gen", side))))


def test_positions_nobody_states_bind_nothing() -> None:
    """
    0 is "not stated".
    """
    assert [] == list(position_limit(0, estimated("emu3-gen", 2048.0)))


@pytest.mark.parametrize(
    ("model", "options", "constraint"),
    [
        ("sdxl", {}, []),
        ("sdxl", {"engine": "vllm"}, ["engine"]),
        ("sdxl", {"precision": "fp8"}, ["precision"]),
        ("emu3-gen", {"gpu": "t4-16gb"}, ["memory"]),
    ],
    ids=["fits", "engine", "precision", "memory"],
)
def test_platforms_break_what_they_lack(model: str, options: dict[str, str], constraint: list[str]) -> None:
    """
    An A100 has no fp8, vLLM denoises nothing, and a T4 has 16 GiB.
    """
    found = platform_limits(
        made(model, **options),
        program(model, image(512.0), **options),
        on(model, **options),
        estimated(model, 512.0, **options),
    )

    assert constraint == [v.constraint for v in found]


def bill(asset: float | None, month: float | None) -> Bill:
    return Bill(per_asset=asset, per_month=month, lines=(), price=None, price_source="")


@pytest.mark.parametrize(
    ("cost", "constraint"),
    [
        (bill(0.01, 100.0), []),
        (bill(0.0101, 100.0), ["budget.per_asset"]),
        (bill(0.01, 101.0), ["budget.per_month"]),
        (bill(None, None), ["budget.per_asset", "budget.per_month"]),
    ],
)
def test_a_budget_is_kept_to_the_cent(cost: Bill, constraint: list[str]) -> None:
    """
    Exactly the budget is inside it, and an unknown cost is not.
    """
    assert constraint == [v.constraint for v in budget_limits(Budget(per_asset=0.01, per_month=100.0), cost)]


def test_no_budget_needs_no_price() -> None:
    """
    Nothing is asked, so nothing is broken.
    """
    assert [] == list(budget_limits(Budget(), bill(None, None)))


@pytest.mark.parametrize(
    ("model", "self_hosted", "broken"),
    [("sdxl", True, False), ("transfusion-7b", True, True), ("dall-e-3", False, True)],
)
def test_what_nobody_can_get_is_no_choice(model: str, self_hosted: bool, broken: bool) -> None:
    """
    Papers without weights and withdrawn products stay in the comparison as infeasible.
    """
    assert broken == bool(list(availability(catalog().get("models", model), self_hosted=self_hosted)))


QUALITY = Quality(
    id="m",
    scores=(
        Score(metric="geneval", value=0.55, conditions="plain", source="s"),
        Score(metric="geneval", value=0.66, conditions="rewritten prompts", source="s"),
        Score(metric="fid", value=12.0, conditions="plain", source="s"),
    ),
)
TIER = Tier(
    id="t", task="text-to-image", tier="standard", why="",
    any_of=(Bound(metric="geneval", value=0.6), Bound(metric="elo", value=900.0)),
)  # fmt: skip


def test_a_tier_is_reached_by_any_known_metric() -> None:
    """
    The best published condition counts, and is named.
    """
    scored, reached = judge_tier(TIER, QUALITY)

    assert reached is True
    assert [("geneval", 0.66, "rewritten prompts")] == [(s.metric, s.value, s.conditions) for s in scored]


def test_a_tier_of_unknown_metrics_is_unknown() -> None:
    """
    Nobody measured is not the same as bad.
    """
    assert judge_tier(TIER, None)[1] is None
    assert [] == list(quality_violation(judge_tier(TIER, None)[0], None, "tier", accept_unknown=True))
    assert 1 == len(list(quality_violation(judge_tier(TIER, None)[0], None, "tier", accept_unknown=False)))


@pytest.mark.parametrize(
    ("bounds", "reached"),
    [
        ((Bound(metric="fid", value=15.0, better="lower"),), True),
        ((Bound(metric="fid", value=10.0, better="lower"),), False),
        ((Bound(metric="geneval", value=0.66),), True),
        ((Bound(metric="geneval", value=0.6), Bound(metric="elo", value=1.0)), None),
        ((Bound(metric="geneval", value=0.9), Bound(metric="elo", value=1.0)), False),
    ],
)
def test_every_bound_of_a_spec_must_be_kept(bounds: tuple[Bound, ...], reached: bool | None) -> None:
    """
    A broken bound decides even where another is unknown.
    """
    assert reached is judge_bounds(bounds, QUALITY)[1]


def test_too_low_a_score_is_told_with_what_was_asked() -> None:
    """
    The reader sees both numbers.
    """
    scored, reached = judge_bounds((Bound(metric="geneval", value=0.9),), QUALITY)
    (found,) = quality_violation(scored, reached, "the spec's bounds", accept_unknown=True)

    assert "below the spec's bounds: geneval 0.66 (asked >= 0.9; rewritten prompts; s)" == found.message


@pytest.mark.parametrize(
    ("service", "possible", "broken"),
    [
        (1.0, True, []),
        (9.0, True, []),
        (1.0, False, ["traffic"]),
        (2.0 * (1 + 1e-12), False, ["traffic"]),
        (3.0, False, ["latency.p50"]),
        (9.0, False, ["latency.p50", "latency.p95"]),
    ],
)
def test_a_limit_that_no_fleet_keeps_is_told_from_traffic(service: float, possible: bool, broken: list[str]) -> None:
    """
    A request alone over a limit breaks that one; otherwise the traffic is too much. The last bits decide nothing.
    """
    limits = (LatencyLimit(percentile=0.5, limit=2.0), LatencyLimit(percentile=0.95, limit=8.0))

    assert broken == [v.constraint for v in latency_limits(limits, service, possible=possible)]


def test_amounts_are_told_in_units_that_people_read() -> None:
    """
    Thousands are separated, prefixes begin at a thousand.
    """
    assert ["0.342", "98.5", "1,000", "1,920"] == [seconds(value) for value in (0.3421, 98.51, 1000.0, 1920.4)]
    assert ["999 J", "1 kJ", "1.5 MJ"] == [joules(value) for value in (999.0, 1000.0, 1.5e6)]
    assert ["$0.0012", "$99.5", "$100"] == [dollars(value) for value in (0.0012, 99.5, 100.4)]
