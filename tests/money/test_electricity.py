"""What the grid delivers: worked by hand, adding up, and in the limits of a spec."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tokencost
from tokencost.errors import CatalogError, SpecError
from tokencost.money.electricity import emitted, idle_energy, of_fleet, of_request
from tokencost.nouns.electricity import Siting

SITE = Siting(region="here", carbon=500e-3 / 3.6e6, carbon_source="a grid", pue=1.2, pue_source="a meter")
POSTER = {
    "version": 1, "name": "poster", "task": "text-to-image", "output": {"width": 1024, "height": 1024},
    "quality": "draft", "candidates": ["sdxl"],
}  # fmt: skip


def test_a_kilowatt_hour_at_500_grams_is_half_a_kilogram() -> None:
    """
    Grids are told in g/kWh.
    """
    assert 0.5 == pytest.approx(emitted(3.6e6, SITE))


def test_a_request_takes_what_it_draws_and_the_cooling_for_it() -> None:
    """
    1000 J at a PUE of 1.2 are 1200 J at the meter.
    """
    taken = of_request(1000.0, SITE)

    assert 1200.0 == pytest.approx(taken.joules)
    assert 1200.0 * SITE.carbon == pytest.approx(taken.carbon)
    assert (None, None) == (taken.month_joules, taken.month_carbon)


def test_idle_gpus_are_shared_by_what_the_fleet_makes() -> None:
    """
    3 GPUs at 2 assets a second have 1.5 GPU seconds for each; 0.5 of them working leaves 1 s at 100 W.
    """
    assert 100.0 == pytest.approx(idle_energy(3.0, 2.0, 0.5, 100.0))
    assert 0.0 == idle_energy(1.0, 2.0, 0.6, 100.0)


@settings(deadline=None)
@given(
    drawn=st.floats(0, 1e9), waiting=st.floats(0, 1e9), average=st.floats(1e-6, 1e4)
)  # fmt: skip
def test_lines_add_up_and_a_month_is_its_assets(drawn: float, waiting: float, average: float) -> None:
    """
    Nothing is counted twice or forgotten.
    """
    taken = of_fleet(drawn, waiting, average, SITE)

    assert sum(line.joules for line in taken.lines) == pytest.approx(taken.joules)
    assert sum(line.carbon for line in taken.lines) == pytest.approx(taken.carbon)
    assert taken.joules == pytest.approx((drawn + waiting) * SITE.pue)
    assert taken.month_joules == pytest.approx(taken.joules * average * 730 * 3600)


def test_a_cleaner_grid_emits_less_for_the_same_energy() -> None:
    """
    Sweden and Poland differ by more than any model does.
    """
    clean, dirty = (tokencost.estimate("sdxl", region=region).electricity for region in ("eu-north-1", "POL"))

    assert clean
    assert dirty
    assert clean.joules == dirty.joules
    assert 10 * clean.carbon < dirty.carbon


def test_a_batch_shares_its_energy() -> None:
    """
    The replica's joules are those of all four, the grid's those of one.
    """
    run = tokencost.estimate("sdxl", batch=4, pue=1.0)

    assert run.energy
    assert run.electricity
    assert run.energy.value / 4 == pytest.approx(run.electricity.joules)


def test_a_region_nobody_knows_is_refused_with_the_nearest() -> None:
    """
    A wrong grid would be wrong by a factor of ten.
    """
    with pytest.raises(CatalogError, match="did you mean eu-north-1"):
        tokencost.estimate("sdxl", region="eu-nort-1")


def checked(**more: Any) -> Any:
    return tokencost.check({**POSTER, **more})


@pytest.mark.parametrize(
    ("budget", "energy", "kept"),
    [
        ({"energy_per_asset": "1 kWh"}, {}, True),
        ({"energy_per_asset": "1 kJ"}, {}, False),
        ({"carbon_per_asset": "1 g"}, {}, True),
        ({"carbon_per_asset": "100 mg"}, {"region": "POL"}, False),
        ({"carbon_per_asset": "100 mg"}, {"region": "eu-north-1"}, True),
    ],
)
def test_energy_and_carbon_are_limits_of_a_spec(budget: dict[str, str], energy: dict[str, str], kept: bool) -> None:
    """
    The same picture passes in Sweden and fails in Poland.
    """
    found = checked(budget=budget, **({"energy": energy} if energy else {}))

    assert kept == found.passed
    assert [f"budget.{name}" for name in ([] if kept else budget)] == [finding.rule for finding in found.findings]


def test_a_broken_limit_says_both_figures() -> None:
    """
    How far off it is decides what to do about it.
    """
    finding = checked(budget={"energy_per_asset": "1 kJ"}).findings[0]

    assert "kJ exceed 1 kJ" in finding.message
    assert finding.actual > finding.limit == 1000.0


def test_what_an_api_draws_cannot_be_judged() -> None:
    """
    No provider publishes it; silence is not zero.
    """
    found = checked(budget={"carbon_per_asset": "1 g"}, candidates=["imagen-4"])

    assert not found.passed
    assert "publishes no energy" in found.findings[0].message


def test_a_fleet_that_waits_takes_more_per_asset() -> None:
    """
    Idle replicas hold their models and draw for it.
    """
    busy, idle = (
        tokencost.plan({**POSTER, "traffic": {"average": rate, "peak": "1 req/s"}}).candidates[0].estimate
        for rate in ("1 req/s", "0.01 req/s")
    )

    assert busy
    assert idle
    assert busy.electricity
    assert idle.electricity
    assert 5 * busy.electricity.joules < idle.electricity.joules
    assert idle.electricity.month_joules
    assert idle.electricity.month_joules < busy.electricity.month_joules  # type: ignore[operator]


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"budget": {"energy_per_asset": 2}}, "write for example '2 kJ'"),
        ({"budget": {"energy_per_asset": "2 g"}}, "quantity of energy"),
        ({"budget": {"carbon_per_asset": "2 kJ"}}, "mass of CO2e"),
        ({"energy": {"region": "us-east-9"}}, "did you mean us-east-"),
        ({"energy": {"site": "gogle"}}, "did you mean google"),
        ({"energy": {"pue": 0.9}}, "at least 1"),
        ({"energy": {"site": "google", "pue": 1.1}}, "write site or pue"),
    ],
)
def test_a_wrong_limit_or_place_is_refused(wrong: dict[str, Any], hint: str) -> None:
    """
    Units and names are read as strictly as everywhere.
    """
    with pytest.raises(SpecError, match=hint):
        checked(**wrong)


def test_a_fleet_that_follows_the_day_waits_less_and_keeps_its_limits() -> None:
    """
    Replicas that are off at night draw nothing; a limit on energy is judged on what then remains.
    """
    traffic = {"average": "2 req/s", "profile": {"peak_to_mean": 1.8}}
    steady, follows = (
        tokencost.plan({**POSTER, "traffic": traffic, "platform": {"autoscale": scaled}}).candidates[0].estimate
        for scaled in (False, True)
    )
    judged = checked(traffic=traffic, platform={"autoscale": True}, budget={"energy_per_asset": "1 kJ"})

    assert steady
    assert follows
    assert steady.electricity
    assert follows.electricity
    assert follows.electricity.joules < steady.electricity.joules
    assert ["budget.energy_per_asset"] == [finding.rule for finding in judged.findings]
