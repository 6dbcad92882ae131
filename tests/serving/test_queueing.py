import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving import dense
from tokencost.serving import queueing
from tokencost.serving.queueing import (
    EXACT_SERVERS,
    latency_percentile,
    may_meet,
    meets,
    method,
    replicas_for,
    servers_for,
    waiting_law,
    waiting_quantile,
)

LOADS = st.floats(0.05, 80)
LIMITS = st.tuples(st.sampled_from([0.5, 0.9, 0.95, 0.99]), st.floats(1.0, 4.0))


@pytest.mark.parametrize("load", [0.2, 1.0, 6.8, 13.0])
@pytest.mark.parametrize("limit", [(0.5, 1.02), (0.95, 1.02), (0.95, 1.2), (0.99, 3.0)])
def test_the_fleet_is_the_one_that_linear_algebra_picks(load: float, limit: tuple[float, float]) -> None:
    """
    The count, and one less, are tried against a chain solved in another way.
    """
    servers = servers_for(1.0, load, [limit])

    assert servers is not None
    assert dense.meets(servers, load, *limit)
    assert not dense.meets(servers - 1, load, *limit)


def test_every_limit_counts() -> None:
    """
    The fleet for two percentiles is the larger of the two fleets.
    """
    loose, tight = (0.5, 10.0), (0.99, 12.0)

    assert servers_for(8.0, 3.0, [loose]) == 25
    assert servers_for(8.0, 3.0, [tight]) == servers_for(8.0, 3.0, [loose, tight]) == 28


@settings(max_examples=40, deadline=None)
@given(LOADS, LIMITS)
def test_the_fleet_is_enough_and_one_less_is_not(load: float, limit: tuple[float, float]) -> None:
    """
    Smallest means both.
    """
    servers = servers_for(1.0, load, [limit])

    assert servers is not None
    assert meets(servers, 1.0, load, [limit])
    assert servers == 1 or not meets(servers - 1, 1.0, load, [limit])


@settings(max_examples=40, deadline=None)
@given(LOADS, LOADS, LIMITS)
def test_more_traffic_never_needs_fewer_servers(one: float, other: float, limit: tuple[float, float]) -> None:
    """
    Monotone in the rate.
    """
    fleets = [servers_for(1.0, load, [limit]) or 0 for load in sorted((one, other))]

    assert fleets == sorted(fleets)


@settings(max_examples=40, deadline=None)
@given(LOADS, st.sampled_from([0.5, 0.95, 0.99]), st.floats(1, 4), st.floats(1, 4))
def test_a_looser_limit_never_needs_more_servers(load: float, q: float, one: float, other: float) -> None:
    """
    Monotone in the limit.
    """
    tight, loose = (servers_for(1.0, load, [(q, limit)]) or 0 for limit in sorted((one, other)))

    assert loose <= tight


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 50), st.floats(0.1, 1.0), st.floats(0.1, 1.0), st.floats(0.5, 0.99))
def test_slower_service_never_shortens_the_latency(servers: int, one: float, other: float, q: float) -> None:
    """
    Monotone in the service time, at the same rate.
    """
    fast, slow = (latency_percentile(servers, service, 0.9 * servers, q) for service in sorted((one, other)))

    assert fast <= slow * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 50), st.floats(0.1, 0.99), st.floats(1e-3, 1e3))
def test_the_unit_of_time_does_not_matter(servers: int, utilisation: float, scale: float) -> None:
    """
    A service k times as long at a k-th of the rate is the same queue on a slower clock.
    """
    one = latency_percentile(servers, 1.0, servers * utilisation, 0.95)

    assert scale * one == pytest.approx(
        latency_percentile(servers, scale, servers * utilisation / scale, 0.95), rel=1e-9
    )


def test_a_limit_at_the_percentile_itself_is_met() -> None:
    """
    A decision on the last bit would differ between processors, so a guard band settles it.
    """
    latency = latency_percentile(9, 2.0, 4.0, 0.95)

    assert meets(9, 2.0, 4.0, [(0.95, latency * (1 - 5e-10))])
    assert not meets(9, 2.0, 4.0, [(0.95, latency * (1 - 2e-9))])


def test_no_fleet_beats_the_service_time() -> None:
    """
    Queueing adds; a limit below the service time is out of reach at any size.
    """
    assert servers_for(2.0, 0.001, [(0.95, 1.99)]) is None
    assert servers_for(2.0, 0.001, [(0.95, 2.0)]) == 1


def test_an_overloaded_fleet_has_no_percentile() -> None:
    """
    The queue of a fleet that cannot keep up grows for ever.
    """
    assert math.inf == latency_percentile(4, 2.0, 2.0, 0.5)
    assert not meets(4, 2.0, 2.0, [(0.5, 1e9)])
    assert not may_meet(4, 2.0, 2.0, [(0.5, 1e9)])


def test_a_utilisation_that_rounds_to_one_is_an_overload() -> None:
    """
    At 1e15 requests per second a spare server is lost in the last digit.
    """
    assert math.inf == latency_percentile(4 * 10**18, 4.0, 1e18 * (1 - 1e-17), 0.95)


