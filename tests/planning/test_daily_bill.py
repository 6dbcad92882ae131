"""A fleet that follows the day: the integral of its replicas, what starts ahead, what is reserved."""

from statistics import fmean

import pytest

from tests.promises.records import catalog
from tokencost.nouns.answer import Bill
from tokencost.nouns.request import LatencyLimit, Renting, Traffic
from tokencost.planning.capacity_bill import Asking, bill_of_rent
from tokencost.planning.daily_bill import Day, bill_of_day, day_of
from tokencost.serving.service import fixed

TRAFFIC = Traffic(average=10.0, peak=18.0, peak_to_mean=1.8, cycle=86_400.0)
LIMITS = (LatencyLimit(percentile=0.95, limit=3.0),)
HOUR = 1.0 / 3600
DAY = Day(needed=(2, 4, 10, 4), running=(4, 10, 10, 4), cold_start=600.0)


def bill(day: Day, *, own: float | None = HOUR, spares: float = 0.0, **mix: float) -> Bill:
    terms = {term.replace("_", "-"): share for term, share in mix.items()}
    renting = Renting(mix=terms, spares=spares, autoscale=True)
    return bill_of_day(catalog(), "h100-80gb-sxm", 1.0, day, traffic=TRAFFIC, renting=renting, asking=Asking(own))


def test_a_month_is_the_integral_of_what_runs() -> None:
    """
    At a dollar an hour: 730 hours of seven replicas on average, of which two on average start ahead of the load.
    """
    found = bill(DAY)
    served, ahead = found.lines

    assert 730 * 7.0 == pytest.approx(found.per_month)
    assert (730 * 5.0, 730 * 2.0) == (pytest.approx(served.quantity), pytest.approx(ahead.quantity))
    assert 730 * 7.0 / (10.0 * 730 * 3600) == pytest.approx(found.per_asset)


def test_spares_run_all_day() -> None:
    """
    They are there for what nobody foresees.
    """
    assert 730 * 9.0 == pytest.approx(bill(DAY, spares=2.0).per_month)


def test_what_is_reserved_is_paid_whatever_runs() -> None:
    """
    Half of ten at the peak, also in hours that need four; only what lies above follows the day.
    """
    found = bill(DAY, own=None, reserved=0.5, spot=0.5)
    steady = next(line for line in found.lines if line.name == "GPUs, reserved")
    moving = [line for line in found.lines if line.name == "GPUs, spot, following the day"]

    assert 730 * 5.0 == pytest.approx(steady.quantity)
    assert 730 * fmean((0, 0, 5, 0)) == pytest.approx(sum(float(line.quantity) for line in moving))
    assert found.per_month == pytest.approx(sum(float(line.amount or 0.0) for line in found.lines))


def test_following_the_day_never_costs_more_than_the_peak_all_day() -> None:
    """
    On demand and by sizes that a law finds.
    """
    day = day_of(fixed(2.0), TRAFFIC, LIMITS, Renting(), 41)
    peak = bill_of_rent(catalog(), "h100-80gb-sxm", 41.0, traffic=TRAFFIC, renting=Renting(), asking=Asking(HOUR))

    assert all(needed <= running for needed, running in zip(day.needed, day.running, strict=True))
    assert 0.5 < float(bill(day).per_month or 0.0) / float(peak.per_month or 0.0) < 0.8


def test_a_replica_is_up_in_two_minutes_where_nothing_else_is_said() -> None:
    """
    As the page on capacity promises.
    """
    said, unsaid = (
        day_of(fixed(2.0), TRAFFIC, LIMITS, renting, 41) for renting in (Renting(cold_start=120.0), Renting())
    )

    assert said == unsaid
    assert 120.0 == unsaid.cold_start


def test_a_term_without_an_offer_leaves_the_month_unknown() -> None:
    """
    No price known is not zero.
    """
    renting = Renting(mix={"spot": 1.0}, autoscale=True)
    found = bill_of_day(catalog(), "rtx-pro-9000-none", 1.0, DAY, traffic=TRAFFIC, renting=renting, asking=Asking())

    assert found.per_month is None
    assert found.per_asset is None
