"""The cheapest place, and the volume from which a fleet of one's own beats an API."""

import pytest

from tests.promises.records import catalog
from tokencost.money.bill import SECONDS_PER_MONTH
from tokencost.nouns.request import Request, Terms, Traffic
from tokencost.nouns.where import BreakEven, Place, Where
from tokencost.planning.asked import Asked
from tokencost.planning.breaking_even import _fleet, _month, break_evens
from tokencost.planning.memory import remembering
from tokencost.planning.options import RunOptions
from tokencost.planning.where import Search, where

ASKED = Asked(request=Request(task="text-to-image", width=1024.0, height=1024.0, prompt_tokens=64.0))
HOUR = 3600.0


def found(
    *models: str, terms: Terms | None = None, traffic: Traffic | None = None, gpus: tuple[str, ...] = ()
) -> Where:
    asked = Asked(request=ASKED.request, traffic=traffic)
    named = tuple(catalog().get("models", model) for model in models)
    return where(
        catalog(),
        Search(title="t", models=named, asked=asked, options=RunOptions(), gpus=gpus, terms=terms or Terms()),
    )


def api(each: float) -> Place:
    return Place(
        model="an-api", family="api", gpu="", provider="somebody", region="", country="", term="API", instance="",
        per_instance=1.0, variant="", hourly=None, seconds=5.0, gpus=0.0, per_asset=each, per_month=None, since="",
        source="",
    )  # fmt: skip


def mine(gpu: str = "a100-80gb-sxm", hourly: float = 2.0, per_instance: float = 1.0) -> Place:
    return Place(
        model="sdxl", family="diffusion", gpu=gpu, provider="house", region="", country="", term="on-demand",
        instance="", per_instance=per_instance, variant="", hourly=hourly, seconds=5.0, gpus=1.0, per_asset=0.003,
        per_month=None, since="", source="",
    )  # fmt: skip


def even(each: float, own: Place) -> BreakEven:
    sdxl = (catalog().get("models", "sdxl"),)
    (one,) = break_evens(remembering(catalog()), sdxl, ASKED, RunOptions(), (own, api(each)))
    return one


def test_places_are_ranked_by_what_an_asset_costs() -> None:
    """
    The same GPU at two prices: only the price differs.
    """
    places = [place for place in found("sdxl", gpus=("a100-80gb-sxm",)).places if not place.reason]
    costs = [float(place.per_asset or 0.0) for place in places]

    assert sorted(costs) == costs
    assert {"a100-80gb-sxm"} == {place.gpu for place in places}
    assert costs[-1] / costs[0] == pytest.approx(float(places[-1].hourly or 0) / float(places[0].hourly or 1))


@pytest.mark.parametrize(
    ("terms", "field", "few"),
    [
        (Terms(residency="eu"), "country", {"DE", "IE", "SE", "ES", "NL"}),
        (Terms(terms=("spot",)), "term", {"spot"}),
        (Terms(regions=("us-east-1",)), "region", {"us-east-1"}),
        (Terms(providers=("GCP",)), "provider", {"GCP"}),
        (Terms(largest=1), "per_instance", {1.0}),
    ],
)
def test_constraints_leave_only_what_they_allow(terms: Terms, field: str, few: set[object]) -> None:
    """
    Every place that is left has the label; some are left.
    """
    places = [place for place in found("sdxl", terms=terms).places if place.gpu]

    assert places
    assert few >= {getattr(place, field) for place in places}


def test_every_quality_of_an_api_is_a_place() -> None:
    """
    Low, medium and high at the prices that are published for them.
    """
    places = found("gpt-image-1").places

    assert [0.011, 0.042, 0.167] == [place.per_asset for place in places]
    assert {"API"} == {place.term for place in places}


def test_a_model_that_runs_nowhere_is_told_once() -> None:
    """
    16,515 tokens have no positions in Emu3, on whatever GPU.
    """
    (place,) = found("emu3-gen").places

    assert "exceed its 9,216 positions" in place.reason


