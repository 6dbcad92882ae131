"""Fleets in closed form: worked by hand, and against the two bounds that the formula is solved from."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.deciding.headroom import Fleet, Staffing, fleet_at, fleets_at, scaled_to

TEN = Staffing(slots=1.0, seconds=1.0, rate=10.0, limits=((1 - math.exp(-5), 2.0),))
"""Ten servers' worth of work; one service time is left for waiting, beyond which one request in e^5 may wait."""


def headroom(plan: Staffing) -> float:
    """Replicas beyond the load that the bounds ask for, read off how far they are from a fleet of ten thousand."""
    most = 10_000
    return (most - 1 + 0.05 - plan.rate * plan.seconds / plan.slots) / scaled_to(plan, most).scale


def test_ten_servers_need_two_more() -> None:
    """
    By hand: exp(-2² / 20) waits at all, exp(-2 · 1 · 2 · (1 + 2 / 10)) of that for longer: together exp(-5).
    """
    assert 2.0 == pytest.approx(headroom(TEN), rel=1e-6)
    assert Fleet(12, True) == fleet_at(TEN)


def test_without_time_to_wait_headroom_is_the_square_root_of_the_load() -> None:
    """
    A limit of one service time: exp(-h² / 2A) is all there is, so h = √(2 K A): with K = 2, 9 servers need
    6 more, and 9 replicas of 4 servers 12 servers more.
    """
    plan = Staffing(slots=1.0, seconds=1.0, rate=9.0, limits=((1 - math.exp(-2), 1.0),))

    assert 6.0 == pytest.approx(headroom(plan), rel=1e-6)
    assert 12.0 / 4 == pytest.approx(headroom(replace(plan, slots=4.0, rate=36.0)), rel=1e-6)


@given(
    load=st.floats(0.1, 500.0), x=st.floats(0.0, 20.0), q=st.floats(0.5, 0.999), burstiness=st.floats(0.5, 8.0),
    slots=st.sampled_from([1.0, 2.0, 8.0]),
)  # fmt: skip
def test_both_bounds_together_are_what_may_be_late(
    load: float, x: float, q: float, burstiness: float, slots: float
) -> None:
    """
    Chernoff's bound that a request waits at all, times Lundberg's for how long; bursts shrink both exponents alike.
    """
    plan = Staffing(slots=slots, seconds=3.0, rate=load / 3.0, limits=((q, 3.0 * (1 + x)),), burstiness=burstiness)
    extra = headroom(plan) * slots
    late = math.exp(-(extra**2 / (2 * load) + 2 * x * extra * (1 + extra / load)) / burstiness)

    assert 1 - q == pytest.approx(late, rel=1e-5)


def test_the_hardest_limit_decides() -> None:
    """
    A second limit that asks for less changes nothing, wherever it stands.
    """
    easy, hard = (0.5, 30.0), TEN.limits[0]

    for limits in ((easy, hard), (hard, easy)):
        assert headroom(TEN) == headroom(replace(TEN, limits=limits))


def test_a_limit_below_one_request_is_kept_by_no_fleet() -> None:
    """
    As many replicas as keep up are told, and that they are not enough; a limit that is met exactly is met.
    """
    late = Staffing(slots=1.0, seconds=2.0, rate=3.0, limits=((0.95, 1.9),))
    exact = Staffing(slots=1.0, seconds=1 + 1e-9, rate=3.0, limits=((0.95, 1.0),))

    assert Fleet(6, False) == fleet_at(late)
    assert fleet_at(exact).kept


@pytest.mark.parametrize(
    ("rate", "slots", "busy_at_most", "replicas"),
    [
        (3.0, 1.0, 1.0, 6),
        (3.0 * (1 + 1.005e-9), 1.0, 1.0, 7),
        (3.0 * (1 + 0.995e-9), 1.0, 1.0, 6),
        (3.1, 1.0, 1.0, 7),
        (3.0, 4.0, 1.0, 2),
        (3.0, 1.0, 0.75, 8),
        (3.0, 1.0, 0.74, 9),
        (0.0, 1.0, 1.0, 1),
    ],
)
def test_without_limits_a_fleet_keeps_up_and_no_more(
    rate: float, slots: float, busy_at_most: float, replicas: int
) -> None:
    """
    6 replicas carry 6 servers' worth of work, to a billionth; who may be busy three quarters of the time is one of 8.
    """
    plan = Staffing(slots=slots, seconds=2.0, rate=rate, busy_at_most=busy_at_most)

    assert Fleet(replicas, True) == fleet_at(plan)


def test_slower_requests_and_more_of_them_are_more_work() -> None:
    """
    3 per second of 2 s; half as long again, then twice as often.
    """
    plan = Staffing(slots=1.0, seconds=2.0, rate=3.0)

    assert [6, 9, 12, 18] == [fleet_at(plan, *moved).replicas for moved in ((1, 1), (1.5, 1), (1, 2), (1.5, 2))]


def test_no_traffic_needs_no_headroom() -> None:
    """
    Nothing waits where nothing comes.
    """
    idle = replace(TEN, rate=0.0)

    assert (idle, Fleet(1, True)) == (scaled_to(idle, 5), fleet_at(idle))


def test_draws_are_fleets_of_their_own() -> None:
    """
    Many at once are what each is by itself.
    """
    slower, often = (1.0, 1.3, 0.7, 2.5), (1.0, 0.9, 1.6, 1.0)

    assert [fleet_at(TEN, *moved) for moved in zip(slower, often, strict=True)] == fleets_at(TEN, slower, often)
    assert [True, True, True, False] == [fleet.kept for fleet in fleets_at(TEN, slower, often)]


@pytest.mark.parametrize(("known", "scale"), [(12, 1.0), (13, 1.025), (14, 1.525), (11, 0.5), (10, 0.0), (9, 0.0)])
def test_headroom_is_scaled_as_little_as_the_known_fleet_allows(known: int, scale: float) -> None:
    """
    The bounds say 10 + 2. A fleet of 14 has 3 to 4 more: 1.5 to 2 times as many, a twentieth of the way from 1.5.
    """
    assert scale == pytest.approx(scaled_to(TEN, known).scale, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("limits", [(), ((0.95, 0.5),)], ids=["no limit", "a limit that nobody keeps"])
def test_where_bounds_say_nothing_nothing_is_scaled(limits: tuple[tuple[float, float], ...]) -> None:
    """
    There is no headroom that a known fleet could correct.
    """
    plan = replace(TEN, limits=limits)

    assert plan == scaled_to(plan, 20)
