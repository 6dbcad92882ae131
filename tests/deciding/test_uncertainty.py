"""How sure a choice is: what draws do to fleets, costs and choices."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.deciding.test_recommend import SELDOM, candidate
from tokencost.deciding.draws import normal_column
from tokencost.deciding.headroom import Staffing, fleet_at, scaled_to
from tokencost.deciding.uncertainty import SHARED, Z_90, Circumstances, uncertainty
from tokencost.nouns.request import LatencyLimit, Renting, Traffic
from tokencost.serving.service import fixed
from tokencost.serving.sizing import sized_by_law


def test_an_equal_rival_wins_half_of_the_draws() -> None:
    """
    A coin toss is told as one.
    """
    found = uncertainty([candidate("a", 1.0), candidate("b", 1.0, family="autoregressive")], Circumstances()).certainty

    assert 0.5 == pytest.approx(found.models["a"], abs=0.03)
    assert 1.0 == pytest.approx(sum(found.models.values()))
    assert found.models["a"] == found.families["diffusion"]


@pytest.mark.parametrize("ratio", [1.1, 1.5, 2.0, 4.0])
def test_shares_agree_with_the_closed_form(ratio: float) -> None:
    """
    Two log-normal costs on one GPU: the shared part cancels, Φ(ln(ratio) / (σ √(2 (1 − shared)))).
    """
    cheap, dear = candidate("a", 1.0), candidate("b", ratio, family="autoregressive")
    deviation = math.log(2.0) / Z_90 * math.sqrt(2 * (1 - SHARED))
    expected = 0.5 * (1 + math.erf(math.log(ratio) / deviation / math.sqrt(2)))

    assert expected == pytest.approx(uncertainty([cheap, dear], Circumstances()).certainty.models["a"], abs=0.03)


def test_models_of_one_network_share_its_error() -> None:
    """
    Two students of one network that cost the same do not take draws from each other: the first by name has them all.
    """
    same = Circumstances(networks={"a": "unet", "b": "unet"})

    assert {"a": 1.0} == uncertainty([candidate("a", 1.0), candidate("b", 1.0)], same).certainty.models


@settings(deadline=None, max_examples=20)
@given(low=st.floats(1.01, 3.0), more=st.floats(1.01, 3.0), ratio=st.floats(1.05, 5.0))
def test_larger_errors_never_make_a_choice_surer(low: float, more: float, ratio: float) -> None:
    """
    Less is known, so less is certain; two draws of a thousand are left to rounding.
    """
    sure, unsure = (
        uncertainty(
            [candidate("a", 1.0, factor=factor), candidate("b", ratio, factor=factor)], Circumstances()
        ).certainty.models["a"]
        for factor in (low, low * more)
    )

    assert unsure <= sure + 0.002


def test_quantiles_of_the_time_are_those_of_its_error() -> None:
    """
    A tenth of the draws lie below value · exp(−1.2816 σ), by construction of the draws.
    """
    spread = uncertainty([candidate("a", 1.0, latency=4.0)], Circumstances()).spreads["a"]
    deviation = math.log(2.0) / Z_90

    assert 4.0 == pytest.approx(float(spread.seconds.p50), rel=0.03)
    assert 4.0 * math.exp(1.2816 * deviation) == pytest.approx(float(spread.seconds.p90), rel=0.06)
    assert 4.0 * math.exp(-1.2816 * deviation) == pytest.approx(float(spread.seconds.p10), rel=0.06)


@pytest.mark.parametrize("spares", [0.0, 2.0])
def test_a_fleet_varies_around_its_bill_and_its_time(spares: float) -> None:
    """
    The fleet of one costs 1 USD an asset, and every spare as much again, in each draw; half lie on each side.
    """
    about = replace(SELDOM, renting=Renting(spares=spares))
    spread = uncertainty([candidate("a", 1.0, latency=4.0)], about).spreads["a"]
    deviation = math.log(2.0) / Z_90

    assert 1.0 + spares == pytest.approx(float(spread.cost.p50), rel=0.05)
    assert 4.0 * math.exp(1.2816 * deviation) == pytest.approx(float(spread.seconds.p90), rel=0.06)


def test_a_given_price_is_no_guess() -> None:
    """
    A fleet of one at the user's own price costs the same each month; only the assets vary.
    """
    own, listed = (
        uncertainty([candidate("a", 1.0, latency=0.1)], replace(SELDOM, own_price=own)).spreads["a"].cost
        for own in (True, False)
    )

    assert float(own.p90) / float(own.p10) < float(listed.p90) / float(listed.p10)


def test_a_limit_that_draws_break_costs_confidence() -> None:
    """
    A request of 1 s against a limit of 1.2 s: every draw that is a fifth slower is out, nobody is best.
    """
    limits = (LatencyLimit(percentile=0.95, limit=1.2),)
    found = uncertainty([candidate("a", 1.0, latency=1.0)], Circumstances(limits=limits)).certainty

    assert sum(math.exp(math.log(2) / Z_90 * z) <= 1.2 for z in normal_column("traffic")) / 1000 == pytest.approx(
        found.models["a"], abs=0.03
    )


def test_twice_the_same_is_the_same() -> None:
    """
    No clock, no seed, no order of a set.
    """
    several = [candidate("a", 1.0), candidate("b", 1.3), candidate("c", 2.0, family="autoregressive")]

    assert uncertainty(several, SELDOM) == uncertainty(several, SELDOM)


SECONDS = (0.05, 0.4, 2.0, 6.0)
RATES = (0.2, 3.0, 20.0)


def test_fleets_of_draws_agree_with_the_law() -> None:
    """
    Closed form against the exact law of M/D/c, fleets of 1 to 120 replicas, times off by up to half, traffic by up to
    half: nine of ten are the same, and none is off by more than one replica or a tenth.
    """
    limits = (LatencyLimit(percentile=0.95, limit=10.0),)
    found: list[tuple[int, int]] = []
    for seconds in SECONDS:
        for rate in RATES:
            law = sized_by_law(fixed(seconds), Traffic(average=rate, peak=rate), limits)
            assert law is not None
            plan = scaled_to(Staffing(slots=1.0, seconds=seconds, rate=rate, limits=((0.95, 10.0),)), law.replicas)
            for slower, often in ((1.0, 1.0), (0.7, 1.0), (1.3, 1.0), (1.5, 0.7), (1.0, 1.5), (1.2, 1.2)):
                exact = sized_by_law(fixed(seconds * slower), Traffic(average=rate, peak=rate * often), limits)
                if exact is not None:
                    found.append((exact.replicas, fleet_at(plan, slower, often).replicas))

    assert len(found) > 60
    assert sum(exact == drawn for exact, drawn in found) / len(found) >= 0.9
    assert all(abs(exact - drawn) <= max(1, exact / 10) for exact, drawn in found)


def test_the_fleet_of_the_plan_comes_out_as_it_is() -> None:
    """
    Where nothing is off, nothing changes, whatever the fleet was sized by.
    """
    plan = Staffing(slots=1.0, seconds=2.0, rate=3.0, limits=((0.95, 5.0),))

    for known in (7, 8, 9, 12):
        assert known == fleet_at(scaled_to(plan, known)).replicas
