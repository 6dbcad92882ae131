"""Limits: what is broken, by how much, and what is left alone."""

from dataclasses import replace

import pytest

from tests.platforms import image, made, on, program
from tests.promises.records import catalog
from tokencost.deciding.constraints import (
    availability,
    budget_limits,
    dollars,
    electricity_limits,
    exceeds,
    joules,
    kilograms,
    latency_limits,
    platform_limits,
    position_limit,
    seconds,
    size_limits,
)
from tokencost.deciding.quality import judge_bounds, judge_tier, quality_violation
from tokencost.nouns.answer import Bill, Estimate, Line, Tokens
from tokencost.nouns.electricity import Electricity, Siting
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
        (Limits(min_pixels=262144), 512.0, []),
        (Limits(max_frames=1), 512.0, []),
        (Limits(sizes=(256, 512)), 512.0, []),
        (Limits(sizes=(256, 512)), 384.0, ["size"]),
    ],
)
def test_sizes_are_those_of_the_weights(limits: Limits, side: float, constraint: list[str]) -> None:
    """
    A limit of 0 is not stated, and a limit is still allowed.
    """
    assert constraint == [v.constraint for v in size_limits(limits, image(side))]


def test_sizes_of_squares_are_no_sizes_of_oblongs() -> None:
    """
    Both sides are among the sizes, and the image is still not one of them.
    """
    oblong = replace(image(512.0), height=256.0)

    assert ["makes 256x256, 512x512 only"] == [v.message for v in size_limits(Limits(sizes=(256, 512)), oblong)]


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
    ("positions", "generated", "says"),
    [
        (1100, 1000.0, []),
        (1099, 1000.0, ["1,100 tokens with the prompt exceed its 1,099 positions"]),
        (1000, 1000.0, ["1,100 tokens with the prompt exceed its 1,000 positions"]),
        (999, 1000.0, ["1,000 tokens to generate exceed its 999 positions"]),
    ],
)
def test_positions_hold_the_prompt_too(positions: int, generated: float, says: list[str]) -> None:
    """
    Where what is generated alone is too much, that is what is told.
    """
    tokens = Tokens(
        grid=(1.0, 1.0, 1.0), visual=900.0, structural=100.0, text=100.0, sequence=1100.0, generated=generated
    )
    found = replace(estimated("emu3-gen", 512.0), tokens=tokens)

    assert says == [v.message for v in position_limit(positions, found)]
    assert [] == list(position_limit(positions, replace(found, tokens=None)))


def test_memory_that_lacks_is_the_sum_of_what_is_needed() -> None:
    """
    Weights, cache, activations and reserve against what the GPU has; nothing is said of what was not computed.
    """
    small = estimated("emu3-gen", 512.0, gpu="t4-16gb")
    assert small.footprint is not None
    foot = replace(small.footprint, weights=2.0**30, kv_cache=2.0**31, activations=2.0**32, reserve=2.0**33)
    asked = made("emu3-gen"), program("emu3-gen", image(512.0)), on("emu3-gen")
    (found,) = platform_limits(*asked, replace(small, footprint=foot))

    assert (15.0 * 2**30, foot.available) == (found.actual, found.limit)
    assert found.message.startswith("needs 15.0 GiB on each GPU, ")
    assert [] == list(platform_limits(*asked, replace(small, footprint=None)))


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


@pytest.mark.parametrize(
    ("actual", "bound", "over"),
    [(1 + 1.005e-9, 1.0, True), (1 + 0.995e-9, 1.0, False), (0.0, 0.0, False), (1e-12, 0.0, True)],
)
def test_the_guard_band_is_a_billionth(actual: float, bound: float, over: bool) -> None:
    """
    As documented; of a budget of nothing there is none.
    """
    assert over == bool(exceeds(actual, bound))


def test_a_price_may_be_as_old_as_is_asked_and_no_older() -> None:
    """
    Each price is told once, with its source; one that nobody dated is not judged.
    """
    lines = tuple(
        Line(
            name=name, quantity=1.0, unit="", price=1.0, price_unit="USD", amount=1.0, since=since,
            source=f"page {since}",
        )
        for name, since in zip("abcde", ("2026-01-01", "2025-12-31", "2025-06-01", "2025-12-31", ""), strict=True)
    )  # fmt: skip
    found = budget_limits(Budget(prices_since="2026-01-01"), replace(bill(1.0, None), lines=lines))

    assert [
        "a price of 2025-06-01 is too old, seen before 2026-01-01: page 2025-06-01",
        "a price of 2025-12-31 is too old, seen before 2026-01-01: page 2025-12-31",
    ] == [v.message for v in found]
    assert [] == list(budget_limits(Budget(), replace(bill(1.0, None), lines=lines)))


SITING = Siting(region="r", carbon=1e-7, carbon_source="s", pue=1.2, pue_source="s")
TAKEN = Electricity(joules=1500.0, carbon=2e-4, lines=(), month_joules=None, month_carbon=None, siting=SITING)


@pytest.mark.parametrize(
    ("taken", "budget", "says"),
    [
        (TAKEN, Budget(), []),
        (None, Budget(), []),
        (TAKEN, Budget(energy_per_asset=1500.0, carbon_per_asset=2e-4), []),
        (TAKEN, Budget(energy_per_asset=1000.0), ["1.5 kJ exceed 1 kJ"]),
        (TAKEN, Budget(carbon_per_asset=1e-4), ["200 mg CO2e exceed 100 mg CO2e"]),
        (None, Budget(energy_per_asset=1.0), ["cannot be judged: its provider publishes no energy"]),
        (None, Budget(carbon_per_asset=1.0), ["cannot be judged: its provider publishes no energy"]),
    ],
)
def test_energy_and_carbon_have_budgets_of_their_own(
    taken: Electricity | None, budget: Budget, says: list[str]
) -> None:
    """
    What nobody publishes keeps no limit.
    """
    assert says == [v.message for v in electricity_limits(budget, taken)]


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


def test_weights_that_are_kept_are_no_reason_not_to_buy_requests() -> None:
    """
    Whoever sells them runs them.
    """
    kept = replace(catalog().get("models", "sdxl"), weights="unreleased")

    assert ["no released weights"] == [v.message for v in availability(kept, self_hosted=True)]
    assert [] == list(availability(kept, self_hosted=False))


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
    assert ["1 J", "0.5 J", "1 MJ", "1 GJ", "999 MJ"] == [joules(value) for value in (1.0, 0.5, 1e6, 1e9, 9.99e8)]
    assert ["1 t CO2e", "1 kg CO2e", "500 g CO2e", "1 g CO2e", "1 mg CO2e", "0.5 mg CO2e"] == [
        kilograms(value) for value in (1e3, 1.0, 0.5, 1e-3, 1e-6, 5e-7)
    ]
    assert ["$0.001235", "$1.234", "$12.35", "$0"] == [dollars(value) for value in (0.00123456, 1.2344, 12.345678, 0.0)]
    assert ["$0.0012", "$99.5", "$100"] == [dollars(value) for value in (0.0012, 99.5, 100.4)]
