"""Searches over whole numbers: the right one, and how few are tried."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokencost.serving import queueing
from tokencost.serving.queueing import bisect, gallop, latency_percentile, replicas_for, servers_for


def from_on(first: int, tried: list[int]) -> Callable[[int], bool]:
    return lambda number: tried.append(number) or number >= first


@given(st.integers(0, 50), st.integers(1, 400), st.integers(1, 500))
def test_galloping_finds_the_first_that_holds(below: int, further: int, room: int) -> None:
    """
    Nothing outside is tried, nothing twice, and no more than twice the digits of the distance.
    """
    first, most, tried = below + further, below + room, list[int]()

    assert min(first, most) == gallop(from_on(first, tried), below, most)
    assert all(below < number < most for number in tried)
    assert len(set(tried)) == len(tried) <= 2 * further.bit_length()


@given(st.integers(0, 50), st.integers(1, 400), st.integers(0, 400))
def test_bisection_finds_the_first_that_holds(below: int, further: int, more: int) -> None:
    """
    The upper end need not be tried, and a half is ruled out by every try.
    """
    first, tried = below + further, list[int]()

    assert first == bisect(from_on(first, tried), below, first + more)
    assert all(below < number < first + more for number in tried)
    assert len(tried) <= (further + more).bit_length()


@pytest.mark.parametrize("ends", [(3, 3), (5, 3)])
def test_where_nothing_is_left_to_search_the_upper_end_stays(ends: tuple[int, int]) -> None:
    """
    Whatever is too few, more than allowed is not looked for.
    """
    assert 3 == bisect(from_on(9, []), *ends) == gallop(from_on(9, []), *ends)


@pytest.mark.parametrize(("load", "fleet"), [(10**9 - 0.5, 10**9), (10**9 + 0.5, None)])
def test_no_search_goes_beyond_a_billion(load: float, fleet: int | None) -> None:
    """
    Where no bound is given and all the time in the world: a fleet that keeps up.
    """
    assert fleet == servers_for(1.0, load, [(0.95, 1e12)]) == replicas_for(1, 1.0, load, [(0.95, 1e12)])


def test_arrivals_are_poisson_where_nothing_else_is_said() -> None:
    """
    The same as at burstiness one, which bursts are not.
    """
    limits = [(0.95, 1.2)]

    assert replicas_for(2, 1.0, 9.0, limits) == replicas_for(2, 1.0, 9.0, limits, burstiness=1.0)
    assert replicas_for(2, 1.0, 9.0, limits) < (replicas_for(2, 1.0, 9.0, limits, burstiness=2.0) or 0)
    assert latency_percentile(9, 1.0, 8.0, 0.95) == latency_percentile(9, 1.0, 8.0, 0.95, 1.0)
    assert latency_percentile(9, 1.0, 8.0, 0.95) < latency_percentile(9, 1.0, 8.0, 0.95, 2.0)


def test_one_limit_below_the_service_time_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Before a single fleet is tried, whatever the other limits are.
    """
    monkeypatch.setattr(queueing, "_excess_bound", lambda *_: pytest.fail("a fleet was tried"))

    assert servers_for(1.0, 5.0, [(0.5, 0.9), (0.95, 9.0)]) is None


def test_a_bound_on_replicas_counts_their_slots() -> None:
    """
    Three replicas of 24 slots hold 57 erlangs, though 57 is more than three, or than a slot of each.
    """
    limits = [(0.95, 300.0)]

    assert 3 == replicas_for(24, 272.0, 0.21, limits, at_most=3)
    assert replicas_for(24, 272.0, 0.21, limits, at_most=2) is None
    assert replicas_for(24, 272.0, 0.21, limits, at_most=1) is None
