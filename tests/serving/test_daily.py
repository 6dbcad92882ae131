import math

import pytest

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving.daily import INTERVALS, highest_rate, rate_at, replicas_of_the_day
from tokencost.serving.service import fixed
from tokencost.serving.sizing import sized_by_law

DAY = Traffic(average=10.0, peak=18.0, peak_to_mean=1.8, cycle=86_400.0)
LIMITS = (LatencyLimit(percentile=0.95, limit=3.0),)


def test_the_day_has_the_average_and_the_peak_it_was_given() -> None:
    """
    A sine wave around the mean: 18 at its top, 2 at its bottom, 10 on average.
    """
    rates = [float(rate_at(DAY, hour * 3600.0)) for hour in range(24)]

    assert 18.0 == pytest.approx(max(rates))
    assert 2.0 == pytest.approx(min(rates))
    assert 10.0 == pytest.approx(math.fsum(rates) / 24)


@pytest.mark.parametrize("start", [0.0, 3600.0, 40_000.0, 80_000.0, 86_399.0])
@pytest.mark.parametrize("length", [1.0, 1800.0, 20_000.0])
def test_the_highest_rate_is_that_of_the_window(start: float, length: float) -> None:
    """
    A fine grid over the window finds nothing higher, and the peak only if it is in it.
    """
    grid = [float(rate_at(DAY, start + length * k / 500)) for k in range(501)]

    assert max(grid) <= highest_rate(DAY, start, start + length) * (1 + 1e-12)
    assert highest_rate(DAY, start, start + length) == pytest.approx(max(grid), rel=1e-3)


def test_a_fleet_that_follows_the_day_is_enough_at_every_hour() -> None:
    """
    Replicas for the highest rate of every interval, the peak fleet at the peak, fewer at night.
    """
    service = fixed(2.0)
    most = sized_by_law(service, DAY, LIMITS)
    assert most is not None
    counts = replicas_of_the_day(service, DAY, LIMITS, lead=122.0, most=most.replicas)

    assert INTERVALS == len(counts)
    assert most.replicas == max(counts)
    assert min(counts) < most.replicas / 3
    for n, count in enumerate(counts):
        now = float(rate_at(DAY, n * 86_400.0 / INTERVALS))
        needed = sized_by_law(service, Traffic(average=now, peak=now), LIMITS)
        assert needed is not None
        assert needed.replicas <= count


def test_a_longer_cold_start_never_needs_fewer_replicas() -> None:
    """
    Who starts late has to start more.
    """
    quick, slow = (replicas_of_the_day(fixed(2.0), DAY, LIMITS, lead=seconds, most=60) for seconds in (60.0, 7200.0))

    assert all(few <= many for few, many in zip(quick, slow, strict=True))
    assert sum(quick) < sum(slow)