@pytest.mark.parametrize("burstiness", [1.0, 3.0])
def test_what_meets_its_limits_may_meet_them(burstiness: float) -> None:
    """
    The bound that rules fleets out never contradicts the one that certifies them.
    """
    for servers in range(1, 30):
        limits = [(0.95, 1.1)]
        assert may_meet(servers, 1.0, 9.0, limits, burstiness) or not meets(servers, 1.0, 9.0, limits, burstiness)


def test_bursts_rule_a_fleet_out_that_even_traffic_does_not() -> None:
    """
    Arrivals in fours wait as if there were a quarter of the servers; the quick look has to know that as well.
    """
    limit = [(0.5, 1.2)]

    assert may_meet(10, 1.0, 9.0, limit)
    assert not may_meet(10, 1.0, 9.0, limit, 4.0)


def test_a_fleet_larger_than_allowed_is_none() -> None:
    """
    The cap is a limit of its own.
    """
    fleet = servers_for(1.0, 30.0, [(0.95, 1.1)])

    assert fleet == servers_for(1.0, 30.0, [(0.95, 1.1)], at_most=38)
    assert fleet == 38
    assert servers_for(1.0, 30.0, [(0.95, 1.1)], at_most=37) is None


@pytest.mark.parametrize("rate", [0.0, 1e-12, 1e5, 1e9, 1e15, 1e300])
def test_absurd_traffic_is_answered_at_once(rate: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The bracket is closed by the bound, in a few steps, and no exact law of a huge fleet is ever made.
    """
    asked: list[int] = []
    bound = queueing._excess_bound
    monkeypatch.setattr(queueing, "_excess_bound", lambda *args: asked.append(args[0]) or bound(*args))
    monkeypatch.setattr(queueing, "waiting_law", lambda *_: pytest.fail("a law of a huge fleet"))
    servers = servers_for(10.0, rate, [(0.99, 11.0)], at_most=10**17)

    assert len(asked) <= 20
    assert servers is None if rate > 1e16 else servers is not None and 10 * rate < servers < 10 * rate * 1.01 + 8


@pytest.mark.parametrize("utilisation", [0.5, 0.98, 0.99, 0.999, 0.9999])
@pytest.mark.parametrize("q", [0.5, 0.95, 0.99])
def test_the_bound_for_huge_fleets_lies_above_the_law(utilisation: float, q: float) -> None:
    """
    Past EXACT_SERVERS only the bound is asked, and it must never promise more than the law.
    """
    servers = EXACT_SERVERS + 1
    law = waiting_law(servers, servers * utilisation)

    assert latency_percentile(servers, 1.0, servers * utilisation, q) >= 1 + waiting_quantile(law, q)


def test_the_method_says_how_far_it_can_be_trusted() -> None:
    """
    A bound must not pass for the law.
    """
    assert method(128) == "exact (M/D/c)"
    assert method(8, burstiness=4.0) == "exact (M/D/c)"
    assert method(9, burstiness=4.0) == "upper bound (M/D/c, fewer servers)"
    assert method(EXACT_SERVERS + 1) == method(3, burstiness=4.0) == "upper bound (Lundberg)"
    assert method(4, slots=24) == "upper bound (M/D/c, every slot taken)"


def test_replicas_are_a_pool_of_their_slots() -> None:
    """
    Three replicas of 24 slots are sized as 72 servers.
    """
    service, limits = 272.0, [(0.95, 300.0)]
    replicas = replicas_for(24, service, 0.21, limits)

    assert replicas == 3
    assert 2 * 24 < (servers_for(service, 0.21, limits) or 0) <= 3 * 24


@pytest.mark.parametrize(("servers", "burstiness"), [(8, 4.0), (9, 4.0), (6, 0.5), (3, 4.0), (40, 16.0)])
def test_bursts_wait_as_in_a_simulation(servers: int, burstiness: float) -> None:
    """
    Gamma gaps: the law where servers / burstiness is whole, and a bound from above elsewhere.
    """
    rate = 0.75 * servers
    gaps = np.random.default_rng(11).gamma(1 / burstiness, burstiness / rate, 60_000 * servers)
    arrivals = np.cumsum(gaps).reshape(-1, servers)
    turns = np.arange(len(arrivals))[:, None]
    latency = 1 + np.maximum.accumulate(arrivals - turns, axis=0) + turns - arrivals
    parts = np.array([np.quantile(part, 0.95) for part in latency.reshape(30, -1)])
    error = parts.std(ddof=1) / math.sqrt(len(parts))
    promised = latency_percentile(servers, 1.0, rate, 0.95, burstiness)

    assert promised > np.quantile(latency, 0.95) - 3 * error
    assert (servers / burstiness) % 1 or promised < np.quantile(latency, 0.95) + 3 * error


def test_burstier_traffic_never_needs_fewer_servers() -> None:
    """
    From evenly spaced to bursty at the same mean rate.
    """
    fleets = [servers_for(1.0, 10.0, [(0.95, 1.2)], burstiness=b) or 0 for b in (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)]

    assert fleets == sorted(fleets)
    assert fleets[0] < fleets[-1]
