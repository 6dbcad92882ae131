"""Requests that are drawn once for everybody."""

import itertools
import math
from collections.abc import Iterator

import pytest

from tokencost.serving import arrivals as module
from tokencost.serving.arrivals import arrivals, common_arrivals, common_factors, common_kinds, mean_rate, scaled_to


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many gaps are drawn each time."""
    counts: list[int] = []
    draw = module.arrivals
    monkeypatch.setattr(
        module, "arrivals", lambda rate, count, **more: counts.append(count) or draw(rate, count, **more)
    )
    module._at_unit_rate.cache_clear()
    yield counts
    module._at_unit_rate.cache_clear()


@pytest.mark.parametrize(
    ("count", "due"),
    [(1, 5_000), (5_000, 5_000), (5_001, 10_000), (10_000, 10_000), (10_001, 20_000), (40_000, 40_000)],
)
def test_gaps_are_drawn_in_doubling_numbers(count: int, due: int, drawn: list[int]) -> None:
    """
    No more than twice as many as are asked for, or five thousand, and once for every rate.
    """
    assert count == len(common_arrivals(2.0, count, 1.0)) == len(common_arrivals(3.0, count, 1.0))
    assert [due] == drawn


@pytest.mark.parametrize("burstiness", [1.0, 4.0])
def test_a_shorter_path_is_the_beginning_of_a_longer_one(burstiness: float) -> None:
    """
    And a path at twice the rate has the same gaps, halved.
    """
    long = common_arrivals(2.0, 12_000, burstiness)

    assert long[:4_000] == common_arrivals(2.0, 4_000, burstiness)
    assert [time / 2 for time in long] == common_arrivals(4.0, 12_000, burstiness)


def test_common_arrivals_have_their_rate_and_burstiness() -> None:
    """
    40,000 gaps of half a second on average; their squared coefficient of variation is what is asked for.
    """
    for burstiness in (0.5, 1.0, 4.0):
        times = common_arrivals(2.0, 40_000, burstiness)
        gaps = [after - before for before, after in itertools.pairwise(times)]
        mean = math.fsum(gaps) / len(gaps)

        assert pytest.approx(mean, rel=0.03) == 0.5
        assert burstiness == pytest.approx(math.fsum((gap - mean) ** 2 for gap in gaps) / len(gaps) / mean**2, rel=0.1)


def test_arrivals_are_poisson_and_the_same_each_time_unless_more_is_said() -> None:
    """
    Another seed is another path.
    """
    assert arrivals(3.0, 50) == arrivals(3.0, 50, burstiness=1.0, seed=0)
    assert arrivals(3.0, 50) != arrivals(3.0, 50, seed=1)


def test_factors_and_classes_are_the_same_for_every_fleet() -> None:
    """
    The first thousand of two thousand; factors have a mean of one.
    """
    assert common_factors(1_000, 0.5) == common_factors(2_000, 0.5)[:1_000]
    assert common_kinds(1_000, (0.2, 0.8)) == common_kinds(2_000, (0.2, 0.8))[:1_000]
    assert pytest.approx(math.fsum(common_factors(40_000, 0.5)) / 40_000, rel=0.02) == 1.0


def test_a_trace_keeps_its_shape_at_another_rate() -> None:
    """
    Three gaps in six seconds are one every two; four times as fast they take a quarter of the time, from 0 on.
    """
    times = [4.0, 5.0, 5.0, 10.0]

    assert 0.5 == mean_rate(times)
    assert (0.0, 0.25, 0.25, 1.5) == scaled_to(times, 2.0)


def test_the_draws_are_those_of_every_other_version() -> None:
    """
    Answers are compared from one release to the next: another stream would move every simulated percentile. Arrivals,
    factors and classes have streams of their own, so that late requests are not the long ones.
    """
    assert common_arrivals(1.0, 3, 1.0) == pytest.approx([2.5908144845, 2.9323716292, 4.6784816928])
    assert common_factors(3, 0.5) == pytest.approx((0.8908699527, 2.7014896840, 1.4487531496))
    assert (0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0) == common_kinds(12, (0.5, 0.5))