def test_with_traffic_whole_instances_are_rented() -> None:
    """
    Where eight are let together, one is paid as eight.
    """
    places = found("sdxl", traffic=Traffic(average=0.01, peak=0.01), gpus=("h100-80gb-sxm",)).places
    month = {(p.provider, p.instance): p for p in places if p.region == "us-east-2" and p.term == "on-demand"}
    eight, one = month["AWS", "p5.48xlarge"], month["AWS", "p5.4xlarge"]

    assert 8 * float(one.per_month or 0) == pytest.approx(float(eight.per_month or 0))


@pytest.mark.parametrize(
    ("each", "own"), [(0.011, mine()), (0.0045, mine()), (0.011, mine(per_instance=8.0)), (0.04, mine(hourly=6.0))]
)
def test_the_volume_is_where_the_staircase_first_touches_the_line(each: float, own: Place) -> None:
    """
    There the fleet costs no more than the API, and at every smaller volume it costs more.
    """
    one, records = even(each, own), remembering(catalog())
    assert one.rate is not None
    rate, sdxl = float(one.rate), records.get("models", "sdxl")

    def gap(at: float) -> float:
        gpus = _fleet(records, sdxl, ASKED, RunOptions(gpu=own.gpu), Traffic(average=at, peak=at))
        return _month(gpus, own) - each * at * SECONDS_PER_MONTH

    assert gap(rate) <= 1e-6 * each * rate * SECONDS_PER_MONTH
    assert all(gap(rate * share / 40) > 0 for share in range(1, 40))


def test_one_replica_at_a_lone_price_is_worked_by_hand() -> None:
    """
    A GPU at 2 USD/h costs 1,460 USD a month: 132,727 images at 0.011 USD, which one replica makes with ease.
    """
    one = even(0.011, mine())

    assert 730 * 2.0 / 0.011 == pytest.approx(one.assets)
    assert (1.0, pytest.approx(1460.0)) == (one.gpus, one.per_month)


def test_an_api_below_the_price_of_a_busy_gpu_is_never_beaten() -> None:
    """
    5 s of 2 USD/h are 0.0028 USD; no volume makes that less than 0.002.
    """
    assert even(0.002, mine()).rate is None


def test_twice_the_price_of_an_api_never_needs_more_volume() -> None:
    """
    The dearer the API, the sooner a fleet pays.
    """
    rates = [float(even(each, mine()).rate or 0.0) for each in (0.005, 0.01, 0.02, 0.04)]

    assert sorted(rates, reverse=True) == rates


def test_the_place_that_needs_the_least_volume_counts() -> None:
    """
    A slow GPU whose month is cheap pays sooner than a fast one whose assets are.
    """
    sdxl = (catalog().get("models", "sdxl"),)
    slow, fast = mine("t4-16gb", 0.5), mine("h100-80gb-sxm", 2.5)
    (one,) = break_evens(remembering(catalog()), sdxl, ASKED, RunOptions(precision="fp16"), (fast, slow, api(0.05)))

    assert "t4-16gb" == one.place.gpu
    assert 730 * 0.5 / 0.05 == pytest.approx(one.assets)


def test_what_is_found_is_the_least_of_all_places() -> None:
    """
    Places that are not sized, because their smallest fleet costs too much, could not have needed less.
    """
    everywhere = found("sdxl", "gpt-image-1", terms=Terms(terms=("on-demand",)))
    (one,) = everywhere.break_even
    own = [place for place in everywhere.places if place.gpu and place.per_asset and not place.reason]
    sdxl, selling = (catalog().get("models", "sdxl"),), one.api
    rates = [
        float(alone.rate)
        for place in own
        for alone in break_evens(remembering(catalog()), sdxl, ASKED, RunOptions(), (place, selling))
        if alone.rate is not None
    ]

    assert min(rates) == pytest.approx(one.rate)
