import math

import pytest

from tokencost.nouns.request import LatencyLimit, Traffic
from tokencost.serving import daily
from tokencost.serving.daily import INTERVALS, highest_rate, lead_of, rate_at, replicas_of_the_day
from tokencost.serving.service import Service, fixed, spread
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


def by_the_hour(service: Service, day: Traffic, limits: tuple[LatencyLimit, ...], lead: float) -> list[int]:
    """Every half hour by itself, at the highest rate that a grid over it and the lead finds."""
    counts = []
    for n in range(48):
        moments = [1800.0 * n + (1800.0 + lead) * k / 400 for k in range(401)]
        peak = max(day.average * (1 + (day.peak_to_mean - 1) * math.cos(2 * math.pi * t / 86_400)) for t in moments)
        now = Traffic(
            average=peak, peak=peak, burstiness=day.burstiness, utilisation_target=day.utilisation_target
        )  # fmt: skip
        found = sized_by_law(service, now, limits)
        counts.append(found.replicas if found else 1)
    return counts


@pytest.mark.parametrize("fields", [{}, {"burstiness": 2.0}, {"utilisation_target": 0.6}])
@pytest.mark.parametrize("lead", [122.0, 5_000.0, 40_000.0])
def test_every_half_hour_has_the_fleet_for_its_highest_rate(lead: float, fields: dict[str, float]) -> None:
    """
    As found one by one: bisection over rates skips nothing.
    """
    day = Traffic(average=10.0, peak=18.0, peak_to_mean=1.8, cycle=86_400.0, **fields)

    assert by_the_hour(fixed(2.0), day, LIMITS, lead) == replicas_of_the_day(
        fixed(2.0), day, LIMITS, lead=lead, most=1_000
    )


def test_rates_between_equal_fleets_are_not_sized(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where one fleet ends and the next begins is found in six halvings of 48 rates.
    """
    asked: list[float] = []
    size = daily.sized_by_law
    monkeypatch.setattr(daily, "sized_by_law", lambda s, at, limits: asked.append(at.peak) or size(s, at, limits))
    few = Traffic(average=2.0, peak=3.0, peak_to_mean=1.5, cycle=86_400.0)
    counts = replicas_of_the_day(fixed(1.0), few, LIMITS, lead=122.0, most=1_000)

    assert len(set(asked)) == len(asked) <= 2 + 6 * (max(counts) - min(counts))
    assert max(counts) - min(counts) <= 3


def test_a_fleet_is_never_larger_than_for_the_peak_nor_empty() -> None:
    """
    Capped at noon, one replica where a rate falls to nothing, and one where no fleet is quick enough.
    """
    quiet = Traffic(average=1.0, peak=2.0, peak_to_mean=2.0, cycle=86_400.0)
    counts = replicas_of_the_day(fixed(2.0), quiet, LIMITS, lead=0.0, most=3)
    hopeless = (LatencyLimit(percentile=0.95, limit=1.0),)

    assert (3, 1) == (max(counts), min(counts))
    assert [1] * 48 == replicas_of_the_day(fixed(2.0), quiet, hopeless, lead=0.0, most=3)
    assert [1] * 48 == replicas_of_the_day(
        fixed(0.01), Traffic(average=0.0, peak=0.0, cycle=86_400.0), LIMITS, lead=0.0, most=1
    )


def test_replicas_start_ahead_by_a_cold_start_and_a_request() -> None:
    """
    Ten minutes and two seconds.
    """
    assert 602.0 == lead_of(fixed(2.0), 600.0) == lead_of(spread(fixed(2.0), 0.5), 600.0)


def test_the_peak_is_in_a_window_that_begins_or_passes_it() -> None:
    """
    At midnight exactly, and just before; an hour later it is gone, and comes back a day later.
    """
    assert [18.0, 18.0, 18.0] == [highest_rate(DAY, start, start + 60.0) for start in (0.0, 86_399.0, 86_400.0)]
    assert highest_rate(DAY, 3600.0, 7200.0) == rate_at(DAY, 3600.0) < 18.0
    assert highest_rate(DAY, 50_000.0, 60_000.0) == rate_at(DAY, 60_000.0) < 18.0
    assert 10.0 == pytest.approx(rate_at(DAY, 21_600.0))
    assert 18.0 == highest_rate(DAY, 3600.0, 3600.0 + 86_400.0)
