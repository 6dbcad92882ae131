"""Products as the nouns that plans are made of."""

from typing import Any

import pytest

from tokencost.errors import SpecError
from tokencost.nouns.model import Bound
from tokencost.nouns.request import Budget, LatencyLimit, Renting, Request, Traffic
from tokencost.spec.convert import bounds_of, budget_of, gpus_of, limits_of, renting_of, request_of, traffic_of
from tokencost.spec.load import from_mapping
from tokencost.spec.product import Product


def product(**more: Any) -> Product:
    """An image product with more keys."""
    base = {"version": 1, "name": "a", "task": "text-to-image", "output": {"width": 64, "height": 32}}
    return from_mapping({key: value for key, value in (base | more).items() if value is not ...}).product


def test_an_image_request_has_one_frame() -> None:
    """An image is a clip of one frame, and answers in pixels, not in text."""
    expected = Request(task="text-to-image", width=64.0, height=32.0, prompt_tokens=64.0, batch=4.0)

    assert expected == request_of(product(assume={"batch": 4}))


def test_seconds_and_fps_become_frames() -> None:
    """Models count frames."""
    request = request_of(product(task="text-to-video", output={"width": 8, "height": 8, "seconds": 4, "fps": 7}))

    assert (28.0, 7.0) == (request.frames, request.fps)


def test_an_answer_has_tokens() -> None:
    """Perception reads pixels and writes text."""
    request = request_of(product(task="image-to-text", output=..., input={"width": 8, "height": 9}))

    assert (8.0, 9.0, 128.0) == (request.width, request.height, request.output_tokens)


def test_average_and_peak_default_to_each_other() -> None:
    """One rate is enough for steady traffic."""
    assert None is traffic_of(product())
    assert Traffic(average=2.0, peak=2.0) == traffic_of(product(traffic={"peak": "2 req/s"}))
    assert Traffic(average=2.0, peak=2.0) == traffic_of(product(traffic={"average": "2 req/s"}))
    assert Traffic(average=1.0, peak=2.0, burstiness=3.0) == traffic_of(
        product(traffic={"average": "1 req/s", "peak": "2 req/s", "burstiness": 3})
    )


def test_limits_come_lowest_percentile_first() -> None:
    """Only what was written is a limit."""
    expected = (LatencyLimit(percentile=0.5, limit=1.0), LatencyLimit(percentile=0.99, limit=0.005 * 400))

    assert () == limits_of(product())
    assert expected == limits_of(product(latency={"p99": "2000 ms", "p50": "1 s"}))


def test_a_budget_that_is_not_given_is_infinite() -> None:
    """Silence is no limit."""
    assert Budget() == budget_of(product())
    assert Budget(per_asset=0.01) == budget_of(product(budget={"per_asset": "0.01 USD"}))


def test_bounds_say_which_way_is_better() -> None:
    """An FID falls, a GenEval score rises."""
    bounds = bounds_of(product(quality={"geneval": ">= 0.6", "fid": "<=12"}))

    assert (Bound(metric="fid", value=12.0, better="lower"), Bound(metric="geneval", value=0.6)) == bounds


def test_parallelism_implies_its_gpus() -> None:
    """Nobody has to write the same number twice."""
    assert (1, 4, 2) == tuple(
        gpus_of(product(platform=p))
        for p in ({}, {"parallelism": "cfg2xulysses2"}, {"gpus": 2, "parallelism": "replicas"})
    )


def test_a_profile_gives_the_peak_or_the_average() -> None:
    """
    A day of 1.8 times its mean at the peak: each of the two rates follows from the other.
    """
    profile = {"peak_to_mean": 1.5, "hours": 12}
    known = Traffic(average=2.0, peak=3.0, peak_to_mean=1.5, cycle=43_200.0)

    assert known == traffic_of(product(traffic={"average": "2 req/s", "profile": profile}))
    assert known == traffic_of(product(traffic={"peak": "3 req/s", "profile": profile}))


def test_a_fleet_is_rented_as_the_platform_says() -> None:
    """
    Spares, terms and cold start; nothing of it where nothing is said.
    """
    on = {"spares": 2, "cold_start": "90 s", "mix": {"reserved": 0.6, "on-demand": 0.4}}

    assert Renting() == renting_of(product())
    assert Renting(spares=2.0, cold_start=90.0, mix={"reserved": 0.6, "on-demand": 0.4}) == renting_of(
        product(platform=on)
    )


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("traffic", {"average": "1 req/s", "peak": "2 req/s", "profile": {"peak_to_mean": 2}}),
        ("traffic", {"profile": {"peak_to_mean": 2}}),
        ("traffic", {"average": "1 req/s", "profile": {"peak_to_mean": 2.5}}),
        ("platform", {"mix": {"reserved": 0.6, "spot": 0.6}}),
        ("platform", {"mix": {"reserved": 1}, "price": "1 USD/h"}),
        ("platform", {"mix": {"borrowed": 1}}),
        ("platform", {"spares": -1}),
        ("platform", {"autoscale": True}),
        ("traffic", {"average": "1 req/s", "classes": [{"share": 0.5}, {"share": 0.6}]}),
        ("traffic", {"average": "1 req/s", "classes": [{"share": 1}]}),
        ("traffic", {"average": "1 req/s", "classes": [{"share": 0.5}, {"share": 0.5, "output_tokens": 5}]}),
        ("traffic", {"average": "1 req/s", "classes": [{"share": 0.5}, {"share": 0.5, "size": 5}]}),
        ("traffic", {"classes": [{"share": 0.5}, {"share": 0.5}]}),
        ("assume", {"service_spread": 0}),
        ("assume", {"service_spread": "wide"}),
        ("platform", {"batching": {"window": "1 s"}}),
        ("platform", {"batching": {"most": 0}}),
        ("platform", {"batching": 8}),
        ("platform", {"autoscale": "yes"}),
    ],
)
def test_contradictions_about_a_fleet_are_refused(part: str, said: dict[str, Any]) -> None:
    """
    What cannot be meant is not guessed at.
    """
    with pytest.raises(SpecError):
        product(**{part: said})
